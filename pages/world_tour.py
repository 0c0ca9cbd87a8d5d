"""World: choose a place and a moment, look around, walk, read every clue, switch families off. Knows the world's doors.

(The file is not called world.py: Streamlit puts this folder on the path, before the room `world`.)
"""

import json
import secrets
from calendar import month_name

import pandas as pd
import pydeck as pdk
import streamlit as st

from pages.components import clues, maps, notices, resources, viewer, warm_up, words
from pages.components.identity import BOT, MODEL
from world import WORLD_VERSION
from world.draw.pictures import CLASS_COLOURS
from world.draw.slots import CLASSES
from world.layout.walk import road_heading_deg
from world.scene import FARTHEST_M, STEP_M, Scene

START = {"lat": 47.05, "lng": 15.44, "month": 6, "hour": 10.0, "seed": 1}
MAP = "world-map"
LOOK, BESIDE, CHANGED = "Look around", "Side by side", "What changed"


def main() -> None:
    """The whole page."""
    for name, value in START.items():
        st.session_state.setdefault(_key(name), value)
    st.title("The simulated Earth")
    st.html(
        "<p class='homing-lede'>A drawing of the Earth that follows its climate, relief, sun and customs. Go anywhere, "
        "at any hour, and see which clues tell where you are.</p>"
    )
    warm_up.wait_for_renderer()
    with st.container(border=True):
        left, right = st.columns([3, 2], gap="medium")
        with right:
            choose()
        with left:
            globe()
    recipe = tuple(st.session_state[_key(name)] for name in START)
    with notices.spoken():
        lat, lng = recipe[:2]
        if not resources.atlas().is_land([(lat, lng)])[0]:
            st.info(
                f"**{words.position(lat, lng)} lies at sea**, and the simulated Earth is seen from its roads. "
                "Choose a place on land.", icon=":material/sailing:",
            )  # fmt: skip
            return
    place(recipe)


def choose() -> None:
    """City, position, month, hour, seed."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("City", resources.cities()["name"], index=None, placeholder="A famous city …",
                     key=_key("city"), on_change=_to_city)  # fmt: skip
        st.button("Surprise me", icon=":material/casino:", type="primary", on_click=_surprise)
    with st.container(horizontal=True):
        st.number_input("Latitude", -60.0, 84.0, step=0.1, format="%.3f", key=_key("lat"))
        st.number_input("Longitude", -180.0, 180.0, step=0.1, format="%.3f", key=_key("lng"))
    st.select_slider("Month", range(1, 13), format_func=lambda month: month_name[month], key=_key("month"))
    st.slider("Hour by the sun", 0.0, 24.0, step=0.25, format="%.2f", key=_key("hour"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input("Seed", 0, 2**31 - 1, step=1, key=_key("seed"),
                        help="What chance decides: another seed, another street at the same place.")  # fmt: skip
        st.button("Another street", icon=":material/shuffle:", on_click=_reseed)


def globe() -> None:
    """The map: a click on land or on a city goes there."""
    here = pd.DataFrame([{"lat": st.session_state[_key("lat")], "lng": st.session_state[_key("lng")], "tip": "Here"}])
    layers = [
        maps.patches(resources.patches(), resources.PATCH_DEG * 65_000.0),
        maps.pins(resources.cities().assign(tip=lambda frame: frame["name"]), BOT, 4, name="cities"),
        maps.pins(here, MODEL, 9, name="here"),
    ]
    maps.show(layers, pdk.ViewState(latitude=22.0, longitude=12.0, zoom=0.2), key=MAP, height=400, on_select=_picked,
              alt="Map of the world: choose a place on land, or a famous city")  # fmt: skip
    st.caption("Click the land, or a city, to go there.")


@st.fragment
def place(recipe: tuple) -> None:
    """What there is to see there. One who walks, or leaves something out, does not choose the place again."""
    with notices.spoken():
        shown(recipe)


def shown(recipe: tuple) -> None:
    """The panorama, what is left out of it, the maps, the clues."""
    step = walked(recipe)
    scene = resources.scene(*recipe, (), step)
    lat, lng, month, hour, _ = recipe
    told = resources.atlas().describe([(lat, lng)]).to_dict("records")[0]
    st.subheader(f"{words.place(told)[:1].upper()}{words.place(told)[1:]}")
    st.caption(
        f"{words.position(lat, lng)} · {month_name[month]}, {int(hour):02d}:{round(hour % 1 * 60):02d} by the sun · "
        f"climate {scene.place.koppen} · {scene.place.altitude_m:,.0f} m above the sea"
    )
    off = tuple(st.pills("Leave out", list(clues.FAMILIES), selection_mode="multi", key=_key("off"),
                         format_func=lambda name: clues.FAMILIES[name][0]))  # fmt: skip
    way = LOOK
    if off:
        way = st.segmented_control("Show", [LOOK, BESIDE, CHANGED], default=BESIDE, required=True, key=_key("way"))
    walk(recipe, step, scene)
    with st.spinner("Drawing the place …"):
        pictures(recipe, step, road_heading_deg(scene), off, way)
    st.caption(
        f":material/brush: Drawn, not photographed (world version {WORLD_VERSION}). Climate, relief, sun, towns and "
        "population are data; roads and houses are invented."
    )
    if st.toggle("Distances and kinds of things", key=_key("maps"), help="What each pixel shows, and how far it is."):
        with st.spinner("Measuring …"):
            measured(recipe, step, off)
    st.subheader("The clues")
    st.markdown("Everything in the picture, as words. Open a family to read it.")
    left, right = st.columns(2, gap="medium")
    families = clues.tell(scene)
    for column, part in ((left, families[::2]), (right, families[1::2])):
        with column:
            clues.show(part, off)
    take_home(recipe, scene, off)


def walk(recipe: tuple, step: int, scene: Scene) -> None:
    """Arrows along the road, and how far one has come."""
    towards = clues.compass(scene.road.heading_deg)
    if step:
        told = f"Step **{abs(step)} m {'along' if step > 0 else 'back along'} the road**, which leads {towards}."
    else:
        told = f"Where the walk begins. The road leads {towards}; one can go {FARTHEST_M} m on and back."
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(f"{STEP_M} m back", icon=":material/arrow_downward:", key=_key("back"), on_click=_walk,
                  args=(recipe, step - STEP_M), disabled=step <= -FARTHEST_M)  # fmt: skip
        st.button(f"{STEP_M} m on", icon=":material/arrow_upward:", key=_key("on"), on_click=_walk,
                  args=(recipe, step + STEP_M), disabled=step >= FARTHEST_M)  # fmt: skip
        if step:
            st.button("To the start", icon=":material/undo:", key=_key("start"), on_click=_walk, args=(recipe, 0))
        st.markdown(told)


def walked(recipe: tuple) -> int:
    """How far one has come at this place: at another, or at another hour, the walk begins anew."""
    there, step = st.session_state.get(_key("walked"), (recipe, 0))
    return step if there == recipe else 0


def pictures(recipe: tuple, step: int, heading_deg: float, off: tuple[str, ...], way: str) -> None:
    """The panorama, alone or beside itself without some families."""
    if way == CHANGED and off:
        st.image(resources.changed(*recipe, off, step), width="stretch", alt="In colour, what is left out")
        st.caption("In colour: what the families that are left out had shown.")
    elif way == BESIDE and off:
        for column, without, title in zip(st.columns(2), ((), off), ("Everything", "Without"), strict=True):
            names = ", ".join(clues.FAMILIES[name][0].lower() for name in without)
            column.image(
                resources.panorama(*recipe, without, step), width="stretch", alt=f"The panorama: {title} {names}"
            )
            column.caption(f"{title} {names}")
    else:
        viewer.look(resources.panorama(*recipe, off, step), heading_deg,
                    "The panorama: drag it, or use the arrow keys", place="/".join(map(str, recipe)))  # fmt: skip


def measured(recipe: tuple, step: int, off: tuple[str, ...]) -> None:
    """The maps of distance and class of the same rays."""
    distances, kinds = resources.world_maps(*recipe, off, step)
    left, right = st.columns(2)
    left.image(distances, width="stretch", alt="Map of distances")
    left.caption("Distance: bright is near, dark is far, black is the sky.")
    right.image(kinds, width="stretch", alt="Map of what each pixel shows")
    with right:
        maps.legend(list(zip(CLASSES, CLASS_COLOURS, strict=True)))


def take_home(recipe: tuple, scene: Scene, off: tuple[str, ...]) -> None:
    """The clues as JSON, the picture, and the command that draws it again."""
    lat, lng, month, hour, seed = recipe
    step = scene.recipe.step_m
    with st.container(horizontal=True):
        st.download_button("The clues as JSON", json.dumps(scene.as_dict(), ensure_ascii=False, indent=1), "clues.json",
                           "application/json", icon=":material/download:", on_click="ignore")  # fmt: skip
        st.download_button("The panorama", resources.panorama(*recipe, off, step), "panorama.jpg", "image/jpeg",
                           icon=":material/panorama_photosphere:", on_click="ignore")  # fmt: skip
    step_m = f" --step {step}" if step else ""
    without = f" --without {','.join(off)}" if off else ""
    command = f"python -m world.render --lat {lat} --lng {lng} --month {month} --hour {hour} --seed {seed}"
    st.code(f"{command}{step_m}{without} --out panorama.jpg", language="bash", wrap_lines=True)


def _key(name: str) -> str:
    return f"world-{name}"


def _go(**state: float) -> None:
    for name, value in state.items():
        st.session_state[_key(name)] = value


def _to_city() -> None:
    name = st.session_state[_key("city")]
    if name is not None:
        row = resources.cities().set_index("name").loc[name]
        _go(lat=float(row["lat"]), lng=float(row["lng"]))


def _surprise() -> None:
    row = resources.places(1, secrets.randbelow(2**31)).iloc[0]
    st.session_state[_key("city")] = None
    _go(lat=float(row["lat"]), lng=float(row["lng"]), month=int(row["month"]), hour=round(float(row["hour"]) * 4) / 4,
        seed=int(row["seed"]))  # fmt: skip


def _walk(recipe: tuple, step: int) -> None:
    st.session_state[_key("walked")] = (recipe, step)


def _reseed() -> None:
    _go(seed=secrets.randbelow(2**31))


def _picked() -> None:
    """Go where the map was clicked."""
    picked = st.session_state[MAP].selection["objects"]
    if spot := next((objects[0] for objects in picked.values() if objects), None):
        st.session_state[_key("city")] = None
        _go(lat=float(spot["lat"]), lng=float(spot["lng"]))


main()
