"""What the picture of a scene shows: its class and depth maps asked pixel by pixel and thing by thing. Knows no clue.

Two questions. What is this pixel? Its class, and for the ground the place it lies at: which part of the road, which
side of it. Is this thing seen? It was laid out at a known place, so a pixel in its direction must be of its class and
at its distance; one that is thinner than a pixel is seen where the pixels look past it, not at something before it.
"""

from dataclasses import dataclass
from functools import cached_property
from math import pi

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.draw.column import scratch
from world.draw.rows import draw_rows
from world.layout.lay_out import Layout, lay_out
from world.layout.stage import linear
from world.render import Maps
from world.scene import RGB, Scene
from world.study.projection import Floats, Frame, panorama_frame, views_frame

COLUMNS, TOP, BOTTOM = 180, 25, 60  # a panorama of 2° a pixel, of which 40° above … 30° below are drawn
SHARP_RAD = 2.0 * pi / 2048  # it stands for a panorama as people look at
SKYLINE = 36  # azimuths at which the relief is read
SEEN, FEW = 0.002, 0.0003  # shares of the pixels from which a thing can be studied, and from which it can be told
NEAR_M, LINE_M = 30.0, 25.0  # how near a surface, or a painted line, must begin
REACH_M, STRIP_STEP_M = 60.0, 2.0  # how far away things are told from one another
ACROSS, UP = np.array([-0.7, -0.35, 0.0, 0.35, 0.7], np.float32), np.array([0.08, 0.3, 0.5, 0.7, 0.92], np.float32)
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Visibility:
    """The maps of one picture, and the layout that it was drawn from."""

    layout: Layout
    frame: Frame
    metres: Floats  # (P,) along the rays
    classes: NDArray[np.uint8]  # (P,)

    @cached_property
    def away(self) -> Floats:
        """Metres on the map (P,) from the camera."""
        flat: Floats = self.metres / np.sqrt(1.0 + self.frame.slope * self.frame.slope)
        return flat

    @cached_property
    def share(self) -> NDArray[np.float64]:
        """Share of the pixels, by class."""
        return np.bincount(self.classes, minlength=len(n.CLASSES)) / self.classes.size

    def has(self, name: str, within_m: float = np.inf) -> bool:
        """Whether a class takes a fair part of the picture, and begins within some metres."""
        at = n.CLASSES.index(name)
        if self.share[at] < SEEN:
            return False
        return within_m == np.inf or bool(self.metres[self.classes == at].min() <= within_m)

    @cached_property
    def skyline(self) -> Mask:
        """At which of the SKYLINE azimuths from north hills or water are seen with nothing before them."""
        open_view = (self.classes == n.RELIEF) | (self.classes == n.WATER)
        turn = (self.frame.azimuth[open_view] / (2.0 * pi)) % 1.0
        return np.bincount((turn * SKYLINE).astype(np.intp) % SKYLINE, minlength=SKYLINE) > 0

    def part(self, name: str) -> bool:
        """Whether pixels show a part of the ground, one of those of `parts`."""
        return bool(self.parts[name] >= FEW)

    @cached_property
    def parts(self) -> dict[str, float]:
        """Share of the pixels that show each part of the ground.

        "middle" and "edge" of the road and "surface" where lines and wear are told, "ahead" farther on, "cycle" lane,
        "pavement", "shoulder", "kerb", "bank" of snow, "side" road, its "mouth", "crossing" where one walks over,
        "meadow" near by, "field" where a crop would stand, "slope" beside the road, "bushes" and "fields" far away.
        """
        P, away = self.layout.numbers, self.away
        low = np.flatnonzero(
            ((self.classes == n.ROAD) | (self.classes == n.GROUND) | (self.classes == n.PLANTS))
            & (self.frame.slope < 0.3) & (away < 400.0)
        )  # fmt: skip
        away, shown, turn = away[low], self.classes[low], self.frame.azimuth[low] - P[n.HEADING]
        x = away * np.cos(turn) + P[n.WALK_X]
        across = away * np.sin(turn) + P[n.WALK_Y] - P[n.ROAD_Y] - P[n.CURVE] * x * x
        side, half = np.abs(across), P[n.ROAD_HALF]
        walk = half + P[n.SHOULDER]
        verge = walk + P[n.SIDEWALK]
        off = np.abs(x - P[n.CROSS_AT]) - P[n.SIDE_HALF]
        arm = P[n.SIDE_ARM] * across >= 0.0
        road, ground = shown == n.ROAD, shown == n.GROUND
        near, line = away < NEAR_M, away < LINE_M
        main = road & (side < half)
        tall = (P[n.CROP_HEIGHT] > 0.05) & (shown == n.PLANTS) & (self.frame.slope[low] < 0.0)
        off_road = ground & (side > verge + 0.3)
        parts = {
            "middle": main & (side < 0.6) & line,
            "edge": (road | ground) & (np.abs(side - half) < 0.6) & line,
            "surface": main & line,
            "ahead": main & (away > 15.0),
            "cycle": main & (side > half - P[n.CYCLE]) & line,
            "pavement": ground & (side > walk) & (side < verge) & near,
            "shoulder": ground & (side > half) & (side < walk) & near,
            "kerb": (road | ground) & (np.abs(side - walk) < 0.5) & line,
            "bank": (road | ground) & (side > half) & (side < half + 2.6) & near,
            "side": road & (side > half + 0.7),
            "mouth": road & (side > half) & (side < half + 2.5) & (off < 0.0) & arm & near,
            "crossing": main & (off > 1.0) & (off < 4.5) & near,
            "meadow": off_road & (away < 60.0),
            "field": (ground | tall) & (side > P[n.CROP_EDGE]) & (across * P[n.CROP_SIDE] >= 0.0),
            "slope": off_road & (away > 15.0),
            "bushes": off_road & (away > 40.0),
            "fields": off_road & (away > 50.0),
        }
        return {name: float(np.count_nonzero(mask)) / self.classes.size for name, mask in parts.items()}

    def beyond(self, metres: float) -> bool:
        """Whether the view opens so far: land, water or things at that distance, not only sky."""
        far = (self.metres > metres) & (self.classes != n.SKY)
        return bool(np.count_nonzero(far) >= SEEN * far.size)

    @cached_property
    def things(self) -> Floats:
        """Rows of the object table (t, COLUMNS) of furniture, signs and cars that are seen."""
        rows = self.layout.objects
        kind = rows[:, n.CLASS]
        rows = rows[((kind == n.FURNITURE) | (kind == n.SIGNS) | (kind == n.VEHICLES)) & (rows[:, n.NEAR] < REACH_M)]
        seen: Floats = rows[self.sees(rows)]
        return seen

    def sees(self, rows: Floats) -> Mask:
        """Which objects (t, COLUMNS) are seen: (t,)."""
        P = self.layout.numbers
        distance = np.maximum(rows[:, n.REACH], 0.3)
        half = np.clip(rows[:, n.SPREAD] - 0.01, 1e-4, 0.5 * pi)
        azimuth = P[n.HEADING] + np.arctan2(rows[:, n.Y], rows[:, n.X])
        turned = (azimuth[:, None] + ACROSS * half[:, None])[:, :, None]
        slope = ((rows[:, n.BASE] - P[n.CAMERA_Z])[:, None] + UP * rows[:, n.HEIGHT, None]) / distance[:, None]
        pixel = self.frame.at(turned, np.broadcast_to(slope[:, None, :], (len(rows), len(ACROSS), len(UP))))
        radius = distance * np.sin(half)
        at, past = self._meets(pixel, distance[:, None, None], (radius + 0.4 + 0.05 * distance)[:, None, None])
        own = (self.classes[pixel] == rows[:, n.CLASS, None, None]) & at
        inside = pixel >= 0
        looks_past = past.sum(axis=(1, 2)) > 0.5 * np.maximum(inside.sum(axis=(1, 2)), 1)
        sparse = (2.0 * half < self.frame.pixel_rad) | (rows[:, n.KIND] == n.POLE)
        thin = sparse & (2.0 * half >= 0.5 * self.frame.sharp_rad)
        shown: Mask = own.any(axis=(1, 2)) | (thin & looks_past)
        return shown

    def _meets(self, pixel: NDArray[np.intp], distance: Floats, room: Floats) -> tuple[Mask, Mask]:
        """Whether pixels show something at these distances, or something behind them; both False outside."""
        inside, gap = pixel >= 0, self.away[pixel] - distance
        return inside & (np.abs(gap) <= room), inside & (gap > room)

    def points(self, x: Floats, y: Floats, z: Floats, kind: int, room: float) -> Mask:
        """Which points, in metres from the camera, lie on pixels of a class at their own distance, give or take `room`
        and a twentieth of it.
        """
        distance = np.maximum(np.hypot(x, y), 0.3).astype(np.float32)
        azimuth = self.layout.numbers[n.HEADING] + np.arctan2(y, x)
        pixel = self.frame.at(azimuth, z / distance)
        at, _ = self._meets(pixel, distance, room + 0.05 * distance)
        shown: Mask = at & (self.classes[pixel] == kind)
        return shown

    def of_kinds(self, *kinds: int) -> Floats:
        """Seen objects (t, COLUMNS) of some kinds."""
        if kinds not in self._by_kinds:
            chosen = np.zeros(len(self.things), bool)
            for kind in kinds:
                chosen |= self.things[:, n.KIND] == kind
            self._by_kinds[kinds] = self.things[chosen]
        return self._by_kinds[kinds]

    @cached_property
    def _by_kinds(self) -> dict[tuple[int, ...], Floats]:
        return {}

    def wears(self, kinds: tuple[int, ...], *colours: RGB, height: float | None = None) -> Floats:
        """Seen objects (t, COLUMNS) of some kinds whose first parts have these colours, and which are so tall."""
        rows = self.of_kinds(*kinds)
        wanted = np.array([linear(rgb) for rgb in colours], np.float32).ravel()
        own = np.abs(rows[:, n.RGB_A : n.RGB_A + len(wanted)] - wanted).max(axis=1, initial=0.0) < 1e-3
        if height is not None:
            own &= np.abs(rows[:, n.HEIGHT] - height) < 0.02
        found: Floats = rows[own]
        return found

    def strip(self, kind: int, rgb: RGB) -> bool:
        """Whether a fence, wall, hedge or rail of this kind and colour is seen."""
        strips = self.layout.strips
        own = np.abs(strips[:, n.STRIP_RGB : n.STRIP_RGB + 3] - np.array(linear(rgb), np.float32)).max(axis=1) < 1e-3
        return any(self._sees_strip(row) for row in strips[own & (strips[:, n.STRIP_KIND] == kind)])

    def _sees_strip(self, row: Floats) -> bool:
        P = self.layout.numbers
        low, high = max(row[n.STRIP_FROM], -REACH_M), min(row[n.STRIP_TO], REACH_M)
        x = np.arange(float(low), float(high), STRIP_STEP_M)
        steps = np.linspace(row[n.STRIP_FROM], row[n.STRIP_TO], n.STRIP_STEPS + 1)
        ground = np.interp(x, steps, row[n.STRIP_GROUND : n.STRIP_GROUND + n.STRIP_STEPS + 1])
        y = row[n.STRIP_Y] + P[n.CURVE] * x * x - P[n.WALK_Y]
        x = x - P[n.WALK_X]
        distance = np.maximum(np.hypot(x, y), 0.3)[:, None]
        z = ground[:, None] + row[n.STRIP_HEIGHT] * np.array([0.3, 0.6, 0.8]) - P[n.CAMERA_Z]
        pixel = self.frame.at(np.broadcast_to((P[n.HEADING] + np.arctan2(y, x))[:, None], z.shape), z / distance)
        at, _ = self._meets(pixel, distance, 0.8 + 0.12 * distance)
        return bool((at & (self.classes[pixel] == n.FURNITURE)).any())

    @property
    def sharpness(self) -> float:
        """How far small print is read, against a panorama as people look at: 1, less in coarser pictures."""
        return min(1.0, SHARP_RAD / self.frame.sharp_rad)


def of_views(layout: Layout, maps: Maps) -> Visibility:
    """What four views show, by their maps (4, S, S): north, east, south, west, 90° each."""
    metres, classes = maps
    return Visibility(layout, views_frame(metres.shape[-1]), metres.ravel(), classes.ravel())


def of_scene(scene: Scene) -> Visibility:
    """What the panorama of a scene shows: a small one is drawn for it."""
    layout, rows = lay_out(scene), COLUMNS // 2
    pixels, metres = np.empty((rows, COLUMNS, 3), np.uint8), np.empty((rows, COLUMNS), np.float32)
    classes = np.empty((rows, COLUMNS), np.uint8)
    draw_rows(layout, pixels, metres, classes, scratch(rows), (TOP, BOTTOM, 0, COLUMNS), 0.0, 0.0, 1)
    frame = panorama_frame(COLUMNS, TOP, BOTTOM, SHARP_RAD)
    return Visibility(layout, frame, metres[TOP:BOTTOM].ravel(), classes[TOP:BOTTOM].ravel())
