"""The only door to the geolocator: pictures in, guess out. Wires views, encoder, head, refiner and atlas together.

Torch and transformers are imported when a checkpoint is loaded, so that importing this module stays cheap. A loaded
Geolocator is shared by threads: no call changes it.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from model.data.views import Handed, Source, drawn_by, exif_position, look_at
from model.errors import ArtifactError
from model.geo.atlas import Atlas
from model.geo.distance import haversine_km
from model.geo.folders import repository_dir
from model.geocells.table import Geocells, read_geocells
from model.metrics.calibration import entropy
from model.predictors.chain import check_chain
from model.predictors.guess import Candidate, Guess, LookAlike

if TYPE_CHECKING:
    from model.networks.encoder import Encoder
    from model.predictors.pigeon import Pigeon, Prediction

__all__ = [
    "Candidate", "Geolocator", "Guess", "LookAlike", "default_checkpoint", "drawn_by",
    "exif_position", "look_at",  # pictures as the model sees them: pages come through this door only
]  # fmt: skip

LOOK_ALIKES = 12
SHOWN_CANDIDATES = 10
STRANGE = 0.99  # farther from every prototype than 99 % of validation places


def default_checkpoint() -> Path:
    """The checkpoint that ships with the project."""
    return repository_dir() / "checkpoints" / "simulated-earth"


class Geolocator:
    """A loaded checkpoint."""

    def __init__(
        self,
        pigeon: "Pigeon",
        encoder: "Encoder | None",
        atlas: Atlas,
        folder: Path,
        records: dict[str, dict[str, Any]],
    ) -> None:
        self._country_names = {str(iso): str(name) for iso, name in atlas.countries["name"].items()}
        self._pigeon, self._encoder, self._atlas, self.folder, self.records = pigeon, encoder, atlas, folder, records

    @classmethod
    def load(cls, path: str | Path | None = None) -> "Geolocator":
        """Open a checkpoint folder, the shipped one by default.

        Raises:
            ArtifactError: a missing, foreign or edited file, or parts that were not made from one another.
        """
        folder = Path(path) if path is not None else default_checkpoint()
        records = check_chain(folder)
        from model.networks.encoder import Encoder
        from model.networks.head import MultiTaskHead
        from model.predictors.calibration import Calibration
        from model.predictors.pigeon import Pigeon
        from model.retrieval.index import read_index

        index = read_index(folder / "index")
        calibration = Calibration.read(folder / "calibration")
        cells = read_geocells(folder / "geocells.parquet")
        pigeon = Pigeon(cells, MultiTaskHead.load(folder / "head"), index, calibration)
        encoder = Encoder.load(folder / "encoder") if (folder / "encoder").is_dir() else None
        if encoder is not None and encoder.dim != pigeon.dim:
            raise ArtifactError(f"the encoder in {folder} gives {encoder.dim} numbers and its head takes {pigeon.dim}: "
                                "they are of different runs.")  # fmt: skip
        return cls(pigeon, encoder, Atlas.open(), folder, records)

    @property
    def geocells(self) -> Geocells:
        """The cells whose probabilities a guess carries, in the same order; `.geojson()` draws them."""
        return self._pigeon.cells

    @property
    def pigeon(self) -> "Pigeon":
        """Head, index and refiner, for those who have embeddings."""
        return self._pigeon

    @property
    def encoder(self) -> "Encoder":
        """What turns views into embeddings.

        Raises:
            ArtifactError: the checkpoint was made from embeddings of another model and has no encoder.
        """
        if self._encoder is None:
            raise ArtifactError(f"{self.folder} has no encoder: it was made from embeddings of another model and takes "
                                "embeddings only.")  # fmt: skip
        return self._encoder

    @property
    def world_version(self) -> int | None:
        """The version of the simulated Earth it was trained on; None: on photos, or its records name none."""
        version: int | None = self.records["train_head"]["facts"].get("world_version")
        return version

    def require_world(self, version: int | None) -> None:
        """Refuse to look at pictures of another version of the simulated Earth; photos (None) are always looked at.

        Raises:
            ArtifactError: the checkpoint was trained on another version, or on none.
        """
        if version is not None and version != self.world_version:
            found = f"version {self.world_version}" if self.world_version is not None else "none that it names"
            raise ArtifactError(
                f"looked for a checkpoint trained on version {version} of the simulated Earth, found "
                f"{self.folder.name}, trained on {found}: what it learned to look for is drawn differently there. "
                "Make a new one with `make reproduce`; photos can be guessed all the same."
            )

    @property
    def figures(self) -> dict[str, Any]:
        """metrics.json of the checkpoint, as evaluate wrote it; empty when it was never measured."""
        path = self.folder / "metrics.json"
        try:
            figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except (OSError, ValueError) as error:
            raise ArtifactError(f"{path} is not readable JSON ({error}); run `python -m model.evaluate`.") from error
        return figures

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
        handed = self._look_at(images, world_version)
        guess = self.locate_many(self.encoder.embed_views([handed.views]))[0]
        strange = self.world_version is not None and handed.world_version is None
        return replace(
            guess,
            read_as=handed.shape,
            out_of_distribution=strange,
            expected_score=None if strange else guess.expected_score,  # it was fitted on the simulated Earth
        )

    def embed(self, images: Source | Sequence[Source], world_version: int | None = None) -> NDArray[np.float32]:
        """The embedding of one place, (D,): the mean over its views. As `locate`."""
        embedding: NDArray[np.float32] = self.encoder.embed_views([self._look_at(images, world_version).views])[0]
        return embedding

    def _look_at(self, images: Source | Sequence[Source], world_version: int | None) -> Handed:
        encoder = self.encoder
        given: Sequence[Source] = [images] if isinstance(images, str | Path | bytes | Image.Image) else images
        for version in (world_version, *map(drawn_by, given)):
            self.require_world(version)
        return look_at(given, encoder.image_size, world_version)

    def locate_many(self, embeddings: NDArray[Any]) -> list[Guess]:
        """Guesses for embeddings (N, D) of this checkpoint's encoder, names of places looked up in one call."""
        if len(embeddings) == 0:
            return []
        prediction = self._pigeon.predict(embeddings)
        index = self._pigeon.index
        named = self._atlas.describe(prediction.refined.guess)
        familiarity = index.familiarity(prediction.vectors)
        distances, rows = index.nearest(prediction.vectors, LOOK_ALIKES)
        entropies, expected = entropy(prediction.probabilities), self._pigeon.expected_score(prediction)
        return [
            Guess(
                lat=float(lat),
                lng=float(lng),
                **_names(named.iloc[i]),
                candidates=self._candidates(prediction, i),
                entropy=float(entropies[i]),
                expected_score=float(expected[i]),
                cells=prediction.probabilities[i],
                look_alikes=self._look_alikes(distances[i], rows[i]),
                familiarity=None if np.isnan(familiarity[i]) else float(familiarity[i]),
                unfamiliar=bool(familiarity[i] >= STRANGE),
            )
            for i, (lat, lng) in enumerate(prediction.refined.guess)
        ]

    def _candidates(self, prediction: "Prediction", i: int) -> tuple[Candidate, ...]:
        refined, cells = prediction.refined, self.geocells
        chosen = haversine_km(refined.points[i], refined.guess[i]).argmin()  # the guess itself stands first
        order = sorted(range(len(refined.cells[i])), key=lambda k: (k != chosen, -refined.score[i, k]))
        return tuple(
            Candidate(
                cell=int(cell),
                lat=float(cells.centroids[cell, 0]),
                lng=float(cells.centroids[cell, 1]),
                country=str(cells.countries[cell]),
                country_name=self._country_names.get(str(cells.countries[cell]), ""),
                probability=float(refined.probability[i, k]),
                score=float(refined.score[i, k]),
                refined_lat=float(refined.points[i, k, 0]),
                refined_lng=float(refined.points[i, k, 1]),
            )
            for k, cell in ((k, refined.cells[i, k]) for k in order[:SHOWN_CANDIDATES])
        )

    def _look_alikes(self, distances: NDArray[np.float32], rows: NDArray[np.int64]) -> tuple[LookAlike, ...]:
        points, members = self._pigeon.index.prototype_points, self._pigeon.index.prototypes["n_members"].to_numpy()
        return tuple(
            LookAlike(float(points[row, 0]), float(points[row, 1]), float(distance), int(members[row]))
            for distance, row in zip(distances, rows, strict=True)
            if row >= 0  # faiss fills up with -1 where it found fewer
        )


def _names(place: "pd.Series[Any]") -> dict[str, Any]:
    texts = {name: place[name] for name in ("country", "country_name", "region", "town")}
    names = {name: value if isinstance(value, str) else "" for name, value in texts.items()}
    return names | {"town_distance_km": float(place["town_distance_km"])}
