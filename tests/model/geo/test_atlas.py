"""The real atlas: known places, the sea, the poles, the antimeridian, and refusals."""

import json
import subprocess
import sys

import numpy as np
import pytest

from model.errors import CoordinateError
from model.geo.atlas import AtlasConfig, main
from model.geo.folders import repository_dir

COLUMNS = [
    "country", "country_name", "region", "region_code", "town", "native_town", "town_distance_km", "timezone",
    "koppen", "altitude_m", "population_per_km2", "temperature_c", "temperature_range_c", "precipitation_mm",
    "precipitation_range_mm", "driving_side", "is_land",
]  # fmt: skip

# lat, lng, country, town's own name, zone, side, lowest and highest altitude, mean temperature
KNOWN = [
    (35.6895, 139.6917, "JP", "東京", "Cfa", "left", 0, 60, 15.8),
    (55.7520, 37.6178, "RU", "Москва", "Dfb", "right", 100, 200, 6.3),
    (30.0626, 31.2497, "EG", "القاهرة", "BWh", "right", 0, 90, 22.0),
    (37.5660, 126.9784, "KR", "서울", None, "right", 0, 120, 12.8),
    (37.9838, 23.7278, "GR", "Αθήνα", "Csa", "right", 20, 250, 18.5),
    (13.7540, 100.5014, "TH", "กรุงเทพฯ", "Aw", "left", -5, 40, 28.6),
    (51.5085, -0.1257, "GB", "London", "Cfb", "left", 0, 60, 11.3),
    (-33.8678, 151.2073, "AU", "Sydney", "Cfa", "left", 0, 90, 18.0),
    (-1.2833, 36.8167, "KE", "Nairobi", None, "left", 1500, 1850, 18.8),
    (-16.5000, -68.1500, "BO", "La Paz", None, "right", 3400, 4200, 8.5),
    (64.1355, -21.8954, "IS", "Reykjavík", None, "right", -5, 100, 5.0),
    (40.7143, -74.0060, "US", "New York City", "Cfa", "right", -5, 60, 12.9),
]


@pytest.mark.parametrize("known", KNOWN, ids=[known[3] for known in KNOWN])
def test_a_known_city_is_described_as_it_is(atlas, known):
    lat, lng, country, native, koppen, side, lowest, highest, mean_c = known
    row = atlas.describe([(lat, lng)]).iloc[0]
    towns = atlas.towns[(atlas.towns["native_name"] == native) & (atlas.towns["country"] == country)]
    assert (row["country"], row["driving_side"], row["is_land"]) == (country, side, True)
    assert len(towns) > 0
    assert row["town_distance_km"] < 5
    assert koppen is None or row["koppen"] == koppen
    assert lowest <= row["altitude_m"] <= highest
    assert row["population_per_km2"] > 1000
    assert row["temperature_c"] == pytest.approx(mean_c, abs=3.0)


def test_towns_find_themselves(atlas):
    towns = atlas.towns.sample(3000, random_state=3)
    frame = atlas.describe(towns[["lat", "lng"]].to_numpy())
    assert (frame["country"].to_numpy() == towns["country"].to_numpy()).mean() > 0.999
    assert frame["is_land"].all()
    assert (frame["koppen"] != "Ocean").all()
    assert frame["town_distance_km"].max() < 0.01
    assert (frame["population_per_km2"] > 5).all()


def test_the_columns_are_the_promised_ones_and_numbers_are_finite(atlas):
    rng = np.random.default_rng(1)
    points = np.stack([np.degrees(np.arcsin(rng.uniform(-1, 1, 5000))), rng.uniform(-180, 180, 5000)], axis=-1)
    frame = atlas.describe(points)
    assert list(frame.columns) == COLUMNS
    numbers = frame.select_dtypes("number")
    assert np.isfinite(numbers.to_numpy()).all()
    assert frame["is_land"].mean() == pytest.approx(0.29, abs=0.03)
    assert set(frame["driving_side"]) == {"left", "right"}
    assert frame["altitude_m"].between(-450, 6700).all()
    assert frame["temperature_c"].between(-60, 35).all()
    assert not frame.isna().any().any()


def test_no_points_give_an_empty_frame_with_all_columns(atlas):
    for nothing in ([], np.empty((0, 2))):
        frame = atlas.describe(nothing)
        assert len(frame) == 0
        assert list(frame.columns) == COLUMNS
    assert atlas.is_land([]).shape == (0,)
    assert atlas.turbidity([], []).shape == (0,)


def test_a_bare_pair_is_one_point(atlas):
    assert atlas.describe((48.8566, 2.3522))["country"].tolist() == ["FR"]


@pytest.mark.parametrize("point", [(0.0, -30.0), (-45.0, -120.0), (40.0, -40.0)])
def test_the_open_sea_has_no_country(atlas, point):
    row = atlas.describe([point]).iloc[0]
    assert not row["is_land"]
    assert (row["country"], row["country_name"], row["region"], row["town"], row["timezone"]) == ("",) * 5
    assert (row["koppen"], row["altitude_m"], row["population_per_km2"]) == ("Ocean", 0.0, 0.0)
    assert row["town_distance_km"] > 100


def test_a_harbour_belongs_to_its_town(atlas):
    row = atlas.describe([(43.285, 5.345)]).iloc[0]  # water off Marseille's old port
    assert row["country"] == "FR"
    assert row["koppen"] == "Csa"


def test_the_south_pole_is_antarctica_and_the_north_pole_is_sea(atlas):
    north, south = atlas.describe([(90.0, 0.0), (-90.0, 0.0)]).to_dict("records")
    assert (north["is_land"], north["country"]) == (False, "")
    assert (south["is_land"], south["country"], south["koppen"], south["town"]) == (True, "AQ", "EF", "")
    assert south["temperature_c"] < -30


def test_both_sides_of_the_antimeridian_are_one_place(atlas):
    east, west, wrapped = atlas.describe([(-16.8, 180.0), (-16.8, -180.0), (-16.8, 540.0 - 360.0)]).to_dict("records")
    assert east == west == wrapped
    assert east["country"] == "FJ"
    assert atlas.describe([(66.0, 179.9), (66.0, -179.9)])["country"].tolist() == ["RU", "RU"]


def test_empty_coasts_belong_to_their_own_island(atlas):
    row = atlas.describe([(79.0, -25.0)]).iloc[0]  # nearer to Svalbard than to any town of Greenland
    assert row["country"] == "GL"


@pytest.mark.parametrize(
    ("points", "says"),
    [([(139.69, 35.68)], "swapped"), ([(95.0, 190.0)], "no place"), ([(None, 1.0)], "no place"), ("x", "something")],
)
def test_what_is_no_place_is_refused(atlas, points, says):
    with pytest.raises(CoordinateError, match=says):
        atlas.describe(points)


def test_layers_agree_with_the_description(atlas):
    points = atlas.towns[["lat", "lng"]].sample(500, random_state=2).to_numpy() + 0.05
    frame = atlas.describe(points)
    assert (atlas.is_land(points) == frame["is_land"]).all()
    assert np.allclose(atlas.altitude_m(points), frame["altitude_m"])
    land = frame["is_land"].to_numpy()
    assert (atlas.koppen(points)[land] == frame["koppen"].to_numpy()[land]).all()
    assert np.allclose(atlas.population_per_km2(points)[land], frame["population_per_km2"][land])


def test_haze_follows_month_and_place(atlas):
    delhi, alaska = (28.6, 77.2), (65.0, -150.0)
    assert atlas.turbidity([delhi], 6)[0] > atlas.turbidity([alaska], 1)[0]
    assert atlas.turbidity([delhi, delhi], [1, 7]).shape == (2,)
    with pytest.raises(CoordinateError, match="months"):
        atlas.turbidity([delhi], 13)


def test_the_coast_is_near_the_coast(atlas):
    marseille, ulaanbaatar, ocean = atlas.coast_km([(43.30, 5.37), (47.9, 106.9), (-45.0, -120.0)])
    assert marseille < 20
    assert ulaanbaatar > 800
    assert ocean > 800


def test_regions_read_well(atlas):
    points = [(34.05, -118.24), (48.14, 11.58), (45.46, 9.19), (-23.55, -46.63), (55.95, -3.19), (35.02, 135.76)]
    regions = atlas.describe(points)["region"].tolist()
    assert regions == ["California", "Bavaria", "Lombardy", "São Paulo", "Scotland", "around Kyoto"]


def test_countries_know_themselves(atlas):
    japan = atlas.countries.loc["JP"]
    assert (japan["name"], japan["capital"], japan["continent"], japan["languages"]) == ("Japan", "Tokyo", "AS", "ja")
    assert japan["driving_side"] == "left"
    assert set(atlas.towns["country"]) <= set(atlas.countries.index)
    left = set(atlas.countries.index[atlas.countries["driving_side"] == "left"])
    assert {"GB", "IN", "AU", "ZA", "TH", "ID", "KE", "NZ", "MT", "MO"} <= left
    assert not {"US", "FR", "CN", "BR", "NG", "PH", "GI", "MM", "RW"} & left


def test_the_command_describes_a_point_and_itself(atlas, capsys):
    main(AtlasConfig(lat=35.69, lng=139.69, json=True))
    assert json.loads(capsys.readouterr().out)["country"] == "JP"
    folder = main(AtlasConfig())
    assert "towns" in capsys.readouterr().out
    assert (folder / "atlas.json").is_file()


def test_the_command_wants_both_coordinates():
    command = [sys.executable, "-m", "model.geo.atlas", "--lat", "3"]
    done = subprocess.run(command, cwd=repository_dir(), capture_output=True, text=True)
    assert done.returncode == 2
    assert "give both" in done.stderr
    assert "Traceback" not in done.stderr
