"""Pictures kept in the cache: mapped and shared, drawn by one alone, and never read when they are not whole."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from world.draw.compiled import SWEEP_AFTER_S
from world.sprites.atlas import plant_atlas
from world.sprites.figures import figure_atlas
from world.sprites.kept import kept

SMALL = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


def _never():
    raise AssertionError("drawn again")


def test_what_is_drawn_once_is_mapped_from_then_on(tmp_path: Path):
    path = tmp_path / "new" / "sprites-1.npy"
    first = kept(path, SMALL.shape, lambda: SMALL)
    again = kept(path, SMALL.shape, _never)
    for found in (first, again):
        assert np.array_equal(found, SMALL) and type(found) is np.ndarray
        assert isinstance(found.base, np.memmap) and found.flags.writeable  # the kind of array that kernels know
    again[0] = 0  # a copy of its own: nobody else sees it
    assert np.array_equal(kept(path, SMALL.shape, _never), SMALL)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        b"PK\x03\x04 junk",
        b"\x93NUMPY\x01\x00\x08\x00{(((((((",
        "cut",
        np.zeros((2, 3, 5), np.uint8),
        np.zeros((2, 3, 4), np.float32),
        "object",
    ],
)
def test_what_is_not_whole_is_drawn_again(tmp_path: Path, content):
    path = tmp_path / "sprites-1.npy"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, np.ndarray):
        np.save(path, content)
    elif content == "object":
        np.save(path, np.array([{}, {}], object), allow_pickle=True)
    else:
        np.save(path, SMALL)
        path.write_bytes(path.read_bytes()[:-4])
    assert np.array_equal(kept(path, SMALL.shape, lambda: SMALL), SMALL)
    assert np.array_equal(np.load(path), SMALL)


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    assert kept(tmp_path / "file" / "sprites-1.npy", SMALL.shape, lambda: SMALL) is SMALL


def test_a_drawing_that_fails_leaves_nothing_and_the_next_one_tries_again(tmp_path: Path):
    path = tmp_path / "sprites-1.npy"
    with pytest.raises(ZeroDivisionError):
        kept(path, SMALL.shape, lambda: 1 // 0)
    assert not path.exists()
    assert np.array_equal(kept(path, SMALL.shape, lambda: SMALL), SMALL)


def test_two_threads_that_ask_at_once_draw_once(tmp_path: Path):
    drawn: list[int] = []

    def draw():
        drawn.append(1)
        time.sleep(0.2)
        return SMALL

    found: list[np.ndarray] = []
    ask = [
        threading.Thread(target=lambda: found.append(kept(tmp_path / "sprites-1.npy", SMALL.shape, draw)))
        for _ in range(4)
    ]
    for thread in ask:
        thread.start()
    for thread in ask:
        thread.join()
    assert len(drawn) == 1 and all(np.array_equal(one, SMALL) for one in found) and len(found) == 4


def test_two_processes_that_ask_at_once_draw_once(tmp_path: Path):
    script = f"""
import time
from pathlib import Path
import numpy as np
from world.sprites.kept import kept
folder = Path({str(tmp_path)!r})
def draw():
    with (folder / "drawn").open("a") as stream:
        stream.write("x")
    time.sleep(1.0)
    return np.ones((2, 2), np.uint8)
(folder / f"here-{{time.time_ns()}}").touch()
while len(list(folder.glob("here-*"))) < 2:
    time.sleep(0.01)
print(int(kept(folder / "sprites-1.npy", (2, 2), draw).sum()))
"""
    two = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60)[0].strip() for process in two] == ["4", "4"]
    assert (tmp_path / "drawn").read_text() == "x"


def test_pictures_of_older_sources_go(tmp_path: Path):
    old = time.time() - 2 * SWEEP_AFTER_S
    for name in ("sprites-000000000000.npy", "figures-000000000000.npy", "sprites-mine.npy"):
        (tmp_path / name).write_bytes(b"1")
        os.utime(tmp_path / name, (old, old))
    kept(tmp_path / "sprites-111111111111.npy", SMALL.shape, lambda: SMALL)
    assert sorted(path.name for path in tmp_path.glob("*.npy")) == [
        "figures-000000000000.npy",
        "sprites-111111111111.npy",
        "sprites-mine.npy",
    ]


def test_plants_and_figures_are_kept_so():
    for atlas in (plant_atlas(), figure_atlas()):
        assert isinstance(atlas.base, np.memmap)
