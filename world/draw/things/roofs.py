"""What roofs show, and round houses: huts, yurts, minarets, silos, domes, tanks. Knows no ground and no sky."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import sqrt

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.noise import chance, clamp, cover, noise_at
from world.draw.things.boxes import MISS, lit
from world.draw.things.facades import lines

TILES, SEAMS, PANTILES, SLATE, THATCH, RUST, FELT = 0, 1, 2, 3, 4, 5, 6
CONE, DOME = 1, 2
EARTH, REED, YURT, METAL, TOWER = 0, 1, 2, 3, 4
HUT = n.HUT_COLUMNS  # its first columns are also a house's


@kernel
def roof_look(P, T, i, noise, along, down, foot, fz):
    """(r, g, b) of any roof at `along` the eaves and `down` from the ridge; fz is the footprint down the slope."""
    kind = int(T[i, HUT.cover])
    seed = T[i, HUT.seed]
    r = T[i, n.RGB_B]
    g = T[i, n.RGB_B + 1]
    b = T[i, n.RGB_B + 2]
    tone = 1.0
    if kind == SEAMS:
        tone = 1.0 - 0.26 * lines(along, 0.5, 0.035, foot)
    elif kind == RUST:
        tone = 1.0 - 0.30 * lines(along, 0.24, 0.06, foot)
        rust = clamp(1.6 * noise_at(noise, along * 0.5 + seed, down * 0.35 + seed) - 0.1, 0.0, 0.85)
        r += (0.16 - r) * rust
        g += (0.065 - g) * rust
        b += (0.03 - b) * rust
    elif kind == PANTILES:
        tone = 1.0 - 0.40 * lines(along, 0.27, 0.055, foot) - 0.16 * lines(down, 0.38, 0.05, fz)
    elif kind == THATCH:
        streak = noise_at(noise, along * 5.0, down * 0.9) * clamp(1.5 - 4.0 * foot, 0.0, 1.0)
        tone = 1.0 + 0.28 * streak - 0.2 * lines(down, 0.75, 0.06, fz)
    elif kind == SLATE:
        tone = 1.0 - 0.20 * lines(down, 0.22, 0.02, fz)
        if fz < 0.15:
            tone *= 0.88 + 0.24 * chance(int(along / 0.25 + 900.0), int(down / 0.22), seed)
    else:
        tone = 1.0 - 0.30 * lines(down, 0.34, 0.04, fz) - 0.10 * lines(along, 0.30, 0.02, foot)
    tone *= 1.0 + 0.15 * noise_at(noise, along * 0.9 + seed, down * 0.9)
    tone *= 1.0 - 0.3 * cover(down, 0.12, fz)
    r *= tone
    g *= tone
    b *= tone
    white = clamp(P[n.SNOW] * 1.6 - 0.3, 0.0, 0.95)
    r += (0.84 - r) * white
    g += (0.86 - g) * white
    b += (0.90 - b) * white
    return r, g, b


@kernel
def hut(P, T, i, noise, hx, hy, slope, pix):
    """(distance, r, g, b) of a round building: a cylinder under a cone or a dome."""
    cx = T[i, n.X]
    cy = T[i, n.Y]
    mid = hx * cx + hy * cy
    off = hx * cy - hy * cx
    rim = T[i, HUT.rim]
    if mid < 0.3 or abs(off) > rim:
        return MISS, 0.0, 0.0, 0.0
    radius = T[i, HUT.radius]
    top = T[i, n.HEIGHT]
    rise = T[i, HUT.rise]
    oz = P[n.CAMERA_Z] - T[i, n.BASE]
    gone = mid * mid + off * off
    near = MISS
    face = 0
    if abs(off) < radius:
        t = mid - sqrt(radius * radius - off * off)
        z = oz + slope * t
        if t > 0.05 and z < top and z > -T[i, HUT.below]:
            near = t
    if int(T[i, HUT.form]) == DOME:
        q = rim * rim / (rise * rise)
        qa = 1.0 + q * slope * slope
        qb = mid - q * slope * (oz - top)
        qc = gone - rim * rim + q * (oz - top) * (oz - top)
        disc = qb * qb - qa * qc
        if disc > 0.0:
            t = (qb - sqrt(disc)) / qa
            if t > 0.05 and t < near and oz + slope * t >= top:
                near = t
                face = 1
    else:
        apex = top + rise
        eave = top - rise * (rim - radius) / radius
        q = rim / (apex - eave)
        q *= q
        h = apex - oz
        qa = 1.0 - q * slope * slope
        qb = mid - q * slope * h
        qc = gone - q * h * h
        disc = qb * qb - qa * qc
        if disc > 0.0 and abs(qa) > 1e-5:
            root = sqrt(disc)
            for k in range(2):
                t = (qb - root) / qa if k == 0 else (qb + root) / qa
                z = oz + slope * t
                if t > 0.05 and t < near and z < apex and z > eave:
                    near = t
                    face = 1
        if slope > 1e-4 and rim > radius:
            t = (eave - oz) / slope
            if t > 0.05 and t < near and t * t - 2.0 * t * mid + gone < rim * rim:
                near = t
                face = 2
    if near >= MISS:
        return MISS, 0.0, 0.0, 0.0
    nx = (hx * near - cx) / rim
    ny = (hy * near - cy) / rim
    z = oz + slope * near
    size = sqrt(nx * nx + ny * ny) + 1e-6
    foot = pix * near * 1.1 + 0.002
    kind = int(T[i, HUT.wall])
    ax = nx / size
    ay = ny / size
    az = 0.0
    front = ax * T[i, HUT.door_x] + ay * T[i, HUT.door_y]
    arc = (ax * T[i, HUT.door_y] - ay * T[i, HUT.door_x]) * radius
    facing = abs(hx * ax + hy * ay)
    fx = foot / clamp(facing, 0.12, 1.0)
    if face == 2:
        r, g, b = 0.25 * T[i, n.RGB_B], 0.25 * T[i, n.RGB_B + 1], 0.25 * T[i, n.RGB_B + 2]
        az = -0.8
        ax = 0.0
        ay = 0.0
    elif face == 1:
        high = (z - top) / rise
        az = radius / sqrt(radius * radius + rise * rise) if int(T[i, HUT.form]) != DOME else clamp(high, 0.0, 1.0)
        flat = sqrt(1.0 - az * az)
        ax *= flat
        ay *= flat
        turn = 2.0 * arc if front > 0.0 else 7.0 - 2.0 * arc
        r, g, b = roof_look(P, T, i, noise, turn, (1.0 - high) * sqrt(radius * radius + rise * rise), foot, foot / 0.5)
        if kind == YURT:
            rope = max(lines(turn, 1.4, 0.05, fx), cover(high - 0.86, 0.05, foot))
            r *= 1.0 - 0.5 * rope
            g *= 1.0 - 0.6 * rope
            b *= 1.0 - 0.7 * rope
    else:
        r = T[i, n.RGB_A]
        g = T[i, n.RGB_A + 1]
        b = T[i, n.RGB_A + 2]
        tone = 1.0 + 0.12 * noise_at(noise, arc * 0.8 + T[i, HUT.seed], z * 0.8)
        if kind == REED:
            tone *= 1.0 - 0.4 * lines(arc, 0.14, 0.03, fx)
        elif kind == METAL:
            tone *= 1.0 - 0.25 * lines(z, 0.5, 0.05, foot)
        elif kind == YURT:
            belt = max(cover(z - 0.45 * top, 0.05, foot), cover(z - 0.85 * top, 0.05, foot))
            r += (0.20 - r) * belt
            g += (0.10 - g) * belt
            b += (0.05 - b) * belt
        elif kind == TOWER:
            ring = cover(z - 0.72 * top, 0.5, foot)
            tone *= 1.0 - 0.5 * cover(z - 0.72 * top + 0.8, 0.35, foot)
            r += (T[i, n.RGB_D] - r) * ring
            g += (T[i, n.RGB_D + 1] - g) * ring
            b += (T[i, n.RGB_D + 2] - b) * ring
        if z < 0.7:
            tone *= 0.75 + 0.25 * clamp(z / 0.7, 0.0, 1.0)
        if kind != METAL and front > 0.0:
            tall = 1.45 if 0.85 * top > 1.45 else 0.85 * top
            door = cover(arc, 0.42, fx) * cover(z - 0.5 * tall, 0.5 * tall, foot)
            r += (T[i, n.RGB_C] - r) * door
            g += (T[i, n.RGB_C + 1] - g) * door
            b += (T[i, n.RGB_C + 2] - b) * door
        r *= tone
        g *= tone
        b *= tone
    sky, sun = lit(P, ax, ay, az)
    return (
        near,
        r * (P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * sun),
        g * (P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * sun),
        b * (P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * sun),
    )
