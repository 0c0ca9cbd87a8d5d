"""Life: people and animals by the road."""

from world.clues.site import Site
from world.scene import Life
from world.streams import Stream

NOTHING = Life(0.0, (), 0.0, (), 0.0)


def draw(site: Site, rng: Stream) -> Life:
    """Who is about."""
    return NOTHING
