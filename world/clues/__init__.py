"""Clues: place + moment -> Scene. One module a family; each draws from its own stream and knows no other family.

A family is a module with `draw(site, rng)`, which follows its rule, and `NOTHING`, its value when it is switched off.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from model.errors import ConfigError
from model.geo.atlas import Atlas
from model.geo.distance import check_points
from world import WORLD_VERSION
from world.clues import buildings, camera, furniture, ground, life, plants, relief, road, signs, sky, vehicles, water
from world.clues.site import survey
from world.earth.streams import streams
from world.scene import Recipe, Scene

FAMILIES: dict[str, ModuleType] = {
    "sky": sky,
    "relief": relief,
    "ground": ground,
    "plants": plants,
    "road": road,
    "furniture": furniture,
    "signs": signs,
    "buildings": buildings,
    "vehicles": vehicles,
    "life": life,
    "water": water,
    "camera": camera,
}


def build_scenes(recipes: pd.DataFrame, without: Collection[str] = (), atlas: Any = None) -> list[Scene]:
    """Scenes of recipes: a table with lat, lng, month (1 … 12), hour (local solar time, 0 … 24) and seed,
    and perhaps step_m (metres along the road from the place, 0 where there is no such column).

    `without` names families that are switched off: nothing of them is seen.

    Raises:
        CoordinateError: a position that is no place on Earth.
        ConfigError: an unknown family, a month or hour that no calendar has, or a step that is none of `scene.STEPS`.
    """
    return _build(_read(recipes), _known(without), atlas or _atlas())


def build_scene(
    lat: float, lng: float, month: int, hour: float, seed: int, without: Collection[str] = (), step_m: int = 0
) -> Scene:
    """The scene of one place and moment, seen `step_m` metres along its road; as `build_scenes`."""
    recipe = {"lat": [lat], "lng": [lng], "month": [month], "hour": [hour], "seed": [seed], "step_m": [step_m]}
    frame = pd.DataFrame(recipe)
    return build_scenes(frame, without)[0]


def _build(recipes: Sequence[Recipe], without: frozenset[str], atlas: Any) -> list[Scene]:
    if not recipes:
        return []
    sites = survey(recipes, atlas)
    points = np.array([(r.lat, r.lng) for r in recipes], np.float64)
    seeds = np.array([r.seed for r in recipes], np.int64)
    drawn: dict[str, list[Any]] = {}
    for name, family in FAMILIES.items():
        if name in without:
            drawn[name] = [family.NOTHING] * len(sites)
        else:
            rngs = streams(seeds, points, name)
            drawn[name] = [family.draw(site, rng) for site, rng in zip(sites, rngs, strict=True)]
    return [
        Scene(
            site.recipe, site.place, world_version=WORLD_VERSION, **{name: values[i] for name, values in drawn.items()}
        )
        for i, site in enumerate(sites)
    ]


def _read(recipes: pd.DataFrame) -> list[Recipe]:
    points = check_points(recipes[["lat", "lng"]].to_numpy(np.float64))
    months, hours = recipes["month"].to_numpy(), recipes["hour"].to_numpy(np.float64)
    if not (np.isin(months, np.arange(1, 13)).all() and ((hours >= 0.0) & (hours <= 24.0)).all()):
        raise ConfigError(
            "looked for months from 1 to 12 and hours from 0 to 24, found others; mend them and try again."
        )
    try:
        seeds = recipes["seed"].to_numpy(np.int64).tolist()
    except OverflowError as error:
        raise ConfigError("looked for seeds of at most 63 bits, found a larger one; take another.") from error
    steps = recipes["step_m"].tolist() if "step_m" in recipes else [0] * len(seeds)
    return [
        Recipe(float(p[0]), float(p[1]), int(m), float(h), s, _whole(step))
        for p, m, h, s, step in zip(points, months, hours, seeds, steps, strict=True)
    ]


def _whole(step: Any) -> Any:
    """30.0 as a table may hold it is 30; anything else is left for the recipe to refuse."""
    return int(step) if isinstance(step, float) and step.is_integer() else step


def _known(without: Collection[str]) -> frozenset[str]:
    if unknown := sorted(set(without) - set(FAMILIES)):
        raise ConfigError(f"no family of clues is called {', '.join(unknown)}; the families are {', '.join(FAMILIES)}.")
    return frozenset(without)


@lru_cache(maxsize=1)
def _atlas() -> Any:
    return Atlas.open()
