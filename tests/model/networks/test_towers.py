import pytest
import torch

from model.errors import ConfigError
from model.networks.encoder import vision_tower, width_of
from model.networks.towers import PRESETS, build_model, preset_named


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_builds_a_model_that_sees_and_reads(name, tokenizer):
    preset = preset_named(name)
    model = build_model(preset, tokenizer).eval()
    pixels = torch.zeros(1, 3, preset.image_size, preset.image_size)
    with torch.inference_mode():
        assert vision_tower(model)(pixel_values=pixels).last_hidden_state.isfinite().all()
    assert width_of(model) == preset.widths[-1]
    assert model.config.projection_dim == preset.projection


def test_the_shipped_size_stays_under_thirty_megabytes(tokenizer):
    preset = PRESETS["pigeon"]
    extra = (preset.vocabulary - len(tokenizer)) * preset.text_width
    numbers = sum(p.numel() for p in build_model(preset, tokenizer).parameters()) + extra
    assert numbers * 4 < 20_000_000  # the encoder's share of the checkpoint, in bytes


def test_an_unknown_preset_is_named_with_those_there_are():
    with pytest.raises(ConfigError, match="'huge', found pigeon"):
        preset_named("huge")
