from dataclasses import replace

import numpy as np
import pytest

from model.errors import ConfigError
from world.clues import FAMILIES, build_scene
from world.clues.furniture import NOTHING
from world.draw.slots import CLASSES
from world.render import render_view_maps, render_views
from world.scene import Scene
from world.study.without import KEPT, draw_without, without

SIZE = 48
FURNISHED = replace(NOTHING, pole="wood", wires=3, guard_rail=True, lamp="arm")


@pytest.fixture(scope="module")
def scene() -> Scene:
    """A street in Vienna, with houses, boards, cars and people."""
    return build_scene(48.2, 16.4, 6, 11.0, 0)


@pytest.fixture(scope="module")
def drawn(scene: Scene):
    return {lesser.family: lesser for lesser in draw_without(scene, SIZE, 1)}


def test_the_whole_place_is_drawn_as_it_always_is(scene: Scene, drawn) -> None:
    assert (drawn[""].views == render_views(scene, SIZE, 1)).all() and drawn[""].changed == 0.0
    assert list(drawn) == ["", *FAMILIES]


@pytest.mark.parametrize("family", ["plants", "buildings", "vehicles", "signs", "life"])
def test_no_pixel_shows_what_was_left_out_and_what_did_not_hide_anything_stays(scene: Scene, family: str) -> None:
    number = CLASSES.index(family)
    metres, classes = render_view_maps(scene, SIZE)
    away, left = render_view_maps(without(scene, family), SIZE)
    assert not (left == number).any()
    assert (classes == number).any() or family == "plants"
    # what stood before something else still does: of the pixels that showed another thing, few show yet another
    others = (classes != number) & (classes == left)
    assert others.sum() > 0.85 * (classes != number).sum()
    assert np.median(np.abs(metres - away)[others]) == 0.0


def test_poles_and_rails_go_and_the_bins_and_boards_of_other_families_stay(scene: Scene) -> None:
    bare = without(without(scene, "life"), "buildings")  # bins and gardens' fences are drawn in the same class
    bare = without(bare, "signs")  # and so are the posts of boards
    number = CLASSES.index("furniture")
    assert (render_view_maps(replace(bare, furniture=FURNISHED), SIZE)[1] == number).any()
    assert not (render_view_maps(without(bare, "furniture"), SIZE)[1] == number).any()
    before = (render_view_maps(replace(scene, furniture=FURNISHED), SIZE)[1] == number).sum()
    assert 0 < (render_view_maps(without(scene, "furniture"), SIZE)[1] == number).sum() < before


@pytest.mark.parametrize(("family", "names"), KEPT.items())
def test_what_gives_a_place_its_shape_stays(scene: Scene, family: str, names: tuple[str, ...]) -> None:
    plain = getattr(without(scene, family), family)
    assert all(getattr(plain, name) == getattr(getattr(scene, family), name) for name in names)
    _, classes = render_view_maps(scene, SIZE)
    _, left = render_view_maps(without(scene, family), SIZE)
    assert (classes == left).mean() > 0.97  # colours and lines go; nothing moves


def test_only_the_family_that_was_named_changes(scene: Scene) -> None:
    for family in FAMILIES:
        lesser = without(scene, family)
        assert all(getattr(lesser, name) is getattr(scene, name) for name in (*FAMILIES, "recipe") if name != family)


def test_the_share_of_changed_pixels_is_counted(drawn) -> None:
    counted = np.abs(drawn["vehicles"].views.astype(int) - drawn[""].views).max(axis=-1) > 6
    assert drawn["vehicles"].changed == pytest.approx(counted.mean()) and counted.any()
    assert drawn["water"].changed == 0.0  # there is none in this street
    assert drawn["buildings"].changed > 0.3


def test_a_family_that_there_is_not_is_a_sentence(scene: Scene) -> None:
    with pytest.raises(ConfigError, match="no family of clues is called smells; the families are sky, relief"):
        without(scene, "smells")
    with pytest.raises(ConfigError, match="called smells"):
        draw_without(scene, SIZE, 1, ["plants", "smells"])
