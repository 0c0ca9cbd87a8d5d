from dataclasses import replace

import numpy as np
import pytest

import world.draw.slots as n
from world.clues import build_scene
from world.layout.lay_out import lay_out
from world.layout.stage import Stage, linear


@pytest.fixture(scope="module")
def scene(atlas):
    return build_scene(52.15, 5.85, 5, 15.0, seed=1)


def things(layout, kind):
    return layout.objects[layout.objects[:, n.KIND] == kind]


def test_objects_come_sorted_by_distance_and_every_bin_lists_them_so(scene):
    layout = lay_out(scene)
    near = layout.objects[:, n.NEAR]
    assert len(near) > 20
    assert (np.diff(near) >= 0).all()
    for bin_ in range(n.BINS):
        listed = layout.items[layout.starts[bin_] : layout.starts[bin_ + 1]]
        assert (np.diff(listed) > 0).all()


def test_an_object_is_listed_in_the_bin_it_stands_in(scene):
    layout = lay_out(scene)
    for i, thing in enumerate(layout.objects):
        turn = np.arctan2(thing[n.Y], thing[n.X]) / (2 * np.pi) % 1.0
        bin_ = min(int(turn * n.BINS), n.BINS - 1)
        assert i in layout.items[layout.starts[bin_] : layout.starts[bin_ + 1]]


def test_two_dates_of_one_place_share_houses_and_trees(atlas):
    summer, winter = (lay_out(build_scene(47.0, 11.5, month, 12.0, seed=4)) for month in (7, 1))
    for kind in (n.HOUSE, n.PLANT):
        a, b = things(summer, kind), things(winter, kind)
        tall_a, tall_b = a[a[:, n.HEIGHT] > 2.5], b[b[:, n.HEIGHT] > 2.5]
        assert np.array_equal(tall_a[:, [n.X, n.Y]], tall_b[:, [n.X, n.Y]])


def test_one_family_changes_alone(scene):
    fenced = replace(scene, vehicles=replace(scene.vehicles, density=0.0))
    a, b = lay_out(scene), lay_out(fenced)
    assert len(things(b, n.CAR)) == 0 < len(things(a, n.CAR))
    assert np.array_equal(things(a, n.PLANT), things(b, n.PLANT))


def test_traffic_keeps_to_its_side(scene):
    def lateral_of_cars_ahead(side):
        road = replace(scene.road, driving_side=side, heading_deg=0.0)
        layout = lay_out(replace(scene, road=road, vehicles=replace(scene.vehicles, density=1.0)))
        cars = things(layout, n.CAR)
        ahead = cars[(cars[:, n.X] > 4) & (cars[:, n.X] < 14) & (cars[:, n.COS] > 0)]
        return ahead[:, n.Y] - layout.numbers[n.ROAD_Y]

    assert (lateral_of_cars_ahead("right") > 0).all()
    assert (lateral_of_cars_ahead("left") < 0).all()
    assert len(lateral_of_cars_ahead("left")) > 0


def test_a_bollard_and_a_pole_stand_close_enough_to_be_read(scene):
    furniture = replace(
        scene.furniture, bollard="wedge", pole="wood-cross", pole_spacing_m=45.0, bollard_spacing_m=50.0
    )
    layout = lay_out(replace(scene, furniture=furniture))
    assert things(layout, n.BLOCK)[:, n.NEAR].min() < 9
    assert things(layout, n.POLE)[:, n.NEAR].min() < 18


def test_no_plant_stands_in_a_house_or_on_the_road(atlas):
    scene = build_scene(48.8, 2.4, 6, 12.0, seed=3)
    busy = replace(
        scene, plants=replace(scene.plants, density=1.0), buildings=replace(scene.buildings, density=0.6, setback_m=4.0)
    )
    layout = lay_out(busy)
    plants, houses = things(layout, n.PLANT), things(layout, n.HOUSE)
    assert len(plants) > 20 and len(houses) > 5
    across = plants[:, n.Y] - layout.numbers[n.ROAD_Y] - layout.numbers[n.CURVE] * plants[:, n.X] ** 2
    assert (np.abs(across) > layout.numbers[n.ROAD_HALF]).all()
    gaps = np.hypot(plants[:, None, n.X] - houses[None, :, n.X], plants[:, None, n.Y] - houses[None, :, n.Y])
    assert (gaps > np.maximum(houses[:, n.LENGTH], houses[:, n.WIDTH])[None]).all()


def test_trees_throw_shadows_away_from_the_sun(scene):
    sky = replace(scene.sky, sun_elevation_deg=30.0, sun_azimuth_deg=scene.road.heading_deg, cloud_cover=0.0)
    layout = lay_out(replace(scene, sky=sky))
    assert 0.0 < layout.shadows.mean() < 0.9
    overcast = lay_out(replace(scene, sky=replace(sky, cloud_cover=1.0)))
    assert overcast.shadows.max() == 0.0


def test_random_numbers_depend_on_place_seed_and_family_not_on_the_date_or_the_step(scene):
    def drawn(family="trees", **changes):
        recipe = replace(scene.recipe, **changes)
        return Stage(replace(scene, recipe=recipe), curve=0.0, road_y=0.0).rows(family, np.array([-3, 7]), 4)

    draws = drawn()
    assert len(np.unique(draws)) == 8
    assert np.array_equal(draws, drawn(month=1, hour=3.0, step_m=40))
    for other in (drawn("houses"), drawn(seed=scene.recipe.seed + 1), drawn(lng=scene.recipe.lng + 1e-3)):
        assert not np.isin(draws, other).any()


def test_a_billionth_of_a_degree_moves_nothing(scene):
    recipe = replace(scene.recipe, lat=scene.recipe.lat + 1e-9, lng=scene.recipe.lng - 1e-9)
    for a, b in zip(lay_out(scene), lay_out(replace(scene, recipe=recipe)), strict=True):
        assert np.array_equal(a, b)


def test_colours_become_light_by_squaring():
    assert linear((0.5, 1.0, 0.0)) == (0.25, 1.0, 0.0)


def test_nothing_to_place_leaves_no_empty_block(scene):
    stage = Stage(scene, curve=0.0, road_y=0.0)
    stage.put_many(n.POST, np.zeros(0), np.zeros(0))
    assert stage.blocks == []
