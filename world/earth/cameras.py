"""How street imagery was taken in each country: height, generation, the car. Knows no place.

`cameras.csv`, from memory of what players know: `height_m` where it is not the usual one, `covered` early (some of the
second generation is left) or new (mostly the fourth), and what is seen of the car that carried the camera.
"""

from functools import lru_cache
from typing import NamedTuple

from world.earth.table_rows import FOLDER, read_rows

TABLE = FOLDER / "cameras.csv"
CARRIERS = ("snorkel", "tape", "rack", "bonnet")


class CameraCustoms(NamedTuple):
    """One country's row."""

    height_m: float = 2.5
    covered: str = ""  # "new", "early", or "" in between
    carrier: str = "none"  # of CARRIERS


USUAL = CameraCustoms()


def camera_customs(iso: str) -> CameraCustoms:
    """How a country was recorded; as usual where the table does not know it."""
    return known_cameras().get(iso, USUAL)


@lru_cache(maxsize=1)
def known_cameras() -> dict[str, CameraCustoms]:
    """All rows, by ISO-2."""
    return {
        row.country("country"): CameraCustoms(
            USUAL.height_m if row.empty("height_m") else row.number("height_m", 1.0, 4.0),
            row.one_of("covered", ("", "new", "early")),
            row.one_of("carrier", ("", *CARRIERS)) or USUAL.carrier,
        )
        for row in read_rows(TABLE, ("country", "height_m", "covered", "carrier"), key="country")
    }
