"""Houses along the road, row behind row. Knows no pixels."""

from math import pi

import numpy as np

import world.raycast_names as n
from world.layout_things import Stage, linear, stream
from world.scene import RGB

STYLES = {"small": 0.0, "wide": 1.0, "tall": 2.0, "shutter": 3.0}
DOORS: tuple[RGB, ...] = (
    (0.30, 0.20, 0.13),
    (0.16, 0.25, 0.38),
    (0.45, 0.12, 0.12),
    (0.15, 0.30, 0.20),
    (0.85, 0.85, 0.82),
)
FASCIAS: tuple[RGB, ...] = (
    (0.75, 0.13, 0.13),
    (0.10, 0.30, 0.62),
    (0.10, 0.45, 0.25),
    (0.90, 0.62, 0.10),
    (0.25, 0.12, 0.30),
    (0.95, 0.40, 0.10),
)
SHOP_WORDS = ("market", "bar", "hotel", "mobil", "auto", "foto")


def place_houses(stage: Stage) -> None:
    """Fill the lots on both sides with the scene's density, storeys, roofs and colours."""
    scene = stage.scene
    town = scene.buildings
    if town.density <= 0.0 or not town.wall_palette:
        return
    rng = stream(scene.recipe, "houses")
    closed = town.density > 0.72
    lot = 11.5 if closed else 15.0 + 17.0 * (1.0 - town.density)
    back = stage.verge + max(town.setback_m, 0.6)
    sea = scene.relief.sea
    placed = 0
    for row in range(2 if closed else 3):
        for side in (1, -1):
            x = -95.0 + float(rng.uniform(0.0, lot))
            while x < 110.0:
                width = lot * (0.5 if closed else float(rng.uniform(0.24, 0.36)))
                draws = rng.random(12)
                step = lot * (1.0 if closed else float(rng.uniform(0.8, 1.35)))
                lateral_gap = 0.0 if closed else 9.0 * draws[0]
                chance = town.density ** (0.75 if row == 0 else 1.0) * (1.05 if closed else 1.0)
                if row == 0 and not closed and abs(x) < 40.0:
                    chance = max(chance, min(2.5 * town.density, 0.75))
                if draws[1] < chance and placed < 70:
                    _house(
                        stage,
                        rng,
                        x,
                        side,
                        row,
                        back + lateral_gap + row * (20.0 if closed else 24.0),
                        width,
                        draws,
                        closed,
                        sea,
                    )
                    placed += 1
                x += step


def _house(
    stage: Stage, rng: np.random.Generator, x: float, side: int, row: int, lateral: float, half_x: float,
    draws: np.ndarray, closed: bool, sea: np.ndarray,
) -> None:  # fmt: skip
    scene = stage.scene
    town = scene.buildings
    spread = max(town.storeys_mean - 1.0, 0.0)
    storeys = int(
        np.clip(round(town.storeys_mean + (draws[2] - 0.5) * 2.0 * (0.4 + 0.5 * spread)), 1, max(town.storeys_max, 1))
    )
    if draws[3] < 0.06 and town.storeys_max > storeys + 2:
        storeys = int(rng.integers(storeys, town.storeys_max + 1))
    half_y = (5.5 if closed else 3.4 + 1.6 * draws[4]) + 0.25 * min(storeys, 6)
    storey = 2.9 + 0.3 * draws[5]
    height = storeys * storey + 0.25
    roof = {"flat": 0.0, "gable": 1.0, "hip": 2.0}.get(town.roof, 1.0) if draws[6] < town.roof_share else 0.0
    if storeys > 5:
        roof = 0.0
    rise = town.roof_steepness * half_y if roof else 0.0
    centre = side * (lateral + half_y + 0.45)
    y = stage.y_at(x, centre)
    if abs(x - stage.cross) < stage.half + half_x + 1.0:
        return
    azimuth = scene.road.heading_deg + float(np.degrees(np.arctan2(y, x)))
    if sea[int(azimuth % 360.0 / 360.0 * len(sea)) % len(sea)] > 0.4 and np.hypot(x, y) > 28.0:
        return
    yaw = stage.yaw_at(x) + (0.0 if closed else (draws[7] - 0.5) * 0.35)
    if not closed and draws[8] < 0.35:  # the gable looks at the road
        yaw += pi / 2 * side
    wall = town.wall_palette[int(draws[9] * len(town.wall_palette)) % len(town.wall_palette)]
    tiles = (
        town.roof_palette[int(draws[10] * len(town.roof_palette)) % len(town.roof_palette)]
        if town.roof_palette
        else wall
    )
    shop = (closed and draws[11] < town.shops) or draws[11] < 0.6 * town.shops
    words = 0
    if shop:
        words = stage.text(_shop_words(scene.signs.script, scene.signs.text, rng), scene.signs.script)
    red = wall[0] > 1.35 * wall[2] and wall[0] < 0.75 and scene.place.temperature_c < 19.0
    boards = scene.place.temperature_c < 8.0 and not red and draws[0] < 0.7
    metal = scene.place.wealth < 0.35 or scene.place.country in ("IS", "NO", "AU", "NZ", "CL")
    stage.put(
        n.HOUSE, x, y, yaw=yaw, length=half_x, width=half_y, height=height, rise=rise, a=linear(wall), b=linear(tiles),
        c=linear(DOORS[int(draws[4] * len(DOORS)) % len(DOORS)]), d=linear(FASCIAS[int(draws[8] * 6.0) % 6]),
        extra=(
            roof, rise, float(int(draws[3] * 999)), 1.0 if red else (2.0 if boards else 0.0), storey,
            STYLES.get(town.window_style, 0.0), 1.0 if shop else 0.0, float(words), 1.0 if metal else 0.0,
        ),
    )  # fmt: skip
    stage.footprints.append((x, y, max(half_x, half_y) + 1.0))


def _shop_words(script: str, town: str, rng: np.random.Generator) -> str:
    if script == "latin":
        return SHOP_WORDS[int(rng.integers(len(SHOP_WORDS)))].upper()
    letters = [c for c in town if not c.isspace()] or ["a"]
    return "".join(letters[int(i)] for i in rng.integers(0, len(letters), 5))
