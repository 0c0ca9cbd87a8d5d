"""How people guess: after how long, and on which point of a map. For a seat that must play at their pace.

Knows numbers alone. Times are drawn from rounds that people have played, where the scorebook has some, else from a
log-normal: answer times of people are skewed so (Luce 1986, Response Times, ch. 3). A click has the grain of a map's
pixel at the zoom where it was made; as a map is zoomed without steps and dragged freely, that grid is another one for
each click, and no lattice has the points of two of them.
"""

import math
import random
from collections.abc import Sequence

from arena.live.records import Planned

MEDIAN_S, SPREAD = 22.0, 0.6  # of a guess in a round without a hurry: half of them within 15 to 33 s
FEWEST_TIMES = 50  # below, what was played tells too little
SHORTEST_S, LONGEST_S = 2.0, 110.0
# Where the time runs out first, nobody knows what share of people does what; so much is assumed. One presses the button
# before, or leaves the pin where it is: the page sends it EARLY_S (duel.js) before the end, and the way takes a moment
# (log-normal). Or there is no pin yet. Whatever a person does, the model does now and then.
HURRY_S = (0.4, 5.0)
WAITING_PINS, MISSED = 0.4, 0.05
PIN_S, WAY_S, WAY_SPREAD = 0.35, 0.06, 0.7
ZOOMS = (2.5, 8.0)
WORLD_PX = 512.0  # across the world at zoom 0, as the page's map has it
MOST_LAT = 85.0511  # where the square map ends


def drawn_plan(rounds: int, times: Sequence[float], rng: random.Random) -> tuple[Planned, ...]:
    """When, and with which grain, a seat guesses in each round.

    Args:
        times: seconds that people took, from earlier rounds.
        rng: draws; one that nobody can guess where the opponent must not be known.
    """
    known = [one for one in times if SHORTEST_S <= one <= LONGEST_S]
    found = []
    for _ in range(rounds):
        seconds = 0.0
        while not SHORTEST_S <= seconds <= LONGEST_S:
            if len(known) >= FEWEST_TIMES:
                seconds = rng.choice(known) * rng.uniform(0.9, 1.1)
            else:
                seconds = rng.lognormvariate(math.log(MEDIAN_S), SPREAD)
        offset = rng.random(), rng.random()
        found.append(Planned(seconds, hurry_s=_hurry_s(rng), misses=rng.random() < MISSED, zoom=rng.uniform(*ZOOMS),
                             offset=offset))  # fmt: skip
    return tuple(found)


def _hurry_s(rng: random.Random) -> float:
    """How long before the end of the time a guess comes that the end makes come."""
    if rng.random() >= WAITING_PINS:
        return rng.uniform(*HURRY_S)
    return max(0.0, PIN_S - rng.lognormvariate(math.log(WAY_S), WAY_SPREAD))


def clicked(
    position: tuple[float, float], zoom: float | None, offset: tuple[float, float] = (0.0, 0.0)
) -> tuple[float, float]:
    """The pixel next to a position on a square (Mercator) map; both are (lat, lng) in degrees.

    Args:
        zoom: the world is 512 pixels across at 0, twice as many at 1; None leaves the position as it is.
        offset: of the grid of pixels, in pixels to the east and to the south, each in [0, 1).
    """
    if zoom is None:
        return position
    lat, lng = position
    across = WORLD_PX * 2.0**zoom
    x = (lng + 180.0) / 360.0 * across
    sine = math.sin(math.radians(min(MOST_LAT, max(-MOST_LAT, lat))))
    y = (0.5 - math.atanh(sine) / (2.0 * math.pi)) * across
    x, y = (round(at - moved) + moved for at, moved in zip((x, y), offset, strict=True))
    y = min(across, max(0.0, y))
    back = math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * y / across))))
    return back, x / across * 360.0 % 360.0 - 180.0
