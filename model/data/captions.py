"""Captions for contrastive pretraining, drawn from a place's row with a seed. Knows no network and no pixels.

The sentences and their probabilities follow PIGEON (arXiv 2307.05845, section 3.1 and appendix): the location first,
then the climate or the driving side, the compass and the month in random order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Style = Literal["street_view", "photo"]


@dataclass(frozen=True)
class Odds:
    """How often each part of a caption is said."""

    region: float
    town: float
    climate: float
    location_beside_climate: float
    driving_side: float  # where the climate is not said
    compass: float
    month: float


STREET_VIEW = Odds(0.6, 0.4, 0.4, 0.7, 0.3, 0.3, 0.3)
PHOTO = Odds(1.0, 1.0, 0.45, 0.8, 0.2, 0.0, 0.0)

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
COMPASS = ("north", "east", "south", "west")

KOPPEN_NAMES = {
    "Af": "tropical rainforest", "Am": "tropical monsoon", "Aw": "tropical savanna with dry winters",
    "As": "tropical savanna with dry summers", "BWh": "hot desert", "BWk": "cold desert", "BSh": "hot semi-arid",
    "BSk": "cold semi-arid", "Csa": "hot-summer Mediterranean", "Csb": "warm-summer Mediterranean",
    "Csc": "cold-summer Mediterranean", "Cwa": "humid subtropical with dry winters",
    "Cwb": "subtropical highland with dry winters", "Cwc": "cold subtropical highland", "Cfa": "humid subtropical",
    "Cfb": "temperate oceanic", "Cfc": "subpolar oceanic", "Dsa": "hot-summer continental with dry summers",
    "Dsb": "warm-summer continental with dry summers", "Dsc": "subarctic with dry summers",
    "Dsd": "extremely cold subarctic with dry summers", "Dwa": "hot-summer continental with dry winters",
    "Dwb": "warm-summer continental with dry winters", "Dwc": "subarctic with dry winters",
    "Dwd": "extremely cold subarctic with dry winters", "Dfa": "hot-summer humid continental",
    "Dfb": "warm-summer humid continental", "Dfc": "subarctic", "Dfd": "extremely cold subarctic", "ET": "tundra",
    "EF": "ice cap",
}  # fmt: skip

_ARTICLE_WORDS = ("Republic", "Kingdom", "States", "Emirates", "Islands", "Territory", "Territories", "Federation")
_ARTICLE_NAMES = {"Netherlands", "The Netherlands", "Philippines", "Bahamas", "Gambia", "Maldives", "Seychelles",
                  "Comoros", "Vatican", "Isle of Man", "Czechia Republic", "Ivory Coast"}  # fmt: skip


def with_article(country: str) -> str:
    """A country's name as it stands after "in": "the Netherlands", "France"."""
    if country.lower().startswith("the "):
        return "the " + country[4:]
    wants = country in _ARTICLE_NAMES or any(word in country.split() for word in _ARTICLE_WORDS)
    return f"the {country}" if wants else country


def compass_of(heading_deg: float) -> str:
    """The quadrant that a heading lies in; quadrants meet at 45, 135, 225 and 315 degrees."""
    return COMPASS[int(((float(heading_deg) + 45.0) % 360.0) // 90.0)]


def country_prompt(country: str, style: Style = "street_view") -> str:
    """What a photo of a country is called when countries are told apart without training (StreetCLIP)."""
    name = "A Street View photo" if style == "street_view" else "A photo"
    return f"{name} in {with_article(country)}."


def caption(
    place: Mapping[str, Any],
    rng: np.random.Generator,
    heading_deg: float | None = None,
    month: int | None = None,
    style: Style = "street_view",
) -> str:
    """One caption of a view. What the row does not know is not said; the same generator state gives the same words.

    Args:
        place: a row with any of country_name, country, region, town, koppen, driving_side.
        rng: where the draws come from; always the same number of draws is made.
        heading_deg: of this view, clockwise from north, or None when it is not known.
        month: 1 … 12, or None.
        style: "street_view" (PIGEON) or "photo" (PIGEOTTO).
    """
    odds = STREET_VIEW if style == "street_view" else PHOTO
    draw = rng.random(7)
    order = rng.permutation(3)
    region, town = _text(place, "region"), _text(place, "town")
    country = _text(place, "country_name") or _text(place, "country")
    climate = KOPPEN_NAMES.get(_text(place, "koppen")) if draw[0] < odds.climate else None
    side = _text(place, "driving_side") if climate is None and draw[1] < odds.driving_side else ""

    extra = []
    if climate:
        article = "an" if climate[0] in "aeio" else "a"
        extra.append(f"This location has {article} {climate} climate.")
    elif side:
        extra.append(f"In this location, people drive on the {side} side of the road.")
    if heading_deg is not None and np.isfinite(heading_deg) and draw[2] < odds.compass:
        extra.append(f"This photo is facing {compass_of(heading_deg)}.")
    if month is not None and draw[3] < odds.month:
        extra.append(f"This photo was taken in {MONTHS[int(month) - 1]}.")
    extra = [extra[i] for i in order if i < len(extra)]

    if climate and draw[4] >= odds.location_beside_climate:
        return " ".join(extra)
    name = "A Street View photo" if style == "street_view" else "A photo"
    said_region = region if draw[5] < odds.region else ""
    said_town = town if draw[6] < odds.town else ""
    return " ".join([_location(name, said_town, said_region, country), *extra])


def _location(name: str, town: str, region: str, country: str) -> str:
    if not country:
        return f"{name} from somewhere on Earth."
    where = with_article(country)
    if town and region:
        return f"{name} close to the town of {town} in the region of {region} in {where}."
    if town:
        return f"{name} close to the town of {town} in {where}."
    if region:
        return f"{name} from the region of {region} in {where}."
    return f"{name} from {where}."


def _text(place: Mapping[str, Any], key: str) -> str:
    value = place.get(key)
    return value if isinstance(value, str) else ""
