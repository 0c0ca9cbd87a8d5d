"""Compare: people, bots and the model on the same places, and all else that was played. Knows the scorebook's frames.

The fairest comparison stands first: two players on the same places. What follows is of one kind of games at a time.
"""

import secrets

import pandas as pd
import streamlit as st

from arena import statistics
from pages.components import (
    charts,
    comparison,
    extremes,
    face_to_face,
    game_client,
    groups,
    import_box,
    maps,
    names,
    notices,
    pools,
    resources,
    rounds,
    standings,
    take_home,
)
from pages.components.identity import RGB

MOST_GAMES = 50  # to choose from, the newest


def main() -> None:
    """The whole page."""
    st.title("Compare")
    st.html("<p class='homing-lede'>People, bots and Homing: who knows the Earth better, and where.</p>")
    with notices.spoken():
        book = comparison.load()
        if book.empty:
            empty = "Play a game, start the bot, let Homing play right here, or bring scores of people in."
            with notices.empty("The book is empty", empty):
                sample("primary")
            import_box.show(opened=True)
            return
        choice = pools.ask(book)
        frame = choice.of(book)
        if frame.empty:
            st.info("No round fits this choice.", icon=":material/filter_alt_off:")
        else:
            compared(frame, choice, book)
        import_box.show()
    sample("secondary")


def compared(frame: pd.DataFrame, choice: pools.Choice, book: pd.DataFrame) -> None:
    """Everything about the chosen rounds, the pair on the same places first."""
    key = (*book.attrs["state"], choice)
    frame.attrs["replays"] = book.attrs.get("replays", 0)
    pair = face_to_face.ask(frame, key)
    name_of = frame.drop_duplicates("player_id").set_index("player_id")["player"]
    two = (str(name_of[pair[0]]), str(name_of[pair[1]])) if pair else None
    shown = comparison.shown_players(frame, two)
    colours = comparison.colours_of(frame, shown)
    met = face_to_face.show(frame, pair, key, colours) if pair else None
    distributions(frame, key, shown, colours)
    standings.show(frame, key)
    groups.show(frame, key, shown, colours)
    extremes.show(frame, pair)
    same_places(frame, two, shown)
    words = pools.in_words(pools.offered(book))
    take_home.show(frame, " + ".join(words[pool] for pool in choice.pools), two, *(met or (None, None)), colours)


def distributions(frame: pd.DataFrame, key: comparison.Key, shown: list[str], colours: dict[str, RGB]) -> None:
    """How scores and distances are spread, for a few players."""
    st.subheader("All their rounds")
    offered = comparison.by_rounds(frame)["player"].head(face_to_face.MOST_NAMES).tolist()
    picked = st.multiselect(
        "Players in these charts", offered, default=[one for one in shown if one in offered][: comparison.FIRST_SHOWN],
        max_selections=comparison.MOST_SHOWN, key=f"compare-shown-{'/'.join(shown[:2])}",
    )  # fmt: skip
    if not picked:
        st.caption("Choose a player to see how the scores are spread.")
        return
    own = frame[frame["player"].isin(picked)]
    given = {name: colours[name] for name in picked}
    maps.legend([(names.as_html(name), colour) for name, colour in given.items()])
    left, right = st.columns(2, gap="medium")
    scores = resources.computed((*key, "scores", *picked), lambda: statistics.score_distribution(own))
    curve = resources.computed(
        (*key, "curve", *picked), lambda: statistics.within_curve(own, comparison.curve_points())
    )
    with left:
        st.vega_lite_chart(charts.score_histogram(scores, given), width="stretch", key="compare-scores",
                           alt="Share of rounds by score")  # fmt: skip
        st.caption("How often a round gave so many points: bars on the right are good rounds.")
    with right:
        st.vega_lite_chart(charts.within_curve(curve, given), width="stretch", key="compare-curve",
                           alt="Share of rounds within a distance")  # fmt: skip
        st.caption("How many of all rounds came at least this near: the higher the line, the better.")


def same_places(frame: pd.DataFrame, two: tuple[str, str] | None, shown: list[str]) -> None:
    """One game, or all games on the same places, round by round; those of the chosen pair come first."""
    met = games_together(frame, two)
    if met.empty:
        return
    st.subheader("Round by round, on the same places")
    titles = {
        row.places: f"{row.who}: {pools.map_title(row.map)}, {row.at:%d %b %Y %H:%M} UTC" for row in met.itertuples()
    }
    key = st.selectbox("Places", list(titles), format_func=titles.__getitem__, label_visibility="collapsed")
    game = frame[_places(frame) == key]
    if said := rounds.verdict(game):
        st.markdown(said)
    left, right = st.columns(2, gap="medium") if game["player"].nunique() <= 2 else (st.container(), st.container())
    with left:
        colours = comparison.colours_of(
            frame, [*shown, *(one for one in dict.fromkeys(game["player"]) if one not in shown)]
        )
        rounds.atlas(game, key=f"compare-{key}", given=colours)
    with right:
        rounds.table(game)


def games_together(frame: pd.DataFrame, two: tuple[str, str] | None) -> pd.DataFrame:
    """Sets of places that several have played, the newest: places, who, map, at; first those of the pair."""
    told = frame.assign(places=_places(frame))
    met = told.groupby("places", as_index=False).agg(
        players=("player", "nunique"), at=("at", "max"), map=("map", "first")
    )
    met = met[met["players"] > 1]
    own = told[told["player"].isin(two or ())].groupby("places")["player"].nunique()
    met = met.assign(own=met["places"].map(own).fillna(0) >= 2)
    newest = met.sort_values(["own", "at"], ascending=False, kind="stable").head(MOST_GAMES)
    there = told[told["places"].isin(newest["places"])]
    who = there.groupby("places")["player"].agg(lambda there: ", ".join(dict.fromkeys(there)))
    return newest.assign(who=newest["places"].map(who))


def _places(frame: pd.DataFrame) -> pd.Series:
    """What the places of a game are known by: pool and seed; a game without a seed is on places of its own."""
    seeded = frame["pool"].astype(str) + "/" + frame["seed"].astype("string")
    return seeded.where(frame["seed"].notna(), frame["game_id"]).astype(object)


def sample(kind: str) -> None:
    """A button that fills the book: pins at random and Homing, on new places."""
    if st.button("Add a sample: random pins against Homing", type=kind, icon=":material/add:"):
        seed = secrets.randbelow(2**31)
        pins = [(float(row.lat), float(row.lng)) for row in resources.places(5, seed).itertuples()]
        with notices.spoken(), st.status("Five rounds …") as status:
            for happening in game_client.play_sample(pins):
                status.update(label=happening)
            status.update(label="Played", state="complete")
            st.rerun()


main()
