"""A scene in words: a sentence for each family of clues, and its details with their colours. Pure but for `show`.

Knows the scene's data, and neither pixels nor how a clue was drawn.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from world.scene import RGB, Scene

# family: title, icon
FAMILIES = {
    "road": ("Road", "add_road"),
    "signs": ("Signs", "signpost"),
    "furniture": ("Poles, posts and fences", "fence"),
    "buildings": ("Houses", "cottage"),
    "plants": ("Plants", "forest"),
    "ground": ("Ground and fields", "grass"),
    "relief": ("Lie of the land", "landscape"),
    "water": ("Water", "water"),
    "sky": ("Sky and light", "partly_cloudy_day"),
    "vehicles": ("Vehicles", "directions_car"),
    "life": ("People and animals", "pets"),
    "camera": ("Camera", "photo_camera"),
}
SIDES = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
UNITS = {"_m": "m", "_km": "km", "_deg": "°"}
LABELS = {
    ("road", "rgb"): "colour", ("relief", "tan_elevation"): "skyline", ("signs", "below"): "in Latin letters",
    ("plants", "height"): "height, factor", ("plants", "leaf"): "in leaf", ("camera", "tint_rgb"): "tint",
}  # fmt: skip
COLOURS_SHOWN = 6


@dataclass(frozen=True)
class Line:
    """One detail: what it is, what it is like, and in which colours (sRGB, 0 … 1)."""

    label: str
    text: str
    colours: tuple[RGB, ...] = ()


@dataclass(frozen=True)
class Told:
    """A family in words."""

    name: str
    title: str
    icon: str
    sentence: str
    lines: tuple[Line, ...]


def tell(scene: Scene) -> list[Told]:
    """Every family of a scene, the most telling first."""
    return [
        Told(name, title, icon, SENTENCES[name](scene), tuple(_lines(name, getattr(scene, name))))
        for name, (title, icon) in FAMILIES.items()
    ]


def show(families: Sequence[Told], without: tuple[str, ...] = ()) -> None:
    """Families as cards to open; those that are switched off say so."""
    for told in families:
        with st.expander(f"**{told.title}**", icon=f":material/{told.icon}:", expanded=told.name in ("road", "signs")):
            if told.name in without:
                st.caption("Switched off in the picture.")
            st.html(f"<p class='homing-clue'>{escape(told.sentence)}</p>{table(told.lines)}")


def compass(azimuth_deg: float) -> str:
    """Degrees from north, clockwise, as one of eight directions."""
    return SIDES[round(azimuth_deg / 45.0) % 8]


def table(lines: tuple[Line, ...]) -> str:
    """Details as an HTML list with their colours."""
    rows = "".join(
        f"<div><dt>{escape(line.label)}</dt><dd>{_swatches(line.colours)}{escape(line.text)}</dd></div>"
        for line in lines
    )
    return f"<dl class='homing-clues'>{rows}</dl>"


def _swatches(colours: tuple[RGB, ...]) -> str:
    return "".join(f"<i style='background:{_hex(colour)}' title='{_hex(colour)}'></i>" for colour in colours)


def _hex(colour: RGB) -> str:
    return "#{:02x}{:02x}{:02x}".format(*(round(255 * min(1.0, max(0.0, part))) for part in colour))


def _lines(family: str, clues: Any) -> list[Line]:
    """The details that say something: what is absent is left out, and all that belongs to it."""
    named = {item.name: getattr(clues, item.name) for item in fields(clues)}
    absent = [name for name, value in named.items() if not isinstance(value, np.ndarray) and _is_absent(value)]
    found: dict[str, Line] = {}
    for name, value in named.items():
        stem, unit = _stem(name)
        if any(stem == _stem(gone)[0] or stem.startswith(f"{_stem(gone)[0]}_") for gone in absent):
            continue
        colours = _colours(value)[:COLOURS_SHOWN]
        text = "" if colours else _text(name, value, unit)
        label = LABELS.get((family, name)) or stem.replace("_", " ")
        if colours or text:  # a thing and its colour share a line
            before = found.get(label, Line(label, ""))
            found[label] = Line(label, before.text or text, before.colours or colours)
    return list(found.values())


def _stem(name: str) -> tuple[str, str]:
    """A field's name without its unit, and the unit."""
    ending = next((ending for ending in ("_rgbs", "_rgb", *UNITS) if name.endswith(ending)), "")
    return name.removesuffix(ending), UNITS.get(ending, "")


def _is_absent(value: Any) -> bool:
    """Whether a field says that there is none of it."""
    if isinstance(value, float) and not math.isfinite(value):
        return True
    return value is False or (not isinstance(value, bool) and value in ("none", "", 0, ()))


def _colours(value: Any) -> tuple[RGB, ...]:
    """The colours of a field that holds some."""
    if not isinstance(value, tuple) or not value:
        return ()
    if len(value) == 3 and all(isinstance(part, int | float) for part in value):
        return (value,)
    return value if all(isinstance(part, tuple) and _colours(part) == (part,) for part in value) else ()


def _text(name: str, value: Any, unit: str) -> str:
    """A value as words; empty where there is nothing to tell."""
    if isinstance(value, np.ndarray):
        return _range(name, value, unit)
    if isinstance(value, bool):
        return "yes"
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        if value and isinstance(value[0], tuple):
            return _shares(value)
        return ", ".join(map(str, value))
    if unit:
        return f"{value:,.0f}{unit}" if unit == "°" else f"{_figure(value)} {unit}"
    return str(value) if isinstance(value, int) else f"{value:.0%}" if 0.0 <= value <= 1.0 else _figure(value)


def _range(name: str, values: Any, unit: str) -> str:
    if name == "tan_elevation":
        return f"up to {math.degrees(math.atan(float(values.max()))):.1f}° above the level"
    known = values[np.isfinite(values)]
    if not known.size or not np.any(known):
        return ""
    if name == "sea":
        return f"{float(known.mean()):.0%} of the horizon"
    return f"{_figure(float(known.min()))} … {_figure(float(known.max()))} {unit}".strip()


def _shares(pairs: tuple[tuple[str, float], ...], most: int = 4) -> str:
    kept = sorted((pair for pair in pairs if pair[1] >= 0.01), key=lambda pair: -pair[1])[:most]
    return ", ".join(f"{str(kind).replace('_', ' ')} {share:.0%}" for kind, share in kept)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 20 else f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"


def _grade(share: float, *words: str) -> str:
    """The word for a share of 0 … 1, from the first (nothing) to the last (everything)."""
    return words[min(len(words) - 1, int(share * len(words)))]


def _join(*parts: str) -> str:
    """Clauses as one sentence."""
    said = "; ".join(part for part in parts if part)
    return f"{said[:1].upper()}{said[1:]}." if said else "Nothing of it here."


def _sky(scene: Scene) -> str:
    sky = scene.sky
    where = compass(sky.sun_azimuth_deg)
    sun = (
        f"the sun stands {sky.sun_elevation_deg:.0f}° high in the {where}"
        if sky.sun_elevation_deg > 0
        else f"the sun is {-sky.sun_elevation_deg:.0f}° below the horizon"
    )
    cover = _grade(sky.cloud_cover, "hardly a cloud", "some clouds", "many clouds", "an overcast sky")
    return _join(sun, cover, f"one sees {_figure(sky.visibility_km)} km far")


def _relief(scene: Scene) -> str:
    relief = scene.relief
    highest = relief.tan_elevation.max(axis=0)
    at = int(highest.argmax())
    angle, where = math.degrees(math.atan(float(highest[at]))), compass(360.0 * at / len(highest))
    land = (
        "the horizon is flat" if angle < 0.8
        else f"{'hills' if angle < 4 else 'mountains'} stand {angle:.0f}° high in the {where}"
    )  # fmt: skip
    sea = relief.sea
    water = f"open water to the {compass(360.0 * int(sea.argmax()) / len(sea))}" if sea.max() > 0.5 else ""
    return _join(land, water, "snow on the heights" if relief.altitude_m.max() > relief.snow_line_m else "")


def _ground(scene: Scene) -> str:
    ground = scene.ground
    grass = _grade(ground.grass_cover, "bare ground", "sparse grass", "grass with bare spots", "thick grass")
    side = ("on the left", "on both sides", "on the right")[ground.crop_side + 1]
    crop = "" if ground.crop == "none" else f"{ground.crop} {side}"
    return _join(grass, crop, "snow lies" if ground.snow > 0.3 else "")


def _plants(scene: Scene) -> str:
    plants = scene.plants
    wood = _grade(plants.density, "hardly a tree", "some trees", "many trees", "forest")
    season = "bare" if plants.leaf < 0.3 else "in autumn colours" if plants.autumn > 0.4 else "in leaf"
    kinds = _shares(plants.kinds, 2)
    return _join(wood, f"mostly {kinds}" if kinds else "", f"what sheds its leaves is {season}" if kinds else "")


def _road(scene: Scene) -> str:
    road = scene.road
    lines = "no line in the middle" if road.centre_line == "none" else f"a {road.centre_line} line in the middle"
    edge = "none at the edges" if road.edge_line == "none" else f"{road.edge_line} ones at the edges"
    ways = f"{compass(road.heading_deg)} and {compass(road.heading_deg + 180.0)}"
    return _join(f"{road.surface}, {road.width_m:.1f} m wide, towards {ways}", f"{lines}, {edge}",
                 f"people drive on the {road.driving_side}")  # fmt: skip


def _furniture(scene: Scene) -> str:
    side = scene.furniture
    poles = (
        "" if side.pole == "none" else f"{side.pole} poles with {side.wires} wires, {side.pole_spacing_m:.0f} m apart"
    )
    bollards = "" if side.bollard == "none" else f"bollards of the kind {side.bollard}"
    fence = "" if side.fence == "none" else f"a fence of the kind {side.fence}"
    return _join(poles, bollards, "a guard rail" if side.guard_rail else "", fence)


def _signs(scene: Scene) -> str:
    signs = scene.signs
    if not signs.shown:
        return "No board stands here."
    says = " ".join(part for part in (signs.text, signs.distance) if part)
    board = f"a board says “{says}” in {signs.script.capitalize()} letters"
    return _join(board, f"warning signs are {signs.warning_shape}s")


def _buildings(scene: Scene) -> str:
    houses = scene.buildings
    if houses.density < 0.02:
        return "No house in sight."
    many = _grade(houses.density, "a lonely house", "some houses", "many houses", "a closed street front")
    return _join(
        many, f"{houses.storeys_mean:.1f} storeys on average", f"{houses.roof} roofs on {houses.roof_share:.0%}"
    )


def _vehicles(scene: Scene) -> str:
    vehicles = scene.vehicles
    if vehicles.density < 0.02:
        return "An empty road."
    many = _grade(vehicles.density, "hardly a car", "some cars", "many cars", "thick traffic")
    return _join(many, f"kinds: {_shares(vehicles.kinds, 3)}")


def _life(scene: Scene) -> str:
    life = scene.life
    people = _grade(life.people, "hardly anyone", "some people", "many people", "a busy street")
    return _join(people, f"animals: {_shares(life.animals, 2)}" if life.animals and life.herd > 0.05 else "")


def _water(scene: Scene) -> str:
    water = scene.water
    river = f"a river {water.river_width_m:.0f} m wide crosses {abs(water.river_m):.0f} m away"
    shore = f"a shore {water.shore_m:.0f} m to the {'right' if water.shore_side > 0 else 'left'} of the road"
    return _join(
        river if math.isfinite(water.river_m) else "",
        f"a {water.bridge} bridge" if water.bridge != "none" else "",
        shore if water.shore_side and math.isfinite(water.shore_m) else "",
    )


def _camera(scene: Scene) -> str:
    camera = scene.camera
    side = "right" if camera.lane_offset_m > 0 else "left"
    return _join(f"{camera.height_m:.1f} m above the road, {abs(camera.lane_offset_m):.1f} m {side} of its middle")


SENTENCES = {
    "sky": _sky, "relief": _relief, "ground": _ground, "plants": _plants, "road": _road, "furniture": _furniture,
    "signs": _signs, "buildings": _buildings, "vehicles": _vehicles, "life": _life, "water": _water, "camera": _camera,
}  # fmt: skip
