"""The cells of a run on the map: by each of their properties, and every way in which there may be nothing to show."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from model.geocells.naive import NaiveSettings
from model.geocells.partition import make_geocells
from model.geocells.table import read_geocells, write_geocells
from pages.components import cell_map, cell_runs, resources

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository without a run."""
    monkeypatch.setattr(cell_runs, "repository_dir", lambda: tmp_path)
    monkeypatch.setattr(resources, "country_names", lambda: {"AT": "Austria", "HU": "Hungary"})
    return tmp_path


def make(folder: Path) -> Path:
    """A run of cells of 24 places in two countries."""
    rng = np.random.default_rng(0)
    points = np.stack([rng.uniform(46, 49, 24), rng.uniform(10, 20, 24)], axis=1)
    country = np.where(points[:, 1] < 15.0, "AT", "HU")
    places = pd.DataFrame({"lat": points[:, 0], "lng": points[:, 1], "country": country, "region": "<b>east</b>"})
    table, rule = make_geocells(places, NaiveSettings(5))
    return write_geocells(folder / "geocells.parquet", table, {"name": "naive"}, rule)


@pytest.fixture
def run(repository: Path) -> Path:
    """A checkpoint with cells."""
    return make(repository / "checkpoints" / "simulated-earth").parent


def drawn(app: AppTest) -> list[dict]:
    """The features on the map."""
    (chart,) = app.get("deck_gl_json_chart")
    layers = {layer["id"]: layer for layer in json.loads(chart.proto.json)["layers"]}
    return layers["cells"]["data"]["features"]


def measured(folder: Path, rows: list[tuple[int, int, float]]) -> None:
    """Predictions of test places: (true cell, guessed cell, distance)."""
    pd.DataFrame(rows, columns=["truth_cell", "cell", "distance_km"]).to_csv(folder / "predictions.csv", index=False)


def test_every_cell_is_drawn_and_says_what_it_holds(open_page: Open, said: Said, run: Path) -> None:
    cells = read_geocells(run / "geocells.parquet")
    app = open_page("geocells")
    assert not app.exception and not app.error
    features = drawn(app)
    assert len(features) == len(cells) > 4
    assert "Cell 0" in features[0]["tip"] and "training places" in features[0]["tip"] and "km²" in features[0]["tip"]
    assert "&lt;b&gt;east" in features[0]["tip"]  # a file's words are words, not HTML
    assert app.metric[0].value == f"{len(cells)}" and app.metric[1].value == "24"
    assert "Rectangles" in said(app)


@pytest.mark.parametrize("by", [cell_map.COUNTRY, cell_map.AREA])
def test_colours_follow_what_is_asked_for(open_page: Open, run: Path, by: str) -> None:
    app = open_page("geocells")
    before = [feature["properties"]["c"] for feature in drawn(app)]
    app.button_group(key="geocells-by").set_value(by).run()
    after = [feature["properties"]["c"] for feature in drawn(app)]
    assert not app.exception and before != after
    countries = read_geocells(run / "geocells.parquet").countries
    if by == cell_map.COUNTRY:
        assert len({(code, tuple(colour)) for code, colour in zip(countries, after, strict=True)}) == 2


def test_accuracy_that_nobody_measured_is_told_with_what_to_do(open_page: Open, said: Said, run: Path) -> None:
    app = open_page("geocells")
    app.button_group(key="geocells-by").set_value(cell_map.ACCURACY).run()
    assert not app.exception and not app.get("deck_gl_json_chart")
    assert "python -m model.evaluate" in app.info[0].value
    (run / "predictions.csv").write_text("id,lat,lng\n1,2,3\n")  # an older table, without cells
    assert "python -m model.evaluate" in app.run().info[0].value


def test_accuracy_is_the_share_of_a_cells_places_guessed_to_be_there(open_page: Open, run: Path) -> None:
    measured(run, [(0, 0, 10.0), (0, 1, 300.0), (1, 1, 5.0), (2, 0, 900.0)])
    tested = cell_runs.tested(run, read_geocells(run / "geocells.parquet"))
    assert tested.places[:4].tolist() == [2, 1, 1, 0] and tested.right[:4].tolist() == [1, 1, 0, 0]
    assert tested.median_km[:3].tolist() == [155.0, 5.0, 900.0] and np.isnan(tested.median_km[3])
    app = open_page("geocells")
    app.button_group(key="geocells-by").set_value(cell_map.ACCURACY).run()
    features = drawn(app)
    assert "1 of 2 test places" in features[0]["tip"] and "155 km" in features[0]["tip"]
    assert features[1]["properties"]["c"][:3] == list(cell_map.MODEL)
    assert features[2]["properties"]["c"][:3] == list(cell_map.LOW)
    assert features[3]["properties"]["c"][3] == cell_map.FAINT and "test places" not in features[3]["tip"]


@pytest.mark.parametrize("rows", [[(0, 99, 1.0)], [(-1, 0, 1.0)], [("a", "b", "c")]])
def test_predictions_of_other_cells_are_refused_and_the_map_stays(open_page: Open, run: Path, rows: list) -> None:
    measured(run, rows)
    app = open_page("geocells")
    assert not app.exception and "model.evaluate" in app.error[0].value
    assert len(drawn(app)) > 4


def test_without_a_run_the_page_says_how_to_make_one(open_page: Open) -> None:
    app = open_page("geocells")
    assert not app.exception and "build_geocells" in app.info[0].value


def test_a_broken_table_is_a_sentence_and_another_run_can_be_chosen(open_page: Open, repository: Path) -> None:
    broken = repository / "checkpoints" / "a" / "geocells.parquet"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"PAR1")
    make(repository / "runs" / "b")
    app = open_page("geocells")
    assert not app.exception and "cannot be read" in app.error[0].value
    app.selectbox(key="geocells-run").set_value("b").run()
    assert not app.error and len(drawn(app)) > 4


def test_polygons_that_are_none_are_a_sentence(open_page: Open, repository: Path) -> None:
    path = make(repository / "runs" / "b")
    table = read_geocells(path).table.assign(polygon=b"no polygon")
    write_geocells(path, table, {}, "nearest")
    app = open_page("geocells")
    assert not app.exception and "polygons" in app.error[0].value


def test_neighbouring_countries_differ_in_colour() -> None:
    rng = np.random.default_rng(1)
    points = np.stack([rng.uniform(30, 60, 300), rng.uniform(0, 60, 300)], axis=1)
    country = [f"{'ABCDEF'[int(x // 10)]}{'VWX'[int((y - 30) // 10)]}" for y, x in points]
    table, rule = make_geocells(pd.DataFrame({"lat": points[:, 0], "lng": points[:, 1], "country": country,
                                              "region": ""}), NaiveSettings(3))  # fmt: skip
    cells = cell_map.Geocells(table, {}, rule)
    colours = cell_map.shades(cells, cell_map.COUNTRY, None).colours
    given = dict(zip(cells.countries, map(tuple, colours.tolist()), strict=True))
    assert given["AV"] != given["BV"] != given["CV"] and given["AV"] != given["AW"]
