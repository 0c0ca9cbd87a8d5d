"""The map, drawn by deck.gl over our own land and borders, with no tile server. Knows layers; knows no page.

The sea is the page's own background, so that one set of colours works by day and by night. Land and borders come from
the game's own route as GeoJSON that the browser keeps, and are not sent again with every picture. Names are chosen by
`place_names`; the browser lets none overlap another.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import numpy as np
import pandas as pd
import pydeck as pdk
import streamlit as st

from model.geo.distance import check_points, spherical_mean, to_unit, wrap_lng
from pages.components import place_names, resources
from pages.components.address import arena_url
from pages.components.identity import INKS, LAND, RGB, hex_of

TILE_PX = 512.0  # deck.gl: the world at zoom 0
SHOWN_PX = (340.0, 300.0)  # width and height that must hold the points: a phone's, so that any screen does
MARKS = ("ScatterplotLayer", "ArcLayer")  # what stands over the names; all else lies under them
MIN_ZOOM, MAX_ZOOM = 0.0, 5.5  # of a first view; closer would promise more than the model knows
CLOSEST = 9.0  # where the wheel stops: our borders are good to some kilometres
TOOLTIP = {
    "html": "{tip}",
    "style": {"background": "#2b2a33", "color": "#fbf7f0", "borderRadius": "8px", "fontSize": "13px", "padding": "6px"},
}  # fmt: skip


def earth() -> list[pdk.Layer]:
    """Land and borders."""
    url = arena_url("/api/outlines")
    land = pdk.Layer(
        "GeoJsonLayer", id="land", data=f"{url}/land", stroked=False, filled=True, pickable=False,
        get_fill_color=[*LAND, 78],
    )  # fmt: skip
    borders = pdk.Layer(
        "GeoJsonLayer", id="borders", data=f"{url}/borders", stroked=True, filled=False, pickable=False,
        get_line_color=[*LAND, 170], line_width_min_pixels=0.6, line_width_max_pixels=1.2, get_line_width=400,
    )  # fmt: skip
    return [land, borders]


def names(points: Sequence[Sequence[float]]) -> list[pdk.Layer]:
    """Countries and towns in the ink of the page, none over another; around the `points` (lat, lng) small towns too."""
    atlas = resources.atlas()
    ink, paper = INKS["dark" if st.context.theme.type == "dark" else "light"]
    chosen = (("towns", place_names.towns(atlas.towns, points), 12, 600, 215),
              ("countries", place_names.countries(atlas.countries), 13.5, 700, 255))  # fmt: skip
    return [
        pdk.Layer(
            "TextLayer", id=f"names-{kind}", get_position="[lng, lat]", get_text="name", get_size=size, pickable=False,
            data=[{"name": n.name, "lat": n.lat, "lng": n.lng, "weight": n.weight} for n in found],
            get_color=[*ink, alpha], outline_color=[*paper, 235], outline_width=2.4,
            font_settings={"sdf": True, "fontSize": 64, "buffer": 12, "radius": 20}, character_set="'auto'",
            font_family="'Source Sans, sans-serif'", font_weight=weight,
            # Whether a name shows is asked at its middle, of boxes: these are drawn, unseen, and tried twice as large.
            background=True, get_background_color=[*paper, 1], background_padding=[3, 1],
            extensions=[{"@@type": "CollisionFilterExtension"}], collision_group="'names'",
            get_collision_priority="weight", collision_test_props={"sizeScale": 2.2},
        )
        for kind, found, size, weight, alpha in chosen
    ]  # fmt: skip


def pins(frame: pd.DataFrame, colour: RGB, radius_px: float = 7.0, ring: bool = False, name: str = "pins") -> pdk.Layer:
    """Dots at `lat`, `lng`, with the column `tip` (HTML) under the pointer; a `ring` is hollow."""
    rows = frame[["lat", "lng", "tip"]].astype({"lat": float, "lng": float}).to_dict("records")
    return pdk.Layer(
        "ScatterplotLayer", id=name, data=rows, get_position="[lng, lat]", get_radius=1,
        radius_min_pixels=radius_px, radius_max_pixels=radius_px, pickable=True, stroked=True, filled=True,
        get_fill_color=[*colour, 40 if ring else 245], get_line_color=[*colour, 255] if ring else [255, 255, 255, 235],
        line_width_min_pixels=2 if ring else 1.6,
    )  # fmt: skip


def discs(frame: pd.DataFrame, name: str = "discs") -> pdk.Layer:
    """Discs at `lat`, `lng` of `radius_px`, filled with `colour` (four numbers), with `tip` under the pointer."""
    rows = frame[["lat", "lng", "radius_px", "colour", "tip"]].to_dict("records")
    return pdk.Layer(
        "ScatterplotLayer", id=name, data=rows, get_position="[lng, lat]", get_radius="radius_px",
        radius_units="'pixels'", pickable=True, stroked=True, filled=True, get_fill_color="colour",
        get_line_color=[255, 255, 255, 90], line_width_min_pixels=1,
    )  # fmt: skip


def lines(frame: pd.DataFrame, colour: RGB, name: str = "lines") -> pdk.Layer:
    """Great circles from `lat`, `lng` to `guess_lat`, `guess_lng`; safe across the antimeridian."""
    rows = frame[["lat", "lng", "guess_lat", "guess_lng"]].astype(float).assign(tip="").to_dict("records")
    return pdk.Layer(
        "ArcLayer", id=name, data=rows, get_source_position="[lng, lat]", get_target_position="[guess_lng, guess_lat]",
        get_source_color=[*colour, 210], get_target_color=[*colour, 210], get_width=2, get_height=0, great_circle=True,
        pickable=False,
    )  # fmt: skip


def heat(
    points: np.ndarray, probabilities: np.ndarray, colour: RGB, radius_m: float, name: str = "heat", told: bool = True
) -> pdk.Layer:
    """Hexagons (H, 2) that deepen with their cell's probability (H,); the deepest is the likeliest cell.

    Figures are `told` under the pointer where they mean something.
    """
    strength = np.sqrt(probabilities / max(float(probabilities.max(initial=0.0)), 1e-12))
    rows = [
        {"lat": round(float(lat), 3), "lng": round(float(lng), 3), "c": [*colour, int(20 + 190 * s)],
         "tip": f"{p:.1%} for this region" if told else "considered"}
        for (lat, lng), p, s in zip(points, probabilities, strength, strict=True)
    ]  # fmt: skip
    return pdk.Layer(
        "ColumnLayer", id=name, data=rows, disk_resolution=6, extruded=False, radius=radius_m, coverage=0.96,
        get_position="[lng, lat]", get_fill_color="c", pickable=True,
    )  # fmt: skip


def patches(points: np.ndarray, radius_m: float, name: str = "patches") -> pdk.Layer:
    """Discs around points (H, 2) that together cover the land, hardly seen, to be clicked."""
    rows = [{"lat": round(float(lat), 3), "lng": round(float(lng), 3), "tip": "Go here"} for lat, lng in points]
    return pdk.Layer(
        "ScatterplotLayer", id=name, data=rows, get_position="[lng, lat]", get_radius=radius_m, pickable=True,
        stroked=False, get_fill_color=[*LAND, 8],
    )  # fmt: skip


def view_of(points: Iterable[Sequence[float]]) -> pdk.ViewState:
    """A view that holds all points, across the antimeridian too."""
    array = check_points(np.asarray(list(points), float).reshape(-1, 2))
    if len(array) == 0 or np.linalg.norm(to_unit(array).sum(axis=0)) < 1e-6:
        return pdk.ViewState(latitude=25.0, longitude=10.0, zoom=MIN_ZOOM + 0.4)
    middle_lng = float(spherical_mean(array)[1])
    x = wrap_lng(array[:, 1] - middle_lng) / 360.0
    y = _mercator(array[:, 0])
    spans = np.array([np.ptp(x), np.ptp(y)]).clip(1e-6)
    zoom = float(np.clip(np.log2(np.array(SHOWN_PX) * 0.8 / TILE_PX / spans).min(), MIN_ZOOM, MAX_ZOOM))
    centre_y = (y.min() + y.max()) / 2.0
    latitude = float(np.degrees(2.0 * np.arctan(np.exp((centre_y - 0.5) * 2.0 * np.pi)) - np.pi / 2.0))
    longitude = float(wrap_lng(middle_lng + 180.0 * (x.min() + x.max())))
    return pdk.ViewState(latitude=latitude, longitude=longitude, zoom=zoom, max_zoom=CLOSEST)


def show(
    layers: Sequence[pdk.Layer],
    view: pdk.ViewState,
    key: str,
    alt: str,
    height: int = 460,
    on_select: Callable[[], None] | Literal["ignore"] = "ignore",
    named: Sequence[Sequence[float]] = (),
) -> None:
    """Draw the Earth with these layers over it; naming no provider and no style is what keeps tile servers out.

    `on_select` is called when something is clicked; what it was stands in `st.session_state[key].selection`.
    Around the places `named` (lat, lng) smaller towns have names too.
    """
    below, above = ([layer for layer in layers if (layer.type in MARKS) is mark] for mark in (False, True))
    deck = pdk.Deck(
        layers=[*earth(), *below, *names(named), *above], initial_view_state=view, map_provider=None, tooltip=TOOLTIP,
        views=[pdk.View(type="MapView", controller=True, repeat=True)],
    )  # fmt: skip
    st.pydeck_chart(deck, height=height, key=key, alt=alt, on_select=on_select)


def legend(entries: Sequence[tuple[str, RGB]]) -> None:
    """Which colour means what."""
    spans = "".join(f"<span><i style='background:{hex_of(colour)}'></i>{word}</span>" for word, colour in entries)
    st.html(f"<div class='homing-legend'>{spans}</div>")


def _mercator(lat: np.ndarray) -> np.ndarray:
    """Web Mercator northing, 0 … 1 between ±85.05°."""
    clipped = np.radians(np.clip(lat, -85.0, 85.0))
    return 0.5 + np.log(np.tan(np.pi / 4.0 + clipped / 2.0)) / (2.0 * np.pi)
