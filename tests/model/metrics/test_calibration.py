"""Entropy, calibration error, temperature and top-k."""

import numpy as np
import pytest
from scipy.special import softmax

from model.metrics.calibration import (
    calibration_error,
    coverage,
    entropy,
    expected_calibration_error,
    fit_temperature,
    reliability,
    top_k_share,
)


def test_entropy_is_zero_when_certain_and_log_n_when_lost():
    assert entropy([[1.0, 0.0, 0.0, 0.0], [0.25] * 4]) == pytest.approx([0.0, np.log(4)])


def test_a_confident_liar_has_a_large_calibration_error_and_an_honest_one_none():
    assert expected_calibration_error([[0.9, 0.1]] * 10, [1] * 10) == pytest.approx(0.9)
    assert expected_calibration_error([[0.8, 0.2]] * 10, [0] * 8 + [1] * 2) == pytest.approx(0.0)


def test_the_fitted_temperature_undoes_a_known_one():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4000, 6)) * 2
    labels = np.array([rng.choice(6, p=p) for p in softmax(logits, axis=1)])
    assert fit_temperature(logits * 3.0, labels) == pytest.approx(3.0, rel=0.1)


def test_temperature_survives_logits_that_would_overflow():
    assert np.isfinite(fit_temperature([[1e6, -1e6], [1e6, -1e6]], [0, 1]))


def test_top_5_counts_five_and_not_fifty():
    probabilities = np.linspace(1, 0, 100)[None].repeat(100, axis=0)
    assert top_k_share(probabilities, np.arange(100), 5) == 0.05
    assert top_k_share(probabilities, np.arange(100), 1) == 0.01


def test_ties_are_broken_as_argmax_does_and_few_classes_count_all():
    assert top_k_share([[0.5, 0.5]], [0], 1) == 1.0
    assert top_k_share([[0.5, 0.5]], [1], 1) == 0.0
    assert top_k_share([[0.5, 0.5]], [1], 5) == 1.0


def test_a_reliability_diagram_by_hand():
    diagram = reliability([[0.9, 0.1], [0.95, 0.05], [0.3, 0.7], [0.6, 0.4]], [0, 1, 1, 1], bins=5)
    assert diagram["low"] == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8])
    assert diagram["n"] == [0, 0, 0, 2, 2]
    assert diagram["confidence"] == pytest.approx([0, 0, 0, 0.65, 0.925])
    assert diagram["accuracy"] == pytest.approx([0, 0, 0, 0.5, 0.5])
    assert calibration_error(diagram) == pytest.approx((2 * 0.15 + 2 * 0.425) / 4)


def test_coverage_counts_the_edge_as_inside():
    assert coverage([10.0, 20.0, 30.0, 40.0], [[10.0, 20.0]] * 4).tolist() == [0.25, 0.5]


def test_tables_that_are_read_in_blocks_give_the_same_figures(monkeypatch):
    rng = np.random.default_rng(0)
    logits, truth = rng.normal(size=(50, 7)), rng.integers(0, 7, 50)
    table = softmax(logits, axis=1).astype(np.float32)

    def figures():
        return (entropy(table).tolist(), reliability(table, truth), top_k_share(table, truth, 3),
                round(fit_temperature(logits, truth), 6))  # fmt: skip

    whole = figures()
    monkeypatch.setattr("model.metrics.calibration.BLOCK", 20)  # two rows at a time
    assert figures() == whole
