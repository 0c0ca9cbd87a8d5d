"""Grids: every pixel is found where it lies, packed or not."""

import numpy as np
import pytest

from model.geo.rasters import TiledRaster, bilinear, centres_of, pixels_of


@pytest.fixture
def raster() -> np.ndarray:
    """Plain sea, a plain block, and a noisy one."""
    out = np.zeros((64, 128), np.uint8)
    out[16:32, 32:64] = 7
    out[32:48, 64:96] = np.random.default_rng(0).integers(0, 255, (16, 32))
    return out


def test_a_packed_raster_answers_like_the_plain_one(raster):
    packed = TiledRaster.pack(raster)
    rows, cols = np.indices(raster.shape)
    points = centres_of(rows.ravel(), cols.ravel(), *raster.shape)
    assert (packed.at(points) == raster.ravel()).all()
    assert (packed.unpack() == raster).all()
    assert packed.shape == raster.shape
    assert len(packed.tiles) == 2  # only the noisy tiles are kept pixel by pixel


def test_the_shape_of_the_points_is_kept(raster):
    assert TiledRaster.pack(raster).at(np.zeros((3, 5, 2))).shape == (3, 5)
    assert TiledRaster.pack(raster).at(np.zeros((0, 2))).shape == (0,)


def test_centres_lie_in_their_own_pixels():
    rows, cols = np.array([0, 17, 63]), np.array([0, 64, 127])
    found = pixels_of(centres_of(rows, cols, 64, 128), 64, 128)
    assert (found[0] == rows).all()
    assert (found[1] == cols).all()


def test_poles_and_the_antimeridian_have_pixels():
    rows, cols = pixels_of(np.array([[90.0, 0.0], [-90.0, 0.0], [0.0, -180.0], [0.0, 180.0]]), 64, 128)
    assert rows.tolist() == [0, 63, 32, 32]
    assert cols.tolist() == [64, 64, 0, 0]


def test_bilinear_is_exact_at_centres_and_between_them_over_the_antimeridian():
    grid = np.zeros((18, 36))
    grid[9, 0], grid[9, 35] = 10.0, 20.0
    assert bilinear(grid, centres_of(np.array([9]), np.array([0]), 18, 36)) == pytest.approx(10.0)
    assert bilinear(grid, np.array([[-5.0, -180.0]])) == pytest.approx(15.0)
    assert bilinear(grid, np.array([[90.0, 12.0], [-90.0, 12.0]])) == pytest.approx(0.0)


@pytest.mark.parametrize("factor", [1, 2, 4, 8, 16])
def test_whether_any_pixel_of_a_block_is_set_is_told_without_unpacking(factor):
    raster = np.zeros((64, 96), np.uint8)
    raster[:16, :16] = 3
    raster[np.random.default_rng(0).integers(0, 64, 30), np.random.default_rng(1).integers(0, 96, 30)] = 1
    blocks = raster.reshape(64 // factor, factor, 96 // factor, factor).any(axis=(1, 3))
    assert np.array_equal(TiledRaster.pack(raster).any_in(factor), blocks)
