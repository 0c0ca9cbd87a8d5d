"""Vehicles: how many, which kinds and colours, and their plates.

Rules: plate colours and proportions follow the country table (520 × 110 mm in Europe, 305 × 152 mm in North America,
330 × 165 mm in Japan …); kinds follow `car_fashions.csv`, by country or region: kei cars in Japan, pickups in
America, Thailand and Australia, jeepneys in the Philippines, three-wheelers from Egypt to the Philippines and in Peru,
motorbikes in South-East Asia, share taxis in Africa, boxy old sedans where Ladas were sold. In towns taxis and buses
grow more common, in the country pickups and lorries. Traffic grows
with population and wealth and is thin at night (counts of any road authority); colours follow the region's fashion,
shifted by the country.
"""

from world.clues.site import Site
from world.earth.car_fashions import TWO_WHEELERS, fashion
from world.earth.colour import NAMED, shift
from world.earth.streams import Stream
from world.scene import Vehicles

NOTHING = Vehicles(
    0.0, NAMED["white"], NAMED["white"], NAMED["white"], 4.0, (("sedan", 1.0),), (NAMED["grey"],), NAMED["white"], 0.0
)
URBAN = {"taxi": 3.0, "bus": 1.8, "bicycle": 1.6, "three-wheeler": 1.3, "jeepney": 1.3}
RURAL = {"pickup": 1.5, "lorry": 1.4, "truck": 1.4, "suv": 1.1}
COLD_C = 2.0  # below it few ride on two wheels


def draw(site: Site, rng: Stream) -> Vehicles:
    """The cars on and beside the road."""
    place, country = site.place, site.country
    traffic = fashion(place.country, site.style.cars)
    people = min(1.0, place.population_per_km2 / 500.0)
    density = 0.16 + 0.30 * people + 0.35 * place.urban * (0.4 + 0.6 * place.wealth) + 0.12 * rng.normal()
    if place.population_per_km2 < 1.0:
        density *= 0.45
    awake = 1.0 if 6.0 <= site.recipe.hour <= 21.0 else 0.4
    parked = place.urban * (0.25 + 0.75 * place.wealth) * rng.between(0.7, 1.1)
    first = int((country.accents[0] + 1.0) / 2.0 * 0.999 * len(traffic.colours))
    palette = (traffic.colours[first], *traffic.colours[first:], *traffic.colours[:first])
    return Vehicles(
        density=min(1.0, max(0.0, density * awake)),
        plate_front_rgb=country.plate_front_rgb,
        plate_rear_rgb=country.plate_rear_rgb,
        plate_band_rgb=country.plate_band_rgb,
        plate_aspect=country.plate_aspect,
        kinds=_kinds(site, traffic.kinds),
        palette=tuple(shift(rgb, 0.05 * country.accents[1], 0.02 * country.accents[4]) for rgb in palette),
        taxi_rgb=traffic.taxi_rgb,
        parked=min(1.0, max(0.0, parked)),
    )


def _kinds(site: Site, kinds: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    """The fashion's shares, leaned towards town or country and towards the season."""
    urban = site.place.urban
    cold = site.month_temperature_c < COLD_C
    leaned = [
        share
        * (1.0 + (URBAN.get(kind, 1.0) - 1.0) * urban)
        * (1.0 + (RURAL.get(kind, 1.0) - 1.0) * (1.0 - urban))
        * (0.15 if cold and kind in TWO_WHEELERS else 1.0)
        for kind, share in kinds
    ]
    total = sum(leaned)
    return tuple((kind, share / total) for (kind, _), share in zip(kinds, leaned, strict=True))
