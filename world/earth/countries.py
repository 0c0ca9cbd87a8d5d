"""Facts of countries: lines, bollards, poles, plates, signs, script, house style. Knows no scene and no pixels.

`country_facts.csv` has one row for each of about 160 countries. A cell ends with its standing: `!key` documented, where
`key` is a row of `country_sources.csv` (which also says whether the source was read for this table or is recalled),
`~` invented (so that neighbours with the same conventions can be told apart), nothing: the usual thing of the region.
All other countries take the first row of their continent in `continent_facts.csv` that serves them, and all of their
entries are regional.
"""

import csv
import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from model.errors import ConfigError
from world.earth.colour import NAMED
from world.earth.table_rows import EVERYWHERE, Countries, read_rows
from world.scene import RGB

TABLE = Path(__file__).parent / "tables/country_facts.csv"
SOURCES = Path(__file__).parent / "tables/country_sources.csv"
USUAL = Path(__file__).parent / "tables/continent_facts.csv"
Standing = Literal["documented", "regional", "invented"]


@dataclass(frozen=True)
class Country:
    """The facts of one country; `standing` and `source` say for each column of the table how well founded it is."""

    iso: str
    coverage: int  # street imagery: 0 none, 1 a few places, 2 partial, 3 full
    wealth: float  # 0 … 1, about the rank of income a head
    centre_line: str  # "none", "dashed", "solid", "double"
    centre_rgb: RGB
    edge_line: str  # "none", "dashed", "solid", "double" is drawn solid
    edge_rgb: RGB
    bollard: str  # "none", "post", "wedge", "slab", "stone"
    bollard_rgb: RGB
    bollard_mark_rgb: RGB  # the band
    bollard_glass_rgb: RGB  # the reflector; the band's colour where it has none of its own
    pole: str  # "none", "wood", "wood-cross", "concrete", "concrete-ladder", "steel"
    fittings: str  # what a pole carries: "pins", "arm", "arms", "crowded"
    transformers: bool  # grey cans hang on some poles
    guard_stripes: tuple[RGB, ...]  # two colours of stripes around a pole's foot, or none
    plate_front_rgb: RGB
    plate_rear_rgb: RGB
    plate_band_rgb: RGB
    plate_aspect: float
    board_rgb: RGB  # direction signs
    text_rgb: RGB
    entry_rgb: RGB  # where a town begins
    entry_text_rgb: RGB
    entry_border_rgb: RGB
    street_rgb: RGB  # street-name plates
    street_text_rgb: RGB
    streets: tuple[str, ...]  # usual street names, in the country's script
    route_prefix: str  # before a road's number; "" for none
    route_rgb: RGB
    route_text_rgb: RGB
    warning_shape: str  # "triangle", "diamond"
    warning_rgb: RGB
    warning_border_rgb: RGB
    animal: str  # that signs warn of, a name of `lettering.symbols.SYMBOLS`, or "none"
    chevron_rgb: RGB
    chevron_mark_rgb: RGB
    stop: str  # the word on a stop sign
    limit_form: str  # of speed limits: "ring", "ring-yellow", "ring-blue" (figures), "us", "canada"
    limit_town: int  # as the sign says it, km/h or mph
    limit_country: int
    stone: str  # of kilometres: "none", "dome", "block"
    stone_rgb: RGB
    stone_head_rgb: RGB
    script: str
    latin_below: bool  # boards repeat the name in Latin letters
    style: str  # key of world.earth.styles.STYLES
    miles: bool
    accents: tuple[float, ...]  # six invented habits of the country in -1 … 1: tints of walls, cars, lenses
    standing: dict[str, Standing] = field(compare=False)  # by column of the table
    source: dict[str, str] = field(compare=False)  # by documented column: key of `sources()`


FACTS = ("centre", "edge", "bollard", "pole", "fittings", "plate", "board", "entry", "street", "route", "warning",
         "animal", "chevron", "stop", "limit", "stone", "script", "style", "unit")  # fmt: skip
CONTINENTS = {"AF": "Africa", "AS": "Asia", "EU": "Europe", "NA": "North America", "SA": "South America",
              "OC": "Oceania", "AN": "Oceania"}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """Where documented facts come from."""

    key: str
    title: str
    address: str
    read: bool  # the text was read for this table; otherwise its rules are recalled
    covers: str


@lru_cache(maxsize=1)
def sources() -> dict[str, Source]:
    """All sources by key.

    Raises:
        ConfigError: a row without a title or an address, or one that does not say whether it was read.
    """
    found: dict[str, Source] = {}
    with SOURCES.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if not (row["key"] and row["title"] and row["address"] and row["read"] in ("yes", "recalled")):
                raise ConfigError(
                    f"{SOURCES.name}: the row {row['key']!r} lacks a title, an address, or 'yes' or 'recalled'."
                )
            found[row["key"]] = Source(row["key"], row["title"], row["address"], row["read"] == "yes", row["covers"])
    return found


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
    rows = _of_continents()
    name = CONTINENTS.get(continent, continent)
    usual = rows.get(name, rows["Africa"])
    return _read({"country": iso} | next(cells for countries, cells in usual if countries.has(iso)))


@lru_cache(maxsize=1)
def _of_continents() -> dict[str, tuple[tuple[Countries, dict[str, str]], ...]]:
    """By continent: (countries, cells) of its rows, the last of which serves all that the others do not name."""
    found: dict[str, tuple[tuple[Countries, dict[str, str]], ...]] = {}
    columns = ("coverage", "wealth", *FACTS)
    for row in read_rows(USUAL, ("continent", "countries", *columns)):
        name, codes = row.one_of("continent", tuple(CONTINENTS.values())), row.countries("countries")
        cells = {column: row.text(column) for column in columns}
        _read({"country": name} | cells, f"{row.file}: row {row.line}")
        found[name] = (*found.get(name, ()), (codes, cells))
    for name in CONTINENTS.values():
        if name not in found or found[name][-1][0] != EVERYWHERE:
            raise ConfigError(
                f"{USUAL.name}: looked for a last row of {name} that serves all its countries, found none; write it."
            )
    return found


def _read(row: dict[str, str], place: str = "") -> Country:
    place = place or f"{TABLE.name}: the row of {row['country']}"
    iso = row["country"]
    standing: dict[str, Standing] = {}
    source: dict[str, str] = {}
    cells: dict[str, list[str]] = {}
    try:
        for name in FACTS:
            text, mark = _marked(row[name])
            cells[name] = text.split()
            standing[name] = "documented" if mark[:1] == "!" else "invented" if mark else "regional"
            if mark[:1] == "!":
                source[name] = mark[1:]
                if mark[1:] not in sources():
                    raise ConfigError(
                        f"{place} names the source {mark[1:]!r} under {name}; "
                        f"write it into {SOURCES.name}, or take the mark away."
                    )
        centre, edge, bollard, stone = (
            _kind_and_colours(cells[name]) for name in ("centre", "edge", "bollard", "stone")
        )
        front, rear, band, aspect = cells["plate"]
        board, text_colour = cells["board"]
        entry, entry_text, entry_border = cells["entry"]
        street, street_text = cells["street"][:2]
        prefix, route, route_text = cells["route"]
        shape, warning, border = cells["warning"]
        chevron, mark_colour = cells["chevron"]
        limit_form, limit_town, limit_country = cells["limit"]
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
            bollard_glass_rgb=bollard[3],
            pole=cells["pole"][0],
            fittings=cells["fittings"][0],
            transformers="can" in cells["fittings"],
            guard_stripes=tuple(NAMED[colour] for colour in cells["fittings"][1:] if colour != "can"),
            plate_front_rgb=NAMED[front],
            plate_rear_rgb=NAMED[rear],
            plate_band_rgb=NAMED[band],
            plate_aspect=float(aspect),
            board_rgb=NAMED[board],
            text_rgb=NAMED[text_colour],
            entry_rgb=NAMED[entry],
            entry_text_rgb=NAMED[entry_text],
            entry_border_rgb=NAMED[entry_border],
            street_rgb=NAMED[street],
            street_text_rgb=NAMED[street_text],
            streets=tuple(" ".join(cells["street"][2:]).split("|")),
            route_prefix="" if prefix == "-" else prefix.replace("_", " "),
            route_rgb=NAMED[route],
            route_text_rgb=NAMED[route_text],
            warning_shape=shape,
            warning_rgb=NAMED[warning],
            warning_border_rgb=NAMED[border],
            animal=cells["animal"][0],
            chevron_rgb=NAMED[chevron],
            chevron_mark_rgb=NAMED[mark_colour],
            stop=" ".join(cells["stop"]),
            limit_form=limit_form,
            limit_town=int(limit_town),
            limit_country=int(limit_country),
            stone=stone[0],
            stone_rgb=stone[1],
            stone_head_rgb=stone[2],
            script=cells["script"][0],
            latin_below="latin" in cells["script"][1:],
            style=cells["style"][0],
            miles=cells["unit"][0] == "mi",
            accents=_accents(iso),
            standing=standing,
            source=source,
        )
    except (KeyError, ValueError, IndexError) as error:
        raise ConfigError(f"{place} cannot be read ({error}); mend that row.") from error


def _marked(cell: str) -> tuple[str, str]:
    """A cell without its mark, and the mark: "" regional, "~" invented, "!key" documented in that source."""
    text = cell.strip()
    if text.endswith("~"):
        return text[:-1], "~"
    head, found, key = text.rpartition("!")
    return (head, found + key.strip()) if found else (text, "")


def _kind_and_colours(cell: list[str]) -> tuple[str, RGB, RGB, RGB]:
    colours = [NAMED[name] for name in cell[1:]] or [NAMED["white"]]
    mark = colours[min(1, len(colours) - 1)]
    return cell[0], colours[0], mark, colours[2] if len(colours) > 2 else mark


def _accents(iso: str) -> tuple[float, ...]:
    digest = hashlib.sha256(f"accent {iso}".encode()).digest()
    return tuple(byte / 127.5 - 1.0 for byte in digest[:6])
