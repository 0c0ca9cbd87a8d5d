import json
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, insert, inspect, select

from arena import database
from arena.database import MIGRATIONS, open_database, public_name, schema_version, sentences
from arena.records import Rules, Seat
from arena.schema import games, metadata
from arena.scorebook import Scorebook
from model.errors import StorageError

NEWEST = max(path.name[:4] for path in (MIGRATIONS / "versions").glob("*.py"))

# The tables of a book as they were made before Alembic, by the statements of that time.
FIRST_TABLES = """
CREATE TABLE schema_version (version INTEGER PRIMARY KEY);
CREATE TABLE games (
    game_id TEXT PRIMARY KEY, map TEXT NOT NULL, source TEXT NOT NULL, seed BIGINT NOT NULL,
    scale_km DOUBLE PRECISION NOT NULL, rounds INTEGER NOT NULL, created_at DOUBLE PRECISION NOT NULL,
    finished_at DOUBLE PRECISION
);
CREATE TABLE seats (
    game_id TEXT NOT NULL REFERENCES games (game_id), seat INTEGER NOT NULL, player TEXT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (game_id, seat)
);
CREATE TABLE rounds (
    game_id TEXT NOT NULL REFERENCES games (game_id), round INTEGER NOT NULL, lat DOUBLE PRECISION NOT NULL,
    lng DOUBLE PRECISION NOT NULL, country TEXT NOT NULL, label TEXT NOT NULL, recipe TEXT NOT NULL,
    started_at DOUBLE PRECISION,
    PRIMARY KEY (game_id, round)
);
CREATE TABLE guesses (
    game_id TEXT NOT NULL, round INTEGER NOT NULL, seat INTEGER NOT NULL, guess_lat DOUBLE PRECISION NOT NULL,
    guess_lng DOUBLE PRECISION NOT NULL, distance_km DOUBLE PRECISION NOT NULL, score INTEGER NOT NULL,
    seconds DOUBLE PRECISION, at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (game_id, round, seat),
    FOREIGN KEY (game_id, round) REFERENCES rounds (game_id, round),
    FOREIGN KEY (game_id, seat) REFERENCES seats (game_id, seat)
);
INSERT INTO schema_version VALUES (1);
"""
SECOND_INDICES = """
CREATE INDEX rounds_by_place ON rounds (lat, lng);
CREATE INDEX seats_by_player ON seats (player, kind);
INSERT INTO schema_version VALUES (2);
"""


def old_book(path: Path, version: int) -> None:
    """A book as the app wrote it then: an anonymous person twice, a named one, a bot, and the model beside it."""
    games = [("g1", "Guest", "person", 2**40, 1), ("g2", "Guest", "person", 2**41, 2),
             ("g3", "Ada", "person", 7, 2), ("g4", "Homing bot", "bot", 2**42, None)]  # fmt: skip
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(FIRST_TABLES + (SECOND_INDICES if version == 2 else ""))
        for number, (game_id, player, kind, seed, world) in enumerate(games):
            source = "photos" if world is None else "world"
            recipe = {"file": "a.jpg"} if world is None else {"month": 5} | ({"world": 2} if world == 2 else {})
            db.execute("INSERT INTO games VALUES (?, 'world', ?, ?, 1492.7, 5, ?, ?)",
                       (game_id, source, seed, 1.7e9 + number, 1.7e9 + 60 if number else None))  # fmt: skip
            db.execute("INSERT INTO seats VALUES (?, 0, ?, ?)", (game_id, player, kind))
            for one in range(1, 6):
                db.execute("INSERT INTO rounds VALUES (?, ?, ?, 20.0, 'FR', 'Lyon, France', ?, 1.7e9)",
                           (game_id, one, 10.0 * one + number, json.dumps(recipe)))  # fmt: skip
                db.execute("INSERT INTO guesses VALUES (?, ?, 0, 1.0, 2.0, 333.5, ?, 9.5, ?)",
                           (game_id, one, 1000 * one, 1.7e9 + one))  # fmt: skip
        db.execute("INSERT INTO seats VALUES ('g4', 1, 'Homing', 'model')")
        db.execute("INSERT INTO guesses VALUES ('g4', 1, 1, 3.0, 4.0, 5.0, 4999, NULL, 1.7e9)")


def differences(engine, types=True):
    with engine.connect() as db:
        return compare_metadata(MigrationContext.configure(db, opts={"compare_type": types}), metadata)


def test_an_empty_database_gets_every_migration_and_write_ahead_logging(book_url):
    engine = open_database(book_url)
    with engine.connect() as db:
        assert schema_version(db) == NEWEST
        assert db.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert db.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    assert {"games", "seats", "rounds", "guesses"} <= set(inspect(engine).get_table_names())


def test_the_migrations_lead_to_the_schema(book_url):
    assert differences(open_database(book_url)) == []


@pytest.mark.parametrize("version", [1, 2])
def test_a_book_from_before_alembic_comes_along_with_every_round(book_url, tmp_path, version):
    old_book(tmp_path / "book.sqlite", version)
    book = Scorebook.open(book_url)
    frame = book.guesses()
    assert len(frame) == 21
    assert frame["score"].sum() == 4 * 15_000 + 4_999
    assert frame[frame["seat"] == 0].groupby("game_id")["player_id"].first().to_dict() == {
        "g1": "game:g1", "g2": "game:g2", "g3": "name:Ada", "g4": "bot:Homing bot",
    }  # fmt: skip
    assert set(frame.loc[frame["kind"] == "model", "player_id"]) == {"model:Homing"}
    assert set(frame["movement"]) == {"no_move"} and frame["time_limit_s"].isna().all()
    assert differences(book.engine, types=False) == []  # SQLite calls DOUBLE PRECISION REAL, which is the same
    tables = inspect(book.engine)
    assert "schema_version" not in tables.get_table_names()
    assert [index["name"] for index in tables.get_indexes("rounds")] == ["rounds_by_place"]


def test_a_book_from_before_tells_worlds_and_chosen_seeds_by_what_it_wrote(book_url, tmp_path):
    old_book(tmp_path / "book.sqlite", 2)
    games = [Scorebook.open(book_url).game(game_id) for game_id in ("g1", "g2", "g3", "g4")]
    assert [game.world_version for game in games] == [1, 2, 2, None]
    assert [game.seed_chosen for game in games] == [False, False, True, False]
    assert [game.seed for game in games] == [2**40, 2**41, 7, 2**42]
    assert games[1].rounds[0].place.recipe == {"month": 5, "world": 2}
    assert games[0].rules == Rules() and games[0].origin == "played" and games[0].finished_at is None
    assert games[3].seats[1] == Seat("Homing", "model", "model:Homing")


def test_a_book_from_before_can_be_written_on(book_url, tmp_path):
    old_book(tmp_path / "book.sqlite", 1)
    book = Scorebook.open(book_url)
    book.start_round("g1", 1, 0)
    with book.engine.begin() as db, pytest.raises(Exception, match="FOREIGN KEY"):
        db.exec_driver_sql("INSERT INTO seats (game_id, seat, player, kind, player_id) VALUES ('no', 0, 'A', 'p', 'i')")


def test_a_recipe_that_cannot_be_read_costs_no_round(book_url, tmp_path):
    old_book(tmp_path / "book.sqlite", 2)
    with sqlite3.connect(tmp_path / "book.sqlite") as db:
        for game_id, recipe in (("g1", "no json"), ("g2", "[1]"), ("g3", '{"world": "two"}')):
            db.execute("UPDATE rounds SET recipe = ? WHERE game_id = ?", (recipe, game_id))
    frame = Scorebook.open(book_url).guesses()
    assert len(frame) == 21 and frame["world_version"].isna().all()


GAME = """
INSERT INTO games (game_id, map, source, seed, scale_km, rounds, created_at, finished_at, seed_chosen, movement, origin)
VALUES (?, 'world', 'world', 5, 1492.7, 5, 1.7e9, 1.7e9, 0, 'no_move', ?)
"""
SEAT = "INSERT INTO seats (game_id, seat, player, kind, player_id, owner) VALUES (?, ?, ?, 'person', ?, ?)"
ROUND = "INSERT INTO rounds VALUES (?, ?, 10.0, 20.0, 'FR', 'Lyon, France', '{}', 1.6e9)"
GUESS = "INSERT INTO guesses VALUES (?, ?, ?, 1.0, 2.0, 333.5, 4000, 9.5, 1.7e9)"


def book_of_schema(path: Path, newest: str) -> None:
    """A book as the app wrote it when `newest` was its last migration: a game, and a duel from elsewhere."""
    folder = path.with_name(f"until {newest}")
    shutil.copytree(MIGRATIONS, folder)
    for later in (one for one in (folder / "versions").glob("0*.py") if one.name[:4] > newest):
        later.unlink()
    open_database(f"sqlite:///{path}", migrations=folder).dispose()
    with sqlite3.connect(path) as db:
        for game_id, origin, owners in (("g1", "played", ["ab"]), ("d1", "imported", [None, None])):
            db.execute(GAME, (game_id, origin))
            for seat, owner in enumerate(owners):
                db.execute(SEAT, (game_id, seat, f"P{seat}", f"id{seat}", owner))
            for number in range(1, 6):
                db.execute(ROUND, (game_id, number))
                for seat in range(len(owners)):
                    db.execute(GUESS, (game_id, number, seat))


@pytest.mark.parametrize("newest", ["0002", "0003"])
def test_a_book_of_each_later_schema_comes_along_with_every_round(book_url, tmp_path, newest):
    book_of_schema(tmp_path / "book.sqlite", newest)
    book = Scorebook.open(book_url)
    assert len(book.guesses()) == 15 and set(book.guesses()["score"]) == {4000}
    played, duel = book.game("g1"), book.game("d1")
    assert (played.mode, played.told, played.most_seats, played.closes_at) == ("solo", "after_round", 1, None)
    assert (duel.mode, duel.most_seats) == ("duel", 2)
    assert [one.starts for one in played.rounds] == [{0: 1.6e9}] * 5  # its clock is that of its one seat
    assert played.seats[0].owner == "ab" and played.seats[0].token_hash is None
    assert differences(book.engine, types=False) == []


def test_a_book_from_before_live_matches_comes_along_and_its_duels_have_no_settings(book_url, tmp_path):
    book_of_schema(tmp_path / "book.sqlite", "0004")
    book = Scorebook.open(book_url)
    assert len(book.guesses()) == 15
    for game in (book.game("g1"), book.game("d1")):
        assert (game.live, game.started_at, game.series_id) == (None, None, None)
        assert all((seat.team, seat.ready_at, seat.left_at) == (None, None, None) for seat in game.seats.values())
    assert differences(book.engine, types=False) == []


@pytest.mark.parametrize("kind", ["book_url", "empty_postgres_url"])
def test_the_time_of_old_live_matches_comes_to_stand_beside_the_limits_of_other_games(request, tmp_path, kind):
    url, folder = request.getfixturevalue(kind), tmp_path / "until 0006"
    shutil.copytree(MIGRATIONS, folder)
    for later in (one for one in (folder / "versions").glob("0*.py") if one.name[:4] > "0006"):
        later.unlink()
    settings = {"d10": {"round_s": 10.0}, "d33": {"round_s": 32.6}, "usual": {"health": 1}, "solo": None, "slow": None}
    head = {"map": "world", "source": "world", "scale_km": 1.0, "rounds": 1, "created_at": 1.0}
    old = open_database(url, migrations=folder)
    with old.begin() as db:
        for game_id, one in settings.items():
            limit_s = 60 if game_id == "slow" else None
            db.execute(insert(games).values(head | {"game_id": game_id, "settings": one, "time_limit_s": limit_s}))
    old.dispose()
    book = Scorebook.open(url)
    with book.engine.connect() as db:
        assert dict(db.execute(select(games.c.game_id, games.c.time_limit_s)).all()) == {
            "d10": 10, "d33": 33, "usual": 120, "solo": None, "slow": 60}  # fmt: skip
    assert book.game("d10").rules == Rules() and book.game("slow").rules == Rules(60)
    book.engine.dispose()


def with_migration(folder, body):
    """The migrations of the app, and one more."""
    shutil.copytree(MIGRATIONS, folder)
    (folder / "versions" / "9000_more.py").write_text(
        f'"""More."""\nfrom alembic import op\nrevision, down_revision = "9000", "{NEWEST}"\n'
        f"def upgrade():\n    {body}\n"
    )
    return folder


def test_a_migration_that_fails_leaves_the_book_as_it_was(book_url, tmp_path):
    old_book(tmp_path / "book.sqlite", 2)
    broken = with_migration(tmp_path / "50% migrations", 'op.execute("DELETE FROM guesses"); op.execute("nonsense")')
    with pytest.raises(StorageError, match="Nothing was lost"):
        open_database(book_url, migrations=broken)
    with sqlite3.connect(tmp_path / "book.sqlite") as db:
        assert db.execute("SELECT MAX(version) FROM schema_version").fetchone() == (2,)
        assert db.execute("SELECT COUNT(*) FROM guesses").fetchone() == (21,)
    assert len(Scorebook.open(book_url).guesses()) == 21


def test_a_later_migration_is_run_once(book_url, tmp_path):
    open_database(book_url).dispose()
    more = with_migration(tmp_path / "more", 'op.execute("CREATE TABLE notes (line TEXT)")')
    for _ in range(2):
        with open_database(book_url, migrations=more).connect() as db:
            assert schema_version(db) == "9000"


def test_many_that_open_at_once_do_not_migrate_twice(book_url, tmp_path):
    old_book(tmp_path / "book.sqlite", 2)
    failures = []

    def open_it(url):
        try:
            open_database(url).dispose()
        except Exception as error:
            failures.append(error)

    others = [f"sqlite:///{tmp_path / f'other-{number}.sqlite'}" for number in range(2)]
    threads = [threading.Thread(target=open_it, args=(url,)) for url in [book_url] * 4 + others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(Scorebook.open(book_url).guesses()) == 21


@pytest.mark.parametrize("number", ["'9999'", "'later'"])
def test_a_database_of_a_newer_version_is_left_alone(book_url, tmp_path, number):
    open_database(book_url).dispose()
    with sqlite3.connect(tmp_path / "book.sqlite") as db:
        db.execute(f"UPDATE alembic_version SET version_num = {number}")
    with pytest.raises(StorageError, match="newer version"):
        open_database(book_url)


def test_a_database_of_a_newer_version_from_before_alembic_is_left_alone(book_url, tmp_path):
    old_book(tmp_path / "book.sqlite", 2)
    with sqlite3.connect(tmp_path / "book.sqlite") as db:
        db.execute("INSERT INTO schema_version VALUES (99)")
    with pytest.raises(StorageError, match="newer version"):
        open_database(book_url)


def test_programs_that_begin_a_file_at_the_same_moment_wait_for_each_other(tmp_path):
    """SQLite refuses one of two that change the journal at once, without the wait that it was told."""
    together, failed = threading.Barrier(4), []

    def begin():
        for number in range(60):
            together.wait(60)
            connection = sqlite3.connect(tmp_path / f"{number}.sqlite", timeout=5.0)
            try:
                database._set_up_sqlite(5.0, connection, None)
            except sqlite3.OperationalError as error:
                failed.append(error)
            finally:
                connection.close()

    programs = [threading.Thread(target=begin) for _ in range(4)]
    for one in programs:
        one.start()
    for one in programs:
        one.join()
    assert not failed


def test_a_disk_that_cannot_have_the_journal_keeps_its_own():
    asked = []

    class Cursor:
        def execute(self, statement):
            asked.append(statement)
            return self

        def fetchone(self):
            return ("delete",)

        def close(self):
            asked.append("closed")

    database._set_up_sqlite(5.0, type("Connection", (), {"cursor": Cursor})(), None)
    assert asked.count("PRAGMA journal_mode=WAL") == 1 and asked[-1] == "closed"


def test_a_locked_database_is_a_sentence_and_loses_nothing(book_url, tmp_path):
    book = Scorebook.open(book_url, busy_s=0.05)
    other = sqlite3.connect(tmp_path / "book.sqlite")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="in use by another program"):
        book.start_round("any", 1, 0)
    other.rollback()
    book.start_round("any", 1, 0)


def test_a_book_can_be_opened_and_read_while_another_program_writes(book_url, tmp_path):
    Scorebook.open(book_url)
    other = sqlite3.connect(tmp_path / "book.sqlite")
    other.execute("BEGIN IMMEDIATE")
    assert Scorebook.open(book_url, busy_s=0.05).guesses().empty
    other.rollback()


def test_a_read_only_database_is_a_sentence(book_url, tmp_path):
    Scorebook.open(book_url).engine.dispose()
    book = Scorebook.open(f"sqlite:///file:{tmp_path / 'book.sqlite'}?mode=ro&uri=true", busy_s=0.05)
    assert book.guesses().empty
    with pytest.raises(StorageError, match="can only be read"):
        book.start_round("any", 1, 0)


def test_a_file_that_is_no_database_is_not_overwritten(book_url, tmp_path):
    (tmp_path / "book.sqlite").write_bytes(b"holiday letters" * 100)
    with pytest.raises(StorageError, match="not a database"):
        open_database(book_url)
    assert (tmp_path / "book.sqlite").read_bytes().startswith(b"holiday letters")


def test_a_folder_that_cannot_be_made_is_a_sentence_without_the_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be made") as refusal:
        open_database(f"sqlite:///{tmp_path / 'file' / 'book.sqlite'}")
    assert str(tmp_path) not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "cassette:///tape", "hunter2:no/url at all", "postgresql://ada:hun@hunter2@db/book",
     "postgresql://ada:hun@ter:hunter2@db/book", "postgresql://ada:hunter2@db:port/book",
     "postgresql://ada:a@b/hunter2@db/book"],
)  # fmt: skip
def test_a_bad_url_is_a_sentence(url):
    with pytest.raises(StorageError, match="database URL") as refusal:
        open_database(url)
    assert "hunter2" not in str(refusal.value)
    assert "hunter2" not in public_name(url)
    assert refusal.value.__cause__ is None or "hunter2" not in str(refusal.value.__cause__)


def test_no_sentence_carries_a_password_or_a_folder(tmp_path):
    url = "postgresql+psycopg://ada:hunter2@db.example/book?password=hunter2"
    assert public_name(url) == "postgresql+psycopg://ada:***@db.example/book"
    assert public_name(f"sqlite:///{tmp_path / 'book.sqlite'}") == "book.sqlite"
    for attempt in (url, "postgres9://ada:hunter2@db.example/book", "ada:hunter2@db"):
        with pytest.raises(StorageError) as refusal:
            open_database(attempt)
        assert "hunter2" not in str(refusal.value)
    engine = create_engine(f"sqlite:///{tmp_path / 'none' / 'book.sqlite'}")
    with pytest.raises(StorageError, match=r"The scorebook book\.sqlite cannot be opened"), sentences(str(engine.url)):
        engine.connect()
