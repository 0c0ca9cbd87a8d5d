"""What all rays of one azimuth share: the things and strips in their way, the ground's profile, the far horizon.

Every camera here stands level, so a column of pixels is one azimuth: what depends on that alone is worked out once a
column, and a ray is then a slope. Knows arrays only.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import atan2, floor, pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.noise import layered_noise
from world.draw.terrain import road_height

# --- a column's numbers: its direction, how many things and strips are in the way, the horizon's rows read there
_column = n.Row()
HX, HY, TURN, STRETCH, THINGS, STRIPS, FOOT_Z, SKY_FROM = _column.numbers(8)  # STRETCH: as `lens.column_at`
(RINGS,) = _column.runs(1, n.RING_ROWS)
(RIDGE,) = _column.runs(1, 3)  # the ragged top of each band of relief
# --- a thing in the way: nearest distance, steepest slope, the steepest of it and all behind it, row of the objects
_thing = n.Row()
AWAY, STEEP, STEEPEST, ROW = _thing.numbers(4)
# --- a strip in the way: distance, lowest and highest slope, metres along the road, ground, row of the strips
_strip = n.Row()
S_AWAY, S_LOW, S_HIGH, S_X, S_GROUND, S_ROW = _strip.numbers(6)
S_PARTS = _strip.size
MOST_THINGS, MOST_STRIPS = 1024, 96
# --- a pixel's first ray: its light (r + g + b), its colour, what it shows; what lies behind that, with its colour
_first = n.Row()
LIGHT, KEY, BACK = _first.numbers(3)
FIRST_RGB, BACK_RGB = _first.colours(2)
RAYS = 5  # of a pixel: its middle, and four more
KNOT = 4  # numbers of a knot of the sky


class Scratch(NamedTuple):
    """Room that one call of `draw_rows` needs for itself."""

    columns: NDArray[np.float32]  # (RAYS, …)
    things: NDArray[np.float32]  # (RAYS, MOST_THINGS, 4)
    strips: NDArray[np.float32]  # (RAYS, MOST_STRIPS, S_PARTS)
    ground: NDArray[np.float32]  # (RAYS, LAYERS, LAND_STEPS) the terrain's layers along the azimuth
    first: NDArray[np.float32]  # (3, rows + 2, …) first rays of three columns
    slopes: NDArray[np.float64]  # (rows + 2, RAYS)
    sky: NDArray[np.float32]  # (4, rows + 4, KNOT) columns of knots of the sky
    kept: NDArray[np.int64]  # (4,) which columns those are


def scratch(rows: int) -> Scratch:
    """Room for so many rows."""
    return Scratch(
        np.zeros((RAYS, _column.size), np.float32), np.zeros((RAYS, MOST_THINGS, _thing.size), np.float32),
        np.zeros((RAYS, MOST_STRIPS, S_PARTS), np.float32), np.zeros((RAYS, n.LAYERS, n.LAND_STEPS), np.float32),
        np.zeros((3, rows + 2, _first.size), np.float32), np.zeros((rows + 2, RAYS)),
        np.zeros((4, rows + 4, KNOT), np.float32),
        np.zeros(4, np.int64),
    )  # fmt: skip


@kernel
def look_along(packed, room, k, hx, hy, stretch, pix):
    """Fill slot `k` of the scratch with what stands along the azimuth (hx, hy)."""
    P = packed.numbers
    column = room.columns[k]
    turn = atan2(hy, hx) / (2.0 * pi)
    if turn < 0.0:
        turn += 1.0
    if turn >= 1.0:
        turn = 0.0
    column[HX] = hx
    column[HY] = hy
    column[TURN] = turn
    column[STRETCH] = stretch
    _things_along(packed.objects, packed.starts, packed.items, room.things[k], column)
    column[STRIPS] = strips_along(P, packed.strips, room.strips[k], hx, hy)
    ground_along(packed.terrain, room.ground[k], turn)
    column[FOOT_Z] = road_height(P, P[n.WALK_X])
    for row in range(n.RING_ROWS):
        column[RINGS + row] = ring_at(packed.rings, row, turn)
    # how far up the horizon reaches: above it there is nothing but sky
    high = 0.002
    for band in range(3):
        top = column[RINGS + n.RING_TAN + band]
        fine = 4.0 if band == 0 else (6.0 if band == 1 else 10.0)
        rugged = min(max(P[n.ROUGHNESS] / 260.0, 0.05), 1.0)
        x = hx * fine * 5.0 + P[n.RELIEF_SEED]
        y = hy * fine * 5.0 + 7.7 * band  # noise read along a circle has no seam
        ragged = layered_noise(packed.noise, x, y, pix * 5.0 * fine, 5)
        top += (top if top > 0.0 else 0.0) * 0.30 * rugged * ragged + 0.002 * ragged
        column[RIDGE + band] = top
        high = max(high, top)
    if P[n.TREELINE] > 0.02:
        for row in range(3):
            tall = 1.62 * P[n.TREE_HEIGHT] + 0.5
            foot = column[RINGS + n.RING_FRONT + row]
            high = max(high, (foot + tall - P[n.CAMERA_Z]) / n.FRONT_METRES[row])
    if P[n.SKYLINE] > 0.02:
        for row in range(3):
            tall = (5.0 + 9.0 * P[n.SKYLINE]) * 2.1 * (1.0 + 0.45 * row) + 4.0
            high = max(high, (column[RINGS + n.RING_TOWN + row] + tall - P[n.CAMERA_Z]) / n.TOWN_METRES[row])
    column[SKY_FROM] = min(high, 1.2)


@kernel
def ring_at(rings, row, turn):
    """A ring's value at `turn` (0 … 1 of the way round from the road's heading)."""
    x = turn * n.RING_STEPS
    i = floor(x)
    u = x - i
    i = i % n.RING_STEPS
    j = i + 1 if i + 1 < n.RING_STEPS else 0
    return rings[row, i] + (rings[row, j] - rings[row, i]) * u


@kernel
def _things_along(T, starts, items, things, column):
    """List the things that the azimuth may meet, nearest first, with the slopes under which they are seen."""
    hx = column[HX]
    hy = column[HY]
    bin_ = int(column[TURN] * n.BINS)
    if bin_ >= n.BINS:
        bin_ = n.BINS - 1
    count = 0
    for at in range(starts[bin_], starts[bin_ + 1]):
        i = items[at]
        x = T[i, n.X]
        y = T[i, n.Y]
        spread = T[i, n.SPREAD]
        if spread < 1.0:
            off = abs(hy * x - hx * y)
            if off > spread * sqrt(x * x + y * y) or hx * x + hy * y < 0.0:
                continue
        things[count, AWAY] = T[i, n.NEAR]
        things[count, STEEP] = T[i, n.TOP]
        things[count, ROW] = i
        count += 1
        if count == MOST_THINGS:
            break
    steepest = -1e9
    for k in range(count - 1, -1, -1):
        steepest = max(steepest, things[k, STEEP])
        things[k, STEEPEST] = steepest
    column[THINGS] = count


@kernel
def strips_along(P, S, strips, hx, hy):
    """List where the azimuth crosses the strips, nearest first -> how many. A bent one may be crossed twice."""
    count = 0
    for i in range(S.shape[0]):
        # a point r metres out lies on the sheet where ahead r - c r² = offset
        c = P[n.CURVE] * hx * hx
        ahead = hy - 2.0 * P[n.CURVE] * P[n.WALK_X] * hx
        offset = S[i, n.STRIP_Y] + P[n.CURVE] * P[n.WALK_X] * P[n.WALK_X] - P[n.WALK_Y]
        first = -1.0
        second = -1.0
        if abs(c) < 1e-9:
            if abs(ahead) > 1e-6:
                first = offset / ahead
        else:
            disc = ahead * ahead - 4.0 * c * offset
            if disc >= 0.0:
                root = sqrt(disc)
                q = 0.5 * (ahead + (root if ahead > 0.0 else -root))  # the form that does not cancel
                first = offset / q if q != 0.0 else -1.0
                second = q / c
        for r in (first, second):
            if count < MOST_STRIPS:
                count = _crossed_at(P, S, i, r, hx, strips, count)
    return count


@kernel
def _crossed_at(P, S, i, r, hx, strips, count):
    """Put strip `i`, crossed `r` metres out, among `count` others by distance, if it is there -> how many now."""
    if r < 0.4 or r > 420.0:
        return count
    wire = S[i, n.STRIP_KIND] > n.WIRE - 0.5
    x = P[n.WALK_X] + hx * r
    if x < S[i, n.STRIP_FROM] or x > S[i, n.STRIP_TO] or (abs(x - P[n.CROSS_AT]) < P[n.ROAD_HALF] and not wire):
        return count
    u = (x - S[i, n.STRIP_FROM]) / (S[i, n.STRIP_TO] - S[i, n.STRIP_FROM]) * n.STRIP_STEPS
    k = min(int(u), n.STRIP_STEPS - 1)
    ground = S[i, n.STRIP_GROUND + k]
    ground += (S[i, n.STRIP_GROUND + k + 1] - ground) * (u - k)
    tall = S[i, n.STRIP_HEIGHT]
    at = count
    while at > 0 and strips[at - 1, S_AWAY] > r:
        for part in range(S_PARTS):
            strips[at, part] = strips[at - 1, part]
        at -= 1
    strips[at, S_AWAY] = r
    strips[at, S_LOW] = (ground - P[n.CAMERA_Z] + (tall - 2.2 if wire else 0.0)) / r
    strips[at, S_HIGH] = (ground - P[n.CAMERA_Z] + tall * 1.15 + 0.1) / r
    strips[at, S_X] = x
    strips[at, S_GROUND] = ground
    strips[at, S_ROW] = i
    return count + 1


@kernel
def ground_along(terrain, ground, turn):
    """The terrain's layers along an azimuth, from circle to circle."""
    x = turn * n.LAND_TURNS
    a = int(x)
    if a >= n.LAND_TURNS:
        a = n.LAND_TURNS - 1
    u = x - a
    for layer in range(n.LAYERS):
        for k in range(n.LAND_STEPS):
            low = terrain[layer, a, k]
            ground[layer, k] = low + (terrain[layer, a + 1, k] - low) * u


@kernel
def meet_ground(P, terrain, ground, foot_z, slope):
    """(metres, fall, step) of the first ground along a ray of `slope`: `fall` is how fast it sinks towards the ground.

    `step` counts the circles passed, with a fraction. Metres are n.BEYOND where the ray meets none.
    """
    low = -1  # the ray is above the ground there
    high = n.LAND_STEPS - 1
    if slope > ground[n.SKYLINE_TAN, high]:
        return n.BEYOND, 0.0, 0.0
    while high - low > 1:
        k = (low + high) >> 1
        if ground[n.SKYLINE_TAN, k] >= slope:
            high = k
        else:
            low = k
    far = terrain[n.SKYLINE_TAN, n.LAND_TURNS + 1, high]
    under = (ground[n.SKYLINE_TAN, high] - slope) * far
    if low < 0:
        near = 0.0
        over = P[n.CAMERA_Z] - foot_z
    else:
        near = terrain[n.SKYLINE_TAN, n.LAND_TURNS + 1, low]
        over = (slope - ground[n.SKYLINE_TAN, low]) * near
    share = over / (over + under + 1e-6)
    share = 0.0 if share < 0.0 else (1.0 if share > 1.0 else share)
    span = far - near
    return near + span * share, max((over + under) / span, 1e-4), max(low + share, 0.0)


@kernel
def at_circle(line, at):
    """A layer of a column's ground at `at` circles out."""
    k = int(at)
    if k >= n.LAND_STEPS - 1:
        k = n.LAND_STEPS - 2
    return line[k] + (line[k + 1] - line[k]) * (at - k)
