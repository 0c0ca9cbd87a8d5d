"""How much of the Earth a run must search: Recall vs Area, from the figures of runs that may hold anything."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.components import charts_of_runs, maps, names
from pages.components.identity import RGB
from pages.components.runs import number

CAPS_KM = ("25", "200", "750", "2500")
SHARES = ("50", "80", "95")
MOST_STEPS = 500  # of a curve; evaluate writes 78


def curves(told: dict[str, dict[str, Any]], balanced: bool = False) -> pd.DataFrame:
    """The curves of runs by name, as far as they have any: `player`, `km2`, `share`; none where none was measured."""
    rows = []
    for name, figures in told.items():
        found = _figures(figures, balanced).get("curve")
        steps = found if isinstance(found, dict) else {}
        areas, recalls = (steps.get(key) if isinstance(steps.get(key), list) else [] for key in ("area_km2", "recall"))
        for area, recall in list(zip(areas, recalls, strict=False))[:MOST_STEPS]:
            km2, share = number({"v": area}, "v"), number({"v": recall}, "v")
            if km2 is not None and share is not None and km2 > 0.0 and 0.0 <= share <= 1.0:
                rows.append({"player": name, "km2": km2, "share": share})
    return pd.DataFrame(rows, columns=["player", "km2", "share"])


def budgets(told: dict[str, dict[str, Any]], balanced: bool = False) -> pd.DataFrame:
    """A row for each figure and a column for each run that was measured so: words, with the 95 % interval."""
    columns = {}
    for name, figures in told.items():
        found = _figures(figures, balanced)
        if number(found, "recall", "25") is None:
            continue
        cells = {f"found in the area of a cap of {cap} km": _words(found, "recall", cap, "{:.1%}") for cap in CAPS_KM}
        cells |= {f"area that holds {share} % of the places": _words(found, "area_for_recall_km2", share, "{:,.0f} km²")
                  for share in SHARES}  # fmt: skip
        columns[name] = cells
    table = pd.DataFrame(columns)
    return table.rename_axis("figure").reset_index() if len(table) else pd.DataFrame()


def show(told: dict[str, dict[str, Any]], colours: dict[str, RGB]) -> None:
    """Curve and budgets of the runs, where any of them was measured with --area; nothing else."""
    if curves(told).empty:
        return
    st.subheader("How much of the Earth must be searched")
    both = not curves(told, balanced=True).empty
    balanced = both and st.toggle("Every density of people counts the same", key="evaluate-balanced",
                                  help="Wilderness, countryside, towns and cities weigh alike.")  # fmt: skip
    found = curves(told, balanced)
    shown = {name: colour for name, colour in colours.items() if name in set(found["player"])}
    left, right = st.columns(2, gap="medium")
    with left:
        st.vega_lite_chart(charts_of_runs.recall_area(found, shown), width="stretch", key="evaluate-area",
                           alt="Share of places found within an area searched, likeliest regions first")  # fmt: skip
        maps.legend([(names.as_html(name), colour) for name, colour in shown.items()])
    with right:
        st.dataframe(budgets(told, balanced), hide_index=True, width="stretch")
        st.caption("The likeliest places are searched first; equal ones count together. The area of a cap of 25 km is "
                   "1,963 km², wherever it lies: this is not the share of guesses within 25 km.")  # fmt: skip


def _figures(told: dict[str, Any], balanced: bool) -> dict[str, Any]:
    found = told.get("recall_area")
    found = found.get("balanced") if balanced and isinstance(found, dict) else found
    return found if isinstance(found, dict) else {}


def _words(found: dict[str, Any], figure: str, key: str, form: str) -> str:
    value = number(found, figure, key)
    if value is None:
        return ""
    ends = found.get("interval_95")
    for name in (figure, key):
        ends = ends.get(name) if isinstance(ends, dict) else None
    pair = [number({"v": end}, "v") for end in ends] if isinstance(ends, list) else []
    known = [end for end in pair if end is not None]
    between = f" ({form.format(known[0])} – {form.format(known[1])})" if len(pair) == len(known) == 2 else ""
    return form.format(value) + between
