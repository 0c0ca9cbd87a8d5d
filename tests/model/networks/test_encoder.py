import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from model.errors import ArtifactError
from model.networks.encoder import Encoder, best_device, best_dtype, pool
from model.networks.towers import PRESETS, build_model, save_encoder


@pytest.fixture(scope="module", params=["tiny", "tiny-resnet"])
def folder(request, tokenizer, tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("encoder") / request.param
    save_encoder(build_model(PRESETS[request.param], tokenizer), tokenizer, 32, path)
    return path


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "copy")


def views(n, seed=0):
    values = np.random.default_rng(seed).integers(0, 256, (n, 40, 50, 3), np.uint8)
    return [Image.fromarray(value) for value in values]


@pytest.mark.usefixtures("in_full")
def test_both_towers_give_the_mean_over_positions_then_over_views(folder):
    encoder = Encoder.load(folder)
    pixels = np.stack([encoder.to_pixels(views(4)), encoder.to_pixels(views(4, seed=1))])  # (2, 4, 3, 32, 32)
    embedded = encoder.embed_images(pixels)
    assert embedded.shape == (2, encoder.dim)
    assert embedded.dtype == np.float32
    singly = np.stack([encoder.embed_images(pixels[:1, v : v + 1])[0] for v in range(4)])
    assert np.allclose(embedded[0], singly.mean(axis=0), atol=1e-5)
    with torch.inference_mode():
        hidden = encoder.tower(pixel_values=torch.from_numpy(pixels[0])).last_hidden_state
    by_hand = hidden.flatten(2).mean(2) if hidden.ndim == 4 else hidden.mean(1)
    assert np.allclose(embedded[0], by_hand.mean(0).numpy(), atol=1e-5)


@pytest.mark.usefixtures("in_full")
def test_places_with_different_numbers_of_views_are_embedded_together(folder):
    encoder = Encoder.load(folder)
    places = [views(4), views(1, seed=2), views(4, seed=3)]
    together = encoder.embed_views(places)
    alone = np.concatenate([encoder.embed_views([place]) for place in places])
    assert np.allclose(together, alone, atol=1e-5)


def test_texts_and_images_meet_as_unit_vectors(folder):
    encoder = Encoder.load(folder)
    texts = encoder.embed_texts(["A photo from France.", "A photo from Chad in July, far from " + "everything " * 200])
    images = encoder.project_images(encoder.to_pixels(views(4))[None])
    assert texts.shape == (2, 16)
    assert images.shape == (1, 16)
    assert np.allclose(np.linalg.norm(np.concatenate([texts, images]), axis=1), 1, atol=1e-5)
    assert np.abs(texts[0] - texts[1]).max() > 1e-3


def test_padding_does_not_change_a_text(folder):
    encoder = Encoder.load(folder)
    alone = encoder.embed_texts(["A photo from Chad."])
    beside = encoder.embed_texts(["A photo from Chad.", "A photo from France in the month of July, taken by a car."])
    assert np.allclose(alone[0], beside[0], atol=1e-5)


def test_any_vision_backbone_in_the_layout_is_an_encoder_without_texts(tmp_path):
    from transformers import ConvNextConfig, ConvNextModel

    ConvNextModel(ConvNextConfig(hidden_sizes=[8, 16], depths=[1, 1], num_stages=2)).save_pretrained(tmp_path / "net")
    settings = {"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 32}}
    (tmp_path / "net" / "preprocessor_config.json").write_text(json.dumps(settings))
    encoder = Encoder.load(tmp_path / "net")
    assert encoder.embed_views([views(1)]).shape == (1, 16)
    with pytest.raises(ArtifactError, match="text tower"):
        encoder.embed_texts(["hello"])
    with pytest.raises(ArtifactError, match="text tower"):
        encoder.project_images(encoder.to_pixels(views(1))[None])
    with pytest.raises(ArtifactError, match="text tower"):
        _ = encoder.logit_scale
    assert encoder.projected_dim == 0


def test_a_folder_that_does_not_exist_is_refused_without_asking_the_network(tmp_path):
    with pytest.raises(ArtifactError, match="no such folder"):
        Encoder.load(tmp_path / "none")
    with pytest.raises(ArtifactError, match="no folder here"):
        Encoder.load("nobody/no-such-model")


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json", "model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()
    with pytest.raises(ArtifactError):
        Encoder.load(copy)


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json", "model.safetensors", "tokenizer.json"])
def test_a_foreign_file_is_refused(copy, name):
    (copy / name).write_bytes(b"this is something else entirely" * 40)
    with pytest.raises(ArtifactError):
        Encoder.load(copy)


def test_weights_of_another_shape_or_lacking_a_tensor_are_refused(copy):
    weights = load_file(copy / "model.safetensors")
    name = "visual_projection.weight"
    save_file(weights | {name: weights[name][:, :-1].contiguous()}, copy / "model.safetensors", {"format": "pt"})
    with pytest.raises(ArtifactError):
        Encoder.load(copy)
    del weights[name]
    save_file(weights, copy / "model.safetensors", {"format": "pt"})
    with pytest.raises(ArtifactError, match="do not fit"):
        Encoder.load(copy)


def test_pickled_weights_are_never_read(copy):
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    with pytest.raises(ArtifactError, match="pickled weights are not read"):
        Encoder.load(copy)


def test_half_precision_only_where_the_hardware_has_it(monkeypatch):
    monkeypatch.setattr("model.networks.encoder.Path.read_text", lambda *_, **__: "flags: avx512f avx512_vnni")
    assert best_dtype(torch.device("cpu")) == torch.float32
    monkeypatch.setattr("model.networks.encoder.Path.read_text", lambda *_, **__: "flags: avx512f amx_bf16")
    monkeypatch.setattr("model.networks.encoder.Path.is_file", lambda _: True)
    assert best_dtype(torch.device("cpu")) == torch.bfloat16
    for capability, dtype in (((7, 5), torch.float32), ((8, 0), torch.bfloat16), ((9, 0), torch.bfloat16)):
        monkeypatch.setattr("torch.cuda.get_device_capability", lambda _, found=capability: found)
        assert best_dtype(torch.device("cuda")) == dtype
    assert best_dtype(torch.device("mps")) == torch.float32


def test_the_device_is_a_gpu_where_there_is_one(monkeypatch):
    for cuda, mps, best in ((True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")):
        monkeypatch.setattr("torch.cuda.is_available", lambda found=cuda: found)
        monkeypatch.setattr("torch.backends.mps.is_available", lambda found=mps: found)
        assert best_device().type == best


def test_pooling_reads_tokens_and_positions():
    assert torch.equal(pool(torch.arange(6.0).reshape(1, 3, 2)), torch.tensor([[2.0, 3.0]]))
    assert torch.equal(pool(torch.arange(8.0).reshape(1, 2, 2, 2)), torch.tensor([[1.5, 5.5]]))
