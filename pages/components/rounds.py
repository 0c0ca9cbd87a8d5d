"""Rounds on the same places, player beside player: who won, a table, a map. Knows the scorebook's columns only."""

from itertools import cycle

import pandas as pd
import streamlit as st

from model.geo.scoring import MAX_SCORE
from pages.components import maps, words
from pages.components.identity import PLAYER_COLOURS, RGB, TRUTH

FURTHER_COLOURS: tuple[RGB, ...] = ((64, 132, 196), (190, 84, 140), (110, 150, 60), (150, 110, 80))


def labelled(guesses: pd.DataFrame) -> pd.DataFrame:
    """The scorebook's guesses with names that tell players apart: a person called Ada is not a bot called Ada."""
    kinds = guesses.groupby("player")["kind"].transform("nunique")
    return guesses.assign(player=guesses["player"].where(kinds <= 1, guesses["player"] + " (" + guesses["kind"] + ")"))


def colours(frame: pd.DataFrame) -> dict[str, RGB]:
    """A colour for each player: that of its kind, and further ones where a kind has several players."""
    further, given = cycle(FURTHER_COLOURS), {}
    for player, kind in frame[["player", "kind"]].drop_duplicates().itertuples(index=False):
        wanted = PLAYER_COLOURS.get(kind)
        given[player] = wanted if wanted and wanted not in given.values() else next(further)
    return given


def verdict(frame: pd.DataFrame) -> str:
    """Who won, over the rounds that all of them played: "**Ada** beats **model** by 1,204 points …"."""
    played = frame.groupby("round")["player"].nunique()
    shared = frame[frame["round"].isin(played.index[played == frame["player"].nunique()])]
    totals = shared.groupby("player")["score"].sum().sort_values(ascending=False)
    if len(totals) < 2:
        return ""
    rounds = shared["round"].nunique()
    where = f"over {rounds} round{'s' if rounds != 1 else ''}"
    first, second = totals.index[:2]
    gap = int(totals.iloc[0] - totals.iloc[1])
    if gap == 0:
        return f"**{first}** and **{second}** are level {where}: {totals.iloc[0]:,.0f} points each."
    return f"**{first}** beats **{second}** by {gap:,} points {where}: {totals.iloc[0]:,.0f} to {totals.iloc[1]:,.0f}."


def table(frame: pd.DataFrame) -> None:
    """A row for each round, two columns for each player."""
    order = list(
        dict.fromkeys(frame.sort_values("kind", key=lambda k: k.map({"person": 0, "bot": 1}).fillna(2))["player"])
    )
    wide = frame.pivot_table(
        index=["round", "country"], columns="player", values=["score", "distance_km"], aggfunc="last"
    )
    shown = pd.DataFrame({"Round": wide.index.get_level_values(0), "In": wide.index.get_level_values(1)})
    columns = {name: st.column_config.Column(width=54) for name in shown.columns}
    for player in order:  # scores first: they must be seen without scrolling
        shown[player] = wide[("score", player)].to_numpy()
        columns[player] = st.column_config.ProgressColumn(format="%d", min_value=0, max_value=MAX_SCORE, width=108)
    for player in order:
        shown[f"{player}: away"] = [words.distance(km) if pd.notna(km) else "—" for km in wide[("distance_km", player)]]
    st.dataframe(shown, hide_index=True, width="stretch", column_config=columns)


def atlas(frame: pd.DataFrame, key: str, height: int = 420) -> None:
    """Every truth with a line to every guess on it."""
    given = colours(frame)
    told = frame.assign(tip=lambda f: "<b>Round " + f["round"].astype(str) + "</b><br>" + f["country"].fillna(""))
    by_player = list(told.groupby("player"))
    layers = [maps.lines(part, given[player], name=f"lines-{n}") for n, (player, part) in enumerate(by_player)]
    layers.append(maps.pins(told.drop_duplicates(["round", "lat", "lng"]), TRUTH, 7, name="truth"))
    for number, (player, part) in enumerate(by_player):
        guesses = part.assign(
            tip=f"<b>{_plain(player)}</b>, round " + part["round"].astype(str) + "<br>"
            + part["distance_km"].map(words.distance) + ", " + part["score"].map("{:,} points".format),
            lat=part["guess_lat"], lng=part["guess_lng"],
        )  # fmt: skip
        layers.append(maps.pins(guesses, given[player], 6, name=f"guesses-{number}"))
    points = [*told[["lat", "lng"]].to_numpy().tolist(), *told[["guess_lat", "guess_lng"]].to_numpy().tolist()]
    maps.show(layers, maps.view_of(points), key=key, alt="Map of all rounds: truths and guesses", height=height)
    maps.legend([("truth", TRUTH), *((_plain(player), colour) for player, colour in given.items())])


def _plain(name: str) -> str:
    """A player's name as text, for the places that read HTML."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
