"""The height of the ground, and the table in which rays look for it. Knows no colours and no objects.

The height is a function of road coordinates: the road's own profile, cuttings and embankments beside it, the slopes
and waves of the land, and the beds of water. It is the same wherever the camera stands: the horizon's rings say how the
land goes on in every direction from step 0. A layout samples it once on circles round the camera (`fill_terrain`);
the running maximum of the slopes at which the camera sees them grows with distance, so that a ray finds the first
ground it meets by halving (`column.meet_ground`): exact for ground that is straight between two circles.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import atan2, cos, pi, sin, sqrt

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.noise import clamp, noise_at, step


@kernel
def road_height(P, x):
    """Height of the road at x: a grade that eases off, and waves."""
    ease = x / (1.0 + abs(x) / n.GRADE_REACH)
    return P[n.GRADE] * ease + P[n.WAVE_RISE] * (sin(P[n.WAVE_TURN] * x + P[n.WAVE_PHASE]) - sin(P[n.WAVE_PHASE]))


@kernel
def turn_of(x, y):
    """The direction of (x, y) as 0 … 1 of the way round from the road's heading."""
    turn = atan2(y, x) / (2.0 * pi)
    return turn + 1.0 if turn < 0.0 else turn


@kernel
def ring_value(rings, row, turn):
    """A ring's value at `turn`, without interpolation."""
    return rings[row, int(turn * n.RING_STEPS) % n.RING_STEPS]


@kernel
def ground_height(P, rings, noise, x, y, turn):
    """Height of the land, or of the water's bed, at (x, y), which lies at `turn` from step 0; 0 there."""
    return height_on(P, rings, noise, x, y, turn, sin(P[n.WAVE_PHASE]), road_height(P, P[n.CROSS_AT]))


@kernel
def height_on(P, rings, noise, x, y, turn, start, cross_z):
    """`ground_height` for many points: `start`, the sine of WAVE_PHASE, and the height of the crossing are given."""
    level = P[n.WATER_Z]
    ease = x / (1.0 + abs(x) / n.GRADE_REACH)
    road = P[n.GRADE] * ease + P[n.WAVE_RISE] * (sin(P[n.WAVE_TURN] * x + P[n.WAVE_PHASE]) - start)
    across = y - P[n.ROAD_Y] - P[n.CURVE] * x * x
    gap = abs(across) - P[n.BENCH]
    z = road
    if gap > 0.0:
        away = sqrt(x * x + y * y)
        rise = P[n.RISE_RIGHT] if across > 0.0 else P[n.RISE_LEFT]
        wave = 1.0 / P[n.ROLL_WAVE]
        spur = noise_at(noise, x * 0.017 + P[n.LAND_SEED], across * 0.004)
        roll = noise_at(noise, x * wave + P[n.LAND_SEED], y * wave)
        roll += 0.38 * noise_at(noise, x * wave * 2.9 + 7.0, y * wave * 2.9 + P[n.LAND_SEED])
        swell = step(0.0, 45.0, gap)
        z = 0.85 * road + P[n.ROLL] * roll * (0.25 + 0.75 * swell)
        z += rise * (gap + 3.0) / (1.0 + gap / P[n.RISE_REACH]) * (1.0 + 0.45 * spur * swell)
        if away > 260.0:  # the hills of the horizon stand on what lies between
            tangent = ring_value(rings, n.RING_TAN, turn)
            far = tangent * away * (0.5 if tangent > 0.0 else 1.0) + P[n.ROLL] * roll
            z += (far - z) * step(260.0, 1500.0, away)
    if level > n.NO_WATER:
        bank = P[n.BANK]
        if gap > 0.0:  # land stays above the water, however far the valley falls
            z = max(z, level + min(0.4 + 0.04 * gap, 4.0))
        if P[n.SHORE_AT] != 0.0:
            side = 1.0 if P[n.SHORE_AT] > 0.0 else -1.0
            wet = across * side - abs(P[n.SHORE_AT]) - 2.5 * noise_at(noise, x * 0.045 + P[n.LAND_SEED], 0.5)
            z = min(z, level - bank * min(wet, P[n.SHORE_WIDE] - wet))
        if gap > 0.0:
            away = sqrt(x * x + y * y)
            open_m = ring_value(rings, n.RING_OPEN, turn)
            if open_m < away + 400.0:
                wet = away - open_m * (1.0 + 0.10 * noise_at(noise, x * 0.02, y * 0.02 + P[n.LAND_SEED]))
                z = min(z, level - bank * wet)
    z = clamp(z, road - P[n.FILL] * gap, road + P[n.CUT] * gap) if gap > 0.0 else road
    off = abs(x - P[n.CROSS_AT]) - P[n.ROAD_HALF] - 1.0
    if off < 60.0 and gap > 0.0:  # the cross street climbs no more than a street can
        rise = clamp(P[n.RISE_RIGHT] if across > 0.0 else P[n.RISE_LEFT], -0.10, 0.10)
        street = cross_z + rise * gap / (1.0 + gap / P[n.RISE_REACH])
        off = max(off, 0.0)
        z = clamp(z, street - P[n.FILL] * off, street + P[n.CUT] * off)
    if P[n.RIVER_HALF] > 0.0 and gap > 0.0:  # under the bridge
        bend = 9.0 * noise_at(noise, across * 0.013, P[n.LAND_SEED]) * step(8.0, 70.0, abs(across))
        wet = P[n.RIVER_HALF] - abs(x - P[n.RIVER_AT] - bend)
        z = min(z, level - (0.6 if wet > 0.0 else 0.75) * wet)
    return z


@kernel
def ground_heights(P, rings, noise, x, y, out):
    """`ground_height` at x, y (n,) -> out (n,)."""
    start = sin(P[n.WAVE_PHASE])
    cross_z = road_height(P, P[n.CROSS_AT])
    for i in range(x.shape[0]):
        out[i] = height_on(P, rings, noise, x[i], y[i], turn_of(x[i], y[i]), start, cross_z)


@kernel
def fill_terrain(P, rings, noise, terrain):
    """Sample the ground into `terrain` (LAYERS, LAND_TURNS + 2, LAND_STEPS).

    Layers: the steepest ray that has met ground so far, the height, the sun's cosine on the ground, its steepness.
    Row LAND_TURNS repeats row 0; the last row of the first layer holds the distances.
    """
    turns = n.LAND_TURNS
    walked = P[n.WALK_X] != 0.0
    start = sin(P[n.WAVE_PHASE])
    cross_z = road_height(P, P[n.CROSS_AT])
    away = n.LAND_NEAR
    for k in range(n.LAND_STEPS):
        terrain[n.SKYLINE_TAN, turns + 1, k] = away
        away *= n.LAND_GROWTH
    for a in range(turns):
        c = cos(2.0 * pi * a / turns)
        s = sin(2.0 * pi * a / turns)
        best = -1e3
        for k in range(n.LAND_STEPS):
            away = terrain[n.SKYLINE_TAN, turns + 1, k]
            x = P[n.WALK_X] + away * c
            y = P[n.WALK_Y] + away * s
            z = height_on(P, rings, noise, x, y, turn_of(x, y) if walked else a / turns, start, cross_z)
            terrain[n.HEIGHTS, a, k] = z
            tangent = (max(z, P[n.WATER_Z]) - P[n.CAMERA_Z]) / away
            best = max(best, tangent)
            terrain[n.SKYLINE_TAN, a, k] = best
    for a in range(turns):
        c = cos(2.0 * pi * a / turns)
        s = sin(2.0 * pi * a / turns)
        before = terrain[n.HEIGHTS, a - 1 if a > 0 else turns - 1]
        after = terrain[n.HEIGHTS, a + 1 if a + 1 < turns else 0]
        for k in range(n.LAND_STEPS):
            away = terrain[n.SKYLINE_TAN, turns + 1, k]
            low = k - 1 if k > 0 else 0
            high = k + 1 if k + 1 < n.LAND_STEPS else k
            span = terrain[n.SKYLINE_TAN, turns + 1, high] - terrain[n.SKYLINE_TAN, turns + 1, low]
            outward = (terrain[n.HEIGHTS, a, high] - terrain[n.HEIGHTS, a, low]) / span
            round_ = (after[k] - before[k]) * turns / (4.0 * pi * away)
            steep = outward * outward + round_ * round_
            radial = P[n.SUN_X] * c + P[n.SUN_Y] * s
            across = P[n.SUN_Y] * c - P[n.SUN_X] * s
            toward = (P[n.SUN_Z] - outward * radial - round_ * across) / sqrt(1.0 + steep)
            terrain[n.SUNLIT, a, k] = max(toward, 0.0)
            terrain[n.STEEPNESS, a, k] = sqrt(steep)
    for layer in range(n.LAYERS):
        for k in range(n.LAND_STEPS):
            terrain[layer, turns, k] = terrain[layer, 0, k]
