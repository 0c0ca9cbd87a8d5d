"""Furniture: poles, wires, bollards, guard rails, fences, lamps, kilometre stones.

Rules: kinds and colours follow the country table; bollards and kilometre stones stand along country roads where people
can pay for them; guard rails where the land is steep and can pay, and not along the pavements of towns but in Japan,
whose narrow pavements have them; fences follow the house style of the region; wires and lamps multiply with density and
wealth.
"""

from world.clues.site import Site
from world.earth.colour import NAMED, mix, shift
from world.earth.customs import kept
from world.earth.streams import Stream
from world.scene import Furniture

POLE_RGB = {
    "none": (0.4, 0.4, 0.4),
    "wood": (0.36, 0.27, 0.19),
    "wood-cross": (0.38, 0.28, 0.20),
    "concrete": (0.63, 0.62, 0.59),
    "concrete-ladder": (0.67, 0.65, 0.61),
    "steel": (0.55, 0.58, 0.61),
}
FENCE_RGB = {
    "none": (0.50, 0.50, 0.50),
    "wood": (0.48, 0.36, 0.25),
    "wire": (0.58, 0.58, 0.57),
    "hedge": (0.20, 0.34, 0.13),
    "wall": (0.74, 0.69, 0.61),
    "stone": (0.52, 0.50, 0.46),
}
ZINC, WHITE_PAINT = (0.72, 0.74, 0.76), (0.92, 0.92, 0.90)
TOWN = 0.35  # `urban` from which a place is inside a town

NOTHING = Furniture("none", POLE_RGB["none"], 45.0, 8.0, 0, "pins", False, (), "none", NAMED["white"], NAMED["white"],
                    NAMED["white"], 40.0, False, ZINC, "none", FENCE_RGB["none"], "none", "none", NAMED["white"],
                    NAMED["white"], 0)  # fmt: skip


def draw(site: Site, rng: Stream) -> Furniture:
    """What stands along the road."""
    f, place, country = site.field, site.place, site.country
    wild = place.population_per_km2 < 1.5
    town = place.urban > TOWN
    pole = "none" if rng.chance(0.55 if wild else 0.10) else country.pole
    if country.pole == "none" and rng.chance(0.25):
        pole = "wood"
    bollard = country.bollard if rng.chance(0.0 if place.urban > 0.45 else 0.92 - 0.6 * place.urban) else "none"
    fence_spot, fence_rng = rng.unit(), rng.unit()
    fences = site.style.fences
    fence = (
        fences[int(fence_spot * len(fences))] if fence_rng < (0.10 if wild else 0.38 + 0.25 * place.urban) else "none"
    )
    colour = shift(FENCE_RGB[fence], 0.16 * f["fence"], 0.04 * f["wall_warm"])
    if fence == "wall":
        colour = shift(mix(colour, site.style.walls[0], 0.6), 0.1 * f["fence"])
    railed = kept("railed pavements", site.here)
    steep = site.horizon.roughness_m > 180.0
    rail = (0.45 if railed else 0.0) if town else (0.04 + 0.30 * steep) * (0.25 + 0.75 * place.wealth)
    lit = 0.9 * place.urban * (0.3 + 0.7 * place.wealth)
    return Furniture(
        pole=pole,
        pole_rgb=shift(POLE_RGB[pole], 0.18 * f["wood"] + 0.12 * country.accents[1], 0.03 * f["road_warm"]),
        pole_spacing_m=rng.between(28.0, 48.0) * (0.75 if town else 1.0),
        pole_height_m=8.5 + 0.9 * f["tall"] + rng.between(-0.8, 0.8) + (1.5 if country.fittings == "crowded" else 0.0),
        wires=0
        if pole == "none"
        else max(
            1, min(7, round(2.6 + 2.2 * place.urban + 0.8 * rng.normal() + 1.5 * (country.fittings == "crowded")))
        ),
        fittings=country.fittings,
        transformers=country.transformers and rng.chance(0.25 + 0.6 * place.urban),
        guard_stripes=country.guard_stripes,
        bollard=bollard,
        bollard_rgb=country.bollard_rgb,
        bollard_mark_rgb=country.bollard_mark_rgb,
        bollard_glass_rgb=country.bollard_glass_rgb,
        bollard_spacing_m=rng.between(14.0, 30.0),
        guard_rail=rng.chance(rail),
        rail_rgb=WHITE_PAINT if railed else ZINC,
        fence=fence,
        fence_rgb=colour,
        lamp=_lamp(rng, lit, place.wealth, place.urban),
        stone=country.stone if rng.chance(0.0 if town else 0.7) else "none",
        stone_rgb=country.stone_rgb,
        stone_head_rgb=country.stone_head_rgb,
        stone_km=1 + int(rng.unit() * 240.0),
    )


def _lamp(rng: Stream, lit: float, wealth: float, urban: float) -> str:
    """Cobra heads everywhere, flat LED lamps where streets were renewed, globes in squares, double arms in centres."""
    shown = rng.chance(lit)
    kinds = ("arm", "flat", "globe", "double")
    shares = (0.8, 0.9 * wealth, 0.25, 0.7 * max(urban - 0.5, 0.0))
    kind = rng.choice(kinds, shares)
    return kind if shown else "none"
