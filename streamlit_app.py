"""One process, one command: the dashboard, the game under /arena and the API under /api/v1. Wiring only.

    streamlit run streamlit_app.py

The geolocator is loaded in the background at the start (pages/components/warm_up.py) and then shared by all three; the
game itself knows no model, it is handed an opponent.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from PIL import Image
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from api import Keys, Together, create_api
from arena.guard import Guard, calls, cors_origins, whose
from arena.routes import routes
from model.errors import HomingError
from pages.components import access, for_programs, notices, resources, visitor, warm_up

DASHBOARD = Path(__file__).parent / "pages" / "dashboard.py"


def play_round(pictures: Sequence[Image.Image]) -> tuple[float, float]:
    """The model as an opponent in the game: one 2:1 panorama -> (lat, lng)."""
    guess = resources.geolocator().locate(list(pictures))
    return guess.lat, guess.lng


def describe() -> dict[str, Any]:
    """Which checkpoint answers, the version of the simulated Earth it was trained on, and what it refuses for that."""
    model = resources.geolocator()
    return {
        "checkpoint": model.folder.name,
        "world_version": model.world_version,
        "note": resources.other_world() or None,
        "predictors": resources.systems_here(),
    }


def door_for_programs() -> Any:
    """The API: the model, the book, and who may ask."""
    return create_api(
        Together(for_programs.prepare, for_programs.answer, begin=for_programs.wake),
        describe,
        rounds=for_programs.rounds,
        record=for_programs.record,
        counts=for_programs.counts,
        keys=Keys.of_environment(),
        wait_s=calls(),
        whose=whose,
        may_record=lambda: not access.needed(),
        origins=cors_origins(),
    )


def bound() -> str | None:
    """The address that the server listens on, once its settings are read; None is every network."""
    address: str | None = st.get_option("server.address")
    return address


def under(base: str, served: Sequence[BaseRoute]) -> list[BaseRoute]:
    """The same routes below `server.baseUrlPath`, where a proxy and Streamlit's own pages look for them."""
    found: list[BaseRoute] = []
    for one in served:
        if isinstance(one, Mount):
            found.append(Mount(base + one.path, app=one.app))
        elif isinstance(one, WebSocketRoute):
            found.append(WebSocketRoute(base + one.path, one.endpoint))
        elif isinstance(one, Route):
            found.append(Route(base + one.path, one.endpoint, methods=list(one.methods or ())))
    return found


def front_doors() -> list[BaseRoute]:
    """The API and the game, at the root and, where there is one, below the base path."""
    served = [
        Route("/api/v1", lambda request: RedirectResponse(f"{request.url.path}/docs")),
        Mount("/api/v1", app=door_for_programs()),
        *routes(opponent=play_round),
    ]
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return served + (under(f"/{base}", served) if base else [])


try:
    doors, origins = front_doors(), cors_origins()
except HomingError as error:  # a setting that cannot be: nobody is let in by a guess at what was meant
    sys.exit(f"Homing does not start: {error}")
access.announce()
app = st.App(
    DASHBOARD,
    routes=doors,
    middleware=[Middleware(Guard, bound=bound, origins=origins), Middleware(visitor.Greeter)],
    on_script_error=notices.explain,
    lifespan=warm_up.lifespan,
)
