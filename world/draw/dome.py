"""The sky as a soft dome: worked out at knots some pixels apart, and blended between. Knows no things."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import sqrt

import world.draw.slots as n
from world.draw.column import HX, HY
from world.draw.compiled import kernel
from world.draw.lens import column_at, row_height
from world.draw.sky import cloudy_sky, sun_disc

SKY_RGB, SKY_OPEN = 0, 3  # of a knot: colour without the sun's disc, and what clouds leave of that
NOT_YET = -1.0  # SKY_OPEN of a knot that nobody has asked for


@kernel
def knot_shift(pix):
    """How far apart knots stand, as a power of two of pixels of `pix` radians: clouds are sharp to some 0.7 degrees.

    Small views, whose pixels are coarser than that, make do with every second one.
    """
    if pix > 0.021:
        return 0
    return 1 if pix > 0.0031 else (2 if pix > 0.0016 else 3)


@kernel
def clear_knots(knots):
    """Forget a column of knots."""
    for row in range(knots.shape[0]):
        knots[row, SKY_OPEN] = NOT_YET


@kernel
def sky_at(packed, sky, shift, looked, column, row, top, slope, lens):
    """(r, g, b) of the open sky under `slope` in a pixel; `top` is the first row that has knots.

    `sky` (4, knots, KNOT) holds the columns of knots round the pixel, by turns; what is missing in them is worked out
    and kept.
    """
    P = packed.numbers
    r = 0.0
    g = 0.0
    b = 0.0
    clear = 0.0
    spacing = 1.0 / (1 << shift)
    before = column >> shift
    over = row >> shift
    u = (column - (before << shift)) * spacing
    v = (row - (over << shift)) * spacing
    for i in range(2 if u > 0.0 else 1):
        knots = sky[(before + i) & 3]
        for j in range(2 if v > 0.0 else 1):
            share = (u if i else 1.0 - u) * (v if j else 1.0 - v)
            point = knots[over + j - (top >> shift)]
            if point[SKY_OPEN] == NOT_YET:
                x, y, stretch = column_at((before + i) << shift, lens)
                z = max(row_height((over + j) << shift, lens) * stretch, 0.0)
                length = 1.0 / sqrt(1.0 + z * z)
                pr, pg, pb, open_ = cloudy_sky(P, packed.noise, x * length, y * length, z * length)
                point[SKY_RGB] = pr
                point[SKY_RGB + 1] = pg
                point[SKY_RGB + 2] = pb
                point[SKY_OPEN] = open_
            r += share * point[SKY_RGB]
            g += share * point[SKY_RGB + 1]
            b += share * point[SKY_RGB + 2]
            clear += share * point[SKY_OPEN]
    z = max(slope, 0.0)
    toward = looked[HX] * P[n.SUN_X] + looked[HY] * P[n.SUN_Y] + z * P[n.SUN_Z]
    if toward > 0.0 and toward * toward > 0.81 * (1.0 + z * z):
        disc = sun_disc(P, toward / sqrt(1.0 + z * z), clear)
        r += disc * P[n.SUN_RGB]
        g += disc * P[n.SUN_RGB + 1]
        b += disc * P[n.SUN_RGB + 2]
    return r, g, b
