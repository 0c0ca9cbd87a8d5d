"""Cars: solids with a rounded profile, met by a short march; glass, lamps, wheels, plates. Knows no ground and no sky.

A car is the space under its profile and between its sides, which lean in above the belt line and close in plan towards
both ends, with holes for the wheels.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import sqrt

import world.draw.slots as n
import world.draw.things.car_shapes as s
from world.draw.compiled import kernel
from world.draw.noise import clamp, cover
from world.draw.things.boxes import MISS, slab
from world.draw.things.car_shapes import CELLS, PROFILES, SHAPES

CAR = n.CAR_COLUMNS


@kernel
def outline(kind, x, half_x):
    """(height, steepness) of the profile at x."""
    u = clamp((x / half_x + 1.0) * 0.5 * CELLS, 0.0, CELLS - 0.001)
    i = int(u)
    low = PROFILES[kind, i]
    rise = PROFILES[kind, i + 1] - low
    return low + rise * (u - i), rise * CELLS * 0.5 / half_x


@kernel
def half_width(kind, x, z, half_x):
    """Half the car's width at x, z."""
    u = x / half_x
    u = u * u
    wide = SHAPES[kind, s.HALF_Y] * (1.0 - SHAPES[kind, s.PLAN] * u * u * u)
    belt = SHAPES[kind, s.BELT]
    if z > belt:
        return wide - SHAPES[kind, s.TUMBLE] * (z - belt) / (SHAPES[kind, s.TALL] - belt)
    return wide - 0.10 * (belt - z) * (belt - z)


@kernel
def in_wheel(kind, x, z):
    """Squared distance from the nearer axle, in wheel radii."""
    radius = SHAPES[kind, s.WHEEL]
    off = x - (SHAPES[kind, s.FRONT_AXLE] if x > 0.0 else SHAPES[kind, s.REAR_AXLE])
    up = z - radius
    return (off * off + up * up) / (radius * radius)


@kernel
def inside(kind, x, y, z, half_x):
    """Whether a point lies within the car."""
    side = abs(y)
    low = SHAPES[kind, s.LOW]
    if z < 2.3 * SHAPES[kind, s.WHEEL] and side > SHAPES[kind, s.HALF_Y] - 0.24:
        wheel = in_wheel(kind, x, z)
        if wheel < 1.28:
            return wheel < 1.0 and side < SHAPES[kind, s.HALF_Y] - 0.03
    if z < low or side > half_width(kind, x, z, half_x):
        return False
    high, _ = outline(kind, x, half_x)
    return z < high


@kernel
def car(P, T, i, hx, hy, slope, pix):
    """(distance, coverage, r, g, b) of car `i`, which looks along its own x, and of the shade right below it."""
    c = T[i, n.COS]
    sn = T[i, n.SIN]
    ox = -T[i, n.X] * c - T[i, n.Y] * sn
    oy = T[i, n.X] * sn - T[i, n.Y] * c
    dx = hx * c + hy * sn
    dy = -hx * sn + hy * c
    oz = P[n.CAMERA_Z] - T[i, n.BASE] - T[i, n.PITCH] * ox  # on a slope the car leans with the road
    dz = slope - T[i, n.PITCH] * dx
    kind = int(T[i, CAR.shape])
    half_x = SHAPES[kind, s.HALF_X]
    half_y = SHAPES[kind, s.HALF_Y]
    top = SHAPES[kind, s.TALL]
    t0, t1, _ = slab(ox, dx, half_x, 0.05, MISS, 0, 1)
    t0, t1, _ = slab(oy, dy, half_y, t0, t1, 0, 2)
    t0, t1, _ = slab(oz - 0.5 * top, dz, 0.5 * top, t0, t1, 0, 3)
    near = MISS
    if t0 < t1:
        steps = 16 if pix * t0 < 0.03 else 9
        dt = (t1 - t0) / steps
        t = t0 + 0.002
        for _ in range(steps + 1):
            if inside(kind, ox + dx * t, oy + dy * t, oz + dz * t, half_x):
                near = t
                break
            t += dt
        if near < MISS and near > t0 + 0.003:
            low = near - dt
            for _ in range(5):
                t = 0.5 * (low + near)
                if inside(kind, ox + dx * t, oy + dy * t, oz + dz * t, half_x):
                    near = t
                else:
                    low = t
    if near < MISS:
        r, g, b = car_look(P, T, i, kind, ox + dx * near, oy + dy * near, oz + dz * near, dx, dy, dz, near, pix)
        return near, 1.0, r, g, b
    if dz < -1e-3:
        near = -oz / dz
        off = max(abs(ox + dx * near) - half_x, abs(oy + dy * near) - half_y)
        if off < 0.25 and near > 0.0:
            return near - 0.01, clamp(0.80 * (0.25 - off) / 0.45, 0.0, 0.80), 0.0, 0.0, 0.0
    return MISS, 0.0, 0.0, 0.0, 0.0


@kernel
def car_look(P, T, i, kind, x, y, z, dx, dy, dz, near, pix):
    """(r, g, b) of the surface at x, y, z of car `i`, seen along (dx, dy, dz)."""
    foot = pix * near * 1.2 + 0.002
    half_x = SHAPES[kind, s.HALF_X]
    half_y = SHAPES[kind, s.HALF_Y]
    belt = SHAPES[kind, s.BELT]
    high, steep = outline(kind, x, half_x)
    wide = half_width(kind, x, z, half_x)
    flat = 1.0 / sqrt(1.0 + steep * steep)
    gap_top = (high - z) * flat
    gap_side = wide - abs(y)
    gap_end = half_x - abs(x)
    bevel = 0.07
    wt = clamp(1.0 - gap_top / bevel, 0.0, 1.0)
    ws = clamp(1.0 - gap_side / bevel, 0.0, 1.0)
    we = clamp(1.0 - gap_end / bevel, 0.0, 1.0)
    left = 1.0 if y > 0.0 else -1.0
    ahead = 1.0 if x > 0.0 else -1.0
    on_top = gap_top < gap_side and gap_top < gap_end
    on_end = not on_top and gap_end < gap_side
    if on_top and gap_end < 0.24 and z < belt + 0.02 and abs(steep) > 1.2:  # the rounding of nose and tail
        on_top = False
        on_end = True
    tilt = SHAPES[kind, s.TUMBLE] / (SHAPES[kind, s.TALL] - belt) if z > belt else -0.20 * (belt - z)
    u = x / half_x
    ax = -steep * flat * wt + ahead * we + 6.0 * SHAPES[kind, s.PLAN] * half_y / half_x * u * u * u * u * u * ws
    ay = left * (ws + 1e-4)
    az = flat * wt + tilt * ws
    norm = 1.0 / sqrt(ax * ax + ay * ay + az * az)
    ax *= norm
    ay *= norm
    az *= norm
    r = T[i, n.RGB_A]
    g = T[i, n.RGB_A + 1]
    b = T[i, n.RGB_A + 2]
    gloss = 0.8
    glow = 0.0
    glass = 0.0
    wheel = in_wheel(kind, x, z)
    low = SHAPES[kind, s.LOW]
    if x < SHAPES[kind, s.CARGO_TO] or z > SHAPES[kind, s.ROOF_ABOVE]:
        r, g, b = T[i, n.RGB_D], T[i, n.RGB_D + 1], T[i, n.RGB_D + 2]
        gloss = 0.25
    if wheel < 1.3 and (z < low or abs(y) > half_y - 0.26) and z < 2.2 * SHAPES[kind, s.WHEEL] and not on_end:
        rim = clamp((0.44 - wheel) * SHAPES[kind, s.WHEEL] / foot + 0.5, 0.0, 1.0) * (1.0 if wheel > 0.02 else 0.3)
        r = 0.012 + 0.30 * rim
        g = r
        b = r
        if abs(y) < half_y - 0.06:  # the hollow behind the wheel
            r, g, b = 0.004, 0.004, 0.004
        return shaded(P, T, i, r, g, b, 0.15 * rim, 0.0, left, 0.2, dx, dy, dz, 0.7)
    if z < low + 0.01:
        return 0.003, 0.003, 0.003
    if z < low + 0.13:
        r, g, b = 0.03, 0.03, 0.032
        gloss = 0.15
    roof = SHAPES[kind, s.ROOF_ABOVE]
    if on_top:
        if x > SHAPES[kind, s.ROOF_FRONT] and x < SHAPES[kind, s.COWL]:
            glass = clamp((gap_side - 0.07) / foot + 0.5, 0.0, 1.0)
        elif x > SHAPES[kind, s.TAIL] and x < SHAPES[kind, s.ROOF_REAR]:
            glass = clamp((gap_side - 0.10) / foot + 0.5, 0.0, 1.0)
    elif on_end:
        if x > 0.0 or (x > SHAPES[kind, s.CARGO_TO] and SHAPES[kind, s.TAIL] < -0.97 * half_x):
            middle = 0.5 * (belt + min(SHAPES[kind, s.TALL] - 0.16, roof)) + 0.02
            glass = cover(y, wide - 0.16, foot) * cover(z - middle, max(middle - belt - 0.08, 0.0), foot)
    elif x > SHAPES[kind, s.SIDE_FROM]:
        glass = clamp((gap_top - 0.09) / foot + 0.5, 0.0, 1.0) * clamp((z - belt - 0.03) / foot + 0.5, 0.0, 1.0)
        glass *= clamp((x - SHAPES[kind, s.SIDE_FROM]) / foot, 0.0, 1.0)
        glass *= 1.0 - max(
            cover(x - SHAPES[kind, s.PILLAR_A], 0.045, foot), cover(x - SHAPES[kind, s.PILLAR_B], 0.045, foot)
        )
        if SHAPES[kind, s.PITCH] > 0.0:
            m = x / SHAPES[kind, s.PITCH]
            glass *= 1.0 - cover((m - round(m)) * SHAPES[kind, s.PITCH], 0.05, foot)
    if glass < 0.5 and not on_top:
        if on_end or gap_end < 0.30:
            up = z - (SHAPES[kind, s.LAMP_FRONT] if x > 0.0 else SHAPES[kind, s.LAMP_REAR])
            lamp = cover(abs(y) - wide + 0.17, 0.22 if x > 0.0 else 0.14, foot)
            lamp *= cover(up, 0.075 if x > 0.0 else 0.10, foot)
            if x > 0.0:
                grille = cover(y, half_y * 0.55, foot) * cover(up + 0.06, 0.10, foot) * (1.0 if on_end else 0.0)
                if foot < 0.03:
                    m = z / 0.045
                    grille *= 0.7 + 0.3 * (1.0 if m - int(m) < 0.6 else 0.0)
                r += (0.02 - r) * grille
                g += (0.02 - g) * grille
                b += (0.02 - b) * grille
                r += (0.80 - r) * lamp
                g += (0.81 - g) * lamp
                b += (0.78 - b) * lamp
            else:
                r += (0.50 - r) * lamp
                g += (0.012 - g) * lamp
                b += (0.015 - b) * lamp
            glow = lamp * P[n.NIGHT]
            if on_end or gap_end < 0.06:
                r, g, b, plate = plate_look(T, i, kind, x, y, z, foot, r, g, b)
                gloss *= 1.0 - plate
        elif foot < 0.06:
            seam = max(
                cover(x - SHAPES[kind, s.PILLAR_A], 0.010, foot), cover(x - SHAPES[kind, s.PILLAR_B], 0.010, foot)
            )
            handle = cover(z - belt + 0.13, 0.014, foot) * max(
                cover(x - SHAPES[kind, s.PILLAR_A] - 0.16, 0.07, foot),
                cover(x - SHAPES[kind, s.PILLAR_B] - 0.16, 0.07, foot),
            )
            dark = 1.0 - 0.7 * max(seam, 0.8 * handle)
            r *= dark
            g *= dark
            b *= dark
    shine = 1.0 if SHAPES[kind, s.OPEN] < 0.5 or on_top else 0.1
    r += (0.020 - r) * glass
    g += (0.024 - g) * glass
    b += (0.026 - b) * glass
    gloss += (1.6 * shine - gloss) * glass
    sky = clamp(0.55 + 0.5 * z, 0.0, 1.0)
    r, g, b = shaded(P, T, i, r, g, b, gloss, ax, ay, az, dx, dy, dz, sky)
    if glow > 0.0:
        r += glow * (1.6 if x > 0.0 else 0.7)
        g += glow * (1.5 if x > 0.0 else 0.0)
        b += glow * (1.2 if x > 0.0 else 0.0)
    return r, g, b


@kernel
def shaded(P, T, i, r, g, b, gloss, ax, ay, az, dx, dy, dz, open_):
    """Lit paint with the sky's and the sun's reflection; the normal (ax, ay, az) is the car's own."""
    c = T[i, n.COS]
    sn = T[i, n.SIN]
    wx = ax * c - ay * sn
    wy = ax * sn + ay * c
    toward = wx * P[n.SUN_X] + wy * P[n.SUN_Y] + az * P[n.SUN_Z]
    sun = (toward if toward > 0.0 else 0.0) * P[n.SUN_STRENGTH]
    sky = (0.60 + 0.34 * az + 0.06 * wy) * open_
    norm = 1.0 / sqrt(dx * dx + dy * dy + dz * dz)
    vx = (dx * c - dy * sn) * norm
    vy = (dx * sn + dy * c) * norm
    vz = dz * norm
    facing = -(vx * wx + vy * wy + vz * az)
    facing = clamp(facing, 0.0, 1.0)
    away = (1.0 - facing) * (1.0 - facing)
    mirror = gloss * (0.045 + 0.50 * away * away)
    rz = vz + 2.0 * facing * az
    glint = (vx + 2.0 * facing * wx) * P[n.SUN_X] + (vy + 2.0 * facing * wy) * P[n.SUN_Y] + rz * P[n.SUN_Z]
    glint = glint if glint > 0.0 else 0.0
    glint *= glint
    glint *= glint
    glint *= glint
    glint *= glint
    glint *= glint
    glint *= 0.9 * gloss * P[n.SUN_STRENGTH] * glint
    up = clamp(rz * 1.5 + 0.1, 0.0, 1.0)
    seen = 1.0 if rz > -0.05 else 0.30  # below the horizon it mirrors the ground
    keep = 1.0 - mirror
    r = keep * r * (P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * sun)
    g = keep * g * (P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * sun)
    b = keep * b * (P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * sun)
    mirror *= seen
    r += mirror * (P[n.HORIZON_RGB] + (P[n.ZENITH_RGB] - P[n.HORIZON_RGB]) * up) + glint * P[n.SUN_RGB]
    g += mirror * (P[n.HORIZON_RGB + 1] + (P[n.ZENITH_RGB + 1] - P[n.HORIZON_RGB + 1]) * up) + glint * P[n.SUN_RGB + 1]
    b += mirror * (P[n.HORIZON_RGB + 2] + (P[n.ZENITH_RGB + 2] - P[n.HORIZON_RGB + 2]) * up) + glint * P[n.SUN_RGB + 2]
    return r, g, b


@kernel
def plate_look(T, i, kind, x, y, z, foot, r, g, b):
    """(r, g, b, coverage) of an end of the car with its plate: rim, ground, band at the left, characters."""
    front = x > 0.0
    half_h = T[i, CAR.plate_half_m]
    half_w = half_h * T[i, CAR.plate_aspect]
    up = z - (SHAPES[kind, s.PLATE_FRONT] if front else SHAPES[kind, s.PLATE_REAR])
    if half_h <= 0.0 or abs(up) > half_h + 0.1 or abs(y) > half_w + 0.1:
        return r, g, b, 0.0
    rim = cover(y, half_w + 0.015, foot) * cover(up, half_h + 0.015, foot)
    plate = cover(y, half_w, foot) * cover(up, half_h, foot)
    base = n.RGB_B if front else n.RGB_C
    across = -y if front else y  # seen from outside
    band = clamp((-across - 0.76 * half_w) / foot + 0.5, 0.0, 1.0) * plate
    r += (0.02 - r) * rim
    g += (0.02 - g) * rim
    b += (0.02 - b) * rim
    r += (T[i, base] - r) * plate
    g += (T[i, base + 1] - g) * plate
    b += (T[i, base + 2] - b) * plate
    r += (T[i, CAR.band_r] - r) * band
    g += (T[i, CAR.band_g] - g) * band
    b += (T[i, CAR.band_b] - b) * band
    if foot < 0.05:
        m = y / half_w * 3.5
        ink = cover(up, half_h * 0.58, foot) * cover(m - round(m), 0.30, foot * 3.5 / half_w) * plate * (1.0 - band)
        ink *= 1.0 if abs(y) < half_w * 0.82 else 0.0
        light = 1.0 if T[i, base] + T[i, base + 1] + T[i, base + 2] < 0.45 else 0.0  # white on dark plates
        r += (0.03 + 0.75 * light - r) * ink
        g += (0.03 + 0.75 * light - g) * ink
        b += (0.03 + 0.75 * light - b) * ink
    return r, g, b, rim
