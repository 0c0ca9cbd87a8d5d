"""The regression of countries: it names what it saw, says a distribution, and chooses its own strength."""

import numpy as np
import pytest

from model.retrieval.countries import NEVER, STRENGTHS, choose_strength, fit_countries, likeness


def places(n=120, countries=3, noise=0.6, seed=0):
    rng = np.random.default_rng(seed)
    country = np.arange(n) % countries
    middles = np.random.default_rng(9).normal(size=(countries, 8))
    return (middles[country] + noise * rng.normal(size=(n, 8))).astype(np.float32), country


@pytest.mark.parametrize("countries", [2, 3, 5])
def test_it_names_countries_of_places_that_it_has_not_seen_and_its_rows_sum_to_1(countries):
    weights = fit_countries(*places(countries=countries), countries, 1.0)
    seen, country = places(countries=countries, seed=1)
    said = likeness(seen, weights)
    assert weights.shape == (9, countries) and weights.dtype == said.dtype == np.float32
    assert said.sum(axis=1) == pytest.approx(np.ones(120), abs=1e-5)
    assert (said.argmax(axis=1) == country).mean() > 0.85


def test_places_without_a_country_are_passed_over_and_a_country_without_places_is_never_named():
    seen, country = places()
    strange = np.full((30, 8), 50.0, np.float32)
    with_unknown = fit_countries(np.concatenate([seen, strange]), np.append(country, np.full(30, -1)), 4, 1.0)
    assert with_unknown[:, :3] == pytest.approx(fit_countries(seen, country, 3, 1.0), abs=1e-6)
    assert with_unknown[-1, 3] == NEVER and likeness(seen, with_unknown)[:, 3].max() < 1e-6


@pytest.mark.parametrize(("country", "count", "expected"), [(0, 1, [1.0]), (1, 2, [0.0, 1.0]), (-1, 0, [])])
def test_where_there_is_one_country_or_none_nothing_is_fitted(country, count, expected):
    seen, own = places()[0], np.full(120, country)
    assert choose_strength(seen, own, count) == STRENGTHS[0]
    said = likeness(seen, fit_countries(seen, own, count, 1.0))
    assert said.shape == (120, count) and (said.round(6) == expected).all()


def test_noise_asks_for_a_weaker_regression_than_clear_embeddings_do():
    clear, noisy = places(noise=0.1), places(noise=8.0)
    assert choose_strength(*noisy, 3) < choose_strength(*clear, 3) == STRENGTHS[-1]
