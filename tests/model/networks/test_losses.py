"""Haversine-smoothed targets against the formula worked out by hand."""

import math

import numpy as np
import pytest
import torch

from model.errors import ConfigError
from model.geo.distance import haversine_km
from model.networks.losses import smoothed_cross_entropy, smoothed_targets

TRUTH = np.array([[48.0, 2.0], [0.0, 179.9]])
CENTROIDS = np.array([[48.5, 2.0], [48.0, 3.0], [0.0, -179.9], [0.0, 178.0]])


def test_the_target_of_the_true_cell_is_one_and_others_follow_the_formula():
    targets = smoothed_targets(TRUTH, CENTROIDS, 75.0, true_cell=[0, 2])
    assert targets.dtype == torch.float32
    assert targets.shape == (2, 4)
    assert targets[0, 0] == pytest.approx(1.0)
    assert targets[1, 2] == pytest.approx(1.0)
    by_hand = math.exp(-(haversine_km(CENTROIDS[1], TRUTH[0]) - haversine_km(CENTROIDS[0], TRUTH[0])) / 75.0)
    assert targets[0, 1].item() == pytest.approx(by_hand, rel=1e-5)


def test_smoothing_reaches_across_the_antimeridian():
    targets = smoothed_targets(TRUTH, CENTROIDS, 75.0, true_cell=[0, 3])
    assert targets[1, 2] > 1.0  # the cell on the other side is nearer than the true cell's centroid


def test_nearest_reference_never_exceeds_one_and_needs_no_true_cell():
    targets = smoothed_targets(TRUTH, CENTROIDS, 75.0, reference="nearest")
    assert targets.max(dim=1).values.tolist() == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("reference", ["cell", "nearest"])
def test_normalised_rows_sum_to_one_and_keep_the_ratios(reference):
    plain = smoothed_targets(TRUTH, CENTROIDS, 75.0, reference, true_cell=[0, 2])
    normalised = smoothed_targets(TRUTH, CENTROIDS, 75.0, reference, true_cell=[0, 2], normalise=True)
    assert normalised.sum(dim=1).tolist() == pytest.approx([1.0, 1.0])
    assert torch.allclose(plain / plain.sum(dim=1, keepdim=True), normalised, atol=1e-6)


def test_unnormalised_dense_regions_weigh_more():
    crowd = np.concatenate([np.tile(CENTROIDS[:1], (5, 1)), CENTROIDS[2:]])
    targets = smoothed_targets(TRUTH, crowd, 75.0, true_cell=[0, 5])
    assert targets[0].sum() > 4 * targets[1].sum()


def test_tau_zero_is_one_hot():
    targets = smoothed_targets(TRUTH, CENTROIDS, 0.0, true_cell=[1, 3])
    assert targets.tolist() == [[0, 1, 0, 0], [0, 0, 0, 1]]


def test_a_cell_as_wide_as_the_earth_stays_finite():
    targets = smoothed_targets([[0.0, 0.0]], [[0.0, 179.0], [0.0, 0.1]], 1.0, true_cell=[0])
    assert torch.isfinite(targets).all()


def test_contradictions_are_refused():
    with pytest.raises(ConfigError, match="tau_km"):
        smoothed_targets(TRUTH, CENTROIDS, -1.0, true_cell=[0, 2])
    with pytest.raises(ConfigError, match="true_cell"):
        smoothed_targets(TRUTH, CENTROIDS, 75.0)


def test_cross_entropy_survives_huge_logits_and_equals_the_plain_one_on_one_hot_targets():
    logits = torch.tensor([[1e4, 0.0, -1e4, 3.0], [0.0, 1.0, 2.0, 3.0]])
    labels = torch.tensor([0, 1])
    ours = smoothed_cross_entropy(logits, torch.nn.functional.one_hot(labels, 4).float())
    assert torch.isfinite(ours)
    assert ours.item() == pytest.approx(torch.nn.functional.cross_entropy(logits, labels).item(), rel=1e-6)
