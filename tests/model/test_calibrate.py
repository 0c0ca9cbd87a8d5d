"""calibrate: a verb of its own, on validation alone, done once, and refused on parts of different runs."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from model import calibrate, train_head
from model.artifacts import read_record
from model.calibrate import CalibrateConfig
from model.errors import ArtifactError, ConfigError, ManifestError
from model.predictors.calibration import Calibration


@pytest.fixture
def run(toy_run, tmp_path):
    out = shutil.copytree(toy_run.out, tmp_path / "run", ignore=shutil.ignore_patterns("calibrat*"))
    return CalibrateConfig(toy_run.manifest, toy_run.embeddings, out)


def test_a_run_is_calibrated_and_its_record_says_how(toy_run):
    calibration = Calibration.read(toy_run.out / "calibration")
    record = read_record(toy_run.out, "calibrate")
    assert set(record["inputs"]) == {"manifest", "embeddings", "geocells", "head", "index"}
    facts = record["facts"]
    assert facts["places"] == 70
    assert facts["tuned"]
    assert facts["temperature"] == calibration.temperature
    assert facts["refiner"]["candidates"] == calibration.refiner.candidates
    assert facts["held"]["50"] >= 0.5
    assert facts["held"]["95"] >= 0.95
    assert calibration.radius is not None


def test_without_tuning_the_refiner_stays_the_presets_and_no_score_is_better(run, toy_run, capsys):
    calibrate.main(replace(run, tune=False))
    kept = Calibration.read(run.out / "calibration")
    assert kept.refiner == Calibration.of_preset("pigeon").refiner
    tuned = read_record(toy_run.out, "calibrate")["facts"]["mean_score"]
    assert read_record(run.out, "calibrate")["facts"]["mean_score"] <= tuned
    calibrate.main(replace(run, tune=False))
    assert "nothing to do" in capsys.readouterr().out


def test_only_validation_places_are_looked_at(run, tmp_path):
    embeddings = np.load(run.embeddings)
    others = (pd.read_parquet(run.manifest)["split"] == "test").to_numpy()
    embeddings[others] += 100.0
    moved = tmp_path / "moved.npy"
    np.save(moved, embeddings)
    calibrate.main(replace(run, tune=False))
    first = (run.out / "calibration" / "calibration.json").read_bytes()
    calibrate.main(replace(run, embeddings=moved, tune=False))
    assert (run.out / "calibration" / "calibration.json").read_bytes() == first


def test_fewer_places_are_used_on_demand(run):
    calibrate.main(replace(run, places=20, tune=False))
    assert read_record(run.out, "calibrate")["facts"]["places"] <= 20


def test_a_run_without_head_or_index_or_validation_is_refused_and_names_the_stage(run, tmp_path):
    for name, stage in (("index", "build_index"), ("head", "train_head"), ("geocells.parquet", "build_geocells")):
        moved = (run.out / name).rename(tmp_path / name)
        with pytest.raises(ArtifactError, match=rf"model\.{stage}"):
            calibrate.main(run)
        moved.rename(run.out / name)
    frame = pd.read_parquet(run.manifest)
    frame.loc[frame["split"] == "validation", "split"] = "test"
    frame.to_parquet(tmp_path / "m.parquet")
    with pytest.raises(ManifestError, match="validation"):
        calibrate.main(replace(run, manifest=tmp_path / "m.parquet"))
    assert not (run.out / "calibration").exists()


def test_parts_of_different_encoders_are_refused(run, tmp_path):
    wide = tmp_path / "wide.npy"
    embeddings = np.load(run.embeddings)
    np.save(wide, np.concatenate([embeddings, embeddings], axis=1))
    with pytest.raises(ArtifactError, match="different encoders"):
        calibrate.main(replace(run, embeddings=wide))
    cells = run.out / "geocells.parquet"
    train_head.main(train_head.HeadConfig(run.manifest, wide, cells, run.out, epochs=1))
    with pytest.raises(ArtifactError, match="different encoders"):
        calibrate.main(run)


def test_impossible_settings_are_refused(run):
    for wrong in ({"places": 0}, {"scale_km": 0.0}):
        with pytest.raises(ConfigError):
            replace(run, **wrong)


@pytest.mark.parametrize(("n", "most", "taken"), [(150, 100, 100), (5001, 5000, 5000), (10, 100, 10), (7, 0, 0)])
def test_as_many_places_are_taken_as_were_asked_for(n, most, taken):
    rows = calibrate.evenly(np.arange(n) * 3, most)
    assert len(rows) == len(set(rows.tolist())) == taken
    if taken:
        assert rows[0] == 0 and rows[-1] == 3 * (n - 1)
