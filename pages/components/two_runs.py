"""Two runs side by side: each figure with its paired difference, a map of where which is better, published rows."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.components import charts, maps, measured, names, resources
from pages.components.identity import MODEL, PERSON, QUIET
from pages.components.runs import Run

LEVEL_POINTS = 50.0  # of a patch: below this neither is ahead there
MOST_PATCHES = 1500
MANY_HERE = 12  # places of a patch that make a large disc


def benchmark(told: dict[str, dict[str, Any]]) -> None:
    """The published rows of the benchmark that the first run was measured on, with the runs' own below."""
    found = measured.beside_published(told)
    if found is None:
        return
    title, table, notes = found
    st.subheader(f"Beside what was published on {title}")
    shown = {name: st.column_config.NumberColumn(format="%.1f") for name in table.columns if name.endswith("km")}
    st.dataframe(table, hide_index=True, width="stretch", column_config=shown)
    st.caption("Median distance, and percent of the photos guessed within a distance. Our rows stand last. Recall at "
               "the area of a cap is another figure and is not in this table.")  # fmt: skip
    for note in notes:
        st.info(names.as_markdown(note), icon=":material/info:")


def show(run: Run, other: Run, tables: dict[str, pd.DataFrame]) -> None:
    """The result in a sentence, every figure with its difference, points beside points, and the map."""
    st.subheader("On the same places")
    key = ("paired runs", *run.state, *other.state)
    both = resources.computed(key, lambda: measured.paired(tables[run.name], tables[other.name]))
    if len(both) < 2:
        st.info("These two runs were not measured on the same places: no id stands in both at the same position.",
                icon=":material/link_off:")  # fmt: skip
        return
    rows = resources.computed((*key, "differences"), lambda: measured.differences(both))
    score = rows.iloc[0]
    ahead = {0: "level", 1: "better", -1: "worse"}[int(score.ahead)]
    apart = [f"{len(tables[one.name]) - len(both):,} only in {names.as_markdown(one.name)}" for one in (run, other)
             if len(tables[one.name]) > len(both)]  # fmt: skip
    st.markdown(
        f"On **{len(both):,}** places in common **{names.as_markdown(run.name)}** is **{ahead}**"
        f"{' with' if ahead == 'level' else ' than'} {names.as_markdown(other.name)}: {score.difference:+,.0f} points "
        f"a place (95 % interval {score.low:+,.0f} … {score.high:+,.0f})."
    )
    if apart:
        st.caption(f"Places in one run alone are left out here: {', '.join(apart)}.")
    left, right = st.columns([5, 3], gap="medium")
    with left:
        _differences(rows, run, other)
    with right:
        colours = {run.name: MODEL, other.name: PERSON}
        st.vega_lite_chart(charts.paired_scatter(both, run.name, other.name, colours), width="stretch",
                           key="evaluate-scatter", alt="Scores of both runs on each place")  # fmt: skip
        maps.legend([(f"{names.as_html(name)} ahead", colour) for name, colour in colours.items()])
    _map(resources.computed((*key, "where"), lambda: measured.where_better(both)), run, other)


def _differences(rows: pd.DataFrame, run: Run, other: Run) -> None:
    who = {1: "this run", -1: "the other", 0: "level"}
    st.dataframe(
        pd.DataFrame({
            "figure": rows["figure"], "this run": rows["a"].map("{:,.1f}".format),
            "the other": rows["b"].map("{:,.1f}".format), "difference": rows["difference"].map("{:+,.1f}".format),
            "95 % interval": [f"{low:+,.1f} … {high:+,.1f}" for low, high in zip(rows["low"], rows["high"],
                                                                                strict=True)],
            "ahead": rows["ahead"].map(who),
        }), hide_index=True, width="stretch",
    )  # fmt: skip
    st.caption(f"This run is {names.as_markdown(run.name)}, the other {names.as_markdown(other.name)}. Differences "
               "are taken place by place, and the places drawn again a thousand times; level: the interval holds 0. A "
               "smaller distance is better.")  # fmt: skip


def _map(found: pd.DataFrame, run: Run, other: Run) -> None:
    """Patches of the Earth in the colour of the run that is better there."""
    st.markdown("**Where which is better**")
    some = found.head(MOST_PATCHES)
    gap = some["difference"].to_numpy(np.float64)
    colours = [MODEL if one >= LEVEL_POINTS else PERSON if one <= -LEVEL_POINTS else QUIET for one in gap]
    depth = (70 + 170 * np.minimum(np.abs(gap) / 1500.0, 1.0)).astype(int)
    ahead = [run.name if one > 0 else other.name for one in gap]
    tips = [f"{n:,} {'place' if n == 1 else 'places'}: {abs(one):,.0f} points more for {names.as_html(name)}"
            for n, one, name in zip(some["n"], gap, ahead, strict=True)]  # fmt: skip
    drawn = some.assign(
        radius_px=4.0 + 10.0 * np.sqrt(some["n"] / max(MANY_HERE, int(some["n"].max()))),
        colour=[[*colour, int(alpha)] for colour, alpha in zip(colours, depth, strict=True)], tip=tips,
    )  # fmt: skip
    maps.show([maps.discs(drawn)], maps.view_of(some[["lat", "lng"]].to_numpy()), "evaluate-where",
              "Where which of the two runs is better")  # fmt: skip
    maps.legend([(f"{names.as_html(run.name)} better", MODEL), (f"{names.as_html(other.name)} better", PERSON),
                 (f"within {LEVEL_POINTS:.0f} points", QUIET)])  # fmt: skip
    st.caption("Places of about 650 km around in one disc, the larger the more; the deeper its colour, the larger the "
               "mean difference of their scores.")  # fmt: skip
