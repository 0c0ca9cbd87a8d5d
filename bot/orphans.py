"""Ends the browser of a bot that was killed. A process of its own waits for that; it knows no page and no game.

A bot that ends in any ordinary way closes its browser. One that is killed (SIGKILL, no memory left) cannot, and a
Chromium that nobody steers would keep its memory for ever. So each browser gets a watcher: it reads from a pipe whose
other end only the bot holds, and when that ends, whatever ended the bot, the driver and the browser that it was told of
are ended too. A process is known by its number and the moment it began, so a number that is used again misleads nobody.
"""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

END_S = 5.0


@contextlib.contextmanager
def ended_with_us(driver_pid: int, profile: str = "") -> Iterator[None]:
    """A watcher over a running driver and its browser for the length of a `with`; `profile` is a folder to remove.

    Raises:
        OSError: no process could be started.
    """
    watcher = subprocess.Popen([sys.executable, "-I", __file__], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
    assert watcher.stdin is not None
    try:
        with contextlib.suppress(BrokenPipeError):
            watcher.stdin.write((json.dumps(_told(driver_pid, profile)) + "\n").encode())
            watcher.stdin.flush()
        yield
    finally:
        with contextlib.suppress(OSError):
            watcher.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            watcher.wait(2 * END_S)


def end(told: dict[str, Any]) -> None:
    """End those processes that are still the ones that were told, with all that they started; remove the profile."""
    ours: list[psutil.Process] = []
    for pid, began in told["processes"]:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            if process.create_time() == began:
                ours += [process, *process.children(recursive=True)]
    for process in ours:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(ours, END_S)
    profile = Path(told["profile"]) if told["profile"] else None
    if profile is not None and Path(tempfile.gettempdir()).resolve() in profile.resolve().parents:
        shutil.rmtree(profile, ignore_errors=True)


def _told(driver_pid: int, profile: str) -> dict[str, Any]:
    """The driver and its children: the browser among them, which outlives a driver that is killed."""
    processes: list[tuple[int, float]] = []
    with contextlib.suppress(psutil.Error):
        driver = psutil.Process(driver_pid)
        processes = [(one.pid, one.create_time()) for one in (driver, *driver.children())]
    return {"processes": processes, "profile": profile}


if __name__ == "__main__":
    first = sys.stdin.readline()
    sys.stdin.read()  # ends when the bot does
    if first:
        end(json.loads(first))
