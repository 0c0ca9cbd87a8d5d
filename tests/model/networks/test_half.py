"""Half precision is a way of storing: matrices are rounded once, everything is computed in float32, misfits refused."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from model.errors import ConfigError
from model.networks.encoder import Encoder, load_pretrained
from model.networks.half import LARGEST, in_half
from model.networks.heat import heat_of
from model.networks.starting_point import starting_point
from model.networks.towers import PRESETS, build_model, save_encoder


@pytest.fixture(scope="module", params=["tiny", "tiny-resnet"])
def model(request, tokenizer):
    torch.manual_seed(0)
    return build_model(PRESETS[request.param], tokenizer).eval()


@pytest.fixture(scope="module")
def folders(model, tokenizer, tmp_path_factory):
    """The same model stored whole and in half."""
    path = tmp_path_factory.mktemp("half")
    for name, half in (("whole", False), ("half", True)):
        save_encoder(model, tokenizer, 32, path / name, half=half)
    return path / "whole", path / "half"


def pixels():
    return np.random.default_rng(0).normal(size=(3, 4, 3, 32, 32)).astype(np.float32)


def test_matrices_are_rounded_and_all_else_stays():
    given = {"kernel": torch.randn(2, 3, 3, 3), "bias": torch.randn(7), "count": torch.tensor([[5]])}
    found = in_half(given)
    assert torch.equal(found["kernel"], given["kernel"].half()) and found["kernel"].dtype == torch.float16
    assert found["bias"] is given["bias"] and found["count"] is given["count"]
    assert given["kernel"].dtype == torch.float32


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 65_520.0, -1e9])
def test_a_weight_that_half_precision_cannot_hold_is_refused_by_name(value):
    weight = torch.zeros(4, 4)
    weight[2, 1] = value
    with pytest.raises(ConfigError, match=r"--half: some\.weight holds .* up to 65,504; leave --half out\.$"):
        in_half({"other.weight": torch.ones(2, 2), "some.weight": weight})
    weight[2, 1] = LARGEST
    assert float(in_half({"some.weight": weight})["some.weight"].max()) == LARGEST


def test_vectors_may_be_larger_than_half_precision_holds():
    variance = torch.tensor([1e6, 1e-9])
    assert torch.equal(in_half({"running_var": variance})["running_var"], variance)


def test_nothing_is_written_of_a_model_that_is_refused(model, tokenizer, tmp_path):
    weight = model.visual_projection.weight
    before = weight[0, 0].item()
    with torch.no_grad():
        weight[0, 0] = 1e6
    try:
        with pytest.raises(ConfigError, match=r"visual_projection\.weight holds 1e\+06"):
            save_encoder(model, tokenizer, 32, tmp_path / "encoder", half=True)
        assert not (tmp_path / "encoder").exists()
        save_encoder(model, tokenizer, 32, tmp_path / "encoder")
    finally:
        with torch.no_grad():
            weight[0, 0] = before


def test_half_a_file_that_says_what_it_is_and_the_model_in_memory_stays_whole(folders, model):
    whole, half = (load_file(folder / "model.safetensors") for folder in folders)
    assert {name: tensor.shape for name, tensor in half.items()} == {n: tensor.shape for n, tensor in whole.items()}
    for name, tensor in half.items():
        assert tensor.dtype == (torch.float16 if whole[name].is_floating_point() and tensor.ndim > 1 else
                                whole[name].dtype), name  # fmt: skip
        assert torch.equal(tensor, whole[name].to(tensor.dtype)), name
    sizes = [(folder / "model.safetensors").stat().st_size for folder in folders]
    assert sizes[1] < 0.6 * sizes[0]
    dtypes = [json.loads((folder / "config.json").read_text())["dtype"] for folder in folders]
    assert dtypes == ["float32", "float16"]
    assert {p.dtype for p in model.parameters()} == {torch.float32}


def test_both_ways_of_opening_compute_in_float32_and_see_the_same(folders):
    plain, whole = Encoder.load(folders[1]), Encoder(*load_pretrained(folders[1]), torch.device("cpu"))
    for module in (plain._plain, whole.model, plain.model):
        numbers = [*module.parameters(), *module.buffers()]
        assert {tensor.dtype for tensor in numbers if tensor.is_floating_point()} == {torch.float32}
    for encoder in (plain, whole):
        encoder.dtype = torch.float32
    assert plain.embed_images(pixels()) == pytest.approx(whole.embed_images(pixels()), rel=1e-4, abs=1e-5)


def test_what_is_seen_changes_by_less_than_a_thousandth(folders):
    seen = []
    for folder in folders:
        encoder = Encoder.load(folder)
        encoder.dtype = torch.float32
        seen.append(encoder.embed_images(pixels()))
    assert 0 < np.abs(seen[1] - seen[0]).max() < 1e-3 * np.abs(seen[0]).max()


def test_heat_and_texts_work_from_half_precision(folders):
    encoder = Encoder.load(folders[1])
    heat = heat_of(encoder, pixels()[0], lambda places: places.sum(axis=1))
    assert heat.maps.shape[0] == 4 and heat.maps.dtype == np.float32 and heat.maps.max() == 1.0
    texts = encoder.embed_texts(["A photo from France."])
    assert texts.dtype == np.float32 and np.linalg.norm(texts) == pytest.approx(1.0, abs=1e-5)


def test_a_training_that_starts_from_half_precision_learns_and_saves_in_float32(folders, tokenizer, tmp_path):
    start = starting_point(PRESETS["tiny"], folders[1], list)
    assert {p.dtype for p in start.hub.parameters()} == {torch.float32}
    save_encoder(start.hub, start.tokenizer, start.size, tmp_path / "again", start.preprocessor)
    stored = load_file(tmp_path / "again" / "model.safetensors")
    assert {tensor.dtype for tensor in stored.values() if tensor.is_floating_point()} == {torch.float32}
    assert json.loads((tmp_path / "again" / "config.json").read_text())["dtype"] == "float32"
    save_encoder(start.hub, start.tokenizer, start.size, tmp_path / "half", start.preprocessor, half=True)
    assert '"float32"' not in (tmp_path / "half" / "config.json").read_text()
    first, second = (load_file(folder / "model.safetensors") for folder in (folders[1], tmp_path / "half"))
    assert first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)
