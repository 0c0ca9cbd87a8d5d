"""Facts of countries: lines, bollards, poles, plates, signs, script, house style. Knows no scene and no pixels.

`country_facts.csv` has one row for each of about 160 countries. A cell ends with its standing: `!` documented (the
conventions that GeoGuessr players collect, such as plonkit.net and geotips.net, and the countries' own traffic signs),
`~` invented (so that neighbours with the same conventions can be told apart), nothing: the usual thing of the region.
All other countries take the defaults of their continent, and all of their entries are regional.
"""

import csv
import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from model.errors import ConfigError
from world.colour import NAMED
from world.scene import RGB

TABLE = Path(__file__).with_name("country_facts.csv")
Standing = Literal["documented", "regional", "invented"]
STANDINGS: dict[str, Standing] = {"!": "documented", "~": "invented"}


@dataclass(frozen=True)
class Country:
    """The facts of one country; `standing` says for each of its fields how well founded it is."""

    iso: str
    coverage: int  # street imagery: 0 none, 1 a few places, 2 partial, 3 full
    wealth: float  # 0 … 1, about the rank of income a head
    centre_line: str  # "none", "dashed", "solid", "double"
    centre_rgb: RGB
    edge_line: str  # "none", "dashed", "solid", "double" is drawn solid
    edge_rgb: RGB
    bollard: str  # "none", "post", "wedge", "slab", "stone"
    bollard_rgb: RGB
    bollard_mark_rgb: RGB
    pole: str
    plate_front_rgb: RGB
    plate_rear_rgb: RGB
    plate_band_rgb: RGB
    plate_aspect: float
    board_rgb: RGB
    text_rgb: RGB
    warning_shape: str
    warning_rgb: RGB
    warning_border_rgb: RGB
    chevron_rgb: RGB
    chevron_mark_rgb: RGB
    script: str
    style: str  # key of world.styles.STYLES
    miles: bool
    accents: tuple[float, ...]  # six invented habits of the country in -1 … 1: tints of walls, cars, lenses
    standing: dict[str, Standing] = field(compare=False)  # by column of the table


DEFAULTS = {
    "Africa": ("0.25", "dashed white", "none", "stone white red", "wood", "white white white 3.4", "green white",
               "triangle white red", "yellow black", "latin", "westafrican", "km"),
    "Asia": ("0.40", "dashed white", "solid white", "stone white black", "concrete", "white white white 3.0",
             "green white", "triangle white red", "yellow black", "arabic", "arab", "km"),
    "Europe": ("0.75", "dashed white", "solid white", "post white black", "wood", "white white blue 4.7", "blue white",
               "triangle white red", "white red", "latin", "central", "km"),
    "North America": ("0.50", "dashed yellow", "none", "none", "wood", "white white white 2.0", "green white",
                      "diamond yellow black", "yellow black", "latin", "caribbean", "km"),
    "South America": ("0.45", "dashed yellow", "solid white", "slab white red", "concrete", "white white white 2.6",
                      "green white", "diamond yellow black", "yellow black", "latin", "brazilian", "km"),
    "Oceania": ("0.40", "none", "none", "none", "wood", "white white white 2.8", "green white",
                "diamond yellow black", "yellow black", "latin", "pacific", "km"),
}  # fmt: skip
COLUMNS = ("country", "coverage", "wealth", "centre", "edge", "bollard", "pole", "plate", "board", "warning", "chevron",
           "script", "style", "unit")  # fmt: skip
CONTINENTS = {"AF": "Africa", "AS": "Asia", "EU": "Europe", "NA": "North America", "SA": "South America",
              "OC": "Oceania", "AN": "Oceania"}  # fmt: skip
ARABIC = {"LY", "SD", "SY", "YE", "KW", "BH", "MR", "AF", "IR", "IQ"}


@lru_cache(maxsize=1)
def table() -> dict[str, Country]:
    """All countries with a row of their own, by ISO-2 code."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return {row["country"]: _read(row) for row in csv.DictReader(stream)}


@lru_cache(maxsize=512)
def facts(iso: str, continent: str) -> Country:
    """The facts of a country; `continent` by name or two-letter code serves those without a row."""
    if iso in table():
        return table()[iso]
    name = CONTINENTS.get(continent, continent)
    cells = (iso, "0", *DEFAULTS.get(name, DEFAULTS["Africa"]))
    row = dict(zip(COLUMNS, cells, strict=True))
    if name == "Africa" and iso in ARABIC:
        row |= {"script": "arabic", "style": "maghreb"}
    elif name == "Asia" and iso not in ARABIC:
        row |= {"script": "latin"}
    return _read(row)


def _read(row: dict[str, str]) -> Country:
    iso = row["country"]
    standing: dict[str, Standing] = {name: STANDINGS.get(row[name][-1:], "regional") for name in COLUMNS[3:]}
    cells = {name: row[name].rstrip("!~").split() for name in COLUMNS[1:]}
    try:
        centre, edge, bollard = (_kind_and_colours(cells[name]) for name in ("centre", "edge", "bollard"))
        front, rear, band, aspect = cells["plate"]
        board, text = cells["board"]
        shape, warning, border = cells["warning"]
        chevron, mark = cells["chevron"]
        return Country(
            iso=iso,
            coverage=int(row["coverage"]),
            wealth=float(row["wealth"]),
            centre_line=centre[0],
            centre_rgb=centre[1],
            edge_line=edge[0],
            edge_rgb=edge[1],
            bollard=bollard[0],
            bollard_rgb=bollard[1],
            bollard_mark_rgb=bollard[2],
            pole=cells["pole"][0],
            plate_front_rgb=NAMED[front],
            plate_rear_rgb=NAMED[rear],
            plate_band_rgb=NAMED[band],
            plate_aspect=float(aspect),
            board_rgb=NAMED[board],
            text_rgb=NAMED[text],
            warning_shape=shape,
            warning_rgb=NAMED[warning],
            warning_border_rgb=NAMED[border],
            chevron_rgb=NAMED[chevron],
            chevron_mark_rgb=NAMED[mark],
            script=cells["script"][0],
            style=cells["style"][0],
            miles=cells["unit"][0] == "mi",
            accents=_accents(iso),
            standing=standing,
        )
    except (KeyError, ValueError, IndexError) as error:
        raise ConfigError(f"{TABLE.name}: the row of {iso} cannot be read ({error}); mend the table.") from error


def _kind_and_colours(cell: list[str]) -> tuple[str, RGB, RGB]:
    colours = [NAMED[name] for name in cell[1:]] or [NAMED["white"]]
    return cell[0], colours[0], colours[-1]


def _accents(iso: str) -> tuple[float, ...]:
    digest = hashlib.sha256(f"accent {iso}".encode()).digest()
    return tuple(byte / 127.5 - 1.0 for byte in digest[:6])
