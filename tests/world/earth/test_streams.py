"""One stream of random numbers for each family at each place."""

import numpy as np
import pytest

from world.earth.streams import LENGTH, Stream, streams

POINTS = np.array([[10.0, 20.0], [10.0, 20.0], [10.001, 20.0], [-10.0, 20.0]])
SEEDS = np.array([1, 2, 1, 1])


def _draw(family, points=POINTS, seeds=SEEDS):
    return np.array([[stream.unit() for _ in range(LENGTH)] for stream in streams(seeds, points, family)])


def test_streams_are_repeatable_and_differ_by_seed_place_and_family():
    values = _draw("sky")
    np.testing.assert_array_equal(values, _draw("sky"))
    np.testing.assert_array_equal(values[2:], _draw("sky", POINTS[2:], SEEDS[2:]))
    rows = np.concatenate([values, _draw("road")])
    assert len(np.unique(rows[:, 0])) == len(rows)


def test_numbers_are_spread_evenly():
    points = np.random.default_rng(0).uniform(-60, 60, (2000, 2))
    values = _draw("sky", points, np.zeros(2000, np.int64))
    assert values.min() >= 0.0 and values.max() < 1.0
    np.testing.assert_allclose(np.histogram(values, 10, (0, 1))[0] / values.size, 0.1, atol=0.005)
    assert abs(np.corrcoef(values[:, 0], values[:, 1])[0, 1]) < 0.08


def test_choices_follow_their_weights():
    stream = Stream([0.05, 0.5, 0.95])
    assert [stream.choice("abc", (1.0, 8.0, 1.0)) for _ in range(3)] == ["a", "b", "c"]
    assert stream.choice("ab") == "a"  # the stream starts again
    assert Stream([0.3]).chance(0.31) and not Stream([0.3]).chance(0.3)
    assert Stream([0.25]).between(-1.0, 1.0) == pytest.approx(-0.5)
    assert Stream([0.5]).normal() == pytest.approx(0.0)
