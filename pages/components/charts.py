"""Charts of scores and distances by player, as Vega-Lite specifications. Pure functions of frames; knows no page.

Names of players are data here, never fields or expressions, so that no name can be more than a name. The legend is
the page's own.
"""

from typing import Any

import numpy as np
import pandas as pd

from arena.statistics import Paired
from pages.components.identity import QUIET, RGB, hex_of

NEAREST_KM, FARTHEST_KM = 1.0, 20_016.0  # half the way around the Earth
MOST_POINTS = 2000  # of a scatter: more would only be black


def score_histogram(distribution: pd.DataFrame, colours: dict[str, RGB]) -> dict[str, Any]:
    """The share of each player's rounds by score: `player`, `low`, `high`, `n`, `share`."""
    values = distribution.assign(low=distribution["low"].astype(int), high=distribution["high"].astype(int))
    return {
        "data": {"values": values.to_dict("records")},
        "height": 340,
        "mark": {"type": "bar", "cornerRadiusTopLeft": 3, "cornerRadiusTopRight": 3},
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


def within_curve(curve: pd.DataFrame, colours: dict[str, RGB]) -> dict[str, Any]:
    """For each player, the share of all rounds that came within so many km: `player`, `km`, `share`."""
    return {
        "data": {"values": curve[["player", "km", "share"]].to_dict("records")},
        "height": 340,
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


def outcome_bar(result: Paired, a: str, b: str, colours: dict[str, RGB]) -> dict[str, Any]:
    """One bar of all places: where a is ahead, where they are level, where b is ahead."""
    parts = [(a, result.wins, hex_of(colours[a])), ("level", result.draws, hex_of(QUIET)),
             (b, result.losses, hex_of(colours[b]))]  # fmt: skip
    values, start = [], 0
    for order, (name, count, colour) in enumerate(parts):
        if count:
            values.append({"who": name, "from": start, "to": start + count, "middle": start + count / 2,
                           "count": f"{count:,}", "colour": colour, "order": order})  # fmt: skip
        start += count
    domain = [0, max(1, result.places)]
    x = {"type": "quantitative", "scale": {"domain": domain, "nice": False}, "axis": None}
    return {
        "data": {"values": values},
        "height": 44,
        "layer": [
            {"mark": {"type": "bar", "height": 30, "cornerRadius": 4},
             "encoding": {"x": {"field": "from", **x}, "x2": {"field": "to"},
                          "color": {"field": "colour", "type": "nominal", "scale": None},
                          "tooltip": [{"field": "who", "title": "ahead"}, {"field": "count", "title": "places"}]}},
            {"mark": {"type": "text", "fontSize": 15, "fontWeight": 600, "fill": "#fff"},
             "encoding": {"x": {"field": "middle", **x}, "text": {"field": "count"}}},
        ],
    }  # fmt: skip


def paired_scatter(places: pd.DataFrame, a: str, b: str, colours: dict[str, RGB]) -> dict[str, Any]:
    """Each place as a point: the score of a to the right, of b upwards; level on the diagonal."""
    some = places if len(places) <= MOST_POINTS else places.sample(MOST_POINTS, random_state=0)
    # By who is ahead, not by what is written there: a player may be called "level".
    ahead = {1: (a, hex_of(colours[a])), -1: (b, hex_of(colours[b])), 0: ("level", hex_of(QUIET))}
    values = [
        {"a": score_a, "b": score_b, "ahead": ahead[sign][0], "colour": ahead[sign][1], "place": place}
        for score_a, score_b, sign, place in zip(
            some["score_a"].astype(int), some["score_b"].astype(int), np.sign(some["difference"]).astype(int),
            some["label"].fillna(""), strict=True,
        )
    ]  # fmt: skip
    axis = {
        "type": "quantitative",
        "scale": {"domain": [0, 5000]},
        "axis": {"values": [0, 1000, 2000, 3000, 4000, 5000]},
    }
    return {
        "data": {"values": values},
        "height": 340,
        "layer": [
            {"data": {"values": [{"x": 0, "y": 0}, {"x": 5000, "y": 5000}]},
             "mark": {"type": "line", "strokeDash": [4, 4], "stroke": hex_of(QUIET), "strokeWidth": 1.5},
             "encoding": {"x": {"field": "x", **axis}, "y": {"field": "y", **axis}}},
            {"mark": {"type": "circle", "size": 64, "opacity": 0.75},
             "encoding": {
                 "x": {"field": "a", "title": f"points of {a}", **axis},
                 "y": {"field": "b", "title": f"points of {b}", **axis},
                 "color": {"field": "colour", "type": "nominal", "scale": None},
                 "tooltip": [{"field": "place"}, {"field": "ahead"}, {"field": "a", "title": "first"},
                             {"field": "b", "title": "second"}]}},
        ],
    }  # fmt: skip


def group_dots(groups: pd.DataFrame, colours: dict[str, RGB], title: str) -> dict[str, Any]:
    """Mean score of each player in each group, with its interval where there is one, the most rounds above.

    `groups` has player, group (as shown, with its count), n, mean_score, mean_score_low and mean_score_high.
    """
    order = list(dict.fromkeys(groups.sort_values("total", ascending=False, kind="stable")["group"]))
    values = groups.astype(object).where(groups.notna(), None).to_dict("records")
    y = {"field": "group", "type": "nominal", "sort": order, "title": title, "axis": {"labelLimit": 190}}
    offset = {"field": "player"}
    x = {"type": "quantitative", "title": "mean score", "scale": {"domain": [0, 5000]}}
    return {
        "data": {"values": values},
        "height": {"step": 30, "for": "position"},
        "layer": [
            {"mark": {"type": "rule", "strokeWidth": 2.5, "opacity": 0.55},
             "transform": [{"filter": "isValid(datum.mean_score_low)"}],
             "encoding": {"y": y, "yOffset": offset, "x": {"field": "mean_score_low", **x},
                          "x2": {"field": "mean_score_high"}, "color": _by_player(colours)}},
            {"mark": {"type": "circle", "size": 70, "opacity": 1},
             "encoding": {"y": y, "yOffset": offset, "x": {"field": "mean_score", **x}, "color": _by_player(colours),
                          "tooltip": [{"field": "player"}, {"field": "group"}, {"field": "n", "title": "rounds"},
                                      {"field": "mean_score", "format": ",.0f", "title": "mean score"},
                                      {"field": "mean_score_low", "format": ",.0f", "title": "from"},
                                      {"field": "mean_score_high", "format": ",.0f", "title": "to"}]}},
        ],
    }  # fmt: skip


def _by_player(colours: dict[str, RGB]) -> dict[str, Any]:
    scale = {"domain": list(colours), "range": [hex_of(colour) for colour in colours.values()]}
    return {"field": "player", "type": "nominal", "scale": scale, "legend": None}  # the page has one, which wraps
