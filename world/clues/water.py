"""Water: the river that the road crosses, the shore that it follows, and the open water further off.

Rules: open water lies where the land mask of 1 km says so; a road near it runs along its shore (`lie.py`), as far above
it as the place is above the sea, up to a cliff. Rivers are met more often where it rains more (runoff grows with
precipitation, Budyko) and in hollows of the altitude grid, streams in mountains, wide rivers in lowlands and near
coasts. Bridges follow means and custom: dressed stone in old Europe, timber in the northern forests, steel rails where
there is money, bare concrete elsewhere. Water is clear blue-green in the tropics, dark with peat in the north, brown
where rivers carry soil; lakes and rivers freeze where the month's mean stays under -6 °C.
"""

import math

import numpy as np

from world.clues.earth import soil_rgb
from world.clues.lie import shore_azimuth_deg, slope_heading_deg
from world.clues.site import Site
from world.earth.colour import mix, shift
from world.earth.customs import kept
from world.earth.streams import Stream
from world.scene import AZIMUTHS, RGB, Water

NONE = np.full(AZIMUTHS, np.inf, np.float32)
NOTHING = Water(math.inf, 0.0, (0.12, 0.25, 0.30), "none", 0, math.inf, math.inf, NONE, -3.0, 0.3, 0.0)


def draw(site: Site, rng: Stream) -> Water:
    """The water by the road."""
    place, horizon = site.place, site.horizon
    lift, steep, near, met, breadth, where, on_bridge, custom, beside, off = (rng.unit() for _ in range(10))
    shore = shore_azimuth_deg(site)
    rough = min(1.0, horizon.roughness_m / 60.0)
    hollow = min(1.0, max(0.0, 40.0 * float(horizon.tan_elevation[0].mean())))
    wet = min(1.0, place.precipitation_mm / 1400.0) * (1.0 - 0.6 * site.desert)
    inland = float(horizon.open_km.min()) > 12.0
    gradient = horizon.rise()[1]
    river_m, width, side, shore_m, shore_width = math.inf, 0.0, 0, math.inf, math.inf
    if shore is not None and near < 0.85:
        heading = slope_heading_deg(shore)
        side = 1 if math.sin(math.radians(shore - heading)) > 0.0 else -1
        shore_m = 13.0 + 45.0 * off * off
    elif shore is None and gradient > 0.02 and beside < 0.22 * wet:  # the stream of the valley runs below the road
        heading = slope_heading_deg(horizon.rise()[0])
        side = -1 if math.sin(math.radians(horizon.rise()[0] - heading)) > 0.0 else 1
        shore_m, shore_width = 15.0 + 20.0 * off, 5.0 + 12.0 * breadth
    elif met < 0.03 + 0.13 * wet * (1.0 + 0.5 * hollow) * (1.0 - 0.5 * place.urban):
        mountain = min(1.0, horizon.roughness_m / 220.0)
        width = (5.0 + 9.0 * breadth) * mountain + (10.0 + 38.0 * breadth**2) * (1.0 - mountain)
        width *= 1.0 if inland else 1.5
        river_m = (
            (where - 0.5) * 0.8 * width
            if on_bridge < 0.55
            else (14.0 + 0.5 * width + 40.0 * where) * (1.0 if custom < 0.5 else -1.0)
        )
    flows = (side != 0 and shore is None) or width > 0.0
    deep = 40.0 if float(horizon.open_km.min()) < 3.6 else 300.0
    level = -min(deep, max(1.6, lift * place.altitude_m))
    if side:
        level = max(level, -(1.6 + 7.0 * rough * steep + 3.0 * off))
    if flows:
        level = -(2.2 + 1.5 * lift + 3.0 * rough * steep)
    return Water(
        river_m=river_m,
        river_width_m=width,
        water_rgb=_colour(site, flows),
        bridge=_bridge(site, custom) if width else "none",
        shore_side=side,
        shore_m=shore_m,
        shore_width_m=shore_width,
        open_m=horizon.open_km * 700.0,
        level_m=level,
        bank=0.07 + 0.5 * steep * rough,
        ice=min(1.0, max(0.0, (-4.0 - site.month_temperature_c) / 4.0)) if flows or inland else 0.0,
    )


def _colour(site: Site, flows: bool) -> RGB:
    place = site.place
    warm = min(1.0, max(0.0, (place.temperature_c - 6.0) / 18.0))
    clear = mix((0.10, 0.19, 0.21), (0.08, 0.40, 0.43), warm**2)
    silt = 0.0
    if flows:  # rivers carry what rain washes from bare land: tropics and steppes most
        silt = 0.75 * site.month_rain * warm + 0.2 * (site.zone in "AB")
        clear = mix(clear, (0.20, 0.34, 0.36), 0.5 * min(1.0, site.horizon.roughness_m / 250.0))
    mud = mix(soil_rgb(site), (0.40, 0.36, 0.24), 0.5)
    return shift(mix(clear, mud, min(0.85, silt)), 0.12 * site.field["soil_light"])


def _bridge(site: Site, custom: float) -> str:
    place = site.place
    if custom > 0.62 and kept("stone bridges", site.here):
        return "stone"
    if custom > 0.75 and kept("timber bridges", site.here):
        return "wood"
    if custom < 0.25 + 0.45 * place.wealth:
        return "steel"
    return "concrete"
