"""The command refuses what it cannot do, and says so in its events."""

import contextlib
import json

import pytest

import bot.__main__ as command
from bot.__main__ import BotConfig, as_json, main
from bot.album import map_title
from bot.alive import held
from bot.events import EventLog, GamePlayed, RoundPlayed, read_events
from bot.left import LeftGame
from model.errors import ArtifactError, BrowserError, ConfigError, HomingError, StorageError


@pytest.mark.parametrize("wrong", [{"games": 0}, {"seed": -1}, {"rounds": 0}, {"rounds": 21}])
def test_contradictions_are_refused_at_birth(wrong):
    with pytest.raises(ConfigError, match=f"--{next(iter(wrong))}"):
        BotConfig(**wrong)


def test_without_a_checkpoint_nothing_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "running_app", lambda *_: pytest.fail("an app was started"))
    with pytest.raises(ArtifactError):
        main(BotConfig(checkpoint=tmp_path / "none", out=tmp_path / "out"))
    events = read_events(tmp_path / "out" / "events.jsonl")
    assert [one["event"] for one in events] == ["started", "doing", "failed"]
    assert events[1]["what"] == "model" and "none" in events[2]["message"]


def test_without_a_browser_the_sentence_says_what_to_install(tmp_path, monkeypatch, outlines):
    monkeypatch.setattr(command, "running_app", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(command, "_atlas", lambda: (lambda places: [], outlines))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrowserError, match="apt-get install chromium chromium-driver"):
        main(BotConfig(out=tmp_path / "out"), lambda views: None)


class FakeModel:
    """Knows version 9 of the world, and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def require_world(self, version):
        if version not in (None, 9):
            raise ArtifactError(f"looked for version {version}")

    def locate(self, views, world_version=None):
        self.asked.append((list(views), world_version))


@pytest.fixture
def model(monkeypatch, outlines):
    """A model in place of the checkpoint's, an app that is there, no atlas."""
    fake = FakeModel()
    monkeypatch.setattr(command, "running_app", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(command, "_atlas", lambda: (lambda places: [], outlines))
    monkeypatch.setattr(command, "_model", lambda config: fake)
    return fake


def test_a_model_of_another_world_does_not_play(tmp_path, monkeypatch, model):
    monkeypatch.setattr(command, "world_drawn", lambda url, name: 8)
    monkeypatch.setattr(command, "open_browser", lambda *_: pytest.fail("a browser was opened"))
    with pytest.raises(ArtifactError, match="version 8"):
        main(BotConfig(out=tmp_path / "out"))
    assert read_events(tmp_path / "out" / "events.jsonl")[-1]["message"] == "looked for version 8"


@pytest.mark.parametrize("version", [9, None])
def test_the_model_is_told_which_world_drew_the_screenshots(monkeypatch, model, version):
    monkeypatch.setattr(command, "world_drawn", lambda url, name: version)
    command._on_screenshots(model, BotConfig())([b"north"])
    assert model.asked == [([b"north"], version)]


def test_a_run_that_is_interrupted_says_so(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_play", interrupted)
    with pytest.raises(KeyboardInterrupt):
        main(BotConfig(out=tmp_path / "out"), lambda views: None)
    assert read_events(tmp_path / "out" / "events.jsonl")[-1]["event"] == "stopped"


PLAYED = RoundPlayed(1, 58.4, 26.7, 58.4, 26.7, 59.4, 24.7, 161.6, 4487, 3.2, "Tartu", "Tallinn", "r.jpg")
WHOLE = GamePlayed("a", "world", "Bot", 4487, "a.jpg", [PLAYED])
HALF = GamePlayed("b", "world", "Bot", 4487, "b.jpg", [PLAYED], "the browser died.")
NONE = GamePlayed("", "world", "Bot", 0, "", [], "not tried.")


def test_the_json_holds_everything_that_was_finished_and_what_failed_and_why():
    told = as_json([WHOLE, HALF, NONE])
    assert [(game["game_id"], len(game["rounds"])) for game in told["games"]] == [("a", 1), ("b", 1)]
    assert [(one["game"], one["rounds_played"], one["message"]) for one in told["failed"]] == [
        (2, 1, "the browser died."), (3, 0, "not tried."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "why"),
    [(BrowserError("no Chromium."), "no Chromium."), (KeyboardInterrupt(), "stopped"), (KeyError("x"), "not foreseen")],
)
def test_the_last_line_is_json_whatever_ends_the_run(tmp_path, monkeypatch, capsys, error, why):
    def half_way(config, out, tell, locate, known, games):
        games.append(WHOLE)
        raise error

    monkeypatch.setattr(command, "_play", half_way)
    with pytest.raises(type(error)):
        main(BotConfig(games=3, json=True, out=tmp_path / "out"), lambda views: None)
    told = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert [game["game_id"] for game in told["games"]] == ["a"]
    assert why in told["failed"][0]["message"]


@pytest.mark.parametrize(("games", "code"), [([WHOLE], 0), ([WHOLE, HALF], 2)])
def test_the_exit_code_says_whether_a_game_was_lost(tmp_path, monkeypatch, capsys, games, code):
    monkeypatch.setattr(command, "_play", lambda *args: args[-1].extend(games))
    monkeypatch.setattr("sys.argv", ["bot", "--json", "--out", str(tmp_path / "out")])
    with contextlib.nullcontext() if code == 0 else pytest.raises(SystemExit) as ended:
        command.run(command._command())
    assert code == 0 or ended.value.code == code
    said = capsys.readouterr()
    assert len(json.loads(said.out.strip().splitlines()[-1])["games"]) == len(games)
    assert code == 0 or "1 of 2 games failed" in said.err


def json_said(capsys):
    return json.loads(capsys.readouterr().out.strip().splitlines()[-1])


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        ({"resume": "last"}, "found none"),
        ({"site": "no.such:Page"}, "could not import"),
        ({"checkpoint": "none"}, "none"),
    ],
)
def test_what_fails_before_the_first_game_is_told_in_json_too(tmp_path, capsys, trouble, why):
    out = tmp_path / "out"
    trouble = {name: tmp_path / value if name == "checkpoint" else value for name, value in trouble.items()}
    with pytest.raises(HomingError, match=why):
        main(BotConfig(json=True, out=out, **trouble))
    told = json_said(capsys)
    assert told["games"] == [] and [one["game"] for one in told["failed"]] == [None]
    assert why in told["failed"][0]["message"]
    kinds = [one["event"] for one in read_events(out / "events.jsonl")]
    assert kinds[-1:] == ([] if "resume" in trouble else ["failed"])  # where nothing began, nothing is told of


def test_a_folder_that_another_bot_plays_into_is_refused_in_json_too_and_left_alone(tmp_path, capsys):
    with held(tmp_path / command.LOCK), pytest.raises(ConfigError, match="--out"):
        main(BotConfig(json=True, out=tmp_path), lambda views: None)
    assert "another bot" in json_said(capsys)["failed"][0]["message"]
    assert not (tmp_path / "events.jsonl").exists()


def test_a_disk_that_is_full_is_a_sentence_and_json(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(EventLog, "_end_torn_line", lambda log: log.path.symlink_to("/dev/full"))
    with pytest.raises(StorageError, match="No space left"):
        main(BotConfig(json=True, out=tmp_path / "out"), lambda views: None)
    assert "No space left" in json_said(capsys)["failed"][0]["message"]


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [(ConfigError("found none."), 2, "bot: found none."), (KeyboardInterrupt(), 130, "--resume last")],
)
def test_a_command_that_is_a_package_is_called_by_its_name(monkeypatch, capsys, error, code, words):
    def ends():
        raise error

    monkeypatch.setattr("sys.argv", ["/repository/bot/__main__.py"])
    with pytest.raises(SystemExit) as ended:
        command.run(ends, "stopped; --resume last goes on")
    assert ended.value.code == code and words in capsys.readouterr().err


def test_two_bots_do_not_play_into_one_folder(tmp_path):
    with held(tmp_path / command.LOCK), pytest.raises(ConfigError, match="--out"):
        main(BotConfig(out=tmp_path), lambda views: None)


@pytest.mark.parametrize(
    ("settings", "name"),
    [({}, "world"), ({"map": "alps"}, "alps"), ({"site": "my.page:MyCampus"}, "MyCampus"),
     ({"site": "my.page:MyCampus", "map": "alps"}, "alps")],
)  # fmt: skip
def test_the_games_of_another_page_are_called_after_its_class(settings, name):
    assert command._sitting(BotConfig(**settings), 0, None).map_name == name
    assert command._sitting(BotConfig(**settings), 0, LeftGame("a", "moon")).map_name == "moon"


@pytest.mark.parametrize(
    ("name", "title"), [("south_america", "South America"), ("MyCampus", "My Campus"), ("world", "World")]
)
def test_a_map_has_a_name_for_people(name, title):
    assert map_title(name) == title
