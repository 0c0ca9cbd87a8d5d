"""recall_table: five columns for every base, exact, kept between runs; places that were trained on are refused."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from model import recall_table
from model.errors import ArtifactError, ConfigError, ManifestError
from model.metrics.atoms import Atoms, search_areas_km2
from model.metrics.recall_curves import recall_curves
from model.predictors.checkpoint import Checkpoint
from model.predictors.ground import Ground
from model.predictors.registry import Opened
from model.recall_table import COLUMNS, TableConfig
from tests.model.predictors.test_ensemble import DIM, ground, slices, toy_base

N = 40


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Places of a toy world, a toy base, and heads that read its two maps."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"id": [f"p{i}" for i in range(N)], "split": "test", "lat": rng.uniform(-85, 85, N),
                          "lng": rng.uniform(-180, 180, N)})  # fmt: skip
    frame.to_parquet(tmp_path / "manifest.parquet", index=False)
    np.save(tmp_path / "embeddings.npy", rng.normal(size=(N, DIM)).astype(np.float32))
    monkeypatch.setattr(recall_table, "open_system", lambda name, options: Opened(Checkpoint(toy_base(), called="toy")))
    monkeypatch.setattr(Ground, "load", classmethod(lambda cls, folder: ground()))
    quick = partial(recall_table.area_report, samples=20)
    monkeypatch.setattr(recall_table, "area_report", lambda areas, strata=None, **_: quick(areas, strata))
    return tmp_path


def config(places, **changes):
    given = {"embeddings": places / "embeddings.npy", "attributes": places, "out": places / "out"}
    return TableConfig(places / "manifest.parquet", **(given | changes))


def test_the_table_has_every_column_and_its_figures_are_those_of_the_atoms(places):
    path = recall_table.main(config(places))
    found = json.loads(path.read_text())
    figures = found["systems"]["pigeon"]
    assert list(figures["all"]) == list(figures["balanced"]) == list(COLUMNS) and found["n"] == N
    made_of, manifest = ground(), pd.read_parquet(places / "manifest.parquet")
    truth, seen = manifest[["lat", "lng"]].to_numpy(), np.load(places / "embeddings.npy")
    density, cover = made_of.maps
    atoms = Atoms.of([recall_table.region_raster(slices(), (18, 36)), density.regions, cover.regions])
    areas = search_areas_km2(atoms, [toy_base().scores(seen), *made_of.shares(seen)], truth)
    for cap, budget in figures["all"]["+LS+LC"]["caps_km2"].items():
        assert figures["all"]["+LS+LC"]["recall"][cap] == pytest.approx((areas <= budget).mean())
    assert found["in_no_bucket"] == int((density.at(truth) < 0).sum())
    assert sum(figures["balanced"]["base"]["n_by_stratum"].values()) == N - found["in_no_bucket"]
    gained = figures["minus_base"]["+LS"]["2500"]
    assert gained["interval_95"][0] <= gained["mean"] <= gained["interval_95"][1]


def test_the_urban_prior_finds_nothing_outside_its_buckets(places, monkeypatch):
    monkeypatch.setattr(recall_table, "URBAN_BUCKETS", 1)  # the north
    found = json.loads(recall_table.main(config(places)).read_text())
    lat = pd.read_parquet(places / "manifest.parquet")["lat"]
    curve = found["systems"]["pigeon"]["all"]["+LS urban prior"]["curve"]["recall"]
    assert curve[-2] == pytest.approx(((lat > 0) & (lat < 80)).mean()) and curve[-1] == 1.0


def test_text_and_pictures_stand_beside_the_figures_with_the_published_rows(places):
    recall_table.main(config(places))
    text = (places / "out" / "recall_table.md").read_text()
    assert "| Toy | balanced |" in text and "published: Street View, GeoCLIP" in text and "54.42" in text
    picture = Image.open(places / "out" / "curves_pigeon.png")
    assert picture.width > picture.height > 300


def test_a_second_run_reads_the_areas_and_other_embeddings_are_measured_again(places, monkeypatch):
    first = recall_table.main(config(places)).read_text()
    monkeypatch.setattr(recall_table, "_measured", lambda *_: pytest.fail("measured again"))
    assert recall_table.main(config(places)).read_text() == first
    np.save(places / "embeddings.npy", np.load(places / "embeddings.npy") + 1.0)
    with pytest.raises(pytest.fail.Exception):
        recall_table.main(config(places))
    kept = places / "out" / "areas" / "pigeon.npz"
    kept.write_bytes(kept.read_bytes()[:50])  # damaged: measured again as well
    with pytest.raises(pytest.fail.Exception):
        recall_table.main(config(places))


def test_several_bases_stand_in_one_table_and_the_maps_may_read_other_embeddings(places):
    np.save(places / "more.npy", np.load(places / "embeddings.npy")[::-1].copy())
    (places / "ids.txt").unlink(missing_ok=True)
    told = config(
        places, bases=("pigeon", "zero-shot=somewhere"), other_embeddings=(f"attributes={places / 'more.npy'}",)
    )
    found = json.loads(recall_table.main(told).read_text())["systems"]
    assert list(found) == ["pigeon", "zero-shot"]
    plain = json.loads(recall_table.main(config(places, out=places / "plain")).read_text())["systems"]["pigeon"]
    assert found["pigeon"]["all"]["base"] == plain["all"]["base"]
    assert found["pigeon"]["all"]["+LS+LC"]["curve"] != plain["all"]["+LS+LC"]["curve"]


@pytest.mark.parametrize(
    "wrong",
    [{"bases": ()}, {"bases": ("pigeon", "pigeon=x")}, {"bases": ("ensemble",)}, {"bases": ("crystal-ball",)},
     {"floor": 0.0}, {"other_embeddings": ("geoclip=x.npy",)}, {"other_embeddings": ("x.npy",)}],
)  # fmt: skip
def test_contradictions_are_refused_at_birth(places, wrong):
    with pytest.raises(ConfigError):
        config(places, **wrong)


def test_places_that_were_trained_on_no_places_and_no_attributes_are_refused(places, monkeypatch):
    monkeypatch.setattr(recall_table, "known_places", lambda *_: None)
    monkeypatch.setattr(recall_table, "seen_before", lambda truth, _: np.ones(len(truth), bool))
    with pytest.raises(ArtifactError, match="--allow-train"):
        recall_table.main(config(places))
    recall_table.main(config(places, allow_train=True))
    with pytest.raises((ManifestError, ArtifactError)):
        recall_table.main(config(places, split="train"))
    with pytest.raises(ArtifactError, match="train_attributes"):
        recall_table.main(config(places, attributes=None))
    monkeypatch.setattr(Ground, "load", classmethod(lambda cls, folder: replace(ground(("density",)))))
    with pytest.raises(ArtifactError, match="density and land cover"):
        recall_table.main(config(places, allow_train=True))


def test_curves_are_drawn_whatever_the_number_of_panels(places):
    report = json.loads(recall_table.main(config(places)).read_text())["systems"]["pigeon"]["all"]["base"]
    one, two = (recall_curves("t", [("p", {"a": report})] * count) for count in (1, 2))
    assert one.startswith(b"\x89PNG") and len(two) > len(one)
