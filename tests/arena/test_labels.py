import numpy as np
import pytest

from arena.labels import TOWNS_A_TILE, map_labels, towns_of_tile
from arena.rules import Refused


def test_every_large_country_has_its_name_inside_its_land(atlas):
    labels = map_labels()["countries"]
    large = [row for row in labels if row[3] > 50_000]
    named = atlas.describe([(lat, lng) for _, lat, lng, _ in large])["country_name"]
    assert len(labels) > 190 and len(large) > 120
    assert (named.to_numpy() == [name for name, *_ in large]).mean() > 0.98
    spots = {name: (lat, lng) for name, lat, lng, _ in labels}
    for name, lat, lng in [("Canada", 56, -100), ("France", 47, 2), ("Fiji", -17.8, 178), ("United States", 39, -98)]:
        assert abs(spots[name][0] - lat) < 3, name
        assert abs((spots[name][1] - lng + 180) % 360 - 180) < 5, name


def test_the_largest_come_first():
    labels = map_labels()
    assert labels["countries"][0][0] == "Russia"
    assert labels["towns"][0][0] == "Shanghai"


def test_a_tile_has_its_own_largest_towns_and_no_others(atlas):
    tile = towns_of_tile(5, 16, 11)  # France's north
    names = [name for name, *_ in tile]
    assert names[0] == "Paris" and len(tile) == TOWNS_A_TILE
    people = [row[3] for row in tile]
    assert people == sorted(people, reverse=True)
    lat, lng = np.array([row[1:3] for row in tile]).T
    assert lng.min() >= 0 and lng.max() < 11.25 and lat.min() > 48.9 - 8 and lat.max() < 52.5


def test_looking_closer_takes_no_town_away():
    near = {tuple(row) for dx in (0, 1) for dy in (0, 1) for row in towns_of_tile(6, 32 + dx, 22 + dy)}
    assert {tuple(row) for row in towns_of_tile(5, 16, 11)} <= near


def test_from_near_a_village_has_its_name():
    names = {name for name, *_ in towns_of_tile(11, *_tile_of(42.53176, 1.56654, 11))}
    assert "Vila" in names  # 1,418 people in Andorra


@pytest.mark.parametrize(("zoom", "x", "y"), [(1, 0, 0), (12, 0, 0), (99999, 0, 0), (3, 8, 0), (3, 0, -1)])
def test_a_tile_that_is_none_is_refused(zoom, x, y):
    with pytest.raises(Refused, match="no tile") as refused:
        towns_of_tile(zoom, x, y)
    assert refused.value.reason == "unknown"


def _tile_of(lat: float, lng: float, zoom: int) -> tuple[int, int]:
    y = 0.5 - np.arctanh(np.sin(np.radians(lat))) / (2 * np.pi)
    return int((lng + 180) / 360 * 2**zoom), int(y * 2**zoom)
