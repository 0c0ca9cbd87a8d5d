"""The towers that are read with torch alone see what those of transformers see."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from model.networks.encoder import Encoder, load_pretrained
from model.networks.plain import plain_tower
from model.networks.towers import PRESETS, build_model, save_encoder


@pytest.fixture(scope="module", params=["tiny", "tiny-resnet"])
def folder(request, tmp_path_factory, tokenizer):
    """An encoder whose normalisations have seen something, so that they do not pass everything through."""
    torch.manual_seed(0)
    model = build_model(PRESETS[request.param], tokenizer)
    with torch.no_grad():
        for name, buffer in [*model.named_buffers(), *model.named_parameters()]:
            if "running_var" in name or name.endswith("normalization.weight"):
                buffer.uniform_(0.5, 2.0)
            elif "running_mean" in name or name.endswith("bias"):
                buffer.uniform_(-0.5, 0.5)
    path = tmp_path_factory.mktemp("plain") / request.param
    save_encoder(model, tokenizer, 32, path)
    return path


@pytest.mark.usefixtures("in_full")
def test_both_see_the_same(folder):
    pixels = np.random.default_rng(1).normal(size=(3, 4, 3, 32, 32)).astype(np.float32)
    plain, whole = Encoder.load(folder), Encoder(*load_pretrained(folder), torch.device("cpu"))
    assert plain._plain is not None
    ours, theirs = plain.embed_images(pixels), whole.embed_images(pixels)
    assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-5) and theirs.std() > 0.01
    assert (plain.dim, plain.image_size, plain.mean) == (whole.dim, whole.image_size, whole.mean)


def test_both_see_the_same_beside_texts_and_only_one_opens_the_whole_model(folder):
    pixels = np.random.default_rng(1).normal(size=(3, 4, 3, 32, 32)).astype(np.float32)
    plain, whole = Encoder.load(folder), Encoder(*load_pretrained(folder), torch.device("cpu"))
    ours, theirs = plain.project_images(pixels), whole.project_images(pixels)
    assert ours == pytest.approx(theirs, rel=1e-3, abs=1e-5) and theirs.std() > 0.01
    assert (plain.projected_dim, plain.source) == (whole.projected_dim, str(folder))
    assert plain.logit_scale == pytest.approx(whole.logit_scale)
    assert plain._model is None


def test_the_whole_model_comes_when_it_is_asked_for(folder):
    encoder = Encoder.load(folder)
    assert encoder._model is None
    assert encoder.embed_texts(["a photo"]).shape == (1, encoder.projected_dim)
    assert encoder.tower is encoder.tower


def test_opening_an_encoder_imports_no_transformers(folder):
    code = ("import sys; from model.networks.encoder import Encoder; Encoder.load(sys.argv[1]); "
            "sys.exit('transformers' in sys.modules)")  # fmt: skip
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True)


def test_what_is_any_different_is_left_to_transformers(folder, tmp_path):
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    assert plain_tower(tmp_path) is not None
    known = json.loads((tmp_path / "config.json").read_text())
    others = [{"layer_type": "bottleneck", "hidden_act": "swish"}]
    if known["model_type"] != "clip":  # whose blocks keep ReLU inside, whatever the config says
        others.append({"hidden_act": "gelu"})
    for other in others:
        (tmp_path / "config.json").write_text(json.dumps(known | {"vision_config": known["vision_config"] | other}))
        assert plain_tower(tmp_path) is None


def test_a_missing_or_misshapen_weight_is_told_when_the_encoder_is_opened(folder, tmp_path):
    whole = load_file(folder / "model.safetensors")
    layers = [name for name in whole if name.startswith("vision_model.encoder") and name.endswith("weight")]
    for name in (layers[0], layers[len(layers) // 2], layers[-1]):
        for number, weights in enumerate(
            ({k: v for k, v in whole.items() if k != name}, whole | {name: whole[name].repeat_interleave(2, dim=0)})
        ):
            broken = shutil.copytree(folder, tmp_path / f"{name}{number}")
            save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
            assert plain_tower(broken) is None, name
