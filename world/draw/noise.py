"""Small arithmetic that every kernel shares: noise, steps, coverage, hashes. Knows nothing of scenes."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import floor

from world.draw.compiled import kernel

LATTICE = 128  # the noise table's side; a power of two


@kernel
def clamp(x, low, high):
    """`x` held between `low` and `high`."""
    return low if x < low else (high if x > high else x)


@kernel
def step(low, high, x):
    """0 below `low`, 1 above `high`, smooth between."""
    u = (x - low) / (high - low)
    u = 0.0 if u < 0.0 else (1.0 if u > 1.0 else u)
    return u * u * (3.0 - 2.0 * u)


@kernel
def cover(x, half, footprint):
    """Which part of a footprint centred on `x` lies within ±half."""
    low = x - 0.5 * footprint
    high = x + 0.5 * footprint
    low = low if low > -half else -half
    high = high if high < half else half
    return clamp((high - low) / footprint, 0.0, 1.0)


@kernel
def chance(i, j, seed):
    """A number in 0 … 1 that belongs to (i, j, seed) for ever."""
    h = (int(i) * 374761393 + int(j) * 668265263 + int(seed) * 974634777) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 1274126177) & 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 2246822519) & 0xFFFFFFFF
    return ((h ^ (h >> 15)) & 0xFFFFFF) / 16777216.0


@kernel
def noise_at(table, x, y):
    """Smooth noise in -1 … 1 with one lattice step per unit, repeating after LATTICE units."""
    fx = floor(x)
    fy = floor(y)
    u = x - fx
    v = y - fy
    i = int(fx) & (LATTICE - 1)
    j = int(fy) & (LATTICE - 1)
    i1 = (i + 1) & (LATTICE - 1)
    j1 = (j + 1) & (LATTICE - 1)
    u = u * u * (3.0 - 2.0 * u)
    v = v * v * (3.0 - 2.0 * v)
    a = table[j, i] + (table[j, i1] - table[j, i]) * u
    b = table[j1, i] + (table[j1, i1] - table[j1, i]) * u
    return a + (b - a) * v


@kernel
def layered_noise(table, x, y, footprint, octaves):
    """Noise in about -1 … 1 with finer layers, each faded out where `footprint` (in the units of x) hides it."""
    total = 0.0
    amplitude = 0.55
    for _ in range(octaves):
        weight = 1.6 - 1.6 * footprint
        if weight <= 0.0:
            break
        total += amplitude * (1.0 if weight > 1.0 else weight) * noise_at(table, x, y)
        x = x * 2.03 + 17.3
        y = y * 2.03 + 9.1
        footprint *= 2.03
        amplitude *= 0.55
    return total
