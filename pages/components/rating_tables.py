"""Ratings as a table on the page and as CSV. Knows frames of `arena/rating.py`, no store."""

import pandas as pd
import streamlit as st

from pages.components import names

COLUMNS = ["movement", "circle", "rank", "player", "kind", "match", "rating", "low", "high", "rounds", "won", "drawn",
           "lost", "matches", "opponents", "stated", "at"]  # fmt: skip


def as_table(shown: pd.DataFrame) -> dict:
    """Arguments of `st.dataframe`: the standing, its interval as text."""
    ends = zip(shown["low"], shown["high"], strict=True)
    frame = pd.DataFrame(
        {"rank": shown["rank"], "player": shown["player"], "rating": shown["rating"].round(),
         "interval": [f"{low:,.0f} … {high:,.0f}" for low, high in ends], "rounds": shown["rounds"],
         "won": shown["won"], "drawn": shown["drawn"], "lost": shown["lost"], "matches": shown["matches"],
         "opponents": shown["opponents"]}
    )  # fmt: skip
    if shown["kind"].nunique() > 1:
        frame["kind"] = shown["kind"]
    if shown["stated"].notna().any():
        frame["stated"] = shown["stated"]
    column, amount = st.column_config.Column, st.column_config.NumberColumn
    config = {
        "rank": column("#", width=40), "player": column("Player", width=150),
        "rating": amount("Rating", format="%,.0f", width=70), "interval": column("95 %", width=120),
        "rounds": amount("Rounds", width=70), "won": amount("Won", width=60), "drawn": amount("Level", width=60),
        "lost": amount("Lost", width=60), "matches": amount("Matches", width=70),
        "opponents": amount("Opponents", width=80), "kind": column("Kind", width=70),
        "stated": amount("Stated", width=70, help="The rating elsewhere, as an imported file says it."),
    }  # fmt: skip
    return {"data": frame, "hide_index": True, "width": "stretch", "key": "ratings-table", "placeholder": "–",
            "column_config": {name: one for name, one in config.items() if name in frame}}  # fmt: skip


def csv_of(frame: pd.DataFrame) -> bytes:
    """Standings or their history as CSV; a name that a spreadsheet would take for a formula is quoted."""
    kept = frame[[name for name in COLUMNS if name in frame]]
    safe = kept.assign(player=[names.as_cell(name) for name in frame["player"]])
    rounded = dict.fromkeys(("rating", "low", "high"), 1)
    return safe.round(rounded).to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%SZ").encode("utf-8-sig")
