"""Figures of the field, against values known from the papers or by hand."""

import numpy as np
import pytest

from model.metrics.distance import share_equal, share_within, summary


def test_shares_are_keyed_as_people_write_thresholds_and_include_the_edge():
    shares = share_within([0.5, 25.0, 26.0, 3000.0])
    assert shares == {"1": 0.25, "25": 0.5, "200": 0.75, "750": 0.75, "2500": 0.75}


def test_countries_compare_by_code_and_the_nameless_sea_is_never_right():
    assert share_equal(["NA", "FR", "", None], ["NA", "DE", "", None]) == 0.25


def test_no_places_have_no_figures():
    assert share_equal([], []) == 0.0
    with pytest.raises(ValueError, match="found none"):
        summary(np.empty((0, 2)), np.empty((0, 2)))


def test_summary_measures_across_the_antimeridian_with_the_scale_given():
    guess, truth = np.array([[0.0, 179.9], [10.0, 10.0]]), np.array([[0.0, -179.9], [10.0, 10.0]])
    figures = summary(guess, truth)
    assert figures["n"] == 2
    assert figures["mean_km"] == pytest.approx(11.12, abs=0.01)
    assert figures["within_km"]["25"] == 1.0
    assert figures["mean_score"] == pytest.approx((4926 + 5000) / 2)
    assert summary(guess, truth, scale_km=10.0)["mean_score"] < 4000
