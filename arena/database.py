"""A database brought to the newest schema by Alembic, and its troubles told as sentences. Knows no game.

The migrations in `arena/migrations/versions` are run from here, without a settings file, wherever the code is
installed. Any SQLAlchemy URL works; SQLite gets WAL and a busy timeout, PostgreSQL a look at each connection before it
is used, so that a server which went away and came back costs one sentence. Two processes that start at once wait for
each other: SQLite's write lock, PostgreSQL's advisory lock.
"""

import contextlib
import functools
import math
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, TimeoutError

from model.errors import StorageError

MIGRATIONS = Path(__file__).with_name("migrations")
BEFORE_ALEMBIC = {1: "0001", 2: "0001"}  # numbers of the table schema_version, and how far those books had come
_POSTGRES = ("psycopg", "psycopg2")  # drivers that hand settings on to libpq
_GONE_MS = 10_000  # how long what was sent may go without an answer before a server counts as gone
_LOCK = 0x686F6D696E67  # "homing": the advisory lock of whoever migrates
AGAIN_S = 0.01  # between two tries at what SQLite refuses at once
_alembic = threading.Lock()  # Alembic keeps the migration it is at in a global

_SENTENCES = (  # what a driver says, what it means, what to do; the first that fits
    ("lock timeout", "is in use by another program that did not let go within {busy_s:g} s", "Close it and try again"),
    ("locked", "is in use by another program that did not let go within {busy_s:g} s", "Close it and try again"),
    ("readonly", "can only be read, not written", "Make the file and its folder writable and try again"),
    ("read-only", "can only be read, not written", "Make it writable and try again"),
    ("disk is full", "has no room left on its disk", "Free some space and try again"),
    ("no space left", "has no room left on its disk", "Free some space and try again"),
    ("not a database", "is not a database, or is damaged", "Move the file away and a new one is started"),
    ("malformed", "is damaged", "Move the file away and a new one is started, or restore a copy"),
    ("unable to open", "cannot be opened", "Check that its folder exists and that you may write there"),
    ("authentication failed", "does not let us in", "Check the name and the password in its URL"),
    ("no password supplied", "does not let us in", "Check the name and the password in its URL"),
    ("no pg_hba.conf entry", "does not let us in", "Let this machine in, in the server's pg_hba.conf"),
    ("permission denied", "does not let us do this", "Give the user of its URL the rights to this database"),
    ("does not exist", "is not there as its URL says", "Check the names in its URL, or make it with createdb"),
    ("too many clients", "has no connection free", "Try again in some seconds"),
    ("connection slots", "has no connection free", "Try again in some seconds"),
    ("starting up", "is just starting", "Try again in some seconds"),
    ("shutting down", "is being shut down", "Start its server again"),
    ("administrator command", "was shut down", "Start its server again, and try again"),
    ("closed the connection", "does not answer any more", "Check that its server runs, and try again"),
    ("connection is lost", "does not answer any more", "Check that its server runs, and try again"),
    ("connection is closed", "does not answer any more", "Check that its server runs, and try again"),
    ("could not receive data", "does not answer any more", "Check that its server runs, and try again"),
    ("could not connect", "does not answer", "Check that its server runs, and its address"),
    ("connection refused", "does not answer", "Check that its server runs, and its address"),
    ("connection failed", "does not answer", "Check that its server runs, and its address"),
    ("connection is bad", "does not answer", "Check that its server runs, and its address"),
    ("timeout expired", "does not answer", "Check that its server runs, and its address"),
    ("resolve host", "does not answer", "Check that its server runs, and its address"),
    ("translate host", "does not answer", "Check that its server runs, and its address"),
)


def open_database(url: str, busy_s: float = 5.0, migrations: Path = MIGRATIONS) -> Engine:
    """An engine on `url` with every migration done.

    Raises:
        StorageError: it cannot be opened, is locked, read-only or damaged, or was written by a newer version.
    """
    parsed = _parsed(url)
    if parsed is None:  # the reader's own words may repeat a password
        raise StorageError(
            "Looked for a database URL such as sqlite:///scorebook.sqlite or postgresql://name:password@host/book, "
            "found none; in a name or a password write @ as %40, : as %3A and / as %2F."
        )
    sqlite = parsed.get_backend_name() == "sqlite"
    try:
        if sqlite and parsed.database and not parsed.database.startswith(("file:", ":")):
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        # A stricter level that a server may have as its default would refuse guesses that meet.
        level: dict[str, Any] = {} if sqlite else {"isolation_level": "READ COMMITTED"}
        engine = create_engine(parsed, connect_args=_settings(parsed, busy_s), pool_pre_ping=not sqlite, **level)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StorageError(
            "Looked for a database URL such as sqlite:///scorebook.sqlite or postgresql://name:password@host/book, "
            f"found {public_name(parsed)}: {error}"
        ) from error
    except OSError as error:
        raise StorageError(
            f"The folder of {public_name(parsed)} cannot be made: {error.strerror}. Choose another place."
        ) from error
    if sqlite:
        event.listen(engine, "connect", functools.partial(_set_up_sqlite, busy_s))
    elif parsed.get_backend_name() == "postgresql":
        event.listen(engine, "connect", functools.partial(_set_up_postgres, math.ceil(1000 * busy_s)))
    with sentences(url, busy_s):
        _migrate(engine, migrations)
    return engine


def public_name(url: str | URL) -> str:
    """A database as it may be named to anyone: a file without its folder, a server without its password."""
    parsed = _parsed(url)
    if parsed is None:
        return "of this address"
    if parsed.get_backend_name() == "sqlite":
        return Path((parsed.database or "in memory").partition("?")[0]).name
    return parsed.set(query={}).render_as_string(hide_password=True)


def _parsed(url: str | URL) -> URL | None:
    """A database's address; None where it is none, or where a part of a password would be taken for its host."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return None
    odd = "@" in (parsed.host or "") or (parsed.get_backend_name() != "sqlite" and "@" in (parsed.database or ""))
    return None if odd else parsed


@contextlib.contextmanager
def sentences(url: str, busy_s: float = 5.0) -> Iterator[None]:
    """Tell a database's trouble as a StorageError; a broken constraint passes, it is the caller's answer."""
    try:
        yield
    except IntegrityError:
        raise
    except TimeoutError as error:  # every connection of this process is in use
        raise StorageError(
            f"The scorebook {public_name(url)} has no connection free. Nothing was lost. Try again in some seconds."
        ) from error
    except DBAPIError as error:
        said, name = str(error.orig).lower(), public_name(url)
        for sign, meaning, cure in _SENTENCES:
            if sign in said:
                raise StorageError(
                    f"The scorebook {name} {meaning.format(busy_s=busy_s)}. Nothing was lost. {cure}."
                ) from error
        # A driver's own words may hold folders and addresses; they are in the log, with this error's cause.
        raise StorageError(f"The scorebook {name} refused. Nothing was lost; try again.") from error


def schema_version(connection: Connection) -> str:
    """The name of the last migration done; empty for an empty database."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        done = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if done is not None:
            return str(done)
    if "schema_version" in tables:
        number = int(connection.execute(text("SELECT COALESCE(MAX(version), 0) FROM schema_version")).scalar_one())
        return BEFORE_ALEMBIC.get(number, f"{number:04d}" if number else "")
    return ""


def _settings(url: URL, busy_s: float) -> dict[str, Any]:
    """What a driver is told beside the URL, whose own settings go first."""
    if url.get_backend_name() == "sqlite":
        return {"timeout": busy_s}
    if url.get_driver_name() not in _POSTGRES:
        return {}
    ours = {
        "connect_timeout": max(2, math.ceil(busy_s)),  # seconds; libpq takes none below two
        "tcp_user_timeout": _GONE_MS,
        "application_name": "homing",
    }
    return {name: value for name, value in ours.items() if name not in url.query}


def _set_up_sqlite(busy_s: float, connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=NORMAL")  # safe with WAL: at worst the last moment is lost with the power
    deadline = time.monotonic() + busy_s
    while cursor.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")  # readers and the writer do not wait for each other
            break  # a disk that cannot have it keeps its old mode, and says nothing
        except sqlite3.OperationalError as error:
            # Two programs that begin a file at the same moment: SQLite refuses one of them at once, without its wait.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(AGAIN_S)
    cursor.close()


def _set_up_postgres(busy_ms: int, connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # Said to the server and not in the greeting, which a pool in front of it may refuse.
    cursor.execute(f"SET lock_timeout = {busy_ms}")
    cursor.close()
    connection.commit()


def _migrate(engine: Engine, folder: Path) -> None:
    known = sorted(path.name[:4] for path in (folder / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))
    with engine.connect() as connection:
        # Looked at before the write lock is asked for, so that an up-to-date book opens while another program writes.
        if schema_version(connection) == known[-1]:
            return
    with _alone(engine) as connection:
        done = schema_version(connection)
        if done == known[-1]:  # the other one was quicker
            return
        if done and done not in known:
            raise StorageError(
                f"The scorebook {public_name(engine.url)} has schema {done}, this version knows {known[-1]}: a newer "
                "version wrote it. Update this one, or name another scorebook."
            )
        _upgrade(connection, folder, done)


@contextlib.contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that no other migration shares; all that is done in it is done, or nothing."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL lock_timeout = 0"))  # however long another one's migrations take
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # A table is changed by putting a copy in its place; its children must not miss it meanwhile.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
            if orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
                raise StorageError(f"The scorebook has {len(orphans)} rows without the game they belong to.")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        else:
            connection.exec_driver_sql("COMMIT")
        finally:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _upgrade(connection: Connection, folder: Path, done: str) -> None:
    # Alembic is imported only when there is something to do.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with _alembic:
        try:
            if done and not inspect(connection).has_table("alembic_version"):
                command.stamp(config, done)
            command.upgrade(config, "head")
        except CommandError as error:
            raise StorageError(
                f"The scorebook {public_name(connection.engine.url)} cannot be brought from schema {done or 'none'} to "
                "this version's. Nothing was lost; restore a copy, or name another scorebook."
            ) from error
