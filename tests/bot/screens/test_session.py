"""What a page kept in its browser is found again for each game, and a file of another hand is passed over."""

import json

import pytest

from bot.screens.session import Session

KEPT = {"game": "a", "origin": "http://p", "local": [["k", "v"]], "session": [], "cookies": []}


class Browser:
    """Keeps one entry, and remembers what it was told."""

    current_url = "http://p/quiz"

    def __init__(self):
        self.local, self.told, self.switch_to = [["round", "1"]], [], self

    def default_content(self):
        pass

    def get(self, url):
        self.told.append(("get", url))

    def execute_script(self, script):
        return [self.local, []]

    def execute_cdp_cmd(self, name, asked):
        self.told.append((name, asked))
        return {"cookies": [{"name": "who", "value": "me", "domain": "p", "odd": 1}]} if "getCookies" in name else {}


@pytest.fixture
def session(tmp_path):
    return Session(Browser(), tmp_path / "session.json")


def given(session, game_id):
    """What a new browser is given for a game: the script of its storage, or nothing."""
    other = Session(Browser(), session.path)
    other.open("http://p/quiz", game_id)
    return [asked["source"] for name, asked in other.driver.told if name == "Page.addScriptToEvaluateOnNewDocument"]


def test_each_of_several_games_that_were_left_is_given_its_own_memory(session):
    for game_id in "abc":
        session.driver.local = [["round", f"of {game_id}"]]
        session.save(game_id)
    assert all(f"of {game_id}" in given(session, game_id)[0] for game_id in "abc")
    assert given(session, "d") == []
    session.driver.local = [["round", "of a, gone on with"]]
    session.save("a")
    assert "gone on with" in given(session, "a")[0] and "of c" in given(session, "c")[0]


def test_a_game_that_is_over_makes_room(session):
    session.save("a")
    session.save("a", over=True)
    session.save("b")
    assert given(session, "a") == [] and [path.name for path in session.path.parent.iterdir()] == ["session.json"]


def test_what_is_kept_is_for_its_owner_alone(session):
    session.save("a")
    assert session.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "written",
    [
        "", "[]", "7", "{", '"a"', "[" * 100_000,
        *(json.dumps(KEPT | change) for change in (
            {"game": ["a"]}, {"game": "b"}, {"origin": 1}, {"local": "k=v"}, {"local": [["k"]]}, {"local": [["k", 1]]},
            {"session": {}}, {"cookies": ["who=me"]}, {"cookies": None},
        )),
        json.dumps({"game": "a"}),
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_ours_is_passed_over(session, written):
    session.path.write_text(written)
    assert given(session, "a") == []
    session.save("c")
    assert json.loads(session.path.read_text())["game"] == "c"


def test_a_page_without_a_file_keeps_nothing():
    session = Session(Browser())
    session.save("a")
    session.open("http://p/quiz", "a")
    assert session.driver.told == [("get", "http://p/quiz")]


def test_what_the_browser_remembers_is_forgotten_on_an_empty_page(session):
    session.forget()
    assert session.driver.told == [
        ("get", "about:blank"), ("Storage.clearDataForOrigin", {"origin": "http://p", "storageTypes": "all"}),
    ]  # fmt: skip
