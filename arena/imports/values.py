"""Values of foreign files as ours: numbers, times, names, or None. Survives anything; knows no format."""

import math
import time
from datetime import UTC, datetime
from typing import Any

MAX_NAME = 40
WRONG = math.nan  # a time that is none
DAY_S = 86_400.0
MILLISECONDS = 1e11  # larger times are milliseconds since 1970: seconds reach that in the year 5138


def number(value: Any) -> float | None:
    """A finite number, also when written as text ("1234.5", "1,5" with a decimal comma); None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        value = value.strip()
        if value.count(",") == 1 and "." not in value:
            value = value.replace(",", ".")
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(value: Any, most: int = 1_000_000_000) -> int | None:
    """A whole number from 0 to `most`; None for anything else."""
    found = number(value)
    return int(found) if found is not None and found == int(found) and 0 <= found <= most else None


def text(value: Any, most: int = MAX_NAME) -> str:
    """Printable text on one line, at most `most` characters; "" where there is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    clean = " ".join("".join(letter if letter.isprintable() else " " for letter in str(value)).split())
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def moment(value: Any) -> float | None:
    """A time as seconds since 1970: from seconds, milliseconds, or ISO 8601 (UTC where it names no zone).

    None where nothing stands there (or 0); not a number for what is no date of a game that was played, so that it can
    be counted: words, times before 1970 and after tomorrow.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    found = number(value)
    if found is not None and found > MILLISECONDS:
        found /= 1000.0
    if found is None and isinstance(value, str):
        try:
            read = datetime.fromisoformat(value.strip())
            found = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return WRONG
    if found is None or found < 0:
        return WRONG
    return (found or None) if found < time.time() + DAY_S else WRONG


def member(value: Any, *path: str) -> Any:
    """`value[path[0]][path[1]]…`; None where that does not exist."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def members(value: Any, *path: str) -> list[Any]:
    """Likewise, as a list: empty where there is none."""
    found = member(value, *path) if path else value
    return found if isinstance(found, list) else []
