"""Charts of ratings, as Vega-Lite specifications: who stands where, and how each came there. Knows no page.

Names of players are data here, never fields or expressions, so that no name can be more than a name.
"""

from typing import Any

import pandas as pd

from pages.components.identity import PLAYER_COLOURS, QUIET, RGB, hex_of

MOST_MATCHES = 400  # of one curve: more points than a screen has columns


def intervals(standings: pd.DataFrame) -> dict[str, Any]:
    """Each player's rating as a dot, its interval as a bar, in the order of the rows.

    `standings` has player, kind, rating, low, high and rounds.
    """
    values = [
        {"player": row.player, "rating": row.rating, "low": row.low, "high": row.high, "rounds": row.rounds,
         "colour": hex_of(PLAYER_COLOURS.get(row.kind, QUIET))}
        for row in standings.itertuples()
    ]  # fmt: skip
    y = {"field": "player", "type": "nominal", "sort": standings["player"].tolist(), "title": None,
         "axis": {"labelLimit": 150}}  # fmt: skip
    x = {"type": "quantitative", "title": "rating, and where it lies with 95 %", "scale": {"zero": False}}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    return {
        "data": {"values": values},
        "height": {"step": 24},
        "layer": [
            {"mark": {"type": "bar", "height": 9, "opacity": 0.35, "cornerRadius": 4},
             "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}, "color": colour}},
            {"mark": {"type": "circle", "size": 80, "opacity": 1},
             "encoding": {"y": y, "x": {"field": "rating", **x}, "color": colour,
                          "tooltip": _tips("player", "rounds")}},
        ],
    }  # fmt: skip


def curves(history: pd.DataFrame, colours: dict[str, RGB]) -> dict[str, Any]:
    """Ratings after each match, and a band of 95 % around them: player, match, rounds, rating, low, high."""
    values = pd.concat([_thinned(own) for _, own in history.groupby("player", sort=False)]) if len(history) else history
    scale = {"domain": list(colours), "range": [hex_of(colour) for colour in colours.values()]}
    colour = {"field": "player", "type": "nominal", "scale": scale, "legend": None}  # the page has one, which wraps
    x = {"field": "match", "type": "quantitative", "title": "match", "axis": {"tickMinStep": 1, "format": "d"},
         "scale": {"zero": False, "nice": False}}  # fmt: skip
    y = {"type": "quantitative", "title": "rating", "scale": {"zero": False}}
    return {
        "data": {"values": values[["player", "match", "rounds", "rating", "low", "high"]].to_dict("records")},
        "height": 380,
        "layer": [
            {"mark": {"type": "area", "opacity": 0.18},
             "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}, "color": colour}},
            {"mark": {"type": "line", "strokeWidth": 2.5, "point": {"size": 22} if len(values) <= 60 else False},
             "encoding": {"x": x, "y": {"field": "rating", **y}, "color": colour,
                          "tooltip": _tips("player", "match", "rounds")}},
        ],
    }  # fmt: skip


def _thinned(own: pd.DataFrame) -> pd.DataFrame:
    """Every so many matches of a long curve, its last one always."""
    step = -(-len(own) // MOST_MATCHES)
    return own.iloc[::-1].iloc[::step].iloc[::-1]


def _tips(*names: str) -> list[dict[str, Any]]:
    figures = {"rating": "rating", "low": "from", "high": "to"}
    return [{"field": name} for name in names] + [
        {"field": name, "format": ",.0f", "title": title} for name, title in figures.items()
    ]
