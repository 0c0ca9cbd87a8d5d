"""Bollards, poles, boards: thin things with soft edges. Knows no ground and no sky."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import floor

import world.raycast_names as n
from world.compiled import kernel
from world.raycast_boxes import MISS, lit, slab
from world.raycast_math import clamp, cover
from world.raycast_sprites import letter_at


@kernel
def round_post(P, T, i, hx, hy, slope, pix):
    """(distance, coverage, r, g, b) of an upright cylinder with a band (RGB_B) between two heights."""
    dot = hx * T[i, n.X] + hy * T[i, n.Y]
    if dot < 0.2:
        return MISS, 0.0, 0.0, 0.0, 0.0
    off = hx * T[i, n.Y] - hy * T[i, n.X]  # > 0: the axis lies right of the ray
    z = P[n.CAMERA_Z] + slope * dot - T[i, n.BASE]
    radius = T[i, n.WIDTH]
    tall = T[i, n.HEIGHT]
    foot = pix * dot + 0.001
    radius *= 1.0 - T[i, n.EXTRA + 4] * clamp(z / tall, 0.0, 1.0)
    a = cover(off, radius, foot) * cover(z - 0.5 * tall, 0.5 * tall, foot)
    if a < 0.01:
        return MISS, 0.0, 0.0, 0.0, 0.0
    bend = clamp(-off / radius, -1.0, 1.0)
    front = (1.0 - bend * bend) ** 0.5
    ax = -hx * front - hy * bend
    ay = -hy * front + hx * bend
    sky, sun = lit(P, ax, ay, 0.0)
    band = cover(z - 0.5 * (T[i, n.EXTRA] + T[i, n.EXTRA + 1]), 0.5 * (T[i, n.EXTRA + 1] - T[i, n.EXTRA]), foot)
    stripes = T[i, n.EXTRA + 2]
    if stripes > 0.0:
        m = z / stripes
        band *= 1.0 if m - floor(m) < 0.5 else 0.0
    cap = clamp((z - T[i, n.EXTRA + 3]) / foot + 0.5, 0.0, 1.0)
    r = T[i, n.RGB_A] + (T[i, n.RGB_B] - T[i, n.RGB_A]) * band
    g = T[i, n.RGB_A + 1] + (T[i, n.RGB_B + 1] - T[i, n.RGB_A + 1]) * band
    b = T[i, n.RGB_A + 2] + (T[i, n.RGB_B + 2] - T[i, n.RGB_A + 2]) * band
    r += (T[i, n.RGB_C] - r) * cap
    g += (T[i, n.RGB_C + 1] - g) * cap
    b += (T[i, n.RGB_C + 2] - b) * cap
    grain = 1.0 if foot > 0.03 else 0.92 + 0.16 * abs(bend * 7.0 - floor(bend * 7.0) - 0.5)
    sky *= grain
    return (
        dot - radius * front,
        a,
        r * (P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * sun),
        g * (P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * sun),
        b * (P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * sun),
    )


@kernel
def block(P, T, i, hx, hy, slope, pix):
    """(distance, coverage, r, g, b) of an upright box with a band (RGB_B) between two heights."""
    c = T[i, n.COS]
    s = T[i, n.SIN]
    px = -T[i, n.X]
    py = -T[i, n.Y]
    dx = hx * c + hy * s
    dy = -hx * s + hy * c
    oz = P[n.CAMERA_Z] - T[i, n.BASE]
    tall = T[i, n.HEIGHT]
    near, far, face = slab(px * c + py * s, dx, T[i, n.LENGTH], 0.05, MISS, 0, 1)
    near, far, face = slab(-px * s + py * c, dy, T[i, n.WIDTH], near, far, face, 2)
    near, far, face = slab(oz - 0.5 * tall, slope, 0.5 * tall, near, far, face, 3)
    if near > far:
        return MISS, 0.0, 0.0, 0.0, 0.0
    z = oz + slope * near
    foot = pix * near + 0.001
    ax = 0.0
    ay = 0.0
    az = 0.0
    if face == 3:
        az = 1.0
    elif face == 1 or face == -1:
        ax = float(face)
    else:
        ay = 1.0 if face == 2 else -1.0
    sky, sun = lit(P, ax * c - ay * s, ax * s + ay * c, az)
    band = cover(z - 0.5 * (T[i, n.EXTRA] + T[i, n.EXTRA + 1]), 0.5 * (T[i, n.EXTRA + 1] - T[i, n.EXTRA]), foot)
    cap = clamp((z - T[i, n.EXTRA + 3]) / foot + 0.5, 0.0, 1.0)
    r = T[i, n.RGB_A] + (T[i, n.RGB_B] - T[i, n.RGB_A]) * band
    g = T[i, n.RGB_A + 1] + (T[i, n.RGB_B + 1] - T[i, n.RGB_A + 1]) * band
    b = T[i, n.RGB_A + 2] + (T[i, n.RGB_B + 2] - T[i, n.RGB_A + 2]) * band
    r += (T[i, n.RGB_C] - r) * cap
    g += (T[i, n.RGB_C + 1] - g) * cap
    b += (T[i, n.RGB_C + 2] - b) * cap
    return (
        near,
        1.0,
        r * (P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * sun),
        g * (P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * sun),
        b * (P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * sun),
    )


@kernel
def board(P, T, i, text, hx, hy, slope, pix):
    """(distance, coverage, r, g, b) of a flat board: rectangle, triangle, diamond or disc; a sign from in front."""
    ax = T[i, n.COS]
    ay = T[i, n.SIN]
    along = hx * ax + hy * ay
    if abs(along) < 1e-4:
        return MISS, 0.0, 0.0, 0.0, 0.0
    near = (T[i, n.X] * ax + T[i, n.Y] * ay) / along
    if near < 0.3:
        return MISS, 0.0, 0.0, 0.0, 0.0
    x = hx * near - T[i, n.X]
    y = hy * near - T[i, n.Y]
    m = x * ay - y * ax  # to the right of one who stands before it
    z = P[n.CAMERA_Z] + slope * near - T[i, n.BASE] - 0.5 * T[i, n.HEIGHT]
    half_w = T[i, n.WIDTH]
    half_h = 0.5 * T[i, n.HEIGHT]
    foot_z = pix * near + 0.001
    foot = foot_z / clamp(abs(along), 0.15, 1.0)
    shape = T[i, n.EXTRA]
    border = T[i, n.EXTRA + 3]
    if shape < 0.5:
        a = cover(m, half_w, foot) * cover(z, half_h, foot_z)
        inner = cover(m, half_w - border, foot) * cover(z, half_h - border, foot_z)
    else:
        if shape < 1.5:  # triangle, point upwards
            edge = min((half_h - z) * half_w / (2.0 * half_h) - abs(m), z + half_h)
        elif shape < 2.5:  # diamond
            edge = (half_h - abs(z) - abs(m) * half_h / half_w) * 0.707
        else:
            edge = half_h - (m * m + z * z) ** 0.5
        a = clamp(edge / foot_z + 0.5, 0.0, 1.0)
        inner = clamp((edge - border) / foot_z + 0.5, 0.0, 1.0)
    if a < 0.01:
        return MISS, 0.0, 0.0, 0.0, 0.0
    sky, sun = lit(P, ax, ay, 0.15)
    if along > 0.0:  # from behind: bare metal
        sky, sun = lit(P, -ax, -ay, 0.0)
        k = 0.30
        return (
            near,
            a,
            k * (P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * sun),
            k * (P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * sun),
            k * (P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * sun),
        )
    mark = 0.0
    symbol = T[i, n.EXTRA + 2]
    if symbol > 0.5 and symbol < 1.5:  # lettering
        u = 0.5 + m / (2.0 * half_w * 0.92)
        v = 0.5 - z / (2.0 * half_h * 0.84)
        if u > 0.0 and u < 1.0 and v > 0.0 and v < 1.0:
            mark = letter_at(text, int(T[i, n.EXTRA + 1]), u, v, foot_z / (2.0 * half_h))
    elif symbol < 2.5 and symbol > 1.5:  # a bend to come
        up = z / half_h
        if shape < 1.5:
            up += 0.25
        bent = 0.16 * half_w * (1.0 if up > 0.05 else -1.0) * min(abs(up) * 2.0, 1.0)
        mark = cover(m - bent, 0.10 * half_w, foot) * cover(up, 0.45, foot_z / half_h)
    elif symbol < 3.5 and symbol > 2.5:  # chevrons
        k = (m + 0.6 * abs(z) * T[i, n.EXTRA + 4]) / (half_w * 0.66)
        mark = 1.0 if k - floor(k) < 0.5 else 0.0
    elif symbol > 3.5:  # two figures of a speed limit
        mark = max(
            cover(abs(m) - 0.3 * half_w, 0.16 * half_w, foot) * cover(z, 0.42 * half_h, foot_z)
            - 0.9 * cover(abs(m) - 0.3 * half_w, 0.05 * half_w, foot) * cover(z, 0.28 * half_h, foot_z),
            0.0,
        )
    r = T[i, n.RGB_A] + (T[i, n.RGB_C] - T[i, n.RGB_A]) * mark
    g = T[i, n.RGB_A + 1] + (T[i, n.RGB_C + 1] - T[i, n.RGB_A + 1]) * mark
    b = T[i, n.RGB_A + 2] + (T[i, n.RGB_C + 2] - T[i, n.RGB_A + 2]) * mark
    rim = 1.0 - inner
    r += (T[i, n.RGB_B] - r) * rim
    g += (T[i, n.RGB_B + 1] - g) * rim
    b += (T[i, n.RGB_B + 2] - b) * rim
    sky = 0.35 + 0.75 * sky  # sheeting throws light back
    return (
        near,
        a,
        r * (P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * sun),
        g * (P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * sun),
        b * (P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * sun),
    )


@kernel
def pole_top(P, T, i, hx, hy, slope, pix):
    """(distance, coverage, r, g, b) of a pole's arms and insulators, or of a lamp's arm: a plane across the road."""
    if abs(hx) < 1e-3:
        return MISS, 0.0, 0.0, 0.0, 0.0
    near = T[i, n.X] / hx
    if near < 0.3:
        return MISS, 0.0, 0.0, 0.0, 0.0
    m = hy * near - T[i, n.Y]
    z = P[n.CAMERA_Z] + slope * near
    foot = pix * near + 0.001
    reach = T[i, n.LENGTH]
    if abs(m) > reach + 0.5 or z < T[i, n.BASE] or z > T[i, n.BASE] + T[i, n.HEIGHT]:
        return MISS, 0.0, 0.0, 0.0, 0.0
    style = T[i, n.EXTRA]
    top = T[i, n.BASE] + T[i, n.HEIGHT]
    a = 0.0
    dark = 0.0
    if style < 1.5:  # one arm, or two
        a = cover(m, reach, foot) * cover(z - top + 0.45, 0.08, foot)
        if style > 0.5:
            a = max(a, cover(m, reach * 0.8, foot) * cover(z - top + 1.15, 0.08, foot))
        k = abs(m) / reach * 2.0
        dark = max(cover(m - reach * 0.9, 0.07, foot), cover(m + reach * 0.9, 0.07, foot))
        dark = max(dark, cover(abs(m) - reach * 0.45, 0.07, foot)) * cover(z - top + 0.26, 0.13, foot)
        brace = cover((top - 1.1 - z) + abs(m) * 0.9, 0.05, foot) * (1.0 if k < 1.3 else 0.0)
        a = max(a, 0.8 * brace)
    elif style < 2.5:  # an arm with a lamp, towards the road
        s = T[i, n.EXTRA + 1]
        rise = cover(z - top + 0.25 - 0.12 * m * s, 0.05, foot) * (1.0 if m * s > 0.0 and m * s < reach else 0.0)
        a = rise
        dark = cover(m * s - reach + 0.25, 0.38, foot) * cover(z - top + 0.22 - 0.12 * reach, 0.09, foot)
    else:  # a globe
        d = (m * m + (z - top + 0.28) * (z - top + 0.28)) ** 0.5
        dark = clamp((0.28 - d) / foot + 0.5, 0.0, 1.0)
    total = max(a, dark)
    if total < 0.01:
        return MISS, 0.0, 0.0, 0.0, 0.0
    sky, sun = lit(P, -1.0 if hx > 0.0 else 1.0, 0.0, 0.2)
    w = dark / total
    r = T[i, n.RGB_A] + (T[i, n.RGB_B] - T[i, n.RGB_A]) * w
    g = T[i, n.RGB_A + 1] + (T[i, n.RGB_B + 1] - T[i, n.RGB_A + 1]) * w
    b = T[i, n.RGB_A + 2] + (T[i, n.RGB_B + 2] - T[i, n.RGB_A + 2]) * w
    glow = P[n.NIGHT] * w * (2.0 if style > 1.5 else 0.0)
    return (
        near,
        total,
        r * (P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * sun) + glow,
        g * (P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * sun) + 0.8 * glow,
        b * (P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * sun) + 0.5 * glow,
    )
