"""Sky and light: sun, haze, clouds.

Rules: the sun stands where astronomy says (world/sun.py, tested against pvlib); haze follows the Linke turbidity of
the place and month (pvlib's SoDa grid), desert dust and the density of people; clouds follow the rain of the month.
"""

from world.clues.site import Site
from world.scene import Sky
from world.streams import Stream

NOTHING = Sky(180.0, 55.0, 3.0, 0.0, 0.3, 60.0)


def draw(site: Site, rng: Stream) -> Sky:
    """The sky of this moment."""
    cover = 0.12 + 0.62 * site.month_rain + 0.10 * site.field["cloud"] + 0.22 * rng.normal()
    if site.desert:
        cover *= 0.45
    turbidity = site.turbidity * (1.0 + 0.14 * site.field["haze"]) + 0.8 * site.place.urban * (1.2 - site.place.wealth)
    visibility = 130.0 / max(1.2, turbidity) * (1.0 - 0.45 * site.place.urban) * (0.5 if cover > 0.9 else 1.0)
    return Sky(
        sun_azimuth_deg=site.sun_azimuth_deg,
        sun_elevation_deg=site.sun_elevation_deg,
        turbidity=min(8.0, max(1.5, turbidity)),
        cloud_cover=min(1.0, max(0.0, cover)),
        cloud_scale=min(1.0, max(0.0, 0.35 + 0.4 * (1.0 - site.summer) + 0.2 * rng.normal())),
        visibility_km=min(90.0, max(8.0, visibility)),
    )
