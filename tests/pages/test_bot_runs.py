import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from bot import runner
from model.errors import StorageError
from pages.components import access, bot_words

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]
ROUND = {"event": "round", "at": 1.7e9, "game_id": "g", "round": 1, "guess_lat": 1.0, "guess_lng": 2.0,
         "lat": 3.0, "lng": 4.0,
         "distance_km": 314.2, "score": 4050, "seconds": 4.0, "guess_place": "near Graz, Austria",
         "true_place": "near Vienna, Austria", "filmstrip": "g-round-1.jpg"}  # fmt: skip


@pytest.fixture
def a_run(own_home: Path) -> Callable[..., Path]:
    """Write the folder of a run, as the bot leaves it."""

    def write(*events: dict, name: str = "20260101-101010-abc") -> Path:
        folder = own_home / "bot" / name
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(json.dumps({"games": 1, "map": "world", "at": 1.7e9, "pid": None}))
        (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
        for strip in ("g-round-1.jpg", "g.jpg", "live.png"):
            Image.new("RGB", (64, 32), "teal").save(folder / strip)
        return folder

    return write


def test_an_empty_page_offers_to_start(open_page: Open, said: Said) -> None:
    app = open_page("bot_runs")
    assert not app.exception and not app.error
    assert "No run yet" in said(app)
    assert app.selectbox[0].options == ["World", "The Alps"]


def test_starting_hands_the_settings_to_the_runner(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple] = []
    monkeypatch.setattr(runner, "start", lambda *args: asked.append(args) or runner.BotRun(Path("run")))
    app = open_page("bot_runs")
    app.number_input[0].set_value(3)
    app.selectbox[0].set_value("alps")
    app.number_input[1].set_value(12)
    app.number_input[2].set_value(42)
    app.button[0].click().run()
    assert not app.exception
    [(games, url, name, seed, rounds)] = asked
    assert (games, name, seed, rounds) == (3, "alps", 42, 12) and url.startswith("http://127.0.0.1:")


def test_a_run_that_cannot_start_is_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise StorageError("could not write run.json: no space left.")

    monkeypatch.setattr(runner, "start", full)
    app = open_page("bot_runs")
    app.button[0].click().run()
    assert not app.exception and app.error[0].value == "Could not write run.json: no space left."


def test_a_finished_run_shows_its_filmstrips_and_rounds(
    open_page: Open, said: Said, a_run: Callable[..., Path]
) -> None:
    a_run(
        ROUND,
        {"event": "game_over", "at": 1.7e9, "game_id": "g", "filmstrip": "g.jpg"},
        {"event": "finished", "at": 1.7e9},
    )
    app = open_page("bot_runs")
    assert not app.exception and not app.error
    assert "1 round, 4,050 points" in app.selectbox[1].options[0]
    assert app.dataframe[0].value["Truth"].tolist() == ["near Vienna, Austria"]
    assert len(app.image) == 2


def test_a_failed_run_says_why(open_page: Open, a_run: Callable[..., Path]) -> None:
    a_run({"event": "failed", "at": 1.7e9, "message": "the browser died. Screenshot: failure.png."})
    app = open_page("bot_runs")
    assert not app.exception
    assert "browser died" in app.error[0].value


def test_a_running_bot_is_watched_and_can_be_stopped(
    open_page: Open, said: Said, a_run: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_run(ROUND, {"event": "looking", "at": time.time(), "round": 2, "heading": "E"})
    alive, stopped = {folder.name}, []
    monkeypatch.setattr(runner.BotRun, "is_running", lambda self: self.name in alive)
    monkeypatch.setattr(runner.BotRun, "stop", lambda self: (stopped.append(self.name), alive.discard(self.name)))
    app = open_page("bot_runs")
    assert not app.exception
    assert "Round 2: looking east …" in said(app)
    assert app.dataframe[0].value["Score"].tolist() == [4050]
    assert not [b for b in app.button if b.label == "Start the bot"]
    next(b for b in app.button if b.label == "Stop the bot").click().run()
    assert stopped == [folder.name]
    assert [b for b in app.button if b.label == "Start the bot"]


def test_who_comes_second_watches_the_run_of_the_first(
    open_page: Open, said: Said, a_run: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    alive: set[str] = set()
    monkeypatch.setattr(runner.BotRun, "is_running", lambda self: self.name in alive)
    app = open_page("bot_runs")
    folder = a_run({"event": "asking", "at": time.time(), "round": 1})  # somebody else pressed in the meantime
    alive.add(folder.name)
    next(b for b in app.button if b.label == "Start the bot").click().run()
    assert not app.exception and not app.error
    assert "started in another window at 22:13 UTC. One bot plays at a time" in said(app)
    assert "Round 1: asking the model …" in said(app)


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (None, "Starting the bot …"),
        ({"event": "doing", "what": "model"}, "Loading the model … (it took 12 s before)"),
        ({"event": "doing", "what": "browser"}, "Starting the browser …"),
        ({"event": "beginning", "number": 2}, "Opening game 2 …"),
        ({"event": "guessed", "round": 3}, "Round 3: placing the pin …"),
        ({"event": "round", "round": 3, "score": 4200}, "Round 3: 4,200 points. Going on …"),
        ({"event": "lost", "again": True, "message": "no"}, "Trying again …"),
        ({"event": "something of a later version"}, "Closing the browser …"),
    ],
)
def test_what_happens_is_said_from_the_first_second(event: dict | None, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text('{"event": "done", "at": 1, "what": "model", "seconds": 12.2}\n')
    events = [] if event is None else [event | {"at": 100.0}]
    assert bot_words.doing(events, [runner.BotRun(tmp_path)], now=101.0) == sentence


def test_a_wait_has_its_seconds_shown() -> None:
    assert bot_words.doing([{"event": "asking", "at": 100.0, "round": 1}], [], 107.4).endswith("… 7 s")


def test_the_bar_counts_rounds_and_what_was_lost() -> None:
    game = {"event": "game_over", "game_id": "a", "failed": "lost"}
    events = [{"event": "round", "game_id": "a"}, game, {"event": "round", "game_id": "b"}]
    assert bot_words.share(events, games=2, rounds=5) == 0.6
    assert bot_words.progress(events, games=2, rounds=5) == "2 of 10 rounds, 1 game lost"


def test_a_lost_game_says_why_and_how_to_go_on_and_its_rounds_are_kept(
    open_page: Open, said: Said, a_run: Callable[..., Path]
) -> None:
    name = "![x](http://evil.example/a.png)"
    a_run(
        ROUND,
        {"event": "game_over", "at": 1.7e9, "game_id": "g", "rounds": [ROUND], "filmstrip": "g.jpg",
         "failed": f"could not write /srv/films/a.jpg for {name}.", "resume": "python -m bot --resume g"},
        {"event": "finished", "at": 1.7e9, "lost": 1},
    )  # fmt: skip
    app = open_page("bot_runs")
    assert not app.exception
    [warning] = app.warning
    assert "A game was lost" in warning.value and "1 finished round count" in warning.value
    assert "/srv" not in warning.value and name not in warning.value
    assert any("--resume g" in code.value for code in app.code)
    assert app.dataframe[0].value["Score"].tolist() == [4050]


def test_a_place_that_may_not_be_told_is_not_told(
    open_page: Open, said: Said, a_run: Callable[..., Path], played: Callable[..., str]
) -> None:
    game_id = played("Homing bot", kind="bot", rounds=1, at=time.time())  # still being played
    a_run(ROUND | {"game_id": game_id}, {"event": "stopped", "at": 1.7e9})
    app = open_page("bot_runs")
    assert not app.exception and not app.error
    assert app.dataframe[0].value.to_dict("list") == {"Round": [1], "Score": [4050]}
    assert any("Places are told once" in caption.value for caption in app.caption)
    assert not app.image and "may still guess" in app.info[0].value
    assert "Vienna" not in said(app)


def test_without_the_token_nothing_is_started_stopped_or_watched(
    open_page: Open, said: Said, a_run: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "allowed", lambda: False)
    app = open_page("bot_runs")
    assert [b.label for b in app.button] == ["Unlock"] and app.text_input[0].label == "Token"
    folder = a_run(ROUND, {"event": "looking", "at": time.time(), "round": 2, "heading": "E"})
    monkeypatch.setattr(runner.BotRun, "is_running", lambda self: self.name == folder.name)
    app = open_page("bot_runs")
    assert not app.exception
    assert [b.label for b in app.button] == ["Unlock"] and "Round 2" in said(app)
    assert not app.image and not app.dataframe


def test_an_unreadable_run_does_not_hide_the_others(open_page: Open, a_run: Callable[..., Path]) -> None:
    a_run(ROUND, {"event": "finished", "at": 1.7e9}, name="20260101-000000-aaa")
    broken = a_run(name="20260202-000000-bbb")
    (broken / "run.json").write_text("{")
    (broken / "events.jsonl").write_text("not json\n")
    app = open_page("bot_runs")
    assert not app.exception
    assert len(app.selectbox[1].options) == 2


def test_only_the_newest_runs_are_offered_and_the_others_named(
    open_page: Open, a_run: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "NEWEST", 2)
    for day in (1, 2, 3):
        a_run(ROUND, {"event": "finished", "at": 1.7e9}, name=f"2026010{day}-000000-aaa")
    app = open_page("bot_runs")
    assert len(app.selectbox[1].options) == 2
    assert app.code[0].value == "20260101-000000-aaa"
