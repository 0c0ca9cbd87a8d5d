import pytest

from arena.records import Rules
from arena.rules import (
    EXPIRES_S,
    GRACE_S,
    MAX_SEED,
    MOST_OPEN,
    MOST_STARTED,
    Refused,
    check_burden,
    check_player,
    check_rules,
    check_seed,
    check_turn,
    is_expired,
    is_late,
    judge,
    open_round,
    seconds_left,
)  # fmt: skip
from model.errors import CoordinateError


def test_a_guess_on_the_spot_is_worth_everything_and_the_antipode_nothing():
    assert judge((48.0, 2.0), (48.0, 2.0), 1492.7).score == 5000
    assert judge((48.0, 2.0), (-48.0, -178.0), 1492.7).score == 0


def test_points_follow_the_scale_of_the_map():
    far = judge((0.0, 0.0), (0.0, 9.0), 1492.7)
    assert far.distance_km == pytest.approx(1000.75, abs=0.1)
    assert far.score == 2557
    assert judge((0.0, 0.0), (0.0, 9.0), 550.0).score == 810


def test_the_date_line_is_no_wall():
    assert judge((0.0, 179.9), (0.0, -179.9), 1492.7).distance_km == pytest.approx(22.24, abs=0.01)


def test_a_guess_off_the_earth_is_told_apart_from_a_bad_one():
    with pytest.raises(CoordinateError, match="swapped"):
        judge((48.0, 2.0), (120.0, 45.0), 1492.7)


def test_rounds_open_one_after_the_other():
    assert open_round([], 5) == 1
    assert open_round([1, 2], 5) == 3
    assert open_round([1, 2, 3, 4, 5], 5) is None
    assert open_round([1, 2], 2) is None


@pytest.mark.parametrize(
    ("number", "guessed", "status", "sentence"),
    [
        (2, [1, 2], "not_now", "counts once"),
        (3, [1], "not_now", "round 2 waits"),
        (5, [1, 2, 3, 4, 5], "not_now", "the game is over"),
        (6, [], "unknown", "no round 6"),
        (0, [], "unknown", "no round 0"),
    ],
)
def test_a_move_out_of_turn_is_refused_with_its_reason(number, guessed, status, sentence):
    with pytest.raises(Refused, match=sentence) as refusal:
        check_turn(number, guessed, 5)
    assert refusal.value.reason == status


def test_names_are_tidied_and_hostile_ones_refused():
    assert check_player("  Ada \n Lovelace\t", "person") == ("Ada Lovelace", "person")
    assert check_player("Zoë\u202e", "bot") == ("Zoë", "bot")
    for name in ("", "   ", None, 7, "x" * 41, "\x00"):
        with pytest.raises(Refused):
            check_player(name, "person")


@pytest.mark.parametrize("kind", ["model", "admin", None, ["person"]])
def test_only_people_and_bots_start_games(kind):
    with pytest.raises(Refused, match="kind of player"):
        check_player("Ada", kind)


def test_seeds_are_whole_numbers_that_survive_a_browser():
    assert check_seed("12") == 12
    assert check_seed(MAX_SEED) == MAX_SEED
    for seed in (-1, 1.5, True, "x", "", "²", MAX_SEED + 1, "9" * 400, [1]):
        with pytest.raises(Refused, match="whole number"):
            check_seed(seed)


def test_rules_that_are_left_away_are_the_simplest_ones():
    assert check_rules() == check_rules(None, "no_move") == Rules(None, "no_move")
    assert check_rules(10, "nmpz") == Rules(10, "nmpz")
    assert check_rules("600") == Rules(600)


@pytest.mark.parametrize("seconds", [9, 601, 0, -60, 30.0, True, "x", "", "1e2", "9" * 400, [60]])
def test_a_time_limit_is_whole_seconds_within_reason(seconds):
    with pytest.raises(Refused, match="from 10 to 600"):
        check_rules(seconds)


@pytest.mark.parametrize("movement", ["walking", "NMPZ", 7, ["nmpz"], True])
def test_only_movements_that_are_built_can_be_chosen(movement):
    with pytest.raises(Refused, match='"no_move" or "moving" or "nmpz"'):
        check_rules(None, movement)


def test_the_clock_of_a_round_has_a_little_grace_that_is_not_shown():
    rules = Rules(30)
    assert seconds_left(rules, 100.0, 110.0) == 20.0
    assert seconds_left(rules, 100.0, 131.0) == 0.0
    assert seconds_left(rules, None, 110.0) is None
    assert seconds_left(Rules(), 100.0, 110.0) is None
    assert not is_late(rules, 100.0, 130.0 + GRACE_S)
    assert is_late(rules, 100.0, 130.1 + GRACE_S)
    assert not is_late(rules, None, 1e9) and not is_late(Rules(), 100.0, 1e9)


def test_a_game_expires_unless_it_is_finished():
    assert not is_expired(0.0, None, EXPIRES_S)
    assert is_expired(0.0, None, EXPIRES_S + 1)
    assert not is_expired(0.0, 5.0, EXPIRES_S + 1)


def test_a_player_may_start_many_games_and_leave_many_open_but_not_endlessly_many():
    check_burden(MOST_OPEN - 1, MOST_STARTED - 1)
    for waiting, started in ((MOST_OPEN, 0), (0, MOST_STARTED)):
        with pytest.raises(Refused) as refusal:
            check_burden(waiting, started)
        assert refusal.value.reason == "too_many" and refusal.value.retry_s > 0
