"""Ground: soil, grass, crops, snow, wetness, stones.

Rules: soil as in earth.py; grass is green while it rains and grows, straw in the dry season, brown in winter; snow lies
where the month's mean is below freezing and something falls; crops are those of the region's farms. Local fields shift
hue at 600 km and lightness at 150 km.
"""

from world.clues.earth import soil_rgb
from world.clues.site import Site
from world.colour import clip, mix, shift
from world.scene import RGB, Ground
from world.streams import Stream

LUSH, STRAW, WINTER, TUNDRA = (0.33, 0.46, 0.19), (0.72, 0.63, 0.39), (0.52, 0.47, 0.30), (0.47, 0.46, 0.29)
CROP_RGB: dict[str, tuple[RGB, RGB]] = {  # growing, ripe
    "none": (LUSH, STRAW),
    "wheat": ((0.36, 0.54, 0.18), (0.86, 0.70, 0.34)),
    "maize": ((0.24, 0.47, 0.12), (0.66, 0.56, 0.30)),
    "rice": ((0.44, 0.64, 0.20), (0.78, 0.70, 0.30)),
    "rows": ((0.28, 0.48, 0.16), (0.50, 0.44, 0.24)),
    "vineyard": ((0.34, 0.50, 0.16), (0.66, 0.46, 0.18)),
    "rapeseed": ((0.92, 0.82, 0.10), (0.62, 0.58, 0.28)),
    "pasture": ((0.33, 0.53, 0.17), (0.66, 0.60, 0.32)),
}
NOTHING = Ground((0.46, 0.37, 0.28), LUSH, 0.6, 0.0, 0.0, 0.0, "none", LUSH, 0)


def draw(site: Site, rng: Stream) -> Ground:
    """The ground of this place in this month."""
    f, place = site.field, site.place
    cold, growth = site.month_temperature_c, _growth(site)
    grass = mix(STRAW, LUSH, growth)
    if site.zone in "CD" and cold < 6.0:
        grass = mix(grass, WINTER, min(1.0, (6.0 - cold) / 10.0))
    if site.zone == "E":
        grass = mix(grass, TUNDRA, 0.55)
    grass = shift(grass, 0.14 * f["grass_light"], 0.055 * f["grass_warm"], 0.026 * f["grass_green"])
    crop = _crop(site, rng)
    ripe = min(1.0, max(0.0, 1.4 - 1.6 * growth + 0.15 * rng.normal()))
    if crop == "rapeseed":
        ripe = 0.0 if abs(site.recipe.month - (5 if site.recipe.lat > 0 else 11)) <= 1 else 1.0
    colours = CROP_RGB[crop]
    cover = {"A": 0.9, "B": 0.42, "C": 0.92, "D": 0.9, "E": 0.5}[site.zone] + 0.08 * rng.normal()
    if site.desert:
        cover = 0.10 + 0.08 * rng.normal() + 0.15 * min(1.0, place.precipitation_mm / 250.0)
    snow = min(1.0, max(0.0, (1.0 - cold) / 5.0)) * min(1.0, place.precipitation_mm / 200.0) + 0.08 * rng.normal()
    return Ground(
        soil_rgb=soil_rgb(site),
        grass_rgb=grass,
        grass_cover=min(1.0, max(0.03, cover * (1.0 - 0.45 * place.urban * (1.0 - place.wealth)))),
        snow=0.0 if cold > 2.0 or snow < 0.12 else min(1.0, snow),
        wetness=min(1.0, max(0.0, site.month_rain - 0.45 + 0.2 * rng.normal())),
        stones=min(1.0, max(0.0, 0.25 + 0.25 * f["stones"] + 0.3 * (site.zone in "BE"))),
        crop=crop,
        crop_rgb=clip(shift(mix(colours[0], colours[1], ripe), 0.12 * f["grass_light"], 0.04 * f["grass_warm"])),
        crop_side=rng.choice((-1, 0, 1)),
    )


def _growth(site: Site) -> float:
    """0 straw … 1 lush: water first, then warmth."""
    warm = min(1.0, max(0.0, (site.month_temperature_c - 2.0) / 10.0))
    water = min(1.0, site.month_rain * 2.1 + (0.25 if site.zone in "CD" and site.month_temperature_c < 17.0 else 0.0))
    return min(1.0, max(0.0, (0.25 + 0.75 * warm) * water))


def _crop(site: Site, rng: Stream) -> str:
    place, lat, f = site.place, abs(site.recipe.lat), site.field
    field_rng, kind_rng = rng.unit(), rng.unit() + 0.12 * f["crop"]
    people = min(1.0, place.population_per_km2 / 40.0)
    farmed = 0.55 * people * (1.0 - site.place.urban) * (site.zone in "ACD") + 0.12 * (
        site.zone == "B" and not site.desert
    )
    if site.horizon.roughness_m > 350.0 or place.temperature_c < 1.0:
        farmed *= 0.3
    if field_rng > farmed:
        return "none"
    if site.continent == "Asia" and site.recipe.lat < 40.0 and place.precipitation_mm > 900.0:
        options: tuple[str, ...] = ("rice", "rice", "rice", "rows")
    elif place.koppen.startswith("Cs"):
        options = ("vineyard", "wheat", "vineyard", "rows")
    elif site.continent == "Europe" and 44.0 < lat < 60.0:
        options = (
            ("wheat", "rapeseed", "pasture", "maize") if site.zone == "C" else ("wheat", "rows", "maize", "rapeseed")
        )
    elif site.zone == "A":
        options = ("maize", "rows", "pasture", "rows")
    elif site.zone == "B":
        options = ("wheat", "pasture")
    else:
        options = ("pasture", "wheat", "maize", "rows")
    return options[min(len(options) - 1, int(max(0.0, min(0.999, kind_rng)) * len(options)))]
