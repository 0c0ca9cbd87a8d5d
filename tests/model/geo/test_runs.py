"""Runs: the raster that went in comes out, and overlaid rasters keep every pixel."""

import numpy as np
import pytest

from model.errors import ConfigError
from model.geo.distance import EARTH_RADIUS_KM
from model.geo.runs import RegionRaster, RunRaster, overlay, pixel_areas_km2

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(-1, 3, (12, 20)).repeat(2, axis=1)
OTHER = RNG.integers(-1, 4, (6, 40)).repeat(2, axis=0)


def test_pixels_of_all_rows_are_the_earth_and_poles_keep_their_digits():
    areas = pixel_areas_km2(5400, 10800)
    assert areas.sum() * 10800 == pytest.approx(4 * np.pi * EARTH_RADIUS_KM**2, rel=1e-12)
    np.testing.assert_allclose(areas, areas[::-1], rtol=1e-9)
    assert areas[0] == pytest.approx(np.pi * (EARTH_RADIUS_KM * np.pi / 5400) ** 2 / 10800, rel=1e-6)


def test_what_is_packed_comes_out_again_whole_and_in_bands(monkeypatch):
    runs = RunRaster.pack(IMAGE)
    assert np.array_equal(runs.unpack(), IMAGE) and len(runs.starts) < IMAGE.size
    monkeypatch.setattr("model.geo.runs.BAND", 5 * IMAGE.shape[1])
    bands = list(runs.bands())
    assert [top for top, _ in bands] == [0, 5, 10]
    assert np.array_equal(np.concatenate([band for _, band in bands]), IMAGE)


def test_areas_are_sums_over_pixels():
    pixel = np.broadcast_to(pixel_areas_km2(*IMAGE.shape)[:, None], IMAGE.shape)
    expected = [pixel[k == IMAGE].sum() for k in range(3)]
    np.testing.assert_allclose(RunRaster.pack(IMAGE).areas_km2(3), expected, rtol=1e-12)


def test_points_find_their_pixel_at_the_antimeridian_and_the_poles():
    runs = RunRaster.pack(IMAGE)
    points = np.array([(90, -180), (-90, 179.99), (0.01, 180), (0.01, -180)])
    assert runs.at(points).tolist() == [IMAGE[0, 0], IMAGE[-1, -1], IMAGE[5, 0], IMAGE[5, 0]]


def test_an_overlay_has_one_atom_for_each_pair_and_no_other():
    atoms, classes = overlay([RunRaster.pack(IMAGE), RunRaster.pack(OTHER)])
    image = atoms.unpack()
    assert np.array_equal(classes[image][..., 0], IMAGE) and np.array_equal(classes[image][..., 1], OTHER)
    assert len(classes) == len(np.unique(classes, axis=0)) == image.max() + 1


def test_regions_of_several_layers_are_sets_whatever_their_order():
    first, second = np.array([[0, 1, -1, 0]]), np.array([[1, 0, -1, 0]])
    raster = RegionRaster.of_layers([RunRaster.pack(first), RunRaster.pack(second)], 3)
    image = raster.runs.unpack()[0]
    assert image[0] == image[1] and image[2] == -1 and raster.sets == 2
    assert raster.members[raster.offsets[image[0]] : raster.offsets[image[0] + 1]].tolist() == [0, 1]
    assert raster.members[raster.offsets[image[3]] : raster.offsets[image[3] + 1]].tolist() == [0]
    assert raster.areas_km2[2] == 0.0 and raster.areas_km2[0] == pytest.approx(1.5 * raster.areas_km2[1])


def test_an_empty_raster_and_classes_out_of_range():
    nothing = RegionRaster.of_classes(np.full((4, 8), -1), 2)
    assert nothing.sets == 0 and nothing.areas_km2.tolist() == [0.0, 0.0]
    for odd in (2, -2):
        with pytest.raises(ConfigError, match="classes from 0 to 1"):
            RegionRaster.of_classes(np.full((4, 8), odd), 2)
