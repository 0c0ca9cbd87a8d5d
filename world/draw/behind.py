"""What a ray meets when no object stopped it: near ground, standing crops, sea, the horizon. Knows no objects."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import sqrt

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.crops import crop_side, crop_top
from world.draw.ground import ground_colour
from world.draw.noise import clamp, layered_noise
from world.draw.sky import far_woods, forest_edge, haze_weight, relief, ring_at, sky_colour, skyline
from world.draw.terrain import ground_height, terrain_at
from world.draw.water import water_colour


@kernel
def background(P, rings, atlas, shares, palette, noise, hx, hy, slope, turn, pix):
    """(r, g, b, metres, class) of what lies beyond the near ground: forest edge, skyline, sea, relief, sky."""
    r = 0.0
    g = 0.0
    b = 0.0
    rest = 1.0
    if slope < 0.4 and slope > -0.4:
        if P[n.SKYLINE] > 0.02:
            cr, cg, cb, a, away = skyline(P, rings, palette, turn, slope, pix)
            if a > 0.0:
                h = haze_weight(P, away * 0.001 + 0.1)
                return (
                    cr + (P[n.HAZE_RGB] - cr) * h,
                    cg + (P[n.HAZE_RGB + 1] - cg) * h,
                    cb + (P[n.HAZE_RGB + 2] - cb) * h,
                    away,
                    n.BUILDINGS,
                )
        sea = ring_at(rings, n.RING_SEA, turn)
        if P[n.TREELINE] > 0.02 and sea < 0.5:
            cr, cg, cb, rest, away = forest_edge(P, noise, rings, atlas, shares, turn, slope, pix)
            if rest < 0.999:
                h = haze_weight(P, 0.3)
                a = 1.0 - rest
                r = cr + (P[n.HAZE_RGB] * a - cr) * h
                g = cg + (P[n.HAZE_RGB + 1] * a - cg) * h
                b = cb + (P[n.HAZE_RGB + 2] * a - cb) * h
                if rest < 0.02:
                    return r, g, b, away, n.PLANTS
            cr, cg, cb, a = far_woods(P, noise, rings, turn, slope, pix)
            if a > 0.0:
                h = haze_weight(P, 0.6)
                a *= rest
                r += a * (cr + (P[n.HAZE_RGB] - cr) * h)
                g += a * (cg + (P[n.HAZE_RGB + 1] - cg) * h)
                b += a * (cb + (P[n.HAZE_RGB + 2] - cb) * h)
                rest -= a
                if rest < 0.02:
                    return r, g, b, n.FRONT_METRES[2], n.PLANTS
    cr, cg, cb, kilometres, found = 0.0, 0.0, 0.0, 0.0, False
    if slope < 1.2:
        cr, cg, cb, kilometres, found = relief(P, noise, rings, turn, hx, hy, slope, pix)
    if slope < -3e-4 and P[n.WATER_Z] > n.NO_WATER and rest > 0.5 and ring_at(rings, n.RING_SEA, turn) > 0.3:
        away = (P[n.CAMERA_Z] - P[n.WATER_Z]) / -slope
        if away > ring_at(rings, n.RING_OPEN, turn):  # the sea, on to the horizon
            cr, cg, cb = water_colour(P, noise, hx, hy, slope, away, -slope, -9.0, 1.0, pix)
            h = haze_weight(P, away * 0.001)
            return (
                r + rest * (cr + (P[n.HAZE_RGB] - cr) * h),
                g + rest * (cg + (P[n.HAZE_RGB + 1] - cg) * h),
                b + rest * (cb + (P[n.HAZE_RGB + 2] - cb) * h),
                away,
                n.WATER,
            )
    if found:
        h = haze_weight(P, kilometres)
        cr += (P[n.HAZE_RGB] - cr) * h
        cg += (P[n.HAZE_RGB + 1] - cg) * h
        cb += (P[n.HAZE_RGB + 2] - cb) * h
    else:
        length = 1.0 / sqrt(1.0 + slope * slope)
        cr, cg, cb = sky_colour(P, noise, hx * length, hy * length, max(slope, 0.0) * length, True)
    metres = n.BEYOND
    shown = n.SKY
    if rest < 0.5:
        metres = 150.0
        shown = n.PLANTS
    elif found:
        metres = kilometres * 1000.0
        shown = n.RELIEF
    return r + rest * cr, g + rest * cg, b + rest * cb, metres, shown


@kernel
def land(P, terrain, rings, shadows, noise, hx, hy, slope, turn, r, fall, circle, pix):
    """(r, g, b, metres, class) of ground, standing crops or water, `r` metres along a ray that sinks by `fall`."""
    if P[n.WATER_Z] > n.NO_WATER and P[n.CAMERA_Z] + slope * r < P[n.WATER_Z] + 0.5:
        bed = terrain_at(terrain, n.HEIGHTS, turn, circle) - P[n.WATER_Z]
        if abs(bed) < 1.5:
            bed = ground_height(P, rings, noise, hx * r, hy * r, turn) - P[n.WATER_Z]
        if bed < 0.0:
            sea = 1.0 if P[n.SHORE_WIDE] > 1000.0 and P[n.RIVER_HALF] < 0.1 else 0.0
            cr, cg, cb = water_colour(P, noise, hx, hy, slope, r, fall, bed, sea, pix)
            return cr, cg, cb, r, n.WATER
    sun = terrain_at(terrain, n.SUNLIT, turn, circle)
    steep = terrain_at(terrain, n.STEEPNESS, turn, circle)
    slope = -fall
    if P[n.CROP_HEIGHT] > 0.05:
        top = P[n.CROP_HEIGHT]
        edge = P[n.CROP_EDGE]
        across = hy * r - P[n.ROAD_Y] - P[n.CURVE] * hx * hx * r * r
        if abs(across) > edge and across * P[n.CROP_SIDE] >= 0.0:
            near = max(r - top / fall, 0.1)
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
                z = clamp((r - near) * fall / top, 0.0, 1.0)
                cr, cg, cb, shade = crop_side(P, noise, x, z, pix * near)
            light = P[n.SUN_STRENGTH] * sun * shade
            return (
                cr * (P[n.AMBIENT_RGB] * shade + P[n.SUN_RGB] * light),
                cg * (P[n.AMBIENT_RGB + 1] * shade + P[n.SUN_RGB + 1] * light),
                cb * (P[n.AMBIENT_RGB + 2] * shade + P[n.SUN_RGB + 2] * light),
                near,
                n.PLANTS,
            )
    if P[n.RIVER_HALF] > 0.0 and abs(hx * r - P[n.RIVER_AT]) < P[n.RIVER_HALF] - P[n.WATER_Z] + 4.0:
        side = abs(hy * r - P[n.ROAD_Y] - P[n.CURVE] * hx * hx * r * r) - P[n.BENCH]
        if side > -2.0 and side < 1.0:  # the deck's edge, on which no grass grows
            tone = 0.34 * (1.0 + 0.2 * layered_noise(noise, hx * r * 1.7, hy * r * 1.7, pix * r * 2.0, 3))
            light = P[n.SUN_STRENGTH] * sun
            return (
                tone * (P[n.AMBIENT_RGB] + P[n.SUN_RGB] * light),
                tone * (P[n.AMBIENT_RGB + 1] + P[n.SUN_RGB + 1] * light),
                0.96 * tone * (P[n.AMBIENT_RGB + 2] + P[n.SUN_RGB + 2] * light),
                r,
                n.ROAD,
            )
    cr, cg, cb, shown = ground_colour(P, noise, shadows, hx * r, hy * r, r, hx, hy, slope, sun, steep, pix)
    return cr, cg, cb, r, shown


@kernel
def far_front(P, rings, atlas, shares, palette, noise, turn, slope, pix, away):
    """The feet of the distant rows, just below the horizon: premultiplied colour and coverage."""
    if P[n.SKYLINE] > 0.02:
        cr, cg, cb, a, distance = skyline(P, rings, palette, turn, slope, pix)
        if a > 0.0 and distance < away:
            return cr, cg, cb, 1.0
    if P[n.TREELINE] > 0.02 and ring_at(rings, n.RING_SEA, turn) < 0.5 and away > 105.0:
        cr, cg, cb, rest, _ = forest_edge(P, noise, rings, atlas, shares, turn, slope, pix)
        if rest > 0.02 and away > n.FRONT_METRES[2]:
            wr, wg, wb, a = far_woods(P, noise, rings, turn, slope, pix)
            h = haze_weight(P, 0.4)
            a *= rest
            rest -= a
            cr += a * (wr + (P[n.HAZE_RGB] - wr) * h)
            cg += a * (wg + (P[n.HAZE_RGB + 1] - wg) * h)
            cb += a * (wb + (P[n.HAZE_RGB + 2] - wb) * h)
        return cr, cg, cb, 1.0 - rest
    return 0.0, 0.0, 0.0, 0.0
