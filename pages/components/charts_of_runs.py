"""Charts of what was stated beside what was measured, as Vega-Lite specifications. Pure functions of frames."""

from typing import Any

import pandas as pd

from pages.components import charts
from pages.components.identity import MODEL, QUIET, RGB, hex_of

SHARE = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"format": "%", "tickCount": 5}}
DIAGONAL = {
    "data": {"values": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]},
    "mark": {"type": "line", "strokeDash": [4, 4], "stroke": hex_of(QUIET), "strokeWidth": 1.5},
    "encoding": {"x": {"field": "x", **SHARE}, "y": {"field": "y", **SHARE}},
}


def reliability(bins: pd.DataFrame) -> dict[str, Any]:
    """Belief to the right, how often it was right upwards; on the dashed line both are the same."""
    x = {"field": "belief", "title": "belief in the best region", **SHARE}
    tooltip = [{"field": "n", "title": "places"}, {"field": "belief", "format": ".0%"},
               {"field": "right", "format": ".0%"}]  # fmt: skip
    return {
        "data": {"values": bins.to_dict("records")},
        "height": 320,
        "layer": [
            DIAGONAL,
            {"mark": {"type": "rule", "stroke": hex_of(MODEL), "strokeWidth": 2.5, "opacity": 0.45},
             "encoding": {"x": x, "y": {"field": "low", "title": "the region was right", **SHARE},
                          "y2": {"field": "high"}}},
            {"mark": {"type": "circle", "fill": hex_of(MODEL), "opacity": 0.95},
             "encoding": {"x": x, "y": {"field": "right", "title": "the region was right", **SHARE},
                          "size": {"field": "n", "type": "quantitative", "legend": None,
                                   "scale": {"range": [40, 420]}},
                          "tooltip": tooltip}},
        ],
    }  # fmt: skip


def coverage(rows: pd.DataFrame) -> dict[str, Any]:
    """How often the truth lay within the radius beside the chance that was stated."""
    values = rows.assign(title=[f"{stated:.0%} stated" for stated in rows["stated"]]).to_dict("records")
    y = {"field": "title", "type": "nominal", "sort": None, "title": None}
    x = {"type": "quantitative", "scale": {"domain": [0, 1.08]}, "title": "the truth lay within",
         "axis": {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1.0]}}  # fmt: skip
    return {
        "data": {"values": values},
        "height": {"step": 46},
        "layer": [
            {"mark": {"type": "bar", "cornerRadiusEnd": 4, "height": 20, "color": hex_of(MODEL), "opacity": 0.85},
             "encoding": {"y": y, "x": {"field": "measured", **x},
                          "tooltip": [{"field": "stated", "format": ".0%"}, {"field": "measured", "format": ".1%"},
                                      {"field": "median_km", "format": ",.0f", "title": "median radius, km"},
                                      {"field": "n", "title": "places"}]}},
            {"mark": {"type": "rule", "strokeWidth": 2.5, "stroke": hex_of(QUIET)},
             "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}}},
            {"mark": {"type": "tick", "thickness": 3, "height": 30, "color": hex_of(QUIET)},
             "encoding": {"y": y, "x": {"field": "stated", **x}}},
        ],
    }  # fmt: skip


def within(curve: pd.DataFrame, colours: dict[str, RGB]) -> dict[str, Any]:
    """For each run, the share of its places that were guessed within so many km."""
    chart = charts.within_curve(curve, colours)
    chart["encoding"]["y"]["title"] = "share of places"
    return chart


def recall_area(curve: pd.DataFrame, colours: dict[str, RGB]) -> dict[str, Any]:
    """For each run, the share of its places that were found within so many km²: `player`, `km2`, `share`."""
    chart = charts.within_curve(curve.rename(columns={"km2": "km"}), colours)
    chart["mark"].pop("interpolate")  # measured at ten areas for each factor of ten
    chart["encoding"]["x"] |= {
        "title": "km² searched, the likeliest first", "scale": {"type": "log", "domain": [10, 5.101e8]},
        "axis": {"values": [100, 1e4, 1e6, 1e8], "grid": True, "format": ",d"},
    }  # fmt: skip
    chart["encoding"]["y"]["title"] = "share of places found"
    chart["encoding"]["tooltip"][1]["title"] = "km²"
    return chart


def groups(found: pd.DataFrame, colours: dict[str, RGB], title: str) -> dict[str, Any]:
    """Mean score in each group with its interval, the most places above."""
    chart = charts.group_dots(found, colours, title)
    chart["layer"][1]["encoding"]["tooltip"] = [
        {"field": "group"}, {"field": "n", "title": "places"},
        {"field": "mean_score", "format": ",.0f", "title": "mean score"},
        {"field": "median_km", "format": ",.0f", "title": "median distance, km"},
    ]  # fmt: skip
    return chart
