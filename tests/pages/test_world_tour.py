"""The page of the simulated Earth: a place by map, city, chance or figures; clues in words; families switched off."""

import json
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from model.errors import ConfigError
from pages.components import clues, resources
from world.clues import FAMILIES, build_scene
from world.scene import Scene

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """The recipes that were drawn, instead of their pictures."""
    recipes: list[tuple] = []
    picture = resources.panorama()

    def panorama(*recipe: object) -> bytes:
        recipes.append(recipe)
        return picture

    monkeypatch.setattr(resources, "panorama", panorama)
    return recipes


def test_the_page_shows_a_place_and_its_clues_in_words(open_page: Open, said: Said, drawn: list[tuple]) -> None:
    app = open_page("world_tour")
    assert not app.exception and not app.error
    assert len(app.get("iframe")) == 1, "the viewer"
    words = said(app)
    assert "Near Vienna, Austria" in words and "climate" in words and "Drawn, not photographed" in words
    assert {one.label for one in app.expander} == {f"**{title}**" for title, _ in clues.FAMILIES.values()}
    assert "people drive on the right" in words
    assert drawn[0][:5] == (47.05, 15.44, 6, 10.0, 1)


def test_a_city_by_its_name_moves_the_place(open_page: Open, drawn: list[tuple]) -> None:
    app = open_page("world_tour")
    app.selectbox(key="world-city").select("Tokyo").run()
    assert not app.exception
    assert drawn[-1][0] == pytest.approx(35.69, abs=0.1) and drawn[-1][1] == pytest.approx(139.7, abs=0.2)


def test_chance_brings_another_place_and_moment(open_page: Open, drawn: list[tuple]) -> None:
    app = open_page("world_tour")
    app.selectbox(key="world-city").select("Tokyo").run()
    next(b for b in app.button if b.label == "Surprise me").click().run()
    assert not app.exception
    assert drawn[-1][:4] == (47.0, 15.4, 6, 12.0), "what the draw of places gave"
    assert app.selectbox(key="world-city").value is None


def test_position_month_hour_and_seed_are_the_recipe(open_page: Open, drawn: list[tuple]) -> None:
    app = open_page("world_tour")
    app.number_input(key="world-lat").set_value(-33.5)
    app.number_input(key="world-lng").set_value(150.25)
    app.select_slider(key="world-month").set_value(1)
    app.slider(key="world-hour").set_value(17.5)
    app.number_input(key="world-seed").set_value(77).run()
    assert not app.exception
    assert drawn[-1][:5] == (-33.5, 150.25, 1, 17.5, 77)
    assert "--lat -33.5 --lng 150.25 --month 1 --hour 17.5 --seed 77 --out" in app.code[0].value
    next(b for b in app.button if b.label == "Another street").click().run()
    assert drawn[-1][:4] == (-33.5, 150.25, 1, 17.5)
    assert drawn[-1][4] != 77


def test_the_map_can_be_clicked_and_shows_where_one_is(open_page: Open, drawn: list[tuple]) -> None:
    app = open_page("world_tour")
    chart = app.get("deck_gl_json_chart")[0].proto
    layers = {layer["id"]: layer for layer in json.loads(chart.json)["layers"]}
    assert {"land", "patches", "cities", "here"} <= layers.keys()
    assert layers["here"]["data"][0]["lat"] == 47.05
    assert all(layers[name]["pickable"] for name in ("patches", "cities"))
    assert list(chart.selection_mode)


def test_families_that_are_left_out_are_compared_with_the_full_picture(
    open_page: Open, said: Said, drawn: list[tuple]
) -> None:
    app = open_page("world_tour")
    pills = next(one for one in app.button_group if one.key == "world-off")
    pills.set_value(["plants", "signs"]).run()
    assert not app.exception
    assert {recipe[5] for recipe in drawn if len(recipe) > 5} == {(), ("plants", "signs")}
    assert "Without plants, signs" in said(app)
    assert said(app).count("Switched off in the picture.") == 2
    assert "--without plants,signs" in app.code[0].value
    app.segmented_control(key="world-way").set_value("What changed").run()
    assert "what the families that are left out had shown" in said(app)
    app.segmented_control(key="world-way").set_value("Look around").run()
    assert not app.exception and len(app.get("iframe")) == 1


def test_one_walks_along_the_road_and_back(open_page: Open, said: Said, drawn: list[tuple]) -> None:
    app = open_page("world_tour")
    assert "Where the walk begins" in said(app) and "--step" not in app.code[0].value
    app.button(key="world-on").click().run()
    app.button(key="world-on").click().run()
    assert not app.exception
    assert drawn[-1] == (47.05, 15.44, 6, 10.0, 1, (), 20)
    assert "Step **20 m along the road**" in said(app)
    assert "--seed 1 --step 20 --out" in app.code[0].value
    for _ in range(3):
        app.button(key="world-back").click().run()
    assert drawn[-1][6] == -10 and "Step **10 m back along the road**" in said(app)
    app.button(key="world-start").click().run()
    assert drawn[-1][6] == 0 and not any(button.key == "world-start" for button in app.button)


def test_the_walk_ends_at_both_ends_and_begins_anew_elsewhere(open_page: Open, drawn: list[tuple]) -> None:
    app = open_page("world_tour")
    for key, end in (("world-on", 120), ("world-back", -120)):
        other = "world-back" if key == "world-on" else "world-on"
        app.session_state["world-walked"] = ((47.05, 15.44, 6, 10.0, 1), end)
        app.run()
        assert drawn[-1][6] == end
        assert app.button(key=key).disabled and not app.button(key=other).disabled
    app.select_slider(key="world-month").set_value(1).run()
    assert drawn[-1][2] == 1 and drawn[-1][6] == 0


def test_what_is_left_out_stays_out_on_a_walk(open_page: Open, drawn: list[tuple]) -> None:
    app = open_page("world_tour")
    next(one for one in app.button_group if one.key == "world-off").set_value(["plants"]).run()
    app.button(key="world-on").click().run()
    assert not app.exception
    assert {recipe[5:] for recipe in drawn[-3:]} == {((), 10), (("plants",), 10)}


def test_maps_of_distance_and_kind_come_on_request(open_page: Open, said: Said, drawn: list[tuple]) -> None:
    app = open_page("world_tour")
    assert "Distance:" not in said(app)
    app.toggle(key="world-maps").set_value(True).run()
    assert not app.exception
    assert "Distance: bright is near" in said(app) and "furniture" in said(app)


def test_the_sea_is_said_to_be_the_sea(open_page: Open, drawn: list[tuple]) -> None:
    app = open_page("world_tour")
    before = len(drawn)
    app.number_input(key="world-lat").set_value(0.0)
    app.number_input(key="world-lng").set_value(-2.0).run()
    assert not app.exception and len(drawn) == before
    assert "lies at sea" in app.info[0].value


def test_a_failure_of_the_renderer_is_a_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise ConfigError("looked for a scene, found none.")

    monkeypatch.setattr(resources, "panorama", fail)
    app = open_page("world_tour")
    assert not app.exception
    assert app.error[0].value == "Looked for a scene, found none."


def test_the_page_called_world_does_not_hide_the_room(open_page: Open, drawn: list[tuple]) -> None:
    """Streamlit puts pages/ on the path; an import must still find the package."""
    open_page("world_tour")
    import world

    assert Path(str(world.__file__)).name == "__init__.py"
    pages = str(Path(resources.__file__).parents[1])
    assert pages not in sys.path or sys.path.index(pages) > sys.path.index(str(Path(pages).parent))


@pytest.fixture(scope="module")
def scene() -> Scene:
    """A street in Vienna."""
    return build_scene(48.2, 16.4, 6, 11.0, 0)


def test_every_family_is_told_and_its_figures_are_words(scene: Scene) -> None:
    told = clues.tell(scene)
    assert {one.name for one in told} == set(FAMILIES) == set(clues.SENTENCES)
    for one in told:
        assert one.sentence.endswith(".") and one.sentence[0] == one.sentence[0].upper()
        assert len(one.lines) <= len(fields(getattr(scene, one.name)))
        for line in one.lines:
            assert line.text or line.colours
            assert not any(sign in line.text + line.label for sign in ("_", "[", "(", "None", "nan", "inf", "array"))


def test_what_is_absent_is_left_out_with_all_that_belongs_to_it(scene: Scene) -> None:
    side = replace(scene.furniture, pole="none", bollard="post", bollard_rgb=(1.0, 1.0, 1.0))
    told = next(one for one in clues.tell(replace(scene, furniture=side)) if one.name == "furniture")
    labels = [line.label for line in told.lines]
    assert not any(label.startswith("pole") for label in labels)
    assert clues.Line("bollard", "post", ((1.0, 1.0, 1.0),)) in told.lines, "a thing and its colour share a line"
    assert len(set(labels)) == len(labels)


def test_a_colour_is_shown_as_the_colour_it_is(scene: Scene) -> None:
    red = replace(scene, road=replace(scene.road, rgb=(1.0, 0.0, 0.0)))
    road = next(one for one in clues.tell(red) if one.name == "road")
    assert clues.Line("colour", "", ((1.0, 0.0, 0.0),)) in road.lines
    assert "#ff0000" in clues.table(road.lines)


def test_names_from_the_atlas_are_text_and_not_markup(scene: Scene) -> None:
    signs = replace(scene.signs, text="<b>Town</b>", shown=True)
    told = next(one for one in clues.tell(replace(scene, signs=signs)) if one.name == "signs")
    assert "<b>" not in clues.table(told.lines) and "&lt;b&gt;" in clues.table(told.lines)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_that_is_switched_off_is_told_without_a_fault(name: str) -> None:
    bare = build_scene(48.2, 16.4, 6, 11.0, 0, without=(name,))
    assert next(one for one in clues.tell(bare) if one.name == name).sentence.endswith(".")


def test_eight_directions() -> None:
    assert [clues.compass(angle) for angle in (0, 44, 91, 180, 359, 725)] == [
        "north", "north-east", "east", "south", "north", "north",
    ]  # fmt: skip
