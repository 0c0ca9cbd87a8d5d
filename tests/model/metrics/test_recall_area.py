"""Recall at budgets, the areas for a share, balancing and intervals, on numbers that can be counted by hand."""

import json

import numpy as np
import pytest

from model.errors import ManifestError
from model.metrics.recall_area import CURVE_KM2, area_for_recall, area_report, balancing_weights, recall_at

AREAS = [4e3, 1e3, 1e8, 2e5, 1e6]


def test_recall_is_the_share_found_within_a_budget_and_the_budget_itself_counts():
    assert recall_at(AREAS, [0, 1e3, 3999, 1e6, 1e9]).tolist() == pytest.approx([0, 0.2, 0.2, 0.8, 1.0])


def test_the_area_for_a_share_is_the_least_that_reaches_it():
    assert area_for_recall(AREAS, [0.2, 0.5, 0.8, 0.95]).tolist() == [1e3, 2e5, 1e6, 1e8]
    assert recall_at(AREAS, area_for_recall(AREAS, [0.6]))[0] == pytest.approx(0.6)


def test_balanced_every_stratum_counts_the_same():
    strata = ["city"] * 4 + ["wild"]
    assert balancing_weights(strata).tolist() == pytest.approx([0.125] * 4 + [0.5])
    areas = [1e3, 1e3, 1e3, 1e3, 1e8]
    plain, balanced = area_report(areas), area_report(areas, strata)
    assert plain["recall"]["25"] == pytest.approx(0.8) and balanced["recall"]["25"] == pytest.approx(0.5)
    assert plain["area_for_recall_km2"]["80"] == 1e3 and balanced["area_for_recall_km2"]["80"] == 1e8
    assert balanced["n_by_stratum"] == {"city": 4, "wild": 1}
    assert balanced["interval_95"]["recall"]["25"] == pytest.approx([0.5, 0.5])  # each stratum is drawn by itself


def test_the_caps_are_those_of_the_reference():
    caps = area_report(AREAS)["caps_km2"]
    assert {name: round(area) for name, area in caps.items()} == {
        "25": 1963, "200": 125_653, "750": 1_765_106, "2500": 19_384_295,
    }  # fmt: skip


def test_intervals_hold_the_figure_and_narrow_with_more_photos():
    rng = np.random.default_rng(1)
    few, many = (area_report(np.exp(rng.normal(11, 3, n))) for n in (60, 2400))

    def wide(report):
        low, high = report["interval_95"]["recall"]["200"]
        assert low <= report["recall"]["200"] <= high
        low_km2, high_km2 = report["interval_95"]["area_for_recall_km2"]["50"]
        assert low_km2 <= report["area_for_recall_km2"]["50"] <= high_km2
        return high - low

    assert wide(many) < wide(few) / 3


def test_the_report_is_json_and_its_curve_rises_to_everything():
    report = json.loads(json.dumps(area_report([*AREAS, CURVE_KM2[-1]])))
    assert report["curve"]["recall"] == sorted(report["curve"]["recall"])
    assert report["curve"]["recall"][-1] == 1.0 and len(report["curve"]["area_km2"]) == len(report["curve"]["recall"])


@pytest.mark.parametrize(("areas", "strata", "said"), [
    ([], None, "found none"), ([1.0, np.nan], None, "no areas"), ([-1.0], None, "no areas"), ([1.0], [1, 2], "stratum"),
])  # fmt: skip
def test_what_cannot_be_counted_is_refused(areas, strata, said):
    with pytest.raises(ManifestError, match=said):
        area_report(areas, strata)
