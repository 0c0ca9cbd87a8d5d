"""Rows of the object and strip tables, and the random streams that place them. Knows road coordinates, no pixels.

A stream belongs to a place and a family of clues, not to a date: two months of one place share houses and trees, and
one family can change alone.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import cos, pi, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.draw.noise import LATTICE
from world.layout.land import flat_land, heights
from world.scene import RGB, Recipe, Scene

BLACK: RGB = (0.0, 0.0, 0.0)
WHITE: RGB = (0.95, 0.95, 0.95)
CORNERS = np.array([(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)])
Numbers = float | Sequence[float] | NDArray[Any]
UPRIGHT = (n.POST, n.BOARD, n.FIGURE)  # as wide as they are; others have a length too
CLASS_OF = {
    n.PLANT: n.PLANTS, n.HOUSE: n.BUILDINGS, n.HUT: n.BUILDINGS, n.CAR: n.VEHICLES, n.POST: n.FURNITURE,
    n.BLOCK: n.FURNITURE, n.POLE: n.FURNITURE, n.BOARD: n.SIGNS, n.FIGURE: n.LIFE,
}  # fmt: skip


def stream(recipe: Recipe, family: str) -> np.random.Generator:
    """Random numbers of one family of clues at one place."""
    place = np.array([recipe.lat, recipe.lng], dtype=np.float64).view(np.uint32)
    key = np.array([recipe.seed & 0xFFFFFFFF, zlib.crc32(family.encode()), *place], dtype=np.uint32)
    return np.random.Generator(np.random.PCG64(key))


def linear(rgb: Sequence[float], factor: float = 1.0) -> RGB:
    """A colour of the screen as light; the screen's curve is taken as a square."""
    return (factor * rgb[0] * rgb[0], factor * rgb[1] * rgb[1], factor * rgb[2] * rgb[2])


@dataclass
class Stage:
    """The tables while they are being filled, and the measures of the road that every family places things by."""

    scene: Scene
    curve: float  # y = road_y + lateral + curve · x²
    road_y: float
    singles: list[list[float]] = field(default_factory=list)  # each (COLUMNS,), measured in `tables`
    blocks: list[NDArray[np.float32]] = field(default_factory=list)  # each (n, COLUMNS), likewise
    strips: list[NDArray[np.float64]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    footprints: list[tuple[float, float, float]] = field(default_factory=list)  # x, y, radius kept free of plants
    land: NDArray[np.float32] = field(default_factory=flat_land)  # (NUMBERS,) the slots of terrain and water
    rings: NDArray[np.float32] = field(default_factory=lambda: np.zeros((n.RING_ROWS, n.RING_STEPS), np.float32))
    noise: NDArray[np.float32] = field(default_factory=lambda: np.zeros((LATTICE, LATTICE), np.float32))

    @property
    def half(self) -> float:
        """Half the carriageway."""
        return 0.5 * self.scene.road.width_m

    @property
    def verge(self) -> float:
        """Metres from the road's middle to where the verge begins."""
        return self.half + self.scene.road.shoulder_m + self.scene.road.sidewalk_m

    @property
    def drive(self) -> int:
        """+1 where traffic keeps right, -1 where it keeps left."""
        return 1 if self.scene.road.driving_side == "right" else -1

    @property
    def cross(self) -> float:
        """Where along the road the cross street lies; far away when there is none."""
        at = self.scene.road.cross_street_m
        return float(at) if np.isfinite(at) and at < 200.0 else 1e6

    def y_at(self, x: Any, lateral: float) -> Any:
        """Road coordinates of a point `lateral` metres to the right of the road's middle."""
        return self.road_y + lateral + self.curve * x * x

    def yaw_at(self, x: float) -> float:
        """Direction of the road at x, as an angle from its heading."""
        return float(np.arctan(2.0 * self.curve * x))

    def text(self, words: str, script: str) -> int:
        """The row of the lettering that shows `words`."""
        self.texts.append((words, script))
        return len(self.texts) - 1

    def ground_z(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Height of the ground in metres at road coordinates x, y (n,); 0 under the camera."""
        return heights(self.land, self.rings, self.noise, x, y)

    def put(
        self,
        kind: int,
        x: float,
        y: float,
        *,
        yaw: float = 0.0,
        length: float = 0.0,
        width: float = 0.0,
        height: float = 1.0,
        base: float = 0.0,
        rise: float = 0.0,
        a: RGB = BLACK,
        b: RGB = BLACK,
        c: RGB = BLACK,
        d: RGB = BLACK,
        extra: Sequence[Any] = (),
        flip: float | None = None,
        seen_as: int | None = None,
    ) -> None:
        """Add one object; lengths and widths are halves, heights whole, `base` above the ground. Colours are light."""
        turned = (cos(yaw), sin(yaw)) if flip is None else (flip, 0.0)
        row = [kind, x, y, *turned, length, width, height, 0.0, 0.0, 0.0, 0.0, *a, *b, *c, *d, *extra]
        row += [0.0] * (n.CLASS - len(row))
        row += [CLASS_OF[kind] if seen_as is None else seen_as, rise, base, 0.0]
        self.singles.append(row)

    def put_many(
        self,
        kind: int,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        *,
        yaw: Numbers = 0.0,
        length: Numbers = 0.0,
        width: Numbers = 0.0,
        height: Numbers = 1.0,
        base: Numbers = 0.0,
        rise: Numbers = 0.0,
        a: Numbers = BLACK,
        b: Numbers = BLACK,
        c: Numbers = BLACK,
        d: Numbers = BLACK,
        extra: Sequence[n.Number] | NDArray[Any] = (),
        flip: Numbers | None = None,
        seen_as: Numbers | None = None,
    ) -> None:
        """Add n objects of one kind at x, y (n,).

        Measures are numbers or (n,), colours (3,) or (n, 3), `extra` one of the kinds in slots or (n, k).
        `flip` (1 or -1) takes the place of the direction for pictures that always face the camera.
        """
        if not len(x):
            return
        rows = np.zeros((len(x), n.COLUMNS), dtype=np.float32)
        rows[:, n.KIND] = kind
        rows[:, n.X], rows[:, n.Y] = x, y
        rows[:, n.COS], rows[:, n.SIN] = (np.cos(yaw), np.sin(yaw)) if flip is None else (flip, 0.0)
        rows[:, n.LENGTH], rows[:, n.WIDTH], rows[:, n.HEIGHT], rows[:, n.STAND] = length, width, height, base
        for at, colour in ((n.RGB_A, a), (n.RGB_B, b), (n.RGB_C, c), (n.RGB_D, d)):
            rows[:, at : at + 3] = colour
        if isinstance(extra, np.ndarray):
            rows[:, n.EXTRA : n.EXTRA + extra.shape[1]] = extra
        else:
            for at, column in enumerate(extra, n.EXTRA):
                rows[:, at] = column
        rows[:, n.CLASS] = CLASS_OF[kind] if seen_as is None else seen_as
        rows[:, n.SPREAD] = rise  # waits where `_measure` will put the spread
        self.blocks.append(rows)

    def strip(
        self,
        kind: int,
        lateral: float,
        height: float,
        rgb: RGB,
        low: float,
        high: float,
        a: float = 0.0,
        b: float = 0.0,
        look: float = 0.0,
    ) -> None:
        """Add a sheet along the road from x = low to high, `lateral` metres from its middle.

        `a` and `b` are what its kind makes of them: span and phase of wires, distance and phase of gates; `look` its
        variant.
        """
        x = np.linspace(low, high, n.STRIP_STEPS + 1)
        ground = self.ground_z(x, self.y_at(x, lateral))
        if kind == n.WIRE:  # from pole to pole
            poles = np.arange(np.floor((low - b) / a), np.ceil((high - b) / a) + 1.0) * a + b
            feet = self.ground_z(poles, self.y_at(poles, lateral))
            ground = np.interp(x, poles, np.maximum(feet, self.land[n.WATER_Z]))
        else:  # and none in the water
            ground = np.where(ground > self.land[n.WATER_Z], ground, -1e4)
        row = [float(kind), self.road_y + lateral, height, *rgb, low, high, 0.0, a, b, look]
        self.strips.append(np.concatenate([row, ground]))

    def tables(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Objects sorted by distance (n, COLUMNS) and strips (m, STRIP_COLUMNS)."""
        objects = np.concatenate([np.array(self.singles, np.float32).reshape(-1, n.COLUMNS), *self.blocks])
        objects = objects[self._measure(objects)]
        objects = np.ascontiguousarray(objects[np.argsort(objects[:, n.NEAR], kind="stable")])
        strips = np.array(self.strips, dtype=np.float32).reshape(-1, n.STRIP_COLUMNS)
        return objects, strips

    def _measure(self, rows: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Fill in, for all objects at once, where they stand and what of the view they may take; (n,): not in water."""
        kind, (x, y, cosine, sine) = rows[:, n.KIND], rows[:, n.X : n.SIN + 1].T.astype(np.float64)
        length, width = rows[:, n.LENGTH], rows[:, n.WIDTH]
        distance = np.hypot(x, y)
        radius = np.where(np.isin(kind, UPRIGHT), width, np.hypot(length, width) + 0.6 * (kind == n.HOUSE))
        thick = np.where((kind == n.PLANT) | (kind == n.FIGURE), 0.3 * radius, radius)  # pictures face the camera
        near = np.maximum(distance - thick, 0.05)
        with np.errstate(divide="ignore"):
            spread = np.arcsin(np.minimum(radius / distance, 1.0)) + 0.01
        ground = self.ground_z(x, y)
        lowest = ground.copy()
        house, car = np.flatnonzero(kind == n.HOUSE), np.flatnonzero(kind == n.CAR)
        if len(house):  # the walls go down to the lowest corner
            along, across = CORNERS[:, :1] * length[house], CORNERS[:, 1:] * width[house]  # (4, h)
            corner_x = x[house] + along * cosine[house] - across * sine[house]
            corner_y = y[house] + along * sine[house] + across * cosine[house]
            corners = self.ground_z(corner_x.ravel(), corner_y.ravel()).reshape(4, -1)
            lowest[house] = np.minimum(ground[house], corners.min(axis=0))
        if len(car):
            rows[car, n.PITCH] = self.ground_z(x[car] + cosine[car], y[car] + sine[car]) - ground[car]
        stands = lowest + rows[:, n.STAND]
        over = stands + rows[:, n.HEIGHT] + rows[:, n.SPREAD] - self.scene.camera.height_m
        rows[:, n.NEAR], rows[:, n.REACH], rows[:, n.BASE] = near, distance, stands
        rows[:, n.TOP] = np.where(over > 0.0, over / near, over / (distance + radius)) + 0.02
        rows[:, n.SPREAD] = np.where(distance <= radius * 1.02, pi, spread)
        dry: NDArray[np.bool_] = (ground > self.land[n.WATER_Z]) & (lowest > self.land[n.WATER_Z])
        return dry
