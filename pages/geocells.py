"""Geocells: the pieces of the Earth that a model chooses between, on the map. Knows the cells of runs and no model."""

from pathlib import Path

import numpy as np
import pandas as pd
import pydeck as pdk
import streamlit as st

from model.geocells.table import Geocells
from pages.components import cell_map, cell_runs, maps, notices, resources
from pages.components.cell_map import ACCURACY, AREA, COUNTRY, SIZE

MADE = {
    "semantic": "Regions of one country, joined until each holds enough places and split where places crowd.",
    "kmeans": "Clusters of places: each point belongs to the nearest centre. They know no borders.",
    "naive": "Rectangles, halved until each holds few enough places. They know no borders.",
    "s2": "Cells of the S2 grid, split where places crowd and joined where they are few. They know no borders.",
}


def main() -> None:
    """The whole page."""
    st.title("Geocells")
    st.html(
        "<p class='homing-lede'>To say where a picture was taken, the model first chooses one of these cells, and "
        "looks for the place inside it afterwards. Small cells stand where many training places lie.</p>"
    )
    runs = cell_runs.found()
    if not runs:
        st.info(
            "**No cells yet.** They come with a checkpoint: `make reproduce` makes one, and "
            "`python -m model.build_geocells` makes the cells alone.", icon=":material/hexagon:",
        )  # fmt: skip
        return
    name = next(iter(runs))
    if len(runs) > 1:
        name = st.selectbox("Run", list(runs), key="geocells-run")
    with notices.spoken():
        shown(runs[name])


def shown(folder: Path) -> None:
    """The figures, the map and the table of one run."""
    cells = cell_runs.cells_of(folder)
    figures(cells)
    by = st.segmented_control("Colour by", [SIZE, COUNTRY, AREA, ACCURACY], default=SIZE, required=True,
                              key="geocells-by")  # fmt: skip
    tested = None
    with notices.spoken():
        tested = cell_runs.tested(folder, cells)
    if by == ACCURACY and tested is None:
        st.info(
            "**Nobody has measured these cells yet**, so no cell has an accuracy. `python -m model.evaluate` writes "
            "how every test place was guessed; afterwards the map shows where the model is at home.",
            icon=":material/straighten:",
        )  # fmt: skip
        return
    key = (cells.fingerprint, by, None if tested is None else tested.right.tobytes())
    shades = resources.computed(("cell shades", *key), lambda: cell_map.shades(cells, by, tested))
    geometries = resources.computed(("cell shapes", cells.fingerprint), lambda: cell_map.shapes(cells))
    told = cell_map.tips(cells, resources.country_names(), tested)
    maps.show(
        [cell_map.layer(geometries, shades.colours, told)], pdk.ViewState(latitude=25.0, longitude=10.0, zoom=0.4),
        key="geocells-map", height=520, alt=f"Map of {len(cells):,} geocells, coloured by {by.lower()}",
    )  # fmt: skip
    if shades.legend:
        maps.legend(shades.legend)
    st.caption(_meaning(by) + " Point at a cell, or touch it, to read what it holds.")
    with st.expander("All cells as a table", icon=":material/table:"):
        table(cells, tested)


def figures(cells: Geocells) -> None:
    """How many cells, how large."""
    points, areas = cells.table["points"].to_numpy(), cells.areas_km2
    st.caption(MADE.get(str(cells.method.get("name")), "Cells made elsewhere."))
    with st.container(horizontal=True):
        st.metric("Cells", f"{len(cells):,}", border=True, width=160)
        st.metric("Training places", f"{points.sum():,}", border=True, width=160)
        st.metric("Places a cell", f"{np.median(points):,.0f}", border=True, width=160,
                  help=f"The median. The smallest holds {points.min():,}, the largest {points.max():,}.")  # fmt: skip
        st.metric("Area (km²)", f"{np.median(areas):,.0f}", border=True, width=160,
                  help=f"The median, between {areas.min():,.0f} and {areas.max():,.0f} km².")  # fmt: skip


def table(cells: Geocells, tested: cell_runs.Tested | None) -> None:
    """A row a cell; a click on a column's name sorts."""
    names = resources.country_names()
    rows = pd.DataFrame(
        {
            "cell": cells.table["cell_id"],
            "country": [names.get(str(code), str(code)) for code in cells.countries],
            "region": cells.table["region"],
            "training places": cells.table["points"],
            "area (km²)": cells.areas_km2.round(),
        }
    )
    if tested is not None:
        rows["test places"], rows["guessed to be here"] = tested.places, tested.right
        rows["median distance (km)"] = tested.median_km.round(1)
    st.dataframe(rows, hide_index=True, width="stretch")


def _meaning(by: str) -> str:
    return {
        SIZE: "Each colour stands for as many cells, from few training places to many.",
        COUNTRY: "Neighbouring countries have different colours; a cell belongs to the country of most of its places.",
        AREA: "Each colour stands for as many cells, from small to large.",
        ACCURACY: "The share of a cell's test places that were guessed to lie in it.",
    }[by]


main()
