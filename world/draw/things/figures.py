"""People, animals and other pictures that stand upright and face the camera, each with a shade at its feet.

A picture has parts A, B and C, re-coloured for every object; what is none of them is nearly black. Knows no scenes.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import log2

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.noise import clamp
from world.draw.things.boxes import MISS

FIGURE_SIDE = 128  # of a picture at its finest
FIGURE_LEVELS = 6
DARK = 0.012  # hooves, shoes, tyres


@kernel
def figure_at(figures, which, u, v, footprint):
    """(coverage, row, column) at (u, v) from the top left; footprint as part of the height."""
    level = 0
    if footprint * FIGURE_SIDE > 1.0:
        level = int(log2(footprint * FIGURE_SIDE) + 0.35)
        if level > FIGURE_LEVELS - 1:
            level = FIGURE_LEVELS - 1
    side = FIGURE_SIDE >> level
    top = 2 * FIGURE_SIDE - 2 * side
    x = clamp(u * side - 0.5, 0.0, side - 1.001)
    y = clamp(v * side - 0.5, 0.0, side - 1.001)
    i = int(x)
    j = int(y)
    fx = x - i
    fy = y - j
    j += top
    a = figures[which, j, i, 0] * (1.0 - fx) + figures[which, j, i + 1, 0] * fx
    b = figures[which, j + 1, i, 0] * (1.0 - fx) + figures[which, j + 1, i + 1, 0] * fx
    return (a + (b - a) * fy) / 255.0, (j + 1 if fy > 0.5 else j), (i + 1 if fx > 0.5 else i)


@kernel
def feet(P, T, i, hx, hy, slope):
    """(distance, coverage) of the soft shade that object `i` throws on the ground right below it."""
    if slope > -1e-3:
        return MISS, 0.0
    near = (P[n.CAMERA_Z] - T[i, n.BASE]) / -slope
    x = hx * near - T[i, n.X]
    y = hy * near - T[i, n.Y]
    wide = T[i, n.WIDTH] * T[i, n.FIGURE_COLUMNS.feet]
    q = 1.0 - (x * x + y * y) / (wide * wide + 1e-6)
    if q <= 0.0:
        return MISS, 0.0
    return near - 0.01, 0.55 * q


@kernel
def figure(P, T, i, figures, hx, hy, slope, pix):
    """(distance, coverage, r, g, b) of a picture that always faces the camera."""
    far = T[i, n.REACH]
    ex = T[i, n.X] / far
    ey = T[i, n.Y] / far
    dot = hx * ex + hy * ey
    if dot < 0.05:
        return MISS, 0.0, 0.0, 0.0, 0.0
    near = far / dot
    tall = T[i, n.HEIGHT]
    z = P[n.CAMERA_Z] + slope * near - T[i, n.BASE]
    flip = T[i, n.COS]
    u = near * (hy * ex - hx * ey) / (2.0 * T[i, n.WIDTH]) * flip + 0.5
    if z > tall or u < 0.0 or u > 1.0:
        return MISS, 0.0, 0.0, 0.0, 0.0
    a = 0.0
    row = 0
    column = 0
    which = int(T[i, n.FIGURE_COLUMNS.picture])
    if z > 0.0:
        a, row, column = figure_at(figures, which, u, 1.0 - z / tall, pix * near / tall)
    if a < 0.03:
        near, a = feet(P, T, i, hx, hy, slope)
        return near, a, 0.0, 0.0, 0.0
    wa = figures[which, row, column, 1] / 255.0
    wb = figures[which, row, column, 2] / 255.0
    wc = figures[which, row, column, 3] / 255.0
    shade = figures[which, row, column, 4] / 255.0
    side = (figures[which, row, column, 5] / 127.5 - 1.0) * flip
    front = -(ex * P[n.SUN_X] + ey * P[n.SUN_Y])
    across = -ey * P[n.SUN_X] + ex * P[n.SUN_Y]
    toward = 0.12 + 0.55 * side * across + 0.42 * front + 0.40 * P[n.SUN_Z]
    sun = clamp(toward, 0.02, 1.1) * P[n.SUN_STRENGTH] * (0.45 + 0.75 * shade)
    sky = 0.30 + 0.70 * shade
    r = DARK + (T[i, n.RGB_A] - DARK) * wa + (T[i, n.RGB_B] - DARK) * wb + (T[i, n.RGB_C] - DARK) * wc
    g = DARK + (T[i, n.RGB_A + 1] - DARK) * wa + (T[i, n.RGB_B + 1] - DARK) * wb + (T[i, n.RGB_C + 1] - DARK) * wc
    b = DARK + (T[i, n.RGB_A + 2] - DARK) * wa + (T[i, n.RGB_B + 2] - DARK) * wb + (T[i, n.RGB_C + 2] - DARK) * wc
    r *= P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * sun
    g *= P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * sun
    b *= P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * sun
    return near, clamp((a - 0.1) * 1.4, 0.0, 1.0), r, g, b
