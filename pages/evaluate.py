"""Evaluate: what a run measured, where it fails, and whether another is better. Knows tables of runs, and no model."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.components import (
    charts_of_runs,
    knowledge,
    maps,
    measured,
    names,
    notices,
    resources,
    runs,
    searched,
    seen_again,
    two_runs,
    words,
)
from pages.components.identity import MODEL, PERSON, QUIET, RGB
from pages.components.runs import Run

WORST = 6
MOST_LOOKED_UP = 20_000  # places whose country and climate are asked of the atlas
MEASURE = "python -m model.evaluate --manifest data/world/manifest.parquet --checkpoint runs/mine --out runs/mine"


def main() -> None:
    """The whole page."""
    st.title("Evaluate")
    st.html("<p class='homing-lede'>What a run measured, where it fails, and whether another one is better.</p>")
    found = runs.found()
    if not found:
        with notices.empty("Nothing was measured yet", "Make a checkpoint with `make reproduce`, or measure one:"):
            st.code(MEASURE, language="bash")
        return
    left, right = st.columns(2)
    run = left.selectbox("Run", found, format_func=lambda one: one.name, key="evaluate-run")
    others = [one for one in found if one != run]
    other = right.selectbox("Beside", [None, *others], format_func=lambda one: one.name if one else "no other",
                            key=f"evaluate-other-{run.name}")  # fmt: skip
    with notices.spoken():
        told = runs.figures(run)
        headline(told)
        both = {run.name: told}
        with notices.spoken():
            both |= {other.name: runs.figures(other)} if other is not None else {}
        two_runs.benchmark(both)
        table = table_of(run)
        if table is None:
            st.info("predictions.csv did not come along with this run, so there are its figures alone. Measure it to "
                    "see more:", icon=":material/table_view:")  # fmt: skip
            st.code(MEASURE.replace("runs/mine", run.name), language="bash")
        tables = {} if table is None else {run.name: table}
        if other is not None:
            with notices.spoken():
                if table is not None and (second := table_of(other)) is not None:
                    tables[other.name] = second
                    two_runs.show(run, other, tables)
                else:
                    st.info("To compare two runs both need predictions.csv.", icon=":material/table_view:")
        if table is not None:
            details(run, table, tables, told)
        shown = [run] if other is None else [run, other]
        with notices.spoken():
            knowledge.show(shown, dict(zip([one.name for one in shown], (MODEL, PERSON), strict=False)))
        searched.show(both, dict(zip(both, (MODEL, PERSON), strict=False)))
        figures(both)


def table_of(run: Run) -> pd.DataFrame | None:
    """The predictions of a run, read once for each state of its file."""
    return resources.computed(("predictions", *run.state), lambda: runs.predictions(run))


def headline(told: dict[str, Any]) -> None:
    """Four figures."""
    version, split = runs.world_version(told), told.get("split")
    what = f"places of the simulated Earth (version {version})" if version else "places"
    of = f" of the split “{names.as_markdown(split)}”" if isinstance(split, str) and split else ""
    st.markdown(f"Measured on **{told['n']:,.0f} {what}**{of}.")
    tiles = [("Median distance", "{:,.0f} km", ("median_km",)), ("Right country", "{:.1%}", ("country_accuracy",)),
             ("Mean score", "{:,.0f}", ("mean_score",)), ("Within 25 km", "{:.1%}", ("within_km", "25"))]  # fmt: skip
    with st.container(horizontal=True):
        for title, form, path in tiles:
            value = runs.number(told, *path)
            if value is not None:
                st.metric(title, form.format(value), border=True, width=200)


def details(run: Run, table: pd.DataFrame, tables: dict[str, pd.DataFrame], told: dict[str, Any]) -> None:
    """Curves, reliability, radii, groups and the worst guesses."""
    colours: dict[str, RGB] = dict(zip(tables, (MODEL, PERSON), strict=False))
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("How near")
        st.vega_lite_chart(charts_of_runs.within(measured.within(tables), colours), width="stretch",
                           key="evaluate-curve", alt="Share of places guessed within a distance")  # fmt: skip
        maps.legend([(names.as_html(name), colour) for name, colour in colours.items()])
    with right:
        st.subheader("How far to believe it")
        bins = measured.reliability(table)
        if bins is None:
            st.caption("This table does not tell the probability and the region of each place; measure it again.")
        else:
            st.vega_lite_chart(charts_of_runs.reliability(bins), width="stretch", key="evaluate-reliability",
                               alt="Belief in the best region beside how often it was right")  # fmt: skip
            st.caption("Dots on the dashed line: belief as often right as it says. Larger dots are more places; lines "
                       "are 95 % intervals.")  # fmt: skip
    radii(table)
    groups(run, table)
    worst(run, table, runs.world_version(told))


def radii(table: pd.DataFrame) -> None:
    """Whether “within R km with p %” holds."""
    rows = measured.coverage(table)
    if rows is None:
        return
    st.subheader("Whether the radius holds")
    st.vega_lite_chart(charts_of_runs.coverage(rows), width="stretch", key="evaluate-radii",
                       alt="How often the truth lay within the stated radius")  # fmt: skip
    maps.legend([("measured", MODEL), ("stated (the tick), and the 95 % interval", QUIET)])
    median = ", ".join(f"{words.about(row.median_km)} for {row.stated:.0%}" for row in rows.itertuples())
    st.caption(f"Median radius: {median}.")


def groups(run: Run, table: pd.DataFrame) -> None:
    """By country and by climate."""
    st.subheader("Where it is at home")
    left, right = st.columns(2, gap="medium")
    known = resources.country_names()
    for place, column, title in ((left, "truth_country", "country"), (right, "koppen", "climate")):
        with place:
            if column not in table and len(table) > MOST_LOOKED_UP:
                st.caption(f"This table does not tell the {title} of each place; measure it again.")
                continue
            told = table[column] if column in table else looked_up(run, table)[column]
            of = told.map(lambda code: known.get(code, code)) if title == "country" else measured.climates(told)
            found = measured.by_group(table, of)
            if found.empty:
                st.caption(f"No {title} is known of these places.")
                continue
            counted = [f"{group} ({n:,})" for group, n in zip(found["group"], found["n"], strict=True)]
            named = found.assign(group=counted, player=run.name)
            st.vega_lite_chart(charts_of_runs.groups(named, {run.name: MODEL}, title), width="stretch",
                               key=f"evaluate-{title}", alt=f"Mean score by {title}")  # fmt: skip
    st.caption(f"Mean score by the true country and climate (main group of Köppen), the most places first. Lines are "
               f"95 % intervals; under {measured.ENOUGH} places there is none.")  # fmt: skip


def looked_up(run: Run, table: pd.DataFrame) -> pd.DataFrame:
    """Country and climate of the true places from the atlas, where a table does not tell them."""
    points = table[["truth_lat", "truth_lng"]].to_numpy()
    country, koppen = resources.computed(("countries", *run.state), lambda: resources.countries_and_climates(points))
    return pd.DataFrame({"truth_country": country, "koppen": koppen}, index=table.index)


def worst(run: Run, table: pd.DataFrame, version: int | None) -> None:
    """The guesses farthest off, with their pictures when asked for."""
    st.subheader("Worst guesses")
    rows = measured.worst(table, WORST)
    draw = st.toggle("Show their pictures", key="evaluate-pictures",
                     help="From their files where these are here; else each place is drawn again.")  # fmt: skip
    folder = resources.computed(("pictures", *run.state), lambda: seen_again.folder_of(run)) if draw else None
    told = resources.atlas().describe(rows[["truth_lat", "truth_lng"]].to_numpy())
    guessed = resources.atlas().describe(rows[["lat", "lng"]].to_numpy())
    places = zip(rows.to_dict("records"), told.to_dict("records"), guessed.to_dict("records"), strict=True)
    for count, (row, truth, guess) in enumerate(places, start=1):
        belief = row.get("probability")
        sure = f" · belief {belief:.0%}" if isinstance(belief, float) and 0.0 <= belief <= 1.0 else ""
        st.markdown(f"**{count}. {words.distance(row['distance_km'])} off** · it was {words.place(truth)}, the guess "
                    f"{words.place(guess)}{sure} · {names.as_markdown(str(row['id']))}")  # fmt: skip
        if draw:
            with st.spinner("Fetching the pictures …"), notices.spoken():
                said = seen_again.show(row, folder, version, f"Worst guess {count}")
                st.caption(said.capitalize() if said else "No picture: neither its files nor its recipe are here.")


def figures(told: dict[str, dict[str, Any]]) -> None:
    """All of metrics.json that is a figure, of two runs side by side where two are chosen."""
    st.subheader("All figures")
    if len(told) == 1:
        st.dataframe(measured.figure_table(next(iter(told.values()))), hide_index=True, width="stretch")
        return
    st.dataframe(measured.side_by_side(told), hide_index=True, width="stretch")


main()
