"""train_geoclip: learns, is resumed and not done twice, refuses what does not fit; and its runs answer."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from model import evaluate, train_geoclip
from model.artifacts import fingerprint, read_record
from model.errors import ArtifactError, ConfigError, ManifestError
from model.geolocator import Geolocator
from model.networks import geoclip_training
from model.train_geoclip import GeoClipConfig


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("galleries")
    monkeypatch.setattr("model.retrieval.gallery.cache_dir", lambda: folder)
    return folder


def config(run, out, **changes):
    settings = {"preset": "tiny", "epochs": 2, "batch": 64} | changes
    return GeoClipConfig(run.manifest, run.embeddings, out, **settings)


@pytest.fixture(scope="module")
def trained(toy_run, tmp_path_factory):
    """Never change its files: copy the folder first."""
    out = tmp_path_factory.mktemp("geoclip")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("model.retrieval.gallery.cache_dir", lambda: out.parent / "galleries")
        return train_geoclip.main(config(toy_run, out, epochs=12, noise_km=0.0, queue_noise_km=0.0))


def test_it_learns_where_places_are_and_its_temperature_makes_cells_likelier(trained, toy_run):
    facts = read_record(trained, "train_geoclip")["facts"]
    assert facts["validation"]["mean_score"] > 1000  # chance gives about 200
    assert facts["validation"]["cell_log_loss"] <= facts["validation"]["cell_log_loss_at_1"]
    assert facts["places"] == 560 and facts["regions"] > 20 and len(facts["history"]) <= 12
    assert not (trained / "geoclip.unfinished").exists()
    assert (trained / "geoclip" / "geoclip.safetensors").stat().st_size < 100_000


def test_a_run_is_measured_by_evaluate_as_any_system_is(trained, toy_run, tmp_path):
    asked = {"checkpoint": trained, "embeddings": toy_run.embeddings, "predictor": "geoclip"}
    path = evaluate.main(evaluate.EvaluateConfig(toy_run.manifest, tmp_path, **asked))
    figures = json.loads(path.read_text())
    assert figures["system"] == "GeoCLIP" and figures["n"] == 70 and figures["mean_score"] > 1000
    assert figures["settings"]["gallery"] == "training places" and figures["cell_top1"] < figures["cell_top5"]
    with pytest.raises(ArtifactError, match="look themselves up"):
        evaluate.main(evaluate.EvaluateConfig(toy_run.manifest, tmp_path, split="train", **asked))


def test_opening_a_run_prints_nothing_before_the_answer(trained, capsys, monkeypatch):
    monkeypatch.setattr("model.predictors.open_geoclip.TOLD_FROM", 0)  # as a large gallery would be told of
    Geolocator.load(trained, "geoclip")
    assert capsys.readouterr().out == ""


def test_the_gallery_can_be_exchanged_when_it_is_opened(trained, toy_run, tmp_path):
    table = tmp_path / "towns.csv"
    table.write_text("name,lat,lon\nA,10,20\nB,-30,150\nC,50,5\n")
    system = Geolocator.load(trained, "geoclip", settings=[f"gallery={table}", "temperature=2"])
    told = system.predictor.record["settings"]
    assert (told["gallery"], told["places"], told["temperature"]) == ("towns.csv", 3, 2.0)
    points = system.predictor.points(np.load(toy_run.embeddings)[:40])
    assert {tuple(point) for point in points.tolist()} <= {(10.0, 20.0), (-30.0, 150.0), (50.0, 5.0)}
    assert len(system.predictor.remembered) == 3
    table.write_text("name,lat,lon\nA,10,20\nB,-300,150\n")
    with pytest.raises(ManifestError, match=r"towns\.csv row 2"):
        Geolocator.load(trained, "geoclip", settings=[f"gallery={table}"])
    with pytest.raises(ArtifactError, match="looked for a gallery"):
        Geolocator.load(trained, "geoclip", settings=["gallery=nowhere.csv"])


def test_a_gallery_that_holds_the_places_asked_for_is_no_measurement(trained, toy_run, tmp_path):
    table = tmp_path / "truth.csv"
    pd.read_parquet(toy_run.manifest)[["id", "lat", "lng"]].to_csv(table, index=False)
    asked = {"checkpoint": trained, "embeddings": toy_run.embeddings, "predictor": "geoclip"}
    with pytest.raises(ArtifactError, match="chooses among"):
        evaluate.main(evaluate.EvaluateConfig(toy_run.manifest, tmp_path, settings=(f"gallery={table}",), **asked))


def test_a_table_of_ones_own_can_be_the_gallery_from_the_start(toy_run, tmp_path):
    table = tmp_path / "own.csv"
    table.write_text("lat,lng\n" + "\n".join(f"{lat},{lng}" for lat in range(-60, 61, 20) for lng in range(0, 180, 30)))
    out = train_geoclip.main(config(toy_run, tmp_path / "run", gallery=table, epochs=1))
    system = Geolocator.load(out, "geoclip")
    assert len(system.predictor.gallery) == len(system.predictor.remembered) == 42
    table.write_text("lat,lng\n1,2\n1,200\n")
    with pytest.raises(ManifestError, match=r"own\.csv row 2"):
        train_geoclip.main(config(toy_run, tmp_path / "other", gallery=table))


def test_a_finished_run_is_left_alone_and_another_config_trains_again(toy_run, tmp_path, capsys):
    weights = tmp_path / "geoclip" / "geoclip.safetensors"
    train_geoclip.main(config(toy_run, tmp_path, epochs=1))
    before = weights.read_bytes()
    train_geoclip.main(config(toy_run, tmp_path, epochs=1))
    assert "nothing to do" in capsys.readouterr().out and weights.read_bytes() == before
    train_geoclip.main(config(toy_run, tmp_path, epochs=1, seed=1, half=True))
    assert weights.read_bytes() != before and weights.stat().st_size < 0.8 * len(before)


def test_a_run_that_was_killed_goes_on_and_one_with_other_settings_is_refused(toy_run, tmp_path, monkeypatch):
    whole = train_geoclip.main(config(toy_run, tmp_path / "whole"))
    real, epochs = geoclip_training._epoch, []

    def killed(*args):
        epochs.append(args[6])
        if len(epochs) == 2:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(geoclip_training, "_epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        train_geoclip.main(config(toy_run, tmp_path / "run"))
    with pytest.raises(ArtifactError, match="another training"):
        train_geoclip.main(config(toy_run, tmp_path / "run", lr=0.5))
    again = train_geoclip.main(config(toy_run, tmp_path / "run"))
    assert epochs == [1, 2, 2]
    assert fingerprint(again / "geoclip") == fingerprint(whole / "geoclip")


@pytest.mark.parametrize("split", ["train", "validation"])
def test_a_split_without_places_is_a_sentence(toy_run, tmp_path, split):
    manifest = pd.read_parquet(toy_run.manifest)
    manifest.loc[manifest["split"] == split, "split"] = "test"
    manifest.to_parquet(tmp_path / "manifest.parquet", index=False)
    other = type(toy_run)(tmp_path / "manifest.parquet", toy_run.embeddings, tmp_path)
    with pytest.raises(ManifestError, match=f"no rows of the split '{split}'"):
        train_geoclip.main(config(other, tmp_path / "run"))


@pytest.mark.parametrize(
    "wrong", [{"epochs": 0}, {"batch": 0}, {"queue": -1}, {"lr": 0.0}, {"decay": 1.5}, {"noise_km": -1.0},
              {"sigmas": (0.0,)}, {"cell_places": 0}],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_at_birth(toy_run, tmp_path, wrong):
    with pytest.raises(ConfigError):
        config(toy_run, tmp_path, **wrong)


def test_embeddings_of_another_encoder_or_kind_are_refused(trained, toy_run, tmp_path):
    run, beside = tmp_path / "run", tmp_path / "embedded"
    shutil.copytree(trained, run)
    beside.mkdir()
    shutil.copy(toy_run.embeddings, beside / "embeddings.npy")

    def embed_record(folder, encoder="a" * 64, **facts):
        outputs = {"embeddings": {"path": "embeddings.npy", "sha256": fingerprint(beside / "embeddings.npy")}}
        record = {"format": 1, "stage": "embed", "config": {}, "inputs": {"encoder": encoder}, "outputs": outputs}
        (folder / "embed.record.json").write_text(json.dumps(record | {"facts": facts}))

    asked = {"checkpoint": run, "embeddings": beside / "embeddings.npy", "predictor": "geoclip"}
    embed_record(run)
    embed_record(beside, "b" * 64)
    with pytest.raises(ArtifactError, match="another encoder"):
        evaluate.main(evaluate.EvaluateConfig(toy_run.manifest, tmp_path / "out", **asked))
    embed_record(beside, features="unscaled")
    with pytest.raises(ArtifactError, match="holds unscaled features, and GeoCLIP takes pooled ones"):
        evaluate.main(evaluate.EvaluateConfig(toy_run.manifest, tmp_path / "out", **asked))
    np.save(tmp_path / "wide.npy", np.zeros((700, 9), np.float32))
    with pytest.raises(ArtifactError, match=r"looked for embeddings \(N, 24\)"):
        evaluate.main(evaluate.EvaluateConfig(toy_run.manifest, tmp_path / "out", **asked
                                              | {"embeddings": tmp_path / "wide.npy"}))  # fmt: skip
    with pytest.raises(ArtifactError, match="another encoder sees than"):
        Geolocator.load(run, "geoclip", encoder="somebody/clip")
    (run / "encoder").mkdir()
    with pytest.raises(ArtifactError, match="another encoder sees than"):
        Geolocator.load(run, "geoclip")
    record = json.loads((run / "embed.record.json").read_text())
    record["outputs"]["embeddings"]["sha256"] = "0" * 64
    (run / "embed.record.json").write_text(json.dumps(record))
    with pytest.raises(ArtifactError, match="trained on other embeddings"):
        Geolocator.load(run, "geoclip")


def test_a_run_that_was_edited_is_refused(trained, tmp_path):
    for name in ("geoclip/geoclip.safetensors", "gallery.parquet", "geocells.parquet"):
        run = tmp_path / name.replace("/", "-")
        shutil.copytree(trained, run)
        with (run / name).open("ab") as file:
            file.write(b"more")
        with pytest.raises(ArtifactError, match="edited"):
            Geolocator.load(run, "geoclip")
    with pytest.raises(ArtifactError, match=r"no such folder.*published weights"):
        Geolocator.load(tmp_path / "nowhere", "geoclip")
    with pytest.raises(ArtifactError, match=r"looked for train_geoclip\.record\.json"):
        Geolocator.load(tmp_path, "geoclip")
    with pytest.raises(ConfigError, match="a setting of geoclip"):
        Geolocator.load(trained, "geoclip", settings=["width=3"])


def test_a_run_without_a_known_encoder_takes_embeddings_only(trained):
    system = Geolocator.load(trained, "geoclip")
    with pytest.raises(ArtifactError, match="takes embeddings only"):
        system.encoder  # noqa: B018
