"""Rounds on the same places, player beside player: who won, a table, a map. Knows the scorebook's columns only.

Replays count once here as everywhere: the first guess of a player on a place.
"""

from itertools import cycle

import pandas as pd
import streamlit as st

from model.geo.scoring import MAX_SCORE
from pages.components import maps, names, words
from pages.components.identity import PLAYER_COLOURS, RGB, TRUTH

FURTHER_COLOURS: tuple[RGB, ...] = (
    (64, 132, 196), (190, 84, 140), (110, 150, 60), (150, 110, 80), (104, 118, 140), (170, 150, 40),
)  # fmt: skip
ORDER = {"person": 0, "bot": 1, "model": 2}
PER_PLAYER = ("score", "distance_km")


def labelled(guesses: pd.DataFrame) -> pd.DataFrame:
    """The scorebook's guesses with names that tell players apart; players without an identity are known by name."""
    if "player_id" not in guesses:
        guesses = guesses.assign(player_id=guesses["kind"] + ":" + guesses["player"])
    return names.apart(guesses)


def colours(frame: pd.DataFrame) -> dict[str, RGB]:
    """A colour for each player: that of its kind, and further ones where a kind has several players."""
    further, given = cycle(FURTHER_COLOURS), {}
    for player, kind in frame[["player", "kind"]].drop_duplicates("player").itertuples(index=False):
        wanted = PLAYER_COLOURS.get(kind)
        given[player] = wanted if wanted and wanted not in given.values() else next(further)
    return given


def verdict(frame: pd.DataFrame) -> str:
    """Who won, over the rounds that all of them played: "**Ada** beats **model** by 1,204 points …", as Markdown."""
    frame = _first(frame)
    played = frame.groupby("round")["player"].nunique()
    shared = frame[frame["round"].isin(played.index[played == frame["player"].nunique()])]
    totals = shared.groupby("player")["score"].sum().sort_values(ascending=False)
    if len(totals) < 2:
        return ""
    rounds = shared["round"].nunique()
    where = f"over {rounds} round{'s' if rounds != 1 else ''}"
    first, second = (names.as_markdown(name) for name in totals.index[:2])
    gap = int(totals.iloc[0] - totals.iloc[1])
    if gap == 0:
        return f"**{first}** and **{second}** are level {where}: {totals.iloc[0]:,.0f} points each."
    return f"**{first}** beats **{second}** by {gap:,} points {where}: {totals.iloc[0]:,.0f} to {totals.iloc[1]:,.0f}."


def table(frame: pd.DataFrame) -> None:
    """A row for each round, two columns for each player; no name of a player is the name of a column."""
    frame = _first(frame)
    order = list(dict.fromkeys(frame.sort_values("kind", key=lambda kind: kind.map(ORDER), kind="stable")["player"]))
    wide = frame.pivot_table(index=["round", "country"], columns="player", values=list(PER_PLAYER), aggfunc="first")
    shown = pd.DataFrame({"Round": wide.index.get_level_values(0), "In": wide.index.get_level_values(1)})
    columns = {"Round": st.column_config.Column(width=46), "In": st.column_config.Column(width=40)}
    for player in order:  # scores first: they must be seen without scrolling
        title = _title(player, shown)
        shown[title] = wide[("score", player)].to_numpy() if ("score", player) in wide else float("nan")
        columns[title] = st.column_config.ProgressColumn(format="%d", min_value=0, max_value=MAX_SCORE, width=86)
    for player in order:
        title = _title(f"{player}: away", shown)
        away = wide[("distance_km", player)] if ("distance_km", player) in wide else [float("nan")] * len(wide)
        shown[title] = [words.distance(km) if pd.notna(km) else "—" for km in away]
        columns[title] = st.column_config.Column(width=76)
    st.dataframe(shown, hide_index=True, width="stretch", column_config=columns)


def atlas(frame: pd.DataFrame, key: str, height: int = 420, given: dict[str, RGB] | None = None) -> None:
    """Every truth with a line to every guess on it; `given` are the colours of the page, where it has chosen them."""
    frame = _first(frame)
    given = given or colours(frame)
    told = frame.assign(
        tip="<b>Round " + frame["round"].astype(str) + "</b><br>" + frame["country"].fillna("").map(names.as_html)
    )
    by_player = list(told[told["guess_lat"].notna()].groupby("player"))
    layers = [maps.lines(part, given[player], name=f"lines-{n}") for n, (player, part) in enumerate(by_player)]
    layers.append(maps.pins(told.drop_duplicates(["round", "lat", "lng"]), TRUTH, 7, name="truth"))
    for number, (player, part) in enumerate(by_player):
        guesses = part.assign(
            tip=f"<b>{names.as_html(player)}</b>, round " + part["round"].astype(str) + "<br>"
            + part["distance_km"].map(words.distance) + ", " + part["score"].map("{:,} points".format),
            lat=part["guess_lat"], lng=part["guess_lng"],
        )  # fmt: skip
        layers.append(maps.pins(guesses, given[player], 6, name=f"guesses-{number}"))
    pinned = told[told["guess_lat"].notna()]
    points = [*told[["lat", "lng"]].to_numpy().tolist(), *pinned[["guess_lat", "guess_lng"]].to_numpy().tolist()]
    maps.show(layers, maps.view_of(points), key=key, alt="Map of all rounds: truths and guesses", height=height)
    here = dict.fromkeys(frame["player"])
    maps.legend([("truth", TRUTH), *((names.as_html(player), given[player]) for player in here)])


def _first(frame: pd.DataFrame) -> pd.DataFrame:
    """A player's first guess in each round of these places."""
    ordered = frame.sort_values("at", kind="stable") if "at" in frame else frame
    return ordered.drop_duplicates(["player", "round"])


def _title(wanted: str, shown: pd.DataFrame) -> str:
    """A title for another column: a player may be called like one that is there already."""
    while wanted in shown:
        wanted += " (player)"
    return wanted
