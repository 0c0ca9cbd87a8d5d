"""train_hierarchy and its predictor: cells nest, the product is what the paper says, nothing foreign is opened."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from model import evaluate, train_hierarchy
from model.artifacts import fingerprint, read_record
from model.errors import ArtifactError, ConfigError, ManifestError
from model.geocells.s2 import S2Settings, nested
from model.geocells.table import read_geocells
from model.geolocator import Geolocator
from model.networks.hierarchy import HierarchyHead
from model.predictors.hierarchy import Hierarchy
from model.predictors.registry import Options, open_system
from model.train_hierarchy import HierarchyConfig


def config(run, out, **changes):
    settings = {"lr": 0.05, "epochs": 6, "max_points": (60, 30, 15)} | changes
    return HierarchyConfig(run.manifest, run.embeddings, out, **settings)


@pytest.fixture(scope="module")
def trained(toy_run, tmp_path_factory):
    out = tmp_path_factory.mktemp("hierarchy")
    train_hierarchy.main(config(toy_run, out))
    return out


def test_cells_of_every_level_lie_within_those_of_the_one_before():
    rng = np.random.default_rng(1)
    points = np.concatenate([rng.normal((20, 179), 4, (150, 2)), rng.normal((-40, 30), 9, (80, 2))])
    points[:, 1] = (points[:, 1] + 180) % 360 - 180
    levels, parents = nested(points, [S2Settings(5, most, 1, 9) for most in (60, 25, 12)])
    assert [len(level.polygons) for level in levels] == sorted(len(level.polygons) for level in levels)
    assert all(len(set(level.labels.tolist())) == len(level.polygons) for level in levels)
    finest = levels[-1]
    for coarser, parent in zip(levels[:-1], parents, strict=True):
        assert np.array_equal(parent[finest.labels], coarser.labels)
        for cell, held in zip(finest.polygons, parent, strict=True):
            outside = shapely.difference(cell, coarser.polygons[held]).area
            assert outside < 0.02 * cell.area  # an edge of one long side is no edge of two short ones


def test_levels_that_do_not_nest_are_refused():
    with pytest.raises(ConfigError, match="never rise"):
        nested(np.zeros((3, 2)), [S2Settings(5, 10), S2Settings(5, 20)])
    with pytest.raises(ConfigError, match="never rise"):
        nested(np.zeros((3, 2)), [S2Settings(5, 20, 2, 13), S2Settings(5, 10, 1, 13)])


def test_the_product_of_every_fine_cell_is_its_own_probability_times_those_that_hold_it():
    head = HierarchyHead(2, np.array([[0, 0, 1]]), [2, 3]).eval()
    seen = np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32)
    import torch

    with torch.inference_mode():
        coarse, fine = (torch.softmax(logits, -1).numpy() for logits in head(torch.from_numpy(seen)).values())
    expected = np.stack([fine[:, 0] * coarse[:, 0], fine[:, 1] * coarse[:, 0], fine[:, 2] * coarse[:, 1]], axis=1)
    assert np.allclose(np.exp(head.log_products(seen)), expected, atol=1e-6)
    assert np.allclose(np.exp(head.log_products(seen, finest_only=True)), fine, atol=1e-6)


def test_it_learns_where_places_are_and_says_how_sure_it_is(toy_run, trained):
    facts = read_record(trained, "train_hierarchy")["facts"]
    assert facts["validation"]["mean_score"] > 1500  # chance gives about 200
    assert facts["validation"]["calibration_error"] <= facts["validation"]["calibration_error_before"] + 0.02
    assert [level["max_points"] for level in facts["levels"]] == [60, 30, 15]
    opened = open_system("geoestimation", Options(checkpoint=trained)).checkpoint
    system, seen = opened.predictor, np.load(toy_run.embeddings)[:7]
    assert system.record["system"] == "GeoEstimation" and opened.name.endswith("(GeoEstimation)")
    scores = system.scores(seen)
    assert scores.shape == (7, len(system.regions)) and np.allclose(scores.sum(axis=1), 1.0, atol=1e-5)
    assert np.array_equal(system.points(seen), system.regions.centroids[scores.argmax(axis=1)])
    guess = Geolocator.load(trained, "geoestimation").locate_many(seen[:1])[0]
    assert guess.system == "GeoEstimation" and guess.radius_km is not None and 0 <= guess.expected_score <= 5000


def test_the_same_seed_gives_the_same_head_and_a_finished_one_is_left_alone(toy_run, trained, tmp_path, capsys):
    train_hierarchy.main(config(toy_run, tmp_path))
    ours, theirs = (folder / "hierarchy" / "hierarchy.safetensors" for folder in (tmp_path, trained))
    assert ours.read_bytes() == theirs.read_bytes()
    capsys.readouterr()
    train_hierarchy.main(config(toy_run, tmp_path))
    assert "nothing to do" in capsys.readouterr().out
    train_hierarchy.main(config(toy_run, tmp_path, half=True, epochs=1))
    assert ours.stat().st_size < 0.8 * theirs.stat().st_size


def test_evaluate_measures_it_as_any_system_and_refuses_its_training_places(toy_run, trained, tmp_path):
    asked = {"checkpoint": trained, "predictor": "geoestimation", "embeddings": toy_run.embeddings}
    path = evaluate.main(evaluate.EvaluateConfig(toy_run.manifest, tmp_path, **asked))
    figures = json.loads(path.read_text())
    assert figures["system"] == "GeoEstimation" and figures["mean_score"] > 1500 and "coverage" in figures
    assert figures["settings"]["levels"][-1] == len(read_geocells(trained / "hierarchy" / "geocells.parquet"))
    with pytest.raises(ArtifactError, match="was made from"):
        evaluate.main(evaluate.EvaluateConfig(toy_run.manifest, tmp_path, split="train", **asked))


def test_cell_sizes_are_the_papers_scaled_to_the_places_and_never_absurd(toy_run, tmp_path):
    whole, tiny = HierarchyConfig(Path(), Path(), Path()), HierarchyConfig(Path(), Path(), Path())
    assert [level.max_points for level in whole.levels(4_723_695)] == [5000, 2000, 1000]
    assert {level.min_points for level in whole.levels(4_723_695)} == {50}
    assert [level.max_points for level in whole.levels(472_370)] == [500, 200, 100]
    assert [level.max_points for level in tiny.levels(30)] == [50, 20, 10]
    assert {level.min_points for level in tiny.levels(30)} == {5}
    assert {level.min_points for level in config(toy_run, tmp_path, max_points=(4, 2)).levels(30)} == {2}


@pytest.mark.parametrize(
    "wrong", [{"epochs": 0}, {"lr": 0.0}, {"max_points": (10, 20)}, {"max_points": ()}, {"max_points": (0,)},
              {"min_points": 16}, {"min_level": 9, "max_level": 3}],
)  # fmt: skip
def test_contradictions_are_refused_at_birth(toy_run, tmp_path, wrong):
    with pytest.raises(ConfigError):
        config(toy_run, tmp_path, **wrong)


def test_a_table_without_validation_and_foreign_embeddings_are_refused(toy_run, tmp_path):
    lonely = type(toy_run)(tmp_path / "manifest.parquet", toy_run.embeddings, toy_run.out)
    manifest = pd.read_parquet(toy_run.manifest)
    manifest.assign(split="train").to_parquet(lonely.manifest)
    with pytest.raises(ManifestError, match="validation"):
        train_hierarchy.main(config(lonely, tmp_path))
    manifest.iloc[:-1].to_parquet(lonely.manifest)
    with pytest.raises(ArtifactError, match="do not belong together"):
        train_hierarchy.main(config(lonely, tmp_path))


def test_a_run_without_it_an_edited_one_and_what_it_cannot_use_are_sentences(trained, tmp_path):
    with pytest.raises(ArtifactError, match="train_hierarchy"):
        open_system("geoestimation", Options(checkpoint=tmp_path))
    with pytest.raises(ConfigError, match="leave --settings out"):
        open_system("geoestimation", Options(checkpoint=trained, settings=("beam=3",)))
    with pytest.raises(ConfigError, match="say nothing of their encoder"):
        open_system("geoestimation", Options(checkpoint=trained, encoder=tmp_path))
    shutil.copytree(trained, tmp_path / "copy")
    (tmp_path / "copy" / "hierarchy" / "hierarchy.json").write_text('{"format": 1, "dim": 3, "sizes": [1, 2, 3]}')
    with pytest.raises(ArtifactError, match="edited or mixed"):
        open_system("geoestimation", Options(checkpoint=tmp_path / "copy"))
    cells = read_geocells(trained / "hierarchy" / "geocells.parquet")
    with pytest.raises(ArtifactError, match="different runs"):
        Hierarchy(cells, HierarchyHead(4, np.zeros((0, 2), np.int64), [2]))


@pytest.mark.parametrize(
    ("name", "text"),
    [("hierarchy.json", "[]"), ("hierarchy.json", '{"format": 9}'), ("hierarchy.safetensors", "not tensors"),
     ("hierarchy.json", '{"format": 1, "dim": 1000000000, "sizes": [1000000000]}')],
)  # fmt: skip
def test_files_that_hold_no_head_are_told(trained, tmp_path, name, text):
    shutil.copytree(trained / "hierarchy", tmp_path / "hierarchy")
    (tmp_path / "hierarchy" / name).write_text(text)
    with pytest.raises(ArtifactError, match="no hierarchical head"):
        HierarchyHead.load(tmp_path / "hierarchy")


def test_parents_that_point_nowhere_are_told(tmp_path):
    HierarchyHead(2, np.array([[0, 5]]), [2, 2]).save(tmp_path)
    with pytest.raises(ArtifactError, match="coarser cell that is none"):
        HierarchyHead.load(tmp_path)


def test_the_encoder_is_known_by_its_fingerprint_wherever_it_lies(toy_run, tmp_path, monkeypatch):
    eye = tmp_path / "eye"
    eye.mkdir()
    (eye / "config.json").write_text("{}")
    run = type(toy_run)(toy_run.manifest, tmp_path / "seen" / "embeddings.npy", toy_run.out)
    run.embeddings.parent.mkdir()
    shutil.copy(toy_run.embeddings, run.embeddings)
    record = {"format": 1, "stage": "embed", "config": {}, "inputs": {"encoder": fingerprint(eye)}, "facts": {},
              "outputs": {"embeddings": {"path": "embeddings.npy", "sha256": fingerprint(run.embeddings)}}}  # fmt: skip
    (run.embeddings.parent / "embed.record.json").write_text(json.dumps(record))
    train_hierarchy.main(config(run, tmp_path / "run", epochs=1, max_points=(40,)))

    class Eye:
        dim = projected_dim = np.load(toy_run.embeddings).shape[1]

    monkeypatch.setattr("model.networks.encoder.Encoder.load", lambda folder: Eye())
    asked = Options(checkpoint=tmp_path / "run")
    assert open_system("geoestimation", asked).checkpoint.encoder is None, "it lies where nobody looks"
    assert isinstance(open_system("geoestimation", Options(asked.checkpoint, eye)).checkpoint.encoder, Eye)
    shutil.copytree(eye, tmp_path / "run" / "encoder")
    assert isinstance(open_system("geoestimation", asked).checkpoint.encoder, Eye)
    (eye / "config.json").write_text('{"edited": true}')
    with pytest.raises(ArtifactError, match="or another one"):
        open_system("geoestimation", Options(asked.checkpoint, eye))
    Eye.dim = 3
    with pytest.raises(ArtifactError, match="different runs"):
        open_system("geoestimation", asked)
