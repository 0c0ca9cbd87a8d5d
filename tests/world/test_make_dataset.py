"""A data set of the simulated Earth: manifest, pictures, resuming, refusals."""

import errno
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from model.artifacts import read_record
from model.errors import ArtifactError, ConfigError, StorageError
from world import SOFTWARE, WORLD_VERSION, make_dataset
from world.earth.splits import split_of
from world.lettering.fonts import fonts_in_use
from world.make_dataset import STAGE, DatasetConfig, main

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
    assert (table["world_version"] == WORLD_VERSION).all()
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
    assert facts.pop("letters") == fonts_in_use()
    assert facts == {"places": 5, "images": 20, "world_version": WORLD_VERSION}
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
    assert len(wrote) == 9 + 20 - 8  # the ninth belonged to a place that was not whole
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
