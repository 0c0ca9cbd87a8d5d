"""Country by country, then city by city, with a text tower that knows where every name lies."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from model.errors import ArtifactError, ConfigError
from model.geolocator import Geolocator
from model.predictors.gazetteer import Gazetteer
from model.predictors.in_words import InWords
from model.predictors.prompts import PROMPTS
from model.predictors.protocol import ask, features_of
from model.predictors.settings import read_settings
from model.predictors.text_cache import TextCache
from model.predictors.zero_shot import ZeroShot, ZeroShotSettings

TOWNS = pd.DataFrame(
    [
        ("Chicago", "Illinois", "IL", "US", 41.9, -87.6, 2_700_000),
        ("Austin", "Texas", "TX", "US", 30.3, -97.7, 900_000),
        ("Tartu", "Tartumaa", "18", "EE", 58.4, 26.7, 101_000),
        ("Lima", "Lima", "15", "PE", -12.0, -77.0, 7_700_000),
    ],
    columns=["name", "region", "region_code", "country", "lat", "lng", "population"],
)
COUNTRIES = pd.DataFrame(
    {"name": ["Estonia", "Peru", "United States"], "continent_name": ["Europe", "South America", "North America"]},
    index=pd.Index(["EE", "PE", "US"], name="country"),
)
PLACES = Gazetteer.of_atlas(SimpleNamespace(towns=TOWNS, countries=COUNTRIES))
WORDS = ("Estonia", "Peru", "United States", "Tartu", "Lima", "Chicago", "Austin", "Europe")
DIM = len(WORDS)


def tower(texts):
    """A sentence means the last of the words it holds that is no country, or the country."""
    out = np.zeros((len(texts), DIM), np.float32)
    for row, text in enumerate(texts):
        found = [word for word in WORDS if word in text]
        inner = [word for word in found if WORDS.index(word) > 2]
        out[row, WORDS.index((inner or found)[0])] = 1.0
    return out


def meaning(**weights):
    vector = np.array([weights.get(word.replace(" ", "_"), 0.0) for word in WORDS], np.float32)
    return (vector / np.linalg.norm(vector))[None]


@pytest.fixture
def texts(tmp_path, monkeypatch):
    monkeypatch.setattr("model.predictors.text_cache.cache_dir", lambda: tmp_path)  # the atlas stays where it is
    return TextCache("t" * 64, tower, DIM)


def system(texts, scale=10.0, **settings):
    return ZeroShot(PLACES, texts, scale, ZeroShotSettings(**{"prompts": "street-view", **settings}))


def softmax(*values):
    raised = np.exp(np.array(values))
    return raised / raised.sum()


def test_scores_are_the_product_of_the_levels(texts):
    picture = meaning(United_States=1.0, Peru=0.5, Austin=0.4)
    scores = system(texts).scores(picture)[0]
    length = np.sqrt(1 + 0.25 + 0.16)
    countries = softmax(0, 5 / length, 10 / length)
    cities = softmax(0, 4 / length)
    assert PLACES.table["name"].tolist() == ["Tartu", "Lima", "Chicago", "Austin"]
    assert scores == pytest.approx([*countries[:2], *(countries[2] * cities)], rel=1e-4)
    assert scores.sum() == pytest.approx(1.0)
    assert system(texts).points(picture).tolist() == [[30.3, -97.7]]


def test_a_beam_goes_down_the_likeliest_countries_alone_and_asks_of_no_other_city(texts):
    picture = meaning(United_States=1.0, Peru=0.9)
    narrow = system(texts, beam=1)
    scores = narrow.scores(picture)[0]
    assert scores[:2].tolist() == [0.0, 0.0] and scores.sum() == pytest.approx(1.0)
    assert not any("Tartu" in text or "Lima" in text for text in texts._known)
    assert narrow.points(picture)[0, 1] < -87
    assert (system(texts, beam=0).scores(picture) > 0).all()


def test_a_city_of_the_second_country_can_win_with_a_beam_and_not_without(texts):
    """Two cities share the first country, the second has but one."""
    picture = meaning(United_States=1.0, Peru=0.97)
    assert system(texts, beam=1).points(picture)[0, 0] > 0
    assert system(texts, beam=2).points(picture).tolist() == [[-12.0, -77.0]]


def test_many_pictures_at_once_are_what_each_is_alone(texts):
    pictures = np.concatenate([meaning(Peru=1.0), meaning(Estonia=1.0, Tartu=0.2), meaning(Austin=1.0)])
    for beam in (1, 2, 0):
        zero_shot = system(texts, beam=beam)
        alone = np.concatenate([zero_shot.scores(one[None]) for one in pictures])
        assert zero_shot.scores(pictures) == pytest.approx(alone, abs=1e-6)


def test_a_temperature_makes_it_less_sure(texts):
    picture = meaning(Peru=1.0)
    assert system(texts, temperature=5.0).scores(picture).max() < system(texts).scores(picture).max()


@pytest.mark.parametrize("temperature", [1e-3, 1e3])
def test_the_furthest_temperatures_still_give_probabilities(texts, temperature):
    found = system(texts, scale=100.0, temperature=temperature).scores(np.eye(texts.dim, dtype=np.float32))
    assert np.isfinite(found).all() and found.sum(axis=1) == pytest.approx(np.ones(texts.dim), abs=1e-5)


def test_it_goes_through_every_door(texts):
    zero_shot = system(texts)
    assert features_of(zero_shot).kind == "projected"
    guess = Geolocator.of(zero_shot).locate_many(meaning(Peru=1.0, Lima=0.3))[0]
    assert (guess.system, guess.lat, guess.candidates[0].country) == ("Zero-shot", -12.0, "PE")
    assert guess.as_dict()["system"] == "Zero-shot" and guess.sentence().endswith(".")
    answer = ask(zero_shot, meaning(Austin=1.0, United_States=1.0))
    assert answer.points.tolist() == [[30.3, -97.7]]
    assert zero_shot.record["settings"]["beam"] == 10


def test_embeddings_of_another_encoder_are_refused(texts):
    with pytest.raises(ArtifactError, match=r"looked for embeddings \(N, 8\)"):
        system(texts).scores(np.ones((1, 5), np.float32))


def test_settings_that_cannot_be_are_one_sentence():
    assert read_settings(ZeroShotSettings, ["beam=3", "leaves=region", "temperature=2"], "zero-shot") == {
        "beam": 3, "leaves": "region", "temperature": 2.0}  # fmt: skip
    for wrong in ("beam", "beams=3", "beam=many"):
        with pytest.raises(ConfigError, match="looked for a"):
            read_settings(ZeroShotSettings, [wrong], "zero-shot")
    for wrong in ({"beam": -1}, {"temperature": 0.0}, {"temperature": float("nan")}, {"temperature": 1e-40},
                  {"temperature": float("inf")}, {"temperature": 1001.0}, {"leaves": "street"},
                  {"prompts": "haiku"}):  # fmt: skip
        with pytest.raises(ConfigError, match="looked for"):
            ZeroShotSettings(**wrong)


def test_in_words_captions_get_shares_and_one_goes_down_from_the_world_to_a_city(texts):
    asked = InWords(meaning(United_States=1.0, Austin=0.5, Europe=0.1), texts, 10.0, PLACES, PROMPTS["clip"])
    found = asked.captions(["a road in Peru", "a road in the United States"])
    assert [one.name for one in found] == ["a road in Peru", "a road in the United States"]
    assert sum(one.share for one in found) == pytest.approx(1.0) and found[1].share > 0.99
    assert not any("road" in text for text in texts._known or {}), "what was typed is not kept"
    cities = asked.cities("US")
    assert [(one.key, one.name) for one in cities] == [("1", "Austin"), ("0", "Chicago")]
    assert [one.key for one in asked.countries("Europe")] == ["EE"]


def test_in_words_refuses_what_cannot_be_asked(texts):
    asked = InWords(meaning(Peru=1.0), texts, 10.0, PLACES, PROMPTS["clip"])
    for wrong in ([], ["x"] * 51, [" "], ["Peru" * 200]):
        with pytest.raises(ConfigError, match="captions"):
            asked.captions(wrong)
    with pytest.raises(ConfigError, match="Atlantis"):
        asked.countries("Atlantis")
    with pytest.raises(ConfigError, match="code 'ZZ'"):
        asked.cities("ZZ")
