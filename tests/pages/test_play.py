import time
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from arena.records import player_id_of
from arena.scorebook import Scorebook
from pages.components import game_client

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]


SECRET = "a-secret-of-one-browser-and-no-other"
ME = player_id_of(SECRET)


@pytest.fixture
def visitor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is looked at by a browser that has played here before."""
    monkeypatch.setattr(type(st.context), "cookies", property(lambda self: {"homing_player": SECRET}))


def test_the_game_stands_in_the_page_and_an_empty_book_says_how_to_fill_it(open_page: Open, said: Said) -> None:
    app = open_page("play")
    assert not app.exception and not app.error
    [frame] = app.get("iframe")
    assert frame.proto.src == "/arena"
    assert "No round yet" in said(app)


def test_maps_of_online_services_are_named_with_their_licence_and_a_failing_one_with_its_sentence(
    open_page: Open, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [("Panoramax", "Real 360° photos. © Panoramax contributors; CC BY-SA 4.0", ""),
              ("Mapillary", "Real 360° photos", "Mapillary refused the key or the question (401).")]  # fmt: skip
    monkeypatch.setattr(game_client, "online_maps", lambda: listed)
    app = open_page("play")
    assert not app.exception
    assert "**Panoramax** is on" in said(app) and "CC BY-SA 4.0" in said(app)
    assert "refused the key" in app.warning[0].value


def test_the_visitor_and_the_model_are_shown_on_the_same_rounds(
    open_page: Open, said: Said, played: Callable[..., str], visitor: None
) -> None:
    played("Ada", model=True, player_id=ME)
    app = open_page("play")
    assert not app.exception and not app.error
    assert "**Ada** beats **Homing**" in said(app) and "over 5 rounds" in said(app)
    assert app.dataframe[0].value.shape[0] == 5
    assert app.get("deck_gl_json_chart")


def test_a_game_without_the_model_says_how_it_comes_to_play(
    open_page: Open, said: Said, played: Callable[..., str], visitor: None
) -> None:
    played("Ada", player_id=ME)
    assert "Homing plays when the game is over" in said(open_page("play"))


def test_a_game_in_play_tells_no_place(open_page: Open, said: Said, played: Callable[..., str], visitor: None) -> None:
    played("Ada", rounds=2, player_id=ME, at=time.time())
    app = open_page("play")
    assert not app.exception and not app.error
    assert "still open: 2 of 5 rounds" in app.info[0].value
    assert not app.dataframe and not app.get("deck_gl_json_chart") and "Vienna" not in said(app)
    assert "2 of 5 rounds" in app.selectbox[0].options[0]


def test_games_of_others_are_not_the_visitors(
    open_page: Open, said: Said, played: Callable[..., str], visitor: None
) -> None:
    played("Homing bot", kind="bot")
    played("Somebody else", player_id="somebody-else")
    assert "No round yet" in said(open_page("play"))


def test_a_visitor_without_a_cookie_or_with_a_forged_one_has_no_games(
    open_page: Open, said: Said, played: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    played("Ada", player_id=ME)
    assert "No round yet" in said(open_page("play"))
    monkeypatch.setattr(type(st.context), "cookies", property(lambda self: {"homing_player": "'; DROP TABLE"}))
    assert "No round yet" in said(open_page("play"))


def test_the_chosen_game_stays_chosen_while_the_page_is_drawn_again(
    open_page: Open, played: Callable[..., str], visitor: None
) -> None:
    played("Ada", player_id=ME)
    played("Ada again", player_id=ME, at=1.7e9 + 60)
    app = open_page("play")
    assert app.selectbox[0].value == "game-Ada again"
    app.selectbox[0].set_value("game-Ada").run()
    played("A third time", player_id=ME, at=1.7e9 + 120)
    app.run()
    assert app.selectbox[0].value == "game-Ada" and len(app.selectbox[0].options) == 3


def test_only_the_visitors_latest_games_are_read(
    open_page: Open, played: Callable[..., str], visitor: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    played("Ada", player_id=ME)
    asked, real = [], Scorebook.games
    monkeypatch.setattr(Scorebook, "games", lambda self, **by: asked.append(by) or real(self, **by))
    open_page("play")
    assert asked == [{"player_id": ME, "limit": 20}]


def test_a_corrupt_scorebook_is_one_sentence_and_the_game_stays(open_page: Open, broken_scorebook: Path) -> None:
    app = open_page("play")
    assert not app.exception
    assert len(app.error) == 1 and broken_scorebook.name in app.error[0].value
    assert app.get("iframe")


def test_a_players_name_is_text_on_the_map(open_page: Open, played: Callable[..., str], visitor: None) -> None:
    played("<img src=x>", player_id=ME)
    app = open_page("play")
    assert not app.exception
    assert "<img" not in app.get("deck_gl_json_chart")[0].proto.json


@pytest.mark.parametrize("page", ["play", "compare"])
def test_reading_a_scorebook_writes_nothing_into_it(open_page: Open, played: Callable[..., str], page: str) -> None:
    played("Ada", model=True)
    before = Scorebook.open().guesses()
    open_page(page)
    assert Scorebook.open().guesses().equals(before)
