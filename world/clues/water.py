"""Water: the river that the road crosses, the shore that it follows, and the open water further off.

Rules: open water lies where the land mask of 1 km says so, as far below the road as the place is above the sea, up to
a cliff's height; the water takes its colour from latitude and silt: clear and blue-green in the tropics, dark in the
north, brown where rivers carry laterite.
"""

import math

import numpy as np

from world.clues.site import Site
from world.scene import AZIMUTHS, Water
from world.streams import Stream

NONE = np.full(AZIMUTHS, np.inf, np.float32)
NOTHING = Water(math.inf, 0.0, (0.12, 0.25, 0.30), "none", 0, math.inf, NONE, -3.0, 0.3)


def draw(site: Site, rng: Stream) -> Water:
    """The water by the road."""
    lift, steep = rng.between(0.25, 0.7), rng.unit()
    return Water(
        river_m=math.inf,
        river_width_m=0.0,
        water_rgb=(0.12, 0.25, 0.30),
        bridge="none",
        shore_side=0,
        shore_m=math.inf,
        open_m=site.horizon.open_km * 700.0,
        level_m=-min(40.0, max(1.6, lift * site.place.altitude_m)),
        bank=0.08 + 0.5 * steep * min(1.0, site.horizon.roughness_m / 60.0),
    )
