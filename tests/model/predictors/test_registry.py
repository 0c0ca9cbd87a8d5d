"""One registry of systems: what a system cannot use it refuses, and zero-shot runs on a real encoder."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from model import locate
from model.errors import ArtifactError, ConfigError
from model.geolocator import DEFAULT, SYSTEMS, Geolocator
from model.predictors.checkpoint import Checkpoint
from model.predictors.registry import Options, open_system

SMALL = ("beam=2", "most=2")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    import torch

    from model.data.vocabulary import train_tokenizer
    from model.networks.towers import PRESETS, build_model, save_encoder

    torch.manual_seed(0)
    tokenizer = train_tokenizer(["A photo from France.", "A photo from Chad in July."] * 5, 300, 77)
    path = tmp_path_factory.mktemp("registry") / "tiny-clip"
    save_encoder(build_model(PRESETS["tiny"], tokenizer), tokenizer, 32, path)
    return path


@pytest.fixture(autouse=True)
def own_texts(tmp_path, monkeypatch):
    monkeypatch.setattr("model.predictors.text_cache.cache_dir", lambda: tmp_path / "cache")


def picture():
    return Image.linear_gradient("L").resize((96, 80)).convert("RGB")


def test_zero_shot_answers_with_any_clip_and_asks_its_text_tower_once(encoder, tmp_path):
    opened = Geolocator.load(predictor="zero-shot", encoder=encoder, settings=SMALL)
    guess = opened.locate(picture())
    assert guess.system == "Zero-shot" and not guess.out_of_distribution
    assert guess.cells.sum() == pytest.approx(1.0, abs=1e-5) and np.count_nonzero(guess.cells) <= 4
    assert guess.candidates[0].country_name
    assert opened.name == "tiny-clip (zero-shot)"
    assert opened.predictor.record["settings"]["prompts"] == "clip"
    opened.require_world(3)  # a system for all kinds of pictures refuses none
    [kept] = (tmp_path / "cache" / "texts").iterdir()
    again = Geolocator.load(predictor="zero-shot", encoder=encoder, settings=SMALL)
    assert again.locate(picture()).cells == pytest.approx(guess.cells)
    assert again.encoder._model is None, "with its sentences on disk the whole model is not opened"
    assert kept.exists()

    asked = again.in_words(picture())
    assert sum(one.share for one in asked.captions(["a photo", "a drawing"])) == pytest.approx(1.0)
    continent = asked.parts()[0].key
    country = asked.countries(continent)[0]
    assert len(country.key) == 2 and asked.cities(country.key)[0].share > 0


def test_an_encoder_that_was_exchanged_under_its_record_is_refused(encoder, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(encoder, run / "encoder")
    record = {"format": 1, "stage": "pretrain", "config": {"preset": "pigeotto"}, "inputs": {}, "facts": {},
              "outputs": {"encoder": {"path": "encoder", "sha256": "0" * 64}}}  # fmt: skip
    (run / "pretrain.record.json").write_text(json.dumps(record))
    with pytest.raises(ArtifactError, match="edited or exchanged"):
        open_system("zero-shot", Options(checkpoint=run))
    from model.artifacts import fingerprint

    record["outputs"]["encoder"]["sha256"] = fingerprint(run / "encoder")
    record["facts"] = {"source": {"kind": "simulated-earth", "world_version": 3}}
    (run / "pretrain.record.json").write_text(json.dumps(record))
    opened = open_system("zero-shot", Options(checkpoint=run)).checkpoint
    assert opened.predictor.record["settings"]["prompts"] == "photo", "as PIGEOTTO's captions were"
    assert opened.source["world_version"] == 3 and "knows" not in opened.predictor.record
    assert opened.name == "run (zero-shot)"


def test_what_a_system_cannot_use_is_one_sentence(encoder, tmp_path):
    with pytest.raises(ConfigError, match=rf"the predictor 'oracle', found {', '.join(SYSTEMS)}"):
        open_system("oracle", Options())
    with pytest.raises(ConfigError, match="leave --encoder and --settings out"):
        open_system(DEFAULT, Options(encoder=encoder))
    with pytest.raises(ConfigError, match="found both"):
        open_system("zero-shot", Options(checkpoint=tmp_path, encoder=encoder))
    with pytest.raises(ArtifactError, match="has no encoder"):
        open_system("zero-shot", Options(checkpoint=tmp_path))
    with pytest.raises(ArtifactError, match=r"no such folder|no folder here"):
        open_system("zero-shot", Options(encoder=tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match="key=value"):
        open_system("zero-shot", Options(encoder=encoder, settings=("width=3",)))


def test_a_vision_tower_alone_knows_no_words(tmp_path):
    class Eye:
        source, projected_dim, image_size = "a backbone", 0, 32

        def to_pixels(self, views):
            return np.zeros((len(views), 3, 32, 32), np.float32)

    silent = Geolocator(Checkpoint(None, Eye()))  # type: ignore[arg-type]
    with pytest.raises(ArtifactError, match="text tower"):
        silent.in_words(picture())


def test_the_command_names_the_systems_and_refuses_another(capsys):
    with pytest.raises(SystemExit):
        locate.cli(["photo.jpg", "--predictor", "oracle"])
    said = capsys.readouterr().err
    assert all(name in said for name in SYSTEMS)
