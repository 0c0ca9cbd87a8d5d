"""Ratings: people, bots and models in one table, how sure each place is, and how it came about. Knows frames, no SQL.

Whoever has guessed the same places under the same rules has met; `arena/rating.py` says what counts.
"""

import pandas as pd
import streamlit as st

from arena import rating
from pages.components import (
    charts_of_ratings,
    comparison,
    import_box,
    maps,
    names,
    notices,
    pools,
    rating_tables,
    resources,
)
from pages.components.identity import PLAYER_COLOURS

MOST_BARS = 15  # in the picture; the table has all
MOST_CURVES, FIRST_CURVES = 6, 3
MODES = {"solo": "alone"}  # the other modes are called on the page as they are in the book


def main() -> None:
    """The whole page."""
    st.title("Ratings")
    st.html(
        "<p class='homing-lede'>Whoever guesses the same places meets there, people, bots and Homing alike. Who is how "
        "strong, and how sure is that?</p>"
    )
    with notices.spoken():
        key = comparison.state()
        with st.spinner("Reading every round that may be told …"):
            told = resources.computed(("told", *key), lambda: names.apart(resources.scorebook().guesses()))
        modes = chosen_modes(told)
        of_modes = told[told["mode"].isin(modes)] if modes else told
        with st.spinner("Reckoning who is how strong, meeting by meeting …"):
            found = resources.computed(("ratings", *key, *modes), lambda: resources.ladder(modes).rate(of_modes))
        if found.standings.empty:
            nobody(bool(modes))
        else:
            rated(found)
        import_box.show(opened=found.standings.empty and not modes)


def nobody(narrowed: bool) -> None:
    """Nobody has met anybody yet."""
    if narrowed:
        st.info("Nobody has met in these matches; choose others above.", icon=":material/filter_alt_off:")
        return
    empty = (
        "Two players meet when both guess the same place under the same rules: in a challenge that you share by its "
        "link, in a duel, when Homing plays your game on its last screen, or in duels that you bring in below."
    )
    with notices.empty("Nobody has met yet", empty):
        pass


def chosen_modes(told: pd.DataFrame) -> tuple[str, ...]:
    """The kinds of matches that count; none chosen: all. Asked only where there are several."""
    present = sorted(told["mode"].unique())
    if len(present) < 2:
        return ()
    picked = st.pills(
        "Matches that count", present, selection_mode="multi", key="ratings-modes",
        format_func=lambda mode: MODES.get(mode, str(mode).replace("_", " ")), help="None chosen: all of them.",
    )  # fmt: skip
    return tuple(sorted(picked))


def rated(found: rating.Ratings) -> None:
    """The table and the curves of one movement."""
    counts = found.standings.groupby("movement")["rounds"].sum().sort_values(ascending=False)
    left, right = st.columns(2)
    movement = left.segmented_control(
        "How one moves", counts.index.tolist(), default=counts.index[0], key="ratings-movement", required=True,
        format_func=lambda one: pools.MOVEMENTS.get(one, str(one)), help="Each has ratings of its own.",
    )  # fmt: skip
    standings = chosen_circle(found.standings[found.standings["movement"] == movement], str(movement))
    present = [kind for kind in pools.KINDS if kind in set(found.standings["kind"])]
    kinds = right.pills("Kinds of players", present, selection_mode="multi", key="ratings-kinds",
                        format_func=pools.KINDS.__getitem__) if len(present) > 1 else ()  # fmt: skip
    shown = standings[standings["kind"].isin(kinds)] if kinds else standings
    if shown.empty:
        st.info("No player of this kind has met anyone here.", icon=":material/filter_alt_off:")
        return
    table(shown)
    learning(shown, found.history[found.history["movement"] == movement])


def chosen_circle(standings: pd.DataFrame, movement: str) -> pd.DataFrame:
    """Those who have met, directly or through others; asked only where there are several such circles."""
    first = standings.sort_values("rounds", ascending=False, kind="stable").groupby("circle")["player"]
    if first.ngroups < 2:
        return standings
    # No counts in the list: the browser sends the line back, and a count changes with every game.
    said = {number: ", ".join(map(str, own.head(3))) + (" and others" if len(own) > 3 else "") for number, own in first}
    number = st.selectbox(
        "Who has met", list(said), format_func=said.__getitem__, key=f"ratings-circle-{movement}",
        help="Players who have met, directly or through others. Nothing is known of who would win between two such "
        "circles, so each is ranked by itself.",
    )  # fmt: skip
    return standings[standings["circle"] == number]


def table(shown: pd.DataFrame) -> None:
    """Who stands where: the first ones as a picture, all of them in a table and as CSV."""
    st.subheader("Who stands where")
    first = shown.head(MOST_BARS)
    st.vega_lite_chart(charts_of_ratings.intervals(first), width="stretch", key="ratings-bars",
                       alt="Ratings with their intervals")  # fmt: skip
    kinds = {"person": "people", "bot": "bots", "model": "models"}
    present = [kind for kind in kinds if kind in set(first["kind"])]
    maps.legend([(kinds[kind], PLAYER_COLOURS[kind]) for kind in present])
    if len(shown) > len(first):
        st.caption(f"The first {len(first)} of {len(shown):,} players; the table has all.")
    st.dataframe(**rating_tables.as_table(shown))
    st.caption(
        "A newcomer has 1,500, and who is **100 points ahead** takes 64 of 100 rounds. The order is by the lower end "
        "of the 95 % interval, the strength that is nearly sure: few rounds make a wide interval. A meeting is a "
        "round: the first guesses of several players on one place under the same rules; more points win it. Games on "
        "a chosen seed do not count, nor does a place that somebody may still guess. *Stated* is what an imported "
        "file says of a player's rating elsewhere; it is not used."
    )
    as_csv("These ratings as CSV", shown, "homing-ratings.csv", ":material/table_view:")


def learning(shown: pd.DataFrame, history: pd.DataFrame) -> None:
    """Ratings over matches, for a few players: those with the most matches at first."""
    st.subheader("Learning over time")
    known = shown.sort_values("matches", ascending=False, kind="stable")["player"].tolist()
    several = shown[shown["matches"] > 1]["player"].tolist()
    first = [one for one in known if one in several][:FIRST_CURVES] or known[:1]
    picked = st.multiselect("Players in this chart", known, default=first, max_selections=MOST_CURVES,
                            key=f"ratings-curves-{'/'.join(first)}")  # fmt: skip
    if not picked:
        st.caption("Choose a player to see how the rating came about.")
        return
    colours = comparison.colours_of(shown, picked)
    given = {name: colours[name] for name in picked}
    own = history[history["player"].isin(picked)]
    maps.legend([(names.as_html(name), colour) for name, colour in given.items()])
    st.vega_lite_chart(charts_of_ratings.curves(own, given), width="stretch", key="ratings-learning",
                       alt="Ratings after each match, with their intervals")  # fmt: skip
    st.caption(
        "The rating after each match in which a player met somebody, and the band in which it lies with 95 %. It "
        "begins at 1,500 with a wide band; a line that climbs when the band has become narrow is somebody who learns."
    )
    as_csv("These curves as CSV", own, "homing-learning.csv", ":material/show_chart:")


def as_csv(label: str, frame: pd.DataFrame, file: str, icon: str) -> None:
    """A button that hands a table out; it is written when somebody asks for it."""
    st.download_button(label, lambda: rating_tables.csv_of(frame), file, "text/csv", icon=icon, on_click="ignore")


main()
