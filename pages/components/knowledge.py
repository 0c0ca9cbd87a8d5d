"""What the embedding of a run knows: knowledge.json of `python -m model.knowledge`, as a table and as charts.

The file may hold anything; what is no figure is left out. Where there is no file nothing is shown.
"""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from model.errors import ArtifactError
from pages.components import maps, names
from pages.components.charts_of_runs import SHARE
from pages.components.identity import QUIET, RGB, hex_of
from pages.components.runs import Run, number

FILE = "knowledge.json"
AGAIN = "ask again with `python -m model.knowledge`."
MOST = 40  # things in a chart
LONGEST = 40  # letters of a name
WORDS = {
    "altitude_m": "elevation", "population_per_km2": "people per km²", "temperature_c": "temperature",
    "temperature_range_c": "temperature range", "precipitation_mm": "precipitation",
    "precipitation_range_mm": "precipitation range", "koppen": "climate (Köppen)", "driving_side": "driving side",
}  # fmt: skip
NUMBER, CLASS = "number", "class"


def read(run: Run) -> dict[str, Any] | None:
    """knowledge.json of a run, as far as it is one; None where there is no such file.

    Raises:
        ArtifactError: it cannot be read, or asks nothing.
    """
    path = run.folder / FILE
    if not path.is_file():
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ArtifactError(f"the {FILE} of {run.name} cannot be read; {AGAIN}") from error
    if not isinstance(told, dict) or not isinstance(told.get("named"), dict):
        raise ArtifactError(f"the {FILE} of {run.name} lacks what was asked by name; {AGAIN}")
    return told


def table(told: dict[str, Any], player: str) -> pd.DataFrame:
    """One row for each thing asked: player, kind, thing, value, low, high, usual (NaN for numbers), n.

    `value` is R² of a number and the share of right answers of a class, `usual` the commonest class' own share.
    """
    rows = []
    for name, about in told["named"].items():
        kind, key = (NUMBER, "r2") if number(about, "r2") is not None else (CLASS, "accuracy")
        value, bounds = number(about, key), about.get(f"{key}_95") if isinstance(about, dict) else None
        if value is None:
            continue
        ends = bounds if isinstance(bounds, list) and len(bounds) == 2 else [None, None]
        low, high = (number({"end": end}, "end") for end in ends)
        thing = WORDS.get(name, name[:LONGEST])
        rows.append((player, kind, thing, value, low, high, number(about, "majority"), number(about, "n")))
    columns = ["player", "kind", "thing", "value", "low", "high", "usual", "n"]
    return pd.DataFrame(rows[:MOST], columns=columns).astype(dict.fromkeys(columns[3:], float))


def chart(rows: pd.DataFrame, colours: dict[str, RGB], title: str) -> dict[str, Any]:
    """Bars with their intervals, the best known above; a tick where the commonest answer alone would stand."""
    order = list(dict.fromkeys(rows.sort_values("value", ascending=False)["thing"]))
    shown = rows.assign(
        bar=rows["value"].clip(0.0, 1.0), low=rows["low"].clip(0.0, 1.0), high=rows["high"].clip(0.0, 1.0)
    )
    values = shown.astype(object).where(shown.notna(), None).to_dict("records")
    y = {"field": "thing", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 190}}
    place = {"y": y, "yOffset": {"field": "player", "sort": list(colours)}}
    scale = {"domain": list(colours), "range": [hex_of(colour) for colour in colours.values()]}
    colour = {"field": "player", "type": "nominal", "scale": scale, "legend": None}
    tooltip = [{"field": "player"}, {"field": "thing"}, {"field": "value", "format": ".3f", "title": title},
               {"field": "usual", "format": ".3f", "title": "the commonest answer"},
               {"field": "n", "format": ",.0f", "title": "places"}]  # fmt: skip
    return {
        "data": {"values": values},
        "height": {"step": 24, "for": "position"},
        "layer": [
            {"mark": {"type": "bar", "cornerRadiusEnd": 4, "opacity": 0.85},
             "encoding": {**place, "x": {"field": "bar", "title": title, **SHARE}, "color": colour,
                          "tooltip": tooltip}},
            {"mark": {"type": "rule", "strokeWidth": 2, "stroke": hex_of(QUIET)},
             "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
             "encoding": {**place, "x": {"field": "low", "title": title, **SHARE}, "x2": {"field": "high"}}},
            {"mark": {"type": "tick", "thickness": 3, "color": hex_of(QUIET)},
             "transform": [{"filter": "isValid(datum.usual)"}],
             "encoding": {**place, "x": {"field": "usual", "title": title, **SHARE}}},
        ],
    }  # fmt: skip


def lacked(told: dict[str, Any]) -> str | None:
    """Which family of clues the misses lacked most, as a sentence; None where that was not asked."""
    about = told.get("misses")
    families = about.get("families") if isinstance(about, dict) else None
    if not isinstance(families, dict):
        return None
    shares = {str(name)[:LONGEST]: number(row, "settled") for name, row in families.items()}
    known = sorted(((share, name) for name, share in shares.items() if share is not None), reverse=True)[:3]
    n = number(about, "n")
    if not known or not n:
        return None
    listed = ", ".join(f"{names.as_markdown(name)} {share:.0%}" for share, name in known)
    return (f"Of {n:,.0f} places that were missed, so many would be found by their clues if one more family were read "
            f"as it truly is: {listed}.")  # fmt: skip


def show(shown: Sequence[Run], colours: dict[str, RGB]) -> None:
    """The charts of one run or two; nothing where the first was never asked."""
    told = {run.name: about for run in shown if (about := read(run)) is not None}
    if not shown or shown[0].name not in told:
        return
    rows = pd.concat([table(about, name) for name, about in told.items()], ignore_index=True)
    if rows.empty:
        return
    st.subheader("What the embedding knows")
    for place, kind, title in zip(st.columns(2, gap="medium"), (NUMBER, CLASS), ("R²", "right"), strict=True):
        own = rows[rows["kind"] == kind]
        if not own.empty:
            with place:
                st.vega_lite_chart(chart(own, {name: colours[name] for name in told}, title), width="stretch",
                                   key=f"evaluate-knows-{kind}", alt=f"What a linear probe reads: {title}")  # fmt: skip
    maps.legend([(names.as_html(name), colours[name]) for name in told])
    sentence = lacked(told[shown[0].name])
    st.caption("Read by linear probes from the frozen embedding, on test places; lines are 95 % intervals, ticks what "
               f"the commonest answer alone would get.{f' {sentence}' if sentence else ''}")  # fmt: skip
