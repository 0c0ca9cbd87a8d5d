"""Round houses: huts under thatch and felt tents, some with a second one beside them. Knows no pixels."""

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.layout.stage import Stage, linear

Floats = NDArray[np.float64]


def place_round_houses(
    stage: Stage, traits: dict[str, float], u: Floats, x: Floats, y: Floats, side: Floats
) -> NDArray[np.bool_]:
    """Place huts or yurts on some of the lots at x, y (n,) on a side of the road, by random numbers u; which ones."""
    tents = traits.get("yurt", 0.0)
    chosen = u[:, 26] < max(traits.get("hut", 0.0), tents)
    if not chosen.any():
        return np.asarray(chosen)
    # a household: one or two on a lot
    spots = np.concatenate([np.flatnonzero(chosen), np.flatnonzero(chosen & (u[:, 27] < 0.6))])
    second = np.arange(len(spots)) >= chosen.sum()
    v = u[spots]
    hx = x[spots] + np.where(second, 6.0 + 2.0 * v[:, 3], 0.0) * np.where(x[spots] < stage.cross, -1.0, 1.0)
    hy = y[spots] + np.where(second, 5.0 * (v[:, 4] - 0.5), 0.0)
    radius = np.where(second, 0.8, 1.0) * (2.8 + 0.5 * v[:, 1] if tents else 1.7 + 0.7 * v[:, 1])
    away = np.arctan2(-side[spots], 0.4 * (v[:, 5] - 0.5))
    rise = radius * (0.42 if tents else 1.15)
    extra = n.HutExtra(
        form=1.0, rise=rise, seed=np.floor(v[:, 23] * 999.0), wall=2.0 if tents else np.where(v[:, 14] < 0.8, 0.0, 1.0),
        cover=6.0 if tents else 4.0, below=2.0, radius=radius, rim=radius * (1.02 if tents else 1.28),
        door_x=np.cos(away), door_y=np.sin(away),
    )  # fmt: skip
    palette = np.square(np.array(stage.scene.buildings.wall_palette, np.float64))
    mud = palette[(v[:, 14] * len(palette)).astype(int)]
    felt = np.array(linear((0.88, 0.87, 0.83)))
    shade = 0.85 + 0.3 * v[:, 16, None]
    stage.put_many(
        n.HUT, hx, hy, length=0.9 * radius, width=0.9 * radius, height=np.where(tents, 1.55, 1.5 + 0.5 * v[:, 2]),
        rise=rise, a=felt * shade if tents else mud * shade,
        b=felt * shade * 0.95 if tents else np.array(linear((0.50, 0.43, 0.30))) * shade,
        c=linear((0.72, 0.30, 0.14) if tents else (0.25, 0.18, 0.12)), extra=extra,
    )  # fmt: skip
    return np.asarray(chosen)
