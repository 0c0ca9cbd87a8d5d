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


def test_the_sea_is_no_country_in_the_estimate_and_in_its_interval():
    truth = Truth(np.repeat(TRUTH.points[:1], 4, axis=0), np.array(["FR", "", "", None], object), np.zeros(4, int))
    said = np.array(["FR", "", "", None], object)
    figures = report(truth.points, said, np.ones((4, 1), np.float32), truth)
    low, high = figures["interval_95"]["country_accuracy"]
    assert figures["country_accuracy"] == 0.25
    assert (low, high) == (0.0, 0.75)


def test_the_difference_is_measured_on_the_scale_of_its_map():
    near, far = destination(TRUTH.points, 90.0, 10.0), destination(TRUTH.points, 90.0, 500.0)
    worth = [difference(near, far, TRUTH, scale_km)["mean_score"] for scale_km in (1492.7, 100.0)]
    by_hand = [5000 * (np.exp(-10 / scale) - np.exp(-500 / scale)) for scale in (1492.7, 100.0)]
    assert worth == pytest.approx(by_hand, abs=1.0)


def test_the_report_says_how_often_stated_radii_held_and_draws_the_reliability_diagram():
    guess = destination(TRUTH.points, 90.0, [10.0, 100.0, 1000.0])
    radii = np.tile([50.0, 200.0, 2000.0], (3, 1))
    figures = report(guess, TRUTH.country, np.eye(3, dtype=np.float32), TRUTH, radius_km=radii)
    assert figures["within_radius"] == pytest.approx([1 / 3, 2 / 3, 1.0])
    assert figures["reliability"]["n"][-1] == 3
    assert "within_radius" not in report(guess, TRUTH.country, np.eye(3, dtype=np.float32), TRUTH)
