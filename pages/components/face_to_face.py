"""Two players on the same places: the result as a headline, and pictures of it. Owns the choice of the two.

The fairest comparison there is, so it stands before any other: the same places, each player's first guess, like rules.
"""

import math

import pandas as pd
import streamlit as st

from arena import statistics
from arena.statistics import Paired
from pages.components import charts, comparison, maps, names, words
from pages.components.identity import QUIET, RGB, hex_of
from pages.components.resources import computed

MOST_NAMES = 300  # in a list to choose from
MOST_PINS = 1500

Pair = tuple[str, str]  # player ids


def ask(frame: pd.DataFrame, key: comparison.Key) -> tuple[str, str] | None:
    """The two players, by name; at first those who have met on the most places. None where fewer than two played."""
    players = comparison.by_rounds(frame).head(MOST_NAMES)
    if len(players) < 2:
        return None
    met = computed((*key, "meetings"), lambda: statistics.meetings(frame))
    name_of = dict(zip(players["player_id"], players["player"], strict=True))
    rounds_of = dict(zip(players["player_id"], players["n"], strict=True))
    met = met[met["a"].isin(name_of) & met["b"].isin(name_of)]
    first = _preferred(met, players)
    left, right = st.columns(2)
    ids = list(name_of)
    # No counts in the lists: the browser sends the line back, and a count changes with every game.
    a = left.selectbox("First player", ids, index=ids.index(first[0]), key="compare-a", format_func=name_of.get)
    left.caption(f"{_count(rounds_of[a], 'round')} in these games.")
    shared = pd.concat([met[met["a"] == a].set_index("b")["places"], met[met["b"] == a].set_index("a")["places"]])
    shared = shared.sort_values(ascending=False, kind="stable")
    others = [*shared.index, *(one for one in ids if one != a and one not in shared.index)]
    wanted = first[1] if first[0] == a else others[0]
    b = right.selectbox(
        "Second player", others, index=others.index(wanted), key=f"compare-b-{a}", format_func=name_of.get,
        help="Who has seen the most of the same places stands first.",
    )  # fmt: skip
    right.caption(f"{_count(rounds_of[b], 'round')}; both have seen {_count(int(shared.get(b, 0)), 'place')}.")
    return (a, b)


def show(frame: pd.DataFrame, pair: Pair, key: comparison.Key, colours: dict[str, RGB]) -> tuple[pd.DataFrame, Paired]:
    """The headline and its pictures; the places and the result, for who wants to keep them."""
    places = computed((*key, "paired", *pair), lambda: statistics.paired(frame, *pair))
    result = computed((*key, "result", *pair), lambda: statistics.head_to_head(places))
    a, b = (str(frame.loc[frame["player_id"] == one, "player"].iloc[0]) for one in pair)
    ahead = colours[a if result.mean_difference > 0 else b]
    said = headline(result, names.as_html(a), names.as_html(b)).replace(
        "<em>", f"<em style='color:{hex_of(ahead)}'>", 1
    )
    st.html(f"<p class='homing-answer'>{said}</p>")
    if result.places == 0:
        st.caption(
            "Players meet on the same places in a duel, when Homing plays a game on its last screen, or on the same "
            "seed. Choose another second player, or see below how each of them does on places of their own."
        )
        return places, result
    told = "<br>".join(details(result, names.as_html(a), names.as_html(b)))
    st.html(f"<p class='homing-lede'>{told}</p>")
    if places["seed_chosen"].any():
        st.caption(
            ":material/key: Some of these places are of a chosen seed, whose places can be known before. A friendly "
            "result, which is not ranked."
        )
    st.vega_lite_chart(charts.outcome_bar(result, a, b, colours), width="stretch", key="compare-bar",
                       alt="On how many places each player is ahead")  # fmt: skip
    maps.legend(
        [(f"{names.as_html(a)} ahead", colours[a]), ("level", QUIET), (f"{names.as_html(b)} ahead", colours[b])]
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.vega_lite_chart(charts.paired_scatter(places, a, b, colours), width="stretch", key="compare-scatter",
                           alt="Scores of both players on each place")  # fmt: skip
        st.caption(
            f"Each dot is a place: to the right the points of {names.as_markdown(a)}, upwards those of "
            f"{names.as_markdown(b)}. On the dashed line both scored the same."
        )
    with right:
        won = winners(places, a, b, colours)
        maps.show(won, maps.view_of(places[["lat", "lng"]].head(MOST_PINS).to_numpy().tolist()), height=340,
                  key=f"compare-where-{pair[0]}-{pair[1]}", alt="Map of where each player is ahead")  # fmt: skip
        st.caption("Where it was: a pin stands on each place, in the colour of whoever scored more there.")
    return places, result


def headline(result: Paired, a: str, b: str) -> str:
    """Who scores more, in words; `a` and `b` are text that is fit for where it goes."""
    if result.places == 0:
        return f"{a} and {b} have not met on the same places."
    gap = abs(result.mean_difference)
    ahead, behind = (a, b) if result.mean_difference > 0 else (b, a)
    if round(gap) == 0:
        return f"{a} and {b} are level."
    if result.places < statistics.MIN_ROUNDS:
        return f"<em>{ahead}</em> is {gap:,.0f} points a round ahead of {behind}, on too few places to tell."
    if result.games < statistics.MIN_UNITS:
        return f"<em>{ahead}</em> is {gap:,.0f} points a round ahead of {behind}, in too few games to tell."
    if not result.is_clear:
        return f"<em>{ahead}</em> is {gap:,.0f} points a round ahead of {behind}: no clear difference."
    return f"<em>{ahead}</em> scores {gap:,.0f} points a round more than {behind}."


def details(result: Paired, a: str, b: str) -> list[str]:
    """The same in numbers, a sentence each."""
    said = [f"On {_count(result.places, 'place')} that both have seen: {a} ahead on {result.wins:,}, level on "
            f"{result.draws:,}, {b} ahead on {result.losses:,}."]  # fmt: skip
    if not math.isnan(result.low):
        said.append(f"Difference {a} − {b}: {result.mean_difference:+,.0f} points a round, 95 % interval "
                    f"{result.low:+,.0f} … {result.high:+,.0f}.")  # fmt: skip
        if result.games < statistics.MIN_UNITS:
            said.append(f"It draws single rounds, as there are fewer than {statistics.MIN_UNITS} games: it may be too "
                        "narrow.")  # fmt: skip
    else:
        said.append(f"Under {statistics.MIN_ROUNDS} places no interval is given.")
    if all(math.isfinite(km) for km in result.median_km):
        away = [words.distance(km) for km in result.median_km]
        said.append(f"Median distance {away[0]} against {away[1]}.")
    return said


def winners(places: pd.DataFrame, a: str, b: str, colours: dict[str, RGB]) -> list:
    """Layers of pins: where a is ahead, where they are level, where b is; the newest places of many."""
    recent = places.tail(MOST_PINS)
    tips = [
        f"<b>{names.as_html(str(label) or 'A place')}</b><br>{names.as_html(a)}: {int(mine):,} points<br>"
        f"{names.as_html(b)}: {int(theirs):,} points"
        for label, mine, theirs in zip(recent["label"].fillna(""), recent["score_a"], recent["score_b"], strict=True)
    ]
    recent = recent.assign(tip=tips)
    parts = [
        (recent[recent["difference"] == 0], QUIET, "level"),
        (recent[recent["difference"] > 0], colours[a], "a-ahead"),
        (recent[recent["difference"] < 0], colours[b], "b-ahead"),
    ]
    return [maps.pins(part, colour, 6, name=name) for part, colour, name in parts if len(part)]


def _preferred(met: pd.DataFrame, players: pd.DataFrame) -> Pair:
    """Whom to show first: those who have met most; where nobody has met, who has the most rounds."""
    if len(met) == 0:
        ids = players["player_id"].tolist()
        return ids[0], ids[1]
    kinds = dict(zip(players["player_id"], players["kind"], strict=True))
    a, b = met.iloc[0][["a", "b"]]
    return (b, a) if kinds[b] == "person" and kinds[a] != "person" else (a, b)


def _count(number: int, one: str) -> str:
    return f"{number:,} {one}{'s' if number != 1 else ''}"
