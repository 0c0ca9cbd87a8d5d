"""The door: cheap to import, safe to share, clear when it has no encoder."""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import model.predictors.registry
from model.errors import ArtifactError
from model.geo.distance import haversine_km
from model.geolocator import Geolocator, default_checkpoint
from model.predictors.checkpoint import Checkpoint, open_checkpoint
from world import WORLD_VERSION


@pytest.fixture(scope="module")
def geolocator(toy_run):
    return Geolocator.load(toy_run.out)


def test_importing_the_door_imports_no_torch_and_no_transformers():
    code = "import sys, model.geolocator\nassert not {'torch', 'transformers', 'faiss'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_guess_carries_what_the_pages_show(geolocator, toy_run):
    guess = geolocator.locate_many(np.load(toy_run.embeddings)[:1])[0]
    assert -90 <= guess.lat <= 90
    assert -180 <= guess.lng < 180
    assert guess.cells.shape == (len(geolocator.geocells),)
    assert guess.cells.sum() == pytest.approx(1.0, abs=1e-4)
    first = guess.candidates[0]
    assert haversine_km((first.refined_lat, first.refined_lng), (guess.lat, guess.lng)) < 0.01
    assert sum(c.score for c in guess.candidates) <= 1.0001
    distances = [place.distance for place in guess.look_alikes]
    assert distances == sorted(distances)
    assert 0 <= guess.expected_score <= 5000
    assert 0 <= guess.familiarity <= 1
    assert guess.sentence().endswith(".")


def test_a_place_it_was_built_from_is_familiar_and_noise_is_not(geolocator, toy_run):
    known = np.load(toy_run.embeddings)[:20]
    assert not any(guess.unfamiliar for guess in geolocator.locate_many(known))
    assert all(guess.unfamiliar for guess in geolocator.locate_many(known * 100 + 500))


def test_expected_scores_are_right_on_average_and_radii_hold(geolocator, toy_run):
    manifest = pd.read_parquet(toy_run.manifest)
    rows = np.flatnonzero(manifest["split"] == "test")
    guesses = geolocator.locate_many(np.load(toy_run.embeddings)[rows])
    truth = manifest.loc[rows, ["lat", "lng"]].to_numpy()
    away_km = haversine_km([(g.lat, g.lng) for g in guesses], truth)
    got, expected = 5000 * np.exp(-away_km / 1492.7), np.array([g.expected_score for g in guesses])
    assert expected.mean() == pytest.approx(got.mean(), abs=3.5 * got.std() / np.sqrt(len(rows)))
    held = np.mean(away_km <= [g.radius_km["80"] for g in guesses])
    assert 0.6 < held < 0.95
    assert all(g.radius_km["50"] <= g.radius_km["80"] <= g.radius_km["95"] for g in guesses)


def test_many_at_once_are_what_each_is_alone_and_none_are_none(geolocator, toy_run):
    embeddings = np.load(toy_run.embeddings)[:4]
    together = [(g.lat, g.lng) for g in geolocator.locate_many(embeddings)]
    assert together == [(g.lat, g.lng) for e in embeddings for g in geolocator.locate_many(e[None])]
    assert geolocator.locate_many(embeddings[:0]) == []


def test_threads_that_share_it_get_the_same_guesses(geolocator, toy_run):
    embeddings = np.load(toy_run.embeddings)[:40]
    alone = [geolocator.locate_many(e[None])[0].as_dict() for e in embeddings]
    with ThreadPoolExecutor(4) as pool:
        shared = list(pool.map(lambda e: geolocator.locate_many(e[None])[0].as_dict(), embeddings))
    assert shared == alone


def test_a_checkpoint_without_an_encoder_takes_no_pictures_and_says_so(geolocator):
    with pytest.raises(ArtifactError, match="embeddings only"):
        geolocator.locate(Image.new("RGB", (64, 64)))


def test_a_folder_that_is_no_checkpoint_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(ArtifactError, match="no such folder"):
        Geolocator.load(tmp_path / "nowhere")
    with pytest.raises(ArtifactError, match=r"build_geocells\.record\.json"):
        Geolocator.load(tmp_path)


def test_a_checkpoint_never_measured_has_no_figures_and_a_broken_file_is_named(geolocator, toy_run, tmp_path):
    assert geolocator.figures == {}
    copy = shutil.copytree(toy_run.out, tmp_path / "copy")
    (copy / "metrics.json").write_text("{")
    with pytest.raises(ArtifactError, match=r"metrics\.json"):
        _ = Geolocator.load(copy).figures


def test_the_default_checkpoint_lies_in_the_repository():
    assert default_checkpoint().parts[-2:] == ("checkpoints", "simulated-earth")


def test_a_checkpoint_of_photos_names_no_world_and_is_refused_the_simulated_earth(geolocator):
    assert geolocator.world_version is None
    geolocator.require_world(None)
    with pytest.raises(ArtifactError, match=r"looked for .* version 2 .*found run, trained on none.*make reproduce"):
        geolocator.require_world(2)


def test_the_shipped_checkpoint_was_trained_on_the_world_that_is_drawn_now():
    """Fails with the sentence until `make reproduce` has made a checkpoint of this version."""
    Geolocator.load().require_world(WORLD_VERSION)


class Eye:
    """An encoder that sees nothing but how many views there are."""

    image_size = 32

    def __init__(self, dim):
        self.dim = dim

    def to_pixels(self, views):
        return np.zeros((len(views), 3, 32, 32), np.float32)

    def embed_images(self, pixels):
        return np.full((len(pixels), self.dim), pixels.shape[1], np.float32)


def picture(width, height):
    return Image.linear_gradient("L").resize((width, height)).convert("RGB")


@pytest.fixture
def pair(toy_run, tmp_path, monkeypatch):
    """Two checkpoints beside each other, as they ship; the second is a copy that calls itself another."""
    first = shutil.copytree(toy_run.out, tmp_path / "checkpoints" / "simulated-earth")
    second = shutil.copytree(toy_run.out, tmp_path / "checkpoints" / "simulated-earth-photo")
    record = json.loads((second / "build_index.record.json").read_text())
    record["config"]["preset"] = "pigeotto"
    (second / "build_index.record.json").write_text(json.dumps(record))
    opened = []

    def with_eyes(folder):
        opened.append(folder.name)
        checkpoint = open_checkpoint(folder)
        checkpoint.encoder = Eye(24)
        return checkpoint

    monkeypatch.setattr(model.predictors.registry, "open_checkpoint", with_eyes)
    monkeypatch.setattr(model.predictors.registry, "default_checkpoint", lambda: first)
    return opened, second


def test_the_pair_answers_single_photos_with_the_second_which_is_opened_when_it_is_needed(pair):
    opened, _ = pair
    both = Geolocator.load()
    four = both.locate([picture(64, 64)] * 4)
    assert (four.system, opened) == ("PIGEON", ["simulated-earth"])
    assert [both.locate(picture(64, 48)).system for _ in range(2)] == ["PIGEOTTO", "PIGEOTTO"]
    assert both.locate(picture(128, 64)).system == "PIGEON"  # a panorama
    assert opened == ["simulated-earth", "simulated-earth-photo"]
    assert both.system == "PIGEON" and len(four.regions) == len(four.cells)


def test_what_the_pictures_say_of_themselves_goes_before_what_their_embedding_says(pair, monkeypatch):
    alone = Geolocator.load()
    known, looked = alone.locate([picture(64, 64)] * 4).familiarity, Checkpoint.look_at_pixels
    for share, strange in ((0.3, False), (0.995, True)):
        monkeypatch.setattr(
            Checkpoint, "look_at_pixels", lambda self, pixels, share=share: (looked(self, pixels)[0], [share])
        )
        guess = alone.locate([picture(64, 64)] * 4)
        assert (guess.familiarity, guess.unfamiliar) == (share, strange) != (known, strange)


def test_without_the_second_or_with_a_folder_named_one_answers_all(pair):
    _, second = pair
    assert Geolocator.load(second).locate([picture(64, 64)] * 4).system == "PIGEOTTO"
    shutil.rmtree(second)
    assert Geolocator.load().locate(picture(64, 48)).system == "PIGEON"


def test_a_checkpoint_of_the_hub_is_fetched_without_anything_pickled_and_opened(toy_run, tmp_path, monkeypatch):
    asked = []

    def snapshot(name, allow_patterns):
        """As the hub keeps it: every file a link to a blob elsewhere."""
        asked.append((name, allow_patterns))
        for file in (p for p in toy_run.out.rglob("*") if p.is_file()):
            link = tmp_path / "snapshots" / "abc" / file.relative_to(toy_run.out)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file)
        return str(tmp_path / "snapshots" / "abc")

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot)
    there = Geolocator.load("somebody/a-checkpoint")
    assert len(there.locate_many(np.load(toy_run.embeddings)[:2])) == 2
    [(name, patterns)] = asked
    assert name == "somebody/a-checkpoint" and not {"*", "*.bin", "*.pt", "*.pkl"} & set(patterns)


def test_a_checkpoint_that_the_hub_does_not_have_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with pytest.raises(ArtifactError, match=r"in nobody/nothing, found no .* of that name on the hub"):
        Geolocator.load("nobody/nothing")


def test_a_pair_of_different_versions_is_refused(toy_run, tmp_path):
    single = shutil.copytree(toy_run.out, tmp_path / "single")
    for path in single.glob("*.record.json"):
        record = json.loads(path.read_text())
        record["facts"]["source"] = {"kind": "simulated-earth", "world_version": 1}
        path.write_text(json.dumps(record))
    pair = Geolocator(open_checkpoint(toy_run.out), singles=lambda: open_checkpoint(single))
    assert pair.answering(4) is pair.checkpoint
    with pytest.raises(ArtifactError, match="different versions"):
        pair.answering(1)


def test_figures_that_are_none_are_refused(toy_run, tmp_path):
    copy = shutil.copytree(toy_run.out, tmp_path / "copy")
    (copy / "metrics.json").write_text("[1]")
    with pytest.raises(ArtifactError, match="no figures"):
        _ = Geolocator.load(copy).figures
