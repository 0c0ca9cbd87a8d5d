"""Bollards, poles, boards: thin things with soft edges. Knows no ground and no sky."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import floor

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.noise import clamp, cover
from world.draw.textures import TEXT_ASPECT, letter_at
from world.draw.things.boxes import MISS, lit, slab

POST, BLOCK, BOARD, POLE = n.POST_COLUMNS, n.BLOCK_COLUMNS, n.BOARD_COLUMNS, n.POLE_COLUMNS


@kernel
def reflector(low, high, z, foot):
    """How much of a footprint at height z lies on the reflector between `low` and `high`."""
    return cover(z - 0.5 * (low + high), 0.5 * (high - low), foot)


@kernel
def round_post(P, T, i, hx, hy, slope, pix):
    """(distance, coverage, r, g, b) of an upright cylinder."""
    dot = hx * T[i, n.X] + hy * T[i, n.Y]
    if dot < 0.2:
        return MISS, 0.0, 0.0, 0.0, 0.0
    off = hx * T[i, n.Y] - hy * T[i, n.X]  # > 0: the axis lies right of the ray
    z = P[n.CAMERA_Z] + slope * dot - T[i, n.BASE]
    radius = T[i, n.WIDTH]
    tall = T[i, n.HEIGHT]
    foot = pix * dot + 0.001
    radius *= 1.0 - T[i, POST.taper] * clamp(z / tall, 0.0, 1.0)
    a = cover(off, radius, foot) * cover(z - 0.5 * tall, 0.5 * tall, foot)
    if a < 0.01:
        return MISS, 0.0, 0.0, 0.0, 0.0
    bend = clamp(-off / radius, -1.0, 1.0)
    front = (1.0 - bend * bend) ** 0.5
    ax = -hx * front - hy * bend
    ay = -hy * front + hx * bend
    sky, sun = lit(P, ax, ay, 0.0)
    band = cover(
        z - 0.5 * (T[i, POST.band_from] + T[i, POST.band_to]), 0.5 * (T[i, POST.band_to] - T[i, POST.band_from]), foot
    )
    stripes = T[i, POST.stripes]
    if stripes > 0.0:
        m = z / stripes
        band *= 1.0 if m - floor(m) < 0.5 else 0.0
    cap = clamp((z - T[i, POST.cap_from]) / foot + 0.5, 0.0, 1.0)
    r = T[i, n.RGB_A] + (T[i, n.RGB_B] - T[i, n.RGB_A]) * band
    g = T[i, n.RGB_A + 1] + (T[i, n.RGB_B + 1] - T[i, n.RGB_A + 1]) * band
    b = T[i, n.RGB_A + 2] + (T[i, n.RGB_B + 2] - T[i, n.RGB_A + 2]) * band
    r += (T[i, n.RGB_C] - r) * cap
    g += (T[i, n.RGB_C + 1] - g) * cap
    b += (T[i, n.RGB_C + 2] - b) * cap
    glass = cover(off, 0.45 * radius, foot) * reflector(T[i, POST.glass_from], T[i, POST.glass_to], z, foot)
    r += (T[i, n.RGB_D] - r) * glass
    g += (T[i, n.RGB_D + 1] - g) * glass
    b += (T[i, n.RGB_D + 2] - b) * glass
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
    """(distance, coverage, r, g, b) of an upright box."""
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
    across = -(hx * near + px) * s + (hy * near + py) * c  # from its middle, along its width
    opening = T[i, BLOCK.openings]
    solid = 1.0
    if opening > 0.0 and (face == 1 or face == -1) and z < tall - 0.9 and z > 1.1:
        m = z / opening
        solid = 1.0 - cover((m - floor(m) - 0.5) * opening, 0.36 * opening, foot) * cover(
            across, 0.50 * T[i, n.WIDTH], foot
        )
        if solid < 0.03:
            return MISS, 0.0, 0.0, 0.0, 0.0
    slant = z + T[i, BLOCK.slant] * across
    band = cover(
        slant - 0.5 * (T[i, BLOCK.band_from] + T[i, BLOCK.band_to]),
        0.5 * (T[i, BLOCK.band_to] - T[i, BLOCK.band_from]),
        foot,
    )
    cap = clamp((z - T[i, BLOCK.cap_from]) / foot + 0.5, 0.0, 1.0)
    r = T[i, n.RGB_A] + (T[i, n.RGB_B] - T[i, n.RGB_A]) * band
    g = T[i, n.RGB_A + 1] + (T[i, n.RGB_B + 1] - T[i, n.RGB_A + 1]) * band
    b = T[i, n.RGB_A + 2] + (T[i, n.RGB_B + 2] - T[i, n.RGB_A + 2]) * band
    r += (T[i, n.RGB_C] - r) * cap
    g += (T[i, n.RGB_C + 1] - g) * cap
    b += (T[i, n.RGB_C + 2] - b) * cap
    glass = cover(across, 0.42 * T[i, n.WIDTH], foot) * reflector(T[i, BLOCK.glass_from], T[i, BLOCK.glass_to], z, foot)
    r += (T[i, n.RGB_D] - r) * glass
    g += (T[i, n.RGB_D + 1] - g) * glass
    b += (T[i, n.RGB_D + 2] - b) * glass
    return (
        near,
        solid,
        r * (P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * sun),
        g * (P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * sun),
        b * (P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * sun),
    )


@kernel
def board(P, T, i, text, hx, hy, slope, pix):
    """(distance, coverage, r, g, b) of a flat board on a post; a sign from in front, bare metal from behind."""
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
    shape = T[i, BOARD.shape]
    border = T[i, BOARD.border]
    if shape < 0.5:
        a = cover(m, half_w, foot) * cover(z, half_h, foot_z)
        inner = cover(m, half_w - border, foot) * cover(z, half_h - border, foot_z)
    else:
        if shape < 1.5 or (shape > 4.5 and shape < 5.5):
            up = z if shape < 1.5 else -z
            edge = min((half_h - up) * half_w / (2.0 * half_h) - abs(m), (up + half_h) * 0.87) * 0.9
        elif shape < 2.5:
            edge = (half_h - abs(z) - abs(m) * half_h / half_w) * 0.707
        elif shape < 3.5:
            edge = half_h - (m * m + z * z) ** 0.5
        elif shape < 4.5:
            edge = min(half_h - max(abs(z), abs(m)), (1.414 * half_h - abs(z) - abs(m)) * 0.707)
        else:
            ahead = m * T[i, BOARD.points]
            edge = min(min(half_h - abs(z), half_w + ahead), (half_w - ahead - 0.6 * abs(z)) * 0.86)
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
    symbol = T[i, BOARD.shows]
    if symbol > 1.5:
        k = (m + 0.6 * abs(z) * T[i, BOARD.points]) / (half_w * 0.66)
        mark = 1.0 if k - floor(k) < 0.5 else 0.0
    elif symbol > 0.5:
        size = 2.0 * T[i, BOARD.half_m]
        u = 0.5 + m / (size * TEXT_ASPECT)
        v = 0.5 - (z - T[i, BOARD.lift]) / size
        if u > 0.0 and u < 1.0 and v > 0.0 and v < 1.0:
            mark = letter_at(text, int(T[i, BOARD.words]), u, v, foot_z / size)
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
    """(distance, coverage, r, g, b) of what a pole carries, or a lamp: a plane across the road."""
    if abs(hx) < 1e-3:
        return MISS, 0.0, 0.0, 0.0, 0.0
    near = T[i, n.X] / hx
    if near < 0.3:
        return MISS, 0.0, 0.0, 0.0, 0.0
    m = hy * near - T[i, n.Y]
    z = P[n.CAMERA_Z] + slope * near
    foot = pix * near + 0.001
    reach = T[i, n.LENGTH]
    top = T[i, n.BASE] + T[i, n.HEIGHT]
    if abs(m) > reach + 0.6 or z < T[i, n.BASE] or z > top:
        return MISS, 0.0, 0.0, 0.0, 0.0
    style = T[i, POLE.style]
    under = z - top  # 0 at the top, falling
    a = 0.0
    dark = 0.0
    if style < 0.5:  # insulators on hooks, left and right in turn
        k = floor(-under / 0.42)
        turned = 1.0 if (k - 2.0 * floor(0.5 * k)) < 0.5 else -1.0
        v = -under - 0.42 * (k + 0.5)
        if k < 4.0:
            a = cover(m - turned * 0.17, 0.17, foot) * cover(v + 0.07, 0.025, foot)
            dark = cover(m - turned * 0.31, 0.055, foot) * cover(v - 0.02, 0.10, foot)
    elif style < 3.5:
        arms = floor(style + 0.5)
        for k in range(3):
            if k < arms:
                low = 0.34 + 0.66 * k
                wide = reach * (1.0 - 0.16 * k)
                a = max(a, cover(m, wide, foot) * cover(under + low, 0.065, foot))
                pins = max(cover(abs(m) - wide * 0.90, 0.055, foot), cover(abs(m) - wide * 0.42, 0.055, foot))
                dark = max(dark, pins * cover(under + low - 0.17, 0.11, foot))
        brace = cover(under + 1.0 - abs(m) * 0.85, 0.04, foot) * (1.0 if abs(m) < 0.75 * reach else 0.0)
        a = max(a, 0.8 * brace)
    elif style < 5.5:  # an arm with a lamp towards the road, or two
        s = T[i, POLE.toward]
        out = abs(m) if style > 4.5 else m * s
        rise = cover(under + 0.42 - 0.16 * out, 0.045, foot) * (1.0 if out > 0.0 and out < reach else 0.0)
        a = rise
        dark = cover(out - reach + 0.2, 0.36, foot) * cover(under + 0.40 - 0.16 * reach, 0.08, foot)
    elif style < 6.5:
        d = (m * m + (under + 0.28) * (under + 0.28)) ** 0.5
        dark = clamp((0.28 - d) / foot + 0.5, 0.0, 1.0)
    else:
        out = m * T[i, POLE.toward]
        a = cover(out - 0.35 * reach, 0.35 * reach, foot) * cover(under + 0.20, 0.035, foot)
        dark = cover(out - 0.82 * reach, 0.30, foot) * cover(under + 0.19, 0.035, foot)
    total = max(a, dark)
    if total < 0.01:
        return MISS, 0.0, 0.0, 0.0, 0.0
    sky, sun = lit(P, -1.0 if hx > 0.0 else 1.0, 0.0, 0.2)
    w = dark / total
    r = T[i, n.RGB_A] + (T[i, n.RGB_B] - T[i, n.RGB_A]) * w
    g = T[i, n.RGB_A + 1] + (T[i, n.RGB_B + 1] - T[i, n.RGB_A + 1]) * w
    b = T[i, n.RGB_A + 2] + (T[i, n.RGB_B + 2] - T[i, n.RGB_A + 2]) * w
    glow = P[n.NIGHT] * w * (2.0 if style > 3.5 else 0.0)
    return (
        near,
        total,
        r * (P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * sun) + glow,
        g * (P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * sun) + 0.8 * glow,
        b * (P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * sun) + 0.5 * glow,
    )
