"""Life: people, animals, and the clutter of streets.

Rules: people grow with population and walk more where cars are few (WHO and UN-Habitat: most trips in poor countries
are on foot), and stay in at night, in deep cold and in great heat. Dress, livestock, stray animals and street furniture
follow `street_life.csv`. Climate overrules the table (`herds.csv`): camels only in deserts and steppes of the countries
that keep them, two-humped ones in the cold deserts of Asia, llamas and alpacas in the high Andes, yaks above 3,000 m in
Asia, reindeer north of 64° in Fennoscandia and Russia, kangaroos in Australia alone; sheep graze where cattle starve.
Herds need people, but few.
"""

from world.clues.site import Site
from world.earth.colour import NAMED, shift
from world.earth.customs import kept
from world.earth.herds import herds_of
from world.earth.streams import Stream
from world.earth.street_life import Shares, street_life
from world.scene import Life

NOTHING = Life(0.0, (), 0.0, (), (), (), (), 0.0, 0.0, (), 0.0, NAMED["grey"], NAMED["grey"], 0.0)
COVERED = ("robe", "thobe", "long-skirt")


def draw(site: Site, rng: Stream) -> Life:
    """Who and what is about."""
    place, hour = site.place, site.recipe.hour
    local = street_life(place.country, site.style.cars)
    walked = rng.between(0.7, 1.2)
    poor = 1.0 - place.wealth
    crowd = min(1.0, place.population_per_km2 / 250.0)
    people = 0.85 * place.urban * local.walk + poor * crowd * 0.45
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
    empty = 0.2 if kept("many herds", site.here) else 0.38
    return size if lucky > empty else 0.0


def _animals(site: Site, usual: Shares) -> Shares:
    """The country's animals, as far as the climate here feeds them."""
    place = site.place
    shares = herds_of(dict(usual), site.here)
    if site.zone == "B" or place.temperature_c < 4.0:
        for kind in ("cow", "buffalo"):
            if kind in shares:
                shares[kind] *= 0.15
    total = sum(shares.values())
    return tuple((kind, share / total) for kind, share in shares.items())
