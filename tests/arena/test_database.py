import sqlite3
import threading

import pytest
from sqlalchemy import inspect

from arena.database import MIGRATIONS, open_database, schema_version
from arena.scorebook import Scorebook
from model.errors import StorageError


def test_an_empty_database_gets_every_migration_and_write_ahead_logging(book_url):
    engine = open_database(book_url)
    with engine.connect() as db:
        assert schema_version(db) == len(list(MIGRATIONS.glob("*.sql")))
        assert db.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    assert {"games", "seats", "rounds", "guesses"} <= set(inspect(engine).get_table_names())


def test_an_older_database_is_brought_up_to_date_and_keeps_its_rows(book_url, tmp_path):
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_notes.sql").write_text("-- notes; first\nCREATE TABLE notes (line TEXT);\n")
    with open_database(book_url, migrations=folder).begin() as db:
        db.exec_driver_sql("INSERT INTO notes VALUES ('kept')")
    (folder / "0002_more.sql").write_text("ALTER TABLE notes ADD COLUMN stars INTEGER;\nUPDATE notes SET stars = 3;")
    with open_database(book_url, migrations=folder).connect() as db:
        assert db.exec_driver_sql("SELECT line, stars FROM notes").one() == ("kept", 3)
        assert schema_version(db) == 2


def test_a_migration_that_fails_leaves_nothing_behind(book_url, tmp_path):
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_broken.sql").write_text("CREATE TABLE half (line TEXT); CREATE TABLE half (line TEXT);")
    with pytest.raises(StorageError, match="Nothing was lost"):
        open_database(book_url, migrations=folder)
    assert sqlite3.connect(tmp_path / "book.sqlite").execute("SELECT name FROM sqlite_master").fetchall() == []


def test_two_that_open_at_once_do_not_migrate_twice(book_url):
    failures = []

    def open_it():
        try:
            open_database(book_url).dispose()
        except StorageError as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_database_of_a_newer_version_is_left_alone(book_url, tmp_path):
    open_database(book_url).dispose()
    with sqlite3.connect(tmp_path / "book.sqlite") as db:
        db.execute("INSERT INTO schema_version VALUES (99)")
    with pytest.raises(StorageError, match="newer version"):
        open_database(book_url)


def test_a_locked_database_is_a_sentence_and_loses_nothing(book_url, tmp_path):
    book = Scorebook.open(book_url, busy_s=0.05)
    other = sqlite3.connect(tmp_path / "book.sqlite")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="in use by another program"):
        book.start_round("any", 1)
    other.rollback()
    book.start_round("any", 1)


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
        book.start_round("any", 1)


def test_a_file_that_is_no_database_is_not_overwritten(book_url, tmp_path):
    (tmp_path / "book.sqlite").write_bytes(b"holiday letters" * 100)
    with pytest.raises(StorageError, match="not a database"):
        open_database(book_url)
    assert (tmp_path / "book.sqlite").read_bytes().startswith(b"holiday letters")


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be made"):
        open_database(f"sqlite:///{tmp_path / 'file' / 'book.sqlite'}")


@pytest.mark.parametrize("url", ["", "nonsense", "cassette:///tape"])
def test_a_bad_url_is_a_sentence(url):
    with pytest.raises(StorageError, match="database URL"):
        open_database(url)
