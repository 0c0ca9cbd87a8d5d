"""The page of ratings, on a real scorebook of its own."""

import io
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from arena import rating
from arena.records import Game, Guess, Place, Round, Rules, Seat
from arena.scorebook import Scorebook
from pages.components import charts_of_ratings, rating_tables, resources

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]
Write = Callable[..., str]
HOSTILE = ["![x](http://evil.test/x.png)", "<img src=http://evil.test/y.png>", ":red[blood]", "=1+1"]


@pytest.fixture
def meet() -> Write:
    """Write a finished match: `meet({"Ada": 4000, "Homing": 3000})`, the points of each in each of five rounds."""
    written = []

    def write(points: dict[str, int], kinds: dict[str, str] | None = None, **changes: Any) -> str:
        written.append(points)
        game_id, at, first = f"game-{len(written)}", 1.7e9 + 1000 * len(written), 5.0 * len(written)
        kinds = kinds or {}
        seats = {seat: Seat(name, kinds.get(name, "person"), f"id:{name}") for seat, name in enumerate(points)}
        rounds = tuple(
            Round(one, Place(first + one / 10, 20.0, {}), None,
                  {seat: Guess(1.0, 2.0, 300.0, score, 3.0, at + one) for seat, score in enumerate(points.values())})
            for one in range(1, 6)
        )  # fmt: skip
        game = Game(game_id, "world", "world", len(written), 1492.7, at, at + 60, seats, rounds, world_version=2)
        Scorebook.open().add_game(replace(game, **changes))
        return game_id

    return write


def table(app: AppTest) -> pd.DataFrame:
    found: pd.DataFrame = app.dataframe[0].value
    return found


def test_a_book_in_which_nobody_met_says_how_to_meet(open_page: Open, said: Said, meet: Write) -> None:
    for _ in range(2):
        app = open_page("ratings")
        assert not app.exception and not app.error and not app.dataframe
        assert "Nobody has met yet" in said(app) and "Import" in [b.label for b in app.button]
        meet({"Ada": 4000})  # alone


def test_people_bots_and_models_stand_in_one_table(open_page: Open, meet: Write) -> None:
    meet({"Ada": 4000, "Homing": 3000, "Robby": 2000}, {"Homing": "model", "Robby": "bot"})
    app = open_page("ratings")
    assert not app.exception and not app.error
    shown = table(app)
    assert shown["player"].tolist() == ["Ada", "Homing", "Robby"] and shown["rank"].tolist() == [1, 2, 3]
    assert shown["kind"].tolist() == ["person", "model", "bot"] and shown["rounds"].tolist() == [5, 5, 5]
    assert re.fullmatch(r"[\d,]+ … [\d,]+", shown["interval"][0])
    app.pills(key="ratings-kinds").set_value(["model"]).run()
    assert not app.exception and table(app)["player"].tolist() == ["Homing"] and table(app)["rank"].tolist() == [2]


def test_each_way_of_moving_has_a_table_of_its_own(open_page: Open, meet: Write) -> None:
    for _ in range(2):
        meet({"Ada": 4000, "Bo": 3000})
    meet({"Ada": 1000, "Bo": 3000}, rules=Rules(None, "nmpz"))
    app = open_page("ratings")
    assert table(app)["player"].tolist() == ["Ada", "Bo"] and table(app)["matches"].tolist() == [2, 2]
    app.segmented_control(key="ratings-movement").set_value("nmpz").run()
    assert not app.exception and table(app)["player"].tolist() == ["Bo", "Ada"]


def test_the_kinds_of_matches_that_count_can_be_chosen(open_page: Open, said: Said, meet: Write) -> None:
    meet({"Ada": 4000, "Bo": 3000}, mode="duel")
    meet({"Ada": 1000, "Bo": 3000}, mode="challenge")
    meet({"Cy": 1000})
    app = open_page("ratings")
    assert table(app)["rounds"].tolist() == [10, 10]
    app.pills(key="ratings-modes").set_value(["challenge"]).run()
    assert table(app)["player"].tolist() == ["Bo", "Ada"] and table(app)["rounds"].tolist() == [5, 5]
    app.pills(key="ratings-modes").set_value(["solo"]).run()
    assert not app.exception and not app.dataframe and "Nobody has met in these matches" in said(app)


def test_players_who_never_met_are_shown_apart(open_page: Open, meet: Write) -> None:
    for _ in range(2):
        meet({"Ada": 4000, "Bo": 3000})
    meet({"Cy": 1000, "Di": 3000})
    app = open_page("ratings")
    assert table(app)["player"].tolist() == ["Ada", "Bo"]
    circle = app.selectbox(key="ratings-circle-no_move")
    assert circle.options == ["Ada, Bo", "Di, Cy"]
    circle.set_value(2).run()
    assert not app.exception and table(app)["player"].tolist() == ["Di", "Cy"] and table(app)["rank"].tolist() == [1, 2]


def test_rounds_that_are_still_open_are_not_there(open_page: Open, said: Said) -> None:
    book, now = Scorebook.open(), time.time()
    seats = {0: Seat("Ada", "person", "a"), 1: Seat("Bo", "person", "b")}
    places = tuple(Round(k, Place(1.0 * k, 2.0, None), None) for k in (1, 2))
    book.add_game(Game("open", "world", "world", 3, 1492.7, now, None, seats, places, mode="duel", most_seats=2))
    for seat in (0, 1):
        book.add_guess("open", 1, seat, Guess(1.0, 2.5, 55.6, 4817 + seat, 3.0, now))
    app = open_page("ratings")
    assert not app.exception and "Nobody has met yet" in said(app) and "Bo" not in said(app)


def test_a_game_that_is_written_is_in_the_next_table(open_page: Open, meet: Write) -> None:
    meet({"Ada": 4000, "Bo": 3000})
    app = open_page("ratings")
    meet({"Ada": 4000, "Cy": 3000})
    assert set(table(app.run())["player"]) == {"Ada", "Bo", "Cy"}


def test_while_it_reckons_the_page_says_so_and_goes_on_from_where_it_stood(
    open_page: Open, meet: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, reckoned, add, spinner = list[str](), list[object](), rating.Ladder._add, st.spinner
    monkeypatch.setattr(st, "spinner", lambda words: waits.append(words) or spinner(words))
    monkeypatch.setattr(rating.Ladder, "_add", lambda ladder, one: reckoned.append(one) or add(ladder, one))
    shared = rating.Ladder()
    monkeypatch.setattr(resources, "ladder", lambda modes: shared)
    meet({"Ada": 4000, "Bo": 3000})
    app = open_page("ratings")
    assert any("meeting by meeting" in words for words in waits) and len(reckoned) == 5
    meet({"Ada": 1000, "Bo": 3000})
    assert table(app.run())["rounds"].tolist() == [10, 10] and len(reckoned) == 10


def test_visitors_share_a_ladder_for_each_choice_of_matches() -> None:
    assert resources.ladder(()) is resources.ladder(()) is not resources.ladder(("duel",))


def test_no_name_is_more_than_a_name_and_two_of_one_name_are_two(open_page: Open, meet: Write) -> None:
    meet({name: 1000 * seat for seat, name in enumerate(HOSTILE)})
    meet({"Ada": 1, "Bo": 2})
    meet({"Ada": 1, "Bo": 2}, seats={0: Seat("Ada", "person", "another"), 1: Seat("Bo", "person", "id:Bo")})
    app = open_page("ratings")
    assert not app.exception and set(table(app)["player"]) == {*HOSTILE}
    app.selectbox(key="ratings-circle-no_move").set_value(2).run()
    assert not app.exception and set(table(app)["player"]) == {"Ada", "Ada 2", "Bo"}
    for part in [*app.markdown, *app.caption]:
        for bad in HOSTILE[:3]:
            assert bad not in str(part.value)
    assert not any("<img" in str(part.value) for part in app.html)


def test_both_tables_can_be_taken_along(open_page: Open, meet: Write) -> None:
    meet({"=1+1": 4000, "Bo": 3000})
    app = open_page("ratings")
    assert [one.label for one in app.get("download_button")] == ["These ratings as CSV", "These curves as CSV"]
    found = rating.rate(Scorebook.open().guesses())
    for frame in (found.standings, found.history):
        csv = pd.read_csv(io.BytesIO(rating_tables.csv_of(frame)))
        assert set(csv["player"]) == {"'=1+1", "Bo"} and "player_id" not in csv and "game_id" not in csv
        assert csv["low"].lt(csv["rating"]).all() and csv["at"].str.endswith("Z").all()


def test_long_curves_are_thinned_and_keep_their_end() -> None:
    count = 3 * charts_of_ratings.MOST_MATCHES + 1
    history = pd.DataFrame({"player": "Ada", "match": range(1, count + 1), "rounds": 5, "rating": 1500.0,
                            "low": 1400.0, "high": 1600.0})  # fmt: skip
    drawn = charts_of_ratings.curves(history, {"Ada": (1, 2, 3)})["data"]["values"]
    assert len(drawn) <= charts_of_ratings.MOST_MATCHES and drawn[-1]["match"] == count


def test_a_corrupt_scorebook_is_one_sentence(open_page: Open, broken_scorebook: Path) -> None:
    app = open_page("ratings")
    assert not app.exception and broken_scorebook.name in app.error[0].value


def test_a_server_that_does_not_answer_is_one_sentence_without_its_password(
    open_page: Open, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMING_SCOREBOOK", "postgresql://homing:hunter2@127.0.0.1:1/book")
    app = open_page("ratings")
    assert not app.exception and len(app.error) == 1 and "hunter2" not in said(app) + app.error[0].value
    assert app.error[0].value.endswith(
        "does not answer. Nothing was lost. Check that its server runs, and its address."
    )
