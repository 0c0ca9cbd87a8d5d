"""Rows of the tables of the world's facts, read and checked cell by cell. Knows no fact.

A table is a csv file under `tables/` with one line of column names. Whatever cannot be read is refused in one sentence
that names the file, the row (as an editor counts lines) and the column, so that it can be mended at once.
"""

import csv
import math
import re
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from model.errors import ConfigError
from world.earth.colour import NAMED
from world.scene import RGB

FOLDER = Path(__file__).parent / "tables"
ISO, HEX = re.compile(r"[A-Z]{2}"), re.compile(r"[0-9a-f]{6}")


class Countries(NamedTuple):
    """Which countries a row speaks of: those listed, or all but those listed."""

    codes: frozenset[str]
    but: bool  # all others

    def has(self, iso: str) -> bool:
        """Whether the row speaks of this country."""
        return (iso in self.codes) != self.but


EVERYWHERE = Countries(frozenset(), True)


class TableRow:
    """One row: each question names a column and says what may stand there.

    Raises (every question):
        ConfigError: something else stands there.
    """

    def __init__(self, file: str, line: int, cells: dict[str, str]) -> None:
        self.file, self.line = file, line
        self._cells = cells

    def refusal(self, column: str, wanted: str) -> ConfigError:
        """The sentence that refuses a cell; for the caller to raise."""
        return ConfigError(
            f"{self.file}, row {self.line}, column '{column}': looked for {wanted}, found '{self._cells[column]}'; "
            "mend that cell."
        )

    def empty(self, column: str) -> bool:
        """Whether nothing stands there."""
        return not self._cells[column]

    def text(self, column: str) -> str:
        """Anything, or nothing."""
        return self._cells[column]

    def one_of(self, column: str, known: Collection[str]) -> str:
        """One of the `known` words; "" only where it is one of them."""
        if self._cells[column] not in known:
            raise self.refusal(column, f"one of {', '.join(word or 'nothing' for word in known)}")
        return self._cells[column]

    def yes(self, column: str) -> bool:
        """`yes`, or nothing for no."""
        return bool(self.one_of(column, ("", "yes")))

    def words(self, column: str, known: Collection[str] | None = None) -> tuple[str, ...]:
        """One word or more with blanks between them, each `known` where that is given."""
        words = tuple(self._cells[column].split())
        if not words:
            raise self.refusal(column, "one word or more")
        self._all_known(column, words, known)
        return words

    def number(self, column: str, low: float, high: float) -> float:
        """A number from `low` to `high`; a `!` behind it, which says that it is documented, is passed over."""
        return self._number(column, self._cells[column].removesuffix("!"), low, high)

    def shares(self, column: str, low: float, high: float, known: Collection[str] | None = None) -> dict[str, float]:
        """`name:number name:number …` in the table's order, each name once; nothing where nothing stands."""
        pairs = [item.partition(":") for item in self._cells[column].split()]
        self._all_known(column, [name for name, _, _ in pairs], known)
        found = {name: self._number(column, number, low, high) for name, _, number in pairs}
        if len(found) < len(pairs):
            raise self.refusal(column, "each name once")
        return found

    def shares_by_country(self, column: str, low: float, high: float) -> dict[str, float]:
        """`ISO:number ISO:number …`, each country once; nothing where nothing stands."""
        found = self.shares(column, low, high)
        self._all_iso(column, found)
        return found

    def marked_shares(self, column: str) -> tuple[tuple[tuple[str, float], ...], frozenset[str]]:
        """`name:share name:share! …` -> (name, share) that sum to 1, and the names whose share ends with `!`."""
        pairs = [item.partition(":") for item in self._cells[column].split()]
        shares = [self._number(column, share.removesuffix("!"), 0.0, 100.0) for _, _, share in pairs]
        names = [name for name, _, _ in pairs]
        if not all(names) or len(set(names)) < len(names) or (names and sum(shares) <= 0.0):
            raise self.refusal(column, "name:share, each name once and not all of them 0")
        marked = frozenset(name for name, _, share in pairs if share.endswith("!"))
        return tuple((name, share / sum(shares)) for name, share in zip(names, shares, strict=True)), marked

    def country(self, column: str) -> str:
        """One ISO-2 code."""
        self._all_iso(column, [self._cells[column]])
        return self._cells[column]

    def countries(self, column: str) -> Countries:
        """ISO-2 codes with blanks between them, `but` before those that are left out, nothing for all."""
        codes = self._cells[column].split()
        but = codes[:1] == ["but"]
        codes = codes[1:] if but else codes
        if but and not codes:
            raise self.refusal(column, "countries after 'but'")
        self._all_iso(column, codes)
        if len(set(codes)) < len(codes):
            raise self.refusal(column, "each country once")
        return Countries(frozenset(codes), but or not codes)

    def hexes(self, column: str) -> tuple[RGB, ...]:
        """Colours as six hexadecimal digits each; nothing where nothing stands."""
        return tuple(self.hex(column, digits) for digits in self._cells[column].split())

    def hex(self, column: str, digits: str) -> RGB:
        """One such colour out of a cell."""
        if not HEX.fullmatch(digits):
            raise self.refusal(column, "colours as six hexadecimal digits")
        return (int(digits[0:2], 16) / 255, int(digits[2:4], 16) / 255, int(digits[4:6], 16) / 255)

    def rgb(self, column: str) -> RGB:
        """Three numbers from 0 to 1, or the name of a colour."""
        text = self._cells[column]
        if text in NAMED:
            return NAMED[text]
        parts = text.split()
        if len(parts) != 3:
            raise self.refusal(column, f"three numbers from 0 to 1, or one of {', '.join(NAMED)}")
        red, green, blue = (self._number(column, part, 0.0, 1.0) for part in parts)
        return (red, green, blue)

    def _number(self, column: str, text: str, low: float, high: float) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise self.refusal(column, f"{'a number' if text == self._cells[column] else 'numbers'} "
                                       f"from {low:g} to {high:g}")  # fmt: skip
        return value

    def _all_known(self, column: str, words: Collection[str], known: Collection[str] | None) -> None:
        strangers = [word for word in words if known is not None and word not in known]
        if strangers:
            raise self.refusal(column, f"names that are known, not {', '.join(strangers)!r}")

    def _all_iso(self, column: str, codes: Collection[str]) -> None:
        if not all(ISO.fullmatch(code) for code in codes):
            raise self.refusal(column, "countries as two capital letters (ISO 3166)")


def read_rows(path: Path, columns: tuple[str, ...], key: str = "") -> list[TableRow]:
    """All rows of a table that has exactly these columns; no two rows share the `key` column, where one is named.

    Raises:
        ConfigError: no such file, no text, other columns, a row of another length, a key that comes twice.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            lines = [(reader.line_num, cells) for cells in reader if cells]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"looked for the table {path.name}, cannot read it ({error}); check it out again.") from error
    names = tuple(lines[0][1]) if lines else ()
    if names != columns:
        raise ConfigError(
            f"{path.name}, row 1: looked for the columns {', '.join(columns)}, found {', '.join(names) or 'none'}; "
            "mend its first line."
        )
    rows = []
    first: dict[str, int] = {}
    for line, cells in lines[1:]:
        if len(cells) != len(columns):
            raise ConfigError(
                f"{path.name}, row {line}: looked for {len(columns)} cells, found {len(cells)}; mend that row."
            )
        row = TableRow(path.name, line, {name: cell.strip() for name, cell in zip(columns, cells, strict=True)})
        if key and first.setdefault(row.text(key), line) != line:
            raise row.refusal(key, f"a name that row {first[row.text(key)]} does not have yet")
        rows.append(row)
    return rows
