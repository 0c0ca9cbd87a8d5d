"""Several measured runs side by side, with 95 % intervals, the ceiling of the world and PIGEON's published row.

    python -m benchmarks.figures RUN [RUN …] [--names "this one" "the one before"] [--ceiling ceiling.json] [--parts]

A RUN is a folder that `python -m model.evaluate` measured into (metrics.json, and predictions.csv beside it) or a file
of figures with the same keys. Intervals are those of metrics.json; a run that was measured before it told them all
takes them from its predictions. It prints a Markdown table; with --json the last line is one JSON object.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.tables.markdown import RADII, figure_table
from benchmarks.tables.published import PIGEON
from model.commands import run
from model.errors import ArtifactError
from model.geo.scoring import PAPER_SCALE_KM
from model.metrics.predictions import figures_of

NEEDED = ("n", "country_accuracy", "median_km", "mean_score", "within_km")
PARTS = {"unrefined": "its cell centres", "one_view": "one of its views"}
PUBLISHED = "PIGEON as published, real street view"
CEILING = "perfect eyes (world.ceiling)"


def read_figures(path: Path) -> dict[str, Any]:
    """Figures of a run's folder or file, with all intervals where its predictions lie beside it.

    Raises:
        ArtifactError: no such file, no JSON, or figures that lack a key.
    """
    file = path / "metrics.json" if path.is_dir() else path
    figures = checked(_json(file), str(file))
    beside = file.parent / "predictions.csv"
    if (figures.get("interval_95") or {}).get("within_km") is None and beside.is_file():
        again = figures_of(pd.read_csv(beside, keep_default_na=False), figures.get("scale_km", PAPER_SCALE_KM))
        if again["n"] != figures["n"]:
            raise ArtifactError(f"{beside} holds {again['n']:,} places and {file} speaks of {figures['n']:,}: they are "
                                "not of one run; measure again.")  # fmt: skip
        figures = figures | {"interval_95": again["interval_95"]}
    return figures


def read_ceiling(path: Path) -> dict[str, Any]:
    """The figures with all clues in what `python -m world.ceiling --out` wrote.

    Raises:
        ArtifactError: no such file, or another one.
    """
    found = _json(path)
    if not isinstance(found.get("all"), dict):
        raise ArtifactError(f"looked for the figures of `python -m world.ceiling --out` in {path}, found none.")
    return checked(found["all"], str(path))


def checked(figures: dict[str, Any], name: str) -> dict[str, Any]:
    """The figures, if they are all there.

    Raises:
        ArtifactError: naming what is missing.
    """
    missing = [key for key in NEEDED if key not in figures]
    missing += [f"within_km {radius}" for radius in RADII if radius not in (figures.get("within_km") or {})]
    if missing:
        raise ArtifactError(f"looked for the figures of `python -m model.evaluate` in {name}, found none of "
                            f"{missing[0]}; measure again.")  # fmt: skip
    return figures


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ArtifactError(f"looked for {path}, found no such file; run `python -m model.evaluate` first.")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ArtifactError(f"{path} could not be read as JSON ({error}).") from error
    if not isinstance(found, dict):
        raise ArtifactError(f"looked for an object of figures in {path}, found something else.")
    return found


def rows_of(runs: Sequence[Path], names: Sequence[str], ceiling: Path | None, parts: bool) -> dict[str, dict[str, Any]]:
    """All rows by name, in the order of the table."""
    rows: dict[str, dict[str, Any]] = {}
    for path, name in zip(runs, names or [path.stem if path.is_file() else path.name for path in runs], strict=True):
        figures = read_figures(path)
        if name in rows:
            raise ArtifactError(f"two runs are called '{name}'; give each a name with --names.")
        rows[name] = figures
        for key, words in PARTS.items():
            if parts and key in figures:
                rows[f"{name}: {words}"] = checked(figures[key], f"{path}, {key}")
    if ceiling is not None:
        rows[CEILING] = read_ceiling(ceiling)
    return rows | {PUBLISHED: PIGEON["full"]}


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.figures`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.figures", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument(
        "runs", nargs="+", type=Path, metavar="RUN", help="folder with metrics.json, or a file of figures"
    )
    parser.add_argument("--names", nargs="+", default=[], help="what to call the runs, one name each")
    parser.add_argument("--ceiling", type=Path, help="file that `python -m world.ceiling --out` wrote")
    parser.add_argument("--parts", action="store_true", help="also each run's cell centres, and one of its views")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    given = parser.parse_args(argv)
    if given.names and len(given.names) != len(given.runs):
        parser.error(f"{len(given.runs)} runs and {len(given.names)} names; give one name for each run")

    def main() -> None:
        rows = rows_of(given.runs, given.names, given.ceiling, given.parts)
        print(figure_table(rows.items()))
        if given.json:
            kept = (*NEEDED, "mean_km", "interval_95")
            print(json.dumps({name: {k: row[k] for k in kept if k in row} for name, row in rows.items()}))

    run(main)


if __name__ == "__main__":
    cli()
