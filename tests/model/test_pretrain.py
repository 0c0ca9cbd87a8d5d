from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from safetensors.numpy import load_file

from model import pretrain
from model.artifacts import read_record
from model.data.manifest import write_manifest
from model.errors import ConfigError, HomingError, ManifestError
from model.networks import training
from model.networks.encoder import Encoder

COLOURS = {"AA": (200, 40, 40), "BB": (40, 200, 40), "CC": (40, 40, 200)}


@pytest.fixture(autouse=True)
def one_thread():
    """Threads that wait for each other are slower than one on networks this small."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    """36 places in three countries, each of its own colour: what a network can learn in seconds."""
    folder = tmp_path_factory.mktemp("toy")
    rng = np.random.default_rng(0)
    rows = []
    for i in range(36):
        country = list(COLOURS)[i % 3]
        row = {
            "id": f"p{i:02d}", "split": "validation" if i % 6 == 5 else "train", "lat": 10.0 * (i % 3) + rng.random(),
            "lng": 179.0 + rng.random() * 2, "country": country, "country_name": f"{country}land", "region": "North",
            "town": f"Town {i % 4}", "koppen": "Cfb" if i % 2 else "Af", "driving_side": "left" if i % 3 else "right",
            "month": 1 + i % 12, "temperature_c": float(i % 3), "heading_deg": 0.0,
        }  # fmt: skip
        for view in range(4):
            noise = rng.integers(-20, 20, (32, 32, 3)) + np.array(COLOURS[country])
            row[f"image_{view}"] = f"{i}_{view}.png"
            Image.fromarray(noise.clip(0, 255).astype(np.uint8)).save(folder / row[f"image_{view}"])
        rows.append(row)
    return write_manifest(pd.DataFrame(rows), folder / "manifest.parquet")


@pytest.fixture(scope="module")
def geocells(manifest, tmp_path_factory):
    from model.build_geocells import GeocellConfig, main

    return main(GeocellConfig(manifest, tmp_path_factory.mktemp("cells"), "kmeans", cells=3))


@pytest.fixture
def config(manifest, geocells, tmp_path):
    return pretrain.PretrainConfig(
        manifest=manifest, out=tmp_path / "run", preset="tiny-resnet", geocells=geocells, epochs=3, batch=8,
        learning_rate=5e-3,
    )  # fmt: skip


def weights(folder):
    return load_file(folder / "model.safetensors")


def test_a_run_leaves_an_encoder_in_the_hub_layout_and_says_what_it_did(config, capsys):
    encoder = pretrain.main(config)
    assert {path.name for path in encoder.iterdir()} >= {
        "config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json",
    }  # fmt: skip
    loaded = Encoder.load(encoder)
    assert loaded.embed_texts(["A Street View photo from AAland."]).shape == (1, 16)
    assert not any("heads" in name for name in weights(encoder))
    facts = read_record(config.out, "pretrain")["facts"]
    assert facts["steps"] == 9
    assert set(facts["validation"][-1]) >= {"info_nce", "neighbour_country", "cell_country", "median_km", "score"}
    assert "validation:" in capsys.readouterr().out
    before = (encoder / "model.safetensors").stat().st_mtime_ns
    pretrain.main(config)
    assert "nothing to do" in capsys.readouterr().out
    assert (encoder / "model.safetensors").stat().st_mtime_ns == before


def test_training_teaches_the_colours_of_the_countries(config):
    pretrain.main(replace(config, epochs=15))
    figures = read_record(config.out, "pretrain")["facts"]["validation"][-1]
    assert figures["neighbour_country"] == 1.0
    assert figures["cell_country"] == 1.0
    assert figures["median_km"] < 500


def test_a_run_that_was_stopped_ends_exactly_where_an_unbroken_one_does(config, tmp_path, monkeypatch):
    whole = pretrain.main(config)
    broken = replace(config, out=tmp_path / "broken", checkpoint_minutes=0.0)
    real = training.save_state

    def stopped(folder, step, *rest):
        real(folder, step, *rest)
        if step == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(training, "save_state", stopped)
    with pytest.raises(KeyboardInterrupt):
        pretrain.main(broken)
    assert not (broken.out / "encoder").exists()
    monkeypatch.setattr(training, "save_state", real)
    resumed = pretrain.main(broken)
    for name, tensor in weights(whole).items():
        assert np.array_equal(tensor, weights(resumed)[name]), name


def test_with_minutes_the_schedule_ends_with_the_time(config):
    encoder = pretrain.main(replace(config, epochs=None, minutes=0.02, preset="tiny"))
    record = read_record(config.out, "pretrain")
    assert record["facts"]["minutes"] <= 0.3
    assert Encoder.load(encoder).image_size == 32


def test_a_first_part_with_small_views_trains_the_same_network(config):
    pretrain.main(replace(config, small_size=16, small_share=0.5))
    assert read_record(config.out, "pretrain")["facts"]["steps"] == 9


def test_a_single_photo_preset_and_a_start_from_a_model(config, tmp_path):
    first = pretrain.main(replace(config, epochs=1))
    again = replace(config, out=tmp_path / "again", start_from=str(first), epochs=1, learning_rate=1e-4, views=1)
    second = pretrain.main(again)
    assert (second / "tokenizer.json").read_bytes() == (first / "tokenizer.json").read_bytes()
    assert Encoder.load(second).dim == Encoder.load(first).dim


def test_captions_alone_are_enough(config):
    pretrain.main(replace(config, geocells=None, attribute_weight=0.0, epochs=1))
    assert "median_km" not in read_record(config.out, "pretrain")["facts"]["validation"][-1]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"epochs": None}, "either --minutes or --epochs"), ({"minutes": 1.0}, "either --minutes or --epochs"),
        ({"epochs": -1.0}, "more than 0"), ({"batch": 1}, "2 or more"), ({"preset": "huge"}, "preset 'huge'"),
        ({"preset": "tiny", "small_size": 16}, "convolutional"),
    ],
)  # fmt: skip
def test_contradictions_are_refused_at_birth(config, change, word):
    with pytest.raises(ConfigError, match=word):
        replace(config, **change)


def test_a_batch_larger_than_the_training_set_sees_all_of_it(config):
    pretrain.main(replace(config, batch=64, epochs=2))
    assert read_record(config.out, "pretrain")["facts"]["steps"] == 2


def test_a_missing_manifest_and_a_missing_picture_are_refused(config, manifest, tmp_path):
    with pytest.raises(ManifestError, match="no such file"):
        pretrain.main(replace(config, manifest=tmp_path / "none.parquet"))
    frame = pd.read_parquet(manifest)
    copy = write_manifest(frame, tmp_path / "elsewhere.parquet")
    with pytest.raises(HomingError, match="no such file"):
        pretrain.main(replace(config, manifest=copy))
