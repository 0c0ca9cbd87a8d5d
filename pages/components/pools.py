"""Which games are compared: pools of like games, in words, and the filters over them. Owns its widgets' state.

A pool is one origin, map, scale, movement, time limit and version of the world. One pool is chosen at first, that with
the most rounds; who adds another is told that the figures are mixed.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from arena import statistics

MOVEMENTS = {"moving": "moving", "no_move": "no moving", "nmpz": "NMPZ"}
KINDS = {"person": "People", "bot": "Bots", "model": "Models"}
LONG_ID = re.compile(r"^[0-9a-f]{16,}$")
PICKED = "compare-pools"


@dataclass(frozen=True)
class Choice:
    """What a visitor wants to compare; hashable, so that figures can be kept under it."""

    pools: tuple[str, ...]  # keys of `statistics.pool_keys`
    kinds: tuple[str, ...] = ()  # none: all
    bands: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    chosen_seeds: bool = False

    def of(self, book: pd.DataFrame) -> pd.DataFrame:
        """The rounds of the book that fit."""
        kept = book["pool"].isin(self.pools)
        if self.kinds:
            kept &= book["kind"].isin(self.kinds)
        if self.bands:
            kept &= (book["kind"] != "person") | book["band"].isin(self.bands)
        if self.since is not None:
            kept &= book["at"].dt.date >= self.since
        if self.until is not None:
            kept &= book["at"].dt.date <= self.until
        if not self.chosen_seeds:
            kept &= ~book["seed_chosen"]
        return book[kept]


def ask(book: pd.DataFrame) -> Choice:
    """The widgets, and what is chosen with them."""
    found = offered(book)
    words = in_words(found)
    keys = found["pool"].tolist()
    # What was chosen, by its key: the lines that stand for it in the browser may read otherwise when the book grew.
    held = st.session_state.get(PICKED)
    if held is None:
        st.session_state[PICKED] = keys[:1]
    elif held:
        st.session_state[PICKED] = [one for one in held if one in keys] or keys[:1]
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    picked = left.multiselect(
        "Games", keys, format_func=words.__getitem__, key=PICKED,
        placeholder="Choose the games to compare",
        help="Games are like each other when origin, map, movement, time limit and version of the simulated Earth are "
        "the same. The kind with the most rounds is chosen at first.",
    )  # fmt: skip
    with right.popover("Filters", icon=":material/filter_list:", width="stretch"):
        choice = _filters(book, tuple(picked))
    if picked:
        st.caption(counts(found, picked))
    if len(picked) > 1:
        st.warning(
            f"**{len(picked)} kinds of games are mixed in the figures below** ({_differences(found, picked)}). Means "
            "and distances then say as much about the games as about the players. Only pairs stay fair: they are "
            "formed within one kind.", icon=":material/warning:",
        )  # fmt: skip
    return choice


def _filters(book: pd.DataFrame, picked: tuple[str, ...]) -> Choice:
    kinds = st.pills("Kinds of players", list(KINDS), selection_mode="multi", format_func=KINDS.__getitem__,
                     key="compare-kinds")  # fmt: skip
    present = [str(band) for band in book["band"].cat.categories if (book["band"] == band).any()]
    bands = st.multiselect("Ratings of people", present, key="compare-bands", placeholder="All ratings")
    first, last = book["at"].min().date(), book["at"].max().date()
    days = st.date_input(
        "Days, from and to", [], min_value=first, max_value=last, key="compare-days",
        help="Empty: all days. Imported rounds without a date carry the day of their import.",
    )  # fmt: skip
    span = days if isinstance(days, tuple) else (days,)
    seeds = st.toggle(
        "Games on a chosen seed too", key="compare-seeds",
        help="Who knows the seed can know the places: such rounds are marked, and never ranked.",
    )  # fmt: skip
    return Choice(
        picked, tuple(sorted(kinds)), tuple(bands), span[0] if span else None, span[1] if len(span) > 1 else None, seeds
    )


def offered(book: pd.DataFrame) -> pd.DataFrame:
    """The pools of the book as `statistics.pools` gives them, by rounds that are ranked: those are shown at first."""
    found = statistics.pools(book)
    fair = statistics.ranked(book).groupby("pool").size()
    found = found.assign(rounds=found["pool"].map(fair).fillna(0).astype(int))
    return found.sort_values("rounds", ascending=False, kind="stable", ignore_index=True)


def counts(found: pd.DataFrame, picked: list[str]) -> str:
    """How many rounds are chosen, and how many there are of other kinds."""
    chosen = found["pool"].isin(picked)
    said = f"{_rounds(found.loc[chosen, 'rounds'].sum())} of this choice"
    if chosen.all():
        return f"{said}, and there are no others."
    kinds = int((~chosen).sum())
    return f"{said}; {_rounds(found.loc[~chosen, 'rounds'].sum())} of {kinds} other kind{'s' if kinds != 1 else ''}."


def _rounds(number: int) -> str:
    return f"{number:,} round{'s' if number != 1 else ''}"


def in_words(found: pd.DataFrame) -> dict[str, str]:
    """A line for each pool of `statistics.pools` by its key, all different. No line says what grows with the book:
    a browser sends the line back as its choice.
    """
    said: dict[str, str] = {}
    for row in found.to_dict("records"):
        parts = [map_title(row["map"])]
        if row["origin"] == "imported":
            parts.append("imported")
        elif pd.notna(row["world_version"]):
            parts.append(f"simulated Earth {int(row['world_version'])}")
        else:
            parts.append(str(row["source"]))
        parts.append(MOVEMENTS.get(row["movement"], str(row["movement"])))
        parts.append(f"{int(row['time_limit_s'])} s a round" if pd.notna(row["time_limit_s"]) else "no time limit")
        if not row["scale_km"] > 0:
            parts.append("points not confirmed")
        said[row["pool"]] = " · ".join(parts)
    scales = dict(zip(found["pool"], found["scale_km"], strict=True))
    said = _apart(said, lambda pool: f" · scale {scales[pool]:,.1f} km")
    return _apart(said, lambda pool: f" ({pool[:4]})")


def _apart(said: dict[str, str], more: Callable[[str], str]) -> dict[str, str]:
    """With more said of every pool whose line is another's too."""
    often = Counter(said.values())
    return {pool: line + more(pool) if often[line] > 1 else line for pool, line in said.items()}


def map_title(name: str) -> str:
    """A map as people call it; the site's long ids are cut."""
    if LONG_ID.match(name):
        return f"map {name[:6]}…"
    return name.replace("-", " ").capitalize() if name.islower() else name


def _differences(found: pd.DataFrame, picked: list[str]) -> str:
    """What the chosen pools differ in: "map, time limit"."""
    own = found[found["pool"].isin(picked)]
    names = {"origin": "origin", "source": "source", "map": "map", "scale_km": "scale", "movement": "movement",
             "time_limit_s": "time limit", "world_version": "version of the world"}  # fmt: skip
    return ", ".join(said for column, said in names.items() if own[column].nunique(dropna=False) > 1)
