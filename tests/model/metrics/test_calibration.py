"""Entropy, calibration error, temperature and top-k."""

import numpy as np
import pytest
from scipy.special import softmax

from model.metrics.calibration import entropy, expected_calibration_error, fit_temperature, top_k_share


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
