"""From nothing to a guess: a tiny world, then all eight verbs, as a newcomer would run them."""

import json

import numpy as np
import pandas as pd
import pytest

from model import build_geocells, build_index, embed, evaluate, locate, prepare_dataset, pretrain, train_head
from model.errors import ArtifactError, ImageError
from model.geolocator import Geolocator
from world import make_dataset

PLACES = 60


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Every stage, in the order of `make reproduce`; returns the folder that holds data/ and run/."""
    root = tmp_path_factory.mktemp("verbs")
    world, out = root / "world", root / "run"
    make_dataset.main(
        make_dataset.DatasetConfig(PLACES, world, seed=3, validation=10, test=10, size=32, samples=1, workers=1)
    )
    data = prepare_dataset.main(prepare_dataset.PrepareConfig(world / "manifest.parquet", root / "data"))
    manifest = root / "data" / "manifest.parquet"
    assert data == manifest
    cells = build_geocells.main(build_geocells.GeocellConfig(manifest, out))
    pretrain.main(pretrain.PretrainConfig(manifest, out, preset="tiny", geocells=cells, epochs=1.0, batch=20))
    embeddings = embed.main(embed.EmbedConfig(manifest, str(out / "encoder"), out))
    train_head.main(train_head.HeadConfig(manifest, embeddings, cells, out, preset="tiny", epochs=5))
    build_index.main(build_index.IndexConfig(manifest, embeddings, cells, out, preset="tiny"))
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
    assert 0 <= figures["country_accuracy"] <= 1


def test_a_photo_four_views_and_a_panorama_are_located(geolocator, views):
    from PIL import Image

    panorama = Image.new("RGB", (256, 128), (90, 120, 160))
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
