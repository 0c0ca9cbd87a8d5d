"""Verb: say where a photo, four views (N, E, S, W; four files or one 4:1 strip) or a 2:1 panorama was taken."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from model.commands import run
from model.geolocator import DEFAULT, SYSTEMS, Geolocator


def main(
    files: Sequence[Path],
    checkpoint: str | Path | None = None,
    as_json: bool = False,
    predictor: str = DEFAULT,
    encoder: str | Path | None = None,
    settings: Sequence[str] = (),
) -> str:
    """The guess for 1 or 4 files as a sentence, or as one line of JSON."""
    guess = Geolocator.load(checkpoint, predictor, encoder, settings).locate([str(file) for file in files])
    return json.dumps(guess.as_dict(), ensure_ascii=False) if as_json else guess.sentence()


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.locate`."""
    parser = argparse.ArgumentParser(prog="python -m model.locate", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="1 photo, 1 panorama, 1 strip of 4 views, or 4 views"
    )
    parser.add_argument("--checkpoint", type=Path, help="a run's folder, or a name on the hub "
                        "(default: the shipped one)")  # fmt: skip
    systems = "; ".join(f"{name}: {system.words}" for name, system in SYSTEMS.items())
    parser.add_argument("--predictor", choices=list(SYSTEMS), default=DEFAULT, help=f"which system answers. {systems} "
                        "(default: %(default)s)")  # fmt: skip
    parser.add_argument("--encoder", help="of zero-shot and geoclip: a folder, or a CLIP on the hub (default: the "
                        "checkpoint's)")  # fmt: skip
    parser.add_argument("--settings", nargs="+", default=[], metavar="KEY=VALUE", help="of zero-shot: prompts, leaves, "
                        "most, beam, temperature; of geoclip: gallery, cell_places, temperature")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the whole guess as one line of JSON")
    given = parser.parse_args(argv)
    asked = (given.predictor, given.encoder, given.settings)
    run(lambda: print(main(given.files, given.checkpoint, given.json, *asked)))


if __name__ == "__main__":
    cli()
