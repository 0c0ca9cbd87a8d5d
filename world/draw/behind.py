"""What a ray meets when no object stopped it: near ground, standing crops, sea, the horizon. Knows no objects."""

# mypy: allow-untyped-defs, allow-untyped-calls

import world.draw.slots as n
from world.draw.column import HX, HY, RINGS, SKY_FROM, TURN, at_circle
from world.draw.compiled import kernel
from world.draw.crops import crop_side, crop_top
from world.draw.ground import ground_colour, ground_zone
from world.draw.noise import clamp, layered_noise
from world.draw.sky import far_woods, forest_edge, haze_weight, relief, skyline
from world.draw.terrain import ground_height
from world.draw.water import water_colour


@kernel
def background(packed, column, slope, pix):
    """(r, g, b, rest, metres, class) of what lies beyond the near ground: forest edge, skyline, sea, relief.

    `rest` is the part of the light that is the sky's.
    """
    P = packed.numbers
    if slope > column[SKY_FROM]:
        return 0.0, 0.0, 0.0, 1.0, n.BEYOND, n.SKY
    r = 0.0
    g = 0.0
    b = 0.0
    rest = 1.0
    if slope < 0.4 and slope > -0.4:
        if P[n.SKYLINE] > 0.02:
            cr, cg, cb, a, away = skyline(P, column, packed.palette, slope, pix)
            if a > 0.0:
                h = haze_weight(P, away * 0.001 + 0.1)
                return (
                    cr + (P[n.HAZE_RGB] - cr) * h,
                    cg + (P[n.HAZE_RGB + 1] - cg) * h,
                    cb + (P[n.HAZE_RGB + 2] - cb) * h,
                    0.0,
                    away,
                    n.BUILDINGS,
                )
        sea = column[RINGS + n.RING_SEA]
        if P[n.TREELINE] > 0.02 and sea < 0.5:
            cr, cg, cb, rest, away = forest_edge(P, column, packed.atlas, packed.shares, slope, pix)
            if rest < 0.999:
                h = haze_weight(P, 0.3)
                a = 1.0 - rest
                r = cr + (P[n.HAZE_RGB] * a - cr) * h
                g = cg + (P[n.HAZE_RGB + 1] * a - cg) * h
                b = cb + (P[n.HAZE_RGB + 2] * a - cb) * h
                if rest < 0.02:
                    return r, g, b, 0.0, away, n.PLANTS
            cr, cg, cb, a = far_woods(P, packed.noise, column, slope, pix)
            if a > 0.0:
                h = haze_weight(P, 0.6)
                a *= rest
                r += a * (cr + (P[n.HAZE_RGB] - cr) * h)
                g += a * (cg + (P[n.HAZE_RGB + 1] - cg) * h)
                b += a * (cb + (P[n.HAZE_RGB + 2] - cb) * h)
                rest -= a
                if rest < 0.02:
                    return r, g, b, 0.0, n.FRONT_METRES[2], n.PLANTS
    cr, cg, cb, kilometres, found = 0.0, 0.0, 0.0, 0.0, False
    if slope < 1.2:
        cr, cg, cb, kilometres, found = relief(P, packed.noise, column, slope, pix)
    if slope < -3e-4 and P[n.WATER_Z] > n.NO_WATER and rest > 0.5 and column[RINGS + n.RING_SEA] > 0.3:
        away = (P[n.CAMERA_Z] - P[n.WATER_Z]) / -slope
        if away > column[RINGS + n.RING_OPEN]:  # the sea, on to the horizon
            cr, cg, cb = water_colour(P, packed.noise, column[HX], column[HY], slope, away, -slope, -9.0, 1.0, pix)
            h = haze_weight(P, away * 0.001)
            return (
                r + rest * (cr + (P[n.HAZE_RGB] - cr) * h),
                g + rest * (cg + (P[n.HAZE_RGB + 1] - cg) * h),
                b + rest * (cb + (P[n.HAZE_RGB + 2] - cb) * h),
                0.0,
                away,
                n.WATER,
            )
    metres = n.BEYOND
    shown = n.SKY
    if rest < 0.5:
        metres = 150.0
        shown = n.PLANTS
    elif found:
        metres = kilometres * 1000.0
        shown = n.RELIEF
    if not found:
        return r, g, b, rest, metres, shown
    h = haze_weight(P, kilometres)
    r += rest * (cr + (P[n.HAZE_RGB] - cr) * h)
    g += rest * (cg + (P[n.HAZE_RGB + 1] - cg) * h)
    b += rest * (cb + (P[n.HAZE_RGB + 2] - cb) * h)
    return r, g, b, 0.0, metres, shown


@kernel
def land(packed, column, ground, slope, r, fall, circle, pix):
    """(r, g, b, metres, class) of ground, standing crops or water, `r` metres along a ray that sinks by `fall`."""
    P = packed.numbers
    noise = packed.noise
    hx = column[HX]
    hy = column[HY]
    x = P[n.WALK_X] + hx * r
    y = P[n.WALK_Y] + hy * r
    over_road = y - P[n.ROAD_Y] - P[n.CURVE] * x * x
    if P[n.WATER_Z] > n.NO_WATER and P[n.CAMERA_Z] + slope * r < P[n.WATER_Z] + 0.5:
        bed = at_circle(ground[n.HEIGHTS], circle) - P[n.WATER_Z]
        if abs(bed) < 1.5:
            bed = ground_height(P, packed.rings, noise, x, y, column[TURN]) - P[n.WATER_Z]
        if bed < 0.0:
            sea = 1.0 if P[n.SHORE_WIDE] > 1000.0 and P[n.RIVER_HALF] < 0.1 else 0.0
            cr, cg, cb = water_colour(P, noise, hx, hy, slope, r, fall, bed, sea, pix)
            return cr, cg, cb, r, n.WATER
    sun = at_circle(ground[n.SUNLIT], circle)
    steep = at_circle(ground[n.STEEPNESS], circle)
    slope = -fall
    if P[n.CROP_HEIGHT] > 0.05:
        top = P[n.CROP_HEIGHT]
        edge = P[n.CROP_EDGE]
        across = over_road
        if abs(across) > edge and across * P[n.CROP_SIDE] >= 0.0:
            near = max(r - top / fall, 0.1)
            x = P[n.WALK_X] + hx * near
            over = P[n.WALK_Y] + hy * near - P[n.ROAD_Y] - P[n.CURVE] * x * x
            foot = pix * near
            along = foot / clamp(-slope, 0.03, 1.0)
            if abs(over) > edge and over * P[n.CROP_SIDE] >= 0.0:
                cr, cg, cb = crop_top(
                    P, noise, x, over, along * abs(hx) + foot, along * abs(hy) + foot, (foot * 2.0 + along) / 3.0
                )
                shade = 1.0
            else:  # the side of the standing crop
                side = edge if across > 0.0 else -edge
                near = (side + P[n.ROAD_Y] + P[n.CURVE] * x * x - P[n.WALK_Y]) / (hy if abs(hy) > 1e-5 else 1e-5)
                near = clamp(near, 0.1, r)
                x = P[n.WALK_X] + hx * near
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
    if P[n.RIVER_HALF] > 0.0 and abs(x - P[n.RIVER_AT]) < P[n.RIVER_HALF] - P[n.WATER_Z] + 4.0:
        side = abs(over_road) - P[n.BENCH]
        if side > -2.0 and side < 1.0:  # the deck's edge, on which no grass grows
            tone = 0.34 * (1.0 + 0.2 * layered_noise(noise, x * 1.7, y * 1.7, pix * r * 2.0, 3))
            light = P[n.SUN_STRENGTH] * sun
            return (
                tone * (P[n.AMBIENT_RGB] + P[n.SUN_RGB] * light),
                tone * (P[n.AMBIENT_RGB + 1] + P[n.SUN_RGB + 1] * light),
                0.96 * tone * (P[n.AMBIENT_RGB + 2] + P[n.SUN_RGB + 2] * light),
                r,
                n.ROAD,
            )
    cr, cg, cb, shown = ground_colour(P, noise, packed.shadows, x, y, r, hx, hy, slope, sun, steep, pix)
    return cr, cg, cb, r, shown


@kernel
def far_front(packed, column, slope, pix, away):
    """The feet of the distant rows, just below the horizon: premultiplied colour and coverage."""
    P = packed.numbers
    if P[n.SKYLINE] > 0.02:
        cr, cg, cb, a, distance = skyline(P, column, packed.palette, slope, pix)
        if a > 0.0 and distance < away:
            return cr, cg, cb, 1.0
    if P[n.TREELINE] > 0.02 and column[RINGS + n.RING_SEA] < 0.5 and away > 105.0:
        cr, cg, cb, rest, _ = forest_edge(P, column, packed.atlas, packed.shares, slope, pix)
        if rest > 0.02 and away > n.FRONT_METRES[2]:
            wr, wg, wb, a = far_woods(P, packed.noise, column, slope, pix)
            h = haze_weight(P, 0.4)
            a *= rest
            rest -= a
            cr += a * (wr + (P[n.HAZE_RGB] - wr) * h)
            cg += a * (wg + (P[n.HAZE_RGB + 1] - wg) * h)
            cb += a * (wb + (P[n.HAZE_RGB + 2] - wb) * h)
        return cr, cg, cb, 1.0 - rest
    return 0.0, 0.0, 0.0, 0.0


# --- what lies behind, told without its colour
UNTOLD, OPEN_SKY, GROUND_FROM = 0.0, 1.0, 2.0  # the last: zones of the ground, on from here


@kernel
def zone_behind(packed, column, slope, reach, pix):
    """What lies behind the things, if that is simple to tell: open sky or a zone of the near ground; else UNTOLD.

    Rays of one pixel that end in the same zone share its colour.
    """
    P = packed.numbers
    if reach >= n.BEYOND:
        return OPEN_SKY if slope > column[SKY_FROM] else UNTOLD
    if reach > 60.0 or (P[n.WATER_Z] > n.NO_WATER and P[n.CAMERA_Z] + slope * reach < P[n.WATER_Z] + 0.5):
        return UNTOLD
    if P[n.RIVER_HALF] > 0.0:
        return UNTOLD
    x = P[n.WALK_X] + column[HX] * reach
    across = P[n.WALK_Y] + column[HY] * reach - P[n.ROAD_Y] - P[n.CURVE] * x * x
    if P[n.CROP_HEIGHT] > 0.05 and abs(across) > P[n.CROP_EDGE] - 8.0 and across * P[n.CROP_SIDE] >= 0.0:
        return UNTOLD
    return GROUND_FROM + ground_zone(P, packed.noise, x, across, pix * reach)


@kernel
def behind(packed, column, ground, slope, reach, fall, circle, pix):
    """(r, g, b, sky, metres, class) of what lies behind all things: `sky` is the sky's part of the light."""
    P = packed.numbers
    if reach >= n.BEYOND:
        return background(packed, column, slope, pix)
    cr, cg, cb, away, kind = land(packed, column, ground, slope, reach, fall, circle, pix)
    if away > 60.0:
        # the forest edge and the skyline stand on the far ground
        h = haze_weight(P, away * 0.001)
        cr += (P[n.HAZE_RGB] - cr) * h
        cg += (P[n.HAZE_RGB + 1] - cg) * h
        cb += (P[n.HAZE_RGB + 2] - cb) * h
        if away > 95.0 and (P[n.SKYLINE] > 0.02 or P[n.TREELINE] > 0.02):
            br, bg, bb, ba = far_front(packed, column, slope, pix, away)
            cr += br - cr * ba
            cg += bg - cg * ba
            cb += bb - cb * ba
            if ba > 0.5:
                kind = n.BUILDINGS if P[n.SKYLINE] > 0.02 else n.PLANTS
    return cr, cg, cb, 0.0, away, kind
