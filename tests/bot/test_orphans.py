"""Whatever ends a bot, its browser ends too: its own, and nobody else's."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bot.orphans import end, ended_with_us

ROOT = Path(__file__).resolve().parents[2]
SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]
BOT = """
import os, signal, sys
from bot.browser import open_browser
import psutil
with open_browser() as driver:
    print(*[one.pid for one in psutil.Process().children(recursive=True)], flush=True)
    print(driver.capabilities["chrome"]["userDataDir"], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def sleeper():
    """Starts processes that wait for a signal."""
    started = []

    def start():
        started.append(subprocess.Popen(SLEEPER))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.browser
def test_the_browser_of_a_bot_that_was_killed_ends_with_its_driver_and_its_profile():
    killed = subprocess.Popen([sys.executable, "-c", BOT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    told, profile = killed.stdout.readline(), killed.stdout.readline().strip()
    tree = [psutil.Process(int(pid)) for pid in told.split() if psutil.pid_exists(int(pid))]
    assert killed.wait(60) == -signal.SIGKILL
    _, alive = psutil.wait_procs(tree, 60)  # driver, browser and, at last, the watcher
    assert len(tree) >= 3 and not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]
    assert profile and not Path(profile).exists()


def test_what_was_told_is_ended_and_a_number_that_another_process_has_now_is_not(sleeper, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ours, another = sleeper(), sleeper()
    profile = tmp_path / "profile"
    profile.mkdir()
    processes = [(ours.pid, psutil.Process(ours.pid).create_time()), (another.pid, 1.0), (2**22 + 1, 1.0)]
    end({"processes": processes, "profile": str(profile)})
    assert not psutil.pid_exists(ours.pid) and another.poll() is None
    assert not profile.exists()


def test_a_folder_that_is_no_temporary_one_is_left_alone(tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    for profile in ("home", "temporary", "temporary/../home"):
        end({"processes": [], "profile": str(tmp_path / profile)})
    assert (tmp_path / "home").is_dir() and (tmp_path / "temporary").is_dir()


def test_a_driver_that_ended_before_leaves_nothing_to_end(sleeper):
    process, another = sleeper(), sleeper()
    with ended_with_us(process.pid):
        process.kill()
        process.wait()
    assert another.poll() is None
