"""Plants: which kinds grow here, how thick, in which state of the year, and what stands in rows.

Rules: kinds as in `world.clues.flora`, rows as in `world.clues.planting`. How thick: Holdridge's ratio of potential
evaporation (58.93 mm for each °C of biotemperature) to rain tells forest from savanna, steppe and desert; towns and
fields take from it. Trees grow lower towards the tree line. Deciduous leaves follow the month's temperature, in the
warm tropics the dry season; cherries bloom in the spring month of 8 to 15 °C.
"""

from math import cos, exp, pi

from world.clues.flora import kinds_of, tree_limit
from world.clues.planting import NONE, planting
from world.clues.site import Site
from world.earth.colour import mix, saturate, shift
from world.earth.customs import kept
from world.earth.species import low_kinds
from world.earth.streams import Stream
from world.scene import RGB, Plants

NOTHING = Plants(
    (("bush", 1.0),), 0.0, 0.0, 0.0, 1.0, 0.0, (0.28, 0.44, 0.15), (0.72, 0.5, 0.18), (0.36, 0.27, 0.19), 1.0,
    NONE[0], NONE[1], 0.0,
)  # fmt: skip
KINDS_HERE = 7  # so many at most
HEIGHTS = {"A": 1.15, "B": 0.8, "C": 1.0, "D": 1.0, "E": 0.6}


def draw(site: Site, rng: Stream) -> Plants:
    """The plants of this place in this month."""
    f = site.field
    kinds = kinds_of(site)
    ranked = sorted(kinds, key=lambda kind: -kinds[kind])[:KINDS_HERE]
    ranked = [kind for kind in ranked if kinds[kind] > 0.02 * kinds[ranked[0]]]
    total = sum(kinds[kind] for kind in ranked)
    leaf, autumn = _season(site)
    green = shift((0.30, 0.42, 0.18), 0.15 * f["leaf_light"], 0.055 * f["leaf_warm"], 0.026 * f["leaf_green"])
    dry = min(1.0, max(0.0, 0.7 - site.month_rain * 1.3)) * (site.zone in "ABC")
    green = saturate(mix(green, (0.43, 0.44, 0.25), 0.55 * dry), 1.0 + 0.12 * f["mix_a"])
    thick, limit = thickness(site), tree_limit(site)
    trees = any(kind not in low_kinds() for kind in ranked)
    density = thick + (0.10 * f["density"] + 0.10 * f["mix_b"] + 0.16 * rng.normal()) * min(1.0, thick + 0.1)
    treeline = thick * 1.25 + 0.20 * f["density"] + 0.2 * rng.normal() - 0.15
    least = 0.07 if site.zone in "ACD" and limit > 0.5 else 0.0
    how, what = planting(site, rng)
    return Plants(
        kinds=tuple((kind, kinds[kind] / total) for kind in ranked),
        density=min(1.0, max(least, density)) * trees,
        treeline=min(1.0, max(0.0, treeline)) * trees * (limit > 0.3),
        undergrowth=min(1.0, max(0.05, _low(site, limit) + 0.15 * f["bushes"] + 0.12 * rng.normal())),
        leaf=leaf,
        autumn=autumn,
        leaf_rgb=green,
        autumn_rgb=_autumn_rgb(site),
        trunk_rgb=shift((0.38, 0.29, 0.21), 0.22 * f["trunk"], 0.04 * f["wood"]),
        height=min(1.5, max(0.45, HEIGHTS[site.zone] * (0.55 + 0.45 * limit) * (1.0 + 0.13 * f["tall"]))),
        rows=how,
        row_kind=what,
        blossom=_blossom(site),
    )


def thickness(site: Site) -> float:
    """How much of the land trees would cover, 0 … 1, less what towns and fields take."""
    place = site.place
    year = [place.temperature_c + 0.5 * place.temperature_range_c * cos(pi * (k + 0.5) / 6.0) for k in range(6)]
    biotemperature = sum(min(30.0, max(0.0, c)) for c in year) / 6.0
    ratio = 58.93 * biotemperature / max(place.precipitation_mm, 20.0)
    thick = 0.88 * exp(-0.52 * ratio)
    if site.zone == "D":
        thick = max(thick, min(0.7, 0.42 + place.precipitation_mm / 2000.0))  # frozen ground keeps what little falls
    if site.zone == "B":
        thick = min(max(thick, 0.05), 0.08 if site.desert else 0.26)
        if site.desert and place.population_per_km2 > 80.0:
            thick = 0.22  # watered
        if kept("treeless steppe", site.here):
            thick *= 0.25
    if place.koppen.startswith(("Aw", "As")):
        thick = min(thick, 0.45)
    if place.koppen.startswith("Cs"):
        thick = max(thick, 0.28)  # groves
    thick *= tree_limit(site)
    return thick * (1.0 - 0.55 * place.urban - 0.25 * min(1.0, place.population_per_km2 / 400.0))


def _low(site: Site, limit: float) -> float:
    """How thick bushes and tufts stand: more where trees do not, least where hardly any rain falls."""
    rain = min(1.0, site.place.precipitation_mm / 150.0)
    return (0.36 + 0.4 * (1.0 - limit) + 0.3 * (site.zone == "B")) * (0.2 + 0.8 * rain) * (1.0 - 0.4 * site.place.urban)


def _autumn_rgb(site: Site) -> RGB:
    f = site.field
    base = (0.68, 0.31, 0.15) if kept("red autumn", site.here) else (0.70, 0.48, 0.19)
    return shift(base, 0.1 * f["leaf_light"], 0.06 * f["leaf_warm"], 0.05 * f["mix_c"])


def _spring(site: Site) -> int:
    """The month as it would be called in the north."""
    return site.recipe.month if site.recipe.lat >= 0 else (site.recipe.month + 5) % 12 + 1


def _blossom(site: Site) -> float:
    """0 … 1: how much of the cherries' crown is in bloom."""
    mild = 1.0 - min(1.0, abs(site.month_temperature_c - 11.5) / 4.5)
    return min(1.0, 2.0 * mild) * (_spring(site) in (3, 4, 5))


def _season(site: Site) -> tuple[float, float]:
    """Leaf 0 … 1 and autumn 0 … 1 of the deciduous kinds."""
    cold = site.month_temperature_c
    if site.zone in "AB" and site.place.temperature_c > 18.0:
        return min(1.0, max(0.15, 0.35 + 1.6 * site.month_rain)), 0.0
    leaf = min(1.0, max(0.0, (cold - 3.0) / 5.0))
    falling = _spring(site) in (9, 10, 11) and cold < 13.0 and abs(site.recipe.lat) > 25.0
    autumn = min(1.0, max(0.0, (13.0 - cold) / 6.0)) if falling else 0.0
    return (max(leaf, 0.55 if falling and cold > 1.0 else leaf)), autumn
