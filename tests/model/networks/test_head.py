"""The head: folded standardisation, storage, refused files."""

import json

import numpy as np
import pytest
import torch

from model.errors import ArtifactError
from model.networks.head import GeocellHead


@pytest.fixture
def head():
    torch.manual_seed(0)
    head = GeocellHead(5, 7)
    head.temperature.fill_(0.7)
    return head.eval()


def test_probabilities_of_every_row_sum_to_one_even_for_huge_embeddings(head):
    embeddings = np.random.default_rng(0).normal(size=(4, 5)) * [[1], [10], [1e4], [0]]
    probabilities = head.probabilities(embeddings)
    assert probabilities.shape == (4, 7)
    assert np.isfinite(probabilities).all()
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_no_rows_give_no_rows(head):
    assert head.probabilities(np.empty((0, 5), np.float32)).shape == (0, 7)


def test_folding_makes_raw_embeddings_mean_what_standardised_ones_meant(head):
    raw = torch.randn(6, 5) * 3 + 2
    mean, deviation = raw.mean(0), raw.std(0)
    before = head((raw - mean) / deviation)
    head.fold_standardisation(mean, deviation)
    assert torch.allclose(head(raw), before, atol=1e-5)


def test_what_was_saved_is_loaded_temperature_included(head, tmp_path):
    head.save(tmp_path)
    loaded = GeocellHead.load(tmp_path)
    x = torch.randn(3, 5)
    assert torch.equal(loaded(x), head(x))
    assert loaded.temperature == pytest.approx(0.7)
    assert not loaded.training


def test_missing_foreign_and_mismatched_files_are_refused(head, tmp_path):
    with pytest.raises(ArtifactError, match="train_head"):
        GeocellHead.load(tmp_path)
    head.save(tmp_path)
    shape = tmp_path / "head.json"
    shape.write_text(json.dumps({"dim": 5, "cells": 8}))
    with pytest.raises(ArtifactError, match="no geocell head"):
        GeocellHead.load(tmp_path)
    shape.write_text(json.dumps({"dim": 5, "cells": 7}))
    (tmp_path / "head.safetensors").write_bytes(b"\x80\x04pickle")
    with pytest.raises(ArtifactError, match="no geocell head"):
        GeocellHead.load(tmp_path)
