"""The table of geocells: written, read, assigned; foreign files refused."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.errors import ArtifactError, CoordinateError
from model.geo.distance import from_unit, haversine_km
from model.geocells.kmeans import KMeansSettings
from model.geocells.naive import NaiveSettings
from model.geocells.partition import make_geocells
from model.geocells.table import METADATA_KEY, read_geocells, write_geocells


@pytest.fixture(params=["naive", "kmeans"])
def cells_and_points(request, tmp_path):
    points = from_unit(np.random.default_rng(0).normal(size=(400, 3)))
    places = pd.DataFrame({"lat": points[:, 0], "lng": points[:, 1], "country": "NA", "region": "x"})
    settings = NaiveSettings(25) if request.param == "naive" else KMeansSettings(20)
    table, rule = make_geocells(places, settings)
    path = write_geocells(tmp_path / "geocells.parquet", table, {"name": request.param}, rule)
    return read_geocells(path), points


def test_what_was_written_is_read_back(cells_and_points):
    cells, _ = cells_and_points
    assert cells.centroids.shape == (len(cells), 2)
    assert set(cells.countries) == {"NA"}
    assert cells.method["name"] in ("naive", "kmeans")
    assert cells.table["points"].sum() == 400
    assert len(cells.fingerprint) == 64


def test_every_point_of_the_earth_gets_a_cell_and_training_points_their_own(cells_and_points):
    cells, points = cells_and_points
    anywhere = np.array([[90.0, 0.0], [-90.0, 0.0], [0.0, 180.0], [0.0, -180.0], [12.3, 45.6]])
    assigned = cells.assign(anywhere)
    assert ((assigned >= 0) & (assigned < len(cells))).all()
    assert assigned[2] == assigned[3]  # the same meridian
    counts = np.bincount(cells.assign(points), minlength=len(cells))
    assert (counts == cells.table["points"]).all()


def test_assigning_no_points_gives_no_cells(cells_and_points):
    assert cells_and_points[0].assign(np.empty((0, 2))).shape == (0,)


def test_a_place_that_is_nowhere_is_refused(cells_and_points):
    with pytest.raises(CoordinateError):
        cells_and_points[0].assign([[120.0, 10.0]])


def test_representatives_lie_among_their_points(cells_and_points):
    cells, points = cells_and_points
    own = cells.centroids[cells.assign(points)]
    assert np.median(haversine_km(own, points)) < 2000


def test_geojson_has_one_feature_a_cell_with_the_values_asked_for(cells_and_points):
    cells, _ = cells_and_points
    collection = cells.geojson({"probability": np.linspace(0, 1, len(cells)).tolist()})
    assert len(collection["features"]) == len(cells)
    assert collection["features"][-1]["properties"]["probability"] == 1.0
    assert {f["geometry"]["type"] for f in collection["features"]} <= {"Polygon", "MultiPolygon"}


def test_missing_foreign_and_broken_files_are_refused_in_a_sentence(tmp_path, cells_and_points):
    cells, _ = cells_and_points
    with pytest.raises(ArtifactError, match="build_geocells"):
        read_geocells(tmp_path / "none.parquet")
    foreign = tmp_path / "foreign.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(foreign)
    with pytest.raises(ArtifactError, match="lacks the columns cell_id"):
        read_geocells(foreign)
    cells.table.to_parquet(foreign)
    with pytest.raises(ArtifactError, match="note of how"):
        read_geocells(foreign)
    foreign.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(ArtifactError, match="cannot be read"):
        read_geocells(foreign)
    write_geocells(foreign, cells.table[::-1], {}, "nearest")
    with pytest.raises(ArtifactError, match="out of order"):
        read_geocells(foreign)


def test_reading_and_nearest_assignment_need_no_shapely(tmp_path, cells_and_points):
    cells, _ = cells_and_points
    path = write_geocells(tmp_path / "cells.parquet", cells.table, {}, "nearest")
    code = (
        "import sys\nfrom pathlib import Path\nfrom model.geocells.table import read_geocells\n"
        f"cells = read_geocells(Path({str(path)!r}))\ncells.assign([[1.0, 2.0]])\n"
        "assert not any(name.split('.')[0] == 'shapely' for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_areas_are_kept_and_the_cells_of_an_earlier_table_are_measured(tmp_path, cells_and_points):
    cells, _ = cells_and_points
    assert cells.areas_km2 == pytest.approx(cells.table["area_km2"])
    older = cells.table.rename(columns={"points": "n_train"}).drop(columns="area_km2")
    path = tmp_path / "older.parquet"
    arrow = pa.Table.from_pandas(older, preserve_index=False)
    pq.write_table(arrow.replace_schema_metadata({METADATA_KEY: b'{"method": {}, "rule": "nearest"}'}), path)
    read = read_geocells(path)
    assert read.table["points"].tolist() == cells.table["points"].tolist()
    assert read.areas_km2 == pytest.approx(cells.areas_km2)


def test_a_table_stored_with_the_usual_compression_is_read_as_well(cells_and_points, tmp_path):
    cells, points = cells_and_points
    written = write_geocells(tmp_path / "now.parquet", cells.table, cells.method, cells.rule)
    arrow = pq.read_table(written)
    pq.write_table(arrow, tmp_path / "older.parquet", compression="zstd")
    assert written.stat().st_size <= (tmp_path / "older.parquet").stat().st_size
    older = read_geocells(tmp_path / "older.parquet")
    assert older.table.equals(cells.table)
    assert (older.assign(points) == cells.assign(points)).all()
