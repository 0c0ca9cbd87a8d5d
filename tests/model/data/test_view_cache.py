import json

import numpy as np
import pytest
from PIL import Image

from model.data.view_cache import open_view_cache
from model.errors import ImageError


@pytest.fixture
def rows(tmp_path):
    out = []
    for place in range(5):
        paths = [tmp_path / f"{place}_{view}.png" for view in range(4)]
        for view, path in enumerate(paths):
            Image.new("RGB", (20, 20), (10 * place, view, 0)).save(path)
        out.append(paths)
    return out


def test_every_view_of_every_place_is_in_its_row(rows, tmp_path):
    views = open_view_cache(tmp_path / "cache", rows, 16, "m", 4)
    assert views.shape == (5, 4, 16, 16, 3)
    assert views.dtype == np.uint8
    assert views[:, :, 3, 3, 0].tolist() == [[10 * place] * 4 for place in range(5)]
    assert views[0, :, 3, 3, 1].tolist() == [0, 1, 2, 3]


def test_a_whole_cache_is_not_decoded_again(rows, tmp_path):
    first = np.array(open_view_cache(tmp_path / "cache", rows, 16, "m", 4))
    for path in [path for row in rows[1:] for path in row]:
        path.unlink()
    assert np.array_equal(open_view_cache(tmp_path / "cache", rows, 16, "m", 4), first)


def test_a_stopped_cache_goes_on_where_it_was(rows, tmp_path, monkeypatch):
    monkeypatch.setattr("model.data.view_cache.CHUNK", 2)
    whole = rows[3][2].read_bytes()
    rows[3][2].write_bytes(b"broken")
    with pytest.raises(ImageError):
        open_view_cache(tmp_path / "cache", rows, 16, "m", 4)
    assert json.loads((tmp_path / "cache" / "views-16.json").read_text())["done"] == 2
    rows[3][2].write_bytes(whole)
    rows[1][0].unlink()  # already decoded
    seen = []
    views = open_view_cache(
        tmp_path / "cache", rows, 16, "m", 4, on_progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(4, 5), (5, 5)]
    assert views[:, 0, 0, 0, 0].tolist() == [0, 10, 20, 30, 40]


def test_another_manifest_makes_the_cache_anew(rows, tmp_path):
    open_view_cache(tmp_path / "cache", rows, 16, "m", 4)
    views = open_view_cache(tmp_path / "cache", rows[::-1], 16, "other", 4)
    assert views[:, 0, 0, 0, 0].tolist() == [40, 30, 20, 10, 0]
