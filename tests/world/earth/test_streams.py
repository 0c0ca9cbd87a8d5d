"""One stream of random numbers for each family at each place."""

import numpy as np
import pytest

from world.earth.streams import LENGTH, Stream, state, states, streams, uniforms

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


def test_clues_and_layout_draw_by_one_rule():
    for seed, point in zip(SEEDS, POINTS, strict=True):
        made = states(int(seed), *point, ("sky", "road"))
        np.testing.assert_array_equal(made, [state(np.array([seed]), point[None], name)[0] for name in ("sky", "road")])
        row = uniforms(made[:1], (0,), LENGTH)[0]
        np.testing.assert_array_equal(row, _draw("sky", point[None], np.array([seed]))[0])


def test_a_thing_has_its_own_numbers_whichever_others_are_asked_for():
    place = states(1, 10.0, 20.0, ("trees",))
    many = uniforms(place, np.arange(-50, 50), 9)
    np.testing.assert_array_equal(many[47:60], uniforms(place, np.arange(-3, 10), 9))
    assert len(np.unique(many)) == many.size
    assert many.min() >= 0.0 and many.max() < 1.0 and abs(many.mean() - 0.5) < 0.05
    assert uniforms(place, np.arange(0), 9).shape == (0, 9)


def test_a_billionth_of_a_degree_is_the_same_place():
    nearly = states(1, 10.0 + 1e-9, 20.0 - 1e-9, ("trees", "houses"))
    np.testing.assert_array_equal(nearly, states(1, 10.0, 20.0, ("trees", "houses")))
    assert not np.isin(states(1, 10.001, 20.0, ("trees", "houses")), nearly).any()


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
