"""Scene -> pixels: four views, or the whole panorama. The command renders one place. Knows no clues' reasons.

The middle column of a panorama looks north and headings grow to the right; a view is what a camera at the panorama's
centre would cut out of it, drawn by the same rays.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import radians
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import world.raycast_names as n
from model.commands import parser_for, read, run
from model.errors import ConfigError
from world.layout import lay_out
from world.pictures import write
from world.raycast_rows import draw_rows
from world.scene import Scene

ROWS_A_TASK = 32
SAMPLES = (1, 2, 4)
NO_MAPS = (np.zeros((0, 0), np.float32), np.zeros((0, 0), np.uint8))


def render_views(
    scene: Scene,
    size: int = 96,
    samples: int = 4,
    headings: Sequence[float] = (0.0, 90.0, 180.0, 270.0),
    fov_deg: float = 90.0,
) -> NDArray[np.uint8]:
    """Square views at `headings` (degrees from north), pitch 0: uint8 (V, size, size, 3), in one thread.

    `samples` is the most rays a pixel gets: where the first two agree, four are not needed.

    Raises:
        ConfigError: a size, a number of samples or a field of view that cannot be drawn.
    """
    _check(size, samples)
    if not 1.0 <= fov_deg <= 150.0:
        raise ConfigError(f"a view's field of view lies between 1 and 150 degrees, found {fov_deg}")
    layout = lay_out(scene)
    views = np.empty((len(headings), size, size, 3), dtype=np.uint8)
    for view, heading in zip(views, headings, strict=True):
        draw_rows(*layout, view, *NO_MAPS, scratch(), 0, size, radians(heading), radians(fov_deg), samples)
    return views


def render_equirectangular(scene: Scene, width: int = 2048, samples: int = 4) -> NDArray[np.uint8]:
    """The whole sphere: uint8 (width // 2, width, 3), as many threads as processors. Safe to call from many threads.

    Raises:
        ConfigError: a width or a number of samples that cannot be drawn.
    """
    _check(width, samples)
    layout = lay_out(scene)
    panorama = np.empty((width // 2, width, 3), dtype=np.uint8)

    def draw(low: int) -> None:
        draw_rows(*layout, panorama, *NO_MAPS, scratch(), low, min(low + ROWS_A_TASK, width // 2), 0.0, 0.0, samples)

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        list(pool.map(draw, range(0, width // 2, ROWS_A_TASK)))
    return panorama


def scratch() -> NDArray[np.float32]:
    """Room for the strip hits of one ray; each call of `draw_rows` needs its own."""
    return np.empty((n.HITS, n.HIT_COLUMNS), dtype=np.float32)


def _check(size: int, samples: int) -> None:
    if not 8 <= size <= 16384:
        raise ConfigError(f"a picture's side lies between 8 and 16384 pixels, found {size}")
    if samples not in SAMPLES:
        raise ConfigError(f"samples a pixel are 1, 2 or 4, found {samples}")


@dataclass(frozen=True)
class RenderConfig:
    """One place and moment, and how to draw it."""

    lat: float = field(metadata={"help": "latitude in degrees"})
    lng: float = field(metadata={"help": "longitude in degrees"})
    out: Path = field(metadata={"help": "picture to write (.jpg or .png)"})
    month: int = field(default=6, metadata={"help": "1 … 12"})
    hour: float = field(default=11.0, metadata={"help": "local solar time, 0 … 24"})
    seed: int = field(default=0, metadata={"help": "another seed, another scene at the same place"})
    width: int = field(default=2048, metadata={"help": "pixels around the horizon"})
    samples: int = field(default=4, metadata={"help": "rays a pixel: 1, 2 or 4"})
    views: bool = field(default=False, metadata={"help": "four views (N, E, S, W) side by side in place of a panorama"})


def main(config: RenderConfig) -> Path:
    """Render one place into a file."""
    from world.clues import build_scene

    scene = build_scene(config.lat, config.lng, config.month, config.hour, config.seed)
    if config.views:
        picture = np.concatenate(list(render_views(scene, max(config.width // 4, 8), config.samples)), axis=1)
    else:
        picture = render_equirectangular(scene, config.width, config.samples)
    return write(picture, config.out)


if __name__ == "__main__":
    run(
        lambda: print(
            main(
                read(
                    parser_for(RenderConfig, "python -m world.render", "Draw the simulated Earth at one place."),
                    RenderConfig,
                )
            )
        )
    )
