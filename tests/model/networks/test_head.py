"""The head: folded standardisation, tasks and their units, storage, refused files."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file, save_file

from model.data.attributes import AttributeSpace, Scale
from model.errors import ArtifactError, ConfigError
from model.networks.head import MultiTaskHead

SPACE = AttributeSpace(
    {"country": ("FR", "NA"), "month": ("1", "11", "2")},
    {"altitude_m": Scale(500.0, 6.5, 0.4), "temperature_c": Scale(None, 12.0, 8.0)},
)


@pytest.fixture(params=[0, 3], ids=["linear", "hidden"])
def head(request):
    torch.manual_seed(0)
    return MultiTaskHead(5, 7, SPACE, request.param).eval()


def test_probabilities_of_every_row_sum_to_one_even_for_huge_embeddings(head):
    embeddings = np.random.default_rng(0).normal(size=(4, 5)) * [[1], [10], [1e4], [0]]
    probabilities = head.probabilities(embeddings)
    assert probabilities.shape == (4, 7)
    assert np.isfinite(probabilities).all()
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_a_temperature_divides_the_logits_and_the_logits_know_none(head):
    embeddings = np.random.default_rng(1).normal(size=(3, 5)).astype(np.float32)
    logits = torch.from_numpy(head.logits(embeddings))
    assert np.allclose(head.probabilities(embeddings, 2.5), torch.softmax(logits / 2.5, dim=1), atol=1e-6)


def test_no_rows_give_no_rows(head):
    nobody = np.empty((0, 5), np.float32)
    assert head.probabilities(nobody).shape == (0, 7)
    assert head.attributes(nobody).shape == (0, 4)


def test_folding_makes_raw_embeddings_mean_what_standardised_ones_meant(head):
    raw = torch.randn(6, 5) * 3 + 2
    mean, deviation = raw.mean(0), raw.std(0)
    before = head((raw - mean) / deviation)
    head.fold_standardisation(mean, deviation)
    after = head(raw)
    assert set(after) == {"cells", "country", "month", "regressions"}
    assert all(torch.allclose(after[name], before[name], atol=1e-5) for name in before)


def test_a_share_of_the_countrys_logit_goes_to_each_of_its_cells_and_the_countries_stay(head):
    embeddings = np.random.default_rng(2).normal(size=(4, 5)).astype(np.float32)
    cells, countries = (head._outputs(embeddings, [name])[name] for name in ("cells", "country"))
    classes = np.array([1, 0, 1, 1, 0, 0, 0])
    head.weigh_by_country(classes, 0.5)
    assert head.logits(embeddings) == pytest.approx(cells + 0.5 * countries[:, classes], abs=1e-5)
    assert head._outputs(embeddings, ["country"])["country"] == pytest.approx(countries, abs=1e-6)


def test_cells_weighed_by_country_have_its_probability_to_that_power(head):
    embeddings = np.random.default_rng(3).normal(size=(3, 5)).astype(np.float32)
    classes = np.array([1, 0, 1, 0, 0, 1, 0])
    before = head.probabilities(embeddings)
    of_country = torch.softmax(torch.from_numpy(head.logits(embeddings, "country")), dim=1).numpy()
    wanted = before * of_country[:, classes] ** 0.75
    head.weigh_by_country(classes, 0.75)
    assert head.probabilities(embeddings) == pytest.approx(wanted / wanted.sum(axis=1, keepdims=True), abs=1e-5)


def test_a_head_without_countries_cannot_weigh_by_them_and_every_cell_needs_one(head):
    with pytest.raises(ConfigError, match="without"):
        MultiTaskHead(5, 2).weigh_by_country(np.array([0, 1]), 0.5)
    with pytest.raises(ConfigError, match="each of 7 cells"):
        head.weigh_by_country(np.array([0]), 0.5)


def test_attributes_are_the_likeliest_names_and_values_in_their_own_units():
    head = MultiTaskHead(2, 3, SPACE)
    with torch.no_grad():
        for layer in head.heads.values():
            layer.weight.zero_()
            layer.bias.zero_()
        head.heads["country"].weight[1, 0] = 1.0  # NA where the first number is positive
        head.heads["month"].bias[1] = 1.0
        head.heads["regressions"].weight[:, 1] = 1.0
    said = head.attributes(np.array([[1.0, 0.0], [-1.0, 1.0]]))
    assert said["country"].tolist() == ["NA", "FR"]
    assert said["month"].tolist() == [11, 11]
    assert said["temperature_c"].tolist() == pytest.approx([12.0, 20.0])
    assert said["altitude_m"].tolist() == pytest.approx([np.exp(6.5) - 500, np.exp(6.9) - 500], rel=1e-6)


def test_a_head_of_cells_alone_says_nothing_else():
    said = MultiTaskHead(5, 7).attributes(np.zeros((3, 5)))
    assert isinstance(said, pd.DataFrame)
    assert said.shape == (3, 0)


def test_what_was_saved_is_loaded_with_its_attribute_space(head, tmp_path):
    head.save(tmp_path)
    loaded = MultiTaskHead.load(tmp_path)
    x = torch.randn(3, 5)
    assert all(torch.equal(loaded(x)[name], out) for name, out in head(x).items())
    assert loaded.space == SPACE
    assert not loaded.training
    assert sorted(path.name for path in tmp_path.iterdir()) == ["head.json", "head.safetensors"]


def test_in_half_precision_a_head_is_half_the_size_and_says_nearly_the_same_in_float32(tmp_path):
    torch.manual_seed(0)
    head = MultiTaskHead(64, 100, SPACE).eval()
    head.save(tmp_path / "whole")
    head.save(tmp_path / "half", half=True)
    sizes = [(tmp_path / name / "head.safetensors").stat().st_size for name in ("whole", "half")]
    assert sizes[1] < 0.6 * sizes[0]
    stored = load_file(tmp_path / "half" / "head.safetensors")
    assert stored["heads.cells.weight"].dtype == torch.float16 and stored["heads.cells.bias"].dtype == torch.float32
    assert head.heads["cells"].weight.dtype == torch.float32
    loaded = MultiTaskHead.load(tmp_path / "half")
    assert {parameter.dtype for parameter in loaded.parameters()} == {torch.float32}
    seen = np.random.default_rng(0).normal(size=(5, 64)).astype(np.float32)
    difference = np.abs(loaded.logits(seen) - head.logits(seen)).max()
    assert 0 < difference < 1e-2
    assert loaded.attributes(seen)["country"].tolist() == head.attributes(seen)["country"].tolist()


def test_a_head_that_half_precision_cannot_hold_is_refused_and_what_was_there_stays(head, tmp_path):
    head.save(tmp_path)
    before = (tmp_path / "head.safetensors").read_bytes()
    with torch.no_grad():
        head.heads["cells"].weight[0, 0] = 7e4
    with pytest.raises(ConfigError, match=r"heads\.cells\.weight holds 7e\+04"):
        head.save(tmp_path, half=True)
    assert (tmp_path / "head.safetensors").read_bytes() == before


def edited(folder, **changes):
    shape = json.loads((folder / "head.json").read_text())
    (folder / "head.json").write_text(json.dumps({**shape, **changes}))


@pytest.mark.parametrize(
    "changes",
    [
        {"cells": 8}, {"dim": 10**12}, {"dim": "5"}, {"dim": 5.0}, {"hidden": -1}, {"format": 1}, {"format": None},
        {"attributes": None}, {"attributes": {"classes": {"country": ["FR"]}, "regressions": {}}},
        {"attributes": {"classes": {"month": ["May", "June"]}, "regressions": {}}},
        {"attributes": {"classes": {}, "regressions": {"altitude_m": {"offset": 1.0, "mean": 0.0, "deviation": 0.0}}}},
    ],
    ids=str,
)  # fmt: skip
def test_a_head_whose_description_was_edited_is_refused_in_one_sentence(head, tmp_path, changes):
    head.save(tmp_path)
    edited(tmp_path, **changes)
    with pytest.raises(ArtifactError, match="holds no head that can be used") as refused:
        MultiTaskHead.load(tmp_path)
    assert "\n" not in str(refused.value)


def test_missing_files_foreign_bytes_and_weights_that_are_no_numbers_are_refused(head, tmp_path):
    with pytest.raises(ArtifactError, match="train_head"):
        MultiTaskHead.load(tmp_path)
    head.save(tmp_path)
    weights = load_file(tmp_path / "head.safetensors")
    weights["heads.cells.bias"][0] = float("nan")
    save_file(weights, tmp_path / "head.safetensors")
    with pytest.raises(ArtifactError, match="not finite"):
        MultiTaskHead.load(tmp_path)
    (tmp_path / "head.safetensors").write_bytes(b"\x80\x04pickle")
    with pytest.raises(ArtifactError, match="no head"):
        MultiTaskHead.load(tmp_path)
    (tmp_path / "head.json").write_text("[]")
    with pytest.raises(ArtifactError, match="no head"):
        MultiTaskHead.load(tmp_path)
