"""Cars on and beside the road. Knows no pixels."""

from math import pi

import numpy as np

import world.raycast_names as n
from world.layout_things import Stage, linear, stream

# half length, half width, belt, top, cabin from, cabin to, lean behind and before, closed sides: 1 van, 2 truck
CARS: dict[str, tuple[float, ...]] = {
    "sedan": (2.2, 0.88, 0.92, 1.46, -1.65, 1.05, 0.75, 1.25, 0.0),
    "hatchback": (1.95, 0.86, 0.94, 1.52, -1.85, 0.95, 0.25, 1.15, 0.0),
    "van": (2.5, 0.95, 1.05, 2.1, -2.45, 2.1, 0.05, 0.75, 1.0),
    "pickup": (2.6, 0.95, 1.02, 1.75, -0.55, 1.15, 0.15, 0.85, 0.0),
    "truck": (4.0, 1.2, 1.0, 3.3, -3.95, 3.85, 0.0, 0.08, 2.0),
    "bus": (5.2, 1.25, 1.2, 3.0, -5.1, 5.1, 0.02, 0.1, 0.0),
    "three-wheeler": (1.35, 0.66, 0.85, 1.72, -1.3, 0.85, 0.08, 0.45, 0.0),
}


def place_cars(stage: Stage) -> None:
    """A car ahead, one behind, some that come towards us, some parked where people live."""
    scene = stage.scene
    vehicles = scene.vehicles
    rng = stream(scene.recipe, "cars")
    names = [name for name, _ in vehicles.kinds]
    shares = np.array([share for _, share in vehicles.kinds]) if names else np.ones(1)
    lane = stage.half * 0.5
    keep = stage.drive
    wanted = max(vehicles.density, 0.0)
    spots: list[tuple[float, float, bool]] = []  # x, lateral, looks along +x
    draws = rng.random(12)
    spread = rng.uniform(-1.0, 1.0, 12)
    if wanted > 0.0:
        if draws[0] < 0.62 + 0.38 * wanted:
            spots.append((8.2 + 2.2 * spread[0], keep * lane, True))
        if draws[1] < 0.55 + 0.45 * wanted:
            spots.append((-8.6 - 2.0 * spread[1], keep * lane, True))
        if draws[2] < 0.35 + 0.6 * wanted:
            spots.append((19.0 + 7.0 * spread[2], -keep * lane, False))
        for k in range(3, 9):
            if draws[k] < 0.12 + 0.75 * wanted:
                x = (24.0 + 13.0 * (k - 3) + 5.0 * spread[k]) * (1 if k % 2 else -1)
                own = k % 3 == 0
                spots.append((x, (keep if own else -keep) * lane, own))
        if scene.place.urban > 0.35:
            for k in range(9, 12):
                spots.append(((14.0 + 9.0 * (k - 9)) * (1 if k % 2 else -1), keep * (stage.half + 0.9), True))
    for k, (x, lateral, along) in enumerate(spots):
        name = str(rng.choice(names, p=shares / shares.sum())) if names else "sedan"
        rgb = vehicles.palette[int(rng.integers(len(vehicles.palette)))] if vehicles.palette else (0.7, 0.7, 0.7)
        half_x, half_y, belt, top, x0, x1, lean0, lean1, closed = CARS.get(name, CARS["sedan"])
        if k < 2 and half_x > 2.6:
            x += np.sign(x) * (half_x - 2.2)
        yaw = stage.yaw_at(x) + (0.0 if along else pi)
        band = linear(vehicles.plate_band_rgb)
        plate_h = 0.125 if vehicles.plate_aspect > 3.0 else 0.19
        stage.put(
            n.CAR, x, stage.y_at(x, lateral), yaw=yaw, length=half_x, width=half_y, height=top,
            a=linear(rgb), b=linear(vehicles.plate_front_rgb), c=linear(vehicles.plate_rear_rgb),
            d=linear((0.85, 0.86, 0.84) if rng.random() < 0.6 else rgb),
            extra=(belt, x0, x1, lean0, lean1, closed, vehicles.plate_aspect, plate_h, *band),
        )  # fmt: skip
