from types import SimpleNamespace

import numpy as np
import pytest
import torch

from model.networks.probe import Gallery, probe


def test_the_nearest_of_the_gallery_is_found_whatever_its_length():
    gallery = Gallery(4, 2)
    gallery.add(torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]), np.array([10, 11, 12, 13]))
    assert gallery.nearest(torch.tensor([[5.0, 0.5], [-0.1, -3.0]])).tolist() == [10, 13]


def test_the_oldest_vectors_go_out_and_an_empty_gallery_knows_nothing():
    gallery = Gallery(3, 2)
    assert gallery.nearest(torch.ones(2, 2)).tolist() == [-1, -1]
    for row in range(5):
        gallery.add(torch.tensor([[float(row), 1.0]]), np.array([row]))
    assert sorted(gallery.rows.tolist()) == [2, 3, 4]


class Said:
    """A hub whose texts lie on the axes: the first token says which."""

    logit_scale = torch.tensor(3.0)

    def get_text_features(self, input_ids):
        return SimpleNamespace(pooler_output=torch.eye(3)[input_ids[:, 0]])

    def visual_projection(self, pooled):
        return pooled


class Module(torch.nn.Module):
    """Embeds a view as its own first pixel."""

    def __init__(self):
        super().__init__()
        self.hub = Said()

    def embed(self, pixels):
        views = pixels[..., 0, 0].flatten(0, 1)  # (n·V, 3)
        return pixels[..., 0, 0].mean(dim=1), views, SimpleNamespace(pooler_output=views)


def figures(views, captions, prompts=((0,), (1,), (2,)), codes=("AA", "BB", "CC"), truth=("AA", "BB", "CC")):
    pixels = torch.tensor(views)[..., None, None]  # (N, V, 3, 1, 1)
    n = len(views)
    return probe(
        Module(), [pixels], {"input_ids": torch.tensor(captions)[:, None]}, np.zeros((n, 2)),
        np.array(truth[:n], object), None, None, Gallery(2, 3), np.array([], object),
        {"input_ids": torch.tensor(prompts)}, codes,
    )  # fmt: skip


X, Y, Z = [1.0, 0.1, 0.0], [0.0, 1.0, 0.1], [0.1, 0.0, 1.0]


def test_views_that_lie_at_their_captions_and_countries_are_all_found():
    found = figures([[X, X], [Y, Y], [Z, Z]], [0, 1, 2])
    assert found["caption_accuracy"] == found["zero_shot_country"] == 1.0
    assert found["info_nce"] < 0.01


def test_zero_shot_looks_at_all_views_and_captions_at_the_first():
    """The first views are right; the other two of the last place say AA."""
    found = figures([[X, X, X], [Y, Y, Y], [Z, X, X]], [0, 1, 2])
    assert found["caption_accuracy"] == 1.0
    assert found["zero_shot_country"] == pytest.approx(2 / 3)


def test_mixed_up_captions_are_counted_both_ways():
    """Views X Y Z, captions 0 0 2: two of three find their own, either way."""
    found = figures([[X], [Y], [Z]], [0, 0, 2])
    assert found["caption_accuracy"] == pytest.approx(2 / 3)
    assert found["zero_shot_country"] == 1.0


def test_without_prompts_nothing_is_said_of_countries():
    assert "zero_shot_country" not in figures([[X], [Y], [Z]], [0, 1, 2], codes=())


def test_the_sea_is_no_country_that_could_be_found():
    assert figures([[X], [Y]], [0, 1], codes=("", "BB"), truth=("", "BB"))["zero_shot_country"] == 0.5
