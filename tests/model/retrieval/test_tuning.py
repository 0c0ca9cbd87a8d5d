"""Tuning finds what helps on validation and reports what it gave."""

import numpy as np

from model.geo.distance import haversine_km
from model.geo.scoring import geoguessr_score
from model.retrieval.index import build_index
from model.retrieval.refiner import RefinerSettings, match, refine
from model.retrieval.space import fit_space
from model.retrieval.tuning import tune


def test_the_best_trial_is_first_no_worse_than_the_start_and_says_what_it_measured():
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(-60, 60, 300), rng.uniform(-180, 180, 300)])
    vectors = (points / 10 + rng.normal(size=points.shape) * 0.1).astype(np.float32)
    cells = np.arange(300) // 10
    centroids = np.stack([points[cells == c].mean(axis=0) for c in range(30)])
    space = fit_space("raw", 0, vectors, cells)
    index = build_index(np.arange(300).astype(str).astype(object), points, cells, np.tile(np.arange(10), 30), vectors,
                        space, 30, "Flat")  # fmt: skip
    truth = points[::3] + 0.2
    probability = rng.dirichlet(np.ones(30), 100).astype(np.float32)
    matches = match(index, (truth / 10).astype(np.float32), probability, centroids, 30, 3)
    start = RefinerSettings(max_move_km=0.0)
    trials = tune(matches, truth, start)
    assert [t.value for t in trials] == sorted((t.value for t in trials), reverse=True)
    assert len({t.settings for t in trials}) == len(trials)
    guess = refine(matches, trials[0].settings).guess
    assert trials[0].mean_score == np.mean(geoguessr_score(haversine_km(guess, truth)))
    assert trials[0].mean_score >= np.mean(geoguessr_score(haversine_km(refine(matches, start).guess, truth)))
    assert trials[0].settings.candidates > 5  # probabilities are noise here, looks are not
