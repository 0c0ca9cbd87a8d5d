"""The chart of families of clues by how far a guess moves without them, as a Vega-Lite specification. Pure."""

from typing import Any

import pandas as pd

from pages.components.identity import MODEL, QUIET, TRUTH, hex_of


def moves(rows: pd.DataFrame, level_km: float) -> dict[str, Any]:
    """One bar for each family: `title`, `moved_km`, `nearer_km`, `distance_km`, `seen`; the farthest move first.

    Distances run over four powers of ten, so the axis is a logarithm that begins at 0.
    """
    values = rows[["title", "moved_km", "nearer_km", "distance_km", "seen"]].to_dict("records")
    for value in values:
        side = 0 if abs(value["nearer_km"]) < level_km else 1 if value["nearer_km"] > 0 else -1
        value["colour"] = hex_of({0: QUIET, 1: TRUTH, -1: MODEL}[side])
        value["far"] = f"{value['moved_km']:,.0f} km"
    y = {"field": "title", "type": "nominal", "sort": [value["title"] for value in values], "title": None,
         "axis": {"labelLimit": 190, "ticks": False}}  # fmt: skip
    x = {"field": "moved_km", "type": "quantitative", "title": "the guess moves, km",
         "scale": {"type": "symlog", "constant": 30, "domain": [0, 20000]},
         "axis": {"values": [0, 100, 1000, 5000, 20000], "format": ",d"}}  # fmt: skip
    return {
        "data": {"values": values},
        "height": {"step": 26},
        "layer": [
            {"mark": {"type": "bar", "cornerRadiusEnd": 3},
             "encoding": {"y": y, "x": x, "color": {"field": "colour", "type": "nominal", "scale": None},
                          "tooltip": [{"field": "title", "title": "without"},
                                      {"field": "moved_km", "format": ",.0f", "title": "the guess moves, km"},
                                      {"field": "distance_km", "format": ",.0f", "title": "then from the truth, km"},
                                      {"field": "seen", "format": ".1%", "title": "of the pixels change"}]}},
            {"mark": {"type": "text", "align": "left", "dx": 5, "fill": hex_of(QUIET)},
             "encoding": {"y": y, "x": x, "text": {"field": "far"}}},
        ],
    }  # fmt: skip
