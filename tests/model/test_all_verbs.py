"""From nothing to a guess: a tiny world, then every verb, as a newcomer would run them."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from model import (
    build_geocells,
    build_index,
    calibrate,
    embed,
    evaluate,
    locate,
    prepare_dataset,
    pretrain,
    train_head,
)
from model.artifacts import read_record
from model.data.manifest import write_manifest
from model.errors import ArtifactError, ImageError, ManifestError
from model.geo.distance import haversine_km
from model.geolocator import Geolocator
from world import WORLD_VERSION, make_dataset

PLACES = 60


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Every stage, in the order of `make reproduce`; returns the folder that holds data/ and run/."""
    root = tmp_path_factory.mktemp("verbs")
    world, out = root / "world", root / "run"
    make_dataset.main(
        make_dataset.DatasetConfig(PLACES, world, seed=3, validation=10, test=10, size=32, samples=1, workers=1)
    )
    data = prepare_dataset.main(prepare_dataset.PrepareConfig(table=world / "manifest.parquet", out=root / "data"))
    manifest = root / "data" / "manifest.parquet"
    assert data == manifest
    cells = build_geocells.main(build_geocells.GeocellConfig(manifest, out))
    pretrain.main(pretrain.PretrainConfig(manifest, out, preset="tiny", geocells=cells, epochs=1.0, batch=20))
    embeddings = embed.main(embed.EmbedConfig(manifest, str(out / "encoder"), out))
    train_head.main(train_head.HeadConfig(manifest, embeddings, cells, out, preset="tiny", epochs=5))
    build_index.main(build_index.IndexConfig(manifest, embeddings, cells, out, preset="tiny"))
    calibrate.main(calibrate.CalibrateConfig(manifest, embeddings, out, preset="tiny"))
    evaluate.main(evaluate.EvaluateConfig(manifest, out, checkpoint=out))
    return root


@pytest.fixture(scope="module")
def geolocator(run):
    return Geolocator.load(run / "run")


@pytest.fixture(scope="module")
def views(run):
    manifest = pd.read_parquet(run / "data" / "manifest.parquet")
    row = manifest[manifest["split"] == "test"].iloc[0]
    return [run / "data" / row[f"image_{k}"] for k in range(4)]


def test_the_checkpoint_measures_itself_with_and_without_refinement_and_from_one_view(run):
    figures = json.loads((run / "run" / "metrics.json").read_text())
    assert figures["n"] == 10
    assert figures["unrefined"]["n"] == figures["one_view"]["n"] == 10
    rows = pd.read_csv(run / "run" / "predictions.csv", keep_default_na=False)
    assert figures["country_accuracy"] == pytest.approx(np.mean(rows["country"] == rows["truth_country"]))
    away_km = haversine_km(rows[["lat", "lng"]].to_numpy(), rows[["truth_lat", "truth_lng"]].to_numpy())
    assert figures["mean_km"] == pytest.approx(away_km.mean(), rel=1e-3)
    assert figures["four_views_minus_one"]["mean_score"] == pytest.approx(
        figures["mean_score"] - figures["one_view"]["mean_score"]
    )
    assert {"image_0", "month", "hour", "seed"} <= set(rows), "what a place is drawn anew from"
    assert (run / "data" / rows["image_0"][0]).is_file()


def test_what_the_head_reads_beside_the_place_is_told_and_measured(run, geolocator, views):
    told = geolocator.locate(views).attributes
    assert {"koppen", "driving_side", "altitude_m"} <= set(told)
    assert told["driving_side"] in ("left", "right")
    figures = json.loads((run / "run" / "metrics.json").read_text())["attributes"]
    assert figures["koppen"]["n"] == 10 and figures["altitude_m"]["median_error"] > 0


def test_the_checkpoint_has_a_card_with_its_figures(run):
    card = (run / "run" / "README.md").read_text()
    figures = json.loads((run / "run" / "metrics.json").read_text())
    assert f"| country | {figures['country_accuracy']:.1%} |" in card
    assert f"version {WORLD_VERSION}" in card and "| training places | 40 |" in card


def test_single_views_of_the_pictures_are_measured_alone(run, tmp_path):
    config = evaluate.EvaluateConfig(run / "data" / "manifest.parquet", tmp_path, run / "run", views="one")
    figures = json.loads(evaluate.main(config).read_text())
    assert figures["mean_km"] == pytest.approx(
        json.loads((run / "run" / "metrics.json").read_text())["one_view"]["mean_km"], rel=1e-3
    )
    assert pd.read_csv(tmp_path / "predictions.csv")["view"].tolist() == [k % 4 for k in range(10)]


def test_photographs_of_any_shape_are_measured_as_single_views(run, tmp_path):
    """Also those twice as wide as high, which a person would mean as a panorama."""
    from PIL import Image

    sizes = [(128, 64), (64, 128), (100, 100), (400, 100)]
    rng = np.random.default_rng(0)
    for number, (width, height) in enumerate(sizes):
        Image.fromarray(rng.integers(0, 255, (height, width, 3), np.uint8)).save(tmp_path / f"{number}.jpg")
    frame = pd.DataFrame({"id": list("abcd"), "split": "test", "lat": [1.0, 2.0, 3.0, 4.0], "lng": 30.0,
                          "image": [f"{number}.jpg" for number in range(4)]})  # fmt: skip
    write_manifest(frame, tmp_path / "photos.parquet")
    config = evaluate.EvaluateConfig(tmp_path / "photos.parquet", tmp_path / "out", run / "run")
    assert json.loads(evaluate.main(config).read_text())["n"] == 4
    assert pd.read_csv(tmp_path / "out" / "predictions.csv")["image"].tolist() == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]


def test_a_photo_four_views_and_a_panorama_are_located(geolocator, views):
    from PIL import Image

    panorama = Image.linear_gradient("L").resize((256, 128)).convert("RGB")
    for images in ([views[0]], views, [panorama]):
        guess = geolocator.locate(images)
        assert -90 <= guess.lat <= 90
        assert guess.cells.sum() == pytest.approx(1.0, abs=1e-4)


def test_four_views_give_the_embedding_that_the_stage_embed_stored(run, geolocator, views):
    manifest = pd.read_parquet(run / "data" / "manifest.parquet")
    row = int(np.flatnonzero(manifest["split"] == "test")[0])
    stored = np.load(run / "run" / "embeddings.npy")[row]
    assert geolocator.embed(views) == pytest.approx(stored, rel=1e-3, abs=1e-4)


def test_evaluating_stored_embeddings_gives_the_figures_that_the_pictures_gave(run, tmp_path):
    manifest = run / "data" / "manifest.parquet"
    config = evaluate.EvaluateConfig(manifest, tmp_path, run / "run", run / "run" / "embeddings.npy")
    again = json.loads(evaluate.main(config).read_text())
    first = json.loads((run / "run" / "metrics.json").read_text())
    assert again["median_km"] == pytest.approx(first["median_km"], rel=1e-3)


def test_the_command_prints_a_sentence_or_json(run, views, capsys):
    files = [str(view) for view in views]
    locate.cli([*files, "--checkpoint", str(run / "run")])
    assert capsys.readouterr().out.strip().endswith(".")
    locate.cli([*files, "--checkpoint", str(run / "run"), "--json"])
    assert {"lat", "lng", "country", "candidates"} <= set(json.loads(capsys.readouterr().out))


def test_two_views_and_a_file_that_is_no_picture_are_refused(geolocator, views, tmp_path):
    with pytest.raises(ImageError):
        geolocator.locate(views[:2])
    (tmp_path / "x.jpg").write_text("not a picture")
    with pytest.raises(ImageError):
        geolocator.locate([tmp_path / "x.jpg"])


def test_an_exchanged_encoder_is_refused(run, tmp_path):
    import shutil

    copy = shutil.copytree(run / "run", tmp_path / "copy", ignore=shutil.ignore_patterns("views", "training"))
    config = copy / "encoder" / "config.json"
    config.write_text(config.read_text() + " ")
    with pytest.raises(ArtifactError, match="encoder"):
        Geolocator.load(copy)


@pytest.mark.parametrize(
    "stage", ["prepare_dataset", "build_geocells", "pretrain", "embed", "train_head", "build_index", "calibrate"]
)
def test_every_record_names_the_world_of_the_pictures(run, stage):
    folder = run / ("data" if stage == "prepare_dataset" else "run")
    assert read_record(folder, stage)["facts"]["source"]["world_version"] == WORLD_VERSION


def test_the_checkpoint_knows_its_world_and_its_figures_name_it(run, geolocator):
    assert geolocator.world_version == WORLD_VERSION
    assert json.loads((run / "run" / "metrics.json").read_text())["world_version"] == WORLD_VERSION
    geolocator.require_world(WORLD_VERSION)
    geolocator.require_world(None)


def test_a_manifest_of_another_world_is_not_measured(run, tmp_path):
    frame = pd.read_parquet(run / "data" / "manifest.parquet")
    other = {"kind": "simulated-earth", "world_version": WORLD_VERSION + 1}
    write_manifest(frame, tmp_path / "manifest.parquet", other)
    config = evaluate.EvaluateConfig(tmp_path / "manifest.parquet", tmp_path / "out", run / "run")
    with pytest.raises(ArtifactError, match=rf"version {WORLD_VERSION + 1} .*version {WORLD_VERSION}.*make reproduce"):
        evaluate.main(config)
    assert not (tmp_path / "out").exists()
    with pytest.raises(ManifestError, match="mixes"):
        evaluate.main(replace(config, manifest=_mixed(frame, tmp_path)))


def _mixed(frame, folder):
    frame = frame.assign(world_version=[1] + [2] * (len(frame) - 1))
    frame.attrs = {}
    frame.to_parquet(folder / "mixed.parquet")
    return folder / "mixed.parquet"


def test_a_panorama_that_another_world_drew_is_not_guessed(geolocator, monkeypatch):
    from PIL import Image

    import world.draw.pictures

    panorama = Image.linear_gradient("L").resize((256, 128)).convert("RGB")
    geolocator.locate(world.draw.pictures.encode(panorama, ".png"))
    monkeypatch.setattr(world.draw.pictures, "SOFTWARE", "simulated Earth v1")
    with pytest.raises(ArtifactError, match="version 1 "):
        geolocator.locate(world.draw.pictures.encode(panorama, ".jpg"))


def test_parts_of_two_worlds_are_no_checkpoint(run, tmp_path):
    import shutil

    copy = shutil.copytree(run / "run", tmp_path / "copy", ignore=shutil.ignore_patterns("views", "training"))
    record = copy / "build_index.record.json"
    told = json.loads(record.read_text())
    record.write_text(
        json.dumps(told | {"facts": told["facts"] | {"source": {"kind": "simulated-earth", "world_version": 1}}})
    )
    with pytest.raises(ArtifactError, match="different versions of the simulated Earth"):
        Geolocator.load(copy)
