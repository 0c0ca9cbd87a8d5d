"""Traffic: which kinds where, on which side, facing which way, and what a car looks like."""

from dataclasses import replace

import numpy as np
import pytest

import world.draw.slots as n
from world.clues import build_scene
from world.draw.column import scratch
from world.draw.rows import draw_rows
from world.draw.things.car_shapes import CARS, CELLS, HALF_X, LOW, PROFILES, SHAPES, TALL
from world.earth.car_fashions import TWO_WHEELERS, fashions
from world.layout.cars import facing
from world.layout.lay_out import lay_out
from world.sprites.figures import SIZE_M


@pytest.fixture(scope="module")
def paris(atlas):
    return build_scene(48.86, 2.35, 6, 11.0, seed=1)


def cars_of(scene):
    layout = lay_out(scene)
    cars = layout.objects[layout.objects[:, n.KIND] == n.CAR]
    lateral = cars[:, n.Y] - layout.numbers[n.ROAD_Y] - layout.numbers[n.CURVE] * cars[:, n.X] ** 2
    return cars, lateral, layout


def test_every_fashion_names_kinds_that_can_be_drawn_and_shares_sum_to_one():
    for name, fashion in fashions().items():
        assert {kind for kind, _ in fashion.kinds} <= {*CARS, *TWO_WHEELERS}, name
        assert sum(share for _, share in fashion.kinds) == pytest.approx(1.0)
        assert fashion.documented <= {kind for kind, _ in fashion.kinds}
    assert set(TWO_WHEELERS) <= set(SIZE_M)


def test_profiles_are_as_tall_as_their_measures_say():
    assert PROFILES.shape == (len(CARS), CELLS + 1)
    assert np.abs(PROFILES.max(axis=1) - SHAPES[:, TALL]).max() < 0.05
    assert (PROFILES.min(axis=1) > SHAPES[:, LOW] * 0.5).all()
    assert (SHAPES[:, HALF_X] > 1.0).all() and (SHAPES[:, HALF_X] < 7.0).all()


@pytest.mark.parametrize(
    ("lat", "lng", "kind", "least"),
    [
        (35.69, 139.70, "kei", 0.25),
        (21.03, 105.85, "motorbike", 0.30),
        (28.65, 77.23, "three-wheeler", 0.15),
        (14.60, 120.98, "jeepney", 0.12),
        (39.00, -98.00, "pickup", 0.25),
        (-12.05, -77.03, "three-wheeler", 0.15),
        (6.95, 79.90, "three-wheeler", 0.25),
        (52.30, 4.90, "bicycle", 0.10),
        (55.75, 37.60, "classic", 0.10),
    ],
)
def test_kinds_follow_the_country(atlas, lat, lng, kind, least):
    assert dict(build_scene(lat, lng, 6, 11.0, 1).vehicles.kinds)[kind] > least


def test_taxis_are_yellow_in_new_york_and_more_common_than_in_kansas(atlas):
    city, farm = build_scene(40.75, -73.98, 6, 11.0, 1).vehicles, build_scene(39.0, -98.0, 6, 11.0, 1).vehicles
    red, green, blue = city.taxi_rgb
    assert red > 0.9 and green > 0.6 and blue < 0.2
    assert dict(city.kinds)["taxi"] > 1.5 * dict(farm.kinds)["taxi"]


def test_few_ride_on_two_wheels_in_frost(atlas):
    summer, winter = (dict(build_scene(56.2, 9.5, month, 11.0, 1).vehicles.kinds) for month in (7, 1))
    assert winter["bicycle"] < 0.5 * summer["bicycle"]


def test_traffic_is_thin_at_night(atlas):
    day, night = (build_scene(48.86, 2.35, 6, hour, 1).vehicles.density for hour in (11.0, 2.0))
    assert night < 0.6 * day


@pytest.mark.parametrize("side", ["right", "left"])
def test_cars_keep_to_their_side_and_head_that_way(paris, side):
    for seed in range(6):
        scene = replace(
            paris,
            recipe=replace(paris.recipe, seed=seed),
            road=replace(paris.road, driving_side=side, heading_deg=0.0),
            vehicles=replace(paris.vehicles, density=1.0, parked=0.0, kinds=(("sedan", 1.0),)),
        )
        cars, lateral, _ = cars_of(scene)
        assert len(cars) > 4
        keep = 1.0 if side == "right" else -1.0
        assert (np.sign(lateral) == keep * np.sign(cars[:, n.COS])).all()
        assert (np.abs(lateral) < 0.5 * scene.road.width_m).all()


def test_parked_cars_stand_at_the_edge_not_in_the_lane(paris):
    scene = replace(paris, vehicles=replace(paris.vehicles, density=0.0, parked=1.0, kinds=(("sedan", 1.0),)))
    cars, lateral, _ = cars_of(scene)
    assert len(cars) > 8
    assert (np.abs(lateral) > 0.5 * scene.road.width_m - 1.2).all()


def test_no_density_no_cars(paris):
    cars, _, layout = cars_of(replace(paris, vehicles=replace(paris.vehicles, density=0.0, parked=0.0)))
    assert len(cars) == 0
    assert not (layout.objects[:, n.CLASS] == n.VEHICLES).any()


def test_the_same_scene_has_the_same_traffic(paris):
    assert np.array_equal(cars_of(paris)[0], cars_of(paris)[0])


def test_pictures_turn_their_end_to_who_stands_in_line():
    x, y = np.array([10.0, 0.0, 0.0]), np.array([0.0, 10.0, -10.0])
    end, narrow, look = facing(x, y, np.zeros(3))
    assert end.tolist() == [True, False, False]
    assert look.tolist()[1:] == [-1.0, 1.0]  # ahead lies to the left of one who looks right
    assert (narrow >= 0.6).all()


def drawn(layout, size=64):
    """Classes and depths that a view ahead shows."""
    view = np.empty((size, size, 3), np.uint8)
    depth, classes = np.zeros((size, size), np.float32), np.zeros((size, size), np.uint8)
    heading = float(layout.numbers[n.HEADING])
    draw_rows(layout, view, depth, classes, scratch(size), (0, size, 0, size), heading, np.radians(60.0), 1)
    return view, depth, classes


def test_a_car_ahead_is_seen_as_a_vehicle_at_its_distance(paris):
    scene = replace(paris, vehicles=replace(paris.vehicles, density=1.0, parked=0.0, kinds=(("van", 1.0),)))
    cars, _, layout = cars_of(scene)
    ahead = cars[(cars[:, n.X] > 4.0) & (cars[:, n.X] < 18.0) & (cars[:, n.COS] > 0.0)]
    assert len(ahead) >= 1
    _, depth, classes = drawn(layout)
    near = depth[classes == n.VEHICLES].min()
    assert near == pytest.approx(ahead[0, n.X] - ahead[0, n.LENGTH], abs=0.8)


def test_the_plate_is_seen_near_by_in_its_colour(paris):
    vehicles = replace(paris.vehicles, density=1.0, parked=0.0, kinds=(("van", 1.0),), palette=((0.1, 0.1, 0.1),))
    plain = replace(vehicles, plate_front_rgb=(0.1, 0.1, 0.1), plate_rear_rgb=(0.1, 0.1, 0.1))
    yellow = replace(vehicles, plate_rear_rgb=(0.95, 0.76, 0.10))
    views = [drawn(lay_out(replace(paris, vehicles=v)), 128)[0].astype(int) for v in (plain, yellow)]
    changed = np.abs(views[0] - views[1]).sum(axis=2) > 60
    assert 2 < changed.sum() < 400
