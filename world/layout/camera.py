"""What is seen of the car that carries the camera: snorkel, roof rack, luggage, bonnet. Knows no pixels.

It goes along with the camera, and turns with the road.
"""

from math import cos, sin

import world.draw.slots as n
from world.layout.stage import Stage

BLACK, TAPE, STEEL, CANVAS = (0.012, 0.012, 0.013), (0.02, 0.02, 0.021), (0.30, 0.31, 0.32), (0.10, 0.085, 0.045)
BARE_POST, BARE_BLOCK = n.PostExtra(9.0, 9.0, cap_from=9.0), n.BlockExtra(9.0, 9.0, cap_from=9.0)  # no band, no cap


def place_carrier(stage: Stage) -> None:
    """Put it where it stands on the real cars: everything within two metres of the camera."""
    carrier = stage.scene.camera.carrier
    if carrier == "snorkel":  # on the side away from the driver
        x, y = _at(stage, 1.25, -0.78 * stage.drive)
        stage.put(
            n.POST, x, y, width=0.042, height=1.3, base=0.9, a=BLACK, b=BLACK, c=BLACK,
            extra=BARE_POST, seen_as=n.VEHICLES,
        )  # fmt: skip
    elif carrier == "bonnet":
        _block(stage, 2.25, 0.0, 0.75, 0.78, 0.95, 0.1, BLACK)
    elif carrier in ("rack", "tape"):
        rgb = STEEL if carrier == "rack" else TAPE
        for x in (-1.05, 0.95):
            _block(stage, x, 0.0, 0.035, 0.66, 1.74, 0.06, rgb)
        for y in (-0.66, 0.66):
            _block(stage, -0.05, y, 1.05, 0.03, 1.74, 0.06, rgb)
        if carrier == "rack":  # a tent and what else a week in the steppe needs
            _block(stage, -1.5, 0.1, 0.35, 0.5, 1.78, 0.2, CANVAS)


def _block(
    stage: Stage, x: float, y: float, length: float, width: float, base: float, height: float,
    rgb: tuple[float, float, float],
) -> None:  # fmt: skip
    x, y = _at(stage, x, y)
    stage.put(
        n.BLOCK, x, y, yaw=stage.yaw_at(stage.walk_x), length=length, width=width, height=height, base=base,
        a=rgb, b=rgb, c=rgb, extra=BARE_BLOCK,
        seen_as=n.VEHICLES,
    )  # fmt: skip


def _at(stage: Stage, ahead: float, right: float) -> tuple[float, float]:
    """Road coordinates of a point of the car."""
    yaw = stage.yaw_at(stage.walk_x)
    c, s = cos(yaw), sin(yaw)
    return stage.walk_x + ahead * c - right * s, stage.walk_y + ahead * s + right * c
