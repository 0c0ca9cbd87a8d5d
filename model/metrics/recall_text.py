"""The table of Recall vs Area as text, with the published rows beside. Figures in, Markdown out."""

from collections.abc import Mapping
from typing import Any

from model.metrics.recall_area import CAPS_KM

COLUMNS = ("base", "+LS", "+LS urban prior", "+LC", "+LS+LC")
# Balanced recall % at the four caps, of real photographs: "Recall vs Area", table 1.
PUBLISHED = {
    "IM2GPS3k, GeoEstimation": ("39.69 65.96 85.57 97.04", "35.04 64.85 85.42 97.25", "29.01 43.78 47.45 47.50",
                                "36.74 65.64 86.32 97.10", "32.43 60.46 83.71 96.96"),
    "IM2GPS3k, GeoCLIP": ("41.20 68.41 88.60 97.22", "40.71 70.71 90.41 97.83", "33.53 44.92 47.22 47.22",
                          "40.30 71.39 90.13 97.68", "37.14 68.70 89.41 97.79"),
    "Street View, GeoEstimation": ("7.96 34.73 68.21 92.45", "9.85 42.14 74.27 94.39", "9.36 33.63 41.06 41.21",
                                   "8.29 40.25 75.43 94.37", "9.39 39.83 73.95 94.67"),
    "Street View, GeoCLIP": ("13.28 44.70 77.51 93.97", "16.56 54.42 83.37 94.62", "15.76 38.06 42.03 42.04",
                             "15.69 51.33 82.69 94.97", "16.09 53.25 83.21 95.03"),
}  # fmt: skip


def recall_row(report: Mapping[str, Any]) -> str:
    """Recalls at the four caps in percent, "39.7 66.0 85.6 97.0"."""
    return " ".join(f"{100.0 * report['recall'][f'{cap:g}']:.1f}" for cap in CAPS_KM)


def markdown(found: dict[str, Any]) -> str:
    """The table as text, the published rows below."""
    head = f"Recall % within the area of a cap of 25 / 200 / 750 / 2500 km; {found['n']:,} places"
    lines = [head, "", "| system | places | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 2) + "|"]
    for figures in found["systems"].values():
        for part in ("all", "balanced"):
            cells = [recall_row(figures[part][column]) for column in COLUMNS]
            lines.append(f"| {figures['system']} | {part} | " + " | ".join(cells) + " |")
    lines += [f"| *published: {name}* | *balanced* | " + " | ".join(cells) + " |" for name, cells in PUBLISHED.items()]
    lines += ["", "The published rows are of real photographs: they stand here for the shape, not to be beaten.", ""]
    lines += ["Change against the base in points, all places, with its 95 % interval:", "",
              "| system | cap | " + " | ".join(COLUMNS[1:]) + " |", "|---" * (len(COLUMNS) + 1) + "|"]  # fmt: skip
    for figures in found["systems"].values():
        for cap in map("{:g}".format, CAPS_KM):
            cells = []
            for column in COLUMNS[1:]:
                change = figures["minus_base"][column][cap]
                low, high = change["interval_95"]
                cells.append(f"{100 * change['mean']:+.1f} ({100 * low:+.1f} … {100 * high:+.1f})".replace("-", "−"))
            lines.append(f"| {figures['system']} | {cap} km | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
