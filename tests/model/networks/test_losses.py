"""Haversine-smoothed targets against the formula worked out by hand."""

import math

import numpy as np
import pytest
import torch

from model.errors import ConfigError
from model.geo.distance import haversine_km
from model.networks.losses import (
    TaskWeights,
    known_cross_entropy,
    known_squared_error,
    multi_task_loss,
    smoothed_cross_entropy,
    smoothed_targets,
)

TRUTH = np.array([[48.0, 2.0], [0.0, 179.9]])
CENTROIDS = np.array([[48.5, 2.0], [48.0, 3.0], [0.0, -179.9], [0.0, 178.0]])


def test_the_target_of_the_true_cell_is_one_and_others_follow_the_formula():
    targets = smoothed_targets(TRUTH, CENTROIDS, 75.0, true_cell=[0, 2], normalise=False)
    assert targets.dtype == torch.float32
    assert targets.shape == (2, 4)
    assert targets[0, 0] == pytest.approx(1.0)
    assert targets[1, 2] == pytest.approx(1.0)
    by_hand = math.exp(-(haversine_km(CENTROIDS[1], TRUTH[0]) - haversine_km(CENTROIDS[0], TRUTH[0])) / 75.0)
    assert targets[0, 1].item() == pytest.approx(by_hand, rel=1e-5)


def test_smoothing_reaches_across_the_antimeridian():
    targets = smoothed_targets(TRUTH, CENTROIDS, 75.0, true_cell=[0, 3], normalise=False)
    assert targets[1, 2] > 1.0  # the cell on the other side is nearer than the true cell's centroid


def test_nearest_reference_never_exceeds_one_and_needs_no_true_cell():
    targets = smoothed_targets(TRUTH, CENTROIDS, 75.0, reference="nearest", normalise=False)
    assert targets.max(dim=1).values.tolist() == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("reference", ["cell", "nearest"])
def test_normalised_rows_sum_to_one_and_keep_the_ratios(reference):
    plain = smoothed_targets(TRUTH, CENTROIDS, 75.0, reference, true_cell=[0, 2], normalise=False)
    normalised = smoothed_targets(TRUTH, CENTROIDS, 75.0, reference, true_cell=[0, 2])
    assert normalised.sum(dim=1).tolist() == pytest.approx([1.0, 1.0])
    assert torch.allclose(plain / plain.sum(dim=1, keepdim=True), normalised, atol=1e-6)


def test_unnormalised_dense_regions_weigh_more():
    crowd = np.concatenate([np.tile(CENTROIDS[:1], (5, 1)), CENTROIDS[2:]])
    targets = smoothed_targets(TRUTH, crowd, 75.0, true_cell=[0, 5], normalise=False)
    assert targets[0].sum() > 4 * targets[1].sum()


def test_tau_zero_is_one_hot():
    targets = smoothed_targets(TRUTH, CENTROIDS, 0.0, true_cell=[1, 3])
    assert targets.tolist() == [[0, 1, 0, 0], [0, 0, 0, 1]]


def test_a_cell_as_wide_as_the_earth_stays_finite():
    targets = smoothed_targets([[0.0, 0.0]], [[0.0, 179.0], [0.0, 0.1]], 1.0, true_cell=[0])
    assert targets.tolist() == [[0.0, 1.0]]


def rectangles():
    """Naive cells that share an edge: the place lies in the long one, next to the representative of the short one."""
    return np.array([[0.0, 0.4]]), np.array([[0.0, 20.0], [0.0, -0.5], [0.0, -0.7]])


def test_places_far_from_their_own_representative_weigh_as_much_as_all_others_by_default():
    place, centroids = rectangles()
    for reference in ("cell", "nearest"):
        assert smoothed_targets(place, centroids, 75.0, reference, [0]).sum().item() == pytest.approx(1.0)


def test_targets_that_would_drown_all_other_places_are_refused_with_a_way_out():
    place, centroids = rectangles()
    by_hand = math.exp((haversine_km(place[0], centroids[0]) - haversine_km(place[0], centroids[1])) / 75.0)
    assert by_hand > 1e10
    with pytest.raises(ConfigError, match=r"drown all other places.*normalised"):
        smoothed_targets(place, centroids, 75.0, true_cell=[0], normalise=False)
    with pytest.raises(ConfigError, match="drown"):  # beyond what a float holds
        smoothed_targets([[0.0, 0.0]], [[0.0, 179.0], [0.0, 0.1]], 1.0, true_cell=[0], normalise=False)
    assert smoothed_targets(place, centroids, 75.0, "nearest", [0], normalise=False).max().item() == 1.0


def test_the_distances_of_targets_are_those_of_the_haversine_law():
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(-90, 90, 50), rng.uniform(-180, 180, 50)])
    cells = np.concatenate([points[:20] + np.array([1e-4, 0.0]), -points[:5]])  # eleven metres away, and antipodes
    targets = smoothed_targets(points, cells, 500.0, "nearest", normalise=False)
    away = haversine_km(points[:, None], cells[None])
    assert np.abs(targets.numpy() - np.exp((away.min(axis=1, keepdims=True) - away) / 500.0)).max() < 1e-5


def test_contradictions_are_refused():
    with pytest.raises(ConfigError, match="tau_km"):
        smoothed_targets(TRUTH, CENTROIDS, -1.0, true_cell=[0, 2])
    with pytest.raises(ConfigError, match="true_cell"):
        smoothed_targets(TRUTH, CENTROIDS, 75.0, normalise=False)


def test_cross_entropy_survives_huge_logits_and_equals_the_plain_one_on_one_hot_targets():
    logits = torch.tensor([[1e4, 0.0, -1e4, 3.0], [0.0, 1.0, 2.0, 3.0]])
    labels = torch.tensor([0, 1])
    ours = smoothed_cross_entropy(logits, torch.nn.functional.one_hot(labels, 4).float())
    assert torch.isfinite(ours)
    assert ours.item() == pytest.approx(torch.nn.functional.cross_entropy(logits, labels).item(), rel=1e-6)


def test_the_gradient_of_the_smoothed_loss_is_softmax_times_weight_less_target():
    logits = torch.tensor([[0.3, -1.0, 2.0], [0.0, 0.5, 0.1]], dtype=torch.float64, requires_grad=True)
    targets = torch.tensor([[1.0, 0.4, 0.0], [0.2, 1.0, 0.7]], dtype=torch.float64)  # rows that do not sum to 1
    smoothed_cross_entropy(logits, targets).backward()
    by_hand = (torch.softmax(logits, 1) * targets.sum(1, keepdim=True) - targets) / 2
    assert torch.allclose(logits.grad, by_hand.detach())
    assert torch.autograd.gradcheck(lambda z: smoothed_cross_entropy(z, targets), logits)


def test_normalised_targets_change_the_gradient_by_the_weight_of_the_place_alone():
    plain = smoothed_targets(TRUTH, CENTROIDS, 75.0, true_cell=[0, 2], normalise=False)
    even = smoothed_targets(TRUTH, CENTROIDS, 75.0, true_cell=[0, 2])
    logits = torch.randn(2, 4, generator=torch.Generator().manual_seed(0), requires_grad=True)
    (a,) = torch.autograd.grad(smoothed_cross_entropy(logits, plain), logits)
    (b,) = torch.autograd.grad(smoothed_cross_entropy(logits, even), logits)
    assert torch.allclose(a, b * plain.sum(dim=1, keepdim=True), atol=1e-6)


def test_the_smoothed_loss_is_least_where_the_probabilities_are_the_normalised_targets():
    targets = smoothed_targets(TRUTH, CENTROIDS, 75.0, true_cell=[0, 2])
    logits = torch.log(targets.clamp_min(1e-30)).requires_grad_()
    (gradient,) = torch.autograd.grad(smoothed_cross_entropy(logits, targets), logits)
    assert gradient.abs().max() < 1e-6


def test_the_loss_of_all_tasks_is_the_papers_sum_worked_out_by_hand():
    outputs = {
        "cells": torch.zeros(2, 4), "koppen": torch.zeros(2, 3),
        "month": torch.tensor([[0.0] * 12, [5.0] + [0.0] * 11]), "regressions": torch.tensor([[1.0, 2.0], [0.0, 3.0]]),
    }  # fmt: skip
    targets = {
        "cells": torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0]]),
        "koppen": torch.tensor([2, 0]),
        "month": torch.tensor([0, -100]),  # the second month is not known
        "regressions": torch.tensor([[0.0, float("nan")], [2.0, 3.0]]),
    }
    total, parts = multi_task_loss(outputs, targets, TaskWeights())
    by_hand = {"cells": math.log(4), "koppen": math.log(3), "month": math.log(12), "regressions": (1 + 4 + 0) / 3}
    assert {name: loss.item() for name, loss in parts.items()} == pytest.approx(by_hand)
    by_hand_total = math.log(4) + 2 * math.log(3) + math.log(12) + 8 * 5 / 3
    assert total.item() == pytest.approx(by_hand_total)


def test_what_nobody_knows_costs_nothing_and_moves_nothing():
    logits, values = torch.randn(3, 4, requires_grad=True), torch.randn(3, 2, requires_grad=True)
    loss = known_cross_entropy(logits, torch.full((3,), -100)) + known_squared_error(
        values, torch.full((3, 2), math.nan)
    )
    loss.backward()
    assert loss.item() == 0.0
    assert logits.grad.abs().sum() == values.grad.abs().sum() == 0.0


def test_a_gap_moves_no_regression_and_the_rest_move_by_their_error():
    predicted = torch.tensor([[1.0, 5.0], [2.0, 2.0]], requires_grad=True)
    known_squared_error(predicted, torch.tensor([[0.0, math.nan], [2.0, 0.0]])).backward()
    assert predicted.grad.tolist() == [[pytest.approx(2 / 3), 0.0], [0.0, pytest.approx(4 / 3)]]


def test_a_weight_scales_the_gradient_of_its_task_alone():
    outputs = {"cells": torch.randn(2, 3, requires_grad=True), "koppen": torch.randn(2, 3, requires_grad=True)}
    targets = {"cells": torch.eye(3)[:2], "koppen": torch.tensor([0, 1])}
    grads = [
        torch.autograd.grad(multi_task_loss(outputs, targets, TaskWeights(koppen=k))[0], list(outputs.values()))
        for k in (1.0, 3.0)
    ]
    assert torch.allclose(grads[0][0], grads[1][0])
    assert torch.allclose(grads[0][1] * 3, grads[1][1])


def test_weights_below_zero_and_a_head_without_cells_are_refused():
    assert TaskWeights(month=0.0).left_out == {"month"}
    for wrong in ({"month": -1.0}, {"cells": 0.0}, {"regressions": math.nan}):
        with pytest.raises(ConfigError, match="weights"):
            TaskWeights(**wrong)
