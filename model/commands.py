"""Command lines built from frozen dataclasses, so that a default is written once. Knows no stage.

A field becomes a flag: `field(metadata={"help": …})` teaches it; a field without default is required; `bool` fields
become `--flag/--no-flag`; `Literal[…]` fields become choices; `Path`, `int`, `float` and `str` are read as such, and
`X | None` as X.
"""

import argparse
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from model.errors import HomingError

C = TypeVar("C")
STOPPED = "stopped; what was finished is kept, the same command goes on from there"


def parser_for(config: type[Any], prog: str, description: str, epilog: str | None = None) -> argparse.ArgumentParser:
    """A parser with one flag for each field of the dataclass `config`; defaults are shown in `--help`."""
    parser = argparse.ArgumentParser(
        prog=prog, description=description, epilog=epilog, formatter_class=_Formatter, allow_abbrev=False
    )
    hints = get_type_hints(config)
    for item in fields(config):
        kind = _without_none(hints[item.name])
        options: dict[str, Any] = {"help": item.metadata.get("help", " "), "dest": item.name}
        if item.default is not MISSING:
            options["default"] = item.default
        elif item.default_factory is not MISSING:
            options["default"] = item.default_factory()
        else:
            options["required"] = True
        if kind is bool:
            options["action"] = argparse.BooleanOptionalAction
        elif get_origin(kind) is Literal:
            options["choices"] = get_args(kind)
        elif get_origin(kind) is tuple:
            options |= {"nargs": "+", "type": get_args(kind)[0]}
        else:
            options["type"] = kind
        parser.add_argument(f"--{item.name.replace('_', '-')}", **options)
    return parser


def read(parser: argparse.ArgumentParser, config: type[C], argv: Sequence[str] | None = None) -> C:
    """Parse `argv` into a `config`; a contradiction that the dataclass refuses at birth ends as a usage error."""
    values = vars(parser.parse_args(argv))
    named = {item.name for item in fields(config)}  # type: ignore[arg-type]
    picked = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in named}
    try:
        return config(**picked)
    except (HomingError, ValueError) as error:
        parser.error(str(error))


def run(main: Callable[[], Any], stopped: str = STOPPED) -> None:
    """Run a command: an error that a person may see becomes one sentence on stderr and exit code 2.

    `stopped` is said when a person ends it.
    """
    try:
        main()
    except HomingError as error:
        path = Path(sys.argv[0])
        name = path.parent.name if path.stem == "__main__" else path.stem
        print(f"{name}: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print(stopped, file=sys.stderr)
        sys.exit(130)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None))
    return hint


class _Formatter(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Keeps the description's own line breaks and shows every default."""
