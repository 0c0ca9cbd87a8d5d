"""Names on the guess map: countries, and towns by size as one looks closer, from the atlas. Knows no game."""

import functools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.rules import Refused
from model.geo.distance import Floats

TOWNS = 400  # the largest of all, for a map that shows the whole world
TOWNS_A_TILE = 60
MIN_TOWN_ZOOM, MAX_TOWN_ZOOM = 2, 11  # of tiles; further out the largest do, further in every town is shown anyway
KEEP_TILES = 4096


@functools.cache
def map_labels() -> dict[str, list[list[Any]]]:
    """{"countries": [[name, lat, lng, area_km2]], "towns": [[name, lat, lng, population]]}, the largest first.

    A country's name stands well inside its largest piece of land, as near to the middle as that allows.
    """
    from model.geo.outlines import outlines

    named = [(one["properties"], one["geometry"]["coordinates"]) for one in outlines("labels")["features"]]
    countries = [[facts["name"], lat, lng, facts["area_km2"]] for facts, (lng, lat) in named]
    return {"countries": sorted(countries, key=lambda name: -name[3]), "towns": _rows(np.arange(TOWNS))}


@functools.lru_cache(KEEP_TILES)
def towns_of_tile(zoom: int, x: int, y: int) -> list[list[Any]]:
    """The largest towns [[name, lat, lng, population], …] in one Web Mercator tile, counted from the north-west.

    Raises:
        Refused: there is no such tile.
    """
    tiles = 2**zoom if MIN_TOWN_ZOOM <= zoom <= MAX_TOWN_ZOOM else 0
    if not (0 <= x < tiles and 0 <= y < tiles):
        raise Refused(
            f"There is no tile {zoom}/{x}/{y} of towns; zooms {MIN_TOWN_ZOOM} to {MAX_TOWN_ZOOM} have them.", "unknown"
        )
    lat, lng = _by_size()[1].T
    west, east = (360.0 * column / tiles - 180.0 for column in (x, x + 1))
    north, south = (math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * row / tiles)))) for row in (y, y + 1))
    inside = (lng >= west) & (lng < east) & (lat > south) & (lat <= north)
    return _rows(np.flatnonzero(inside)[:TOWNS_A_TILE])


@functools.cache
def _by_size() -> tuple[NDArray[np.object_], Floats, NDArray[np.int64]]:
    """Names (N,), positions (N, 2) and populations (N,) of all towns, the largest first."""
    from model.geo.atlas import Atlas

    towns = Atlas.open().towns
    order = np.argsort(-towns["population"].to_numpy(), kind="stable")
    places = towns[["lat", "lng"]].to_numpy(np.float64)
    return towns["name"].to_numpy(object)[order], places[order], towns["population"].to_numpy(np.int64)[order]


def _rows(which: NDArray[np.int64]) -> list[list[Any]]:
    names, places, people = _by_size()
    return [
        [str(names[i]), round(float(places[i, 0]), 4), round(float(places[i, 1]), 4), int(people[i])] for i in which
    ]
