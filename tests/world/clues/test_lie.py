"""How the road lies in its land."""

import math

import numpy as np
import pytest

from world.clues import build_scenes
from world.clues.lie import heading_deg, shore_azimuth_deg
from world.clues.site import survey
from world.earth.places import sample_places
from world.scene import Recipe


def drawn_ways(sites):
    """Headings (40 · sites,), each from a number of its own as the road's family draws it."""
    rng = np.random.default_rng(0)
    return np.array([heading_deg(site, drawn) for site in sites for drawn in rng.uniform(0.0, 180.0, 40)])


@pytest.fixture(scope="module")
def coast(atlas):
    columns = sample_places(800, 17, preset="oceania")[["lat", "lng"]].itertuples(index=False)
    asked = survey([Recipe(lat, lng, 6, 12.0, 1) for lat, lng in columns], atlas)
    return [site for site in asked if shore_azimuth_deg(site) is not None]


@pytest.fixture(scope="module")
def sites(atlas):
    columns = sample_places(1500, 17)[["lat", "lng", "month", "hour", "seed"]].itertuples(index=False)
    return survey([Recipe(lat, lng, int(month), hour, int(seed)) for lat, lng, month, hour, seed in columns], atlas)


@pytest.fixture(scope="module")
def scenes(atlas):
    return build_scenes(sample_places(1500, 17))


def test_roads_run_every_way_and_none_too_often(sites):
    """None stands out, neither north nor any other."""
    ways = drawn_ways(sites)
    assert ways.min() >= 0.0 and ways.max() <= 360.0
    shares = np.histogram(ways % 180.0, 360, (0.0, 180.0))[0] / len(ways) * 360
    assert shares.min() > 0.5 and shares.max() < 1.5


def test_roads_of_the_coast_run_every_way_too(coast):
    assert len(coast) > 40
    ways = drawn_ways(coast)
    assert np.unique(np.round(ways, 6), return_counts=True)[1].max() <= 2, "no heading comes again and again"
    for low in (0.0, 179.0):
        assert ((ways % 180.0 >= low) & (ways % 180.0 < low + 1.0)).mean() < 2 / 180


def test_a_road_keeps_shore_and_hill_on_their_side_whatever_was_drawn(sites):
    for site in sites:
        towards, gradient = site.horizon.rise()
        shore = shore_azimuth_deg(site)
        if shore is None and gradient == 0.0:
            continue
        towards = towards if shore is None else shore
        sides = [math.sin(math.radians(towards - heading_deg(site, drawn))) for drawn in (0.5, 40.0, 90.0, 179.5)]
        assert min(sides) > 0.0 or max(sides) < 0.0


def test_the_shore_beside_the_road_lies_where_the_water_is(scenes, sites):
    checked = 0
    for scene, site in zip(scenes, sites, strict=True):
        shore = shore_azimuth_deg(site)
        if shore is None:
            if scene.water.shore_side:  # the stream of the valley: below the road
                downhill = scene.relief.hill_azimuth_deg + 180.0
                assert scene.water.shore_side * math.sin(math.radians(downhill - scene.road.heading_deg)) > 0.0
                checked += 1
        elif scene.water.shore_side:
            assert scene.water.shore_side * math.sin(math.radians(shore - scene.road.heading_deg)) > 0.0
            checked += 1
    assert checked > 60
