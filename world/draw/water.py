"""How water looks: its own colour, the sky in its waves, the sun's glitter, shallows and foam. Knows no shores."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import sqrt

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.noise import clamp, layered_noise, noise_at, step
from world.draw.sky import clear_sky, sun_disc


@kernel
def water_colour(P, noise, hx, hy, slope, distance, fall, bed, sea, pix):
    """Light from water `distance` metres along a ray of `slope`; `bed` is the ground under it, below 0.

    Waves fade out where `pix` hides them and leave their mean: rough water mirrors the sky from higher up.
    """
    x = P[n.WALK_X] + hx * distance
    y = P[n.WALK_Y] + hy * distance
    foot = pix * distance
    along = foot / clamp(fall, 0.01, 1.0)
    blur = (foot + along) * 0.5
    rough = 0.35 + 0.65 * sea
    # ripples lie across the wind; their slope is the noise's difference along the ray
    swell = layered_noise(noise, x * 0.11 + y * 0.05, y * 0.16 - x * 0.03 + P[n.LAND_SEED], blur * 0.16, 2)
    ripple = layered_noise(noise, x * 0.9 + y * 0.3, y * 1.3 - x * 0.2, blur * 1.3, 3)
    tilt = rough * (0.055 * ripple + 0.05 * swell)
    length = 1.0 / sqrt(1.0 + slope * slope)
    down = clamp(-slope * length, 0.0, 1.0)
    up = clamp(down + 2.0 * tilt + 0.05 * rough, 0.02, 1.0)
    level = sqrt(1.0 - up * up)
    sr, sg, sb = clear_sky(P, hx * level, hy * level, up)
    disc = sun_disc(P, hx * level * P[n.SUN_X] + hy * level * P[n.SUN_Y] + up * P[n.SUN_Z], 1.0)
    sr += disc * P[n.SUN_RGB]
    sg += disc * P[n.SUN_RGB + 1]
    sb += disc * P[n.SUN_RGB + 2]
    facing = 1.0 - clamp(down + tilt + 0.02 + 0.09 * rough * (1.0 - down), 0.0, 1.0)
    mirror = facing * facing
    mirror = 0.03 + 0.90 * mirror * mirror * facing
    shade = P[n.SUN_STRENGTH] * max(P[n.SUN_Z], 0.0)
    light = 0.45 + 0.55 * shade
    shallow = step(-0.9, 0.0, bed) * (0.75 - 0.45 * facing)
    body = 1.0 + 0.25 * rough * swell
    r = P[n.SEA_RGB] * body
    g = P[n.SEA_RGB + 1] * body
    b = P[n.SEA_RGB + 2] * body
    r = (r + (0.55 * P[n.SOIL_RGB] - r) * shallow) * light
    g = (g + (0.62 * P[n.SOIL_RGB + 1] - g) * shallow) * light
    b = (b + (0.60 * P[n.SOIL_RGB + 2] - b) * shallow) * light
    toward = hx * level * P[n.SUN_X] + hy * level * P[n.SUN_Y] + up * P[n.SUN_Z]
    spark = step(0.86, 1.0, toward + 0.6 * tilt) * P[n.SUN_STRENGTH]
    spark *= spark * (0.35 + 1.6 * clamp(ripple, 0.0, 1.0))
    r += (sr - r) * mirror + spark * P[n.SUN_RGB]
    g += (sg - g) * mirror + spark * P[n.SUN_RGB + 1]
    b += (sb - b) * mirror + spark * P[n.SUN_RGB + 2]
    wash = step(-0.10 - 0.30 * sea * (0.6 + 0.5 * noise_at(noise, x * 0.21, y * 0.21)), -0.02, bed) * (0.15 + 0.5 * sea)
    wash += 0.35 * sea * step(0.52, 0.8, ripple + 0.4 * swell) * step(0.25, 0.02, blur * 0.3)
    white = clamp(wash, 0.0, 0.85) * (0.5 + 0.5 * light)
    frost = P[n.ICE]
    if frost > 0.0:
        white = max(white, frost * (0.85 + 0.12 * swell))
    r += (0.92 * P[n.AMBIENT_RGB] + 0.75 * shade * P[n.SUN_RGB] - r) * white
    g += (0.94 * P[n.AMBIENT_RGB + 1] + 0.75 * shade * P[n.SUN_RGB + 1] - g) * white
    b += (0.97 * P[n.AMBIENT_RGB + 2] + 0.77 * shade * P[n.SUN_RGB + 2] - b) * white
    return r, g, b
