"""What only some countries do: customs, traditions of building, roads, herds, cameras, liveries, words of shops."""

import pytest

from model.errors import ConfigError
from world.earth.cameras import USUAL as USUAL_CAMERA
from world.earth.cameras import camera_customs
from world.earth.colour import NAMED
from world.earth.customs import countries_of, customs, kept
from world.earth.herds import bound, herds_of
from world.earth.landscapes import Here
from world.earth.liveries import liveries, livery
from world.earth.roads import USUAL as USUAL_ROADS
from world.earth.roads import known_roads, road_customs
from world.earth.shop_words import known_words, shop_words
from world.earth.traditions import tradition


def here(country, lat, lng, zone="Cfb", altitude_m=100.0, mean_c=12.0, urban=0.1):
    return Here(country, zone, lat, lng, abs(lat), altitude_m, mean_c - 8.0, mean_c, 800.0, 60.0, urban)


def test_a_custom_is_kept_in_its_countries_and_there_in_its_landscape():
    assert kept("pillar boxes", here("GB", 51.5, 0.0)) and not kept("pillar boxes", here("FR", 48.9, 2.3))
    assert kept("red autumn", here("US", 44.0, -72.0)) and not kept("red autumn", here("US", 40.0, -112.0))
    assert kept("red earth", here("AU", -25.0, 131.0, "BWh")) and not kept("red earth", here("AU", -37.8, 145.0))
    assert countries_of("closed") == {"KP", "AQ", "SY", "YE"}


def test_a_custom_that_nobody_wrote_down_is_refused_with_those_that_are():
    with pytest.raises(
        ConfigError, match=r"the custom 'blue barns' in customs\.csv, found treeless steppe.*; write a row"
    ):
        kept("blue barns", here("GB", 51.5, 0.0))


def test_every_custom_has_countries():
    assert all(codes.codes and not codes.but for rows in customs().values() for codes, _ in rows)


@pytest.mark.parametrize(
    ("place", "style"),
    [
        (here("FR", 48.3, -3.0), "breton"),
        (here("FR", 49.2, 0.0), "norman"),
        (here("FR", 48.5, 7.6), "alsatian"),
        (here("FR", 43.6, 5.0, "Csa"), "provencal"),
        (here("FR", 45.9, 6.8, "Dfc", 1100.0, 5.0), "alpine"),
        (here("FR", 46.5, 3.0), ""),
        (here("DE", 53.6, 10.0), "northgerman"),
        (here("IT", 40.8, 14.3, "Csa"), "neapolitan"),
        (here("US", 35.1, -106.6, "BSk"), "southwestern"),
        (here("US", 27.9, -82.4, "Cfa"), "floridian"),
        (here("US", 41.9, -87.6, "Dfa"), ""),
        (here("PE", -13.5, -72.0, "Cwb", 3400.0), "andean"),
        (here("PE", -12.0, -77.0, "BWh"), "peruvian"),
        (here("PE", -13.5, -72.0, "Cwb", 3400.0, urban=0.8), "peruvian"),
        (here("ID", -7.8, 110.4, "Am"), "javanese"),
        (here("ID", -0.9, 100.4, "Af"), "malay"),
        (here("ID", -2.5, 140.7, "Af"), "papuan"),
        (here("NG", 12.0, 8.5, "BSh"), "sahelian"),
        (here("NG", 6.5, 3.4, "Aw"), "nigerian"),
        (here("NO", 60.0, 10.0), "norwegian"),
        (here("??", 0.0, 0.0), ""),
    ],
)
def test_houses_follow_the_tradition_of_their_landscape(place, style):
    assert tradition(place) == style


def test_roads_follow_their_country_and_are_usual_elsewhere():
    assert road_customs("US").dash_m == (3.05, 9.14) and road_customs("US").grid
    assert road_customs("NL").mouth == "teeth" and road_customs("NL").cycle_lane_rgb and road_customs("NL").trams
    assert road_customs("GB").mouth == "dashes"
    assert road_customs("IN").kerb == (NAMED["black"], NAMED["yellow"])
    assert road_customs("CH").zebra_rgb == NAMED["yellow"]
    assert road_customs("PH").concrete == 0.65 and road_customs("MN").unpaved
    assert road_customs("??") == USUAL_ROADS and USUAL_ROADS.mouth == "bar" and USUAL_ROADS.dash_m is None
    assert USUAL_ROADS not in known_roads().values()  # a row that says nothing


@pytest.mark.parametrize(
    ("usual", "place", "animals"),
    [
        ({"goat": 1.0}, here("EG", 27.0, 30.0, "BWh"), {"goat": 1.0, "camel": 0.45}),
        ({"goat": 1.0, "camel": 2.0}, here("EG", 27.0, 30.0, "BSh"), {"goat": 1.0, "camel": 2.0}),
        ({"goat": 1.0, "camel": 2.0}, here("EG", 31.0, 30.0, "Csa"), {"goat": 1.0}),
        ({"goat": 1.0, "camel": 2.0}, here("FR", 31.0, 30.0, "BWh"), {"goat": 1.0}),
        ({"sheep": 1.0, "yak": 1.0}, here("NP", 27.7, 85.3, "Cwa", 1300.0), {"sheep": 1.0}),
        ({"sheep": 1.0}, here("NP", 28.0, 86.7, "ET", 3600.0), {"yak": 0.6, "sheep": 0.25, "horse": 0.15}),
        ({"cow": 1.0}, here("NO", 69.5, 25.0, "Dfc"), {"reindeer": 1.0}),
        ({"cow": 1.0}, here("NO", 65.0, 12.0, "Dfc"), {"cow": 1.0}),
    ],
)
def test_camels_yaks_and_reindeer_live_where_they_can(usual, place, animals):
    assert herds_of(usual, place) == animals
    assert {"camel", "bactrian", "llama", "yak", "reindeer"} == bound()


def test_cameras_and_liveries_are_those_that_players_know():
    assert camera_customs("JP").height_m == 1.9 and camera_customs("KE").carrier == "snorkel"
    assert camera_customs("QA").covered == "new" and camera_customs("US").covered == "early"
    assert camera_customs("??") == USUAL_CAMERA == (2.5, "", "none")
    assert livery("three-wheeler", "IN").canopy == (0.93, 0.75, 0.12)
    assert livery("three-wheeler", "PE").canopy is None and livery("three-wheeler", "PE").body
    assert livery("three-wheeler", "FR") == (None, None)
    assert len(liveries()) >= 10


def test_shops_of_an_unknown_country_speak_the_language_of_its_script():
    assert shop_words("DE", "latin")[0][0] == "APOTHEKE"
    assert shop_words("??", "arabic") == shop_words("EG", "arabic") != shop_words("IR", "arabic")
    assert shop_words("??", "latin") == shop_words("??", "runes") == shop_words("US", "latin")
    assert all(words and script for words, script in known_words().values())
