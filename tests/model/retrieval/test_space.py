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
