"""Bootstrap intervals."""

import numpy as np
import pytest

from model.metrics.bootstrap import interval


def test_the_interval_of_a_mean_is_about_two_standard_errors_wide_each_way():
    values = np.random.default_rng(0).normal(10.0, 2.0, 400)
    low, high = interval(values)
    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * 2.0 / 20, rel=0.15)


def test_the_same_seed_gives_the_same_interval_and_medians_work_too():
    values = np.arange(50.0)
    assert interval(values, np.median) == interval(values, np.median)


def test_a_constant_is_certain():
    assert interval(np.full(10, 3.0)) == (3.0, 3.0)


def test_the_size_of_a_block_changes_no_interval(monkeypatch):
    values = np.random.default_rng(1).normal(size=300)
    whole = interval(values, samples=50), interval(values, np.median, samples=50)
    monkeypatch.setattr("model.metrics.bootstrap.BLOCK", 1000)  # three samples at a time
    assert (interval(values, samples=50), interval(values, np.median, samples=50)) == whole
