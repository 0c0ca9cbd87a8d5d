"""Gets the model and the renderer ready in the background while the first visitor reads, and says how far it is.

Started once by the app (`lifespan`); HOMING_WARM_UP=0 leaves it away, and then the first answer pays for everything.
Two threads, one for each of two cores; what has to be compiled is compiled by processes of their own, so that a page
never waits for a compiler's lock. A part that fails is left to whoever needs it next: the error is shown there.
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

from model.errors import StorageError
from pages.components import resources, samples
from world.draw.compiled import is_compiled
from world.warm_up import prepare

NO_SESSION = logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context")
LOG = logging.getLogger("homing.pages")
VARIABLE = "HOMING_WARM_UP"
POLL_S = 0.15
RENDERER, MODEL = "renderer", "model"
COMPILING = "Preparing the renderer, once (about 20 s)"
LOADING = "Loading the renderer"


@dataclass
class Part:
    """Something that takes seconds to get ready: its steps in order, each a sentence and the work."""

    steps: Sequence[tuple[str, Callable[[], object]]]
    done: int = 0
    within: float = 0.0  # of the step that is being done
    words: str = ""  # what the step itself says
    over: bool = False  # ready, or failed
    began: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Do the steps; the first that fails ends the part."""
        try:
            for _, work in self.steps:
                self.began, self.within, self.words = time.monotonic(), 0.0, ""
                work()
                self.done, self.within = self.done + 1, 0.0
        except Exception as error:  # shown to whoever needs the part next; this thread has nobody to tell
            LOG.warning("the warm-up stopped at '%s': %s", self.doing(), error)
        finally:
            self.over = True

    def tell(self, words: str, share: float) -> None:
        """What the step that is being done says of itself, and how much of it is done, 0 … 1."""
        self.words, self.within = words, share

    def doing(self) -> str:
        """What is being done now."""
        step = self.steps[min(self.done, len(self.steps) - 1)][0]
        return f"{step}: {self.words}" if self.words else step

    def share(self) -> float:
        """How much is done, 0 … 1."""
        return min(1.0, (self.done + self.within) / len(self.steps))


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
        if not _parts:
            NO_SESSION.setLevel(logging.ERROR)  # nobody's session is warmed up, so that every cache would warn of none
            _begin(
                MODEL,
                ("Waking the model", resources.geolocator),
                ("Waking the model: a first look", _first_look),
                ("Laying out the map", resources.honeycomb_cells),
            )
            _begin_renderer(("Drawing the first places", _first_places))


def _begin(name: str, *steps: tuple[str, Callable[[], object]]) -> None:
    part = _parts[name] = Part(steps)
    threading.Thread(target=part.run, name=f"warm-up-{name}", daemon=True).start()


def _begin_renderer(*more: tuple[str, Callable[[], object]]) -> None:
    _begin(RENDERER, (LOADING if is_compiled() else COMPILING, _renderer), *more)


def _renderer() -> None:
    try:
        prepare(_parts[RENDERER].tell)
    except StorageError as error:  # the first picture compiles what it needs
        LOG.warning("the renderer could not be prepared: %s", error)


def wait(*names: str) -> None:
    """Hold the page until these parts are ready (all, if none is named), and say what it waits for."""
    parts = [part for name, part in _parts.items() if not names or name in names]
    _hold(parts, lambda part: part.over)


def wait_for_renderer() -> None:
    """Hold the page until a picture can be drawn without compiling; begun here where nobody has."""
    with _starting:
        if RENDERER not in _parts and not is_compiled():
            _begin_renderer()
    if RENDERER in _parts:
        _hold([_parts[RENDERER]], lambda part: part.over or part.done > 0)


def _hold(parts: Sequence[Part], is_ready: Callable[[Part], bool]) -> None:
    if all(is_ready(part) for part in parts):
        return
    place = st.empty()
    while not all(is_ready(part) for part in parts):
        place.progress(sum(part.share() for part in parts) / len(parts), told(parts, time.monotonic()))
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
