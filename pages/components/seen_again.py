"""The pictures of a place that was measured: its own files where they are at hand, else the place drawn anew.

Knows tables of predictions and the world's drawing. Names of files come from a table, so none may lead out of its
folder.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image

from model.artifacts import fingerprint
from model.errors import HomingError
from model.geo.distance import haversine_km
from model.geo.folders import repository_dir
from model.geolocator import look_at
from pages.components import pictures, resources
from pages.components.runs import Run
from world import WORLD_VERSION

VIEW_PX = 320
SAME_PLACE_KM = 0.05
Recipe = tuple[float, float, int, float, int]


def folder_of(run: Run) -> Path | None:
    """Where the pictures lie that a run was measured on: the folder of data/ whose manifest has its fingerprint."""
    try:
        wanted = json.loads((run.folder / "evaluate.record.json").read_text(encoding="utf-8"))["inputs"]["manifest"]
        tables = sorted((repository_dir() / "data").glob("*/manifest.parquet"))
        return next((path.parent for path in tables if fingerprint(path) == wanted), None)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, HomingError):
        return None


def recipe_of(row: dict[str, Any], version: int | None) -> Recipe | None:
    """What a simulated place was drawn from, by its own columns or by a table in data/; None where nobody knows."""
    if version != WORLD_VERSION:
        return None
    lat, lng = float(row["truth_lat"]), float(row["truth_lng"])
    told = [row.get(name) for name in ("month", "hour", "seed")]
    if all(isinstance(value, float | int) and np.isfinite(value) for value in told):
        month, hour, seed = told
        if 1 <= month <= 12 and 0.0 <= hour <= 24.0 and 0 <= seed < 2**53:  # a float holds no more whole numbers
            return lat, lng, int(month), float(hour), int(seed)
    near = [known for known in resources.recipes().get(str(row["id"]), ())
            if float(haversine_km(known[:2], (lat, lng))) <= SAME_PLACE_KM]  # fmt: skip
    return near[0] if near else None


def files_of(row: dict[str, Any], folder: Path | None) -> list[Path]:
    """The files of a place, if all are there and lie within the folder."""
    names = [str(row[name]) for name in ("image", "image_0", "image_1", "image_2", "image_3") if row.get(name)]
    if folder is None or not names:
        return []
    root = folder.resolve()
    paths = [(root / name).resolve() for name in names]
    return paths if all(path.is_relative_to(root) and path.is_file() for path in paths) else []


def show(row: dict[str, Any], folder: Path | None, version: int | None, alt: str) -> str:
    """Show the pictures of a place -> what they are, in words; "" where there are none."""
    if files := files_of(row, folder):
        try:
            views = look_at([str(path) for path in files], VIEW_PX, version, samples=1).views
        except HomingError:
            views = []
        if views:
            strip = pictures.joined(views) if len(views) == 4 else _photo(views[0])
            st.image(strip, width="stretch" if len(views) == 4 else "content", alt=alt)
            return "the files that were measured"
    if (recipe := recipe_of(row, version)) is not None:
        st.image(resources.four_views(*recipe), width="stretch", alt=alt)
        return "drawn again from its recipe"
    return ""


def _photo(view: Image.Image) -> Image.Image:
    photo = view.copy()
    photo.thumbnail((VIEW_PX * 2, VIEW_PX))
    return photo
