"""Bring scores of people from elsewhere into the scorebook: GeoGuessr games and duels (JSON), tables of guesses (CSV).

    python -m arena.import_scores duels.json games.jsonl guesses.csv

Each file may hold one game or many. A game is imported whole or refused whole, and says why:

  positions   must be on Earth; latitude and longitude in each other's column are recognised and refused
  distances   must fit the positions
  points      must follow the law of the map, round(5000·exp(−10·distance / max error)); where the file does not state
              the max error, it is taken from the map's bounds or from the rounds, if they agree; else the game is
              imported with its points unconfirmed, apart from all others
  duplicates  the same guess of the same person on the same place is imported once, from however many files

A table has one row for each guess, separated by commas, semicolons or tabs, under a header like

  game,round,player,rating,map,map_max_error_m,mode,round_time_s,true_lat,true_lng,guess_lat,guess_lng,distance_m,score

Only the four positions are needed, and points or a scale; the usual other names of columns are understood.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from arena.imports.bring import Choices, bring
from arena.imports.summary import Summary
from arena.records import Kind
from arena.scorebook import Scorebook
from model.commands import parser_for, read, run
from model.errors import ConfigError, StorageError


@dataclass(frozen=True)
class ImportConfig:
    """Into which book, and what the files do not say."""

    database: str | None = field(
        default=None, metadata={"help": "SQLAlchemy URL of the scorebook; by default your own"}
    )
    pseudonyms: bool = field(
        default=False,
        metadata={"help": "replace names by Player 3F9A2C and the like: a keyed hash, whose secret stays in the home "
                  "folder, so that the same person stays the same"},
    )  # fmt: skip
    map: str = field(default="", metadata={"help": "name of the map, for games that do not say it"})
    max_error_m: float | None = field(
        default=None, metadata={"help": "max error of the map in metres, where it is not stated (World: 14916862)"}
    )
    kind: Kind = field(default="person", metadata={"help": "who played"})
    json: bool = field(default=False, metadata={"help": "end with one JSON object on the last line"})

    def __post_init__(self) -> None:
        if self.max_error_m is not None and not 1.0 <= self.max_error_m <= 1e9:
            raise ConfigError(f"a max error is between 1 and 1e9 metres, found {self.max_error_m:g}.")


def main(files: Sequence[Path], config: ImportConfig) -> Summary:
    """Import the files, print what happened, and return it."""
    for path in files:
        if not path.is_file():
            raise StorageError(f"looked for a file at {path}, found none.")
    book = Scorebook.open(config.database)
    choices = Choices(config.pseudonyms, config.map, config.max_error_m, config.kind)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("games"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=None)
        summary = bring(
            _contents(files), book, choices,
            lambda doing, done, of: progress.update(task, description=doing, completed=done, total=of or None),
        )  # fmt: skip
    print("\n".join(summary.sentences()))
    if config.json:
        print(json.dumps(summary.as_dict(), ensure_ascii=False))
    return summary


def arguments() -> ArgumentParser:
    """The command line: files, and a flag for each field of `ImportConfig`."""
    parser = parser_for(ImportConfig, "python -m arena.import_scores", __doc__ or "")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="games (JSON, JSON lines) or a table (CSV)")
    return parser


def _contents(files: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for path in files:
        try:
            yield path.name, path.read_bytes()
        except OSError as error:
            raise StorageError(f"looked for {path}, which cannot be read: {error.strerror}.") from error


def _command() -> None:
    parser = arguments()
    files = parser.parse_args().files
    summary = main(files, read(parser, ImportConfig))
    if summary.refused + len(summary.kinds) and not summary.imported + summary.known:
        sys.exit(2)  # nothing of what was given could be used


if __name__ == "__main__":
    run(_command)
