"""A data set of the simulated Earth: manifest, pictures, resuming, refusals."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image

from model.artifacts import read_record
from model.data.manifest import read_source
from model.errors import ArtifactError, ConfigError, StorageError
from world import SOFTWARE, WORLD_VERSION, make_dataset, warm_up
from world.clues import build_scenes
from world.draw.pictures import depth_values
from world.earth.splits import split_of
from world.lettering.fonts import fonts_in_use
from world.make_dataset import STAGE, DatasetConfig, main
from world.render import render_view_maps
from world.study.readings import STEPS
from world.study.sources import DRAWING, sources

ROOT = Path(__file__).resolve().parents[2]

ATLAS_COLUMNS = {
    "country",
    "region",
    "town",
    "koppen",
    "altitude_m",
    "population_per_km2",
    "temperature_c",
    "driving_side",
}


def _config(out: Path, **changes) -> DatasetConfig:
    return DatasetConfig(
        **(
            {"places": 5, "out": out, "seed": 3, "test": 2, "validation": 1, "size": 16, "samples": 1, "workers": 1}
            | changes
        )
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A data set with clues and maps, of two pieces."""
    out = tmp_path_factory.mktemp("told") / "set"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make_dataset, "BATCH", 3)
        main(_config(out, clues=True, maps=True, size=48))
    return out


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("world") / "set"
    main(_config(out))
    return out


def _images(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*.jpg"))}


def test_the_manifest_lists_every_place_with_four_views_and_what_the_atlas_says(made):
    table = pd.read_parquet(made / "manifest.parquet")
    assert table["split"].tolist() == ["train", "train", "validation", "test", "test"]
    assert table["id"].is_unique
    assert set(table.columns) >= {"lat", "lng", "month", "hour", "heading_deg", "seed", *ATLAS_COLUMNS}
    assert (table["views"] == 4).all()
    assert (split_of(table[["lat", "lng"]].to_numpy()) == table["split"]).all()
    for view in range(4):
        for path in table[f"image_{view}"]:
            assert Image.open(made / path).size == (16, 16)


def test_pictures_are_not_blank_and_views_differ(made):
    images = list(_images(made).values())
    assert len(set(images)) == len(images) == 20
    for path in made.rglob("*.jpg"):
        low, high = Image.open(path).convert("L").getextrema()
        assert high - low > 20


def test_the_record_is_written_last_and_a_second_run_does_nothing(made, monkeypatch):
    facts = read_record(made, STAGE)["facts"]
    source = facts.pop("source")
    assert facts == {"places": 5, "images": 20}
    assert source == read_source(made / "manifest.parquet")
    assert source["kind"] == "simulated-earth" and source["world_version"] == WORLD_VERSION
    assert source["letters"] == fonts_in_use() and source["sources"] == sources(DRAWING)
    monkeypatch.setattr(make_dataset, "_render_all", lambda *_: pytest.fail("rendered again"))
    assert main(_config(made)) == made / "manifest.parquet"


def test_the_same_seed_gives_the_same_bytes_with_any_number_of_processes(made, tmp_path, monkeypatch):
    monkeypatch.setattr(make_dataset, "BATCH", 3)
    main(_config(tmp_path / "again", workers=2))
    assert _images(tmp_path / "again") == _images(made)
    assert pd.read_parquet(tmp_path / "again" / "manifest.parquet").equals(pd.read_parquet(made / "manifest.parquet"))


def test_after_a_kill_only_what_is_missing_is_rendered(tmp_path, monkeypatch):
    out = tmp_path / "killed"
    wrote: list[str] = []
    write = make_dataset._write_jpeg

    def killed_after_nine(pixels, path):
        if len(wrote) == 9:
            raise KeyboardInterrupt
        wrote.append(path.name)
        write(pixels, path)

    monkeypatch.setattr(make_dataset, "_write_jpeg", killed_after_nine)
    with pytest.raises(KeyboardInterrupt):
        main(_config(out))
    assert not (out / "manifest.parquet").exists()
    before = _images(out)
    monkeypatch.setattr(
        make_dataset, "_write_jpeg", lambda pixels, path: (wrote.append(path.name), write(pixels, path))
    )
    main(_config(out))
    assert len(wrote) == len(set(wrote)) == 20  # nothing twice, not even of the place that was not whole
    assert before.items() <= _images(out).items()
    assert read_record(out, STAGE)["facts"]["places"] == 5


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path, monkeypatch):
    out = tmp_path / "full"
    write = Path.write_bytes
    written: list[Path] = []

    def full_after_three(self, data):
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(self)
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", full_after_three)
    with pytest.raises(StorageError, match="No space left"):
        main(_config(out))
    assert len(_images(out)) == 3
    assert not (out / "manifest.parquet").exists()
    monkeypatch.undo()
    main(_config(out))
    assert len(_images(out)) == 20


def test_a_folder_of_another_data_set_is_refused(made):
    with pytest.raises(ArtifactError, match="another seed"):
        main(_config(made, seed=4))


def test_pictures_say_which_world_drew_them_and_not_where(made):
    for path in made.rglob("*.jpg"):
        exif = Image.open(path).getexif()
        assert dict(exif) == {0x131: SOFTWARE}
        assert not Image.open(path).info.get("comment")


@pytest.mark.parametrize("begun", ["plan.json", "make_dataset.record.json"])
def test_a_data_set_of_an_earlier_world_is_not_gone_on_with(tmp_path, begun, monkeypatch):
    out = tmp_path / "old"
    monkeypatch.setattr(make_dataset, "WORLD_VERSION", WORLD_VERSION - 1)
    if begun == "plan.json":
        monkeypatch.setattr(make_dataset, "_render_all", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            main(_config(out))
    else:
        main(_config(out))
    assert (out / begun).is_file()
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    monkeypatch.setattr(make_dataset, "WORLD_VERSION", WORLD_VERSION)
    with pytest.raises(ArtifactError, match=rf"version {WORLD_VERSION - 1} .* this is version {WORLD_VERSION}"):
        main(_config(out))
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_clues_are_one_row_a_place_with_family_unit_and_step_at_every_number(told):
    table, manifest = pd.read_parquet(told / "clues.parquet"), pd.read_parquet(told / "manifest.parquet")
    assert table.columns[0] == "id" and table["id"].tolist() == manifest["id"].tolist()
    schema = pq.read_schema(told / "clues.parquet")
    for item in list(schema)[1:]:
        notes = {key.decode(): value.decode() for key, value in item.metadata.items()}
        assert item.name.startswith(f"{notes['clue']}:") and notes["clue"].startswith(f"{notes['family']}.")
        assert float(notes["step"]) == STEPS[notes["unit"]]
    assert json.loads(schema.metadata[b"world_version"]) == WORLD_VERSION
    numbers = table.drop(columns="id")
    assert (numbers.dtypes == np.float32).all() and 0.2 < numbers.notna().to_numpy().mean() < 0.95
    scenes = build_scenes(manifest)
    np.testing.assert_allclose(table["road.width_m:value"], [s.road.width_m for s in scenes], rtol=1e-5)
    assert not (told / "clues").exists()
    assert set(read_record(told, STAGE)["outputs"]) == {"manifest", "clues"}


def test_maps_say_what_the_pixels_of_the_views_show(told):
    manifest = pd.read_parquet(told / "manifest.parquet")
    row, scene = manifest.iloc[1], build_scenes(manifest.iloc[1:2])[0]
    metres, classes = render_view_maps(scene, 48)
    for view in range(4):
        shown, away = Image.open(told / row[f"class_{view}"]), Image.open(told / row[f"depth_{view}"])
        np.testing.assert_array_equal(np.asarray(shown), classes[view])
        np.testing.assert_array_equal(np.asarray(away), depth_values(metres[view]))
        assert Image.open(told / row[f"image_{view}"]).size == shown.size == away.size


def test_a_data_set_without_clues_and_maps_has_none(made):
    assert not list(made.rglob("*.png")) and not (made / "clues.parquet").exists()
    assert not any(name.startswith(("class_", "depth_")) for name in pd.read_parquet(made / "manifest.parquet").columns)


def test_clues_of_a_run_that_was_stopped_are_those_of_one_that_was_not(told, tmp_path, monkeypatch):
    monkeypatch.setattr(make_dataset, "BATCH", 3)
    config = _config(tmp_path / "set", clues=True, maps=True, size=48)
    write = make_dataset.write_piece
    monkeypatch.setattr(make_dataset, "write_depth", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        main(config)  # within the first place
    monkeypatch.undo()
    monkeypatch.setattr(make_dataset, "BATCH", 3)
    pieces: list[str] = []

    def stopped_after_one(table, path):
        if pieces:
            raise KeyboardInterrupt
        pieces.append(path.name)
        return write(table, path)

    monkeypatch.setattr(make_dataset, "write_piece", stopped_after_one)
    with pytest.raises(KeyboardInterrupt):
        main(config)
    assert not (tmp_path / "set" / "clues.parquet").exists()
    monkeypatch.setattr(make_dataset, "write_piece", lambda table, path: (pieces.append(path.name), write(table, path)))
    main(config)
    assert len(pieces) == len(set(pieces)) == 2
    assert pd.read_parquet(tmp_path / "set" / "clues.parquet").equals(pd.read_parquet(told / "clues.parquet"))
    assert _images(tmp_path / "set") == _images(told)


def test_clues_and_maps_may_come_later_and_then_belong_to_it(tmp_path, told, monkeypatch):
    out = tmp_path / "set"
    monkeypatch.setattr(make_dataset, "BATCH", 3)
    main(_config(out, size=48))
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.jpg")}
    main(_config(out, size=48, clues=True))
    assert pd.read_parquet(out / "clues.parquet").equals(pd.read_parquet(told / "clues.parquet"))
    main(_config(out, size=48, maps=True))  # the clues stay
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.jpg")} == before
    assert len(list(out.rglob("*_class.png"))) == len(list(out.rglob("*_depth.png"))) == 20
    assert pd.read_parquet(out / "manifest.parquet").equals(pd.read_parquet(told / "manifest.parquet"))
    monkeypatch.setattr(make_dataset, "_render_all", lambda *_: pytest.fail("rendered again"))
    for asked in ({}, {"clues": True}, {"clues": True, "maps": True}):
        assert main(_config(out, size=48, **asked)) == out / "manifest.parquet"


def test_a_data_set_grows_and_ends_as_one_that_was_made_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(make_dataset, "BATCH", 2)
    sized = {"places": 9, "clues": True, "size": 32}
    whole, grown = tmp_path / "whole", tmp_path / "grown"
    main(_config(whole, **sized))
    first = pd.read_parquet(main(_config(grown, train=2, **sized)))
    assert first["split"].value_counts().to_dict() == {"train": 2, "test": 2, "validation": 1}
    assert first.loc[first["split"] == "train", "id"].tolist() == ["train-0000000", "train-0000001"]
    assert len(pd.read_parquet(grown / "clues.parquet")) == 5
    before = {path: path.stat().st_mtime_ns for path in grown.rglob("*.jpg")}
    main(_config(grown, train=4, **sized))
    main(_config(grown, **sized))
    assert {path: path.stat().st_mtime_ns for path in grown.rglob("*.jpg") if path in before} == before
    for name in ("manifest.parquet", "clues.parquet"):
        assert pd.read_parquet(grown / name).equals(pd.read_parquet(whole / name))
    assert _images(grown) == _images(whole)
    assert not (grown / make_dataset.PIECES).exists()


@pytest.mark.parametrize("train", [-1, 3])
def test_more_training_places_than_are_planned_are_refused(tmp_path, train):
    with pytest.raises(ConfigError, match="--train must be 0 … 2"):
        _config(tmp_path, train=train)


@pytest.mark.parametrize("finished", [False, True])
def test_pictures_of_other_sources_are_never_mixed(tmp_path, finished, monkeypatch):
    out = tmp_path / "set"
    if not finished:
        monkeypatch.setattr(make_dataset, "_render_all", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            main(_config(out))
        monkeypatch.undo()
    else:
        main(_config(out))
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    monkeypatch.setattr(make_dataset, "sources", lambda of: "another state")
    whole = r"is finished, .* \(other sources than then\); use it as it is, or make it anew in another folder"
    begun = r"other sources .* finish it with the checkout that began it, or choose"
    with pytest.raises(ArtifactError, match=whole if finished else begun):
        main(_config(out))
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_signs_of_other_fonts_are_never_mixed(tmp_path, monkeypatch):
    out = tmp_path / "set"
    monkeypatch.setattr(make_dataset, "_render_all", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        main(_config(out))
    monkeypatch.setattr(make_dataset, "fonts_in_use", lambda: {"latin": "another hand"})
    with pytest.raises(ArtifactError, match=r"other fonts for (?!.*sha256).*latin.*HOMING_FONTS"):
        main(_config(out))


def test_clues_read_by_other_rules_are_refused_and_pictures_alone_are_not(tmp_path, monkeypatch):
    out = tmp_path / "set"
    main(_config(out, clues=True))
    monkeypatch.setattr(make_dataset, "sources", lambda of: make_dataset.READING[-1] if "study" in of else before)
    before = make_dataset._begun(out)["sources"]
    with pytest.raises(ArtifactError, match=r"is finished, .*other reading than then.*use it as it is"):
        main(_config(out))
    (out / "plan.json").write_text(json.dumps(make_dataset._begun(out)))  # as before the last place
    with pytest.raises(ArtifactError, match="other rules"):
        main(_config(out))
    plain = tmp_path / "plain"
    main(_config(plain, places=1, test=0, validation=0))
    monkeypatch.setattr(make_dataset, "_render_all", lambda *_: pytest.fail("rendered again"))
    assert main(_config(plain, places=1, test=0, validation=0)).is_file()


def test_all_is_made_and_one_process_is_warm_before_any_place_is_drawn(tmp_path, monkeypatch):
    said: list[str] = []
    draw = make_dataset._render_batch
    monkeypatch.setattr(warm_up, "ready", lambda: said.append("made"))
    monkeypatch.setattr(make_dataset, "_warm_up", lambda: said.append("warm"))
    monkeypatch.setattr(make_dataset, "_render_batch", lambda *a, **k: (said.append("drawn"), draw(*a, **k))[1])
    monkeypatch.setattr(make_dataset, "BATCH", 3)
    main(_config(tmp_path / "set"))
    assert said == ["made", "warm", "drawn", "drawn"]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc which processes run")
def test_a_command_that_is_ended_leaves_no_process_and_goes_on_later(tmp_path):
    out = tmp_path / "set"
    arguments = ["--places", "4000", "--size", "16", "--samples", "1", "--workers", "2", "--out", str(out)]
    command = subprocess.Popen(
        [sys.executable, "-m", "world.make_dataset", *arguments], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    workers: set[int] = set()
    try:
        ends = time.monotonic() + 240.0
        while time.monotonic() < ends and len(workers) < 2:
            workers = _workers_of(command.pid)
            time.sleep(0.1)
        assert len(workers) == 2, "no two workers began"
        command.send_signal(signal.SIGTERM)
        said = command.communicate(timeout=20.0)[1]
        assert command.returncode == 130 and "the same command goes on from there" in said
        ends = time.monotonic() + 10.0
        while time.monotonic() < ends and any(Path(f"/proc/{pid}").exists() for pid in workers):
            time.sleep(0.1)
        assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
        assert (out / "plan.json").is_file() and not list(out.rglob(".*.jpg"))
    finally:
        command.kill()
        for pid in workers:
            if Path(f"/proc/{pid}").exists():
                os.kill(pid, signal.SIGKILL)


def test_what_was_killed_in_the_midst_of_drawing_ends_as_what_was_not(tmp_path):
    arguments = ["--places", "120", "--size", "48", "--samples", "1", "--seed", "9", "--clues", "--maps"]
    killed, calm = tmp_path / "killed", tmp_path / "calm"
    command = [sys.executable, "-m", "world.make_dataset", *arguments, "--workers", "1", "--out"]
    with subprocess.Popen([*command, str(killed)], cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            ends = time.monotonic() + 240.0
            while time.monotonic() < ends and process.poll() is None and not _many_pictures(killed):
                time.sleep(0.01)
        finally:
            process.kill()
    assert _many_pictures(killed) and not (killed / "manifest.parquet").exists()
    assert list((killed / "clues").glob("*.npz")) and len(list(killed.rglob("*.jpg"))) < 4 * 120
    for out in (killed, calm):
        main(_config(out, places=120, size=48, seed=9, test=None, validation=None, clues=True, maps=True))
    one, two = _files(killed), _files(calm)
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
    assert pd.read_parquet(killed / "clues.parquet").shape[0] == 120


def _many_pictures(out: Path) -> bool:
    """Whether some batches are done, and the next one is begun."""
    return len(list(out.glob("images/*/*_0.jpg"))) > make_dataset.BATCH + 4


def _files(out: Path) -> dict[str, bytes]:
    """All files but the record, which tells the time, and what a killed process left half written."""
    kept = (path for path in out.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {
        str(path.relative_to(out)): path.read_bytes() for path in kept if path != make_dataset.record_path(out, STAGE)
    }


def _workers_of(parent: int) -> set[int]:
    """Worker processes of a command."""
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            of = (path / "stat").read_text().rsplit(")", 1)[1].split()[1]
            if int(of) == parent and b"spawn_main" in (path / "cmdline").read_bytes():
                found.add(int(path.name))
        except OSError:
            continue
    return found


def test_panoramas_are_made_on_request(tmp_path):
    main(_config(tmp_path / "set", places=1, test=0, validation=0, panoramas=True))
    table = pd.read_parquet(tmp_path / "set" / "manifest.parquet")
    assert Image.open(tmp_path / "set" / table["panorama"][0]).size == (2048, 1024)


def test_shares_fill_in_for_numbers_that_are_not_given(tmp_path):
    assert DatasetConfig(places=200, out=tmp_path).counts() == {"train": 180, "validation": 10, "test": 10}
    assert DatasetConfig(places=10, out=tmp_path, split_shares=(0.0, 0.0, 1.0)).counts()["test"] == 10


@pytest.mark.parametrize(
    "changes",
    [
        {"places": 0},
        {"seed": -1},
        {"workers": -2},
        {"size": 4},
        {"samples": 0},
        {"test": 5},
        {"test": -1},
        {"split_shares": (0.5, 0.6, 0.1)},
        {"split_shares": (1.0, 0.0)},
    ],
)
def test_settings_that_contradict_each_other_are_refused(tmp_path, changes):
    with pytest.raises(ConfigError):
        _config(tmp_path, **changes)


def test_an_unknown_preset_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ConfigError, match="no preset"):
        main(_config(tmp_path / "set", preset="atlantis"))
    assert not (tmp_path / "set").exists()
