"""A walk along the road: the same things from another spot, none that pops up, swaps sides or stands in the way."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import world.draw.slots as n
from model.errors import ConfigError
from world import render
from world.clues import build_scene, build_scenes
from world.draw.rows import draw_rows
from world.earth.places import sample_places
from world.layout.lay_out import lay_out
from world.layout.walk import gone, reached, track
from world.render import render_equirectangular, render_views, scratch
from world.scene import STEPS

SEEN_M = 60.0  # as near as nothing may come or go
SEEN_FROM = (n.X, n.Y, n.NEAR, n.REACH, n.TOP, n.SPREAD)  # columns that speak of the camera, and for pictures of
TURNED = (n.COS, n.SIN, n.WIDTH, n.EXTRA)  # people and animals that face it: which side they show
WORDS = {n.BOARD: n.BOARD_COLUMNS.words, n.HOUSE: n.HOUSE_COLUMNS.words}
CARRIER_M = 4.0


@pytest.fixture(scope="module")
def scenes(atlas):
    return build_scenes(sample_places(30, 21))


@pytest.fixture(scope="module")
def alps(atlas):
    return build_scene(46.6, 8.0, 7, 11.0, seed=3)


def at(scene, step_m, **road):
    """The scene from another step, perhaps on another road."""
    return replace(scene, recipe=replace(scene.recipe, step_m=step_m), road=replace(scene.road, **road))


def things(layout, others=()):
    """Rows by identity: kind and road coordinates; those near this camera and near the spots of `others`."""
    rows = layout.objects.astype(np.float64)
    x, y = rows[:, n.X] + layout.numbers[n.WALK_X], rows[:, n.Y] + layout.numbers[n.WALK_Y]
    near = (np.hypot(rows[:, n.X], rows[:, n.Y]) < SEEN_M) & (np.hypot(rows[:, n.X], rows[:, n.Y]) > CARRIER_M)
    for other in others:
        away = np.hypot(x - other.numbers[n.WALK_X], y - other.numbers[n.WALK_Y])
        near &= (away < SEEN_M) & (away > CARRIER_M)
    for row in rows:  # words for the number of words
        if written := WORDS.get(int(row[n.KIND])):
            read = row[n.KIND] == n.BOARD or row[n.HOUSE_COLUMNS.shop] > 0.0  # boards, and houses with a shop
            row[written] = layout.text[int(row[written])].sum() if read else 0.0
    figures = rows[:, n.KIND] == n.FIGURE
    turned = rows.copy()
    turned[figures[:, None] & np.isin(np.arange(n.COLUMNS), TURNED)] = 0.0
    kept = np.delete(turned, SEEN_FROM, axis=1)
    found = np.concatenate([x[near, None], y[near, None], kept[near]], axis=1)
    return found[np.lexsort(np.round(found[:, [4, 3, 2, 1, 0]], 2).T)]


@pytest.mark.parametrize("steps", [(0, 10), (0, 60), (-60, -50), (0, 110)])
def test_what_is_near_two_steps_is_the_same_from_both(scenes, steps):
    compared = 0
    for scene in scenes:
        a, b = (lay_out(at(scene, step)) for step in steps)
        one, two = things(a, [b]), things(b, [a])
        assert len(one) == len(two)
        np.testing.assert_allclose(one, two, atol=2e-4, rtol=1e-5)
        compared += len(one)
    assert compared > 20


@pytest.mark.parametrize("bend_m", [150.0, -200.0, np.inf])
def test_nothing_swaps_sides_or_stands_where_the_camera_stands(scenes, bend_m):
    for scene in scenes[:4]:
        sides: dict[tuple[int, int, int], float] = {}
        for step in STEPS[::3]:
            layout = lay_out(at(scene, step, bend_m=bend_m))
            P, rows = layout.numbers.astype(np.float64), layout.objects.astype(np.float64)
            x, y = rows[:, n.X] + P[n.WALK_X], rows[:, n.Y] + P[n.WALK_Y]
            lateral = y - P[n.ROAD_Y] - P[n.CURVE] * x * x
            own = np.hypot(rows[:, n.X], rows[:, n.Y])
            solid = np.isin(rows[:, n.KIND], (n.CAR, n.HOUSE, n.PLANT, n.FIGURE))
            assert own[solid].min(initial=9.0) > 1.5
            for key, side in zip(np.round(np.stack([rows[:, n.KIND], x, y], 1), 1).tolist(), lateral, strict=True):
                assert sides.setdefault(tuple(key), side) * side >= 0.0 or abs(side) < 0.2


@pytest.mark.parametrize("bend_m", [150.0, -150.0, 400.0, np.inf])
def test_on_a_bend_and_on_a_hill_the_camera_stays_over_its_lane(alps, bend_m):
    for step in STEPS:
        layout = lay_out(at(alps, step, bend_m=bend_m))
        P = layout.numbers.astype(np.float64)
        x, y = P[n.WALK_X], P[n.WALK_Y]
        assert y - P[n.ROAD_Y] - P[n.CURVE] * x * x == pytest.approx(alps.camera.lane_offset_m, abs=1e-3)
        path = np.linspace(0.0, x, 2001)
        length = np.hypot(np.diff(path), np.diff(P[n.CURVE] * path**2)).sum()
        assert length == pytest.approx(abs(step), abs=0.05)
        out = np.zeros((32, 64, 3), np.uint8)
        depth, classes = np.zeros((32, 64), np.float32), np.zeros((32, 64), np.uint8)
        bare = layout._replace(objects=layout.objects[:0], starts=np.zeros_like(layout.starts))
        draw_rows(bare, out, depth, classes, scratch(32), (0, 32, 0, 64), 0.0, 0.0, 1)
        # straight down lies the road, as far below as the mast is high; on a slope one sees a little aside of it
        assert depth[-1] == pytest.approx(alps.camera.height_m, rel=0.04)
    heights = [lay_out(at(alps, step)).numbers[n.CAMERA_Z] for step in STEPS]
    assert max(heights) - min(heights) > 0.5, "this road climbs"
    assert max(abs(a - b) for a, b in pairwise(heights)) < 1.2


@pytest.mark.parametrize("carrier", ["rack", "snorkel", "bonnet"])
def test_the_car_that_carries_the_camera_goes_along_and_turns_with_the_road(alps, carrier):
    carried = replace(alps, camera=replace(alps.camera, carrier=carrier))
    seen = []
    for step in (0, 120):
        layout = lay_out(at(carried, step, bend_m=150.0))
        rows = layout.objects[(layout.objects[:, n.REACH] < 2.4) & (layout.objects[:, n.CLASS] == n.VEHICLES)]
        turn = np.arctan(2.0 * layout.numbers[n.CURVE] * layout.numbers[n.WALK_X])
        ahead = rows[:, n.X] * np.cos(turn) + rows[:, n.Y] * np.sin(turn)
        right = rows[:, n.Y] * np.cos(turn) - rows[:, n.X] * np.sin(turn)
        seen.append(sorted(np.round(np.stack([ahead, right], 1), 2).tolist()))
    assert len(seen[0]) >= 1
    np.testing.assert_allclose(seen[0], seen[1], atol=0.011)


def test_the_way_along_a_bend_is_as_long_as_it_says():
    metres = np.array([-250.0, -120.0, -10.0, 0.0, 40.0, 250.0])
    for curve in (0.5 / 150.0, -0.5 / 300.0, 0.0):
        assert gone(reached(metres, curve), curve) == pytest.approx(metres, abs=1e-6)
        spots = track(curve)
        middle = spots.between(np.array([3.0, 17.0, -4.0]))
        assert gone(middle, curve) == pytest.approx([5.0, 15.0, -5.0], abs=1e-6)
        assert not spots.clear(spots.x, spots.y, 0.1).any()
        assert spots.clear(middle, curve * middle * middle, 4.0).all()


def test_one_goes_towards_a_sign_and_it_grows(atlas):
    scene = build_scene(48.4, 9.6, 5, 15.0, seed=1)
    scene = replace(
        scene, signs=replace(scene.signs, shown=True, street=""), vehicles=replace(scene.vehicles, density=0)
    )
    first = lay_out(scene)
    boards = first.objects[(first.objects[:, n.KIND] == n.BOARD) & (first.objects[:, n.X] > 24.0)]
    board = boards[boards[:, n.X].argmin()]
    sizes = []
    for step in (0, 10, 20):
        layout = lay_out(at(scene, step))
        away = layout.objects[:, n.X] + layout.numbers[n.WALK_X] - board[n.X]
        aside = layout.objects[:, n.Y] + layout.numbers[n.WALK_Y] - board[n.Y]
        (same,) = np.flatnonzero((np.hypot(away, aside) < 1e-3) & (layout.objects[:, n.KIND] == n.BOARD)
                                 & (np.abs(layout.objects[:, n.HEIGHT] - board[n.HEIGHT]) < 1e-6))  # fmt: skip
        alone = layout._replace(objects=layout.objects[same : same + 1], strips=layout.strips[:0],
                                starts=np.arange(n.BINS + 1, dtype=np.int32),
                                items=np.zeros(n.BINS, np.int32))  # fmt: skip
        heading = float(layout.numbers[n.HEADING] + np.arctan2(*alone.objects[0, [n.Y, n.X]]))
        view, depth = np.zeros((256, 256, 3), np.uint8), np.zeros((256, 256), np.float32)
        classes = np.zeros((256, 256), np.uint8)
        draw_rows(alone, view, depth, classes, scratch(256), (0, 256, 0, 256), heading, np.radians(40.0), 1)
        sizes.append(int((classes == n.SIGNS).sum()))
    assert 20 < sizes[0] < sizes[1] < sizes[2]


def test_step_0_is_the_place_itself(scenes):
    bare = scenes[0].recipe
    frame = pd.DataFrame(
        [{"lat": bare.lat, "lng": bare.lng, "month": bare.month, "hour": bare.hour, "seed": bare.seed}]
    )
    (plain,), (stepped,) = build_scenes(frame), build_scenes(frame.assign(step_m=0.0))
    assert plain.recipe == stepped.recipe
    for a, b in zip(lay_out(plain), lay_out(stepped), strict=True):
        assert np.array_equal(a, b)
    assert plain.as_dict()["recipe"]["step_m"] == 0


def test_a_step_changes_the_view_and_no_clue(scenes):
    recipe = scenes[1].recipe
    here, there = (
        build_scene(recipe.lat, recipe.lng, recipe.month, recipe.hour, recipe.seed, step_m=m) for m in (0, 30)
    )
    one, two = here.as_dict(), there.as_dict()
    assert two.pop("recipe")["step_m"] == 30 and one.pop("recipe")["step_m"] == 0
    assert one == two
    views = [render_views(scene, 48, 1).astype(int) for scene in (here, there)]
    assert (np.abs(views[0] - views[1]).max(axis=-1) > 20).mean() > 0.1
    panorama = render_equirectangular(there, 128, 1)
    assert panorama.shape == (64, 128, 3) and panorama.std() > 10.0


def test_the_command_draws_the_place_from_a_step(atlas, tmp_path):
    pictures = []
    for step in (0, 30):
        out = tmp_path / f"{step}.png"
        render.main(render.RenderConfig(48.2, 16.4, out, width=128, samples=1, step=step))
        pictures.append(np.asarray(Image.open(out)).astype(int))
    assert (np.abs(pictures[0] - pictures[1]).max(axis=-1) > 20).mean() > 0.1
    with pytest.raises(ConfigError, match="found 35"):
        render.main(render.RenderConfig(48.2, 16.4, tmp_path / "no.png", step=35))
    assert not (tmp_path / "no.png").exists()


@pytest.mark.parametrize("step", [5, 130, -130, 10.5, float("nan"), "10", None])
def test_a_step_that_nobody_takes_is_refused(atlas, step):
    with pytest.raises(ConfigError, match="in tens"):
        build_scene(48.2, 16.4, 6, 11.0, 0, step_m=step)


def _in_road(layout):
    """Objects as kind and road coordinates, rounded, with their rows."""
    rows = layout.objects.astype(np.float64)
    x, y = rows[:, n.X] + layout.numbers[n.WALK_X], rows[:, n.Y] + layout.numbers[n.WALK_Y]
    return [tuple(one) for one in np.round(np.stack([rows[:, n.KIND], x, y], 1), 1).tolist()], rows


def test_what_is_tall_comes_into_sight_from_afar(atlas):
    """The place has blocks of nine storeys: none of them fills more than some eight degrees when it first appears."""
    towers = build_scene(54.53409, 38.61305, 7, 7.12, 94821960)
    came = 0
    for before, after in pairwise(range(-60, 70, 10)):
        seen, _ = _in_road(lay_out(at(towers, before)))
        now, rows = _in_road(lay_out(at(towers, after)))
        for key, row in zip(now, rows, strict=True):
            if key not in set(seen) and row[n.KIND] in (n.HOUSE, n.PLANT):
                tall = row[n.HEIGHT] / np.hypot(row[n.X], row[n.Y])
                assert tall < 0.22, f"{key} appears {np.degrees(np.arctan(tall)):.0f} degrees high"
                came += 1
    assert came > 5


def test_no_vehicle_stands_in_another_one_and_none_parks_round_a_post(atlas):
    deep, posts = 0, 0
    for scene in build_scenes(sample_places(150, 77, preset="urban")):
        rows = lay_out(scene).objects.astype(np.float64)
        near = rows[np.hypot(rows[:, n.X], rows[:, n.Y]) < 40.0]
        cars = near[near[:, n.KIND] == n.CAR]
        high = near[np.isin(near[:, n.KIND], (n.POST, n.BOARD)) & (near[:, n.HEIGHT] + near[:, n.STAND] > 1.7)]
        for i, car in enumerate(cars):
            for others, shrink in ((cars[i + 1 :], 0.8), (high, 0.0)):
                along = np.abs((others[:, n.X] - car[n.X]) * car[n.COS] + (others[:, n.Y] - car[n.Y]) * car[n.SIN])
                across = np.abs((others[:, n.Y] - car[n.Y]) * car[n.COS] - (others[:, n.X] - car[n.X]) * car[n.SIN])
                reach = (others[:, n.LENGTH], others[:, n.WIDTH]) if shrink else (0.0, 0.0)
                hit = (along < car[n.LENGTH] + reach[0] - shrink) & (across < car[n.WIDTH] + reach[1] - shrink)
                deep, posts = (deep + hit.sum(), posts) if shrink else (deep, posts + hit.sum())
    assert deep <= 2  # before lanes were shared out: one in fifty scenes
    assert posts <= 30
