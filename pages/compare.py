"""Compare: every round ever played, by people, bot and model, side by side. Knows the scorebook and its statistics."""

import secrets

import pandas as pd
import streamlit as st

from arena import statistics
from model.geo.scoring import MAX_SCORE
from pages.components import charts, game_client, notices, resources, rounds, words

MOST_PLAYERS = 6  # a legend that can still be read


def main() -> None:
    """The whole page."""
    st.title("Compare")
    st.html("<p class='homing-lede'>Every round ever played, by people, bots and the model, in one book.</p>")
    with notices.spoken():
        book = rounds.labelled(resources.scorebook().guesses())
        if book.empty:
            with notices.empty("The book is empty", "Play a game, start the bot, or let the model play right here."):
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
    table(statistics.summary(frame))
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Scores")
        st.vega_lite_chart(
            charts.score_histogram(statistics.score_distribution(frame), colours),
            width="stretch",
            alt="Share of rounds by score",
        )
    with right:
        st.subheader("Distances")
        st.vega_lite_chart(
            charts.within_curve(frame, colours), width="stretch", alt="Share of rounds within a distance"
        )


def table(summary: pd.DataFrame) -> None:
    """The players, the best first."""
    shown = pd.DataFrame(
        {
            "Player": summary["player"],
            "Kind": summary["kind"],
            "Rounds": summary["n"],
            "Mean score": summary["mean_score"],
            "95 % interval": [
                f"{low:,.0f} … {high:,.0f}"
                for low, high in zip(summary["score_low"], summary["score_high"], strict=True)
            ],
            "Median away": summary["median_km"].map(words.distance),
            "Within 25 km": summary["within_25_km"],
            "200 km": summary["within_200_km"],
            "750 km": summary["within_750_km"],
        }
    )
    share = {name: st.column_config.NumberColumn(format="percent") for name in ("Within 25 km", "200 km", "750 km")}
    score = st.column_config.ProgressColumn(format="%d", min_value=0, max_value=MAX_SCORE)
    st.dataframe(shown, hide_index=True, width="stretch", column_config={"Mean score": score, **share})


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
            "No two players have met on the same places yet. The last screen of a game lets the model play it too."
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
