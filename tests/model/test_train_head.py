"""train_head: learns, is deterministic, is not done twice, refuses what does not fit."""

import numpy as np
import pandas as pd
import pytest

from model import train_head
from model.artifacts import read_record
from model.errors import ArtifactError, ConfigError, ManifestError
from model.networks.head import MultiTaskHead
from model.train_head import HeadConfig


def config(run, out, **changes):
    settings = {"lr": 0.02, "epochs": 3} | changes
    return HeadConfig(run.manifest, run.embeddings, run.out / "geocells.parquet", out, **settings)


def test_the_head_learns_where_places_are(toy_run):
    facts = read_record(toy_run.out, "train_head")["facts"]
    assert facts["validation"]["mean_score"] > 1500  # chance gives about 200
    assert facts["validation"]["cell_top5"] > 0.7 > 5 / facts["cells"]


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(toy_run, tmp_path):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        train_head.main(config(toy_run, tmp_path / name, seed=seed))
    first, second, other = ((tmp_path / name / "head" / "head.safetensors").read_bytes() for name in "abc")
    assert first == second != other


def test_a_finished_head_is_left_alone_and_another_config_trains_again(toy_run, tmp_path, capsys):
    train_head.main(config(toy_run, tmp_path))
    before = (tmp_path / "head" / "head.safetensors").stat().st_mtime_ns
    train_head.main(config(toy_run, tmp_path))
    assert "nothing to do" in capsys.readouterr().out
    assert (tmp_path / "head" / "head.safetensors").stat().st_mtime_ns == before
    train_head.main(config(toy_run, tmp_path, tau_km=0.0))
    assert (tmp_path / "head" / "head.safetensors").stat().st_mtime_ns != before


def test_targets_too_many_for_memory_are_worked_out_batch_by_batch_to_the_same_end(toy_run, tmp_path, monkeypatch):
    train_head.main(config(toy_run, tmp_path / "cached"))
    monkeypatch.setattr(train_head, "CACHED_TARGETS", 0)
    train_head.main(config(toy_run, tmp_path / "lazy"))
    a, b = (MultiTaskHead.load(tmp_path / name / "head") for name in ("cached", "lazy"))
    assert np.allclose(a.heads.cells.weight.detach(), b.heads.cells.weight.detach(), atol=1e-6)


def test_training_stops_when_validation_gets_no_better(toy_run, tmp_path):
    train_head.main(config(toy_run, tmp_path, lr=5.0, epochs=50, patience=2))
    assert read_record(tmp_path, "train_head")["facts"]["epochs"] < 50


def test_a_number_that_never_changes_does_no_harm(toy_run, tmp_path):
    run = type(toy_run)(toy_run.manifest, tmp_path / "constant.npy", toy_run.out)
    embeddings = np.load(toy_run.embeddings)
    embeddings[:, 0] = 3.0
    np.save(run.embeddings, embeddings)
    train_head.main(config(run, tmp_path / "run"))
    assert np.isfinite(MultiTaskHead.load(tmp_path / "run" / "head").probabilities(embeddings)).all()


def test_a_manifest_without_validation_and_foreign_embeddings_are_refused(toy_run, tmp_path):
    manifest = pd.read_parquet(toy_run.manifest)
    lonely = type(toy_run)(tmp_path / "manifest.parquet", toy_run.embeddings, toy_run.out)
    manifest.assign(split="train").to_parquet(lonely.manifest)
    with pytest.raises(ManifestError, match="validation"):
        train_head.main(config(lonely, tmp_path))
    manifest.iloc[:-1].to_parquet(lonely.manifest)
    with pytest.raises(ArtifactError, match="do not belong together"):
        train_head.main(config(lonely, tmp_path))


def test_the_preset_sets_the_smoothing_and_a_number_overrides_it(toy_run, tmp_path):
    assert config(toy_run, tmp_path).smoothing_km == 75.0
    assert config(toy_run, tmp_path, preset="pigeotto").smoothing_km == 65.0
    assert config(toy_run, tmp_path, preset="pigeotto", tau_km=0.0).smoothing_km == 0.0


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"batch": 0}, {"lr": 0.0}, {"tau_km": -1.0}])
def test_contradictions_are_refused_at_birth(toy_run, tmp_path, wrong):
    with pytest.raises(ConfigError):
        config(toy_run, tmp_path, **wrong)
