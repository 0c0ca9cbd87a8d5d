"""Which ground belongs to which stage."""

import numpy as np
import pytest

from model.errors import ConfigError, CoordinateError
from world.earth import splits
from world.earth.cities import FAMOUS, famous_cities
from world.earth.splits import (
    CELL_DEG,
    MARGIN_KM,
    QUARTER_DEG,
    SHARES,
    SPLITS,
    city_quarters,
    keeps_its_margin,
    split_of,
)


@pytest.fixture
def emptied():
    """The table is read anew in the test, and again after it."""

    def forget():
        for cached in (splits.city_quarters, splits._city_cells, splits._shared_cells):
            cached.cache_clear()

    forget()
    yield
    forget()


def test_cells_are_shared_out_as_told_and_split_of_is_pure():
    rng = np.random.default_rng(0)
    points = np.stack([rng.uniform(-60, 70, 50_000), rng.uniform(-180, 180, 50_000)], axis=1)
    names = split_of(points)
    for split, share in zip(SPLITS, SHARES, strict=True):
        assert abs((names == split).mean() - share) < 0.01
    assert (split_of([(10.2, -180.0)]) == split_of([(10.2, 180.0)])).all()
    assert (names[::7] == split_of(points[::7])).all()


def test_outside_the_cells_of_famous_cities_nothing_moved(emptied, monkeypatch, tmp_path):
    rng = np.random.default_rng(1)
    points = np.stack([rng.uniform(-60, 70, 200_000), rng.uniform(-180, 180, 200_000)], axis=1)
    cells = {(q.south // CELL_DEG, q.west // CELL_DEG) for q in city_quarters()}
    in_city = np.array([(lat, lng) in cells for lat, lng in np.floor(points / CELL_DEG)])
    assert 50 < in_city.sum() < 1000
    now, deep = split_of(points), [keeps_its_margin(points, split) for split in SPLITS]
    (tmp_path / "none.csv").write_text("name,country,south,west,north,east\n")
    monkeypatch.setattr(splits, "TABLE", tmp_path / "none.csv")
    for cached in (splits.city_quarters, splits._city_cells, splits._shared_cells):
        cached.cache_clear()
    assert (split_of(points)[~in_city] == now[~in_city]).all()
    assert (split_of(points)[in_city] != now[in_city]).any()
    for split, kept in zip(SPLITS, deep, strict=True):
        assert (keeps_its_margin(points, split)[~in_city] == kept[~in_city]).all()


def test_every_famous_city_has_its_quarter_in_the_table():
    """A city that is new in the list wants a row: the quarter cell with its middle, two where one leaves too little."""
    assert [(q.name, q.country) for q in city_quarters()] == list(FAMOUS)
    middles = famous_cities()[["lat", "lng"]].to_numpy(np.float64)
    for quarters, middle in zip(city_quarters(), middles, strict=True):
        assert quarters.holds(middle[None]).all(), quarters.name
    assert (split_of(middles) == "game").all()


def test_the_rest_of_a_famous_cell_is_trained_on():
    for q in city_quarters():
        south, west = np.floor(q.south / CELL_DEG) * CELL_DEG, np.floor(q.west / CELL_DEG) * CELL_DEG
        corners = [(south + lat, west + lng) for lat in (0.1, 0.1 + QUARTER_DEG) for lng in (0.1, 0.1 + QUARTER_DEG)]
        names = split_of(corners).tolist()
        assert set(names) == {"train", "game"}
        assert names.count("train") >= 2, q.name


def test_the_margin_of_a_quarter_cell_is_its_own():
    paris = next(q for q in city_quarters() if q.name == "Paris")
    lng = (paris.west + paris.east) / 2
    north = np.linspace(paris.south, paris.north, 501)[:-1]
    kept = north[keeps_its_margin(np.stack([north, np.full(len(north), lng)], axis=1), "game")]
    assert (kept.min() - paris.south) * 111.195 == pytest.approx(MARGIN_KM, abs=0.06)
    assert (paris.north - kept.max()) * 111.195 == pytest.approx(MARGIN_KM, abs=0.06)
    dublin = next(q for q in city_quarters() if q.name == "Dublin")
    assert dublin.east - dublin.west == CELL_DEG
    between = [((dublin.south + dublin.north) / 2, (dublin.west + dublin.east) / 2)]
    assert keeps_its_margin(np.array(between), "game").all(), "no margin runs between two quarters of one city"


@pytest.mark.parametrize(
    "row",
    ["Oz,US,10.0,20.0,10.3,20.25", "Oz,US,10.0,20.0,10.5,20.5", "Oz,US,10.25,20.0,10.75,20.25", "Oz,US,10,x,1,1", "Oz"],
)
def test_ground_that_is_not_one_or_two_quarters_of_a_cell_is_refused(row, emptied, monkeypatch, tmp_path):
    (tmp_path / "bad.csv").write_text(f"name,country,south,west,north,east\n{row}\n")
    monkeypatch.setattr(splits, "TABLE", tmp_path / "bad.csv")
    with pytest.raises(ConfigError, match=r"bad.csv, row 2.*mend that"):
        city_quarters()


def test_a_bad_point_is_refused():
    with pytest.raises(CoordinateError):
        split_of([(95.0, 0.0)])
