"""Kernel and head choose a place together: what anchors are worth, scores that are a distribution, the choice."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from model.build_geocells import GeocellConfig, main
from model.errors import ArtifactError, ConfigError
from model.geo.distance import from_unit, haversine_km, to_unit
from model.geocells.table import read_geocells
from model.predictors.blend import Anchors, choose, fit_scores
from model.predictors.calibration import Calibration, Decision
from model.retrieval.kernel import fit_kernel


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A kernel over 120 places in two countries, a table of cells, and 60 new places with what is said of them."""
    rng = np.random.default_rng(0)
    points = from_unit(rng.normal(size=(180, 3)))
    country = np.where(points[:, 1] < 0, "AA", "BB").astype(object)
    seen = to_unit(points) @ rng.normal(size=(3, 8)) + 0.05 * rng.normal(size=(180, 8))
    kernel = fit_kernel(seen[:120], points[:120], country[:120])
    folder = tmp_path_factory.mktemp("cells")
    table = pd.DataFrame({"id": [f"p{i}" for i in range(120)], "split": "train", "lat": points[:120, 0],
                          "lng": points[:120, 1], "country": country[:120], "region": "R"})  # fmt: skip
    table.to_parquet(folder / "manifest.parquet")
    cells = read_geocells(main(GeocellConfig(folder / "manifest.parquet", folder, "kmeans", cells=20)))
    anchors = Anchors(kernel, cells)
    probabilities = rng.dirichlet(np.ones(len(cells)), size=60).astype(np.float32)  # a head that knows nothing
    evidence = anchors.evidence(kernel.predict(seen[120:]), probabilities)
    return anchors, evidence, points[120:], (country[120:] == "BB").astype(np.int64)


def test_an_anchor_is_worth_what_the_formula_says(made):
    anchors, evidence, _, _ = made
    cells, decision = anchors.cells, Decision(0.25, 0.4)
    found = evidence.worth(decision)
    for n, j in ((0, 0), (3, 50), (59, 119)):
        p = evidence.probabilities[n]
        away = haversine_km(cells.centroids, anchors.points[j])
        name = ("AA", "BB")[anchors.country[j]]
        by_head = (p * np.exp(-away / 1492.7)).sum() + 0.4 * p[cells.countries == name].sum()
        by_kernel = evidence.expected[n, j] + 0.4 * evidence.likeness[n, j]
        assert found[n, j] == pytest.approx(0.75 * by_kernel + 0.25 * by_head, abs=1e-5)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_place_that_may_not_be_guessed_is_worth_nothing(made, share):
    anchors, evidence, _, _ = made
    barred = evidence.expected.copy()
    barred[:, :100] = -np.inf
    found = replace(evidence, expected=barred).worth(Decision(share, 0.1))
    assert np.isneginf(found[:, :100]).all() and np.isfinite(found[:, 100:]).all()
    assert np.isfinite(anchors.scores(found, evidence.probabilities, Decision(share))).all()


@pytest.mark.parametrize("mix", [0.0, 0.3, 1.0])
def test_scores_are_a_distribution_and_the_guess_stands_among_the_candidates(made, mix):
    anchors, evidence, _, _ = made
    decision = Decision(0.0, 0.1, 0.02, mix)
    worth = evidence.worth(decision)
    scores = anchors.scores(worth, evidence.probabilities, decision)
    assert scores.sum(axis=1) == pytest.approx(np.ones(60), abs=1e-5) and (scores >= 0).all()
    refined = anchors.refined(worth, scores, 3)
    assert (refined.guess == anchors.points[worth.argmax(axis=1)]).all()
    assert (refined.points == refined.guess[:, None]).all(axis=2).any(axis=1).all()
    assert [len(set(row)) for row in refined.cells.tolist()] == [3] * 60
    assert refined.score.sum(axis=1) == pytest.approx(np.ones(60), abs=1e-5)
    if mix == 1.0:
        assert scores == pytest.approx(evidence.probabilities, abs=1e-6)


def test_a_head_that_knows_nothing_is_not_asked_and_the_true_regions_become_likelier(made):
    anchors, evidence, truth, country = made
    decision, worth = choose(anchors, evidence, truth, country, 1492.7)
    assert decision.share <= 0.25
    by_head = evidence.worth(Decision(1.0)).argmax(axis=1)
    assert worth.score.mean() > 1.5 * (5000 * np.exp(-haversine_km(anchors.points[by_head], truth) / 1492.7)).mean()
    own = anchors.cells.assign(truth)
    fitted = fit_scores(anchors, evidence, own, decision)
    assert (fitted.share, fitted.country) == (decision.share, decision.country)
    likely = anchors.scores(evidence.worth(fitted), evidence.probabilities, fitted)[np.arange(60), own]
    assert np.log(likely).mean() > np.log(evidence.probabilities[np.arange(60), own]).mean()


def test_of_settings_level_in_score_the_one_with_most_countries_right_is_chosen_and_no_other(made):
    anchors, evidence, truth, country = made

    def asked(right):
        named = anchors.country[None] == right[:, None]
        said = named.astype(np.float32)
        return choose(anchors, replace(evidence, likeness=said, country_by_head=said), truth, country, 1492.7)

    nothing = np.zeros_like(evidence.likeness)
    silent = replace(evidence, likeness=nothing, country_by_head=nothing)
    plain = choose(anchors, silent, truth, country, 1492.7)[1]
    decision, worth = asked(country)
    assert decision.country > 0 and worth.right.all() and worth.right.sum() > plain.right.sum()
    decision, worth = asked(1 - country)  # a regression that is wrong about each of them
    assert decision.country == 0.0 or worth.right.mean() >= plain.right.mean()
    assert worth.score.mean() >= plain.score.mean() - plain.score.std() / np.sqrt(60)


@pytest.mark.parametrize("wrong", [{"share": 1.1}, {"mix": -0.1}, {"country": -1.0}, {"temperature": 0.0}])
def test_decisions_that_cannot_be_are_refused(wrong):
    with pytest.raises(ConfigError, match="a decision needs"):
        Decision(**wrong)


def test_a_decision_is_written_and_read_and_an_edited_one_refused(tmp_path):
    calibration = Calibration(decision=Decision(0.25, 0.1, 0.02, 0.75))
    path = calibration.write(tmp_path)
    assert Calibration.read(tmp_path) == calibration
    text = path.read_text()
    path.write_text(text.replace('"share": 0.25', '"share": 7'))
    with pytest.raises(ArtifactError, match="a decision needs"):
        Calibration.read(tmp_path)
    path.write_text(text.replace('"share"', '"part"'))
    with pytest.raises(ArtifactError, match="lacks 'share'"):
        Calibration.read(tmp_path)
    Calibration().write(tmp_path)
    assert Calibration.read(tmp_path).decision is None
