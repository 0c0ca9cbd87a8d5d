"""Verb: cut the Earth up into geocells by the training places of a manifest -> RUN/geocells.parquet.

Only the split 'train' is read: cells made with a look at other places would leak them into every later figure. Knows
which procedures exist only through geocells/partition.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from model.artifacts import is_done, write_record
from model.commands import parser_for, read, run
from model.data.manifest import read_manifest
from model.errors import ConfigError
from model.geocells.partition import Method, make_geocells
from model.geocells.table import read_geocells, write_geocells

STAGE = "build_geocells"
FILE = "geocells.parquet"
POINTS_PER_CELL = 45  # PIGEON's cells hold 30 to 60 training points
MIN_CELLS = 8  # fewer say nothing


@dataclass(frozen=True)
class GeocellConfig:
    """What to cut up, and how finely."""

    manifest: Path = field(metadata={"help": "table of places; only its split 'train' is used"})
    out: Path = field(metadata={"help": "folder of the run; geocells.parquet is written there"})
    method: Method = field(
        default="kmeans",
        metadata={"help": "kmeans: clusters on the sphere; naive: rectangles split at the midpoint of the longer side"},
    )
    cells: int = field(default=0, metadata={"help": "kmeans: number of cells; 0: one for every 45 training places"})
    max_points: int = field(default=60, metadata={"help": "naive: split while a rectangle holds more places than this"})
    seed: int = field(default=0, metadata={"help": "seed of k-means"})

    def __post_init__(self) -> None:
        if self.cells < 0 or self.max_points < 1:
            raise ConfigError(f"--cells must be 0 or more and --max-points 1 or more, found {self.cells} and "
                              f"{self.max_points}.")  # fmt: skip


def main(config: GeocellConfig) -> Path:
    """Make the cells; a folder that already holds them, made from the same places, is left as it is."""
    path = config.out / FILE
    if is_done(config.out, STAGE, config, {"manifest": config.manifest}):
        print(f"{path}: already made from this manifest with this config, nothing to do")
        return path
    places = with_names(read_manifest(config.manifest, "train"))
    n_cells = config.cells or min(len(places), max(MIN_CELLS, round(len(places) / POINTS_PER_CELL)))
    table, rule = make_geocells(places, config.method, n_cells, config.max_points, config.seed)
    method = {"name": config.method, "cells": len(table), "max_points": config.max_points, "seed": config.seed}
    write_geocells(path, table, method, rule)
    sizes = table["n_train"].to_numpy()
    facts = {"cells": len(table), "places": len(places), "places_per_cell": {
        "min": int(sizes.min()), "median": float(np.median(sizes)), "max": int(sizes.max())}}  # fmt: skip
    write_record(config.out, STAGE, config, {"manifest": config.manifest}, {"geocells": path}, facts)
    cells = read_geocells(path)
    print(f"{path}: {len(cells):,} {config.method} cells of {len(places):,} training places "
          f"({sizes.min()} to {sizes.max()} places a cell, median {np.median(sizes):.0f})")  # fmt: skip
    return path


def with_names(places: pd.DataFrame) -> pd.DataFrame:
    """The places with a country and a region, asked of the atlas where the manifest has none."""
    if {"country", "region"} <= set(places.columns):
        return places
    from model.geo.atlas import Atlas

    named = Atlas.open().describe(places[["lat", "lng"]].to_numpy())
    return places.assign(country=named["country"].to_numpy(), region=named["region"].to_numpy())


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.build_geocells`."""
    parser = parser_for(GeocellConfig, "python -m model.build_geocells", str(__doc__))
    config = read(parser, GeocellConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
