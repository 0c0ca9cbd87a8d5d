"""Runs that were measured: their figures and predictions as tables, read from folders that may hold anything.

Knows what `python -m model.evaluate` writes (metrics.json, predictions.csv and a record), and no widget.
"""

import io
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from model.errors import ArtifactError
from model.geo.distance import haversine_km
from model.geo.folders import repository_dir
from model.geo.scoring import geoguessr_score

FOLDERS = ("checkpoints", "runs")
MAX_BYTES = 600_000_000  # of a table; two million places
NEEDED = ("id", "lat", "lng", "truth_lat", "truth_lng")
NUMBERS = ("cell", "truth_cell", "probability", "entropy", "expected_score", "radius_50", "radius_80", "radius_95",
           "month", "hour", "seed")  # fmt: skip
TEXTS = ("country", "truth_country", "koppen")
AGAIN = "measure it again with `python -m model.evaluate`."


@dataclass(frozen=True)
class Run:
    """A folder in which something was measured."""

    name: str  # "checkpoints/simulated-earth"
    folder: Path

    @property
    def state(self) -> tuple[object, ...]:
        """What changes when its files do."""
        stats = [path.stat() for path in (self.folder / "metrics.json", self.folder / "predictions.csv")
                 if path.is_file()]  # fmt: skip
        return (str(self.folder), *((stat.st_mtime_ns, stat.st_size) for stat in stats))


def found(root: Path | None = None) -> list[Run]:
    """Every folder of checkpoints/ and runs/ that holds figures, one deeper too, the shipped checkpoints first."""
    base = root or repository_dir()
    return [
        Run(folder.relative_to(base).as_posix(), folder)
        for name in FOLDERS
        for folder in sorted(
            path.parent for deep in ("*", "*/*") for path in (base / name).glob(f"{deep}/metrics.json")
        )
    ]


def figures(run: Run) -> dict[str, Any]:
    """metrics.json, as far as it is one.

    Raises:
        ArtifactError: it cannot be read, or lacks the figures that every run has.
    """
    path = run.folder / "metrics.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ArtifactError(f"the metrics.json of {run.name} cannot be read; {AGAIN}") from error
    if not isinstance(told, dict) or number(told, "n") is None or number(told, "median_km") is None:
        raise ArtifactError(f"the metrics.json of {run.name} lacks the figures of an evaluation; {AGAIN}")
    return told


def number(told: Any, *path: str) -> float | None:
    """The figure at a path of names, `number(figures, "within_km", "25")`; None where there is no finite number."""
    for name in path:
        told = told.get(name) if isinstance(told, dict) else None
    plain = isinstance(told, int | float) and not isinstance(told, bool) and abs(told) < 1e300
    return float(told) if plain and math.isfinite(told) else None


def world_version(told: dict[str, Any]) -> int | None:
    """Of the simulated Earth that the run was measured on; None: photographs, or not told."""
    version = number(told, "world_version") or number(told, "source", "world_version")
    return int(version) if version else None


def predictions(run: Run) -> pd.DataFrame | None:
    """predictions.csv as a table; None where it did not come along.

    Columns: NEEDED, `distance_km` and `score` (worked out from the positions), and of NUMBERS and TEXTS and the
    columns of images those that the file has; a number that is none is NaN.

    Raises:
        ArtifactError: a file that is no such table, or positions that lie on no Earth.
    """
    path = run.folder / "predictions.csv"
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ArtifactError(
                f"the predictions.csv of {run.name} is larger than {MAX_BYTES // 1_000_000} MB; {AGAIN}"
            )
        # "NA" is Namibia
        table = pd.read_csv(io.BytesIO(path.read_bytes()), dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError, pd.errors.ParserError) as error:
        raise ArtifactError(f"the predictions.csv of {run.name} cannot be read as a table; {AGAIN}") from error
    lacking = [name for name in NEEDED if name not in table]
    if lacking or table.empty:
        what = f"lacks the columns {', '.join(lacking)}" if lacking else "holds no places"
        raise ArtifactError(f"the predictions.csv of {run.name} {what}; {AGAIN}")
    images = [name for name in table.columns if name == "image" or name in {f"image_{k}" for k in range(4)}]
    kept = table[["id", *[name for name in TEXTS if name in table], *images]].copy()
    for name in (*NEEDED[1:], *(name for name in NUMBERS if name in table)):
        kept[name] = pd.to_numeric(table[name], errors="coerce").astype(np.float64).replace([np.inf, -np.inf], np.nan)
    lats, lngs = kept[["lat", "truth_lat"]].abs(), kept[["lng", "truth_lng"]].abs()
    if not (lats.le(90.0).all(axis=None) and lngs.le(360.0).all(axis=None)):
        raise ArtifactError(f"the predictions.csv of {run.name} holds positions that lie on no Earth; {AGAIN}")
    distance = haversine_km(kept[["lat", "lng"]].to_numpy(), kept[["truth_lat", "truth_lng"]].to_numpy())
    return kept.assign(distance_km=distance, score=np.asarray(geoguessr_score(distance), np.float64))
