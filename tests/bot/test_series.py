"""Game after game is played, whatever becomes of one of them; no finished round is dropped. No browser here."""

import contextlib
import io
import re
from dataclasses import dataclass, field

import pytest
from PIL import Image
from selenium.common.exceptions import InvalidSessionIdException

import bot.album
import bot.series
from bot.album import Album
from bot.player import Sitting
from bot.screens.screen import PageRefused
from bot.screens.site import Outcome
from bot.series import HOPELESS, PAUSE_S, Series
from model.errors import ArtifactError, BrowserError, ImageError

ROUNDS = 2
buffer = io.BytesIO()
Image.new("RGB", (8, 6), "red").save(buffer, "PNG")
PNG = buffer.getvalue()
DEAD = InvalidSessionIdException("gone")


@dataclass
class Server:
    """What outlives a browser: games and their guesses. `trouble`: (game, round, method) -> errors, used up in turn."""

    trouble: dict = field(default_factory=dict)
    offers_retry: bool = False
    guessed: dict = field(default_factory=dict)  # game -> {round: pin}
    browsers: int = 0
    open_now: int = 0
    retries: int = 0
    no_browser: bool = False
    busy: int = 0  # openings that will fail, once there was a browser

    @contextlib.contextmanager
    def open_site(self):
        if self.no_browser:
            raise BrowserError("Chromium did not start.")
        if self.browsers and self.busy:
            self.busy -= 1
            raise DEAD if self.busy % 2 else BrowserError("Chromium did not start: busy.")
        self.browsers += 1
        self.open_now += 1
        try:
            yield Site(self)
        finally:
            self.open_now -= 1

    def maybe_fail(self, game, number, method):
        errors = self.trouble.get((game, number, method), [])
        if errors:
            raise errors.pop(0)


class Site:
    """A page of that server in one browser; resumed, it stands where the arena would."""

    def __init__(self, server):
        self.server, self.game, self.number, self.state = server, "", 0, "start"

    def begin(self, player, map_name, seed):
        self.server.maybe_fail(f"game-{seed}", 0, "begin")
        self.game, self.number, self.state = f"game-{seed}", 1, "looking"
        self.server.guessed[self.game] = {}

    def resume(self, game_id):
        self.server.maybe_fail(game_id, 0, "resume")
        done = len(self.server.guessed[game_id])
        self.game, self.number = game_id, max(done, 1)
        self.state = "summary" if done == ROUNDS else "guessed" if done else "looking"

    def game_id(self):
        return self.game

    def phase(self):
        return self.state

    def round(self):
        return self.number

    def prepare_to_look(self):
        pass

    def photograph(self, heading):
        self.server.maybe_fail(self.game, self.number, "photograph")
        return PNG

    def guess(self, lat, lng):
        self.server.guessed[self.game][self.number] = (lat, lng)
        self.state = "guessed"
        self.server.maybe_fail(self.game, self.number, "guess")
        return lat, lng

    def outcome(self):
        self.server.maybe_fail(self.game, self.number, "outcome")
        return Outcome(11.0, 21.0, 155.0, 4000)

    def outcomes(self):
        return {n: Outcome(11.0, 21.0, 155.0, 4000, pin) for n, pin in self.server.guessed[self.game].items()}

    def next_round(self):
        self.number, self.state = self.number + 1, "looking" if self.number < ROUNDS else "summary"

    def try_again(self):
        self.server.retries += self.server.offers_retry
        return self.server.offers_retry

    def resume_command(self, game_id, map_name):
        return f"resume {game_id}"

    def total(self):
        return 4000 * ROUNDS

    def picture(self):
        return PNG


@dataclass
class Somewhere:
    lat: float = 10.0
    lng: float = 20.0


@pytest.fixture
def play(tmp_path, outlines, monkeypatch):
    """Plays games 1, 2, 3 at a server; gives them as (game_id, rounds, failed)."""
    monkeypatch.setattr(bot.series, "PAUSE_S", (0.0,) * len(PAUSE_S))
    for name in ("round_image", "game_image"):  # what they draw is no concern of a series
        monkeypatch.setattr(bot.album, name, lambda *_: Image.new("RGB", (8, 6)))

    def play(server, games=3, locate=lambda views: Somewhere()):
        album = Album(tmp_path, outlines, lambda places: ["Here", "There"], play.events.append)
        play.series = Series(server.open_site, locate, album)
        try:
            play.series.play(Sitting("Bot", "world", number) for number in range(1, games + 1))
        finally:
            play.games = play.series.games
            assert server.open_now == 0
        return [(game.game_id, [one.round for one in game.rounds], game.failed) for game in play.games]

    play.events, play.out = [], tmp_path
    return play


def rounds_told(events):
    return [(happened["game_id"], happened["round"]) for happened in events if happened["event"] == "round"]


WHOLE = [("game-1", [1, 2], None), ("game-2", [1, 2], None), ("game-3", [1, 2], None)]


def test_games_follow_each_other_in_one_browser(play):
    server = Server()
    assert play(server) == WHOLE
    assert server.browsers == 1
    assert [one["number"] for one in play.events if one["event"] == "beginning"] == [1, 2, 3]


def test_a_browser_that_does_not_come_up_again_at_once_ends_no_game(play):
    server = Server({("game-1", 2, "photograph"): [DEAD, DEAD]}, busy=len(PAUSE_S))
    assert play(server) == WHOLE
    assert (server.browsers, server.busy) == (2, 0)


def test_a_browser_that_never_comes_up_again_ends_the_run_with_a_sentence(play):
    server = Server({("game-1", 2, "photograph"): [DEAD, DEAD]}, busy=2 * len(PAUSE_S) + 2)
    with pytest.raises(BrowserError, match=r"did not start|came up"):
        play(server)


@pytest.mark.parametrize("method", ["photograph", "guess", "outcome"])
@pytest.mark.parametrize("error", [DEAD, BrowserError("it did not turn."), PageRefused("busy"), ImageError("black")])
def test_a_round_that_was_lost_is_taken_up_again_and_told_once(play, method, error):
    server = Server({("game-2", 2, method): [error]})
    assert play(server) == WHOLE
    assert rounds_told(play.events) == [(f"game-{game}", number) for game in (1, 2, 3) for number in (1, 2)]
    [lost] = [happened for happened in play.events if happened["event"] == "lost"]
    assert (lost["number"], lost["game_id"], lost["again"]) == (2, "game-2", True)


def test_the_pages_own_try_again_comes_first(play):
    server = Server({("game-1", 1, "photograph"): [PageRefused("busy")] * len(PAUSE_S)}, offers_retry=True)
    assert play(server) == WHOLE
    assert (server.retries, server.browsers) == (len(PAUSE_S), 1)


def test_what_a_reload_does_not_mend_gets_a_fresh_browser(play):
    server = Server({("game-1", 1, "photograph"): [BrowserError("it did not turn.")] * 2})
    assert play(server) == WHOLE
    assert server.browsers == 2


def test_a_game_that_cannot_be_saved_is_reported_with_its_rounds_and_the_next_begins(play):
    server = Server({("game-1", 2, "photograph"): [DEAD] * 20})
    [first, *others] = play(server)
    assert first[:2] == ("game-1", [1]) and "the browser died" in first[2]
    assert others == WHOLE[1:]
    assert play.games[0].total == 4000 and (play.out / play.games[0].filmstrip).is_file()
    over = next(happened for happened in play.events if happened["event"] == "game_over")
    assert (over["resume"], over["failed"]) == ("resume game-1", first[2])
    assert [one["again"] for one in play.events if one["event"] == "lost"] == [True] * len(PAUSE_S) + [False]


def test_a_model_that_fails_on_one_place_loses_that_game_only(play):
    asked = []

    def locate(views):
        asked.append(1)
        if len(asked) <= len(PAUSE_S) + 1:
            raise RuntimeError("out of memory")
        return Somewhere()

    [first, *others] = play(Server(), locate=locate)
    assert first[:2] == ("game-1", [])
    assert re.search(r"RuntimeError, test_series.py line \d+: out of memory", first[2])
    assert others == WHOLE[1:]
    assert {one["screenshot"] for one in play.events if one["event"] == "lost"} == {"failure.png"}
    assert (play.out / "failure.png").is_file()


def test_games_that_cannot_even_begin_are_not_tried_for_ever(play):
    server = Server({(f"game-{n}", 0, "begin"): [PageRefused('There is no map "moon".')] * 9 for n in range(1, 6)})
    told = play(server, games=5)
    assert [game[0] for game in told] == [""] * 5
    assert all("moon" in game[2] for game in told[:HOPELESS]) and all(
        "not tried" in game[2] for game in told[HOPELESS:]
    )
    assert server.browsers == 1  # a refusal in words is not mended by a browser


def test_what_no_game_can_escape_ends_the_series_and_keeps_what_was_played(play):
    def gone(views):
        if len(play.events) > 12:
            raise ArtifactError("the checkpoint is gone.")
        return Somewhere()

    with pytest.raises(ArtifactError):
        play(Server(), locate=gone)
    assert [(game.game_id, [one.round for one in game.rounds]) for game in play.games] == [("game-1", [1])]
    assert play.games[0].failed == "the checkpoint is gone."


def test_a_browser_that_cannot_be_opened_again_ends_the_series_and_keeps_what_was_played(play, monkeypatch):
    server = Server({("game-2", 2, "photograph"): [DEAD]})

    def picture(site):  # the last that is asked of a page; a browser that cannot give it is gone
        server.no_browser = True
        raise DEAD

    monkeypatch.setattr(Site, "picture", picture)
    with pytest.raises(BrowserError, match="did not start"):
        play(server)
    assert [(game.game_id, [one.round for one in game.rounds]) for game in play.games] == [
        ("game-1", [1, 2]), ("game-2", [1]),
    ]  # fmt: skip


def test_a_run_that_is_interrupted_keeps_the_rounds_of_the_game_at_hand(play):
    def locate(views):
        if len(rounds_told(play.events)) == 3:
            raise KeyboardInterrupt
        return Somewhere()

    with pytest.raises(KeyboardInterrupt):
        play(Server(), locate=locate)
    assert [(game.game_id, [one.round for one in game.rounds]) for game in play.games] == [
        ("game-1", [1, 2]), ("game-2", [1]),
    ]  # fmt: skip
    assert play.games[1].failed == "stopped before its end."
    assert play.events[-1]["resume"] == "resume game-2"
