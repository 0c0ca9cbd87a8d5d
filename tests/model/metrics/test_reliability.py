"""Bins of confidence and radii, by hand."""

import pytest

from model.metrics.calibration import expected_calibration_error
from model.metrics.reliability import calibration_error, coverage, reliability


def test_bins_hold_what_fell_into_them():
    bins = reliability([0.05, 0.95, 0.85, 1.0], [0, 1, 0, 1], bins=10)
    assert [(one["from"], one["places"], one["accuracy"]) for one in bins] == [(0.0, 1, 0), (0.8, 1, 0), (0.9, 2, 1)]
    assert bins[2]["confidence"] == pytest.approx(0.975)
    assert calibration_error(bins) == pytest.approx((0.05 + 0.85 + 2 * 0.025) / 4)


def test_the_error_of_bins_is_the_expected_calibration_error():
    probabilities = [[0.7, 0.3], [0.4, 0.6], [0.55, 0.45]]
    right = [True, False, True]
    bins = reliability([0.7, 0.6, 0.55], right)
    assert calibration_error(bins) == pytest.approx(expected_calibration_error(probabilities, [0, 0, 0]))


def test_coverage_counts_truths_within_their_own_radius():
    found = coverage({"50": [10.0, 20.0, 30.0, 40.0]}, [10.0, 21.0, 5.0, 39.0])
    assert found == {"50": {"share": 0.75, "median_radius_km": 25.0}}
