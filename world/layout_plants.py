"""Trees, bushes and tufts near the road, and the kinds of the distant forest edge. Knows no pixels."""

import numpy as np
from numpy.typing import NDArray

import world.raycast_names as n
from world.layout_things import Stage, linear, stream
from world.scene import RGB
from world.sprites import EVERGREEN_TINTS, LOW, SHAPES, sprite_row


def _leaf_colour(stage: Stage, kind: str, tone: float, turned: float) -> RGB:
    plants = stage.scene.plants
    base = np.array(plants.leaf_rgb)
    tint = EVERGREEN_TINTS.get(kind)
    if tint is not None:
        base = 0.35 * base + 0.65 * np.array(tint)
    elif SHAPES[kind].deciduous:
        base = base + (np.array(plants.autumn_rgb) - base) * turned
    r, g, b = (base * (0.92 + 0.28 * tone)).tolist()
    return linear((min(r, 1.0), min(g, 1.0), min(b, 1.0)))


def place_plants(stage: Stage) -> None:
    """Trees with the scene's density, bushes with its undergrowth, tufts of grass by the verge."""
    scene = stage.scene
    plants, ground = scene.plants, scene.ground
    rng = stream(scene.recipe, "plants")
    kinds = [(kind, share) for kind, share in plants.kinds if kind in SHAPES and share > 0.0]
    trees = [(kind, share) for kind, share in kinds if kind not in LOW]
    bushes = [(kind, share) for kind, share in kinds if kind in LOW] or [("bush", 1.0)]
    draws = rng.random((150, 9))
    count = 0 if plants.density < 0.01 or not trees else int(4 + 106 * plants.density**1.1)
    _scatter(stage, trees, draws[:count], stage.verge + 2.6, 62.0, 95.0, 1.0)
    draws = rng.random((60, 9))
    _scatter(stage, bushes, draws[: int(38 * plants.undergrowth)], stage.verge + 0.9, 26.0, 42.0, 0.9)
    draws = rng.random((40, 9))
    if ground.snow < 0.5 and ground.grass_cover > 0.12:
        _scatter(
            stage, [("grass", 1.0)], draws[: int(26 * min(ground.grass_cover, 1.0))], stage.verge + 0.3, 9.0, 18.0, 1.0
        )


def _scatter(
    stage: Stage,
    kinds: list[tuple[str, float]],
    draws: NDArray[np.float64],
    near: float,
    wide: float,
    long: float,
    size: float,
) -> None:
    if not len(draws):
        return
    scene = stage.scene
    plants = scene.plants
    edges = np.cumsum([share for _, share in kinds])
    picks = np.minimum(np.searchsorted(edges, draws[:, 0] * edges[-1]), len(kinds) - 1)
    x = (draws[:, 1] * 2.0 - 1.0) * long * (0.35 + 0.65 * draws[:, 2])
    lateral = near + (wide - near) * draws[:, 3] ** 1.7
    lateral = np.where(draws[:, 4] < 0.5, lateral, -lateral)
    y = stage.road_y + lateral + stage.curve * x * x
    keep = np.hypot(x, y) > 4.2
    keep &= np.abs(x - stage.cross) > stage.half + 1.5
    if stage.footprints:
        spots = np.array(stage.footprints)
        gap = np.hypot(x[:, None] - spots[None, :, 0], y[:, None] - spots[None, :, 1]) - spots[None, :, 2]
        keep &= gap.min(axis=1) > 0.3
    if scene.ground.crop not in ("none", "pasture") and scene.ground.snow < 0.35:
        field = np.abs(lateral) > stage.verge + 5.0
        if scene.ground.crop_side:
            field &= lateral * scene.ground.crop_side > 0.0
        keep &= ~field | (draws[:, 5] < 0.22)
    heading = np.radians(scene.road.heading_deg)
    sea = scene.relief.sea
    turn = (np.arctan2(y, x) + heading) / (2.0 * np.pi) % 1.0
    keep &= (sea[(turn * len(sea)).astype(int) % len(sea)] < 0.4) | (np.hypot(x, y) < 30.0)
    trunk = linear(plants.trunk_rgb)
    for k in np.flatnonzero(keep):
        kind = kinds[int(picks[k])][0]
        shape = SHAPES[kind]
        bare = shape.deciduous and draws[k, 6] > plants.leaf
        tall = shape.height_m * (0.65 + 0.7 * float(draws[k, 7])) * size * (plants.height if kind not in LOW else 1.0)
        turned = min(max(plants.autumn * (0.6 + 0.8 * float(draws[k, 8])), 0.0), 1.0)
        if kind == "grass":
            grass = scene.ground.grass_rgb
            leaf = linear((grass[0] * 0.95, grass[1] * 1.02, grass[2] * 0.9))
        else:
            leaf = _leaf_colour(stage, kind, float(draws[k, 8]), turned)
        bark = linear(shape.bark) if shape.bark else trunk
        stage.put(
            n.PLANT, float(x[k]), float(y[k]), width=0.5 * tall, height=tall, a=leaf, b=bark,
            extra=(sprite_row(kind, int(draws[k, 2] * 97) % 2, bare), 0.0 if kind == "grass" else 1.0),
            flip=1.0 if draws[k, 5] < 0.5 else -1.0,
        )  # fmt: skip


def far_shares(stage: Stage) -> NDArray[np.float32]:
    """Kinds of the forest edge (k, 5): cumulative share, sprite, deciduous, width / height, relative height."""
    plants = stage.scene.plants
    trees = [(kind, share) for kind, share in plants.kinds if kind in SHAPES and kind not in LOW] or [("oak", 1.0)]
    total = sum(share for _, share in trees)
    rows = []
    reached = 0.0
    for kind, share in trees:
        shape = SHAPES[kind]
        relative = min(shape.height_m / 11.0, 1.6)
        bare_share = (1.0 - plants.leaf) if shape.deciduous else 0.0
        for variant, part in ((0, 0.5), (1, 0.5)):
            bare = bare_share > 0.5
            reached += share / total * part
            rows.append((reached, sprite_row(kind, variant, bare), float(shape.deciduous), 1.0, relative))
    return np.array(rows, dtype=np.float32)
