from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.numpy import load_file

from model import pretrain
from model.artifacts import is_done, read_record
from model.data.manifest import write_manifest
from model.errors import ConfigError, HomingError, ManifestError
from model.networks.contrastive import PretrainingModel
from model.networks.encoder import Encoder
from model.networks.towers import PRESETS


@pytest.fixture(autouse=True)
def one_thread():
    """Threads that wait for each other are slower than one on networks this small."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def manifest(coloured_places):
    return coloured_places.manifest


@pytest.fixture
def config(coloured_places, tmp_path):
    return pretrain.PretrainConfig(
        manifest=coloured_places.manifest, out=tmp_path / "run", preset="tiny-resnet",
        geocells=coloured_places.geocells, epochs=3, batch=8,
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


def test_with_minutes_the_schedule_ends_with_the_time(config):
    encoder = pretrain.main(replace(config, epochs=None, minutes=0.02, preset="tiny"))
    record = read_record(config.out, "pretrain")
    assert record["facts"]["minutes"] <= 0.3
    assert Encoder.load(encoder).image_size == 32


@pytest.fixture
def shapes(monkeypatch):
    """The shapes (N, V, 3, H, W) that the network saw in training."""
    seen = []
    real = PretrainingModel.forward

    def noted(self, batch, weights):
        seen.append(tuple(batch.pixels.shape))
        return real(self, batch, weights)

    monkeypatch.setattr(PretrainingModel, "forward", noted)
    return seen


def test_a_first_part_has_small_views_and_the_second_whole_ones(config, shapes):
    pretrain.main(replace(config, small_size=16, small_share=0.5))
    assert shapes == [(8, 4, 3, 16, 16)] * 5 + [(8, 4, 3, 32, 32)] * 4


def test_a_start_from_a_model_begins_with_its_weights_and_says_what_it_is(config, tmp_path, shapes):
    first = pretrain.main(replace(config, preset="tiny", epochs=1))
    shapes.clear()
    again = replace(
        config, out=tmp_path / "again", start_from=str(first), epochs=1, learning_rate=1e-9, views=1, weight_decay=0.0
    )
    second = pretrain.main(again)
    assert shapes == [(8, 1, 3, 32, 32)] * 3
    assert (second / "tokenizer.json").read_bytes() == (first / "tokenizer.json").read_bytes()
    for name, tensor in weights(first).items():
        assert np.allclose(tensor, weights(second)[name], atol=1e-6), name
    record = read_record(again.out, "pretrain")
    assert record["facts"]["model"] | {"tower": "clip_vision_model", "hidden_size": 32} == record["facts"]["model"]
    assert "start_from" in record["inputs"] and "start_from" not in record["config"]
    (first / "preprocessor_config.json").write_text((first / "preprocessor_config.json").read_text() + " ")
    assert not is_done(again.out, "pretrain", again, again.inputs)  # another model


def test_half_is_how_a_training_is_stored_so_a_finished_one_is_rounded_without_a_step(config, shapes):
    whole = weights(pretrain.main(replace(config, epochs=1)))
    n_steps = len(shapes)
    encoder = pretrain.main(replace(config, epochs=1, half=True))
    assert len(shapes) == n_steps
    record = read_record(config.out, "pretrain")
    assert record["config"]["half"] is True and record["facts"]["steps"] == n_steps
    for name, tensor in weights(encoder).items():
        rounded = tensor.ndim > 1 and whole[name].dtype == np.float32
        assert tensor.dtype == (np.float16 if rounded else whole[name].dtype), name
        assert (tensor == whole[name].astype(tensor.dtype)).all(), name
    assert '"dtype": "float16"' in (encoder / "config.json").read_text()
    assert Encoder.load(encoder).embed_texts(["A Street View photo."]).shape == (1, 16)


def test_a_training_goes_on_in_float32_from_an_encoder_in_half_precision(config, tmp_path):
    first = pretrain.main(replace(config, epochs=1, half=True))
    second = pretrain.main(replace(config, out=tmp_path / "again", start_from=str(first), epochs=1))
    stored = weights(second)
    assert {tensor.dtype for name, tensor in stored.items() if "num_batches" not in name} == {np.dtype(np.float32)}
    name = "visual_projection.weight"
    assert (stored[name] != weights(first)[name]).any()
    assert (stored[name] != stored[name].astype(np.float16)).any()  # finer than it began


def test_weights_too_large_for_half_precision_are_told_and_nothing_of_the_training_is_lost(config, monkeypatch):
    def too_large(self):
        run(self)
        with torch.no_grad():
            self.bare.hub.visual_projection.weight[0, 0] = 1e5
        self.keep()

    run = pretrain.Training.run
    monkeypatch.setattr(pretrain.Training, "run", too_large)
    with pytest.raises(ConfigError, match=r"visual_projection\.weight holds 1e\+05, .* leave --half out"):
        pretrain.main(replace(config, epochs=1, half=True))
    assert not (config.out / "encoder").exists() and not is_done(config.out, "pretrain", config, config.inputs)
    monkeypatch.setattr(pretrain.Training, "run", run)
    encoder = pretrain.main(replace(config, epochs=1))
    assert weights(encoder)["visual_projection.weight"][0, 0] == 1e5


def test_a_photo_preset_sees_one_photograph_of_each_place(config, shapes, monkeypatch):
    small = replace(PRESETS["pigeotto"], widths=(16, 32), depths=(1, 1), stem=16, image_size=32, text_width=32)
    monkeypatch.setitem(PRESETS, "small", small)
    pretrain.main(replace(config, preset="small", epochs=1))
    assert shapes == [(8, 1, 3, 32, 32)] * 3
    assert read_record(config.out, "pretrain")["facts"]["tau_km"] == 65.0


def test_a_manifest_without_a_split_is_refused(config, manifest):
    frame = pd.read_parquet(manifest).drop(columns="split")
    copy = write_manifest(frame, manifest.parent / "unsplit.parquet")
    with pytest.raises(ManifestError, match="no column split"):
        pretrain.main(replace(config, manifest=copy))


def test_captions_alone_are_enough(config):
    pretrain.main(replace(config, geocells=None, attribute_weight=0.0, epochs=1))
    assert "median_km" not in read_record(config.out, "pretrain")["facts"]["validation"][-1]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"epochs": None}, "either --minutes or --epochs"), ({"minutes": 1.0}, "either --minutes or --epochs"),
        ({"epochs": -1.0}, "more than 0"), ({"batch": 1}, "2 or more"), ({"preset": "huge"}, "preset 'huge'"),
        ({"preset": "tiny", "small_size": 16}, "convolutional"), ({"accumulate": 0}, "1 or more"),
        ({"unfreeze": "some"}, "found 'some'"), ({"unfreeze": "none"}, "needs --start-from"),
        ({"learning_rate": 0.0}, "more than 0"), ({"caption_weight": -1.0}, "not be negative"),
        ({"tau_km": -5.0}, "not be negative"), ({"probe_places": -1}, "not be negative"),
        ({"checkpoint_minutes": float("nan")}, "not be negative"), ({"small_size": -16}, "1 or more"),
        ({"small_share": 1.5}, "from 0 to 1"), ({"first": 1}, "2 or more, found 1"),
    ],
)  # fmt: skip
def test_contradictions_are_refused_at_birth(config, change, word):
    with pytest.raises(ConfigError, match=word):
        replace(config, **change)


def test_a_batch_larger_than_the_training_set_sees_all_of_it(config):
    pretrain.main(replace(config, batch=64, epochs=2))
    assert read_record(config.out, "pretrain")["facts"]["steps"] == 2


def test_a_step_of_more_batches_than_an_epoch_counts_all_that_it_saw(config):
    pretrain.main(replace(config, batch=8, accumulate=6, epochs=4, probe_places=0))
    facts = read_record(config.out, "pretrain")["facts"]
    assert facts["training_places"] // 8 == 3
    assert facts["steps"] == 2  # 4 epochs of 3 batches, 6 in a step
    assert facts["places_seen"] == 2 * 6 * 8


@pytest.mark.parametrize(("preset", "views", "most"), [("tiny", 5, 4), ("pigeotto", 2, 1)])
def test_more_views_than_there_are_to_see_are_refused(config, preset, views, most):
    with pytest.raises(ConfigError, match=f"--views {views}: .* sees at most {most} of each place"):
        pretrain.main(replace(config, preset=preset, views=views))


def test_a_training_that_goes_astray_says_so_and_leaves_no_encoder(config):
    astray = replace(config, learning_rate=1e30, probe_places=0)
    with pytest.raises(ConfigError, match=r"no finite numbers any more .* smaller --learning-rate"):
        pretrain.main(astray)
    assert not (config.out / "encoder").exists() and not (config.out / "training" / "state.json").exists()


def test_nothing_to_learn_and_small_views_larger_than_whole_ones_are_refused(config):
    with pytest.raises(ConfigError, match="nothing to learn"):
        pretrain.main(replace(config, geocells=None, caption_weight=0.0, attribute_weight=0.0))
    with pytest.raises(ConfigError, match="--small-size 64: whole views have 32 pixels"):
        pretrain.main(replace(config, small_size=64))


def test_a_missing_manifest_and_a_missing_picture_are_refused(config, manifest, tmp_path):
    with pytest.raises(ManifestError, match="no such file"):
        pretrain.main(replace(config, manifest=tmp_path / "none.parquet"))
    frame = pd.read_parquet(manifest)
    copy = write_manifest(frame, tmp_path / "elsewhere.parquet")
    with pytest.raises(HomingError, match="no such file"):
        pretrain.main(replace(config, manifest=copy))
