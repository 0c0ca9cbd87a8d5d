"""What is seen of houses and signs: a garden's fence where one is drawn, a shop's words where they can be read."""

from dataclasses import replace

import numpy as np
import pytest

import world.draw.slots as n
from world.clues import build_scene
from world.layout.lay_out import lay_out
from world.render import draw_views
from world.study.visibility import of_scene, of_views
from world.study.visible import clue_table

AWAY = ["plants", "vehicles", "signs", "life", "relief", "furniture"]


@pytest.fixture(scope="module")
def village():
    """A straight street of houses behind white fences, and nothing else in the way."""
    scene = build_scene(48.2, 16.37, 6, 11.0, 4, without=AWAY)
    road = replace(scene.road, cross_street_m=float("inf"), bend_m=float("inf"), sidewalk_m=0.0, kerb=False)
    town = replace(scene.buildings, density=0.5, setback_m=6.0, estate=False, garden="picket",
                   garden_rgb=(0.9, 0.3, 0.8), shops=0.0, traits=(), landmark="none")  # fmt: skip
    return replace(scene, road=road, buildings=town)


def _town(scene, **values):
    return replace(scene, buildings=replace(scene.buildings, **values))


def _row(scene):
    return clue_table([scene]).iloc[0]


def test_a_gardens_fence_is_seen_where_it_is_drawn(village):
    row = _row(village)
    assert np.isfinite(row["buildings.garden_rgb:light"]) and row["buildings.garden:picket"] == 1.0
    layout = lay_out(village)
    bare = layout._replace(strips=layout.strips[layout.strips[:, n.STRIP_KIND] != n.FENCE_WOOD])
    row = clue_table([village], [of_views(bare, draw_views(bare, 96, 1)[1])]).iloc[0]
    assert np.isnan(row["buildings.garden_rgb:light"]) and np.isnan(row["buildings.garden:picket"])


@pytest.mark.parametrize(
    "values", [{"density": 0.9}, {"setback_m": 1.5}, {"density": 0.15}, {"estate": True, "storeys_mean": 5.0}]
)
def test_where_no_garden_fence_is_built_neither_it_nor_its_absence_is_seen(village, values):
    for garden in ("picket", "none"):
        row = _row(_town(village, garden=garden, **values))
        assert np.isnan(row["buildings.garden_rgb:light"]) and np.isnan(row["buildings.garden:none"])
        assert np.isfinite(row["buildings.roof_share:value"])  # the houses themselves are seen


def test_that_there_is_no_garden_fence_is_seen_where_one_could_stand(village):
    row = _row(_town(village, garden="none"))
    assert row["buildings.garden:none"] == 1.0 and np.isnan(row["buildings.garden_rgb:light"])


def test_the_width_of_a_lot_is_seen_in_closed_streets_and_the_setback_in_others(village):
    row = _row(village)
    assert np.isnan(row["buildings.lot_m:value"]) and np.isfinite(row["buildings.setback_m:value"])
    row = _row(_town(village, density=0.9))
    assert np.isfinite(row["buildings.lot_m:value"]) and np.isnan(row["buildings.setback_m:value"])


@pytest.fixture(scope="module")
def street(village):
    """A closed street, every house with a shop."""
    return _town(village, density=1.0, shops=1.0, storeys_mean=3.0, shop_words=("market",))


def test_a_shops_words_are_read_in_a_sharp_picture_and_not_in_a_small_one(street):
    assert np.isfinite(_row(street)["buildings.shop_words:00"]) and np.isfinite(
        _row(street)["buildings.shop_script:latin"]
    )
    layout = lay_out(street)
    small = clue_table([street], [of_views(layout, draw_views(layout, 24, 1)[1])]).iloc[0]
    assert np.isnan(small["buildings.shop_words:00"]) and np.isnan(small["buildings.shop_script:latin"])


def test_without_a_shop_front_in_sight_no_words_are_read(street):
    layout = lay_out(street)
    assert (layout.objects[:, n.KIND] == n.HOUSE).any()
    houses = layout.objects[:, n.KIND] == n.HOUSE
    closed = layout.objects.copy()
    closed[houses, n.HOUSE_COLUMNS.shop] = 0.0
    seen = of_scene(street)
    row = clue_table([street], [replace(seen, layout=layout._replace(objects=closed))]).iloc[0]
    assert np.isnan(row["buildings.shop_words:00"]) and np.isfinite(row["buildings.shops:value"])


def test_a_shop_behind_something_is_not_read(street):
    seen = of_scene(street)
    hidden = replace(seen, classes=np.full_like(seen.classes, n.PLANTS), metres=np.full_like(seen.metres, 1.5))
    assert np.isnan(clue_table([street], [hidden]).iloc[0]["buildings.shop_words:00"])
