"""Plants: pictures that turn with the camera, lit through the normals of the model they were drawn from. No ground."""

# mypy: allow-untyped-defs, allow-untyped-calls

import world.raycast_names as n
from world.compiled import kernel
from world.raycast_boxes import MISS
from world.raycast_math import clamp, step
from world.raycast_sprites import sprite_at


@kernel
def plant(P, T, i, atlas, hx, hy, slope, pix):
    """(distance, coverage, r, g, b) of a plant whose picture always faces the camera."""
    far = T[i, n.REACH]
    ex = T[i, n.X] / far
    ey = T[i, n.Y] / far
    dot = hx * ex + hy * ey
    if dot < 0.05:
        return MISS, 0.0, 0.0, 0.0, 0.0
    near = far / dot
    z = P[n.CAMERA_Z] + slope * near - T[i, n.BASE]
    tall = T[i, n.HEIGHT]
    if z < 0.0 or z > tall:
        return MISS, 0.0, 0.0, 0.0, 0.0
    u = near * (hy * ex - hx * ey) / (2.0 * T[i, n.WIDTH])
    flip = T[i, n.COS]
    u = u * flip + 0.5
    if u < 0.0 or u > 1.0:
        return MISS, 0.0, 0.0, 0.0, 0.0
    a, leaf, shade, side = sprite_at(atlas, int(T[i, n.EXTRA]), u, 1.0 - z / tall, pix * near / tall)
    if a < 0.02:
        return MISS, 0.0, 0.0, 0.0, 0.0
    a = clamp((a - 0.12) * 1.45, 0.0, 1.0)
    side *= flip
    # the picture's normal: sideways from the atlas, the rest towards the camera and up
    front = -(ex * P[n.SUN_X] + ey * P[n.SUN_Y])
    across = -ey * P[n.SUN_X] + ex * P[n.SUN_Y]
    toward = 0.30 + 0.45 * side * across + 0.22 * front + 0.35 * P[n.SUN_Z]
    sun = clamp(toward, 0.03, 1.2) * P[n.SUN_STRENGTH] * (0.35 + 0.85 * shade)
    through = 0.20 * leaf * clamp(-front, 0.0, 1.0) * P[n.SUN_STRENGTH] * shade
    sky = 0.30 + 0.62 * shade
    white = 0.0
    if T[i, n.EXTRA + 1] > 0.5:
        white = step(0.25, 0.9, P[n.SNOW]) * step(0.35, 0.75, shade) * (0.35 + 0.5 * leaf)
    vary = 0.85 + 0.3 * shade
    r = T[i, n.RGB_B] + (T[i, n.RGB_A] * vary - T[i, n.RGB_B]) * leaf
    g = T[i, n.RGB_B + 1] + (T[i, n.RGB_A + 1] * vary - T[i, n.RGB_B + 1]) * leaf
    b = T[i, n.RGB_B + 2] + (T[i, n.RGB_A + 2] * vary - T[i, n.RGB_B + 2]) * leaf
    r += (0.86 - r) * white
    g += (0.88 - g) * white
    b += (0.93 - b) * white
    r *= P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * (sun + through * 1.1)
    g *= P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * (sun + through * 1.3)
    b *= P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * (sun + through * 0.5)
    return near, a, r, g, b
