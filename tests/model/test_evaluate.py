"""evaluate: the keys that metrics.json promises, the comparison without refinement, and no leak."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model import evaluate
from model.artifacts import fingerprint, write_record
from model.errors import ArtifactError, ConfigError
from model.evaluate import EvaluateConfig
from model.geocells.rasterise import rasterise
from model.predictors import measuring
from model.predictors.checkpoint import Checkpoint
from model.predictors.known import known_places

COLUMNS = [
    "id", "lat", "lng", "truth_lat", "truth_lng", "distance_km", "score", "country", "truth_country", "koppen", "cell",
    "truth_cell", "probability", "entropy", "expected_score", "radius_50", "radius_80", "radius_95",
]  # fmt: skip
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
    assert list(predictions) == COLUMNS
    assert figures["coverage"]["80"] == pytest.approx(
        np.mean(predictions["distance_km"] <= predictions["radius_80"]), abs=0.02
    )
    assert sum(figures["reliability"]["n"]) == 70
    assert figures["cell_top1"] == pytest.approx(np.mean(predictions["cell"] == predictions["truth_cell"]))
    assert figures["median_km"] == pytest.approx(predictions["distance_km"].median(), abs=0.01)
    assert figures["mean_score"] == pytest.approx(predictions["score"].mean())
    assert figures["mean_score"] > figures["unrefined"]["mean_score"]
    assert figures["refined_minus_unrefined"]["mean_score_95"][0] > 0


def test_recall_vs_area_is_measured_when_asked_for_and_says_the_same_in_both_files(
    toy_run, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(measuring, "region_raster", lambda regions: rasterise(regions, (180, 360)))
    figures = json.loads(evaluate.main(config(toy_run, tmp_path, area=True)).read_text())["recall_area"]
    predictions = pd.read_csv(tmp_path / "predictions.csv", keep_default_na=False)
    assert list(predictions) == [*COLUMNS, "area_km2"]
    assert (figures["regions"], figures["n"], figures["in_no_region"]) == (30, 70, 0.0)
    assert figures["recall"]["2500"] == pytest.approx(np.mean(predictions["area_km2"] <= figures["caps_km2"]["2500"]))
    assert 0 < figures["recall"]["2500"] < figures["curve"]["recall"][-1] == 1.0
    assert figures["area_for_recall_km2"]["50"] == pytest.approx(np.sort(predictions["area_km2"])[34], rel=1e-6)
    assert sum(figures["balanced"]["n_by_stratum"].values()) == 70
    assert "found in the area of a cap of 25 / 200 / 750 / 2500 km" in capsys.readouterr().out


def test_the_scale_of_a_map_changes_scores_alone(toy_run, tmp_path):
    plain = json.loads(evaluate.main(config(toy_run, tmp_path / "a")).read_text())
    small = json.loads(evaluate.main(config(toy_run, tmp_path / "b", scale_km=100.0)).read_text())
    assert small["median_km"] == plain["median_km"]
    assert small["mean_score"] < plain["mean_score"]
    gain, of = small["mean_score"] - small["unrefined"]["mean_score"], "refined_minus_unrefined"
    assert small[of]["mean_score"] == pytest.approx(gain) != plain[of]["mean_score"]


def test_what_leaks_from_the_training_is_measured_apart(toy_run, tmp_path, capsys):
    plain = json.loads(evaluate.main(config(toy_run, tmp_path / "plain")).read_text())
    assert "leakage" not in plain and "leak from" not in capsys.readouterr().out
    manifest = pd.read_parquet(toy_run.manifest)
    rows = np.flatnonzero(manifest["split"] == "test")
    km, author = np.full(len(manifest), np.nan), np.zeros(len(manifest), bool)
    km[rows] = 50.0
    km[rows[:7]], km[rows[7:21]], author[rows[20:30]] = 0.05, 0.5, True  # row 20 leaks for two reasons
    manifest.assign(train_km=km, train_author=author).to_parquet(tmp_path / "m.parquet")
    figures = json.loads(evaluate.main(config(toy_run, tmp_path, manifest=tmp_path / "m.parquet")).read_text())
    leaks, predictions = figures["leakage"], pd.read_csv(tmp_path / "predictions.csv", keep_default_na=False)
    assert {reason: part["with"]["n"] for reason, part in leaks.items()} == {
        "within_100_m": 7, "within_1_km": 21, "same_author": 10, "any": 30
    }  # fmt: skip
    assert figures["median_km"] == plain["median_km"], "the figures of all places stay as they are"
    for part, of in ((leaks["any"]["with"], predictions[:30]), (leaks["any"]["without"], predictions[30:])):
        right = (of["country"] == of["truth_country"]) & (of["truth_country"] != "")
        assert part["n"] == len(of) and part["country_accuracy"] == pytest.approx(right.mean())
        assert part["median_km"] == pytest.approx(of["distance_km"].median())
        assert part["mean_km"] == pytest.approx(of["distance_km"].mean())
        assert part["mean_score"] == pytest.approx(of["score"].mean())
        assert part["within_km"]["200"] == pytest.approx((of["distance_km"] <= 200).mean())
    assert leaks["any"]["share"] == pytest.approx(30 / 70)
    assert "42.9% leak from the training" in (said := capsys.readouterr().out) and "without them: 40 places" in said


def test_where_all_or_none_leak_the_other_part_is_empty(toy_run, tmp_path, capsys):
    manifest, table = pd.read_parquet(toy_run.manifest), tmp_path / "m.parquet"
    manifest.assign(train_km=0.01).to_parquet(table)
    leaks = json.loads(evaluate.main(config(toy_run, tmp_path, manifest=table)).read_text())["leakage"]
    assert leaks["any"]["without"] is None and leaks["any"]["with"]["n"] == 70 and "same_author" not in leaks
    assert "100.0% leak from the training (by place); without them: none is left" in capsys.readouterr().out
    manifest.assign(train_km=9999.0).to_parquet(table)
    leaks = json.loads(evaluate.main(config(toy_run, tmp_path, manifest=table)).read_text())["leakage"]
    assert leaks["any"]["with"] is None and leaks["any"]["without"]["n"] == 70
    manifest.assign(train_km=np.inf, train_author=False).to_parquet(table)
    capsys.readouterr()
    assert "leakage" not in json.loads(evaluate.main(config(toy_run, tmp_path, manifest=table)).read_text())
    assert "leak from" not in capsys.readouterr().out, "what was compared with nothing was not found to be clean"


@pytest.mark.parametrize("split", ["train", "all"])
def test_places_of_the_index_are_refused_unless_allowed(toy_run, tmp_path, split):
    with pytest.raises(ArtifactError, match="look themselves up"):
        evaluate.main(config(toy_run, tmp_path, split=split))
    assert not (tmp_path / "metrics.json").exists()
    evaluate.main(config(toy_run, tmp_path, split=split, allow_train=True))


def moved(run, tmp_path, north_km):
    """The toy manifest with every place some way to the north and under another id."""
    frame = pd.read_parquet(run.manifest)
    frame["id"] = "other-" + frame["id"]
    frame["lat"] = (frame["lat"] + north_km / 111.2).clip(-90, 90)
    path = tmp_path / "moved.parquet"
    frame.to_parquet(path)
    return path


def test_the_same_place_under_another_id_is_refused_and_a_neighbour_is_not(toy_run, tmp_path):
    for north_km in (0.0, 0.005):
        manifest = moved(toy_run, tmp_path, north_km)
        with pytest.raises(ArtifactError, match=r"560 of the 700 places .* within 10 m, perhaps under another id"):
            evaluate.main(config(toy_run, tmp_path, manifest=manifest, split="all"))
    manifest = moved(toy_run, tmp_path, 0.05)
    assert evaluate.main(config(toy_run, tmp_path, manifest=manifest, split="all")).is_file()


def test_training_rows_of_the_manifest_that_pretraining_read_are_known_too(toy_run, tmp_path):
    """A system that looks nothing up has a memory as well: what its encoder was trained on."""
    checkpoint = evaluate.Geolocator.load(toy_run.out).checkpoint
    frame = pd.read_parquet(toy_run.manifest)
    bare = Checkpoint(Bare(), records={"pretrain": {"inputs": {"manifest": "this one"}}})
    assert len(known_places(bare, frame, "another")) == 0
    assert len(known_places(bare, frame, "this one")) == 560
    assert len(known_places(checkpoint, frame, "another")) == 560


class Bare:
    """Nothing but a place in a checkpoint."""


def test_single_views_are_measured_from_embeddings_of_all_views_only(toy_run, tmp_path):
    plain = np.load(toy_run.embeddings)
    each = np.stack([plain, plain + 30.0], axis=1)  # the second view misleads
    np.save(tmp_path / "views.npy", each)
    one = config(toy_run, tmp_path / "one", embeddings=tmp_path / "views.npy", views="one")
    figures = json.loads(evaluate.main(one).read_text())
    predictions = pd.read_csv(tmp_path / "one" / "predictions.csv").set_index("view")["distance_km"]
    assert figures["views"] == "one" and "one_view" not in figures
    assert predictions[0].median() < predictions[1].median()
    both = config(toy_run, tmp_path / "all", embeddings=tmp_path / "views.npy")
    assert json.loads(evaluate.main(both).read_text())["one_view"]["n"] == 70
    with pytest.raises(ArtifactError, match="--views all"):
        evaluate.main(config(toy_run, tmp_path / "no", views="one"))


def test_blocks_change_nothing(toy_run, tmp_path, monkeypatch):
    whole = json.loads(evaluate.main(config(toy_run, tmp_path / "a")).read_text())
    monkeypatch.setattr("model.predictors.measuring.BLOCK", 7)
    parts = json.loads(evaluate.main(config(toy_run, tmp_path / "b")).read_text())
    assert parts["median_km"] == pytest.approx(whole["median_km"], abs=1e-3)
    assert parts["cell_top5"] == whole["cell_top5"] and parts["coverage"] == whole["coverage"]


def test_a_checkpoint_that_measures_itself_gets_its_card(toy_run, tmp_path):
    copy = shutil.copytree(toy_run.out, tmp_path / "copy")
    evaluate.main(config(toy_run, copy, checkpoint=copy))
    card = (copy / "README.md").read_text()
    assert card.startswith("---\n") and "## Limits and misuse" in card
    assert f"{json.loads((copy / 'metrics.json').read_text())['median_km']:,.0f} km" in card
    assert not (tmp_path / "elsewhere" / "README.md").exists()
    assert evaluate.Geolocator.load(copy).figures["n"] == 70


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


class NothingButAnEncoder:
    """What zero-shot is to evaluate: no record of embeddings, an encoder that its settings name."""

    def __init__(self, encoder):
        self.record = {"system": "Zero-shot", "features": {"kind": "projected"}, "settings": {"encoder": encoder}}


@pytest.mark.parametrize("hub", [False, True])
def test_a_system_of_an_encoder_alone_takes_embeddings_of_no_other(tmp_path, hub):
    (tmp_path / "encoder").mkdir()
    (tmp_path / "encoder" / "model.safetensors").write_text("ours")
    own = "somebody/clip" if hub else fingerprint(tmp_path / "encoder")
    facts = {"hub_id": "somebody/clip", "revision": "abc"} if hub else {}
    inputs = {} if hub else {"encoder": tmp_path / "encoder"}
    embeddings = tmp_path / "embeddings.npy"
    embeddings.write_bytes(b"")
    ours, other = (evaluate.Geolocator.of(NothingButAnEncoder(name)) for name in (own, "another/clip"))
    write_record(tmp_path, "embed", {}, inputs, {"embeddings": embeddings}, {"features": "projected", **facts})
    evaluate.check_encoder(ours, embeddings)
    with pytest.raises(ArtifactError, match="another encoder"):
        evaluate.check_encoder(other, embeddings)
    write_record(tmp_path, "embed", {}, inputs, {"embeddings": embeddings}, {"features": "pooled", **facts})
    with pytest.raises(ArtifactError, match="pooled features, and Zero-shot takes projected ones"):
        evaluate.check_encoder(ours, embeddings)


def test_without_embeddings_and_without_an_encoder_there_is_nothing_to_see_with(toy_run, tmp_path):
    with pytest.raises(ArtifactError, match=r"has no encoder.*--embeddings FILE\.npy"):
        evaluate.main(config(toy_run, tmp_path, embeddings=None))


def test_a_scale_of_nothing_is_refused(toy_run, tmp_path):
    with pytest.raises(ConfigError, match="scale"):
        config(toy_run, tmp_path, scale_km=0.0)


def test_the_card_says_whether_it_knew_the_places(toy_run, tmp_path):
    copy = shutil.copytree(toy_run.out, tmp_path / "copy")
    evaluate.main(config(toy_run, copy, checkpoint=copy))
    assert "none of which it was made from" in (copy / "README.md").read_text()
    evaluate.main(config(toy_run, copy, checkpoint=copy, split="train", allow_train=True))
    assert "none of which" not in (copy / "README.md").read_text()
    evaluate.main(config(toy_run, copy, checkpoint=copy, split="validation"))
    assert "may have been calibrated on them" in (copy / "README.md").read_text()
