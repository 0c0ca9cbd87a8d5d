"""What the ground is like, read off embeddings: the heads of a run, with the maps that their classes lie on.

RUN/attributes/: heads.safetensors and heads.json, maps.json (what each map was made from), the maps that came from
GeoTIFFs, and levels.json where areas were calibrated. Torch comes with the heads. Knows no system that says where.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model.artifacts import read_record, record_path
from model.errors import ArtifactError
from model.geo.attribute_maps import NAMES, AttributeMap, Name, load_map, make_map

if TYPE_CHECKING:
    from model.networks.attribute_heads import AttributeHeads

STAGE, FOLDER, MAPS, LEVELS = "train_attributes", "attributes", "maps.json", "levels.json"
MOST_LEVELS = 100_000


@dataclass(frozen=True)
class Ground:
    """Heads and maps of one run; reading changes nothing in it."""

    heads: "AttributeHeads"
    maps: tuple[AttributeMap, ...]
    features: str = "pooled"  # the kind of embeddings that the heads take
    record: dict[str, Any] = field(default_factory=dict)
    levels: dict[str, list[float]] = field(default_factory=dict)  # of calibrated areas, by system

    @classmethod
    def load(cls, folder: Path) -> "Ground":
        """Open the attributes of a run.

        Raises:
            ArtifactError: none there, files that were edited, or maps that cannot be made again as they were.
        """
        record = read_record(folder, STAGE)
        from model.networks.attribute_heads import AttributeHeads

        inner = folder / FOLDER
        heads = AttributeHeads.load(inner)
        told = _json(inner / MAPS)
        if set(told) != set(heads.classes) or not set(told) <= set(NAMES):
            raise ArtifactError(f"{inner / MAPS} tells of other maps than the heads beside it; train them again.")
        maps = tuple(_map(inner, name, told[name]) for name in NAMES if name in told)
        for one in maps:
            if len(one) != heads.classes[one.name]:
                raise ArtifactError(f"the map of {one.name} in {inner} has {len(one)} classes and its head "
                                    f"{heads.classes[one.name]}; train the heads again.")  # fmt: skip
        levels = _levels(inner / LEVELS) if (inner / LEVELS).is_file() else {}
        return cls(heads, maps, str(record["facts"].get("features", "pooled")), record, levels)

    def only(self, names: Sequence[str]) -> "Ground":
        """The same with some of the maps; what was calibrated with all of them is left behind."""
        kept = tuple(one for one in self.maps if one.name in names)
        levels = self.levels if len(kept) == len(self.maps) else {}
        return Ground(self.heads, kept, self.features, self.record, levels)

    def shares(self, embeddings: NDArray[Any]) -> list[NDArray[np.float32]]:
        """Of each map the shares of its classes, (N, M); from embeddings (N, D) or (N, V, D).

        Raises:
            ArtifactError: embeddings of another encoder.
        """
        found = self.heads.probabilities(embeddings)
        return [found[one.name] for one in self.maps]


def attributes_in(folder: Path) -> Path | None:
    """The run whose attributes belong to a checkpoint or an encoder in `folder`; None where there are none.

    A folder of that name alone is not enough: beside a checkpoint there may lie a whole run that is called so.
    """
    places = (folder, folder.parent)
    return next((one for one in places if (one / FOLDER).is_dir() and record_path(one, STAGE).is_file()), None)


def _map(folder: Path, name: Name, told: Any) -> AttributeMap:
    try:
        source, key, grid = dict(told["source"]), str(told["key"]), (int(told["grid"][0]), int(told["grid"][1]))
        kind = source["kind"]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ArtifactError(f"{folder / MAPS} does not tell what the map of {name} was made from; train the heads "
                            "again.") from error  # fmt: skip
    found = load_map(folder / f"{name}.npz") if kind == "geotiff" else make_map(name, grid=grid)
    if found.key != key or found.name != name:
        raise ArtifactError(f"the heads in {folder} were trained on another map of {name} than the one that is there "
                            "now (another version of the atlas?); run `python -m model.train_attributes` "
                            "again.")  # fmt: skip
    return found


def _levels(path: Path) -> dict[str, list[float]]:
    told = _json(path)
    for values in told.values():
        array = np.asarray(values, np.float64) if isinstance(values, list) and len(values) <= MOST_LEVELS else None
        if array is None or array.ndim != 1 or not len(array) or not ((array >= 0) & (array <= 1.0 + 1e-9)).all():
            raise ArtifactError(f"{path} holds no calibration of areas; train the heads again.")
    return {str(name): sorted(float(value) for value in values) for name, values in told.items()}


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ArtifactError(f"{path} is not readable JSON ({error}); train the heads again.") from error
    if not isinstance(found, dict):
        raise ArtifactError(f"{path} is not what train_attributes wrote; train the heads again.")
    return found
