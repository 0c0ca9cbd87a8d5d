"""One ray through the whole scene, near to far. Knows arrays only.

Arrays: P the scene's numbers, T things (objects) by distance, `starts` and `items` the things in every bin of azimuth,
S strips, `terrain` circles of ground, `rings` of the horizon, `atlas` of plants, `figures` of people, animals and
things, `shares` the far trees' kinds, `palette` of far houses, `text` lettering, `noise`, `shadows`, and `hits`,
scratch for strips.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import atan2, pi, sqrt

import world.draw.slots as n
from world.draw.behind import background, far_front, land
from world.draw.compiled import kernel
from world.draw.sky import haze_weight
from world.draw.terrain import meet_ground
from world.draw.things.boxes import MISS
from world.draw.things.cars import car
from world.draw.things.figures import figure
from world.draw.things.furniture import block, board, pole_top, round_post
from world.draw.things.houses import house
from world.draw.things.plants import plant
from world.draw.things.roofs import hut
from world.draw.things.strips import strip_hits


@kernel
def trace(packed, hits, dx, dy, dz, pix):
    """(r, g, b, what, metres, class) seen along the unit vector (dx, dy, dz) in road coordinates.

    `what` tells surfaces apart; metres and class are those of the surface that weighs most in the colour.
    """
    P, T, starts, items, S, terrain, rings, atlas, figures, shares, palette, text, noise, shadows = packed
    flat = sqrt(dx * dx + dy * dy)
    if flat < 1e-4:
        flat = 1e-4
        dx = 1e-4
    hx = dx / flat
    hy = dy / flat
    slope = dz / flat
    turn = atan2(hy, hx) / (2.0 * pi)
    if turn < 0.0:
        turn += 1.0
    reach, fall, circle = meet_ground(P, terrain, turn, slope)
    r = 0.0
    g = 0.0
    b = 0.0
    rest = 1.0
    what = 0.0
    most = 0.0
    metres = n.BEYOND
    shown = n.SKY
    strips = 0
    if S.shape[0] > 0:
        strips = strip_hits(P, S, noise, hits, hx, hy, slope, pix, reach)
    bin_ = int(turn * n.BINS)
    if bin_ >= n.BINS:
        bin_ = n.BINS - 1
    first = starts[bin_]
    last = starts[bin_ + 1]
    k = first
    held = -1  # the nearest solid so far: what is sorted behind it may still stand before it
    hr, hg, hb = 0.0, 0.0, 0.0
    while rest > 0.015:
        # the next object, or past the last of them what is left of the strips
        near = MISS
        a = 0.0
        cr, cg, cb = 0.0, 0.0, 0.0
        seen = 0
        ended = k >= last
        if not ended:
            seen = items[k]
            k += 1
            if T[seen, n.NEAR] > reach:
                ended = True
            elif slope > T[seen, n.TOP]:
                continue
            else:
                kind = int(T[seen, n.KIND])
                if kind == n.PLANT:
                    near, a, cr, cg, cb = plant(P, T, seen, atlas, hx, hy, slope, pix)
                elif kind == n.HOUSE:
                    near, cr, cg, cb = house(P, T, seen, text, noise, hx, hy, slope, pix)
                    a = 1.0
                elif kind == n.HUT:
                    near, cr, cg, cb = hut(P, T, seen, noise, hx, hy, slope, pix)
                    a = 1.0
                elif kind == n.CAR:
                    near, a, cr, cg, cb = car(P, T, seen, hx, hy, slope, pix)
                elif kind == n.FIGURE:
                    near, a, cr, cg, cb = figure(P, T, seen, figures, hx, hy, slope, pix)
                elif kind == n.POST:
                    near, a, cr, cg, cb = round_post(P, T, seen, hx, hy, slope, pix)
                elif kind == n.BOARD:
                    near, a, cr, cg, cb = board(P, T, seen, text, hx, hy, slope, pix)
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
        while strips > 0:  # strips that lie before it
            best = -1
            limit = near
            for j in range(strips):
                if hits[j, 0] < limit:
                    limit = hits[j, 0]
                    best = j
            if best < 0:
                break
            h = haze_weight(P, limit * 0.001)
            w = rest * hits[best, 1]
            r += w * (hits[best, 2] + (P[n.HAZE_RGB] - hits[best, 2]) * h)
            g += w * (hits[best, 3] + (P[n.HAZE_RGB + 1] - hits[best, 3]) * h)
            b += w * (hits[best, 4] + (P[n.HAZE_RGB + 2] - hits[best, 4]) * h)
            rest -= w
            what += w * 0.37
            if w > most:
                most = w
                metres = limit
                shown = n.FURNITURE
            strips -= 1
            for c in range(5):
                hits[best, c] = hits[strips, c]
        if ended and held < 0:
            break
        h = haze_weight(P, near * 0.001)
        w = rest * a
        r += w * (cr + (P[n.HAZE_RGB] - cr) * h)
        g += w * (cg + (P[n.HAZE_RGB + 1] - cg) * h)
        b += w * (cb + (P[n.HAZE_RGB + 2] - cb) * h)
        rest -= w
        what += w * (1.0 + seen)
        if w > most:
            most = w
            metres = near
            shown = int(T[seen, n.CLASS])
        if ended:
            break
    if rest > 0.015:
        if reach < n.BEYOND:
            cr, cg, cb, away, kind = land(
                P, terrain, rings, shadows, noise, hx, hy, slope, turn, reach, fall, circle, pix
            )
            if away > 60.0:
                # the forest edge and the skyline stand on the far ground
                h = haze_weight(P, away * 0.001)
                cr += (P[n.HAZE_RGB] - cr) * h
                cg += (P[n.HAZE_RGB + 1] - cg) * h
                cb += (P[n.HAZE_RGB + 2] - cb) * h
                if away > 95.0 and (P[n.SKYLINE] > 0.02 or P[n.TREELINE] > 0.02):
                    br, bg, bb, ba = far_front(P, rings, atlas, shares, palette, noise, turn, slope, pix, away)
                    cr += br - cr * ba
                    cg += bg - cg * ba
                    cb += bb - cb * ba
                    if ba > 0.5:
                        kind = n.BUILDINGS if P[n.SKYLINE] > 0.02 else n.PLANTS
        else:
            cr, cg, cb, away, kind = background(P, rings, atlas, shares, palette, noise, hx, hy, slope, turn, pix)
        r += rest * cr
        g += rest * cg
        b += rest * cb
        if rest > most:
            metres = away
            shown = kind
    return r, g, b, what, metres * sqrt(1.0 + slope * slope), shown
