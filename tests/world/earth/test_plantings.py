"""What people plant where, by the tables."""

import pytest

from world.earth.landscapes import Here
from world.earth.plantings import field_edge, field_edges, plantations, plantations_in, street_trees, trees_of_streets


def here(country, lat, lng, zone="Cfb", coldest_c=4.0, rain_mm=900.0):
    return Here(country, zone, lat, lng, abs(lat), 100.0, coldest_c, 12.0, rain_mm, 60.0, 0.1)


def test_hedgerows_of_france_stand_in_its_west_alone():
    assert field_edge("hedgerow", here("FR", 48.5, -2.5)).share == 0.45
    assert field_edge("hedgerow", here("FR", 48.5, 4.0)).share == 0.0
    assert field_edge("hedgerow", here("IE", 53.0, -8.0)).share == 0.6
    assert field_edge("hedgerow", here("US", 40.0, -90.0)).share == 0.0


def test_windbreaks_are_of_cypress_in_provence_and_in_part_of_new_zealand():
    provence, lorraine = (field_edge("windbreak", here("FR", lat, 5.0)) for lat in (43.8, 48.5))
    assert provence.share == lorraine.share > 0.0
    assert (provence.cypress, lorraine.cypress) == (1.0, 0.0)
    assert field_edge("windbreak", here("NZ", -43.5, 172.0)).cypress == 0.4


def test_vines_stand_in_bordeaux_and_not_in_normandy():
    assert "vine" in dict(plantations_in(here("FR", 44.8, -0.6)))
    assert "vine" not in dict(plantations_in(here("FR", 49.0, 0.3)))
    assert dict(plantations_in(here("MY", 3.3, 102.6)))["oil-palm"] == 0.45
    assert plantations_in(here("NO", 60.0, 10.0)) == []


@pytest.mark.parametrize(
    ("place", "tree"),
    [
        (here("JP", 35.3, 136.9), "cherry"),
        (here("AU", -37.8, 145.0, coldest_c=9.0), "eucalyptus"),
        (here("ES", 37.4, -6.0, "Csa", 10.0, 550.0), "plane"),
        (here("AE", 25.2, 55.3, "BWh", 14.0, 80.0), "date-palm"),
        (here("TH", 13.7, 100.5, "Aw", 25.0, 1500.0), "palm"),
        (here("RU", 56.0, 93.0, "Dfc", -18.0, 450.0), "birch"),
    ],
)
def test_streets_are_lined_with_what_grows_there(place, tree):
    assert tree in trees_of_streets(place)


def test_every_street_has_a_tree_and_every_share_leaves_room_for_others():
    assert street_trees()[-1][0].but and street_trees()[-1][1].ways == ((),)
    assert all(0.0 < row.share < 1.0 for rows in field_edges().values() for row in rows)
    chance: dict[str, float] = {}
    for row in plantations():
        for iso, share in row.chance.items():
            chance[iso] = chance.get(iso, 0.0) + share
    assert max(chance.values()) < 1.0
