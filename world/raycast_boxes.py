"""Houses and cars: convex solids met by a ray, and what their faces show. Knows no ground and no sky."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import floor

import world.raycast_names as n
from world.compiled import kernel
from world.raycast_math import chance, clamp, cover, noise_at
from world.raycast_sprites import letter_at

MISS = 1e9


@kernel
def slab(o, d, half, near, far, face, axis):
    """Clip [near, far] by |o + d t| < half; `face` becomes ±axis where the ray enters."""
    if abs(d) < 1e-7:
        return (near, far, face) if abs(o) < half else (MISS, -MISS, face)
    a = (-half - o) / d
    b = (half - o) / d
    sign = -axis
    if a > b:
        a, b = b, a
        sign = axis
    if a > near:
        near = a
        face = sign
    return near, (b if b < far else far), face


@kernel
def below(po, pd, near, far, face, name):
    """Clip by the half-space po + pd t < 0."""
    if abs(pd) < 1e-9:
        return (near, far, face) if po < 0.0 else (MISS, -MISS, face)
    t = -po / pd
    if pd < 0.0:
        if t > near:
            near = t
            face = name
        return near, far, face
    return near, (t if t < far else far), face


@kernel
def lit(P, ax, ay, az):
    """(sky, sun) weights for a face whose outward normal is (ax, ay, az)."""
    toward = ax * P[n.SUN_X] + ay * P[n.SUN_Y] + az * P[n.SUN_Z]
    return 0.62 + 0.30 * az + 0.08 * ay, (toward if toward > 0.0 else 0.0) * P[n.SUN_STRENGTH]


@kernel
def wall_colour(P, T, i, text, noise, a, length, z, foot, long_face):
    """A facade at `a` metres along it and `z` above the ground: wall, windows, door, shop front."""
    top = T[i, n.HEIGHT]
    seed = T[i, n.EXTRA + 2]
    r = T[i, n.RGB_A]
    g = T[i, n.RGB_A + 1]
    b = T[i, n.RGB_A + 2]
    tone = 1.0 + 0.10 * noise_at(noise, a * 0.7 + seed, z * 0.7) * (1.0 if foot < 0.7 else 0.0)
    pattern = T[i, n.EXTRA + 3]
    if pattern > 0.5 and foot < 0.25:
        if pattern < 1.5:  # bricks
            row = floor(z / 0.22)
            m = a + 0.3 * (row % 2)
            tone *= 1.0 - 0.22 * max(
                cover(m - floor(m / 0.6) * 0.6 - 0.3, 0.02, foot), cover(z - row * 0.22 - 0.11, 0.02, foot)
            )
        else:  # boards
            tone *= 1.0 - 0.25 * cover(z - floor(z / 0.3) * 0.3 - 0.15, 0.025, foot)
    if z < 0.45:
        tone *= 0.72
    tone *= 0.90 + 0.10 * clamp(z / 3.0, 0.0, 1.0)
    r *= tone
    g *= tone
    b *= tone
    storey = T[i, n.EXTRA + 4]
    level = floor(z / storey)
    style = T[i, n.EXTRA + 5]
    if level * storey + storey * 0.9 > top + 0.4:
        return r, g, b, 0.0
    shop = T[i, n.EXTRA + 6]
    if shop > 0.5 and level < 0.5 and long_face:  # glass, a fascia with a name, an awning
        if z > storey * 0.72:
            u = a / length
            paper = letter_at(text, int(T[i, n.EXTRA + 7]), u, 1.0 - (z / storey - 0.72) / 0.28, foot / (0.28 * storey))
            r = T[i, n.RGB_D] + (T[i, n.RGB_D] * -1.0 + 0.9) * paper
            g = T[i, n.RGB_D + 1] + (T[i, n.RGB_D + 1] * -1.0 + 0.9) * paper
            b = T[i, n.RGB_D + 2] + (T[i, n.RGB_D + 2] * -1.0 + 0.9) * paper
            return r, g, b, 0.0
        bay = a / 2.6
        frame = cover((bay - floor(bay) - 0.5) * 2.6, 1.15, foot) * clamp((z - 0.3) / (foot + 0.01), 0.0, 1.0)
        return r + (0.05 - r) * frame, g + (0.06 - g) * frame, b + (0.08 - b) * frame, 0.5 * frame
    pitch = 2.6 if style < 0.5 else (3.9 if style < 1.5 else 2.2)
    half_w = 0.48 if style < 0.5 else (1.15 if style < 1.5 else 0.46)
    half_h = 0.26 * storey if style < 1.5 else 0.34 * storey
    if style > 2.5:
        pitch, half_w = 2.9, 0.5
    count = floor(length / pitch)
    if count < 1.0:
        return r, g, b, 0.0
    cell = length / count
    column = floor(a / cell)
    m = a - (column + 0.5) * cell
    up = z - (level + 0.55) * storey
    door = level < 0.5 and long_face and column == floor(count * 0.5) and shop < 0.5
    if door:
        wood = cover(m, 0.55, foot) * (1.0 if z < 2.15 else 0.0)
        r += (T[i, n.RGB_C] - r) * wood
        g += (T[i, n.RGB_C + 1] - g) * wood
        b += (T[i, n.RGB_C + 2] - b) * wood
        return r, g, b, 0.0
    frame = cover(m, half_w + 0.12, foot) * cover(up, half_h + 0.12, foot)
    if style > 2.5:  # shutters beside the window
        leaf = cover(abs(m) - half_w - 0.30, 0.24, foot) * cover(up, half_h, foot)
        r += (T[i, n.RGB_C] - r) * leaf
        g += (T[i, n.RGB_C + 1] - g) * leaf
        b += (T[i, n.RGB_C + 2] - b) * leaf
    r += (0.72 - r) * frame * 0.8
    g += (0.72 - g) * frame * 0.8
    b += (0.70 - b) * frame * 0.8
    glass = cover(m, half_w, foot) * cover(up, half_h, foot)
    if foot < 0.12:
        glass *= 1.0 - 0.8 * max(cover(m, 0.03, foot), cover(up - 0.25 * half_h, 0.03, foot) if style > 1.5 else 0.0)
    glow = P[n.NIGHT] * (1.2 if chance(column, level, seed) > 0.45 else 0.0)
    dark = 0.75 + 0.5 * chance(column, level + 7.0, seed)
    r += (P[n.WINDOW_RGB] * dark + glow - r) * glass
    g += (P[n.WINDOW_RGB + 1] * dark + 0.75 * glow - g) * glass
    b += (P[n.WINDOW_RGB + 2] * dark + 0.35 * glow - b) * glass
    return r, g, b, glass * 0.4


@kernel
def house(P, T, i, text, noise, hx, hy, slope, pix):
    """(distance, r, g, b) of house `i` along a ray; distance MISS where it is not met."""
    c = T[i, n.COS]
    s = T[i, n.SIN]
    px = -T[i, n.X]
    py = -T[i, n.Y]
    ox = px * c + py * s
    oy = -px * s + py * c
    dx = hx * c + hy * s
    dy = -hx * s + hy * c
    half_x = T[i, n.LENGTH]
    half_y = T[i, n.WIDTH]
    top = T[i, n.HEIGHT]
    oz = P[n.CAMERA_Z] - T[i, n.BASE]
    near, far, face = slab(ox, dx, half_x, 0.05, MISS, 0, 1)
    near, far, face = slab(oy, dy, half_y, near, far, face, 2)
    near, far, face = slab(oz - 0.5 * top, slope, 0.5 * top, near, far, face, 3)
    if near > far:
        near = MISS
    roof = T[i, n.EXTRA]  # 0 flat, 1 gable, 2 hip
    rise = T[i, n.EXTRA + 1]
    roof_near = MISS
    roof_face = 0
    if roof > 0.5:
        out = 0.45
        wide = half_y + out
        lift = top - rise * out / half_y
        t0, t1, f = slab(ox, dx, half_x + (0.25 if roof < 1.5 else out), 0.05, MISS, 0, 1)
        t0, t1, f = below(-(oz - lift), -slope, t0, t1, f, 4)
        steep = rise / half_y
        t0, t1, f = below((oz - lift) + steep * (oy - wide), slope + steep * dy, t0, t1, f, 5)
        t0, t1, f = below((oz - lift) + steep * (-oy - wide), slope - steep * dy, t0, t1, f, 6)
        if roof > 1.5:
            wide = half_x + out
            t0, t1, f = below((oz - lift) + steep * (ox - wide), slope + steep * dx, t0, t1, f, 7)
            t0, t1, f = below((oz - lift) + steep * (-ox - wide), slope - steep * dx, t0, t1, f, 8)
        if t0 < t1:
            roof_near = t0
            roof_face = f
    if near >= MISS and roof_near >= MISS:
        return MISS, 0.0, 0.0, 0.0
    if roof_near < near:
        near = roof_near
        face = roof_face + 10
    x = ox + dx * near
    y = oy + dy * near
    z = oz + slope * near
    foot = pix * near * 1.2 + 0.002
    gloss = 0.0
    ax = 0.0
    ay = 0.0
    az = 0.0
    if face == 11 or face == 9:  # gable ends carry the wall upwards
        ax = 1.0 if face == 11 else -1.0
        r, g, b, gloss = wall_colour(P, T, i, text, noise, y + half_y, 2.0 * half_y, z, foot, False)
    elif face > 9:
        if face == 14:  # eaves from below
            r, g, b = 0.25 * T[i, n.RGB_A], 0.25 * T[i, n.RGB_A + 1], 0.25 * T[i, n.RGB_A + 2]
            az = -1.0
        else:
            steep = rise / half_y
            norm = 1.0 / (1.0 + steep * steep) ** 0.5
            az = norm
            side = steep * norm
            if face == 15:
                ay = side
            elif face == 16:
                ay = -side
            elif face == 17:
                ax = side
            else:
                ax = -side
            along = x if face < 17 else y
            fine = 1.0 if foot < 0.25 else 0.0
            if T[i, n.EXTRA + 8] > 0.5:  # sheet metal: ribs down the slope
                tone = 1.0 - 0.22 * fine * cover(along - floor(along / 0.45) * 0.45 - 0.22, 0.07, foot)
            else:  # tiles: rows along the slope
                tone = 1.0 - 0.28 * fine * cover(z - floor(z / 0.3) * 0.3 - 0.15, 0.05, foot)
            tone *= 1.0 + 0.14 * noise_at(noise, x * 1.3 + T[i, n.EXTRA + 2], y * 1.3)
            r = T[i, n.RGB_B] * tone
            g = T[i, n.RGB_B + 1] * tone
            b = T[i, n.RGB_B + 2] * tone
            white = clamp(P[n.SNOW] * 1.6 - 0.3, 0.0, 0.95)
            r += (0.84 - r) * white
            g += (0.86 - g) * white
            b += (0.90 - b) * white
    elif face == 3:
        az = 1.0
        r, g, b = 0.35 + 0.5 * P[n.SNOW], 0.35 + 0.5 * P[n.SNOW], 0.35 + 0.52 * P[n.SNOW]
    elif face == 1 or face == -1:
        ax = float(face)
        r, g, b, gloss = wall_colour(P, T, i, text, noise, y + half_y, 2.0 * half_y, z, foot, False)
    else:
        ay = 1.0 if face == 2 else -1.0
        # seen from outside the lettering must run from left to right
        a = x + half_x if face == 2 else half_x - x
        r, g, b, gloss = wall_colour(P, T, i, text, noise, a, 2.0 * half_x, z, foot, True)
        if roof < 0.5 and z > top - 0.35:
            r, g, b = r * 0.8, g * 0.8, b * 0.8
    wx = ax * c - ay * s
    wy = ax * s + ay * c
    sky, sun = lit(P, wx, wy, az)
    mirror = gloss * 0.5
    r = r * (P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * sun) + P[n.HORIZON_RGB] * mirror * 0.35
    g = g * (P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * sun) + P[n.HORIZON_RGB + 1] * mirror * 0.35
    b = b * (P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * sun) + P[n.HORIZON_RGB + 2] * mirror * 0.35
    return near, r, g, b
