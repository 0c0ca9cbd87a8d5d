import pytest
import torch

from model.errors import ConfigError
from model.networks.freezing import checkpoint_gradients, freeze, layers_to_unfreeze, train_mode
from model.networks.towers import PRESETS, Preset, build_model

TWO_LAYERS = Preset("photo", 1, "vit", 32, (32,), (2,), stem=16, text_width=32, text_layers=1, projection=16)


@pytest.fixture
def vit(tokenizer):
    torch.manual_seed(0)
    return build_model(TWO_LAYERS, tokenizer)


@pytest.fixture
def resnet(tokenizer):
    torch.manual_seed(0)
    return build_model(PRESETS["tiny-resnet"], tokenizer)


def learning(model):
    return {name for name, p in model.named_parameters() if p.requires_grad}


def test_the_words_after_unfreeze():
    assert [layers_to_unfreeze(text) for text in ("all", "none", "3")] == [None, 0, 3]
    with pytest.raises(ConfigError, match="found 'last'"):
        layers_to_unfreeze("last")


def test_none_of_the_tower_learns_but_projections_and_scale_do(vit):
    freeze(vit, 0, freeze_text=True)
    assert learning(vit) == {"logit_scale", "visual_projection.weight", "text_projection.weight"}


def test_the_last_layer_learns_with_the_norm_after_it(vit):
    freeze(vit, 1, freeze_text=False)
    seen = {name for name in learning(vit) if name.startswith("vision_model")}
    assert seen and all(".layers.1." in name or "post_layernorm" in name for name in seen)
    assert any(name.startswith("text_model") for name in learning(vit))


def test_stages_of_a_convolutional_tower_are_its_layers(resnet):
    freeze(resnet, 1, freeze_text=False)
    seen = {name for name in learning(resnet) if name.startswith("vision_model")}
    assert seen and all(".stages.1." in name for name in seen)


def test_more_layers_than_there_are_is_refused(vit):
    with pytest.raises(ConfigError, match="has 2 layers"):
        freeze(vit, 3, freeze_text=False)


def test_running_statistics_of_frozen_parts_stand_still(resnet):
    freeze(resnet, 1, freeze_text=False)
    train_mode(resnet)
    norms = {name: (m, m.running_mean.clone()) for name, m in resnet.vision_model.named_modules()
             if isinstance(m, torch.nn.BatchNorm2d)}  # fmt: skip
    resnet.vision_model(pixel_values=torch.randn(4, 3, 32, 32))
    moved = {name for name, (norm, before) in norms.items() if not torch.equal(norm.running_mean, before)}
    assert moved == {name for name in norms if ".stages.1." in name}


def test_gradients_computed_again_are_the_same(vit):
    pixels = torch.randn(2, 3, 32, 32)

    def gradients():
        vit.zero_grad()
        vit.train()
        vit.vision_model(pixel_values=pixels).last_hidden_state.square().sum().backward()
        return [p.grad.clone() for p in vit.vision_model.parameters() if p.grad is not None]

    plain = gradients()
    checkpoint_gradients(vit)
    assert vit.vision_model.is_activation_checkpointing
    for one, other in zip(plain, gradients(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_a_convolutional_tower_cannot_checkpoint_gradients(resnet):
    with pytest.raises(ConfigError, match="needs a ViT"):
        checkpoint_gradients(resnet)
