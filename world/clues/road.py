"""Road: surface, width, lines, kerbs, bends, the road that joins, and the side one drives on.

Rules: paving follows wealth and density (the share of paved roads); lines and their colours follow the country table,
dash patterns the national rules where they are known; the driving side is the atlas'. Painted kerbs, yellow crossings,
cycle lanes and rails stand where they are commonly seen (`roads.csv`, from memory). Roads wind in mountains, are
straight on plains and in the grid towns of the New World (Vienna Convention and MUTCD for what stands at a junction's
mouth: teeth, dashes or a bar). The asphalt's stone, widths and wear vary by local fields, and the road's direction by
place.
"""

import math

from world.clues.earth import soil_rgb
from world.clues.lie import heading_deg
from world.clues.site import Site
from world.earth.colour import mix, shift
from world.earth.customs import kept
from world.earth.roads import RoadCustoms, road_customs
from world.earth.streams import Stream
from world.scene import RGB, Road

GREY: RGB = (0.485, 0.485, 0.485)
BASE: dict[str, RGB] = {
    "asphalt": GREY, "concrete": (0.62, 0.60, 0.57), "gravel": (0.57, 0.54, 0.49), "dirt": (0.55, 0.45, 0.35),
}  # fmt: skip
NOTHING = Road(0.0, "asphalt", GREY, 6.5, 0.5, (0.45, 0.42, 0.38), False, 0.0, (0.6, 0.6, 0.6), "right", "none",
               (0.93, 0.93, 0.91), 3.0, 6.0, "none", (0.93, 0.93, 0.91), math.inf)  # fmt: skip
PAVED = ("asphalt", "concrete")


def draw(site: Site, rng: Stream) -> Road:
    """The road that the camera stands on."""
    f, place, country, custom = site.field, site.place, site.country, road_customs(site.place.country)
    heading = heading_deg(site, rng.between(0.0, 180.0))
    surface = _surface(site, custom, rng.unit(), rng.unit())
    wide, stone, lane, walks, walk_m, edges, crossing, cross_m = (rng.unit(), rng.normal(), rng.unit(), rng.unit(),
        rng.unit(), rng.unit(), rng.unit(), rng.unit())  # fmt: skip
    bend, turn, side, arm, wear, mark, tram, cycle = (rng.unit() for _ in range(8))
    town = place.urban > 0.35
    width = 6.3 + 0.9 * place.wealth + 0.45 * f["width"] + (1.6 * wide if town else -0.4 * wide)
    rgb = shift(BASE[surface], 0.11 * f["road_light"] + 0.07 * stone, 0.006 * f["road_warm"])
    if surface == "dirt":
        rgb = mix(rgb, soil_rgb(site), 0.75)
    elif surface == "gravel":
        rgb = mix(rgb, soil_rgb(site), 0.35)
    paved = surface in PAVED
    minor = not town and lane < 0.08 + 0.20 * (1.0 - place.wealth)  # a lane without paint
    painted = paved and not minor
    if minor:
        width -= 1.6
    side_walk = 1.2 + 1.6 * walk_m if town and paved and walks < 0.45 + 0.5 * place.wealth else 0.0
    dash, gap = _dash(site, custom)
    joins = crossing < 0.18 + 0.5 * place.urban
    radius = _radius(site, custom, bend, joins)
    slab = shift((0.62, 0.61, 0.59), 0.12 * f["paint"], 0.02 * f["road_warm"])
    kerb = (slab, slab)
    if town and custom.kerb and mark < 0.75:
        kerb = custom.kerb
    side_kind = _side_surface(site, surface, side)
    cycle_lane = custom.cycle_lane_rgb is not None and painted and cycle < 0.35 + 0.4 * place.urban
    return Road(
        heading_deg=heading,
        surface=surface,
        rgb=rgb,
        width_m=max(3.2, width) + (2.6 if cycle_lane else 0.0),
        shoulder_m=max(0.2, 0.8 + 0.35 * f["shoulder"] + 0.3 * (not town)) if not side_walk else 0.2,
        shoulder_rgb=shift(mix((0.53, 0.51, 0.48), soil_rgb(site), 0.5), 0.17 * f["shoulder"]),
        kerb=side_walk > 0.0 or (town and place.wealth > 0.7),
        sidewalk_m=side_walk,
        sidewalk_rgb=slab,
        driving_side=site.driving_side,
        centre_line=_centre(country.centre_line, radius, lane) if painted else "none",
        centre_rgb=country.centre_rgb,
        dash_m=dash,
        gap_m=gap,
        edge_line=("solid" if country.edge_line == "double" else country.edge_line)
        if painted and not (side_walk and edges < 0.5)
        else "none",
        edge_rgb=country.edge_rgb,
        cross_street_m=9.0 + 51.0 * cross_m if joins else math.inf,
        bend_m=math.copysign(radius, turn - 0.5),
        kerb_rgb=kerb[0],
        kerb_other_rgb=kerb[1],
        side_surface=side_kind,
        side_rgb=rgb
        if side_kind == surface
        else mix(BASE[side_kind], soil_rgb(site), 0.6 if side_kind == "dirt" else 0.2),
        side_width_m=min(max(3.2, width), 3.6 + 2.6 * place.urban + 1.2 * place.wealth),
        side_arm=0 if arm < 0.25 + 0.45 * place.urban else (-1 if arm < 0.6 + 0.2 * place.urban else 1),
        give_way=(custom.mouth if side_kind in PAVED else "none") if painted else "none",
        zebra=joins and town and painted and mark < 0.25 + 0.6 * place.wealth,
        zebra_rgb=custom.zebra_rgb or (0.90, 0.90, 0.88),
        cycle_lane_m=1.5 if cycle_lane else 0.0,
        cycle_rgb=custom.cycle_lane_rgb or (0.58, 0.33, 0.28),
        repairs=min(1.0, max(0.0, 0.85 - 0.75 * place.wealth + 0.5 * (wear - 0.5) + 0.1 * f["paint"])),
        paint_wear=min(0.9, max(0.05, 0.65 - 0.6 * place.wealth + 0.4 * (wear - 0.5))),
        manholes=town and paved,
        tram=paved and place.urban > 0.8 and custom.trams and tram < 0.25,
    )


def _surface(site: Site, custom: RoadCustoms, kind: float, which: float) -> str:
    place = site.place
    unpaved = 0.42 * (1.0 - place.wealth) ** 1.2 * (1.0 - 0.7 * place.urban)
    if custom.unpaved:
        unpaved += 0.12 * (1.0 - place.urban)
    if kind < unpaved:
        return "dirt" if which > place.wealth + 0.15 else "gravel"
    return "concrete" if which < custom.concrete else "asphalt"


def _side_surface(site: Site, surface: str, luck: float) -> str:
    """What joins is at best as good as the road it joins."""
    rough = "gravel" if site.place.wealth > 0.5 else "dirt"
    if surface in ("gravel", "dirt"):
        return "dirt" if site.place.wealth < 0.6 else surface
    unmade = (1.0 - 0.8 * site.place.urban) * (0.65 - 0.45 * site.place.wealth)
    return rough if luck < unmade else surface


def _dash(site: Site, custom: RoadCustoms) -> tuple[float, float]:
    """Metres of paint and of gap: the national rule, shorter in towns; elsewhere a habit of the land."""
    if custom.dash_m:
        dash, gap = custom.dash_m
    else:
        dash = 3.2 * 2.718 ** (0.3 * site.field["dash"])
        gap = dash * (1.7 + 0.7 * site.country.accents[0])
    shorter = 0.75 if site.place.urban > 0.6 and not kept("long dashes in towns", site.here) else 1.0
    return dash * shorter, gap * shorter


def _centre(usual: str, radius: float, luck: float) -> str:
    """No overtaking in a bend: the broken line becomes a full one, on one side or on both."""
    if usual == "dashed" and radius < 700.0:
        return "solid" if luck < 0.6 else "mixed"
    if usual == "double" and luck > 0.75:
        return "mixed"
    return usual


def _radius(site: Site, custom: RoadCustoms, luck: float, joins: bool) -> float:
    """Radius of the road's bend in metres: mountains wind, plains and grids do not."""
    steep = min(1.0, site.horizon.roughness_m / 320.0)
    if (site.place.urban > 0.5 and custom.grid) or luck > 0.80 + 0.15 * steep:
        return math.inf
    radius: float = 10.0 ** (2.95 - 0.72 * steep + (1.05 - 0.35 * steep) * luck)
    return max(150.0, radius * (6.0 if joins or site.place.urban > 0.6 else 1.0))
