"""Everything that is opened once and shared by all pages and visitors: every st.cache_* of the project stands here.

Knows no page. Callers go through the module (`resources.scorebook()`), so that a test can put a fake in its place.
"""

import io
import json
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st
from PIL import Image

from arena.rating import Ladder
from arena.scorebook import Scorebook
from model.errors import ArtifactError, ConfigError
from model.geo.atlas import Atlas
from model.geo.folders import repository_dir
from model.geolocator import (
    CATALOGUE,
    DEFAULT,
    SYSTEMS,
    Download,
    Geocells,
    Geolocator,
    Published,
    default_checkpoint,
    for_photos,
    is_here,
)
from world import WORLD_VERSION
from world.clues import build_scene
from world.draw.pictures import CLASS_COLOURS, encode
from world.draw.slots import BEYOND
from world.earth.cities import famous_cities
from world.earth.places import sample_places
from world.render import render_equirectangular, render_maps, render_views
from world.scene import Scene
from world.warm_up import before_drawing

T = TypeVar("T")

FOR_PHOTOS = "photos:"  # before the name of a system that answers photos, while the default answers all else

THUMBNAIL_PX = 360  # twice the size it is shown at, for sharp screens
PANORAMA_PX = 2048
MAPS_PX = 1024
VIEW_PX = 300  # of four views beside each other
HEX_DEG = 0.8  # spacing of the honeycomb over land: finer than most cells, and still a light page
PATCH_DEG = 2.0  # spacing of the places one can click
VISIBLY = 22.0  # of 255: above what JPEG does to a pixel
DISTANCE_RAMPS = ((38, 70, 196, 252), (32, 62, 110, 236), (74, 110, 78, 190))  # red, green, blue, from far to near


@st.cache_resource(show_spinner="Waking the model …")
def geolocator() -> Geolocator:
    """The shipped checkpoint, loaded once for pages, game and API.

    Raises:
        ArtifactError: no checkpoint, or one that is foreign or edited.
    """
    return Geolocator.load()


def system(name: str) -> Geolocator:
    """A system by its name, opened when it is first asked for; the default one is `geolocator`.

    "photos:NAME" is the default one, but NAME answers single photos that nobody drew.

    Raises:
        ConfigError: an unknown name.
        ArtifactError: it cannot be opened.
    """
    return geolocator() if name == DEFAULT else _another(name)


def named_system(name: str) -> Geolocator:
    """As `system`, of a name that a program gave: what pages call a pair among themselves is none.

    Raises:
        ConfigError: no system is called so, or it was not fetched or trained on this machine.
        ArtifactError: as `system`.
    """
    if name in SYSTEMS and is_here(name):
        return system(name)
    # A visitor's request must not begin a download that the owner was never asked about.
    cure = ""
    if name in CATALOGUE:
        cure = f"; the owner of this server gets '{name}' with `python -m model.get {name}`"
    elif name in SYSTEMS:
        cure = (
            f"; '{name}' is trained first, and asked with `python -m model.locate --predictor {name} --checkpoint RUN`"
        )
    raise ConfigError(f"looked for the predictor '{name:.40}' on this machine, found {', '.join(systems_here())}; "
                      f"take one of those{cure}.")  # fmt: skip


def systems_here() -> list[str]:
    """The names of all systems that can be asked on this machine, the default one first."""
    return [name for name in SYSTEMS if is_here(name)]


@st.cache_resource(show_spinner="Waking the system …", max_entries=4)
def _another(name: str) -> Geolocator:
    if name.startswith(FOR_PHOTOS):
        return geolocator().with_photos(name.removeprefix(FOR_PHOTOS))
    return Geolocator.load(predictor=name)


@st.cache_resource(show_spinner=False)
def downloads() -> dict[str, Download]:
    """The last download of each published system, by name; they belong to the app, not to a visitor."""
    return {}


def download(one: Published) -> Download:
    """Begin to fetch a published system, which answers photos when it is there; one at a time of each."""
    known = downloads()
    if one.name not in known or not known[one.name].running:
        known[one.name] = Download(one, lambda: for_photos.choose(one.name))
    return known[one.name]


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
    before_drawing()
    scene = build_scene(lat, lng, month, hour, seed)
    return _jpeg(render_views(scene, size=THUMBNAIL_PX, samples=2, headings=(0,))[0])


@st.cache_resource(show_spinner=False, max_entries=300)
def scene(
    lat: float, lng: float, month: int, hour: float, seed: int, without: tuple[str, ...] = (), step_m: int = 0
) -> Scene:
    """Every clue of a place and a moment, perhaps without some families or seen from some metres along the road."""
    return build_scene(lat, lng, month, hour, seed, without, step_m)


@st.cache_resource(show_spinner="Drawing the place …", max_entries=40)
def panorama(
    lat: float, lng: float, month: int, hour: float, seed: int, without: tuple[str, ...] = (), step_m: int = 0
) -> bytes:
    """The 360° panorama of a place on the simulated Earth, as JPEG."""
    before_drawing()
    return _jpeg(render_equirectangular(scene(lat, lng, month, hour, seed, without, step_m), width=PANORAMA_PX))


@st.cache_resource(show_spinner=False, max_entries=40)
def changed(
    lat: float, lng: float, month: int, hour: float, seed: int, without: tuple[str, ...], step_m: int = 0
) -> bytes:
    """The panorama in grey, and in colour where it is another without these families, as JPEG."""
    full, bare = (
        np.asarray(Image.open(io.BytesIO(panorama(lat, lng, month, hour, seed, names, step_m)))).astype(np.float32)
        for names in ((), without)
    )
    grey = 0.35 * full.mean(axis=2, keepdims=True) + 0.55 * 255.0
    other = np.abs(full - bare).max(axis=2, keepdims=True) > VISIBLY
    return _jpeg(np.where(other, full, grey).astype(np.uint8))


@st.cache_resource(show_spinner=False, max_entries=40)
def world_maps(
    lat: float, lng: float, month: int, hour: float, seed: int, without: tuple[str, ...] = (), step_m: int = 0
) -> tuple[bytes, bytes]:
    """What a panorama's pixels show, painted: distances (bright is near, the sky black), and classes."""
    before_drawing()
    metres, classes = render_maps(scene(lat, lng, month, hour, seed, without, step_m), width=MAPS_PX)
    nearness = np.clip(1.0 - (np.log10(1.0 + metres) - 0.4) / 4.6, 0.06, 1.0)
    shades = np.stack([np.interp(nearness, (0.0, 0.3, 0.65, 1.0), ramp) for ramp in DISTANCE_RAMPS], axis=-1)
    shades[metres >= BEYOND] = 0.0
    painted = np.array(CLASS_COLOURS, np.uint8)[classes]
    return _jpeg(shades.astype(np.uint8)), encode(painted, ".png")


@st.cache_resource(show_spinner=False)
def cities() -> pd.DataFrame:
    """Famous cities by name: name, country, lat, lng."""
    return famous_cities().sort_values("name", ignore_index=True)


@st.cache_resource(show_spinner=False)
def honeycomb() -> np.ndarray:
    """Points (H, 2) spread evenly over land, to paint probabilities on."""
    return _over_land(HEX_DEG)


@st.cache_resource(show_spinner=False)
def patches() -> np.ndarray:
    """Points (H, 2) spread evenly and widely over land, to be clicked on."""
    return _over_land(PATCH_DEG)


def _over_land(spacing_deg: float) -> np.ndarray:
    rows = []
    for number, lat in enumerate(np.arange(-56.0, 79.0, spacing_deg * 0.866)):
        step = spacing_deg / np.cos(np.radians(lat))
        lngs = np.arange(-180.0 + step * (number % 2) / 2.0, 180.0, step)
        rows.append(np.stack([np.full_like(lngs, lat), lngs], axis=-1))
    points = np.concatenate(rows)
    return points[np.asarray(atlas().is_land(points), bool)]


def honeycomb_cells(regions: Geocells | None = None) -> np.ndarray:
    """The region of every point of the honeycomb, (H,): of the system that made a guess, or of the shipped one."""
    cells = regions if regions is not None else geolocator().regions
    return _honeycomb_cells(cells.fingerprint, cells)


@st.cache_resource(show_spinner=False, max_entries=8)
def _honeycomb_cells(fingerprint: str, _regions: Geocells) -> np.ndarray:
    return _regions.assign(honeycomb())


@st.cache_resource(show_spinner=False)
def recipes() -> dict[str, list[tuple[float, float, int, float, int]]]:
    """What places of the simulated Earth were drawn from, by their id, as far as tables of them lie in data/."""
    found: dict[str, list[tuple[float, float, int, float, int]]] = {}
    columns = ["id", "lat", "lng", "month", "hour", "seed"]
    for path in sorted((repository_dir() / "data").glob("*/manifest.parquet")):
        try:
            table = pd.read_parquet(path, columns=columns)
            rows = list(zip(table["lat"].astype(float), table["lng"].astype(float), table["month"].astype(int),
                            table["hour"].astype(float), table["seed"].astype(int), strict=True))  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError, OverflowError, pa.ArrowException):
            continue  # a table of photographs, or a broken one: its places are drawn plainly
        for name, row in zip(table["id"].astype(str), rows, strict=True):
            found.setdefault(name, []).append(row)
    return found


def _jpeg(pixels: np.ndarray) -> bytes:
    return encode(pixels, ".jpg", quality=90)


@st.cache_resource(show_spinner=False)
def _spots() -> dict[tuple[float, float], tuple[str, str]]:
    """Country and climate of positions that were asked for before: a guess stays where it is."""
    return {}


def countries_and_climates(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ISO-2 codes ("" at sea) and Köppen zones of points (N, 2), as two arrays (N,); only new points are looked up."""
    known = _spots()
    keys = [(float(lat), float(lng)) for lat, lng in points]
    new = list({key for key in keys if key not in known})
    if new:
        told = atlas().describe(np.array(new))
        known.update(zip(new, zip(told["country"], told["koppen"], strict=True), strict=True))
    rows = [known[key] for key in keys]
    return np.array([row[0] for row in rows], object), np.array([row[1] for row in rows], object)


@st.cache_resource(show_spinner=False, max_entries=100)
def computed(key: tuple[Hashable, ...], _make: Callable[[], T]) -> T:
    """What `_make` gives, kept under `key`: everything that it depends on. Shared by all visitors, so never changed."""
    return _make()


@st.cache_resource(show_spinner=False, max_entries=6)  # each holds every meeting
def ladder(modes: tuple[str, ...]) -> Ladder:
    """The ratings by these kinds of matches (none: all), which go on from where they stood at the last visit."""
    return Ladder()


@st.cache_resource(show_spinner=False, max_entries=60)
def four_views(lat: float, lng: float, month: int, hour: float, seed: int) -> bytes:
    """The views of a place to north, east, south and west, side by side, as JPEG."""
    before_drawing()
    views = render_views(build_scene(lat, lng, month, hour, seed), size=VIEW_PX, samples=2)
    return _jpeg(np.concatenate(list(views), axis=1))


@st.cache_resource(show_spinner=False)
def country_names() -> dict[str, str]:
    """ISO-2 -> the country's name."""
    return {str(code): str(name) for code, name in atlas().countries["name"].items()}
