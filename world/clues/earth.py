"""The colour of bare earth, which ground and roadside share. Knows no season.

Rules: tropical soils are red laterites, deserts pale or (Australia, Kalahari) red sand, cool steppes dark chernozem,
the Mediterranean terra rossa, boreal soils grey podzols (WRB soil map, simplified to Köppen zones).
"""

from world.clues.site import Site
from world.earth.colour import mix, shift
from world.earth.customs import kept
from world.scene import RGB

RED, LATERITE, SAND = (0.68, 0.35, 0.21), (0.62, 0.37, 0.24), (0.72, 0.60, 0.44)
LOAM, CHERNOZEM, PODZOL, TERRA_ROSSA = (0.46, 0.37, 0.28), (0.29, 0.24, 0.20), (0.47, 0.44, 0.40), (0.64, 0.49, 0.36)


def soil_rgb(site: Site) -> RGB:
    """Soil of the place: hue shifted by the field of 600 km, lightness by that of 50 km."""
    f = site.field
    return shift(
        _of_zone(site),
        0.15 * max(-1.6, min(1.2, f["soil_light"])),
        0.032 * max(-1.0, f["soil_warm"]),
        0.008 * f["soil_green"],
    )


def _of_zone(site: Site) -> RGB:
    place = site.place
    if kept("red earth", site.here):
        return RED
    if site.zone == "A":
        return mix(LOAM, LATERITE, 0.75 if site.continent in ("Africa", "South America", "Oceania") else 0.4)
    if site.zone == "B":
        return SAND if site.desert else mix(SAND, CHERNOZEM if place.temperature_c < 9.0 else TERRA_ROSSA, 0.55)
    if place.koppen.startswith("Cs"):
        return mix(TERRA_ROSSA, LOAM, 0.3)
    if site.zone == "C":
        return mix(LOAM, LATERITE, 0.5) if abs(site.recipe.lat) < 33.0 else LOAM
    if place.koppen[2:3] in ("a", "b"):
        return mix(LOAM, CHERNOZEM, 0.6 if place.precipitation_mm < 650.0 else 0.25)
    return PODZOL
