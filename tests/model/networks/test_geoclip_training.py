"""Training GeoCLIP: positions are shaken on the sphere, the queue remembers, and a stop changes nothing."""

import numpy as np
import pytest
import torch

from model.errors import ArtifactError, ConfigError
from model.geo.distance import haversine_km
from model.networks import geoclip_training
from model.networks.geoclip import GeoClip, GeoClipShape
from model.networks.geoclip_training import Recipe, Trainee, fit, shaken
from model.networks.location_encoder import LocationShape

SHAPE = GeoClipShape(6, 8, LocationShape((1.0, 4.0), frequencies=8, width=16, depth=1, dim=8))
RECIPE = Recipe(epochs=3, patience=9, batch=16, queue=10, noise_km=0.1, queue_noise_km=1.0, lr=0.01, decay=0.9,
                weight_decay=1e-6, seed=0)  # fmt: skip


def task(n=80, seed=0):
    rng = np.random.default_rng(seed)
    points = np.stack([rng.uniform(-80, 80, n), rng.uniform(-180, 180, n)], axis=1)
    seen = np.sin(np.radians(points) @ rng.normal(size=(2, 6)) * 2)
    return seen.astype(np.float32), np.arange(n), points


def model():
    torch.manual_seed(0)
    return GeoClip(SHAPE)


def scorer(scores):
    left = iter(scores)
    return lambda now: {"mean_score": next(left)}


def test_positions_are_shaken_by_kilometres_and_stay_on_earth():
    where = torch.tensor([[0.0, 180.0], [90.0, 0.0], [-90.0, 5.0], [60.0, -179.9999], [45.0, 10.0]]).repeat(400, 1)
    moved = shaken(where, 2.0, torch.Generator().manual_seed(0))
    assert moved[:, 0].abs().max() <= 90 and moved[:, 1].abs().max() <= 180
    away = haversine_km(where.numpy(), moved.numpy()).reshape(400, 5)
    assert np.sqrt((away[:, [0, 3, 4]] ** 2).mean(axis=0)) == pytest.approx([2 * 2**0.5] * 3, rel=0.1)
    assert torch.equal(shaken(where, 0.0, torch.Generator()), where)


def test_the_queue_takes_the_latest_places_in_turn():
    queue = np.zeros((5, 2))
    trainee = Trainee(model(), queue)
    for first in (1, 4, 7):
        places = torch.stack([torch.arange(first, first + 3.0), torch.zeros(3)], dim=1)
        trainee.loss(torch.zeros(3, 6), places, RECIPE, torch.Generator().manual_seed(0))
    assert sorted(trainee.queue[:, 0].tolist()) == [5.0, 6.0, 7.0, 8.0, 9.0]
    more = torch.stack([torch.arange(20.0, 28.0), torch.zeros(8)], dim=1)
    trainee.loss(torch.zeros(8, 6), more, RECIPE, torch.Generator())
    assert sorted(trainee.queue[:, 0].tolist()) == [23.0, 24.0, 25.0, 26.0, 27.0]


def test_places_of_the_queue_count_among_the_wrong_ones():
    seen, where = torch.randn(4, 6), torch.rand(4, 2) * 50
    without = Trainee(model(), np.zeros((0, 2))).loss(seen, where, RECIPE, torch.Generator().manual_seed(1))
    beside = Trainee(model(), np.full((50, 2), 30.0)).loss(seen, where, RECIPE, torch.Generator().manual_seed(1))
    assert beside.item() > without.item()


def test_it_learns_and_keeps_the_best_epoch_on_raw_embeddings(tmp_path):
    seen, rows, points = task(300)
    trained, recipe = model(), Recipe(**{**RECIPE.__dict__, "epochs": 12, "noise_km": 0.0, "queue_noise_km": 0.0})
    history = fit(trained, 50 + 3 * seen, rows, points, recipe, scorer(range(12)), tmp_path / "state", {})
    assert [figures["mean_score"] for figures in history] == list(range(12))
    assert history[-1]["loss"] < 0.7 * history[0]["loss"]
    similar = trained.embed_images(50 + 3 * seen) @ trained.embed_points(points).T
    rank = (similar > np.diag(similar)[:, None]).sum(axis=1)
    assert np.median(rank) < 40  # by chance 150


def test_a_training_that_was_stopped_ends_as_it_would_have(tmp_path, monkeypatch):
    seen, rows, points = task()
    whole = model()
    fit(whole, seen, rows, points, RECIPE, scorer([1, 2, 3]), tmp_path / "whole", {"seed": 0})
    epochs, real = [], geoclip_training._epoch

    def killed(*args):
        epochs.append(args[6])
        if len(epochs) == 2:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(geoclip_training, "_epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        fit(model(), seen, rows, points, RECIPE, scorer([1]), tmp_path / "state", {"seed": 0})
    again = model()
    history = fit(again, seen, rows, points, RECIPE, scorer([2, 3]), tmp_path / "state", {"seed": 0})
    assert epochs == [1, 2, 2, 3] and len(history) == 3
    assert all(torch.equal(a, b) for a, b in zip(whole.state_dict().values(), again.state_dict().values(), strict=True))
    with pytest.raises(ArtifactError, match="of another training"):
        fit(model(), seen, rows, points, RECIPE, scorer([]), tmp_path / "state", {"seed": 1})


def test_it_stops_when_validation_gets_no_better_and_keeps_what_was_best(tmp_path):
    seen, rows, points = task()
    recipe = Recipe(**{**RECIPE.__dict__, "epochs": 20, "patience": 2})
    history = fit(model(), seen, rows, points, recipe, scorer([1, 5, 4, 4]), tmp_path / "state", {})
    assert len(history) == 4


def test_losses_that_are_no_numbers_are_a_sentence(tmp_path):
    seen, rows, points = task()
    recipe = Recipe(**{**RECIPE.__dict__, "lr": 1e30})
    with pytest.raises(ConfigError, match="smaller --lr"):
        fit(model(), seen, rows, points, recipe, scorer([1, 2, 3]), tmp_path / "state", {})
