"""Road: surface, width, lines, kerbs, and the side one drives on.

Rules: paving follows wealth and density (the share of paved roads); lines, their colours and patterns follow the
country table; the driving side is the atlas'. Dash lengths, widths and the asphalt's stone vary by local fields, and
the road's direction by place.
"""

import math

from world.clues.earth import soil_rgb
from world.clues.lie import heading_deg
from world.clues.site import Site
from world.colour import mix, shift
from world.scene import Road
from world.streams import Stream

GREY = (0.42, 0.42, 0.43)
NOTHING = Road(0.0, "asphalt", GREY, 6.5, 0.5, (0.45, 0.42, 0.38), False, 0.0, (0.6, 0.6, 0.6), "right", "none",
               (0.93, 0.93, 0.91), 3.0, 6.0, "none", (0.93, 0.93, 0.91), math.inf)  # fmt: skip


def draw(site: Site, rng: Stream) -> Road:
    """The road that the camera stands on."""
    f, place, country = site.field, site.place, site.country
    heading = heading_deg(site, rng.between(0.0, 180.0))
    surface = _surface(site, rng)
    town = place.urban > 0.35
    width = 6.3 + 0.9 * place.wealth + 0.45 * f["width"] + (1.6 * rng.unit() if town else -0.4 * rng.unit())
    base = {"asphalt": GREY, "concrete": (0.64, 0.62, 0.58), "gravel": (0.58, 0.54, 0.48), "dirt": (0.55, 0.42, 0.30)}
    rgb = shift(base[surface], 0.20 * f["road_light"] + 0.10 * rng.normal(), 0.028 * f["road_warm"])
    if surface == "dirt":
        rgb = mix(rgb, soil_rgb(site), 0.8)
    paved = surface in ("asphalt", "concrete")
    minor = not town and rng.chance(0.08 + 0.20 * (1.0 - place.wealth))  # a lane without paint
    painted = paved and not minor
    if minor:
        width -= 1.6
    side_walk = rng.between(1.2, 2.8) if town and paved and rng.chance(0.45 + 0.5 * place.wealth) else 0.0
    dash = 3.2 * 2.718 ** (0.38 * f["dash"])
    return Road(
        heading_deg=heading,
        surface=surface,
        rgb=rgb,
        width_m=max(3.2, width),
        shoulder_m=max(0.2, 0.8 + 0.35 * f["shoulder"] + 0.3 * (not town)) if not side_walk else 0.2,
        shoulder_rgb=shift(mix((0.54, 0.51, 0.47), soil_rgb(site), 0.6), 0.14 * f["shoulder"]),
        kerb=side_walk > 0.0 or (town and place.wealth > 0.7),
        sidewalk_m=side_walk,
        sidewalk_rgb=shift((0.66, 0.64, 0.61), 0.12 * f["paint"], 0.05 * f["road_warm"]),
        driving_side=site.driving_side,
        centre_line=country.centre_line if painted else "none",
        centre_rgb=country.centre_rgb,
        dash_m=dash,
        gap_m=dash * (1.6 + 0.8 * country.accents[0]),
        edge_line=("solid" if country.edge_line == "double" else country.edge_line)
        if painted and not (side_walk and rng.chance(0.5))
        else "none",
        edge_rgb=country.edge_rgb,
        cross_street_m=rng.between(9.0, 60.0) if rng.chance(0.15 + 0.5 * place.urban) else math.inf,
    )


def _surface(site: Site, rng: Stream) -> str:
    place = site.place
    unpaved = 0.42 * (1.0 - place.wealth) ** 1.2 * (1.0 - 0.7 * place.urban)
    if place.country in ("MN", "GL", "IS", "AU", "NA", "MG", "KE"):
        unpaved += 0.12 * (1.0 - place.urban)
    kind, which = rng.unit(), rng.unit()
    if kind < unpaved:
        return "dirt" if which > place.wealth + 0.15 else "gravel"
    concrete = {"PH": 0.65, "US": 0.15, "BE": 0.3, "TH": 0.25, "VN": 0.25, "CO": 0.15}.get(place.country, 0.04)
    return "concrete" if which < concrete else "asphalt"
