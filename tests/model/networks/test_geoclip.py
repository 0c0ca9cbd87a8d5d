"""Both sides of GeoCLIP as files: what was saved is what is loaded, and nothing else is."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from model.errors import ArtifactError, ConfigError
from model.networks.geoclip import SHAPE, WEIGHTS, GeoClip, GeoClipShape
from model.networks.location_encoder import LocationShape

TINY = GeoClipShape(5, 7, LocationShape((1.0, 256.0), frequencies=6, width=8, depth=2, dim=4))
WHERE = np.array([[10.0, 20.0], [-33.0, 151.0], [90.0, 0.0]])


@pytest.fixture
def model():
    torch.manual_seed(0)
    return GeoClip(TINY).eval()


def test_vectors_are_of_length_one_and_blocks_do_not_matter(model, monkeypatch):
    heard = []
    whole = model.embed_points(WHERE)
    monkeypatch.setattr("model.networks.geoclip.BLOCK", 2)
    assert model.embed_points(WHERE, heard.append) == pytest.approx(whole, abs=1e-6) and heard == [2, 1]
    assert np.linalg.norm(whole, axis=1) == pytest.approx([1.0] * 3, abs=1e-5)
    assert model.embed_images(np.ones((2, 5))).shape == (2, 4)


@pytest.mark.parametrize("half", [False, True])
def test_what_was_saved_is_loaded_and_frequencies_are_never_rounded(model, tmp_path, half):
    model.save(tmp_path, half)
    again = GeoClip.load(tmp_path)
    assert again.shape == TINY and again.logit_scale == pytest.approx(1 / 0.07, rel=1e-3)
    for name, tensor in model.state_dict().items():
        exact = not half or tensor.ndim < 2 or name.endswith("frequencies")
        assert torch.equal(again.state_dict()[name], tensor if exact else tensor.half().float()), name
    assert again.places_fingerprint == GeoClip.load(tmp_path).places_fingerprint
    assert (again.places_fingerprint == model.places_fingerprint) is not half


def test_standardisation_is_folded_into_the_first_layer(model):
    seen, mean, deviation = torch.randn(9, 5), torch.randn(5), torch.rand(5) + 0.5
    before = model.image((seen - mean) / deviation)
    model.fold_standardisation(mean, deviation)
    assert torch.allclose(model.image(seen), before, atol=1e-5)


def test_files_that_are_missing_edited_or_of_other_sizes_are_refused(model, tmp_path):
    with pytest.raises(ArtifactError, match=r"looked for geoclip\.safetensors .* model\.train_geoclip"):
        GeoClip.load(tmp_path)
    model.save(tmp_path)
    shape, weights = (tmp_path / SHAPE).read_text(), load_file(tmp_path / WEIGHTS)

    def refused(match, told=None, tensors=None):
        (tmp_path / SHAPE).write_text(shape if told is None else told)
        save_file(weights if tensors is None else tensors, tmp_path / WEIGHTS)
        with pytest.raises(ArtifactError, match=match):
            GeoClip.load(tmp_path)

    plain = json.loads(shape)
    refused("holds no GeoCLIP", told="no json")
    refused("of another format", told=json.dumps(plain | {"format": 9}))
    refused(r"looked for image\.0\.bias \(7000000000,\), found \(7,\)", told=json.dumps(plain | {"hidden": 7 * 10**9}))
    refused("holds no GeoCLIP", told=json.dumps(plain | {"location": {"sigmas": [1.0], "depth": "three"}}))
    refused(r"looked for log_scale \(\), found none", tensors={k: v for k, v in weights.items() if k != "log_scale"})
    refused(r"looked for extra nowhere, found \(1,\)", tensors=weights | {"extra": torch.zeros(1)})
    refused("no finite numbers", tensors=weights | {"image.0.bias": torch.full((7,), float("nan"))})
    (tmp_path / WEIGHTS).write_bytes(b"not tensors")
    with pytest.raises(ArtifactError, match="holds no GeoCLIP"):
        GeoClip.load(tmp_path)


def test_sizes_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match="sizes of 1 or more"):
        GeoClipShape(0)
