from dataclasses import replace

import numpy as np
import pytest

import world.draw.slots as n
from world.clues import build_scene
from world.clues.relief import NOTHING as FLAT
from world.clues.water import NOTHING
from world.draw.column import scratch
from world.draw.rows import draw_rows
from world.layout.land import heights
from world.layout.lay_out import lay_out
from world.layout.stage import Stage
from world.scene import AZIMUTHS

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
    draw_rows(
        layout, out, depth, classes, scratch(width), (0, width // 2, 0, width), float(layout.numbers[n.HEADING]), 0.0, 1
    )
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
    """A post 60 m behind the crest of a steep bank is seen on flat land only."""

    def seen(relief):
        bare = replace(alps, relief=relief, water=NOTHING, plants=replace(alps.plants, density=0.0, treeline=0.0))
        layout = lay_out(replace(bare, buildings=replace(bare.buildings, density=0.0)))
        row = np.zeros((1, n.COLUMNS), np.float32)
        stage = Stage(bare, curve=0.0, road_y=0.0)
        stage.put(n.POST, 0.0, 90.0, width=1.5, height=6.0, extra=n.PostExtra())
        row[:] = stage.tables()[0]
        row[0, n.TOP] = 9.0
        starts, items = np.arange(n.BINS + 1, dtype=np.int32), np.zeros(n.BINS, np.int32)  # every bin lists it
        only = layout._replace(objects=row, starts=starts, items=items, strips=layout.strips[:0])
        return (maps(only, 512)[2] == n.FURNITURE).sum()

    bank = replace(FLAT, hill_slope=0.0, valley_slope=0.5)
    assert seen(FLAT) > 5
    assert seen(bank) == 0


def test_the_circles_close(alps):
    layout = lay_out(alps)
    assert np.array_equal(layout.terrain[:, n.LAND_TURNS], layout.terrain[:, 0])
    steps = np.abs(np.diff(layout.terrain[n.HEIGHTS, : n.LAND_TURNS + 1], axis=0))  # the last lies across the seam
    assert (steps[-1] <= 1.2 * steps[:-1].max(axis=0) + 0.1).all()


def test_the_same_place_has_the_same_hills(alps, atlas):
    again = lay_out(build_scene(*HILLY, seed=3))
    assert np.array_equal(lay_out(alps).terrain, again.terrain)


# --- water ------------------------------------------------------------------------------------------------------------


def wet(scene, **water):
    still = replace(scene, vehicles=replace(scene.vehicles, density=0.0), plants=replace(scene.plants, density=0.0))
    still = replace(still, buildings=replace(still.buildings, density=0.0))
    return replace(still, water=replace(NOTHING, **water), relief=FLAT)


def test_a_river_runs_under_the_road_and_not_over_it(alps):
    layout = lay_out(wet(alps, river_m=0.0, river_width_m=20.0, bridge="steel", level_m=-4.0))
    road_y = layout.numbers[n.ROAD_Y]
    assert np.abs(ground(layout, [-9.0, 0.0, 9.0], road_y)).max() < 1e-6
    assert (ground(layout, 0.0, [road_y - 25.0, road_y + 25.0]) < -4.0).all()
    _, depth, classes = maps(layout)
    assert (classes == n.WATER).sum() > 100
    assert (classes[-1] == n.ROAD).all()
    assert np.median(depth[classes == n.WATER]) > 10.0


@pytest.mark.parametrize("side", [1, -1])
def test_the_shore_lies_on_the_side_that_the_clue_says(alps, side):
    _, _, classes = maps(lay_out(wet(alps, shore_side=side, shore_m=20.0, level_m=-2.0, bank=0.3)))
    seen = (classes == n.WATER).sum(axis=0)
    left, right = seen[:64].sum(), seen[64:].sum()  # the panorama's middle looks along the road
    assert (right if side > 0 else left) > 50
    assert (left if side > 0 else right) == 0


def test_open_water_begins_where_the_clue_says(alps):
    open_m = np.full(AZIMUTHS, 120.0, np.float32)
    high = replace(alps, camera=replace(alps.camera, height_m=20.0))  # one sees over the bank
    _, depth, classes = maps(lay_out(wet(high, open_m=open_m, level_m=-1.0, bank=0.3)), 512)
    assert 100.0 < depth[classes == n.WATER].min() < 160.0


def test_nothing_stands_in_the_water(alps):
    scene = replace(alps, water=replace(alps.water, shore_side=1, shore_m=18.0, level_m=-2.0), relief=FLAT)
    layout = lay_out(replace(scene, plants=replace(scene.plants, density=1.0)))
    plants = layout.objects[layout.objects[:, n.KIND] == n.PLANT]
    assert len(plants) > 20
    assert (ground(layout, plants[:, n.X], plants[:, n.Y]) > -2.0).all()


def test_without_water_no_pixel_shows_any(atlas):
    dry = build_scene(-41.5, -72.9, 7, 11.0, 0, {"water"})
    assert (maps(lay_out(dry))[2] != n.WATER).all()
    assert (maps(lay_out(build_scene(-41.5, -72.9, 7, 11.0, 0)))[2] == n.WATER).any()
