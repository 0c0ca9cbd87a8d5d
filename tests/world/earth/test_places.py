"""Where and when to look."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from model.errors import ConfigError, CoordinateError
from model.geo.distance import haversine_km
from world.earth.cities import FAMOUS, famous_cities
from world.earth.countries import facts
from world.earth.places import CLOSED, CONTINENT_CODES, PRESETS, SHARES, SPLITS, sample_places, split_of
from world.earth.sun import solar_position


def test_the_same_arguments_give_the_same_places_and_another_seed_others():
    first, again, other = sample_places(50, 3), sample_places(50, 3), sample_places(50, 4)
    assert first.equals(again)
    assert not np.isclose(first["lat"], other["lat"]).any()
    assert first["id"].tolist()[:2] == ["train-0000000", "train-0000001"]


@pytest.mark.parametrize("split", SPLITS)
def test_places_lie_on_land_in_daylight_in_cells_of_their_split(split, atlas):
    places = sample_places(300, 5, split)
    points = places[["lat", "lng"]].to_numpy()
    assert (split_of(points) == split).all()
    assert atlas.is_land(points).all()
    assert (points[:, 0] > -60.0).all()
    assert places["month"].isin(range(1, 13)).all()
    assert (solar_position(places["lat"], places["month"], places["hour"])[1] > 4.9).all()
    assert places["seed"].nunique() == 300


@pytest.mark.parametrize(("one", "other"), [("train", "validation"), ("train", "test"), ("validation", "test")])
def test_no_place_of_one_split_is_within_five_kilometres_of_another_split_nor_shares_its_seed(one, other):
    drawn = [sample_places(n, 1, split) for n, split in ((3000, one), (400, other))]
    first, second = (places[["lat", "lng"]].to_numpy() for places in drawn)
    assert haversine_km(second[:, None], first[None]).min() > 5.0
    seeds = [set(places["seed"] % len(SPLITS)) for places in drawn]
    assert seeds == [{SPLITS.index(one)}, {SPLITS.index(other)}], "the split is the seed's remainder"


def test_cells_are_shared_out_as_told_and_split_of_is_pure():
    rng = np.random.default_rng(0)
    points = np.stack([rng.uniform(-60, 70, 50_000), rng.uniform(-180, 180, 50_000)], axis=1)
    names = split_of(points)
    for split, share in zip(SPLITS, SHARES, strict=True):
        assert abs((names == split).mean() - share) < 0.01
    assert (split_of([(10.2, -180.0)]) == split_of([(10.2, 180.0)])).all()


@pytest.mark.parametrize("preset", CONTINENT_CODES)
def test_a_continent_stays_on_its_continent(preset, atlas):
    places = sample_places(100, 2, preset=preset)
    countries = atlas.describe(places[["lat", "lng"]].to_numpy())["country"]
    assert (atlas.countries["continent"].reindex(countries) == CONTINENT_CODES[preset]).all()


def test_urban_places_are_fuller_than_rural_ones_and_a_country_is_a_preset(atlas):
    def people(preset):
        return atlas.describe(sample_places(300, 2, preset=preset)[["lat", "lng"]].to_numpy())[
            "population_per_km2"
        ].median()

    assert people("urban") > 4 * people("rural")
    french = sample_places(50, 2, preset="FR")
    assert (atlas.describe(french[["lat", "lng"]].to_numpy())["country"] == "FR").all()


def test_closed_countries_are_never_drawn(atlas):
    countries = set(atlas.describe(sample_places(5000, 9)[["lat", "lng"]].to_numpy())["country"])
    assert len(countries) > 100
    assert not countries & CLOSED


def test_better_covered_countries_are_drawn_more_for_their_size(atlas):
    """Countries of a higher coverage class get more places for their area^0.3, class by class."""
    drawn = atlas.describe(sample_places(8000, 9)[["lat", "lng"]].to_numpy())["country"].value_counts()
    size = atlas.countries["area_km2"].clip(lower=20.0) ** 0.3
    of_class = {iso: facts(str(iso), str(row["continent"])).coverage for iso, row in atlas.countries.iterrows()}
    table = pd.DataFrame({"n": drawn.reindex(size.index).fillna(0), "size": size, "coverage": pd.Series(of_class)})
    rates = table[~table.index.isin(CLOSED)].groupby("coverage")[["n", "size"]].sum()
    assert ((rates["n"] / rates["size"]).diff().dropna() > 0).all()
    assert len(rates) == 4


DRAWN = {  # sha256 of 300 places of every preset, drawn before the famous cities of the game were
    "train": "750085476aca68ec",
    "validation": "389fa6bd18378e98",
    "test": "401164cde9c80e31",
    "game": "493455a5d972e75a",
}


@pytest.mark.parametrize("split", SPLITS)
def test_the_places_that_data_sets_were_made_of_stay_the_same_to_the_last_digit(split):
    presets = [preset for preset in (*PRESETS, "FR") if (split, preset) != ("game", "famous")]
    drawn = "".join(sample_places(300, 7, split, preset).to_csv(index=False) for preset in presets)
    assert hashlib.sha256(drawn.encode()).hexdigest()[:16] == DRAWN[split]


def nearest_city(points):
    """The number of the nearest famous city of each point, and how far it is."""
    away = haversine_km(points[:, None], famous_cities()[["lat", "lng"]].to_numpy()[None])
    return away.argmin(axis=1), away.min(axis=1)


def test_famous_places_lie_around_famous_cities_in_cells_of_their_split(atlas):
    assert len(famous_cities()) == len(FAMOUS) > 60
    for split in ("train", "game"):
        points = sample_places(200, 4, split, "famous")[["lat", "lng"]].to_numpy()
        assert (split_of(points) == split).all()
        assert atlas.is_land(points).all()
        city, away_km = nearest_city(points)
        assert away_km.max() <= 25.1
        assert len(np.unique(city)) >= 60


def test_a_game_of_famous_cities_never_has_one_twice_and_many_games_have_many():
    cities = set()
    for seed in range(40):
        city, _ = nearest_city(sample_places(5, seed, "game", "famous")[["lat", "lng"]].to_numpy())
        assert len(set(city)) == 5
        cities.update(city.tolist())
    assert len(cities) >= 60


def test_a_famous_city_of_the_game_comes_again_only_after_all_others():
    city, _ = nearest_city(sample_places(150, 3, "game", "famous")[["lat", "lng"]].to_numpy())
    different = len(np.unique(city))
    assert 60 <= different < 150
    assert len(np.unique(city[:different])) == different


def test_no_famous_place_of_the_game_is_within_five_kilometres_of_one_that_is_trained_on():
    trained = [sample_places(4000, 1, "train", preset)[["lat", "lng"]].to_numpy() for preset in ("urban", "famous")]
    played = sample_places(150, 1, "game", "famous")[["lat", "lng"]].to_numpy()
    assert haversine_km(played[:, None], np.concatenate(trained)[None]).min() > 5.0


def test_famous_cities_are_the_ones_meant(atlas):
    assert famous_cities()["name"].is_unique
    cities = famous_cities().set_index("name")
    assert haversine_km(cities.loc["Udaipur", ["lat", "lng"]].to_numpy(float), (24.58, 73.71)) < 10
    assert haversine_km(cities.loc["Paris", ["lat", "lng"]].to_numpy(float), (48.857, 2.352)) < 5
    assert haversine_km(cities.loc["Santiago", ["lat", "lng"]].to_numpy(float), (-33.45, -70.66)) < 10
    assert atlas.is_land(cities[["lat", "lng"]].to_numpy()).mean() > 0.95


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((5, 0, "dev"), "no split"),
        ((5, 0, "train", "atlantis"), "no preset"),
        ((-1, 0), "not negative"),
        ((1, 0, "train", "KP"), "closed"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, words):
    with pytest.raises(ConfigError, match=words):
        sample_places(*arguments)


def test_no_places_are_an_empty_table_and_a_bad_point_is_refused():
    assert len(sample_places(0, 1)) == 0
    with pytest.raises(CoordinateError):
        split_of([(95.0, 0.0)])
