"""A picture made of rays, column by column: a perspective view or the whole panorama. Knows arrays only.

Every pixel gets a ray through its middle. Only where hard edges meet, and a screen would show it, do more follow; of
them only what was not yet seen is shaded: a ray that ends in the same zone of ground or sky as one beside it takes its
colour. Pictures of plants fade at their own edges and ask for none.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import cos, pi, sin, sqrt

import world.draw.slots as n
from world.draw.behind import UNTOLD, behind, zone_behind
from world.draw.column import (
    BACK,
    BACK_RGB,
    FIRST_RGB,
    FOOT_Z,
    KEY,
    LIGHT,
    RAYS,
    STRETCH,
    look_along,
    meet_ground,
)  # fmt: skip
from world.draw.compiled import kernel
from world.draw.dome import clear_knots, knot_shift, sky_at
from world.draw.lens import column_at, off_middle, row_height
from world.draw.trace import HARD, HIDDEN, SOFT, trace

STEPS = 16.0  # of a screen's 255: neighbours farther apart ask for more rays
CLASS_KEY = 10.0  # keys of what is no thing and no zone: 10 + class
NO_KNOTS = -10
NO_EDGE, LOOK_EDGE, HARD_EDGE = 0, 1, 2


@kernel
def tone(x):
    """Linear light to a byte: a soft shoulder as film has it, then a square root for the screen's curve."""
    if x > 0.5:
        x = 0.5 + 0.5 * (x - 0.5) / (x - 0.5 + 0.5)
    value = int(sqrt(x if x > 0.0 else 0.0) * 255.0 + 0.5)
    return 255 if value > 255 else value


@kernel
def edge_between(here, there, reach):
    """How two pixels (FIRST,) meet, as a screen shows it (√ is its curve): smoothly, in a thing's look, or hard."""
    apart = here[LIGHT] - there[LIGHT]
    if apart * apart <= reach * (here[LIGHT] + there[LIGHT]):
        return NO_EDGE
    mine = here[KEY]
    other = there[KEY]
    if mine == other:
        return LOOK_EDGE if mine >= HARD else NO_EDGE  # windows, letters
    return HARD_EDGE if mine >= HARD or other >= HARD or (mine != SOFT and other != SOFT) else NO_EDGE


@kernel
def draw_rows(packed, out, depth, classes, room, box, heading, fov, samples):
    """Fill a box of `out` (H, W, 3): (first row, end of rows, first column, end of columns).

    The picture is a perspective view, or with fov = 0 the panorama; angles are radians. `samples` rays more are cast
    where hard edges meet, half of them at edges in a thing's own look; 1: nowhere. `depth` (metres) and `classes`
    (`CLASSES`) are filled where the first ray goes, unless they are empty. `room` is scratch for the box's rows. Pixels
    beside the box are looked at, not written, so that a pixel is the same however a picture is cut up.
    """
    P = packed.numbers
    low, high, begin, end = box
    rows = out.shape[0]
    columns = out.shape[1]
    panorama = fov <= 0.0
    mapped = depth.shape[0] > 0
    half = 0.0 if panorama else sin(fov * 0.5) / cos(fov * 0.5)
    pix = (2.0 * pi if panorama else 2.0 * half) / columns
    lens = (rows, columns, half, heading - P[n.HEADING])
    ray_pix = (pix * 0.85 if samples > 1 else pix) * (1.0 + 0.8 * P[n.SOFTNESS])
    # (255 (√y - √x))² = STEPS² for x, y = EXPOSURE (r + g + b) / 3
    reach_of_edges = STEPS / 255.0 * STEPS / 255.0 * 6.0 / P[n.EXPOSURE]
    shift = knot_shift(pix)
    margin = 1 if samples > 1 else 0
    top = max(low - margin, 0)
    bottom = min(high + margin, rows)
    begin_seen = begin - margin if panorama else max(begin - margin, 0)
    end_seen = end + margin if panorama else min(end + margin, columns)
    for row in range(top, bottom):
        for k in range(RAYS):
            _, oy = off_middle(k)
            room.slopes[row - top, k] = row_height(row + oy, lens)
    room.kept[:] = NO_KNOTS
    for ahead in range(begin_seen, end + margin):
        for again in range(1 + margin):  # first rays of a column, then what the column before it still needs
            column = ahead - again
            if (again == 0 and ahead >= end_seen) or (again == 1 and column < begin):
                continue
            last_pass = again == margin and column >= begin and column < end
            here = (column + 3) % 3
            left = (column + 2) % 3 if column > begin_seen else here
            right = (column + 1) % 3 if column < end_seen - 1 else here
            prepared = 0  # a bit for each of the column's rays that has been looked along
            if again == 0:
                for knots in range(column >> shift, (column >> shift) + 2):
                    if room.kept[knots & 3] != knots:
                        room.kept[knots & 3] = knots
                        clear_knots(room.sky[knots & 3])
            for row in range(top if again == 0 else low, bottom if again == 0 else high):
                at = row - top
                mine = room.first[here, at]
                above = room.first[here, at - 1 if at > 0 else at]
                below = room.first[here, at + 1 if row < bottom - 1 else at]
                k = again
                rays = 1
                tr = 0.0
                tg = 0.0
                tb = 0.0
                if again == 1:
                    tr = mine[FIRST_RGB]
                    tg = mine[FIRST_RGB + 1]
                    tb = mine[FIRST_RGB + 2]
                    edge = max(
                        max(
                            edge_between(mine, room.first[left, at], reach_of_edges),
                            edge_between(mine, room.first[right, at], reach_of_edges),
                        ),
                        max(edge_between(mine, above, reach_of_edges), edge_between(mine, below, reach_of_edges)),
                    )
                    if edge != NO_EDGE:
                        rays = 1 + (samples if edge == HARD_EDGE else samples // 2)
                while k < rays:
                    if prepared & (1 << k) == 0:
                        prepared |= 1 << k
                        ox, _ = off_middle(k)
                        hx, hy, stretch = column_at(column + ox, lens)
                        look_along(packed, room, k, hx, hy, stretch, ray_pix)
                    looked = room.columns[k]
                    slope = room.slopes[at, k] * looked[STRETCH]
                    reach, fall, circle = meet_ground(P, packed.terrain, room.ground[k], looked[FOOT_Z], slope)
                    r, g, b, rest, key, metres, shown, most = trace(packed, room, k, slope, ray_pix, reach)
                    zone = UNTOLD
                    br, bg, bb = 0.0, 0.0, 0.0
                    if rest > HIDDEN:
                        zone = zone_behind(packed, looked, slope, reach, ray_pix)
                        told = False
                        if k > 0 and zone != UNTOLD:
                            for j in range(5):  # a colour that a ray beside this one has brought
                                beside = mine
                                if j == 1:
                                    beside = room.first[left, at]
                                elif j == 2:
                                    beside = room.first[right, at]
                                elif j == 3:
                                    beside = above
                                elif j == 4:
                                    beside = below
                                if beside[BACK] == zone:
                                    br = beside[BACK_RGB]
                                    bg = beside[BACK_RGB + 1]
                                    bb = beside[BACK_RGB + 2]
                                    told = True
                                    break
                        if not told:
                            br, bg, bb, sky, away, kind = behind(
                                packed, looked, room.ground[k], slope, reach, fall, circle, ray_pix
                            )
                            if sky > 0.0:
                                sr, sg, sb = sky_at(packed, room.sky, shift, looked, column, row, top, slope, lens)
                                br += sky * sr
                                bg += sky * sg
                                bb += sky * sb
                            if rest > most:
                                metres = away
                                shown = kind
                                key = zone if zone != UNTOLD else (SOFT if kind == n.PLANTS else CLASS_KEY + kind)
                        r += rest * br
                        g += rest * bg
                        b += rest * bb
                    if k == 0:
                        mine[LIGHT] = r + g + b
                        mine[FIRST_RGB] = r
                        mine[FIRST_RGB + 1] = g
                        mine[FIRST_RGB + 2] = b
                        mine[KEY] = key
                        mine[BACK] = zone
                        mine[BACK_RGB] = br
                        mine[BACK_RGB + 1] = bg
                        mine[BACK_RGB + 2] = bb
                        if mapped and column >= begin and column < end and row >= low and row < high:
                            depth[row, column] = metres * sqrt(1.0 + slope * slope)
                            classes[row, column] = shown
                    tr += r
                    tg += g
                    tb += b
                    k += 1
                if last_pass:
                    weight = P[n.EXPOSURE] / rays
                    grey = (0.25 * tr + 0.62 * tg + 0.13 * tb) * (1.0 - P[n.SATURATION])
                    out[row, column, 0] = tone((grey + P[n.SATURATION] * tr) * weight * P[n.TINT_RGB])
                    out[row, column, 1] = tone((grey + P[n.SATURATION] * tg) * weight * P[n.TINT_RGB + 1])
                    out[row, column, 2] = tone((grey + P[n.SATURATION] * tb) * weight * P[n.TINT_RGB + 2])
