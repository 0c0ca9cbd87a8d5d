"""PIGEON as a whole on the toy run: parts that fit, embeddings that fit, and guesses that are good."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from model.errors import ArtifactError
from model.geo.distance import haversine_km
from model.geocells.table import read_geocells
from model.networks.head import MultiTaskHead
from model.predictors.calibration import Calibration
from model.predictors.pigeon import Pigeon
from model.retrieval.index import read_index


@pytest.fixture(scope="module")
def parts(toy_run):
    index = read_index(toy_run.out / "index")
    cells = read_geocells(toy_run.out / "geocells.parquet")
    return cells, MultiTaskHead.load(toy_run.out / "head"), index, Calibration.read(toy_run.out / "calibration")


def test_refined_guesses_on_unseen_places_beat_unrefined_ones_and_chance(parts, toy_run):
    manifest = pd.read_parquet(toy_run.manifest)
    rows = np.flatnonzero(manifest["split"] == "test")
    truth = manifest.loc[rows, ["lat", "lng"]].to_numpy()
    prediction = Pigeon(*parts).predict(np.load(toy_run.embeddings)[rows])
    refined = np.median(haversine_km(prediction.refined.guess, truth))
    unrefined = np.median(haversine_km(prediction.unrefined, truth))
    assert refined < unrefined < 3000
    assert prediction.probabilities.sum(axis=1) == pytest.approx(np.ones(len(rows)), abs=1e-4)


def test_scores_are_the_probabilities_over_its_cells(parts, toy_run):
    pigeon = Pigeon(*parts)
    embeddings = np.load(toy_run.embeddings)[:3]
    assert (pigeon.scores(embeddings) == pigeon.predict(embeddings).probabilities).all()
    assert pigeon.scores(embeddings).shape == (3, len(pigeon.cells))


def test_parts_of_other_runs_and_embeddings_of_other_encoders_are_refused(parts):
    cells, head, index, settings = parts
    with pytest.raises(ArtifactError, match="different runs"):
        Pigeon(dataclasses.replace(cells, table=cells.table.iloc[:-1]), head, index, settings)
    with pytest.raises(ArtifactError, match="different encoders"):
        Pigeon(cells, MultiTaskHead(head.dim + 1, head.cells), index, settings)
    with pytest.raises(ArtifactError, match="another encoder"):
        Pigeon(*parts).predict(np.zeros((2, head.dim + 1)))
    with pytest.raises(ArtifactError, match="finite"):
        Pigeon(*parts).predict(np.full((1, head.dim), np.nan))
