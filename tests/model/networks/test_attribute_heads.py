"""Heads of attributes: learn, are honest, are kept without pickle; and a tower that is trained with them."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from model.errors import ArtifactError, ConfigError
from model.networks.attribute_heads import AttributeHeads
from model.networks.attribute_training import Pace, figures_of, fit_heads, fitted_temperatures, loss_of, thinned

RNG = np.random.default_rng(0)
N, DIM = 600, 12


def told():
    """Embeddings that show two attributes, the scale of each number another; one label in seven is not known."""
    seen = RNG.normal(size=(N, DIM)).astype(np.float32) * np.geomspace(0.1, 30.0, DIM).astype(np.float32)
    labels = {"density": (seen[:, 0] > 0).astype(np.int64) + (seen[:, 3] > 0), "land_cover": np.zeros(N, np.int64)}
    labels["land_cover"] = (seen[:, 5] > 0).astype(np.int64)
    labels["density"][::7] = -1
    rows = {"train": np.arange(0, 400), "validation": np.arange(400, N)}
    return seen, rows, {split: {k: v[of] for k, v in labels.items()} for split, of in rows.items()}


def fitted(hidden=0, **changes):
    seen, rows, labels = told()
    torch.manual_seed(0)
    heads = AttributeHeads(DIM, {"density": 3, "land_cover": 2}, hidden)
    pace = Pace(**({"epochs": 15, "patience": 5, "batch": 64, "lr": 0.05, "weight_decay": 0.0, "seed": 0} | changes))
    return seen, rows, labels, heads, fit_heads(heads, seen, rows, labels, pace)


@pytest.mark.parametrize("hidden", [0, 8])
def test_heads_learn_what_embeddings_show_and_take_them_raw(hidden):
    seen, rows, labels, heads, (epochs, kept) = fitted(hidden)
    shares = heads.probabilities(seen[rows["validation"]])
    assert all(found.sum(axis=1) == pytest.approx(1.0) for found in shares.values())
    figures = figures_of(shares, labels["validation"])
    assert figures["land_cover"]["accuracy"] > 0.9 and figures["density"]["accuracy"] > 0.65
    assert figures["density"]["n"] < figures["land_cover"]["n"] == 200 and 1 <= kept <= epochs


def test_single_views_are_read_by_their_mean():
    seen, _, _, heads, _ = fitted()
    views = np.stack([seen[:5] - 1.0, seen[:5] + 1.0], axis=1)
    for name, values in heads.logits(views).items():
        assert values == pytest.approx(heads.logits(seen[:5])[name], abs=1e-4)


def test_heads_come_back_from_their_files_as_they_were(tmp_path):
    seen, _, _, heads, _ = fitted(hidden=4)
    heads.save(tmp_path)
    again = AttributeHeads.load(tmp_path)
    assert again.temperature == heads.temperature
    for name, values in heads.logits(seen[:9]).items():
        assert np.array_equal(again.logits(seen[:9])[name], values)


def test_files_that_are_no_heads_are_refused_in_a_sentence(tmp_path):
    heads = AttributeHeads(4, {"density": 3})
    with pytest.raises(ArtifactError, match="train_attributes"):
        AttributeHeads.load(tmp_path)
    for change in ({"format": 9}, {"dim": 5}, {"classes": {"density": 10**9}}, {"temperature": {"density": -1.0}},
                   {"hidden": "4"}):  # fmt: skip
        heads.save(tmp_path)
        shape = json.loads((tmp_path / "heads.json").read_text()) | change
        (tmp_path / "heads.json").write_text(json.dumps(shape))
        with pytest.raises(ArtifactError, match="no heads of attributes"):
            AttributeHeads.load(tmp_path)
    heads.save(tmp_path)
    tensors = load_file(tmp_path / "heads.safetensors")
    tensors["heads.density.weight"][0, 0] = float("nan")
    save_file(tensors, tmp_path / "heads.safetensors")
    with pytest.raises(ArtifactError, match="not finite"):
        AttributeHeads.load(tmp_path)
    (tmp_path / "heads.safetensors").write_bytes(b"pickle")
    with pytest.raises(ArtifactError, match="no heads of attributes"):
        AttributeHeads.load(tmp_path)


def test_embeddings_of_another_encoder_or_not_finite_are_refused():
    heads = AttributeHeads(4, {"density": 3})
    with pytest.raises(ArtifactError, match=r"looked for embeddings \(N, 4\)"):
        heads.probabilities(np.zeros((2, 5)))
    with pytest.raises(ArtifactError, match="finite"):
        heads.probabilities(np.full((2, 4), np.nan))


def test_a_temperature_makes_overbold_logits_honest_and_none_is_one():
    true = RNG.integers(0, 2, 4000)
    said = np.where(RNG.random(4000) < 0.75, true, 1 - true)  # right three times in four
    logits = np.zeros((4000, 2), np.float32)
    logits[np.arange(4000), said] = 4.0  # says 98 %
    found = fitted_temperatures({"a": logits, "b": logits}, {"a": true, "b": np.full(4000, -1)})
    assert found["b"] == 1.0 and 1.0 / (1.0 + np.exp(-4.0 / found["a"])) == pytest.approx(0.75, abs=0.02)


def test_the_loss_of_places_without_any_class_is_nothing():
    logits = {"a": torch.tensor([[2.0, 0.0], [0.0, 1.0]])}
    assert float(loss_of(logits, {"a": torch.tensor([-1, -1])})) == 0.0
    one = float(loss_of(logits, {"a": torch.tensor([0, -1])}))
    assert one == pytest.approx(float(torch.nn.functional.cross_entropy(logits["a"][:1], torch.tensor([0]))))


def test_places_in_towns_are_thinned_and_no_others():
    many = np.arange(8000) % 2 == 0
    kept = thinned(many, 0.125, seed=1)
    assert (~many[kept]).sum() == 4000 and 400 < many[kept].sum() < 600
    assert np.array_equal(kept, thinned(many, 0.125, seed=1))


def test_losses_that_are_no_numbers_are_told():
    with pytest.raises(ConfigError, match="smaller --lr"):
        fitted(lr=float("inf"))
