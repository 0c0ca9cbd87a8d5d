from dataclasses import replace

import numpy as np
import pytest

import world.raycast_names as n
from world.clues import build_scene
from world.layout import lay_out
from world.raycast_rows import draw_rows
from world.render import scratch
from world.terrain import heights

HILLY = (46.6, 8.0, 7, 11.0)


@pytest.fixture(scope="module")
def alps(atlas):
    return build_scene(*HILLY, seed=3)


def ground(layout, x, y):
    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    return heights(layout.numbers, layout.rings, layout.noise, x.ravel().copy(), y.ravel().copy())


def maps(layout, width=128):
    """Metres and classes of a whole panorama that looks along the road."""
    out = np.zeros((width // 2, width, 3), np.uint8)
    depth = np.zeros((width // 2, width), np.float32)
    classes = np.zeros((width // 2, width), np.uint8)
    draw_rows(*layout, out, depth, classes, scratch(), 0, width // 2, float(layout.numbers[n.HEADING]), 0.0, 1)
    return out, depth, classes


def test_the_ground_lies_level_under_the_camera(alps):
    layout = lay_out(alps)
    half = layout.numbers[n.BENCH] - 0.1
    across = np.linspace(-half, half, 21) + layout.numbers[n.ROAD_Y]
    assert np.abs(ground(layout, 0.0, across)).max() < 1e-6


@pytest.mark.parametrize("place", [HILLY, (27.9, 85.2, 7, 11.0), (52.15, 5.85, 7, 11.0)])
def test_a_car_can_climb_the_road(atlas, place):
    for seed in range(6):
        layout = lay_out(build_scene(*place, seed=seed))
        x = np.arange(-300.0, 300.0, 2.0)
        z = ground(layout, x, layout.numbers[n.ROAD_Y] + layout.numbers[n.CURVE] * x * x)
        assert np.abs(np.diff(z) / 2.0).max() < 0.12


def test_mountains_rise_beside_the_road_and_a_delta_lies_flat(atlas):
    def beside(lat, lng):
        layouts = [lay_out(build_scene(lat, lng, 7, 11.0, seed, {"water"})) for seed in range(5)]
        return np.mean([np.abs(ground(layout, 0.0, [-80.0, -40.0, 40.0, 80.0])).mean() for layout in layouts])

    assert beside(46.6, 8.0) > 5.0
    assert beside(23.7, 90.4) < 0.5


def test_without_relief_the_land_is_flat(atlas):
    layout = lay_out(build_scene(*HILLY, seed=3, without={"relief"}))
    x, y = np.meshgrid(np.linspace(-400, 400, 41), np.linspace(-400, 400, 41))
    assert np.abs(ground(layout, x, y)).max() < 1e-6


def test_straight_down_it_is_as_far_as_the_camera_is_high(alps):
    layout = lay_out(replace(alps, vehicles=replace(alps.vehicles, density=0.0)))
    _, depth, classes = maps(layout)
    assert depth[-1] == pytest.approx(layout.numbers[n.CAMERA_Z], rel=0.01)
    assert (classes[-1] == n.ROAD).all()


def test_depth_leads_to_the_ground(alps):
    layout = lay_out(alps)
    width = 256
    _, depth, classes = maps(layout, width)
    rows, columns = np.nonzero((classes == n.GROUND) & (depth < 120.0))
    elevation = (0.5 - (rows + 0.5) / (width // 2)) * np.pi
    azimuth = ((columns + 0.5) / width - 0.5) * 2.0 * np.pi
    flat = depth[rows, columns] * np.cos(elevation)
    z = ground(layout, flat * np.cos(azimuth), flat * np.sin(azimuth))
    missed = np.abs(layout.numbers[n.CAMERA_Z] + depth[rows, columns] * np.sin(elevation) - z)
    assert len(rows) > 500
    assert np.median(missed) < 0.15


def test_the_camera_sees_its_road_ahead_and_behind(alps):
    _, _, classes = maps(lay_out(replace(alps, vehicles=replace(alps.vehicles, density=0.0))))
    lower = classes[40:]
    assert (lower[:, [0, 63]] == n.ROAD).mean() > 0.6


def test_what_stands_behind_a_hill_is_hidden(alps):
    high = replace(alps, relief=replace(alps.relief, hill_slope=0.5, valley_slope=0.5, grade=0.0, crest=0.0))
    low = replace(alps, relief=replace(alps.relief, hill_slope=0.0, valley_slope=-0.5, grade=0.0, crest=0.0))
    seen = [(maps(lay_out(scene))[1] < 1e5)[:32, 28:36].mean() for scene in (high, low)]
    assert seen[0] != seen[1]
    far_plants = []
    for scene in (high, replace(alps, relief=replace(low.relief, rolling_m=0.0, valley_slope=0.0))):
        _, depth, classes = maps(lay_out(scene))
        far_plants.append(((classes == n.PLANTS) & (depth > 150.0)).sum())
    assert far_plants[0] <= far_plants[1]


def test_the_circles_close(alps):
    layout = lay_out(alps)
    assert np.array_equal(layout.terrain[:, n.LAND_TURNS], layout.terrain[:, 0])
    last, first = layout.terrain[n.HEIGHTS, n.LAND_TURNS - 1, :20], layout.terrain[n.HEIGHTS, 0, :20]
    assert np.abs(last - first).max() < 3.0


def test_the_same_place_has_the_same_hills(alps, atlas):
    again = lay_out(build_scene(*HILLY, seed=3))
    assert np.array_equal(lay_out(alps).terrain, again.terrain)
