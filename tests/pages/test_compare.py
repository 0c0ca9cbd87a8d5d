import io
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from arena import statistics
from arena.records import Game, Guess, Place, Round, Rules, Seat
from arena.scorebook import Scorebook
from model.errors import GameError
from model.geo.distance import haversine_km
from pages.components import access, card, charts, comparison, game_client, take_home
from world import WORLD_VERSION

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]
ADD = "Add a sample: random pins against Homing"
HOSTILE = ["![x](http://evil.test/x.png)", "<img src=http://evil.test/y.png>", "**Bold** :material/home:", "$x^2$",
           "Round", "In", "score", ":red[blood]"]  # fmt: skip


@pytest.fixture
def write() -> Callable[..., str]:
    """Write a finished game: `write([("Ada", "person", 1.0)], seed=7)`, each player and how far off, in degrees.

    None for it: the time ran out in every round.
    """

    def finished(players: list[tuple[str, str, float | None]], seed: int = 7, rounds: int = 5, **changes: Any) -> str:
        book = Scorebook.open()
        game_id = f"game-{len(book.guesses(told_only=False))}-{seed}"
        at = changes.pop("at", 1.7e9 + len(book.guesses(told_only=False)))
        ids = changes.pop("ids", [f"{kind}:{name}" for name, kind, _ in players])
        played = []
        for number in range(1, rounds + 1):
            lat, lng = -40.0 + (seed * 7 + number) % 80, -150.0 + 13.0 * ((seed + number) % 20)
            guesses = {}
            for seat, (_, _, off) in enumerate(players):
                if off is None:
                    guesses[seat] = Guess(None, None, None, 0, None, at + number)
                    continue
                pin = (lat, lng + off * (1 + 0.1 * number))
                km = float(haversine_km((lat, lng), pin))
                guesses[seat] = Guess(*pin, km, round(5000 * math.exp(-km / 1492.7)), 3.0, at + number)
            recipe = {"month": 6, "hour": 12.0, "seed": number, "world": WORLD_VERSION}
            played.append(Round(number, Place(lat, lng, recipe, "AT", "near Vienna"), None, guesses))
        seats = {k: Seat(name, kind, ids[k]) for k, (name, kind, _) in enumerate(players)}
        game = Game(game_id, "world", "world", seed, 1492.7, at, at + 60.0, seats, tuple(played),
                    world_version=WORLD_VERSION)  # fmt: skip
        from dataclasses import replace

        book.add_game(replace(game, **changes))
        return game_id

    return finished


def answer(app: AppTest) -> str:
    """The headline of the paired result."""
    return next(str(part.value) for part in app.html if "homing-answer" in str(part.value))


def keys() -> list[str]:
    """Of the pools in the book, by rounds."""
    return statistics.pools(statistics.first_guesses(Scorebook.open().guesses()))["pool"].tolist()


def table(app: AppTest, number: int = 0) -> pd.DataFrame:
    return app.dataframe[number].value


def test_an_empty_book_says_how_to_fill_it(open_page: Open, said: Said) -> None:
    app = open_page("compare")
    assert not app.exception and not app.error
    assert "The book is empty" in said(app)
    assert ADD in [b.label for b in app.button] and "Import" in [b.label for b in app.button]


def test_the_sample_fills_the_book(
    open_page: Open, said: Said, write: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[float, float]] = []

    def play(pins: list[tuple[float, float]]) -> Iterator[str]:
        given.extend(pins)
        yield "playing"
        write([("Random pins", "bot", 30.0), ("Homing", "model", 2.0)])

    monkeypatch.setattr(game_client, "play_sample", play)
    app = open_page("compare")
    next(b for b in app.button if b.label == ADD).click().run()
    assert not app.exception and not app.error and len(given) == 5
    assert "The book is empty" not in said(app)
    assert set(table(app)["player"]) == {"Random pins", "Homing"}


def test_a_server_that_does_not_answer_is_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pins: list[tuple[float, float]]) -> Iterator[str]:
        raise GameError("looked for the game, found no answer.")
        yield

    monkeypatch.setattr(game_client, "play_sample", refuse)
    app = open_page("compare")
    next(b for b in app.button if b.label == ADD).click().run()
    assert not app.exception and app.error[0].value == "Looked for the game, found no answer."


def test_the_result_on_the_same_places_comes_first_with_its_interval(
    open_page: Open, write: Callable[..., str]
) -> None:
    for seed in range(5):
        write([("Ada", "person", 1.0), ("Homing", "model", 8.0)], seed)
    app = open_page("compare")
    assert not app.exception and not app.error
    assert "Ada</em> scores" in answer(app) and "more than Homing" in answer(app)
    details = next(str(part.value) for part in app.html if "that both have seen" in str(part.value))
    assert "On 25 places" in details and "Ada ahead on 25, level on 0" in details and "95 % interval +" in details


def test_few_games_are_too_few_to_tell(open_page: Open, said: Said, write: Callable[..., str]) -> None:
    for seed in range(4):
        write([("Ada", "person", 1.0), ("Homing", "model", 8.0)], seed)
    app = open_page("compare")
    assert "in too few games to tell" in answer(app) and "of fewer than 5 games single rounds are drawn" in said(app)


def test_few_places_are_too_few_to_tell(open_page: Open, write: Callable[..., str]) -> None:
    write([("Ada", "person", 1.0), ("Homing", "model", 8.0)])
    app = open_page("compare")
    assert "too few places to tell" in answer(app)
    assert not any("95 % interval" in str(part.value) for part in app.html)


def test_a_replay_does_not_win_the_table_the_verdict_nor_the_headline(
    open_page: Open, said: Said, write: Callable[..., str]
) -> None:
    """Two rounds of 2,000 are not better than one of 3,000, and a second try does not count."""
    write([("Ada", "person", 9.0), ("Homing", "model", 5.0)])
    write([("Ada", "person", 9.0), ("Homing", "model", 5.0)])
    write([("Ada", "person", 0.0)], 7)
    app = open_page("compare")
    ranking = table(app)
    assert ranking.set_index("player")["n"].to_dict() == {"Ada": 5, "Homing": 5}
    assert ranking["player"].tolist()[0] == "Homing" and "Homing</em>" in answer(app)
    assert "**Homing** beats **Ada**" in said(app) and "15 left out in the whole book" in said(app)


def test_different_rules_are_not_pooled_and_mixing_them_is_said(
    open_page: Open, said: Said, write: Callable[..., str]
) -> None:
    write([("Ada", "person", 1.0)], 1)
    write([("Ada", "person", 1.0)], 2)
    write([("Bo", "person", 2.0)], 3, rules=Rules(60, "nmpz"))
    app = open_page("compare")
    assert table(app)["player"].tolist() == ["Ada"] and not app.warning
    both = app.multiselect(key="compare-pools")
    both.set_value(keys()).run()
    assert set(table(app)["player"]) == {"Ada", "Bo"}
    assert "mixed in the figures" in app.warning[0].value and "movement, time limit" in app.warning[0].value


def test_a_choice_stands_when_the_book_grows(open_page: Open, said: Said, write: Callable[..., str]) -> None:
    write([("Bo", "person", 2.0), ("Cy", "person", 3.0), ("Di", "person", 9.0)], 3, rules=Rules(60, "nmpz"), at=1.7e9)
    for seed in (1, 2):
        write([("Ada", "person", 1.0), ("Homing", "model", 5.0)], seed)
    app = open_page("compare")
    app.multiselect(key="compare-pools").set_value(keys()[1:]).run()
    app.selectbox(key="compare-a").set_value("person:Di").run()
    app.selectbox(key="compare-b-person:Di").set_value("person:Cy").run()
    assert "15 rounds of this choice; 20 rounds of 1 other kind." in said(app)
    # Older games of a third kind, and more of the chosen: other counts, and another order of appearance.
    write([("Ada", "person", 1.0)], 9, rules=Rules(30), at=1.6e9)
    write([("Bo", "person", 2.0), ("Cy", "person", 3.0), ("Di", "person", 9.0)], 11, rules=Rules(60, "nmpz"))
    app.run()
    assert not app.exception and set(table(app)["player"]) == {"Bo", "Cy", "Di"} and set(table(app)["n"]) == {10}
    assert "Cy</em> is" in answer(app) and "ahead of Di" in answer(app)


def test_a_choice_that_is_gone_gives_way_to_the_first(open_page: Open, write: Callable[..., str]) -> None:
    write([("Ada", "person", 1.0)])
    app = open_page("compare")
    app.session_state["compare-pools"] = ["gone"]
    app.run()
    assert not app.exception and table(app)["player"].tolist() == ["Ada"]


def test_a_game_written_while_the_page_is_made_is_in_the_next_figures(
    open_page: Open, write: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write([("Ada", "person", 1.0)], 1)
    load = comparison.load
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(comparison, "load", lambda: (load(), write([("Ada", "person", 1.0)], 2))[0])
        app = open_page("compare")
        assert table(app)["n"].tolist() == [5]
    assert table(app.run())["n"].tolist() == [10]


def test_games_on_a_chosen_seed_are_shown_marked_and_never_ranked(
    open_page: Open, said: Said, write: Callable[..., str]
) -> None:
    write([("Ada", "person", 1.0), ("Homing", "model", 5.0)], 1)
    write([("Cheat", "person", 0.0)], 2, seed_chosen=True)
    app = open_page("compare")
    assert set(table(app)["player"]) == {"Ada", "Homing"}
    app.toggle(key="compare-seeds").set_value(True).run()
    assert set(table(app)["player"]) == {"Ada", "Homing"} and table(app, 1)["player"].tolist() == ["Cheat"]
    assert "On a chosen seed, not ranked" in said(app)


def test_people_without_a_name_are_people_apart(open_page: Open, write: Callable[..., str]) -> None:
    write([("Guest", "person", 1.0)], 1, ids=["aaaa"])
    write([("Guest", "person", 5.0)], 2, ids=["bbbb"])
    app = open_page("compare")
    assert sorted(table(app)["player"]) == ["Guest", "Guest 2"]


def test_a_round_whose_time_ran_out_is_counted_and_drawn(
    open_page: Open, said: Said, write: Callable[..., str]
) -> None:
    write([("Ada", "person", 1.0), ("Sleepy", "person", None)])
    app = open_page("compare")
    assert not app.exception and not app.error
    assert table(app).set_index("player").loc["Sleepy", "mean_score"] == 0
    assert "5 rounds without a guess: 0 points" in said(app) and "no guess in time" not in answer(app)


def test_no_name_is_more_than_a_name(open_page: Open, write: Callable[..., str]) -> None:
    """Names as Markdown, HTML, formulas, icons and columns: none of it is taken for what it looks like."""
    write([(name, "person", 1.0 + k) for k, name in enumerate(HOSTILE)])
    app = open_page("compare")
    assert not app.exception and not app.error
    assert sorted(table(app)["player"]) == sorted(HOSTILE)
    rounds = table(app, 1)
    assert len(rounds) == 5 and rounds["Round"].tolist() == [1, 2, 3, 4, 5]
    assert "Round (player)" in rounds and len(rounds.columns) == 2 + 2 * len(HOSTILE)
    for part in [*app.markdown, *app.caption, *app.success]:
        for bad in ("![x](", "<img", ":material/home:", "$x^2$", ":red[blood]"):
            assert not re.search(rf"(?<!\\){re.escape(bad)}", str(part.value)), f"{bad} reaches {part.value!r}"
    for part in app.html:
        assert "<img" not in str(part.value)


def test_one_player_has_one_colour_on_the_whole_page() -> None:
    frame = pd.DataFrame({"player": ["Ada", "Bo", "Homing", "Bot"], "kind": ["person", "person", "model", "bot"]})
    given = comparison.colours_of(frame, ["Bo", "Homing"])
    assert len(set(given.values())) == 4
    part = comparison.colours_of(frame, ["Bo", "Homing", "Ada"])
    assert part["Bo"] == given["Bo"] and part["Homing"] == given["Homing"]


def test_filters_leave_out_kinds_and_an_empty_choice_is_said(
    open_page: Open, said: Said, write: Callable[..., str]
) -> None:
    write([("Ada", "person", 1.0), ("Homing", "model", 5.0)])
    app = open_page("compare")
    app.multiselect(key="compare-pools").set_value([]).run()
    assert not app.exception and "No round fits this choice." in said(app)


def test_a_book_of_one_player_has_no_pair_and_no_error(open_page: Open, write: Callable[..., str]) -> None:
    write([("Ada", "person", 1.0)])
    app = open_page("compare")
    assert not app.exception and not app.error and table(app)["player"].tolist() == ["Ada"]


def test_open_games_tell_nothing(open_page: Open, said: Said, played: Callable[..., str]) -> None:
    import time

    book = Scorebook.open()
    places = tuple(Round(k, Place(1.0 * k, 2.0, None, "AT", "near Linz"), None) for k in range(1, 6))
    book.add_game(Game("open", "world", "world", 3, 1492.7, time.time(), None, {0: Seat("Ada", "person", "a")}, places))
    book.add_guess("open", 1, 0, Guess(1.0, 2.5, 55.6, 4817, 3.0, time.time()))
    app = open_page("compare")
    assert "The book is empty" in said(app) and "Linz" not in said(app)


def test_the_best_and_worst_rounds_are_drawn_when_asked(
    open_page: Open, said: Said, write: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pages.components import resources

    drawn: list[tuple] = []
    buffer = io.BytesIO()
    Image.new("RGB", (40, 10)).save(buffer, "JPEG")
    monkeypatch.setattr(resources, "four_views", lambda *recipe: drawn.append(recipe) or buffer.getvalue())
    write([("Ada", "person", 1.0), ("Homing", "model", 5.0)])
    app = open_page("compare")
    assert "Best 1: " in said(app) and "Worst 1: " in said(app) and not drawn
    app.toggle(key="compare-views").set_value(True).run()
    assert not app.exception and len(drawn) == 5 and drawn[0][2:4] == (6, 12.0)


def test_a_corrupt_scorebook_is_one_sentence(open_page: Open, broken_scorebook: Path) -> None:
    app = open_page("compare")
    assert not app.exception
    assert broken_scorebook.name in app.error[0].value


CSV = """game,player,true_lat,true_lng,guess_lat,guess_lng,score,map,map_max_error_m
a,![x](http://evil.test/x.png),53.23357,-6.18997,50.74193,4.49413,2961,world,14916862
b,Bo,53.23357,-6.18997,53.32947,-6.48776,17,world,14916862
"""


def upload(app: AppTest, text: str) -> AppTest:
    app.file_uploader(key="import-files").set_value(("scores.csv", text.encode(), "text/csv"))
    return next(b for b in app.button if b.label == "Import").click().run()


@pytest.fixture
def quick_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Imported places without the real atlas."""
    from arena.imports import bring

    class Atlas:
        @staticmethod
        def open() -> "Atlas":
            return Atlas()

        def describe(self, points: Any) -> pd.DataFrame:
            return pd.DataFrame({"country": "IE", "town": "Bray", "country_name": "Ireland"}, index=range(len(points)))

    monkeypatch.setattr(bring, "Atlas", Atlas)


def test_an_upload_is_imported_and_what_was_refused_is_told_without_markup(
    open_page: Open, said: Said, quick_names: None
) -> None:
    app = upload(open_page("compare"), CSV)
    assert not app.exception
    text = said(app)
    assert "1 guess of 1 player imported" in text.replace("\\", "") and "17 points, but" in text.replace("\\", "")
    assert len(Scorebook.open().guesses()) == 1
    assert not any(
        re.search(r"(?<!\\)!\[x\]\(", str(part.value)) for part in [*app.markdown, *app.success, *app.caption]
    )
    assert "The book is empty" not in text


def test_a_file_of_garbage_is_one_sentence(open_page: Open, said: Said, quick_names: None) -> None:
    app = upload(open_page("compare"), "\x00\x01" * 2000)
    assert not app.exception and "this is no text" in said(app).replace("\\", "").replace("\u2060", "")


def test_imports_stand_behind_the_token(open_page: Open, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "allowed", lambda: False)
    app = open_page("compare")
    assert not app.get("file_uploader") and any("token" in str(part.value).lower() for part in app.info)


def test_a_table_for_a_spreadsheet_has_no_formula_in_it() -> None:
    frame = pd.DataFrame({"player": ["=HYPERLINK(1)", "+1", "-2", "@x", "Ada"], "lat": [-1.5] * 5, "score": [1] * 5})
    told = pd.read_csv(io.BytesIO(take_home.csv_of(frame)))
    assert told["player"].tolist() == ["'=HYPERLINK(1)", "'+1", "'-2", "'@x", "Ada"]
    assert told["lat"].tolist() == [-1.5] * 5, "numbers stay numbers"


def test_the_picture_is_a_png_with_any_name_and_any_length() -> None:
    from arena.statistics import Paired

    result = Paired(12, 7, 1, 4, 312.0, 20.0, 600.0, (300.0, 500.0), 5)
    places = pd.DataFrame({"score_a": [4000, 5000, 0], "score_b": [3000, 5000, 10], "difference": [1000, 0, -10]})
    names = ("名前 \U0001f600 " * 20, "<b>Ada</b>\n&amp;")
    png = take_home.picture("World " * 60, names, places, result, {names[0]: (1, 2, 3), names[1]: (200, 100, 50)})
    assert Image.open(io.BytesIO(png)).size == (card.WIDTH, card.HEIGHT)
    assert card.writable("Ada \U0001f600 − Ż") == "Ada ? - Z"


def test_a_player_called_level_has_a_colour_too() -> None:
    places = pd.DataFrame({"score_a": [9, 0, 5], "score_b": [0, 9, 5], "difference": [9.0, -9.0, 0.0], "label": "x"})
    spec = charts.paired_scatter(places, "level", "Bo", {"level": (1, 1, 1), "Bo": (2, 2, 2)})
    colours = [value["colour"] for value in spec["data"]["values"]]
    assert colours[0] == "#010101" and colours[1] == "#020202" and len(set(colours)) == 3


def test_the_curve_of_distances_is_drawn_as_data() -> None:
    curve = pd.DataFrame({"player": ["a", "b"], "km": [1.0, 2.0], "share": [0.1, 1.0]})
    spec = charts.within_curve(curve, {"a": (0, 0, 0), "b": (9, 9, 9)})
    assert spec["data"]["values"][1] == {"player": "b", "km": 2.0, "share": 1.0}
