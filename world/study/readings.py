"""Fields of scenes as numbers with a unit, and how fine an eye reads each. Knows no picture.

A colour becomes CIELAB (D65), a direction its cosine (north) and sine (east), a word yes or no for each that its field
may hold, a name the fall of its groups of three letters, a palette its mean and its first and commonest colour, shares
one number a kind. So a field has the same columns for any scenes: its words are those of vocabularies.py. `in_steps`
counts in steps that a careful eye can just tell apart (STEPS): lengths to a tenth, shares to 0.08, colours to 3 units
of CIELAB, angles of the skyline to a third of a degree.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.errors import ConfigError
from world.scene import RGB, Scene
from world.study.vocabularies import vocabularies

LETTERS = 48  # numbers that stand for a name: how its groups of three letters fall
WORDS = frozenset({"signs.text", "signs.below", "signs.route", "signs.street", "buildings.shop_words"})
# units and what one step of the eye is; a length's is a share of it, so its logarithm is counted
STEPS = {"m": 0.10, "count": 0.10, "km or mi": 0.10, "share": 0.08, "share of water": 0.08, "number": 0.08,
         "CIELAB": 3.0, "degrees": 3.0, "cosine": 0.08, "sine": 0.08, "tangent": 0.006, "yes or no": 0.3,
         "letters": 0.3}  # fmt: skip
RELATIVE = frozenset({"m", "count", "km or mi"})
NUMBERS = frozenset({"turbidity", "storeys_mean", "roof_steepness", "plate_aspect", "exposure", "saturation", "height",
                    "hill_slope", "valley_slope", "grade", "crest", "cutting", "bank"})  # fmt: skip
Columns = dict[str, NDArray[np.float64]]  # numbers (N,) by part


@dataclass(frozen=True)
class Reading:
    """How a field is read: values of N scenes -> numbers by part, and their units."""

    read: Callable[[list[Any]], Columns]
    unit: Callable[[str], str]


def read(name: str, values: list[Any]) -> Columns:
    """A field "family.field" of N scenes as numbers (N,) by part; what is not there is NaN or infinite.

    Raises:
        ConfigError: a word that the field's vocabulary lacks.
    """
    return _reading(name).read(values)


def unit_of(column: str) -> str:
    """The unit of a column "family.field:part": one of STEPS."""
    name, _, part = column.partition(":")
    if name.startswith("relief.skyline"):
        return "tangent" if part == "tangent" else "share of water"
    return _reading(name).unit(part)


def in_steps(table: pd.DataFrame) -> pd.DataFrame:
    """Columns of clues counted in just noticeable steps, float32."""
    counted = np.empty(table.shape, np.float32)
    for k, column in enumerate(table.columns):
        unit, values = unit_of(str(column)), table.iloc[:, k].to_numpy(np.float32)
        counted[:, k] = (np.sign(values) * np.log1p(np.abs(values)) if unit in RELATIVE else values) / STEPS[unit]
    return pd.DataFrame(counted, columns=table.columns)


@lru_cache(maxsize=512)
def _reading(name: str) -> Reading:
    family, field = name.split(".")
    kind = _types(family)[field]
    return _of_words(name) or _of_number(name, kind) or _of_list(name, kind)


@lru_cache(maxsize=32)
def _types(family: str) -> dict[str, Any]:
    return get_type_hints(get_type_hints(Scene)[family])


def fields_of(family: str) -> list[str]:
    """Names "family.field" of what can be read of a family."""
    return [f"{family}.{item.name}" for item in fields(get_type_hints(Scene)[family])]


def _always(unit: str) -> Callable[[str], str]:
    return lambda _: unit


def _of_words(name: str) -> Reading | None:
    if name in WORDS:
        return Reading(_letters, _always("letters"))
    if name == "signs.distance":
        return Reading(lambda values: {"number": np.array([float(v.split()[0]) if v else np.nan for v in values])},
                       _always("km or mi"))  # fmt: skip
    if name == "furniture.guard_stripes":  # that there are none is a colour less, not a pole less
        return Reading(lambda values: {"number": np.array([float(len(v)) for v in values])} | _palette(values),
                       lambda part: "count" if part == "number" else "CIELAB")  # fmt: skip
    return None


def _of_number(name: str, kind: Any) -> Reading | None:
    field = name.split(".")[1]
    if kind is str:
        return Reading(lambda values: _counted(name, [((v, 1.0),) for v in values]), _always("yes or no"))
    if kind is bool:
        return Reading(lambda values: {"yes": np.array(values, np.float64)}, _always("yes or no"))
    if kind is int:
        return Reading(_values, _always("count"))
    if kind is float and field.endswith("azimuth_deg"):
        return Reading(
            lambda values: {"north": np.cos(np.radians(values)), "east": np.sin(np.radians(values))},
            lambda part: "cosine" if part == "north" else "sine",
        )
    if kind is float:
        unit = "degrees" if field.endswith("_deg") else "m" if field.endswith("_m") else "share"
        return Reading(_values, _always("number" if field in NUMBERS else unit))
    return None


def _of_list(name: str, kind: Any) -> Reading:
    item = get_args(kind)[0] if get_origin(kind) is tuple else None
    if kind == RGB:
        return Reading(lambda values: _colour("", np.array(values, np.float64)), _always("CIELAB"))
    if item is str:
        return Reading(
            lambda values: _counted(name, [[(kind, 1.0 / len(v)) for kind in v] for v in values]), _always("share")
        )
    if item == tuple[str, float]:
        return Reading(lambda values: _counted(name, values), _always("share"))
    if item == RGB:
        return Reading(_palette, _always("CIELAB"))
    return Reading(lambda values: {}, _always("number"))  # an array: only the relief's, read as the skyline


def _values(values: list[Any]) -> Columns:
    return {"value": np.array(values, np.float64)}


def _counted(name: str, values: Sequence[Sequence[tuple[str, float]]]) -> Columns:
    """Shares of N scenes, a column for each word of the field's vocabulary."""
    words = vocabularies()[name]
    place = {word: k for k, word in enumerate(words)}
    shares = np.zeros((len(words), len(values)))
    for row, value in enumerate(values):
        for word, share in value:
            if word not in place:
                raise ConfigError(
                    f"looked for a word of {name} among {', '.join(words)}, found {word!r}; add it to "
                    "world/study/vocabularies.py, or to the table that it reads."
                )
            shares[place[word], row] += share
    return dict(zip(words, shares, strict=True))


def _palette(values: list[tuple[RGB, ...]]) -> Columns:
    nothing = ((np.nan,) * 3,)
    means = np.array([np.mean(v or nothing, axis=0) for v in values])
    return _colour("mean_", means) | _colour("first_", np.array([(v or nothing)[0] for v in values]))


def _colour(prefix: str, rgb: NDArray[np.float64]) -> Columns:
    """sRGB (N, 3) as CIELAB (D65)."""
    light = np.where(rgb <= 0.04045, rgb / 12.92, ((np.maximum(rgb, 0.0) + 0.055) / 1.055) ** 2.4)
    xyz = light @ np.array([[0.4339, 0.2126, 0.0178], [0.3762, 0.7152, 0.1095], [0.1899, 0.0722, 0.8727]])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16.0 / 116.0)
    lab = {"light": 116.0 * f[:, 1] - 16.0, "red": 500.0 * (f[:, 0] - f[:, 1]), "yellow": 200.0 * (f[:, 1] - f[:, 2])}
    return {prefix + part: numbers for part, numbers in lab.items()}


def _letters(values: list[Any]) -> Columns:
    """Names as (N,) x LETTERS numbers: groups of three letters thrown into bins, so that likeness is closeness."""
    bins = np.zeros((len(values), LETTERS))
    for row, value in enumerate(values):
        word = f"^{(value if isinstance(value, str) else ' '.join(value)).casefold()}$"
        for k in range(len(word) - 2):
            code = crc32(word[k : k + 3].encode())
            bins[row, code % LETTERS] += 1.0 if code & 0x10000 else -1.0
    length = np.linalg.norm(bins, axis=1, keepdims=True)
    bins = np.where(length > 0.0, bins / np.maximum(length, 1e-9), np.nan)
    return {f"{k:02}": bins[:, k] for k in range(LETTERS)}
