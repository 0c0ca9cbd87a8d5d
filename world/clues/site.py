"""What a family of clues may ask of a place: atlas, climate of the month, country facts, fields. Knows no pixels.

`survey` asks the atlas and the fields once for a whole batch, so that a single place costs little.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from world.clues.ashore import brought_ashore, continents_of
from world.clues.horizon import Horizon, horizons
from world.earth.countries import Country, facts
from world.earth.fields import fields
from world.earth.landscapes import Here, here_of
from world.earth.styles import STYLES, Style
from world.earth.sun import solar_position
from world.scene import Place, Recipe

# The local character: every name is one smooth random field, at the scale in km where its value changes. Most clues
# that a season leaves alone change at 50 km: places 20 km apart can be told apart with care, places 2 km apart hardly.
FIELDS: dict[float, tuple[str, ...]] = {
    2500.0: ("haze", "cloud", "soil_green", "grass_green", "leaf_green", "lens"),
    600.0: ("soil_warm", "grass_warm", "leaf_warm", "wall_warm", "roof_warm", "road_warm", "tall", "mix_a", "dash",
            "house_form"),
    70.0: ("leaf_light", "roof_light", "road_light", "width", "mix_b", "crop"),
    50.0: ("soil_light", "grass_light", "wall_light", "wall_green", "mix_c", "fence", "trunk", "stones", "roof_green",
           "shoulder", "wood"),
    25.0: ("paint", "bushes", "density", "rows"),
}  # fmt: skip
# Hues and forms of whole provinces lean from valley to valley too: a field of its own at 45 km has this share in them.
NEAR_KM, NEAR_SHARE = 45.0, 0.6
NEAR = tuple(name for name in FIELDS[600.0] if name != "dash")
# How far a field goes, in its own standard deviations, but those of 2500 km; and where it stops. Measured by
# `python -m world.ceiling`: with 1 a perfect eye with 100,000 known places finds 29 % of places within 25 km.
STRENGTH, MOST = 1.5, 2.8


@dataclass(frozen=True, slots=True)
class Site:
    """One place at one moment, with everything that the families draw from."""

    recipe: Recipe
    place: Place
    continent: str
    country: Country
    style: Style
    driving_side: str
    town_distance_km: float
    sun_azimuth_deg: float
    sun_elevation_deg: float
    turbidity: float
    month_temperature_c: float
    month_rain: float  # 0 dry … 1 wet
    summer: float  # 0 midwinter … 1 midsummer of this hemisphere
    horizon: Horizon
    field: dict[str, float]  # of FIELDS, each about standard normal

    @property
    def zone(self) -> str:
        """The first letter of the Köppen zone: A tropical, B dry, C mild, D cold, E polar."""
        return self.place.koppen[0]

    @property
    def here(self) -> Here:
        """What the tables of the world's facts may ask of this place."""
        return here_of(self.recipe, self.place)

    @property
    def desert(self) -> bool:
        """BWh or BWk."""
        return self.place.koppen.startswith("BW")


def survey(recipes: Sequence[Recipe], atlas: Any) -> list[Site]:
    """Sites for recipes (N,), with one vectorised question to the atlas for each kind of knowledge."""
    points = np.array([(r.lat, r.lng) for r in recipes], np.float64).reshape(-1, 2)
    months = np.array([r.month for r in recipes], np.int64)
    hours = np.array([r.hour for r in recipes], np.float64)
    described = brought_ashore(atlas.describe(points), points, atlas)
    azimuth, elevation = solar_position(points[:, 0], months, hours)
    turbidity = np.asarray(atlas.turbidity(points, months), np.float64)
    continents = continents_of(described["country"].to_numpy(object), points, atlas)
    horizon = horizons(points, np.asarray(described["altitude_m"], np.float64), atlas)
    local = _local(points)
    rows = described.to_dict("records")
    return [
        _site(recipe, row, continents[i], float(azimuth[i]), float(elevation[i]), float(turbidity[i]), horizon[i],
              dict(zip(local[0], local[1][i], strict=True)))
        for i, (recipe, row) in enumerate(zip(recipes, rows, strict=True))
    ]  # fmt: skip


def _site(recipe: Recipe, row: dict[Any, Any], continent: str, azimuth: float, elevation: float,
          turbidity: float, horizon: Horizon, field: dict[str, float]) -> Site:  # fmt: skip
    iso = _text(row["country"])
    country = facts(iso, continent)
    people = float(row["population_per_km2"])
    town_km = float(row["town_distance_km"])
    place = Place(
        country=iso,
        region=_text(row["region"]),
        town=_text(row["town"]),
        native_town=_text(row["native_town"]) or _text(row["town"]),
        koppen=row["koppen"],
        altitude_m=float(row["altitude_m"]),
        population_per_km2=people,
        temperature_c=float(row["temperature_c"]),
        temperature_range_c=float(row["temperature_range_c"]),
        precipitation_mm=float(row["precipitation_mm"]),
        wealth=country.wealth,
        urban=min(1.0, max(0.0, (math.log10(people + 1.0) - 2.2) / 1.6 - town_km / 40.0)),
    )
    north = 1.0 if recipe.lat >= 0 else -1.0
    swing = north * math.cos(2 * math.pi * (recipe.month - 7.2) / 12.0)  # +1 midsummer; the year's heat lags the sun
    return Site(
        recipe=recipe,
        place=place,
        continent=continent,
        country=country,
        style=STYLES[country.style],
        driving_side=_text(row["driving_side"]),
        town_distance_km=town_km,
        sun_azimuth_deg=azimuth,
        sun_elevation_deg=elevation,
        turbidity=turbidity,
        month_temperature_c=place.temperature_c + 0.5 * place.temperature_range_c * swing,
        month_rain=_month_rain(place, swing),
        summer=0.5 + 0.5 * swing,
        horizon=horizon,
        field=field,
    )


def _month_rain(place: Place, swing: float) -> float:
    """How wet the month is: third letters s and w of Köppen mark dry summers and dry winters."""
    wet = min(1.0, place.precipitation_mm / 1500.0)
    season = place.koppen[1:2] if place.koppen[0] in "ACD" else ""
    lean = {"s": -0.5, "w": 0.5, "m": 0.35}.get(season, 0.0)
    return min(1.0, max(0.0, wet * (1.0 + lean * swing)))


def _local(points: NDArray[np.float64]) -> tuple[list[str], list[list[float]]]:
    """Names of all fields, and their values (N, names)."""
    names = [name for group in FIELDS.values() for name in group]
    values = np.concatenate([fields(points, group, scale) for scale, group in FIELDS.items()], axis=1)
    at = [names.index(name) for name in NEAR]
    near = fields(points, tuple(f"{name} near" for name in NEAR), NEAR_KM)
    values[:, at] = math.sqrt(1.0 - NEAR_SHARE**2) * values[:, at] + NEAR_SHARE * near
    broad = (*FIELDS[2500.0], "dash")
    strength = np.array([1.0 if name in broad else STRENGTH for name in names])
    return names, np.clip(values * strength, -MOST, MOST).tolist()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
