import threading
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from model.networks.encoder import Encoder
from model.networks.heat import POOLED, Reading, heat_of, slope_of

SIDE = 64
PREPROCESSOR = {"crop_size": {"height": SIDE, "width": SIDE}}


class CornerTower(nn.Module):
    """Sees pictures as 8 x 8 spots and looks at nothing but the lower left one; `shape` is how it puts that out."""

    def __init__(self, shape: str) -> None:
        super().__init__()
        self.shape = shape
        self.config = SimpleNamespace(hidden_size=2, image_size=SIDE, patch_size=8)
        self.weight = nn.Parameter(torch.ones(1))
        self.kernel = "fast"
        self.asked: list[str] = []

    def set_attn_implementation(self, name: str) -> None:
        if self.shape != "attention":
            raise ValueError("this tower has no attention")
        self.kernel = name

    def forward(self, pixel_values: torch.Tensor, **asked: bool) -> SimpleNamespace:
        self.asked += list(asked)
        spots = torch.nn.functional.avg_pool2d(pixel_values, 8)[:, :2] * self.weight  # (B, 2, 8, 8)
        if self.shape == "features":
            mask = torch.zeros(8, 8)
            mask[7, 0] = 1.0
            deep = torch.nn.functional.avg_pool2d(spots * mask, 4)  # (B, 2, 2, 2), too coarse to point anywhere
            return SimpleNamespace(last_hidden_state=deep, hidden_states=(spots, deep))
        tokens = spots.flatten(2).transpose(1, 2)  # (B, 64, 2)
        attention = torch.full((len(tokens), 1, 65, 65), -30.0)
        attention[..., 57] = 0.0  # a class token stands first, so the lower left patch is number 1 + 7 * 8
        attention = (attention * self.weight).softmax(dim=-1)
        read = attention[:, 0] @ torch.cat([tokens.mean(dim=1, keepdim=True), tokens], dim=1)
        told = (attention,) if self.kernel == "eager" and asked.get("output_attentions") else None
        return SimpleNamespace(last_hidden_state=read, attentions=told)


def looking(tower: nn.Module) -> Encoder:
    return Encoder(tower, PREPROCESSOR, None, torch.device("cpu"))


def bright(count: int = 2) -> np.ndarray:
    """Views (V, 3, SIDE, SIDE) that are the same everywhere, and positive."""
    return np.full((count, 3, SIDE, SIDE), 0.5, np.float32) + np.arange(count, dtype=np.float32)[:, None, None, None]


def first(embeddings: np.ndarray) -> np.ndarray:
    """A score that grows with the first number of an embedding."""
    return 3.0 * embeddings[:, 0]


@pytest.mark.parametrize("shape", ["features", "attention", "occlusion"])
def test_a_network_that_only_looks_at_a_corner_lights_up_that_corner(shape: str) -> None:
    heat = heat_of(looking(CornerTower(shape)), bright(), first)
    assert heat.method == shape
    count, high, wide = heat.maps.shape
    assert count == 2 and heat.maps.dtype == np.float32
    assert heat.maps.max() == pytest.approx(1.0) and heat.maps.min() >= 0.0
    for view in heat.maps:
        assert np.unravel_index(view.argmax(), view.shape) == (high - 1, 0)
        assert view[: high // 2].max() < 1e-6 and view[:, wide // 2 :].max() < 1e-6


def test_the_brighter_view_says_more_and_all_views_share_one_scale() -> None:
    maps = heat_of(looking(CornerTower("features")), bright(3), first).maps
    assert maps.max(axis=(1, 2)) == pytest.approx([0.5 / 2.5, 1.5 / 2.5, 1.0])  # brightness 0.5, 1.5, 2.5


def test_where_nothing_speaks_for_the_score_all_is_cold() -> None:
    maps = heat_of(looking(CornerTower("features")), bright(), lambda embeddings: -embeddings[:, 0]).maps
    assert not maps.any()


def test_a_score_of_steps_has_no_slope_and_is_explained_by_covering() -> None:
    heat = heat_of(looking(CornerTower("features")), bright(), lambda e: (e[:, 0] > 0.01).astype(float))
    assert heat.method == "occlusion"
    heat = heat_of(looking(CornerTower("features")), bright(1), lambda e: (e[:, 0] > 0.001).astype(float))
    assert heat.maps[0, -1, 0] == 1.0 and heat.maps[0, 0, 0] == 0.0


def test_all_views_of_a_place_can_be_asked_at_once() -> None:
    def second_view(places: np.ndarray) -> np.ndarray:
        return places[:, 1, 0]  # (N, V, D)

    maps = heat_of(looking(CornerTower("features")), bright(), second_view, Reading(all_views=True)).maps
    assert maps[1, 7, 0] == 1.0 and not maps[0].any()


def test_the_slope_of_a_plane_and_of_a_curve_are_those_worked_out_by_hand() -> None:
    def score(embeddings: np.ndarray) -> np.ndarray:
        wide = embeddings.astype(float)
        return 2.0 * wide[:, 0] - 0.5 * wide[:, 1] + wide[:, 2] ** 2

    assert slope_of(score, np.array([1.0, 2.0, 3.0], np.float32)) == pytest.approx([2.0, -0.5, 6.0], rel=1e-4)
    assert slope_of(score, np.zeros(3, np.float32))[:2] == pytest.approx([2.0, -0.5], rel=1e-3)


def tiny(kind: str) -> Encoder:
    """A random model in the hub's true layout."""
    import transformers as hub

    torch.manual_seed(0)
    if kind == "clip":
        config = hub.CLIPVisionConfig(
            hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4, image_size=SIDE,
            patch_size=16, projection_dim=24,
        )  # fmt: skip
        return looking(hub.CLIPVisionModel(config))
    if kind == "registers":
        config = hub.Dinov2WithRegistersConfig(
            hidden_size=32, num_hidden_layers=2, num_attention_heads=4, image_size=SIDE, patch_size=16,
        )  # fmt: skip
        return looking(hub.Dinov2WithRegistersModel(config))
    if kind == "resnet":
        config = hub.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1],
                                  layer_type="basic")  # fmt: skip
        return looking(hub.ResNetModel(config))
    config = hub.SwinConfig(image_size=SIDE, patch_size=4, embed_dim=16, depths=[1, 1], num_heads=[2, 2], window_size=4)
    return looking(hub.SwinModel(config))


@pytest.mark.parametrize(
    ("kind", "method", "side"),
    [("clip", "attention", 4), ("registers", "attention", 4), ("resnet", "features", 8), ("swin", "occlusion", 7)],
)
def test_every_kind_of_tower_gets_a_map_and_is_left_as_it_was(kind: str, method: str, side: int) -> None:
    encoder = tiny(kind)
    if kind == "resnet":
        encoder.tower.eval()
    pixels = np.random.default_rng(1).normal(size=(4, 3, SIDE, SIDE)).astype(np.float32)
    before = encoder.embed_images(pixels[None])
    attention = getattr(encoder.tower.config, "_attn_implementation", None)
    direction = np.random.default_rng(2).normal(size=encoder.dim)
    heat = heat_of(encoder, pixels, lambda embeddings: embeddings @ direction)
    assert heat.method == method and heat.maps.shape == (4, side, side)
    assert heat.maps.max() == pytest.approx(1.0) and np.isfinite(heat.maps).all() and heat.maps.std() > 0.01
    assert getattr(encoder.tower.config, "_attn_implementation", None) == attention
    assert all(parameter.grad is None for parameter in encoder.tower.parameters())
    assert (encoder.embed_images(pixels[None]) == before).all()


def test_a_frozen_tower_is_explained_too() -> None:
    encoder = tiny("clip")
    encoder.model.requires_grad_(False)
    pixels = np.random.default_rng(1).normal(size=(1, 3, SIDE, SIDE)).astype(np.float32)
    heat = heat_of(encoder, pixels, lambda embeddings: embeddings[:, 0].astype(float))
    assert heat.method == "attention" and heat.maps.max() == pytest.approx(1.0)


def test_threads_that_explain_and_embed_at_once_get_the_same_as_alone() -> None:
    encoder = tiny("clip")
    pixels = np.random.default_rng(1).normal(size=(2, 3, SIDE, SIDE)).astype(np.float32)
    alone, embedded = heat_of(encoder, pixels, first).maps, encoder.embed_images(pixels[None])
    found: list[bool] = []

    def both() -> None:
        found.append(bool(np.allclose(heat_of(encoder, pixels, first, POOLED).maps, alone, atol=1e-4)))
        found.append(bool(np.allclose(encoder.embed_images(pixels[None]), embedded, atol=1e-5)))

    threads = [threading.Thread(target=both) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 8
