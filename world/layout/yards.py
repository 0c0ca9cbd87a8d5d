"""What stands on and before the houses near the camera: chimneys, tanks, heaters, starter bars, stilts, paths."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.layout.stage import Stage, linear

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
BRICK, STEEL, SOLAR, TIMBER = (
    np.array(linear(rgb)) for rgb in ((0.50, 0.33, 0.27), (0.36, 0.25, 0.19), (0.10, 0.12, 0.18), (0.35, 0.28, 0.21))
)
PATH_M = 0.15  # by how much the ground under a path may rise or fall: it is one level slab
TANKS = tuple(linear(rgb) for rgb in ((0.09, 0.09, 0.10), (0.10, 0.10, 0.11), (0.80, 0.80, 0.78)))


@dataclass(frozen=True)
class Houses:
    """The houses near the camera, as arrays of n."""

    u: Floats  # (n, k) random numbers
    x: Floats
    y: Floats
    yaw: Floats
    length: Floats  # half
    width: Floats  # half
    height: Floats
    rise: Floats
    form: Floats  # of the roof: 0 flat
    stilts: Floats  # metres under the floor
    side: Floats  # 1 right of the road, -1 left
    row: NDArray[np.int64]
    closed: bool  # a street wall to wall

    def at(self, mask: Mask, along: Floats, across: Floats) -> tuple[Floats, Floats]:
        """Road coordinates of points in the houses' own axes, of those in `mask`."""
        c, s = np.cos(self.yaw[mask]), np.sin(self.yaw[mask])
        x = self.x[mask] + c * along[mask] - s * across[mask]
        return x, self.y[mask] + s * along[mask] + c * across[mask]


def place_yards(stage: Stage, traits: dict[str, float], h: Houses) -> None:
    """Blocks, posts and round things of the houses `h`, each kind in one go."""
    u = h.u
    flat = h.form < 0.5
    small = h.height < 14.0

    blocks: list[tuple[Floats, ...]] = []  # x, y, yaw, length, width, height, base, rgb (n, 3)

    def block(
        mask: Mask,
        along: Floats,
        across: Floats,
        length: Any,
        width: Any,
        height: Any,
        base: Any,
        rgb: Floats,
    ) -> None:
        k = int(mask.sum())
        if not k:
            return
        bx, by = h.at(mask, along, across)
        full = [np.broadcast_to(np.asarray(v, np.float64), h.x.shape)[mask] for v in (length, width, height, base)]
        blocks.append((bx, by, h.yaw[mask], *full, np.broadcast_to(rgb, (k, 3)) if rgb.ndim == 1 else rgb[mask]))

    chimney = (h.form > 0.5) & (u[:, 20] < traits.get("chimney", 0.0)) & (h.row == 0)
    spot = h.length * np.where(u[:, 3] < 0.5, 0.62, -0.62)
    block(chimney, spot, np.zeros_like(spot), 0.42, 0.34, 1.5, h.height + h.rise - 0.7, BRICK)
    heater = flat & (u[:, 24] < traits.get("solar", 0.0)) & small
    block(heater, h.length * (u[:, 3] - 0.5), h.width * 0.5 * (u[:, 4] - 0.5), 0.7, 0.85, 0.95, h.height, SOLAR)
    # a path or a drive from the door to the road
    yard = (h.row == 0) & (not h.closed) & (h.stilts == 0.0)
    edge = np.abs(h.y - stage.road_y - stage.curve * h.x * h.x) - np.maximum(h.width, h.length)
    gap = np.maximum(edge - stage.verge, 0.0)
    yard &= (gap > 0.8) & (gap < 16.0) & (stage.scene.ground.snow < 0.4)
    if yard.any():  # a level slab: none where the ground is not
        ends = [
            stage.road_y + h.side * (stage.verge + part * gap) + stage.curve * h.x * h.x for part in (0.0, 0.5, 1.0)
        ]
        z = stage.ground_z(np.tile(h.x, 3), np.concatenate(ends)).reshape(3, -1)
        yard &= np.ptp(z, axis=0) < PATH_M
    if yard.any():
        k = yard
        px = h.x[k]
        py = stage.road_y + h.side[k] * (stage.verge + 0.5 * gap[k] + 0.4) + stage.curve * px * px
        wide = np.where(u[k, 5] < 0.4 * stage.scene.place.wealth, 1.5, 0.6)
        rgb = np.array(linear((0.55, 0.53, 0.49))) * (0.6 + 0.5 * stage.scene.place.wealth)
        yaw = np.arctan(2.0 * stage.curve * px)
        blocks.append((px, py, yaw, wide, 0.5 * gap[k] + 0.4, np.full_like(px, 0.035), np.zeros_like(px),
                       np.broadcast_to(rgb, (len(px), 3))))  # fmt: skip
    if blocks:
        bx, by, yaw, length, width, height, base, rgb = (np.concatenate(part) for part in zip(*blocks, strict=True))
        stage.put_many(
            n.BLOCK,
            bx,
            by,
            yaw=yaw,
            length=length,
            width=width,
            height=height,
            base=base,
            a=rgb,
            b=rgb,
            c=rgb,
            extra=n.BlockExtra(),
            seen_as=n.BUILDINGS,
        )
    _posts(stage, traits, h, flat & small)
    tank = (u[:, 22] < traits.get("tank", 0.0)) & small & (flat | (u[:, 3] < 0.3))
    if tank.any():
        tx, ty = h.at(tank, h.length * 0.5 * (u[:, 6] - 0.5), h.width * 0.6 * (u[:, 7] - 0.5))
        radius = 0.5 + 0.15 * u[tank, 8]
        poor = stage.scene.place.wealth < 0.5
        paint = TANKS[0 if traits.get("black", 0.0) > 0.6 else 1 if poor else 2]
        stage.put_many(
            n.HUT,
            tx,
            ty,
            length=0.7 * radius,
            width=0.7 * radius,
            height=1.2,
            base=h.height[tank] + h.rise[tank] * 0.8,
            rise=0.35,
            a=paint,
            b=paint,
            c=paint,
            extra=n.HutExtra(form=2.0, rise=0.35, wall=3.0, radius=radius, rim=radius, door_x=-10.0),
        )


def _posts(stage: Stage, traits: dict[str, float], h: Houses, low: Mask) -> None:
    """Starter bars at the corners of unfinished `low` roofs, and stilts below houses."""
    bars = low & (h.u[:, 21] < traits.get("rebar", 0.0)) & (h.row == 0)
    stilts = h.stilts > 0.0
    if not (bars.any() or stilts.any()):
        return
    xs, ys, tall, base, wide, rgb = [], [], [], [], [], []
    floor = np.zeros_like(h.x)
    kinds = ((bars, STEEL, 0.7 + 0.5 * h.u[:, 9], h.height, 0.05), (stilts, TIMBER, h.stilts + 0.1, floor, 0.13))
    for sx, sy in ((0.92, 0.92), (0.92, -0.92), (-0.92, 0.92), (-0.92, -0.92), (0.0, 0.92), (0.0, -0.92)):
        for mask, colour, height, foot, radius in kinds:
            if mask.any():
                px, py = h.at(mask, h.length * sx, h.width * sy)
                xs.append(px)
                ys.append(py)
                tall.append(height[mask])
                base.append(foot[mask])
                wide.append(np.full(len(px), radius))
                rgb.append(np.broadcast_to(colour, (len(px), 3)))
    colours = np.concatenate(rgb)
    stage.put_many(
        n.POST,
        np.concatenate(xs),
        np.concatenate(ys),
        width=np.concatenate(wide),
        height=np.concatenate(tall),
        base=np.concatenate(base),
        a=colours,
        b=colours,
        c=colours,
        extra=n.PostExtra(),
        seen_as=n.BUILDINGS,
    )
