"""Landscapes: limits that a table sets, and places that lie within them."""

from dataclasses import replace

import pytest

from world.clues import build_scene
from world.earth.landscapes import BOUNDS, Here, here_of, read_landscape

BRITTANY = Here("FR", "Cfb", 48.2, -3.0, 48.2, 120.0, 6.0, 11.5, 900.0, 60.0, 0.1)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("lng<-1.6 lat>47.2", True),
        ("lng<-1.6 lat>49", False),
        ("lat>49 | lng<-1.6", True),
        ("lat>49 | lng>0", False),
        ("lat>48.2", False),
        ("lat>=48.2", True),
        ("lat<48.2", False),
        ("lat<=48.2", True),
        ("zone=C", True),
        ("zone=B/Cf", True),
        ("zone=B/Cs", False),
        ("altitude_m<400 coldest_c>4 mean_c<12 rain_mm>600 people_km2<100 urban<0.5 abs_lat>45", True),
    ],
)
def test_all_limits_of_one_way_must_hold(text, holds):
    assert read_landscape(text).holds(BRITTANY) is holds


def test_the_south_is_told_from_the_north_only_where_it_is_asked():
    patagonia = BRITTANY._replace(lat=-48.2)
    assert not read_landscape("lat>30").holds(patagonia)
    assert read_landscape("abs_lat>30").holds(patagonia)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("lat", "limits like lat>47.2"),
        ("lat > 47", "limits like lat>47.2"),
        ("lat=47", "limits (< or >) of lat"),
        ("height>3", "limits (< or >) of lat"),
        ("country>3", "limits (< or >) of lat"),
        ("lat>north", "a number after lat>"),
        ("lat>470", "lat from -90 to 90"),
        ("altitude_m>nan", "altitude_m from -500 to 9000"),
        ("zone=X", "zones of Köppen"),
        ("zone=B/", "zones of Köppen"),
        ("lat>3 |", "limits on both sides of '|'"),
    ],
)
def test_what_is_no_limit_is_refused(text, wanted):
    with pytest.raises(ValueError) as refused:
        read_landscape(text)
    assert wanted in str(refused.value)


def test_a_place_tells_everything_that_a_limit_may_ask():
    scene = build_scene(-33.5, 150.0, 6, 12.0, 1)
    here = here_of(scene.recipe, scene.place)
    assert here.country == "AU" and here.zone == scene.place.koppen
    assert (here.lat, here.lng, here.abs_lat) == (-33.5, 150.0, 33.5)
    assert here.coldest_c == scene.place.temperature_c - 0.5 * scene.place.temperature_range_c
    assert set(BOUNDS) == set(Here._fields) - {"country", "zone"}
    higher = here_of(scene.recipe, replace(scene.place, altitude_m=2000.0))
    assert higher == here._replace(altitude_m=2000.0)
