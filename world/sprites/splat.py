"""Limbs and leaves of a plant's model put on a canvas, the nearest in front. Knows no kinds and no scenes.

Model coordinates: x to the right, y up from the ground, z towards the viewer, all in parts of the plant's height.
A canvas has C × C cells that span `aspect` across and 1 upwards.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import sin, sqrt

from world.draw.compiled import kernel

# a limb's columns: both ends with radius, leaf (1) or wood (0), mark, shade at both ends
LIMB_COLUMNS = 12
# a leaf's columns: place (3), half its length as seen (2), half its width, normal (2), shade, leaf, mark
LEAF_COLUMNS = 11
# a canvas's channels: coverage, leaf, mark, shade, sideways normal, upward normal
CHANNELS = 6


@kernel
def put_limbs(limbs, aspect, depth, canvas):
    """Round tapering limbs (n, LIMB_COLUMNS) on the canvas (C, C, CHANNELS) with its depth (C, C)."""
    side = depth.shape[0]
    for k in range(limbs.shape[0]):
        x0, y0, z0, r0 = limbs[k, 0], limbs[k, 1], limbs[k, 2], limbs[k, 3]
        x1, y1, z1, r1 = limbs[k, 4], limbs[k, 5], limbs[k, 6], limbs[k, 7]
        thin = 0.6 / side
        r0 = r0 if r0 > thin else thin
        r1 = r1 if r1 > thin else thin
        wide = r0 if r0 > r1 else r1
        i0 = int(((min(x0, x1) - wide) / aspect + 0.5) * side)
        i1 = int(((max(x0, x1) + wide) / aspect + 0.5) * side) + 1
        j0 = int((1.0 - max(y0, y1) - wide) * side)
        j1 = int((1.0 - min(y0, y1) + wide) * side) + 1
        dx = x1 - x0
        dy = y1 - y0
        length = dx * dx + dy * dy + 1e-12
        for j in range(max(j0, 0), min(j1, side)):
            y = 1.0 - (j + 0.5) / side
            for i in range(max(i0, 0), min(i1, side)):
                x = ((i + 0.5) / side - 0.5) * aspect
                t = ((x - x0) * dx + (y - y0) * dy) / length
                t = 0.0 if t < 0.0 else (1.0 if t > 1.0 else t)
                r = r0 + (r1 - r0) * t
                ox = x - x0 - t * dx
                oy = y - y0 - t * dy
                d = ox * ox + oy * oy
                if d > r * r:
                    continue
                z = z0 + (z1 - z0) * t + sqrt(r * r - d)
                if z <= depth[j, i]:
                    continue
                depth[j, i] = z
                canvas[j, i, 0] = 1.0
                canvas[j, i, 1] = limbs[k, 8]
                canvas[j, i, 2] = limbs[k, 9]
                shade = limbs[k, 10] + (limbs[k, 11] - limbs[k, 10]) * t
                if limbs[k, 8] < 0.5 and r * side > 5.0:  # furrows of the bark
                    furrow = sin(17.0 * ox / r + 2.5 * sin(47.0 * y + 9.0 * ox / r))
                    shade *= 0.90 + 0.10 * furrow * abs(sin(71.0 * y + 4.0 * sin(31.0 * y)))
                canvas[j, i, 3] = shade
                canvas[j, i, 4] = ox / r
                canvas[j, i, 5] = oy / r


@kernel
def put_leaves(leaves, aspect, depth, canvas):
    """Flat pointed leaves (n, LEAF_COLUMNS) on the canvas."""
    side = depth.shape[0]
    for k in range(leaves.shape[0]):
        x0, y0, z = leaves[k, 0], leaves[k, 1], leaves[k, 2]
        ux, uy, half = leaves[k, 3], leaves[k, 4], leaves[k, 5]
        long = sqrt(ux * ux + uy * uy)
        if long < half:  # seen from its tip
            ux, uy, long = half, 0.0, half
        ux /= long
        uy /= long
        i0 = int(((x0 - long) / aspect + 0.5) * side)
        i1 = int(((x0 + long) / aspect + 0.5) * side) + 1
        j0 = int((1.0 - y0 - long) * side)
        j1 = int((1.0 - y0 + long) * side) + 1
        for j in range(max(j0, 0), min(j1, side)):
            y = 1.0 - (j + 0.5) / side - y0
            for i in range(max(i0, 0), min(i1, side)):
                x = ((i + 0.5) / side - 0.5) * aspect - x0
                along = (x * ux + y * uy) / long
                across = abs(y * ux - x * uy)
                if across > half * (1.0 - along * along) or z <= depth[j, i]:
                    continue
                depth[j, i] = z
                canvas[j, i, 0] = 1.0
                canvas[j, i, 1] = leaves[k, 9]
                canvas[j, i, 2] = leaves[k, 10]
                canvas[j, i, 3] = leaves[k, 8]
                canvas[j, i, 4] = leaves[k, 6]
                canvas[j, i, 5] = leaves[k, 7]


@kernel
def average(picture, by, out):
    """`by` × `by` cells of a picture (S, S, CHANNELS) become one of `out`; all but coverage weighs by coverage."""
    for j in range(out.shape[0]):
        for i in range(out.shape[1]):
            cover = 0.0
            for y in range(j * by, (j + 1) * by):
                for x in range(i * by, (i + 1) * by):
                    cover += picture[y, x, 0]
            out[j, i, 0] = cover / (by * by)
            for c in range(1, CHANNELS):
                total = 0.0
                for y in range(j * by, (j + 1) * by):
                    for x in range(i * by, (i + 1) * by):
                        total += picture[y, x, c] * (picture[y, x, 0] + 1e-6)
                out[j, i, c] = total / (cover + 1e-6 * by * by)
