"""What earlier runs left is found in their events: which game comes first, which rounds and which guess it has."""

import pytest

from bot.events import STOPPED, EventLog, event
from bot.left import last_left, left_game, left_in, views_of
from bot.runner import runs_folder
from model.errors import ConfigError

DIED = "the browser died."


def game(name, failed=None, resumed=False):
    """What a run tells of a game: it is begun or taken up, and ends well, or why it does not."""
    return [event("beginning", number=1, game_id=name if resumed else ""), event("game", game_id=name, resumed=resumed),
            event("game_over", game_id=name, failed=failed)]  # fmt: skip


def killed(name, resumed=False):
    return game(name, resumed=resumed)[:2]


def test_a_lost_game_is_taken_up_also_when_later_ones_were_finished():
    assert last_left([*game("a", DIED), *game("b")]) == "a"
    assert last_left([*game("a", DIED), *killed("c")]) == "c"  # the one that was killed comes first
    assert last_left([*game("a", DIED), *game("b"), *game("a", resumed=True)]) == ""
    assert last_left([]) == ""


def test_of_several_lost_games_each_is_reached():
    told = [*game("a", DIED), *game("b", DIED), *game("c", DIED)]
    reached = []
    for _ in range(6):
        reached.append(last_left(told))
        told += game(reached[-1], DIED, resumed=True)
    assert reached == ["c", "b", "a", "c", "b", "a"]


def test_a_game_that_cannot_even_be_opened_again_goes_behind_the_others_too():
    began, over = game("b", DIED, resumed=True)[::2]
    assert last_left([*game("a", DIED), *game("b", DIED), began, over]) == "a"


@pytest.mark.parametrize("again", [killed("b", resumed=True), game("b", STOPPED, resumed=True)])
def test_a_game_that_was_killed_or_stopped_while_it_was_taken_up_is_gone_on_with(again):
    assert last_left([*game("a", DIED), *game("b", DIED), *again]) == "b"


def test_a_game_that_was_lost_before_its_first_round_was_seen_is_not_forgotten():
    assert last_left([*game("a"), *game("b", DIED)[::2]]) == "b"
    assert last_left([*game("a"), event("game_over", game_id="", failed="not tried.")]) == ""


def test_the_rounds_that_another_run_reported_are_known(tmp_path):
    EventLog(runs_folder() / "20260101-000000" / "events.jsonl")(event("round", game_id="a", round=1))
    EventLog(tmp_path / "events.jsonl")(event("round", game_id="a", round=2))
    EventLog(tmp_path / "events.jsonl")(event("round", game_id="b", round=3))
    assert left_in(tmp_path, "a").known == {1, 2}


def test_where_nothing_was_left_the_sentence_says_where_was_looked(tmp_path):
    with pytest.raises(ConfigError, match=rf"looked in {tmp_path} .* found none"):
        left_in(tmp_path, "last")


def test_a_game_with_the_name_of_an_earlier_one_does_not_inherit_its_rounds(tmp_path):
    told = [event("game", game_id="a", resumed=False), event("round", game_id="a", round=1),
            event("game", game_id="a", resumed=False), event("round", game_id="a", round=2),
            event("game", game_id="a", resumed=True)]  # fmt: skip
    assert left_game("a", [(tmp_path, one) for one in told]).known == {2}


def test_events_that_say_nothing_sensible_are_passed_over(tmp_path):
    (tmp_path / "events.jsonl").write_text(
        """{"event": "game", "game_id": "a", "map": 7, "at": "noon"}
        {"event": ["game"], "game_id": "a"}
        {"event": "round", "game_id": "a", "round": "one"}
        {"event": "round", "game_id": "a"}
        {"event": "round", "game_id": "a", "round": 1, "at": null}
        {"event": "submitting", "game_id": "a", "round": 2, "lat": NaN, "lng": 2, "wanted_lat": 1, "wanted_lng": 2}
        {"event": "submitting", "game_id": "a", "round": 2, "lat": 1}
        {"event": "submitting", "game_id": "a", "round": 2, "lat": 1, "lng": 2, "wanted_lat": 1, "wanted_lng": """
        + "1" * 400
        + "}\n"
        + "[" * 100_000
        + "\n"
    )
    left = left_in(tmp_path, "last")
    assert (left.game_id, left.map_name, left.known, left.pending) == ("a", "7", {1}, None)


@pytest.mark.parametrize("views", [["a.png", "../b.png"], ["b.png"], "a.png", None, []])
def test_views_that_are_gone_are_not_made_up(tmp_path, views):
    (tmp_path / "a.png").write_bytes(b"seen")
    assert views_of({"views": ["a.png"]}, tmp_path) == (b"seen",)
    assert views_of({"views": views}, tmp_path) == ()
