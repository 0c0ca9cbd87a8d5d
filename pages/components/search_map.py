"""Where to search: the smallest area that holds the place with a chance of one's own choice, as a heat map.

The area is exact to 1/30 of a degree; what is drawn of it is a picture of some hundred pixels. Knows the geolocator's
door; asks it when the box is opened.
"""

import base64
import hashlib
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pydeck as pdk
import streamlit as st
from PIL import Image

from model.geo.distance import cap_radius_km
from pages.components import maps, notices, resources, words
from pages.components.identity import MODEL, TRUTH
from pages.components.samples import Sample

if TYPE_CHECKING:
    from model.geolocator import Guess, SearchMap

CHANCES = (5, 99, 80)  # percent: least, most, and at first
SIDE_PX = 900  # of the picture, at most
FINEST_DEG = 1.0 / 30.0  # of a pixel: the grid's own
MERCATOR_LAT = 84.9  # a map of the web ends there
FAINT, STRONG = 110, 235  # of 255
WIDE_DEG = 150.0  # what is wider does not fit into a first view
AROUND_DEG = 20.0
ATTRIBUTES = {"density": "how many people live there", "land_cover": "what covers the ground"}


def show(guess: "Guess", files: Sequence[bytes], sample: Sample | None, system: str) -> None:
    """A closed box that opens to the map."""
    box = st.expander("Where to search", icon=":material/travel_explore:", key="search", on_change="rerun")
    if not box.open:
        return
    with box, notices.spoken():
        digest = hashlib.sha256(b"".join(hashlib.sha256(file).digest() for file in files)).hexdigest()
        with st.spinner("Weighing every spot of the Earth … (the first time this takes a minute)"):
            found: SearchMap = resources.computed(
                ("search", digest, system), lambda: resources.system(system).search_map(list(files))
            )
        least, most, first = CHANCES
        chance = st.slider(
            "Smallest area that holds the truth with probability", least, most, first, format="%d %%", key="search-p"
        )
        _figures(found, chance / 100.0, guess, sample)
        _map(found, chance / 100.0, guess, sample)
        st.caption(meaning(found, guess.out_of_distribution))
        if not found.attributes:
            st.info(
                "Nothing reads the ground beside this checkpoint yet, so the map shows the system's own scores, spread "
                "over its regions. Train the heads with `python -m model.train_attributes`, and they sharpen it.",
                icon=":material/landscape:",
            )


def meaning(found: "SearchMap", strange: bool) -> str:
    """What the probability means here, and what the map was made of."""
    made_of = " × ".join(["the scores of the regions", *(ATTRIBUTES.get(name, name) for name in found.attributes)])
    text = f"Made of {made_of}; likeliest ground first, by area. "
    if strange:
        return text + "The probability is the model's own word: nothing was ever measured on pictures of this kind."
    if not found.levels:
        return text + "The probability is the model's own word: how often it holds was not measured."
    return text + (f"The probability is measured: of {len(found.levels):,} validation places, that share lay within.")


def _figures(found: "SearchMap", chance: float, guess: "Guess", sample: Sample | None) -> None:
    area = found.smallest(chance)
    with st.container(horizontal=True):
        st.metric("Area", words.area(area.area_km2), border=True)
        st.metric("Of all land", words.small_share(area.land_share), border=True,
                  help="Its size beside all land; parts of it may lie at sea.")  # fmt: skip
        st.metric("As a circle: radius", words.distance(float(cap_radius_km(area.area_km2))), border=True,
                  help="The radius of a circle of this area; the area itself may be in many pieces.")  # fmt: skip
    if sample is not None:
        inside = bool(area.atoms[found.atoms.at([(sample.lat, sample.lng)])[0]])
        if inside:
            st.success("The truth lies within.", icon=":material/flag:")
        else:
            st.warning("The truth lies outside.", icon=":material/flag:")


def _map(found: "SearchMap", chance: float, guess: "Guess", sample: Sample | None) -> None:
    area = found.smallest(chance)
    west, south, east, north = found.edges(area)
    south, north = max(south, -MERCATOR_LAT), min(north, MERCATOR_LAT)
    mine = pd.DataFrame([{"lat": guess.lat, "lng": guess.lng, "tip": "<b>The guess</b>"}])
    layers = [_picture(found, chance, (west, south, east, north)), maps.pins(mine, MODEL, 8, name="guess")]
    legend = [("guess, and the area: the deeper, the likelier", MODEL)]
    points = [(guess.lat, guess.lng)]
    if sample is not None:
        truth = pd.DataFrame([{"lat": sample.lat, "lng": sample.lng, "tip": "<b>The truth</b>"}])
        layers.append(maps.pins(truth, TRUTH, 8, name="truth"))
        legend.append(("truth", TRUTH))
        points.append((sample.lat, sample.lng))
    maps.show(layers, maps.view_of([*_core(found, chance, guess), *points]), key="search-map", height=420, named=points,
              alt="Map of the smallest area that holds the place with the chosen probability")  # fmt: skip
    maps.legend(legend)


def _core(found: "SearchMap", chance: float, guess: "Guess") -> list[tuple[float, float]]:
    """Corners of what the first view must hold: the likelier half; or, where that lies all over, what is around."""
    west, south, east, north = found.edges(found.smallest(chance / 2.0))
    if east - west > WIDE_DEG:
        west, east = guess.lng - AROUND_DEG, guess.lng + AROUND_DEG
        south, north = guess.lat - AROUND_DEG, guess.lat + AROUND_DEG
    south, north = max(south, -MERCATOR_LAT), min(north, MERCATOR_LAT)
    return [(south, _turned(west)), (north, _turned(east))]


def _picture(found: "SearchMap", chance: float, edges: tuple[float, float, float, float]) -> pdk.Layer:
    """The area as a picture that lies on the map; empty where the area lies beyond the map's own ends."""
    west, south, east, north = edges
    south, north = min(south, north - FINEST_DEG), max(north, south + FINEST_DEG)
    wide = int(np.clip(math.ceil((east - west) / FINEST_DEG), 1, SIDE_PX))
    tall = int(np.clip(math.ceil((north - south) / FINEST_DEG), 1, SIDE_PX))
    shade = found.picture(found.smallest(chance), (west, south, east, north), (tall, wide))
    pixels = np.empty((tall, wide, 4), np.uint8)
    pixels[..., :3] = MODEL
    pixels[..., 3] = np.where(shade > 0, FAINT + (STRONG - FAINT) * (shade / 255.0), 0)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", optimize=True)
    address = f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    return pdk.Layer("BitmapLayer", id="area", image=pdk.types.String(address, quote_type=""), pickable=False,
                     bounds=[west, south, east, north])  # fmt: skip


def _turned(lng: float) -> float:
    return (lng + 180.0) % 360.0 - 180.0
