"""Vehicles: how many, which kinds and colours, and their plates.

Rules: plate colours and proportions follow the country table (520 × 110 mm in Europe, 305 × 152 mm in North America,
330 × 165 mm in Japan …); kinds follow the region: pickups in America and Australia, small vans in Japan, three-wheelers
in South Asia. Car colours follow the region's fashion, shifted by the country.
"""

from world.clues.site import Site
from world.colour import NAMED, shift
from world.scene import Vehicles
from world.streams import Stream
from world.styles import CARS

NOTHING = Vehicles(0.0, NAMED["white"], NAMED["white"], NAMED["white"], 4.0, (("sedan", 1.0),), (NAMED["grey"],))


def draw(site: Site, rng: Stream) -> Vehicles:
    """The cars on and beside the road."""
    place, country = site.place, site.country
    fashion = CARS[site.style.cars]
    colours = fashion.colours
    people = min(1.0, place.population_per_km2 / 500.0)
    density = 0.16 + 0.30 * people + 0.35 * place.urban * (0.4 + 0.6 * place.wealth) + 0.12 * rng.normal()
    if place.population_per_km2 < 1.0:
        density *= 0.45
    first = int((country.accents[0] + 1.0) / 2.0 * 0.999 * len(colours))
    palette = (colours[first], *colours[first:], *colours[:first])
    return Vehicles(
        density=min(1.0, max(0.0, density)),
        plate_front_rgb=country.plate_front_rgb,
        plate_rear_rgb=country.plate_rear_rgb,
        plate_band_rgb=country.plate_band_rgb,
        plate_aspect=country.plate_aspect,
        kinds=fashion.kinds,
        palette=tuple(shift(rgb, 0.05 * country.accents[1], 0.02 * country.accents[4]) for rgb in palette),
    )
