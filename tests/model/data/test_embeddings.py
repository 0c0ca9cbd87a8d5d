"""Embeddings of any model can be dropped in; what does not fit the manifest is refused."""

import numpy as np
import pandas as pd
import pytest

from model.data.embeddings import read_embeddings
from model.errors import ArtifactError

MANIFEST = pd.DataFrame({"id": ["a", "b", "c"]})


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_any_float_is_read_with_or_without_ids(tmp_path, dtype):
    path = tmp_path / "embeddings.npy"
    np.save(path, np.arange(6, dtype=dtype).reshape(3, 2))
    assert read_embeddings(path, MANIFEST).shape == (3, 2)
    (tmp_path / "ids.txt").write_text("a\nb\nc\n")
    assert read_embeddings(path, MANIFEST)[2, 1] == 5


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((2, 4), np.float32), "2 rows and the manifest 3"),
        (np.zeros((3, 4), np.int64), "of floats"),
        (np.zeros(3, np.float32), "of floats"),
        (np.array([[0.0], [np.nan], [1.0]]), "not finite"),
        (np.array([{"a": 1}, 2, 3], dtype=object), "no .npy array"),
    ],
)
def test_what_is_not_one_finite_row_a_place_is_refused(tmp_path, array, message):
    np.save(tmp_path / "embeddings.npy", array, allow_pickle=True)
    with pytest.raises(ArtifactError, match=message):
        read_embeddings(tmp_path / "embeddings.npy", MANIFEST)


def test_missing_files_broken_files_and_ids_in_another_order_are_refused(tmp_path):
    path = tmp_path / "embeddings.npy"
    with pytest.raises(ArtifactError, match=r"model\.embed"):
        read_embeddings(path, MANIFEST)
    path.write_bytes(b"\x93NUMPY and no more")
    with pytest.raises(ArtifactError, match="array of numbers"):
        read_embeddings(path, MANIFEST)
    np.save(path, np.zeros((3, 2), np.float32))
    (tmp_path / "ids.txt").write_text("b\na\nc\n")
    with pytest.raises(ArtifactError, match="another order"):
        read_embeddings(path, MANIFEST)


def test_ids_that_the_manifest_lacks_are_noticed_at_the_end_too(tmp_path):
    path = tmp_path / "embeddings.npy"
    np.save(path, np.zeros((3, 2), np.float32))
    (tmp_path / "ids.txt").write_text("a\nb\nc\nd\n")
    with pytest.raises(ArtifactError, match="lists other ids"):
        read_embeddings(path, MANIFEST)
    (tmp_path / "ids.txt").write_text("a\nb\n")
    with pytest.raises(ArtifactError, match="lists other ids"):
        read_embeddings(path, MANIFEST)
