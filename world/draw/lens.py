"""From pixels to rays: a level camera's perspective view, or the whole sphere unrolled. Knows no scene.

A lens is (rows, columns, half, turn): the picture's size, the tangent of half the field of view (0: the panorama), and
the angle in radians from the road's heading to the middle of the picture.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import cos, pi, sin, sqrt

from world.draw.compiled import kernel

ROWS, COLUMNS, HALF, TURN = 0, 1, 2, 3


@kernel
def column_at(column, lens):
    """(hx, hy, stretch) of a place in columns: its azimuth, and what a row's height counts there as a slope."""
    _, columns, half, turn = lens
    u = (column + 0.5) / columns
    if half <= 0.0:
        azimuth = (u - 0.5) * 2.0 * pi + turn
        return cos(azimuth), sin(azimuth), 1.0
    a = (2.0 * u - 1.0) * half
    norm = 1.0 / sqrt(1.0 + a * a)
    c = cos(turn)
    s = sin(turn)
    return (c - a * s) * norm, (s + a * c) * norm, norm


@kernel
def row_height(row, lens):
    """The slope of a place in rows, where a column's stretch is 1; never quite up or down."""
    rows, _, half, _ = lens
    v = (row + 0.5) / rows
    if half <= 0.0:
        elevation = (0.5 - v) * pi
        c = cos(elevation)
        return sin(elevation) / (c if c > 1e-4 else 1e-4)
    return (1.0 - 2.0 * v) * half


@kernel
def off_middle(k):
    """Where ray `k` goes in its pixel: the middle, then a rotated grid, opposite corners first."""
    if k == 1:
        return -0.125, -0.375
    if k == 2:
        return 0.125, 0.375
    if k == 3:
        return 0.375, -0.125
    if k == 4:
        return -0.375, 0.125
    return 0.0, 0.0
