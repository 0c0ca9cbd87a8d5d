"""Places that words can name: countries, and cities or regions known by their row in the atlas."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from model.errors import ArtifactError, ConfigError
from model.geo.distance import haversine_km
from model.geocells.sites import cells_of_sites
from model.predictors.gazetteer import Gazetteer
from model.predictors.prompts import PROMPTS, prompts_for, prompts_named

TOWNS = pd.DataFrame(
    [
        ("Springfield", "Illinois", "IL", "US", 39.8, -89.6, 110_000),
        ("Springfield", "Missouri", "MO", "US", 37.2, -93.3, 160_000),
        ("Chicago", "Illinois", "IL", "US", 41.9, -87.6, 2_700_000),
        ("Tartu", "Tartumaa", "18", "EE", 58.4, 26.7, 101_000),
        ("Chicago again", "Illinois", "IL", "US", 41.9, -87.6, 5),
        ("Nowhere", "", "", "XX", 1.0, 1.0, 10),
    ],
    columns=["name", "region", "region_code", "country", "lat", "lng", "population"],
)
COUNTRIES = pd.DataFrame(
    {"name": ["Estonia", "United States", "Bouvet Island"], "continent_name": ["Europe", "North America", ""]},
    index=pd.Index(["EE", "US", "BV"], name="country"),
)
ATLAS = SimpleNamespace(towns=TOWNS, countries=COUNTRIES)


def test_cities_stand_country_by_country_the_largest_first_and_keep_their_row_of_the_atlas():
    places = Gazetteer.of_atlas(ATLAS)
    assert places.countries["iso"].tolist() == ["EE", "US"], "a country without towns cannot be answered"
    assert places.table["town_row"].tolist() == [3, 2, 1, 0], "of two at one spot the larger stays"
    assert places.first.tolist() == [0, 1, 4]
    assert [places.table["name"].iloc[places.of_country(1)].tolist()] == [["Chicago", "Springfield", "Springfield"]]
    assert len(places.regions) == 4 and places.regions.countries.tolist() == ["EE", "US", "US", "US"]
    assert places.regions.assign([[58.0, 26.0], [38.0, -93.0]]).tolist() == [0, 2]
    assert Gazetteer.of_atlas(ATLAS, most=1).table["name"].tolist() == ["Tartu", "Chicago"]
    assert len(Gazetteer.of_atlas(ATLAS, most=0).table) == 4


def test_two_cities_of_one_name_are_told_apart_by_their_regions():
    places, prompts = Gazetteer.of_atlas(ATLAS), PROMPTS["streetclip"]
    assert places.texts_of_leaf(1, prompts) == ["A Street View photo from Chicago, the United States."]
    both = [places.texts_of_leaf(row, prompts)[0] for row in (2, 3)]
    assert "Springfield in Missouri" in both[0] and "Springfield in Illinois" in both[1]
    assert places.texts_of_country(1, prompts) == ["A Street View photo in the United States."]


def test_a_region_stands_where_its_people_live():
    places = Gazetteer.of_atlas(ATLAS, "region")
    assert places.table["name"].tolist() == ["Tartumaa", "Illinois", "Missouri"]
    illinois = places.table[["lat", "lng"]].to_numpy()[1]
    assert haversine_km(illinois, (41.9, -87.6)) < 20 < haversine_km(illinois, (39.8, -89.6))
    assert places.texts_of_leaf(1, PROMPTS["photo"]) == ["A photo from the region of Illinois in the United States."]


def test_polygons_are_made_when_they_are_drawn_and_cover_the_earth():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"lat": rng.uniform(-60, 60, 12), "lng": rng.uniform(-180, 180, 12), "country": "KE",
                          "region": ""})  # fmt: skip
    cells = cells_of_sites(table, {"name": "test"})
    assert "polygons" not in vars(cells)
    assert cells.areas_km2.sum() == pytest.approx(5.1e8, rel=0.02)
    assert len(cells.geojson()["features"]) == 12


def test_places_that_are_there_twice_or_none_are_refused():
    table = pd.DataFrame({"lat": [1.0, 1.0], "lng": [2.0, 2.0], "country": "KE", "region": ""})
    for some in (table, table.head(0)):
        with pytest.raises(ArtifactError, match="places that differ"):
            cells_of_sites(some, {})


def test_prompts_suit_the_encoder_and_an_unknown_set_is_one_sentence():
    assert prompts_for("geolocal/StreetCLIP", None) == "streetclip"
    assert prompts_for("openai/clip-vit-base-patch32", None) == "clip"
    assert (prompts_for("x", "street_view"), prompts_for("x", "photo")) == ("street-view", "photo")
    with pytest.raises(ConfigError, match=r"the prompts 'haiku', found street-view, photo"):
        prompts_named("haiku")
    for prompts in PROMPTS.values():
        said = [*prompts.of_part("Europe"), *prompts.of_country("Netherlands"), *prompts.of_region("Utrecht", "X"),
                *prompts.of_city("Zeist", "Utrecht", "X")]  # fmt: skip
        assert len(set(said)) == len(said) >= 4 and not any("{" in one for one in said)
        assert "the Netherlands" in said[len(prompts.part)]
