"""How houses and cars look in each part of the world: walls, roofs, windows, fences, cars. Knows no place.

Regional building traditions as one sees them from the road, in `tables/house_styles.csv`: walls and roofs as
material:colour, the commonest first, one roof form with its share and the tangent of its pitch, windows, storeys, the
width of a lot in a closed street, eaves, what stands before the house, and traits with the share of houses (or of
places) that have them. Cars are told by `world.earth.car_fashions`.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from world.scene import RGB

WALLS = (
    "plaster", "brick", "boards", "panel", "timber", "stone", "adobe", "logs", "sheet", "glass", "frame", "panelblock",
    "tilework",
)  # fmt: skip
COVERS = ("tiles", "seams", "pantiles", "slate", "thatch", "rust", "felt")
WINDOWS = ("small", "wide", "tall", "shutter", "sash", "sliding", "few")
GARDENS = ("none", "picket", "panel", "bars", "wire", "hedge", "wall", "panelblock", "adobe", "stone")
TRAITS = frozenset(
    (
        *("church", "onion", "mosque", "temple", "silo", "barn"),  # landmarks
        *("estate", "detached", "gabled", "hut", "yurt", "stilts", "high"),  # forms
        *("chimney", "tank", "black", "blue", "solar", "rebar", "trim"),
        *("balcony", "enclosed", "ac", "awning", "roller"),
    )
)
HOUSES = Path(__file__).parent / "tables/house_styles.csv"


@dataclass(frozen=True)
class Style:
    """A region's houses."""

    walls: tuple[RGB, ...]
    wall_kinds: tuple[str, ...]  # of WALLS, one for each colour
    roofs: tuple[RGB, ...]
    roof_kinds: tuple[str, ...]  # of COVERS, one for each colour
    roof: str  # "gable", "hip", "flat"
    roof_share: float
    steepness: float  # tangent of the pitch
    windows: str  # of WINDOWS
    storeys: float  # mean in a village
    lot_m: float  # width of a house in a closed street
    eaves_m: float  # how far the roof reaches beyond the walls
    gardens: tuple[str, ...]  # of GARDENS: what runs between house and road
    traits: tuple[tuple[str, float], ...]  # of TRAITS, with the share of houses or places that have it
    fences: tuple[str, ...]
    cars: str  # region of world.earth.car_fashions


def _style(row: dict[str, str]) -> Style:
    form, share, steepness = row["roof"].split()
    walls, roofs = _pairs(row["walls"]), _pairs(row["roofs"])
    return Style(
        walls=_hexes(" ".join(hexes for _, hexes in walls)),
        wall_kinds=tuple(kind for kind, _ in walls),
        roofs=_hexes(" ".join(hexes for _, hexes in roofs)),
        roof_kinds=tuple(kind for kind, _ in roofs),
        roof=form,
        roof_share=float(share),
        steepness=float(steepness),
        windows=row["windows"],
        storeys=float(row["storeys"]),
        lot_m=float(row["lot"]),
        eaves_m=float(row["eaves"]),
        gardens=tuple(row["gardens"].split()),
        traits=tuple((name, float(share)) for name, share in _pairs(row["traits"])),
        fences=tuple(row["fences"].split()),
        cars=row["cars"],
    )


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(first, second) for first, _, second in (item.partition(":") for item in text.split())]


def _hexes(text: str) -> tuple[RGB, ...]:
    return tuple((int(h[0:2], 16) / 255, int(h[2:4], 16) / 255, int(h[4:6], 16) / 255) for h in text.split())


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


STYLES: dict[str, Style] = {row["style"]: _style(row) for row in _rows(HOUSES)}
