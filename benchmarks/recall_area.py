"""How fast Recall vs Area is on atoms, beside the same three steps taken pixel by pixel on the full grid.

    python -m benchmarks.recall_area [--photos 1000] [--literal 2] [--tables 1] [--grid 5400 10800] [--json]

Scores are drawn: a softmax over distances from a wrong guess near each truth. Two tables are the shipped cells'
polygons and the cells of the points nearest to their sites. `seconds` is for all photos once the atoms are made;
rasterising and overlaying, done once and kept, are told apart. The literal version is timed on `--literal` photos and
its time is taken times the number of photos; `speedup` compares seconds of the processor, which other work on the
machine does not change. The literal version is spared one mask a region (an image of region numbers stands for them),
which 58 million pixels would not let it keep. The answers of both must agree. With --json the last line is one JSON
object.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from model.commands import run
from model.errors import ArtifactError, ConfigError
from model.geo.distance import destination, haversine_km
from model.geo.rasters import pixels_of
from model.geo.runs import GRID, RegionRaster, pixel_areas_km2
from model.geocells.rasterise import rasterise
from model.geocells.table import Geocells, read_geocells
from model.metrics.atoms import FLOOR, TIE, Atoms, search_areas_km2

CELLS = Path(__file__).resolve().parents[1] / "checkpoints" / "simulated-earth" / "geocells.parquet"
AGREE = 1e-9  # relative


def drawn_photos(cells: Geocells, photos: int) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Truths (N, 2) near cells drawn by a seed, and scores (N, J) of a guess some 300 km away from each."""
    rng = np.random.default_rng(0)
    truth = cells.centroids[rng.integers(0, len(cells), photos)]
    guess = destination(truth, rng.uniform(0, 360, photos), rng.exponential(300.0, photos))
    scores = np.empty((photos, len(cells)), np.float32)
    for row in range(photos):
        weight = np.exp(-haversine_km(guess[row], cells.centroids) / 150.0)
        scores[row] = weight / weight.sum()
    return truth, scores


def literal_area_km2(
    images: list[NDArray[np.int32]], tables: list[RegionRaster], scores: list[NDArray[np.float64]],
    truth: NDArray[np.float64], floor: float,
) -> float:  # fmt: skip
    """One photo, pixel by pixel: densities (H, W), their product in logs, the area of all that is as likely."""
    shape = images[0].shape
    pixel = pixel_areas_km2(*shape)[:, None]
    logs = np.zeros(shape)
    for image, table, given in zip(images, tables, scores, strict=True):
        of_set = np.zeros(table.sets + 1)  # the last is for pixels without a region
        np.add.at(of_set, table.set_of_member, (given / given.sum() / table.areas_km2)[table.members])
        with np.errstate(divide="ignore"):
            logs += np.log(np.maximum(of_set[image], floor))
    row, col = pixels_of(truth[None], *shape)
    return float((pixel * (logs >= logs[row[0], col[0]] - TIE)).sum())


def measure(cells: Geocells, photos: int, literal: int, count: int, grid: tuple[int, int]) -> dict[str, float | int]:
    """Time both.

    Raises:
        ArtifactError: they do not agree.
    """
    truth, scores = drawn_photos(cells, photos)
    begun = time.perf_counter()
    tables = [rasterise(cells if k == 0 else replace(cells, rule="nearest"), grid) for k in range(count)]
    rasterised = time.perf_counter()
    atoms = Atoms.of(tables)
    atoms.areas_km2  # noqa: B018  the first look measures them
    made = time.perf_counter()
    busy = time.process_time()
    areas = search_areas_km2(atoms, [scores] * count, truth)
    seconds, busy = time.perf_counter() - made, time.process_time() - busy
    figures: dict[str, float | int] = {
        "photos": photos, "seconds": round(seconds, 3), "tables": count, "regions": len(cells), "atoms": len(atoms),
        "runs": len(atoms.runs.starts), "rasterise_s": round(rasterised - begun, 2),
        "atoms_s": round(made - rasterised, 2), "memory_mb": _memory_mb(),
    }  # fmt: skip
    images = [table.runs.unpack() for table in tables]
    floor = FLOOR / float(atoms.areas_km2.sum()) if count > 1 else 0.0
    begun = time.process_time()
    slow = [literal_area_km2(images, tables, [scores[row].astype(np.float64)] * count, truth[row], floor)
            for row in range(literal)]  # fmt: skip
    each = (time.process_time() - begun) / literal
    if not np.allclose(slow, areas[:literal], rtol=AGREE, atol=0.0):
        raise ArtifactError(f"the areas on atoms {areas[:literal]} are not those of the pixels {slow}.")
    figures |= {"literal_photos": literal, "literal_cpu_s_a_photo": round(each, 3)}
    return figures | {"cpu_s": round(busy, 3), "speedup": round(each * photos / max(busy, 1e-9), 1)}


def _memory_mb() -> int:
    return round(psutil.Process().memory_info().rss / 1e6)


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.recall_area`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recall_area", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--photos", type=int, default=1000, help="how many on atoms (default: %(default)s)")
    parser.add_argument("--literal", type=int, default=2, help="how many pixel by pixel (default: %(default)s)")
    parser.add_argument(
        "--tables", type=int, choices=(1, 2), default=1, help="tables of regions (default: %(default)s)"
    )
    parser.add_argument("--cells", type=Path, default=CELLS, help="geocells.parquet (default: the shipped one)")
    parser.add_argument("--grid", type=int, nargs=2, default=GRID, help="height and width (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    given = parser.parse_args(argv)

    def main() -> None:
        if not 0 < given.literal <= given.photos:
            raise ConfigError(f"--literal must be from 1 to --photos, found {given.literal} and {given.photos}.")
        if min(given.grid) < 1:
            raise ConfigError(f"--grid must be a height and a width, found {given.grid[0]} {given.grid[1]}.")
        figures = measure(read_geocells(given.cells), given.photos, given.literal, given.tables, tuple(given.grid))
        for name, value in figures.items():
            print(f"{name:24} {value}")
        if given.json:
            print(json.dumps(figures))

    run(main)


if __name__ == "__main__":
    cli(sys.argv[1:])
