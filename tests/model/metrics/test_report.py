"""The report has the keys that metrics.json promises, and says when one system beats another."""

import numpy as np
import pytest

from model.geo.distance import destination
from model.metrics.report import Truth, difference, report

TRUTH = Truth(np.array([[48.0, 2.0], [-33.0, 151.0], [0.0, 180.0]]), np.array(["FR", "AU", "FJ"], object), np.arange(3))


def test_a_perfect_guess_has_perfect_figures():
    figures = report(TRUTH.points, TRUTH.country, np.eye(3, dtype=np.float32), TRUTH)
    assert {
        "n",
        "country_accuracy",
        "within_km",
        "median_km",
        "mean_km",
        "mean_score",
        "cell_top1",
        "cell_top5",
    } <= set(figures)
    assert figures["country_accuracy"] == figures["cell_top1"] == figures["cell_top5"] == 1.0
    assert figures["mean_score"] == 5000
    assert figures["within_km"]["1"] == 1.0
    assert figures["expected_calibration_error"] == pytest.approx(0.0)


def test_the_difference_is_paired_and_signed():
    near, far = destination(TRUTH.points, 90.0, 10.0), destination(TRUTH.points, 90.0, 500.0)
    better = difference(near, far, TRUTH)
    assert better["mean_score"] > 0
    assert better["within_25_km"] == 1.0
    assert difference(far, near, TRUTH)["mean_score"] == -better["mean_score"]
