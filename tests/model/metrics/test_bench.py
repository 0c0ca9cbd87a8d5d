"""Our row under the published ones: figures as printed, what is not alike is said, never two figures in one column."""

import pytest

from model.errors import ConfigError
from model.metrics.bench import check_benchmark, how_to_prepare, table_of, told_of
from model.metrics.published import BENCHMARKS, WITHIN, published

FIGURES = {
    "n": 2997, "median_km": 1234.5, "country_accuracy": 0.5, "mean_score": 2500.0,
    "within_km": {"1": 0.01, "25": 0.2, "200": 0.3, "750": 0.5, "2500": 0.75},
    "interval_95": {"median_km": [1000.0, 1500.0], "country_accuracy": [0.4, 0.6], "mean_score": [2400.0, 2600.0],
                    "within_km": {"1": [0.0, 0.02], "25": [0.1, 0.3], "200": [0.2, 0.4], "750": [0.4, 0.6],
                                  "2500": [0.7, 0.8]}},
}  # fmt: skip


@pytest.mark.parametrize("name", BENCHMARKS)
def test_published_shares_are_percent_that_grow_with_the_distance_and_have_a_source(name):
    rows = published(name)
    shares = rows[list(WITHIN)]
    assert len(rows) >= 4 and rows["source"].str.len().min() > 5 and rows["system"].is_unique
    for row in shares.to_numpy():
        known = [share for share in row if share == share]
        assert len(known) >= 4 and known == sorted(known) and known[0] >= 0 and known[-1] <= 100
    assert not any("recall" in column or "area" in column for column in rows)


def test_the_papers_rows_are_those_of_the_reference():
    row = published("im2gps3k").set_index("system").loc["PIGEOTTO"]
    assert row["median_km"] == 147.3 and [row[name] for name in WITHIN] == [11.3, 36.7, 53.8, 72.4, 85.3]
    assert published("streetview").iloc[-1]["country_percent"] == 91.96
    assert published("im2gps3k")["system"].tolist()[0] == "PlaNet"


def test_our_row_stands_last_with_its_interval_and_as_they_print_theirs():
    told = told_of("im2gps3k", FIGURES, "im2gps3k", None, "PIGEON")
    assert told["notes"] == [] and (told["n"], told["n_published"]) == (2997, 2997)
    text = table_of(FIGURES, told, ["split test"])
    lines = text.splitlines()
    ours = next(k for k, line in enumerate(lines) if line.startswith("PIGEON (this run)"))
    assert all(lines.index(line) < ours for line in lines if line.startswith(("PlaNet", "PIGEOTTO", "GeoCLIP")))
    assert lines[ours].split()[3:] == ["1,234.5", "1.0", "20.0", "30.0", "50.0", "75.0"]
    assert "10.0–30.0" in lines[ours + 1] and "n = 2,997, split test" in text and "!" not in text
    widths = {len(line) for line in lines[1:2] + lines[3 : ours - 1] + lines[ours : ours + 2]}
    assert len(widths) == 1, "the columns are aligned"
    assert "[1] PIGEON (arXiv 2307.05845)" in text and "country %" not in text


def test_where_papers_tell_countries_and_scores_ours_are_told_too():
    text = table_of(FIGURES, told_of("streetview", FIGURES, None, 3, "X"))
    assert "country %" in text and "50.0" in text and "2,400.0–2,600.0" in text
    assert "! other places than the 5,000 of the published rows, drawn by the simulated Earth (version 3)" in text


def test_what_is_not_alike_is_said_in_the_row():
    few = FIGURES | {"n": 2000, "not_measured": {"without_guess": 7}}
    told = told_of("im2gps3k", few, None, None, "X")
    assert "2,000 photos where the published rows have 2,997" in told["notes"]
    assert any("nothing beside the manifest" in note for note in told["notes"])
    assert any("7 photos have no guess" in note for note in told["notes"])
    assert "X (this run) !" in table_of(few, told)


def test_photos_of_another_set_and_drawn_ones_are_refused():
    with pytest.raises(
        ConfigError, match=r"looked for a manifest of the data set im2gps3k, found one of yfcc4k.*prepa"
    ):
        check_benchmark("im2gps3k", "yfcc4k", None)
    with pytest.raises(ConfigError, match="simulated Earth"):
        check_benchmark("gws15k", "gws", 3)
    with pytest.raises(ConfigError, match="looked for the benchmark 'im2gps4k'"):
        check_benchmark("im2gps4k", None, None)
    check_benchmark("streetview", None, 3)
    check_benchmark("gws15k", "gws", None)
    assert "--dataset gws" in how_to_prepare("gws15k") and "never published" in how_to_prepare("streetview")
