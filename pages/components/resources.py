"""Everything that is opened once and shared by all pages and visitors: every st.cache_* of the project stands here.

Knows no page. Callers go through the module (`resources.scorebook()`), so that a test can put a fake in its place.
"""

import json
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from arena.scorebook import Scorebook
from model.errors import ArtifactError
from model.geo.atlas import Atlas
from model.geolocator import Geolocator, default_checkpoint
from world import WORLD_VERSION
from world.clues import build_scene
from world.pictures import encode
from world.places import sample_places
from world.render import render_equirectangular, render_views

THUMBNAIL_PX = 360  # twice the size it is shown at, for sharp screens
PANORAMA_PX = 2048
HEX_DEG = 0.8  # spacing of the honeycomb over land: finer than most cells, and still a light page


@st.cache_resource(show_spinner="Waking the pigeon …")
def geolocator() -> Geolocator:
    """The shipped checkpoint, loaded once for pages, game and API.

    Raises:
        ArtifactError: no checkpoint, or one that is foreign or edited.
    """
    return Geolocator.load()


def other_world() -> str:
    """Why the shipped checkpoint cannot guess on the simulated Earth as it is drawn now; empty when it can.

    Raises:
        ArtifactError: no checkpoint, or one that is foreign or edited.
    """
    try:
        geolocator().require_world(WORLD_VERSION)
    except ArtifactError as error:
        return str(error)
    return ""


def metrics() -> dict[str, Any]:
    """What the shipped checkpoint measured (metrics.json of `python -m model.evaluate`).

    Raises:
        ArtifactError: not measured, or not readable.
    """
    path = default_checkpoint() / "metrics.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(
            f"looked for the checkpoint's figures in {path.name}, found none that can be read; run `make reproduce`."
        ) from error
    if (
        not isinstance(found, dict)
        or not {"n", "country_accuracy", "median_km", "mean_score", "within_km"} <= found.keys()
    ):
        raise ArtifactError(f"{path.name} of the checkpoint lacks figures; measure it again with `make reproduce`.")
    return found


@st.cache_resource(show_spinner="Unrolling the atlas …")
def atlas() -> Atlas:
    """The atlas of the Earth."""
    return Atlas.open()


@st.cache_resource(show_spinner=False)
def scorebook() -> Scorebook:
    """The store of all games.

    Raises:
        StorageError: locked, read-only or damaged.
    """
    return Scorebook.open()


@st.cache_resource(show_spinner=False, max_entries=50)
def places(count: int, seed: int) -> pd.DataFrame:
    """Places of the game's own split, which no training stage has seen: id, lat, lng, month, hour, seed."""
    return sample_places(count, seed=seed, split="game")


@st.cache_resource(show_spinner=False, max_entries=300)
def thumbnail(lat: float, lng: float, month: int, hour: float, seed: int) -> bytes:
    """A small picture of a place, looking along the first heading, as JPEG."""
    scene = build_scene(lat, lng, month, hour, seed)
    return _jpeg(render_views(scene, size=THUMBNAIL_PX, samples=2, headings=(0,))[0])


@st.cache_resource(show_spinner="Drawing the place …", max_entries=40)
def panorama(lat: float, lng: float, month: int, hour: float, seed: int) -> bytes:
    """The 360° panorama of a place on the simulated Earth, as JPEG."""
    return _jpeg(render_equirectangular(build_scene(lat, lng, month, hour, seed), width=PANORAMA_PX))


@st.cache_resource(show_spinner=False)
def honeycomb() -> np.ndarray:
    """Points (H, 2) spread evenly over land, to paint probabilities on."""
    rows = []
    for number, lat in enumerate(np.arange(-56.0, 79.0, HEX_DEG * 0.866)):
        step = HEX_DEG / np.cos(np.radians(lat))
        lngs = np.arange(-180.0 + step * (number % 2) / 2.0, 180.0, step)
        rows.append(np.stack([np.full_like(lngs, lat), lngs], axis=-1))
    points = np.concatenate(rows)
    return points[np.asarray(atlas().is_land(points), bool)]


@st.cache_resource(show_spinner=False)
def honeycomb_cells() -> np.ndarray:
    """The geocell of every point of the honeycomb, (H,)."""
    return geolocator().geocells.assign(honeycomb())


def _jpeg(pixels: np.ndarray) -> bytes:
    return encode(pixels, ".jpg", quality=90)
