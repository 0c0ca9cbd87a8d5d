"""Verb: say where a photo, four views (N, E, S, W; four files or one 4:1 strip) or a 2:1 panorama was taken."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from model.commands import run
from model.geolocator import Geolocator


def main(files: Sequence[Path], checkpoint: Path | None = None, as_json: bool = False) -> str:
    """The guess for 1 or 4 files as a sentence, or as one line of JSON."""
    guess = Geolocator.load(checkpoint).locate([str(file) for file in files])
    return json.dumps(guess.as_dict(), ensure_ascii=False) if as_json else guess.sentence()


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.locate`."""
    parser = argparse.ArgumentParser(prog="python -m model.locate", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="1 photo, 1 panorama, 1 strip of 4 views, or 4 views"
    )
    parser.add_argument("--checkpoint", type=Path, help="a run's folder, or a name on the hub "
                        "(default: the shipped one)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the whole guess as one line of JSON")
    given = parser.parse_args(argv)
    run(lambda: print(main(given.files, given.checkpoint, given.json)))


if __name__ == "__main__":
    cli()
