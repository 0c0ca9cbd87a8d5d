"""The sky as a soft dome: worked out at every second pixel of every second row, blended between. Knows no things."""

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
def clear_knots(knots):
    """Forget a column of knots."""
    for row in range(knots.shape[0]):
        knots[row, SKY_OPEN] = NOT_YET


@kernel
def sky_at(packed, sky, looked, column, row, top, slope, lens):
    """(r, g, b) of the open sky under `slope` in a pixel; `top` is the first row that has knots.

    `sky` (2, knots, 4) holds two columns of knots, even ones in slots by turns; what is missing is worked out and kept.
    """
    P = packed.numbers
    r = 0.0
    g = 0.0
    b = 0.0
    clear = 0.0
    share = (0.5 if column & 1 else 1.0) * (0.5 if row & 1 else 1.0)
    for i in range(1 + (column & 1)):
        knot_column = column - (column & 1) + 2 * i
        knots = sky[(knot_column >> 1) & 1]
        for j in range(1 + (row & 1)):
            knot = (row >> 1) + j - (top >> 1)
            point = knots[knot]
            if point[SKY_OPEN] == NOT_YET:
                x, y, stretch = column_at(knot_column, lens)
                z = max(row_height(2 * (knot + (top >> 1)), lens) * stretch, 0.0)
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
