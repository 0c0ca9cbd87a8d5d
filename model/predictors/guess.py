"""A guess: one place, how sure, what else, and what looks alike. Plain data that any page, game or API can show."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.geocells.table import Geocells


@dataclass(frozen=True)
class Candidate:
    """A geocell that was considered."""

    cell: int
    lat: float  # of the cell's representative
    lng: float
    country: str  # ISO-2, of most training places of the cell
    country_name: str
    probability: float  # of the head
    score: float  # after retrieval; over all candidates of a guess they sum to 1
    refined_lat: float  # the place in the cell that looks most alike
    refined_lng: float


@dataclass(frozen=True)
class LookAlike:
    """A known location cluster that looks like the picture."""

    lat: float
    lng: float
    distance: float  # in the index's space, no unit
    members: int
    id: str = ""  # of the member that looks most like it


@dataclass(frozen=True, eq=False)
class Guess:
    """Where a picture was taken, as far as the checkpoint can tell.

    Attributes:
        lat: degrees, WGS-84.
        lng: degrees, in [-180, 180).
        country: ISO-2 code at the guess; "" at sea.
        country_name: its English name.
        region: admin-1 name.
        town: the nearest town.
        town_distance_km: how far that is.
        candidates: considered cells, best first.
        entropy: of the cell probabilities, in nats; 0 is certain.
        expected_score: mean GeoGuessr points of this guess if the cell probabilities are right; None where nothing
            was measured on such pictures (`out_of_distribution`).
        cells: (C,) probability of every geocell.
        look_alikes: nearest known places, over all cells.
        familiarity: share of validation places that were nearer to what is known; 1: stranger than any; None: unknown.
        unfamiliar: it looks like nothing the checkpoint knows, so the guess means little.
        out_of_distribution: the checkpoint has seen only the simulated Earth, and nothing says that this is of it.
        read_as: "photo", "views", "panorama" or "strip" (four views side by side); "" for bare embeddings.
        system: the name of the system that answered: "PIGEON" (four views), "PIGEOTTO" (one photo) …
        regions: the table of cells that `cells` are over; not in `as_dict`.
        radius_km: by chance in percent ("50", "80", "95"), how far around the guess the truth lies with that chance;
            None where nothing was measured on such pictures, or the checkpoint was not calibrated.
        attributes: what else the system reads (country, climate, side of the road …); None where it reads nothing,
            or such pictures were never measured.
    """

    lat: float
    lng: float
    country: str
    country_name: str
    region: str
    town: str
    town_distance_km: float
    candidates: tuple[Candidate, ...]
    entropy: float
    expected_score: float | None
    cells: NDArray[np.float32]
    look_alikes: tuple[LookAlike, ...]
    familiarity: float | None
    unfamiliar: bool
    out_of_distribution: bool = False
    read_as: str = ""
    system: str = ""
    regions: Geocells | None = None
    radius_km: dict[str, float] | None = None
    attributes: dict[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON data: countries by name with their codes beside them; the probabilities of cells to a millionth.

        Of a picture of a kind that was never measured no probability goes out: `entropy`, `cells`, and `probability`
        and `score` of the candidates are None.
        """
        apart = ("candidates", "look_alikes", "cells", "regions")
        plain = {name: value for name, value in vars(self).items() if name not in apart}
        told = _named(plain) | {
            "candidates": [_named(asdict(candidate)) for candidate in self.candidates],
            "look_alikes": [asdict(place) for place in self.look_alikes],
            "cells": [round(float(p), 6) for p in self.cells],
        }
        if self.out_of_distribution:
            nothing: dict[str, Any] = {"probability": None, "score": None}
            told |= {"entropy": None, "cells": None, "candidates": [one | nothing for one in told["candidates"]]}
        return told

    def reach(self) -> str:
        """How far the truth may lie, in words: "within 120 km with 50 %, 640 km with 80 %"; "" where not known."""
        if not self.radius_km:
            return ""
        return "within " + ", ".join(f"{km:,.0f} km with {chance} %" for chance, km in self.radius_km.items())

    def sentence(self) -> str:
        """The guess as a person would say it, with how far it can be believed."""
        where = (
            f"{abs(self.lat):.2f}°{'N' if self.lat >= 0 else 'S'} {abs(self.lng):.2f}°{'E' if self.lng >= 0 else 'W'}"
        )
        names = ", ".join(name for name in (self.region, self.country_name or self.country) if name)
        near = f"{self.town_distance_km:.0f} km from " if self.town_distance_km >= 5 else "near "
        place = f"{near}{self.town}" + (f" ({names})" if names else "") if self.town else names or "open sea"
        read = _READ_AS.get(self.read_as, "")
        if self.out_of_distribution:
            return (
                f"{read}Not a place this model knows: at best {place}, at {where}. It has seen only the simulated "
                "Earth, and this picture does not say that it is of it, so the guess means little."
            )
        sure = f"{self.candidates[0].probability:.0%} for its cell"
        if self.expected_score is not None:
            sure += f", {self.expected_score:,.0f} of 5,000 points expected"
        if reach := self.reach():
            sure += f"; {reach}"
        text = f"{read}{place[0].upper()}{place[1:]}, at {where}: {sure}."
        others = list(dict.fromkeys(c.country_name or c.country for c in self.candidates if c.country != self.country))
        if others:
            text += f" It also considered {', '.join(filter(None, others[:3]))}."
        if self.unfamiliar:
            text += " But it looks like nothing this checkpoint was trained on, so the guess means little."
        return text


_READ_AS = {
    "panorama": "Read as a 360° panorama (twice as wide as high), its middle looking north. ",
    "strip": "Read as four views side by side (north, east, south, west). ",
}


def _named(plain: dict[str, Any]) -> dict[str, Any]:
    """A country's name in place of its code, and the code beside it."""
    rest = {name: value for name, value in plain.items() if name != "country_name"}
    return rest | {"country": plain["country_name"] or plain["country"], "country_code": plain["country"]}
