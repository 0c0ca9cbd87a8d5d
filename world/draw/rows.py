"""Rows of pixels made of rays: a perspective view or the whole panorama. Knows arrays only.

Every pixel gets a ray through its middle. Only where that ray is told from a neighbour's on a screen do more follow, so
that a smooth sky costs one ray a pixel and an edge five.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import cos, pi, sin, sqrt

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.trace import trace

STEPS = 16.0  # of a screen's 255: neighbours farther apart ask for more rays


@kernel
def tone(x):
    """Linear light to a byte: a soft shoulder as film has it, then a square root for the screen's curve."""
    if x > 0.5:
        x = 0.5 + 0.5 * (x - 0.5) / (x - 0.5 + 0.5)
    value = int(sqrt(x if x > 0.0 else 0.0) * 255.0 + 0.5)
    return 255 if value > 255 else value


@kernel
def apart(a, b, reach):
    """Whether two lights (r + g + b) are so far apart that a screen shows it: √ is a screen's curve."""
    return abs(a - b) > reach * sqrt(a + b)


@kernel
def draw_rows(
    packed,
    out,
    depth,
    classes,
    hits,
    first,
    low,
    high,
    heading,
    fov,
    samples,
):
    """Fill rows low … high of `out` (H, W, 3): a perspective view, or with fov = 0 the panorama.

    `samples` rays more are cast where the first ones of neighbours differ; 1: nowhere. `depth` (metres) and `classes`
    (`CLASSES`) are filled where the first ray goes, unless they are empty. `hits` is scratch of (HITS, HIT_COLUMNS) and
    `first` of (3, W, 4), the first rays of three rows; angles are radians. Rows above `low` and from `high` on are
    looked at, not written, so that a row is the same however a picture is cut up.
    """
    P = packed.numbers
    rows = out.shape[0]
    columns = out.shape[1]
    panorama = fov <= 0.0
    mapped = depth.shape[0] > 0
    if panorama:
        pix = 2.0 * pi / columns
        half = 0.0
    else:
        half = sin(fov * 0.5) / cos(fov * 0.5)
        pix = 2.0 * half / columns
    turn = heading - P[n.HEADING]
    cos_turn = cos(turn)
    sin_turn = sin(turn)
    ray_pix = (pix * 0.75 if samples > 1 else pix) * (1.0 + 0.8 * P[n.SOFTNESS])
    # 255 (√y - √x) = STEPS for x, y = EXPOSURE (r + g + b) / 3
    reach = STEPS / 255.0 * sqrt(6.0 / P[n.EXPOSURE])
    margin = 1 if samples > 1 else 0
    for line in range(low - margin, high + margin):
        for again in range(2):  # first rays of a row, then what the row above it still needs
            row = line - margin * again
            if row < 0 or row >= rows or (again == 1 and (row < low or row >= high)):
                continue
            here = row % 3
            above = (row - 1) % 3 if row > 0 else here
            below = (row + 1) % 3 if row < rows - 1 else here
            for column in range(columns):
                k = again
                rays = 1
                tr = 0.0
                tg = 0.0
                tb = 0.0
                if again == 1:
                    tr = first[here, column, 1]
                    tg = first[here, column, 2]
                    tb = first[here, column, 3]
                    if samples > 1:
                        left = column - 1
                        right = column + 1
                        if left < 0:
                            left = columns - 1 if panorama else 0
                        if right >= columns:
                            right = 0 if panorama else columns - 1
                        light = first[here, column, 0]
                        if (
                            apart(light, first[here, left, 0], reach)
                            or apart(light, first[here, right, 0], reach)
                            or apart(light, first[above, column, 0], reach)
                            or apart(light, first[below, column, 0], reach)
                        ):
                            rays = samples + 1
                while k < rays:
                    # the middle, then a rotated grid, opposite corners first
                    ox = 0.0
                    oy = 0.0
                    if k == 1:
                        ox, oy = -0.125, -0.375
                    elif k == 2:
                        ox, oy = 0.125, 0.375
                    elif k == 3:
                        ox, oy = 0.375, -0.125
                    elif k == 4:
                        ox, oy = -0.375, 0.125
                    u = (column + 0.5 + ox) / columns
                    v = (row + 0.5 + oy) / rows
                    if panorama:
                        azimuth = (u - 0.5) * 2.0 * pi + turn
                        elevation = (0.5 - v) * pi
                        ce = cos(elevation)
                        dx = ce * cos(azimuth)
                        dy = ce * sin(azimuth)
                        dz = sin(elevation)
                    else:
                        a = (2.0 * u - 1.0) * half
                        c = (1.0 - 2.0 * v) * half
                        norm = 1.0 / sqrt(1.0 + a * a + c * c)
                        dx = (cos_turn - a * sin_turn) * norm
                        dy = (sin_turn + a * cos_turn) * norm
                        dz = c * norm
                    r, g, b, _, metres, shown = trace(packed, hits, dx, dy, dz, ray_pix)
                    if k == 0:
                        first[here, column, 0] = r + g + b
                        first[here, column, 1] = r
                        first[here, column, 2] = g
                        first[here, column, 3] = b
                        if mapped:
                            depth[row, column] = metres
                            classes[row, column] = shown
                    else:
                        tr += r
                        tg += g
                        tb += b
                    k += 1
                if again == 1:
                    weight = P[n.EXPOSURE] / rays
                    grey = (0.25 * tr + 0.62 * tg + 0.13 * tb) * (1.0 - P[n.SATURATION])
                    out[row, column, 0] = tone((grey + P[n.SATURATION] * tr) * weight * P[n.TINT_RGB])
                    out[row, column, 1] = tone((grey + P[n.SATURATION] * tg) * weight * P[n.TINT_RGB + 1])
                    out[row, column, 2] = tone((grey + P[n.SATURATION] * tb) * weight * P[n.TINT_RGB + 2])
