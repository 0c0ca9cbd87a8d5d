"""The player plays to the end, or falls with a sentence, a screenshot and a way to go on. No browser here."""

import io
from dataclasses import dataclass

import pytest
import urllib3
from PIL import Image
from selenium.common.exceptions import InvalidSessionIdException

from bot.player import Player
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
    """Three rounds; `trouble` maps a method to what it raises in round 2."""

    def __init__(self, trouble=None, first=1, phase="looking"):
        self.number, self.state, self.trouble, self.done = first, phase, trouble or {}, []

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
        self.state = "guessed"
        return lat + 0.001, lng

    def outcome(self):
        return Outcome(11.0, 21.0, 155.0, 4507)

    def next_round(self):
        self.number += 1
        self.state = "looking" if self.number <= 3 else "summary"

    def total(self):
        return 4507 * 3

    def picture(self):
        self._maybe_fail("picture")
        return png("white")


@pytest.fixture
def play(tmp_path, outlines):
    """Plays a site, gives the game and the events."""

    def play(site, locate=lambda views: Somewhere(), **options):
        events = []
        player = Player(site, locate, tmp_path, outlines, lambda places: ["Here", "There"], events.append)
        play.events = events
        return player.play("Bot", "world", **options)

    play.out = tmp_path
    return play


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
    assert kinds == ["game", *(["looked"] * 4 + ["guessed", "round"]) * 3, "game_over"]
    assert play.events[-1]["rounds"][2]["score"] == 4507


def test_a_left_game_goes_on_where_it_was(play):
    site = ToySite(first=3)
    game = play(site, resume="abc")
    assert site.done[0] == ("resume", "abc")
    assert (game.game_id, [played.round for played in game.rounds]) == ("abc", [3])


def test_a_game_left_at_a_result_goes_on_with_the_next_round(play):
    assert [played.round for played in play(ToySite(first=1, phase="guessed"), resume="abc").rounds] == [2, 3]


def test_a_game_that_was_over_already_has_no_rounds_left_and_no_filmstrip(play):
    game = play(ToySite(phase="summary"), resume="abc")
    assert (game.rounds, game.filmstrip) == ([], "")
    assert [event["event"] for event in play.events] == ["game_over"]


@pytest.mark.parametrize("step", ["prepare_to_look", "photograph", "guess"])
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BrowserError("the click was refused."), "the click was refused"),
        (
            InvalidSessionIdException(
                "session deleted as the browser has closed\n  (Session info)\nStacktrace:\n#0 0x1"
            ),
            "browser has closed",
        ),
        (urllib3.exceptions.MaxRetryError(None, "/session"), "driver is gone"),
        (ConnectionRefusedError("refused"), "driver is gone"),
    ],
)
def test_trouble_in_the_browser_is_a_sentence_with_a_screenshot_and_a_way_on(play, step, error, words):
    with pytest.raises(BrowserError, match=words) as caught:
        play(ToySite({step: error}))
    assert "--resume game/7" in str(caught.value)
    assert str(play.out / "failure.png") in str(caught.value)
    assert "0x1" not in str(caught.value)
    assert (play.out / "failure.png").is_file()
    assert (play.out / "game-7-round-1.jpg").is_file()


def test_a_browser_too_dead_for_a_screenshot_still_gets_its_sentence(play):
    dead = InvalidSessionIdException("gone")
    with pytest.raises(BrowserError, match=r"No screenshot could be taken.*--resume game/7"):
        play(ToySite({"photograph": dead, "picture": dead}))


def test_an_error_of_the_model_is_not_taken_for_one_of_the_browser(play):
    def locate(views):
        raise ImageError("no picture")

    with pytest.raises(ImageError):
        play(ToySite(), locate)
