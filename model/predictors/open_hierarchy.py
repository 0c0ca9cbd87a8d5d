"""Opens GeoEstimation: RUN/hierarchy of `python -m model.train_hierarchy`, and the encoder that it was trained behind.

The record of training names the encoder by its fingerprint, so it is found wherever it lies: in RUN/encoder, in a
checkpoint that ships, or in a folder that is named; another one is refused.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.artifacts import fingerprint, read_record
from model.errors import ArtifactError, ConfigError
from model.geocells.table import read_geocells
from model.predictors.chain import hub_encoder
from model.predictors.checkpoint import Checkpoint, fitting
from model.predictors.hierarchy import SYSTEM, Hierarchy

if TYPE_CHECKING:
    from model.networks.encoder import Encoder

STAGE = "train_hierarchy"
FOLDER, CELLS = "hierarchy", "geocells.parquet"


def open_hierarchy(run: Path, encoder: str | Path | None = None, others: Iterable[Path] = ()) -> Checkpoint:
    """A system and, where it can be found, what sees for it.

    Args:
        run: the folder that `train_hierarchy` wrote to.
        encoder: the folder of the encoder, if it is to be that one.
        others: folders in which the encoder may lie as well.

    Raises:
        ArtifactError: a missing, foreign or edited file, or an encoder that is not the one that it was trained behind.
        ConfigError: an encoder was named where none can be checked.
    """
    record = read_record(run, STAGE)
    from model.networks.hierarchy import HierarchyHead
    from model.predictors.calibration import Calibration

    folder = run / FOLDER
    cells, head, calibration = (
        read_geocells(folder / CELLS), HierarchyHead.load(folder), Calibration.read(folder)
    )  # fmt: skip
    embed = record["facts"].get("embed")
    records: dict[str, dict[str, Any]] = {STAGE: record} | ({"embed": embed} if _is_record(embed) else {})
    features = records.get("embed", {}).get("facts", {}).get("features", "pooled")
    told = {"features": {"kind": features, "views": "mean"}, "stages": records}
    system = Hierarchy(cells, head, calibration.temperature, told)
    name = f"{run.resolve().name} ({SYSTEM})"
    opened = Checkpoint(system, None, folder, records, calibration, hub_encoder(records), called=name)
    if opened.hub is None:
        opened.encoder = _encoder(opened, [*([encoder] if encoder else [run / "encoder", *others])], encoder)
    elif encoder is not None and str(encoder) != opened.hub[0]:
        raise ArtifactError(f"{run} was trained on what {opened.hub[0]} of the hub sees, which is opened from there; "
                            "leave --encoder out.")  # fmt: skip
    return opened


def _encoder(opened: Checkpoint, folders: list[str | Path], asked: str | Path | None) -> "Encoder | None":
    """The first encoder with the fingerprint that the record names."""
    wanted = opened.records.get("embed", {}).get("inputs", {}).get("encoder")
    if wanted is None:
        if asked is not None:
            raise ConfigError(f"{opened.folder.parent} was trained on embeddings that say nothing of their encoder, so "
                              "none can be checked; leave --encoder out and give --embeddings.")  # fmt: skip
        return None
    for folder in map(Path, folders):
        if folder.is_dir() and fingerprint(folder) == wanted:
            from model.networks.encoder import Encoder

            return fitting(Encoder.load(folder), opened)
    if asked is not None:
        raise ArtifactError(f"looked in {asked} for the encoder that made the embeddings of {opened.folder.parent}, "
                            "found none, or another one; name that one, or leave --encoder out.")  # fmt: skip
    return None


def _is_record(told: Any) -> bool:
    return isinstance(told, dict) and all(isinstance(told.get(part), dict) for part in ("inputs", "facts"))
