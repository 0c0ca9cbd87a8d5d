"""Fields seen from above: crops in their rows, and the patchwork of other farms further off. Knows no light."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import floor

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.noise import chance, clamp, cover, layered_noise, noise_at, step

COTTON, TEA, PLOUGHED, STUBBLE = 8, 10, 11, 12  # kinds with a look of their own; see the layout's `light.CROPS`


@kernel
def row_width(kind):
    """Metres from row to row; 0 where a crop is sown too densely to show any."""
    if kind < 0.5 or kind > 12.5:
        return 0.0
    if kind < 1.5 or (kind > 5.5 and kind < 6.5):
        return 14.0  # tramlines of the sprayer
    if kind < 2.5:
        return 0.75
    if kind < 3.5:
        return 0.3
    if kind < 4.5:
        return 1.0
    if kind < 5.5:
        return 2.3
    if kind < 7.5:
        return 0.75
    if kind < 8.5:
        return 1.0
    if kind < 9.5:
        return 1.4
    if kind < 10.5:
        return 1.5
    return 0.6 if kind < 11.5 else 0.35


@kernel
def crop_top(P, noise, x, across, fx, fy, foot):
    """A field seen from above: its crop, the soil between its rows, what the season made of it."""
    kind = P[n.CROP_KIND]
    fine = layered_noise(noise, x * 1.7, across * 1.7, foot * 1.7, 3)
    big = noise_at(noise, x * 0.03, across * 0.05 + P[n.GROUND_SEED])
    tone = 1.0 + 0.26 * fine + 0.13 * big
    r = P[n.CROP_RGB] * (tone + 0.06 * big)
    g = P[n.CROP_RGB + 1] * tone
    b = P[n.CROP_RGB + 2] * (tone - 0.06 * big)
    if kind > 6.5 and kind < 7.5 and P[n.CROP_RGB] > 1.1 * P[n.CROP_RGB + 1]:  # sunflowers: heads among leaves
        head = 0.5
        if foot < 0.5:
            head += (step(-0.1, 0.3, noise_at(noise, x * 2.6, across * 2.6)) - 0.5) * (1.0 - 2.0 * foot)
        r += (0.075 * tone - r) * (1.0 - head)
        g += (0.14 * tone - g) * (1.0 - head)
        b += (0.03 * tone - b) * (1.0 - head)
    period = row_width(kind)
    if period > 0.0:
        wide = period > 6.0
        wobble = 0.0 if wide else 0.05 * big * period
        m = across + wobble
        m = m - floor(m / period) * period - 0.5 * period
        half = 0.2 if wide else period * (0.42 - 0.30 * P[n.CROP_STAGE])
        mean = 2.0 * half / period
        blend = clamp(1.6 * fy / period - 0.4, 0.0, 1.0)
        soil = cover(m, half, fy)
        soil = (soil + (mean - soil) * blend) * (0.85 if not wide else 0.6)
        dim = (0.75 if kind < 10.5 else 0.9) * (1.0 + 0.25 * fine)
        if kind > 9.5 and kind < 10.5:
            dim *= 0.45  # the path between tea hedges lies in the shade
        r += (P[n.SOIL_RGB] * dim - r) * soil
        g += (P[n.SOIL_RGB + 1] * dim - g) * soil
        b += (P[n.SOIL_RGB + 2] * dim - b) * soil
    if kind > 2.5 and kind < 3.5:  # paddies: water while the plants are small, banks between the basins
        wet = clamp((0.9 - 1.2 * P[n.CROP_STAGE]) * (0.75 - 0.5 * fine), 0.0, 0.85)
        r += (P[n.HORIZON_RGB] * 0.75 - r) * wet
        g += (P[n.HORIZON_RGB + 1] * 0.78 - g) * wet
        b += (P[n.HORIZON_RGB + 2] * 0.78 - b) * wet
        u = x + 3.0 * big
        bank = max(
            cover(u - floor(u / 27.0) * 27.0 - 13.5, 0.4, fx + 0.05),
            cover(across - floor(across / 15.0) * 15.0 - 7.5, 0.35, fy + 0.05),
        )
        r += (P[n.GRASS_RGB] - r) * bank
        g += (P[n.GRASS_RGB + 1] - g) * bank
        b += (P[n.GRASS_RGB + 2] - b) * bank
    elif kind > 7.5 and kind < 8.5 and P[n.CROP_STAGE] > 0.9:  # open bolls
        white = 0.45 if foot > 0.25 else step(0.0, 0.35, noise_at(noise, x * 6.0, across * 6.0 + 3.0)) * 0.8
        r += (0.72 - r) * white
        g += (0.70 - g) * white
        b += (0.65 - b) * white
    return r, g, b


@kernel
def farmland(P, noise, x, y, foot, r, g, b):
    """Other people's fields further off, over the meadow (r, g, b): four kinds in a skewed brick pattern."""
    u = 0.96 * x + 0.28 * y
    v = 0.96 * y - 0.28 * x + 9.0 * noise_at(noise, x * 0.006, y * 0.006 + P[n.GROUND_SEED])
    row = floor(v / 52.0)
    u += 120.0 * chance(row, 3, P[n.FIELD_SEED])
    cell = floor(u / 96.0)
    luck = chance(cell, row, P[n.FIELD_SEED])
    if luck > P[n.FIELDS]:
        return r, g, b
    kind = luck / P[n.FIELDS]
    into_v = v - 52.0 * row
    edge = min(min(into_v, 52.0 - into_v), min(u - 96.0 * cell, 96.0 * (cell + 1.0) - u))
    inside = step(1.0, 3.0 + foot, edge)
    if kind < 0.34:
        fr, fg, fb = P[n.FIELD_A_RGB], P[n.FIELD_A_RGB + 1], P[n.FIELD_A_RGB + 2]
    elif kind < 0.62:
        fr, fg, fb = P[n.FIELD_B_RGB], P[n.FIELD_B_RGB + 1], P[n.FIELD_B_RGB + 2]
    elif kind < 0.82:
        fr, fg, fb = P[n.SOIL_RGB], P[n.SOIL_RGB + 1], P[n.SOIL_RGB + 2]
    else:
        fr, fg, fb = P[n.DRY_RGB] * 1.1, P[n.DRY_RGB + 1] * 1.15, P[n.DRY_RGB + 2]
    tone = 0.92 + 0.25 * chance(row, cell, P[n.FIELD_SEED] + 5.0) + 0.12 * noise_at(noise, u * 0.05, v * 0.3)
    inside *= 0.9
    return r + (fr * tone - r) * inside, g + (fg * tone - g) * inside, b + (fb * tone - b) * inside


@kernel
def crop_side(P, noise, x, z, foot):
    """A standing crop seen from the side, at `z` 0 foot … 1 top: (r, g, b, shade); stalks below, ears above."""
    kind = P[n.CROP_KIND]
    stalk = layered_noise(noise, x * 6.0, z * 1.3 + P[n.GROUND_SEED], foot * 6.0, 3)
    r = P[n.CROP_RGB]
    g = P[n.CROP_RGB + 1]
    b = P[n.CROP_RGB + 2]
    if kind > 5.5 and kind < 7.5 and r > 1.1 * g:  # in flower: leaves below, yellow above
        leaves = 1.0 - step(0.62, 0.95, z + 0.25 * stalk)
        r += (0.075 - r) * leaves
        g += (0.14 - g) * leaves
        b += (0.03 - b) * leaves
    gaps = step(0.05, 0.5, stalk - 0.55 * z) * 0.5
    shade = (0.34 + 0.66 * z) * (1.0 + 0.6 * stalk) * (1.0 - gaps)
    return r, g, b, shade
