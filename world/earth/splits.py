"""The four splits of the Earth: which stage may see which ground. Knows no atlas, no town and no scene.

Splits are made of whole half-degree cells, by a hash of the cell. All but the training places keep 5 km from their
cell's border, so that no place of one split is near another's. A famous city would so belong to one stage alone, and
most of them to training. Therefore the cell that holds one (`tables/city_quarters.csv`, fixed for good, because a
town that moved a little in a newer atlas must not move the splits) is shared: the quarter cell with the city's middle
is the game's, and where sea or other cities leave too little of it, the quarter beside it as well; the rest of the
cell is trained on. So every city can be played, and none is learned by heart.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model.geo.distance import check_points
from world.earth.table_rows import FOLDER, TableRow, read_rows

Split = Literal["train", "validation", "test", "game"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test", "game")
SHARES = (0.80, 0.06, 0.07, 0.07)  # of the cells
CELL_DEG = 0.5
QUARTER_DEG = 0.25  # side of a quarter cell
MARGIN_KM = 5.0
KM_PER_DEGREE = 111.195
TABLE = FOLDER / "city_quarters.csv"
SIDES = ("south", "west", "north", "east")

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True)
class CityQuarters:
    """What of a famous city's half-degree cell belongs to games: degrees, multiples of a quarter."""

    name: str
    country: str
    south: float
    west: float
    north: float
    east: float

    def holds(self, points: Floats) -> Truths:
        """Whether points (N, 2) lie in it."""
        lat, lng = points[:, 0], points[:, 1]
        inside: Truths = (lat >= self.south) & (lat < self.north) & (lng >= self.west) & (lng < self.east)
        return inside


def split_of(points: ArrayLike) -> NDArray[np.str_]:
    """The split of points (N, 2) in degrees: "train", "validation", "test" or "game"."""
    places = check_points(np.asarray(points, np.float64).reshape(-1, 2))
    names = _split_of_cells(places)
    shared = np.isin(_cells(places), _shared_cells())
    names[shared] = "train"
    for quarters in _near(places, shared):
        names[quarters.holds(places)] = "game"
    return names


def keeps_its_margin(points: Floats, split: Split) -> Truths:
    """Whether points (N, 2) belong to a split, and (but for training) lie more than 5 km inside its ground."""
    inside: Truths = split_of(points) == split
    if split == "train":
        return inside
    deep = np.mod(points + 180.0, CELL_DEG)
    depth_km = _to_border_km(points, deep, CELL_DEG - deep)
    shared = np.isin(_cells(points), _shared_cells()) & inside
    if shared.any():
        found, deepest_km = points[shared], np.zeros(int(shared.sum()))
        for quarters in _near(points, shared):  # two cities may share ground: what is deep in either will do
            low, high = (quarters.south, quarters.west), (quarters.north, quarters.east)
            deepest_km = np.maximum(deepest_km, _to_border_km(found, found - low, high - found))
        depth_km[shared] = deepest_km
    inside &= depth_km > MARGIN_KM
    return inside


def _to_border_km(points: Floats, low: Floats, high: Floats) -> Floats:
    """How far points (N, 2) lie inside a rectangle, from the degrees to its low and its high sides (N, 2)."""
    km = np.minimum(low, high) * KM_PER_DEGREE
    km[:, 1] *= np.cos(np.radians(np.abs(points[:, 0]) + CELL_DEG))
    depth: Floats = km.min(axis=1)
    return depth


@lru_cache(maxsize=1)
def city_quarters() -> tuple[CityQuarters, ...]:
    """What games have of each famous city's cell, in the order of the table.

    Raises:
        ConfigError: a row that cannot be read, or ground that is not one or two quarters of one cell.
    """
    return tuple(_read(row) for row in read_rows(TABLE, ("name", "country", *SIDES)))


def _read(row: TableRow) -> CityQuarters:
    south, west, north, east = (row.number(side, -180.0, 180.0) for side in SIDES)
    sides = {north - south, east - west}
    in_one_cell = all(
        low // CELL_DEG == (high - QUARTER_DEG) // CELL_DEG for low, high in ((south, north), (west, east))
    )
    whole = all(side % QUARTER_DEG == 0.0 for side in (south, west, north, east))
    if not (whole and in_one_cell and sides in ({QUARTER_DEG}, {QUARTER_DEG, CELL_DEG})):
        raise row.refusal("south", "one or two quarters of one half-degree cell")
    return CityQuarters(row.text("name"), row.country("country"), south, west, north, east)


def _near(points: Floats, shared: Truths) -> list[CityQuarters]:
    """Those of the table that lie in cells of the points marked as shared."""
    if not shared.any():
        return []
    asked = set(_cells(points[shared]).tolist())
    return [q for q, cell in zip(city_quarters(), _city_cells().tolist(), strict=True) if cell in asked]


@lru_cache(maxsize=1)
def _city_cells() -> NDArray[np.uint64]:
    return _cells(np.array([(q.south, q.west) for q in city_quarters()]).reshape(-1, 2))


@lru_cache(maxsize=1)
def _shared_cells() -> NDArray[np.uint64]:
    return np.unique(_city_cells())


def _rows_and_cols(places: Floats) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    rows = np.floor((places[:, 0] + 90.0) / CELL_DEG).astype(np.uint64)
    cols = np.floor((places[:, 1] + 180.0) / CELL_DEG).astype(np.uint64)
    return rows, cols


def _cells(places: Floats) -> NDArray[np.uint64]:
    rows, cols = _rows_and_cols(places)
    numbers: NDArray[np.uint64] = rows * np.uint64(1000) + cols
    return numbers


def _split_of_cells(places: Floats) -> NDArray[np.str_]:
    """The split of the half-degree cells of places (N, 2)."""
    rows, cols = _rows_and_cols(places)
    with np.errstate(over="ignore"):
        state = rows * np.uint64(0x9E3779B97F4A7C15) + cols * np.uint64(0xC2B2AE3D27D4EB4F)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            state = (state ^ (state >> np.uint64(shift))) * np.uint64(factor)
        state ^= state >> np.uint64(31)
    spot = (state >> np.uint64(11)).astype(np.float64) / float(1 << 53)
    return np.array(SPLITS)[np.searchsorted(np.cumsum(SHARES)[:-1], spot, side="right")]
