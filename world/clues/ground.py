"""Ground: soil, grass, crops, snow, wetness, stones, fallen leaves.

Rules: soil as in earth.py; grass is green while it rains and grows, straw in the dry season, brown in winter; snow lies
where the month's mean is below freezing and something falls, and is ploughed up where people can pay for it; crops as
in crops.py; leaves lie under deciduous woods in autumn, flowers stand in the meadows of late spring. Local fields shift
hue at 600 km and lightness at 50 km.
"""

from world.clues.crops import choose, look, stage_of
from world.clues.earth import soil_rgb
from world.clues.site import Site
from world.earth.colour import clip, mix, saturate, shift
from world.earth.customs import kept
from world.earth.streams import Stream
from world.scene import RGB, Ground

LUSH, STRAW, WINTER, TUNDRA = (0.36, 0.43, 0.22), (0.69, 0.61, 0.42), (0.50, 0.46, 0.32), (0.45, 0.43, 0.29)
STEPPE, DEAD = (0.60, 0.55, 0.36), (0.58, 0.52, 0.36)
FLOWERS: tuple[RGB, ...] = ((0.88, 0.78, 0.20), (0.92, 0.90, 0.84), (0.62, 0.45, 0.66), (0.78, 0.26, 0.18))
NOTHING = Ground((0.46, 0.37, 0.28), LUSH, 0.6, 0.0, 0.0, 0.0, "none", LUSH, 0)


def draw(site: Site, rng: Stream) -> Ground:
    """The ground of this place in this month."""
    f, place = site.field, site.place
    cold, growth = site.month_temperature_c, _growth(site)
    spread, soaked, drift, farmed, pick, second, third = (rng.normal(), rng.normal(), rng.normal(), rng.unit(),
                                                          rng.unit(), rng.unit(), rng.unit())  # fmt: skip
    side = rng.choice((-1, 0, 1))
    flowers = rng.choice(FLOWERS)
    grass = mix(STRAW, LUSH, growth)
    if site.zone in "CD" and cold < 6.0:
        grass = mix(grass, WINTER, min(1.0, (6.0 - cold) / 10.0))
    if site.zone == "E":
        grass = mix(grass, TUNDRA, 0.55)
    grass = shift(grass, 0.12 * f["grass_light"], 0.035 * f["grass_warm"], 0.018 * f["grass_green"])
    dry = mix(mix(grass, DEAD, 0.65), STRAW if growth < 0.5 else STEPPE, 0.35)
    crop = choose(site, pick + 0.10 * f["crop"]) if farmed < _farmed(site) else "none"
    stage, grown = stage_of(crop, site)
    crop_rgb, height, closed = (grass, 0.0, 0.5) if crop in ("none", "pasture") else look(crop, stage, grown, site)
    cover = {"A": 0.9, "B": 0.42, "C": 0.92, "D": 0.9, "E": 0.5}[site.zone] + 0.08 * spread
    if site.desert:
        cover = 0.10 + 0.08 * spread + 0.15 * min(1.0, place.precipitation_mm / 250.0)
    snow = min(1.0, max(0.0, (1.0 - cold) / 5.0)) * min(1.0, place.precipitation_mm / 200.0) + 0.08 * drift
    snow = 0.0 if cold > 2.0 or snow < 0.12 else min(1.0, snow)
    litter, litter_rgb = _litter(site, growth, flowers, third)
    return Ground(
        soil_rgb=soil_rgb(site),
        grass_rgb=grass,
        grass_cover=min(1.0, max(0.03, cover * (1.0 - 0.45 * place.urban * (1.0 - place.wealth)))),
        snow=snow,
        wetness=min(1.0, max(0.0, site.month_rain - 0.45 + 0.2 * soaked)),
        stones=min(1.0, max(0.0, 0.25 + 0.25 * f["stones"] + 0.3 * (site.zone in "BE"))),
        crop=crop,
        crop_rgb=clip(crop_rgb),
        crop_side=side,
        crop_stage=stage,
        crop_height_m=height,
        crop_closed=closed,
        dry_rgb=dry,
        litter=litter,
        litter_rgb=litter_rgb,
        scrub=_scrub(site),
        patchwork=min(0.9, 1.5 * _farmed(site)) * (0.5 + 0.5 * min(1.0, place.population_per_km2 / 60.0)),
        field_rgbs=(_of_field(site, second, grass), _of_field(site, pick, dry)),
        banks=snow * min(1.0, 0.25 + 0.9 * place.wealth) * float(snow > 0.45),
    )


def _growth(site: Site) -> float:
    """0 straw … 1 lush: water first, then warmth."""
    warm = min(1.0, max(0.0, (site.month_temperature_c - 2.0) / 10.0))
    water = min(1.0, site.month_rain * 2.1 + (0.25 if site.zone in "CD" and site.month_temperature_c < 17.0 else 0.0))
    return min(1.0, max(0.0, (0.25 + 0.75 * warm) * water))


def _farmed(site: Site) -> float:
    """Share of the land that is fields: people, a climate that feeds them, no mountains."""
    place = site.place
    people = min(1.0, place.population_per_km2 / 40.0)
    share = 0.60 * people * (1.0 - place.urban) * (site.zone in "ACD") + 0.15 * (site.zone == "B" and not site.desert)
    if site.desert and place.population_per_km2 > 150.0:
        share += 0.5 * (1.0 - place.urban)  # oases and river plains
    if kept("great plains", site.here):  # they need few hands
        share += 0.22 * (not site.desert) * (1.0 - place.urban)
    if site.horizon.roughness_m > 350.0 or place.temperature_c < 1.0:
        share *= 0.3
    return share


def _litter(site: Site, growth: float, flower: RGB, luck: float) -> tuple[float, RGB]:
    month = site.recipe.month if site.recipe.lat >= 0 else (site.recipe.month + 5) % 12 + 1
    leaves = shift((0.55, 0.38, 0.19), 0.1 * site.field["leaf_light"], 0.05 * site.field["leaf_warm"])
    if site.zone in "CD" and month in (10, 11, 12) and site.month_temperature_c < 13.0:
        return (0.45, 0.30, 0.20)[month - 10] + 0.2 * luck, leaves
    if site.zone in "CDE" and 4 <= month <= 6 and growth > 0.35 and site.month_temperature_c > 7.0:
        return max(0.0, 0.40 * luck - 0.08), flower
    if site.zone == "A" and growth < 0.5:
        return 0.25 * luck, (0.50, 0.40, 0.27)
    return 0.0, leaves


def _scrub(site: Site) -> float:
    base = {"A": 0.75, "B": 0.7, "C": 0.5, "D": 0.45, "E": 0.12}[site.zone] * (0.3 if site.desert else 1.0)
    return min(1.0, max(0.0, base + 0.15 * site.field["density"] - 0.4 * site.place.urban))


def _of_field(site: Site, pick: float, fallow: RGB) -> RGB:
    crop = choose(site, pick)
    if crop == "pasture":
        return clip(fallow)
    stage, grown = stage_of(crop, site)
    return saturate(look(crop, stage, grown, site)[0], 0.85)
