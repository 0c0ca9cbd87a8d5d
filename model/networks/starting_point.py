"""Where a training starts: a model with random weights, or a CLIP model from a folder or from the hub.

Knows no training data but the captions that a new vocabulary is learned from.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from model.data.vocabulary import train_tokenizer
from model.errors import ConfigError
from model.networks.encoder import CLIP_MEAN, CLIP_STD, image_size_of, load_pretrained, vision_tower, width_of
from model.networks.towers import RESAMPLE, TEXT_LENGTH, Preset, build_model


@dataclass
class StartingPoint:
    """A two-tower model and how it reads pictures and texts."""

    hub: Any
    tokenizer: Any
    size: int  # side of a view in pixels
    mean: tuple[float, ...]
    std: tuple[float, ...]
    resample: Image.Resampling
    preprocessor: dict[str, Any] | None  # as it was found, None for a new model
    facts: dict[str, Any]  # what a record says of it


def starting_point(preset: Preset, start_from: str | Path | None, captions: Callable[[], list[str]]) -> StartingPoint:
    """A new model of a preset, with a vocabulary of its own, or the one in `start_from`.

    Args:
        preset: the model, where it is new.
        start_from: a folder in the hub's layout, or a model of the hub by its name.
        captions: called for a new vocabulary.

    Raises:
        ArtifactError: no such model; see `load_pretrained`.
        ConfigError: a model without a text tower.
    """
    if start_from is None:
        tokenizer = train_tokenizer(captions(), preset.vocabulary, TEXT_LENGTH)
        hub = build_model(preset, tokenizer)
        facts = {"model": asdict(preset), "start_from": None}
        return StartingPoint(hub, tokenizer, preset.image_size, CLIP_MEAN, CLIP_STD, RESAMPLE, None, facts)
    hub, preprocessor, tokenizer = load_pretrained(start_from)
    if tokenizer is None or not hasattr(hub, "logit_scale"):
        raise ConfigError(
            f"looked for a model that sees and reads in {start_from}, found a {type(hub).__name__} without a text "
            "tower; give a CLIP model, such as openai/clip-vit-large-patch14-336."
        )
    size = image_size_of(preprocessor, vision_tower(hub).config)
    model = describe_model(hub, size)
    named = None if isinstance(start_from, Path) else start_from
    found = {"name": named, "revision": None if named is None else hub_revision(named)}
    return StartingPoint(
        hub, tokenizer, size,
        tuple(float(v) for v in preprocessor.get("image_mean") or CLIP_MEAN),
        tuple(float(v) for v in preprocessor.get("image_std") or CLIP_STD),
        Image.Resampling(int(preprocessor.get("resample", Image.Resampling.BICUBIC))),
        preprocessor, {"model": model, "start_from": found},
    )  # fmt: skip


def hub_revision(name: str) -> str | None:
    """The commit of a model of the hub whose files were just loaded; None where they lie elsewhere."""
    from huggingface_hub import try_to_load_from_cache

    file = try_to_load_from_cache(name, "config.json")  # …/snapshots/COMMIT/config.json
    return Path(file).parent.name if isinstance(file, str) else None


def describe_model(hub: Any, size: int) -> dict[str, Any]:
    """What a loaded model is, from its own config."""
    tower, text = vision_tower(hub).config, hub.text_model.config
    kept = ("hidden_size", "hidden_sizes", "num_hidden_layers", "depths", "patch_size", "num_attention_heads")
    return {
        "kind": type(hub).__name__,
        "tower": str(tower.model_type),
        "image_size": size,
        "width": width_of(hub),
        **{name: _plain(getattr(tower, name)) for name in kept if getattr(tower, name, None) is not None},
        "projection": int(hub.config.projection_dim),
        "text_width": int(text.hidden_size),
        "text_layers": int(text.num_hidden_layers),
        "vocabulary": int(text.vocab_size),
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value
