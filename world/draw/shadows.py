"""The shadow map: which part of the sun each spot of ground near the camera misses. Knows no colours."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import sqrt

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.noise import clamp
from world.draw.textures import sprite_at
from world.draw.things.figures import figure_at


@kernel
def cast_shadows(P, T, atlas, figures, shadows):
    """Fill `shadows` (side, side), 0 lit … 1 dark, from every object that stands in the sun's way."""
    side = shadows.shape[0]
    shadows[:] = 0.0
    flat = sqrt(P[n.SUN_X] * P[n.SUN_X] + P[n.SUN_Y] * P[n.SUN_Y])
    if flat < 1e-3:
        flat = 1e-3
    sx = P[n.SUN_X] / flat
    sy = P[n.SUN_Y] / flat
    rise = P[n.SUN_Z] / flat
    if rise < 0.06:
        rise = 0.06
    metres = 2.0 * n.SHADOW_REACH / side
    for i in range(T.shape[0]):
        kind = int(T[i, n.KIND])
        if kind == n.POLE:
            continue
        radius = (
            T[i, n.WIDTH]
            if kind == n.PLANT or kind == n.POST or kind == n.BOARD or kind == n.FIGURE
            else sqrt(T[i, n.WIDTH] * T[i, n.WIDTH] + T[i, n.LENGTH] * T[i, n.LENGTH])
        )
        if kind == n.POST and radius < metres * 0.5:
            radius = metres * 0.5
        tall = T[i, n.HEIGHT] + T[i, n.STAND]
        if kind == n.HOUSE:
            tall += T[i, n.HOUSE_COLUMNS.rise]
        reach = tall / rise
        if reach > 46.0:
            reach = 46.0
        x = T[i, n.X]
        y = T[i, n.Y]
        # read once: the compiler must not think that writing a shadow changes an object
        c = T[i, n.COS]
        s = T[i, n.SIN]
        hx = T[i, n.LENGTH]
        hy = T[i, n.WIDTH]
        high = T[i, n.HEIGHT]
        stand = T[i, n.STAND]
        picture = int(T[i, n.PLANT_COLUMNS.picture])  # figures have theirs in the same column
        roofed = kind == n.HOUSE and T[i, n.HOUSE_COLUMNS.form] > 0.5
        ridge = T[i, n.HOUSE_COLUMNS.rise]
        dx = sx * c + sy * s
        dy = -sx * s + sy * c
        low_x = min(x, x - sx * reach) - radius
        high_x = max(x, x - sx * reach) + radius
        low_y = min(y, y - sy * reach) - radius
        high_y = max(y, y - sy * reach) + radius
        i0 = int(clamp((low_x + n.SHADOW_REACH) / metres, 0.0, side))
        i1 = int(clamp((high_x + n.SHADOW_REACH) / metres + 1.0, 0.0, side))
        j0 = int(clamp((low_y + n.SHADOW_REACH) / metres, 0.0, side))
        j1 = int(clamp((high_y + n.SHADOW_REACH) / metres + 1.0, 0.0, side))
        if i0 >= i1:
            continue
        for j in range(j0, j1):
            k0 = i0
            k1 = i1
            if abs(sy) > 0.02:  # a long shadow lies aslant in its rectangle: only its own band of each row
                middle = (-n.SHADOW_REACH + (j + 0.5) * metres - y) * sx / sy + x
                wide = (radius + metres) / abs(sy)
                k0 = max(i0, int(clamp((middle - wide + n.SHADOW_REACH) / metres, 0.0, side)))
                k1 = min(i1, int(clamp((middle + wide + n.SHADOW_REACH) / metres + 1.0, 0.0, side)))
            for k in range(k0, k1):
                if shadows[j, k] > 0.97:
                    continue
                px = -n.SHADOW_REACH + (k + 0.5) * metres - x
                py = -n.SHADOW_REACH + (j + 0.5) * metres - y
                along = -(px * sx + py * sy)  # metres down the shadow
                off = -px * sy + py * sx
                dark = 0.0
                if kind == n.PLANT:
                    if along < -0.3 * radius or abs(off) > radius:
                        continue
                    z = (along if along > 0.0 else 0.0) * rise / tall
                    if z < 1.0:
                        dark, _, _, _ = sprite_at(atlas, picture, off / (2.0 * radius) + 0.5, 1.0 - z, metres / tall)
                elif kind == n.FIGURE:
                    z = (along if along > 0.0 else 0.0) * rise / high
                    if along > -0.3 and abs(off) < radius and z < 1.0:
                        dark, _, _ = figure_at(figures, picture, off / (2.0 * radius) + 0.5, 1.0 - z, metres / high)
                elif kind == n.POST or kind == n.BOARD:
                    wide = radius
                    if kind == n.BOARD:
                        wide = max(radius * abs(dx), 0.05)
                    z = along * rise
                    if abs(off) < wide + 0.5 * metres and along > 0.0 and z < tall and z > stand:
                        dark = clamp(2.0 * wide / metres, 0.0, 0.9)
                else:
                    ox = px * c + py * s
                    oy = -px * s + py * c
                    near = 0.0
                    far = 1e6
                    if abs(dx) > 1e-6:
                        a = (-hx - ox) / dx
                        b = (hx - ox) / dx
                        near = max(near, min(a, b))
                        far = min(far, max(a, b))
                    elif abs(ox) > hx:
                        continue
                    if abs(dy) > 1e-6:
                        a = (-hy - oy) / dy
                        b = (hy - oy) / dy
                        near = max(near, min(a, b))
                        far = min(far, max(a, b))
                    elif abs(oy) > hy:
                        continue
                    if near < far:
                        height = high
                        if roofed:
                            # the ridge: how high the roof is half way through
                            m = oy + dy * 0.5 * (near + far)
                            height += ridge * clamp(1.0 - abs(m) / hy, 0.0, 1.0)
                            if near + 0.5 * (far - near) > 0.0 and 0.5 * (near + far) * rise < height:
                                dark = 1.0
                        if near * rise < high:
                            dark = 1.0
                if dark > shadows[j, k]:
                    shadows[j, k] = dark
