"""What signs say, where they stand, and that nobody reads them mirrored."""

from dataclasses import replace
from math import cos, sin

import numpy as np
import pytest

import world.draw.slots as n
from world.clues import build_scene, signs
from world.draw.textures import TEXT_HEIGHT, TEXT_WIDTH
from world.draw.things.furniture import board
from world.earth.colour import NAMED
from world.earth.countries import facts, table
from world.earth.scripts import runs, script_of
from world.layout.signs import place_signs
from world.layout.stage import Stage
from world.lettering.symbols import SYMBOLS, symbol_picture

COUNTRY, TOWN = (48.40, 9.60), (48.137, 11.575)


@pytest.fixture(scope="module")
def scene(atlas):
    return build_scene(*COUNTRY, 5, 15.0, seed=1)


def stage_of(scene, **changes):
    stage = Stage(replace(scene, signs=replace(scene.signs, shown=True, **changes)), 1e-5, 0.0)
    place_signs(stage)
    return stage


def boards(stage):
    objects, _ = stage.tables()
    return objects[objects[:, n.KIND] == n.BOARD]


def placed(stage):
    """(words, x, y, cosine of the yaw) of every board with lettering."""
    return [
        (stage.texts[int(row[n.BOARD_COLUMNS.words])][0], row[n.X], row[n.Y], row[n.COS])
        for row in boards(stage)
        if row[n.BOARD_COLUMNS.shows] == 1.0
    ]


def test_every_board_stands_where_one_drives_and_faces_those_who_come(scene):
    for side, keep in (("right", 1), ("left", -1)):
        road = replace(scene.road, driving_side=side, cross_street_m=float("inf"))
        for words, x, y, toward in placed(stage_of(replace(scene, road=road))):
            assert toward * keep * y < 0, words  # on one's own side it faces back, on the other forward
            if abs(x) < 60.0:  # near step 0 none shows its back
                assert toward * x < 0, words


def test_the_town_is_written_in_its_script_with_its_distance(scene):
    stage = stage_of(scene, text="القاهرة", below="Cairo", script="arabic", distance="12 km", entry=False)
    assert ("القاهرة\nCairo  12 km", "arabic") in stage.texts


def test_where_a_town_begins_its_board_has_the_entry_colours_and_no_distance(atlas):
    sites = [build_scene(48.40 + 0.005 * k, 9.60, 5, 12.0, seed=1) for k in range(40)]
    entries = [s for s in sites if s.signs.entry]
    assert entries
    for scene in entries:
        assert scene.signs.distance == ""
        assert scene.signs.entry_rgb == NAMED["yellow"]
        assert scene.signs.limit == 50


@pytest.mark.parametrize(
    ("point", "form", "unit"),
    [((35.9, -101.5), "us", "mi"), ((52.0, -106.0), "canada", "km"), ((63.5, 16.0), "ring-yellow", "km"),
     ((46.6, 2.2), "ring", "km"), ((36.2, 137.9), "ring-blue", "km")],
)  # fmt: skip
def test_limits_have_the_form_and_unit_of_the_country(atlas, point, form, unit):
    scene = build_scene(*point, 6, 12.0, seed=3)
    assert scene.signs.limit_form == form
    assert scene.signs.limit in {
        facts(scene.place.country, "").limit_town,
        facts(scene.place.country, "").limit_country,
    }
    assert scene.signs.distance in ("", *(f"{k} {unit}" for k in range(1, 400)))


def test_stop_signs_stand_at_crossings_and_nowhere_else(scene):
    def stops(cross, **changes):
        road = replace(scene.road, cross_street_m=cross)
        return [b for b in placed(stage_of(replace(scene, road=road), **changes)) if b[0] == "ALTO"]

    assert len(stops(30.0, junction="stop", stop="ALTO")) == 3
    assert stops(float("inf"), junction="stop", stop="ALTO") == []
    assert stops(30.0, junction="none", stop="ALTO") == []
    assert stops(30.0, junction="yield", stop="ALTO") == []


def test_a_stop_sign_is_an_octagon_but_in_japan(scene):
    road = replace(scene.road, cross_street_m=30.0)
    for form, shape in (("octagon", 4.0), ("triangle", 5.0)):
        rows = boards(stage_of(replace(scene, road=road), junction="stop", stop_form=form))
        assert shape in rows[:, n.BOARD_COLUMNS.shape]
    assert build_scene(36.2, 137.9, 6, 12.0, seed=3).signs.stop_form == "triangle"


def test_street_names_hang_in_towns_alone(atlas):
    assert build_scene(*TOWN, 6, 12.0, seed=3).signs.street in facts("DE", "EU").streets
    assert build_scene(*COUNTRY, 6, 12.0, seed=3).signs.street == ""


def test_a_road_keeps_its_number_for_some_kilometres(atlas):
    numbers = {build_scene(46.60 + 0.004 * k, 2.20, 6, 12.0, seed=k).signs.route for k in range(6)}
    assert len(numbers) == 1
    assert numbers.pop().startswith("D ")


def test_animals_on_warnings_are_those_of_the_country():
    known = set(SYMBOLS) | {"none"}
    for country in table().values():
        assert country.animal in known, country.iso
    assert table()["AU"].animal == "kangaroo" and table()["NO"].animal == "moose"


def test_every_symbol_is_a_picture_and_an_unknown_one_an_exclamation_mark():
    for name in SYMBOLS:
        ink = np.asarray(symbol_picture(name, 64), dtype=float).mean()
        assert 10 < ink < 160, name
    assert symbol_picture("unicorn", 64).tobytes() == symbol_picture("exclaim", 64).tobytes()


@pytest.mark.parametrize("facing", ["ahead", "back"])
def test_nobody_reads_a_sign_mirrored(scene, facing):
    stage = Stage(scene, 0.0, 0.0)
    look = 1.0 if facing == "ahead" else -1.0
    stage.put(n.BOARD, 10.0 * look, 0.0, yaw=np.pi if look > 0 else 0.0, width=2.0, height=1.0, base=1.0,
              a=(1.0, 1.0, 1.0), b=(1.0, 1.0, 1.0), extra=n.BoardExtra(shows=1.0, half_m=0.5))  # fmt: skip
    objects, _ = stage.tables()
    text = np.zeros((1, 2 * TEXT_HEIGHT, TEXT_WIDTH), dtype=np.uint8)
    text[:, :, : TEXT_WIDTH // 2] = 255  # ink where a line begins, on the left
    numbers = np.zeros(n.NUMBERS, dtype=np.float32)
    numbers[n.CAMERA_Z] = 1.5
    numbers[n.AMBIENT_RGB : n.AMBIENT_RGB + 3] = 1.0

    def brightness(degrees_to_the_right):
        turn = np.radians(degrees_to_the_right)
        return board(numbers, objects, 0, text, look * cos(turn), look * sin(turn), 0.0, 0.001)[2]

    assert brightness(-4.0) < 0.1 < brightness(4.0)


def test_a_sign_seen_from_behind_is_bare_metal(scene):
    stage = Stage(scene, 0.0, 0.0)
    stage.put(n.BOARD, 10.0, 0.0, yaw=0.0, width=2.0, height=1.0, base=1.0, a=(1.0, 0.0, 0.0), extra=n.BoardExtra())
    numbers = np.zeros(n.NUMBERS, dtype=np.float32)
    numbers[n.CAMERA_Z] = 1.5
    numbers[n.AMBIENT_RGB : n.AMBIENT_RGB + 3] = 1.0
    text = np.zeros((1, 2 * TEXT_HEIGHT, TEXT_WIDTH), dtype=np.uint8)
    _, cover, red, green, _ = board(numbers, stage.tables()[0], 0, text, 1.0, 0.0, 0.0, 0.001)
    assert cover > 0.9 and red == pytest.approx(green)


def test_signs_that_are_switched_off_put_nothing(scene):
    stage = Stage(replace(scene, signs=signs.NOTHING), 0.0, 0.0)
    place_signs(stage)
    assert stage.blocks == [] and stage.texts == []


def test_scripts_of_words_and_where_they_change():
    assert script_of("Москва", "latin") == "cyrillic"
    assert script_of("富士", "kana") == "kana"
    assert script_of("富士", "han") == "han"
    assert script_of("", "thai") == "thai"
    assert script_of("12", "arabic") == "latin"
    assert runs("桂林 Guilin 5", "han") == [("桂林 ", "han"), ("Guilin 5", "latin")]
