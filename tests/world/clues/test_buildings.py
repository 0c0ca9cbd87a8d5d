"""Which houses belong where: rules at named places, and the tables they come from."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from world.clues import build_scene, build_scenes, buildings
from world.clues.site import survey
from world.earth.countries import table
from world.earth.places import sample_places
from world.earth.styles import COVERS, GARDENS, STYLES, TRAITS, WALLS, WINDOWS
from world.lettering.sheets import words_picture
from world.scene import Recipe


def built(lat, lng, seed=1):
    return build_scene(lat, lng, 6, 12.0, seed).buildings


def trait(town, name):
    return dict(town.traits).get(name, 0.0)


def test_the_table_of_styles_uses_words_that_the_kernels_know():
    for name, style in STYLES.items():
        assert set(style.wall_kinds) <= set(WALLS), name
        assert set(style.roof_kinds) <= set(COVERS), name
        assert style.windows in WINDOWS, name
        assert set(style.gardens) <= set(GARDENS), name
        assert {trait for trait, _ in style.traits} <= TRAITS, name
        assert all(0.0 <= share <= 1.0 for _, share in style.traits), name
        assert len(style.walls) == len(style.wall_kinds) and len(style.roofs) == len(style.roof_kinds), name


def test_every_trait_belongs_to_some_style():
    assert {trait for style in STYLES.values() for trait, _ in style.traits} == TRAITS


@pytest.mark.parametrize(
    ("lat", "lng", "kinds"),
    [
        (52.37, 4.90, {"brick"}),  # Amsterdam
        (60.60, 15.60, {"boards"}),  # Dalarna
        (48.08, 7.36, {"timber", "plaster"}),  # Colmar
        (48.45, -4.40, {"stone"}),  # Brittany
        (31.78, 35.22, {"stone"}),  # Jerusalem
        (30.05, 31.24, {"frame"}),  # Cairo
        (13.40, -5.90, {"adobe"}),  # Mali
        (64.13, -21.90, {"sheet"}),  # Reykjavik
    ],
)
def test_walls_are_made_of_what_the_land_builds_with(lat, lng, kinds):
    town = built(lat, lng)
    assert kinds <= set(town.wall_kinds)
    assert len(town.wall_kinds) == len(town.wall_palette)


@pytest.mark.parametrize(
    ("lat", "lng", "form", "cover"),
    [
        (43.95, 5.05, "gable", "pantiles"),  # Provence
        (48.45, -4.40, "gable", "slate"),  # Brittany
        (23.60, 58.50, "flat", "felt"),  # Oman
        (-7.60, 110.70, "hip", "pantiles"),  # Java
        (6.60, 3.35, "hip", "rust"),  # Lagos
    ],
)
def test_roofs_follow_region_and_climate(lat, lng, form, cover):
    town = built(lat, lng)
    assert town.roof == form
    assert cover in town.roof_kinds


def test_one_country_has_several_traditions():
    def style(lat, lng):
        return built(lat, lng).roof_steepness, built(lat, lng).wall_kinds

    provence, alsace, brittany = style(43.95, 5.05), style(48.08, 7.36), style(48.45, -4.40)
    assert provence[0] < 0.5 < alsace[0]
    assert len({provence[1], alsace[1], brittany[1]}) == 3


def test_huts_yurts_and_stilts_stand_where_people_live_in_them():
    assert trait(built(13.40, -5.90), "hut") > 0.2
    assert trait(built(46.60, 103.50), "yurt") > 0.4
    assert trait(built(13.00, 104.60), "stilts") > 0.3
    for name in ("hut", "yurt", "stilts"):
        assert trait(built(50.10, 8.70), name) == 0.0


def test_towers_of_panels_belong_to_the_eastern_bloc_and_east_asia():
    points = [(55.60, 37.30), (37.55, 127.05), (51.45, -0.25), (41.90, 12.50)]
    seeds = range(24)
    frame = pd.DataFrame(
        [(lat, lng, 6, 12.0, seed) for lat, lng in points for seed in seeds],
        columns=["lat", "lng", "month", "hour", "seed"],
    )
    estates = np.array([scene.buildings.estate for scene in build_scenes(frame)]).reshape(len(points), -1).mean(axis=1)
    assert estates[:2].min() > 0.25
    assert estates[2:].max() == 0.0


def test_coolers_hang_where_it_is_hot_and_chimneys_where_it_is_cold():
    assert trait(built(13.80, 100.60), "ac") > 0.2 > trait(built(60.60, 15.60), "ac")
    assert trait(built(60.60, 15.60), "chimney") > 0.5 > trait(built(13.80, 100.60), "chimney")


def test_inner_cities_are_denser_and_higher_than_villages():
    city, village = built(48.86, 2.35), built(47.20, 2.60)
    assert city.density > village.density
    assert city.storeys_mean > village.storeys_mean
    assert city.shops > village.shops


def test_an_american_suburb_keeps_its_gardens():
    scene = build_scene(39.96, -82.85, 6, 12.0, 1)
    assert scene.place.urban > 0.3
    assert scene.buildings.density <= 0.62


def test_local_fields_tint_paint_mildly(atlas):
    frame = sample_places(200, 4)
    columns = zip(frame["lat"], frame["lng"], frame["month"], frame["hour"], frame["seed"], strict=True)
    sites = survey([Recipe(lat, lng, int(month), hour, int(seed)) for lat, lng, month, hour, seed in columns], atlas)
    for site, scene in zip(sites, build_scenes(frame), strict=True):
        town = scene.buildings
        if not town.estate:
            given = np.array(buildings.style_of(site).walls)
            away = np.abs(np.array(town.wall_palette)[:, None] - given[None]).max(axis=2).min(axis=1)
            assert away.max() < 0.2, site.place.country


def test_shops_are_named_in_the_countrys_words_and_script():
    expected = {(55.6, 37.3): ("cyrillic", "АПТЕКА"), (48.86, 2.35): ("latin", "BOULANGERIE"),
                (35.7, 139.7): ("kana", "薬局"), (30.05, 31.24): ("arabic", "صيدلية")}  # fmt: skip
    for (lat, lng), (script, word) in expected.items():
        town = built(lat, lng)
        assert town.shop_script == script
        assert word in town.shop_words


def test_every_shop_word_can_be_lettered():
    countries = {*table(), "XX"}
    drawn = {buildings.shop_words(iso, "latin") for iso in countries}
    assert len(drawn) > 20
    for words, script in drawn:
        for word in words:
            assert words_picture(word, script).getbbox() is not None, word


def test_two_seeds_share_the_style_and_a_date_changes_nothing():
    summer, winter = (build_scene(47.0, 11.5, month, 12.0, 4).buildings for month in (7, 1))
    assert summer == winter
    one, two = built(47.0, 11.5, 1), built(47.0, 11.5, 2)
    assert one.wall_palette == two.wall_palette
    assert replace(one, density=0.0) != replace(two, density=0.0)
