"""The page of the blind experiment, on a real scorebook of its own."""

import io
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import insert
from streamlit.testing.v1 import AppTest

from arena.records import Game, Guess, Place, Round, Seat
from arena.schema import verdicts
from arena.scorebook import Scorebook

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]
Write = Callable[..., None]


@pytest.fixture
def met() -> Write:
    """Write a blind match with Ada's verdict: `met("model", thinks="person", points=(4000, 4500))`."""
    count = iter(range(1000))

    def write(
        was: str, thinks: str, points: tuple[int, int] = (4000, 4500), over: bool = True, left: bool = False
    ) -> None:
        book, number, now = Scorebook.open(), next(count), time.time()
        seats = {0: Seat("Ada", "person", f"id:{number % 7}"), 1: Seat("Homing" if was == "model" else "Bo", was, "b")}
        guesses = {
            seat: Guess(1.0, 2.0, 300.0, score, 3.0, now) for seat, score in enumerate(points) if not left or not seat
        }
        played = Round(1, Place(1.0 + number, 2.0, None), None, guesses)
        book.add_game(Game(f"g{number}", "world", "world", number, 1492.7, now, now if over else None, seats, (played,),
                           mode="blind", closes_at=now + 600, most_seats=2))  # fmt: skip
        with book.engine.begin() as db:
            db.execute(insert(verdicts).values(game_id=f"g{number}", seat=0, thinks=thinks, was=was, at=now))

    return write


def headline(app: AppTest) -> str:
    return next(str(part.value) for part in app.html if "homing-answer" in str(part.value))


def test_an_empty_book_says_how_to_run_the_experiment(open_page: Open, said: Said) -> None:
    app = open_page("blind")
    assert not app.exception and not app.error and not app.dataframe
    assert "Nobody has said whom they met" in said(app) and "share the room's link" in said(app)


def test_a_match_that_is_not_over_tells_nothing(open_page: Open, said: Said, met: Write) -> None:
    met("model", "model", over=False)
    assert "Nobody has said whom they met" in said(open_page("blind"))


def test_few_verdicts_are_no_clear_difference_from_chance(open_page: Open, said: Said, met: Write) -> None:
    for was, thinks in (("model", "model"), ("person", "model"), ("model", "person"), ("person", "person")):
        met(was, thinks)
    app = open_page("blind")
    assert not app.exception and "<em>do not differ clearly</em>" in headline(app)
    assert "2 of 4 verdicts right: 50% (95 % interval 15% … 85%), and 50% by chance" in said(app)


def test_many_right_verdicts_say_that_people_can_tell_and_scores_stand_by_opponent(open_page: Open, met: Write) -> None:
    for number in range(12):
        was = "model" if number % 2 else "person"
        met(was, was, (1000, 4000 if was == "model" else 2000))
    met("person", "model", (1000, 2000))
    app = open_page("blind")
    assert not app.exception and "People <em>can</em> tell" in headline(app)
    table = app.dataframe[0].value.set_index("opponent")
    assert table["verdicts"].to_dict() == {"a person": 7, "Homing": 6}
    assert table["mistaken"].to_dict() == {"a person": 1, "Homing": 0}
    assert table["other"].to_dict() == {"a person": 2000.0, "Homing": 4000.0}


def test_verdicts_against_one_kind_alone_are_shown_as_such(open_page: Open, met: Write) -> None:
    for _ in range(12):
        met("model", "model")
    app = open_page("blind")
    assert not app.exception and "everyone met Homing and nobody a person" in headline(app)
    assert app.dataframe[0].value["own"].isna().tolist() == [True, False]


def test_verdicts_that_nobody_could_have_missed_stand_apart(open_page: Open, said: Said, met: Write) -> None:
    met("person", "person", left=True)
    app = open_page("blind")
    assert not app.exception and "No verdict counts yet" in headline(app) and not app.dataframe
    assert "Not counted: 1 on matches that somebody left." in said(app)
    for was in ("person", "model") * 6:
        met(was, "model" if was == "person" else "person")
    app = open_page("blind")
    assert "more often than if they had guessed" in headline(app)
    assert "0 of 12 verdicts right" in said(app) and "Not counted: 1 on matches" in said(app)


def test_the_csv_says_of_each_verdict_everything_but_who_made_it(
    open_page: Open, met: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    import streamlit

    given: list[Callable[[], bytes]] = []
    button = streamlit.download_button

    def keep(label: str, data: Callable[[], bytes], *more: object, **named: object) -> object:
        given.append(data)
        return button(label, data, *more, **named)

    monkeypatch.setattr(streamlit, "download_button", keep)
    for was in ("model", "person", "model") * 3:
        met(was, "model")
    assert not open_page("blind").exception
    csv = pd.read_csv(io.BytesIO(given[-1]()))
    assert csv.columns.tolist() == ["match", "player", "was", "thinks", "right", "own_total", "other_total",
                                    "left_over", "ended", "counts", "at"]  # fmt: skip
    assert len(csv) == 9 and csv["player"].nunique() == 7 and csv["right"].sum() == 6
    assert csv["own_total"].eq(4000).all()


def test_a_corrupt_scorebook_is_one_sentence(open_page: Open, broken_scorebook: Path) -> None:
    app = open_page("blind")
    assert not app.exception and broken_scorebook.name in app.error[0].value
