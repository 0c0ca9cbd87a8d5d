"""Radii and expected scores: by hand, for any predictor, and honest on places that nobody fitted them on."""

from dataclasses import dataclass

import numpy as np
import pytest

from model.geo.distance import EARTH_RADIUS_KM, destination, from_unit, haversine_km
from model.predictors import confidence as module
from model.predictors.calibration import LEVELS, Calibration, Radius
from model.predictors.confidence import confidence, expected_scores, fit_radius, half_widths, raw_radii, stretched


@dataclass(frozen=True)
class Regions:
    centroids: np.ndarray


KM = np.pi * EARTH_RADIUS_KM / 180  # of a degree
TWO = Regions(np.array([[0.0, 0.0], [0.0, 20.0]]))


def test_the_expected_score_by_hand():
    scores = np.array([[3.0, 1.0], [0.0, 1.0]])  # rows are made to sum to 1
    guesses = np.array([[0.0, 0.0], [0.0, 0.0]])
    far = 5000 * np.exp(-20 * KM / 1492.7)
    assert expected_scores(scores, guesses, TWO) == pytest.approx([0.75 * 5000 + 0.25 * far, far])
    found = confidence(scores, guesses, TWO, Calibration(expected_line=(100.0, 0.5))).expected_score
    assert found == pytest.approx([100 + 0.5 * (0.75 * 5000 + 0.25 * far), 100 + 0.5 * far])


def test_raw_radii_by_hand():
    # Each region is spread over 10 degrees around its distance: −10 … 10 and 10 … 30 degrees from the guess.
    radii = raw_radii(np.array([[0.6, 0.4]]), np.array([[0.0, 0.0]]), TWO)[0] / KM
    assert half_widths(TWO.centroids) == pytest.approx([10 * KM, 10 * KM])
    assert radii[0] == pytest.approx(-10 + 20 * 0.5 / 0.6)
    assert radii[1] == pytest.approx(10 + 20 * 0.2 / 0.4)
    assert radii[2] == pytest.approx(10 + 20 * 0.35 / 0.4)


def test_a_surer_answer_has_the_smaller_radius_and_a_single_region_covers_the_earth():
    radii = raw_radii(np.array([[0.99, 0.01], [0.5, 0.5]]), np.zeros((2, 2)), TWO)
    assert (radii[0] < radii[1]).all()
    assert raw_radii(np.ones((1, 1)), np.zeros((1, 2)), Regions(np.zeros((1, 2))))[0, 2] <= np.pi * EARTH_RADIUS_KM


def test_nothing_is_promised_where_nothing_was_measured():
    assert np.isnan(confidence(np.ones((1, 2)), np.zeros((1, 2)), TWO, Calibration()).radius_km).all()


def test_the_factor_is_the_quantile_of_the_ratios_with_one_place_to_spare():
    away = np.arange(1.0, 101.0)  # 100 places; unstretched radii of 10 km each
    (factors,) = fit_radius(np.full((100, 3), 10.0), away).factors
    assert factors == pytest.approx((5.1, 8.1, 9.6))  # the 51st, 81st and 96th: ceil(101 · p)


def test_a_larger_probability_never_has_the_smaller_radius_and_groups_have_their_own_factor():
    radius = Radius((100.0,), ((2.0, 0.5, 0.5), (1.0, 1.0, 1.0)))
    wide = stretched(np.array([[50.0, 90.0, 120.0], [60.0, 100.0, 1e9]]), radius)
    assert wide[0].tolist() == [100.0, 100.0, 100.0]
    assert wide[1].tolist() == [60.0, 100.0, np.pi * EARTH_RADIUS_KM]


def toy(n, seed):
    """A predictor that knows its cells with very different certainty, overstates all of it and misses by a tenth."""
    rng = np.random.default_rng(seed)
    regions = Regions(from_unit(np.random.default_rng(7).normal(size=(60, 3))))
    sure = rng.uniform(0.2, 6.0, n)[:, None]
    truth_cell = rng.integers(0, 60, n)
    away = haversine_km(regions.centroids[truth_cell][:, None], regions.centroids[None])
    logits = -away / 2000.0 + rng.normal(size=(n, 60)) * 0.7
    scores = np.exp(sure * 1.7 * (logits - logits.max(axis=1, keepdims=True)))
    guesses = regions.centroids[scores.argmax(axis=1)]
    truth = destination(regions.centroids[truth_cell], rng.uniform(0, 360, n), rng.exponential(300.0, n))
    return scores / scores.sum(axis=1, keepdims=True), guesses, truth, regions


def test_radii_hold_on_unseen_places_as_often_as_they_say_and_for_the_sure_and_the_unsure_alike():
    scores, guesses, truth, regions = toy(2000, 0)
    radius = fit_radius(raw_radii(scores, guesses, regions), haversine_km(guesses, truth))
    calibration = Calibration(radius=radius)
    scores, guesses, truth, regions = toy(4000, 1)
    stated = confidence(scores, guesses, regions, calibration).radius_km
    inside = haversine_km(guesses, truth)[:, None] <= stated
    assert np.abs(inside.mean(axis=0) - LEVELS).max() < 0.03
    raw = raw_radii(scores, guesses, regions)
    assert np.abs((haversine_km(guesses, truth)[:, None] <= raw).mean(axis=0) - LEVELS).max() > 0.05  # before
    order = np.argsort(raw[:, 1])
    for half in (order[:2000], order[2000:]):
        assert np.abs(inside[half].mean(axis=0) - LEVELS).max() < 0.05
    assert (np.diff(stated, axis=1) >= 0).all()


def test_few_places_make_one_group_and_no_score_at_all_is_no_crash():
    scores, guesses, truth, regions = toy(40, 2)
    assert fit_radius(raw_radii(scores, guesses, regions), haversine_km(guesses, truth)).edges == ()
    nobody = np.zeros((0, 60))
    assert confidence(
        nobody, np.zeros((0, 2)), regions, Calibration(radius=Radius((), ((1.0, 1.0, 1.0),)))
    ).radius_km.shape == (0, 3)
    assert np.isfinite(raw_radii(np.zeros((1, 60)), np.zeros((1, 2)), regions)).all()


def test_blocks_give_the_same_radii(monkeypatch):
    scores, guesses, _, regions = toy(30, 3)
    whole = raw_radii(scores, guesses, regions), expected_scores(scores, guesses, regions)
    monkeypatch.setattr(module, "NUMBERS", 120)  # two rows at a time
    assert np.array_equal(raw_radii(scores, guesses, regions), whole[0])
    assert expected_scores(scores, guesses, regions) == pytest.approx(whole[1])


def test_places_that_are_equally_sure_stay_in_one_group():
    away = np.random.default_rng(3).uniform(1, 100, 600)
    assert fit_radius(np.full((600, 3), 5.0), away).edges == ()
    few = np.repeat([1.0, 2.0], [100, 500])[:, None] * np.ones(3)
    assert fit_radius(few, away).edges == (), "100 places are too few for a group of their own"
    tied = np.repeat([1.0, 2.0], [200, 400])[:, None] * np.ones(3)
    found = fit_radius(tied, away)
    assert len(found.edges) == 1 and len(found.factors) == 2
    assert found.factors[0] == pytest.approx(np.sort(away[:200])[[100, 160, 190]])
