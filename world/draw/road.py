"""The carriageway: surfaces and their wear, painted lines, crossings, the side road. Knows no objects and no light."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import floor

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.noise import chance, clamp, cover, layered_noise, noise_at, step


@kernel
def dashes(along, dash, gap, fx):
    """Coverage along a dashed line; its mean where the footprint is longer than a dash."""
    period = dash + gap
    m = along - floor(along / period) * period - 0.5 * dash
    part = max(cover(m, 0.5 * dash, fx), cover(m - period, 0.5 * dash, fx))
    return part + (dash / period - part) * clamp(fx / period - 0.5, 0.0, 1.0)


@kernel
def line_cover(kind, along, across, dash, gap, fx, fy):
    """Coverage of a painted line: 0 none, 1 dashed, 2 solid, 3 double, 4 solid and dashed side by side."""
    if kind < 0.5 or abs(across) > 0.3 + 0.5 * fy:
        return 0.0
    if kind > 2.5:
        other = cover(across + 0.14, 0.065, fy)
        if kind > 3.5 and other > 0.0:
            other *= dashes(along, dash, gap, fx)
        return max(cover(across - 0.14, 0.065, fy), other)
    c = cover(across, 0.07, fy)
    if kind < 1.5 and c > 0.0:
        c *= dashes(along, dash, gap, fx)
    return c


@kernel
def paved(P, noise, concrete, half, x, across, fx, fy, foot):
    """How light asphalt or concrete is at `across` metres from its middle: wheel tracks, seams, patches, cracks."""
    side = abs(across)
    patch = noise_at(noise, x * 0.13 + 3.0, across * 0.33 + P[n.GROUND_SEED])
    grain = layered_noise(noise, x * 6.3, across * 6.3, foot * 6.3, 2)
    lane = abs(side - 0.5 * half)
    tone = 1.0 + 0.15 * grain + 0.07 * patch
    tone -= 0.07 * step(0.55, 0.1, abs(lane - 0.78)) - 0.05 * step(0.45, 0.1, side)
    if concrete:
        slab = floor(x / 5.0)
        joint = max(cover(x - 5.0 * slab - 2.5, 0.02, fx), cover(side - 0.04, 0.02, fy))
        tone *= (1.0 - 0.5 * joint) * (0.94 + 0.12 * chance(slab, 0 if across < 0.0 else 1, P[n.FIELD_SEED]))
        return tone
    tone -= 0.06 * step(0.5, 0.05, lane)  # oil between the wheels
    if foot < 0.035:  # the stones in the asphalt
        tone += 0.24 * noise_at(noise, x * 47.0, across * 47.0) * (1.0 - foot / 0.035)
    if foot > 0.4:
        return tone
    near = 1.0 - 2.5 * foot
    cell = floor(x / 8.0)
    left = 0 if across < 0.0 else 1
    luck = chance(cell, left, P[n.FIELD_SEED])
    if luck < 0.45 * P[n.REPAIRS]:  # a trench or a hole that was cut square and filled again
        size = chance(cell, 5 + left, P[n.FIELD_SEED])
        filled = cover(x - 8.0 * cell - 4.0, 0.5 + 3.0 * size, fx) * cover(
            side - half * (0.25 + 0.5 * luck / (0.45 * P[n.REPAIRS])), 0.3 + half * 0.2 * size, fy
        )
        tone *= 1.0 + (0.12 if size > 0.8 else -0.26) * filled * near
    seam = cover(across + 0.09 + 0.06 * patch, 0.03, fy)
    if P[n.REPAIRS] > 0.1:
        bar = x - 6.1 * floor(x / 6.1) - 3.0 + 0.5 * noise_at(noise, across * 0.7, floor(x / 6.1) * 0.37)
        seam = max(seam, cover(bar, 0.03, fx) * step(0.95 - P[n.REPAIRS], 1.1 - P[n.REPAIRS], luck + 0.2 * patch))
        if foot < 0.1:
            web = abs(noise_at(noise, x * 0.31 + 40.0, across * 1.3) + 0.25 * grain)
            worn = step(0.5 - 0.8 * P[n.REPAIRS], 0.9 - 0.5 * P[n.REPAIRS], patch)
            seam = max(seam, worn * step(0.030, 0.006, web) * (1.0 - 10.0 * foot))
    tone *= 1.0 - 0.38 * seam * near
    if P[n.MANHOLES] > 0.5 and luck > 0.62:
        dx = x - 8.0 * cell - 3.0
        dy = side - half * (1.3 * luck - 0.55)
        ring = dx * dx + dy * dy
        if ring < 0.13:
            tone *= 1.0 - 0.4 * near * (1.0 if ring > 0.085 else 0.6 + 0.4 * step(-0.2, 0.2, grain))
    return tone


@kernel
def unpaved(P, noise, kind, half, r, g, b, x, across, foot):
    """Gravel or dirt: ruts, loose stones, a middle and edges where grass may grow."""
    side = abs(across)
    patch = noise_at(noise, x * 0.13 + 3.0, across * 0.4)
    stone = layered_noise(noise, x * 4.1 + 11.0, across * 4.1, foot * 4.1, 3)
    lane = abs(side - min(0.5 * half, 1.2))
    rut = step(0.6, 0.1, lane if half < 2.6 else abs(lane - 0.6))
    tone = 1.0 + 0.20 * stone + 0.13 * patch + (0.10 if kind < 2.5 else -0.10) * rut
    loose = (1.0 - rut) * step(0.0, 0.7, stone + 0.4 * patch) * (0.25 if kind < 2.5 else 0.12)
    r *= tone
    g *= tone
    b *= tone
    r += (0.30 - r) * loose
    g += (0.285 - g) * loose
    b += (0.26 - b) * loose
    edge = step(0.75 * half, 1.02 * half, side + 0.35 * patch + 0.25 * stone)
    if kind > 2.5:
        edge = max(edge, step(0.5, 0.15, side + 0.25 * patch))
    grass = clamp(edge * P[n.GRASS_COVER] * 0.75 * (0.6 + 0.7 * stone), 0.0, 0.7)
    r += (P[n.DRY_RGB] * 0.85 - r) * grass
    g += (P[n.DRY_RGB + 1] * 0.85 - g) * grass
    b += (P[n.DRY_RGB + 2] * 0.85 - b) * grass
    return r, g, b


@kernel
def paint_on(P, noise, x, across, fx, fy, foot, off):
    """How much white (or yellow) and which lies on the main road: (coverage, 0 centre … 1 edge, 2 zebra).

    `off` is the distance in metres along the road from the mouth of a side road, negative within it.
    """
    side = abs(across)
    half = P[n.ROAD_HALF]
    which = 0.0
    c = line_cover(P[n.CENTRE_LINE], x, across, P[n.DASH], P[n.GAP], fx, fy)
    if off < 0.0:
        c *= 0.0 if P[n.ZEBRA] > 0.5 else 1.0
    elif c <= 0.0:
        which = 1.0
        c = line_cover(P[n.EDGE_LINE], x, side - half + 0.26, P[n.DASH], P[n.GAP] * 0.5, fx, fy)
        if P[n.CYCLE] > 0.1:
            c = max(c, cover(side - half + P[n.CYCLE], 0.05, fy) * dashes(x, 1.0, 1.0, fx))
    if P[n.ZEBRA] > 0.5 and off > 0.0 and off < 6.2 + fx:
        bars = cover(off - 2.7, 1.5, fx)
        if bars > 0.0:
            m = across - floor(across) - 0.5
            stripe = cover(m, 0.25, fy)
            c = bars * (stripe + (0.5 - stripe) * clamp(fy - 0.5, 0.0, 1.0)) * (1.0 if side < half - 0.25 else 0.0)
            which = 2.0
        elif (P[n.CROSS_AT] - x) * across * P[n.DRIVE] > 0.0:
            stop = cover(off - 5.6, 0.2, fx)
            if stop > 0.0:
                c = stop
                which = 1.0
    if c > 0.0:
        rub = 0.5 * noise_at(noise, x * 1.7, across * 9.0) + 0.5 * noise_at(noise, x * 0.4, across * 2.0 + 5.0)
        c *= 0.95 - P[n.WEAR] * step(0.25 - 0.6 * P[n.WEAR], 0.6, rub)
    return c, which


@kernel
def main_road(P, noise, x, across, fx, fy, foot, off):
    """Colour of the road the camera stands on."""
    half = P[n.ROAD_HALF]
    kind = P[n.ROAD_SURFACE]
    r = P[n.ROAD_RGB]
    g = P[n.ROAD_RGB + 1]
    b = P[n.ROAD_RGB + 2]
    if kind > 1.5:
        return unpaved(P, noise, kind, half, r, g, b, x, across, foot)
    tone = paved(P, noise, kind > 0.5, half, x, across, fx, fy, foot)
    if P[n.CYCLE] > 0.1:
        lane = cover(abs(across) - half + 0.5 * P[n.CYCLE], 0.5 * P[n.CYCLE], fy)
        r += (P[n.CYCLE_RGB] - r) * lane
        g += (P[n.CYCLE_RGB + 1] - g) * lane
        b += (P[n.CYCLE_RGB + 2] - b) * lane
    r *= tone
    g *= tone
    b *= tone
    if P[n.TRAM] > 0.5:
        rail = abs(abs(abs(across) - 1.6) - 0.72)
        steel = cover(rail, 0.03, fy)
        groove = max(cover(rail - 0.06, 0.03, fy), 0.35 * cover(rail - 0.2, 0.12, fy))
        r += (0.36 - r) * steel - 0.6 * r * groove
        g += (0.36 - g) * steel - 0.6 * g * groove
        b += (0.37 - b) * steel - 0.6 * b * groove
    c, which = paint_on(P, noise, x, across, fx, fy, foot, off)
    if c > 0.0:
        at = n.CENTRE_RGB if which < 0.5 else (n.EDGE_RGB if which < 1.5 else n.ZEBRA_RGB)
        r += (P[at] * (0.4 + 0.6 * tone) - r) * c
        g += (P[at + 1] * (0.4 + 0.6 * tone) - g) * c
        b += (P[at + 2] * (0.4 + 0.6 * tone) - b) * c
    return r, g, b


@kernel
def side_road(P, noise, x, across, fx, fy, foot):
    """Colour of the road that joins, with what tells its drivers to wait."""
    over = x - P[n.CROSS_AT]
    half = P[n.SIDE_HALF]
    kind = P[n.SIDE_SURFACE]
    r = P[n.SIDE_RGB]
    g = P[n.SIDE_RGB + 1]
    b = P[n.SIDE_RGB + 2]
    if kind > 1.5:
        return unpaved(P, noise, kind, half, r, g, b, across + 60.0, over, foot)
    tone = paved(P, noise, kind > 0.5, half, across + 60.0, over, fy, fx, foot)
    r *= tone
    g *= tone
    b *= tone
    beyond = abs(across) - P[n.ROAD_HALF]
    c = 0.0
    if P[n.GIVE_WAY] > 0.5:
        if beyond < 2.0:
            if over * across * P[n.DRIVE] > 0.0 and abs(over) < half:
                if P[n.GIVE_WAY] < 1.5:  # two rows of short dashes
                    c = max(cover(beyond - 0.5, 0.1, fy), cover(beyond - 0.9, 0.1, fy)) * dashes(over, 0.6, 0.3, fx)
                elif P[n.GIVE_WAY] < 2.5:  # a row of triangles, their tips toward who waits
                    m = over - floor(over / 0.8) * 0.8 - 0.4
                    c = cover(beyond - 0.8, 0.3, fy) * cover(m, 0.26 * clamp((1.15 - beyond) / 0.6, 0.05, 1.0), fx)
                else:
                    c = cover(beyond - 1.0, 0.22, fy)
        elif half > 2.4:
            c = cover(over, 0.06, fx) * dashes(beyond, 2.0, 3.0, fy)
    if c > 0.0:
        at = n.CENTRE_RGB if beyond > 2.0 else n.EDGE_RGB
        r += (P[at] - r) * c * 0.85
        g += (P[at + 1] - g) * c * 0.85
        b += (P[at + 2] - b) * c * 0.85
    return r, g, b
