"""Water: the river that the road crosses and the shore that it follows."""

import math

from world.clues.site import Site
from world.scene import Water
from world.streams import Stream

NOTHING = Water(math.inf, 0.0, (0.12, 0.25, 0.30), "none", 0, math.inf)


def draw(site: Site, rng: Stream) -> Water:
    """The water by the road."""
    return NOTHING
