"""Crops: which grow where, and how they stand in the month.

Rules: crops follow climate and the farms of the region (`crop_regions.csv`: zones as the FAO's GAEZ draws them, much
simplified, from memory): rice in warm wet Asia and a few irrigated plains, vines under dry summers, tea on wet tropical
heights, cane in the wet tropics, cotton in hot plains. The calendar follows the sun: winter wheat is harvested from
April at 25° to August at 52° of latitude, six months later in the south; spring wheat, maize, sunflower and cotton fill
the warm half of the year; rice in the tropics has its own phase in each district.
"""

from dataclasses import dataclass

from world.clues.site import Site
from world.earth.colour import mix, shift
from world.earth.farms import grown
from world.scene import RGB

EARTHY: RGB = (0.42, 0.35, 0.27)
STUBBLE: RGB = (0.70, 0.62, 0.42)


@dataclass(frozen=True, slots=True)
class Crop:
    """One crop: colours on the screen and heights by stage."""

    green: RGB
    ripe: RGB
    flower: RGB
    tall_m: float  # full grown
    closed: float  # 0 soil between the rows … 1 leaves touch, full grown


CROPS: dict[str, Crop] = {
    "wheat": Crop((0.36, 0.47, 0.20), (0.80, 0.67, 0.40), (0.45, 0.52, 0.25), 0.75, 1.0),
    "maize": Crop((0.27, 0.40, 0.15), (0.66, 0.56, 0.35), (0.36, 0.45, 0.19), 2.1, 0.9),
    "rice": Crop((0.42, 0.55, 0.20), (0.74, 0.65, 0.30), (0.46, 0.56, 0.22), 0.0, 1.0),
    "rows": Crop((0.27, 0.42, 0.17), (0.58, 0.50, 0.30), (0.30, 0.45, 0.20), 0.0, 0.8),
    "vineyard": Crop((0.34, 0.44, 0.18), (0.62, 0.46, 0.22), (0.36, 0.46, 0.20), 0.0, 0.45),
    "rapeseed": Crop((0.32, 0.45, 0.24), (0.60, 0.55, 0.33), (0.80, 0.73, 0.22), 1.1, 1.0),
    "sunflower": Crop((0.30, 0.42, 0.17), (0.38, 0.31, 0.20), (0.78, 0.62, 0.17), 1.5, 0.9),
    "cotton": Crop((0.30, 0.42, 0.19), (0.50, 0.45, 0.32), (0.32, 0.44, 0.20), 0.0, 1.0),
    "cane": Crop((0.37, 0.48, 0.20), (0.58, 0.57, 0.32), (0.52, 0.54, 0.34), 2.6, 1.0),
    "tea": Crop((0.25, 0.41, 0.15), (0.25, 0.41, 0.15), (0.34, 0.50, 0.18), 0.0, 0.9),
}


def choose(site: Site, pick: float) -> str:
    """The crop of a field here; `pick` 0 … 1 goes through what the region grows."""
    options = options_of(site)
    return options[min(len(options) - 1, int(max(0.0, min(0.999, pick)) * len(options)))]


def options_of(site: Site) -> tuple[str, ...]:
    """What farms grow here, the commonest more than once."""
    out = grown(site.here, site.continent)
    if "rice" not in out[:4]:
        out.append("pasture")
    return tuple(out)


def stage_of(crop: str, site: Site) -> tuple[str, float]:
    """(stage, growth 0 … 1) of a crop in this month."""
    lat = site.recipe.lat
    month = float(site.recipe.month if lat >= 0.0 else (site.recipe.month + 5) % 12 + 1)  # as in the north
    high = abs(lat)
    cold = site.place.temperature_c - 0.5 * site.place.temperature_range_c < -9.0
    tropical = site.place.temperature_range_c < 9.0 and site.place.temperature_c > 19.0
    if crop in ("none", "pasture"):
        return "none", 0.5
    if crop in ("tea", "cane"):
        return ("green", 1.0) if crop == "tea" or month < 11.5 else ("ripe", 1.0)
    if crop == "vineyard":
        if month < 3.5 or month > 11.5:
            return "bare", 0.0
        return ("ripe", 1.0) if month > 9.5 else ("green", min(1.0, (month - 3.0) / 3.0))
    if tropical and crop in ("rice", "maize", "rows"):
        length = 4.0 if crop == "rice" else 6.0
        phase = (site.recipe.month + 6.0 * site.field["crop"]) % length / length
        return _of_phase(phase)
    if crop == "wheat" and not cold:
        return _between(month, 10.5, 4.8 + 0.14 * (high - 25.0))
    if crop == "rapeseed":
        bloom = 3.6 + 0.09 * (high - 35.0)
        if abs(month - bloom) < 1.05:
            return "flower", 1.0
        return _between(month, 9.0, bloom + 2.8)
    start, end = {"wheat": (4.6, 8.9), "maize": (4.4, 9.9), "rice": (4.7, 9.9), "rows": (4.4, 9.4),
                  "sunflower": (4.0, 8.9), "cotton": (4.2, 11.2)}[crop]  # fmt: skip
    stage, grown = _between(month, start, end)
    if crop == "sunflower" and 6.5 < month < 8.5:
        return "flower", 1.0
    return stage, grown


def _of_phase(phase: float) -> tuple[str, float]:
    """Of a crop that is sown again as soon as it is cut."""
    if phase < 0.12:
        return "sown", 0.1
    if phase < 0.72:
        return "green", 0.25 + 1.2 * (phase - 0.12)
    return ("ripe", 1.0) if phase < 0.9 else ("stubble", 0.0)


def _between(month: float, start: float, end: float) -> tuple[str, float]:
    """Of a crop sown at `start` and cut at `end`, months that may run over the year's end."""
    length = (end - start) % 12.0
    since = (month - start) % 12.0
    if since > length:
        return ("stubble", 0.0) if since - length < 1.6 else ("bare", 0.0)
    grown = since / length
    if grown < 0.14:
        return "sown", 0.15
    if length - since < 1.35:
        return "ripe", 1.0
    winter = length > 7.5  # sown in autumn: short until spring
    return "green", 0.2 if winter and grown < 0.55 else min(1.0, 1.5 * grown)


def look(crop: str, stage: str, grown: float, site: Site) -> tuple[RGB, float, float]:
    """(colour, height in metres, how closed the rows are) of a crop at a stage."""
    kind, f = CROPS[crop], site.field
    tint = (0.10 * f["grass_light"], 0.03 * f["grass_warm"])
    if crop == "vineyard" and stage == "bare":
        return shift((0.45, 0.38, 0.30), *tint), 0.0, 0.2
    if stage == "bare":
        return shift(EARTHY, *tint), 0.0, 0.3
    if stage == "stubble":
        return shift(STUBBLE, *tint), 0.0, 0.7
    rgb = {"sown": kind.green, "green": kind.green, "flower": kind.flower, "ripe": kind.ripe}[stage]
    if stage == "green" and crop not in ("tea", "cane"):
        rgb = mix((0.42, 0.56, 0.24), rgb, grown)  # the young leaf is brighter
    height = kind.tall_m * (0.15 + 0.85 * grown if stage == "green" else float(stage != "sown"))
    return shift(rgb, *tint), height, min(1.0, kind.closed * (0.35 + 0.65 * grown))
