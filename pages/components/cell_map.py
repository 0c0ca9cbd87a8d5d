"""Geocells as polygons on the map: their colours, what stands under the pointer, the legend. Knows no page."""

import html
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pydeck as pdk
import shapely

from model.geocells.table import Geocells
from pages.components import words
from pages.components.cell_runs import Tested
from pages.components.identity import BOT, MODEL, PERSON, QUIET, RGB, TRUTH

SIZE, COUNTRY, AREA, ACCURACY = "Training places", "Country", "Area", "Accuracy"
STEPS = 5  # colours of a figure: the eye tells no more apart
LOW: RGB = PERSON  # for the least, terracotta for the most: neither looks like the sea
COUNTRIES: tuple[RGB, ...] = (
    MODEL,
    TRUTH,
    PERSON,
    BOT,
    (98, 132, 196),
    (134, 158, 78),
    (190, 100, 146),
    (110, 150, 160),
)
COARSEST_DEG = 0.05  # of the simplification; a small cell keeps a thirtieth of its width
FILL, FAINT = 150, 28


@dataclass(frozen=True)
class Shades:
    """A colour for each cell (C, 4), and what the colours mean."""

    colours: np.ndarray
    legend: list[tuple[str, RGB]]


def shapes(cells: Geocells) -> list[dict[str, Any]]:
    """The polygons as GeoJSON geometries, light enough for a page: (C,)."""
    width = np.sqrt(np.maximum(shapely.area(cells.polygons), 1e-8))
    simple = shapely.simplify(cells.polygons, np.minimum(COARSEST_DEG, width / 30.0))
    rounded = shapely.transform(simple, lambda xy: np.round(xy, 3))
    return [json.loads(text) for text in shapely.to_geojson(rounded)]


def shades(cells: Geocells, by: str, tested: Tested | None) -> Shades:
    """The colours of all cells by one of their properties."""
    if by == COUNTRY:
        return _by_country(cells)
    if by == ACCURACY and tested is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            return _by_steps(
                tested.right / tested.places, np.linspace(0.0, 1.0, STEPS + 1), lambda share: f"{share:.0%}"
            )
    if by == AREA:
        return _by_steps(cells.areas_km2, None, lambda area: f"{_rounded(area):,.0f} km²")
    return _by_steps(cells.table["points"].to_numpy(float), None, lambda count: f"{count:,.0f}")


def _by_steps(values: np.ndarray, edges: np.ndarray | None, written: Any) -> Shades:
    """Colours in steps with as many cells each, or between given edges; a cell without a value is faint."""
    known = np.isfinite(values)
    if edges is None:
        edges = np.unique(np.quantile(values[known], np.linspace(0.0, 1.0, STEPS + 1)))
    edges = edges if len(edges) > 1 else np.append(edges, edges + 1.0)
    ramp = [_between(LOW, MODEL, step / max(1, len(edges) - 2)) for step in range(len(edges) - 1)]
    step = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(ramp) - 1)
    colours = np.concatenate([np.array(ramp)[step], np.full((len(values), 1), FILL)], axis=1)
    colours[~known] = [*QUIET, FAINT]
    legend = [(f"{written(edges[n])} to {written(edges[n + 1])}", ramp[n]) for n in range(len(ramp))]
    return Shades(colours, legend + ([("no test place", QUIET)] if not known.all() else []))


def _by_country(cells: Geocells) -> Shades:
    """A colour for each country, another than those of the countries whose cells lie nearest, as far as eight reach."""
    names = sorted({str(code) for code in cells.countries})
    number = {code: row for row, code in enumerate(names)}
    own = np.array([number[str(code)] for code in cells.countries])
    touch = shapely.STRtree(cells.polygons).query(cells.polygons, predicate="dwithin", distance=0.5)
    near: dict[int, set[int]] = {row: set() for row in range(len(names))}
    for first, second in zip(*own[touch].tolist(), strict=True):
        if first != second:
            near[first].add(second)
    given: dict[int, int] = {}
    for row in sorted(near, key=lambda one: (-len(near[one]), one)):
        taken = [given[other] for other in near[row] if other in given]
        given[row] = min(range(len(COUNTRIES)), key=lambda c: (taken.count(c), (c - row) % len(COUNTRIES)))
    colours = np.array([[*COUNTRIES[given[row]], FILL] for row in own])
    return Shades(colours, [])


def tips(cells: Geocells, names: dict[str, str], tested: Tested | None) -> list[str]:
    """What stands under the pointer, as HTML: id, country, region, places, area, and how its places were guessed."""
    out = []
    table = cells.table
    for row, (cell, country, region, points, area) in enumerate(
        zip(table["cell_id"], table["country"], table["region"], table["points"], cells.areas_km2, strict=True)
    ):
        where = names.get(str(country), str(country)) or "no country"
        lines = [f"<b>Cell {cell}</b> · {html.escape(where)}", html.escape(str(region or "")),
                 f"{points:,} training places · {_rounded(area):,.0f} km²"]  # fmt: skip
        if tested is not None and tested.places[row]:
            lines.append(f"{tested.right[row]} of {tested.places[row]} test places guessed to be here, median "
                         f"{words.distance(float(tested.median_km[row]))} off")  # fmt: skip
        out.append("<br>".join(line for line in lines if line))
    return out


def layer(geometries: list[dict[str, Any]], colours: np.ndarray, told: list[str]) -> pdk.Layer:
    """All cells; the tip of the one under the pointer is shown."""
    features = [
        {"type": "Feature", "geometry": shape, "tip": tip, "properties": {"tip": tip, "c": colour}}
        for shape, tip, colour in zip(geometries, told, colours.tolist(), strict=True)
    ]
    return pdk.Layer(
        "GeoJsonLayer", id="cells", data={"type": "FeatureCollection", "features": features}, pickable=True,
        stroked=True, filled=True, auto_highlight=True, get_fill_color="properties.c", get_line_color=[*QUIET, 200],
        get_line_width=200, line_width_min_pixels=0.4, line_width_max_pixels=1.0,
    )  # fmt: skip


def _between(low: RGB, high: RGB, share: float) -> RGB:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(low, high, strict=True))
    return red, green, blue


def _rounded(value: float) -> float:
    """Two leading figures: an area is not known better."""
    if not np.isfinite(value) or value <= 0:
        return 0.0
    digits = int(np.floor(np.log10(value))) - 1
    return round(value / 10.0**digits) * 10.0**digits
