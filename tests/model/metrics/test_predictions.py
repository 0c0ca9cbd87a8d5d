"""Figures of predictions.csv are those that evaluate told when it wrote the file."""

import json

import numpy as np
import pandas as pd
import pytest

from model import evaluate
from model.errors import ManifestError
from model.metrics.predictions import figures_of


def test_they_are_the_figures_of_metrics_json(toy_run, tmp_path):
    config = evaluate.EvaluateConfig(toy_run.manifest, tmp_path, toy_run.out, toy_run.embeddings)
    told = json.loads(evaluate.main(config).read_text())
    again = figures_of(pd.read_csv(tmp_path / "predictions.csv", keep_default_na=False))
    for key in ("n", "country_accuracy", "mean_score", "within_km"):
        assert again[key] == pytest.approx(told[key]), key
    assert again["median_km"] == pytest.approx(told["median_km"], abs=0.01)
    for radius, share in told["within_km"].items():
        low, high = told["interval_95"]["within_km"][radius]
        assert low <= share <= high
        assert again["interval_95"]["within_km"][radius] == pytest.approx((low, high))
    assert told["interval_95"]["within_25_km"] == told["interval_95"]["within_km"]["25"]


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"distance_km": [1.0], "country": "DE"}),
        pd.DataFrame({"distance_km": [], "country": [], "truth_country": []}),
        pd.DataFrame({"distance_km": [1.0, np.nan], "country": "DE", "truth_country": "DE"}),
        pd.DataFrame({"distance_km": ["far"], "country": "DE", "truth_country": "DE"}),
        pd.DataFrame({"distance_km": [-1.0], "country": "DE", "truth_country": "DE"}),
    ],
)
def test_what_are_no_predictions_is_refused(table):
    with pytest.raises(ManifestError, match=r"predictions\.csv"):
        figures_of(table)
