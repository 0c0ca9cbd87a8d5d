"""The table of a map of photos: a CSV, read and checked as if a stranger had made it. Knows no game and no picture.

    file,lat,lng[,heading]      heading: where the middle column looks, degrees from north

What is wrong is said by line and column, never by value: the sentence is shown to players, who must learn neither the
names of files nor where a photo was taken. The folder stands in the log.
"""

import csv
import math
from pathlib import Path

from model.errors import ManifestError

MAX_ROWS = 100_000
MAX_BYTES = 50 << 20

Row = tuple[str, float, float, float]  # file, lat, lng, heading_deg


def table_of(folder: Path) -> Path | None:
    """The CSV of a folder: places.csv, or the first by name; None when it holds none."""
    tables = sorted(folder.glob("*.csv"))
    return next((path for path in tables if path.name == "places.csv"), tables[0] if tables else None)


def read_rows(table: Path) -> tuple[Row, ...]:
    """Every line of a table, with headings from 0 to 360 and longitudes from -180 to 180.

    Raises:
        ManifestError: no UTF-8 CSV, a column that is missing, too many or too few lines, a line that is no place, or
            one that names a photo outside the folder or none at all.
    """
    rows: list[Row] = []
    try:
        if table.stat().st_size > MAX_BYTES:
            raise ManifestError(
                f"The table of this map is larger than {MAX_BYTES >> 20} MB; split it into several maps."
            )
        with table.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = {"file", "lat", "lng"} - {str(column).strip() for column in reader.fieldnames or ()}
            if missing:
                raise ManifestError(
                    f"The table of this map lacks the column {', '.join(sorted(missing))}; its first line must read "
                    "file,lat,lng or file,lat,lng,heading."
                )
            home = table.parent.resolve()
            for number, line in enumerate(reader, start=2):
                if len(rows) == MAX_ROWS:
                    raise ManifestError(
                        f"The table of this map has more than {MAX_ROWS} lines; split it into several maps."
                    )
                rows.append(_read_row(home, number, {str(k).strip(): v for k, v in line.items()}))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestError("The table of this map cannot be read as a UTF-8 CSV; save it as one.") from error
    if not rows:
        raise ManifestError("The table of this map lists no place; a game needs at least one.")
    return tuple(rows)


def inside(folder: Path, file: str) -> Path | None:
    """The path of a photo; None when it lies outside the folder, whatever links and dots say."""
    try:
        path = (folder / file).resolve()
    except (OSError, ValueError, RuntimeError):  # a zero byte, a circle of links
        return None
    return path if file and path.is_relative_to(folder.resolve()) else None


def _read_row(home: Path, number: int, line: dict[str, str | None]) -> Row:
    lat, lng = _number(number, "lat", line["lat"]), _number(number, "lng", line["lng"])
    heading_deg = _number(number, "heading", line.get("heading") or "0")
    if not math.isfinite(heading_deg):
        raise ManifestError(f"Line {number} of this map's table: the column heading is no angle in degrees.")
    if abs(lat) > 90.0 and abs(lat) <= 180.0 and abs(lng) <= 90.0:
        raise ManifestError(
            f"Line {number} of this map's table is no place on Earth; it looks as if lat and lng were swapped."
        )
    for column, value, most in (("lat", lat, 90.0), ("lng", lng, 360.0)):
        if not abs(value) <= most:
            raise ManifestError(
                f"Line {number} of this map's table is no place on Earth: looked for degrees from {-most:g} to "
                f"{most:g} in the column {column}, found something else."
            )
    file = (line["file"] or "").strip()
    path = inside(home, file)
    if path is None:
        raise ManifestError(
            f"Line {number} of this map's table names a photo that lies outside the folder; only its own may be shown."
        )
    if not path.is_file():
        raise ManifestError(f"Line {number} of this map's table names a photo that is not in that folder.")
    return file, lat, (lng + 180.0) % 360.0 - 180.0, heading_deg % 360.0


def _number(line: int, column: str, text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError as error:
        raise ManifestError(f"Line {line} of this map's table: the column {column} holds no number.") from error
