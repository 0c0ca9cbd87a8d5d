"""build_geocells: only training places, not done twice, names asked of the atlas where they lack."""

import json

import pandas as pd
import pytest

from model import build_geocells
from model.artifacts import read_record
from model.build_geocells import GeocellConfig
from model.errors import ConfigError, ManifestError
from model.geocells.table import read_geocells


def test_only_training_places_are_counted(toy_run, tmp_path):
    train = (pd.read_parquet(toy_run.manifest)["split"] == "train").sum()
    for method in ("kmeans", "naive"):
        path = build_geocells.main(GeocellConfig(toy_run.manifest, tmp_path / method, method))
        assert read_geocells(path).table["points"].sum() == train
        assert read_record(tmp_path / method, "build_geocells")["facts"]["places"] == train


def test_moving_test_places_changes_no_cell(toy_run, tmp_path):
    manifest = pd.read_parquet(toy_run.manifest)
    manifest.loc[manifest["split"] == "test", ["lat", "lng"]] = [80.0, 0.0]
    manifest.to_parquet(tmp_path / "moved.parquet")
    moved = build_geocells.main(GeocellConfig(tmp_path / "moved.parquet", tmp_path / "run", "kmeans", cells=30))
    assert read_geocells(moved).table.equals(read_geocells(toy_run.out / "geocells.parquet").table)


def test_finished_cells_are_left_alone(toy_run, tmp_path, capsys):
    config = GeocellConfig(toy_run.manifest, tmp_path, "kmeans")
    before = build_geocells.main(config).stat().st_mtime_ns
    assert build_geocells.main(config).stat().st_mtime_ns == before
    assert "nothing to do" in capsys.readouterr().out


def test_places_without_names_get_them_from_the_atlas(tmp_path):
    pd.DataFrame({"id": ["a", "b"], "split": "train", "lat": [48.85, 48.9], "lng": [2.35, 2.4]}).to_parquet(
        tmp_path / "m.parquet"
    )
    cells = read_geocells(build_geocells.main(GeocellConfig(tmp_path / "m.parquet", tmp_path)))
    assert set(cells.countries) == {"FR"}


def test_no_training_places_and_impossible_numbers_are_refused(toy_run, tmp_path):
    pd.read_parquet(toy_run.manifest).assign(split="test").to_parquet(tmp_path / "m.parquet")
    with pytest.raises(ManifestError, match="train"):
        build_geocells.main(GeocellConfig(tmp_path / "m.parquet", tmp_path, "kmeans"))
    for wrong in (-1, 0):
        with pytest.raises(ConfigError, match="--cells must be 1 or more"):
            GeocellConfig(toy_run.manifest, tmp_path, cells=wrong)
    with pytest.raises(ConfigError, match="one per training place"):
        build_geocells.main(GeocellConfig(toy_run.manifest, tmp_path, "kmeans", cells=100_000))


@pytest.mark.parametrize(
    ("method", "option", "owner"),
    [("naive", {"cells": 30}, "semantic and kmeans"), ("naive", {"seed": 1}, "kmeans"),
     ("kmeans", {"max_points": 60}, "semantic and naive and s2"), ("s2", {"preset": "pigeon"}, "semantic"),
     ("kmeans", {"halve": False}, "semantic"), ("semantic", {"max_level": 9}, "s2")],
)  # fmt: skip
def test_an_option_that_means_nothing_to_the_method_is_refused_in_a_sentence(tmp_path, method, option, owner):
    (name,) = option
    with pytest.raises(ConfigError, match=f"--{name.replace('_', '-')} means nothing.*belongs to {owner}"):
        GeocellConfig(tmp_path / "m.parquet", tmp_path, method, **option)


def test_contradictions_are_refused_before_anything_is_read(tmp_path):
    with pytest.raises(ConfigError, match="leave out --min-points"):
        GeocellConfig(tmp_path / "m.parquet", tmp_path, cells=20, max_points=10)
    with pytest.raises(ConfigError, match="--regions"):
        GeocellConfig(tmp_path / "m.parquet", tmp_path, country_column="x")
    with pytest.raises(ConfigError, match="at least twice"):
        GeocellConfig(tmp_path / "m.parquet", tmp_path, min_points=10, max_points=15).settings(100)


def test_semantic_cells_of_a_file_of_regions_never_cross_its_border(toy_run, tmp_path, capsys):
    features = [
        {"type": "Feature", "properties": {"land": land}, "geometry": {"type": "Polygon", "coordinates": [[
            [w, s], [w + 180, s], [w + 180, s + 90], [w, s + 90], [w, s]]]}}
        for w, land in ((-180, "west"), (0, "east"))
        for s in (-90, 0)
    ]  # fmt: skip
    path = tmp_path / "lands.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    config = GeocellConfig(toy_run.manifest, tmp_path, cells=20, regions=path, country_column="land")
    table = read_geocells(build_geocells.main(config)).table
    assert 12 <= len(table) <= 30
    assert set(table["country"]) == {"east", "west"}
    assert ((table["lng"] > 0) == (table["country"] == "east")).all()
    build_geocells.main(config)
    assert "nothing to do" in capsys.readouterr().out
    features[0]["properties"]["land"] = "east"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    build_geocells.main(config)
    assert "nothing to do" not in capsys.readouterr().out


def test_every_method_without_borders_makes_cells_too(toy_run, tmp_path):
    for method, options in (("s2", {"min_level": 1}), ("naive", {}), ("kmeans", {"cells": 12})):
        path = build_geocells.main(GeocellConfig(toy_run.manifest, tmp_path / method, method, **options))
        cells = read_geocells(path)
        assert cells.method["name"] == method and cells.table["points"].sum() == 560
