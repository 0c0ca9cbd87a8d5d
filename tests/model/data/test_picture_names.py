import pandas as pd
import pytest

from model.data.picture_names import find_images, moved
from model.errors import ManifestError


def test_names_are_moved_with_the_manifest(tmp_path):
    names = pd.Series(["x/a.jpg", str(tmp_path / "b.jpg"), None])
    assert moved(names, tmp_path / "in", tmp_path / "out").tolist()[:2] == ["../in/x/a.jpg", "../b.jpg"]
    assert moved(names[:1], tmp_path, tmp_path).tolist() == ["x/a.jpg"]


def test_pictures_are_found_by_id_whatever_their_kind_and_number(tmp_path):
    frame = pd.DataFrame({"id": ["a", "b"]})
    for name in ("a.png", "b.webp"):
        (tmp_path / name).touch()
    assert find_images(frame, tmp_path)["image"].tolist() == ["a.png", "b.webp"]
    assert list(frame) == ["id"], "the table itself stays as it was"
    for name in "ab":
        for view in range(4):
            (tmp_path / f"{name}_{view}.jpg").touch()
    assert find_images(frame, tmp_path)["image_3"].tolist() == ["a_3.jpg", "b_3.jpg"]
    (tmp_path / "b_2.jpg").unlink()
    with pytest.raises(ManifestError, match=r"holds no b_2\.jpg"):
        find_images(frame, tmp_path)


def test_names_that_the_table_has_are_kept(tmp_path):
    frame = pd.DataFrame({"id": ["a"], "image": ["elsewhere/x.jpg"]})
    assert find_images(frame, tmp_path)["image"].tolist() == ["elsewhere/x.jpg"]
