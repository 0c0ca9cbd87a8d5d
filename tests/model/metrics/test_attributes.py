"""Errors of what is read beside the place, by hand."""

import numpy as np
import pandas as pd
import pytest

from model.metrics.attributes import attribute_errors


def test_names_are_counted_and_numbers_measured_where_the_truth_is_known():
    said = pd.DataFrame({"koppen": ["Cfb", "Af", "Dfb"], "month": [7, 7, 1], "altitude_m": [100.0, 0.0, 7.0],
                         "own": [1, 2, 3]})  # fmt: skip
    truth = pd.DataFrame(
        {"koppen": ["Cfb", "Aw", ""], "month": [7.0, 8.0, np.nan], "altitude_m": [110.0, -30.0, np.nan]}
    )
    assert attribute_errors(said, truth) == {
        "koppen": {"n": 2, "accuracy": 0.5},
        "month": {"n": 2, "accuracy": 0.5},
        "altitude_m": {"n": 2, "mean_error": pytest.approx(20.0), "median_error": pytest.approx(20.0)},
    }


def test_a_column_without_truths_is_left_out():
    assert attribute_errors(pd.DataFrame({"koppen": ["Cfb"]}), pd.DataFrame({"koppen": [None]})) == {}


def test_a_name_that_training_never_saw_is_wrong_and_a_gap_is_not_counted():
    said = pd.DataFrame({"country": ["FR", "NA", "FR"], "temperature_c": [11.0, 17.0, 0.0]})
    truth = pd.DataFrame({"country": ["FR", "XX", None], "temperature_c": [10.0, 20.0, np.nan]})
    assert attribute_errors(said, truth) == {
        "country": {"n": 2, "accuracy": 0.5},
        "temperature_c": {"n": 2, "mean_error": 2.0, "median_error": 2.0},
    }
