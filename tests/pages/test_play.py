from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]


def test_the_game_stands_in_the_page_and_an_empty_book_says_how_to_fill_it(open_page: Open, said: Said) -> None:
    app = open_page("play")
    assert not app.exception and not app.error
    [frame] = app.get("iframe")
    assert frame.proto.src == "/arena"
    assert "No round yet" in said(app)


def test_a_person_and_the_model_are_shown_on_the_same_rounds(
    open_page: Open, said: Said, played: Callable[..., str]
) -> None:
    played("Ada", model=True)
    app = open_page("play")
    assert not app.exception and not app.error
    assert "**Ada** beats **Homing**" in said(app) and "over 5 rounds" in said(app)
    assert app.dataframe[0].value.shape[0] == 5
    assert {"Ada", "Homing"} <= set(app.dataframe[0].value.columns)
    assert app.get("deck_gl_json_chart")


def test_a_half_played_game_waits_for_the_model(open_page: Open, said: Said, played: Callable[..., str]) -> None:
    played("Ada", rounds=2)
    app = open_page("play")
    assert "The model plays when the game is over" in said(app)
    assert app.dataframe[0].value["Round"].tolist() == [1, 2]


def test_a_bots_game_is_not_the_visitors(open_page: Open, said: Said, played: Callable[..., str]) -> None:
    played("PIGEON bot", kind="bot")
    assert "No round yet" in said(open_page("play"))


def test_a_person_called_like_the_model_is_told_apart(open_page: Open, played: Callable[..., str]) -> None:
    played("Homing", model=True)
    app = open_page("play")
    assert not app.exception
    assert {"Homing (person)", "Homing (model)"} <= set(app.dataframe[0].value.columns)


def test_a_corrupt_scorebook_is_one_sentence_and_the_game_stays(open_page: Open, broken_scorebook: Path) -> None:
    app = open_page("play")
    assert not app.exception
    assert len(app.error) == 1 and broken_scorebook.name in app.error[0].value
    assert app.get("iframe")


def test_a_players_name_is_text_on_the_map(open_page: Open, played: Callable[..., str]) -> None:
    played("<img src=x>")
    app = open_page("play")
    assert not app.exception
    assert "<img" not in app.get("deck_gl_json_chart")[0].proto.json


@pytest.mark.parametrize("page", ["play", "compare"])
def test_reading_a_scorebook_writes_nothing_into_it(open_page: Open, played: Callable[..., str], page: str) -> None:
    from arena.scorebook import Scorebook

    played("Ada", model=True)
    before = Scorebook.open().guesses()
    open_page(page)
    assert Scorebook.open().guesses().equals(before)
