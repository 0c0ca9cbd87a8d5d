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
        (np.zeros((3, 4, 2, 2), np.float32), r"\(N, D\) or \(N, V, D\) of floats .* found float32 \(3, 4, 2, 2\)"),
        (np.zeros((3, 0, 2), np.float32), "of floats"),
        (np.full((3, 2, 2), np.inf), "not finite"),
        (np.array([[0.0], [np.nan], [1.0]]), "not finite"),
        (np.array([{"a": 1}, 2, 3], dtype=object), "no .npy array"),
    ],
)
def test_what_is_not_one_finite_row_a_place_is_refused(tmp_path, array, message):
    np.save(tmp_path / "embeddings.npy", array, allow_pickle=True)
    with pytest.raises(ArtifactError, match=message):
        read_embeddings(tmp_path / "embeddings.npy", MANIFEST)


@pytest.mark.parametrize("rows_at_once", [1, 2, 4096])
def test_of_single_views_the_mean_is_read_some_places_at_a_time(tmp_path, monkeypatch, rows_at_once):
    monkeypatch.setattr("model.data.embeddings.ROWS_AT_ONCE", rows_at_once)
    views = np.random.default_rng(0).normal(size=(3, 4, 5)).astype(np.float16)
    np.save(tmp_path / "views.npy", views)
    assert read_embeddings(tmp_path / "views.npy", MANIFEST) == pytest.approx(views.astype(np.float32).mean(axis=1))
    assert read_embeddings(tmp_path / "views.npy", MANIFEST, per_view=True).shape == (3, 4, 5)
    with pytest.raises(ArtifactError, match="3 rows and the manifest 2"):
        read_embeddings(tmp_path / "views.npy", MANIFEST.iloc[:2])


def test_single_views_are_not_made_of_means(tmp_path):
    np.save(tmp_path / "embeddings.npy", np.zeros((3, 2), np.float32))
    with pytest.raises(ArtifactError, match=r"an array \(N, V, D\)"):
        read_embeddings(tmp_path / "embeddings.npy", MANIFEST, per_view=True)


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
