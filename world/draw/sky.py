"""The sky, the clouds, and the rings of the horizon: relief, sea, forest edge, skyline. Knows no objects near by."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import exp, floor

import world.draw.slots as n
from world.draw.column import HX, HY, RIDGE, RINGS, TURN
from world.draw.compiled import kernel
from world.draw.noise import chance, clamp, cover, layered_noise, noise_at, step
from world.draw.textures import sprite_at


@kernel
def clouds(P, noise, dx, dy, up, r, g, b):
    """Clouds over the sky (r, g, b) and what they leave of it: a flat base, and two slices of the heap above it.

    A slice higher up is met further out, so that white tops stand over the dark bases that hide their feet.
    """
    flat = P[n.CLOUD_SIZE] / (up + 0.07)
    foot = 0.006 * flat * flat / P[n.CLOUD_SIZE]
    level = 0.60 - 1.22 * P[n.CLOUD_COVER]
    soft = 0.20 + 0.35 * P[n.CLOUD_SCALE]
    front = 0.5 - 0.5 * (dx * P[n.SUN_X] + dy * P[n.SUN_Y])
    rest = 1.0
    if P[n.CIRRUS] > 0.03:
        u = (0.8 * dx + 0.6 * dy) * flat
        v = (0.8 * dy - 0.6 * dx) * flat
        torn = noise_at(noise, u * 0.4 + 50.0, v * 0.5)
        veil = layered_noise(noise, u * 0.45 + P[n.CLOUD_SEED] + 0.9 * torn, v * 1.3 + 0.8 * torn, foot, 3)
        thin = step(0.0, 0.9, veil + 0.45 * torn + 0.1) * P[n.CIRRUS] * 0.7
        r += (P[n.CLOUD_RGB] - r) * thin
        g += (P[n.CLOUD_RGB + 1] - g) * thin
        b += (P[n.CLOUD_RGB + 2] - b) * thin
    if P[n.CLOUD_COVER] < 0.03:
        return r, g, b, rest
    far = step(0.0, 0.09, up)
    cr = 0.0
    cg = 0.0
    cb = 0.0
    for k in range(2):
        out = flat * (1.0 + 0.6 * k * P[n.CLOUD_TALL])
        x = dx * out + P[n.CLOUD_SEED]
        y = dy * out + P[n.CLOUD_SEED] * 0.37
        here = level + 0.20 * k
        body = layered_noise(noise, x, y, foot, 2) + 0.35 * noise_at(noise, x * 0.31 + 5.0, y * 0.31)
        if body < here - 0.24:
            continue
        fine = 0.3 * layered_noise(noise, x * 4.1 + 52.0, y * 4.1 + 27.0, foot * 4.1, 3)
        body += fine
        a = step(here, here + soft, body)
        if a < 0.01:
            continue
        if k == 0:
            lit = 0.95 - 0.95 * step(level + 0.1, level + 0.7, body) + 0.7 * fine
        else:
            lit = 0.84 + 0.20 * front + 1.2 * fine
        lit = clamp(lit, 0.0, 1.1)
        w = rest * a
        cr += w * (P[n.CLOUD_DARK_RGB] + (P[n.CLOUD_RGB] - P[n.CLOUD_DARK_RGB]) * lit)
        cg += w * (P[n.CLOUD_DARK_RGB + 1] + (P[n.CLOUD_RGB + 1] - P[n.CLOUD_DARK_RGB + 1]) * lit)
        cb += w * (P[n.CLOUD_DARK_RGB + 2] + (P[n.CLOUD_RGB + 2] - P[n.CLOUD_DARK_RGB + 2]) * lit)
        rest -= w
        if rest < 0.03 or P[n.CLOUD_TALL] < 0.15:
            break
    hidden = 1.0 - rest
    h = (0.45 + 0.55 * (1.0 - far)) * exp(-9.0 * up)  # far clouds drown in the air before them
    return (
        r * rest + cr + (P[n.HAZE_RGB] * hidden - cr) * h,
        g * rest + cg + (P[n.HAZE_RGB + 1] * hidden - cg) * h,
        b * rest + cb + (P[n.HAZE_RGB + 2] * hidden - cb) * h,
        rest,
    )


@kernel
def clear_sky(P, dx, dy, dz):
    """Light without clouds and without the sun's disc from direction (dx, dy, dz), a unit vector with dz ≥ 0."""
    up = dz if dz > 0.0 else 0.0
    toward = dx * P[n.SUN_X] + dy * P[n.SUN_Y] + dz * P[n.SUN_Z]
    f = exp(-3.4 * up)
    low = exp(-14.0 * up)
    around = clamp(toward * 0.5 + 0.5, 0.0, 1.0)
    glow = around * around
    glow = glow * glow * f
    blue = 0.86 + 0.14 * toward * toward  # Rayleigh: darkest at a right angle to the sun
    r = (P[n.ZENITH_RGB] + (P[n.HORIZON_RGB] - P[n.ZENITH_RGB]) * f) * blue
    g = (P[n.ZENITH_RGB + 1] + (P[n.HORIZON_RGB + 1] - P[n.ZENITH_RGB + 1]) * f) * blue
    b = (P[n.ZENITH_RGB + 2] + (P[n.HORIZON_RGB + 2] - P[n.ZENITH_RGB + 2]) * f) * blue
    ring = P[n.AUREOLE] * 0.02 / (1.03 - toward)
    r += (P[n.HAZE_RGB] - r) * low * 0.75 + P[n.GLOW_RGB] * glow + ring * (0.4 + 0.6 * P[n.SUN_RGB])
    g += (P[n.HAZE_RGB + 1] - g) * low * 0.75 + P[n.GLOW_RGB + 1] * glow + ring * (0.4 + 0.6 * P[n.SUN_RGB + 1])
    b += (P[n.HAZE_RGB + 2] - b) * low * 0.75 + P[n.GLOW_RGB + 2] * glow + ring * (0.4 + 0.6 * P[n.SUN_RGB + 2])
    return r, g, b


@kernel
def cloudy_sky(P, noise, dx, dy, dz):
    """(r, g, b, open) of the sky with its clouds, without the sun's disc: `open` is what clouds leave of that."""
    r, g, b = clear_sky(P, dx, dy, dz)
    rest = 1.0
    if dz > 0.008:
        r, g, b, rest = clouds(P, noise, dx, dy, dz, r, g, b)
    # a covered sky is brightest overhead; the seams between the camera's lenses run down from there
    level = (dx * dx - dy * dy) / (dx * dx + dy * dy + 1e-6)
    level = 2.0 * level * level - 1.0
    level = 2.0 * level * level - 1.0
    shade = 1.0 + P[n.OVERCAST] * 0.35 * (dz - 0.4) - P[n.VIGNETTE] * (0.5 - 0.5 * level) * (1.0 - dz) * dz * 4.0
    return r * shade, g * shade, b * shade, rest


@kernel
def sun_disc(P, toward, rest):
    """The sun and the halo round it, `toward` the cosine between the ray and the sun."""
    if toward < 0.9 or P[n.SUN_Z] < -0.03:
        return 0.0
    halo = (toward - 0.9) * 10.0
    halo = halo * halo
    halo = halo * halo
    disc = step(0.9985, 0.9999, toward) * 5.0 + halo * halo * halo * 0.75 + halo * 0.12
    return disc * (0.08 + 0.92 * rest) * P[n.SUN_STRENGTH]


@kernel
def far_woods(P, noise, column, slope, pix):
    """Woods and hedgerows half a kilometre away, as a soft dark line with gaps: colour and coverage."""
    z = P[n.CAMERA_Z] + slope * n.FRONT_METRES[2] - column[RINGS + n.RING_FRONT + 2]
    if z < -1.5 or z > 1.6 * P[n.TREE_HEIGHT]:
        return 0.0, 0.0, 0.0, 0.0
    # noise read along a circle has no step straight ahead
    hx = column[HX]
    hy = column[HY]
    stands = noise_at(noise, 10.2 * hx + P[n.TREE_SEED], 10.2 * hy)
    stands += 0.4 * noise_at(noise, 40.7 * hx + P[n.TREE_SEED], 40.7 * hy + 7.0)
    stands = step(0.55 - 1.3 * P[n.TREELINE], 0.95 - 1.3 * P[n.TREELINE], stands)
    crown = noise_at(noise, 163.0 * hx + P[n.TREE_SEED], 163.0 * hy + 3.0)
    top = P[n.TREE_HEIGHT] * (0.10 + 0.90 * stands) * (0.80 + 0.22 * crown)
    a = clamp((top - z) / (pix * n.FRONT_METRES[2] + 0.8) + 0.5, 0.0, 1.0)
    if a < 0.01:
        return 0.0, 0.0, 0.0, 0.0
    light = (0.42 + 0.16 * crown + 0.25 * clamp(z / (top + 0.1), 0.0, 1.0)) * (0.5 + 0.5 * P[n.SUN_STRENGTH])
    turned = 0.7 * P[n.AUTUMN]
    white = 0.35 * step(0.3, 0.9, P[n.SNOW])
    bare = 0.6 * (1.0 - P[n.LEAF])
    r = P[n.LEAF_RGB] + (P[n.TRUNK_RGB] - P[n.LEAF_RGB]) * bare
    g = P[n.LEAF_RGB + 1] + (P[n.TRUNK_RGB + 1] - P[n.LEAF_RGB + 1]) * bare
    b = P[n.LEAF_RGB + 2] + (P[n.TRUNK_RGB + 2] - P[n.LEAF_RGB + 2]) * bare
    r += (P[n.AUTUMN_RGB] - r) * turned
    g += (P[n.AUTUMN_RGB + 1] - g) * turned
    b += (P[n.AUTUMN_RGB + 2] - b) * turned
    r = (r + (0.8 - r) * white) * light * (P[n.AMBIENT_RGB] + 0.7 * P[n.SUN_RGB] * P[n.SUN_STRENGTH])
    g = (g + (0.8 - g) * white) * light * (P[n.AMBIENT_RGB + 1] + 0.7 * P[n.SUN_RGB + 1] * P[n.SUN_STRENGTH])
    b = (b + (0.8 - b) * white) * light * (P[n.AMBIENT_RGB + 2] + 0.7 * P[n.SUN_RGB + 2] * P[n.SUN_STRENGTH])
    return r, g, b, a


@kernel
def forest_edge(P, column, atlas, shares, slope, pix):
    """Two circles of distant trees: colour and coverage."""
    turn = column[TURN]
    r = 0.0
    g = 0.0
    b = 0.0
    rest = 1.0
    for layer in range(2):
        distance = n.FRONT_METRES[layer]
        count = n.FRONT_CELLS[layer]
        z = P[n.CAMERA_Z] + slope * distance - column[RINGS + n.RING_FRONT + layer]
        top = P[n.TREE_HEIGHT] * 1.35
        if z < -0.3 or z > top:
            continue
        foot = pix * distance
        x = turn * count + 0.37 * layer
        for side in range(2):
            cell = floor(x - 0.5 * side)
            odds = chance(cell % count, layer * 7 + side, P[n.TREE_SEED])
            if odds > P[n.TREELINE] * 1.15 - (0.25 if layer == 0 else 0.0):
                continue
            u = x - 0.5 * side - cell
            height = P[n.TREE_HEIGHT] * (0.55 + 0.75 * chance(cell % count, 31 + side, P[n.TREE_SEED] + layer))
            if z > height:
                continue
            pick = chance(cell % count, 5 + side, P[n.TREE_SEED] + 3 * layer)
            which = 0
            while which < shares.shape[0] - 1 and shares[which, 0] < pick:
                which += 1
            height *= shares[which, 4]
            wide = 6.2832 * distance / count  # metres of a cell
            aspect = shares[which, 3]
            u = (u - 0.5) * wide / (height * aspect) + 0.5
            if u < 0.0 or u > 1.0 or z > height:
                continue
            a, leaf, shade, side_normal = sprite_at(
                atlas, int(shares[which, 1]), u, 1.0 - (z if z > 0.0 else 0.0) / height, foot / height
            )
            a *= rest
            if a < 0.01:
                continue
            light = 0.32 + 0.85 * shade * (0.4 + 0.6 * P[n.SUN_STRENGTH] * (0.6 + 0.4 * side_normal * P[n.SUN_Y]))
            light *= 0.72 + 0.5 * chance(cell % count, 77, P[n.TREE_SEED] + layer)
            turnt = P[n.AUTUMN] * shares[which, 2] * leaf
            white = 0.75 * step(0.3, 0.9, P[n.SNOW]) * step(0.35, 0.8, shade)
            for c in range(3):
                tone = shares[which, 8 + c] + (shares[which, 5 + c] - shares[which, 8 + c]) * leaf
                tone += (P[n.AUTUMN_RGB + c] - tone) * turnt
                tone += (0.85 - tone) * white
                tone *= light * (P[n.AMBIENT_RGB + c] + 0.75 * P[n.SUN_RGB + c] * P[n.SUN_STRENGTH])
                if c == 0:
                    r += a * tone
                elif c == 1:
                    g += a * tone
                else:
                    b += a * tone
            rest -= a
            if rest < 0.02:
                return r, g, b, rest, 140.0
    return r, g, b, rest, 150.0


@kernel
def skyline(P, column, palette, slope, pix):
    """Rows of distant town houses: colour and coverage (0 or 1)."""
    turn = column[TURN]
    for layer in range(3):
        distance = n.TOWN_METRES[layer]
        count = n.TOWN_CELLS[layer]
        z = P[n.CAMERA_Z] + slope * distance - column[RINGS + n.RING_TOWN + layer]
        if z < -0.5:
            continue
        x = turn * count + 0.41 * layer
        cell = floor(x)
        u = x - cell
        key = int(cell) % count
        seed = P[n.SKYLINE_SEED] + 11 * layer
        if chance(key, 3, seed) > 0.35 + 0.65 * P[n.SKYLINE]:
            continue
        tall = chance(key, 1, seed)
        height = (5.0 + 9.0 * P[n.SKYLINE]) * (0.5 + tall * tall * 1.6) * (1.0 + 0.45 * layer)
        wide = 6.2832 * distance / count
        if u > 0.72 + 0.26 * chance(key, 6, seed):
            continue
        pitched = chance(key, 8, seed) > 0.35 and height < 13.0
        roof = height + (0.22 * wide * (1.0 - abs(2.0 * u - 0.85)) if pitched else 0.0)
        if z > roof:
            continue
        m = u * wide
        which = int(chance(key, 9, seed) * palette.shape[0]) % palette.shape[0]
        light = 0.55 + 0.45 * (0.5 + 0.5 * chance(key, 4, seed))
        windows = cover(m - floor(m / 3.0) * 3.0 - 1.5, 0.65, pix * distance + 0.1) * cover(
            z - floor(z / 3.1) * 3.1 - 1.7, 0.65, pix * distance + 0.1
        )
        if z > height - 0.6:
            windows = 0.0
            light *= 0.55 if z > height and pitched else 0.9
        glow = P[n.NIGHT] * (1.0 if chance(int(m / 3.0) + 100 * key, int(z / 3.1), seed) > 0.5 else 0.0)
        r = palette[which, 0] * light * (P[n.AMBIENT_RGB] + 0.6 * P[n.SUN_RGB] * P[n.SUN_STRENGTH])
        g = palette[which, 1] * light * (P[n.AMBIENT_RGB + 1] + 0.6 * P[n.SUN_RGB + 1] * P[n.SUN_STRENGTH])
        b = palette[which, 2] * light * (P[n.AMBIENT_RGB + 2] + 0.6 * P[n.SUN_RGB + 2] * P[n.SUN_STRENGTH])
        r += (P[n.WINDOW_RGB] * 0.5 + 0.7 * glow - r) * windows * 0.8
        g += (P[n.WINDOW_RGB + 1] * 0.5 + 0.55 * glow - g) * windows * 0.8
        b += (P[n.WINDOW_RGB + 2] * 0.5 + 0.25 * glow - b) * windows * 0.8
        return r, g, b, 1.0, distance
    return 0.0, 0.0, 0.0, 0.0, 0.0


@kernel
def relief(P, noise, column, slope, pix):
    """Hills and mountains behind everything: colour, distance in km, and whether there is any."""
    hx = column[HX]
    hy = column[HY]
    rugged = clamp(P[n.ROUGHNESS] / 260.0, 0.05, 1.0)
    for band in range(3):
        top = column[RIDGE + band]
        if slope > top or top < -0.02:
            continue
        fine = 4.0 if band == 0 else (6.0 if band == 1 else 10.0)
        x = hx * fine * 5.0 + P[n.RELIEF_SEED]
        y = hy * fine * 5.0 + 7.7 * band
        distance = column[RINGS + n.RING_DISTANCE + band]
        altitude = column[RINGS + n.RING_ALTITUDE + band]
        depth = top - slope
        # gullies run down from the ridge; light falls by a made-up normal
        rough = layered_noise(noise, x * 1.7 + slope * 45.0, y * 1.7 - slope * 45.0, pix * 9.0 * fine, 4)
        ridge = layered_noise(
            noise, x * 1.7 + slope * 45.0 - 0.35 * hy, y * 1.7 - slope * 45.0 + 0.35 * hx, pix * 9.0, 4
        )
        tilt = clamp((rough - ridge) * 1.6, -1.0, 1.0)
        light = 0.62 + 0.38 * tilt * (0.3 + 0.7 * rugged)
        steep = clamp(0.45 * rough + 0.9 * rugged - 0.25 - depth * 2.0, 0.0, 1.0)
        level = altitude - depth * distance * 1000.0 * 0.6
        white = step(-150.0, 250.0, level - P[n.SNOW_LINE] + 280.0 * rough)
        white *= clamp(1.0 - 0.6 * steep * rugged + 0.2, 0.0, 1.0)
        mottle = 1.0 + 0.30 * rough
        sun = 0.45 + 0.75 * P[n.SUN_STRENGTH] * light
        r = P[n.SLOPE_RGB] + (P[n.ROCK_RGB] - P[n.SLOPE_RGB]) * steep
        g = P[n.SLOPE_RGB + 1] + (P[n.ROCK_RGB + 1] - P[n.SLOPE_RGB + 1]) * steep
        b = P[n.SLOPE_RGB + 2] + (P[n.ROCK_RGB + 2] - P[n.SLOPE_RGB + 2]) * steep
        r = (r * mottle + (0.86 - r * mottle) * white) * sun * (P[n.AMBIENT_RGB] + 0.7 * P[n.SUN_RGB])
        g = (g * mottle + (0.89 - g * mottle) * white) * sun * (P[n.AMBIENT_RGB + 1] + 0.7 * P[n.SUN_RGB + 1])
        b = (b * mottle + (0.95 - b * mottle) * white) * sun * (P[n.AMBIENT_RGB + 2] + 0.7 * P[n.SUN_RGB + 2])
        return r, g, b, distance, True
    return 0.0, 0.0, 0.0, 0.0, False


@kernel
def haze_weight(P, kilometres):
    """How much of the light after `kilometres` of air is the air's own."""
    return 1.0 - exp(-2.2 * kilometres / P[n.VISIBILITY])
