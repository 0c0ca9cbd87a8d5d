"""The ground in road coordinates: road, lines, shoulder, kerb, pavement, verge, crops, snow. Knows no objects."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import floor

import world.raycast_names as n
from world.compiled import kernel
from world.raycast_math import clamp, cover, layered_noise, noise_at, step


@kernel
def shadow_at(shadows, x, y):
    """How much of the sun reaches the ground at (x, y): 1 all."""
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
def line_cover(kind, along, across, dash, gap, fx, fy):
    """Coverage of a painted line: 0 none, 1 dashed, 2 solid, 3 double."""
    if kind < 0.5:
        return 0.0
    if kind > 2.5:
        return max(cover(across - 0.16, 0.075, fy), cover(across + 0.16, 0.075, fy))
    c = cover(across, 0.085, fy)
    if kind < 1.5 and c > 0.0:
        period = dash + gap
        m = along - floor(along / period) * period - 0.5 * dash
        share = dash / period
        blend = clamp(fx / period - 0.5, 0.0, 1.0)
        part = max(cover(m, 0.5 * dash, fx), cover(m - period, 0.5 * dash, fx))
        c *= part + (share - part) * blend
    return c


@kernel
def carriageway(P, noise, x, y, across, fx, fy, foot):
    """The road's surface and its paint at `across` metres from its middle."""
    side = abs(across)
    half = P[n.ROAD_HALF]
    kind = P[n.ROAD_SURFACE]
    grain = layered_noise(noise, x * 9.0, y * 9.0, foot * 9.0, 2)
    patch = noise_at(noise, x * 0.21 + 3.0, across * 0.35) * 0.5 + noise_at(noise, x * 0.05, across * 0.9 + 9.0) * 0.5
    wheel = abs(side - 0.5 * half)
    track = step(0.55, 0.15, abs(wheel - 0.75))
    tone = 1.0 + 0.16 * grain + 0.10 * patch
    r = P[n.ROAD_RGB]
    g = P[n.ROAD_RGB + 1]
    b = P[n.ROAD_RGB + 2]
    if kind < 1.5:  # asphalt, concrete
        tone -= 0.07 * track
        if kind > 0.5:
            joint = x - floor(x / 5.0) * 5.0 - 2.5
            tone *= 1.0 - 0.5 * cover(joint, 0.03, fx + 0.02)
        elif foot < 0.12:
            crack = abs(noise_at(noise, x * 0.16 + 40.0, across * 1.1) + 0.22 * noise_at(noise, x * 3.1, across * 3.1))
            worn = step(0.05, 0.5, patch)
            tone *= 1.0 - 0.30 * worn * step(0.020, 0.004, crack) * (1.0 - foot / 0.12)
        r *= tone
        g *= tone
        b *= tone
        paint = line_cover(P[n.CENTRE_LINE], x, across, P[n.DASH], P[n.GAP], fx, fy)
        if paint > 0.0:
            paint *= 0.92 + 0.15 * grain
            r += (P[n.CENTRE_RGB] - r) * paint
            g += (P[n.CENTRE_RGB + 1] - g) * paint
            b += (P[n.CENTRE_RGB + 2] - b) * paint
        paint = line_cover(P[n.EDGE_LINE], x, side - half + 0.28, P[n.DASH], P[n.GAP] * 0.5, fx, fy)
        if paint > 0.0:
            paint *= 0.92 + 0.15 * grain
            r += (P[n.EDGE_RGB] - r) * paint
            g += (P[n.EDGE_RGB + 1] - g) * paint
            b += (P[n.EDGE_RGB + 2] - b) * paint
    else:  # gravel, dirt: ruts and a middle where grass may grow
        stone = layered_noise(noise, x * 5.0 + 11.0, y * 5.0, foot * 5.0, 3)
        tone += 0.20 * stone - 0.12 * track + 0.12 * patch
        r *= tone
        g *= tone
        b *= tone
        if kind > 2.5:
            mid = step(0.55, 0.2, side + 0.25 * patch) * P[n.GRASS_COVER] * 0.55 * (0.6 + 0.6 * stone)
            mid = clamp(mid, 0.0, 0.6)
            r += (P[n.GRASS_RGB] * 0.9 - r) * mid
            g += (P[n.GRASS_RGB + 1] * 0.9 - g) * mid
            b += (P[n.GRASS_RGB + 2] * 0.9 - b) * mid
    return r, g, b


@kernel
def meadow(P, noise, x, y, foot, far):
    """Soil and what grows on it by itself; `far` from the road more of it grows."""
    big = layered_noise(noise, x * 0.045 + P[n.GROUND_SEED], y * 0.045, foot * 0.045, 3)
    fine = layered_noise(noise, x * 1.1, y * 1.1 + P[n.GROUND_SEED], foot * 1.1, 4)
    cover_here = P[n.GRASS_COVER] * 1.5 - 0.25 + 0.45 * big + 0.35 * fine - 0.25 * (1.0 - far)
    cover_here = step(0.15, 0.75, cover_here)
    tuft = 1.0 + 0.38 * fine + 0.18 * big
    dry = 0.10 * big
    r = P[n.GRASS_RGB] * (tuft + dry)
    g = P[n.GRASS_RGB + 1] * tuft
    b = P[n.GRASS_RGB + 2] * (tuft - dry)
    if foot < 0.06:  # blades
        blade = noise_at(noise, x * 21.0, y * 21.0) * (1.0 - foot / 0.06)
        r *= 1.0 + 0.35 * blade
        g *= 1.0 + 0.35 * blade
        b *= 1.0 + 0.35 * blade
    earth = 1.0 + 0.22 * fine + 0.20 * big
    sr = P[n.SOIL_RGB] * earth
    sg = P[n.SOIL_RGB + 1] * earth
    sb = P[n.SOIL_RGB + 2] * earth
    if P[n.STONES] > 0.02 and foot < 0.5:
        pebble = noise_at(noise, x * 2.7 + 31.0, y * 2.7) + 0.5 * noise_at(noise, x * 6.1, y * 6.1 + 13.0)
        stone = step(1.05 - 0.75 * P[n.STONES], 1.15 - 0.75 * P[n.STONES], pebble) * (1.0 - 2.0 * foot)
        grey = 0.30 + 0.25 * fine
        sr += (grey * 1.02 - sr) * stone * 0.7
        sg += (grey - sg) * stone * 0.7
        sb += (grey * 0.96 - sb) * stone * 0.7
    return sr + (r - sr) * cover_here, sg + (g - sg) * cover_here, sb + (b - sb) * cover_here


@kernel
def crop_top(P, noise, x, across, fx, fy, foot):
    """A field seen from above. Kinds: 1 wheat, 2 maize, 3 rice, 4 rows, 5 vineyard, 6 rapeseed, 7 pasture."""
    kind = P[n.CROP_KIND]
    fine = layered_noise(noise, x * 1.6, across * 1.6, foot * 1.6, 3)
    big = noise_at(noise, x * 0.03, across * 0.05 + P[n.GROUND_SEED])
    tone = 1.0 + 0.24 * fine + 0.14 * big
    r = P[n.CROP_RGB] * tone
    g = P[n.CROP_RGB + 1] * tone
    b = P[n.CROP_RGB + 2] * tone
    period = 0.0
    if kind > 4.5 and kind < 5.5:
        period = 2.4
    elif kind > 3.5 and kind < 4.5:
        period = 1.1
    elif kind > 1.5 and kind < 2.5:
        period = 0.8
    elif (kind > 0.5 and kind < 1.5) or (kind > 5.5 and kind < 6.5):
        period = 12.0  # tramlines
    if period > 0.0:
        m = across - floor(across / period) * period - 0.5 * period
        half = 0.22 if period > 6.0 else 0.22 * period
        blend = clamp(1.4 * fy / period - 0.4, 0.0, 1.0)
        soil = cover(m, half, fy)
        soil = (soil + (2.0 * half / period - soil) * blend) * (0.8 if period < 6.0 else 0.55)
        r += (P[n.SOIL_RGB] * (1.0 + 0.2 * fine) * 0.8 - r) * soil
        g += (P[n.SOIL_RGB + 1] * (1.0 + 0.2 * fine) * 0.8 - g) * soil
        b += (P[n.SOIL_RGB + 2] * (1.0 + 0.2 * fine) * 0.8 - b) * soil
    if kind > 2.5 and kind < 3.5:  # paddies: water between the plants, banks between the basins
        wet = clamp(0.35 - 0.6 * fine, 0.0, 0.6)
        r += (P[n.HORIZON_RGB] * 0.8 - r) * wet
        g += (P[n.HORIZON_RGB + 1] * 0.8 - g) * wet
        b += (P[n.HORIZON_RGB + 2] * 0.8 - b) * wet
        bank = max(
            cover(x - floor(x / 17.0) * 17.0 - 8.5, 0.35, fx + 0.05),
            cover(across - floor(across / 11.0) * 11.0 - 5.5, 0.35, fy + 0.05),
        )
        r += (P[n.GRASS_RGB] - r) * bank
        g += (P[n.GRASS_RGB + 1] - g) * bank
        b += (P[n.GRASS_RGB + 2] - b) * bank
    return r, g, b


@kernel
def snow_on(P, noise, x, across, foot, r, g, b):
    """Snow over (r, g, b), worn away by wheels on the road."""
    drift = layered_noise(noise, x * 0.33 + 5.0, across * 0.33, foot * 0.33, 4)
    amount = P[n.SNOW] * 1.7 - 0.35 + 0.5 * drift
    side = abs(across)
    if side < P[n.ROAD_HALF] + 0.3:
        wheel = abs(abs(side - 0.5 * P[n.ROAD_HALF]) - 0.75)
        amount -= 0.45 + 0.55 * step(0.6, 0.1, wheel)
    white = step(0.0, 0.55, amount)
    tone = 0.80 + 0.08 * drift
    return r + (tone * 0.98 - r) * white, g + (tone - g) * white, b + (tone * 1.05 - b) * white


@kernel
def ground_colour(P, noise, shadows, x, y, distance, hx, hy, slope, sun, steep, pix):
    """Lit colour and class of the ground at (x, y), `distance` metres away along a ray that falls with `slope` < 0.

    `slope` counts from the ground's own; `sun` is the cosine of the sun on it, `steep` its rise in metres a metre.
    """
    foot_across = pix * distance + 0.002
    foot_along = foot_across / clamp(-slope, 0.02, 1.0)
    fx = abs(hx) * foot_along + abs(hy) * foot_across
    fy = abs(hy) * foot_along + abs(hx) * foot_across
    foot = (foot_across * 2.0 + foot_along) / 3.0
    across = y - P[n.ROAD_Y] - P[n.CURVE] * x * x
    side = abs(across)
    half = P[n.ROAD_HALF]
    walk = half + P[n.SHOULDER]
    verge = walk + P[n.SIDEWALK]
    cross = P[n.CROSS_AT]
    on_cross = abs(x - cross) < half * 0.85
    shown = n.GROUND
    if side < half or (on_cross and side > half):
        shown = n.ROAD
        if side < half:
            r, g, b = carriageway(P, noise, x, y, across, fx, fy, foot)
        else:
            r, g, b = carriageway(P, noise, y, x, (x - cross) / 0.85, fy, fx, foot)
        if on_cross and side < half:  # zebra before the crossing is left to the paint of the main road
            tone = 1.0
            r *= tone
    elif side < walk:
        fine = layered_noise(noise, x * 3.1, y * 3.1, foot * 3.1, 3)
        tone = 1.0 + 0.25 * fine
        r = P[n.SHOULDER_RGB] * tone
        g = P[n.SHOULDER_RGB + 1] * tone
        b = P[n.SHOULDER_RGB + 2] * tone
    elif side < verge:
        slab = cover(x - floor(x / 1.6) * 1.6 - 0.8, 0.02, fx + 0.01)
        slab = max(slab, cover(side - verge + 0.5 * P[n.SIDEWALK], 0.02, fy + 0.01))
        key = noise_at(noise, floor(x / 1.6) * 0.77, floor(side / 1.3) * 0.71)
        tone = (1.0 + 0.10 * key + 0.08 * layered_noise(noise, x * 4.0, y * 4.0, foot * 4.0, 2)) * (1.0 - 0.35 * slab)
        r = P[n.SIDEWALK_RGB] * tone
        g = P[n.SIDEWALK_RGB + 1] * tone
        b = P[n.SIDEWALK_RGB + 2] * tone
    else:
        far = step(verge, verge + 4.0, side)
        field = P[n.CROP_KIND] > 0.5 and side > P[n.CROP_EDGE] and across * P[n.CROP_SIDE] >= 0.0
        if field and P[n.CROP_HEIGHT] < 0.05:
            r, g, b = crop_top(P, noise, x, across, fx, fy, foot)
        else:
            r, g, b = meadow(P, noise, x, y, foot, far)
            if steep > 0.4:  # soil and rock lie bare where grass cannot hold
                rough = layered_noise(noise, x * 0.35, y * 0.35 + 3.0, foot * 0.35, 4)
                bare = step(0.45, 1.0, steep + 0.35 * rough)
                tone = 0.85 + 0.5 * rough
                rocky = step(0.55, 1.0, steep) * clamp(P[n.ROUGHNESS] / 200.0, 0.0, 1.0)
                r += ((P[n.SOIL_RGB] + (P[n.ROCK_RGB] - P[n.SOIL_RGB]) * rocky) * tone - r) * bare
                g += ((P[n.SOIL_RGB + 1] + (P[n.ROCK_RGB + 1] - P[n.SOIL_RGB + 1]) * rocky) * tone - g) * bare
                b += ((P[n.SOIL_RGB + 2] + (P[n.ROCK_RGB + 2] - P[n.SOIL_RGB + 2]) * rocky) * tone - b) * bare
    if P[n.KERB] > 0.5 and not on_cross:
        edge = cover(side - walk - 0.07, 0.11, fy)
        band = 1.0
        if P[n.KERB] > 1.5:  # painted in two colours
            band = 1.0 if (x - floor(x / 2.0) * 2.0) < 1.0 else 0.25
        r += (P[n.SIDEWALK_RGB] * 1.15 * band - r) * edge
        g += (P[n.SIDEWALK_RGB + 1] * 1.15 * band - g) * edge
        b += (P[n.SIDEWALK_RGB + 2] * 1.15 * band - b) * edge
    if P[n.SNOW] > 0.03:
        r, g, b = snow_on(P, noise, x, across, foot, r, g, b)
    elif P[n.WETNESS] > 0.05:
        low = layered_noise(noise, x * 0.28 + 70.0, y * 0.28, foot * 0.28, 3)
        soaked = P[n.WETNESS]
        dark = 1.0 - 0.30 * soaked
        r *= dark
        g *= dark
        b *= dark
        pool = step(0.55, 0.75, low + 0.55 * soaked) * (1.0 if side < verge else 0.6) * soaked
        gloss = (0.20 + 0.6 * pool) * soaked * clamp(1.0 + 2.2 * slope, 0.12, 1.0)
        r += (P[n.HORIZON_RGB] - r) * gloss
        g += (P[n.HORIZON_RGB + 1] - g) * gloss
        b += (P[n.HORIZON_RGB + 2] - b) * gloss
    open_sky = 1.0
    if P[n.SHADOWS] > 0.01:
        s = shadow_at(shadows, x, y)
        open_sky = 1.0 - P[n.SHADOWS] * (1.0 - s)
    lit = P[n.SUN_STRENGTH] * sun * open_sky
    dim = 0.82 + 0.18 * open_sky
    return (
        r * (P[n.AMBIENT_RGB] * dim + P[n.SUN_RGB] * lit),
        g * (P[n.AMBIENT_RGB + 1] * dim + P[n.SUN_RGB + 1] * lit),
        b * (P[n.AMBIENT_RGB + 2] * dim + P[n.SUN_RGB + 2] * lit),
        shown,
    )
