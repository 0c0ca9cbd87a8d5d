import pytest

from arena.rules import MAX_SEED, Refused, check_player, check_seed, check_turn, judge, open_round
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
    assert open_round([]) == 1
    assert open_round([1, 2]) == 3
    assert open_round([1, 2, 3, 4, 5]) is None


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
        check_turn(number, guessed)
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
    for seed in (-1, 1.5, True, "x", "", MAX_SEED + 1, "9" * 400, [1]):
        with pytest.raises(Refused, match="whole number"):
            check_seed(seed)
