import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from bot import runner
from model.errors import StorageError

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]
ROUND = {"event": "round", "at": 1.7e9, "round": 1, "guess_lat": 1.0, "guess_lng": 2.0, "lat": 3.0, "lng": 4.0,
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
    monkeypatch.setattr(runner, "start", lambda *args: asked.append(args))
    app = open_page("bot_runs")
    app.number_input[0].set_value(3)
    app.selectbox[0].set_value("alps")
    app.number_input[1].set_value(42)
    app.button[0].click().run()
    assert not app.exception
    [(games, url, name, seed)] = asked
    assert (games, name, seed) == (3, "alps", 42) and url.startswith("http://127.0.0.1:")


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
    a_run(ROUND, {"event": "game_over", "at": 1.7e9, "filmstrip": "g.jpg"}, {"event": "finished", "at": 1.7e9})
    app = open_page("bot_runs")
    assert not app.exception and not app.error
    assert "1 rounds, 4,050 points" in app.selectbox[1].options[0]
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
    folder = a_run(ROUND, {"event": "looked", "at": 1.7e9, "round": 2, "heading": "E"})
    alive, stopped = {folder.name}, []
    monkeypatch.setattr(runner.BotRun, "is_running", lambda self: self.name in alive)
    monkeypatch.setattr(runner.BotRun, "stop", lambda self: (stopped.append(self.name), alive.discard(self.name)))
    app = open_page("bot_runs")
    assert not app.exception
    assert "Round 2: the bot looks east" in said(app)
    assert app.dataframe[0].value["Score"].tolist() == [4050]
    assert not [b for b in app.button if b.label == "Start the bot"]
    next(b for b in app.button if b.label == "Stop the bot").click().run()
    assert stopped == [folder.name]
    assert [b for b in app.button if b.label == "Start the bot"]


def test_an_unreadable_run_does_not_hide_the_others(open_page: Open, a_run: Callable[..., Path]) -> None:
    a_run(ROUND, {"event": "finished", "at": 1.7e9}, name="20260101-000000-aaa")
    broken = a_run(name="20260202-000000-bbb")
    (broken / "run.json").write_text("{")
    (broken / "events.jsonl").write_text("not json\n")
    app = open_page("bot_runs")
    assert not app.exception
    assert len(app.selectbox[1].options) == 2
