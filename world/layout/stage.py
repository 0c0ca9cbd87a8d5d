"""Rows of the object and strip tables, and the random numbers that place them. Knows road coordinates, no pixels.

Numbers belong to a place and a family of clues, not to a date: two months of one place share houses and trees, and one
family can change alone. They do not belong to a step either: what stands along the road is numbered along the road,
each thing with a row of numbers of its own, and only what lies within its family's reach of the camera is placed. So
the next step sees the same things from another spot, and a walk costs no more than a stand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import atan, ceil, cos, floor, isfinite, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.draw.noise import LATTICE
from world.draw.standing import stand
from world.earth.streams import states, uniforms
from world.layout.land import flat_land, heights
from world.layout.walk import Track, track
from world.scene import RGB, Scene

BLACK: RGB = (0.0, 0.0, 0.0)
WHITE: RGB = (0.95, 0.95, 0.95)
Numbers = float | Sequence[float] | NDArray[Any]
FAMILIES = (
    "terrain", "light", "ground", "furniture", "fences", "signs", "signs further on", "traffic", "riders", "parked",
    "people", "herd", "stray", "clutter", "bales", "town", "houses", "trees", "bushes", "tufts", "rows", "planted",
)  # fmt: skip
WIRES_M = 20.0  # between two heights of the ground under wires: their ends lie on multiples of it
CLASS_OF = {
    n.PLANT: n.PLANTS, n.HOUSE: n.BUILDINGS, n.HUT: n.BUILDINGS, n.CAR: n.VEHICLES, n.POST: n.FURNITURE,
    n.BLOCK: n.FURNITURE, n.POLE: n.FURNITURE, n.BOARD: n.SIGNS, n.FIGURE: n.LIFE,
}  # fmt: skip


def linear(rgb: Sequence[float], factor: float = 1.0) -> RGB:
    """A colour of the screen as light; the screen's curve is taken as a square."""
    return (factor * rgb[0] * rgb[0], factor * rgb[1] * rgb[1], factor * rgb[2] * rgb[2])


@dataclass
class Stage:
    """The tables while they are being filled, and the measures of the road that every family places things by."""

    scene: Scene
    curve: float  # y = road_y + lateral + curve · x²
    road_y: float
    singles: list[list[float]] = field(default_factory=list)  # each (COLUMNS,), in road coordinates until `tables`
    blocks: list[NDArray[np.float32]] = field(default_factory=list)  # each (n, COLUMNS), likewise
    strips: list[tuple[float, ...]] = field(default_factory=list)  # columns up to the ground's heights
    texts: list[tuple[str, str]] = field(default_factory=list)
    footprints: list[tuple[float, float, float]] = field(default_factory=list)  # x, y, radius kept free of plants
    land: NDArray[np.float32] = field(default_factory=flat_land)  # (NUMBERS,) the slots of terrain and water
    rings: NDArray[np.float32] = field(default_factory=lambda: np.zeros((n.RING_ROWS, n.RING_STEPS), np.float32))
    noise: NDArray[np.float32] = field(default_factory=lambda: np.zeros((LATTICE, LATTICE), np.float32))
    track: Track = field(init=False)  # the camera's way
    walk_x: float = field(init=False)  # where it stands
    walk_y: float = field(init=False)
    states: dict[str, NDArray[np.uint64]] = field(init=False)  # of every family's random numbers, each (1,)

    def __post_init__(self) -> None:
        recipe = self.scene.recipe
        self.track = track(self.curve)
        self.walk_x, self.walk_y = self.track.at(recipe.step_m)
        made = states(recipe.seed, recipe.lat, recipe.lng, FAMILIES)
        self.states = {family: made[k : k + 1] for k, family in enumerate(FAMILIES)}

    def draws(self, family: str, count: int) -> NDArray[np.float64]:
        """Random numbers in [0, 1) of one family at this place, (count,)."""
        row: NDArray[np.float64] = uniforms(self.states[family], (0,), count)[0]
        return row

    def rows(self, family: str, numbers: NDArray[np.int64], width: int) -> NDArray[np.float64]:
        """Random numbers in [0, 1) of a family's things by their numbers (k,), `width` for each: (k, width)."""
        return uniforms(self.states[family], numbers, width)

    def numbers(self, spacing: float, reach: float) -> NDArray[np.int64]:
        """The numbers of all things that may lie within `reach` metres of the camera along the road, (k,).

        Thing k lies between k · spacing and (k + 1) · spacing.
        """
        low, high = self.walk_x - reach, self.walk_x + reach
        return np.arange(floor(low / spacing), floor(high / spacing) + 1)

    def within(self, x: Any, reach: Any) -> Any:
        """Which places along the road lie within `reach` metres of the camera."""
        return abs(x - self.walk_x) < reach

    @property
    def camera_z(self) -> float:
        """Height of the camera: that of its mast, above the road where it stands."""
        ground = self.ground_z(np.array([self.walk_x]), np.array([self.walk_y]))
        return self.scene.camera.height_m + float(ground[0])

    @cached_property
    def half(self) -> float:
        """Half the carriageway."""
        return 0.5 * self.scene.road.width_m

    @cached_property
    def verge(self) -> float:
        """Metres from the road's middle to where the verge begins."""
        return self.half + self.scene.road.shoulder_m + self.scene.road.sidewalk_m

    @cached_property
    def drive(self) -> int:
        """+1 where traffic keeps right, -1 where it keeps left."""
        return 1 if self.scene.road.driving_side == "right" else -1

    @cached_property
    def cross(self) -> float:
        """Where along the road the cross street lies; far away when there is none."""
        at = self.scene.road.cross_street_m
        return float(at) if isfinite(at) and at < 200.0 else 1e6

    def y_at(self, x: Any, lateral: float) -> Any:
        """Road coordinates of a point `lateral` metres to the right of the road's middle."""
        return self.road_y + lateral + self.curve * x * x

    def yaw_at(self, x: float) -> float:
        """Direction of the road at x, as an angle from its heading."""
        return atan(2.0 * self.curve * x)

    def text(self, words: str, script: str) -> int:
        """The row of the lettering that shows `words`."""
        self.texts.append((words, script))
        return len(self.texts) - 1

    def ground_z(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Height of the ground in metres at road coordinates x, y (n,); 0 under step 0."""
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
            if colour is not BLACK:
                rows[:, at : at + 3] = colour
        if isinstance(extra, np.ndarray):
            rows[:, n.EXTRA : n.EXTRA + extra.shape[1]] = extra
        else:
            for at, column in enumerate(extra, n.EXTRA):
                rows[:, at] = column
        rows[:, n.CLASS] = CLASS_OF[kind] if seen_as is None else seen_as
        rows[:, n.SPREAD] = rise  # waits where `stand` will put the spread
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
        self.strips.append((float(kind), self.road_y + lateral, height, *rgb, low, high, 0.0, a, b, look))

    def tables(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Objects sorted by distance (n, COLUMNS), relative to the camera, and strips (m, STRIP_COLUMNS)."""
        objects = np.concatenate([np.array(self.singles, np.float32).reshape(-1, n.COLUMNS), *self.blocks])
        dry = np.empty(len(objects), np.bool_)
        where = (self.walk_x, self.walk_y, self.camera_z)
        stand(self.land, self.rings, self.noise, *where, objects, dry)
        order = np.argsort(objects[:, n.NEAR], kind="stable")
        return objects[order[dry[order]]], self._strips()

    def _strips(self) -> NDArray[np.float32]:
        """The strips with the heights of the ground under them, all at once."""
        rows = np.zeros((len(self.strips), n.STRIP_COLUMNS), np.float32)
        if not self.strips:
            return rows
        given = np.array(self.strips)
        rows[:, : n.STRIP_GROUND] = given
        low, high = given[:, n.STRIP_FROM, None], given[:, n.STRIP_TO, None]
        x = low + (high - low) * (np.arange(n.STRIP_STEPS + 1) / n.STRIP_STEPS)
        y = given[:, n.STRIP_Y, None] + self.curve * x * x
        ground = self.ground_z(x.ravel(), y.ravel()).reshape(x.shape)
        ground[ground <= self.land[n.WATER_Z]] = -1e4  # none in the water
        wires = np.flatnonzero(given[:, n.STRIP_KIND] == n.WIRE)  # they hang from pole to pole
        hung = given[wires][:, [n.STRIP_FROM, n.STRIP_TO, n.STRIP_A, n.STRIP_B]]
        for start, end, span, first in {tuple(row) for row in hung.tolist()}:
            same = wires[(hung == (start, end, span, first)).all(axis=1)]
            poles = np.arange(floor((start - first) / span), ceil((end - first) / span) + 1.0) * span + first
            feet_y = given[same, n.STRIP_Y, None] + self.curve * poles * poles  # (wires, poles)
            feet = self.ground_z(np.broadcast_to(poles, feet_y.shape).ravel(), feet_y.ravel()).reshape(feet_y.shape)
            for k, foot in zip(same, np.maximum(feet, self.land[n.WATER_Z]), strict=True):
                ground[k] = np.interp(x[k], poles, foot)
        rows[:, n.STRIP_GROUND :] = ground
        return rows
