"""Buildings: how many, how high, in which forms, materials and colours, and what stands around them.

Rules. Density and storeys follow the density of people; a closed street front begins where towns do. Forms, walls,
roofs, windows and what is put on them follow the region's building tradition (`house_styles.csv`; which one, by country
or by landscape where one country has several, says `traditions.csv`): half-timber along the Rhine and in Normandy,
granite and slate in Brittany, brick around the North Sea, pantiles where the Mediterranean climate (Köppen Cs) reigns,
logs and boards in the boreal lands, adobe and flat roofs where it hardly rains, stilts in the wet tropics, round huts
in the Sahel and the African highlands, felt yurts on the steppe, towers of concrete panels in the cities of the former
Eastern bloc and of China and Korea, unfinished storeys with starter bars in Egypt and the Andes, water tanks where
mains run dry, solar heaters around the eastern Mediterranean. Steep roofs shed snow; flat ones belong to dry lands.
Churches, mosques and temples follow the prevailing faith. Within a style the country's own (invented) order of colours
and the local fields tint paint a little, never further than people paint: plaster at most, stone and brick hardly.
"""

import math

from world.clues.site import Site
from world.earth.colour import mix, shift
from world.earth.shop_words import shop_words
from world.earth.streams import Stream
from world.earth.styles import STYLES, Style
from world.earth.traditions import tradition
from world.scene import RGB, Buildings

NOTHING = Buildings(
    density=0.0,
    setback_m=10.0,
    storeys_mean=1.0,
    storeys_max=1,
    lot_m=9.0,
    roof="gable",
    roof_share=1.0,
    roof_steepness=0.6,
    eaves_m=0.3,
    wall_palette=((0.80, 0.78, 0.72),),
    wall_kinds=("plaster",),
    roof_palette=((0.50, 0.30, 0.25),),
    roof_kinds=("tiles",),
    window_rgb=(0.20, 0.22, 0.25),
    window_style="small",
    trim_rgb=(0.85, 0.85, 0.82),
    door_palette=((0.30, 0.20, 0.13),),
    grime=0.3,
    traits=(),
    garden="none",
    garden_rgb=(0.5, 0.5, 0.5),
    landmark="none",
    estate=False,
    shops=0.0,
    shop_words=("market",),
    shop_script="latin",
)
TRIMS: dict[str, RGB] = {"sash": (0.90, 0.90, 0.87), "sliding": (0.62, 0.63, 0.64), "few": (0.42, 0.36, 0.30)}
DOORS: tuple[RGB, ...] = (
    (0.36, 0.24, 0.15),
    (0.22, 0.30, 0.40),
    (0.46, 0.16, 0.14),
    (0.20, 0.33, 0.24),
    (0.55, 0.53, 0.50),
)
SHUTTERS: tuple[RGB, ...] = (
    (0.42, 0.52, 0.56),
    (0.30, 0.40, 0.30),
    (0.46, 0.30, 0.20),
    (0.66, 0.66, 0.60),
    (0.52, 0.58, 0.46),
)
BLUES: tuple[RGB, ...] = ((0.16, 0.40, 0.66), (0.22, 0.46, 0.70), (0.18, 0.36, 0.56))
GARDEN_RGB: dict[str, RGB] = {
    "none": (0.5, 0.5, 0.5), "picket": (0.86, 0.85, 0.80), "panel": (0.40, 0.48, 0.42), "bars": (0.20, 0.22, 0.22),
    "wire": (0.55, 0.56, 0.56), "hedge": (0.20, 0.33, 0.14), "wall": (0.74, 0.69, 0.61),
    "panelblock": (0.64, 0.63, 0.60),
    "adobe": (0.66, 0.50, 0.34), "stone": (0.56, 0.53, 0.48),
}  # fmt: skip


def style_of(site: Site) -> Style:
    """The building tradition here: the country's, or that of its landscape where it has several."""
    name = tradition(site.here)
    return STYLES[name] if name else site.style


def draw(site: Site, rng: Stream) -> Buildings:
    """The houses beside the road."""
    f, place, country, style = site.field, site.place, site.country, style_of(site)
    traits = dict(style.traits)
    people = min(1.0, place.population_per_km2 / 700.0)
    core = min(1.0, max(0.0, (math.log10(place.population_per_km2 + 1.0) - 3.4) / 0.9))  # 0 suburb … 1 inner city
    density = 0.08 + 0.36 * people + 0.42 * place.urban + 0.15 * core + 0.10 * rng.normal() + 0.04 * f["density"]
    if place.population_per_km2 < 0.8:
        density *= 0.4
    if traits.get("yurt", 0.0) > 0.3 and place.urban < 0.3:  # herders camp wherever there is grass
        density = max(density, 0.17)
    if place.urban < traits.get("detached", 0.0):  # where towns are made of houses with gardens
        density = min(density, 0.62)
    storeys = style.storeys * (1.0 + 0.2 * place.urban + 0.8 * core) + 0.25 * f["tall"] * place.urban
    estate = rng.chance(traits.get("estate", 0.0) * max(0.0, place.urban - 0.25) * 1.5)
    mean = max(1.0, storeys + 0.2 * rng.normal())
    if estate:
        mean = 5.0 + (4.5 if rng.chance(0.5) else 0.0)
        density = min(density, 0.7)
    else:
        rng.unit()
    palette, kinds = _taste(style.walls, style.wall_kinds, site)
    roofs, covers = _taste(style.roofs, style.roof_kinds, site)
    if estate:
        palette, kinds = _slabs(site), ("panel",) * 4
    poverty = 1.0 - place.wealth
    garden = rng.choice(style.gardens) if density < 0.78 and rng.chance(0.35 + 0.5 * min(1.0, 2.0 * people)) else "none"
    words, script = shop_words(place.country, country.script)
    windows = style.windows
    blue = traits.get("blue", 0.0) > 0.6
    return Buildings(
        density=min(1.0, max(0.0, density)),
        setback_m=max(1.0, 9.0 - 7.5 * place.urban + 2.0 * rng.normal() + 6.0 * estate),
        storeys_mean=mean,
        storeys_max=max(2, round(mean * (1.5 + 2.4 * core * place.wealth))),
        lot_m=style.lot_m * (1.0 + 0.06 * f["width"]),
        roof=style.roof,
        roof_share=0.0
        if estate
        else min(1.0, max(0.05, style.roof_share - 0.25 * place.urban + 0.05 * f["house_form"])),
        roof_steepness=max(0.1, style.steepness * (1.0 + 0.10 * f["house_form"] + 0.12 * country.accents[2])),
        eaves_m=style.eaves_m,
        wall_palette=palette
        if estate
        else tuple(_wall(site, kind, rgb) for kind, rgb in zip(kinds, palette, strict=True)),
        wall_kinds=kinds,
        roof_palette=tuple(_roof(site, rgb) for rgb in roofs),
        roof_kinds=covers,
        window_rgb=shift((0.20, 0.23, 0.28), 0.2 * f["paint"], 0.02 * f["wall_warm"]),
        window_style="wide" if estate and windows == "small" else windows,
        trim_rgb=shift(
            TRIMS.get(windows, (0.84, 0.82, 0.77)), 0.06 * f["paint"] - 0.25 * poverty * (windows != "sash")
        ),
        door_palette=BLUES if blue else (SHUTTERS if windows == "shutter" else DOORS),
        grime=min(1.0, max(0.05, 0.15 + 0.55 * poverty + 0.12 * f["paint"] + 0.15 * (place.precipitation_mm > 1600.0))),
        traits=_local_traits(site, traits, estate, core),
        garden=garden,
        garden_rgb=_garden(site, garden, palette[0]),
        landmark=_landmark(site, traits, rng),
        estate=estate,
        shops=min(1.0, max(0.0, 0.25 * place.urban + 0.45 * core + 0.12 * rng.normal())),
        shop_words=words,
        shop_script=script,
    )


def _local_traits(site: Site, traits: dict[str, float], estate: bool, core: float) -> tuple[tuple[str, float], ...]:
    """Shares as they are here: huts and stilts are rural, coolers need heat and money, chimneys go where flats are."""
    place = site.place
    rural = max(0.0, 1.0 - 1.8 * place.urban)
    warm = min(1.0, max(0.0, (place.temperature_c - 9.0) / 14.0))
    factor = {
        "hut": rural, "yurt": max(0.15, rural), "stilts": rural, "gabled": 1.0, "ac": warm * (0.5 + 0.5 * place.urban),
        "chimney": 0.0 if estate else 1.0, "rebar": 0.0 if estate else 1.0, "solar": 0.0 if estate else 1.0,
        "balcony": 0.55 + 0.6 * place.urban, "enclosed": 1.0 if estate else 0.4, "roller": 1.0, "high": core,
    }  # fmt: skip
    return tuple((name, min(1.0, share * factor.get(name, 1.0))) for name, share in traits.items() if name != "estate")


def _landmark(site: Site, traits: dict[str, float], rng: Stream) -> str:
    """One building that stands out, in villages and towns: a church, a mosque, a temple, or the silo of a farm."""
    people = min(1.0, site.place.population_per_km2 / 150.0)
    spot = rng.unit()
    for name in ("church", "onion", "mosque", "temple"):
        spot -= traits.get(name, 0.0) * people * 0.8
        if spot < 0.0:
            return name
    return (
        "silo" if spot < traits.get("silo", 0.0) + traits.get("barn", 0.0) * 0.6 and site.place.urban < 0.3 else "none"
    )


def _slabs(site: Site) -> tuple[RGB, ...]:
    light = 0.06 * site.field["wall_light"]
    return tuple(
        shift(rgb, light) for rgb in ((0.72, 0.70, 0.66), (0.66, 0.66, 0.65), (0.76, 0.70, 0.60), (0.62, 0.66, 0.70))
    )


def _taste(palette: tuple[RGB, ...], kinds: tuple[str, ...], site: Site) -> tuple[tuple[RGB, ...], tuple[str, ...]]:
    """Which colour of the region comes first, by the country; the first is repeated, since most houses wear it."""
    first = int((site.country.accents[3] + 1.0) / 2.0 * 0.999 * min(len(palette), 3))
    order = (first, *range(first, len(palette)), *range(first))
    return tuple(palette[k] for k in order), tuple(kinds[k] for k in order)


def _wall(site: Site, kind: str, rgb: RGB) -> RGB:
    f, accents = site.field, site.country.accents
    paint = 1.0 if kind in ("plaster", "boards", "sheet") else 0.5
    warm = 0.022 * f["wall_warm"] + 0.018 * accents[4]
    return shift(rgb, 0.05 * paint * f["wall_light"], paint * warm, 0.008 * paint * (f["wall_green"] + accents[5]))


def _roof(site: Site, rgb: RGB) -> RGB:
    f, accents = site.field, site.country.accents
    return shift(rgb, 0.11 * f["roof_light"], 0.025 * f["roof_warm"] + 0.015 * accents[2], 0.008 * f["roof_green"])


def _garden(site: Site, garden: str, wall: RGB) -> RGB:
    rgb = GARDEN_RGB[garden]
    if garden in ("wall", "adobe"):
        rgb = mix(rgb, wall, 0.55)
    return shift(rgb, 0.12 * site.field["fence"], 0.02 * site.field["wall_warm"])
