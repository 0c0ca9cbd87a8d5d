"""How every object stands: on the ground, seen from the camera, and how much of the view it may take. Knows no pixels.

Until here objects lie in road coordinates; from here on x and y count from the camera.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import asin, pi, sin, sqrt

import world.draw.slots as n
from world.draw.compiled import kernel
from world.draw.terrain import height_on, road_height, turn_of

CAR_SHADE_M = 0.36  # the shade at a car's corners reaches so far beyond them


@kernel
def stand(P, rings, noise, walk_x, walk_y, camera_z, T, dry):
    """Measure the objects T (n, COLUMNS), seen from (walk_x, walk_y, camera_z); dry (n,): not in water.

    In SPREAD they bring the rise of their roof. The walls of a house go down to its lowest corner.
    """
    water = P[n.WATER_Z]
    start = sin(P[n.WAVE_PHASE])
    cross_z = road_height(P, P[n.CROSS_AT])
    for i in range(T.shape[0]):
        kind = int(T[i, n.KIND])
        x = T[i, n.X]
        y = T[i, n.Y]
        length = T[i, n.LENGTH]
        width = T[i, n.WIDTH]
        ground = height_on(P, rings, noise, x, y, turn_of(x, y), start, cross_z)
        lowest = ground
        if kind == n.HOUSE:
            for corner in range(4):
                along = length if corner & 1 else -length
                across = width if corner & 2 else -width
                cx = x + along * T[i, n.COS] - across * T[i, n.SIN]
                cy = y + along * T[i, n.SIN] + across * T[i, n.COS]
                lowest = min(lowest, height_on(P, rings, noise, cx, cy, turn_of(cx, cy), start, cross_z))
        elif kind == n.CAR:
            cx = x + T[i, n.COS]
            cy = y + T[i, n.SIN]
            T[i, n.PITCH] = height_on(P, rings, noise, cx, cy, turn_of(cx, cy), start, cross_z) - ground
        if kind == n.POST or kind == n.BOARD or kind == n.FIGURE:  # as wide as they are; others have a length too
            radius = float(width)
        else:
            radius = sqrt(length * length + width * width) + (0.6 if kind == n.HOUSE else 0.0)
        if kind == n.CAR:
            radius += CAR_SHADE_M
        x -= walk_x
        y -= walk_y
        distance = max(sqrt(x * x + y * y), 1e-6)
        thick = 0.3 * radius if kind == n.PLANT or kind == n.FIGURE else radius  # pictures face the camera
        if kind == n.FIGURE:
            thick = max(thick, width * T[i, n.FIGURE_COLUMNS.feet])
        near = max(distance - thick, 0.05)
        stands = lowest + T[i, n.STAND]
        over = stands + T[i, n.HEIGHT] + T[i, n.SPREAD] - camera_z
        T[i, n.X] = x
        T[i, n.Y] = y
        T[i, n.NEAR] = near
        T[i, n.REACH] = distance
        T[i, n.BASE] = stands
        T[i, n.TOP] = (over / near if over > 0.0 else over / (distance + radius)) + 0.02
        T[i, n.SPREAD] = pi if distance <= radius * 1.02 else asin(radius / distance) + 0.01
        dry[i] = ground > water and lowest > water
