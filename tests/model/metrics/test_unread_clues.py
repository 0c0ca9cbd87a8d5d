"""What the truth of a clue would be worth: a toy Earth whose clues are known by construction."""

import numpy as np
import pytest

from model.geo.distance import haversine_km
from model.metrics import unread_clues
from model.metrics.unread_clues import Asked, Known, neighbours, settled_figures, what_they_lacked, worth

CLUES = {"signs.word": [0, 1, 2], "soil.rgb": [3], "sky.sun": [4]}
FAMILIES = {"signs": ["signs.word"], "soil": ["soil.rgb"], "sky": ["sky.sun"]}


def places(n, seed):
    """Places in 40 towns far apart: a word that tells the town, a soil that tells the half, a sun that does not."""
    rng = np.random.default_rng(seed)
    towns = np.stack(np.meshgrid(np.linspace(-60, 60, 5), np.linspace(-170, 150, 8)), axis=-1).reshape(-1, 2)
    own = rng.integers(0, len(towns), n)
    word = np.random.default_rng(7).normal(size=(len(towns), 3))[own] + 0.02 * rng.normal(size=(n, 3))
    soil = np.sign(towns[own, :1]) + 0.1 * rng.normal(size=(n, 1))
    clues = np.concatenate([word, soil, rng.normal(size=(n, 1))], axis=1).astype(np.float32)
    country = np.array([f"C{k}" for k in range(len(towns))], object)[own]
    return towns[own] + 0.3 * rng.normal(size=(n, 2)), country, clues


@pytest.fixture
def known():
    return Known(*places(1500, 0))


def asked(n, seed):
    """An embedding that reads the soil, half reads the sun and never the word."""
    points, country, clues = places(n, seed)
    read = np.random.default_rng(seed).normal(size=clues.shape).astype(np.float32) * 0.1
    read[:, 3] = clues[:, 3]
    read[:, 4] += 0.5 * clues[:, 4]
    return Asked(points, country, read, clues)


def test_the_clue_that_tells_the_place_settles_it_and_the_others_do_not(known):
    told = what_they_lacked(known, asked(300, 1), asked(200, 2), CLUES, FAMILIES)
    signs, sky = told["families"]["signs"], told["families"]["sky"]
    assert next(iter(told["families"])) == "signs"
    assert signs["settled"] > 0.9 and signs["within_750_km"] > 0.95 and signs["country"] > 0.95
    assert signs["settled_95"][0] <= signs["settled"] <= signs["settled_95"][1]
    assert sky["settled"] < 0.1 and told["families"]["soil"]["settled"] < 0.1
    assert told["as_read"]["settled"] == 0.0 and told["as_read"]["within_750_km"] < 0.15
    assert told["any_family"] >= signs["settled"] and told["all_families"]["within_750_km"] > 0.9
    assert next(iter(told["clues"])) == "signs.word" and told["clues"]["signs.word"]["settled"] == signs["settled"]


def test_a_clue_that_no_picture_shows_settles_nothing(known):
    missed = asked(100, 2)
    missed.true[:, :3] = missed.read[:, :3] = np.nan
    told = what_they_lacked(known, asked(300, 1), missed, CLUES, FAMILIES)
    assert told["families"]["signs"]["settled"] == 0.0 == told["families"]["signs"]["shown"]
    assert told["families"]["signs"]["within_750_km"] == told["as_read"]["within_750_km"]


def test_blocks_change_nothing(known, monkeypatch):
    missed, weights = asked(60, 2), dict.fromkeys(FAMILIES, 2.0)
    comparison = unread_clues.Comparison(known, worth(known.clues, known.clues), worth(known.clues, known.clues))
    whole = unread_clues.settled_by(comparison, missed, CLUES, FAMILIES, weights)
    monkeypatch.setattr(unread_clues, "AT_ONCE", 7)
    heard = []
    parts = unread_clues.settled_by(comparison, missed, CLUES, FAMILIES, weights, heard.append)
    assert sum(heard) == 60 and whole.keys() == parts.keys()
    assert all((whole[name] == parts[name]).mean() > 0.99 for name in whole)


def test_places_that_choose_and_are_all_found_leave_the_weights_alone(known):
    sure = asked(100, 1)
    sure.read[:] = sure.true
    own = worth(known.clues, known.clues)
    comparison = unread_clues.Comparison(known, own, own)
    found = comparison.settled(sure, comparison.as_read(sure, CLUES))
    assert found.all()
    assert set(unread_clues.family_weights(comparison, sure, CLUES, FAMILIES).values()) == {1.0}


def test_the_nearest_neighbour_is_another_place_and_not_too_far():
    points = np.array([[0.0, 0.0], [0.0, 1.0], [50.0, 0.0], [0.0, 179.9]])
    assert neighbours(points, points, own=True).tolist() == [1, 0, -1, -1]
    assert neighbours(np.array([[0.0, -179.9]]), points).tolist() == [3], "across the antimeridian"
    assert haversine_km(points[0], points[1]) < unread_clues.PAIR_KM < haversine_km(points[0], points[2])


def test_worth_is_the_correlation_with_a_neighbour_and_chance_is_not_believed():
    rng = np.random.default_rng(0)
    place = rng.normal(size=3000)
    a = np.stack([place, place + rng.normal(size=3000), rng.normal(size=3000), -place, np.ones(3000), place], axis=1)
    b = np.stack([place + rng.normal(size=3000), place, rng.normal(size=3000), place, place, place], axis=1)
    a[unread_clues.LEAST_PAIRS - 1 :, 5] = np.nan
    found = worth(a.astype(np.float32), b.astype(np.float32)).correlation
    assert found[:2] == pytest.approx([0.707, 0.707], abs=0.03)
    assert found[2] < 0.05 and found[3:].tolist() == [0.0, 0.0, 0.0], "against, constant, or too few pairs"


def test_settled_means_near_now_and_not_before():
    now = np.array([[True, True], [True, False], [False, False], [False, True]])
    before = np.array([[True, True], [False, False], [False, False], [True, True]])
    told = settled_figures(now, before)
    assert (told["within_750_km"], told["country"], told["settled"]) == (0.5, 0.5, 0.25)
