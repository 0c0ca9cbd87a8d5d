"""Outlines for a map: closed, light, true to the atlas, and made again when damaged."""

import json

import numpy as np
import pytest
import shapely

from model.errors import ConfigError
from model.geo.contours import contour_rings, lines_between
from model.geo.folders import cache_dir
from model.geo.outlines import OutlinesConfig, main, outlines


@pytest.fixture(scope="module")
def land(atlas):
    return shapely.from_geojson(json.dumps(outlines("land")["features"][0]["geometry"]))


def test_a_block_of_cells_is_one_ring_around_it():
    values = np.zeros((18, 36))
    values[4:8, 10:20] = 1.0
    (ring,) = contour_rings(values, 0.5, cells_per_degree=1)
    west, south, east, north = shapely.Polygon(ring).bounds
    assert (west, east) == pytest.approx((-170.0, -160.0), abs=0.01)
    assert (north, south) == pytest.approx((86.0, 82.0), abs=0.01)
    assert ring[0].tolist() == ring[-1].tolist()


def test_rings_close_at_the_poles_and_the_antimeridian():
    rings = contour_rings(np.ones((18, 36)), 0.5, cells_per_degree=1)
    assert len(rings) == 1
    assert np.abs(rings[0][:, 0]).max() <= 180.0
    assert np.abs(rings[0][:, 1]).max() <= 90.0


def test_a_lake_is_a_ring_of_its_own_and_saddles_do_not_tangle():
    values = np.zeros((20, 20))
    values[5:15, 5:15] = 1.0
    values[8:10, 8:10] = 0.0
    assert len(contour_rings(values, 0.5, 1)) == 2
    chess = np.indices((8, 8)).sum(axis=0) % 2
    rings = contour_rings(chess, 0.5, 1)
    assert len(rings) == chess.sum()
    assert all(shapely.Polygon(ring).is_valid for ring in rings)


def test_borders_run_between_countries_but_not_along_coasts():
    classes = np.array([[1, 1, 2], [1, 1, 2], [0, 0, 2]])
    lines = shapely.line_merge(shapely.MultiLineString(lines_between(classes, 1)))
    assert lines.length == pytest.approx(2.0)  # the last row's edge is a coast
    assert lines.coords[0][0] == lines.coords[-1][0] == -178.0


@pytest.mark.parametrize("kind", ["land", "borders", "regions", "labels"])
def test_outlines_are_geojson_light_enough_for_a_page(atlas, kind):
    shapes = outlines(kind)
    assert shapes["type"] == "FeatureCollection"
    assert len(json.dumps(shapes, separators=(",", ":"))) < 1_500_000
    points = shapely.get_coordinates([shapely.from_geojson(json.dumps(f["geometry"])) for f in shapes["features"]])
    assert (np.abs(points) <= (180.0, 90.0)).all()


def test_towns_far_from_the_coast_lie_on_the_drawn_land(atlas, land):
    towns = atlas.towns.sample(3000, random_state=7)
    points = towns[["lat", "lng"]].to_numpy()
    inland = points[atlas.coast_km(points) > 20]
    shapely.prepare(land)
    assert shapely.contains_xy(land, inland[:, 1], inland[:, 0]).mean() > 0.995
    sea = np.array([[0.0, -30.0], [40.0, -40.0], [-45.0, -120.0], [30.0, 180.0], [43.0, 35.0]])
    assert not shapely.contains_xy(land, sea[:, 1], sea[:, 0]).any()


def test_no_edge_of_land_crosses_the_map(land):
    rings = [ring for part in shapely.get_parts(land) for ring in (part.exterior, *part.interiors)]
    steps = np.concatenate([np.abs(np.diff(np.asarray(ring.coords)[:, 0])) for ring in rings])
    along_the_pole = np.concatenate([np.asarray(ring.coords)[:-1, 1] for ring in rings]) < -85
    assert steps[~along_the_pole].max() < 10


def test_known_borders_lie_where_they_should(atlas):
    borders = shapely.from_geojson(json.dumps(outlines("borders")["features"][0]["geometry"]))
    assert borders.distance(shapely.Point(7.6, 47.57)) < 0.2  # Basel: three countries meet
    assert borders.distance(shapely.Point(-117.0, 32.53)) < 0.2  # Tijuana
    assert borders.distance(shapely.Point(2.0, 47.0)) > 2  # the middle of France


def test_regions_are_divided_inside_countries_and_not_along_their_borders(atlas):
    regions = shapely.from_geojson(json.dumps(outlines("regions")["features"][0]["geometry"]))
    borders = shapely.from_geojson(json.dumps(outlines("borders")["features"][0]["geometry"]))
    assert regions.distance(shapely.Point(-104.05, 37.5)) < 0.4  # Colorado and Kansas
    assert regions.distance(shapely.Point(1.5, 48.9)) < 0.5  # around Île-de-France
    assert regions.distance(shapely.Point(-100.0, 31.5)) > 1.5  # the middle of Texas
    shared = shapely.intersection(regions, shapely.buffer(borders, 0.02)).length
    assert shared / regions.length < 0.05
    assert len(json.dumps(outlines("regions"), separators=(",", ":"))) < 600_000


def test_a_country_of_municipalities_is_left_whole(atlas):
    regions = shapely.from_geojson(json.dumps(outlines("regions")["features"][0]["geometry"]))
    assert regions.distance(shapely.Point(14.8, 46.1)) > 0.2  # the middle of Slovenia, which has two hundred
    assert regions.distance(shapely.Point(9.5, 48.3)) < 1.5  # while the south of Germany is divided


def test_labels_lie_inside_their_countries(atlas):
    features = outlines("labels")["features"]
    large = [f for f in features if f["properties"]["area_km2"] > 50_000]
    points = np.array([f["geometry"]["coordinates"][::-1] for f in large])
    assert len(large) > 120
    assert (atlas.describe(points)["country"].to_numpy() == [f["properties"]["country"] for f in large]).mean() > 0.98


def test_an_unknown_kind_is_refused():
    with pytest.raises(ConfigError, match="rivers"):
        outlines("rivers")


def test_a_damaged_file_is_made_again_and_the_command_writes_one(atlas, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("model.geo.outlines.Atlas.open", lambda: atlas)  # before the cache moves
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path))
    fresh = outlines("labels")
    (kept,) = (cache_dir() / "outlines").glob("labels-*")
    kept.write_text('{"type": "Feat')
    assert outlines("labels") == fresh
    main(OutlinesConfig(kind="labels", out=tmp_path / "labels.geojson"))
    assert json.loads((tmp_path / "labels.geojson").read_text()) == fresh
    assert "features" in capsys.readouterr().out
