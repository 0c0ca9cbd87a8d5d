"""Measuring any system by the protocol alone: here one of three boxes, which is told apart from its points."""

import json

import numpy as np
import pandas as pd
import pytest
import shapely

from model.errors import ArtifactError
from model.geocells.rasterise import rasterise
from model.geocells.table import Geocells
from model.predictors import measuring
from model.predictors.checkpoint import Checkpoint

BOXES = [shapely.box(-180, -90, 0, 90), shapely.box(0, 0, 180, 90), shapely.box(0, -60, 180, 0)]
SITES = np.array([(0.0, -90.0), (45.0, 90.0), (-30.0, 90.0)])


class Boxes:
    """Its embeddings are its scores."""

    record = {"system": "boxes"}  # noqa: RUF012

    def __init__(self):
        frame = pd.DataFrame({
            "cell_id": range(3), "lat": SITES[:, 0], "lng": SITES[:, 1], "country": "", "region": "",
            "area_km2": np.nan, "points": 1, "site_lat": SITES[:, 0], "site_lng": SITES[:, 1],
            "polygon": list(shapely.to_wkb(BOXES)),
        })  # fmt: skip
        self.regions = Geocells(frame, {"name": "boxes"}, "polygon")

    def scores(self, embeddings):
        return np.asarray(embeddings, np.float32)

    def points(self, embeddings):
        return SITES[np.argmax(embeddings, axis=1)]


def measured(monkeypatch, scores):
    monkeypatch.setattr(measuring, "region_raster", lambda regions: rasterise(regions, (90, 180)))
    places = pd.DataFrame({"id": list("abc"), "lat": [10.0, 48.2, -80.0], "lng": [-60.0, 16.4, 90.0]})
    seen = np.array(scores, np.float32)
    return measuring.measure(Checkpoint(Boxes()), places, lambda start, end: seen[start:end], 1492.7, area=True)


def test_areas_are_those_of_the_regions_searched_and_a_place_in_none_costs_the_earth(monkeypatch):
    figures, predictions = measured(monkeypatch, [[0.6, 0.3, 0.1], [0.7, 0.2, 0.1], [0.7, 0.2, 0.1]])
    earth = 510_065_622
    # a: half of the Earth is the densest but for the north-east (0.3 on a quarter is as dense as 0.6 on a half)
    assert predictions["area_km2"].tolist() == pytest.approx([earth * 0.75, earth * 0.75, earth], rel=1e-5)
    found = json.loads(json.dumps(figures["recall_area"]))
    assert found["in_no_region"] == pytest.approx(1 / 3) and found["regions"] == 3 and found["grid"] == [90, 180]
    assert found["recall"]["2500"] == 0.0 and found["area_for_recall_km2"]["50"] == pytest.approx(
        earth * 0.75, rel=1e-5
    )
    assert sum(found["balanced"]["n_by_stratum"].values()) == 3


def test_scores_that_are_no_numbers_are_a_sentence(monkeypatch):
    with pytest.raises(ArtifactError, match="no numbers"):
        measured(monkeypatch, [[0.6, np.nan, 0.1], [0.7, 0.2, 0.1], [0.7, 0.2, 0.1]])
