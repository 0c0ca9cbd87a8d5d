"""Charts of the blind experiment, as Vega-Lite specifications: how often people knew, and what was scored."""

from typing import Any

import pandas as pd

from arena.blind_results import chance_of, wilson
from pages.components.identity import MODEL, PERSON, QUIET, TRUTH, hex_of

OF = {"person": "met a person", "model": "met Homing"}
COLOURS = {"all": TRUTH, "person": PERSON, "model": MODEL}


def detection(frame: pd.DataFrame) -> dict[str, Any]:
    """The share of verdicts that were right, of all and by whom one met, with 95 % intervals, each beside its chance.

    `frame` is that of `blind_results.blind_frame`, those rows that count, one at least.
    """
    values = []
    for kind, said in {"all": "all", **OF}.items():
        own = frame if kind == "all" else frame[frame["was"] == kind]
        if len(own):
            low, high = wilson(int(own["right"].sum()), len(own))
            chance = chance_of(frame, None if kind == "all" else kind)
            values.append({"who": f"{said} ({len(own):,})", "rate": float(own["right"].mean()), "low": low,
                           "high": high, "n": len(own), "chance": chance, "colour": hex_of(COLOURS[kind])})  # fmt: skip
    y = {"field": "who", "type": "nominal", "sort": [one["who"] for one in values], "title": None,
         "axis": {"labelLimit": 150}}  # fmt: skip
    x = {"type": "quantitative", "title": "share of verdicts that were right", "scale": {"domain": [0, 1]},
         "axis": {"format": "%"}}  # fmt: skip
    colour = {"field": "colour", "type": "nominal", "scale": None}
    tips = [{"field": "who"}, *({"field": name, "format": ".0%"} for name in ("rate", "low", "high", "chance"))]
    return {
        "data": {"values": values},
        "height": {"step": 44},
        "layer": [
            {"mark": {"type": "tick", "thickness": 2, "size": 34, "color": hex_of(QUIET)},
             "encoding": {"y": y, "x": {"field": "chance", **x}, "tooltip": tips}},
            {"mark": {"type": "bar", "height": 12, "opacity": 0.35, "cornerRadius": 5},
             "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}, "color": colour}},
            {"mark": {"type": "circle", "size": 110, "opacity": 1},
             "encoding": {"y": y, "x": {"field": "rate", **x}, "color": colour, "tooltip": tips}},
        ],
    }  # fmt: skip


def scores(frame: pd.DataFrame) -> dict[str, Any]:
    """What the opponents scored in each match, people and Homing: a tick for each, and the mean as a dot."""
    named = {"person": "people", "model": "Homing"}
    values = [
        {"who": named[was], "points": int(points), "colour": hex_of(COLOURS[was])}
        for was, points in zip(frame["was"], frame["other_total"], strict=True)
    ]
    y = {"field": "who", "type": "nominal", "sort": list(named.values()), "title": None}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    x = {"type": "quantitative", "title": "points of the opponent in a match", "scale": {"zero": True}}
    return {
        "data": {"values": values},
        "height": {"step": 44},
        "layer": [
            {"mark": {"type": "tick", "thickness": 2, "size": 22, "opacity": 0.5},
             "encoding": {"y": y, "x": {"field": "points", **x}, "color": colour}},
            {"mark": {"type": "circle", "size": 130, "opacity": 1},
             "encoding": {"y": y, "x": {"field": "points", "aggregate": "mean", **x}, "color": colour,
                          "tooltip": [{"field": "who"}, {"field": "points", "aggregate": "mean", "format": ",.0f",
                                                         "title": "mean"}]}},
        ],
    }  # fmt: skip
