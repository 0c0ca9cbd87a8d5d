"""Which parts of a two-tower model learn, and how much memory the rest may take. Knows no data and no optimiser."""

from typing import Any

from torch import nn

from model.errors import ConfigError
from model.networks.encoder import vision_tower


def layers_to_unfreeze(text: str) -> int | None:
    """ "all" -> None, "none" -> 0, "N" -> N: how many of the vision tower's last layers learn.

    Raises:
        ConfigError: none of these.
    """
    if text == "all":
        return None
    if text == "none":
        return 0
    if not text.isdigit():
        raise ConfigError(f"looked for all, none or a number of layers after --unfreeze, found '{text}'.")
    return int(text)


def vision_layers(tower: Any) -> list[nn.Module]:
    """The layers of a vision tower from the first to the last: blocks of a ViT, stages of a ResNet.

    Raises:
        ConfigError: a tower of another kind.
    """
    encoder = getattr(tower, "encoder", None)
    for name in ("layers", "layer", "stages"):
        layers = getattr(encoder, name, None)
        if isinstance(layers, nn.ModuleList):
            return list(layers)
    raise ConfigError(f"looked for layers in a {type(tower).__name__}, found none; use --unfreeze all or none.")


def freeze(hub: Any, unfreeze: int | None, freeze_text: bool) -> None:
    """Take gradients from the vision tower but for its last `unfreeze` layers, and from the text tower if asked.

    Projections, the logit scale and the heads always learn. A ViT's last layer norm learns with its last layer.

    Raises:
        ConfigError: more layers than there are.
    """
    if unfreeze is not None:
        tower = vision_tower(hub)
        tower.requires_grad_(False)
        if unfreeze:
            layers = vision_layers(tower)
            if unfreeze > len(layers):
                raise ConfigError(f"--unfreeze {unfreeze}: the vision tower has {len(layers)} layers.")
            for layer in layers[-unfreeze:]:
                layer.requires_grad_(True)
            if (norm := getattr(tower, "post_layernorm", None)) is not None:
                norm.requires_grad_(True)
    if freeze_text:
        hub.text_model.requires_grad_(False)


def train_mode(module: nn.Module) -> None:
    """Training mode, but for parts without any gradient: their running statistics must not move either."""
    module.train()
    for part in module.modules():
        own = list(part.parameters())
        if own and not any(p.requires_grad for p in own):
            part.eval()


def checkpoint_gradients(hub: Any) -> None:
    """Compute activations again on the way back instead of keeping them: less memory, about a third more time.

    Raises:
        ConfigError: a tower with running statistics, which would be counted twice.
    """
    tower = vision_tower(hub)
    if any(isinstance(part, nn.BatchNorm2d) for part in tower.modules()):
        raise ConfigError(
            "--checkpoint-gradients needs a ViT: the batch norms of a convolutional tower would count each batch twice."
        )
    try:
        hub.activation_checkpointing_enable(activation_checkpointing_kwargs={"use_reentrant": False})
    except (ValueError, AttributeError) as error:
        raise ConfigError(f"a {type(hub).__name__} cannot checkpoint its gradients; leave the flag out.") from error
