"""Scene -> the numbers that kernels read: light, sky, ground, road. Knows no objects."""

from math import cos, floor, log, radians, sin

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.layout.stage import Stage, linear
from world.scene import RGB

SURFACES = {"asphalt": 0.0, "concrete": 1.0, "gravel": 2.0, "dirt": 3.0}
LINES = {"none": 0.0, "dashed": 1.0, "solid": 2.0, "double": 3.0, "mixed": 4.0}
CROPS = {
    "none": 0, "pasture": 0, "wheat": 1, "maize": 2, "rice": 3, "rows": 4, "vineyard": 5, "rapeseed": 6,
    "sunflower": 7, "cotton": 8, "cane": 9, "tea": 10, "ploughed": 11, "stubble": 12,
}  # fmt: skip
STANDING = 0.3  # metres from which a crop is drawn as a body of its own
GIVE_WAY = {"none": 0.0, "dashes": 1.0, "teeth": 2.0, "bar": 3.0}
CLOUD_TALL = {"cumulus": 0.45, "towering": 0.95, "stratus": 0.1}
CLOUD_SIZE = {"cumulus": 1.55, "towering": 0.95, "stratus": 0.75}


def _ease(low: float, high: float, x: float) -> float:
    u = min(max((x - low) / (high - low), 0.0), 1.0)
    return u * u * (3.0 - 2.0 * u)


def _mix(a: RGB, b: RGB, w: float) -> RGB:
    return (a[0] + (b[0] - a[0]) * w, a[1] + (b[1] - a[1]) * w, a[2] + (b[2] - a[2]) * w)


def _scaled(a: RGB, k: float) -> RGB:
    return (a[0] * k, a[1] * k, a[2] * k)


def scene_numbers(stage: Stage) -> NDArray[np.float32]:
    """Every slot of `world.draw.slots`, float32 (NUMBERS,)."""
    P = [0.0] * n.NUMBERS  # a list is quicker to fill one by one than an array
    _light(stage, P)
    _ground(stage, P)
    _road(stage, P)
    return np.array(P, np.float32)


def _light(stage: Stage, P: list[float]) -> None:
    scene = stage.scene
    sky, camera, relief = scene.sky, scene.camera, scene.relief
    elevation = sky.sun_elevation_deg
    azimuth = radians(sky.sun_azimuth_deg - scene.road.heading_deg)
    up = sin(radians(elevation))
    flat = cos(radians(elevation))
    overcast = _ease(0.62, 0.97, sky.cloud_cover)
    day = 0.06 + 0.94 * _ease(-9.0, 7.0, elevation)
    low = 1.0 - _ease(0.0, 22.0, elevation)
    murk = min(max((sky.turbidity - 2.0) / 5.0, 0.0), 1.0)
    thin = min(max(scene.place.altitude_m / 5000.0, 0.0), 1.0)
    direct = _ease(-1.5, 9.0, elevation) * (1.0 - 0.93 * overcast) * (1.0 - 0.15 * murk)
    zenith = _mix(_mix((0.105, 0.245, 0.545), (0.29, 0.39, 0.52), 0.8 * murk), (0.055, 0.155, 0.45), 0.7 * thin)
    horizon = _mix((0.47, 0.635, 0.83), (0.66, 0.685, 0.67), 0.8 * murk)
    haze = _mix((0.66, 0.755, 0.85), (0.76, 0.74, 0.69), 0.85 * murk)
    warm = low * _ease(-8.0, 2.0, elevation) * (1.0 - overcast)
    zenith = _mix(zenith, (0.16, 0.20, 0.36), 0.45 * warm)
    horizon = _mix(horizon, (0.80, 0.58, 0.46), 0.40 * warm)
    haze = _mix(haze, (0.98, 0.66, 0.45), 0.5 * warm)
    grey: RGB = (0.62, 0.635, 0.655)
    zenith = _scaled(_mix(zenith, _scaled(grey, 1.05), 0.9 * overcast), day)
    horizon = _scaled(_mix(horizon, grey, 0.92 * overcast), day)
    haze = _scaled(_mix(haze, _scaled(grey, 1.06), 0.85 * overcast), day)
    sun = _mix((1.0, 0.935, 0.82), (1.0, 0.56, 0.28), low * 0.85)
    ambient = _mix((0.265, 0.305, 0.375), (0.34, 0.335, 0.315), 0.6 * murk)
    ambient = _scaled(_mix(ambient, (0.66, 0.67, 0.685), overcast), day)
    bounce = linear(scene.ground.soil_rgb) if scene.ground.snow < 0.4 else (0.8, 0.82, 0.86)
    ambient = (
        ambient[0] + 0.10 * bounce[0] * day,
        ambient[1] + 0.10 * bounce[1] * day,
        ambient[2] + 0.10 * bounce[2] * day,
    )
    cloud = _scaled(_mix((1.08, 1.07, 1.06), (0.80, 0.81, 0.83), overcast), day)
    cloud = _mix(cloud, _scaled((1.0, 0.72, 0.55), day), 0.65 * warm)
    dark = _mix((0.46, 0.495, 0.56), (0.42, 0.435, 0.465), overcast)
    dark = _scaled(_mix(dark, (0.42, 0.34, 0.36), 0.6 * warm), day)
    seeds = 100.0 * stage.draws("light", 25)  # one for each month and half of the day, and the relief's
    P[n.CAMERA_Z], P[n.WALK_X], P[n.WALK_Y] = stage.camera_z, stage.walk_x, stage.walk_y
    P[n.HEADING] = radians(scene.road.heading_deg)
    P[n.CURVE] = stage.curve
    P[n.ROAD_Y] = stage.road_y
    P[n.SUN_X], P[n.SUN_Y], P[n.SUN_Z] = flat * cos(azimuth), flat * sin(azimuth), max(up, 0.0) if up < 0.02 else up
    P[n.SUN_STRENGTH] = direct
    P[n.SHADOWS] = 1.0 if direct > 0.15 and elevation > 2.5 else 0.0
    P[n.NIGHT] = (1.0 - _ease(-7.0, -1.0, elevation)) * 0.9
    _write(P, n.SUN_RGB, sun)
    _write(P, n.AMBIENT_RGB, ambient)
    _write(P, n.ZENITH_RGB, zenith)
    _write(P, n.HORIZON_RGB, horizon)
    _write(P, n.HAZE_RGB, haze)
    _write(P, n.GLOW_RGB, _scaled(_mix((0.13, 0.12, 0.10), (0.95, 0.42, 0.13), warm), day * (1.0 - overcast)))
    P[n.AUREOLE] = (0.35 + 0.75 * murk) * day * (1.0 - overcast) * _ease(-4.0, 4.0, elevation)
    P[n.OVERCAST] = overcast
    P[n.CLOUD_COVER], P[n.CLOUD_SCALE] = sky.cloud_cover, sky.cloud_scale
    _write(P, n.CLOUD_RGB, cloud)
    _write(P, n.CLOUD_DARK_RGB, dark)
    P[n.CLOUD_SEED] = (seeds[scene.recipe.month - 1] + seeds[12 + int(scene.recipe.hour) % 12]) % 100.0
    P[n.CLOUD_TALL], P[n.CLOUD_SIZE] = CLOUD_TALL.get(sky.clouds, 0.45), CLOUD_SIZE.get(sky.clouds, 1.5)
    P[n.CIRRUS] = sky.cirrus
    P[n.VISIBILITY] = max(sky.visibility_km, 0.3)
    _write(P, n.ROCK_RGB, linear(relief.rock_rgb))
    _write(P, n.SLOPE_RGB, linear(relief.slope_rgb))
    P[n.ROUGHNESS], P[n.SNOW_LINE] = relief.roughness_m, relief.snow_line_m
    _write(P, n.SEA_RGB, _scaled(_mix(linear(scene.water.water_rgb), (0.10, 0.13, 0.15), 0.5 * overcast), day))
    P[n.ICE] = scene.water.ice
    P[n.RELIEF_SEED] = seeds[24]
    P[n.EXPOSURE] = camera.exposure * (1.0 if day > 0.5 else 1.0 + 1.2 * (0.5 - day))
    _write(P, n.TINT_RGB, camera.tint_rgb)
    P[n.SATURATION], P[n.VIGNETTE], P[n.SOFTNESS] = camera.saturation, camera.vignette, camera.blur


def _ground(stage: Stage, P: list[float]) -> None:
    scene = stage.scene
    ground, plants, town = scene.ground, scene.plants, scene.buildings
    soil, field, edge, tree, skyline = stage.draws("ground", 5)
    _write(P, n.SOIL_RGB, linear(ground.soil_rgb))
    _write(P, n.GRASS_RGB, linear(ground.grass_rgb))
    P[n.GRASS_COVER], P[n.SNOW], P[n.WETNESS] = ground.grass_cover, ground.snow, ground.wetness
    P[n.STONES], P[n.GROUND_SEED] = ground.stones, 100.0 * soil
    shown = {"bare": "ploughed", "sown": "rows", "stubble": "stubble"}.get(ground.crop_stage, ground.crop)
    shown = ground.crop if ground.crop in ("none", "pasture", "rice", "vineyard", "tea") else shown
    P[n.CROP_KIND] = CROPS.get(shown, 0) if ground.snow < 0.35 else 0
    tall = ground.crop_height_m if P[n.CROP_KIND] and ground.crop_height_m >= STANDING else 0.0
    P[n.CROP_HEIGHT] = min(tall, scene.camera.height_m - 0.5)
    P[n.CROP_STAGE] = ground.crop_closed
    _write(P, n.DRY_RGB, linear(ground.dry_rgb))
    P[n.LITTER], P[n.SCRUB] = ground.litter if ground.snow < 0.3 else 0.0, ground.scrub
    _write(P, n.LITTER_RGB, linear(ground.litter_rgb))
    P[n.FIELDS], P[n.FIELD_SEED], P[n.SNOW_BANK] = ground.patchwork, floor(9999.0 * field), ground.banks
    _write(P, n.FIELD_A_RGB, linear(ground.field_rgbs[0]))
    _write(P, n.FIELD_B_RGB, linear(ground.field_rgbs[1]))
    _write(P, n.CROP_RGB, linear(ground.crop_rgb))
    P[n.CROP_SIDE] = ground.crop_side
    P[n.CROP_EDGE] = stage.verge + 2.5 + 2.5 * edge
    P[n.TREELINE] = plants.treeline
    P[n.TREE_HEIGHT] = 11.0 * plants.height
    P[n.LEAF], P[n.AUTUMN], P[n.TREE_SEED] = plants.leaf, plants.autumn, floor(9999.0 * tree)
    _write(P, n.LEAF_RGB, linear(plants.leaf_rgb))
    _write(P, n.AUTUMN_RGB, linear(plants.autumn_rgb))
    _write(P, n.TRUNK_RGB, linear(plants.trunk_rgb))
    P[n.SKYLINE] = _ease(0.35, 0.95, town.density) * min(0.35 + log(max(town.storeys_mean, 1.0)) * 0.55, 1.3)
    P[n.SKYLINE_SEED] = floor(9999.0 * skyline)
    _write(P, n.WINDOW_RGB, linear(town.window_rgb))


def _road(stage: Stage, P: list[float]) -> None:
    road = stage.scene.road
    P[n.ROAD_SURFACE] = SURFACES.get(road.surface, 0.0)
    _write(P, n.ROAD_RGB, linear(road.rgb))
    P[n.ROAD_HALF], P[n.SHOULDER], P[n.SIDEWALK] = stage.half, road.shoulder_m, road.sidewalk_m
    _write(P, n.SHOULDER_RGB, linear(road.shoulder_rgb))
    P[n.KERB] = 1.0 if road.kerb else 0.0
    _write(P, n.SIDEWALK_RGB, linear(road.sidewalk_rgb))
    P[n.CENTRE_LINE], P[n.EDGE_LINE] = LINES.get(road.centre_line, 0.0), LINES.get(road.edge_line, 0.0)
    _write(P, n.CENTRE_RGB, linear(road.centre_rgb))
    _write(P, n.EDGE_RGB, linear(road.edge_rgb))
    P[n.DASH], P[n.GAP] = max(road.dash_m, 0.3), max(road.gap_m, 0.3)
    P[n.CROSS_AT] = stage.cross
    P[n.SIDE_HALF], P[n.SIDE_ARM] = 0.5 * min(road.side_width_m, road.width_m), road.side_arm
    P[n.SIDE_SURFACE] = SURFACES.get(road.side_surface, 0.0)
    P[n.GIVE_WAY], P[n.ZEBRA] = GIVE_WAY.get(road.give_way, 0.0), 1.0 if road.zebra else 0.0
    P[n.CYCLE], P[n.REPAIRS], P[n.WEAR] = road.cycle_lane_m, road.repairs, road.paint_wear
    P[n.MANHOLES], P[n.TRAM] = (1.0 if road.manholes else 0.0), (1.0 if road.tram else 0.0)
    P[n.DRIVE] = stage.drive
    for at, rgb in (
        (n.SIDE_RGB, road.side_rgb), (n.KERB_RGB, road.kerb_rgb), (n.KERB_OTHER_RGB, road.kerb_other_rgb),
        (n.CYCLE_RGB, road.cycle_rgb), (n.ZEBRA_RGB, road.zebra_rgb),
    ):  # fmt: skip
        _write(P, at, linear(rgb))


def _write(P: list[float], at: int, rgb: RGB) -> None:
    P[at : at + 3] = rgb
