"""Houses: a box under a flat, gabled or hipped roof, met by a ray. Knows no ground and no sky."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import floor

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.noise import chance, clamp, cover
from world.draw.things.balconies import hanging
from world.draw.things.boxes import MISS, below, lit, slab
from world.draw.things.facades import (
    FEW,
    GLASS,
    HOUSE,
    SASH,
    SHUTTER,
    SLIDING,
    TALL,
    WIDE,
    lines,
    masonry,
    pane,
    shop_front,
)  # fmt: skip
from world.draw.things.roofs import roof_look


@kernel
def facade(P, T, i, text, noise, a, length, z, foot, fx, ta, tz, cosine, front, gable, sun_n):
    """(r, g, b, direct sun 0 … 1) of a wall: masonry, openings, what hangs before it, and the eaves' shadow."""
    r, g, b = masonry(T, i, noise, a, length, z, foot, fx)
    top = T[i, n.HEIGHT]
    seed = T[i, HOUSE.seed]
    storey = T[i, HOUSE.storey]
    level = floor(z / storey)
    under = P[n.SUN_Z] / (sun_n if sun_n > 0.08 else 0.08)  # how far down a metre of overhang throws its shadow
    bright = 1.0
    eaves = T[i, HOUSE.eaves] if T[i, HOUSE.form] > 0.5 else 0.12
    if not gable and sun_n > 0.0:
        hang = T[i, HOUSE.rise] / T[i, n.WIDTH] * eaves
        bright = 1.0 - clamp((z - top + hang + eaves * under) / (foot + 0.03), 0.0, 1.0)
    if level * storey + storey * 0.9 > top + 0.4 or z < 0.0:
        if gable and level * storey < top + 0.5 and z < top + 0.55 * T[i, HOUSE.rise]:
            m = a - 0.5 * length  # a small window under the gable
            glass = cover(m, 0.32, fx) * cover(z - top - 0.25 * T[i, HOUSE.rise], 0.38, foot)
            r += (P[n.WINDOW_RGB] - r) * glass
            g += (P[n.WINDOW_RGB + 1] - g) * glass
            b += (P[n.WINDOW_RGB + 2] - b) * glass
        return r, g, b, bright
    style = int(T[i, HOUSE.windows])
    shop = T[i, HOUSE.shop]
    tr, tg, tb = T[i, n.RGB_D], T[i, n.RGB_D + 1], T[i, n.RGB_D + 2]
    if shop > 0.5:  # the fourth colour is the fascia's
        tr, tg, tb = 0.55, 0.54, 0.51
    if T[i, HOUSE.wall] == GLASS:
        bay = 1.5
        bars = max(lines(a, bay, 0.04, fx), lines(z, storey * 0.5, 0.05, foot))
        belt = cover(z - level * storey - 0.1, 0.38, foot) * 0.5
        spot = chance(floor(a / bay), level, seed)
        pr, pg, pb = pane(P, T, i, 0.2, 0.2, 0.75, 1.5, 1.0, 1.0, 0.4 * spot, 0.55 * cosine, 0.35 + 0.2 * spot)
        k = bars * 0.6 if bars * 0.6 > belt else belt
        return pr + (r * 0.5 - pr) * k, pg + (g * 0.5 - pg) * k, pb + (b * 0.5 - pb) * k, 0.35 + 0.5 * k
    if shop > 0.5 and front and level < 0.5:
        sr, sg, sb, own = shop_front(P, T, i, text, a, length, z, foot, fx, ta, tz, cosine)
        if own <= 0.0 and z > 0.4:
            return sr, sg, sb, bright
        return r + (sr - r) * own, g + (sg - g) * own, b + (sb - b) * own, bright
    pitch, half_w, half_h = 2.9, 0.45, 0.21 * storey
    if style == WIDE:
        pitch, half_w, half_h = 4.0, 1.0, 0.23 * storey
    elif style == TALL:
        pitch, half_w, half_h = 2.25, 0.46, 0.31 * storey
    elif style == SHUTTER:
        pitch, half_w, half_h = 2.9, 0.46, 0.27 * storey
    elif style == SASH:
        pitch, half_w, half_h = 2.7, 0.50, 0.27 * storey
    elif style == SLIDING:
        pitch, half_w, half_h = 3.3, 0.85, 0.24 * storey
    elif style == FEW:
        pitch, half_w, half_h = 2.7, 0.40, 0.18 * storey
    if not front:
        pitch *= 1.5
    count = floor(length / pitch)
    if count < 1.0:
        return r, g, b, bright
    cell = length / count
    column = floor(a / cell)
    m = a - (column + 0.5) * cell
    spot = chance(column, level, seed)
    door = level < 0.5 and front and column == floor(count * 0.5)
    if not door and ((style == FEW and spot < 0.22) or (not front and chance(column, 9.0, seed) < 0.4)):
        return r, g, b, bright
    balcony = T[i, HOUSE.balcony]
    hung = front and balcony > 0.5 and level > 0.5 and (chance(column, 2.0, seed) < 0.6 or balcony > 1.5)
    if door:
        up = z - 1.05
        half_w, half_h = 0.52, 1.05
    else:
        up = z - (level + 0.55) * storey
        if hung:  # one steps out through it
            half_h += 0.1 * storey
            up = z - (level + 0.46) * storey
    opening = cover(m, half_w, fx) * cover(up, half_h, foot)
    if opening < 0.999 and foot < 0.5 and style != FEW:  # what surrounds it: frame, sill, shutters
        surround = cover(m, half_w + 0.11, fx) * cover(up, half_h + 0.11, foot) * 0.7
        sill = cover(m, half_w + 0.16, fx) * cover(up + half_h + 0.09, 0.06, foot) * (0.0 if door else 1.0)
        k = surround if surround > sill else sill
        r += (tr - r) * k
        g += (tg - g) * k
        b += (tb - b) * k
        shade = cover(m, half_w + 0.16, fx) * cover(up + half_h + 0.24, 0.08, foot) * (0.0 if door else 0.35)
        r *= 1.0 - shade
        g *= 1.0 - shade
        b *= 1.0 - shade
        if style == SHUTTER and not door:
            leaf = cover(abs(m) - half_w - 0.27, 0.23, fx) * cover(up, half_h, foot)
            slats = 1.0 - 0.3 * lines(z, 0.09, 0.02, foot)
            r += (T[i, n.RGB_C] * slats - r) * leaf
            g += (T[i, n.RGB_C + 1] * slats - g) * leaf
            b += (T[i, n.RGB_C + 2] * slats - b) * leaf
    if opening > 0.0:
        deep = 0.14
        inner = m + deep * ta
        above = up + deep * tz
        if door:
            board = 1.0 - 0.35 * max(lines(inner, 0.5, 0.03, fx), cover(above - 0.1, 0.04, foot))
            pr, pg, pb = T[i, n.RGB_C] * board, T[i, n.RGB_C + 1] * board, T[i, n.RGB_C + 2] * board
            if T[i, HOUSE.grime] < 0.6 and above > 0.62:
                pr, pg, pb = 0.5 * pr + 0.04, 0.5 * pg + 0.045, 0.5 * pb + 0.05
        elif style == SHUTTER and spot < 0.28:  # closed
            slats = 1.0 - 0.3 * lines(z, 0.09, 0.02, foot) - 0.5 * cover(m, 0.015, fx)
            pr, pg, pb = T[i, n.RGB_C] * slats, T[i, n.RGB_C + 1] * slats, T[i, n.RGB_C + 2] * slats
        else:
            pr, pg, pb = pane(P, T, i, inner, above, half_w, half_h, foot, fx, spot, cosine, tz * cosine)
        if abs(inner) > half_w or above > half_h:  # the cheek of the opening
            pr, pg, pb = 0.55 * r, 0.55 * g, 0.55 * b
        r += (pr - r) * opening
        g += (pg - g) * opening
        b += (pb - b) * opening
        # the lintel's shadow lies on the pane
        bright *= 1.0 - opening * clamp((above - half_h + deep * under) / (foot + 0.02), 0.0, 1.0)
    if front and T[i, HOUSE.cooler] > spot * 1.7 and foot < 0.5:  # an air conditioner under or beside the window
        m_out = m - 0.32 * ta - half_w - 0.5 + (0.9 if cell < 2.0 * half_w + 1.6 else 0.0)
        up_out = z - 0.32 * tz - (level + 0.22) * storey
        box = cover(m_out, 0.40, fx) * cover(up_out, 0.28, foot)
        fan = clamp((0.22 - ((m_out + 0.08) * (m_out + 0.08) + up_out * up_out) ** 0.5) / foot + 0.5, 0.0, 1.0)
        tone = 0.62 - 0.38 * fan
        r += (tone - r) * box
        g += (tone - g) * box
        b += (tone * 0.97 - b) * box
    if front and balcony > 0.5 and z > 0.75 * storey:
        r, g, b, bright = hanging(P, T, i, a, z, foot, fx, ta, tz, count, cell, under, cosine, r, g, b, bright)
    return r, g, b, bright


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
    roof = T[i, HOUSE.form]  # 0 flat, 1 gable, 2 hip
    rise = T[i, HOUSE.rise]
    out = T[i, HOUSE.eaves] if roof > 0.5 else 0.0
    wide_x = half_x + (0.5 * out if roof < 1.5 else out)
    t0, t1, f = slab(ox, dx, wide_x, 0.05, MISS, 0, 1)
    t0, t1, f = slab(oy, dy, half_y + out, t0, t1, f, 2)
    lowest = oz + slope * (t0 if slope > 0.0 else t1)
    if t0 > t1 or lowest > top + rise:
        return MISS, 0.0, 0.0, 0.0
    near, far, face = slab(ox, dx, half_x, 0.05, MISS, 0, 1)
    near, far, face = slab(oy, dy, half_y, near, far, face, 2)
    sunk = T[i, HOUSE.below]  # walls go on under the base, for houses on slopes
    near, far, face = slab(oz - 0.5 * (top - sunk), slope, 0.5 * (top + sunk), near, far, face, 3)
    if near > far:
        near = MISS
    steep = rise / half_y
    if roof > 0.5:
        lift = top - steep * out
        f = 1 if f == 1 or f == -1 else 0
        t0, t1, f = slab(ox, dx, wide_x, 0.05, MISS, 0, 1)
        t0, t1, f = below(-(oz - lift), -slope, t0, t1, f, 4)
        t0, t1, f = below((oz - lift) + steep * (oy - half_y - out), slope + steep * dy, t0, t1, f, 5)
        t0, t1, f = below((oz - lift) + steep * (-oy - half_y - out), slope - steep * dy, t0, t1, f, 6)
        if roof > 1.5:
            t0, t1, f = below((oz - lift) + steep * (ox - wide_x), slope + steep * dx, t0, t1, f, 7)
            t0, t1, f = below((oz - lift) + steep * (-ox - wide_x), slope - steep * dx, t0, t1, f, 8)
        if t0 < t1 and t0 < near:
            near = t0
            face = f + 10
    if near >= MISS:
        return MISS, 0.0, 0.0, 0.0
    x = ox + dx * near
    y = oy + dy * near
    z = oz + slope * near
    foot = pix * near * 1.1 + 0.002
    ax = 0.0
    ay = 0.0
    az = 0.0
    bright = 1.0
    shade = 1.0
    if face == -3:  # the floor of a house on stilts
        az = -0.8
        r, g, b = 0.3 * T[i, n.RGB_A], 0.3 * T[i, n.RGB_A + 1], 0.3 * T[i, n.RGB_A + 2]
    elif face == 3:
        az = 1.0
        r, g, b = 0.30 + 0.5 * P[n.SNOW], 0.30 + 0.5 * P[n.SNOW], 0.29 + 0.52 * P[n.SNOW]
    elif face > 11:
        if face == 14:  # eaves from below
            r, g, b = 0.30 * T[i, n.RGB_D], 0.28 * T[i, n.RGB_D + 1], 0.25 * T[i, n.RGB_D + 2]
            az = -0.7
        else:
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
            across = abs(dx * ax + dy * ay + slope * az) / (1.0 + slope * slope) ** 0.5
            down = (top + rise - z) / side if side > 0.05 else (half_y - abs(y))
            r, g, b = roof_look(P, T, i, noise, along, down, foot, foot / clamp(across, 0.08, 1.0))
            if z < lift + 0.13:  # the gutter
                r, g, b = 0.25 * T[i, n.RGB_D] + 0.05, 0.25 * T[i, n.RGB_D + 1] + 0.05, 0.25 * T[i, n.RGB_D + 2] + 0.05
    else:
        across_ridge = face == 1 or face == -1 or face == 11 or face == 9
        front = across_ridge == (T[i, HOUSE.trim] > 3.5)
        if face == 1 or face == 11:
            ax = 1.0
            a, da, dn = half_y - y, -dy, -dx
        elif face == -1 or face == 9:
            ax = -1.0
            a, da, dn = y + half_y, dy, dx
        elif face == 2:
            # seen from outside the lettering must run from left to right
            ay = 1.0
            a, da, dn = x + half_x, dx, -dy
        else:
            ay = -1.0
            a, da, dn = half_x - x, -dx, dy
        dn = clamp(dn, 0.06, 1.0)
        wx = ax * c - ay * s
        wy = ax * s + ay * c
        sun_n = wx * P[n.SUN_X] + wy * P[n.SUN_Y]
        length = 2.0 * half_y if across_ridge else 2.0 * half_x
        r, g, b, bright = facade(
            P, T, i, text, noise, a, length, z, foot, foot / dn, da / dn, slope / dn, dn / (1.0 + slope * slope) ** 0.5,
            front, across_ridge and roof == 1.0, sun_n,
        )  # fmt: skip
        shade = 0.80 + 0.20 * clamp(z / 2.5, 0.0, 1.0)  # the ground takes away sky
        if roof < 0.5 and z > top - 0.3:
            r, g, b = r * 0.82, g * 0.82, b * 0.82
    wx = ax * c - ay * s
    wy = ax * s + ay * c
    sky, sun = lit(P, wx, wy, az)
    sky *= shade * (0.78 + 0.22 * bright)
    sun = sun * bright + 0.07 * P[n.SUN_Z] * P[n.SUN_STRENGTH]  # the ground throws some back
    r = r * (P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * sun)
    g = g * (P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * sun)
    b = b * (P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * sun)
    return near, r, g, b
