import json

import numpy as np
import pytest

from arena.imports.checks import Checked, check_games
from arena.imports.files import read_games
from arena.imports.scales import infer_max_error_m, points_at


def checked(data: bytes, max_error_m: float | None = None):
    return check_games(list(read_games(data)), max_error_m)


def refusal(data: bytes, max_error_m: float | None = None):
    (found,) = checked(data, max_error_m)
    assert not isinstance(found, Checked)
    return found


def test_points_that_follow_the_law_of_the_stated_map_are_confirmed(made):
    (found,) = checked(made.csv(made.table()))
    assert (found.confirmed, found.scale_from, found.max_error_m) == (10, "file", 14916862)


def test_without_distances_our_own_stand_in_and_a_point_of_rounding_is_forgiven(made):
    rows = [{k: v for k, v in row.items() if k != "distance_m"} for row in made.table()]
    rows[0]["score"] += 1
    (found,) = checked(made.csv(rows))
    assert found.confirmed == 10
    assert found.game.rounds[0].guesses[0].distance_m == pytest.approx(781_385, rel=1e-3)


def test_points_that_do_not_follow_the_law_are_refused_with_what_they_should_be(made):
    fault = refusal(made.csv(made.table({"score": 4000})))
    assert (
        fault.kind == "score" and "line 2: 4,000 points, but 781.4 km" in fault.sentence and "2,961" in fault.sentence
    )
    assert fault.rows == 10


def test_points_that_are_missing_are_computed_from_the_scale(made):
    rows = [{k: v for k, v in row.items() if k != "score"} for row in made.table()]
    (found,) = checked(made.csv(rows))
    assert found.game.rounds[0].guesses[0].score == made.table()[0]["score"]
    bare = [{k: v for k, v in row.items() if k != "map_max_error_m"} for row in rows]
    assert refusal(made.csv(bare)).kind == "no score"
    assert checked(made.csv(bare), 14916862)[0].scale_from == "option"


@pytest.mark.parametrize(
    ("lat", "lng", "kind"), [(91, 0, "swapped guess"), (95, 200, "off earth"), (0, 181, "off earth")]
)
def test_positions_that_are_not_on_earth_are_refused(made, lat, lng, kind):
    fault = refusal(made.csv(made.table({"guess_lat": lat, "guess_lng": lng, "distance_m": "", "score": 0})))
    assert fault.kind == kind and "line 2" in fault.sentence


def exchanged(rows, *sides):
    for row in rows:
        for side in sides:
            row[f"{side}_lat"], row[f"{side}_lng"] = row[f"{side}_lng"], row[f"{side}_lat"]
    return rows


@pytest.mark.parametrize(("sides", "kind"), [(("true",), "place"), (("guess",), "guess"), (("true", "guess"), "both")])
@pytest.mark.parametrize("evidence", ["distance", "law", "rounds"])
def test_exchanged_columns_are_recognised_and_refused(made, sides, kind, evidence):
    # Eastern longitudes below 90 degrees, so that both orders are places on Earth.
    rows = [row for row in made.table() if row["round"] in (1, 2, 3, 5)]
    rows = exchanged(rows, *sides)
    if evidence != "distance":
        rows = [{k: v for k, v in row.items() if k != "distance_m"} for row in rows]
    if evidence == "rounds":
        rows = [{k: v for k, v in row.items() if k != "map_max_error_m"} for row in rows]
    fault = refusal(made.csv(rows))
    assert fault.kind == f"swapped {kind}" and "swapped columns?" in fault.sentence


def test_a_distance_that_fits_no_positions_is_refused_and_kilometres_are_suspected(made):
    far = refusal(made.csv(made.table({"distance_m": 500_000})))
    assert far.kind == "distance" and "781,3" in far.sentence
    assert "are these kilometres?" in refusal(made.csv(made.table({"distance_m": 781.4}))).sentence


def test_a_scale_that_is_not_stated_is_taken_from_the_bounds_when_the_rounds_follow_it(made):
    (found,) = checked(json.dumps(made.game()).encode())
    assert (found.scale_from, found.confirmed) == ("bounds", 5)


def test_else_it_is_inferred_from_the_rounds_when_they_agree(made):
    (found,) = checked(json.dumps(made.game(18539854.0)).encode())
    assert found.scale_from == "rounds" and found.confirmed == 5
    assert found.max_error_m == pytest.approx(18539854.0, rel=2e-3)


def test_a_known_scale_is_taken_before_an_estimate_when_the_rounds_follow_it(made):
    away = np.array([1e5, 5e5, 9e5, 2e6])
    score = points_at(away, 15e6)
    assert infer_max_error_m(away, score, known_m=[9e6, 15_000_100.0]) == (15_000_100.0, "known")
    assert infer_max_error_m(away, score, known_m=[9e6])[1] == "rounds"
    assert infer_max_error_m(away, points_at(away, 14916862.0)) == (14916862.0, "world")


def test_an_estimate_has_no_more_digits_than_the_rounds_tell():
    away = np.array([1e5, 5e5, 9e5, 2e6])
    told, _ = infer_max_error_m(away, points_at(away, 18_539_854.0))
    assert told % 1000 == 0 and told == pytest.approx(18_539_854.0, rel=1e-3)


def test_a_scale_that_the_file_states_elsewhere_counts_for_the_whole_map(made):
    rows = [{**row, "game": name, "map_max_error_m": stated} for name, stated in (("a", 18539854), ("b", ""))
            for row in made.table(max_error_m=18539854.0)]  # fmt: skip
    assert {(one.max_error_m, one.scale_from) for one in checked(made.csv(rows))} == {
        (18539854.0, "file"), (18539854.0, "known")}  # fmt: skip


def test_rounds_that_do_not_agree_leave_the_scale_unknown_and_the_points_unconfirmed(made):
    data = made.game(18539854.0)
    for guess, score in zip(data["player"]["guesses"], (100, 4000, 900, 3000, 50), strict=True):
        guess["roundScoreInPoints"] = score
    (found,) = checked(json.dumps(data).encode())
    assert (found.max_error_m, found.confirmed, found.scale_from) == (None, 0, "")


def test_two_rounds_are_too_few_to_tell_a_scale():
    away = np.array([100_000.0, 500_000.0])
    score = points_at(away, 15e6)
    assert infer_max_error_m(away, score) is None
    assert infer_max_error_m(np.append(away, 0.0), np.append(score, 5000)) is None, "all points tell nothing"
    told = infer_max_error_m(np.array([1e5, 5e5, 9e5]), points_at(np.array([1e5, 5e5, 9e5]), 15e6))
    assert told == (pytest.approx(15e6, rel=1e-3), "rounds")


def test_a_duel_with_points_without_a_position_is_refused(made):
    data = made.duel()
    data["teams"][0]["players"][0]["guesses"][1] |= {"lat": None, "lng": None}
    assert refusal(json.dumps(data).encode()).kind == "no guess"
