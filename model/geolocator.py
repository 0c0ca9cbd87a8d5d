"""The only door to the geolocator: pictures in, guess out. Wires views, encoder, predictor and atlas together.

Torch and transformers are imported when a checkpoint is loaded, so that importing this module stays cheap. A loaded
Geolocator is shared by threads: no call changes its answers.
"""

import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.data.manifest import drawn_version
from model.data.views import Handed, Source, drawn_by, exif_position, look_at
from model.errors import ArtifactError
from model.geo.atlas import Atlas
from model.geocells.table import Geocells
from model.predictors import for_photos
from model.predictors.answers import guesses
from model.predictors.catalogue import CATALOGUE, LIMITS_KM, Published, size_words
from model.predictors.checkpoint import Checkpoint
from model.predictors.download import Download
from model.predictors.fetched import is_fetched, kept_bytes
from model.predictors.guess import Candidate, Guess, LookAlike
from model.predictors.protocol import Predictor, knows_any, system_of
from model.predictors.registry import DEFAULT, SYSTEMS, Options, default_checkpoint, is_here, open_system
from model.predictors.together import Prepared, locate_together
from model.predictors.why import Of, Why, explain

if TYPE_CHECKING:
    from model.networks.encoder import Encoder
    from model.predictors.in_words import InWords as InWords
    from model.predictors.in_words import Named as Named
    from model.predictors.search import SearchMap as SearchMap
    from model.predictors.searching import Searcher

__all__ = [
    "CATALOGUE", "DEFAULT", "LIMITS_KM", "SYSTEMS", "Candidate", "Download", "Geocells", "Geolocator", "Guess",
    "LookAlike", "Prepared", "Published", "Why", "default_checkpoint", "for_photos", "is_fetched", "is_here",
    "kept_bytes", "size_words",
    "drawn_by", "exif_position", "look_at",  # pictures as the model sees them: pages come through this door only
]  # fmt: skip


class Geolocator:
    """One opened system; or a pair, of which one answers single photos and the other all else."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        atlas: Atlas | None = None,
        singles: Callable[[], Checkpoint] | None = None,
        photos: Callable[[], Checkpoint] | None = None,
    ) -> None:
        """`singles` opens the second one, with the first single photo; `photos` one for photos that nobody drew."""
        self._atlas = atlas or Atlas.open()
        self._checkpoint, self._singles, self._photos = checkpoint, singles, photos
        self._single: Checkpoint | None = None
        self._photo: Checkpoint | None = None
        self._opening = threading.Lock()
        self._searching = threading.Lock()
        self._searchers: dict[int, Searcher] = {}  # of the checkpoints that were asked where to search

    @classmethod
    def load(
        cls,
        path: str | Path | None = None,
        predictor: str = DEFAULT,
        encoder: str | Path | None = None,
        settings: Sequence[str] = (),
    ) -> "Geolocator":
        """Open a system; by default PIGEON, as it ships.

        Args:
            path: a checkpoint folder, or one of the hub by its name ("somebody/checkpoint"); by default what ships.
            predictor: the system, by its name in `SYSTEMS`.
            encoder: of systems that need no more than one: a folder, or a model of the hub by its name.
            settings: of such a system, each "key=value".

        Raises:
            ArtifactError: a missing, foreign or edited file, or parts that were not made from one another.
            ConfigError: an unknown system, or one that cannot use what was said.
        """
        opened = open_system(predictor, Options(path, encoder, tuple(settings)))
        return cls(opened.checkpoint, singles=opened.singles)

    @classmethod
    def of(cls, predictor: Predictor, encoder: "Encoder | None" = None) -> "Geolocator":
        """A geolocator of any system that says where, without a folder."""
        return cls(Checkpoint(predictor, encoder))

    def with_photos(self, predictor: str) -> "Geolocator":
        """The same systems, but single photos that no simulated Earth drew are answered by another one.

        It is opened with the first such photo, and may raise then what `load` does.
        """
        return Geolocator(
            self._checkpoint, self._atlas, self._singles, lambda: open_system(predictor, Options()).checkpoint
        )

    @property
    def checkpoint(self) -> Checkpoint:
        """What answers four views, with its encoder, records and calibration."""
        return self._checkpoint

    @property
    def system(self) -> str:
        """The name of the system that answers four views: "PIGEON" …"""
        return system_of(self._checkpoint.predictor)

    @property
    def predictor(self) -> Predictor:
        """The system that answers four views, for those who have embeddings."""
        return self._checkpoint.predictor

    @property
    def regions(self) -> Geocells:
        """The cells of that system; `.geojson()` draws them. A guess carries those of the system that answered."""
        return self._checkpoint.predictor.regions

    @property
    def geocells(self) -> Geocells:
        """The same as `regions`."""
        return self.regions

    @property
    def name(self) -> str:
        """What answers four views is called: the checkpoint's name."""
        return self._checkpoint.name

    @property
    def folder(self) -> Path:
        """Where the checkpoint lies."""
        return self._checkpoint.folder

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        """The records of its stages by name."""
        return self._checkpoint.records

    @property
    def encoder(self) -> "Encoder":
        """What turns views into embeddings.

        Raises:
            ArtifactError: the checkpoint was made from embeddings of another model and has no encoder.
        """
        return self._checkpoint.seeing

    @property
    def source(self) -> dict[str, Any]:
        """What its pictures were: {"kind": "photographs"}, or {"kind": "simulated-earth", "world_version": 3, …}."""
        return self._checkpoint.source

    @property
    def world_version(self) -> int | None:
        """The version of the simulated Earth it was trained on; None: on photos, or its records name none."""
        return drawn_version(self.source)

    def require_world(self, version: int | None) -> None:
        """Refuse to look at pictures of another version of the simulated Earth; photos (None) are always looked at.

        Raises:
            ArtifactError: the checkpoint was trained on another version, or on none. A system that was trained for no
                one kind of pictures looks at all.
        """
        if version is not None and version != self.world_version and not knows_any(self.predictor):
            found = f"version {self.world_version}" if self.world_version is not None else "none that it names"
            raise ArtifactError(
                f"looked for a checkpoint trained on version {version} of the simulated Earth, found "
                f"{self.name}, trained on {found}: what it learned to look for is drawn differently there. "
                "Make a new one with `make reproduce`; photos can be guessed all the same."
            )

    @property
    def figures(self) -> dict[str, Any]:
        """metrics.json of the checkpoint, as evaluate wrote it; empty when it was never measured."""
        path = self.folder / "metrics.json"
        try:
            figures: Any = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except (OSError, ValueError, RecursionError) as error:
            raise ArtifactError(f"{path} is not readable JSON ({error}); run `python -m model.evaluate`.") from error
        if not isinstance(figures, dict):
            raise ArtifactError(f"{path} holds no figures of an evaluation; run `python -m model.evaluate`.")
        return figures

    def answering(self, n_views: int, drawn: int | None = None) -> Checkpoint:
        """The checkpoint that answers `n_views` views of a place; the one for single photos is opened when needed.

        `drawn` is the version of the simulated Earth that drew them; None: nothing says that one did.

        Raises:
            ArtifactError: it is broken, or of another version of the simulated Earth.
        """
        if n_views == 1 and drawn is None and self._photos is not None:
            with self._opening:
                self._photo = self._photo or self._photos()
            return self._photo
        if n_views != 1 or self._singles is None:
            return self._checkpoint
        with self._opening:
            if self._single is None:
                single = self._singles()
                version = drawn_version(single.source)
                if version != self.world_version:
                    raise ArtifactError(f"{single.name} and {self.name} are of different versions of the "
                                        f"simulated Earth ({version or 'none'} and {self.world_version or 'none'}); "
                                        "make them again together.")  # fmt: skip
                self._single = single
        return self._single

    def locate(self, images: Source | Sequence[Source], world_version: int | None = None) -> Guess:
        """Where 1 photo, 4 views (N, E, S, W), one 4:1 strip of them or one 2:1 panorama was taken.

        Args:
            images: paths, bytes or PIL pictures; a file gives the same answer in each of the three.
            world_version: of the simulated Earth, from callers who know that it drew the pictures where these cannot
                say so themselves, such as screenshots. Without it a picture without the mark is out of distribution
                for a checkpoint of the simulated Earth.

        Raises:
            ImageError: another number of pictures, one that cannot be read, or one with nothing to see in it.
            ArtifactError: a checkpoint without an encoder, or pictures of another version of the simulated Earth.
        """
        return self.locate_prepared([self.prepare(images, world_version)])[0]

    def prepare(self, images: Source | Sequence[Source], world_version: int | None = None) -> Prepared:
        """The half of `locate` that each place needs alone, decoding above all; raises what `locate` does."""
        handed = self._look_at(images, world_version)
        checkpoint = self.answering(len(handed.views), handed.world_version)
        return Prepared(checkpoint, checkpoint.seeing.to_pixels(handed.views), handed.shape, handed.world_version)

    def locate_prepared(self, places: Sequence[Prepared]) -> list[Guess]:
        """The other half, for N places in one pass: their guesses, each as `locate` alone would give it."""
        return locate_together(places, self._atlas)

    def why(self, images: Source | Sequence[Source], world_version: int | None = None, of: Of = "region") -> Why:
        """What in the pictures speaks for the guessed region, or for its country: a heat map on each view.

        Raises:
            ImageError, ArtifactError: as `locate`.
            ConfigError: `of` is neither "region" nor "country".
        """
        handed = self._look_at(images, world_version)
        return explain(self.answering(len(handed.views), handed.world_version), handed.views, of)

    def in_words(self, images: Source | Sequence[Source], world_version: int | None = None) -> "InWords":
        """The pictures beside sentences: captions of one's own, parts of the world, countries, cities.

        Raises:
            ImageError, ArtifactError: as `locate`; an encoder without a text tower.
        """
        from model.predictors.in_words import in_words  # brings torch

        handed = self._look_at(images, world_version)
        return in_words(self.answering(len(handed.views), handed.world_version), handed.views)

    def search_map(self, images: Source | Sequence[Source], world_version: int | None = None) -> "SearchMap":
        """Where to search: how likely every spot of the Earth is, by the scores and by what the ground looks like.

        The attributes beside the checkpoint take part (see `model.train_attributes`); without any it is the system's
        own word. The first call makes the maps, which takes a minute once.

        Raises:
            ImageError, ArtifactError: as `locate`; attributes that are broken, or of another encoder.
        """
        from model.predictors.searching import searcher_of  # brings torch

        handed = self._look_at(images, world_version)
        checkpoint = self.answering(len(handed.views), handed.world_version)
        embeddings = checkpoint.embed(handed.views)
        with self._searching:
            if id(checkpoint) not in self._searchers:
                self._searchers[id(checkpoint)] = searcher_of(checkpoint)
            searcher = self._searchers[id(checkpoint)]
        return searcher.of(embeddings)[0]

    def embed(self, images: Source | Sequence[Source], world_version: int | None = None) -> NDArray[np.float32]:
        """The embedding of one place, (D,), by the encoder that would answer: the mean over its views. As `locate`."""
        handed = self._look_at(images, world_version)
        seeing = self.answering(len(handed.views), handed.world_version).seeing
        embedding: NDArray[np.float32] = seeing.embed_views([handed.views])[0]
        return embedding

    def _look_at(self, images: Source | Sequence[Source], world_version: int | None) -> Handed:
        encoder = self.encoder
        given: Sequence[Source] = [images] if isinstance(images, str | Path | bytes | Image.Image) else images
        for version in (world_version, *map(drawn_by, given)):
            self.require_world(version)
        return look_at(given, encoder.image_size, world_version)

    def locate_many(self, embeddings: NDArray[Any]) -> list[Guess]:
        """Guesses for embeddings (N, D) of this checkpoint's encoder, names of places looked up in one call."""
        return guesses(self._checkpoint, embeddings, self._atlas)
