"""A system with nothing but regions, record, scores and points goes through every door."""

import json

import numpy as np
import pandas as pd
import pytest

from model.errors import ArtifactError
from model.geo.distance import haversine_km
from model.geocells.table import Geocells
from model.geolocator import Geolocator
from model.predictors.checkpoint import Checkpoint
from model.predictors.measuring import measure
from model.predictors.protocol import Features, ask, features_of, system_of

CENTRES = np.array([[0.0, 0.0], [0.0, 10.0], [0.0, 20.0], [0.0, 30.0]])


class Compass:
    """Its embeddings are scores over four regions; it points a degree north of the likeliest."""

    def __init__(self, **record):
        table = pd.DataFrame({"cell_id": range(4), "lat": CENTRES[:, 0], "lng": CENTRES[:, 1], "country": "KE",
                              "region": "", "n_train": 1, "site_lat": CENTRES[:, 0],
                              "site_lng": CENTRES[:, 1], "polygon": [b""] * 4})  # fmt: skip
        self.regions, self.record = Geocells(table, {}, "nearest", "four"), record

    def scores(self, embeddings):
        return np.asarray(embeddings, np.float32) / np.asarray(embeddings, np.float32).sum(axis=1, keepdims=True)

    def points(self, embeddings):
        return CENTRES[np.asarray(embeddings).argmax(axis=1)] + [1.0, 0.0]


class Hermit(Compass):
    """Points into the region that it likes least."""

    def points(self, embeddings):
        return CENTRES[np.asarray(embeddings).argmin(axis=1)] + [1.0, 0.0]


EMBEDDINGS = np.array([[1, 2, 6, 1], [5, 3, 1, 1]], np.float32)


def test_a_bare_system_gives_whole_guesses():
    guesses = Geolocator.of(Compass(system="COMPASS")).locate_many(EMBEDDINGS)
    assert [(guess.lat, guess.lng) for guess in guesses] == [(1.0, 20.0), (1.0, 0.0)]
    first = guesses[0]
    assert first.system == "COMPASS"
    assert len(first.regions) == 4 and first.cells == pytest.approx([0.1, 0.2, 0.6, 0.1])
    assert [c.cell for c in first.candidates[:2]] == [2, 1]
    assert (first.candidates[0].refined_lat, first.candidates[1].refined_lat) == (1.0, 0.0)
    assert first.look_alikes == () and first.familiarity is None and first.attributes is None
    assert not first.unfamiliar
    data = json.loads(json.dumps(first.as_dict()))
    assert data["system"] == "COMPASS" and "regions" not in data
    assert first.sentence().endswith(".")


def test_a_bare_system_is_measured():
    places = pd.DataFrame({"id": ["a", "b"], "lat": [1.0, 1.0], "lng": [20.0, 10.0]})
    figures, predictions = measure(Checkpoint(Compass()), places, lambda start, end: EMBEDDINGS[start:end], 1492.7)
    assert figures["n"] == 2 and figures["cell_top1"] == 0.5
    assert figures["mean_km"] == pytest.approx(haversine_km((1, 0), (1, 10)) / 2)
    assert figures["unrefined"]["median_km"] > 0
    assert predictions["distance_km"].iloc[0] == 0


def test_a_guess_outside_the_likeliest_regions_stands_among_them_with_its_own_region():
    answer = ask(Hermit(), np.array([[4, 3, 2, 1]], np.float32), shown=2)
    assert answer.considered.cells.tolist() == [[0, 3]]
    assert answer.considered.points[0].tolist() == [[0.0, 0.0], [1.0, 30.0]]
    assert answer.considered.score[0] == pytest.approx([0.8, 0.2])
    assert answer.points.tolist() == [[1.0, 30.0]]


def test_a_record_says_which_embeddings_a_system_takes():
    assert features_of(Compass()) == Features("pooled", "mean")
    assert features_of(Compass(features={"kind": "projected", "views": "all"})) == Features("projected", "all")
    with pytest.raises(ArtifactError, match="asks for smelled features"):
        features_of(Compass(features={"kind": "smelled"}))


def test_a_system_without_a_name_is_called_by_its_class():
    assert system_of(Compass()) == "Compass"
