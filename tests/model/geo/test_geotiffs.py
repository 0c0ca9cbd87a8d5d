"""GeoTIFFs of a person's own on the project's grid: windows, modes, means, nodata, part of the Earth; and refusals."""

import sys

import numpy as np
import pytest
import rasterio

from model.errors import ArtifactError, ConfigError
from model.geo import geotiffs
from model.geo.geotiffs import classes_on_grid, look_at_tiff, mean_on_grid
from model.geo.rasters import centres_of, pixels_of

GRID = (18, 36)


def write(path, values, west=-180.0, north=90.0, step=None, crs="EPSG:4326", nodata=None, transform=None):
    step = step or 360.0 / values.shape[1]
    transform = transform or rasterio.transform.from_origin(west, north, step, step)
    with rasterio.open(path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
                       dtype=values.dtype, crs=crs, transform=transform, nodata=nodata) as file:  # fmt: skip
        file.write(values, 1)
    return path


def same(values):
    return values.astype(np.int8)


def literal_mode(values, grid, count, nodata=None):
    out = np.full(grid, -1, np.int8)
    rows, cols = np.indices(values.shape)
    to_rows, to_cols = pixels_of(centres_of(rows, cols, *values.shape), *grid)
    for row in range(grid[0]):
        for col in range(grid[1]):
            inside = values[(to_rows == row) & (to_cols == col)]
            inside = inside[inside != nodata] if nodata is not None else inside
            if len(inside):
                out[row, col] = np.bincount(inside, minlength=count).argmax()
    return out


def test_classes_come_down_by_their_mode_in_windows_as_in_one_go(tmp_path, monkeypatch):
    values = np.random.default_rng(0).integers(0, 4, (90, 180)).astype(np.uint8)
    tiff = look_at_tiff(write(tmp_path / "a.tif", values, nodata=3))
    wanted = literal_mode(values, GRID, 3, nodata=3)
    assert np.array_equal(classes_on_grid(tiff, same, 3, GRID), wanted)
    monkeypatch.setattr(geotiffs, "AT_ONCE", 1)
    assert np.array_equal(classes_on_grid(tiff, same, 3, GRID), wanted)


def test_a_resolution_that_does_not_divide_goes_by_the_middles_of_pixels(tmp_path):
    values = np.random.default_rng(1).integers(0, 3, (50, 100)).astype(np.uint8)
    tiff = look_at_tiff(write(tmp_path / "a.tif", values))
    assert np.array_equal(classes_on_grid(tiff, same, 3, GRID), literal_mode(values, GRID, 3))


def test_people_in_pixels_become_people_per_area(tmp_path):
    people = np.full((180, 360), 1000.0, np.float32)  # of a pixel of one degree
    people[:, 180:] = -9999.0
    tiff = look_at_tiff(write(tmp_path / "a.tif", people, nodata=-9999.0))
    density = mean_on_grid(tiff, GRID, counts=True)
    assert np.isnan(density[:, 18:]).all()
    equator = (6371.0088 * np.pi / 180.0) ** 2
    assert density[9, 0] == pytest.approx(1000.0 / equator, rel=0.01)
    assert density[2, 0] > 2 * density[9, 0]  # narrower pixels, as many people
    assert mean_on_grid(tiff, GRID, counts=False)[:, :18] == pytest.approx(1000.0)


def test_what_a_file_does_not_cover_is_none_and_round_the_antimeridian_it_goes_on(tmp_path):
    values = np.ones((20, 40), np.uint8)
    tiff = look_at_tiff(write(tmp_path / "a.tif", values, west=170.0, north=10.0, step=1.0))  # 170 E to 150 W
    found = classes_on_grid(tiff, same, 2, GRID)
    assert (found[8:10, 35] == 1).all() and (found[8:10, :3] == 1).all()
    assert (found >= 0).sum() == 2 * 4


def test_a_file_coarser_than_the_grid_gives_every_pixel_what_lies_at_its_middle(tmp_path):
    values = np.arange(8, dtype=np.uint8).reshape(2, 4)
    found = classes_on_grid(look_at_tiff(write(tmp_path / "a.tif", values)), same, 8, GRID)
    assert np.array_equal(found, np.repeat(np.repeat(values, 9, axis=0), 9, axis=1))


def test_another_reference_system_a_turned_file_and_one_beyond_the_earth_are_refused(tmp_path):
    values = np.ones((4, 8), np.uint8)
    with pytest.raises(ArtifactError, match=r"EPSG:3857.*gdalwarp"):
        look_at_tiff(write(tmp_path / "a.tif", values, crs="EPSG:3857"))
    with pytest.raises(ArtifactError, match="reference system none"):
        look_at_tiff(write(tmp_path / "b.tif", values, crs=None))
    turned = rasterio.Affine(1.0, 0.2, 0.0, 0.2, -1.0, 0.0)
    with pytest.raises(ArtifactError, match="turned or mirrored"):
        look_at_tiff(write(tmp_path / "c.tif", values, transform=turned))
    with pytest.raises(ArtifactError, match="more than the Earth"):
        look_at_tiff(write(tmp_path / "d.tif", values, step=90.0))


def test_what_is_no_geotiff_and_what_is_not_there_are_told_in_a_sentence(tmp_path):
    (tmp_path / "text.tif").write_text("people")
    with pytest.raises(ArtifactError, match="found something else"):
        look_at_tiff(tmp_path / "text.tif")
    with pytest.raises(ArtifactError, match="no such file"):
        look_at_tiff(tmp_path / "none.tif")


def test_a_file_that_breaks_off_is_refused_while_it_is_read(tmp_path):
    values = np.random.default_rng(0).integers(0, 3, (400, 800)).astype(np.uint8)
    path = write(tmp_path / "a.tif", values)
    path.write_bytes(path.read_bytes()[:-200_000])
    with pytest.raises(ArtifactError, match=r"breaks off|something else"):
        classes_on_grid(look_at_tiff(path), same, 3, GRID)


def test_without_rasterio_it_says_what_to_install(tmp_path, monkeypatch):
    path = write(tmp_path / "a.tif", np.ones((4, 8), np.uint8))
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(ConfigError, match="pip install rasterio"):
        look_at_tiff(path)
