import math

import pytest
import torch

from model.data.attributes import UNKNOWN
from model.data.clues import ClueSpace, ClueTask
from model.networks.contrastive import Batch, LossWeights, PretrainingModel, info_nce
from model.networks.encoder import tokenize
from model.networks.towers import PRESETS, build_model


def test_info_nce_of_matching_pairs_is_small_and_of_shuffled_pairs_large():
    features = torch.eye(8)
    scale = torch.tensor(math.log(50.0))
    assert info_nce(features, features * 3.0, scale) < 1e-6  # lengths do not matter
    assert info_nce(features, features.roll(1, 0), scale) > 10


def test_info_nce_of_equal_rows_is_the_logarithm_of_their_number():
    same = torch.ones(16, 4)
    assert info_nce(same, same, torch.tensor(1.0)) == pytest.approx(math.log(16), abs=1e-5)


def test_the_logit_scale_is_capped():
    torch.manual_seed(0)
    a, b = torch.randn(6, 4), torch.randn(6, 4)
    assert info_nce(a, b, torch.tensor(50.0)) == pytest.approx(float(info_nce(a, b, torch.tensor(math.log(100.0)))))


def test_the_contrast_is_measured_in_full_where_the_network_multiplies_in_bfloat16():
    torch.manual_seed(0)
    images = torch.randn(64, 32)
    texts, scale = images + 0.3 * torch.randn(64, 32), torch.tensor(math.log(100.0))
    whole = float(info_nce(images, texts, scale))
    with torch.autocast("cpu", torch.bfloat16):
        assert float(info_nce(images, texts, scale)) == whole


def batch(tokenizer, n=3, v=4, **options):
    torch.manual_seed(1)
    captions = ["A photo from France.", "A photo from Chad.", "In July."][:n]
    return Batch(
        pixels=torch.randn(n, v, 3, 32, 32), tokens=tokenize(tokenizer, captions),
        captioned=torch.arange(n) * v, **options,
    )  # fmt: skip


@pytest.fixture(params=["tiny", "tiny-resnet"])
def module(request, tokenizer):
    torch.manual_seed(0)
    preset = PRESETS[request.param]
    hub = build_model(preset, tokenizer)
    return PretrainingModel(hub, preset.widths[-1], 5, {"country": 3, "koppen": 2}, 2)


def test_every_task_gives_a_loss_and_gradients_reach_the_first_layer(module, tokenizer):
    full = batch(
        tokenizer, cells=torch.softmax(torch.randn(3, 5), -1),
        labels={"country": torch.tensor([0, 2, UNKNOWN]), "koppen": torch.tensor([UNKNOWN] * 3)},
        regressions=torch.tensor([[0.5, float("nan")], [1.0, -1.0], [float("nan"), float("nan")]]),
    )  # fmt: skip
    total, losses, places = module(full, LossWeights())
    assert set(losses) == {"captions", "cells", "country", "regressions"}  # no Köppen zone was known
    assert torch.isfinite(total)
    assert places.shape == (3, module.standardise.num_features)
    expected = sum(getattr(LossWeights(), name) * float(value) for name, value in losses.items())
    assert float(total.detach()) == pytest.approx(expected, rel=1e-5)
    total.backward()
    first = next(module.hub.vision_model.parameters())
    assert torch.isfinite(first.grad).all()
    assert first.grad.abs().sum() > 0
    assert module.hub.logit_scale.grad.abs() > 0


def test_without_captions_the_text_tower_learns_nothing(module, tokenizer):
    total, losses, _ = module(batch(tokenizer, cells=torch.full((3, 5), 0.2)), LossWeights(captions=0.0))
    total.backward()
    assert set(losses) == {"cells"}
    assert all(p.grad is None for p in module.hub.text_model.parameters())


def test_a_few_steps_lower_the_loss(module, tokenizer):
    seen = batch(tokenizer, cells=torch.eye(5)[:3], labels={"country": torch.tensor([0, 1, 2])})
    optimizer = torch.optim.AdamW(module.parameters(), lr=3e-3)
    history = []
    for _ in range(25):
        total, _, _ = module(seen, LossWeights())
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        history.append(float(total.detach()))
    assert history[-1] < 0.6 * history[0]


SPACE = ClueSpace((ClueTask("road.width_m", "number", 0, 1, 1.0, 1.0), ClueTask("road.kerb", "flag", 1, 2, 1.0, 0.69)))


@pytest.fixture(params=["tiny", "tiny-resnet"])
def whole(request, tokenizer):
    """With clue tasks and class maps."""
    torch.manual_seed(0)
    preset = PRESETS[request.param]
    hub = build_model(preset, tokenizer)
    return PretrainingModel(hub, preset.widths[-1], 5, {"country": 3}, 2, SPACE, 4)


def everything(tokenizer):
    return batch(
        tokenizer, clues=torch.tensor([[0.5, 1.0], [float("nan"), 0.0], [-1.0, float("nan")]]),
        maps=torch.randint(0, 4, (3, 4, 32, 32), dtype=torch.uint8),
    )  # fmt: skip


def test_clues_and_class_maps_are_tasks_like_others(whole, tokenizer):
    total, losses, _ = whole(everything(tokenizer), LossWeights(captions=0.0, clues=2.0, maps=0.5))
    assert set(losses) == {"clues", "maps"}
    assert float(total.detach()) == pytest.approx(2.0 * float(losses["clues"]) + 0.5 * float(losses["maps"]), rel=1e-5)
    total.backward()
    for part in (whole.clue_head, whole.map_head, whole.hub.vision_model):
        assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in part.parameters())


@pytest.mark.parametrize("off", ["clues", "maps"])
def test_a_task_of_weight_0_is_left_out(whole, tokenizer, off):
    _, losses, _ = whole(everything(tokenizer), LossWeights(**{"captions": 0.0, off: 0.0}))
    assert set(losses) == {"clues", "maps"} - {off}


def test_heads_without_labels_still_have_a_gradient(whole, tokenizer):
    """Processes that train together wait for every parameter; one whose labels are all unknown here is no exception."""
    seen = everything(tokenizer)
    seen.labels = {"country": torch.full((3,), UNKNOWN)}
    total, losses, _ = whole(seen, LossWeights(captions=0.0))
    total.backward()
    assert "country" not in losses
    for head in whole.heads.values():
        assert all(p.grad is not None and p.grad.abs().sum() == 0 for p in head.parameters())
