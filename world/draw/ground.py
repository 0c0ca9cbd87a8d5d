"""The ground in road coordinates: road, shoulder, kerb, pavement, verge, fields, snow, wet. Knows no objects."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import floor

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.crops import crop_top, farmland
from world.draw.noise import clamp, cover, layered_noise, noise_at, step
from world.draw.road import main_road, side_road

UNDER_CAR = 1.5  # metres around the camera that are filled in where the car stood


@kernel
def shadow_at(shadows, x, y):
    """How much of the sun reaches the ground at (x, y) from the camera: 1 all."""
    side = shadows.shape[0]
    u = (x + n.SHADOW_REACH) / (2.0 * n.SHADOW_REACH) * side - 0.5
    v = (y + n.SHADOW_REACH) / (2.0 * n.SHADOW_REACH) * side - 0.5
    if u < 0.0 or v < 0.0 or u >= side - 1 or v >= side - 1:
        return 1.0
    i = int(u)
    j = int(v)
    u -= i
    v -= j
    a = shadows[j, i] + (shadows[j, i + 1] - shadows[j, i]) * u
    b = shadows[j + 1, i] + (shadows[j + 1, i + 1] - shadows[j + 1, i]) * u
    return 1.0 - (a + (b - a) * v)


@kernel
def meadow(P, noise, x, y, foot, far, distance):
    """Soil and what grows on it by itself; `far` from the road more of it grows."""
    big = noise_at(noise, x * 0.031 + P[n.GROUND_SEED], y * 0.031)
    mid = layered_noise(noise, x * 0.27 + P[n.GROUND_SEED], y * 0.27, foot * 0.27, 2)
    fine = layered_noise(noise, x * 1.9, y * 1.9 + P[n.GROUND_SEED], foot * 1.9, 3)
    grown = P[n.GRASS_COVER] * 1.5 - 0.25 + 0.30 * big + 0.42 * mid + 0.34 * fine - 0.28 * (1.0 - far)
    grown = step(0.15, 0.75, grown)
    dry = step(-0.25, 0.75, 0.55 * big + 0.75 * mid + 0.5 * fine) * 0.9
    tuft = 0.97 + 0.42 * fine + 0.10 * big
    if foot < 0.12:  # blades
        tuft *= 1.0 + 0.50 * noise_at(noise, x * 14.0, y * 14.0) * (1.0 - foot / 0.12)
        if foot < 0.035:
            tuft *= 1.0 + 0.45 * noise_at(noise, x * 43.0, y * 43.0) * (1.0 - foot / 0.035)
    r = (P[n.GRASS_RGB] + (P[n.DRY_RGB] - P[n.GRASS_RGB]) * dry) * tuft
    g = (P[n.GRASS_RGB + 1] + (P[n.DRY_RGB + 1] - P[n.GRASS_RGB + 1]) * dry) * tuft
    b = (P[n.GRASS_RGB + 2] + (P[n.DRY_RGB + 2] - P[n.GRASS_RGB + 2]) * dry) * tuft
    if grown < 0.99:
        earth = 1.0 + 0.24 * fine + 0.14 * mid + 0.10 * big
        if foot < 0.06:  # grains and clods
            earth += 0.22 * noise_at(noise, x * 27.0, y * 27.0) * (1.0 - foot / 0.06)
        sr = P[n.SOIL_RGB] * (earth + 0.05 * mid)
        sg = P[n.SOIL_RGB + 1] * earth
        sb = P[n.SOIL_RGB + 2] * (earth - 0.05 * mid)
        if P[n.STONES] > 0.02 and foot < 0.5:
            pebble = noise_at(noise, x * 3.3 + 31.0, y * 3.3) + 0.5 * fine
            stone = step(1.0 - 0.75 * P[n.STONES], 1.08 - 0.75 * P[n.STONES], pebble) * (1.0 - 2.0 * foot)
            light = 0.75 + 0.5 * pebble
            sr += (P[n.ROCK_RGB] * light - sr) * stone * 0.75
            sg += (P[n.ROCK_RGB + 1] * light - sg) * stone * 0.75
            sb += (P[n.ROCK_RGB + 2] * light - sb) * stone * 0.75
        r = sr + (r - sr) * grown
        g = sg + (g - sg) * grown
        b = sb + (b - sb) * grown
    if P[n.LITTER] > 0.02:  # fallen leaves or flowers: single ones near by, a tint further off
        share = P[n.LITTER] * 0.22
        if foot < 0.2:
            spot = noise_at(noise, x * 15.0, y * 15.0 + 7.0) + 0.35 * mid
            near = 1.0 - foot / 0.2
            share += (step(0.85 - 0.7 * P[n.LITTER], 1.0 - 0.7 * P[n.LITTER], spot) * 0.9 - share) * near
        r += (P[n.LITTER_RGB] * (1.0 + 0.4 * fine) - r) * share
        g += (P[n.LITTER_RGB + 1] * (1.0 + 0.4 * fine) - g) * share
        b += (P[n.LITTER_RGB + 2] * (1.0 + 0.4 * fine) - b) * share
    if distance > 28.0:
        if P[n.FIELDS] > 0.02 and distance > 45.0:
            far_r, far_g, far_b = farmland(P, noise, x, y, foot, r, g, b)
            w = step(45.0, 60.0, distance)
            r += (far_r - r) * w
            g += (far_g - g) * w
            b += (far_b - b) * w
        bushes = step(0.30, 0.55, mid + 0.3 * fine) * P[n.SCRUB] * step(28.0, 70.0, distance)
        if distance > 200.0 and P[n.TREELINE] > 0.02:  # woods and thickets that stand too far to be drawn one by one
            stand = big + 0.5 * noise_at(noise, x * 0.011, y * 0.011 + P[n.TREE_SEED]) + 0.3 * mid
            woods = step(0.75 - 1.2 * P[n.TREELINE], 0.95 - 1.2 * P[n.TREELINE], stand) * step(200.0, 320.0, distance)
            bushes = max(bushes * 0.6, 0.92 * woods)
        r += (P[n.LEAF_RGB] * 0.55 - r) * bushes
        g += (P[n.LEAF_RGB + 1] * 0.55 - g) * bushes
        b += (P[n.LEAF_RGB + 2] * 0.55 - b) * bushes
    return r, g, b


@kernel
def roadside(P, noise, x, y, side, walk, verge, fx, fy, foot):
    """Shoulder of gravel and soil, or the pavement's slabs."""
    if side >= walk:
        slab = cover(x - floor(x / 1.2) * 1.2 - 0.6, 0.012, fx)
        slab = max(slab, cover(side - verge + 0.5 * P[n.SIDEWALK], 0.012, fy))
        key = noise_at(noise, floor(x / 1.2) * 0.77, floor(side / 0.9) * 0.71)
        dirt = layered_noise(noise, x * 1.1, y * 1.1, foot * 1.1, 3)
        tone = (1.0 + 0.06 * key + 0.14 * dirt) * (1.0 - 0.35 * slab)
        return P[n.SIDEWALK_RGB] * tone, P[n.SIDEWALK_RGB + 1] * tone, P[n.SIDEWALK_RGB + 2] * tone
    fine = layered_noise(noise, x * 3.7, y * 3.7, foot * 3.7, 3)
    patch = noise_at(noise, x * 0.22, y * 0.5 + 11.0)
    tone = 1.0 + 0.36 * fine + 0.12 * patch
    if foot < 0.06:  # single stones
        tone += 0.40 * noise_at(noise, x * 31.0, y * 31.0) * (1.0 - foot / 0.06)
    r = P[n.SHOULDER_RGB] * tone
    g = P[n.SHOULDER_RGB + 1] * tone
    b = P[n.SHOULDER_RGB + 2] * tone
    weeds = step(0.1, 0.8, 0.6 * patch + 0.5 * fine + 0.5 * (side - P[n.ROAD_HALF]) - 0.25) * P[n.GRASS_COVER] * 0.7
    r += (P[n.DRY_RGB] - r) * weeds
    g += (P[n.DRY_RGB + 1] - g) * weeds
    b += (P[n.DRY_RGB + 2] - b) * weeds
    return r, g, b


@kernel
def snow_on(P, noise, x, across, foot, r, g, b):
    """Snow over (r, g, b): drifts, the plough's bank beside the road, tracks where wheels run."""
    drift = layered_noise(noise, x * 0.33 + 5.0, across * 0.33, foot * 0.33, 4)
    amount = P[n.SNOW] * 1.7 - 0.35 + 0.5 * drift
    side = abs(across)
    half = P[n.ROAD_HALF]
    tone = 0.80 + 0.07 * drift
    if side < half + 0.1:
        wheel = abs(abs(side - 0.5 * half) - 0.78)
        amount -= P[n.SNOW_BANK] * 0.55 + 0.5 * step(0.6, 0.1, wheel)
        tone -= 0.09
    elif P[n.SNOW_BANK] > 0.05 and side < half + 2.6:
        rise = (side - half - 0.9) / 1.3
        lump = clamp(1.0 - rise * rise, 0.0, 1.0) * P[n.SNOW_BANK]
        amount += lump
        tone += lump * (0.16 * noise_at(noise, x * 1.9, across * 2.3) - 0.09 - 0.14 * rise)
    white = step(0.0, 0.55, amount)
    return r + (tone * 0.97 - r) * white, g + (tone - g) * white, b + (tone * 1.045 - b) * white


@kernel
def wet_on(P, noise, x, y, slope, road, r, g, b, foot):
    """Rain over (r, g, b): darker, with puddles that mirror the sky at a flat angle."""
    low = layered_noise(noise, x * 0.28 + 70.0, y * 0.28, foot * 0.28, 3)
    soaked = P[n.WETNESS]
    dark = 1.0 - 0.25 * soaked
    pool = step(0.62, 0.74, low + 0.50 * soaked) * (1.0 if road else 0.8) * soaked
    gloss = (0.16 * (1.0 if road else 0.4) + 0.75 * pool) * soaked * clamp(1.0 + 1.7 * slope, 0.15, 1.0)
    r *= dark * (1.0 - 0.3 * pool)
    g *= dark * (1.0 - 0.3 * pool)
    b *= dark * (1.0 - 0.3 * pool)
    return (
        r + (P[n.HORIZON_RGB] * 0.9 - r) * gloss,
        g + (P[n.HORIZON_RGB + 1] * 0.9 - g) * gloss,
        b + (P[n.HORIZON_RGB + 2] * 0.9 - b) * gloss,
    )


MAIN_ROAD, SIDE_ROAD, SHOULDER, PAVEMENT, FIELD, MEADOW = 0, 1, 2, 3, 4, 5  # zones


@kernel
def edges(P, noise, x, across, foot):
    """(half, walk, verge, mouth): metres from the road's middle to where carriageway, shoulder and pavement end.

    `mouth` is the distance from the side road, negative on it.
    """
    side = abs(across)
    half = P[n.ROAD_HALF]
    walk = half + P[n.SHOULDER]
    verge = walk + P[n.SIDEWALK]
    if P[n.SIDEWALK] < 0.1 and P[n.KERB] < 0.5 and foot < 0.5 and side > half - 0.3 and side < verge + 0.6:
        # without a kerb the edges of asphalt, gravel and grass are ragged
        ragged = noise_at(noise, x * 1.3, across * 0.4) + 0.6 * noise_at(noise, x * 5.1, across * 1.7)
        half += 0.05 * ragged
        verge += 0.30 * ragged
        walk = verge
    mouth = 1e5  # nothing joins on the other side
    if P[n.SIDE_ARM] * across >= 0.0:
        mouth = abs(x - P[n.CROSS_AT]) - P[n.SIDE_HALF]
    if side > half and side < half + 4.5:
        round_ = half + 4.5 - side
        mouth -= round_ * round_ * 0.16
    return half, walk, verge, mouth


@kernel
def zone_of(P, across, half, walk, verge, mouth):
    """Which zone of the ground lies `across` metres beside the road's middle."""
    side = abs(across)
    if side < half:
        return MAIN_ROAD
    if mouth < 0.0:
        return SIDE_ROAD
    if side < verge:
        return PAVEMENT if side >= walk else SHOULDER
    if P[n.CROP_KIND] > 0.5 and side > P[n.CROP_EDGE] and across * P[n.CROP_SIDE] >= 0.0 and P[n.CROP_HEIGHT] < 0.05:
        return FIELD
    return MEADOW


@kernel
def ground_zone(P, noise, x, across, foot):
    """The zone of the ground at x along the road and `across` metres beside its middle."""
    half, walk, verge, mouth = edges(P, noise, x, across, foot)
    return zone_of(P, across, half, walk, verge, mouth)


@kernel
def ground_colour(P, noise, shadows, x, y, distance, hx, hy, slope, sun, steep, pix):
    """Lit colour and class of the ground at (x, y), `distance` metres away along a ray that falls with `slope` < 0.

    `slope` counts from the ground's own; `sun` is the cosine of the sun on it, `steep` its rise in metres a metre.
    """
    foot_across = pix * distance + 0.002
    if distance < UNDER_CAR:
        foot_across += 0.35 * (UNDER_CAR - distance)
    foot_along = foot_across / clamp(-slope, 0.02, 1.0)
    fx = abs(hx) * foot_along + abs(hy) * foot_across
    fy = abs(hy) * foot_along + abs(hx) * foot_across
    foot = (foot_across * 2.0 + foot_along) / 3.0
    across = y - P[n.ROAD_Y] - P[n.CURVE] * x * x
    side = abs(across)
    off = abs(x - P[n.CROSS_AT]) - P[n.SIDE_HALF]
    half, walk, verge, mouth = edges(P, noise, x, across, foot)
    zone = zone_of(P, across, half, walk, verge, mouth)
    road = zone <= SIDE_ROAD
    shown = n.ROAD if road else n.GROUND
    if zone == MAIN_ROAD:
        r, g, b = main_road(P, noise, x, across, fx, fy, foot, off)
    elif zone == SIDE_ROAD:
        r, g, b = side_road(P, noise, x, across, fx, fy, foot)
    elif zone <= PAVEMENT:
        r, g, b = roadside(P, noise, x, y, side, walk, verge, fx, fy, foot)
    elif zone == FIELD:
        r, g, b = crop_top(P, noise, x, across, fx, fy, foot)
    else:
        r, g, b = meadow(P, noise, x, y, foot, step(verge, verge + 4.0, side), distance)
        if steep > 0.4:  # soil and rock lie bare where grass cannot hold
            rough = layered_noise(noise, x * 0.45, y * 0.45 + 3.0, foot * 0.45, 5)
            bare = step(0.50, 0.95, steep + 0.55 * rough)
            beds = layered_noise(noise, x * 0.22 + 0.5 * y, across * 1.9 + 0.3 * x, foot * 1.9, 3)
            crack = step(0.10, 0.0, abs(beds)) * clamp(1.0 - foot * 4.0, 0.0, 1.0)
            rocky = step(0.50, 0.85, steep) * clamp(P[n.ROUGHNESS] / 160.0, 0.0, 1.0)
            tone = 0.88 + 0.55 * rough + (0.45 * beds - 0.30 * crack) * rocky
            r += ((P[n.SOIL_RGB] + (P[n.ROCK_RGB] - P[n.SOIL_RGB]) * rocky) * tone - r) * bare
            g += ((P[n.SOIL_RGB + 1] + (P[n.ROCK_RGB + 1] - P[n.SOIL_RGB + 1]) * rocky) * tone - g) * bare
            b += ((P[n.SOIL_RGB + 2] + (P[n.ROCK_RGB + 2] - P[n.SOIL_RGB + 2]) * rocky) * tone - b) * bare
    if P[n.KERB] > 0.5 and mouth > 0.0 and side < walk + 0.5 * fy + 0.2:
        edge = cover(side - walk - 0.07, 0.10, fy)
        at = n.KERB_RGB
        if (x - floor(x / 2.0) * 2.0) > 1.0:
            at = n.KERB_OTHER_RGB
        r += (P[at] - r) * edge
        g += (P[at + 1] - g) * edge
        b += (P[at + 2] - b) * edge
    if P[n.SNOW] > 0.03:
        r, g, b = snow_on(P, noise, x, across, foot, r, g, b)
    elif P[n.WETNESS] > 0.05:
        r, g, b = wet_on(P, noise, x, y, slope, road, r, g, b, foot)
    open_sky = 1.0
    if P[n.SHADOWS] > 0.01:
        s = shadow_at(shadows, x - P[n.WALK_X], y - P[n.WALK_Y])
        open_sky = 1.0 - P[n.SHADOWS] * (1.0 - s)
    lit = P[n.SUN_STRENGTH] * sun * open_sky
    dim = 0.82 + 0.18 * open_sky
    return (
        r * (P[n.AMBIENT_RGB] * dim + P[n.SUN_RGB] * lit),
        g * (P[n.AMBIENT_RGB + 1] * dim + P[n.SUN_RGB + 1] * lit),
        b * (P[n.AMBIENT_RGB + 2] * dim + P[n.SUN_RGB + 2] * lit),
        shown,
    )
