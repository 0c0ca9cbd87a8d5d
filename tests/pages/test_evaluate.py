import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from model.artifacts import fingerprint
from model.errors import ArtifactError
from model.geo.distance import destination
from pages.components import knowledge, resources, runs, seen_again
from pages.components.identity import MODEL, PERSON
from world import WORLD_VERSION

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]
N = 60


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own, without runs."""
    for module in (runs, seen_again):
        monkeypatch.setattr(module, "repository_dir", lambda: tmp_path)
    monkeypatch.setattr(
        resources, "countries_and_climates", lambda p: tuple(np.full(len(p), one, object) for one in ("AT", "Cfb"))
    )
    monkeypatch.setattr(resources, "country_names", lambda: {"AT": "Austria", "NA": "Namibia"})
    return tmp_path


def table(off_km: float = 100.0, seed: int = 0) -> pd.DataFrame:
    """Places whose guesses lie `off_km`, 2 `off_km`, … away in a random direction."""
    rng = np.random.default_rng(seed)
    truth = np.stack([np.linspace(-50.0, 60.0, N), np.linspace(-170.0, 175.0, N)], axis=1)
    guess = destination(truth, rng.uniform(0.0, 360.0, N), off_km * (1.0 + np.arange(N) % 5))
    return pd.DataFrame({
        "id": [f"test-{k}" for k in range(N)], "lat": guess[:, 0], "lng": guess[:, 1], "truth_lat": truth[:, 0],
        "truth_lng": truth[:, 1], "country": "AT", "truth_country": ["AT", "NA"] * (N // 2), "koppen": "Cfb",
        "cell": 1, "truth_cell": np.arange(N) % 2, "probability": 0.5, "entropy": 1.0, "expected_score": 3000.0,
        "radius_50": 250.0, "radius_80": 350.0, "radius_95": 9000.0, "month": 6, "hour": 12.0, "seed": 7,
    })  # fmt: skip


def write(root: Path, name: str, predictions: pd.DataFrame | str | None, **more: object) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    told = {"n": N, "median_km": 300.0, "country_accuracy": 0.5, "mean_score": 3210.0, "split": "test",
            "within_km": {"25": 0.1}, "world_version": WORLD_VERSION,
            "interval_95": {"median_km": [250.0, 350.0], "mean_score": "broken"}, **more}  # fmt: skip
    (folder / "metrics.json").write_text(json.dumps(told))
    if isinstance(predictions, pd.DataFrame):
        predictions.to_csv(folder / "predictions.csv", index=False)
    elif predictions is not None:
        (folder / "predictions.csv").write_text(predictions)
    return folder


def test_without_runs_the_page_says_how_to_make_one(open_page: Open, said: Said) -> None:
    app = open_page("evaluate")
    assert not app.exception and not app.error
    assert "Nothing was measured yet" in said(app) and "make reproduce" in said(app)
    assert "python -m model.evaluate" in app.code[0].value


def test_a_whole_run_shows_figures_curves_radii_groups_and_the_worst(
    open_page: Open, said: Said, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, "checkpoints/one", table())
    app = open_page("evaluate")
    assert not app.exception and not app.error
    assert [metric.value for metric in app.metric] == ["300 km", "50.0%", "3,210", "10.0%"]
    assert len(app.get("vega_lite_chart")) == 5  # curve, reliability, radii, country, climate
    words = said(app)
    assert "Median radius: 250 km for 50%, 350 km for 80%, 9,000 km for 95%" in words
    assert "1. 500 km off" in words and "belief 50%" in words
    figures = app.dataframe[0].value.set_index("figure")
    assert figures.loc["median distance", "95 % interval"] == "250 km – 350 km"
    assert figures.loc["mean score", "95 % interval"] == ""
    drawn: list[tuple] = []
    picture = resources.thumbnail()
    monkeypatch.setattr(resources, "four_views", lambda *recipe: drawn.append(recipe) or picture)
    app.toggle(key="evaluate-pictures").set_value(True).run()
    assert not app.exception and len(drawn) == 6 and all(recipe[2:] == (6, 12.0, 7) for recipe in drawn)
    assert "Drawn again from its recipe" in said(app)


def test_a_run_with_figures_alone_shows_those_and_what_to_do(open_page: Open, said: Said, root: Path) -> None:
    write(root, "checkpoints/one", None)
    app = open_page("evaluate")
    assert not app.exception and not app.error and "predictions.csv did not come along" in app.info[0].value
    assert "--checkpoint checkpoints/one" in app.code[0].value and len(app.metric) == 4


def test_an_old_table_shows_what_it_has_and_the_atlas_tells_the_rest(open_page: Open, said: Said, root: Path) -> None:
    write(root, "runs/old", table()[["id", "lat", "lng", "truth_lat", "truth_lng"]])
    app = open_page("evaluate")
    assert not app.exception and not app.error
    assert len(app.get("vega_lite_chart")) == 3  # curve, country, climate
    assert "does not tell the probability" in said(app) and "Median radius" not in said(app)
    app.toggle(key="evaluate-pictures").set_value(True).run()
    assert not app.exception and "No picture: neither its files nor its recipe" in said(app)


BROKEN = {
    "\x00\x01\x02": "cannot be read as a table|lacks the columns",
    "id,lat\n1,2\n": "lacks the columns lng, truth_lat, truth_lng",
    "id,lat,lng,truth_lat,truth_lng\n": "holds no places",
    "id,lat,lng,truth_lat,truth_lng\n1,200,0,0,0\n": "lie on no Earth",
    "id,lat,lng,truth_lat,truth_lng\n1,1,nan,0,0\n": "lie on no Earth",
    'id,lat,lng,truth_lat,truth_lng\n"1,1,1,0,0\n': "cannot be read as a table",
}


@pytest.mark.parametrize(("text", "words"), BROKEN.items())
def test_a_broken_table_is_a_sentence_and_names_no_folder(root: Path, text: str, words: str) -> None:
    write(root, "runs/bad", text)
    with pytest.raises(ArtifactError, match=words) as caught:
        runs.predictions(runs.found(root)[0])
    assert "model.evaluate" in str(caught.value) and str(root) not in str(caught.value)


def test_a_broken_table_stops_no_page(open_page: Open, root: Path) -> None:
    write(root, "runs/bad", "id,lat\n1,2\n")
    app = open_page("evaluate")
    assert (
        not app.exception and len(app.error) == 1 and app.error[0].value.startswith("The predictions.csv of runs/bad")
    )
    assert len(app.metric) == 4


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"n": "many", "median_km": 1}', '{"n": 1e999, "median_km": 1}'])
def test_broken_figures_are_a_sentence(root: Path, text: str) -> None:
    write(root, "runs/bad", None)
    (root / "runs/bad/metrics.json").write_text(text)
    with pytest.raises(ArtifactError, match=r"the metrics\.json of runs/bad"):
        runs.figures(runs.found(root)[0])


def test_two_runs_on_the_same_places_are_compared_in_pairs(open_page: Open, said: Said, root: Path) -> None:
    write(root, "runs/good", table(100.0))
    write(root, "runs/poor", table(400.0))
    app = open_page("evaluate")
    app.selectbox(key="evaluate-other-runs/good").select_index(1).run()
    assert not app.exception and not app.error
    assert "On **60** places" in said(app) and "is **better** than" in said(app)
    rows = app.dataframe[0].value.set_index("figure")
    assert rows.loc["within 750 km, %", "this run"] == "100.0" and rows.loc["within 750 km, %", "the other"] == "20.0"
    assert rows.loc["within 750 km, %", "difference"] == "+80.0"


def test_runs_of_other_places_are_not_compared(open_page: Open, root: Path) -> None:
    write(root, "runs/good", table())
    write(root, "runs/else", table().assign(truth_lat=lambda f: f["truth_lat"] + 1.0))
    app = open_page("evaluate")
    app.selectbox[1].select_index(1).run()
    assert not app.exception and "not measured on the same places" in app.info[0].value


def test_namibia_is_a_country_and_no_missing_value(root: Path) -> None:
    write(root, "runs/one", table())
    [run] = runs.found(root)
    assert set(runs.predictions(run)["truth_country"]) == {"AT", "NA"}


def test_distances_are_worked_out_and_not_believed(root: Path) -> None:
    write(root, "runs/one", table().assign(distance_km=0.0, score=5000))
    found = runs.predictions(runs.found(root)[0])
    assert found["distance_km"].to_numpy()[:5] == pytest.approx([100.0, 200.0, 300.0, 400.0, 500.0])
    assert found["score"].iloc[0] == round(5000 * np.exp(-100.0 / 1492.7))


def test_pictures_are_files_of_the_measured_manifest_only_and_none_outside_its_folder(root: Path) -> None:
    folder = root / "data" / "mine"
    folder.mkdir(parents=True)
    pd.DataFrame({"id": ["test-0"]}).to_parquet(folder / "manifest.parquet")
    Image.new("RGB", (64, 64)).save(folder / "a.jpg")
    Image.new("RGB", (64, 64)).save(root / "secret.jpg")
    run = write(root, "runs/one", table())
    record = {"inputs": {"manifest": fingerprint(folder / "manifest.parquet")}}
    (run / "evaluate.record.json").write_text(json.dumps(record))
    [one] = runs.found(root)
    assert seen_again.folder_of(one) == folder
    assert seen_again.files_of({"image": "a.jpg"}, folder) == [folder / "a.jpg"]
    assert seen_again.files_of({"image": "../../secret.jpg"}, folder) == []
    assert seen_again.files_of({"image": str(root / "secret.jpg")}, folder) == []
    assert seen_again.files_of({"image": "b.jpg"}, folder) == [] and seen_again.files_of({"image": "a.jpg"}, None) == []
    (run / "evaluate.record.json").write_text(json.dumps({"inputs": {"manifest": "of another table"}}))
    assert seen_again.folder_of(one) is None
    (run / "evaluate.record.json").write_text("{")
    assert seen_again.folder_of(one) is None


def test_a_recipe_that_cannot_be_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"id": "a", "truth_lat": 1.0, "truth_lng": 2.0, "month": 13.0, "hour": 1.0, "seed": 1.0}
    assert seen_again.recipe_of(row, WORLD_VERSION) is None
    assert seen_again.recipe_of({**row, "month": 1.0}, WORLD_VERSION) == (1.0, 2.0, 1, 1.0, 1)
    assert seen_again.recipe_of({**row, "month": 1.0}, WORLD_VERSION - 1) is None
    monkeypatch.setattr(resources, "recipes", lambda: {"a": [(40.0, 2.0, 3, 4.0, 5), (1.0, 2.0, 9, 8.0, 7)]})
    assert seen_again.recipe_of(row, WORLD_VERSION) == (1.0, 2.0, 9, 8.0, 7)


def known(**more: object) -> str:
    """A knowledge.json."""
    named = {"altitude_m": {"n": 60, "r2": 0.6, "r2_95": [0.5, 0.7]}, "hour": {"n": 60, "r2": -0.2, "r2_95": "broken"},
             "koppen": {"n": 60, "accuracy": 0.7, "accuracy_95": [0.6, 0.8], "majority": 0.2},
             "broken": {"r2": "much"}, "odd": 3}  # fmt: skip
    misses = {"n": 12, "families": {"signs": {"settled": 0.25}, "sky": {"settled": 0.1}, "odd": None}}
    return json.dumps({"named": named, "misses": misses, **more})


def test_what_the_embedding_knows_is_drawn_where_it_was_asked(open_page: Open, said: Said, root: Path) -> None:
    (write(root, "runs/one", table()) / "knowledge.json").write_text(known())
    write(root, "runs/two", table(400.0))
    app = open_page("evaluate")
    assert not app.exception and not app.error
    assert len(app.get("vega_lite_chart")) == 7 and "What the embedding knows" in said(app)
    assert "Of 12 places that were missed" in said(app) and "signs 25%, sky 10%" in said(app)
    app.selectbox(key="evaluate-run").select_index(1).run()
    assert not app.exception and "What the embedding knows" not in said(app), "this one was never asked"


def test_two_runs_that_were_asked_stand_side_by_side(root: Path) -> None:
    for name in ("runs/one", "runs/two"):
        (write(root, name, table()) / "knowledge.json").write_text(known())
    told = [knowledge.table(knowledge.read(run) or {}, run.name) for run in runs.found(root)]
    rows = pd.concat(told, ignore_index=True)
    assert rows["thing"].tolist() == ["elevation", "hour", "climate (Köppen)"] * 2
    assert rows["low"].isna().tolist() == [False, True, False] * 2
    chart = knowledge.chart(rows[rows["kind"] == "number"], {"runs/one": MODEL, "runs/two": PERSON}, "R²")
    assert [value["bar"] for value in chart["data"]["values"]] == [0.6, 0.0, 0.6, 0.0], "below 0 is no bar"
    assert json.loads(json.dumps(chart))["layer"][0]["encoding"]["y"]["sort"] == ["elevation", "hour"]


@pytest.mark.parametrize("text", ["{", "[]", '{"named": []}', "[" * 100_000])
def test_a_broken_answer_is_told_in_a_sentence_and_the_page_goes_on(open_page: Open, root: Path, text: str) -> None:
    (write(root, "runs/one", table()) / "knowledge.json").write_text(text)
    app = open_page("evaluate")
    assert not app.exception and "knowledge.json of runs/one" in app.error[0].value
    assert len(app.dataframe) == 1, "all figures stand below"


def test_nothing_is_said_of_misses_that_were_not_asked() -> None:
    for misses in (None, {}, {"n": 0}, {"n": 3, "families": []}, {"n": 3, "families": {"signs": {}}}):
        assert knowledge.lacked({"named": {}, "misses": misses}) is None


BENCH = {"name": "im2gps3k", "system": "PIGEON", "notes": ["60 photos where the published rows have 2,997"]}


def test_a_benchmark_run_stands_under_the_published_rows(open_page: Open, said: Said, root: Path) -> None:
    write(root, "runs/a", None, benchmark=BENCH, within_km={"25": 0.1, "200": 0.25})
    app = open_page("evaluate")
    assert not app.exception and not app.error
    table = app.dataframe[0].value
    assert table["system"].tolist()[0] == "PlaNet" and table["system"].tolist()[-1] == "PIGEON, runs/a"
    assert table.iloc[-1]["200 km"] == 25.0 and table.iloc[-1]["median km"] == 300.0
    assert table.set_index("system").loc["PIGEOTTO", "2,500 km"] == 85.3
    assert "Beside what was published on IM2GPS3k" in said(app) and "60 photos where" in app.info[0].value


@pytest.mark.parametrize("broken", [7, {"name": ["im2gps3k"]}, {"name": "moon"}, {}, None])
def test_a_benchmark_that_is_none_shows_no_published_rows(open_page: Open, root: Path, broken: object) -> None:
    write(root, "runs/a", None, benchmark=broken)
    app = open_page("evaluate")
    assert not app.exception and not app.error and len(app.dataframe) == 1


def test_two_runs_have_a_map_and_their_figures_side_by_side(open_page: Open, said: Said, root: Path) -> None:
    write(root, "runs/a", table(50.0))
    write(root, "runs/b", table(400.0).iloc[:-9])
    app = open_page("evaluate")
    app.selectbox(key="evaluate-other-runs/a").select_index(1).run()
    assert not app.exception and not app.error
    rows = app.dataframe[0].value.set_index("figure")
    assert rows.loc["median distance, km", "ahead"] == "this run" and rows.loc["right country, %", "ahead"] == "level"
    assert rows.loc["within 1 km, %", "difference"] == "+0.0"
    assert {"runs/a", "runs/b"} <= set(app.dataframe[-1].value)
    assert len(app.get("deck_gl_json_chart")) == 1 and "9 only in " in said(app)


def test_runs_one_folder_deeper_are_found(root: Path) -> None:
    write(root, "runs/a", None)
    write(root, "runs/a/measured", None)
    assert [run.name for run in runs.found(root)] == ["runs/a", "runs/a/measured"]
