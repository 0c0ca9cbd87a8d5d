"""Plants: pictures that turn with the camera, lit through the normals of the model they were drawn from. No ground."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import sqrt

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.noise import clamp, noise_at, step
from world.draw.textures import SIDE, texel_at
from world.draw.things.boxes import MISS


@kernel
def plant(P, T, i, atlas, noise, hx, hy, slope, pix):
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
    wide = 2.0 * T[i, n.WIDTH]
    u = near * (hy * ex - hx * ey) / wide
    flip = T[i, n.COS]
    u = u * flip + 0.5
    if u < 0.0 or u > 1.0:
        return MISS, 0.0, 0.0, 0.0, 0.0
    footprint = pix * near / sqrt(tall * wide)
    a, leaf, mark, shade, side, up = texel_at(atlas, int(T[i, n.PLANT_COLUMNS.picture]), u, 1.0 - z / tall, footprint)
    if a < 0.02:
        return MISS, 0.0, 0.0, 0.0, 0.0
    a = clamp((a - 0.12) * 1.45, 0.0, 1.0)
    if footprint < 0.5 / SIDE:  # so near that single texels would show: leaves and bark between them
        grain = noise_at(noise, 0.9 * SIDE * u, 0.9 * SIDE * z / tall) * (1.0 - 2.0 * SIDE * footprint)
        shade = clamp(shade * (1.0 + 0.55 * grain), 0.0, 1.0)
    side *= flip
    front = 1.0 - side * side - up * up
    front = sqrt(front) if front > 0.0 else 0.0
    across = -ey * P[n.SUN_X] + ex * P[n.SUN_Y]
    facing = -(ex * P[n.SUN_X] + ey * P[n.SUN_Y])  # 1: the sun stands behind the camera
    toward = side * across + up * P[n.SUN_Z] + front * facing
    # leaves scatter light round the edge of the lit side; some passes through them
    soft = 0.10 + 0.30 * leaf
    sun = clamp((toward + soft) / (1.0 + soft), 0.0, 1.0) * (0.15 + 1.0 * shade)
    through = 0.30 * leaf * clamp(0.3 - facing, 0.0, 1.0) * shade * (1.0 - front)
    sun *= P[n.SUN_STRENGTH]
    through *= P[n.SUN_STRENGTH]
    sky = (0.22 + 0.95 * shade) * (0.82 + 0.22 * up)
    white = 0.0
    if T[i, n.PLANT_COLUMNS.snowy] > 0.5:
        white = step(0.25, 0.9, P[n.SNOW]) * step(-0.15, 0.55, up + 0.8 * shade - 0.45) * (0.16 + 0.69 * leaf)
    vary = 0.80 + 0.35 * shade
    r = T[i, n.RGB_B] + (T[i, n.RGB_A] * vary - T[i, n.RGB_B]) * leaf
    g = T[i, n.RGB_B + 1] + (T[i, n.RGB_A + 1] * vary - T[i, n.RGB_B + 1]) * leaf
    b = T[i, n.RGB_B + 2] + (T[i, n.RGB_A + 2] * vary - T[i, n.RGB_B + 2]) * leaf
    r += (T[i, n.RGB_C] - r) * mark
    g += (T[i, n.RGB_C + 1] - g) * mark
    b += (T[i, n.RGB_C + 2] - b) * mark
    r += (0.86 - r) * white
    g += (0.88 - g) * white
    b += (0.93 - b) * white
    r *= P[n.AMBIENT_RGB] * sky + P[n.SUN_RGB] * (sun + through * 1.1)
    g *= P[n.AMBIENT_RGB + 1] * sky + P[n.SUN_RGB + 1] * (sun + through * 1.3)
    b *= P[n.AMBIENT_RGB + 2] * sky + P[n.SUN_RGB + 2] * (sun + through * 0.5)
    return near, a, r, g, b
