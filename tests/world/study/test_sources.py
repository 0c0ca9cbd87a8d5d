"""The fingerprint of the world's sources: what changes it and what does not."""

import pytest

from world.study.sources import DRAWING, READING, WORLD, fingerprint, sources


@pytest.fixture
def tree(tmp_path):
    for name in ("draw/things/house.py", "earth/tables/flora.csv", "scene.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}\n")
    return tmp_path


def _of(tree):
    return fingerprint([tree / "scene.py", tree / "earth", tree / "draw"], tree)


@pytest.mark.parametrize("name", ["draw/things/house.py", "earth/tables/flora.csv", "scene.py"])
def test_a_changed_module_or_table_in_any_folder_is_another_world(tree, name):
    before = _of(tree)
    (tree / name).write_text("changed\n")
    assert _of(tree) != before


def test_a_file_that_comes_goes_or_moves_is_another_world(tree):
    before = _of(tree)
    (tree / "draw/sky.py").write_text("")
    with_sky = _of(tree)
    (tree / "draw/sky.py").rename(tree / "earth/sky.py")
    assert len({before, with_sky, _of(tree)}) == 3
    (tree / "earth/sky.py").unlink()
    assert _of(tree) == before


def test_what_is_no_source_changes_nothing(tree):
    before = _of(tree)
    (tree / "draw/notes.txt").write_text("notes")
    (tree / "draw/__pycache__").mkdir()
    (tree / "draw/__pycache__/sky.cpython-311.pyc").write_bytes(b"code")
    assert _of(tree) == before


def test_all_that_draws_is_in_it_and_reading_clues_is_more_than_drawing():
    rooms = {p.name for p in WORLD.iterdir() if p.is_dir() and list(p.glob("*.py"))}
    assert rooms == {name for name in READING if not name.endswith(".py")}
    assert set(READING) - set(DRAWING) == {"study"}
    assert sources(DRAWING) != sources(READING)
