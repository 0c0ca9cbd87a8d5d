import numpy as np
import pandas as pd
import pytest

from arena.scorebook import Scorebook
from arena.statistics import distance_distribution, head_to_head, same_places, score_distribution, summary


def frame(*rows):
    """(player, kind, place number, distance_km, score) -> what the scorebook gives."""
    return pd.DataFrame(
        [
            {"game_id": f"{player}-{place // 5}", "map": "world", "source": "world", "round": place % 5 + 1,
             "player": player, "kind": kind, "guess_lat": 0.0, "guess_lng": 0.0, "lat": float(place), "lng": 0.0,
             "country": "FR", "distance_km": float(distance_km), "score": score, "seconds": 10.0 + i,
             "at": pd.Timestamp(i, unit="s", tz="UTC")}
            for i, (player, kind, place, distance_km, score) in enumerate(rows)
        ]
    )  # fmt: skip


@pytest.fixture
def empty(book_url):
    return Scorebook.open(book_url).guesses()


def test_a_player_is_a_name_and_a_kind():
    rows = summary(frame(("Ada", "person", 0, 10, 4900), ("Ada", "bot", 0, 3000, 700)))
    assert rows[["player", "kind", "n"]].to_numpy().tolist() == [["Ada", "person", 1], ["Ada", "bot", 1]]


def test_the_figures_of_a_player():
    own = summary(frame(*(("Ada", "person", i, km, score) for i, (km, score) in enumerate(
        [(10, 4900), (100, 4600), (600, 3300), (2000, 1300), (9000, 0), (25, 4800)]))))  # fmt: skip
    row = own.iloc[0]
    assert (row["n"], row["games"]) == (6, 2)
    assert row["mean_score"] == pytest.approx(3150.0)
    assert row["score_low"] < 3150.0 < row["score_high"]
    assert row["median_km"] == 350.0
    assert [row[f"within_{km}_km"] for km in (25, 200, 750, 2500)] == pytest.approx([2 / 6, 3 / 6, 4 / 6, 5 / 6])


def test_one_round_is_a_summary_too():
    row = summary(frame(("Ada", "person", 0, 10, 4900))).iloc[0]
    assert (row["mean_score"], row["score_low"], row["score_high"]) == (4900, 4900, 4900)


def test_only_places_that_several_have_seen_are_compared():
    shared = same_places(frame(
        ("Ada", "person", 0, 10, 4900), ("Ada", "person", 1, 50, 4800),
        ("Homing", "model", 0, 5, 4950), ("Bo", "person", 2, 1, 4999),
    ))  # fmt: skip
    assert shared["lat"].unique().tolist() == [0.0]
    assert shared[["player", "rank"]].to_numpy().tolist() == [["Homing", 1], ["Ada", 2]]


def test_a_second_visit_to_a_place_does_not_count():
    shared = same_places(frame(
        ("Ada", "person", 0, 900, 2000), ("Homing", "model", 0, 5, 4950), ("Ada", "person", 0, 0, 5000),
    ))  # fmt: skip
    assert shared.set_index("player").loc["Ada", "score"] == 2000


def test_named_players_are_compared_on_what_all_of_them_have_seen():
    rows = frame(
        ("Ada", "person", 0, 10, 4900), ("Homing", "model", 0, 5, 4950), ("Bo", "person", 0, 7, 4940),
        ("Ada", "person", 1, 10, 4900), ("Homing", "model", 1, 5, 4950),
    )  # fmt: skip
    two = same_places(rows, [("Ada", "person"), ("Homing", "model")])
    assert len(two) == 4 and set(two["player"]) == {"Ada", "Homing"}
    assert same_places(rows, [("Ada", "person"), ("Bo", "person"), ("Homing", "model")])["lat"].unique() == [0.0]


def test_head_to_head_counts_places_and_pairs_differences():
    rows = [("Ada", "person", i, 10, 4000 + 10 * i) for i in range(20)]
    rows += [("Homing", "model", i, 10, 3990 + 10 * i) for i in range(19)] + [("Homing", "model", 19, 1, 5000)]
    result = head_to_head(frame(*rows), ("Ada", "person"), ("Homing", "model"))
    assert (result["places"], result["wins"], result["losses"], result["draws"]) == (20, 19, 1, 0)
    assert result["mean_difference"] == pytest.approx((19 * 10 - 810) / 20)
    assert result["low"] <= result["mean_difference"] <= result["high"]


def test_players_who_never_met_have_nothing_to_compare():
    rows = frame(("Ada", "person", 0, 10, 4900), ("Homing", "model", 1, 5, 4950))
    assert head_to_head(rows, ("Ada", "person"), ("Homing", "model"))["places"] == 0
    assert same_places(rows).empty


def test_distributions_hold_every_round_ends_included():
    rows = frame(("Ada", "person", 0, 0, 5000), ("Ada", "person", 1, 20015, 0), ("Ada", "person", 2, 25, 4917))
    for table in (score_distribution(rows), distance_distribution(rows)):
        assert table["n"].sum() == 3
        assert table["share"].sum() == pytest.approx(1.0)
    assert score_distribution(rows)["n"].tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]


def test_an_empty_book_gives_empty_tables(empty):
    for table in (summary(empty), same_places(empty), score_distribution(empty), distance_distribution(empty)):
        assert table.empty and len(table.columns) > 3
    assert head_to_head(empty, ("Ada", "person"), ("Homing", "model"))["places"] == 0


def test_the_interval_narrows_with_more_rounds():
    rng = np.random.default_rng(0)
    widths = []
    for n in (20, 500):
        row = summary(frame(*(("Ada", "person", i, 1, int(s)) for i, s in enumerate(rng.integers(0, 5000, n))))).iloc[0]
        widths.append(row["score_high"] - row["score_low"])
    assert widths[1] < widths[0] / 2
