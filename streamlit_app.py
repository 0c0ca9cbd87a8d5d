"""One process, one command: the dashboard, the game under /arena and the API under /api/v1. Wiring only.

    streamlit run streamlit_app.py

The geolocator is loaded in the background at the start (pages/components/warm_up.py) and then shared by all three; the
game itself knows no model, it is handed an opponent.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from PIL import Image
from starlette.routing import Mount

from api import create_api
from arena.routes import routes
from pages.components import notices, resources, warm_up

DASHBOARD = Path(__file__).parent / "pages" / "dashboard.py"


def play_round(pictures: Sequence[Image.Image]) -> tuple[float, float]:
    """The model as an opponent in the game: one 2:1 panorama -> (lat, lng)."""
    guess = resources.geolocator().locate(list(pictures))
    return guess.lat, guess.lng


def locate(images: Sequence[bytes]) -> Any:
    """The model behind the API: the bytes of 1 photo, 4 views or 1 panorama -> Guess."""
    return resources.geolocator().locate(list(images))


def describe() -> dict[str, Any]:
    """Which checkpoint answers, the version of the simulated Earth it was trained on, and what it refuses for that."""
    model = resources.geolocator()
    return {
        "checkpoint": model.folder.name,
        "world_version": model.world_version,
        "note": resources.other_world() or None,
    }


app = st.App(
    DASHBOARD,
    routes=[Mount("/api/v1", app=create_api(locate, describe)), *routes(opponent=play_round)],
    on_script_error=notices.explain,
    lifespan=warm_up.lifespan,
)
