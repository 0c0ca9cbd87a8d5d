"""What a person says of a system as "key=value": read as the fields of its frozen dataclass. Knows no system."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

from model.errors import ConfigError

READ: dict[Any, Any] = {int: int, float: float, Path: Path, Path | None: Path}  # all else stays text


def read_settings(kind: type[Any], given: Sequence[str], system: str) -> dict[str, Any]:
    """ "key=value" as fields of the dataclass `kind` of a `system`.

    Raises:
        ConfigError: a key that is none, or a value that is no number where one belongs.
    """
    hints = get_type_hints(kind)
    known = [item.name for item in fields(kind)]
    found: dict[str, Any] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or key not in known:
            raise ConfigError(f"looked for a setting of {system} as key=value with a key among {', '.join(known)}, "
                              f"found '{text}'.")  # fmt: skip
        try:
            found[key] = READ.get(hints[key], str)(value)
        except ValueError as error:
            raise ConfigError(f"looked for a number after {key}=, found '{value}'.") from error
    return found
