"""What is asked of places: what a manifest tells, on circles where the day and the year are round."""

import numpy as np
import pandas as pd
import pytest

from model.data.clues import CLASSES, NUMBER, ClueSpace, ClueTable, ClueTask
from model.data.questions import questions, script_of

N = 24
TRAIN = np.arange(N) < 20


@pytest.fixture
def frame():
    return pd.DataFrame({
        "country": ["FR", "DE"] * 12, "koppen": "Cfb", "month": [1 + k % 12 for k in range(N)],
        "hour": np.linspace(0.0, 23.0, N), "altitude_m": [*np.linspace(0.0, 900.0, N - 1), np.nan],
        "temperature_c": 8.0, "native_town": ["Wien", "Москва", None, "42"] * 6,
    })  # fmt: skip


def test_numbers_are_standardised_and_what_is_the_same_everywhere_is_not_asked(frame):
    found = questions(frame, TRAIN)
    assert set(found.numbers) == {"altitude_m", "hour, on the circle", "month, on the circle"}
    assert set(found.classes) == {"country", "month", "script"}
    altitude = found.numbers["altitude_m"]
    assert altitude.shape == (N, 1) and np.isnan(altitude[-1, 0])
    assert altitude[TRAIN].mean() == pytest.approx(0.0, abs=1e-5)


def test_midnight_is_near_to_midnight(frame):
    frame.loc[0, "hour"], frame.loc[1, "hour"] = 23.9, 0.1
    circle = questions(frame, TRAIN).numbers["hour, on the circle"]
    assert np.linalg.norm(circle[0] - circle[1]) < 0.1
    assert np.allclose(np.linalg.norm(circle, axis=1), 1.0)


def test_a_month_with_gaps_is_a_class_where_it_is_known(frame):
    frame["month"] = frame["month"].astype(float)
    frame.loc[3, "month"] = np.nan
    months = questions(frame, TRAIN).classes["month"]
    assert months[3] == -1 and (np.delete(months, 3) >= 0).all() and months[0] == months[12]


def test_a_class_that_training_lacks_is_still_a_class(frame):
    frame.loc[23, "country"] = "NZ"
    country = questions(frame, TRAIN).classes["country"]
    assert country[23] >= 0 and country[23] not in country[TRAIN]


def test_scripts_are_those_of_the_letters():
    names = ("Wien", "Москва", "東京", "القاهرة", "서울", "42", "", "Łódź 1")
    assert [script_of(name) for name in names] == ["LATIN", "CYRILLIC", "CJK", "ARABIC", "HANGUL", "", "", "LATIN"]


def test_nothing_known_is_nothing_asked():
    frame = pd.DataFrame({"id": ["a", "b"], "lat": [1.0, 2.0], "hour": [np.nan, np.nan], "native_town": [None, None]})
    found = questions(frame, np.array([True, True]))
    assert found.numbers == {} and found.classes == {}


def test_clues_with_a_name_are_asked_where_they_are_shown(frame):
    tasks = (ClueTask("vehicles.plate_front_rgb", NUMBER, 0, 1, 1.0, 1.0),
             ClueTask("vehicles.plate_front_rgb", NUMBER, 1, 2, 1.0, 1.0),
             ClueTask("furniture.pole", CLASSES, 2, 4, 1.0, 1.0))  # fmt: skip
    pole = np.eye(2)[np.arange(N) % 2]
    pole[5] = np.nan
    values = np.concatenate([np.random.default_rng(0).normal(size=(N, 2)), pole], axis=1).astype(np.float16)
    found = questions(frame, TRAIN, ClueTable(ClueSpace(tasks), values))
    assert found.numbers["plates in front"].shape == (N, 2)
    assert found.classes["utility poles"].tolist() == [-1 if k == 5 else k % 2 for k in range(N)]
    assert "bollards" not in found.classes
