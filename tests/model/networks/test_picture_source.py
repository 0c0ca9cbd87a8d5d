import errno
import json
import os

import numpy as np
import pandas as pd
import pytest
from PIL import Image, PngImagePlugin

from model.errors import ImageError, ManifestError
from model.networks.picture_source import MAP_SIZE, PictureSource


def pictures(folder, side, mode="RGB"):
    for view in range(4):
        Image.new(mode, (side, side), view * 40 if mode == "L" else (view * 40, 0, 0)).save(folder / f"v{view}.png")
    return pd.DataFrame({"id": ["a"], **{f"image_{view}": f"v{view}.png" for view in range(4)}})


def test_an_empty_cell_is_named(tmp_path):
    frame = pictures(tmp_path, 16)
    frame.loc[0, "image_2"] = None
    with pytest.raises(ManifestError, match="no picture for the id 'a'"):
        PictureSource(frame, tmp_path / "m.parquet", 4, 16)


def test_a_photo_where_a_panorama_was_promised_is_refused(tmp_path):
    Image.new("RGB", (40, 30)).save(tmp_path / "photo.png")
    frame = pd.DataFrame({"id": ["a"], "image": ["photo.png"], "views": [4]})
    with pytest.raises(ImageError, match="360° panorama"):
        PictureSource(frame, tmp_path / "m.parquet", 4, 16).read(np.array([0]))


def test_maps_come_with_their_views_and_only_where_there_is_a_legend(tmp_path):
    frame = pictures(tmp_path, 16)
    legend = PngImagePlugin.PngInfo()
    legend.add_text("Legend", json.dumps(["sky", "road"]))
    for view in range(4):
        Image.new("L", (96, 96), min(view, 2)).save(tmp_path / f"c{view}.png", pnginfo=legend)
        frame[f"class_{view}"] = f"c{view}.png"
    assert PictureSource(frame, tmp_path / "m.parquet", 4, 16).read(np.array([0]))[1] is None
    maps = PictureSource(frame, tmp_path / "m.parquet", 4, 16, legend=("sky", "road")).read(np.array([0]))[1]
    assert maps.shape == (1, 4, MAP_SIZE, MAP_SIZE)
    assert [int(view.max()) for view in maps[0]] == [0, 1, 255, 255]  # a class beyond the legend is known to nobody


def test_views_come_in_batches_in_order(tmp_path):
    frame = pd.concat([pictures(tmp_path, 16)] * 3, ignore_index=True)
    found = list(PictureSource(frame, tmp_path / "m.parquet", 4, 16).batches(2))
    assert [tuple(part.shape) for part in found] == [(2, 4, 16, 16, 3), (1, 4, 16, 16, 3)]
    assert found[0][0, :, 0, 0, 0].tolist() == [0, 40, 80, 120]


def test_what_was_kept_is_found_again_and_thrown_away_when_it_is_of_something_else(tmp_path):
    frame, kept = pictures(tmp_path, 16), tmp_path / "kept"
    source = PictureSource(frame, tmp_path / "m.parquet", 4, 16)
    assert source.reserve(kept, "one")
    source.keep(kept)
    before, _ = source.read(np.array([0]))
    for path in tmp_path.glob("*.png"):
        path.unlink()
    later = PictureSource(frame, tmp_path / "m.parquet", 4, 16)
    assert later.reserve(kept, "one")
    later.keep(kept)
    assert np.array_equal(later.read(np.array([0]))[0], before)
    (kept / "pictures.json").write_text("{ broken")
    for made_from in ("one", "another"):
        assert later.reserve(kept, made_from)
        later.keep(kept)
        with pytest.raises(ImageError):
            later.read(np.array([0]))


def test_nothing_is_kept_on_a_full_disk(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    source = PictureSource(pictures(tmp_path, 16), tmp_path / "m.parquet", 4, 16)
    assert not source.reserve(tmp_path / "kept", "one")
    assert not (tmp_path / "kept").exists()
    assert source.read(np.array([0]))[0].shape == (1, 4, 16, 16, 3)
