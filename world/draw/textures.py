"""Reading the atlas of plants and the lettering: pictures with mips, by fractions of their side. Knows no scenes."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import log2

from world.draw.compiled import kernel

SIDE = 256  # of a sprite at its finest
LEVELS = 7
TEXT_HEIGHT, TEXT_LEVELS, TEXT_ASPECT = 64, 5, 4  # of a sheet of letters as a rule; a fine one is twice as high
TEXT_WIDTH = TEXT_ASPECT * TEXT_HEIGHT


@kernel
def texel_at(atlas, which, u, v, footprint):
    """(coverage, leaf, mark, shade, sideways and upward normal) at (u, v) from the top left; footprint as part of the
    height. Coverage is read between four texels, all else from the one that weighs most.
    """
    level = 0
    if footprint * SIDE > 1.0:
        level = int(log2(footprint * SIDE) + 0.35)
        if level > LEVELS - 1:
            level = LEVELS - 1
    side = SIDE >> level
    top = 0
    left = 0
    if level > 0:
        top = SIDE
        left = SIDE - 2 * side
    x = u * side - 0.5
    y = v * side - 0.5
    i = int(x + 1.0) - 1
    j = int(y + 1.0) - 1
    fx = x - i
    fy = y - j
    i0 = i if i > 0 else 0
    j0 = j if j > 0 else 0
    i1 = i + 1 if i + 1 < side else side - 1
    j1 = j + 1 if j + 1 < side else side - 1
    i0 = left + (i0 if i0 < side else side - 1)
    j0 = top + (j0 if j0 < side else side - 1)
    i1 += left
    j1 += top
    a0 = atlas[which, j0, i0, 0] * (1.0 - fx) * (1.0 - fy)
    a1 = atlas[which, j0, i1, 0] * fx * (1.0 - fy)
    a2 = atlas[which, j1, i0, 0] * (1.0 - fx) * fy
    a3 = atlas[which, j1, i1, 0] * fx * fy
    a = a0 + a1 + a2 + a3
    if a < 2.0:
        return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    best_i = i0
    best_j = j0
    most = a0
    if a1 > most:
        best_i, most = i1, a1
    if a2 > most:
        best_i, best_j, most = i0, j1, a2
    if a3 > most:
        best_i, best_j = i1, j1
    normal = int(atlas[which, best_j, best_i, 2])
    matter = int(atlas[which, best_j, best_i, 3])
    return (
        a / 255.0,
        (matter >> 4) / 15.0,
        (matter & 15) / 15.0,
        atlas[which, best_j, best_i, 1] / 255.0,
        (normal >> 4) / 7.5 - 1.0,
        (normal & 15) / 7.5 - 1.0,
    )


@kernel
def sprite_at(atlas, which, u, v, footprint):
    """(coverage, leaf, shade, sideways normal): `texel_at` for what is far away or only casts a shadow."""
    a, leaf, _, shade, side, _ = texel_at(atlas, which, u, v, footprint)
    return a, leaf, shade, side


@kernel
def letter_at(text, which, u, v, footprint):
    """Coverage by letters at (u, v) from the top left; footprint as part of the height."""
    full = text.shape[1] // 2
    level = 0
    if footprint * full > 1.0:
        level = int(log2(footprint * full) + 0.35)
        if level > TEXT_LEVELS - 1:
            level = TEXT_LEVELS - 1
    high = full >> level
    wide = TEXT_ASPECT * high
    top = 2 * full - 2 * high
    x = u * wide - 0.5
    y = v * high - 0.5
    x = 0.0 if x < 0.0 else (wide - 1.001 if x > wide - 1.001 else x)
    y = 0.0 if y < 0.0 else (high - 1.001 if y > high - 1.001 else y)
    i = int(x)
    j = int(y)
    fx = x - i
    fy = y - j
    j += top
    a = text[which, j, i] + (text[which, j, i + 1] - text[which, j, i] * 1.0) * fx
    b = text[which, j + 1, i] + (text[which, j + 1, i + 1] - text[which, j + 1, i] * 1.0) * fx
    return (a + (b - a) * fy) / 255.0
