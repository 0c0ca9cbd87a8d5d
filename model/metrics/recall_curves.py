"""Curves of recall against the area searched, as a picture. Figures in, a PNG out; matplotlib is imported to draw."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from model.metrics.recall_area import EARTH_KM2

INK, PAPER, QUIET = "#2b2a33", "#fbf7f0", "#8c867a"
COLOURS = ("#2b2a33", "#d05e46", "#d09424", "#2a968e", "#8470be")  # read on paper, told apart by dashes as well
DASHES: tuple[Any, ...] = ("-", "-", (0, (1, 1.5)), "--", "-.")


def recall_curves(title: str, panels: Sequence[tuple[str, Mapping[str, Mapping[str, Any]]]]) -> bytes:
    """A PNG with a panel for each (name, reports by column), side by side; the reports are those of `area_report`.

    Upright lines stand at the areas of the caps, which the tables give the recalls of.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.2 * len(panels), 4.6), dpi=120, facecolor=PAPER, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, color=INK)
    for number, (name, reports) in enumerate(panels):
        axes = figure.add_subplot(1, len(panels), number + 1, facecolor=PAPER)
        for place, (column, report) in enumerate(reports.items()):
            curve, kind = report["curve"], place % len(COLOURS)
            axes.step(curve["area_km2"], [100.0 * share for share in curve["recall"]], where="post", label=column,
                      color=COLOURS[kind], linestyle=DASHES[kind], linewidth=1.8)  # fmt: skip
            for cap, area in report["caps_km2"].items():
                if place == 0:
                    axes.axvline(area, color=QUIET, linewidth=0.8, alpha=0.6)
                    axes.text(area, 101.0, f"{cap} km", color=INK, fontsize=8, ha="center", va="bottom")
        axes.set(xscale="log", xlim=(10.0, EARTH_KM2), ylim=(0.0, 100.0), xlabel="area searched, km²",
                 ylabel="% of places found")  # fmt: skip
        axes.set_title(name, color=INK, fontsize=10, pad=18)
        axes.grid(True, color=QUIET, alpha=0.2)
        axes.legend(frameon=False, fontsize=8, loc="upper left")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
