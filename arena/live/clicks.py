"""How people guess: after how long, and on which point of a map. For a seat that must play at their pace.

Knows numbers alone. Times are drawn from rounds that people have played, where the scorebook has some, else from a
log-normal: answer times of people are skewed so (Luce 1986, Response Times, ch. 3). A click has the grain of a map's
pixel at the zoom where it was made.
"""

import math
import random
from collections.abc import Sequence

from arena.live.records import Planned

MEDIAN_S, SPREAD = 22.0, 0.6  # of a guess in a round without a hurry: half of them within 15 to 33 s
FEWEST_TIMES = 50  # below, what was played tells too little
SHORTEST_S, LONGEST_S = 2.0, 110.0
HURRY_S = (0.6, 5.0)  # before the end of the time, where it runs out first
ZOOMS = (4, 5, 6, 7, 8)
TILE_PX = 256.0
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
        found.append(Planned(seconds, hurry_s=rng.uniform(*HURRY_S), zoom=rng.choice(ZOOMS)))
    return tuple(found)


def clicked(position: tuple[float, float], zoom: int | None) -> tuple[float, float]:
    """The centre of the pixel under a position, on a square (Mercator) map at this zoom; both are (lat, lng)."""
    if zoom is None:
        return position
    lat, lng = position
    across = TILE_PX * 2**zoom
    x = (lng + 180.0) / 360.0 * across
    sine = math.sin(math.radians(min(MOST_LAT, max(-MOST_LAT, lat))))
    y = (0.5 - math.atanh(sine) / (2.0 * math.pi)) * across
    x, y = min(across - 0.5, math.floor(x) + 0.5), min(across - 0.5, math.floor(y) + 0.5)
    back = math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * y / across))))
    return back, x / across * 360.0 - 180.0
