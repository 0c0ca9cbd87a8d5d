"""Players and bands of ratings in tables, each figure with how sure it is. Knows summaries, no store."""

import math

import pandas as pd
import streamlit as st

from arena import statistics
from pages.components import comparison, names
from pages.components.resources import computed

ENOUGH, CROWD = statistics.MIN_ROUNDS, statistics.MIN_UNITS  # rounds and players that an interval needs
SHARES = {f"within_{km}_km": f"{km} km" for km in statistics.WITHIN_KM} | {"country": "Country"}
HELP = {"country": "in the right country"}
# PIGEON (arXiv 2307.05845), section 5: median errors in 458 live multi-round duels on GeoGuessr.
PAPER_DUELS = 458
PAPER_KM = {"PIGEON": 73.0, "Champion division": 151.0, "Master division": 174.0, "Gold division": 1714.0}


def show(frame: pd.DataFrame, key: comparison.Key) -> None:
    """The ranking, bands of ratings, percentiles, the paper's figures, and the rules in a sentence each."""
    st.subheader("Players")
    everything = st.toggle("Intervals of every figure", key="compare-intervals")
    fair = statistics.ranked(frame)
    ranking = computed((*key, "summary"), lambda: statistics.summary(fair))
    st.dataframe(**table(ranking, everything))
    missed = int(ranking["missed"].sum())
    st.caption(
        f"Ranked by mean score, from {ENOUGH} rounds on. Each player's **first** guess on a place counts, replays "
        f"do not ({frame.attrs.get('replays', 0):,} left out in the whole book). The intervals hold about 95 %, by "
        f"drawing whole games a thousand times; of fewer than {CROWD} games single rounds are drawn, and the interval "
        f"may be too narrow; under {ENOUGH} rounds there is none. The last columns are the shares of "
        "rounds within so many km, and in the right country. "
        + (
            f"{missed:,} round{'s' if missed != 1 else ''} without a guess: 0 points, and in no median. "
            if missed
            else ""
        )
    )
    unranked = frame[frame["seed_chosen"]]
    if len(unranked):
        own = computed((*key, "unranked"), lambda: statistics.summary(unranked))
        st.markdown("**On a chosen seed, not ranked**")
        st.dataframe(**table(own.sort_values("player", ignore_index=True), everything, ranks=False))
    percentiles(fair, ranking, key)
    ratings(fair, everything, key)
    reference()


def table(summary: pd.DataFrame, everything: bool, ranks: bool = True) -> dict:
    """Arguments of `st.dataframe` for a table of players; those with too few rounds stand below, without a rank."""
    enough = summary["n"] >= ENOUGH
    ordered = pd.concat([summary[enough], summary[~enough]], ignore_index=True) if ranks else summary
    ranks_shown = [place if n >= ENOUGH else None for place, n in enumerate(ordered["n"], start=1)]
    shown = pd.DataFrame({"rank": pd.array(ranks_shown, "Int64")} if ranks else {}, index=ordered.index)
    shown = _with_figures(shown.assign(player=ordered["player"], n=ordered["n"]), ordered, everything)
    shown["games"] = ordered["games"]
    if ordered["rating"].notna().any():
        shown["rating"] = ordered["rating"].astype("Int64")
    if ordered["kind"].nunique() > 1:
        shown["kind"] = ordered["kind"]
    return _dataframe(shown, "compare-players" if ranks else "compare-unranked")


def ratings(fair: pd.DataFrame, everything: bool, key: comparison.Key) -> None:
    """People by their rating, where anyone has one."""
    if not fair["rating"].notna().any():
        return
    bands = computed((*key, "bands"), lambda: statistics.bands(fair))
    st.markdown("**People by rating**")
    shown = bands[["band", "players", "n"]]
    st.dataframe(**_dataframe(_with_figures(shown, bands, everything), "compare-bands-table"))
    st.caption(
        f"Ratings as the source states them, cut at {', '.join(str(cut) for cut in statistics.RATING_CUTS)}. Here "
        f"whole players are drawn, because one person's rounds are alike; a band of fewer than {CROWD} players has "
        "no interval."
    )


def percentiles(fair: pd.DataFrame, ranking: pd.DataFrame, key: comparison.Key) -> None:
    """Where each model and bot stands among people of the same games."""
    for row in ranking[ranking["kind"] != "person"].itertuples():
        found = computed(
            (*key, "percentile", row.player_id), lambda player_id=row.player_id: statistics.percentile(fair, player_id)
        )
        name = names.as_markdown(row.player)
        if found is None:
            st.caption(f"{name} among people: for a percentile these games need {CROWD} people with {ENOUGH} rounds.")
        else:
            part = "all" if found.share == 1.0 else "none" if found.share == 0.0 else f"{found.share:.0%}"
            st.markdown(
                f"**{name}** scores more than **{part}** of the {found.people:,} people with {ENOUGH} "
                f"rounds or more in these games (95 % interval {found.low:.0%} … {found.high:.0%})."
            )


def reference() -> None:
    """What the paper measured, beside the ranking and never in it."""
    said = " · ".join(f"{name} {km:,.0f} km" for name, km in PAPER_KM.items())
    st.caption(
        f":material/menu_book: **For orientation, from the PIGEON paper:** median distances in its {PAPER_DUELS} live "
        f"duels were {said}. Other places, other rules: not to be ranked with the figures above."
    )


def _with_figures(shown: pd.DataFrame, figures: pd.DataFrame, everything: bool) -> pd.DataFrame:
    shown = shown.assign(mean_score=figures["mean_score"])
    shown["score_95"] = _interval(figures, "mean_score", "{:,.0f}")
    shown["median_km"] = figures["median_km"]
    shown["km_95"] = _interval(figures, "median_km", "{:,.0f}")
    for name in SHARES:
        if figures[name].notna().any():
            shown[name] = 100.0 * figures[name]
            if everything:
                shown[f"{name}_95"] = _interval(figures, name, "{:.0%}")
    return shown


def _dataframe(shown: pd.DataFrame, key: str) -> dict:
    """Arguments of `st.dataframe`; a column's widths are such that a desk shows all figures at once."""
    column, amount = st.column_config.Column, st.column_config.NumberColumn
    config = {
        "rank": column("#", width=32),
        "player": column("Player", width=108),
        "kind": column("Kind", width=64),
        "band": column("Rating", width=108),
        "rating": column("Rating", width=56),
        "players": column("Players", width=64),
        "n": amount("Rounds", width=60),
        "games": amount("Games", width=56),
        "mean_score": amount("Mean score", format="%,.0f", width=84),
        "score_95": column("95 %", width=100),
        "median_km": amount("Median km", format="%,.0f", width=80),
        "km_95": column("95 %", width=84),
    }
    for name, title in SHARES.items():
        config[name] = amount(
            title, format="%.0f %%", width=60, help=f"Share of rounds: {HELP.get(name, 'within this distance')}"
        )
        config[f"{name}_95"] = column("95 %", width=88)
    used = {name: setting for name, setting in config.items() if name in shown}
    return {"data": shown, "hide_index": True, "width": "stretch", "column_config": used, "key": key,
            "placeholder": "–"}  # fmt: skip


def _interval(figures: pd.DataFrame, name: str, form: str) -> list[str]:
    """The ends of an interval as text; "" where there is none."""
    ends = zip(figures[f"{name}_low"], figures[f"{name}_high"], strict=True)
    return ["" if math.isnan(low) else f"{form.format(low)} … {form.format(high)}" for low, high in ends]
