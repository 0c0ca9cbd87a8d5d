"""Figures as words: places, distances, certainty. Pure functions; knows no page and no model."""

import math
from typing import Any

# Perplexity, exp(entropy): the number of regions between which the model might as well toss. Below a figure, its words.
CERTAINTY = (
    (1.5, "Surely", "Quite sure"),
    (6.0, "Probably", "Fairly sure"),
    (40.0, "Perhaps", "Unsure"),
    (math.inf, "At a guess,", "Hardly more than a hunch"),
)


def position(lat: float, lng: float) -> str:
    """(58.38, 26.72) -> "58.38° N, 26.72° E"."""
    return f"{abs(lat):.2f}° {'N' if lat >= 0 else 'S'}, {abs(lng):.2f}° {'E' if lng >= 0 else 'W'}"


def distance(distance_km: float) -> str:
    """A distance as a person would say it: "850 m", "12.3 km", "1,234 km"."""
    if distance_km < 1.0:
        return f"{distance_km * 1000:.0f} m"
    return f"{distance_km:.1f} km" if distance_km < 20.0 else f"{distance_km:,.0f} km"


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


def adverb(entropy: float) -> str:
    """How to begin the sentence that names the place: "Surely" … "At a guess,"."""
    return _words(entropy)[1]


def opening(guess: Any) -> str:
    """How to begin the sentence that names a guess's place; a picture of a kind never seen gets no "Probably"."""
    return "Not a place this model knows: at best" if guess.out_of_distribution else adverb(guess.entropy)


def certainty(entropy: float, cells: int) -> str:
    """How open the choice is, from the entropy of the cells (nats)."""
    limit, _, how = _words(entropy)
    if limit == CERTAINTY[0][0]:
        return f"**{how}**: it hardly considers a second region."
    return f"**{how}**: as open as a choice between {math.exp(entropy):,.0f} regions out of {cells:,}."


def _words(entropy: float) -> tuple[float, str, str]:
    choice = math.exp(max(entropy, 0.0))
    return next(row for row in CERTAINTY if choice < row[0])
