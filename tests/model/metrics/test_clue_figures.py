"""Figures of clues and of their families."""

import numpy as np
import pytest

from model.metrics.clue_figures import LEAST_SHOWN, clue_figures, family_figures, family_of

N = 200
KINDS = {"road.line": "classes", "road.kerb": "flag", "soil.rgb": "number", "lamp": "number"}
COLUMNS = {"road.line": [0, 1, 2], "road.kerb": [3], "soil.rgb": [4, 5], "lamp": [6]}


@pytest.fixture
def truth():
    rng = np.random.default_rng(0)
    line = np.eye(3)[rng.choice(3, N, p=[0.6, 0.3, 0.1])]
    return np.column_stack([line, rng.random(N) < 0.25, rng.normal(size=(N, 3))]).astype(np.float32)


def test_perfect_readings_are_perfect_and_majorities_are_those_of_training(truth):
    told = clue_figures(KINDS, COLUMNS, truth, truth, truth)
    assert {name: row["r2"] for name, row in told.items()} == dict.fromkeys(COLUMNS, 1.0)
    assert told["road.line"]["accuracy"] == told["road.kerb"]["accuracy"] == 1.0
    assert told["road.line"]["majority"] == pytest.approx(truth[:, 0].mean(), abs=1e-6)
    assert told["road.kerb"]["majority"] == pytest.approx(1.0 - truth[:, 3].mean(), abs=1e-6)
    assert "accuracy" not in told["soil.rgb"] and told["soil.rgb"]["columns"] == 2
    assert (told["soil.rgb"]["family"], told["lamp"]["family"]) == ("soil", "lamp")


def test_clues_that_few_places_show_or_that_never_differ_are_left_out(truth):
    truth[LEAST_SHOWN - 1 :, 6] = np.nan
    truth[:, 4:6] = 3.0
    told = clue_figures(KINDS, COLUMNS, truth, truth, truth)
    assert set(told) == {"road.line", "road.kerb"}


def test_a_clue_counts_only_where_it_is_shown(truth):
    reading = truth.copy()
    reading[:50, 6] = 99.0
    truth[:50, 6] = np.nan
    told = clue_figures(KINDS, COLUMNS, truth, truth, reading)["lamp"]
    assert told["r2"] == 1.0 and told["n"] == N - 50


def test_families_are_means_and_worse_than_the_mean_counts_as_nothing():
    clues = {
        "a.x": {"family": "a", "r2": 0.5, "accuracy": 0.9, "majority": 0.6}, "a.y": {"family": "a", "r2": -7.0},
        "b": {"family": family_of("b"), "r2": 0.4},
    }  # fmt: skip
    told = family_figures(clues)
    assert list(told) == ["b", "a"], "the best read first"
    assert told["a"] == {"clues": 2, "r2": 0.25, "accuracy": 0.9, "majority": 0.6}
    assert told["b"]["accuracy"] is None
    assert family_figures({}) == {}
