"""Rows of pixels made of rays: a perspective view or the whole panorama. Knows arrays only."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import cos, pi, sin, sqrt

import world.raycast_names as n
from world.compiled import kernel
from world.raycast import trace


@kernel
def tone(x):
    """Linear light to a byte: a soft shoulder as film has it, then a square root for the screen's curve."""
    if x > 0.5:
        x = 0.5 + 0.5 * (x - 0.5) / (x - 0.5 + 0.5)
    value = int(sqrt(x if x > 0.0 else 0.0) * 255.0 + 0.5)
    return 255 if value > 255 else value


@kernel
def draw_rows(
    P,
    T,
    starts,
    items,
    S,
    terrain,
    rings,
    atlas,
    figures,
    shares,
    palette,
    text,
    noise,
    shadows,
    out,
    depth,
    classes,
    hits,
    low,
    high,
    heading,
    fov,
    samples,
):
    """Fill rows low … high of `out` (H, W, 3): a perspective view, or with fov = 0 the panorama.

    `depth` (metres) and `classes` (`CLASSES`) are filled where the first ray goes, unless they are empty.
    `hits` is scratch of (HITS, HIT_COLUMNS); angles are radians.
    """
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
    for row in range(low, high):
        for column in range(columns):
            tr = 0.0
            tg = 0.0
            tb = 0.0
            first = 0.0
            first_what = 0.0
            count = 0
            for k in range(samples):
                # a rotated grid, opposite corners first
                ox = 0.0
                oy = 0.0
                if samples > 1:
                    q = k & 3
                    if q == 0:
                        ox, oy = -0.125, -0.375
                    elif q == 1:
                        ox, oy = 0.125, 0.375
                    elif q == 2:
                        ox, oy = 0.375, -0.125
                    else:
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
                r, g, b, what, metres, shown = trace(
                    P,
                    T,
                    starts,
                    items,
                    S,
                    terrain,
                    rings,
                    atlas,
                    figures,
                    shares,
                    palette,
                    text,
                    noise,
                    shadows,
                    hits,
                    dx,
                    dy,
                    dz,
                    ray_pix,
                )
                tr += r
                tg += g
                tb += b
                count += 1
                if k == 0:
                    if mapped:
                        depth[row, column] = metres
                        classes[row, column] = shown
                    first = r + g + b
                    first_what = what
                elif k == 1 and samples > 2:
                    other = r + g + b
                    if abs(what - first_what) < 0.02 and abs(other - first) < 0.09 * (other + first) + 0.01:
                        break
            weight = P[n.EXPOSURE] / count
            grey = (0.25 * tr + 0.62 * tg + 0.13 * tb) * (1.0 - P[n.SATURATION])
            out[row, column, 0] = tone((grey + P[n.SATURATION] * tr) * weight * P[n.TINT_RGB])
            out[row, column, 1] = tone((grey + P[n.SATURATION] * tg) * weight * P[n.TINT_RGB + 1])
            out[row, column, 2] = tone((grey + P[n.SATURATION] * tb) * weight * P[n.TINT_RGB + 2])
