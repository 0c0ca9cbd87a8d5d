"""Charts of scores and distances by player, as Vega-Lite specifications. Pure functions of frames; knows no page."""

from typing import Any

import pandas as pd

from model.geo.scoring import MAX_SCORE
from pages.components.identity import RGB, hex_of

NEAREST_KM, FARTHEST_KM = 1.0, 20_016.0  # half the way around the Earth


def score_histogram(frame: pd.DataFrame, colours: dict[str, RGB], bins: int = 10) -> dict[str, Any]:
    """The share of each player's rounds by score, in `bins` equal steps of 0 … 5000."""
    step = MAX_SCORE // bins
    binned = frame.assign(bin=(frame["score"].clip(0, MAX_SCORE - 1) // step * step).astype(int))
    counted = binned.groupby(["player", "bin"]).size().rename("rounds").reset_index()
    counted["share"] = counted["rounds"] / counted.groupby("player")["rounds"].transform("sum")
    counted["to"] = counted["bin"] + step
    return {
        "data": {"values": counted.to_dict("records")},
        "height": 260,
        "mark": {"type": "bar", "cornerRadiusTopLeft": 4, "cornerRadiusTopRight": 4},
        "encoding": {
            "x": {"field": "bin", "type": "ordinal", "title": "score of a round, from", "axis": {"labelAngle": 0}},
            "xOffset": {"field": "player"},
            "y": {"field": "share", "type": "quantitative", "title": "share of rounds", "axis": {"format": "%"}},
            "color": _by_player(colours),
            "tooltip": [
                {"field": "player"}, {"field": "bin", "title": "from"}, {"field": "to"}, {"field": "rounds"},
                {"field": "share", "format": ".0%"},
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
        "height": 260,
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
