"""Where each player is at home: mean scores by country and by climate, with counts and intervals. Knows no store."""

import pandas as pd
import streamlit as st

from arena import statistics
from arena.resampling import MIN_ROUNDS
from pages.components import charts, comparison, maps, resources
from pages.components.identity import RGB
from pages.components.names import as_html

MOST_COUNTRIES = 14
MOST_PLAYERS = 3  # dots above each other in one line


def show(frame: pd.DataFrame, key: comparison.Key, shown: list[str], colours: dict[str, RGB]) -> None:
    """Both charts, for the first few of the players that are shown."""
    players = shown[:MOST_PLAYERS]
    own = frame[frame["player"].isin(players)]
    given = {name: colours[name] for name in players}
    st.subheader("Where each is at home")
    maps.legend([(as_html(name), colour) for name, colour in given.items()])
    left, right = st.columns(2, gap="medium")
    with left:
        countries = grouped(own, "country", (*key, *players))
        names = resources.country_names()
        _chart(countries, {code: names.get(code, code) for code in countries["group"]}, given, "country")
    with right:
        climates = grouped(own, "climate", (*key, *players))
        _chart(climates, {name: name for name in climates["group"]}, given, "climate")
    st.caption(
        "Mean score by the country and the climate (main group of Köppen) of the place, with the number of rounds; the "
        f"most rounds first. Lines are 95 % intervals; under {MIN_ROUNDS} rounds there is none, and a dot alone says "
        "little."
    )


def grouped(own: pd.DataFrame, column: str, key: comparison.Key) -> pd.DataFrame:
    """Figures of each player in the groups with the most rounds, with `total`, the rounds of all players there."""
    found = resources.computed((*key, "group", column), lambda: statistics.by_group(own, column))
    found = found.assign(total=found.groupby("group")["n"].transform("sum"))
    largest = found.drop_duplicates("group").nlargest(MOST_COUNTRIES, "total")["group"]
    return found[found["group"].isin(largest)]


def _chart(found: pd.DataFrame, titles: dict[str, str], colours: dict[str, RGB], what: str) -> None:
    if found.empty:
        st.caption(f"No {what} is known of these places.")
        return
    named = found.assign(
        group=[f"{titles[code]} ({total:,})" for code, total in zip(found["group"], found["total"], strict=True)]
    )
    st.vega_lite_chart(charts.group_dots(named, colours, what), width="stretch", key=f"compare-{what}",
                       alt=f"Mean score by {what}")  # fmt: skip
