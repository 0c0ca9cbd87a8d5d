"""How houses and cars look in each part of the world: walls, roofs, windows, fences, cars. Knows no place.

Regional building traditions as one sees them from the road, simplified to a handful of colours and one roof form, in
`house_styles.csv`; car colours and kinds in `car_fashions.csv`. Colours are hex triples, the commonest first.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from world.scene import RGB

HOUSES = Path(__file__).with_name("house_styles.csv")
FASHIONS = Path(__file__).with_name("car_fashions.csv")
CAR_KINDS = ("sedan", "van", "truck", "pickup", "three-wheeler")


@dataclass(frozen=True)
class Style:
    """A region's houses."""

    walls: tuple[RGB, ...]
    roofs: tuple[RGB, ...]
    roof: str  # "gable", "hip", "flat"
    roof_share: float
    steepness: float  # tangent of the pitch
    windows: str  # "small", "wide", "tall", "shutter"
    storeys: float  # mean in a village
    fences: tuple[str, ...]
    cars: str  # key of CARS


@dataclass(frozen=True)
class CarFashion:
    """A region's cars."""

    colours: tuple[RGB, ...]
    kinds: tuple[tuple[str, float], ...]  # kind and share; shares sum to 1


def _style(row: dict[str, str]) -> Style:
    form, share, steepness = row["roof"].split()
    return Style(
        walls=_hexes(row["walls"]),
        roofs=_hexes(row["roofs"]),
        roof=form,
        roof_share=float(share),
        steepness=float(steepness),
        windows=row["windows"],
        storeys=float(row["storeys"]),
        fences=tuple(row["fences"].split()),
        cars=row["cars"],
    )


def _fashion(row: dict[str, str]) -> CarFashion:
    kinds = tuple((kind, float(row[kind])) for kind in CAR_KINDS if float(row[kind]) > 0.0)
    return CarFashion(_hexes(row["colours"]), kinds)


def _hexes(text: str) -> tuple[RGB, ...]:
    return tuple((int(h[0:2], 16) / 255, int(h[2:4], 16) / 255, int(h[4:6], 16) / 255) for h in text.split())


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


STYLES: dict[str, Style] = {row["style"]: _style(row) for row in _rows(HOUSES)}
CARS: dict[str, CarFashion] = {row["cars"]: _fashion(row) for row in _rows(FASHIONS)}
