"""build_geocells: only training places, not done twice, names asked of the atlas where they lack."""

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
        assert read_geocells(path).table["n_train"].sum() == train
        assert read_record(tmp_path / method, "build_geocells")["facts"]["places"] == train


def test_moving_test_places_changes_no_cell(toy_run, tmp_path):
    manifest = pd.read_parquet(toy_run.manifest)
    manifest.loc[manifest["split"] == "test", ["lat", "lng"]] = [80.0, 0.0]
    manifest.to_parquet(tmp_path / "moved.parquet")
    moved = build_geocells.main(GeocellConfig(tmp_path / "moved.parquet", tmp_path / "run", cells=30))
    assert read_geocells(moved).table.equals(read_geocells(toy_run.out / "geocells.parquet").table)


def test_finished_cells_are_left_alone(toy_run, tmp_path, capsys):
    config = GeocellConfig(toy_run.manifest, tmp_path)
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
        build_geocells.main(GeocellConfig(tmp_path / "m.parquet", tmp_path))
    with pytest.raises(ConfigError):
        GeocellConfig(toy_run.manifest, tmp_path, cells=-1)
    with pytest.raises(ConfigError):
        build_geocells.main(GeocellConfig(toy_run.manifest, tmp_path, cells=100_000))
