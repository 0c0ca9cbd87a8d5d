"""GeoCLIP as a system: scores are the softmax over places summed by cell, the guess is the most similar place."""

import numpy as np
import pandas as pd
import pytest
import torch

from model.errors import ArtifactError
from model.geolocator import Geolocator
from model.networks.geoclip import GeoClip, GeoClipShape
from model.networks.location_encoder import LocationShape
from model.predictors.gallery import GalleryPredictor
from model.predictors.protocol import RemembersPlaces, ask, system_of
from model.retrieval.gallery import Gallery, make_gallery


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return GeoClip(GeoClipShape(5, 8, LocationShape((1.0, 4.0), 8, 16, 1, 6))).eval()


@pytest.fixture(scope="module")
def gallery():
    rng = np.random.default_rng(0)
    places = pd.DataFrame({"id": [f"p{i}" for i in range(90)], "lat": rng.uniform(-60, 70, 90),
                           "lng": rng.uniform(-180, 180, 90), "country": "FR", "region": ""})  # fmt: skip
    return make_gallery(places, 8)


def system(network, gallery, **more):
    return GalleryPredictor(network, gallery, network.embed_points(gallery.points), **more)


SEEN = np.random.default_rng(1).normal(size=(7, 5)).astype(np.float32)


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_scores_are_the_softmax_over_places_summed_by_cell(network, gallery, temperature, monkeypatch):
    monkeypatch.setattr("model.predictors.gallery.NUMBERS", 200)  # two pictures at a time
    predictor = system(network, gallery, temperature=temperature)
    logits = network.logit_scale / temperature * network.embed_images(SEEN) @ predictor.vectors.T
    each = np.exp(logits - logits.max(axis=1, keepdims=True))
    each /= each.sum(axis=1, keepdims=True)
    wanted = np.zeros((7, len(gallery.cells)))
    for row, cell in enumerate(gallery.table["cell"]):
        wanted[:, cell] += each[:, row]
    assert predictor.scores(SEEN) == pytest.approx(wanted, abs=1e-5)
    assert predictor.points(SEEN).tolist() == gallery.points[logits.argmax(axis=1)].tolist()


def test_a_cell_without_a_place_is_never_scored(network, gallery):
    some = Gallery(gallery.table[gallery.table["cell"] % 3 != 1].reset_index(drop=True), gallery.cells)
    scores = system(network, some).scores(SEEN)
    assert scores.sum(axis=1) == pytest.approx(np.ones(7), abs=1e-5)
    assert not scores[:, 1::3].any() and scores[:, ::3].any()


def test_candidates_are_the_likeliest_cells_with_their_best_places_and_the_guess_is_among_them(network, gallery):
    predictor = system(network, gallery, temperature=50.0)  # so flat that the guess's own cell need not be likely
    answer = ask(predictor, SEEN)
    told = answer.considered
    similar = network.embed_images(SEEN) @ predictor.vectors.T
    assert told.guess.tolist() == answer.points.tolist() == predictor.points(SEEN).tolist()
    assert told.cells.shape == (7, 10) and told.score.sum(axis=1) == pytest.approx(np.ones(7), abs=1e-5)
    for n in range(7):
        assert told.guess[n].tolist() in told.points[n].tolist()
        for cell, place in zip(told.cells[n], told.points[n], strict=True):
            inside = np.flatnonzero(gallery.table["cell"] == cell)
            assert place.tolist() == gallery.points[inside[similar[n, inside].argmax()]].tolist()


def test_the_places_of_a_gallery_are_remembered_where_that_is_said(network, gallery):
    assert isinstance(system(network, gallery), RemembersPlaces)
    assert len(system(network, gallery).remembered) == 0
    assert len(system(network, gallery, remembers=True).remembered) == 90


def test_embeddings_of_another_size_are_refused(network, gallery):
    with pytest.raises(ArtifactError, match=r"looked for embeddings \(N, 5\)"):
        system(network, gallery).scores(np.zeros((2, 6)))


def test_the_door_names_the_guess(network, gallery, atlas):
    predictor = system(network, gallery)
    [guess, *_] = Geolocator.of(predictor).locate_many(SEEN)
    assert guess.system == system_of(predictor) == "GeoCLIP" and len(guess.candidates) == 10
    assert (guess.lat, guess.lng) == pytest.approx(tuple(predictor.points(SEEN)[0]))
    assert (guess.candidates[0].refined_lat, guess.candidates[0].refined_lng) == pytest.approx((guess.lat, guess.lng))
