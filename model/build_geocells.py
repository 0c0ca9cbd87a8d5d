"""Verb: cut the Earth up into geocells by the training places of a manifest -> RUN/geocells.parquet.

Only the split 'train' is read: cells made with a look at other places would leak them into every later figure. Knows
which procedures exist only through geocells/partition.py.

    semantic  admin regions of one country, fused below the minimum and split by OPTICS above the maximum
    kmeans    clusters on the sphere, which know no borders
    naive     rectangles split at the midpoint of the longer side
    s2        cells of Google's S2 grid, split above the maximum and joined below the minimum
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from model.artifacts import is_done, write_record
from model.commands import parser_for, read, run
from model.data.manifest import read_manifest, read_source
from model.errors import ConfigError
from model.geocells.kmeans import KMeansSettings
from model.geocells.naive import NaiveSettings
from model.geocells.partition import Method, Settings, make_geocells, with_names
from model.geocells.regions import Columns, Regions, read_regions, regions_of_atlas
from model.geocells.s2 import S2Settings
from model.geocells.semantic import Preset, settings_of
from model.geocells.table import write_geocells

STAGE = "build_geocells"
FILE = "geocells.parquet"
POINTS_PER_CELL = 45  # PIGEON's cells hold 30 to 60 training points
MIN_CELLS, MAX_CELLS = 8, 8192  # of k-means, unless told: fewer say nothing, more take hours
# Which options mean something to which method; another one given is refused, never ignored.
OPTIONS = {
    "semantic": ("preset", "cells", "min_points", "max_points", "halve", "regions", "country_column", "admin1_column",
                 "admin2_column"),
    "kmeans": ("cells", "seed"),
    "naive": ("max_points",),
    "s2": ("min_points", "max_points", "min_level", "max_level"),
}  # fmt: skip


@dataclass(frozen=True)
class GeocellConfig:
    """What to cut up, and how finely. An option that is None was not given."""

    manifest: Path = field(metadata={"help": "table of places; only its split 'train' is used"})
    out: Path = field(metadata={"help": "folder of the run; geocells.parquet is written there"})
    method: Method = field(default="semantic", metadata={"help": "how to cut, see above"})
    preset: Preset | None = field(
        default=None,
        metadata={"help": "semantic: sizes and rounds of OPTICS, pigeon (30 to 60 places a cell; used when not told) "
                  "or pigeotto (1000 to 2000)"},
    )  # fmt: skip
    cells: int | None = field(
        default=None,
        metadata={"help": f"kmeans: number of cells (one for every {POINTS_PER_CELL} training places, {MAX_CELLS:,} at "
                  "most, when not told); semantic: about so many, instead of the preset's sizes"},
    )  # fmt: skip
    min_points: int | None = field(default=None, metadata={"help": "semantic, s2: join cells of fewer places (30)"})
    max_points: int | None = field(default=None, metadata={"help": "semantic, naive, s2: split larger cells (60)"})
    halve: bool | None = field(
        default=None, metadata={"help": "semantic: halve what OPTICS leaves above the maximum (yes, when not told)"}
    )
    regions: Path | None = field(
        default=None,
        metadata={"help": "semantic: a file of admin regions that pyogrio reads (GADM, geoBoundaries, Natural Earth); "
                  "the atlas's own when not told"},
    )  # fmt: skip
    country_column: str | None = field(default=None, metadata={"help": "semantic: its column of countries"})
    admin1_column: str | None = field(default=None, metadata={"help": "semantic: its column of admin-1 regions"})
    admin2_column: str | None = field(default=None, metadata={"help": "semantic: its column of admin-2 regions"})
    min_level: int | None = field(default=None, metadata={"help": "s2: coarsest level of cells (2)"})
    max_level: int | None = field(default=None, metadata={"help": "s2: finest level of cells (13)"})
    seed: int | None = field(default=None, metadata={"help": "kmeans: seed (0)"})

    def __post_init__(self) -> None:
        known = OPTIONS.get(self.method, ())
        if not known:
            raise ConfigError(f"looked for a method among {', '.join(OPTIONS)}, found '{self.method}'.")
        given = [item.name for item in fields(self) if item.default is None and getattr(self, item.name) is not None]
        for name in given:
            if name not in known:
                flag = f"--{name.replace('_', '-')}"
                able = " and ".join(method for method, names in OPTIONS.items() if name in names)
                raise ConfigError(f"{flag} means nothing to --method {self.method}: it belongs to {able}. Leave it out "
                                  "or choose another method.")  # fmt: skip
        if self.method == "semantic" and self.cells is not None and (self.min_points or self.max_points):
            raise ConfigError("--cells sets the sizes of semantic cells; leave out --min-points and --max-points.")
        if self.regions is None and (self.country_column or self.admin1_column or self.admin2_column):
            raise ConfigError("the columns are those of a file of regions; name it with --regions.")
        for name in ("cells", "min_points", "max_points"):
            if (getattr(self, name) or 1) < 1 or getattr(self, name) == 0:
                raise ConfigError(f"--{name.replace('_', '-')} must be 1 or more, found {getattr(self, name)}.")

    def settings(self, places: int) -> Settings:
        """What the procedure is told, for so many training places.

        Raises:
            ConfigError: numbers that contradict each other.
        """
        if self.method == "semantic":
            return settings_of(
                self.preset or "pigeon", places, self.cells or 0, self.min_points or 0, self.max_points or 0,
                self.halve is not False,
            )  # fmt: skip
        if self.method == "kmeans":
            usual = min(places, MAX_CELLS, max(MIN_CELLS, round(places / POINTS_PER_CELL)))
            return KMeansSettings(self.cells or usual, self.seed or 0)
        if self.method == "naive":
            return NaiveSettings(**self._given("max_points"))
        return S2Settings(**self._given("min_points", "max_points", "min_level", "max_level"))

    def _given(self, *names: str) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


def main(config: GeocellConfig) -> Path:
    """Make the cells; a folder that already holds them, made from the same places, is left as it is."""
    path = config.out / FILE
    inputs = {"manifest": config.manifest} | ({"regions": config.regions} if config.regions else {})
    regions = _regions(config) if config.regions else None  # a file that cannot be used is told at once
    if is_done(config.out, STAGE, config, inputs):
        print(f"{path}: already made from this manifest with this config, nothing to do")
        return path
    places = with_names(read_manifest(config.manifest, "train"))
    settings = config.settings(len(places))
    if config.method == "semantic" and regions is None:
        with Console(stderr=True).status("drawing the regions of the atlas, which takes a minute and is done once"):
            regions = regions_of_atlas()
    with _bar() as report:
        table, rule = make_geocells(places, settings, regions, report)
    method = {"name": config.method, "cells": len(table), **_plain(settings)}
    write_geocells(path, table, method, rule)
    sizes = table["points"].to_numpy()
    facts = {"cells": len(table), "places": len(places), "source": read_source(config.manifest), "places_per_cell": {
        "min": int(sizes.min()), "median": float(np.median(sizes)), "max": int(sizes.max())}}  # fmt: skip
    write_record(config.out, STAGE, config, inputs, {"geocells": path}, facts)
    print(f"{path}: {len(table):,} {config.method} cells of {len(places):,} training places "
          f"({sizes.min()} to {sizes.max()} places a cell, median {np.median(sizes):.0f})")  # fmt: skip
    return path


def _regions(config: GeocellConfig) -> Regions | None:
    if config.regions is None:
        return None
    columns = Columns(config.country_column or "", config.admin1_column or "", config.admin2_column or "")
    return read_regions(config.regions, columns)


def _plain(settings: Settings) -> dict[str, Any]:
    """Settings as they stand in the table's note."""
    values = {item.name: getattr(settings, item.name) for item in fields(settings)}
    return {("wanted" if name == "cells" else name): value for name, value in values.items()}


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A bar over the cells that semantic cells come from; nothing is drawn by procedures that do not report."""
    columns = (TextColumn("cutting cells"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: list[TaskID] = []

        def report(done: int, total: int) -> None:
            if not tasks:
                tasks.append(progress.add_task("cutting", total=total))
            progress.update(tasks[0], completed=done)

        yield report


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.build_geocells`."""
    parser = parser_for(GeocellConfig, "python -m model.build_geocells", str(__doc__))
    config = read(parser, GeocellConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
