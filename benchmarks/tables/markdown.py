"""Figures with the keys of metrics.json as rows of a Markdown table, each with its 95 % interval where there is one."""

from collections.abc import Iterable, Mapping
from typing import Any

RADII = ("1", "25", "200", "750", "2500")
HEAD = ("", "n", "country %", "median km", "score", "% < 1 km", "25", "200", "750", "2500")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; a bar within a cell would end it and is written as a stroke."""
    titles = list(head)
    lines = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
    lines += ["| " + " | ".join(cell.replace("|", "∣") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def figure_table(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """One row for each (name, figures): n, country, median, score and the five radii."""
    return table(HEAD, [figure_row(name, figures) for name, figures in rows])


def figure_row(name: str, figures: Mapping[str, Any]) -> list[str]:
    """The cells of one row, as HEAD names them."""
    ends = figures.get("interval_95") or {}
    within, within_ends = figures["within_km"], ends.get("within_km") or {}
    return [
        name,
        f"{figures['n']:,}" if figures.get("n") else "",
        share(figures["country_accuracy"], ends.get("country_accuracy")),
        number(figures["median_km"], ends.get("median_km")),
        number(figures["mean_score"], ends.get("mean_score")),
        *(share(within[radius], within_ends.get(radius), 2 if radius == "1" else 1) for radius in RADII),
    ]


def share(value: float, ends: Iterable[float] | None = None, digits: int = 1) -> str:
    """0.733 -> "73.3 (71.5–75.4)"."""
    told = [f"{100 * v:.{digits}f}" for v in (value, *(ends or ()))]
    return told[0] if len(told) == 1 else f"{told[0]} ({told[1]}–{told[2]})"


def number(value: float, ends: Iterable[float] | None = None) -> str:
    """3676.2 -> "3,676 (3,611–3,739)"; one digit behind the point below a hundred."""
    told = [f"{v:,.1f}" if abs(value) < 100 else f"{v:,.0f}" for v in (value, *(ends or ()))]
    return told[0] if len(told) == 1 else f"{told[0]} ({told[1]}–{told[2]})"


def change(value: float, ends: Iterable[float] | None = None, digits: int = 0) -> str:
    """-12.4 -> "−12 (−30 … +5)"."""
    told = [f"{v:+,.{digits}f}".replace("-", "−") for v in (value, *(ends or ()))]
    return told[0] if len(told) == 1 else f"{told[0]} ({told[1]} … {told[2]})"
