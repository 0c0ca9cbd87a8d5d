"""People, animals and clutter: what lives where, and where it stands."""

from dataclasses import replace

import numpy as np
import pytest

import world.draw.slots as n
from world.clues import build_scene, life
from world.draw.column import scratch
from world.draw.rows import draw_rows
from world.earth.street_life import known, street_life
from world.layout.clutter import DYES, SOLIDS
from world.layout.lay_out import lay_out
from world.layout.life import HIDES
from world.sprites.animals import ANIMALS
from world.sprites.figures import FIGURES, SIZE_M, figure_atlas, figure_row
from world.sprites.people import PEOPLE
from world.sprites.things import THINGS


@pytest.fixture(scope="module")
def paris(atlas):
    return build_scene(48.86, 2.35, 6, 11.0, seed=1)


@pytest.fixture(scope="module")
def meadow(atlas):
    scene = build_scene(52.15, 5.85, 6, 12.0, seed=1)
    return replace(
        scene,
        ground=replace(scene.ground, crop="pasture", grass_cover=0.9, snow=0.0),
        plants=replace(scene.plants, density=0.2),
        buildings=replace(scene.buildings, density=0.0),
        life=replace(scene.life, herd=1.0, animals=(("cow", 1.0),), people=0.0, stray=0.0, clutter_density=0.0),
    )


def alive(layout):
    return layout.objects[layout.objects[:, n.CLASS] == n.LIFE]


def lateral_of(layout, rows):
    return rows[:, n.Y] - layout.numbers[n.ROAD_Y] - layout.numbers[n.CURVE] * rows[:, n.X] ** 2


def kinds_seen(rows):
    return {FIGURES[int(row) // 2] for row in rows[:, n.FIGURE_COLUMNS.picture]}


def animals_at(lat, lng, month=6):
    return dict(build_scene(lat, lng, month, 11.0, 1).life.animals)


def test_every_row_of_the_table_names_what_can_be_drawn():
    for key in known():
        row = street_life(key, key if key.islower() else "north")
        assert {kind for kind, _ in row.people} <= set(PEOPLE), key
        assert {kind for kind, _ in row.animals} <= set(ANIMALS), key
        assert {kind for kind, _ in row.clutter} <= set(DYES) | set(SOLIDS), key
        assert row.dress and row.skin and row.robes and 0.0 <= row.stray <= 1.0
    assert set(HIDES) == set(ANIMALS)
    assert set(DYES) == set(THINGS)


def test_a_country_without_a_row_takes_its_region_and_empty_cells_too():
    assert street_life("XX", "africa") == street_life("africa", "africa")
    assert street_life("NL", "north").dress == street_life("north", "north").dress
    assert street_life("NL", "north").clutter != street_life("north", "north").clutter


@pytest.mark.parametrize(
    ("lat", "lng", "kind"),
    [
        (28.0, 10.0, "camel"),
        (23.5, 45.0, "camel"),
        (44.0, 104.0, "bactrian"),
        (-14.8, -71.0, "llama"),
        (68.5, 26.0, "reindeer"),
        (-25.0, 133.0, "kangaroo"),
        (31.0, 91.0, "yak"),
        (26.85, 80.93, "buffalo"),
        (-44.0, 171.0, "sheep"),
        (64.0, -20.5, "horse"),
    ],
)
def test_animals_live_where_they_live(atlas, lat, lng, kind):
    assert animals_at(lat, lng)[kind] > 0.02


@pytest.mark.parametrize(
    ("lat", "lng", "absent"),
    [
        (61.1, 7.1, {"camel", "reindeer", "kangaroo", "llama"}),  # western Norway
        (52.2, 5.9, {"camel", "zebu", "buffalo", "kangaroo"}),
        (-12.05, -77.03, {"llama", "alpaca"}),  # Lima, at the sea
        (28.65, 77.23, {"yak", "llama"}),  # Delhi
        (35.0, -100.0, {"kangaroo", "camel", "zebu"}),
    ],
)
def test_animals_are_absent_where_they_do_not_live(atlas, lat, lng, absent):
    assert not absent & set(animals_at(lat, lng))


def test_dress_follows_the_country_and_the_season(atlas):
    gulf, oslo = (dict(build_scene(lat, lng, 1, 11.0, 1).life.figures) for lat, lng in ((24.7, 46.7), (59.9, 10.7)))
    assert gulf["thobe"] > 0.3 and "thobe" not in oslo
    assert oslo["coat"] > 2.0 * gulf.get("coat", 0.0)
    assert "straw" in dict(build_scene(21.03, 105.85, 6, 11.0, 1).life.figures)


def test_streets_are_full_in_towns_by_day_and_empty_at_night_and_in_the_wild(atlas):
    day, night = (build_scene(48.86, 2.35, 6, hour, 1).life.people for hour in (11.0, 2.0))
    assert day > 0.4 > 0.1 > night
    assert build_scene(46.0, 103.0, 6, 11.0, 1).life.people < 0.05


def test_cold_keeps_people_in(atlas):
    summer, winter = (build_scene(62.03, 129.73, month, 11.0, 1).life.people for month in (7, 1))
    assert winter < 0.6 * summer


def test_nothing_lives_in_a_scene_without_the_family(atlas):
    scene = build_scene(48.86, 2.35, 6, 11.0, 1, without=("life",))
    assert scene.life is life.NOTHING
    layout = lay_out(scene)
    assert len(alive(layout)) == 0
    figures = layout.objects[layout.objects[:, n.KIND] == n.FIGURE]
    assert (figures[:, n.CLASS] == n.VEHICLES).all()


def test_people_keep_to_the_pavement_and_out_of_houses(paris):
    busy = replace(paris, life=replace(paris.life, people=1.0, animals=(), stray=0.0))
    for seed in range(4):
        layout = lay_out(replace(busy, recipe=replace(busy.recipe, seed=seed)))
        people = alive(layout)
        assert len(people) > 15
        lateral = np.abs(lateral_of(layout, people))
        assert (lateral > 0.5 * paris.road.width_m).all()
        houses = layout.objects[layout.objects[:, n.KIND] == n.HOUSE]
        dx, dy = people[:, None, n.X] - houses[None, :, n.X], people[:, None, n.Y] - houses[None, :, n.Y]
        along = dx * houses[None, :, n.COS] + dy * houses[None, :, n.SIN]
        across = -dx * houses[None, :, n.SIN] + dy * houses[None, :, n.COS]
        within = (np.abs(along) < houses[None, :, n.LENGTH]) & (np.abs(across) < houses[None, :, n.WIDTH])
        assert not within.any()


def test_snow_thins_the_street(paris):
    busy = replace(paris, life=replace(paris.life, people=0.8, animals=(), stray=0.0, herd=0.0))
    clear, deep = (len(alive(lay_out(replace(busy, ground=replace(busy.ground, snow=snow))))) for snow in (0.0, 1.0))
    assert deep < 0.8 * clear


def test_a_herd_grazes_on_grass_beside_the_road(meadow):
    layout = lay_out(meadow)
    herd = alive(layout)
    assert len(herd) > 8
    assert kinds_seen(herd) == {"cow"}
    lateral = lateral_of(layout, herd)
    assert (np.abs(lateral) > 0.5 * meadow.road.width_m + 3.0).all()
    assert len(set(np.sign(lateral))) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"ground": {"grass_cover": 0.0}},
        {"ground": {"snow": 0.9}},
        {"ground": {"crop": "wheat", "crop_side": 0}},
        {"plants": {"density": 0.95}},
        {"life": {"herd": 0.0}},
    ],
)
def test_no_herd_without_pasture(meadow, change):
    for family, values in change.items():
        meadow = replace(meadow, **{family: replace(getattr(meadow, family), **values)})
    assert len(alive(lay_out(meadow))) == 0


def test_a_herd_stays_on_the_side_without_crops(meadow):
    scene = replace(meadow, ground=replace(meadow.ground, crop="maize", crop_side=1))
    layout = lay_out(scene)
    assert (lateral_of(layout, alive(layout)) < 0.0).all()
    assert len(alive(layout)) > 3


def test_cattle_walk_on_the_road_in_india_and_not_in_the_netherlands(atlas):
    india, holland = (build_scene(lat, lng, 11, 11.0, 1).life.stray for lat, lng in ((26.6, 80.5), (52.15, 5.85)))
    assert india > 0.3 > 0.01 > holland


def test_clutter_counts_as_furniture_and_is_the_country_s_own(atlas):
    tokyo, new_york = build_scene(35.69, 139.70, 6, 11.0, 1), build_scene(40.75, -73.98, 6, 11.0, 1)
    assert "vending" in dict(tokyo.life.clutter) and "hydrant" in dict(new_york.life.clutter)
    crammed, bare = (replace(new_york, life=replace(new_york.life, clutter_density=d)) for d in (1.0, 0.0))
    counts = [
        sum(
            int(
                (
                    lay_out(replace(scene, recipe=replace(scene.recipe, seed=seed))).objects[:, n.CLASS] == n.FURNITURE
                ).sum()
            )
            for seed in range(3)
        )
        for scene in (crammed, bare)
    ]
    assert counts[0] > counts[1] + 15


def test_british_post_boxes_are_red_and_german_ones_yellow(atlas):
    red = build_scene(51.5, -0.1, 6, 11.0, 1).life.post_rgb
    yellow = build_scene(52.5, 13.4, 6, 11.0, 1).life.post_rgb
    assert red[0] > 0.6 > 0.3 > red[1]
    assert yellow[0] > 0.8 and yellow[1] > 0.6 and yellow[2] < 0.3


def test_bales_lie_in_late_summer_only(meadow):
    calm = replace(meadow, life=replace(meadow.life, herd=0.0, clutter=(("bale", 1.0),), clutter_density=0.2))
    row = figure_row("bale")
    counts = []
    for summer in (1.0, 0.1):
        found = 0
        for seed in range(8):
            scene = replace(calm, recipe=replace(calm.recipe, seed=seed), life=replace(calm.life, summer=summer))
            rows = lay_out(scene).objects
            found += int(((rows[:, n.KIND] == n.FIGURE) & (rows[:, n.FIGURE_COLUMNS.picture] == row)).sum())
        counts.append(found)
    assert counts[0] > 5 and counts[1] == 0


def test_the_same_scene_has_the_same_people(paris):
    assert np.array_equal(alive(lay_out(paris)), alive(lay_out(paris)))


def test_a_person_before_a_wall_is_seen(atlas):
    """Objects are sorted by the nearest they can be: what comes after a wall may still stand before it."""
    bare = build_scene(48.86, 2.35, 6, 11.0, 1, without=("vehicles", "furniture", "signs", "plants"))
    layout = lay_out(replace(bare, life=replace(bare.life, people=1.0, clutter_density=0.0, animals=())))
    nearest = alive(layout)[:6]
    assert len(nearest) == 6
    size = 64
    for person in nearest:
        view = np.empty((size, size, 3), np.uint8)
        depth, classes = np.zeros((size, size), np.float32), np.zeros((size, size), np.uint8)
        heading = float(layout.numbers[n.HEADING]) + np.arctan2(person[n.Y], person[n.X])
        draw_rows(layout, view, depth, classes, scratch(size), (0, size, 0, size), heading, np.radians(60.0), 1)
        middle = (classes == n.LIFE) & (np.abs(np.arange(size) - 0.5 * size) < 6)[None, :]
        assert middle.any()
        assert depth[middle].min() < person[n.REACH] + 1.5


def test_the_atlas_has_every_figure_upright_and_within_its_picture():
    atlas = figure_atlas()
    assert len(atlas) == 2 * len(FIGURES)
    assert set(SIZE_M) == set(FIGURES)
    for name in FIGURES:
        for view in (0, 1):
            cover = atlas[figure_row(name, view), : atlas.shape[2], :, 0]
            assert cover[-4:].max() > 60, f"{name} does not stand on the ground"
            assert 0.02 < (cover > 128).mean() < 0.75, name
