"""Seven classes of land cover: what the codes of ESA-CCI become, and a stand-in made of what the atlas knows.

The stand-in is no satellite's map. Its rule, from the top, the first that holds:

    urban               1,000 people per km² or more, anywhere
    bare, water, snow   zones EF and BW; ET above 500 m or drier than 250 mm a year
    flooded             up to 12 m above the sea and fewer than 30 people per km², where it is hot and wet (Af, Am: the
                        mangroves) or cold and flat (Dfc, Dwc up to 60 m: the bogs of West Siberia and the Hudson Bay)
    cropland            people who live off the land: from 10 per km² in C and in the warm D zones (a, b), from 30 in A,
                        from 12 in the steppes BS, from 25 in the cold D zones; up to 2,500 m above the sea
    short vegetation    BS, ET, Cfc, Cwc, Csa, Csc; As and Aw with less than 1,100 mm of rain a year
    broad-leaved        the other A zones, Cfa, Cfb, Cwa, Cwb
    other trees         all that is left: Csb, and the D zones
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from model.geo.distance import Floats
from model.geo.layers import KOPPEN_ZONES

LEGEND = (
    "cropland", "broad-leaved forest", "other trees", "short vegetation", "flooded vegetation", "urban",
    "bare, water or snow",
)  # fmt: skip
CROPLAND, BROAD_LEAVED, OTHER_TREES, SHORT, FLOODED, URBAN, BARE = range(7)
# ESA-CCI land cover, product user guide v2, table 3-1: the first and last code of each of the seven.
ESA_CODES = ((10, 40), (50, 60), (70, 100), (110, 150), (160, 180), (190, 190), (200, 220))
ESA_SUBCODES = {11: 10, 12: 10, 61: 60, 62: 60, 71: 70, 72: 70, 81: 80, 82: 80, 121: 120, 122: 120, 151: 150,
                152: 150, 153: 150, 201: 200, 202: 200}  # fmt: skip
_FARMED_FROM = {"A": 30.0, "B": 12.0, "C": 10.0}  # people per km²; of D by its third letter
_ZONES = np.array(KOPPEN_ZONES)


def of_esa_codes() -> NDArray[np.int8]:
    """A table of 256 entries: the class of each code of ESA-CCI, -1 for a code that is none."""
    table = np.full(256, -1, np.int8)
    for number, (first, last) in enumerate(ESA_CODES):
        table[list(range(first, last + 1, 10))] = number
    for code, whole in ESA_SUBCODES.items():
        table[code] = table[whole]
    return table


def stand_in(zones: NDArray[np.uint8], people_per_km2: Floats, altitude_m: Floats, rain_mm: Floats) -> NDArray[np.int8]:
    """The class of points (N,) on land, from their Köppen zones (as in `KOPPEN_ZONES`), density, height and rain."""
    kept = _of_zone(lambda zone: zone in ("As", "Aw"))[zones] & (rain_mm < 1100.0)
    out = np.where(kept, SHORT, _WILD[zones]).astype(np.int8)
    farmed = (people_per_km2 >= _FARMED[zones]) & (altitude_m <= 2500.0)
    out[farmed] = CROPLAND
    hot, cold = _of_zone(lambda zone: zone in ("Af", "Am"))[zones], _of_zone(lambda zone: zone in ("Dfc", "Dwc"))[zones]
    out[((hot & (altitude_m <= 12.0)) | (cold & (altitude_m <= 60.0))) & (people_per_km2 < 30.0)] = FLOODED
    tundra = _of_zone(lambda zone: zone == "ET")[zones] & ((altitude_m > 500.0) | (rain_mm < 250.0))
    out[_of_zone(lambda zone: zone == "EF" or zone.startswith("BW"))[zones] | tundra] = BARE
    out[people_per_km2 >= 1000.0] = URBAN
    return out


def _of_zone(holds: Callable[[str], bool]) -> NDArray[np.bool_]:
    return np.array([bool(holds(zone)) for zone in KOPPEN_ZONES])


def _farmed_from(zone: str) -> float:
    if zone.startswith(("BW", "E")) or zone in ("", "Ocean"):
        return float("inf")
    return (10.0 if zone[2] in "ab" else 25.0) if zone.startswith("D") else _FARMED_FROM[zone[0]]


def _wild(zone: str) -> int:
    if zone.startswith("BS") or zone in ("ET", "Cfc", "Cwc", "Csa", "Csc"):
        return SHORT
    if zone.startswith("A") or zone in ("Cfa", "Cfb", "Cwa", "Cwb"):
        return BROAD_LEAVED
    return OTHER_TREES


_FARMED = np.array([_farmed_from(zone) for zone in KOPPEN_ZONES])
_WILD = np.array([_wild(zone) for zone in KOPPEN_ZONES], np.int8)
