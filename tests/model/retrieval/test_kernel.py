"""The kernel ridge: its closed forms against the long way round, its file, and what it refuses."""

import dataclasses
import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from model.errors import ArtifactError, ConfigError
from model.geo.distance import from_unit, haversine_km, to_unit
from model.retrieval import kernel as kernels
from model.retrieval.countries import fit_countries, likeness
from model.retrieval.kernel import Kernel, fit_kernel

NAMES = np.array(["AA", "BB", ""], object)


def places(n=80, dim=6, seed=0):
    rng = np.random.default_rng(seed)
    points = from_unit(rng.normal(size=(n, 3)))
    seen = to_unit(points) @ rng.normal(size=(3, dim)) * rng.uniform(0.1, 30, dim) + 5 + 0.1 * rng.normal(size=(n, dim))
    return seen.astype(np.float32), points, NAMES[rng.integers(3, size=n)]


@pytest.fixture(scope="module")
def fitted():
    return fit_kernel(*places())


def literally(kernel, rows, embeddings):
    """Ridge regression of members `rows` by its definition, one system of equations solved for each question."""

    def table(a, b):
        return np.exp(-((a[:, None] - b[None]) ** 2).sum(axis=2) / (2 * kernel.variance)) + 1

    members = kernel.members[rows].astype(np.float64)
    shares = np.exp(-haversine_km(kernel.points[rows][:, None], kernel.anchor_points[None]) / 1492.7)
    seen = (np.asarray(embeddings, np.float64) - kernel.mean) / kernel.deviation
    regression = np.linalg.solve(table(members, members) + kernel.ridge * np.eye(len(rows)), shares)
    return table(seen, members) @ regression


def test_what_it_says_is_what_ridge_regression_says_the_long_way_round(fitted):
    new = places(seed=1)[0][:4]
    expected = literally(fitted, np.arange(80), new)
    said, countries = fitted.predict(new)
    assert said == pytest.approx(expected, abs=1e-3) and said.shape == (4, 80)
    assert fitted.countries == ("AA", "BB")
    assert countries == pytest.approx(likeness((new - fitted.mean) / fitted.deviation, fitted.country_weights))


def test_a_fold_is_told_by_the_model_that_was_made_without_it(fitted):
    rows, folds = np.arange(0, 80, 2), np.arange(40) % 3
    said, countries = fitted.left_out(rows, folds)
    for fold in range(3):
        rest, own = rows[folds != fold], rows[folds == fold]
        assert said[folds == fold] == pytest.approx(literally(fitted, rest, fitted.raw(own)), abs=1e-3)
        weights = fit_countries(fitted.members[rest], fitted.country[rest], 2, fitted.strength)
        assert countries[folds == fold] == pytest.approx(likeness(fitted.members[own], weights), abs=1e-4)


def test_bandwidth_and_ridge_are_those_of_the_best_guesses_when_each_place_is_left_out(monkeypatch):
    seen, points, names = places(60)
    monkeypatch.setattr(kernels, "BANDWIDTHS", (0.5, 2.0))
    monkeypatch.setattr(kernels, "RIDGES", (0.02, 2.0))
    kernel = fit_kernel(seen, points, names)
    squared = ((kernel.members[:, None].astype(float) - kernel.members[None]) ** 2).sum(axis=2)
    median = np.median(squared[np.triu_indices(60, 1)])
    scores = {}
    for bandwidth in (0.5, 2.0):
        for ridge in (0.02, 2.0):
            trial = dataclasses.replace(kernel, variance=bandwidth * median, ridge=ridge)
            gained = []
            for i in range(60):
                others = np.delete(np.arange(60), i)
                said = literally(trial, others, seen[i : i + 1])[0]
                best = others[said[others].argmax()]
                gained.append(np.exp(-haversine_km(points[best], points[i]) / 1492.7))
            scores[bandwidth, ridge] = np.mean(gained)
    best = max(scores, key=scores.get)
    assert kernel.variance == pytest.approx(best[0] * median, rel=1e-4) and kernel.ridge == best[1]


def test_its_guesses_are_far_better_than_chance(fitted):
    seen, points, _ = places(seed=0)
    rng = np.random.default_rng(5)
    new = from_unit(rng.normal(size=(40, 3)))
    mapped = to_unit(new) @ np.linalg.lstsq(to_unit(points), seen - 5, rcond=None)[0] + 5
    guess = fitted.anchor_points[fitted.predict(mapped)[0].argmax(axis=1)]
    assert np.median(haversine_km(guess, new)) < 2500 < np.median(haversine_km(guess[::-1], new))


def test_many_places_are_fitted_in_less_precision_on_fewer_anchors(monkeypatch, fitted):
    monkeypatch.setattr(kernels, "EXACT", 10)
    monkeypatch.setattr(kernels, "ANCHORS", 20)
    monkeypatch.setattr(kernels, "TUNED_ON", 40)
    small = fit_kernel(*places())
    assert small.coefficients.shape == (80, 20) and small.coefficients.dtype == np.float32
    new = places(seed=1)[0][:4]
    assert small.predict(new)[0] == pytest.approx(literally(small, np.arange(80), new), abs=5e-3)


def test_a_number_that_never_changes_and_places_without_a_country_do_no_harm():
    seen, points, _ = places()
    seen[:, 2] = 3.0
    kernel = fit_kernel(seen, points, np.full(80, "", object))
    assert kernel.countries == () and kernel.deviation[2] == 1
    expected, countries = kernel.predict(seen[:3])
    assert np.isfinite(expected).all() and countries.shape == (3, 0)


def test_too_few_and_too_many_places_are_refused(monkeypatch):
    with pytest.raises(ConfigError, match="found 49"):
        fit_kernel(*places(49))
    monkeypatch.setattr(kernels, "MOST", 60)
    with pytest.raises(ConfigError, match="found 61"):
        fit_kernel(*places(61))


def test_what_was_written_is_read_again(fitted, tmp_path):
    fitted.save(tmp_path)
    again = Kernel.load(tmp_path)
    new = places(seed=1)[0][:4]
    for a, b in zip(again.predict(new), fitted.predict(new), strict=True):
        assert a == pytest.approx(b, abs=1e-5)
    assert again.countries == fitted.countries and again.ridge == fitted.ridge


BAD = [
    ({"points": np.zeros((79, 2))}, "members, coefficients, country"), ({"points": np.full((80, 2), 91.0)}, "poles"),
    ({"coefficients": np.zeros((80, 81), np.float32)}, "coefficients"),
    ({"coefficients": np.full((80, 80), np.nan, np.float32)}, "not finite"),
    ({"country_weights": np.zeros((6, 2), np.float32)}, "country_weights"),
    ({"anchors": np.arange(1, 81)}, "no members"), ({"anchors": np.zeros(0, np.int64)}, "fit together"),
    ({"country": np.full(80, 2)}, "not listed"), ({"deviation": np.zeros(6, np.float32)}, "deviation of 0"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "message"), BAD)
def test_arrays_that_cannot_be_are_refused(fitted, tmp_path, changed, message):
    fitted.save(tmp_path)
    save_file(load_file(tmp_path / "kernel.safetensors") | changed, tmp_path / "kernel.safetensors")
    with pytest.raises(ArtifactError, match=message):
        Kernel.load(tmp_path)


@pytest.mark.parametrize(
    "changed",
    [{"format": 2}, {"ridge": 0}, {"strength": -1}, {"variance": "wide"}, {"variance": float("nan")}, {"countries": 3}],
)
def test_settings_that_cannot_be_are_refused(fitted, tmp_path, changed):
    fitted.save(tmp_path)
    path = tmp_path / "kernel.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))
    with pytest.raises(ArtifactError, match="no kernel that can be used"):
        Kernel.load(tmp_path)


@pytest.mark.parametrize("name", ["kernel.json", "kernel.safetensors"])
def test_files_that_are_broken_or_missing_are_refused(fitted, tmp_path, name):
    fitted.save(tmp_path)
    (tmp_path / name).write_bytes(b"[]")
    with pytest.raises(ArtifactError, match="no kernel that can be used"):
        Kernel.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ArtifactError, match=f"looked for {name}"):
        Kernel.load(tmp_path)
