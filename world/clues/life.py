"""Life: people, animals, and the clutter of streets.

Rules: people grow with population and walk more where cars are few (WHO and UN-Habitat: most trips in poor countries
are on foot), and stay in at night, in deep cold and in great heat. Dress, livestock, stray animals and street furniture
follow `street_life.csv`. Climate overrules the table: camels only in deserts and steppes of the countries that keep
them, two-humped ones in the cold deserts of Asia, llamas and alpacas in the high Andes, yaks above 3,000 m in Asia,
reindeer north of 64° in Fennoscandia and Russia, kangaroos in Australia alone; sheep graze where cattle starve. Herds
need people, but few.
"""

from world.clues.site import Site
from world.earth.colour import NAMED, shift
from world.earth.streams import Stream
from world.earth.street_life import Shares, street_life
from world.scene import Life

NOTHING = Life(0.0, (), 0.0, (), (), (), (), 0.0, 0.0, (), 0.0, NAMED["grey"], NAMED["grey"], 0.0)
COVERED = ("robe", "thobe", "long-skirt")
CAMELS = frozenset(
    (
        "DZ",
        "EG",
        "LY",
        "TN",
        "MA",
        "EH",
        "MR",
        "ML",
        "NE",
        "TD",
        "SD",
        "ER",
        "DJ",
        "SO",
        "ET",
        "KE",
        "SA",
        "AE",
        "OM",
        "YE",
        "QA",
        "KW",
        "BH",
        "IQ",
        "SY",
        "JO",
        "IL",
        "IR",
        "PK",
        "IN",
        "AU",
        "AF",
    )
)
BACTRIAN = frozenset(("MN", "CN", "KZ", "UZ", "TM"))
ANDES = frozenset(("PE", "BO", "EC", "CL", "AR"))
REINDEER = frozenset(("NO", "SE", "FI", "RU"))
YAKS = frozenset(("CN", "NP", "BT", "IN", "MN", "KG", "TJ", "PK"))
DRIVERS = {"america": 0.45, "ozzie": 0.5, "desert": 0.6}  # where few walk


def draw(site: Site, rng: Stream) -> Life:
    """Who and what is about."""
    place, hour = site.place, site.recipe.hour
    local = street_life(place.country, site.style.cars)
    walked = rng.between(0.7, 1.2)
    poor = 1.0 - place.wealth
    crowd = min(1.0, place.population_per_km2 / 250.0)
    people = 0.85 * place.urban * DRIVERS.get(site.style.cars, 1.0) + poor * crowd * 0.45
    people *= walked * _about(site.month_temperature_c, hour)
    clothes = _dressed(local.people, site.month_temperature_c)
    grazing = _grazing(site, rng)
    tint = 0.06 * site.country.accents[5]
    return Life(
        people=min(1.0, max(0.0, people)),
        dress=tuple(shift(rgb, tint) for rgb in local.dress),
        robes=tuple(shift(rgb, 0.5 * tint) for rgb in local.robes),
        skin=local.skin,
        figures=clothes,
        veil=sum(share for kind, share in clothes if kind in COVERED),
        animals=_animals(site, local.animals),
        herd=grazing,
        stray=min(1.0, local.stray * (0.0 if place.population_per_km2 < 0.3 else 1.0) * (1.0 - 0.5 * place.urban)),
        clutter=local.clutter,
        clutter_density=min(1.0, (0.10 + 0.75 * place.urban + 0.25 * poor * crowd) * rng.between(0.6, 1.2)),
        post_rgb=local.post_rgb or NAMED["darkgrey"],
        hydrant_rgb=NAMED["yellow"] if site.field["mix_c"] > 0.3 else NAMED["red"],
        summer=site.summer,
    )


def _about(temperature_c: float, hour: float) -> float:
    """How many of the people are out of doors: fewer in cold and heat, hardly any at night."""
    cold = min(1.0, max(0.25, (temperature_c + 22.0) / 24.0))
    hot = min(1.0, max(0.5, (43.0 - temperature_c) / 10.0))
    day = min(1.0, max(0.06, min(hour - 5.5, 22.0 - hour) / 2.0))
    return cold * hot * day


def _dressed(people: Shares, temperature_c: float) -> Shares:
    """Coats where it freezes, none of them where it is hot."""
    cold = min(1.0, max(0.0, (9.0 - temperature_c) / 12.0))
    warm = {"coat": 6.0 * cold, "skirt": 1.0 - 0.85 * cold, "straw": 1.0 - cold, "child": 1.0 - 0.5 * cold}
    leaned = dict(people) | {"coat": dict(people).get("coat", 0.12)}
    shares = {kind: share * warm.get(kind, 1.0) for kind, share in leaned.items()}
    total = sum(shares.values())
    return tuple((kind, share / total) for kind, share in shares.items() if share > 0.0)


def _grazing(site: Site, rng: Stream) -> float:
    """How large the herds beside the road are: many places have none."""
    lucky, size = rng.unit(), rng.between(0.25, 1.0)
    people = site.place.population_per_km2
    if not 0.02 < people < 600.0 or site.place.urban > 0.35:
        return 0.0
    empty = 0.38 if site.place.country not in ("NZ", "IS", "MN", "GB", "IE", "FK", "UY", "KG", "LS") else 0.2
    return size if lucky > empty else 0.0


def _animals(site: Site, usual: Shares) -> Shares:
    """The country's animals, as far as the climate here feeds them."""
    place, lat = site.place, abs(site.recipe.lat)
    iso, dry = place.country, place.koppen[:2] in ("BW", "BS")
    shares = dict(usual)
    camels = shares.pop("camel", 0.0)
    humps = shares.pop("bactrian", 0.0)
    if iso in CAMELS and dry:
        shares["camel"] = max(camels, (0.02 if iso in ("AU", "IN") else 0.45) * (1.0 if site.desert else 0.3))
    if iso in BACTRIAN and dry and lat > 35.0:
        shares["bactrian"] = max(humps, 0.30 if site.desert else 0.06)
    if iso in ANDES and place.altitude_m > 2900.0 and lat < 30.0:
        shares = {"llama": 0.40, "alpaca": 0.25, "sheep": 0.25, "donkey": 0.05, "dog": 0.05}
    if iso in YAKS and place.altitude_m > 3000.0 - 1000.0 * (iso in ("MN", "KG")):
        shares = {"yak": 0.6, "sheep": 0.25, "horse": 0.15}
    elif iso in YAKS:
        shares.pop("yak", None)
    if iso in REINDEER and site.recipe.lat > 64.0 and (iso != "NO" or site.recipe.lat > 66.5):
        shares = {"reindeer": 1.0}
    if dry or place.temperature_c < 4.0:
        for kind in ("cow", "buffalo"):
            if kind in shares:
                shares[kind] *= 0.15
    total = sum(shares.values())
    return tuple((kind, share / total) for kind, share in shares.items())
