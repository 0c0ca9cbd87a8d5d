"""The ablation as Markdown: every row beside the paper's, every step with its sign, and what there is to say of it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from benchmarks.ablate.plan import APART, compare, published_step
from benchmarks.tables.markdown import HEAD, change, figure_row, table
from benchmarks.tables.published import PIGEON
from model.metrics.paired import paired_difference
from model.metrics.predictions import figures_of

STEP = ("mean_score", "country_accuracy", "within_25_km", "within_200_km")
SIGNS = {"same": "as in the paper", "other": "**other sign**", "unclear": "not told by so many places",
         "none": "the paper saw no change"}  # fmt: skip


def row_figures(predictions: pd.DataFrame, above: pd.DataFrame | None) -> dict[str, Any]:
    """Figures of a row with their intervals, and what it has more than the row above, in pairs."""
    figures = figures_of(predictions)
    if above is None:
        return figures
    step = paired_difference(predictions, above)
    return figures | {"step": {key: step[key] for name in STEP for key in (name, f"{name}_95")} | {"n": step["n"]}}


def markdown(rows: Mapping[str, Mapping[str, Any]], facts: Mapping[str, Any]) -> str:
    """All rows that are there yet: the figures, the steps, and a sentence for each step that does not go its way."""
    parts = [_lead(facts), _figures(rows), _steps(rows)]
    return "\n\n".join(part for part in [*parts, *_sentences(rows)] if part) + "\n"


def _lead(facts: Mapping[str, Any]) -> str:
    places, budget = facts["places"], facts["budget"]
    started = facts["start_from"] or "nothing (random weights)"
    text = (
        f"Cumulative: each row takes one more thing away. {places['test']:,} unseen places, {places['train']:,} "
        f"training places; four encoders, each trained for {budget} from {started}. In brackets: 95 % bootstrap "
        "intervals over places, and of the differences place by place."
    )
    return text + (f" {facts['start_note']}" if facts.get("start_note") else "")


def _figures(rows: Mapping[str, Mapping[str, Any]]) -> str:
    lines = []
    for name, figures in rows.items():
        lines.append(figure_row(name, figures))
        lines.append(["*PIGEON, street view*", *(f"*{cell}*" for cell in figure_row("", PIGEON[name])[1:])])
    return table(HEAD, lines)


def _steps(rows: Mapping[str, Mapping[str, Any]]) -> str:
    head = ("beside the row above", "score", "*paper*", "country, points", "*paper*", "< 25 km, points", "*paper*",
            "sign of score / country")  # fmt: skip
    lines = []
    for name, figures in rows.items():
        if "step" not in figures:
            continue
        step, published = figures["step"], published_step(name)
        line = [name, change(step["mean_score"], step["mean_score_95"]), f"*{change(published['mean_score'])}*"]
        for key in ("country_accuracy", "within_25_km"):
            ends = [100 * end for end in step[f"{key}_95"]]
            line += [change(100 * step[key], ends, 1), f"*{change(100 * published[key], digits=1)}*"]
        signs = [SIGNS[compare(step, published, key)] for key in ("mean_score", "country_accuracy")]
        lines.append([*line, " / ".join(signs)])
    return table(head, lines) if lines else ""


def _sentences(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One for each figure whose step does not go the paper's way, and whether so many places can tell that."""
    found = []
    for name, figures in rows.items():
        if "step" not in figures:
            continue
        step, published = figures["step"], published_step(name)
        for key, words, factor, digits in (("mean_score", "score", 1, 0), ("country_accuracy", "country", 100, 1)):
            sign = compare(step, published, key)
            same_way = (step[key] > 0) == (published[key] > 0)
            if sign == "same" or (sign == "unclear" and same_way):
                continue
            ours = change(factor * step[key], [factor * end for end in step[f"{key}_95"]], digits)
            theirs = change(factor * published[key], digits=digits)
            why = APART[name]
            if sign == "unclear":
                why = f"Our interval holds 0: {step['n']:,} places do not tell the sign."
            found.append(f"- {name}, {words}: {ours} here, {theirs} in the paper. {why}")
    return ["\n".join(found)] if found else []
