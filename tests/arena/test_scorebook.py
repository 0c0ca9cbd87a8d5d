import sqlite3
import time
from dataclasses import replace

import pytest
from sqlalchemy import event

from arena import clock, frames
from arena.records import HOST, UNKNOWN_SCALE_KM, Game, Guess, Place, Round, Rules, Seat
from arena.rules import EXPIRES_S
from arena.scorebook import BATCH, URL_VARIABLE, Scorebook
from model.errors import StorageError

COLUMNS = ["game_id", "origin", "map", "source", "round", "seat", "player_id", "player", "kind", "rating", "guess_lat",
           "guess_lng", "lat", "lng", "country", "label", "distance_km", "score", "seconds", "at", "seed",
           "seed_chosen", "scale_km", "time_limit_s", "movement", "world_version", "finished", "mode"]  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def book(request):
    """An empty book in a file, and one on a server."""
    url = request.getfixturevalue("book_url" if request.param == "sqlite" else "postgres_url")
    opened = Scorebook.open(url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def file_book(book_url):
    return Scorebook.open(book_url)


def a_game(game_id="g1", player="Ada", kind="person", seed=7, **more):
    rounds = tuple(Round(i, Place(10.0 * i, 179.5, {"seed": i}, "FJ", f"Town {i}"), None) for i in range(1, 6))
    seats = {HOST: Seat(player, kind, f"{kind}:{player}")}
    game = Game(game_id, "world", "world", seed, 1492.7, time.time(), None, seats, rounds, world_version=2)
    return replace(game, **more)


def a_guess(score=4000, distance_km=333.0, at=None):
    return Guess(1.0, 2.0, distance_km, score, 12.5, at or time.time())


def imported(game_id, fingerprint, at=1.6e9):
    """A game that was played elsewhere: no seed, no panorama, a rating, and a guess that never came."""
    rounds = (
        Round(1, Place(48.0, 2.0, None, "FR"), None, {0: a_guess(at=at), 1: Guess(None, None, None, 0, 60.0, at)}),
        Round(2, Place(50.0, 3.0, None, "BE"), None, {0: a_guess(5000, 0.1, at)}),
    )
    seats = {0: Seat("Bo", "person", "imported:Bo", 1200), 1: Seat("Cy", "person", "imported:Cy")}
    return Game(game_id, "duels", "geoguessr", None, 1492.7, at, at, seats, rounds, Rules(60, "moving"),
                origin="imported", fingerprint=fingerprint)  # fmt: skip


def play(book, game_id, *numbers, seat=HOST):
    for number in numbers:
        book.add_guess(game_id, number, seat, a_guess())


def test_a_game_comes_back_as_it_was_written(book):
    for game in (
        a_game(),
        a_game("g2", rules=Rules(30, "nmpz"), seed_chosen=True, seats={0: Seat("Ada", "person", "ab12", 900, "ab12")}),
        imported("g3", "f3"),
    ):
        book.add_game(game)
        assert book.game(game.game_id) == game


def test_an_unknown_game_is_none(book):
    assert book.game("nope") is None
    assert book.place("nope", 1) is None


def test_the_place_of_a_round_is_found_by_game_and_number(book):
    book.add_game(a_game())
    assert book.place("g1", 3) == a_game().rounds[2].place
    assert book.place("g1", 6) is None


def test_a_guess_counts_once_and_the_first_stays(book):
    book.add_game(a_game())
    assert book.add_guess("g1", 1, HOST, a_guess(4000))
    assert not book.add_guess("g1", 1, HOST, a_guess(5000))
    assert book.guesses(told_only=False)["score"].tolist() == [4000]


def test_the_clock_of_a_round_starts_once(book):
    book.add_game(a_game())
    book.start_round("g1", 2, HOST)
    first = book.game("g1").rounds[1].started_at
    book.start_round("g1", 2, HOST)
    assert first is not None
    assert book.game("g1").rounds[1].started_at == first


def test_guesses_carry_truth_player_and_time(book):
    book.add_game(a_game())
    book.add_seat("g1", 1, Seat("Homing", "model", "model:Homing"))
    book.add_seat("g1", 1, Seat("Someone else", "model", "model:else"))
    book.add_guess("g1", 1, HOST, a_guess())
    book.add_guess("g1", 1, 1, a_guess(4900, 30.0))
    frame = book.guesses(told_only=False)
    assert frame["player"].tolist() == ["Ada", "Homing"]
    assert frame["player_id"].tolist() == ["person:Ada", "model:Homing"]
    assert frame["kind"].tolist() == ["person", "model"]
    assert frame["label"].tolist() == ["Town 1", "Town 1"]
    assert frame[["lat", "lng", "country", "seed"]].drop_duplicates().to_numpy().tolist() == [[10.0, 179.5, "FJ", 7]]
    assert str(frame["at"].dtype).startswith("datetime64") and str(frame["at"].dt.tz) == "UTC"


def test_a_guess_that_never_came_and_a_seed_that_is_unknown_are_missing(book):
    book.add_games([imported("g1", "f1"), a_game("g2")])
    play(book, "g2", 1)
    frame = book.guesses(told_only=False).set_index(["game_id", "round", "seat"])
    late = frame.loc[("g1", 1, 1)]
    assert late[["guess_lat", "guess_lng", "distance_km"]].isna().all() and late["score"] == 0
    assert frame["seed"].isna().tolist() == [True, True, True, False] and frame["seed"].iloc[-1] == 7
    assert frame["rating"].isna().tolist() == [False, True, False, True]
    assert frame["time_limit_s"].iloc[0] == 60 and frame["movement"].iloc[0] == "moving"
    assert frame["finished"].tolist() == [True, True, True, False]


def test_an_empty_book_has_the_same_columns_and_types_as_a_full_one(book):
    empty, no_games = book.guesses(), book.games()
    book.add_games([imported("g1", "f1"), imported("g2", "f2", at=1.6e9 + 0.123456)])
    full, games = book.guesses(), book.games()
    assert empty.columns.tolist() == full.columns.tolist() == COLUMNS
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    assert no_games.dtypes.to_dict() == games.dtypes.to_dict()
    assert {str(full[name].dtype) for name in ("seed", "rating", "time_limit_s", "world_version")} == {"Int64"}


def test_guesses_can_be_filtered_and_only_by_what_exists(book):
    for number, player in enumerate(["Ada", "Bo'; DROP TABLE games; --"]):
        book.add_game(a_game(f"g{number}", player, rules=Rules(None if number else 30)))
        play(book, f"g{number}", 1)
    every = book.guesses(told_only=False)
    assert len(every) == 2
    assert book.guesses(False, player="Bo'; DROP TABLE games; --")["game_id"].tolist() == ["g1"]
    assert book.guesses(False, time_limit_s=None)["game_id"].tolist() == ["g1"]
    assert book.guesses(False, player_id="person:Ada", movement="no_move")["game_id"].tolist() == ["g0"]
    assert book.guesses(False, player="Ada", map="europe").empty
    with pytest.raises(ValueError, match="can be filtered"):
        book.guesses(score=4000)


def test_a_game_in_play_is_not_public_until_it_ends_or_expires(book):
    book.add_game(a_game())
    play(book, "g1", 1, 2, 3, 4)
    assert book.guesses().empty
    assert book.games()["seed"].isna().all()
    play(book, "g1", 5)
    assert len(book.guesses()) == 5
    assert book.games()["seed"].tolist() == [7]
    book.add_game(a_game("g2", created_at=time.time() - EXPIRES_S - 1))
    play(book, "g2", 1)
    assert len(book.guesses(game_id="g2")) == 1


def test_a_place_that_someone_else_may_still_guess_is_not_told_nor_the_seed_that_leads_there(book):
    for game_id, player in (("g1", "Ada"), ("g2", "Bo")):
        book.add_game(a_game(game_id, player))
    play(book, "g1", 1, 2, 3, 4, 5)
    play(book, "g2", 1, 2)
    frame = book.guesses()
    assert (set(frame["game_id"]), frame["round"].tolist()) == ({"g1"}, [1, 2])
    assert frame["seed"].isna().all() and book.games()["seed"].isna().all()
    play(book, "g2", 3, 4, 5)
    assert len(book.guesses()) == 10
    assert book.guesses()["seed"].eq(7).all()


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 8, "rounds": tuple(Round(i, Place(-10.0 * i, 3.0, {}), None) for i in range(1, 6))},
        {"created_at": time.time() - EXPIRES_S - 1},
        {"finished_at": time.time()},
    ],
)
def test_games_elsewhere_and_games_that_are_over_hold_nothing_back(book, other):
    book.add_game(a_game())
    play(book, "g1", 1, 2, 3, 4, 5)
    book.add_game(a_game("g2", "Bo", **other))
    assert book.guesses(game_id="g1")["seed"].eq(7).all() and len(book.guesses(game_id="g1")) == 5


def test_the_same_place_is_held_back_whatever_seed_led_to_it(book):
    """A small photo map gives the same few places to every seed."""
    book.add_game(a_game())
    play(book, "g1", 1, 2, 3, 4, 5)
    backwards = tuple(replace(one, number=6 - one.number) for one in reversed(a_game().rounds))
    book.add_game(a_game("g2", "Bo", seed=8, rounds=backwards))
    play(book, "g2", 1)  # the place of Ada's fifth round
    assert book.guesses()["round"].tolist() == [5]


def test_games_count_the_rounds_of_the_player_who_started_them(book):
    book.add_game(a_game())
    book.add_seat("g1", 1, Seat("Homing", "model", "model:Homing"))
    for number in range(1, 6):
        book.add_guess("g1", number, HOST, a_guess(1000))
        book.add_guess("g1", number, 1, a_guess(5000))
    book.add_game(a_game("g2", "Bo", "bot", created_at=time.time() + 1))
    games = book.games()
    assert games["player"].tolist() == ["Bo", "Ada"]
    assert games[["guessed", "total"]].to_numpy().tolist() == [[0, 0], [5, 5000]]
    assert games["finished_at"].notna().tolist() == [False, True]
    assert book.games(kind="bot")["player"].tolist() == ["Bo"]
    assert book.games(player_id="person:Ada")["game_id"].tolist() == ["g1"]
    assert book.games(limit=1)["player"].tolist() == ["Bo"]


def test_the_id_of_a_game_in_play_is_told_to_its_player_alone(book):
    for number, more in enumerate(({}, {"finished_at": time.time()}, {"created_at": time.time() - EXPIRES_S - 1})):
        book.add_game(a_game(f"g{number}", **more))
    listed = book.games()["game_id"].tolist()
    assert set(listed) & {"g0", "g1", "g2"} == {"g1", "g2"} and len(set(listed)) == 3
    assert book.games(player_id="person:Ada")["game_id"].tolist() == ["g1", "g0", "g2"]


def test_many_games_are_added_once_however_often_they_come(book):
    games = [imported(f"g{number}", f"f{number}") for number in range(BATCH + 7)]
    assert book.add_games([*games, games[3]]) == BATCH + 7
    again = [replace(one, game_id=f"again-{one.game_id}") for one in games]
    assert book.add_games(iter([*again, imported("new", "new")])) == 1
    assert book.has_fingerprints(["f1", "f2", "nope"]) == {"f1", "f2"}
    assert len(book.guesses()) == 3 * (BATCH + 8)


def test_of_an_import_that_breaks_off_the_whole_batches_stay(book):
    def games():
        yield from (imported(f"g{number}", f"f{number}") for number in range(BATCH + 3))
        raise OSError("the file ends here")

    with pytest.raises(OSError):
        book.add_games(games())
    assert len(book.games()) == BATCH
    assert book.add_games(imported(f"g{number}", f"f{number}") for number in range(BATCH + 3)) == 3


def test_two_imports_of_the_same_games_at_once_add_them_once(book, monkeypatch):
    """The other import writes between our look at the fingerprints and our writing."""
    from arena import scorebook

    look = scorebook.known_fingerprints
    seen = []

    def late(db, fingerprints):
        found = look(db, fingerprints)
        if not seen:
            seen.append("the other")
            assert Scorebook.open(book.url).add_games([imported("other", "f1")]) == 1
        return found

    monkeypatch.setattr(scorebook, "known_fingerprints", late)
    assert book.add_games([imported("g1", "f1"), imported("g2", "f2")]) == 1
    assert sorted(book.games()["game_id"]) == ["g2", "other"]


def test_the_version_changes_with_all_that_pages_show(book, monkeypatch):
    versions = [book.version(), book.version()]
    assert versions[0] == versions[1]
    book.add_game(a_game())
    versions.append(book.version())
    play(book, "g1", 1)
    versions.append(book.version())
    play(book, "g1", 2)
    versions.append(book.version())
    book.add_games([imported("old", "f1")])
    versions.append(book.version())
    now = time.time()
    monkeypatch.setattr(clock, "now", lambda: now + EXPIRES_S + 1)  # its truths may be told now
    versions.append(book.version())
    assert len(set(versions)) == len(versions) - 1


def test_the_version_changes_with_a_scale_that_is_told_later(book):
    game = imported("g1", None)
    one = replace(game, rounds=(replace(game.rounds[0], guesses={0: a_guess(at=1.6e9)}),), scale_km=UNKNOWN_SCALE_KM)
    assert book.add_round(one, 20) == "new"
    before = book.version()
    assert (book.add_round(one, 20), book.version()) == ("known", before)
    assert book.add_round(replace(one, scale_km=1492.7), 20, held_against=1) == "known"
    assert book.version() != before


def test_what_an_owner_has_open_and_has_started_is_counted(book):
    seats = {HOST: Seat("Ada", "person", "ab", owner="ab")}
    for number, age in enumerate((1, 30, 3600, EXPIRES_S + 1)):
        book.add_game(a_game(f"g{number}", seats=seats, created_at=time.time() - age))
    book.add_game(a_game("done", seats=seats, finished_at=time.time()))
    book.add_game(a_game("other"))
    assert book.burden("ab", time.time() - 60) == (3, 3)
    assert book.burden("nobody", 0.0) == (0, 0)


def test_what_may_be_told_is_looked_up_by_index_however_many_games_are_open(file_book):
    """Every question that a page or a state asks; none of them walks through the open games, or through all rounds."""
    file_book.add_game(a_game())
    plans = []

    @event.listens_for(file_book.engine, "before_cursor_execute")
    def explain(_db, cursor, statement, parameters, *_):
        if "asked" in statement:
            plans.append("; ".join(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)))

    game = file_book.game("g1")
    file_book.untold_places(game)
    file_book.hides_seed(game)
    file_book.guesses()
    file_book.games(player_id="person:Ada", limit=20)
    indices = ("rounds_by_place", "games_open_by_seed", "rounds_by_place", "games_open_by_seed", "games_open_by_seed")
    assert len(plans) == len(indices)
    for plan, index in zip(plans, indices, strict=True):
        assert f"{index} (" in plan and "games_open (" not in plan and "SCAN rounds" not in plan, plan


def test_a_game_that_comes_meanwhile_uncovers_no_seed(book, monkeypatch):
    """Between the rows that are read and the look at what they tell."""
    for game_id, age_s in (("g1", 20), ("g2", 10)):
        book.add_game(a_game(game_id, created_at=time.time() - age_s, finished_at=time.time()))
    book.add_game(a_game("g3", "Bo", created_at=time.time() - 30))
    read = frames._frame

    def late(db, query):
        found = read(db, query)
        for number in range(3):
            book.add_game(a_game(f"new{number}", seed=8))
        return found

    monkeypatch.setattr(frames, "_frame", late)
    assert book.games(limit=2)["seed"].isna().tolist() == [True, True]


def test_the_queries_of_every_request_use_an_index(file_book, tmp_path):
    plans = {
        "games_open": "SELECT game_id FROM games WHERE finished_at IS NULL AND created_at > 1",
        "games_by_creation": "SELECT game_id FROM games ORDER BY created_at DESC LIMIT 20",
        "seats_by_player": "SELECT game_id FROM seats WHERE player_id = 'a'",
        "guesses_by_time": "SELECT max(at) FROM guesses",
        "games_by_fingerprint": "SELECT 1 FROM games WHERE fingerprint IN ('a', 'b')",
    }
    with sqlite3.connect(tmp_path / "book.sqlite") as db:
        for index, query in plans.items():
            assert index in str(db.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()), query


def test_the_default_book_lies_in_the_persons_home(own_home):
    Scorebook.open().add_game(a_game())
    assert (own_home / "scorebook.sqlite").is_file()
    assert Scorebook.open().game("g1") is not None


def test_one_setting_names_the_book_of_every_program(own_home, tmp_path, monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'shared.sqlite'}")
    Scorebook.open().add_game(a_game())
    assert (tmp_path / "shared.sqlite").is_file() and not (own_home / "scorebook.sqlite").exists()
    monkeypatch.setenv(URL_VARIABLE, "nonsense")
    with pytest.raises(StorageError, match="database URL"):
        Scorebook.open()


def test_a_game_is_written_whole_or_not_at_all(book):
    book.add_game(a_game())
    with pytest.raises(Exception, match=r"(?i)unique"):
        book.add_game(a_game())
    twice = a_game("g2", rounds=(a_game().rounds[0],) * 2)
    with pytest.raises(Exception, match=r"(?i)unique"):
        book.add_game(twice)
    assert book.games(player_id="person:Ada")["game_id"].tolist() == ["g1"]
