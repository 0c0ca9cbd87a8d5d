"""The player plays to the end, or falls with a sentence and a screenshot, and loses no round by it. No browser here."""

import io
from dataclasses import dataclass

import pytest
import urllib3
from PIL import Image
from selenium.common.exceptions import InvalidSessionIdException

from bot.album import Album
from bot.player import Player, Sitting, Trouble
from bot.screens.screen import PageRefused
from bot.screens.site import Outcome
from model.errors import BrowserError, ImageError


def png(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass
class Somewhere:
    lat: float = 10.0
    lng: float = 20.0


class ToySite:
    """Three rounds; `trouble` maps a method to what it raises in round 2. `tells`: the page says what was guessed."""

    def __init__(self, trouble=None, first=1, phase="looking", tells=True):
        self.number, self.state, self.trouble, self.done, self.tells = first, phase, trouble or {}, [], tells
        self.guessed = dict.fromkeys(range(1, first + (phase != "looking")), (9.0, 19.0))

    def _maybe_fail(self, name):
        if self.number == 2 and name in self.trouble:
            raise self.trouble[name]

    def begin(self, player, map_name, seed):
        self.done.append(("begin", player, map_name, seed))

    def resume(self, game_id):
        self.done.append(("resume", game_id))

    def game_id(self):
        return "game/7"

    def phase(self):
        self._maybe_fail("phase")
        return self.state

    def round(self):
        return self.number

    def prepare_to_look(self):
        self._maybe_fail("prepare_to_look")

    def photograph(self, heading):
        self._maybe_fail("photograph")
        return png({"N": "red", "E": "lime", "S": "blue", "W": "yellow"}[heading])

    def guess(self, lat, lng):
        self._maybe_fail("guess")
        self.done.append(("guess", self.number, lat, lng))
        self.guessed[self.number] = (lat + 0.001, lng)
        self.state = "guessed"
        return lat + 0.001, lng

    def outcome(self):
        self._maybe_fail("outcome")
        return Outcome(11.0, 21.0, 155.0, 4507)

    def outcomes(self):
        told = {number: Outcome(11.0, 21.0, 155.0, 4507, pin) for number, pin in self.guessed.items()}
        return told if self.tells else {}

    def next_round(self):
        self.number += 1
        self.state = "looking" if self.number <= 3 else "summary"

    def try_again(self):
        return False

    def resume_command(self, game_id, map_name):
        return f"python -m bot --resume {game_id}"

    def total(self):
        return 4507 * 3

    def picture(self):
        self._maybe_fail("picture")
        return png("white")


@pytest.fixture
def play(tmp_path, outlines):
    """Plays a site, gives the game and the events."""

    def play(site, locate=lambda views: Somewhere(), sitting=None, **options):
        album = Album(tmp_path, outlines, lambda places: ["Here", "There"], play.events.append)
        return Player(site, locate, album).play(sitting or Sitting("Bot", "world", **options))

    play.out, play.events = tmp_path, []
    return play


def test_a_page_that_takes_its_time_with_the_result_is_not_taken_for_an_open_round(play):
    site = ToySite()
    real_guess, real_outcome = site.guess, site.outcome

    def guess(lat, lng):
        pin = real_guess(lat, lng)
        site.state = "looking"  # until the server has answered
        return pin

    def outcome():
        site.state = "guessed"
        return real_outcome()

    site.guess, site.outcome = guess, outcome
    assert [played.round for played in play(site).rounds] == [1, 2, 3]
    assert [done[1] for done in site.done if done[0] == "guess"] == [1, 2, 3]


def test_every_round_is_played_and_leaves_a_filmstrip(play):
    game = play(ToySite(), seed=3)
    assert [played.round for played in game.rounds] == [1, 2, 3]
    assert game.total == 13521
    for name in [game.filmstrip, *(played.filmstrip for played in game.rounds)]:
        with Image.open(play.out / name) as image:
            assert image.width == 1600


def test_the_model_gets_the_four_views_and_its_answer_is_the_guess(play):
    seen = []

    def locate(views):
        seen.append([Image.open(io.BytesIO(view)).getpixel((0, 0)) for view in views])
        return Somewhere(-33.5, 150.0)

    site = ToySite()
    game = play(site, locate)
    assert seen == [[(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]] * 3
    assert site.done[1:] == [("guess", k, -33.5, 150.0) for k in (1, 2, 3)]
    first = game.rounds[0]
    assert (first.wanted_lat, first.guess_lat, first.lat, first.true_place) == (-33.5, -33.499, 11.0, "There")


def test_events_tell_the_story(play):
    play(ToySite())
    kinds = [event["event"] for event in play.events]
    assert kinds == ["game", *(["looking"] * 4 + ["asking", "guessed", "round"]) * 3, "game_over"]
    assert play.events[-1]["rounds"][2]["score"] == 4507
    assert [event["heading"] for event in play.events[1:5]] == ["N", "E", "S", "W"]


def test_a_left_game_goes_on_where_it_was(play):
    site = ToySite(first=3)
    game = play(site, game_id="abc")
    assert site.done[0] == ("resume", "abc")
    assert (game.game_id, [played.round for played in game.rounds]) == ("abc", [3])


def test_a_result_that_nobody_read_is_read_when_the_game_is_taken_up_again(play):
    game = play(ToySite(first=1, phase="guessed"), game_id="abc")
    assert [played.round for played in game.rounds] == [1, 2, 3]
    assert (game.rounds[0].guess_lat, game.rounds[0].score) == (9.0, 4507)  # the guess, as the page tells it
    with Image.open(play.out / game.rounds[0].filmstrip) as image:
        assert image.width == 1600


def test_a_result_that_was_read_before_is_not_reported_twice(play):
    game = play(ToySite(first=1, phase="guessed"), game_id="abc", known=frozenset({1}))
    assert [played.round for played in game.rounds] == [2, 3]


def test_the_last_result_that_nobody_read_is_read_from_the_summary(play):
    game = play(ToySite(first=3, phase="summary"), game_id="abc", known=frozenset({1, 2}))
    assert [played.round for played in game.rounds] == [3]
    assert [event["event"] for event in play.events] == ["game", "round", "game_over"]


def test_a_result_of_an_earlier_run_is_passed_over_on_a_page_that_does_not_say_what_was_guessed(play):
    game = play(ToySite(first=1, phase="guessed", tells=False), game_id="abc")
    assert [played.round for played in game.rounds] == [2, 3]


def test_a_crash_between_submit_and_read_loses_no_round_and_reports_it_once(play):
    site, sitting = ToySite({"outcome": InvalidSessionIdException("gone")}), Sitting("Bot", "world")
    with pytest.raises(Trouble):
        play(site, sitting=sitting)
    assert [frame.played.round for frame in sitting.frames] == [1]
    site.trouble = {}
    game = play(site, sitting=sitting)
    assert [played.round for played in game.rounds] == [1, 2, 3]
    assert game.rounds[1].guess_lat == 10.001  # where the pin fell, not what the page was asked later
    assert [happened["round"] for happened in play.events if happened["event"] == "round"] == [1, 2, 3]
    assert ("resume", "game/7") in site.done
    assert [done for done in site.done if done[:2] == ("guess", 2)] == [("guess", 2, 10.0, 20.0)]


def test_a_crash_after_the_last_submit_is_read_from_the_summary(play):
    site, sitting = ToySite(), Sitting("Bot", "world")
    real = site.outcome

    def fails_in_round_3():
        if site.number == 3:
            raise InvalidSessionIdException("gone")
        return real()

    site.outcome = fails_in_round_3
    with pytest.raises(Trouble):
        play(site, sitting=sitting)
    site.state = "summary"  # where the arena stands after a reload
    game = play(site, sitting=sitting)
    assert [played.round for played in game.rounds] == [1, 2, 3]
    assert game.rounds[2].wanted_lat == 10.0


def test_a_game_that_was_over_and_reported_already_has_no_rounds_left_and_no_filmstrip(play):
    game = play(ToySite(first=3, phase="summary"), game_id="abc", known=frozenset({1, 2, 3}))
    assert (game.rounds, game.filmstrip) == ([], "")
    assert [event["event"] for event in play.events] == ["game_over"]


def test_a_round_that_is_counted_a_moment_after_it_opened_is_waited_for(play):
    site = ToySite(phase="guessed")
    real, late = site.round, []

    def number():
        late.append(site.state == "looking")
        return [0, site.number - 1][len(late) % 2] if late.count(True) in (1, 2, 3) else real()

    site.round = number
    assert [played.round for played in play(site, game_id="abc").rounds] == [1, 2, 3]
    assert [done[1] for done in site.done if done[0] == "guess"] == [2, 3]


@pytest.mark.parametrize(
    ("number", "words"), [(2, "opens round 2, which this game has behind it"), (0, "does not say")]
)
def test_a_page_that_began_another_game_in_place_of_the_one_that_was_left_gets_no_guess(
    play, monkeypatch, number, words
):
    monkeypatch.setattr("bot.player.NUMBER_S", 0.0)
    site = ToySite(first=number)
    with pytest.raises(Trouble, match=words):
        play(site, game_id="abc", known=frozenset({1, 2}))
    assert site.done == [("resume", "abc")] and not [one for one in play.events if one["event"] == "round"]


def test_a_new_game_that_shows_its_end_at_once_was_not_played(play):
    with pytest.raises(Trouble, match="the end of a game where a new one should begin"):
        play(ToySite(phase="summary"))


@pytest.mark.parametrize("step", ["prepare_to_look", "photograph", "guess", "outcome"])
@pytest.mark.parametrize(
    ("error", "words", "refused"),
    [
        (BrowserError("the click was refused."), "the click was refused", False),
        (PageRefused("the page says: full."), "the page says: full", True),
        (
            InvalidSessionIdException(
                "session deleted as the browser has closed\n  (Session info)\nStacktrace:\n#0 0x1"
            ),
            "browser has closed",
            False,
        ),
        (urllib3.exceptions.MaxRetryError(None, "/session"), "driver is gone", False),
        (ConnectionRefusedError("refused"), "driver is gone", False),
    ],
)
def test_trouble_in_the_browser_is_a_sentence_without_folders_and_a_screenshot(play, step, error, words, refused):
    sitting = Sitting("Bot", "world")
    with pytest.raises(Trouble, match=words) as caught:
        play(ToySite({step: error}), sitting=sitting)
    assert (caught.value.refused, caught.value.gone, caught.value.screenshot) == (refused, False, "failure.png")
    assert str(play.out) not in str(caught.value) and "0x1" not in str(caught.value)
    assert (play.out / "failure.png").is_file()
    assert (play.out / "game-7-round-1.jpg").is_file()
    assert (sitting.game_id, [frame.played.round for frame in sitting.frames]) == ("game/7", [1])


def test_a_browser_too_dead_for_a_screenshot_still_gets_its_sentence(play):
    dead = InvalidSessionIdException("gone")
    with pytest.raises(Trouble, match="the browser died") as caught:
        play(ToySite({"photograph": dead, "picture": dead}))
    assert caught.value.gone and caught.value.screenshot == ""


def test_an_error_of_the_model_is_not_taken_for_one_of_the_browser(play):
    def locate(views):
        raise ImageError("no picture")

    with pytest.raises(ImageError):
        play(ToySite(), locate)
