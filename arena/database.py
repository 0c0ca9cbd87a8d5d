"""A database brought to the newest schema by numbered SQL files, and its troubles told as sentences. Knows no game.

A migration is a file `NNNN_name.sql` in `arena/migrations`; each runs once, in order, inside one transaction, and
leaves its number in the table `schema_version`. Any SQLAlchemy URL works; SQLite gets WAL and a busy timeout.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from model.errors import StorageError

MIGRATIONS = Path(__file__).with_name("migrations")

_SENTENCES = (  # what a driver says, what it means, what to do
    ("locked", "is in use by another program that did not let go within {busy_s:g} s", "Close it and try again"),
    ("readonly", "can only be read, not written", "Make the file and its folder writable and try again"),
    ("read-only", "can only be read, not written", "Make the file and its folder writable and try again"),
    ("disk is full", "has no room left on its disk", "Free some space and try again"),
    ("not a database", "is not a database, or is damaged", "Move the file away and a new one is started"),
    ("malformed", "is damaged", "Move the file away and a new one is started, or restore a copy"),
    ("unable to open", "cannot be opened", "Check that its folder exists and that you may write there"),
)


def open_database(url: str, busy_s: float = 5.0, migrations: Path = MIGRATIONS) -> Engine:
    """An engine on `url` with every migration done.

    Raises:
        StorageError: it cannot be opened, is locked, read-only or damaged, or was written by a newer version.
    """
    try:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        if sqlite and parsed.database and not parsed.database.startswith(("file:", ":")):
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": busy_s} if sqlite else {})
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StorageError(
            f"Looked for a database URL such as sqlite:///scorebook.sqlite, found {url!r:.80}: {error}"
        ) from error
    except OSError as error:
        raise StorageError(f"The folder of {url} cannot be made: {error.strerror}. Choose another place.") from error
    if sqlite:
        event.listen(engine, "connect", _set_up_sqlite)
    with sentences(url, busy_s):
        _migrate(engine, migrations, "BEGIN IMMEDIATE" if sqlite else "BEGIN")
    return engine


@contextlib.contextmanager
def sentences(url: str, busy_s: float = 5.0) -> Iterator[None]:
    """Tell a database's trouble as a StorageError; a broken constraint passes, it is the caller's answer."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        said = str(error.orig).lower()
        for sign, meaning, cure in _SENTENCES:
            if sign in said:
                raise StorageError(
                    f"The scorebook {url} {meaning.format(busy_s=busy_s)}. Nothing was lost. {cure}."
                ) from error
        raise StorageError(f"The scorebook {url} refused: {error.orig}. Nothing was lost; try again.") from error


def schema_version(connection: Connection) -> int:
    """The number of the last migration done; 0 for an empty database."""
    return int(connection.exec_driver_sql("SELECT COALESCE(MAX(version), 0) FROM schema_version").scalar_one())


def _set_up_sqlite(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=NORMAL")  # safe with WAL: at worst the last moment is lost with the power
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        cursor.execute("PRAGMA journal_mode=WAL")  # readers and the writer do not wait for each other
    cursor.close()


def _migrate(engine: Engine, folder: Path, begin: str) -> None:
    files = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Looked at before the write lock is asked for, so that an up-to-date book opens while another program writes.
        if engine.dialect.has_table(connection, "schema_version") and schema_version(connection) == len(files):
            return
        connection.exec_driver_sql(begin)  # two processes that start at once wait for each other here
        try:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)")
            done = schema_version(connection)
            if done > len(files):
                raise StorageError(
                    f"The scorebook {engine.url} has schema {done}, this version knows {len(files)}: a newer version "
                    "wrote it. Update this one, or name another scorebook."
                )
            for number, file in enumerate(files[done:], start=done + 1):
                for statement in _statements(file.read_text(encoding="utf-8")):
                    connection.exec_driver_sql(statement)
                connection.exec_driver_sql(f"INSERT INTO schema_version (version) VALUES ({number})")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")


def _statements(script: str) -> list[str]:
    lines = [line for line in script.splitlines() if not line.lstrip().startswith("--")]
    return [statement.strip() for statement in "\n".join(lines).split(";") if statement.strip()]
