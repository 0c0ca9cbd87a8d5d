"""Signs: towns in their own script, distances, road numbers, street names, limits, stop signs, warnings, chevrons.

Rules: a name is the town's own in its own script (atlas), with Latin letters below where that is the habit; direction
signs tell a town from afar with its distance in km, or in miles where they are used, and its entry board stands where
the houses begin. Shapes and colours follow the country table: the Vienna Convention of 1968 (triangles, discs with a
red ring, octagon, triangle on its point) in Europe, Africa and much of Asia; the yellow diamond of the MUTCD in the
Americas, Oceania and around, with the rectangular limit of the United States and Canada. Animals are those that the
country's signs warn of.
"""

import zlib

from world.clues.site import Site
from world.earth.colour import NAMED
from world.earth.customs import kept
from world.earth.scripts import script_of
from world.earth.streams import Stream
from world.scene import Signs

NOTHING = Signs(
    text="",
    below="",
    distance="",
    script="latin",
    board_rgb=NAMED["grey"],
    text_rgb=NAMED["white"],
    border_rgb=NAMED["white"],
    entry=False,
    entry_rgb=NAMED["grey"],
    entry_text_rgb=NAMED["white"],
    entry_border_rgb=NAMED["white"],
    route="",
    route_rgb=NAMED["grey"],
    route_text_rgb=NAMED["white"],
    street="",
    street_rgb=NAMED["grey"],
    street_text_rgb=NAMED["white"],
    warning_shape="triangle",
    warning_rgb=NAMED["white"],
    warning_border_rgb=NAMED["red"],
    warning="exclaim",
    chevron_rgb=NAMED["white"],
    chevron_mark_rgb=NAMED["red"],
    limit=50,
    limit_form="ring",
    junction="none",
    yield_rgb=NAMED["white"],
    stop="STOP",
    stop_form="octagon",
    shown=False,
)
KM_PER_MILE = 1.609344
TOWN = 0.35  # `urban` from which a place is inside a town
ENTRY_KM = (1.2, 4.0)  # from a town's middle, where its board may stand


def draw(site: Site, rng: Stream) -> Signs:
    """The signs along the road."""
    country, place = site.country, site.place
    text = place.native_town[:22]
    script = script_of(text, country.script)
    below = place.town[:22] if country.latin_below and script != "latin" and place.town != text else ""
    away = site.town_distance_km
    inside = place.urban > TOWN
    entry = not inside and ENTRY_KM[0] < away < ENTRY_KM[1]
    # a road keeps its number for tens of kilometres
    digest = zlib.crc32(f"{country.iso} {place.region} {round(place.altitude_m / 400.0)}".encode())
    number = 2 + digest % (58 if inside else 380)
    warnings = ("children", "crossroads", "exclaim") if inside else ("bend", "bend-left", "crossroads", "exclaim")
    animals = (country.animal,) if country.animal != "none" else ()
    spot, street, shown = rng.unit(), rng.unit(), rng.chance(0.92)
    beast = rng.chance(0.15 if inside else 0.55)
    choices = animals if beast and animals else warnings
    rank = rng.unit()
    yellow = country.warning_shape == "triangle" and country.warning_rgb == NAMED["yellow"]  # as other warnings are
    yellow = yellow and not kept("white yield", site.here)
    return Signs(
        text=text,
        below=below,
        distance="" if inside or entry else _distance(away, country.miles),
        script=script,
        board_rgb=country.board_rgb,
        text_rgb=country.text_rgb,
        border_rgb=country.text_rgb,
        entry=entry,
        entry_rgb=country.entry_rgb,
        entry_text_rgb=country.entry_text_rgb,
        entry_border_rgb=country.entry_border_rgb,
        route="" if inside and rank < 0.5 else f"{country.route_prefix}{number}",
        route_rgb=country.route_rgb,
        route_text_rgb=country.route_text_rgb,
        street=country.streets[int(street * len(country.streets))] if inside else "",
        street_rgb=country.street_rgb,
        street_text_rgb=country.street_text_rgb,
        warning_shape=country.warning_shape,
        warning_rgb=country.warning_rgb,
        warning_border_rgb=country.warning_border_rgb,
        warning=choices[int(spot * len(choices))],
        chevron_rgb=country.chevron_rgb,
        chevron_mark_rgb=country.chevron_mark_rgb,
        limit=country.limit_town if inside or entry else country.limit_country,
        limit_form=country.limit_form,
        junction=rng.choice(("stop", "yield", "none"), (0.45, 0.3, 0.25)),
        yield_rgb=NAMED["yellow" if yellow else "white"],
        stop=country.stop,
        stop_form="triangle" if kept("triangular stop", site.here) else "octagon",
        shown=shown,
    )


def _distance(away_km: float, miles: bool) -> str:
    """Whole units, one at least."""
    return f"{max(1, round(away_km / KM_PER_MILE))} mi" if miles else f"{max(1, round(away_km))} km"
