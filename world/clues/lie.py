"""How the road lies in its land: along the shore, along the hillside, or any way on the plain.

Rule: roads follow contours and coasts, because grades and bridges cost (every road manual from Telford on). The
steeper the hill and the nearer the water, the closer the heading keeps to them.
"""

import numpy as np

from world.clues.site import Site
from world.scene import AZIMUTHS

SHORE_ROAD_KM = 1.0  # water as near as this bends the road along its shore
_CIRCLE = np.exp(2j * np.pi * np.arange(AZIMUTHS) / AZIMUTHS)


def shore_azimuth_deg(site: Site) -> float | None:
    """Where the nearest water lies, in degrees from north; None when none is near, or all round."""
    open_km = site.horizon.open_km
    if float(open_km.min()) > SHORE_ROAD_KM:
        return None
    middle = complex((_CIRCLE * (open_km < 2.5)).sum())
    return float(np.degrees(np.angle(middle)) % 360.0) if abs(middle) > 2.0 else None


def slope_heading_deg(azimuth_deg: float) -> float:
    """The heading in 0 … 180 of a road that keeps what lies at `azimuth_deg` square on one side."""
    return (azimuth_deg + 90.0) % 180.0


def heading_deg(site: Site, drawn_deg: float) -> float:
    """The road's heading in 0 … 360 from one drawn evenly in 0 … 180: any way on a plain without water.

    It turns by less than a right angle from the way along shore or hillside, so that these keep the side of the road
    on which `slope_heading_deg` has them. A turn past north goes on at 360: half a circle off would swap the sides, and
    to stop there would heap up roads that head north.
    """
    azimuth, gradient = site.horizon.rise()
    bound = min(0.85, (gradient * 6.0 + site.horizon.roughness_m / 900.0) * (1.0 - 0.7 * site.place.urban))
    shore = shore_azimuth_deg(site)
    if shore is not None:
        azimuth, bound = shore, 0.85
    return (slope_heading_deg(azimuth) + (drawn_deg - 90.0) * (1.0 - bound)) % 360.0
