"""One ray through what stands before the ground and the sky, near to far. Knows arrays only.

A ray is a slope in a column (`world.draw.column`): what its azimuth may meet is known before it starts.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

import world.draw.slots as n
from world.draw.column import (
    AWAY,
    HX,
    HY,
    ROW,
    S_AWAY,
    S_HIGH,
    S_LOW,
    STEEP,
    STEEPEST,
    STRIPS,
    THINGS,
)  # fmt: skip
from world.draw.compiled import kernel
from world.draw.sky import haze_weight
from world.draw.things.boxes import MISS
from world.draw.things.cars import car
from world.draw.things.figures import figure
from world.draw.things.furniture import block, board, pole_top, round_post
from world.draw.things.houses import house
from world.draw.things.plants import plant
from world.draw.things.roofs import hut
from world.draw.things.strips import strip

HIDDEN = 0.015  # light that is too little to look on for
SOFT, HARD = 50.0, 100.0  # keys: of pictures that fade at their edges, and from here on of solid things


@kernel
def trace(packed, room, k, slope, pix, reach):
    """(r, g, b, rest, key, metres, class, weight) of things and strips before `reach` along column `k`.

    `rest` is what they leave of the light behind them; key, metres (level) and class are those of the thing that
    weighs most, and `weight` is how much that is.
    """
    P = packed.numbers
    T = packed.objects
    column = room.columns[k]
    things = room.things[k]
    strips = room.strips[k]
    hx = column[HX]
    hy = column[HY]
    r = 0.0
    g = 0.0
    b = 0.0
    rest = 1.0
    most = 0.0
    key = 0.0
    metres = n.BEYOND
    shown = n.SKY
    last = int(column[THINGS])
    crossings = int(column[STRIPS])
    at = 0
    next_strip = 0
    held = -1  # the nearest solid so far: what is sorted behind it may still stand before it
    hr, hg, hb = 0.0, 0.0, 0.0
    while rest > HIDDEN:
        # the next object, or past the last of them what is left of the strips
        near = MISS
        a = 0.0
        cr, cg, cb = 0.0, 0.0, 0.0
        seen = 0
        hard = False
        ended = at >= last or things[at, AWAY] > reach or slope > things[at, STEEPEST]
        if not ended:
            if slope > things[at, STEEP]:
                at += 1
                continue
            seen = int(things[at, ROW])
            at += 1
            kind = int(T[seen, n.KIND])
            hard = kind != n.PLANT and kind != n.FIGURE
            if kind == n.PLANT:
                near, a, cr, cg, cb = plant(P, T, seen, packed.atlas, packed.noise, hx, hy, slope, pix)
            elif kind == n.HOUSE:
                near, cr, cg, cb = house(P, T, seen, packed.text, packed.noise, hx, hy, slope, pix)
                a = 1.0
            elif kind == n.HUT:
                near, cr, cg, cb = hut(P, T, seen, packed.noise, hx, hy, slope, pix)
                a = 1.0
            elif kind == n.CAR:
                near, a, cr, cg, cb = car(P, T, seen, hx, hy, slope, pix)
            elif kind == n.FIGURE:
                near, a, cr, cg, cb = figure(P, T, seen, packed.figures, hx, hy, slope, pix)
            elif kind == n.POST:
                near, a, cr, cg, cb = round_post(P, T, seen, hx, hy, slope, pix)
            elif kind == n.BOARD:
                near, a, cr, cg, cb = board(P, T, seen, packed.text, hx, hy, slope, pix)
            elif kind == n.BLOCK:
                near, a, cr, cg, cb = block(P, T, seen, hx, hy, slope, pix)
            else:
                near, a, cr, cg, cb = pole_top(P, T, seen, hx, hy, slope, pix)
            if near >= reach:
                continue
            if a > 0.99 and (kind == n.HOUSE or kind == n.HUT or kind == n.CAR or kind == n.BLOCK):
                held = seen
                reach = near
                hr, hg, hb = cr, cg, cb
                continue
        if ended and held >= 0:
            near = reach
            seen = held
            a = 1.0
            cr, cg, cb = hr, hg, hb
            hard = True
        limit = min(near, reach)
        while next_strip < crossings and strips[next_strip, S_AWAY] < limit and rest > HIDDEN:  # strips before it
            if slope >= strips[next_strip, S_LOW] and slope <= strips[next_strip, S_HIGH]:
                sa, sr, sg, sb = strip(P, packed.strips, packed.noise, strips[next_strip], hy, slope, pix)
                if sa > 0.0:
                    away = strips[next_strip, S_AWAY]
                    h = haze_weight(P, away * 0.001)
                    w = rest * sa
                    r += w * (sr + (P[n.HAZE_RGB] - sr) * h)
                    g += w * (sg + (P[n.HAZE_RGB + 1] - sg) * h)
                    b += w * (sb + (P[n.HAZE_RGB + 2] - sb) * h)
                    rest -= w
                    if w > most:
                        most = w
                        key = SOFT
                        metres = away
                        shown = n.FURNITURE
            next_strip += 1
        if ended and held < 0:
            break
        h = haze_weight(P, near * 0.001)
        w = rest * a
        r += w * (cr + (P[n.HAZE_RGB] - cr) * h)
        g += w * (cg + (P[n.HAZE_RGB + 1] - cg) * h)
        b += w * (cb + (P[n.HAZE_RGB + 2] - cb) * h)
        rest -= w
        if w > most:
            most = w
            key = HARD + seen if hard else SOFT
            metres = near
            shown = int(T[seen, n.CLASS])
        if ended:
            break
    return r, g, b, rest, key, metres, shown, most
