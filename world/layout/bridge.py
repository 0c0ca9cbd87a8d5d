"""The bridge over the river: parapets or railings on both sides, their end posts. Knows no pixels."""

import numpy as np

import world.draw.slots as n
from world.layout.stage import Stage, linear
from world.scene import RGB

PARAPETS: dict[str, tuple[int, float, RGB]] = {  # strip, height, colour
    "concrete": (n.WALL, 0.85, (0.66, 0.65, 0.62)),
    "stone": (n.STONE_WALL, 0.95, (0.52, 0.48, 0.43)),
    "steel": (n.RAILING, 1.10, (0.50, 0.53, 0.55)),
    "wood": (n.FENCE_WOOD, 1.10, (0.42, 0.33, 0.25)),
}
OVERHANG_M = 4.0  # parapets reach this far beyond the water's edge


def place_bridge(stage: Stage) -> None:
    """Parapets along the deck, with a block at each of their four ends."""
    land = stage.land
    kind = stage.scene.water.bridge
    if land[n.RIVER_HALF] <= 0.0 or kind not in PARAPETS:
        return
    strip, height, rgb = PARAPETS[kind]
    reach = float(land[n.RIVER_HALF]) + float(-land[n.WATER_Z]) + OVERHANG_M
    low, high = float(land[n.RIVER_AT]) - reach, float(land[n.RIVER_AT]) + reach
    lateral = stage.verge + 0.35
    tone = linear(rgb)
    for side in (1, -1):
        stage.strip(strip, side * lateral, height, tone, low, high)
        x = np.array([low, high])
        thick = 0.10 if kind in ("steel", "wood") else 0.22
        stage.put_many(
            n.BLOCK, x, stage.y_at(x, side * lateral), yaw=np.arctan(2.0 * stage.curve * x), length=thick, width=thick,
            height=height + 0.15, a=tone, b=tone, c=linear((0.75, 0.74, 0.70)), extra=n.BlockExtra(cap_from=height),
        )  # fmt: skip
