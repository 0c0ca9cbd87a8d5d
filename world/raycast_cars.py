"""Cars: a body, a cabin with sloping ends, wheels, lamps and plates. Knows no ground and no sky."""

# mypy: allow-untyped-defs, allow-untyped-calls

import world.raycast_names as n
from world.compiled import kernel
from world.raycast_boxes import MISS, below, lit, slab
from world.raycast_math import clamp, cover


@kernel
def car(P, T, i, hx, hy, slope, pix):
    """(distance, coverage, r, g, b) of car `i`, which looks along its own x; distance MISS where it is not met."""
    c = T[i, n.COS]
    s = T[i, n.SIN]
    px = -T[i, n.X]
    py = -T[i, n.Y]
    ox = px * c + py * s
    oy = -px * s + py * c
    dx = hx * c + hy * s
    dy = -hx * s + hy * c
    # the car lies on a sloping road: its heights are sheared along it
    pitch = T[i, n.PITCH]
    oz = P[n.CAMERA_Z] - T[i, n.BASE] - pitch * ox
    slope -= pitch * dx
    half_x = T[i, n.LENGTH]
    half_y = T[i, n.WIDTH]
    belt = T[i, n.EXTRA]  # height of the body
    top = T[i, n.HEIGHT]
    low = 0.22
    # the body
    near, far, face = slab(ox, dx, half_x, 0.05, MISS, 0, 1)
    near, far, face = slab(oy, dy, half_y, near, far, face, 2)
    near, far, face = slab(oz - 0.5 * (belt + low), slope, 0.5 * (belt - low), near, far, face, 3)
    if near > far:
        near = MISS
    # the cabin: from x0 to x1 at the belt, its ends leaning inwards
    x0 = T[i, n.EXTRA + 1]
    x1 = T[i, n.EXTRA + 2]
    lean0 = T[i, n.EXTRA + 3]  # metres of lean per metre of height, rear
    lean1 = T[i, n.EXTRA + 4]  # and front
    t0, t1, f = slab(oy, dy, half_y - 0.06, 0.05, MISS, 0, 2)
    t0, t1, f = slab(oz - 0.5 * (belt + top), slope, 0.5 * (top - belt), t0, t1, f, 3)
    t0, t1, f = below(ox - x1 + lean1 * (oz - belt), dx + lean1 * slope, t0, t1, f, 5)
    t0, t1, f = below(-ox + x0 + lean0 * (oz - belt), -dx + lean0 * slope, t0, t1, f, 6)
    cabin = t0 < t1 and t0 < near
    if not cabin and near >= MISS:
        return MISS, 0.0, 0.0, 0.0, 0.0
    if cabin:
        near = t0
        face = f
    x = ox + dx * near
    y = oy + dy * near
    z = oz + slope * near
    foot = pix * near * 1.2 + 0.002
    r = T[i, n.RGB_A]
    g = T[i, n.RGB_A + 1]
    b = T[i, n.RGB_A + 2]
    gloss = 0.10
    ax = 0.0
    ay = 0.0
    az = 0.0
    if cabin:
        glass = 0.0
        tall = (z - belt) / (top - belt)
        if face == 3:
            az = 1.0
        elif face == 5 or face == 6:
            ax = 0.85 if face == 5 else -0.85
            az = 0.5
            glass = cover(y, half_y - 0.16, foot) * cover(tall - 0.5, 0.42, foot / (top - belt))
            if T[i, n.EXTRA + 5] > 0.5 and face == 6:
                glass *= 0.0
        else:
            ay = 1.0 if face == 2 else -1.0
            lo = x0 + lean0 * (z - belt) + 0.14
            hi = x1 - lean1 * (z - belt) - 0.14
            if T[i, n.EXTRA + 5] > 0.5:  # van, truck: windows only in front
                lo = x1 - 1.35
            glass = cover(x - 0.5 * (lo + hi), max(0.5 * (hi - lo), 0.01), foot) * cover(
                tall - 0.5, 0.38, foot / (top - belt)
            )
            glass *= 1.0 - cover(x - 0.5 * (lo + hi), 0.05, foot)
        if T[i, n.EXTRA + 5] > 1.5 and x < x1 - 1.5:  # the box of a truck
            r, g, b = T[i, n.RGB_D], T[i, n.RGB_D + 1], T[i, n.RGB_D + 2]
        r += (0.035 - r) * glass
        g += (0.045 - g) * glass
        b += (0.055 - b) * glass
        gloss += 0.30 * glass
    elif face == 3:
        az = 1.0
    elif face == -3:
        return near, 1.0, 0.01, 0.01, 0.01
    elif face == 1 or face == -1:
        front = face == 1
        ax = 1.0 if front else -1.0
        if z < low + 0.16:
            r, g, b = 0.06, 0.06, 0.06
        lamp = cover(abs(y) - half_y + 0.22, 0.17, foot) * cover(z - belt + 0.17, 0.10, foot)
        if front:
            grille = cover(y, half_y * 0.5, foot) * cover(z - belt + 0.2, 0.09, foot)
            r += (0.03 - r) * grille
            g += (0.03 - g) * grille
            b += (0.03 - b) * grille
            r += (0.9 - r) * lamp
            g += (0.9 - g) * lamp
            b += (0.82 - b) * lamp
        else:
            r += (0.55 - r) * lamp
            g += (0.01 - g) * lamp
            b += (0.01 - b) * lamp
        half_h = T[i, n.EXTRA + 7]
        half_w = half_h * T[i, n.EXTRA + 6]
        up = z - 0.5 * (low + belt) + 0.02
        rim = cover(y, half_w + 0.03, foot) * cover(up, half_h + 0.03, foot)
        plate = cover(y, half_w, foot) * cover(up, half_h, foot)
        base = n.RGB_B if front else n.RGB_C
        left = -y if front else y  # seen from outside
        band = clamp((-left - 0.68 * half_w) / (0.5 * foot) + 0.5, 0.0, 1.0) * plate
        r += (0.02 - r) * rim
        g += (0.02 - g) * rim
        b += (0.02 - b) * rim
        r += (T[i, base] - r) * plate
        g += (T[i, base + 1] - g) * plate
        b += (T[i, base + 2] - b) * plate
        r += (T[i, n.EXTRA + 8] - r) * band
        g += (T[i, n.EXTRA + 9] - g) * band
        b += (T[i, n.EXTRA + 10] - b) * band
        if foot < 0.06:  # characters
            m = y / half_w * 3.5
            ink = cover(up, half_h * 0.55, foot) * cover(m - round(m), 0.28, foot * 3.5 / half_w) * plate * (1.0 - band)
            ink *= 1.0 if abs(y) < half_w * 0.82 else 0.0
            r -= r * ink * 0.85
            g -= g * ink * 0.85
            b -= b * ink * 0.85
    else:
        ay = 1.0 if face == 2 else -1.0
        if z < low + 0.14:
            r, g, b = 0.05, 0.05, 0.05
        wheel = abs(abs(x) - 0.60 * half_x)
        d2 = wheel * wheel + (z - 0.33) * (z - 0.33)
        if d2 < 0.16:
            shade = 0.35 if d2 < 0.045 else 0.018
            r, g, b = shade, shade, shade
            gloss = 0.0
        elif foot < 0.1:
            seam = cover(x - 0.1, 0.015, foot)
            r *= 1.0 - 0.4 * seam
            g *= 1.0 - 0.4 * seam
            b *= 1.0 - 0.4 * seam
    wx = ax * c - ay * s
    wy = ax * s + ay * c
    sky, sun = lit(P, wx, wy, az)
    if z < 0.6:
        sky *= 0.75
    r = r * (P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * sun) + P[n.HORIZON_RGB] * gloss * 0.5
    g = g * (P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * sun) + P[n.HORIZON_RGB + 1] * gloss * 0.5
    b = b * (P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * sun) + P[n.HORIZON_RGB + 2] * gloss * 0.5
    return near, 1.0, r, g, b
