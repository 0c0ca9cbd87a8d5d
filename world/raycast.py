"""One ray through the whole scene, near to far, and rows of pixels made of rays. Knows arrays only.

Arrays: P the scene's numbers, O objects, `starts` and `items` the objects of every bin of azimuth by distance, S strips,
`rings` of the horizon, `atlas` of plants, `shares` the far trees' kinds, `palette` of far houses, `text` lettering,
`noise`, `shadows`.
"""

from math import atan2, cos, floor, pi, sin, sqrt

import world.raycast_names as n
from world.compiled import kernel
from world.raycast_boxes import MISS, house
from world.raycast_cars import car
from world.raycast_ground import crop_top, ground_colour
from world.raycast_math import clamp, layered_noise, noise_at, step
from world.raycast_sky import forest_edge, haze_weight, relief, ring_at, sea_colour, sky_colour, skyline
from world.raycast_strips import strip_hits
from world.raycast_things import block, board, plant, pole_top, round_post


@kernel
def background(P, rings, atlas, shares, palette, noise, hx, hy, slope, turn, pix):  # type: ignore[no-untyped-def]
    """(r, g, b) of what lies beyond the near ground: forest edge, skyline, sea, relief, sky."""
    r = 0.0
    g = 0.0
    b = 0.0
    rest = 1.0
    if slope < 0.35 and slope > -0.05:
        if P[n.SKYLINE] > 0.02:
            cr, cg, cb, a, away = skyline(P, palette, turn, slope, pix)
            if a > 0.0:
                h = haze_weight(P, away * 0.001 + 0.1)
                return (
                    cr + (P[n.HAZE_RGB] - cr) * h,
                    cg + (P[n.HAZE_RGB + 1] - cg) * h,
                    cb + (P[n.HAZE_RGB + 2] - cb) * h,
                )
        sea = ring_at(rings, n.RING_SEA, turn)
        if P[n.TREELINE] > 0.02 and sea < 0.5:
            cr, cg, cb, rest, away = forest_edge(P, noise, atlas, shares, turn, slope, pix)
            if rest < 0.999:
                h = haze_weight(P, 0.3)
                a = 1.0 - rest
                r = cr + (P[n.HAZE_RGB] * a - cr) * h
                g = cg + (P[n.HAZE_RGB + 1] * a - cg) * h
                b = cb + (P[n.HAZE_RGB + 2] * a - cb) * h
                if rest < 0.02:
                    return r, g, b
    cr, cg, cb, kilometres, found = 0.0, 0.0, 0.0, 0.0, False
    if slope < 1.2:
        cr, cg, cb, kilometres, found = relief(P, noise, rings, turn, hx, hy, slope, pix)
    if found:
        h = haze_weight(P, kilometres)
        cr += (P[n.HAZE_RGB] - cr) * h
        cg += (P[n.HAZE_RGB + 1] - cg) * h
        cb += (P[n.HAZE_RGB + 2] - cb) * h
    else:
        length = 1.0 / sqrt(1.0 + slope * slope)
        cr, cg, cb = sky_colour(P, noise, hx * length, hy * length, max(slope, 0.0) * length, True)
    return r + rest * cr, g + rest * cg, b + rest * cb


@kernel
def land(P, rings, shadows, noise, hx, hy, slope, turn, pix):  # type: ignore[no-untyped-def]
    """(r, g, b, distance) of ground, standing crops or sea along a falling ray."""
    r = P[n.CAMERA_Z] / -slope
    sea = ring_at(rings, n.RING_SEA, turn)
    if sea > 0.35:
        shore = P[n.SHORE] * (1.6 - 0.6 * sea) + 6.0 * noise_at(noise, hx * 9.0 + 3.0, hy * 9.0)
        if r > shore:
            cr, cg, cb = sea_colour(P, noise, hx, hy, slope, r)
            foam = step(shore * 1.16, shore * 1.02, r) * 0.7
            cr += (0.75 - cr) * foam
            cg += (0.78 - cg) * foam
            cb += (0.80 - cb) * foam
            return cr, cg, cb, r
    if P[n.CROP_HEIGHT] > 0.05:
        top = P[n.CROP_HEIGHT]
        edge = P[n.CROP_EDGE]
        across = hy * r - P[n.ROAD_Y] - P[n.CURVE] * hx * hx * r * r
        if abs(across) > edge and across * P[n.CROP_SIDE] >= 0.0:
            near = (P[n.CAMERA_Z] - top) / -slope
            x = hx * near
            over = hy * near - P[n.ROAD_Y] - P[n.CURVE] * x * x
            foot = pix * near
            along = foot / clamp(-slope, 0.03, 1.0)
            if abs(over) > edge and over * P[n.CROP_SIDE] >= 0.0:
                cr, cg, cb = crop_top(
                    P, noise, x, over, along * abs(hx) + foot, along * abs(hy) + foot, (foot * 2.0 + along) / 3.0
                )
                shade = 1.0
            else:  # the side of the standing crop
                side = edge if across > 0.0 else -edge
                near = (side + P[n.ROAD_Y]) / (hy if abs(hy) > 1e-5 else 1e-5)
                near = clamp(near, 0.1, r)
                x = hx * near
                z = clamp((P[n.CAMERA_Z] + slope * near) / top, 0.0, 1.0)
                stalk = layered_noise(noise, x * 7.0, z * 1.2, pix * near * 7.0, 3)
                shade = (0.45 + 0.55 * z) * (1.0 + 0.5 * stalk)
                cr, cg, cb = P[n.CROP_RGB], P[n.CROP_RGB + 1], P[n.CROP_RGB + 2]
            light = P[n.SUN_STRENGTH] * P[n.SUN_Z] * shade
            return (
                cr * (P[n.AMBIENT_RGB] * shade + P[n.SUN_RGB] * light),
                cg * (P[n.AMBIENT_RGB + 1] * shade + P[n.SUN_RGB + 1] * light),
                cb * (P[n.AMBIENT_RGB + 2] * shade + P[n.SUN_RGB + 2] * light),
                near,
            )
    cr, cg, cb = ground_colour(P, noise, shadows, hx * r, hy * r, r, hx, hy, slope, pix)
    return cr, cg, cb, r


@kernel
def trace(P, O, starts, items, S, rings, atlas, shares, palette, text, noise, shadows, hits, dx, dy, dz, pix):  # type: ignore[no-untyped-def]
    """(r, g, b, what) seen along the unit vector (dx, dy, dz) in road coordinates; `what` tells surfaces apart."""
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
    reach = P[n.CAMERA_Z] / -slope if slope < -1e-5 else 1e6
    r = 0.0
    g = 0.0
    b = 0.0
    rest = 1.0
    what = 0.0
    strips = 0
    if S.shape[0] > 0:
        strips = strip_hits(P, S, noise, hits, hx, hy, slope, pix, reach)
    bin_ = int(turn * n.BINS)
    if bin_ >= n.BINS:
        bin_ = n.BINS - 1
    first = starts[bin_]
    last = starts[bin_ + 1]
    k = first
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
            if O[seen, n.NEAR] > reach:
                ended = True
            elif slope > O[seen, n.TOP]:
                continue
            else:
                kind = int(O[seen, n.KIND])
                if kind == n.PLANT:
                    near, a, cr, cg, cb = plant(P, O, seen, atlas, hx, hy, slope, pix)
                elif kind == n.HOUSE:
                    near, cr, cg, cb = house(P, O, seen, text, noise, hx, hy, slope, pix)
                    a = 1.0
                elif kind == n.CAR:
                    near, cr, cg, cb = car(P, O, seen, hx, hy, slope, pix)
                    a = 1.0
                elif kind == n.POST:
                    near, a, cr, cg, cb = round_post(P, O, seen, hx, hy, slope, pix)
                elif kind == n.BOARD:
                    near, a, cr, cg, cb = board(P, O, seen, text, hx, hy, slope, pix)
                elif kind == n.BLOCK:
                    near, a, cr, cg, cb = block(P, O, seen, hx, hy, slope, pix)
                else:
                    near, a, cr, cg, cb = pole_top(P, O, seen, hx, hy, slope, pix)
                if near >= reach:
                    continue
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
            strips -= 1
            for c in range(5):
                hits[best, c] = hits[strips, c]
        if ended:
            break
        h = haze_weight(P, near * 0.001)
        w = rest * a
        r += w * (cr + (P[n.HAZE_RGB] - cr) * h)
        g += w * (cg + (P[n.HAZE_RGB + 1] - cg) * h)
        b += w * (cb + (P[n.HAZE_RGB + 2] - cb) * h)
        rest -= w
        what += w * (1.0 + seen)
    if rest > 0.015:
        if slope < -1e-3:
            cr, cg, cb, away = land(P, rings, shadows, noise, hx, hy, slope, turn, pix)
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
        else:
            cr, cg, cb = background(P, rings, atlas, shares, palette, noise, hx, hy, slope, turn, pix)
        r += rest * cr
        g += rest * cg
        b += rest * cb
    return r, g, b, what


@kernel
def far_front(P, rings, atlas, shares, palette, noise, turn, slope, pix, away):  # type: ignore[no-untyped-def]
    """The feet of the distant rows, just below the horizon: premultiplied colour and coverage."""
    if P[n.SKYLINE] > 0.02:
        cr, cg, cb, a, distance = skyline(P, palette, turn, slope, pix)
        if a > 0.0 and distance < away:
            return cr, cg, cb, 1.0
    if P[n.TREELINE] > 0.02 and ring_at(rings, n.RING_SEA, turn) < 0.5 and away > 105.0:
        cr, cg, cb, rest, _ = forest_edge(P, noise, atlas, shares, turn, slope, pix)
        return cr, cg, cb, 1.0 - rest
    return 0.0, 0.0, 0.0, 0.0


@kernel
def tone(x):  # type: ignore[no-untyped-def]
    """Linear light to a byte: a soft shoulder, then a square root for the screen's curve."""
    if x > 0.65:
        x = 0.65 + 0.35 * (x - 0.65) / (x - 0.65 + 0.35)
    value = int(sqrt(x if x > 0.0 else 0.0) * 255.0 + 0.5)
    return 255 if value > 255 else value


@kernel
def draw_rows(
    P, O, starts, items, S, rings, atlas, shares, palette, text, noise, shadows, out, low, high, heading, fov, samples
):  # type: ignore[no-untyped-def]
    """Fill rows low … high of `out` (H, W, 3): a perspective view, or with fov = 0 the panorama."""
    rows = out.shape[0]
    columns = out.shape[1]
    hits = shadows[: n.HITS, :5].copy()  # scratch of the right type
    panorama = fov <= 0.0
    if panorama:
        pix = 2.0 * pi / columns
        half = 0.0
    else:
        half = sin(fov * 0.5) / cos(fov * 0.5)
        pix = 2.0 * half / columns
    turn = heading - P[n.HEADING]
    cos_turn = cos(turn)
    sin_turn = sin(turn)
    ray_pix = pix * 0.75 if samples > 1 else pix
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
                r, g, b, what = trace(
                    P,
                    O,
                    starts,
                    items,
                    S,
                    rings,
                    atlas,
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
                    first = r + g + b
                    first_what = what
                elif k == 1 and samples > 2:
                    other = r + g + b
                    if abs(what - first_what) < 0.02 and abs(other - first) < 0.09 * (other + first) + 0.01:
                        break
            weight = P[n.EXPOSURE] / count
            out[row, column, 0] = tone(tr * weight * P[n.TINT_RGB])
            out[row, column, 1] = tone(tg * weight * P[n.TINT_RGB + 1])
            out[row, column, 2] = tone(tb * weight * P[n.TINT_RGB + 2])


@kernel
def fill_bins(O, starts, items):  # type: ignore[no-untyped-def]
    """List the objects of every azimuth bin, nearest first; O must be sorted by NEAR. Returns how many were listed."""
    total = 0
    for pass_ in range(2):
        if pass_ == 0:
            starts[:] = 0
        for i in range(O.shape[0]):
            middle = atan2(O[i, n.Y], O[i, n.X]) / (2.0 * pi) * n.BINS
            spread = O[i, n.EXTRA + 15] / (2.0 * pi) * n.BINS  # half the angle it fills
            low = int(floor(middle - spread))
            high = int(floor(middle + spread))
            if high - low >= n.BINS:
                low = 0
                high = n.BINS - 1
            for k in range(low, high + 1):
                at = k % n.BINS
                if pass_ == 0:
                    starts[at + 1] += 1
                else:
                    if starts[at] < items.shape[0]:
                        items[starts[at]] = i
                    starts[at] += 1
        if pass_ == 0:
            for k in range(n.BINS):
                starts[k + 1] += starts[k]
            total = starts[n.BINS]
            if total > items.shape[0]:
                return total
    for k in range(n.BINS, 0, -1):
        starts[k] = starts[k - 1]
    starts[0] = 0
    return total
