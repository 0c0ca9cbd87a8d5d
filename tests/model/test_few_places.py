"""Few places and another model's vectors: every stage after the encoder, and all that can be mixed up on the way."""

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model import build_geocells, build_index, calibrate, evaluate, train_head
from model.artifacts import read_record
from model.errors import ArtifactError, ConfigError
from model.geo.distance import from_unit, haversine_km, to_unit
from model.geocells.table import read_geocells
from model.metrics.calibration import fit_temperature
from model.networks.head import MultiTaskHead
from model.predictors.calibration import Calibration
from model.predictors.chain import check_chain
from model.predictors.checkpoint import open_checkpoint
from model.predictors.protocol import ask
from model.retrieval.kernel import Kernel


@dataclass(frozen=True)
class Run:
    manifest: Path
    embeddings: Path
    out: Path


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A tenth of 300 places is for validation; the vectors, waves over the sphere, come view by view."""
    folder, rng = tmp_path_factory.mktemp("few"), np.random.default_rng(4)
    points = from_unit(rng.normal(size=(300, 3)) * [1, 1, 0.6])
    waves = rng.normal(size=(3, 24)) * rng.choice([1.0, 3.0], size=24)
    views = np.sin(to_unit(points) @ waves + rng.uniform(0, 6.3, 24))[:, None] + 0.3 * rng.normal(size=(300, 3, 24))
    split = np.array(["train"] * 8 + ["validation", "test"])[np.arange(300) % 10]
    places = pd.DataFrame({"id": [f"p{i}" for i in range(300)], "split": split, "lat": points[:, 0],
                           "lng": points[:, 1], "country": np.where(points[:, 1] < 0, "AA", "BB"),
                           "region": "R"})  # fmt: skip
    made = Run(folder / "manifest.parquet", folder / "embeddings.npy", folder / "run")
    places.to_parquet(made.manifest)
    np.save(made.embeddings, views.astype(np.float32))
    cells = build_geocells.main(build_geocells.GeocellConfig(made.manifest, made.out, "kmeans", cells=15))
    train_head.main(train_head.HeadConfig(made.manifest, made.embeddings, cells, made.out, lr=0.02, epochs=30))
    build_index.main(index_of(made))
    calibrate.main(calibrate.CalibrateConfig(made.manifest, made.embeddings, made.out))
    return made


def index_of(run, **changes):
    config = build_index.IndexConfig(run.manifest, run.embeddings, run.out / "geocells.parquet", run.out)
    return replace(config, **changes)


@pytest.fixture
def copy(run, tmp_path):
    return replace(run, out=shutil.copytree(run.out, tmp_path / "run"))


def test_with_few_places_the_choice_is_made_by_cross_validation_and_told(run):
    facts = read_record(run.out, "calibrate")["facts"]
    told = facts["decision"]
    assert told["by"] == "cross-validation" and told["places"] == 240
    assert told["score"] > 2000
    assert (Calibration.read(run.out / "calibration").decision is None) == (told["chosen"] == "refiner")
    assert Calibration.read(run.out / "calibration").decision is not None, "a kernel reads smooth waves best"
    assert read_record(run.out, "build_index")["facts"]["kernel"]["anchors"] == 240


def test_kernel_and_head_guess_and_their_scores_and_promises_hold(run):
    places = pd.read_parquet(run.manifest)
    test = np.flatnonzero(places["split"] == "test")
    truth = places.loc[test, ["lat", "lng"]].to_numpy()
    seen = np.load(run.embeddings).mean(axis=1)[test]
    predictor = open_checkpoint(run.out).predictor
    answer = ask(predictor, seen)
    assert (predictor.points(seen) == answer.points).all()
    assert answer.scores.sum(axis=1) == pytest.approx(np.ones(len(test)), abs=1e-4)
    assert (answer.considered.points == answer.points[:, None]).all(axis=2).any(axis=1).all()
    middle = predictor.regions.centroids[answer.scores.argmax(axis=1)]
    assert np.median(haversine_km(answer.points, truth)) < np.median(haversine_km(middle, truth)) < 4000
    config = evaluate.EvaluateConfig(run.manifest, run.out.parent / "figures", run.out, run.embeddings)
    figures = json.loads(evaluate.main(config).read_text())
    assert figures["n"] == 30 and "one_view" in figures
    assert figures["coverage"]["95"] > 0.8
    assert figures["expected_score"]["mean"] == pytest.approx(figures["mean_score"], abs=1000)


def test_kernel_and_head_look_at_a_place_once(run, monkeypatch):
    pigeon, seen = open_checkpoint(run.out).predictor, np.load(run.embeddings).mean(axis=1)[:10]
    asked = []
    for owner, name in ((Kernel, "predict"), (MultiTaskHead, "probabilities")):
        plain = getattr(owner, name)

        def counted(self, embeddings, *more, plain=plain, name=name):
            asked.append((name, len(embeddings)))
            return plain(self, embeddings, *more)

        monkeypatch.setattr(owner, name, counted)
    answer = ask(pigeon, seen)
    assert sorted(asked) == [("predict", 10), ("probabilities", 10)]
    assert (answer.scores == pigeon.scores(seen)).all() and (answer.points == pigeon.points(seen)).all()
    assert (answer.considered.cells == pigeon.consider(seen).cells).all()


def test_a_head_weighed_by_country_keeps_its_own_temperature_where_few_places_choose(copy, monkeypatch):
    """Heads of folds know no country, so that they cannot say how sure one is that does."""
    calibrate.main(fewer_places(copy))
    plain = read_record(copy.out, "calibrate")["facts"]
    read = calibrate.read_record

    def weighed(folder, stage, **more):
        record = read(folder, stage, **more)
        return record | {"facts": record["facts"] | {"country_share": 0.5}} if stage == "train_head" else record

    monkeypatch.setattr(calibrate, "read_record", weighed)
    shutil.rmtree(copy.out / "calibration")
    calibrate.main(fewer_places(copy))
    told = read_record(copy.out, "calibrate")["facts"]
    before = fit_temperature(*validation_logits(copy))
    assert told["temperature"] == pytest.approx(before)
    assert plain["temperature"] != pytest.approx(before, rel=1e-3)


def fewer_places(run):
    return calibrate.CalibrateConfig(run.manifest, run.embeddings, run.out, places=25)


def validation_logits(run):
    places = pd.read_parquet(run.manifest)
    rows = calibrate.evenly(np.flatnonzero(places["split"] == "validation"), 25)
    own = read_geocells(run.out / "geocells.parquet").assign(places[["lat", "lng"]].to_numpy()[rows])
    return MultiTaskHead.load(run.out / "head").logits(np.load(run.embeddings).mean(axis=1)[rows]), own


def test_without_an_encoder_the_sentence_names_embeddings(run, tmp_path):
    with pytest.raises(ArtifactError, match=r"no encoder.*--embeddings FILE\.npy"):
        evaluate.main(evaluate.EvaluateConfig(run.manifest, tmp_path, run.out))


def test_no_kernel_is_made_where_none_is_wanted_and_that_of_before_goes(copy, capsys):
    build_index.main(index_of(copy, kernel_places=239))
    assert not (copy.out / "kernel").exists()
    assert "kernel" not in read_record(copy.out, "build_index")["outputs"]
    with pytest.raises(ArtifactError, match="fitted with another kernel, or without it"):
        check_chain(copy.out)
    calibrate.main(calibrate.CalibrateConfig(copy.manifest, copy.embeddings, copy.out))
    assert Calibration.read(copy.out / "calibration").decision is None
    assert "chosen by" not in capsys.readouterr().out
    assert open_checkpoint(copy.out).predictor.kernel is None


def test_without_tuning_the_refiner_guesses(copy):
    calibrate.main(calibrate.CalibrateConfig(copy.manifest, copy.embeddings, copy.out, tune=False))
    assert Calibration.read(copy.out / "calibration").decision is None
    assert "calibrate" in check_chain(copy.out)


def test_a_kernel_of_other_vectors_an_edited_one_and_one_put_there_by_hand_are_refused(copy, run, tmp_path):
    other = tmp_path / "other.npy"
    np.save(other, np.load(run.embeddings) * 2)
    cells = run.out / "geocells.parquet"
    build_index.main(build_index.IndexConfig(run.manifest, other, cells, tmp_path / "other"))
    shutil.rmtree(copy.out / "kernel")
    with pytest.raises(ArtifactError, match="lacks kernel"):
        check_chain(copy.out)
    shutil.copytree(tmp_path / "other" / "kernel", copy.out / "kernel")
    with pytest.raises(ArtifactError, match=r"kernel in .* is not what the stage 'build_index' wrote"):
        check_chain(copy.out)
    build_index.main(index_of(copy, kernel_places=0))
    shutil.copytree(tmp_path / "other" / "kernel", copy.out / "kernel")
    with pytest.raises(ArtifactError, match="put there by hand"):
        check_chain(copy.out)


@pytest.mark.parametrize("places", [-1, 20_001])
def test_a_number_of_places_that_no_kernel_can_hold_is_refused(run, places):
    with pytest.raises(ConfigError, match="--kernel-places"):
        index_of(run, kernel_places=places)
