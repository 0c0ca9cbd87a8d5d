"""A site class is found by its name, or a sentence says what is wrong with it."""

import re
from pathlib import Path

import pytest

from bot.screens.locator_site import LocatorSite
from bot.screens.own_page import OwnSite
from bot.sites import load_site, opened
from model.errors import ConfigError

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
    assert site._truth() == truth
