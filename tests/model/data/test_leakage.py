import numpy as np
import pandas as pd
import pytest

from model.data.leakage import in_words, leaks_of, nearest_km, with_leakage

NORTH_1_KM = 1 / 111.195


def places(**columns):
    base = {
        "id": list("abcde"),
        "split": ["train", "test", "test", "test", "validation"],
        "lat": [0.0, 0.05 * NORTH_1_KM, 0.5 * NORTH_1_KM, 40.0, 5 * NORTH_1_KM],
        "lng": [180.0, -180.0, 180.0, 0.0, -180.0],
    }
    return pd.DataFrame(base | columns)


def test_neighbours_are_found_across_the_date_line():
    frame, report = with_leakage(places())
    assert np.isnan(frame["train_km"][0])
    assert frame["train_km"][1:].tolist() == pytest.approx([0.05, 0.5, 15_000, 5.0], rel=0.5)
    assert frame["train_km"][4] == pytest.approx(5.0, abs=0.01)
    assert report["training_places"] == 1 and report["test"]["n"] == 3
    assert report["test"]["within_100_m"] == pytest.approx(1 / 3) and report["test"]["any"] == pytest.approx(2 / 3)
    assert report["validation"]["any"] == 0 and report["test"]["same_author"] is None
    assert "authors not known" in in_words(report)[1] and len(in_words(report)) == 2
    leaks = leaks_of(frame)
    assert leaks["within_1_km"].tolist() == [False, True, True, False, False]
    assert leaks["any"].tolist() == leaks["within_1_km"].tolist()


def test_nobody_is_an_author_and_numbers_are_names():
    unknown, report = with_leakage(places(author=["", "", None, "x", None]))
    assert "train_author" not in unknown and report["test"]["same_author"] is None
    unknown, report = with_leakage(places(author=["x", "", None, "", None]))
    assert "train_author" not in unknown and report["test"]["same_author"] is None, "the test's own are not known"
    numbers, report = with_leakage(places(author=[7, 1, 2, 7, 3]))
    assert numbers["train_author"].tolist() == [False, False, False, True, False]
    assert report["test"]["same_author"] == pytest.approx(1 / 3)
    assert "same author 33.3%" in in_words(report)[1]
    others = pd.DataFrame({"id": ["z"], "lat": [-50.0], "lng": [0.0], "author": ["3"]})
    with_gaps, _ = with_leakage(places(author=[7, 1, None, 7, 3]), others)
    assert with_gaps["train_author"].tolist() == [False, False, False, True, True]


def test_another_training_counts_without_its_own_test():
    other = pd.DataFrame({"split": ["train", "test"], "lat": [40.0, 5 * NORTH_1_KM], "lng": [0.0, 180.0]})
    frame, report = with_leakage(places(split=["test"] * 5), other)
    assert report["training_places"] == 1 and (frame["train_km"] <= 1).tolist() == [False] * 3 + [True, False]
    _, report = with_leakage(places(split=["test"] * 5), other.drop(columns="split"))
    assert report["training_places"] == 2 and report["test"]["within_1_km"] == pytest.approx(2 / 5)


def test_without_any_training_nothing_is_said():
    told = places(split=["test"] * 5, author=list("vwxyz"), train_km=9999.0, train_author=False)
    frame, report = with_leakage(told)
    assert not {"train_km", "train_author"} & {*frame} and report == {"training_places": 0}
    [line] = in_words(report)
    assert "nothing to compare with" in line and "--against" in line
    assert leaks_of(frame) == {} and leaks_of(told.assign(train_km=np.inf)) == {}
    assert np.isinf(nearest_km(np.zeros((2, 2)), np.zeros((0, 2)))).all()


def test_what_a_table_says_of_its_leaks_is_found_anew():
    frame, _ = with_leakage(places(train_km=9999.0, train_author=True))
    assert frame["train_km"][1] == pytest.approx(0.05, abs=0.01) and "train_author" not in frame


def test_a_manifest_that_does_not_say_has_no_leaks_to_tell():
    assert leaks_of(places()) == {}
    half = leaks_of(places(train_author=[None, True, False, None, False]))
    assert list(half) == ["same_author", "any"] and half["any"].tolist() == [False, True, False, False, False]
