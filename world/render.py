"""Scene -> pixels: four views, or the whole panorama, and maps of the same rays. Knows no clues' reasons.

The middle column of a panorama looks north and headings grow to the right; a view is what a camera at the panorama's
centre would cut out of it, drawn by the same rays. The command renders one place:

    python -m world.render --lat 48.2 --lng 16.4 --out vienna.jpg --without plants,signs --depth depth.png --json
"""

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import isfinite, radians
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.commands import parser_for, read, run
from model.errors import ConfigError
from world.draw.column import scratch
from world.draw.pictures import write, write_classes, write_depth
from world.draw.rows import draw_rows
from world.layout.lay_out import Layout, lay_out
from world.scene import Scene

COLUMNS_A_TASK = 128
FINE_FROM = 2048  # pixels of a panorama; wider ones are zoomed into
SAMPLES = (1, 2, 4)
HEADINGS = (0.0, 90.0, 180.0, 270.0)
NO_MAPS = (np.zeros((0, 0), np.float32), np.zeros((0, 0), np.uint8))

Pixels = NDArray[np.uint8]
Maps = tuple[NDArray[np.float32], NDArray[np.uint8]]


def render_views(
    scene: Scene, size: int = 96, samples: int = 4, headings: Sequence[float] = HEADINGS, fov_deg: float = 90.0
) -> Pixels:
    """Square views at `headings` (degrees from north), pitch 0: uint8 (V, size, size, 3), in one thread.

    `samples` is how many rays more a pixel gets where hard edges meet; 1: none.

    Raises:
        ConfigError: a size, a number of samples or a field of view that cannot be drawn.
    """
    views, _ = _views(scene, size, samples, headings, fov_deg, mapped=False)
    return views


def render_view_maps(scene: Scene, size: int = 96, headings: Sequence[float] = HEADINGS, fov_deg: float = 90.0) -> Maps:
    """What the middles of the pixels of `render_views` show: metres, float32, and classes, uint8 (V, size, size).

    Drawn with one ray a pixel: where leaves or wires fade into what is behind them, a few in a thousand pixels tell the
    other of the two than `draw_views` does, which fills its maps with the very rays of its pictures.
    Classes are numbers of `slots.CLASSES`; the sky is `slots.BEYOND` metres away.

    Raises:
        ConfigError: a size or a field of view that cannot be drawn.
    """
    _, maps = _views(scene, size, 1, headings, fov_deg, mapped=True)
    return maps


def render_equirectangular(scene: Scene, width: int = 2048, samples: int = 4) -> Pixels:
    """The whole sphere: uint8 (width // 2, width, 3), as many threads as processors. Safe to call from many threads.

    Raises:
        ConfigError: a width or a number of samples that cannot be drawn.
    """
    panorama, _ = _sphere(scene, width, samples, mapped=False)
    return panorama


def render_maps(scene: Scene, width: int = 2048) -> Maps:
    """What the middles of a panorama's pixels show: metres, float32, and classes, uint8 (width // 2, width).

    As `render_view_maps`.

    Raises:
        ConfigError: a width that cannot be drawn.
    """
    _, maps = _sphere(scene, width, 1, mapped=True)
    return maps


def _views(
    scene: Scene, size: int, samples: int, headings: Sequence[float], fov_deg: float, mapped: bool
) -> tuple[Pixels, Maps]:
    _check(size, samples)
    return draw_views(lay_out(scene), size, samples, headings, fov_deg, mapped)


def draw_views(
    layout: Layout, size: int, samples: int, headings: Sequence[float] = HEADINGS, fov_deg: float = 90.0,
    mapped: bool = True,
) -> tuple[Pixels, Maps]:  # fmt: skip
    """Views of a scene that is laid out already, and the maps of the very same first rays.

    As `render_views` and `render_view_maps`; the maps hold nothing of use unless `mapped`.

    Raises:
        ConfigError: a size, a number of samples or a field of view that cannot be drawn.
    """
    _check(size, samples)
    if not 1.0 <= fov_deg <= 150.0:
        raise ConfigError(f"a view's field of view lies between 1 and 150 degrees, found {fov_deg}")
    if not all(isfinite(heading) for heading in headings):
        raise ConfigError(f"headings are degrees from north, found {list(headings)}")
    shape = (len(headings), size, size)
    views, maps = np.empty((*shape, 3), np.uint8), _empty_maps(shape)
    room = scratch(size)
    for k, heading in enumerate(headings):
        filled = (maps[0][k], maps[1][k]) if mapped else NO_MAPS
        draw_rows(layout, views[k], *filled, room, (0, size, 0, size), radians(heading), radians(fov_deg), samples)
    return views, maps


def _sphere(scene: Scene, width: int, samples: int, mapped: bool) -> tuple[Pixels, Maps]:
    _check(width, samples)
    layout: Layout = lay_out(scene, fine=width > FINE_FROM)
    shape = (width // 2, width)
    panorama, maps = np.empty((*shape, 3), np.uint8), _empty_maps(shape)
    filled = maps if mapped else NO_MAPS

    def draw(begin: int) -> None:
        box = (0, shape[0], begin, min(begin + COLUMNS_A_TASK, width))
        draw_rows(layout, panorama, *filled, scratch(shape[0]), box, 0.0, 0.0, samples)

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        list(pool.map(draw, range(0, width, COLUMNS_A_TASK)))
    return panorama, maps


def _empty_maps(shape: tuple[int, ...]) -> Maps:
    return np.empty(shape, np.float32), np.empty(shape, np.uint8)


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
    step: int = field(
        default=0, metadata={"help": "metres along the road, -120 … 120 in tens: the place seen from there"}
    )
    width: int = field(default=2048, metadata={"help": "pixels around the horizon"})
    samples: int = field(default=4, metadata={"help": "rays more where hard edges meet: 2 or 4; 1: none"})
    views: bool = field(default=False, metadata={"help": "four views (N, E, S, W) side by side in place of a panorama"})
    without: str = field(default="", metadata={"help": "families of clues to leave out, with commas: plants,signs"})
    depth: Path | None = field(
        default=None, metadata={"help": "also a 16-bit PNG of distances: metres = 10^(value / 10000) - 1; sky: 65535"}
    )
    classes: Path | None = field(default=None, metadata={"help": "also a palette PNG of what each pixel shows"})
    json: bool = field(default=False, metadata={"help": "end with one line of JSON: every clue of the scene"})

    def __post_init__(self) -> None:
        for path in (self.depth, self.classes):
            if path is not None and path.suffix.lower() != ".png":
                raise ConfigError(f"maps are PNG files, found {path}; a JPEG would blur their numbers.")


def main(config: RenderConfig) -> Path:
    """Render one place into files -> the picture's path.

    Raises:
        CoordinateError, ConfigError: a place, a moment, a size or a family that there is not.
        StorageError: a file that cannot be written.
    """
    scene = scene_of(config)
    mapped = config.depth is not None or config.classes is not None
    if config.views:
        side = max(config.width // 4, 8)
        picture = _beside(render_views(scene, side, config.samples))
        depth, classes = render_view_maps(scene, side) if mapped else NO_MAPS
        maps = (_beside(depth), _beside(classes)) if mapped else NO_MAPS
    else:
        picture = render_equirectangular(scene, config.width, config.samples)
        maps = render_maps(scene, config.width) if mapped else NO_MAPS
    write(picture, config.out)
    if config.depth is not None:
        write_depth(maps[0], config.depth)
    if config.classes is not None:
        write_classes(maps[1], config.classes)
    return config.out


def scene_of(config: RenderConfig) -> Scene:
    """The scene that a command asks for."""
    from world.clues import build_scene

    without = tuple(name.strip() for name in config.without.split(",") if name.strip())
    return build_scene(config.lat, config.lng, config.month, config.hour, config.seed, without, config.step)


def _command(config: RenderConfig) -> None:
    from world.warm_up import ready

    ready()
    print(main(config))
    if config.json:
        print(json.dumps(scene_of(config).as_dict(), ensure_ascii=False, allow_nan=False))


def _beside(views: NDArray[Any]) -> NDArray[Any]:
    """Views (V, H, W, …) side by side."""
    return np.concatenate(list(views), axis=1)


if __name__ == "__main__":
    _parser = parser_for(RenderConfig, "python -m world.render", __doc__ or "")
    run(lambda: _command(read(_parser, RenderConfig)))
