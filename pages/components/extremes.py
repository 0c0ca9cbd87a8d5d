"""The best and the worst rounds of a player, and their four views where the world can draw them, when asked for."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.components import names, notices, resources, words
from world import WORLD_VERSION

EACH = 3


def show(frame: pd.DataFrame, pair: tuple[str, str] | None) -> None:
    """A choice of the player, then the rounds."""
    st.subheader("Best and worst rounds")
    players = frame.drop_duplicates("player_id").set_index("player_id")["player"]
    known = [one for one in (pair or ()) if one in players.index]
    order = [*known, *(one for one in frame["player_id"].value_counts().index[:100] if one not in known)]
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    player_id = left.selectbox("Of", order, format_func=lambda one: str(players[one]), key="compare-extremes")
    own = frame[frame["player_id"] == player_id]
    ordered = own.sort_values(["score", "distance_km"], ascending=[False, True], kind="stable")
    best, worst = ordered.head(EACH), ordered.tail(EACH).iloc[::-1]
    worst = worst[~worst.index.isin(best.index)]
    drawable = (ordered["source"] == "world") & (ordered["world_version"] == WORLD_VERSION)
    draw = bool(drawable.any()) and right.toggle(
        "Draw the four views", key="compare-views", help="Each place is drawn again from its recipe: about a second."
    )
    if not drawable.any():
        st.caption(
            "These rounds were not played on the simulated Earth as it is drawn now, so there are no views of them."
        )
    for title, rounds in (("Best", best), ("Worst", worst)):
        for count, row in enumerate(rounds.to_dict("records"), start=1):
            _round(f"{title} {count}", row, draw)


def _round(title: str, row: dict[str, Any], draw: bool) -> None:
    where = names.as_markdown(str(row["label"] or row["country"] or words.position(row["lat"], row["lng"])))
    missed = pd.isna(row["distance_km"])
    away = "no guess in time" if missed else f"{words.distance(row['distance_km'])} away"
    # An imported round may carry the day of its import instead of its own.
    day = "" if row["origin"] == "imported" else f" · {row['at']:%d %b %Y}"
    mark = " · chosen seed" if row["seed_chosen"] else ""
    st.markdown(f"**{title}: {row['score']:,} points** · {where} · {away}{day}{mark}")
    if draw and (recipe := _recipe(row)) is not None:
        with st.spinner("Drawing the place …"), notices.spoken():
            st.image(resources.four_views(*recipe), width="stretch", alt=f"{title}: north, east, south and west")


def _recipe(row: dict[str, Any]) -> tuple[float, float, int, float, int] | None:
    """What the views are drawn from; None where this world cannot draw them."""
    place = resources.scorebook().place(row["game_id"], int(row["round"]))
    recipe = place.recipe if place is not None else None
    if not recipe or recipe.get("world") != WORLD_VERSION or not {"month", "hour", "seed"} <= recipe.keys():
        return None
    return (row["lat"], row["lng"], int(recipe["month"]), float(recipe["hour"]), int(recipe["seed"]))
