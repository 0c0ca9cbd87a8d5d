import numpy as np
import pandas as pd
import pytest

from arena.resampling import _weighted_median, intervals, units_of
from arena.scorebook import Scorebook
from arena.statistics import (
    bands,
    by_group,
    distance_distribution,
    first_guesses,
    head_to_head,
    meetings,
    paired,
    percentile,
    pool_keys,
    pools,
    ranked,
    score_distribution,
    summary,
    within_curve,
)


def frame(*rows, **same):
    """(player, kind, place number, distance_km, score) -> what the scorebook gives; `same` holds for all rows."""
    made = pd.DataFrame(
        [
            {"game_id": f"{player}-{place // 5}", "origin": "played", "map": "world", "source": "world",
             "round": place % 5 + 1, "seat": 0, "player_id": f"{kind}:{player}", "player": player, "kind": kind,
             "rating": pd.NA, "guess_lat": 0.0, "guess_lng": 0.0, "lat": float(place), "lng": 0.0, "country": "FR",
             "label": "", "distance_km": None if distance_km is None else float(distance_km), "score": score,
             "seconds": 10.0 + i, "at": pd.Timestamp(i, unit="s", tz="UTC"), "seed": 1, "seed_chosen": False,
             "scale_km": 1492.7, "time_limit_s": pd.NA, "movement": "no_move", "world_version": 2, "finished": True}
            | same
            for i, (player, kind, place, distance_km, score) in enumerate(rows)
        ]
    )  # fmt: skip
    return made.astype({"rating": "Int64", "time_limit_s": "Int64", "world_version": "Int64", "distance_km": "float64"})


def many(player, kind, scores, start=0):
    return [(player, kind, start + i, 100.0 + i, int(score)) for i, score in enumerate(scores)]


@pytest.fixture
def empty(book_url):
    return Scorebook.open(book_url).guesses()


def test_a_player_is_an_identity_not_a_name():
    rows = frame(("Guest", "person", 0, 10, 4900), ("Guest", "person", 1, 3000, 700))
    rows.loc[1, "player_id"] = "another secret"
    assert summary(rows)[["player", "n"]].to_numpy().tolist() == [["Guest", 1], ["Guest", 1]]


def test_the_figures_of_a_player():
    own = summary(frame(*(("Ada", "person", i, km, score) for i, (km, score) in enumerate(
        [(10, 4900), (100, 4600), (600, 3300), (2000, 1300), (9000, 0), (25, 4800), (0.4, 5000)]))))  # fmt: skip
    row = own.iloc[0]
    assert (row["n"], row["games"], row["missed"]) == (7, 2, 0)
    assert row["mean_score"] == pytest.approx(23900 / 7) and row["median_km"] == 100.0
    shares = [row[f"within_{km}_km"] for km in (1, 25, 200, 750, 2500)]
    assert shares == pytest.approx([1 / 7, 3 / 7, 4 / 7, 5 / 7, 6 / 7])


def test_under_ten_rounds_no_interval_is_given_and_from_ten_on_it_is():
    nine = summary(frame(*many("Ada", "person", range(3000, 3900, 100)))).iloc[0]
    assert np.isnan(nine["mean_score_low"]) and np.isnan(nine["within_200_km_high"])
    ten = summary(frame(*many("Ada", "person", range(3000, 4000, 100)))).iloc[0]
    assert ten["mean_score_low"] < ten["mean_score"] < ten["mean_score_high"]
    assert ten["median_km_low"] < ten["median_km"] < ten["median_km_high"]


def test_an_interval_is_never_a_point():
    row = summary(frame(*(("Ada", "person", i, 43.0, 43) for i in range(12)))).iloc[0]
    assert np.isnan(row["mean_score_low"]) and np.isnan(row["median_km_low"])
    assert row["within_200_km"] == 1.0 and 0.7 < row["within_200_km_low"] < row["within_200_km_high"] <= 1.0


def test_what_varies_not_has_no_interval_whatever_its_value_is():
    ones = np.ones(30)
    found = intervals({"score": ones, "hit": ones}, np.arange(30), {"km": ones}, shares=["hit"])
    assert np.isnan(found["score"]).all() and np.isnan(found["km"]).all() and 0.8 < found["hit"][0] < found["hit"][1]
    level = head_to_head(paired(frame(*many("Ada", "person", [1] * 30), *many("Bo", "person", [1] * 30)),
                                "person:Ada", "person:Bo"))  # fmt: skip
    assert level.games == 6 and np.isnan(level.low), "0 points apart is no share of nothing"


def test_a_median_is_of_drawn_pins_and_of_five_games_with_one():
    units = np.repeat(np.arange(6), 12)
    few = np.where(units < 2, np.arange(72.0) ** 3, np.nan)
    assert np.isnan(intervals({}, units, {"km": few})["km"]).all(), "two games cannot tell how games differ"
    some = np.where((np.arange(72) % 12 < 3) & (units < 5), 100.0 + np.arange(72) % 12 + units, np.nan)
    low, high = intervals({}, units, {"km": some})["km"]
    assert 100 <= low < 103 < high <= 106


def test_a_draw_without_a_pin_has_no_median():
    told = _weighted_median(np.array([1.0, 2.0, 3.0]), np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 1.0]]))
    assert np.isnan(told[0]) and told[1] == 2.0


def test_intervals_of_few_games_hold_what_they_say():
    rng, hits = np.random.default_rng(3), 0
    for seed in range(300):
        form = np.repeat(rng.normal(0.0, 1.0, 5), 5)
        low, high = intervals({"x": form + rng.normal(0.0, 3.0, 25)}, np.repeat(np.arange(5), 5), samples=300,
                              seed=seed)["x"]  # fmt: skip
        hits += low <= 0.0 <= high
    assert 0.92 <= hits / 300 <= 0.99


def test_a_replay_counts_once_and_it_is_the_first_guess_that_counts():
    replayed = [("Ada", "person", i, 900, 2000) for i in range(5)] + [("Ada", "person", i, 0, 5000) for i in range(5)]
    better = [("Bo", "person", i, 500, 3000) for i in range(5)]
    rows = first_guesses(frame(*replayed, *better))
    assert summary(rows)[["player", "n", "mean_score"]].to_numpy().tolist() == [["Bo", 5, 3000.0], ["Ada", 5, 2000.0]]


def test_a_place_seen_under_one_rule_is_known_under_another():
    rows = frame(("Ada", "person", 0, 900, 2000), ("Ada", "person", 0, 0, 5000))
    rows.loc[1, ["movement", "map", "seed"]] = ["nmpz", "famous", 7]
    assert first_guesses(rows)["score"].tolist() == [2000]
    rows.loc[1, "world_version"] = 3
    assert len(first_guesses(rows)) == 2, "another world is another picture"


def test_a_missing_guess_is_a_round_of_nothing_within_nothing():
    row = summary(frame(("Ada", "person", 0, 10, 4900), ("Ada", "person", 1, None, 0),
                        ("Ada", "person", 2, 30, 4700))).iloc[0]  # fmt: skip
    assert (row["n"], row["missed"], row["mean_score"], row["median_km"]) == (3, 1, 3200.0, 20.0)
    assert row["within_2500_km"] == pytest.approx(2 / 3)


def test_the_right_country_is_that_of_the_guess():
    rows = frame(*(("Ada", "person", i, 10, 4900) for i in range(4)))
    rows["guess_country"] = ["FR", "DE", "", "FR"]
    rows.loc[3, "country"] = ""
    assert summary(rows).iloc[0]["country"] == pytest.approx(1 / 3), "a place in no country asks for none"
    assert np.isnan(summary(rows.drop(columns="guess_country")).iloc[0]["country"])


@pytest.mark.parametrize(
    ("column", "value"),
    [("map", "europe"), ("movement", "nmpz"), ("time_limit_s", 60), ("world_version", 1), ("origin", "imported"),
     ("scale_km", 550.0), ("source", "photos")],
)  # fmt: skip
def test_what_differs_in_map_rules_world_or_origin_is_another_pool(column, value):
    rows = frame(("Ada", "person", 0, 10, 4900), ("Ada", "person", 1, 10, 4900), ("Bo", "person", 2, 10, 4900))
    rows.loc[2, column] = value
    found = pools(rows)
    assert found["rounds"].tolist() == [2, 1] and found["players"].tolist() == [1, 1]
    assert pool_keys(rows).tolist() == [found["pool"][0]] * 2 + [found["pool"][1]]
    assert pool_keys(rows[::-1]).tolist() == pool_keys(rows).tolist()[::-1], "whatever comes first"


def test_games_on_a_chosen_seed_are_not_ranked():
    rows = frame(("Ada", "person", 0, 10, 4900), ("Bo", "person", 1, 1, 5000))
    rows.loc[1, "seed_chosen"] = True
    assert ranked(rows)["player"].tolist() == ["Ada"]


def test_two_players_are_compared_place_by_place():
    ada = many("Ada", "person", [4000 + 10 * i for i in range(20)])
    homing = [*many("Homing", "model", [3990 + 10 * i for i in range(18)]), ("Homing", "model", 18, 1, 4180),
              ("Homing", "model", 19, 1, 5000), ("Homing", "model", 77, 1, 5000)]  # fmt: skip
    result = head_to_head(paired(frame(*ada, *homing), "person:Ada", "model:Homing"))
    assert (result.places, result.wins, result.draws, result.losses) == (20, 18, 1, 1)
    assert result.mean_difference == pytest.approx((18 * 10 - 810) / 20)
    assert result.low <= result.mean_difference <= result.high and not result.is_clear


def test_a_difference_is_clear_when_its_interval_leaves_zero_out():
    ada = many("Ada", "person", [4000 + 10 * (i % 3) for i in range(25)])
    rows = frame(*ada, *many("Homing", "model", [2000] * 25))
    result = head_to_head(paired(rows, "person:Ada", "model:Homing"))
    assert result.is_clear and result.low > 1900
    short = head_to_head(paired(rows[rows["lat"] < 9], "person:Ada", "model:Homing"))
    assert short.places == 9 and np.isnan(short.low) and not short.is_clear
    few = head_to_head(paired(rows[rows["lat"] < 20], "person:Ada", "model:Homing"))
    assert few.games == 4 and few.low > 1900 and not few.is_clear, "four games are too few to tell"


def test_the_same_place_under_other_rules_is_no_pair():
    rows = frame(("Ada", "person", 0, 10, 4900), ("Homing", "model", 0, 5, 4950))
    assert len(paired(rows, "person:Ada", "model:Homing")) == 1
    rows.loc[1, "movement"] = "nmpz"
    assert paired(rows, "person:Ada", "model:Homing").empty and meetings(rows).empty


def test_pairs_on_a_chosen_seed_are_marked():
    rows = frame(("Ada", "person", 0, 10, 4900), ("Homing", "model", 0, 5, 4950))
    rows.loc[1, "seed_chosen"] = True
    assert paired(rows, "person:Ada", "model:Homing")["seed_chosen"].tolist() == [True]


def test_meetings_count_the_places_that_two_have_seen():
    rows = frame(*many("Ada", "person", [1] * 5), *many("Bo", "person", [1] * 3), *many("Cy", "person", [1] * 4, 2))
    found = meetings(rows)
    assert found[["a", "b", "places"]].to_numpy().tolist() == [
        ["person:Ada", "person:Bo", 3], ["person:Ada", "person:Cy", 3], ["person:Bo", "person:Cy", 1]]  # fmt: skip


def test_bands_hold_people_by_rating_and_those_without_one_apart():
    rows = frame(*((f"P{i}", "person", i, 10, 4000) for i in range(6)), ("Homing", "model", 9, 1, 5000))
    rows["rating"] = pd.array([599, 600, 799, 1200, pd.NA, 1900, 1500], dtype="Int64")
    found = bands(rows)
    assert found[["band", "players"]].to_numpy().tolist() == [
        ["below 600", 1], ["600-799", 2], ["1200 and more", 2], ["no rating", 1]]  # fmt: skip


def test_a_band_of_few_players_has_no_interval_however_many_rounds():
    four = frame(*(row for p in range(4) for row in many(f"P{p}", "person", range(1000 + p, 1020 + p), 20 * p)))
    five = frame(*(row for p in range(5) for row in many(f"P{p}", "person", range(1000 + p, 1020 + p), 20 * p)))
    assert np.isnan(bands(four).iloc[0]["mean_score_low"]) and not np.isnan(bands(five).iloc[0]["mean_score_low"])


def test_the_percentile_is_among_people_with_ten_rounds():
    rows = [row for p in range(6) for row in many(f"P{p}", "person", [1000 * p] * 10, 10 * p)]
    rows += [*many("Homing", "model", [2500] * 10, 90), ("Newcomer", "person", 99, 1, 5000)]
    found = percentile(frame(*rows), "model:Homing")
    assert (found.share, found.people) == (0.5, 6) and found.low < 0.5 < found.high
    tie = percentile(frame(*rows[:60], *many("Homing", "model", [2000] * 10, 90)), "model:Homing")
    assert tie.share == pytest.approx(2.5 / 6)
    assert percentile(frame(*rows[:40], *rows[60:]), "model:Homing") is None, "four people are no crowd"
    assert percentile(frame(*rows[:65]), "model:Homing") is None, "five rounds are no measure"
    best = percentile(frame(*rows[:50], *many("Homing", "model", [5000] * 10, 90)), "model:Homing")
    assert best.share == 1.0 and 0.4 < best.low < 0.9, "better than all five is not better than everyone"


def test_groups_have_counts_and_leave_out_what_has_no_group():
    rows = frame(*many("Ada", "person", range(1000, 1012)), ("Ada", "person", 50, 1, 5000), ("Ada", "person", 51, 1, 0))
    rows["koppen"] = ["C"] * 12 + ["D", ""]
    found = by_group(rows, "koppen")
    assert found[["group", "n"]].to_numpy().tolist() == [["C", 12], ["D", 1]]
    assert found["mean_score_low"].notna().tolist() == [True, False]


def test_distributions_hold_every_round_ends_included():
    rows = frame(("Ada", "person", 0, 0, 5000), ("Ada", "person", 1, 20015, 0), ("Ada", "person", 2, 25, 4917))
    for table in (score_distribution(rows), distance_distribution(rows)):
        assert table["n"].sum() == 3 and table["share"].sum() == pytest.approx(1.0)
    assert score_distribution(rows)["n"].tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    missed = frame(("Ada", "person", 0, None, 0), ("Ada", "person", 1, 10, 4900))
    assert within_curve(missed, [1.0, 20_000.0])["share"].tolist() == [0.0, 0.5]


def test_an_empty_book_gives_empty_tables(empty):
    none = [summary(empty), bands(empty), pools(empty), first_guesses(empty), meetings(empty), paired(empty, "a", "b"),
            by_group(empty, "country"), score_distribution(empty), distance_distribution(empty)]  # fmt: skip
    for table in none:
        assert table.empty and len(table.columns) >= 3
    assert head_to_head(paired(empty, "a", "b")).places == 0
    assert percentile(empty, "a") is None


def test_the_interval_narrows_with_more_rounds():
    rng = np.random.default_rng(0)
    widths = []
    for n in (20, 500):
        row = summary(frame(*many("Ada", "person", rng.integers(0, 5000, n)))).iloc[0]
        widths.append(row["mean_score_high"] - row["mean_score_low"])
    assert widths[1] < widths[0] / 2


def test_whole_games_are_drawn_so_that_alike_rounds_do_not_count_as_many():
    scores = np.repeat(np.arange(8) * 500.0, 10)  # eight games whose ten rounds are all alike
    games = np.repeat(np.arange(8), 10)
    whole = intervals({"score": scores}, units_of(games))["score"]
    single = intervals({"score": scores}, np.arange(80))["score"]
    assert whole[1] - whole[0] > 2 * (single[1] - single[0])
    assert len(set(units_of([1, 1, 2, 2]))) == 4, "too few games to draw: single rounds are drawn"


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(5)
    hits = 0
    for seed in range(200):
        low, high = intervals({"x": rng.normal(10.0, 3.0, 60)}, np.arange(60), samples=400, seed=seed)["x"]
        hits += low <= 10.0 <= high
    assert 0.88 <= hits / 200 <= 0.99


def test_medians_are_drawn_with_the_same_weights():
    values = np.arange(101.0)
    low, high = intervals({}, np.arange(101), {"km": values})["km"]
    assert 30 < low < 50 < high < 70
