"""Where to search: a system's scores and what the ground is like, as one density over the Earth's pixels.

The density is the product of those of the base and of the attributes, in logarithms; each has a floor of a billionth of
what nothing known would give everywhere (`atoms.FLOOR`), so that no single zero erases the Earth. From it the smallest
area that holds the truth with some probability: exact, on atoms. Knows no picture and no page.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model.errors import ConfigError
from model.geo.rasters import centres_of
from model.geo.runs import GRID, RegionRaster
from model.geocells.raster_cache import region_raster
from model.geocells.table import Geocells
from model.metrics.atoms import FLOOR, TIE, Atoms
from model.predictors.ground import Ground

Floats = NDArray[np.float64]
TURN_DEG = 1e-6  # what begins at the western edge must not be found a turn away
ROUNDING = 1e-6  # of a pixel
LAND_KM2 = 148.9e6  # of the pixels that hold land, by the atlas's mask of 1 km


@dataclass(frozen=True)
class Area:
    """The smallest area that holds the truth with a probability, likeliest pixels first."""

    probability: float
    area_km2: float
    mass: float  # of the density that lies in it
    atoms: NDArray[np.bool_]  # (A,) which of them

    @property
    def land_share(self) -> float:
        """Its area as a share of all land; above 1 where it reaches far over the sea."""
        return self.area_km2 / LAND_KM2


@dataclass(frozen=True)
class SearchMap:
    """The density of one place over the Earth.

    Attributes:
        atoms: the Earth cut up.
        log_density: (A,), up to a constant.
        levels: rising, of places of the validation split, the mass of all that was not likelier than their truth;
            empty where nothing was calibrated.
        attributes: the names of the maps that take part.
    """

    atoms: Atoms
    log_density: Floats
    levels: tuple[float, ...] = ()
    attributes: tuple[str, ...] = ()

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return np.argsort(-self.log_density, kind="stable")

    @cached_property
    def mass(self) -> Floats:
        """The share of the density that lies on each atom, (A,); sums to 1."""
        weight = np.exp(self.log_density - self.log_density.max()) * self.atoms.areas_km2
        return np.asarray(weight / weight.sum(), np.float64)

    @cached_property
    def rest(self) -> Floats:
        """The mass of each atom and of all that are not likelier, (A,); summed from the least, which keeps digits."""
        order, logs = self._order[::-1], self.log_density[self._order[::-1]]
        risen = np.cumsum(self.mass[order])
        # Atoms as likely as each other count together: each takes the sum at the last of them.
        last = np.searchsorted(logs, logs + TIE, side="right") - 1
        out = np.empty(len(risen))
        out[order] = risen[last]
        return out

    def level_of(self, point: ArrayLike) -> float:
        """The mass of all that is not likelier than where `point` lies; `levels` are such."""
        return float(self.rest[self.atoms.at(point)][0])

    def threshold(self, probability: float) -> float:
        """The least `rest` of what is searched: by the calibration, else by the density's own word.

        Raises:
            ConfigError: no probability between 0 and 1.
        """
        if not 0.0 < probability < 1.0:
            raise ConfigError(f"looked for a probability between 0 and 1, found {probability:g}.")
        if not self.levels:
            return 1.0 - probability
        # Of n + 1 exchangeable places so many may lie outside.
        outside = int(np.floor((1.0 - probability) * (len(self.levels) + 1)))
        return self.levels[outside - 1] if outside else 0.0

    def smallest(self, probability: float) -> Area:
        """The smallest area that holds the truth with `probability`.

        Raises:
            ConfigError: no probability between 0 and 1.
        """
        held = self.rest >= self.threshold(probability)
        held[self._order[0]] = True
        return Area(probability, float(self.atoms.areas_km2[held].sum()), float(self.mass[held].sum()), held)

    def picture(self, area: Area, edges: tuple[float, float, float, float], size: tuple[int, int]) -> NDArray[np.uint8]:
        """How likely pixels (h, w) are, 0 outside the area and 1 … 255 within; `edges` are west, south, east and north.

        Rows are even in Mercator's northing, as a map's are; columns may run beyond ±180. However coarse the picture,
        no piece of the area is lost: a pixel takes the likeliest of what lies in it.
        """
        west, south, east, north = edges
        logs = self.log_density[area.atoms & np.isfinite(self.log_density)]
        span = max(float(logs.max() - np.quantile(logs, 0.05)), 1e-9)
        strength = np.clip(1.0 + (self.log_density - logs.max()) / span, 0.0, 1.0)  # of −inf: 0
        runs = self.atoms.runs
        held = np.flatnonzero(area.atoms[runs.values])
        shade = (1.0 + 254.0 * strength[runs.values[held]]).astype(np.uint8)
        row, col = np.divmod(runs.starts[held], runs.shape[1])
        step_lat, step_lng = 180.0 / runs.shape[0], 360.0 / runs.shape[1]
        top, bottom = _northing(np.array([north, south]))
        lines = [(top - _northing(90.0 - (row + k) * step_lat)) * (size[0] / (top - bottom)) for k in (0, 1)]
        offset = (col * step_lng - 180.0 - west + TURN_DEG) % 360.0 - TURN_DEG
        columns = [(offset + k * step_lng * runs.lengths[held]) * (size[1] / (east - west)) for k in (0, 1)]
        first_row, first_col = (np.floor(ends[0] + ROUNDING).astype(np.int64) for ends in (lines, columns))
        tall = np.maximum(np.ceil(lines[1] - ROUNDING).astype(np.int64) - first_row, 1)
        wide = np.maximum(np.ceil(columns[1] - ROUNDING).astype(np.int64) - first_col, 1)
        which = np.repeat(np.arange(len(held)), wide)
        across = first_col[which] + np.arange(len(which)) - np.repeat(np.cumsum(wide) - wide, wide)
        out = np.zeros(size, np.uint8)
        for down in range(int(tall.max(initial=0))):
            line = first_row[which] + down
            seen = (tall[which] > down) & (line >= 0) & (line < size[0]) & (across >= 0) & (across < size[1])
            np.maximum.at(out, (line[seen], across[seen]), shade[which[seen]])
        return out

    def edges(self, area: Area) -> tuple[float, float, float, float]:
        """West, south, east and north of an area, in degrees; east may lie beyond 180."""
        runs = self.atoms.runs
        held = area.atoms[runs.values]
        starts, lengths = runs.starts[held], runs.lengths[held]
        height, width = runs.shape
        rows, first = starts // width, starts % width
        used = np.zeros(width + 1, np.int64)
        np.add.at(used, first, 1)
        np.add.at(used, first + lengths, -1)
        busy = np.cumsum(used)[:-1] > 0
        columns = np.flatnonzero(busy)
        # The widest gap between used columns is left outside, wherever it is.
        gaps = np.diff(np.append(columns, columns[0] + width))
        after = int(gaps.argmax())
        west = int(columns[(after + 1) % len(columns)])
        span = width - int(gaps[after]) + 1
        (north, _), (south, _) = centres_of(np.array([rows.min() - 0.5, rows.max() + 0.5]), np.zeros(2), height, width)
        begin = west * 360.0 / width - 180.0
        return begin, float(south), begin + span * 360.0 / width, float(north)


class Search:
    """Makes search maps of one system, with some attributes or none; the atoms are made with the first."""

    def __init__(self, regions: Geocells, ground: Ground | None, floor: float = FLOOR) -> None:
        if not 0.0 <= floor < 1.0:
            raise ConfigError(f"looked for a floor from 0 to below 1, found {floor:g}.")
        self.regions, self.ground, self.floor = regions, ground, floor
        self._making = threading.Lock()
        self._atoms: Atoms | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The maps that take part."""
        return () if self.ground is None else tuple(one.name for one in self.ground.maps)

    @property
    def tables(self) -> list[RegionRaster]:
        """The rasters of the regions and of every map, on one grid."""
        maps = () if self.ground is None else self.ground.maps
        grid = maps[0].runs.shape if maps else GRID
        return [region_raster(self.regions, grid), *(one.regions for one in maps)]

    @property
    def atoms(self) -> Atoms:
        """The Earth cut up by the regions and every map; made once."""
        with self._making:
            if self._atoms is None:
                self._atoms = Atoms.of(self.tables)
            return self._atoms

    def log_density(self, scores: NDArray[Any], embeddings: NDArray[Any]) -> Floats:
        """(N, J) of the regions, and what the attributes read off -> (N, A)."""
        shares: Sequence[NDArray[Any]] = [] if self.ground is None else self.ground.shares(embeddings)
        return self.atoms.log_density([scores, *shares], self.floor)

    def maps(self, scores: NDArray[Any], embeddings: NDArray[Any], levels: Sequence[float] = ()) -> list[SearchMap]:
        """One for each of N places."""
        return [SearchMap(self.atoms, logs, tuple(levels), self.names) for logs in self.log_density(scores, embeddings)]


def _northing(lat: Floats) -> Floats:
    """Mercator's, without a unit; latitudes beyond 89.9° are taken as that."""
    return np.asarray(np.log(np.tan(np.pi / 4.0 + np.radians(np.clip(lat, -89.9, 89.9)) / 2.0)))


def levels_of(
    search: Search, scores: NDArray[Any], embeddings: NDArray[Any], truth: ArrayLike, block: int = 64
) -> list[float]:
    """Of places whose truth (N, 2) is known, the mass of all that is not likelier than there; rising, six digits."""
    points = np.asarray(truth, np.float64).reshape(-1, 2)
    found: list[float] = []
    for start in range(0, len(points), block):
        some = slice(start, start + block)
        maps = search.maps(scores[some], embeddings[some])
        found += [one.level_of(point) for one, point in zip(maps, points[some], strict=True)]
    return sorted(float(f"{level:.6g}") for level in found)
