import numpy as np
import pandas as pd
import pytest
from PIL import Image

from model import cut_photos
from model.data.manifest import n_views, read_manifest, read_source, write_manifest
from model.data.views import drawn_by
from model.errors import ConfigError, HomingError, ManifestError

SOURCE = {"kind": "simulated-earth", "world_version": 3}
COLOURS = ((200, 30, 30), (30, 200, 30), (30, 30, 200), (190, 190, 30))  # north, east, south, west


@pytest.fixture
def places(tmp_path):
    rows = []
    for number in range(5):
        row = {"id": f"p{number}", "split": "train", "lat": float(number), "lng": 10.0, "heading_deg": 90.0}
        for view, colour in enumerate(COLOURS):
            row[f"image_{view}"] = f"{number}_{view}.png"
            row[f"class_{view}"] = f"{number}_{view}_c.png"
            Image.new("RGB", (64, 64), colour).save(tmp_path / row[f"image_{view}"])
        rows.append(row)
    return write_manifest(pd.DataFrame(rows), tmp_path / "four.parquet", SOURCE)


def config(places, tmp_path, **more):
    return cut_photos.PhotosConfig(places, tmp_path / "photos", **({"size": 32, "jitter": False} | more))


def test_a_photograph_looks_where_its_heading_says(places, tmp_path):
    manifest = cut_photos.main(config(places, tmp_path))
    frame = read_manifest(manifest)
    assert n_views(frame) == 1 and read_source(manifest)["world_version"] == 3
    assert not any(name.startswith(("image_", "class_")) for name in frame)
    for row in frame.itertuples():
        photo = Image.open(manifest.parent / row.image)
        assert photo.size == (32, 32) and drawn_by(manifest.parent / row.image) == 3
        ahead = COLOURS[int(((row.heading_deg - 90.0 + 45.0) % 360.0) // 90.0)]  # the first view looks east here
        middle = np.asarray(photo)[12:20, 12:20].reshape(-1, 3).mean(axis=0)
        off = (row.heading_deg + 45.0) % 90.0  # degrees from a seam
        if 15.0 < off < 75.0:
            assert np.abs(middle - ahead).max() < 20


def test_the_same_seed_makes_the_same_photographs_and_another_does_not(places, tmp_path):
    first = cut_photos.main(config(places, tmp_path, jitter=True))
    again = cut_photos.main(config(places, tmp_path / "again", jitter=True))
    other = cut_photos.main(config(places, tmp_path / "other", jitter=True, seed=1))
    pictures = [[(m.parent / name).read_bytes() for name in read_manifest(m)["image"]] for m in (first, again, other)]
    assert pictures[0] == pictures[1] and pictures[0] != pictures[2]


def test_what_was_cut_is_kept_and_other_settings_never_reuse_it(places, tmp_path, monkeypatch):
    first = cut_photos.main(config(places, tmp_path))
    (first.parent / read_manifest(first)["image"].iloc[2]).unlink()
    (first.parent / "cut_photos.record.json").unlink()
    cut = []
    real = cut_photos.photo_views
    monkeypatch.setattr(cut_photos, "photo_views", lambda *a: (cut.append(1), real(*a))[1])
    cut_photos.main(config(places, tmp_path))
    assert len(cut) == 1
    cut_photos.main(config(places, tmp_path))
    assert len(cut) == 1  # done: nothing more
    cut_photos.main(config(places, tmp_path, seed=7))
    assert len(cut) == 6


def test_of_the_first_training_places_alone_with_all_others(places, tmp_path):
    frame = read_manifest(places)
    mixed = write_manifest(frame.assign(split=["train", "test", "train", "validation", "train"]), places, SOURCE)
    manifest = cut_photos.main(config(mixed, tmp_path, train=2))
    cut = read_manifest(manifest)
    assert cut["id"].tolist() == ["p0", "p1", "p2", "p3"]
    all_of_them = cut_photos.main(config(mixed, tmp_path / "all"))
    for here, there in zip(cut["image"], read_manifest(all_of_them)["image"], strict=False):
        assert (manifest.parent / here).read_bytes() == (all_of_them.parent / there).read_bytes()
    with pytest.raises(ConfigError, match="has 3 training places"):
        cut_photos.main(config(mixed, tmp_path / "many", train=4))
    with pytest.raises(ConfigError, match="--train"):
        config(mixed, tmp_path, train=0)
    without = write_manifest(frame.drop(columns="split"), places, SOURCE)
    with pytest.raises(ManifestError, match="split"):
        cut_photos.main(config(without, tmp_path / "none", train=1))


def test_single_photos_broken_pictures_and_odd_sizes_are_refused(places, tmp_path):
    photos = cut_photos.main(config(places, tmp_path))
    with pytest.raises(ManifestError, match="one view of each place"):
        cut_photos.main(cut_photos.PhotosConfig(photos, tmp_path / "twice"))
    with pytest.raises(ConfigError, match="--size"):
        config(places, tmp_path, size=4)
    (tmp_path / "3_1.png").write_bytes(b"no picture")
    with pytest.raises(HomingError, match="3_1"):
        cut_photos.main(config(places, tmp_path / "broken"))
