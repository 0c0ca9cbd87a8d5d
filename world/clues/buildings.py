"""Buildings: how many, how high, in which forms and colours.

Rules: density and storeys follow the density of people; forms, walls and roofs follow the region's style
(world/styles.py), shifted by the country's own (invented) taste and by local fields: walls at 600, 150 and 40 km,
roofs at 600 and 150 km. Steep roofs shed snow; flat ones belong to dry lands.
"""

from world.clues.site import Site
from world.colour import saturate, shift
from world.scene import RGB, Buildings
from world.streams import Stream

NOTHING = Buildings(
    density=0.0,
    setback_m=10.0,
    storeys_mean=1.0,
    storeys_max=1,
    roof="gable",
    roof_share=1.0,
    roof_steepness=0.6,
    wall_palette=((0.80, 0.78, 0.72),),
    roof_palette=((0.50, 0.30, 0.25),),
    window_rgb=(0.20, 0.22, 0.25),
    window_style="small",
    shops=0.0,
)


def draw(site: Site, rng: Stream) -> Buildings:
    """The houses beside the road."""
    f, place, style, country = site.field, site.place, site.style, site.country
    people = min(1.0, place.population_per_km2 / 700.0)
    density = 0.08 + 0.42 * people + 0.6 * place.urban + 0.10 * rng.normal() + 0.04 * f["density"]
    if place.population_per_km2 < 0.8:
        density *= 0.4
    storeys = style.storeys * (1.0 + 0.9 * place.urban**1.5) + 0.25 * f["tall"] * place.urban
    mean = max(1.0, storeys + 0.2 * rng.normal())
    return Buildings(
        density=min(1.0, max(0.0, density)),
        setback_m=max(1.0, 9.0 - 7.5 * place.urban + 2.0 * rng.normal()),
        storeys_mean=mean,
        storeys_max=max(2, round(mean * (1.5 + 2.2 * place.urban * place.wealth))),
        roof=style.roof,
        roof_share=min(1.0, max(0.05, style.roof_share - 0.25 * place.urban + 0.05 * f["house_form"])),
        roof_steepness=max(0.1, style.steepness * (1.0 + 0.10 * f["house_form"] + 0.12 * country.accents[2])),
        wall_palette=tuple(_wall(site, rgb) for rgb in _taste(style.walls, site)),
        roof_palette=tuple(_roof(site, rgb) for rgb in _taste(style.roofs, site)),
        window_rgb=shift((0.20, 0.23, 0.28), 0.2 * f["paint"], 0.02 * f["wall_warm"]),
        window_style=style.windows,
        shops=min(1.0, max(0.0, place.urban * 0.85 + 0.10 * rng.normal())),
    )


def _taste(palette: tuple[RGB, ...], site: Site) -> tuple[RGB, ...]:
    """Which colour of the region comes first, by the country; the first is repeated, since most houses wear it."""
    first = int((site.country.accents[3] + 1.0) / 2.0 * 0.999 * len(palette))
    turned = palette[first:] + palette[:first]
    return (turned[0], *turned)


def _wall(site: Site, rgb: RGB) -> RGB:
    f, accents = site.field, site.country.accents
    warm, green = 0.06 * f["wall_warm"] + 0.05 * accents[4], 0.035 * f["wall_green"] + 0.04 * accents[5]
    return saturate(shift(rgb, 0.09 * f["wall_light"], warm, green), 1.15)


def _roof(site: Site, rgb: RGB) -> RGB:
    f, accents = site.field, site.country.accents
    return shift(rgb, 0.16 * f["roof_light"], 0.06 * f["roof_warm"] + 0.04 * accents[2], 0.03 * f["roof_green"])
