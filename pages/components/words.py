"""Figures as words: places, distances, certainty. Pure functions; knows no page and no model."""

import math
from collections.abc import Mapping
from typing import Any

HALF_WAY_KM = 19_000.0  # nearly the farthest that two places can lie apart
# Perplexity, exp(entropy): the number of regions between which the model might as well toss. Below a figure, its words.
CERTAINTY = (
    (1.5, "Surely", "Quite sure"),
    (6.0, "Probably", "Fairly sure"),
    (40.0, "Perhaps", "Unsure"),
    (math.inf, "At a guess,", "Hardly more than a hunch"),
)
CELLS = 2500  # at most, as PIGEON has: the same doubt leaves more regions open where the Earth is cut finer


def position(lat: float, lng: float) -> str:
    """(58.38, 26.72) -> "58.38° N, 26.72° E"."""
    return f"{abs(lat):.2f}° {'N' if lat >= 0 else 'S'}, {abs(lng):.2f}° {'E' if lng >= 0 else 'W'}"


def distance(distance_km: float) -> str:
    """A distance as a person would say it: "850 m", "12.3 km", "1,234 km"."""
    if distance_km < 1.0:
        return f"{distance_km * 1000:.0f} m"
    return f"{distance_km:.1f} km" if distance_km < 20.0 else f"{distance_km:,.0f} km"


def about(distance_km: float) -> str:
    """A distance that is known roughly, in two figures: "8.3 km", "120 km", "2,400 km"."""
    if distance_km < 10.0:
        return f"{distance_km:.1f} km"
    digits = 1 - math.floor(math.log10(distance_km))
    return f"{round(distance_km, digits):,.0f} km"


def area(area_km2: float) -> str:
    """An area that is known roughly, in two figures: "4.2 km²", "12,000 km²", "3.1 million km²"."""
    if area_km2 >= 999_500.0:
        millions = area_km2 / 1e6
        return f"{millions:.1f} million km²" if millions < 10.0 else f"{millions:,.0f} million km²"
    return about(area_km2).replace(" km", " km²")


def small_share(share: float) -> str:
    """A share that may be tiny, in two figures: "0.0031 %", "4.2 %", "87 %"; what is more than all is all."""
    percent = min(100.0 * share, 100.0)
    if percent >= 10.0:
        return f"{percent:.0f} %"
    digits = 1 - math.floor(math.log10(percent)) if percent > 1e-6 else 6
    return f"{percent:.{digits}f} %"


def radii(radius_km: Mapping[str, float]) -> str:
    """How far the truth may lie, by chance in percent: "within **120 km** with 50 %, **900 km** with 80 %"; "" of none.

    What reaches half way around the Earth says nothing, and is left out.
    """
    told = [
        f"**{about(km)}** with {chance} %"
        for chance, km in sorted(radius_km.items(), key=lambda item: float(item[0]))
        if km < HALF_WAY_KM
    ]
    return f"within {', '.join(told)}" if told else ""


def duration(seconds: float) -> str:
    """A length of time as a person would say it: "8 s", "1 min 10 s", "5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 300 and whole % 60 else f"{round(whole / 60)} min"


def place(row: Any) -> str:
    """A row of the atlas -> "near Tartu, Estonia"."""
    named = [str(part) for part in (row["town"], row["country_name"]) if isinstance(part, str) and part]
    return f"near {', '.join(named)}" if named else "somewhere at sea"


def adverb(entropy: float, cells: int = CELLS) -> str:
    """How to begin the sentence that names the place: "Surely" … "At a guess,"."""
    return _words(entropy, cells)[1]


def opening(guess: Any) -> str:
    """How to begin the sentence that names a guess's place; a picture of a kind never seen gets no "Probably"."""
    return (
        "Not a place this model knows: at best"
        if guess.out_of_distribution
        else adverb(guess.entropy, len(guess.cells))
    )


def certainty(entropy: float, cells: int) -> str:
    """How open the choice is, from the entropy of the cells (nats)."""
    how = _words(entropy, cells)[2]
    if math.exp(entropy) < CERTAINTY[0][0]:
        return f"**{how}**: it hardly considers a second region."
    return f"**{how}**: as open as a choice between {math.exp(entropy):,.0f} regions out of {cells:,}."


def _words(entropy: float, cells: int) -> tuple[float, str, str]:
    choice = math.exp(max(entropy, 0.0)) / max(1.0, cells / CELLS)
    return next(row for row in CERTAINTY if choice < row[0])
