"""People, animals and the clutter of streets. Knows no pixels."""

from world.layout_things import Stage


def place_life(stage: Stage) -> None:
    """People on the pavements, animals on the grass."""
