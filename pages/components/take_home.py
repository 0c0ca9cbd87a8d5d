"""What a visitor takes along: the rounds of the choice as CSV, the paired result as a picture. Knows no store."""

import html
import re

import pandas as pd
import streamlit as st

from arena.statistics import Paired
from pages.components import card, face_to_face, names
from pages.components.identity import RGB

COLUMNS = ["game_id", "origin", "source", "map", "movement", "time_limit_s", "scale_km", "world_version", "seed",
           "seed_chosen", "round", "at", "player", "kind", "rating", "lat", "lng", "country", "label", "climate",
           "guess_lat", "guess_lng", "guess_country", "distance_km", "score", "seconds"]  # fmt: skip
TAG = re.compile(r"<[^>]+>")


def show(
    frame: pd.DataFrame, games: str, names_of: tuple[str, str] | None = None, places: pd.DataFrame | None = None,
    result: Paired | None = None, colours: dict[str, RGB] | None = None,
) -> None:  # fmt: skip
    """The buttons; both files are made when they are asked for."""
    st.subheader("Take it along")
    with st.container(horizontal=True):
        st.download_button(
            "These rounds as CSV", lambda: csv_of(frame), "homing-rounds.csv", "text/csv", icon=":material/table_view:",
            on_click="ignore",
        )  # fmt: skip
        if names_of is not None and places is not None and result is not None and colours and result.places:
            st.download_button(
                "This result as a picture", lambda: picture(games, names_of, places, result, colours),
                "homing-compare.png", "image/png", icon=":material/image:", on_click="ignore",
            )  # fmt: skip
    rounds = f"{len(frame):,} round{'s' if len(frame) != 1 else ''}"
    st.caption(
        f"The CSV holds what the figures above are made of, {rounds}: first guesses only, and only places that may be "
        "told."
    )


def csv_of(frame: pd.DataFrame) -> bytes:
    """The rounds as a table; a name that a spreadsheet would take for a formula is quoted."""
    kept = frame[[name for name in COLUMNS if name in frame]]
    texts = [name for name in kept if not pd.api.types.is_numeric_dtype(kept[name])]
    safe = kept.assign(**{name: [names.as_cell(value) for value in kept[name]] for name in texts if name != "at"})
    return safe.to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%SZ").encode("utf-8-sig")


def picture(
    games: str, names_of: tuple[str, str], places: pd.DataFrame, result: Paired, colours: dict[str, RGB]
) -> bytes:
    """The summary card as PNG."""
    a, b = names_of
    headline = html.unescape(TAG.sub("", face_to_face.headline(result, names.as_html(a), names.as_html(b))))
    sentences = face_to_face.details(result, a, b)
    return card.draw(headline, sentences, places, result, (a, b), (colours[a], colours[b]), games)
