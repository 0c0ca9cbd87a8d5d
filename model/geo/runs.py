"""Rasters of classes as runs: 58 million pixels of the Earth in some megabytes, overlaid without being unpacked.

A grid (H, W) touches (90, -180) with its first pixel and runs row by row. A run is a stretch of one row with one class;
every row begins a run, so that the area of a run is its length times the area of a pixel there. Memory: 12 bytes a run;
1,000 regions at 5400 x 10800 are about half a million runs, a raster without a single repetition would be 58 million.

A `RegionRaster` says which regions cover each pixel; they may overlap. Knows no polygon and no score.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import ConfigError
from model.geo.distance import EARTH_RADIUS_KM, Floats
from model.geo.rasters import Ints, pixels_of

GRID = (5400, 10800)  # pixels of 1/30 degree
NONE = -1  # the class of a pixel in no region
BAND = 2_000_000  # pixels that are unpacked at a time, 16 MB of numbers


def pixel_areas_km2(height: int, width: int) -> Floats:
    """The area of a pixel in each row (H,), on the sphere: R² (2π/W)(sin φ_top − sin φ_bottom).

    The difference of sines is written as a product, which keeps all its digits at the poles.
    """
    step = np.pi / height
    middle = np.pi / 2.0 - (np.arange(height) + 0.5) * step
    return np.asarray(EARTH_RADIUS_KM**2 * (2.0 * np.pi / width) * 2.0 * np.cos(middle) * np.sin(step / 2.0))


@dataclass(frozen=True)
class RunRaster:
    """Classes of the pixels of a grid: `values[i]` from `starts[i]`, a flat pixel, to the next run; -1 for none."""

    shape: tuple[int, int]  # (H, W)
    starts: Ints  # (R,) ascending, the first pixel of every row among them
    values: NDArray[np.int32]  # (R,)

    @classmethod
    def pack(cls, raster: NDArray[np.integer[Any]] | NDArray[np.bool_]) -> "RunRaster":
        """Pack a raster (H, W) of classes."""
        height, width = raster.shape
        changes = np.ones((height, width), np.bool_)
        np.not_equal(raster[:, 1:], raster[:, :-1], out=changes[:, 1:])
        starts = np.flatnonzero(changes)
        return cls((height, width), starts, raster.reshape(-1)[starts].astype(np.int32))

    @classmethod
    def of_spans(cls, shape: tuple[int, int], first: Ints, stop: Ints, value: Ints) -> "RunRaster":
        """From stretches (M,) of rows that do not overlap: pixels `first` … `stop` − 1 have `value`, the rest none."""
        order = np.argsort(first, kind="stable")
        first, stop, value = first[order], stop[order], value[order]
        rows = np.arange(shape[0], dtype=np.int64) * shape[1]
        starts = np.union1d(np.concatenate([first, stop[stop < shape[0] * shape[1]]]), rows)
        span = np.searchsorted(first, starts, side="right") - 1
        inside = (span >= 0) & (starts < stop[span]) if len(stop) else np.zeros(len(starts), np.bool_)
        values = np.full(len(starts), NONE, np.int32)
        values[inside] = value[span[inside]]
        return cls(shape, starts, values).merged()

    @property
    def lengths(self) -> Ints:
        """How many pixels each run has, (R,)."""
        return np.diff(self.starts, append=self.shape[0] * self.shape[1])

    def merged(self) -> "RunRaster":
        """The same raster, neighbouring runs of one class made one."""
        kept = np.append(True, self.values[1:] != self.values[:-1]) | (self.starts % self.shape[1] == 0)
        return RunRaster(self.shape, self.starts[kept], self.values[kept])

    def at(self, points: Floats) -> NDArray[np.int32]:
        """Classes (N,) of the pixels that hold points (N, 2)."""
        rows, cols = pixels_of(points, *self.shape)
        return self.at_pixels(rows * self.shape[1] + cols)

    def at_pixels(self, pixels: Ints) -> NDArray[np.int32]:
        """Classes (N,) of flat pixels (N,)."""
        return np.asarray(self.values[np.searchsorted(self.starts, pixels, side="right") - 1], np.int32)

    def areas_km2(self, classes: int) -> Floats:
        """The area of each class 0 … `classes` − 1, (classes,); pixels of no class count nowhere."""
        area = self.lengths * pixel_areas_km2(*self.shape)[self.starts // self.shape[1]]
        inside = self.values >= 0
        return np.bincount(self.values[inside], weights=area[inside], minlength=classes).astype(np.float64)

    def bands(self) -> Iterator[tuple[int, NDArray[np.int32]]]:
        """The first row and the unpacked classes (h, W) of one band after the other."""
        height, width = self.shape
        tall = max(1, BAND // width)
        for top in range(0, height, tall):
            low, high = np.searchsorted(self.starts, [top * width, min(top + tall, height) * width])
            yield top, np.repeat(self.values[low:high], self.lengths[low:high]).reshape(-1, width)

    def unpack(self) -> NDArray[np.int32]:
        """The whole raster (H, W); 233 MB at 5400 x 10800."""
        return np.repeat(self.values, self.lengths).reshape(self.shape)


def overlay(rasters: Sequence[RunRaster]) -> tuple[RunRaster, NDArray[np.int32]]:
    """Rasters of one grid, one upon the other.

    Returns:
        A raster of atoms 0 … A − 1, an atom being all the pixels that have the same class in every raster; and the
        classes of each atom, (A, K), in ascending order.

    Raises:
        ConfigError: no raster, or rasters of different grids.
    """
    if not rasters or len({raster.shape for raster in rasters}) != 1:
        grids = ", ".join(f"{height} x {width}" for height, width in (raster.shape for raster in rasters))
        raise ConfigError(f"looked for rasters on one grid, found {grids or 'none'}; rasterise all on the same one.")
    starts = rasters[0].starts
    for raster in rasters[1:]:
        starts = np.union1d(starts, raster.starts)
    # One raster after the other is folded into one number, so that no key grows beyond 64 bits.
    atom = np.zeros(len(starts), np.int64)
    classes = np.zeros((1, 0), np.int32)
    for raster in rasters:
        values = raster.at_pixels(starts).astype(np.int64) + 1
        key = atom * (values.max() + 1) + values
        found, first, atom = np.unique(key, return_index=True, return_inverse=True)
        before = np.asarray(found // (values.max() + 1))
        classes = np.column_stack([classes[before], (values[first] - 1).astype(np.int32)])
    return RunRaster(rasters[0].shape, starts, atom.astype(np.int32)).merged(), classes


@dataclass(frozen=True)
class RegionRaster:
    """Which of J regions cover each pixel.

    Attributes:
        runs: the set of each pixel, 0 … S − 1; -1 where no region is.
        offsets: (S + 1,) set s holds `members[offsets[s]:offsets[s + 1]]`.
        members: regions, ascending within a set. Regions that overlap nowhere make sets of one.
        count: J.
    """

    runs: RunRaster
    offsets: Ints
    members: Ints
    count: int

    @classmethod
    def of_layers(cls, layers: Sequence[RunRaster], count: int) -> "RegionRaster":
        """From rasters of regions (-1: none); a pixel is covered by its region in every one of them."""
        atoms, classes = overlay(layers)
        ordered = np.sort(classes, axis=1)[:, ::-1]  # the same regions in another order are the same set
        sets, number = np.unique(ordered, axis=0, return_inverse=True)
        number = number.reshape(-1)
        if (sets[0] == NONE).all():  # nothing at all comes first
            sets, number = sets[1:], number - 1
        runs = RunRaster(atoms.shape, atoms.starts, number[atoms.values].astype(np.int32)).merged()
        ascending = sets[:, ::-1]
        covered = ascending != NONE
        # A region that a pixel has in two layers covers it once.
        covered[:, 1:] &= ascending[:, 1:] != ascending[:, :-1]
        offsets = np.concatenate([[0], np.cumsum(covered.sum(axis=1))]).astype(np.int64)
        return cls(runs, offsets, ascending[covered].astype(np.int64), count)

    @classmethod
    def of_classes(cls, raster: NDArray[np.integer[Any]], count: int) -> "RegionRaster":
        """From a raster (H, W) of classes 0 … `count` − 1, each of them a region; -1 is none.

        Raises:
            ConfigError: classes outside that range.
        """
        if raster.size and not (raster.min() >= NONE and raster.max() < count):
            raise ConfigError(f"looked for classes from 0 to {count - 1} (-1: none), found {raster.min()} to "
                              f"{raster.max()}.")  # fmt: skip
        return cls.of_layers([RunRaster.pack(raster.astype(np.int32))], count)

    @property
    def sets(self) -> int:
        """S, how many different sets of regions there are."""
        return len(self.offsets) - 1

    @cached_property
    def set_of_member(self) -> Ints:
        """The set of each entry of `members`."""
        return np.repeat(np.arange(self.sets), np.diff(self.offsets))

    @cached_property
    def areas_km2(self) -> Floats:
        """The area of the pixels of each region, (J,)."""
        of_set = self.runs.areas_km2(self.sets)
        return np.bincount(self.members, weights=of_set[self.set_of_member], minlength=self.count).astype(np.float64)
