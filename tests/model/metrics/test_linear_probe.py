"""Linear probes: what lies in an embedding is read, what does not is not, and gaps are nobody's business."""

import numpy as np
import pytest

from model.metrics.linear_probe import (
    Parts,
    class_figures,
    number_figures,
    r_squared,
    read_classes,
    read_numbers,
    standardised,
)

N, D = 900, 12
PARTS = Parts(np.arange(600), np.arange(600, 750), np.arange(750, 900))


@pytest.fixture
def features():
    return standardised(np.random.default_rng(0).normal(size=(N, D)), PARTS.fit)


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_features_are_standardised_on_the_rows_of_the_fit_and_constant_ones_are_dropped(rng):
    plain = np.column_stack([rng.normal(50.0, 3.0, N), np.full(N, 1e4)])
    plain[700:, 0] += 1000.0
    done = standardised(plain, PARTS.fit)
    assert done[PARTS.fit, 0].mean() == pytest.approx(0.0, abs=1e-4)
    assert done[PARTS.fit, 0].std() == pytest.approx(1.0, abs=1e-3)
    assert done[800, 0] > 100.0 and not done[:, 1].any()


def test_a_number_that_is_linear_in_the_embedding_is_read_in_its_own_unit(features, rng):
    target = (300.0 + 40.0 * features @ rng.normal(size=D))[:, None].astype(np.float32)
    read = read_numbers(features, target, PARTS)
    assert read.shape == (150, 1)
    assert r_squared(target[PARTS.asked], read) > 0.999
    assert np.abs(read - target[PARTS.asked]).mean() < 2.0


def test_a_number_that_is_not_in_the_embedding_is_read_as_its_mean(features, rng):
    target = rng.normal(5.0, 1.0, (N, 1)).astype(np.float32)
    read = read_numbers(features, target, PARTS)
    assert abs(r_squared(target[PARTS.asked], read)) < 0.1
    assert read.std() < 0.3 and read.mean() == pytest.approx(5.0, abs=0.2)


def test_gaps_do_not_touch_other_columns_and_each_column_is_fitted_to_what_it_knows(features, rng):
    target = (features @ rng.normal(size=(D, 3))).astype(np.float32)
    whole = read_numbers(features, target, PARTS)
    holes = target.copy()
    holes[rng.random(N) < 0.5, 1] = np.nan
    holes[:, 2] = np.nan
    read = read_numbers(features, holes, PARTS)
    np.testing.assert_allclose(read[:, 0], whole[:, 0], atol=1e-4)
    assert r_squared(target[PARTS.asked, 1:2], read[:, 1:2]) > 0.99
    assert np.isnan(read[:, 2]).all(), "nothing is known of it"


def test_what_is_only_known_by_heart_is_held_back_by_the_rows_that_choose(rng):
    """More features than places: a plain fit would know every training place and nothing else."""
    wide = standardised(rng.normal(size=(N, 700)), PARTS.fit)
    target = (wide[:, 0] + 2.0 * rng.normal(size=N))[:, None].astype(np.float32)
    read = read_numbers(wide, target, PARTS)
    x = np.column_stack([wide, np.ones(N)])
    plain = x[PARTS.asked] @ np.linalg.lstsq(x[PARTS.fit], target[PARTS.fit], rcond=None)[0]
    assert r_squared(target[PARTS.asked], plain) < -0.5 < r_squared(target[PARTS.asked], read)


def test_classes_are_read_and_rare_ones_too(features, rng):
    centres = 3.0 * rng.normal(size=(4, D))
    labels = rng.choice(4, N, p=[0.6, 0.3, 0.07, 0.03])
    said = read_classes((features + centres[labels]).astype(np.float32), labels, PARTS)
    true = labels[PARTS.asked]
    assert (said == true).mean() > 0.97 and (said[true == 3] == 3).mean() > 0.7


def test_classes_of_noise_are_answered_with_the_commonest(features, rng):
    labels = rng.choice([2, 5], N, p=[0.8, 0.2])
    labels[::7] = -1
    said = read_classes(features, labels, PARTS)
    assert set(said) <= {2, 5} and (said == 2).mean() > 0.9


def test_without_a_label_there_is_nothing_to_fit(features):
    with pytest.raises(ValueError, match="found none"):
        read_classes(features, np.full(N, -1), PARTS)


def test_r_squared_pools_columns_and_knows_no_constant():
    truth = np.array([[0.0, 1.0], [2.0, np.nan], [4.0, 3.0]])
    assert r_squared(truth, truth) == 1.0
    assert r_squared(truth, np.array([[2.0, 2.0]] * 3)) == pytest.approx(0.0)
    assert r_squared(truth, np.array([[0.0, 2.0], [2.0, 9.0], [4.0, 2.0]])) == pytest.approx(1 - 2 / 10)
    assert r_squared(np.ones((3, 1)), np.ones((3, 1))) is None
    assert r_squared(np.full((3, 1), np.nan), np.ones((3, 1))) is None
    assert number_figures(np.ones((3, 1)), np.ones((3, 1))) is None


def test_intervals_lie_around_the_figure_and_are_narrower_with_more_places(rng):
    truth = rng.normal(size=(400, 1))
    read = truth + rng.normal(size=(400, 1))
    few, many = number_figures(truth[:40], read[:40]), number_figures(truth, read)
    for told in (few, many):
        assert told["r2_95"][0] < told["r2"] < told["r2_95"][1]
    assert np.ptp(many["r2_95"]) < np.ptp(few["r2_95"]) and many["n"] == 400


def test_accuracy_stands_beside_what_the_commonest_class_would_get():
    told = class_figures(np.array([1, 1, 2, 3]), np.array([1, 2, 2, 1]), 1)
    assert told["accuracy"] == 0.5 and told["majority"] == 0.5 and told["n"] == 4
    assert 0.0 <= told["accuracy_95"][0] <= 0.5 <= told["accuracy_95"][1] <= 1.0
