"""A bot that is killed (SIGKILL) at any step, and resumed, reports every round once and guesses every round once.

The page is a file, so that it outlives the bot; the bot is a fork of this process, so that killing it is quick.
"""

import contextlib
import io
import json
import os
import signal
from pathlib import Path

import pytest
from PIL import Image

import bot.__main__ as command
import bot.album
from bot.__main__ import BotConfig
from bot.events import EventLog, event, read_events
from bot.left import last_left
from bot.screens.site import Outcome

ROUNDS = 2
buffer = io.BytesIO()
Image.new("RGB", (8, 6), "red").save(buffer, "PNG")
PNG = buffer.getvalue()


class Killer:
    """Ends the process at the nth step, of the page or of the log."""

    left = -1

    @classmethod
    def step(cls):
        cls.left -= 1
        if cls.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class FileSite:
    """Two rounds, kept in a file. `forgets`: opened anew, it shows the next round instead of the last result."""

    forgets = False
    views = ("1", "2", "3", "4")

    def __init__(self, path):
        self.path = path

    @property
    def kept(self):
        return json.loads(self.path.read_text())

    def keep(self, **changes):
        self.path.write_text(json.dumps(self.kept | changes))

    def begin(self, player, map_name, seed):
        Killer.step()
        self.path.write_text(json.dumps({"round": 1, "state": "looking", "guesses": []}))
        Killer.step()

    def resume(self, game_id):
        if self.forgets and self.kept["state"] == "guessed":
            self._go_on()

    def game_id(self):
        return "the-game"

    def phase(self):
        Killer.step()
        return self.kept["state"]

    def round(self):
        return self.kept["round"]

    def prepare_to_look(self):
        Killer.step()

    def photograph(self, heading):
        Killer.step()
        return PNG

    def put_pin(self, lat, lng):
        Killer.step()
        return lat, lng + self.round() / 1000

    def submit(self):
        Killer.step()
        self.keep(guesses=[*self.kept["guesses"], self.round()], state="guessed")
        Killer.step()

    def outcome(self):
        Killer.step()
        return Outcome(1.0, 2.0, 3.0, 4)

    def next_round(self):
        Killer.step()
        self._go_on()
        Killer.step()

    def _go_on(self):
        number = self.round() + 1
        self.keep(round=number, state="looking" if number <= ROUNDS else "summary")

    def outcomes(self):
        return {}

    def try_again(self):
        return False

    def resume_command(self, game_id, map_name):
        return ""

    def total(self):
        return None

    def picture(self):
        return PNG


class ForgetfulSite(FileSite):
    forgets = True


class Somewhere:
    lat, lng = 10.0, 20.0


@pytest.fixture
def play(tmp_path, monkeypatch, outlines):
    """Plays or resumes in a process of its own that is killed at a step; whether it was."""
    monkeypatch.setattr(command, "open_browser", lambda *_: contextlib.nullcontext(tmp_path / "page.json"))
    monkeypatch.setattr(command, "_atlas", lambda: (lambda places: ["x"] * len(places), outlines))
    for name in ("round_image", "game_image"):
        monkeypatch.setattr(bot.album, name, lambda *_: Image.new("RGB", (8, 6)))
    log = EventLog.__call__

    def slow_log(self, happened):
        Killer.step()
        log(self, happened)
        Killer.step()

    monkeypatch.setattr(EventLog, "__call__", slow_log)

    def play(site, step=-1, resume=None):
        config = BotConfig(site=f"{__name__}:{site.__name__}", out=tmp_path / "out", resume=resume)
        monkeypatch.setattr(command, "load_site", lambda name: site)
        child = os.fork()
        if child == 0:  # nothing of the test may run on in here
            with contextlib.suppress(BaseException):
                Killer.left = step
                with Path(os.devnull).open("w") as quiet, contextlib.redirect_stdout(quiet):
                    command.main(config, lambda views: Somewhere())
                os._exit(0)
            os._exit(1)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
        return os.WIFSIGNALED(status)

    play.out = tmp_path / "out"
    play.page = tmp_path / "page.json"
    return play


@pytest.mark.parametrize(("site", "first", "stride"), [(FileSite, 1, 2), (FileSite, 2, 2), (ForgetfulSite, 1, 3)])
def test_killed_at_each_step_and_resumed_nothing_is_lost_and_nothing_doubled(play, site, first, stride):
    for step in range(first, 200, stride):
        for path in play.out.glob("*"):
            path.unlink()
        if not play(site, step):
            break
        told = read_events(play.out / "events.jsonl")
        began = last_left(told)
        if not began:  # killed before the game, or after its end, was told
            guesses = json.loads(play.page.read_text())["guesses"] if play.page.exists() else []
            assert guesses in ([], [1, 2])
            if guesses:
                assert [one["round"] for one in told if one["event"] == "round"] == [1, 2]
            continue
        assert not play(site, resume="last")
        told = read_events(play.out / "events.jsonl")
        rounds = [one for one in told if one["event"] == "round"]
        assert [one["round"] for one in rounds] == [1, 2], step
        assert [one["guess_lng"] for one in rounds] == pytest.approx([20.001, 20.002]), step
        assert json.loads(play.page.read_text())["guesses"] == [1, 2], step
        assert told[-1]["event"] == "finished" and not list(play.out.glob("*-view-*.png"))
    assert step > 40 and not play.out.joinpath("failure.png").exists()


def test_a_result_that_is_on_no_screen_any_more_is_reported_without_what_nobody_told(play):
    play.out.mkdir()
    play.page.write_text(json.dumps({"round": 2, "state": "looking", "guesses": [1]}))
    log = EventLog(play.out / "events.jsonl")
    log(event("game", game_id="the-game", map="m", player="Bot", resumed=False))
    log(event("submitting", game_id="the-game", round=1, lat=1.0, lng=2.0, wanted_lat=1.1, wanted_lng=2.1, views=[]))
    assert not play(FileSite, resume="last")
    first = next(one for one in read_events(log.path) if one["event"] == "round")
    assert (first["round"], first["guess_lat"], first["wanted_lng"]) == (1, 1.0, 2.1)
    assert (first["lat"], first["distance_km"], first["score"]) == (None, None, None)


def test_a_torn_line_does_not_swallow_the_next(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"event": "game", "game_id": "a"}\n{"event": "rou')
    EventLog(path)(event("round", game_id="a", round=1))
    assert [one["event"] for one in read_events(path)] == ["game", "round"]
