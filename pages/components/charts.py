"""Charts of scores and distances by player, as Vega-Lite specifications. Pure functions of frames; knows no page."""

from typing import Any

import pandas as pd

from pages.components.identity import RGB, hex_of

NEAREST_KM, FARTHEST_KM = 1.0, 20_016.0  # half the way around the Earth


def score_histogram(distribution: pd.DataFrame, colours: dict[str, RGB]) -> dict[str, Any]:
    """The share of each player's rounds by score: `player`, `low`, `high`, `n`, `share`."""
    values = distribution.assign(low=distribution["low"].astype(int), high=distribution["high"].astype(int))
    return {
        "data": {"values": values.to_dict("records")},
        "height": 320,
        "mark": {"type": "bar", "cornerRadiusTopLeft": 4, "cornerRadiusTopRight": 4},
        "encoding": {
            "x": {"field": "low", "type": "ordinal", "title": "score of a round, from", "axis": {"labelAngle": 0}},
            "xOffset": {"field": "player"},
            "y": {"field": "share", "type": "quantitative", "title": "share of rounds", "stack": None,
                  "axis": {"format": "%"}},
            "color": _by_player(colours),
            "tooltip": [
                {"field": "player"}, {"field": "low", "title": "from"}, {"field": "high", "title": "to"},
                {"field": "n", "title": "rounds"}, {"field": "share", "format": ".0%"},
            ],
        },
    }  # fmt: skip


def within_curve(frame: pd.DataFrame, colours: dict[str, RGB]) -> dict[str, Any]:
    """For each player, the share of rounds that came within so many km (a step for each round)."""
    rows = []
    for player, part in frame.groupby("player"):
        away = part["distance_km"].clip(NEAREST_KM, FARTHEST_KM).sort_values().to_list()
        rows.append({"player": player, "km": NEAREST_KM, "share": 0.0})
        rows += [{"player": player, "km": km, "share": (rank + 1) / len(away)} for rank, km in enumerate(away)]
        rows.append({"player": player, "km": FARTHEST_KM, "share": 1.0})
    return {
        "data": {"values": rows},
        "height": 320,
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.5},
        "encoding": {
            "x": {"field": "km", "type": "quantitative", "title": "within so many km",
                  "scale": {"type": "log", "domain": [NEAREST_KM, FARTHEST_KM]},
                  "axis": {"values": [1, 25, 200, 750, 2500, 20000], "grid": True, "format": ",d"}},
            "y": {"field": "share", "type": "quantitative", "title": "share of rounds", "axis": {"format": "%"},
                  "scale": {"domain": [0, 1]}},
            "color": _by_player(colours),
            "tooltip": [{"field": "player"}, {"field": "km", "format": ",.0f"}, {"field": "share", "format": ".0%"}],
        },
    }  # fmt: skip


def _by_player(colours: dict[str, RGB]) -> dict[str, Any]:
    scale = {"domain": list(colours), "range": [hex_of(colour) for colour in colours.values()]}
    return {"field": "player", "type": "nominal", "scale": scale, "legend": {"orient": "top", "title": None}}
