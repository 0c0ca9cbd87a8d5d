"""Two-tower models from scratch, in the hub's layout: what a preset looks like before it has seen anything.

"resnet" is a `VisionTextDualEncoderModel`: basic residual blocks, fast on a CPU and quick to learn from few pictures;
"vit" is a plain `CLIPModel`. Both have CLIP's text tower. Knows no data and no training.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from PIL import Image

from model.data.captions import Style
from model.errors import ConfigError
from model.networks.encoder import CLIP_MEAN, CLIP_STD
from model.networks.half import in_half

Tower = Literal["resnet", "vit"]
# Anti-aliased; of the usual filters the one whose result is as sharp as a view rendered at the network's own size.
RESAMPLE = Image.Resampling.BILINEAR
TEXT_LENGTH = 77  # tokens, as in CLIP; captions end well before


@dataclass(frozen=True)
class Preset:
    """A model and what it looks at; two models are two presets."""

    style: Style  # of the captions
    views: int  # of a place in each step
    tower: Tower
    image_size: int
    widths: tuple[int, ...]  # resnet: channels of each stage; vit: the one hidden size
    depths: tuple[int, ...]  # resnet: blocks of each stage; vit: the one number of layers
    stem: int = 32  # resnet: channels of the first convolution; vit: the patch size
    text_width: int = 128
    text_layers: int = 1
    projection: int = 128
    vocabulary: int = 6000
    tau_km: float = 75.0  # haversine smoothing of the cells: PIGEON's; PIGEOTTO's is 65


PRESETS: dict[str, Preset] = {
    "pigeon": Preset("street_view", 4, "resnet", 96, (32, 64, 160, 384), (2, 2, 2, 1)),
    "pigeotto": Preset("photo", 1, "resnet", 96, (32, 64, 160, 384), (2, 2, 2, 1), tau_km=65.0),
    "pigeon-vit": Preset("street_view", 4, "vit", 96, (256,), (6,), stem=16),
    "tiny": Preset("street_view", 4, "vit", 32, (32,), (1,), stem=16, text_width=32, text_layers=1, projection=16,
                   vocabulary=400),
    "tiny-resnet": Preset("street_view", 4, "resnet", 32, (16, 32), (1, 1), stem=16, text_width=32, text_layers=1,
                          projection=16, vocabulary=400),
}  # fmt: skip


def preset_named(name: str) -> Preset:
    """The preset of that name.

    Raises:
        ConfigError: there is none; the message lists what there is.
    """
    if name not in PRESETS:
        raise ConfigError(f"looked for the preset '{name}', found {', '.join(PRESETS)}.")
    return PRESETS[name]


def build_model(preset: Preset, tokenizer: Any) -> Any:
    """A model with random weights (torch's generator draws them) that speaks the tokenizer's vocabulary."""
    from transformers import (
        CLIPConfig,
        CLIPModel,
        CLIPTextConfig,
        CLIPTextModel,
        CLIPVisionConfig,
        ResNetConfig,
        ResNetModel,
        VisionTextDualEncoderConfig,
        VisionTextDualEncoderModel,
    )

    ids = {"pad_token_id": tokenizer.pad_token_id, "bos_token_id": tokenizer.bos_token_id,
           "eos_token_id": tokenizer.eos_token_id}  # fmt: skip
    text = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=preset.text_width, intermediate_size=4 * preset.text_width,
        num_hidden_layers=preset.text_layers, num_attention_heads=max(1, preset.text_width // 32),
        max_position_embeddings=TEXT_LENGTH, projection_dim=preset.projection, **ids,
    )  # fmt: skip
    if preset.tower == "vit":
        vision = CLIPVisionConfig(
            hidden_size=preset.widths[0], intermediate_size=4 * preset.widths[0], num_hidden_layers=preset.depths[0],
            num_attention_heads=max(1, preset.widths[0] // 64), image_size=preset.image_size, patch_size=preset.stem,
            projection_dim=preset.projection,
        )  # fmt: skip
        return CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=preset.projection))
    seen: Any = ResNetConfig(
        embedding_size=preset.stem, hidden_sizes=preset.widths, depths=preset.depths, layer_type="basic",
    )  # fmt: skip
    seen.hidden_size = preset.widths[-1]  # what the dual encoder asks every tower for
    config = VisionTextDualEncoderConfig.from_vision_text_configs(seen, text, projection_dim=preset.projection)
    return VisionTextDualEncoderModel(config, vision_model=ResNetModel(seen), text_model=CLIPTextModel(text))


def save_encoder(
    model: Any, tokenizer: Any, image_size: int, folder: Path, preprocessor: Any = None, half: bool = False
) -> None:
    """Write config.json, model.safetensors, the tokenizer and preprocessor_config.json into a folder.

    With `half` the matrices are stored as float16, as the config's `dtype` says; the model itself stays as it is.

    Raises:
        ConfigError: a weight that half precision cannot hold; nothing is written.
    """
    weights = in_half(model.state_dict()) if half else None
    settings = preprocessor or {
        "image_processor_type": "CLIPImageProcessor",
        "do_convert_rgb": True,
        "do_center_crop": True,
        "crop_size": {"height": image_size, "width": image_size},
        "do_resize": True,
        "size": {"shortest_edge": image_size},
        "resample": int(RESAMPLE),
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": list(CLIP_MEAN),
        "image_std": list(CLIP_STD),
    }
    model.save_pretrained(folder, state_dict=weights, safe_serialization=True)
    if half:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        for part in (config, *(value for value in config.values() if isinstance(value, dict) and "dtype" in value)):
            part["dtype"] = "float16"  # transformers wrote that of the model in memory
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    tokenizer.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
