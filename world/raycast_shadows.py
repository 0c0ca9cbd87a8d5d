"""The shadow map: which part of the sun each spot of ground near the camera misses. Knows no colours."""

from math import sqrt

import world.raycast_names as n
from world.compiled import kernel
from world.raycast_math import clamp
from world.raycast_sprites import sprite_at


@kernel
def cast_shadows(P, O, atlas, shadows):  # type: ignore[no-untyped-def]
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
    for i in range(O.shape[0]):
        kind = int(O[i, n.KIND])
        if kind == n.POLE:
            continue
        radius = O[i, n.WIDTH] if kind == n.PLANT or kind == n.POST or kind == n.BOARD else sqrt(
            O[i, n.WIDTH] * O[i, n.WIDTH] + O[i, n.LENGTH] * O[i, n.LENGTH]
        )
        if kind == n.POST and radius < metres * 0.5:
            radius = metres * 0.5
        tall = O[i, n.HEIGHT] + O[i, n.BASE]
        if kind == n.HOUSE:
            tall += O[i, n.EXTRA + 1]
        reach = tall / rise
        if reach > 46.0:
            reach = 46.0
        x = O[i, n.X]
        y = O[i, n.Y]
        low_x = min(x, x - sx * reach) - radius
        high_x = max(x, x - sx * reach) + radius
        low_y = min(y, y - sy * reach) - radius
        high_y = max(y, y - sy * reach) + radius
        i0 = int(clamp((low_x + n.SHADOW_REACH) / metres, 0.0, side))
        i1 = int(clamp((high_x + n.SHADOW_REACH) / metres + 1.0, 0.0, side))
        j0 = int(clamp((low_y + n.SHADOW_REACH) / metres, 0.0, side))
        j1 = int(clamp((high_y + n.SHADOW_REACH) / metres + 1.0, 0.0, side))
        for j in range(j0, j1):
            for k in range(i0, i1):
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
                        dark, _, _, _ = sprite_at(
                            atlas, int(O[i, n.EXTRA]), off / (2.0 * radius) + 0.5, 1.0 - z, metres / tall
                        )
                elif kind == n.POST or kind == n.BOARD:
                    wide = radius
                    if kind == n.BOARD:
                        wide = max(radius * abs(O[i, n.COS] * sx + O[i, n.SIN] * sy), 0.05)
                    z = along * rise
                    if abs(off) < wide + 0.5 * metres and along > 0.0 and z < tall and z > O[i, n.BASE]:
                        dark = clamp(2.0 * wide / metres, 0.0, 0.9)
                else:
                    c = O[i, n.COS]
                    s = O[i, n.SIN]
                    ox = px * c + py * s
                    oy = -px * s + py * c
                    dx = sx * c + sy * s
                    dy = -sx * s + sy * c
                    near = 0.0
                    far = 1e6
                    hx = O[i, n.LENGTH]
                    hy = O[i, n.WIDTH]
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
                        height = O[i, n.HEIGHT]
                        if kind == n.HOUSE and O[i, n.EXTRA] > 0.5:
                            # the ridge: how high the roof is half way through
                            m = oy + dy * 0.5 * (near + far)
                            height += O[i, n.EXTRA + 1] * clamp(1.0 - abs(m) / hy, 0.0, 1.0)
                            if near + 0.5 * (far - near) > 0.0 and 0.5 * (near + far) * rise < height:
                                dark = 1.0
                        if near * rise < O[i, n.HEIGHT]:
                            dark = 1.0
                if dark > shadows[j, k]:
                    shadows[j, k] = dark
