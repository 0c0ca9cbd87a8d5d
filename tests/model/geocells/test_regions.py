"""Regions of the atlas and of files: what is found, what is refused, what touches what."""

import json

import numpy as np
import pyogrio
import pytest
import shapely

from model.errors import ArtifactError, ConfigError
from model.geo.distance import from_unit
from model.geocells import atlas_regions
from model.geocells.covering import Cover
from model.geocells.regions import Columns, read_regions, regions_of_atlas, touching


def write(path, rows):
    """A GeoJSON of (polygon, properties)."""
    features = [{"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(polygon))}
                for polygon, properties in rows]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


WEST, EAST = shapely.box(0, 0, 5, 5), shapely.box(5, 0, 10, 5)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"GID_0": "FRA", "GID_1": "FRA.1_1", "GID_2": "FRA.1.1_1"},
         {"GID_0": "FRA", "GID_1": "FRA.2_1", "GID_2": "FRA.2.1_1"}),
        ({"shapeGroup": "FRA", "shapeType": "ADM1", "shapeID": "1"},
         {"shapeGroup": "FRA", "shapeType": "ADM1", "shapeID": "2"}),
        ({"adm0_a3": "FRA", "iso_a2": "-99", "adm1_code": "FRA-1"},
         {"adm0_a3": "FRA", "iso_a2": "-99", "adm1_code": "FRA-2"}),
    ],
    ids=["GADM", "geoBoundaries", "Natural Earth"],
)  # fmt: skip
def test_the_columns_of_public_files_are_found(tmp_path, first, second):
    regions = read_regions(write(tmp_path / "r.geojson", [(WEST, first), (EAST, second)]))
    assert regions.country.tolist() == ["FR", "FR"]
    assert len(set(regions.admin1)) == 2


def test_columns_can_be_named_and_a_wrong_name_says_what_there_is(tmp_path):
    path = write(tmp_path / "r.geojson", [(WEST, {"land": "Utopia"}), (EAST, {"land": "Utopia"})])
    assert read_regions(path, Columns(country="land")).country.tolist() == ["Utopia"]  # one region of two rows
    with pytest.raises(ConfigError, match="--country-column"):
        read_regions(path)
    with pytest.raises(ConfigError, match="found land"):
        read_regions(path, Columns(country="lands"))


def test_what_is_no_file_of_polygons_in_degrees_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(ArtifactError, match="no such file"):
        read_regions(tmp_path / "none.gpkg")
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"not a package")
    with pytest.raises(ArtifactError, match="cannot be read"):
        read_regions(broken)
    metres = write(tmp_path / "m.geojson", [(shapely.box(0, 0, 5e5, 5e5), {"country": "FR"})])
    with pytest.raises(ArtifactError, match="EPSG:4326"):
        read_regions(metres)
    points = write(tmp_path / "p.geojson", [(shapely.Point(1, 1), {"country": "FR"})])
    with pytest.raises(ArtifactError, match="found none"):
        read_regions(points)


def test_a_geopackage_is_read_as_well_and_one_in_metres_refused(tmp_path):
    def package(name, crs, scale):
        shapes = shapely.transform(np.array([WEST, EAST], object), lambda xy: xy * scale)
        pyogrio.raw.write(
            tmp_path / name, shapely.to_wkb(shapes), [np.array(["AUT", "CHE"], object)], ["GID_0"],
            geometry_type="Polygon", crs=crs, driver="GPKG",
        )  # fmt: skip
        return tmp_path / name

    assert read_regions(package("degrees.gpkg", "EPSG:4326", 1.0)).country.tolist() == ["AT", "CH"]
    with pytest.raises(ArtifactError, match="EPSG:4326"):
        read_regions(package("metres.gpkg", "EPSG:3857", 1e5))


def test_regions_of_two_levels_in_one_file_are_refused(tmp_path):
    whole = shapely.box(0, 0, 10, 5)
    rows = [(WEST, {"country": "FR", "admin1": "1"}), (EAST, {"country": "FR", "admin1": "2"}),
            (whole, {"country": "FR", "admin1": ""})]  # fmt: skip
    with pytest.raises(ArtifactError, match="one level"):
        read_regions(write(tmp_path / "r.geojson", rows))


def test_a_polygon_over_the_antimeridian_is_cut_there(tmp_path):
    path = write(tmp_path / "r.geojson", [(shapely.box(170, 0, 190, 5), {"country": "FJ"})])
    (polygon,) = read_regions(path).polygons
    assert polygon.bounds == (-180, 0, 180, 5) and polygon.area == pytest.approx(100.0)


def test_regions_touch_at_their_corners_within_a_country_and_across_the_antimeridian():
    boxes = np.array(
        [WEST, EAST, shapely.box(10, 0, 15, 5), shapely.box(175, 0, 180, 5), shapely.box(-180, 0, -175, 5)]
    )
    assert touching(boxes, np.array([0, 0, 1, 2, 2])).tolist() == [[0, 1], [3, 4]]


def test_the_regions_of_the_atlas_do_not_overlap_and_know_the_countries(atlas):
    regions = regions_of_atlas()
    assert shapely.coverage_is_valid(regions.polygons)  # neighbours share every corner, none lie over each other
    assert len(set(regions.country)) > 200
    points = from_unit(np.random.default_rng(0).normal(size=(4000, 3)))
    points = points[atlas.is_land(points)]
    found = Cover(regions.polygons).covering(points)
    inside = found >= 0
    assert inside.mean() > 0.97  # the coast is good to some kilometres
    assert (regions.country[found[inside]] == atlas.country(points[inside])).mean() > 0.99


def test_a_damaged_cache_of_regions_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path))
    made = atlas_regions.COLUMNS
    calls = []

    def make(atlas):
        import pandas as pd

        calls.append(atlas)
        return pd.DataFrame([["FR", "1", "001", b""]], columns=made)

    monkeypatch.setattr(atlas_regions, "_make", make)
    for _ in range(2):
        assert len(atlas_regions.atlas_regions(atlas="any")) == 1
    assert calls == ["any"]
    (kept,) = (tmp_path / "regions").glob("*.parquet")
    kept.write_bytes(b"half a file")
    assert len(atlas_regions.atlas_regions(atlas="any")) == 1 and len(calls) == 2
