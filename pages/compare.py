"""Compare: every round ever played, by people, bot and model, side by side. Knows the scorebook and its statistics."""

import secrets

import pandas as pd
import streamlit as st

from arena import statistics
from pages.components import charts, game_client, notices, resources, rounds

MOST_PLAYERS = 6  # a legend that can still be read


def main() -> None:
    """The whole page."""
    st.title("Compare")
    st.html("<p class='homing-lede'>Every round ever played, by people, bots and the model, in one book.</p>")
    with notices.spoken():
        book = resources.scorebook().guesses()
        if book.empty:
            notices.empty(
                "The book is empty", "Play a game, start the bot, or add a sample: the model against random pins."
            )
            sample("primary")
            return
        frame = filtered(book)
        if frame.empty:
            st.info("No round fits this choice.", icon=":material/filter_alt_off:")
            return
        players(frame)
        same_places(frame)
    sample("secondary")


def filtered(book: pd.DataFrame) -> pd.DataFrame:
    """The rounds that the visitor wants to see."""
    maps = sorted(book["map"].unique())
    names = book.groupby("player")["score"].size().sort_values(ascending=False).index.tolist()
    left, right = st.columns([1, 3])
    chosen = left.selectbox("Map", [None, *maps], format_func=lambda name: name or "All maps")
    shown = right.multiselect("Players", names, default=names[:MOST_PLAYERS])
    kept = book[book["player"].isin(shown)]
    return kept if chosen is None else kept[kept["map"] == chosen]


def players(frame: pd.DataFrame) -> None:
    """A row for each player, and the two distributions."""
    colours = rounds.colours(frame)
    summary = statistics.summary(frame)
    st.dataframe(summary, hide_index=True, width="stretch")
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Scores")
        st.vega_lite_chart(charts.score_histogram(frame, colours), width="stretch", alt="Share of rounds by score")
    with right:
        st.subheader("Distances")
        st.vega_lite_chart(
            charts.within_curve(frame, colours), width="stretch", alt="Share of rounds within a distance"
        )


def same_places(frame: pd.DataFrame) -> None:
    """One game, or all games on the same places, round by round."""
    st.subheader("Round by round, on the same places")
    frame = frame.assign(places=frame["map"] + "/" + frame["seed"].astype(str))
    met = frame.groupby("places").agg(players=("player", "nunique"), at=("at", "max"), map=("map", "first"))
    met = met.sort_values(["at"], ascending=False)
    several = met[met["players"] > 1]
    offered = several if len(several) else met
    if several.empty:
        st.caption(
            "No two players have met on the same places yet: let the model play a game of yours on its last screen."
        )
    who = frame.groupby("places")["player"].agg(lambda names: ", ".join(dict.fromkeys(names)))
    names = {key: f"{who[key]}: {row['map']}, {row['at']:%d %b %H:%M} UTC" for key, row in offered.iterrows()}
    key = st.selectbox("Places", list(names), format_func=names.__getitem__, label_visibility="collapsed")
    game = frame[frame["places"] == key]
    if said := rounds.verdict(game):
        st.markdown(said)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        rounds.atlas(game, key=f"compare-{key}")
    with right:
        rounds.table(game)


def sample(kind: str) -> None:
    """A button that fills the book: pins at random and the model, on five new places."""
    if st.button("Add a sample: the model against random pins", type=kind, icon=":material/add:"):
        seed = secrets.randbelow(2**31)
        pins = [(float(row.lat), float(row.lng)) for row in resources.places(5, seed).itertuples()]
        with notices.spoken(), st.status("Five rounds …") as status:
            for happening in game_client.play_sample(pins):
                status.update(label=happening)
            status.update(label="Played", state="complete")
            st.rerun()


main()
