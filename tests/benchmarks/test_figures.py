"""Runs side by side: every number with its interval, older runs, the ceiling, and the published row."""

import json

import numpy as np
import pandas as pd
import pytest

from benchmarks import figures
from benchmarks.tables.markdown import change, number, share, table
from benchmarks.tables.published import PIGEON
from model.metrics.predictions import figures_of


@pytest.fixture
def run_folder(tmp_path):
    rng = np.random.default_rng(0)
    n = 400
    rows = pd.DataFrame({"id": range(n), "distance_km": rng.lognormal(5.0, 1.5, n), "truth_country": "NA",
                         "country": np.where(rng.random(n) < 0.6, "NA", "DE")})  # fmt: skip
    folder = tmp_path / "later"
    folder.mkdir()
    rows.to_csv(folder / "predictions.csv", index=False)
    told = figures_of(rows) | {"unrefined": figures_of(rows), "scale_km": 1492.7}
    (folder / "metrics.json").write_text(json.dumps(told))
    return folder


def printed(capsys, *argv):
    figures.cli([str(word) for word in argv])
    return capsys.readouterr().out.splitlines()


def test_every_figure_of_a_run_stands_with_its_interval_beside_the_published_row(run_folder, capsys):
    lines = printed(capsys, run_folder, "--json")
    assert lines[0].startswith("|  | n | country % | median km |")
    cells = [cell.strip() for cell in lines[2].strip("|").split("|")]
    assert cells[:2] == ["later", "400"]
    assert all("(" in cell and "–" in cell for cell in cells[2:])
    assert lines[3].startswith("| PIGEON as published, real street view | 5,000 | 92.0 | 44.4 | 4,525 | 5.36 | 40.4 |")
    told = json.loads(lines[-1])
    truth = json.loads((run_folder / "metrics.json").read_text())
    assert told["later"]["within_km"] == truth["within_km"]
    low, high = told["later"]["interval_95"]["within_km"]["200"]
    assert low < truth["within_km"]["200"] < high


def test_a_run_measured_before_takes_its_intervals_from_its_predictions(run_folder, capsys):
    file = run_folder / "metrics.json"
    told = json.loads(file.read_text())
    whole = printed(capsys, run_folder)
    file.write_text(json.dumps(told | {"interval_95": {"median_km": [1.0, 2.0]}}))
    assert printed(capsys, run_folder) == whole
    (run_folder / "predictions.csv").unlink()
    assert "(1–2)" in printed(capsys, run_folder)[2]
    pd.DataFrame({"distance_km": [1.0], "country": "DE", "truth_country": "DE"}).to_csv(run_folder / "predictions.csv")
    with pytest.raises(SystemExit):
        figures.cli([str(run_folder)])
    assert "not of one run" in capsys.readouterr().err


def test_the_ceiling_and_the_parts_of_a_run_have_rows_of_their_own(run_folder, tmp_path, capsys):
    (tmp_path / "ceiling.json").write_text(json.dumps({"all": PIGEON["full"], "without.sky": {}}))
    lines = printed(
        capsys, run_folder, run_folder, "--names", "a", "b", "--parts", "--ceiling", tmp_path / "ceiling.json"
    )
    names = [line.split("|")[1].strip() for line in lines[2:]]
    assert names == ["a", "a: its cell centres", "b", "b: its cell centres", figures.CEILING, figures.PUBLISHED]


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "no such file"), ("{", "as JSON"), ("[]", "something else"), ("{}", "none of n"),
     (json.dumps(PIGEON["full"] | {"within_km": {"1": 0.5}}), "none of within_km 25")],
)  # fmt: skip
def test_what_holds_no_figures_is_told_in_a_sentence(tmp_path, capsys, text, words):
    if text is not None:
        (tmp_path / "metrics.json").write_text(text)
    with pytest.raises(SystemExit) as ended:
        figures.cli([str(tmp_path)])
    assert ended.value.code == 2 and words in capsys.readouterr().err


def test_names_that_do_not_fit_and_another_file_for_a_ceiling_are_refused(run_folder, capsys):
    for argv, words in ((["--names", "a", "b"], "1 runs and 2 names"), ([str(run_folder)], "two runs are called"),
                        (["--ceiling", str(run_folder / "metrics.json")], "world.ceiling")):  # fmt: skip
        with pytest.raises(SystemExit):
            figures.cli([str(run_folder), *argv])
        assert words in capsys.readouterr().err


def test_numbers_are_written_as_people_do():
    assert share(0.7333, (0.71, 0.754)) == "73.3 (71.0–75.4)"
    assert number(3676.2, (3611, 3739)) == "3,676 (3,611–3,739)"
    assert number(44.35) == "44.4"
    assert change(-12.4, (-30, 5.1)) == "−12 (−30 … +5)"
    assert table(["", "x"], [["a|b", "1"]]).splitlines() == ["|  | x |", "|---|---|", "| a∣b | 1 |"]
