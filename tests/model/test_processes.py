"""Work in processes that end with their command: small pieces of work, and commands that are ended in every way."""

import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from model.errors import ConfigError, StorageError
from model.processes import spread

ROOT = Path(__file__).resolve().parents[2]
COMMAND = """
import os, sys, time
from functools import partial
from pathlib import Path
from model.artifacts import whole
from model.processes import spread

def work(piece, folder):
    Path(folder, f"worker-{os.getpid()}").touch()
    with whole(Path(folder, f"piece-{piece}")) as temporary:
        temporary.write_text("half")
        time.sleep(60)

if __name__ == "__main__":
    spread(partial(work, folder=sys.argv[1]), [1, 2, 3, 4], 2, print)
"""


def _square(value: int) -> int:
    return value * value


def _process(value: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def _mark(folder: Path, piece: int | None = None) -> int:
    """Begin or do a piece; how many had begun when it was."""
    name = "first" if piece is None else f"piece-{piece}"
    if piece is None:
        time.sleep(0.5)
    (folder / name).write_text(str(len(list(folder.iterdir()))))
    return int((folder / name).read_text())


def _fail(value: int) -> int:
    if value == 3:
        raise StorageError("the disk is full")
    return value


def _die(value: int) -> int:
    if value == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return value


@pytest.mark.parametrize("workers", [1, 2])
def test_every_piece_is_done_once_and_every_result_is_heard(workers):
    heard: list[int] = []
    spread(_square, list(range(7)), workers, heard.append)
    assert sorted(heard) == [0, 1, 4, 9, 16, 25, 36]


def test_one_worker_works_in_the_command_itself_and_two_do_not():
    alone: list[int] = []
    spread(_process, [1, 2, 3], 1, alone.append)
    assert set(alone) == {os.getpid()}
    spread(_process, [1, 2, 3, 4], 2, (two := set()).add)
    assert os.getpid() not in two


@pytest.mark.parametrize("workers", [1, 2])
def test_what_comes_first_is_done_before_any_piece_begins(tmp_path, workers):
    begun: list[int] = []
    spread(partial(_mark, tmp_path), [1, 2, 3], workers, begun.append, first=partial(_mark, tmp_path))
    assert (tmp_path / "first").read_text() == "0"
    assert min(begun) >= 1


def test_nothing_to_do_is_nothing_done():
    spread(_square, [], 4, lambda _: pytest.fail("there was no piece"), first=lambda: pytest.fail("nor a beginning"))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_piece_reaches_the_command_as_it_is(workers):
    with pytest.raises(StorageError, match="the disk is full"):
        spread(_fail, [1, 2, 3, 4, 5, 6], workers, lambda _: None)


def test_a_worker_that_is_killed_ends_the_work_with_a_sentence_and_not_never():
    with pytest.raises(ConfigError, match=r"ended from outside.*--workers 1"):
        spread(_die, [1, 2, 3, 4], 2, lambda _: None)


def test_the_handler_of_sigterm_is_given_back_and_other_threads_leave_it_alone():
    before = signal.getsignal(signal.SIGTERM)
    spread(_square, [1, 2], 1, lambda _: None)
    assert signal.getsignal(signal.SIGTERM) is before
    heard: list[int] = []
    thread = threading.Thread(target=spread, args=(_square, [1, 2], 1, heard.append))
    thread.start()
    thread.join()
    assert heard == [1, 4]


def alive(pids: set[int]) -> set[int]:
    """Those of some processes that still run."""
    running = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if state != "Z":
            running.add(pid)
    return running


def wait_for(seen, timeout_s: float):
    """What `seen` says once it says something; after the timeout, what it says then."""
    ends = time.monotonic() + timeout_s
    while not (found := seen()) and time.monotonic() < ends:
        time.sleep(0.05)
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc which processes run")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_is_ended_takes_its_workers_with_it(tmp_path, how):
    script = tmp_path / "command.py"
    script.write_text(COMMAND)
    folder = tmp_path / "work"
    folder.mkdir()
    command = subprocess.Popen(
        [sys.executable, str(script), str(folder)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job ignores it
    )

    def workers() -> set[int]:
        found = {int(path.name.removeprefix("worker-")) for path in folder.glob("worker-*")}
        return found if len(found) == 2 else set()

    try:
        pids = wait_for(workers, 30.0)
        assert len(pids) == 2 and alive(pids) == pids
        command.send_signal(how)
        assert command.wait(10.0) != 0
        assert wait_for(lambda: not alive(pids), 8.0), "workers outlived their command"
        assert not list(folder.glob(".piece-*")), "half-written files stayed"
    finally:
        command.kill()
        for pid in alive(pids):
            os.kill(pid, signal.SIGKILL)
