"""Where and when to look."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import cKDTree

from model.errors import ConfigError, CoordinateError
from model.geo.distance import EARTH_RADIUS_KM, destination, haversine_km, to_unit
from world.earth.cities import FAMOUS, famous_cities
from world.earth.continents import continents
from world.earth.countries import facts
from world.earth.places import CLOSED, PRESETS, sample_places
from world.earth.splits import SPLITS, keeps_its_margin, split_of
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


@pytest.mark.parametrize("name", continents())
def test_a_continent_draws_nothing_outside_what_its_map_shows(name, atlas):
    places = sample_places(300, 2, preset=name)
    points = places[["lat", "lng"]].to_numpy()
    bounds = continents()[name].bounds
    assert bounds.hold(points).all()
    countries = atlas.describe(points)["country"].to_numpy(object)
    usual = atlas.countries["continent"].reindex(countries).to_numpy(object)
    assert continents()[name].holds(points, countries, usual).all()
    assert (usual == continents()[name].code).mean() > 0.8


def test_russia_is_shared_between_europe_and_asia_at_the_urals(atlas):
    for name, low, high in (("europe", 19.0, 66.6), ("asia", 58.6, 191.0)):
        places = sample_places(3000, 2, preset=name)
        points = places[["lat", "lng"]].to_numpy()
        russian = atlas.describe(points)["country"].to_numpy() == "RU"
        assert 20 < russian.sum() < 900
        east = points[russian, 1] % 360.0
        assert (east > low).all() and (east < high).all()


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


DRAWN = {  # sha256 of 300 places of every preset, since famous cities are shared by quarter cells
    "train": "b64c5c6749487c49",
    "validation": "a2ca12a851bffd03",
    "test": "ae812cfdd2ce86ac",
    "game": "71ab402fa4dbc551",
}
DRAWN_BEFORE = {  # of the world, urban, rural and FR before that: what the first data sets were made of
    "train": "c90ded34f73da628",
    "validation": "2e409ae1876373f7",
    "test": "f9120f5a0fd36566",
    "game": "9222f2b8a62d1750",
}


def digest_of(split, presets):
    drawn = "".join(sample_places(300, 7, split, preset).to_csv(index=False) for preset in presets)
    return hashlib.sha256(drawn.encode()).hexdigest()[:16]


@pytest.mark.parametrize("split", SPLITS)
def test_the_places_that_data_sets_are_made_of_stay_the_same_to_the_last_digit(split):
    assert digest_of(split, (*PRESETS, "FR")) == DRAWN[split]


@pytest.mark.parametrize("split", SPLITS)
def test_but_for_the_cells_of_famous_cities_they_are_the_places_of_the_first_data_sets(split, monkeypatch):
    monkeypatch.setattr("world.earth.splits._shared_cells", lambda: np.empty(0, np.uint64))
    assert digest_of(split, ("world", "urban", "rural", "FR")) == DRAWN_BEFORE[split]


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


def test_a_game_of_famous_cities_never_has_one_twice():
    for seed in range(40):
        city, _ = nearest_city(sample_places(5, seed, "game", "famous")[["lat", "lng"]].to_numpy())
        assert len(set(city)) == 5


def test_every_famous_city_is_played_before_one_comes_again():
    turns = sample_places(2 * len(FAMOUS), 3, "game", "famous")[["lat", "lng"]].to_numpy()
    city, away_km = nearest_city(turns)
    for turn in (city[: len(FAMOUS)], city[len(FAMOUS) :]):
        missed = [FAMOUS[k][0] for k in set(range(len(FAMOUS))) - set(turn.tolist())]
        assert not missed, f"{', '.join(missed)}: no place to play at"
    assert away_km.max() <= 25.1


def around_cities(n, km):
    """Points (155 n, 2), evenly strewn around every famous city."""
    cities = famous_cities()[["lat", "lng"]].to_numpy()
    rng = np.random.default_rng(0)
    away_km = km * np.sqrt(rng.random(n * len(cities)))
    return destination(np.repeat(cities, n, axis=0), rng.uniform(0.0, 360.0, len(away_km)), away_km)


def test_no_place_of_the_game_is_within_five_kilometres_of_one_that_is_trained_on():
    """Asked of the rule itself, densely around every famous city, over the borders of cells and quarters too."""
    points = around_cities(600, 45.0)
    played = points[keeps_its_margin(points, "game")]
    assert len(played) > 3000
    for split in ("train", "validation", "test"):
        others = to_unit(points[keeps_its_margin(points, split)])
        chord, _ = cKDTree(others).query(to_unit(played))
        assert 2.0 * EARTH_RADIUS_KM * np.arcsin(chord.min() / 2.0) > 5.0, split


def test_no_famous_place_of_the_game_is_near_any_that_is_trained_on():
    trained = [sample_places(4000, 1, "train", preset)[["lat", "lng"]].to_numpy() for preset in ("urban", "famous")]
    played = sample_places(200, 1, "game", "famous")[["lat", "lng"]].to_numpy()
    assert haversine_km(played[:, None], np.concatenate(trained)[None]).min() > 5.0


def test_no_famous_city_is_blind_ground_for_those_who_learn():
    """A part of what lies within 45 km of the middle of each is trained on, whatever its neighbours are."""
    points = around_cities(300, 45.0)
    city = np.repeat(np.arange(len(FAMOUS)), 300)
    learned = keeps_its_margin(points, "train")
    assert (np.bincount(city[learned], minlength=len(FAMOUS)) / 300).min() > 0.1


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
