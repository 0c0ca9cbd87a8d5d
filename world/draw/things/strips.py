"""What runs along the road: fences, hedges, walls, guard rails, wires. Curved upright sheets, met by a quadratic."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import floor

import world.draw.slots as n
from world.draw.column import S_AWAY, S_GROUND, S_ROW, S_X
from world.draw.compiled import kernel
from world.draw.noise import chance, clamp, cover, layered_noise, noise_at
from world.draw.things.facades import lines


@kernel
def sheet_look(P, S, noise, i, x, z, foot, fx):
    """(coverage, shade) of strip `i` at `x` along the road and `z` above the ground."""
    kind = int(S[i, n.STRIP_KIND])
    tall = S[i, n.STRIP_HEIGHT]
    if kind == n.WIRE:
        span = S[i, n.STRIP_A]
        phase = (x - S[i, n.STRIP_B]) / span
        u = phase - floor(phase)
        hang = tall - 4.0 * u * (1.0 - u) * (0.012 * span)
        steep = abs(4.0 * (1.0 - 2.0 * u) * 0.012)
        return cover(z - hang, 0.022, foot + steep * fx) * (1.0 if foot < 0.5 else clamp(1.5 - foot, 0.0, 1.0)), 0.16
    gap = S[i, n.STRIP_A]
    if gap > 0.0:  # gates: open ones, and a few walls that end early
        u = (x - S[i, n.STRIP_B]) / gap
        lot = floor(u + 0.5)
        u = (u - lot) * gap
        wide = 1.7 if chance(lot, 2.0, S[i, n.STRIP_Y]) < 0.6 else 0.7
        if abs(u) < wide:
            pillar = 0.16 if kind >= n.WALL else 0.0
            if abs(u) < wide - pillar or z > tall + 0.2:
                return 0.0, 0.0
            return 1.0, 1.05
        if chance(lot, 1.0, S[i, n.STRIP_Y]) < 0.22:
            return 0.0, 0.0
    look = S[i, n.STRIP_LOOK]
    if kind == n.FENCE_WOOD and look > 0.5:  # pickets, or boards side by side
        pitch = 0.13 if look < 1.5 else 0.16
        edge = tall - (0.5 * abs(x - floor(x / pitch) * pitch - 0.5 * pitch) if foot < 0.1 else 0.0)
        slats = 1.0 - lines(x, pitch, 0.022 if look < 1.5 else 0.006, fx)
        slats *= 1.0 if z < edge and z > 0.06 else 0.0
        rails = max(cover(z - 0.75 * tall, 0.05, foot), cover(z - 0.28 * tall, 0.05, foot))
        if look > 1.5:
            return 1.0 if z < tall else 0.0, 0.70 + 0.3 * slats
        return max(slats, rails), 0.75 + 0.25 * slats
    if kind == n.FENCE_WOOD:
        m = x - floor(x / 2.2) * 2.2 - 1.1
        a = cover(m, 0.07, fx) * (1.0 if z < tall else 0.0)
        a = max(a, cover(z - 0.88 * tall, 0.065, foot))
        a = max(a, cover(z - 0.50 * tall, 0.065, foot))
        return a, 0.85 + 0.2 * noise_at(noise, x * 3.0, z * 9.0)
    if kind == n.FENCE_WIRE and look > 0.5:
        m = x - floor(x / 2.6) * 2.6 - 1.3
        post = cover(m, 0.045 if look > 1.5 else 0.14, fx) * (1.0 if z < tall + 0.1 else 0.0)
        if look > 1.5:  # netting
            a = 0.28 * (1.0 if z < tall else 0.0) * clamp(1.4 - 2.0 * foot, 0.4, 1.0)
            return max(a, post), 0.8
        # iron bars on a low wall
        low = clamp((0.42 - z) / foot + 0.5, 0.0, 1.0)
        bars = lines(x, 0.14, 0.014, fx) * (1.0 if z < tall else 0.0)
        bars = max(bars, cover(z - tall + 0.12, 0.02, foot))
        return max(max(low, post), bars), 4.5 if max(low, post) > bars else 1.0
    if kind == n.FENCE_WIRE:
        m = x - floor(x / 3.0) * 3.0 - 1.5
        a = cover(m, 0.06, fx) * (1.0 if z < tall else 0.0)
        for k in range(4):
            a = max(a, 0.55 * cover(z - tall * (0.24 + 0.24 * k), 0.014, foot))
        return a, 0.8
    if kind == n.HEDGE:
        bump = layered_noise(noise, x * 1.3, z * 1.6, fx * 1.3, 3)
        edge = tall * (1.0 + 0.10 * bump)
        return clamp((edge - z) / foot + 0.5, 0.0, 1.0), (0.55 + 0.40 * clamp(z / tall, 0.0, 1.0)) * (1.0 + 0.55 * bump)
    a = clamp((tall - z) / foot + 0.5, 0.0, 1.0)
    if kind == n.WALL:
        shade = 0.92 + 0.10 * layered_noise(noise, x * 0.6, z * 0.6, fx, 3)
        streak = noise_at(noise, x * 2.1, z * 0.3) if fx < 0.5 else 0.0
        shade *= 1.0 - 0.16 * clamp(streak, 0.0, 1.0)
        if look > 2.5:  # mud: no coping, a worn edge
            edge = tall + 0.07 * noise_at(noise, x * 1.3, 0.5)
            return clamp((edge - z) / foot + 0.5, 0.0, 1.0), shade * (0.85 + 0.15 * clamp(z / 0.6, 0.0, 1.0))
        if look > 1.5:  # concrete blocks
            row = floor(z / 0.2)
            shade *= 1.0 - 0.3 * max(lines(z, 0.2, 0.012, foot), lines(x + 0.2 * (row % 2), 0.4, 0.012, fx))
        if z > tall - 0.12:
            shade *= 1.14
        elif z > tall - 0.17:
            shade *= 0.75
        pillar = cover(x - floor(x / 4.0) * 4.0 - 2.0, 0.2, fx)
        return a, shade * (1.0 - 0.12 * pillar) * (0.78 + 0.22 * clamp(z / 0.5, 0.0, 1.0))
    if kind == n.STONE_WALL:
        row = floor(z / 0.22)
        m = x + 0.23 * (row % 3)
        joint = max(cover(m - floor(m / 0.45) * 0.45 - 0.22, 0.03, fx), cover(z - row * 0.22 - 0.11, 0.03, foot))
        tone = 0.85 + 0.35 * noise_at(noise, floor(m / 0.45) * 0.7, row * 0.9)
        edge = tall + 0.05 * noise_at(noise, x * 3.0, 0.5)
        return clamp((edge - z) / foot + 0.5, 0.0, 1.0), tone * (1.0 - 0.45 * joint)
    if kind == n.RAILING:  # posts, bars between them, a rail on top
        m = x - floor(x / 2.5) * 2.5 - 1.25
        bar = x - floor(x / 0.16) * 0.16 - 0.08
        body = 1.0 if z < tall else 0.0
        a = max(cover(m, 0.05, fx) * body, cover(z - tall + 0.05, 0.05, foot))
        a = max(a, cover(z - 0.14, 0.03, foot))
        return max(a, cover(bar, 0.014, fx) * (1.0 if z < tall and z > 0.14 else 0.0)), 0.9
    # guard rail: posts and a corrugated beam
    m = x - floor(x / 4.0) * 4.0 - 2.0
    beam = cover(z - 0.62, 0.16, foot)
    post = cover(m, 0.06, fx) * (1.0 if z < 0.75 else 0.0)
    wave = abs(z - 0.62) / 0.16
    return max(beam, post), (1.05 - 0.5 * (wave - 0.5) * (wave - 0.5) * 4.0 * 0.5) if beam > post else 0.6


@kernel
def strip(P, S, noise, crossing, hy, slope, pix):
    """(coverage, r, g, b) of the strip at one crossing of a column, for a slope between its lowest and highest."""
    i = int(crossing[S_ROW])
    r = crossing[S_AWAY]
    z = P[n.CAMERA_Z] + slope * r - crossing[S_GROUND]
    if z < 0.0:
        return 0.0, 0.0, 0.0, 0.0
    foot = pix * r + 0.001
    a, shade = sheet_look(P, S, noise, i, crossing[S_X], z, foot, foot / clamp(abs(hy), 0.06, 1.0))
    if a < 0.01:
        return 0.0, 0.0, 0.0, 0.0
    sun = (-P[n.SUN_Y] if hy > 0.0 else P[n.SUN_Y]) * P[n.SUN_STRENGTH]
    if sun < 0.0:
        sun = 0.0
    sun = (0.8 * sun + 0.2 * P[n.SUN_Z] * P[n.SUN_STRENGTH]) * shade
    sky = 0.80 * shade
    white = P[n.SNOW] > 0.4 and S[i, n.STRIP_KIND] < n.WIRE - 0.5 and z > S[i, n.STRIP_HEIGHT] - 0.12
    cr = 0.85 if white else S[i, n.STRIP_RGB]
    cg = 0.85 if white else S[i, n.STRIP_RGB + 1]
    cb = 0.85 if white else S[i, n.STRIP_RGB + 2]
    return (
        a,
        cr * (P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * sun),
        cg * (P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * sun),
        cb * (P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * sun),
    )
