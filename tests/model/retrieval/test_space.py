"""The space of retrieval: raw, principal components, discriminants."""

import numpy as np
import pytest

from model.errors import ArtifactError, ConfigError
from model.retrieval.space import Space, fit_space


@pytest.fixture
def labelled():
    """Two numbers tell the cell, the third is loud and tells nothing."""
    rng = np.random.default_rng(0)
    cells = np.repeat(np.arange(20), 30)
    signal = np.column_stack([cells // 5, cells % 5]) + 0.1 * rng.normal(size=(600, 2))
    return np.column_stack([signal, 50.0 * rng.normal(size=600)]), cells


def test_raw_changes_nothing(labelled):
    embeddings, cells = labelled
    assert fit_space("raw", 0, embeddings, cells).project(embeddings) == pytest.approx(embeddings, rel=1e-5)


def test_all_principal_components_keep_every_distance(labelled):
    embeddings, cells = labelled
    z = fit_space("pca", 0, embeddings, cells).project(embeddings)
    before = np.linalg.norm(embeddings[:10, None] - embeddings[None, :10], axis=-1)
    assert np.linalg.norm(z[:10, None] - z[None, :10], axis=-1) == pytest.approx(before, rel=1e-3, abs=1e-3)


def test_discriminants_hush_what_differs_within_a_cell(labelled):
    embeddings, cells = labelled

    def right(kind, dimensions):
        z = fit_space(kind, dimensions, embeddings, cells).project(embeddings)
        gap = np.linalg.norm(z[:, None] - z[None], axis=-1)
        np.fill_diagonal(gap, np.inf)
        return np.mean(cells[gap.argmin(axis=1)] == cells)

    assert right("lda", 2) > 0.9
    assert right("pca", 2) < 0.5


def test_one_place_a_cell_and_constant_numbers_give_a_finite_space():
    embeddings = np.column_stack([np.arange(5.0), np.zeros(5)])
    for kind in ("pca", "lda"):
        assert np.isfinite(fit_space(kind, 0, embeddings, np.arange(5)).project(embeddings)).all()


def test_impossible_dimensions_are_refused(labelled):
    with pytest.raises(ConfigError, match="dimensions"):
        fit_space("pca", 4, *labelled)
    with pytest.raises(ConfigError, match="raw"):
        fit_space("raw", 2, *labelled)


def test_what_was_saved_is_loaded_and_foreign_files_are_refused(tmp_path, labelled):
    space = fit_space("lda", 2, *labelled)
    space.save(tmp_path / "space.safetensors")
    assert (Space.load(tmp_path / "space.safetensors").matrix == space.matrix).all()
    (tmp_path / "space.safetensors").write_bytes(b"nothing")
    with pytest.raises(ArtifactError, match="build the index"):
        Space.load(tmp_path / "space.safetensors")


@pytest.mark.parametrize("kind", ["pca", "lda"])
def test_a_block_at_a_time_and_only_some_rows_of_a_file_give_the_same_space(labelled, tmp_path, monkeypatch, kind):
    embeddings, cells = labelled
    whole = fit_space(kind, 2, embeddings, cells)
    np.save(tmp_path / "embeddings.npy", np.repeat(embeddings, 2, axis=0))
    monkeypatch.setattr("model.retrieval.space.BLOCK", 70)
    mapped = np.load(tmp_path / "embeddings.npy", mmap_mode="r")
    blocks = fit_space(kind, 2, mapped, cells, np.arange(0, 1200, 2))
    for one, other in zip(whole.project(embeddings).T, blocks.project(embeddings).T, strict=True):
        assert min(np.abs(one - other).max(), np.abs(one + other).max()) < 1e-3 * np.abs(one).max()


def test_discriminants_are_scaled_to_the_scatter_within_cells(labelled):
    embeddings, cells = labelled
    z = fit_space("lda", 0, embeddings, cells).project(embeddings).astype(np.float64)
    means = np.stack([z[cells == cell].mean(axis=0) for cell in range(20)])
    within = (z - means[cells]).T @ (z - means[cells]) / (600 - 20)
    assert within == pytest.approx(np.eye(3), abs=0.1)  # up to the shrinkage
