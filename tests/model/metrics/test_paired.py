"""Two runs on the same places, by hand."""

import numpy as np
import pandas as pd
import pytest

from model.errors import ManifestError
from model.metrics.paired import paired_difference


def run(distance, country=("FR", "FR"), ids=("a", "b"), **changes):
    columns = {"id": ids, "truth_lat": [1.0, 2.0], "truth_lng": [3.0, 4.0], "distance_km": distance,
               "country": country, "truth_country": ["FR", ""]}  # fmt: skip
    return pd.DataFrame(columns | changes)


def test_differences_are_taken_place_by_place_in_any_order():
    ours, theirs = run([10.0, 100.0]), run([1000.0, 10.0], ("DE", "FR")).iloc[::-1]
    found = paired_difference(ours, theirs, scale_km=1000.0)
    scores = 5000 * np.exp(-np.array([10, 100, 1000, 10]) / 1000)
    assert found["n"] == 2
    assert found["mean_score"] == pytest.approx((scores[0] + scores[1] - scores[2] - scores[3]) / 2, abs=1)
    assert found["country_accuracy"] == 0.5  # the second place lies at sea: nobody is right there
    assert (found["within_25_km"], found["within_200_km"]) == (0.0, 0.5)
    assert found["log_distance"] == pytest.approx((np.log(10 / 1000) + np.log(100 / 10)) / 2)
    low, high = found["mean_score_95"]
    assert low <= found["mean_score"] <= high


def test_equal_runs_differ_by_nothing_and_ids_may_be_numbers():
    found = paired_difference(run([1.0, 2.0], ids=(1, 2)), run([1.0, 2.0], ids=("1", "2")))
    assert found["mean_score"] == 0 and found["mean_score_95"] == (0.0, 0.0)


@pytest.mark.parametrize(
    ("theirs", "sentence"),
    [
        (run([1.0, 2.0], ids=("x", "y")), "different places"),
        (run([1.0, 2.0], ids=("a", "a")), "'a' twice"),
        (run([1.0, 2.0], truth_lat=[1.0, 2.5]), "1 ids, such as 'b'"),
        (run([1.0, 2.0]).drop(columns="distance_km"), "without distance_km"),
    ],
)
def test_runs_that_cannot_be_compared_are_refused_in_a_sentence(theirs, sentence):
    with pytest.raises(ManifestError, match=sentence):
        paired_difference(run([1.0, 2.0]), theirs)
