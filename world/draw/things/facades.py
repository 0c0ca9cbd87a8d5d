"""What a wall shows: masonry, windows set back in it, doors, shop fronts, balconies before it. Knows one face.

A face is seen at `a` metres from its left edge and `z` above the house's base. `ta` and `tz` say how far the ray moves
along and up the wall for one metre into it, so things behind the wall's plane (panes) and before it (balconies,
awnings) shift as they would in truth, without a surface of their own. Patterns fade into their mean where the pixel's
footprint (`foot` upwards, `fx` along) hides them.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import floor

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.noise import chance, clamp, cover, noise_at
from world.draw.textures import letter_at

# in the order of world.earth.styles.WALLS and WINDOWS
PLASTER, BRICK, BOARDS, PANEL, TIMBER, STONE, ADOBE, LOGS, SHEET, GLASS, FRAME, BLOCKS, TILED = range(13)
SMALL, WIDE, TALL, SHUTTER, SASH, SLIDING, FEW = range(7)
HOUSE = n.HOUSE_COLUMNS


@kernel
def lines(x, period, half, foot):
    """Coverage by lines of ±half, one a period, that turn into their mean where the footprint hides them."""
    sharp = clamp(2.0 - 2.0 * foot / period, 0.0, 1.0)
    m = x - floor(x / period) * period - 0.5 * period
    return (cover(m, half, foot) * sharp if sharp > 0.0 else 0.0) + (1.0 - sharp) * 2.0 * half / period


@kernel
def masonry(T, i, noise, a, length, z, foot, fx):
    """(r, g, b) of the bare wall."""
    r = T[i, n.RGB_A]
    g = T[i, n.RGB_A + 1]
    b = T[i, n.RGB_A + 2]
    kind = int(T[i, HOUSE.wall])
    seed = T[i, HOUSE.seed]
    grime = T[i, HOUSE.grime]
    broad = fx if fx > foot else foot
    tone = 1.0
    if kind == BRICK or (kind >= FRAME and kind < TILED):
        course = 0.09 if kind == BRICK else 0.2
        row = floor(z / course)
        long_ = 2.9 * course
        m = a + 0.5 * long_ * (row % 2)
        joint = max(lines(z, course, 0.008 + 0.03 * course, foot), lines(m, long_, 0.012, fx)) * 0.45
        if broad < 0.12:
            tone = 0.88 + 0.24 * chance(row, floor(m / long_), 3.0)
        r = r * tone + (0.42 - r * tone) * joint
        g = g * tone + (0.40 - g * tone) * joint
        b = b * tone + (0.37 - b * tone) * joint
        tone = 1.0
        if kind == FRAME:  # a skeleton of concrete, filled
            up = z - floor(z / T[i, HOUSE.storey]) * T[i, HOUSE.storey]
            bays = floor(length / 3.6) + 1.0
            bay = length / bays
            beam = max(cover(up - T[i, HOUSE.storey] + 0.15, 0.17, foot), lines(a + 0.5 * bay, bay, 0.17, fx))
            r += (0.34 - r) * beam
            g += (0.33 - g) * beam
            b += (0.31 - b) * beam
    elif kind == BOARDS:
        tone = 1.0 - 0.30 * lines(z, 0.19, 0.022, foot)
    elif kind == LOGS:
        tone = 1.0 - 0.42 * lines(z, 0.26, 0.045, foot)
    elif kind == SHEET:
        tone = 1.0 - 0.30 * lines(a, 0.26, 0.06, fx)
    elif kind == PANEL:
        storey = T[i, HOUSE.storey]
        joint = max(lines(a, 3.3, 0.05, fx), cover(z - floor(z / storey) * storey - 0.05, 0.05, foot))
        tone = (0.94 + 0.12 * chance(floor(a / 3.3), floor(z / storey), seed)) * (1.0 - 0.5 * joint)
    elif kind == TILED:
        tone = 1.0 - 0.22 * max(lines(a, 0.22, 0.012, fx), lines(z, 0.22, 0.012, foot))
    elif kind == STONE:
        row = floor(z / 0.27)
        m = a + 0.21 * (row % 3)
        joint = max(lines(z, 0.27, 0.02, foot), lines(m, 0.46, 0.02, fx))
        if broad < 0.4:
            tone = 0.80 + 0.40 * (0.5 + (chance(row, floor(m / 0.46), 1.0) - 0.5) * clamp(2.0 - 5.0 * broad, 0.0, 1.0))
        tone *= 1.0 - 0.38 * joint
    elif kind == TIMBER:
        storey = T[i, HOUSE.storey]
        bay = length / max(floor(length / 1.15), 1.0)
        up = z - floor(z / storey) * storey
        m = a - floor(a / bay) * bay
        tilt = 1.0 if chance(floor(a / bay), floor(z / storey), seed) < 0.5 else -1.0
        wood = max(cover(up - 0.1, 0.11, foot), cover(up - 0.42 * storey, 0.07, foot))
        wood = max(wood, lines(a + 0.5 * bay, bay, 0.085, fx))
        if chance(floor(a / bay), 3.0 + floor(z / storey), seed) < 0.45:
            wood = max(wood, cover(m - 0.5 * bay + tilt * (up / storey - 0.5) * bay, 0.09, fx + 0.4 * foot))
        wood *= 1.0 if z > 0.4 else 0.0
        r += (0.055 - r) * wood
        g += (0.032 - g) * wood
        b += (0.020 - b) * wood
    if foot < 0.6:
        tone *= 1.0 + (0.07 + 0.09 * grime) * noise_at(noise, a * 0.8 + seed, z * 0.8 + seed)
        streak = noise_at(noise, a * 2.3 + seed, z * 0.22)
        tone *= 1.0 - 0.30 * grime * clamp(streak - 0.15, 0.0, 1.0)
    if z < 1.1:  # splashed earth
        tone *= 1.0 - (0.10 + 0.38 * grime) * (1.0 - clamp(z / 1.1, 0.0, 1.0))
    if z < 0.42 and kind != ADOBE and kind != SHEET:
        tone *= 0.74
        r = 0.5 * r + 0.10
        g = 0.5 * g + 0.10
        b = 0.5 * b + 0.095
    trim = T[i, HOUSE.trim]
    if trim > 3.5:
        trim -= 4.0
    if trim > 0.5 and T[i, HOUSE.shop] < 0.5:  # corner boards or corner stones
        edge = a if a < length - a else length - a
        wide = 0.13 if trim < 1.5 else 0.24 + 0.14 * (floor(z / 0.34) % 2)
        share = cover(edge, wide, fx)
        r += (T[i, n.RGB_D] - r) * share
        g += (T[i, n.RGB_D + 1] - g) * share
        b += (T[i, n.RGB_D + 2] - b) * share
    return r * tone, g * tone, b * tone


@kernel
def pane(P, T, i, m, up, half_w, half_h, foot, fx, spot, cosine, slope):
    """(r, g, b) of a window's inside: dark room or curtain behind glass that mirrors the sky, in a frame with bars."""
    style = int(T[i, HOUSE.windows])
    dark = 0.55 + 0.9 * spot
    r = P[n.WINDOW_RGB] * dark
    g = P[n.WINDOW_RGB + 1] * dark
    b = P[n.WINDOW_RGB + 2] * dark
    if spot > 0.45:  # curtains
        cloth = 1.0 - cover(m, half_w * (0.25 + 0.7 * (spot - 0.45)), fx)
        if spot > 0.86:
            cloth = max(cloth, clamp((up - half_h * (2.6 * (spot - 0.86) / 0.14 - 1.6)) / foot + 0.5, 0.0, 1.0))
        r += (0.36 - r) * cloth * 0.7
        g += (0.35 - g) * cloth * 0.7
        b += (0.32 - b) * cloth * 0.7
    graze = 1.0 - cosine
    mirror = 0.10 + 0.75 * graze * graze * graze
    high = clamp(slope * 1.4 + 0.15, 0.0, 1.0)
    r += ((P[n.HORIZON_RGB] + (P[n.ZENITH_RGB] - P[n.HORIZON_RGB]) * high) * 0.8 - r) * mirror
    g += ((P[n.HORIZON_RGB + 1] + (P[n.ZENITH_RGB + 1] - P[n.HORIZON_RGB + 1]) * high) * 0.8 - g) * mirror
    b += ((P[n.HORIZON_RGB + 2] + (P[n.ZENITH_RGB + 2] - P[n.HORIZON_RGB + 2]) * high) * 0.8 - b) * mirror
    glow = P[n.NIGHT] * (1.2 if spot > 0.5 else 0.0)
    r += glow
    g += 0.75 * glow
    b += 0.35 * glow
    if foot < 0.14:
        bars = 1.0 - cover(m, half_w - 0.055, fx) * cover(up, half_h - 0.055, foot)
        if style != FEW:
            bars = max(bars, cover(m, 0.032, fx))
        if style == SASH:
            bars = max(bars, cover(up, 0.035, foot))
        elif style >= TALL and style < SASH:
            bars = max(bars, cover(up - 0.35 * half_h, 0.03, foot))
        k = 0.6 * bars
        own = 1.0 if T[i, HOUSE.shop] < 0.5 else 0.0  # of a shop the fourth colour is the fascia's
        r += (0.5 + (T[i, n.RGB_D] - 0.5) * own - r) * k
        g += (0.5 + (T[i, n.RGB_D + 1] - 0.5) * own - g) * k
        b += (0.5 + (T[i, n.RGB_D + 2] - 0.5) * own - b) * k
    return r, g, b


@kernel
def shop_front(P, T, i, text, a, length, z, foot, fx, ta, tz, cosine):
    """(r, g, b, own) of a ground floor with glass, a fascia with a name, an awning or roller shutters."""
    storey = T[i, HOUSE.storey]
    kind = T[i, HOUSE.shop]
    fascia = 0.74 * storey
    if kind > 2.5:  # an awning hangs before the wall: where the ray passed through it
        steep = tz + 0.42
        m = (z - fascia) / steep if abs(steep) > 1e-4 else -1.0
        if m > 0.0 and m < 1.35:
            stripe = 1.0 if lines(a, 0.7, 0.175, fx) > 0.5 else 0.0
            k = 0.35 if tz > -0.42 else 1.0
            return (
                (T[i, n.RGB_D] + (0.80 - T[i, n.RGB_D]) * stripe) * k,
                (T[i, n.RGB_D + 1] + (0.78 - T[i, n.RGB_D + 1]) * stripe) * k,
                (T[i, n.RGB_D + 2] + (0.74 - T[i, n.RGB_D + 2]) * stripe) * k,
                0.0,
            )
    if z > fascia:
        tall = storey - fascia
        u = (a - 0.5 * length) / min(5.0 * tall, 0.96 * length) + 0.5
        paper = 0.0
        if u > 0.0 and u < 1.0:
            paper = letter_at(text, int(T[i, HOUSE.words]), u, 1.0 - (z - fascia) / tall, foot / tall)
        ink = 0.85 if T[i, n.RGB_D + 1] < 0.45 else 0.04
        return (
            T[i, n.RGB_D] + (ink - T[i, n.RGB_D]) * paper,
            T[i, n.RGB_D + 1] + (ink - T[i, n.RGB_D + 1]) * paper,
            T[i, n.RGB_D + 2] + (ink - T[i, n.RGB_D + 2]) * paper,
            0.0,
        )
    bays = max(floor(length / 2.9), 1.0)
    cell = length / bays
    column = floor(a / cell)
    m = a - (column + 0.5) * cell
    open_ = cover(m, 0.5 * cell - 0.16, fx) * clamp((z - 0.28) / foot + 0.5, 0.0, 1.0)
    spot = chance(column, 5.0, T[i, HOUSE.seed])
    if kind > 0.5 and spot < T[i, HOUSE.shut]:  # rolled down
        tone = 0.30 * (1.0 - 0.35 * lines(z, 0.11, 0.025, foot))
        r, g, b = tone, tone * 1.02, tone * 1.04
        if spot < 0.5 * T[i, HOUSE.shut]:
            r, g, b = tone + 0.5 * (T[i, n.RGB_C] - tone), tone + 0.5 * (T[i, n.RGB_C + 1] - tone), tone * 0.8
    else:
        r, g, b = pane(P, T, i, m, z - 0.4 * storey, 0.5 * cell - 0.16, 0.34 * storey, foot, fx, 0.3, cosine, 0.02)
        # what is for sale, behind the glass
        shift = 0.7 * ta
        row = floor((z + 0.7 * tz) / 0.42)
        stack = floor((a + shift) / 0.55)
        goods = (0.30 if row < 3.0 else 0.06) * clamp(1.3 - 2.0 * foot, 0.25, 1.0)
        shelf = chance(stack, row, T[i, HOUSE.seed])
        tint = 0.04 * chance(row, stack, T[i, HOUSE.seed])
        shelf = 0.03 + 0.16 * shelf * shelf
        r += (shelf + 0.6 * tint - r) * goods
        g += (shelf - g) * goods
        b += (shelf * 0.8 - tint - b) * goods
    return r, g, b, open_
