import numpy as np
import pandas as pd
import pytest

from model.metrics.bootstrap import paired_interval
from pages.components import measured


def predictions(**columns: object) -> pd.DataFrame:
    base = {"id": ["a", "b", "c", "d"], "truth_lat": [0.0, 10.0, 20.0, 30.0], "truth_lng": 0.0,
            "distance_km": [10.0, 100.0, 1000.0, 5000.0], "score": [4900.0, 4000.0, 2000.0, 100.0]}  # fmt: skip
    return pd.DataFrame({**base, **columns})


def test_the_curve_counts_what_lies_within() -> None:
    curve = measured.within({"run": predictions()}, np.array([1.0, 10.0, 500.0, 20_000.0]))
    assert curve["share"].tolist() == [0.0, 0.25, 0.5, 1.0] and set(curve["player"]) == {"run"}


def test_reliability_by_hand() -> None:
    table = predictions(
        probability=[0.91, 0.95, 0.15, np.nan], cell=[1.0, 1.0, 2.0, 2.0], truth_cell=[1.0, 2.0, 2.0, 2.0]
    )
    bins = measured.reliability(table)
    assert bins is not None
    assert bins["belief"].tolist() == pytest.approx([0.15, 0.93]) and bins["right"].tolist() == [1.0, 0.5]
    assert (
        bins["n"].tolist() == [1, 2] and (bins["low"] <= bins["right"]).all() and (bins["high"] >= bins["right"]).all()
    )
    assert measured.reliability(predictions()) is None
    assert measured.reliability(predictions(probability=7.0, cell=1.0, truth_cell=1.0)) is None


def test_coverage_by_hand() -> None:
    rows = measured.coverage(predictions(radius_50=50.0, radius_95=[2000.0, 2000.0, 2000.0, np.nan]))
    assert rows is not None
    assert rows["stated"].tolist() == [0.5, 0.95] and rows["measured"].tolist() == [0.25, 1.0]
    assert rows["n"].tolist() == [4, 3] and rows["median_km"].tolist() == [50.0, 2000.0]
    assert measured.coverage(predictions()) is None


def test_groups_are_counted_and_small_ones_have_no_interval() -> None:
    table = pd.concat([predictions()] * 8, ignore_index=True)
    found = measured.by_group(table, pd.Series(["x"] * 24 + ["y"] * 7 + [""])).set_index("group")
    assert found["n"].to_dict() == {"x": 24, "y": 7}
    assert np.isfinite(found.loc["x", "mean_score_low"]) and np.isnan(found.loc["y", "mean_score_low"])
    assert found.loc["x", "mean_score"] == pytest.approx(2750.0)


def test_climates_are_main_groups_and_the_sea_is_none() -> None:
    told = measured.climates(pd.Series(["Cfb", "Aw", "Ocean", "", "EF"]))
    assert told.tolist() == ["temperate", "tropical", "", "", "polar"]


def test_the_paired_difference_is_taken_on_the_same_places_only() -> None:
    other = predictions(score=[4000.0, 4000.0, 1000.0, 0.0], distance_km=[30.0, 100.0, 1500.0, 6000.0])
    other.loc[3, "truth_lat"] = 31.0  # the same id, another place
    both = measured.paired(predictions(), other)
    assert both["id"].tolist() == ["a", "b", "c"] and both["difference"].tolist() == [900.0, 0.0, 1000.0]
    rows = measured.differences(both).set_index("figure")
    assert rows.loc["mean score", "difference"] == pytest.approx(1900.0 / 3)
    assert rows.loc["mean score", "low"] >= 0.0 and rows.loc["mean score", "high"] <= 1000.0
    assert rows.loc["within 25 km, %", "difference"] == pytest.approx(100.0 / 3)


def test_an_interval_of_many_values_is_that_of_drawing_them_again() -> None:
    values = np.random.default_rng(0).exponential(100.0, measured.MANY)
    drawn = measured.ends_of(values)
    more = measured.ends_of(np.append(values, values.mean()))
    assert more == pytest.approx(drawn, abs=0.4)


def test_figures_are_words_and_what_is_broken_is_left_out() -> None:
    told = {"n": 10, "median_km": 12.3, "country_accuracy": "most", "within_km": {"25": 0.5, "200": None},
            "interval_95": {"within_25_km": [0.4, 0.6]}, "one_view": 7,
            "unrefined": {"n": 10, "median_km": 20.0}}  # fmt: skip
    table = measured.figure_table(told).set_index("figure")
    assert table.index.tolist() == ["places", "median distance", "within 25 km"]
    assert table.loc["median distance"].tolist() == ["12 km", "20 km", ""]
    assert table.loc["within 25 km", "95 % interval"] == "40.0% – 60.0%"


def test_who_is_ahead_in_the_median_is_who_is_nearer() -> None:
    rng = np.random.default_rng(0)
    near = predictions(score=[4000.0] * 4, distance_km=[10.0, 10.0, 10.0, 10.0])
    far = predictions(score=[1000.0] * 4, distance_km=[900.0, 900.0, 900.0, 900.0])
    rows = measured.differences(measured.paired(near, far)).set_index("figure")
    assert rows.loc["median distance, km", ["difference", "low", "high", "ahead"]].tolist() == [
        -890.0,
        -890.0,
        -890.0,
        1,
    ]
    assert rows.loc["mean score", "ahead"] == 1 and rows.loc["within 1 km, %", "ahead"] == 0
    back = measured.differences(measured.paired(far, near)).set_index("figure")
    assert back.loc["median distance, km", "ahead"] == -1 and back.loc["within 25 km, %", "ahead"] == -1
    same = rng.exponential(100.0, 500)
    low, high = paired_interval(same, same + rng.normal(0.0, 1.0, 500), np.median)
    assert low <= 0.0 <= high


def test_patches_gather_neighbours_and_hold_at_the_poles() -> None:
    both = pd.DataFrame({"lat": [10.0, 10.1, 89.0, 89.5, -89.0], "lng": [20.0, 20.1, 10.0, 20.0, 179.9],
                         "difference": [100.0, 300.0, 1.0, 3.0, -5.0]})  # fmt: skip
    found = measured.where_better(both)
    assert found["n"].tolist() == [2, 2, 1] and sorted(found["difference"]) == [-5.0, 2.0, 200.0]
    assert found["lat"].iloc[1] > 88.0
    assert measured.where_better(both.iloc[:0]).empty
    apart = pd.DataFrame({"lat": [0.0, 0.0], "lng": [179.9, -179.9], "difference": [1.0, 2.0]})
    assert measured.where_better(apart)["n"].tolist() == [1, 1], "the antimeridian is an edge of patches"


def test_figures_of_two_runs_stand_side_by_side_in_the_order_of_one() -> None:
    one = {"n": 10, "median_km": 12.3, "mean_score": 4000.0, "interval_95": {"median_km": [10.0, 20.0]}}
    table = measured.side_by_side({"a": one, "b": {"n": 9, "median_km": 50.0, "country_accuracy": 0.5}})
    assert table["figure"].tolist() == ["places", "right country", "median distance", "mean score"]
    assert list(table) == ["figure", "a", "b", "95 % of a", "95 % of b"]
    assert table.set_index("figure").loc["right country", ["a", "b"]].tolist() == ["", "50.0%"]
    assert table.set_index("figure").loc["median distance", "95 % of a"] == "10 km – 20 km"
