"""Sky and light: sun, haze, clouds.

Rules: the sun stands where astronomy says (`earth/sun.py`, tested against pvlib); haze follows the Linke turbidity of
the place and month (pvlib's SoDa grid), desert dust and the density of people; clouds follow the rain of the month and
its heat: towers where it is hot and wet, sheets over cool wet lands and in winter, heaps on summer days that grow
toward the afternoon, ice clouds before the weather of the west winds (WMO cloud atlas, simplified).
"""

from world.clues.site import Site
from world.earth.streams import Stream
from world.scene import Sky

NOTHING = Sky(180.0, 55.0, 3.0, 0.0, 0.3, 60.0)


def draw(site: Site, rng: Stream) -> Sky:
    """The sky of this moment."""
    weather, scale, ice, kind = rng.normal(), rng.normal(), rng.unit(), rng.unit()
    cover = 0.14 + 0.56 * site.month_rain + 0.10 * site.field["cloud"] + 0.22 * weather
    if site.desert:
        cover *= 0.45
    turbidity = site.turbidity * (1.0 + 0.14 * site.field["haze"]) + 0.8 * site.place.urban * (1.2 - site.place.wealth)
    visibility = 130.0 / max(1.2, turbidity) * (1.0 - 0.45 * site.place.urban) * (0.5 if cover > 0.9 else 1.0)
    humid = site.month_rain * min(1.0, max(0.0, (site.month_temperature_c - 5.0) / 20.0))
    return Sky(
        sun_azimuth_deg=site.sun_azimuth_deg,
        sun_elevation_deg=site.sun_elevation_deg,
        turbidity=min(8.0, max(1.5, turbidity)),
        cloud_cover=min(1.0, max(0.0, cover)),
        cloud_scale=min(1.0, max(0.0, 0.25 + 0.4 * (1.0 - site.summer) * (site.zone in "CDE") + 0.15 * scale)),
        visibility_km=min(90.0, max(8.0, visibility * (1.0 - 0.35 * humid))),
        clouds=_kind(site, cover, kind),
        cirrus=_cirrus(site, ice),
    )


def _kind(site: Site, cover: float, luck: float) -> str:
    warm = site.month_temperature_c
    if warm > 21.0 and site.month_rain > 0.35 and site.zone in "ACD":
        return "towering" if luck < (0.75 if site.recipe.hour > 11.0 else 0.4) else "cumulus"
    sheets = 0.9 if cover > 0.8 else 0.12 + 0.5 * (warm < 7.0) + 0.2 * (site.recipe.hour < 9.0)
    return "stratus" if luck < sheets else "cumulus"


def _cirrus(site: Site, luck: float) -> float:
    west_winds = 30.0 < abs(site.recipe.lat) < 66.0
    return max(0.0, luck - (0.48 if west_winds else 0.65)) * 1.2
