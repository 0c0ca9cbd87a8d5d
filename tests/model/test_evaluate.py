"""evaluate: the keys that metrics.json promises, the comparison without refinement, and no leak."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model import evaluate
from model.artifacts import write_record
from model.errors import ArtifactError, ConfigError
from model.evaluate import EvaluateConfig

KEYS = {
    "n",
    "country_accuracy",
    "within_km",
    "median_km",
    "mean_km",
    "mean_score",
    "cell_top1",
    "cell_top5",
    "unrefined",
}


def config(run, out, **changes):
    return EvaluateConfig(**({"manifest": run.manifest, "out": out, "checkpoint": run.out, "embeddings": run.embeddings}
                             | changes))  # fmt: skip


def test_metrics_and_predictions_say_the_same(toy_run, tmp_path):
    figures = json.loads(evaluate.main(config(toy_run, tmp_path)).read_text())
    predictions = pd.read_csv(tmp_path / "predictions.csv", keep_default_na=False)
    assert set(figures) >= KEYS
    assert list(figures["within_km"]) == ["1", "25", "200", "750", "2500"]
    assert figures["n"] == len(predictions) == 70
    assert {"id", "lat", "lng", "truth_lat", "truth_lng", "distance_km"} <= set(predictions)
    assert figures["median_km"] == pytest.approx(predictions["distance_km"].median(), abs=0.01)
    assert figures["mean_score"] == pytest.approx(predictions["score"].mean())
    assert figures["mean_score"] > figures["unrefined"]["mean_score"]
    assert figures["refined_minus_unrefined"]["mean_score_95"][0] > 0


def test_the_scale_of_a_map_changes_scores_alone(toy_run, tmp_path):
    plain = json.loads(evaluate.main(config(toy_run, tmp_path / "a")).read_text())
    small = json.loads(evaluate.main(config(toy_run, tmp_path / "b", scale_km=100.0)).read_text())
    assert small["median_km"] == plain["median_km"]
    assert small["mean_score"] < plain["mean_score"]


@pytest.mark.parametrize("split", ["train", "all"])
def test_places_of_the_index_are_refused_unless_allowed(toy_run, tmp_path, split):
    with pytest.raises(ArtifactError, match="look themselves up"):
        evaluate.main(config(toy_run, tmp_path, split=split))
    assert not (tmp_path / "metrics.json").exists()
    evaluate.main(config(toy_run, tmp_path, split=split, allow_train=True))


def test_other_places_that_happen_to_share_ids_are_no_leak(toy_run, tmp_path):
    manifest = pd.read_parquet(toy_run.manifest)
    manifest["lat"] = -manifest["lat"]
    manifest.to_parquet(tmp_path / "m.parquet")
    figures = json.loads(
        evaluate.main(config(toy_run, tmp_path, manifest=tmp_path / "m.parquet", split="all")).read_text()
    )
    assert figures["n"] == 700


def test_a_manifest_without_countries_asks_the_atlas(toy_run, tmp_path):
    pd.read_parquet(toy_run.manifest).drop(columns="country").to_parquet(tmp_path / "m.parquet")
    evaluate.main(config(toy_run, tmp_path, manifest=tmp_path / "m.parquet"))
    truth = pd.read_csv(tmp_path / "predictions.csv", keep_default_na=False)["truth_country"]
    assert truth.nunique() > 5


def test_embeddings_of_another_encoder_are_refused(toy_run, tmp_path):
    wide = tmp_path / "wide.npy"
    np.save(wide, np.zeros((700, 99), np.float32))
    with pytest.raises(ArtifactError, match="another encoder"):
        evaluate.main(config(toy_run, tmp_path, embeddings=wide))
    # The same size, but a record beside them names another encoder than the checkpoint's.
    foreign = tmp_path / "foreign"
    (foreign / "encoder").mkdir(parents=True)
    (foreign / "encoder" / "model.safetensors").write_text("theirs")
    embeddings = Path(shutil.copy(toy_run.embeddings, foreign / "embeddings.npy"))
    write_record(foreign, "embed", {}, {"encoder": foreign / "encoder"}, {"embeddings": embeddings})
    loaded = evaluate.Geolocator.load(toy_run.out)
    loaded.records["embed"] = {"inputs": {"encoder": "ours"}}
    with pytest.raises(ArtifactError, match="another encoder"):
        evaluate.check_encoder(loaded, embeddings)


def test_without_embeddings_and_without_an_encoder_there_is_nothing_to_see_with(toy_run, tmp_path):
    with pytest.raises(ArtifactError, match="embeddings only"):
        evaluate.main(config(toy_run, tmp_path, embeddings=None))


def test_a_scale_of_nothing_is_refused(toy_run, tmp_path):
    with pytest.raises(ConfigError, match="scale"):
        config(toy_run, tmp_path, scale_km=0.0)
