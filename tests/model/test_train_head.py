"""train_head: learns, is deterministic, is not done twice, refuses what does not fit."""

import numpy as np
import pandas as pd
import pytest
import torch

from model import train_head
from model.artifacts import read_record
from model.data.attributes import AttributeSpace
from model.errors import ArtifactError, ConfigError, ManifestError
from model.geo.distance import haversine_km
from model.geocells.table import read_geocells, write_geocells
from model.metrics.calibration import fit_temperature, log_loss
from model.networks import head_training
from model.networks.head import MultiTaskHead
from model.train_head import HeadConfig


def config(run, out, **changes):
    settings = {"lr": 0.02, "epochs": 3} | changes
    return HeadConfig(run.manifest, run.embeddings, run.out / "geocells.parquet", out, **settings)


def test_the_head_learns_where_places_are(toy_run):
    facts = read_record(toy_run.out, "train_head")["facts"]
    assert facts["validation"]["mean_score"] > 1500  # chance gives about 200
    assert facts["validation"]["cell_top5"] > 0.7 > 5 / facts["cells"]


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(toy_run, tmp_path):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        train_head.main(config(toy_run, tmp_path / name, seed=seed))
    first, second, other = ((tmp_path / name / "head" / "head.safetensors").read_bytes() for name in "abc")
    assert first == second != other


def test_a_finished_head_is_left_alone_and_another_config_trains_again(toy_run, tmp_path, capsys):
    train_head.main(config(toy_run, tmp_path))
    before = (tmp_path / "head" / "head.safetensors").stat().st_mtime_ns
    train_head.main(config(toy_run, tmp_path))
    assert "nothing to do" in capsys.readouterr().out
    assert (tmp_path / "head" / "head.safetensors").stat().st_mtime_ns == before
    train_head.main(config(toy_run, tmp_path, tau_km=0.0))
    assert (tmp_path / "head" / "head.safetensors").stat().st_mtime_ns != before


def test_a_head_in_half_precision_is_measured_as_it_is_stored(toy_run, tmp_path):
    for name, half in (("whole", False), ("half", True)):
        train_head.main(config(toy_run, tmp_path / name, half=half, epochs=20))
    whole, half = (MultiTaskHead.load(tmp_path / name / "head").heads["cells"].weight for name in ("whole", "half"))
    assert torch.equal(half, whole.half().float()) and not torch.equal(half, whole)
    facts = read_record(tmp_path / "half", "train_head")["facts"]["validation"]
    other = read_record(tmp_path / "whole", "train_head")["facts"]["validation"]
    assert facts["mean_score"] == pytest.approx(other["mean_score"], rel=0.01)
    head, manifest = MultiTaskHead.load(tmp_path / "half" / "head"), pd.read_parquet(toy_run.manifest)
    rows = np.flatnonzero(manifest["split"] == "validation")
    cells = read_geocells(toy_run.out / "geocells.parquet")
    own = cells.assign(manifest[["lat", "lng"]].to_numpy()[rows])
    right = head.logits(np.load(toy_run.embeddings)[rows]).argmax(axis=1) == own
    assert facts["cell_top1"] == pytest.approx(right.mean())


def test_targets_too_many_for_memory_are_worked_out_batch_by_batch_to_the_same_end(toy_run, tmp_path, monkeypatch):
    train_head.main(config(toy_run, tmp_path / "cached"))
    monkeypatch.setattr(train_head, "CACHED_TARGETS", 0)
    train_head.main(config(toy_run, tmp_path / "lazy"))
    a, b = (MultiTaskHead.load(tmp_path / name / "head") for name in ("cached", "lazy"))
    assert np.allclose(a.heads.cells.weight.detach(), b.heads.cells.weight.detach(), atol=1e-6)


def test_training_stops_when_validation_gets_no_better(toy_run, tmp_path):
    train_head.main(config(toy_run, tmp_path, lr=5.0, epochs=50, patience=2))
    assert read_record(tmp_path, "train_head")["facts"]["epochs"] < 50


def test_a_rate_that_leads_no_further_falls_and_the_training_goes_on_from_its_best_epoch(
    toy_run, tmp_path, monkeypatch
):
    losses = [3.0, 2.0, 2.5, 2.4, 1.5, 1.6, 1.7, 1.0]  # the rate falls after the fourth; the last is never reached
    weights = []

    def told(head, *_):
        weights.append(head.heads["cells"].weight.detach().clone())
        return losses[len(weights) - 1]

    monkeypatch.setattr(head_training, "_validation_loss", told)
    train_head.main(config(toy_run, tmp_path, lr=0.2, epochs=50, patience=2))
    facts = read_record(tmp_path, "train_head")["facts"]
    assert (facts["epochs"], facts["kept_epoch"]) == (7, 5)
    steps = [float((weights[b] - weights[a]).abs().mean()) for a, b in ((1, 2), (1, 4), (3, 4))]
    assert steps[1] < 0.5 * steps[0]  # from the second epoch, at a tenth of the rate
    assert steps[1] < steps[2]  # and not from the fourth


def test_a_number_that_never_changes_does_no_harm(toy_run, tmp_path):
    run = type(toy_run)(toy_run.manifest, tmp_path / "constant.npy", toy_run.out)
    embeddings = np.load(toy_run.embeddings)
    embeddings[:, 0] = 3.0
    np.save(run.embeddings, embeddings)
    train_head.main(config(run, tmp_path / "run"))
    head = MultiTaskHead.load(tmp_path / "run" / "head")
    before = head.logits(embeddings[:5])
    assert np.isfinite(before).all()
    embeddings[:, 0] = 3.1  # a picture of another kind
    assert np.abs(head.logits(embeddings[:5]) - before).max() < 0.1


def test_losses_that_are_no_numbers_leave_no_head_behind(toy_run, tmp_path, monkeypatch):
    monkeypatch.setattr(head_training, "_validation_loss", lambda *_: float("nan"))
    with pytest.raises(ConfigError, match="smaller --lr"):
        train_head.main(config(toy_run, tmp_path))
    assert not (tmp_path / "head").exists()


def test_a_manifest_without_validation_and_foreign_embeddings_are_refused(toy_run, tmp_path):
    manifest = pd.read_parquet(toy_run.manifest)
    lonely = type(toy_run)(tmp_path / "manifest.parquet", toy_run.embeddings, toy_run.out)
    manifest.assign(split="train").to_parquet(lonely.manifest)
    with pytest.raises(ManifestError, match="validation"):
        train_head.main(config(lonely, tmp_path))
    manifest.iloc[:-1].to_parquet(lonely.manifest)
    with pytest.raises(ArtifactError, match="do not belong together"):
        train_head.main(config(lonely, tmp_path))


def test_the_preset_sets_the_smoothing_and_a_number_overrides_it(toy_run, tmp_path):
    assert config(toy_run, tmp_path).smoothing_km == 75.0
    assert config(toy_run, tmp_path, preset="pigeotto").smoothing_km == 65.0
    assert config(toy_run, tmp_path, preset="pigeotto", tau_km=0.0).smoothing_km == 0.0


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"batch": 0}, {"lr": 0.0}, {"tau_km": -1.0}])
def test_contradictions_are_refused_at_birth(toy_run, tmp_path, wrong):
    with pytest.raises(ConfigError):
        config(toy_run, tmp_path, **wrong)


@pytest.fixture(scope="module")
def described(toy_run, tmp_path_factory):
    """The toy run with attributes that its embeddings show: temperature by latitude, two countries side by side."""
    folder = tmp_path_factory.mktemp("described")
    frame = pd.read_parquet(toy_run.manifest)
    frame["country"] = np.where(frame["lng"] < 0, "US", "FR")
    frame["temperature_c"] = 30.0 - frame["lat"].abs() / 2.0
    frame["month"] = 1 + np.arange(len(frame)) % 12
    frame.loc[::9, ["country", "temperature_c"]] = None
    frame.to_parquet(folder / "manifest.parquet")
    return type(toy_run)(folder / "manifest.parquet", toy_run.embeddings, toy_run.out)


def test_what_the_manifest_knows_is_learned_kept_with_the_head_and_said_in_its_own_unit(described, tmp_path):
    train_head.main(config(described, tmp_path, epochs=15))
    facts = read_record(tmp_path, "train_head")["facts"]
    assert facts["tasks"] == ["cells", "country", "month", "regressions"]
    heads = facts["validation"]["heads"]
    assert heads["country"]["accuracy"] > 0.8
    assert heads["temperature_c"]["mean_error"] < 3.0  # always saying the mean is 5 degrees off
    said = MultiTaskHead.load(tmp_path / "head").attributes(np.load(described.embeddings)[:5])
    assert list(said) == ["country", "month", "temperature_c"]
    assert said["temperature_c"].between(-20, 35).all()


def test_what_the_head_says_of_the_country_weighs_on_the_cells_as_far_as_validation_bears_it_out(
    described, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(train_head, "ENOUGH", 10)
    shares, losses = {}, {}
    frame = pd.read_parquet(described.manifest)
    own = read_geocells(described.out / "geocells.parquet").assign(frame[["lat", "lng"]].to_numpy())
    seen, rows = np.load(described.embeddings), np.flatnonzero(frame["split"] == "validation")
    for name, changes in {"with": {}, "without": {"country_in_cells": False}}.items():
        train_head.main(config(described, tmp_path / name, epochs=15, **changes))
        shares[name] = read_record(tmp_path / name, "train_head")["facts"]["country_share"]
        logits = MultiTaskHead.load(tmp_path / name / "head").logits(seen[rows])
        losses[name] = log_loss(logits, own[rows], fit_temperature(logits, own[rows]))
    assert shares["without"] == 0.0 and shares["with"] in train_head.SHARES
    assert ("of the country's logit in its cells'" in capsys.readouterr().out) == (shares["with"] > 0)
    assert (losses["with"] < losses["without"]) == (shares["with"] > 0)
    monkeypatch.setattr(train_head, "ENOUGH", len(rows) + 1)
    train_head.main(config(described, tmp_path / "few", epochs=2))
    assert read_record(tmp_path / "few", "train_head")["facts"]["country_share"] == 0.0


def test_the_share_of_the_country_is_the_one_that_makes_true_cells_likeliest(described):
    """Of cells that know nothing, countries that know theirs are listened to, and countries that lie are not."""
    cells = read_geocells(described.out / "geocells.parquet")
    frame = pd.read_parquet(described.manifest)
    places = frame[frame["split"] == "validation"]
    embeddings = places[["lng", "lat"]].to_numpy(np.float32)
    space = AttributeSpace({"country": ("FR", "US")}, {})
    classes = train_head._country_of_cells(cells, space, frame[frame["split"] == "train"])
    for sign in (1.0, -1.0):
        head = MultiTaskHead(2, len(cells), space)
        with torch.no_grad():
            for layer in head.heads.values():
                layer.weight.zero_()
                layer.bias.zero_()
            head.heads["country"].weight[:, 0] = torch.tensor([0.1, -0.1]) * sign
        share = train_head._country_share(head, cells, classes, places, embeddings, np.arange(len(places)))
        assert (share > 0.0) == (sign > 0)


def test_a_cell_is_in_the_country_of_most_of_its_training_places_by_the_manifests_own_names(described):
    cells = read_geocells(described.out / "geocells.parquet")  # whose own names may be others
    places = pd.read_parquet(described.manifest)
    own = cells.assign(places[["lat", "lng"]].to_numpy())
    kept = own != own[0]  # one cell loses its places
    renamed = places.assign(country=places["country"].map({"US": "United States", "FR": "France"}))[kept]
    space = AttributeSpace({"country": ("France", "United States")}, {})
    found = train_head._country_of_cells(cells, space, renamed)
    for cell in np.unique(own[kept]):
        told = renamed["country"][own[kept] == cell].dropna()
        if len(told):
            assert told.value_counts()[space.classes["country"][found[cell]]] == told.value_counts().max()
    away = haversine_km(cells.centroids, cells.centroids[own[0]])
    named = [cell for cell in np.unique(own[kept]) if renamed["country"][own[kept] == cell].notna().any()]
    assert found[own[0]] == found[min(named, key=lambda cell: away[cell])]


def test_tasks_are_switched_off_by_flag_by_weight_and_by_preset(described, tmp_path):
    for name, changes, tasks in (
        ("none", {"attributes": False}, ["cells"]),
        ("photo", {"preset": "pigeotto"}, ["cells", "country", "regressions"]),
        ("month", {"preset": "pigeotto", "month_weight": 1.0}, ["cells", "country", "month", "regressions"]),
        ("some", {"country_weight": 0.0, "regression_weight": 0.0}, ["cells", "month"]),
    ):
        train_head.main(config(described, tmp_path / name, epochs=1, **changes))
        assert read_record(tmp_path / name, "train_head")["facts"]["tasks"] == tasks


def test_linear_tasks_leave_the_cells_alone_and_a_hidden_layer_is_shared(described, tmp_path):
    heads = {}
    for name, changes in {
        "with": {"country_in_cells": False},
        "without": {"attributes": False},
        "hidden": {"hidden": 8},
    }.items():
        train_head.main(config(described, tmp_path / name, epochs=2, **changes))
        heads[name] = MultiTaskHead.load(tmp_path / name / "head")
    embeddings = np.load(described.embeddings)[:20]
    assert np.allclose(heads["with"].logits(embeddings), heads["without"].logits(embeddings), atol=1e-5)
    assert heads["hidden"].hidden.out_features == 8
    assert not np.allclose(heads["with"].logits(embeddings), heads["hidden"].logits(embeddings), atol=1e-2)


def test_embeddings_too_many_for_memory_are_read_in_pieces_to_about_the_same_head(toy_run, tmp_path, monkeypatch):
    train_head.main(config(toy_run, tmp_path / "held", epochs=15))
    monkeypatch.setattr(head_training, "HELD", 0)
    monkeypatch.setattr(head_training, "PIECE", 24 * 300)
    monkeypatch.setattr(head_training, "NEIGHBOURS", 16)
    train_head.main(config(toy_run, tmp_path / "pieces", epochs=15))
    scores = [read_record(tmp_path / name, "train_head")["facts"]["validation"]["mean_score"]
              for name in ("held", "pieces")]  # fmt: skip
    assert scores[1] == pytest.approx(scores[0], rel=0.1)


def test_every_place_is_seen_once_an_epoch_however_it_is_read(monkeypatch):
    sample = head_training.Sample(np.arange(2000.0).reshape(1000, 2), np.arange(0, 1000, 3), lambda which: {})
    standard = head_training.Standard.of(sample)
    values = sample.embeddings[sample.rows]
    assert standard.mean.numpy() == pytest.approx(values.mean(axis=0), rel=1e-5)
    assert standard.deviation.numpy() == pytest.approx(values.std(axis=0), rel=1e-5)
    monkeypatch.setattr(head_training, "PIECE", 200)
    monkeypatch.setattr(head_training, "NEIGHBOURS", 7)
    for held in (head_training.HELD, 0):
        monkeypatch.setattr(head_training, "HELD", held)
        reader, order = head_training._Reader(sample, standard), np.random.default_rng(0)
        for batches in (list(reader.shuffled(32, order)), list(reader.in_order(32))):
            which = np.concatenate([part for part, _ in batches])
            assert sorted(which) == list(range(len(sample)))
            seen = np.concatenate([embeddings.numpy() for _, embeddings in batches])
            assert np.allclose(seen, (values[which] - standard.mean.numpy()) / standard.deviation.numpy(), atol=1e-4)


def test_cells_whose_targets_explode_are_refused_before_anything_is_written(toy_run, tmp_path):
    run = type(toy_run)(toy_run.manifest, toy_run.embeddings, tmp_path / "naive")
    cells = read_geocells(toy_run.out / "geocells.parquet")
    table = cells.table.copy()
    table[["lat", "lng"]] = table[["lat", "lng"]].to_numpy()[::-1]  # representatives far from their own points
    write_geocells(run.out / "geocells.parquet", table, {}, "nearest")
    with pytest.raises(ConfigError, match="drown"):
        train_head.main(config(run, tmp_path / "out", normalise=False))
    assert not (tmp_path / "out").exists()
