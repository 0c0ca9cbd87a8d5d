"""Columns of clues: the same for any places, and a word for everything that a scene may hold."""

from dataclasses import replace
from typing import Any, get_type_hints

import pytest

from model.errors import ConfigError
from world.clues import FAMILIES, build_scene, build_scenes
from world.earth.car_fashions import fashions
from world.earth.countries import table
from world.earth.places import sample_places
from world.earth.shop_words import known_words
from world.earth.street_life import known, street_life
from world.earth.styles import STYLES
from world.scene import Scene
from world.study.readings import WORDS, fields_of, read
from world.study.visibility import of_scene
from world.study.visible import clue_table
from world.study.vocabularies import vocabularies


def _words(value: Any) -> set[str]:
    return {value} if isinstance(value, str) else {part if isinstance(part, str) else part[0] for part in value}


def test_three_places_and_sixty_have_the_same_columns_in_the_same_order():
    few = clue_table(build_scenes(sample_places(3, 1, "train")))
    many = clue_table(build_scenes(sample_places(60, 2, "test")))
    assert list(few.columns) == list(many.columns) and len(set(few.columns)) == few.shape[1]
    bare = clue_table([build_scene(48.2, 16.37, 6, 11.0, 4, without=list(FAMILIES))])
    assert list(bare.columns) == list(few.columns)


def test_every_word_of_many_scenes_is_in_its_vocabulary():
    scenes = [scene for split in ("train", "test") for scene in build_scenes(sample_places(600, 3, split))]
    for name, words in vocabularies().items():
        family, field = name.split(".")
        met = set().union(*(_words(getattr(getattr(scene, family), field)) for scene in scenes))
        assert met <= set(words), name


def test_every_word_of_the_tables_is_in_its_vocabulary():
    countries = table().values()
    in_tables = {
        "furniture.bollard": {c.bollard for c in countries}, "furniture.pole": {c.pole for c in countries},
        "furniture.fittings": {c.fittings for c in countries}, "furniture.stone": {c.stone for c in countries},
        "signs.warning_shape": {c.warning_shape for c in countries}, "signs.stop": {c.stop for c in countries},
        "signs.limit_form": {c.limit_form for c in countries}, "signs.script": {c.script for c in countries},
        "signs.warning": {c.animal for c in countries} - {"none"},
        "buildings.shop_script": {script for _, script in known_words().values()},
        "buildings.garden": {garden for style in STYLES.values() for garden in style.gardens},
        "vehicles.kinds": {kind for cars in fashions().values() for kind, _ in cars.kinds},
        "life.clutter": {kind for key in known() for kind, _ in street_life(key, "north").clutter},
        "life.figures": {kind for key in known() for kind, _ in street_life(key, "north").people},
        "life.animals": {kind for key in known() for kind, _ in street_life(key, "north").animals},
    }  # fmt: skip
    for name, words in in_tables.items():
        assert words <= set(vocabularies()[name]), name


def test_every_field_of_words_has_a_vocabulary_or_is_read_by_its_letters():
    types = {
        name: get_type_hints(get_type_hints(Scene)[name.split(".")[0]])[name.split(".")[1]]
        for family in FAMILIES for name in fields_of(family)
    }  # fmt: skip
    of_words = {name for name, kind in types.items() if kind in (str, tuple[str, ...], tuple[tuple[str, float], ...])}
    assert of_words == set(vocabularies()) | WORDS | {"signs.distance"}
    assert all(len(set(words)) == len(words) for words in vocabularies().values())


def test_a_word_that_the_vocabulary_lacks_is_refused_by_name():
    with pytest.raises(ConfigError, match=r"road\.surface.*'lava'"):
        read("road.surface", ["asphalt", "lava"])
    scene = build_scene(48.2, 16.37, 6, 11.0, 4)
    strange = replace(scene, life=replace(scene.life, figures=(("ghost", 1.0),)))
    with pytest.raises(ConfigError, match=r"life\.figures.*'ghost'"):
        clue_table([strange], [of_scene(scene)])


def test_a_word_nobody_sees_has_its_column_too():
    columns = read("signs.stop", ["STOP", "STOP"])
    assert list(columns) == list(vocabularies()["signs.stop"]) and columns["ALTO"].tolist() == [0.0, 0.0]
