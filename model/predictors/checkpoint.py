"""One opened checkpoint: a system that says where, the encoder before it, and the records of how both were made.

RUN/ is checked as a chain first (see chain.py); torch and transformers are imported when one is opened.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.data.manifest import source_in
from model.errors import ArtifactError
from model.geocells.table import read_geocells
from model.predictors.chain import check_chain, hub_encoder
from model.predictors.novelty import FILE as NOVELTY
from model.predictors.novelty import Novelty, look_at_all
from model.predictors.protocol import Features, Predictor, features_of

HUB_ID = re.compile(r"^[\w.-]+/[\w.-]+$")
READ = ("*.json", "*.safetensors", "*.parquet", "*.faiss", "*.txt", "*.csv", "*.md")

if TYPE_CHECKING:
    from model.networks.encoder import Encoder
    from model.predictors.calibration import Calibration


@dataclass
class Checkpoint:
    """A system, ready to be asked; `hub` names an encoder that is opened from the hub with the first picture."""

    predictor: Predictor
    encoder: "Encoder | None" = None
    folder: Path = field(default=Path())
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    calibration: "Calibration | None" = None  # None: nothing was fitted
    hub: tuple[str, str] | None = None  # id and revision
    novelty: Novelty | None = None  # None where nobody looked at pictures to learn what is strange
    called: str = ""  # its name, where the folder's own is none
    _opening: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return self.called or self.folder.name

    @property
    def source(self) -> dict[str, Any]:
        """What its pictures were: {"kind": "photographs"}, or {"kind": "simulated-earth", "world_version": 3, …}."""
        facts = [self.records.get(stage, {}).get("facts", {}) for stage in ("train_head", *self.records)]
        return source_in(next((told for told in facts if {"source", "world_version"} & {*told}), {}))

    @property
    def seeing(self) -> "Encoder":
        """What turns views into embeddings.

        Raises:
            ArtifactError: the checkpoint was made from embeddings of another model and has no encoder, or one of the
                hub that is not to be had.
        """
        with self._opening:
            if self.encoder is None and self.hub is not None:
                from model.networks.encoder import Encoder

                self.encoder = fitting(Encoder.load(self.hub[0], revision=self.hub[1]), self)
        if self.encoder is None:
            raise ArtifactError(f"{self.folder} has no encoder: it was made from embeddings of another model and takes "
                                "embeddings only.")  # fmt: skip
        return self.encoder

    def embed(self, views: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Views of one place as the system takes them: (1, D), or (1, V, D)."""
        encoder = self.seeing
        return embed_pixels(encoder, encoder.to_pixels(views)[None], features_of(self.predictor))

    def look_at_pixels(self, pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], list[float | None]]:
        """Pixels of N places (N, V, 3, H, W) as the system takes them: (N, D), or (N, V, D).

        And by the same pass, for each, the share of known places that were less strange; None: not known.
        """
        encoder, features = self.seeing, features_of(self.predictor)
        if self.novelty is None:
            return embed_pixels(encoder, pixels, features), [None] * len(pixels)
        embeddings, blocks = look_at_all(encoder, pixels)
        plain = features.kind == "pooled" and features.views == "mean"
        shares: list[float | None] = [float(share) for share in self.novelty.shares(blocks, pixels.shape[1])]
        return embeddings if plain else embed_pixels(encoder, pixels, features), shares


def embed_pixels(encoder: "Encoder", pixels: NDArray[np.float32], features: Features) -> NDArray[np.float32]:
    """Pixels (N, V, 3, H, W) -> (N, D), or (N, V, D) where all views are asked for."""
    single = features.views == "all"
    given = pixels.reshape(-1, 1, *pixels.shape[2:]) if single else pixels
    if features.kind == "pooled":
        found = encoder.embed_images(given)
    else:
        found = encoder.project_images(given, unit=features.kind == "projected")
    return found.reshape(*pixels.shape[:2], -1) if single else found


def folder_of(source: str | Path) -> Path:
    """The folder of a checkpoint: the one that is named, or that of a checkpoint on the hub ("name/checkpoint").

    What is kept from the hub already is not asked for again where there is no network. Only files that are read are
    fetched, so nothing pickled.

    Raises:
        ArtifactError: a name of the hub that is not to be had.
    """
    folder = Path(source)
    if folder.exists() or folder.is_absolute() or not HUB_ID.match(str(source)):
        return folder
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(str(source), allow_patterns=[*READ]))
    except Exception as error:  # of the network, of the hub, of the disk
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ArtifactError(f"looked for a checkpoint in {folder}, found no such folder, and none of that name on the "
                            f"hub: {reason}") from error  # fmt: skip


def open_checkpoint(folder: Path) -> Checkpoint:
    """Open a checkpoint folder.

    Raises:
        ArtifactError: a missing, foreign or edited file, or parts that were not made from one another.
    """
    records = check_chain(folder)
    from model.networks.encoder import Encoder
    from model.networks.head import MultiTaskHead
    from model.predictors.calibration import Calibration
    from model.predictors.pigeon import SYSTEMS, Pigeon
    from model.retrieval.index import read_index
    from model.retrieval.kernel import Kernel

    preset = str(records["build_index"]["config"].get("preset", "pigeon"))
    calibrated = "calibrate" in records
    calibration = Calibration.read(folder / "calibration") if calibrated else Calibration.of_preset(preset)
    embedded = records.get("embed", {}).get("facts", {}).get("features", "pooled")
    record = {"system": SYSTEMS.get(preset, "PIGEON"), "features": {"kind": embedded, "views": "mean"},
              "stages": dict(records)}  # fmt: skip
    cells, head = read_geocells(folder / "geocells.parquet"), MultiTaskHead.load(folder / "head")
    kernel = Kernel.load(folder / "kernel") if (folder / "kernel").is_dir() else None
    pigeon = Pigeon(cells, head, read_index(folder / "index"), calibration, record, kernel)
    opened = Checkpoint(pigeon, None, folder, records, calibration if calibrated else None, hub_encoder(records))
    if (folder / "calibration" / NOVELTY).is_file():
        opened.novelty = Novelty.load(folder / "calibration" / NOVELTY)
    if (folder / "encoder").is_dir():
        opened.encoder = fitting(Encoder.load(folder / "encoder"), opened)
    return opened


def fitting(encoder: "Encoder", checkpoint: Checkpoint) -> "Encoder":
    """The encoder, if it gives what the system takes."""
    wanted = getattr(checkpoint.predictor, "dim", None)
    given = encoder.dim if features_of(checkpoint.predictor).kind == "pooled" else encoder.projected_dim
    if wanted is not None and given != wanted:
        raise ArtifactError(f"the encoder of {checkpoint.folder} gives {given} numbers and its head takes {wanted}: "
                            "they are of different runs.")  # fmt: skip
    return encoder
