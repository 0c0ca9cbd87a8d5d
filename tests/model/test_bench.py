"""evaluate --benchmark and --predictions, as a person would run them."""

import json

import numpy as np
import pandas as pd
import pytest

from model import evaluate
from model.artifacts import read_record
from model.errors import ConfigError, ManifestError
from model.evaluate import EvaluateConfig
from model.geo.distance import haversine_km


@pytest.fixture(scope="module")
def test_places(toy_run):
    manifest = pd.read_parquet(toy_run.manifest)
    return manifest[manifest["split"] == "test"].reset_index(drop=True)


def write(path, places, north_deg=1.0, **columns):
    frame = pd.DataFrame(
        {"image": places["id"], "lat": (places["lat"] + north_deg).clip(-90, 90), "lng": places["lng"]}
    )
    frame.assign(**columns).to_csv(path, index=False)
    return path


def test_guesses_that_anyone_made_are_measured_without_a_checkpoint(toy_run, test_places, tmp_path, capsys):
    theirs = write(tmp_path / "theirs.csv", test_places.iloc[:-2])
    path = evaluate.main(EvaluateConfig(toy_run.manifest, tmp_path / "out", predictions=theirs))
    figures, table = json.loads(path.read_text()), pd.read_csv(path.parent / "predictions.csv", keep_default_na=False)
    off = haversine_km(table[["lat", "lng"]].to_numpy(), table[["truth_lat", "truth_lng"]].to_numpy())
    assert figures["n"] == len(table) == len(test_places) - 2
    assert figures["median_km"] == pytest.approx(np.median(off), abs=1e-3)
    assert figures["system"] == "theirs" and figures["not_measured"]["without_guess"] == 2
    assert set(figures["interval_95"]) >= {"median_km", "mean_score", "within_km", "country_accuracy"}
    assert "expected_score" not in figures and "benchmark" not in figures
    assert "2 photos of the manifest have no guess" in capsys.readouterr().out
    assert "guesses" in read_record(path.parent, "evaluate")["inputs"]


def test_candidates_tell_what_they_promise_and_how_near_the_nearest_was(toy_run, test_places, tmp_path):
    right = write(tmp_path / "a.csv", test_places, 0.0, probability=0.25)
    wrong = write(tmp_path / "b.csv", test_places, 20.0, probability=0.75)
    both = pd.concat([pd.read_csv(right), pd.read_csv(wrong)])
    both.to_csv(tmp_path / "both.csv", index=False)
    path = evaluate.main(EvaluateConfig(toy_run.manifest, tmp_path, predictions=tmp_path / "both.csv", name="Oracle"))
    figures = json.loads(path.read_text())
    assert figures["within_km"]["200"] < 0.2, "the likelier one is the guess"
    assert figures["candidates"]["nearest_within_km"]["1"] == 1.0 and figures["candidates"]["per_place"] == 2
    away = haversine_km(both[["lat", "lng"]].to_numpy()[: len(test_places)], test_places[["lat", "lng"]].to_numpy())
    assert np.max(away) < 0.01
    promised = figures["expected_score"]
    assert promised["mean"] > 3750 and promised["minus_real"] > 1500, "three quarters of it promise 5,000 points"
    assert promised["minus_real_95"][0] <= promised["minus_real"] <= promised["minus_real_95"][1]
    assert figures["system"] == "Oracle"


def test_our_row_is_printed_under_the_published_ones_and_kept(toy_run, test_places, tmp_path, capsys):
    theirs = write(tmp_path / "theirs.csv", test_places)
    asked = EvaluateConfig(toy_run.manifest, tmp_path, predictions=theirs, benchmark="im2gps", name="Ours")
    told = json.loads(evaluate.main(asked).read_text())["benchmark"]
    said = capsys.readouterr().out
    assert told["name"] == "im2gps" and told["n"] == len(test_places) != told["n_published"] == 237
    assert said.index("PIGEOTTO") < said.index("Ours (this run) !") < said.index("95 % interval")
    assert "photos where the published rows have 237" in said and f"n = {len(test_places):,}" in said


def test_a_system_gets_its_row_too(toy_run, tmp_path, capsys):
    asked = {"checkpoint": toy_run.out, "embeddings": toy_run.embeddings, "benchmark": "streetview"}
    told = json.loads(evaluate.main(EvaluateConfig(toy_run.manifest, tmp_path, **asked)).read_text())
    assert told["benchmark"]["system"] == told["system"] == "PIGEON"
    assert "PIGEON (this run) !" in capsys.readouterr().out


def test_a_manifest_of_another_data_set_is_refused(toy_run, test_places, tmp_path):
    manifest = tmp_path / "manifest.parquet"
    pd.read_parquet(toy_run.manifest).to_parquet(manifest)
    record = {"format": 1, "stage": "prepare_dataset", "config": {"dataset": "yfcc4k"}, "inputs": {}, "outputs": {},
              "facts": {}}  # fmt: skip
    (tmp_path / "prepare_dataset.record.json").write_text(json.dumps(record))
    theirs = write(tmp_path / "theirs.csv", test_places)
    with pytest.raises(ConfigError, match="found one of yfcc4k"):
        evaluate.main(EvaluateConfig(manifest, tmp_path, predictions=theirs, benchmark="im2gps3k"))
    told = evaluate.main(EvaluateConfig(manifest, tmp_path, predictions=theirs, benchmark="yfcc4k"))
    assert not any("nothing beside" in note for note in json.loads(told.read_text())["benchmark"]["notes"])


def test_guesses_of_other_places_and_options_that_cannot_hold_are_sentences(toy_run, test_places, tmp_path):
    theirs = write(tmp_path / "theirs.csv", test_places.assign(id="x"))
    with pytest.raises(ManifestError, match=r"no guess of the|guesses"):
        evaluate.main(EvaluateConfig(toy_run.manifest, tmp_path, predictions=theirs))
    for wrong in ({"checkpoint": tmp_path}, {"views": "one"}, {"area": True}, {"predictor": "zero-shot"}):
        with pytest.raises(ConfigError, match=f"which --{next(iter(wrong))} cannot change"):
            EvaluateConfig(toy_run.manifest, tmp_path, predictions=theirs, **wrong)
    with pytest.raises(ConfigError, match="looked for the benchmark"):
        EvaluateConfig(toy_run.manifest, tmp_path, benchmark="moon")


@pytest.mark.parametrize(
    ("argv", "said"),
    [(["--benchmark", "im2gps3k", "--out", "x"], "prepare_dataset --dataset im2gps3k --root DIR"),
     (["--benchmark=gws15k", "--out", "x"], "prepare_dataset --dataset gws"),
     (["--benchmark", "streetview", "--out", "x"], "never published"),
     (["--benchmark", "moon", "--out", "x", "--manifest", "m"], "invalid choice")],
)  # fmt: skip
def test_a_benchmark_without_a_manifest_says_how_to_make_one(argv, said, capsys):
    with pytest.raises(SystemExit) as stopped:
        evaluate.cli(argv)
    assert stopped.value.code == 2 and said in " ".join(capsys.readouterr().err.split())
