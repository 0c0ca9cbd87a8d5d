"""Balconies before a wall: open with rails and washing, or glazed. Knows one face of a house."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import floor

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.noise import chance, clamp, cover
from world.draw.things.facades import HOUSE, lines, pane


@kernel
def hanging(P, T, i, a, z, foot, fx, ta, tz, count, cell, under, cosine, r, g, b, bright):
    """The wall's (r, g, b, direct sun) behind and below balconies: open ones with rails and washing, or glazed ones."""
    storey = T[i, HOUSE.storey]
    seed = T[i, HOUSE.seed]
    kind = T[i, HOUSE.balcony]
    out = 1.05
    half = 0.42 * cell
    af = a - out * ta
    zf = z - out * tz
    top = T[i, n.HEIGHT]
    # below a slab: its shadow, and its underside where the ray came from further down
    level = floor(z / storey + 0.06)
    column = floor(a / cell)
    if level > 0.5:
        m = (z - level * storey + 0.16) / tz if tz > 1e-3 else 9.0
        if m > 0.0 and m < out:
            am = a - m * ta
            column = floor(am / cell)
            if column >= 0.0 and column < count and (kind > 1.5 or chance(column, 2.0, seed) < 0.6):
                k = cover(am - (column + 0.5) * cell, half, fx) * 0.9
                r += (0.45 * T[i, n.RGB_A] - r) * k
                g += (0.45 * T[i, n.RGB_A + 1] - g) * k
                b += (0.45 * T[i, n.RGB_A + 2] - b) * k
                bright *= 1.0 - k
    over = (floor(z / storey) + 1.0) * storey
    if over < top - 0.5 * storey and (kind > 1.5 or chance(floor(a / cell), 2.0, seed) < 0.6):
        fall = over - z - 0.16
        wide = cover(a - (floor(a / cell) + 0.5) * cell, half, fx)
        bright *= 1.0 - clamp((out * under - fall) / (foot + 0.05), 0.0, 1.0) * wide
    # the front of the balcony, a metre before the wall
    column = floor(af / cell)
    level = floor((zf + 0.18) / storey)
    if column < 0.0 or column >= count or level < 0.5 or level * storey > top - 0.7 * storey:
        return r, g, b, bright
    if kind < 1.5 and chance(column, 2.0, seed) > 0.6:
        return r, g, b, bright
    mf = af - (column + 0.5) * cell
    up = zf - level * storey
    side = cover(mf, half, fx)
    spot = chance(column, level, seed + 3.0)
    slab_ = cover(up + 0.07, 0.10, foot) * side
    if kind > 2.5 or (kind > 1.5 and spot < 0.72):  # closed in: a parapet, glass above
        low = cover(up - 0.45, 0.50, foot) * side
        high = cover(up - 0.55 * storey - 0.35, 0.5 * storey - 0.5, foot) * side
        tint = 0.75 + 0.5 * chance(column, level, seed + 11.0)
        cr = T[i, n.RGB_A] * tint
        cg = T[i, n.RGB_A + 1] * (tint if spot > 0.3 else 1.05)
        cb = T[i, n.RGB_A + 2] * (tint if spot > 0.3 else 1.25)
        part = mf - floor(mf / 0.8) * 0.8 - 0.4
        pr, pg, pb = pane(P, T, i, part, up - 1.7, 0.4, 0.7, foot, fx, spot, cosine, tz * cosine)
        r += (pr - r) * high
        g += (pg - g) * high
        b += (pb - b) * high
        r += (cr - r) * low
        g += (cg - g) * low
        b += (cb - b) * low
        if low + high > 0.5:
            bright = 1.0
    else:
        rail = max(cover(up - 0.98, 0.035, foot), lines(mf, 0.13, 0.014, fx) * cover(up - 0.5, 0.48, foot)) * side
        r += (0.06 - r) * rail
        g += (0.06 - g) * rail
        b += (0.065 - b) * rail
        if spot < 0.4:  # washing
            cloth = floor(mf / 0.55)
            tint = chance(cloth, level, seed + 5.0)
            long_ = 0.28 + 0.3 * chance(cloth, level, seed + 6.0)
            k = cover(mf - (cloth + 0.5) * 0.55, 0.23, fx) * cover(up - 0.98 + long_, long_, foot) * side
            k *= 1.0 if tint > 0.3 else 0.0
            r += ((0.10 if tint > 0.8 else 0.34 if tint > 0.65 else 0.56) - r) * k
            g += ((0.14 if tint > 0.8 else 0.09 if tint > 0.65 else 0.55) - g) * k
            b += ((0.26 if tint > 0.8 else 0.08 if tint > 0.65 else 0.30 if tint < 0.42 else 0.54) - b) * k
    if slab_ > 0.0:
        r += (0.9 * T[i, n.RGB_A] + 0.05 - r) * slab_
        g += (0.9 * T[i, n.RGB_A + 1] + 0.05 - g) * slab_
        b += (0.9 * T[i, n.RGB_A + 2] + 0.05 - b) * slab_
        bright = max(bright, slab_)
    return r, g, b, bright
