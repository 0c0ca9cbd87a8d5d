"""Gets the model and the renderer ready in the background while the first visitor reads, and says how far it is.

Started once by the app (`lifespan`); HOMING_WARM_UP=0 leaves it away, and then the first answer pays for everything.
Two threads, one for each of two cores. A part that fails is left to whoever needs it next: the error is shown there.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import streamlit as st
from PIL import Image

from pages.components import resources, samples
from world.draw.compiled import is_compiled
from world.warm_up import compile_all

LOG = logging.getLogger("homing.pages")
VARIABLE = "HOMING_WARM_UP"
POLL_S = 0.15
RENDERER, MODEL = "renderer", "model"
COMPILING = "Compiling the renderer, once (about a minute)"


@dataclass
class Part:
    """Something that takes seconds to get ready: its steps in order, each a sentence and the work."""

    steps: Sequence[tuple[str, Callable[[], object]]]
    done: int = 0
    over: bool = False  # ready, or failed
    began: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Do the steps; the first that fails ends the part."""
        try:
            for _, work in self.steps:
                self.began = time.monotonic()
                work()
                self.done += 1
        except Exception as error:  # shown to whoever needs the part next; this thread has nobody to tell
            LOG.warning("the warm-up stopped at '%s': %s", self.doing(), error)
        finally:
            self.over = True

    def doing(self) -> str:
        """What is being done now."""
        return self.steps[min(self.done, len(self.steps) - 1)][0]


_parts: dict[str, Part] = {}
_starting = threading.Lock()


@contextlib.asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Start the warm-up with the app."""
    if os.environ.get(VARIABLE, "1") != "0":
        start()
    yield


def start() -> None:
    """Begin, once for the process."""
    with _starting:
        if _parts:
            return
        renderer = "Loading the renderer" if is_compiled() else COMPILING
        _parts[MODEL] = Part(
            (
                ("Waking the model", resources.geolocator),
                ("Waking the model: a first look", _first_look),
                ("Laying out the map", resources.honeycomb_cells),
            )
        )
        _parts[RENDERER] = Part(((renderer, compile_all), ("Drawing the first places", _first_places)))
        for name, part in _parts.items():
            threading.Thread(target=part.run, name=f"warm-up-{name}", daemon=True).start()


def wait(*names: str) -> None:
    """Hold the page until these parts are ready (all, if none is named), and say what it waits for."""
    parts = [part for name, part in _parts.items() if not names or name in names]
    if all(part.over for part in parts):
        return
    place = st.empty()
    while not all(part.over for part in parts):
        share = sum(part.done for part in parts) / sum(len(part.steps) for part in parts)
        place.progress(share, told(parts, time.monotonic()))
        time.sleep(POLL_S)
    place.empty()


def told(parts: Sequence[Part], now: float) -> str:
    """What is being waited for, as one line: "Waking the model … 3 s · Drawing the first places … 1 s"."""
    return " · ".join(f"{part.doing()} … {now - part.began:.0f} s" for part in parts if not part.over)


def _first_look() -> None:
    """Two guesses on a grey picture: the first calls of torch are slow, and one of each number of views."""
    model = resources.geolocator()
    for count in (1, 4):
        model.locate([Image.new("RGB", (128, 128), "grey")] * count, model.world_version)


def _first_places() -> None:
    """The pictures that the first page shows, and the panorama behind its button."""
    offered = samples.first_offered()
    resources.panorama(*offered[0].recipe)
    for sample in offered:
        resources.thumbnail(*sample.recipe)
