"""A PostgreSQL server for the tests: its own folder, its own socket and no port, gone when they end.

It is what Debian's package `postgresql` installs. The server refuses to run as root, so root hands it to the user
postgres, whom the package makes.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import psycopg

USER, PASSWORD, TEMPLATE = "homing", "hunter2", "template_book"
# Nothing here outlives the tests: no write need wait for a disk.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "listen_addresses": "",
            "max_connections": "60", "shared_buffers": "16MB", "autovacuum": "off"}  # fmt: skip


def programs() -> Path | None:
    """The folder of initdb and postgres, the newest version's; None where the package is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("postgres")
    if on_path and shutil.which("initdb"):
        return Path(on_path).parent
    return found[-1].parent if found and (found[-1].with_name("initdb")).is_file() else None


class PostgresServer:
    """One server; it can be stopped and started again, and keeps what it has."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self.folder, self._bin = folder, bin_folder
        self._process: subprocess.Popen[bytes] | None = None
        self._as: dict[str, object] = {"user": "postgres", "group": "postgres", "extra_groups": []}
        if os.geteuid() != 0:
            self._as = {}
        else:
            shutil.chown(folder, "postgres", "postgres")
        secret = folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        made = subprocess.run(
            [bin_folder / "initdb", "-D", folder / "data", "-U", USER, "-A", "scram-sha-256", "--pwfile", secret,
             "--no-sync", "--no-locale", "-E", "UTF8"],
            cwd=folder, capture_output=True, text=True, check=False, **self._as,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr

    def url(self, database: str = "postgres", password: str = PASSWORD) -> str:
        """The URL of one of its databases."""
        return f"postgresql+psycopg://{USER}:{password}@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start it, and wait until it lets somebody in."""
        given = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self.folder / "data", "-k", self.folder, *given],
                cwd=self.folder, stdout=log, stderr=log, **self._as,
            )  # fmt: skip
        until = time.monotonic() + 120.0
        while True:
            assert self._process.poll() is None and time.monotonic() < until, (self.folder / "log").read_text()
            try:
                self.run("SELECT 1")
                return
            except psycopg.OperationalError:
                time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it; whoever is connected is cut off."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    @contextlib.contextmanager
    def database(self, template: str = "template1"):  # type: ignore[no-untyped-def]
        """A database for the length of a `with`, made like another one; gives its URL."""
        name = f"book_{uuid.uuid4().hex[:12]}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield self.url(name)
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the server's own user."""
        with psycopg.connect(host=str(self.folder), user=USER, password=PASSWORD, dbname=database,
                             autocommit=True) as db:  # fmt: skip
            for statement in statements:
                db.execute(statement)  # type: ignore[call-overload]


@contextlib.contextmanager
def running_server(bin_folder: Path):  # type: ignore[no-untyped-def]
    """A server in a folder that its user may reach, with a migrated database as a template for others."""
    from arena.database import open_database

    folder = Path(tempfile.mkdtemp(prefix="homing-postgres-"))  # short: a socket's path has room for 107 letters
    server = PostgresServer(folder, bin_folder)
    try:
        server.start()
        server.run(f"CREATE DATABASE {TEMPLATE}")
        open_database(server.url(TEMPLATE)).dispose()
        yield server
    finally:
        server.stop(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)
