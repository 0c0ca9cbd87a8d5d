"""A guess as a sentence and as JSON."""

import json

import numpy as np
import pytest

from model.predictors.guess import Candidate, Guess, LookAlike


def guess(**changes):
    first = Candidate(3, 45.0, 4.0, "FR", "France", 0.62, 0.8, 45.7, 4.8)
    second = Candidate(5, 46.0, 7.0, "CH", "Switzerland", 0.2, 0.1, 46.0, 7.0)
    values = {
        "lat": 45.76, "lng": 4.84, "country": "FR", "country_name": "France", "region": "Auvergne-Rhône-Alpes",
        "town": "Lyon", "town_distance_km": 1.2, "candidates": (first, second),
        "entropy": 1.0, "expected_score": 4123.4, "cells": np.array([0.25, 0.75], np.float32),
        "look_alikes": (LookAlike(45.0, 4.0, 1.5, 3),), "familiarity": 0.4, "unfamiliar": False,
    }  # fmt: skip
    return Guess(**(values | changes))


def test_the_sentence_names_place_confidence_and_doubt():
    assert guess().sentence() == (
        "Near Lyon (Auvergne-Rhône-Alpes, France), at 45.76°N 4.84°E: 62% for its cell, 4,123 of 5,000 points "
        "expected. It also considered Switzerland."
    )


def test_the_sentence_is_honest_about_pictures_unlike_any_known():
    assert "means little" in guess(unfamiliar=True).sentence()


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"town_distance_km": 31.0}, "31 km from Lyon (Auv"),
        ({"region": "", "town": ""}, "France, at"),
        ({"country": "", "country_name": "", "region": "", "town": ""}, "Open sea, at"),
        ({"lat": -1.0, "lng": -2.0}, "Near Lyon (Auvergne-Rhône-Alpes, France), at 1.00°S 2.00°W"),
    ],
)
def test_the_sentence_copes_with_places_far_from_anything(changes, start):
    assert guess(**changes).sentence().startswith(start)


def test_as_dict_survives_json():
    data = json.loads(json.dumps(guess().as_dict()))
    assert data["cells"] == [0.25, 0.75]
    assert data["candidates"][0]["refined_lat"] == 45.7
    assert data["look_alikes"][0]["members"] == 3
    assert data["unfamiliar"] is False


def test_countries_go_out_by_name_with_their_codes_beside_them():
    data = guess().as_dict()
    assert (data["country"], data["country_code"]) == ("France", "FR")
    assert [(c["country"], c["country_code"]) for c in data["candidates"]] == [("France", "FR"), ("Switzerland", "CH")]
    assert "country_name" not in data


def test_a_country_without_a_name_goes_out_by_its_code():
    assert guess(country="XX", country_name="").as_dict()["country"] == "XX"


def test_the_sentence_of_a_stranger_promises_nothing():
    sentence = guess(out_of_distribution=True, expected_score=None).sentence()
    assert sentence.startswith("Not a place this model knows: at best near Lyon (Auvergne-Rhône-Alpes, France), at ")
    assert "expected" not in sentence and "%" not in sentence and "considered" not in sentence


@pytest.mark.parametrize(
    ("shape", "start"),
    [
        ("strip", "Read as four views side by side"), ("panorama", "Read as a 360° panorama (twice as wide as high)"),
        ("photo", "Near Lyon"), ("views", "Near Lyon"), ("", "Near Lyon"),
    ],
)  # fmt: skip
def test_the_sentence_says_what_one_picture_was_read_as_where_it_is_no_photo(shape, start):
    assert guess(read_as=shape).sentence().startswith(start)
    stranger = guess(read_as=shape, out_of_distribution=True, expected_score=None).sentence()
    assert stranger.startswith(start if start.startswith("Read") else "Not a place")


def test_how_near_it_may_be_is_said_in_words_and_only_where_it_is_known():
    sure = guess(radius_km={"50": 118.6, "80": 640.0, "95": 2401.2})
    assert sure.reach() == "within 119 km with 50 %, 640 km with 80 %, 2,401 km with 95 %"
    assert sure.reach() in sure.sentence()
    assert guess().reach() == "" and "within" not in guess().sentence()
    stranger = guess(out_of_distribution=True, expected_score=None, radius_km={"50": 1.0})
    assert "within" not in stranger.sentence()
    assert json.loads(json.dumps(sure.as_dict()))["radius_km"]["80"] == 640.0


def test_no_probability_of_a_stranger_goes_out():
    data = json.loads(json.dumps(guess(out_of_distribution=True, expected_score=None).as_dict()))
    assert data["entropy"] is None and data["cells"] is None
    assert all(one["probability"] is None and one["score"] is None for one in data["candidates"])
    assert [one["country"] for one in data["candidates"]] == ["France", "Switzerland"]
