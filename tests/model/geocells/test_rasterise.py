"""Regions on a grid: beside shapely pixel by pixel, beside the nearest site of every pixel, and through the cache."""

import os

import numpy as np
import pandas as pd
import pytest
import shapely

from model.errors import ArtifactError
from model.geo.distance import to_unit
from model.geo.rasters import centres_of
from model.geocells import raster_cache
from model.geocells.rasterise import nearest_runs, rasterise, rasterise_polygons
from model.geocells.table import Geocells

GRID = (90, 180)


def middles(grid):
    rows, cols = np.indices(grid)
    return centres_of(rows.reshape(-1), cols.reshape(-1), *grid)


def table(rule="polygon"):
    boxes = [shapely.box(-180, -90, 0, 90), shapely.box(0, -90, 180, 0), shapely.box(20.1, 20.1, 20.2, 20.2)]
    sites = np.array([(0.0, -90.0), (-45.0, 90.0), (20.15, 20.15)])
    frame = pd.DataFrame({
        "cell_id": range(3), "lat": sites[:, 0], "lng": sites[:, 1], "country": "", "region": "", "area_km2": np.nan,
        "points": 1, "site_lat": sites[:, 0], "site_lng": sites[:, 1], "polygon": list(shapely.to_wkb(boxes)),
    })  # fmt: skip
    return Geocells(frame, {"name": "boxes"}, rule)


def test_a_partition_by_polygons_is_shapelys_pixel_by_pixel():
    points = shapely.MultiPoint(np.random.default_rng(2).uniform((-180, -90), (180, 90), (40, 2)))
    earth = shapely.box(-180, -90, 180, 90)
    cells = [shapely.intersection(cell, earth) for cell in shapely.voronoi_polygons(points, extend_to=earth).geoms]
    raster = rasterise_polygons(np.array(cells, object), grid=GRID)
    image = raster.runs.unpack()
    assert raster.sets == len(cells) and image.min() == 0  # no pixel of none, none of two
    middle = middles(GRID)
    for j, cell in enumerate(cells):
        assert np.array_equal(
            shapely.contains_xy(cell, middle[:, 1], middle[:, 0]), (image == image_of(raster, j)).reshape(-1)
        )


def image_of(raster, region):
    return int(raster.set_of_member[np.flatnonzero(raster.members == region)[0]])


def test_the_nearest_site_of_every_pixel_poles_and_antimeridian_included():
    sites = np.array([(89.0, 0.0), (-89.5, 100.0), (0.0, 179.5), (0.0, -178.0), (10.0, 10.0), (12.0, 10.5), (-40, -70)])
    units = to_unit(middles(GRID))
    expected = (units @ to_unit(sites).T).argmax(axis=1).reshape(GRID)
    assert np.array_equal(nearest_runs(sites, GRID).unpack(), expected)
    odd = (50, 70)  # no multiple of a block
    assert nearest_runs(sites, odd).unpack().shape == odd
    assert (nearest_runs(sites[:1], GRID).unpack() == 0).all()


def test_a_region_smaller_than_a_pixel_takes_the_pixel_of_its_point():
    for rule in ("polygon", "nearest"):
        raster = rasterise(table(rule), GRID)
        assert (raster.areas_km2 > 0).all()
    found = rasterise(table(), GRID)
    assert found.runs.at(np.array([(20.15, 20.15)]))[0] == image_of(found, 2)
    assert found.runs.at(np.array([(40.0, 40.0)]))[0] == -1
    assert found.areas_km2[0] == pytest.approx(2 * found.areas_km2[1])


def test_two_small_regions_in_one_pixel_are_both_kept():
    small = np.array([shapely.box(1.1, 1.1, 1.2, 1.2), shapely.box(1.3, 1.3, 1.4, 1.4)], object)
    raster = rasterise_polygons(small, grid=GRID)
    assert raster.sets == 1 and raster.members.tolist() == [0, 1]
    assert raster.areas_km2[0] == raster.areas_km2[1] > 0


def test_a_polygon_drawn_across_the_antimeridian_is_the_two_halves_of_it():
    for across in (shapely.box(170, -10, 200, 10), shapely.box(-190, -10, -160, 10)):
        halves = shapely.MultiPolygon([shapely.box(170, -10, 180, 10), shapely.box(-180, -10, -160, 10)])
        images = [rasterise_polygons(np.array([one], object), grid=GRID).runs.unpack() for one in (across, halves)]
        assert np.array_equal(*images)


def test_few_crossings_at_a_time_give_the_same(monkeypatch):
    shapes = table().polygons
    whole = rasterise_polygons(shapes, grid=GRID).runs.unpack()
    monkeypatch.setattr("model.geocells.rasterise.AT_ONCE", 7)
    assert np.array_equal(rasterise_polygons(shapes, grid=GRID).runs.unpack(), whole)


@pytest.mark.parametrize(("shape", "said"), [
    (shapely.Polygon(), "empty or no polygon"), (shapely.LineString([(0, 0), (1, 1)]), "empty or no polygon"),
    (shapely.box(-200, 0, 200, 10), "wider than the Earth"), (shapely.box(0, 0, 5, 100), "wider than the Earth"),
])  # fmt: skip
def test_shapes_that_are_no_regions_are_refused_by_number(shape, said):
    with pytest.raises(ArtifactError, match=f"region 1 .*{said}"):
        rasterise_polygons(np.array([shapely.box(0, 0, 1, 1), shape], object), grid=GRID)


def test_a_raster_is_made_once_for_each_table_and_grid(tmp_path, monkeypatch):
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path))
    made = []
    monkeypatch.setattr(raster_cache, "rasterise", lambda *given: made.append(given) or rasterise(*given))
    first, again = raster_cache.region_raster(table(), GRID), raster_cache.region_raster(table(), GRID)
    assert len(made) == 1 and np.array_equal(first.runs.unpack(), again.runs.unpack())
    np.testing.assert_array_equal(first.areas_km2, again.areas_km2)
    raster_cache.region_raster(table("nearest"), GRID)
    raster_cache.region_raster(table(), (45, 90))
    assert len(made) == 3 == len(list((tmp_path / "rasters").iterdir()))


def test_a_damaged_raster_is_made_again_and_the_oldest_go(tmp_path, monkeypatch):
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path))
    monkeypatch.setattr(raster_cache, "MOST_KEPT", 1)
    whole = raster_cache.region_raster(table(), GRID)
    (path,) = (tmp_path / "rasters").iterdir()
    good = path.read_bytes()
    for damage in (
        b"",
        good[:300],
        b"no archive",
        *(good[:i] + bytes([good[i] ^ 128]) + good[i + 1 :] for i in range(26, 46)),
    ):
        path.write_bytes(damage)
        assert np.array_equal(raster_cache.region_raster(table(), GRID).runs.unpack(), whole.runs.unpack())
    raster_cache.region_raster(table(), (45, 90))
    assert len(list((tmp_path / "rasters").iterdir())) == 1


def test_two_processes_may_prune_one_cache(tmp_path, monkeypatch):
    """A file that another process removed a moment ago is gone, and what it is writing is left alone."""
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path))
    monkeypatch.setattr(raster_cache, "MOST_KEPT", 1)
    folder = tmp_path / "rasters"
    folder.mkdir()
    (folder / "gone.npz").symlink_to(folder / "nothing")
    unfinished = folder / ".half.npz.abc.npz"
    unfinished.write_bytes(b"half")
    os.utime(unfinished, (1, 1))
    (folder / "old.npz").write_bytes(b"old")
    os.utime(folder / "old.npz", (2, 2))
    raster_cache.region_raster(table(), GRID)
    assert unfinished.is_file() and not (folder / "old.npz").exists()
