"""A site class is found by its name, or a sentence says what is wrong with it."""

import importlib
import re
import shlex
from pathlib import Path

import pytest
from selenium.common.exceptions import NoSuchElementException

from bot.__main__ import BotConfig
from bot.screens.locator_site import LocatorSite
from bot.screens.own_page import OwnSite
from bot.sites import load_site, opened
from model.commands import parser_for, read
from model.errors import BrowserError, ConfigError

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "bot-on-your-page.md"


def test_a_class_of_a_module_is_found():
    assert load_site("bot.screens.own_page:OwnSite") is OwnSite


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("own_page", "module:Class"),
        ("bot.screens.own_page:", "module:Class"),
        ("no.such.module:Page", "could not import"),
        ("bot.screens.own_page:Nothing", "no class Nothing; it has .*OwnSite"),
        ("bot.screens.own_page:EndScreen", "lacks begin, .*guess"),
        ("bot.screens.own_page:HEADINGS", "no class HEADINGS"),
    ],
)
def test_what_cannot_be_played_is_a_sentence(name, words):
    with pytest.raises(ConfigError, match=words):
        load_site(name)


def test_a_module_that_fails_is_named(tmp_path, monkeypatch):
    (tmp_path / "broken_page.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match=r"broken_page .* ZeroDivisionError"):
        load_site("broken_page:Page")


@pytest.mark.parametrize(
    ("code", "words"),
    [("class Page(\n", "SyntaxError.*line 1"), ("raise SystemExit(3)", "SystemExit: 3"), ("import nowhere", "nowhere")],
)
def test_a_module_that_cannot_be_read_is_a_sentence(tmp_path, monkeypatch, code, words):
    (tmp_path / "odd_page.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match=words) as caught:
        load_site("odd_page:Page")
    assert "\n" not in str(caught.value)


class Camera:
    """A driver that can do nothing but take a picture."""

    def get_screenshot_as_png(self):
        return b"a picture"


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (KeyError("LAT"), ConfigError, r"which failed: KeyError, test_sites.py line \d+: 'LAT'\."),
        (NoSuchElementException("no #login\nStacktrace:\n#0 0x1"), BrowserError, "Odd could not be made: no #login"),
        (BrowserError("the door is shut."), BrowserError, "^the door is shut"),
    ],
)
def test_a_site_that_fails_while_it_is_made_is_a_sentence_with_a_screenshot(tmp_path, error, kind, words):
    class Odd:
        def __init__(self, driver):
            raise error

    with pytest.raises(kind, match=words):
        opened(Odd, Camera(), "", tmp_path)
    assert (tmp_path / "failure.png").read_bytes() == b"a picture"


def test_a_site_that_does_not_take_a_driver_is_a_sentence(tmp_path):
    class Odd:
        def __init__(self):
            pass

    with pytest.raises(ConfigError, match="made from"):
        opened(Odd, None, "", tmp_path)


def test_a_site_without_the_paths_that_it_needs_is_a_sentence():
    class Bare(LocatorSite):
        URL, LOOKING = "http://127.0.0.1:1/", "#p"

    with pytest.raises(ConfigError, match="Bare lacks GUESSED, SUMMARY, NUMBER"):
        Bare(None)


def commands_of_the_guide():
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def test_every_command_of_the_guide_can_be_typed():
    commands = commands_of_the_guide()
    assert {tuple(words[:2]) for words in commands} == {(".venv/bin/python", "-m")}
    played = [words[3:] for words in commands if words[2] == "bot"]
    read_as = [read(parser_for(BotConfig, "python -m bot", ""), BotConfig, words) for words in played]
    assert [config.site for config in read_as] == ["my_campus:MyCampus"] * len(played)
    assert "last" in {config.resume for config in read_as}
    (served,) = [words[3:] for words in commands if words[2] == "http.server"]
    assert (GUIDE.parents[1] / served[-1] / "campus.html").is_file()
    assert f'URL = "http://127.0.0.1:{served[0]}/campus.html"' in GUIDE.read_text(encoding="utf-8")


def test_every_name_in_the_guide_exists():
    spans = " ".join(re.findall(r"`([^`\n]+)`", GUIDE.read_text(encoding="utf-8").replace("```", "")))
    modules = [importlib.import_module(f"bot.{name}") for name in (
        "maps.libraries", "maps.image", "maps.blind", "maps.opening", "maps.protocol", "maps.pinning", "pictures",
        "cameras.fixed", "cameras.moves", "cameras.protocol", "cameras.steered", "cameras.matched",
    )]  # fmt: skip
    known = {name for module in modules for name in vars(module)} | set(vars(LocatorSite)) | {"MyCampus", "True"}
    named = set(re.findall(r"\b([A-Z][a-z]+(?:[A-Z][a-z]+)*|[A-Z_]{4,})\b", spans))
    assert len(named) > 20 and named <= known, named - known
    for path in re.findall(r"\b(?:bot|tests)/[\w/]+\.\w+", spans):
        assert (GUIDE.parents[1] / path).is_file(), path


def test_the_page_object_of_the_guide_is_whole_and_short(tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(code.splitlines()) < 80
    (tmp_path / "my_campus.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    site = opened(load_site("my_campus:MyCampus"), None, "", tmp_path)
    assert site.session.path == tmp_path / "session.json" and site.views == ("N", "E", "S", "W")


@pytest.mark.parametrize(("marker", "truth"), [((35.0, 190.0), (35.0, 190.0)), ((350.0, 120.0), None)])
def test_a_marker_that_stands_nowhere_on_earth_is_no_truth(marker, truth):
    class Quiz(LocatorSite):
        URL, LOOKING, GUESSED, SUMMARY, NUMBER = "http://127.0.0.1:1/", "#p", "#g", "#s", "#n"

    class Drawn:
        def markers(self):
            return (1.0, 2.0), marker

    site = Quiz(None)
    site.map, site._markers_before = Drawn(), ((1.0, 2.0),)
    assert site._new_marker() == truth
