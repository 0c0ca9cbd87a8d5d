"""The two towers that are opened most, read with torch alone: importing transformers takes longer than all the rest.

Weights come from a hub-layout folder: the residual network of a `VisionTextDualEncoderModel` (basic blocks, each
normalisation folded into its convolution) and the vision transformer of a `CLIPModel`, in float32 whatever they are
stored in. For inference only; what is any different gives None, and transformers opens it. Knows no preprocessing.
"""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import nn
from torch.nn import functional as F

VISION = "vision_model."
BATCH_NORM_EPS = 1e-5  # of nn.BatchNorm2d, which a config does not name
ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "relu": F.relu,
    "gelu": F.gelu,
    "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x),
}
# Of the config; with another activation transformers still has ReLU inside the blocks.
RESIDUAL = {"layer_type": "basic", "model_type": "resnet", "hidden_act": "relu"}
Weights = dict[str, torch.Tensor]


class PlainTower(nn.Module):
    """A vision tower: (B, 3, H, W) -> `.last_hidden_state`, (B, D, h, w) of a network or (B, T, D) of a transformer."""

    dim: int
    projection: torch.Tensor  # (P, D), into the space shared with texts
    logit_scale: float  # what cosines in that space are multiplied by before a softmax

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self.config = SimpleNamespace(**config)

    def keep(self, name: str, tensor: torch.Tensor) -> None:
        """Hold a weight."""
        layout = torch.channels_last if tensor.ndim == 4 else torch.contiguous_format
        self.register_buffer(name.replace(".", "_"), tensor.contiguous(memory_format=layout))

    def forward(self, pixel_values: torch.Tensor, output_hidden_states: bool = False) -> SimpleNamespace:
        """The same as the tower of transformers."""
        kept: list[torch.Tensor] = []
        last = self.look(pixel_values, kept if output_hidden_states else None)
        return SimpleNamespace(last_hidden_state=last, hidden_states=tuple(kept))

    def look(self, pixels: torch.Tensor, kept: list[torch.Tensor] | None = None) -> torch.Tensor:
        """The last hidden state; those on the way, what the first layer takes before all, are added to `kept`."""
        raise NotImplementedError

    def project(self, last: torch.Tensor) -> torch.Tensor:
        """The last hidden state in the space shared with texts, (B, P), as `visual_projection` of the whole model."""
        return F.linear(self.summary(last), self.projection)

    def summary(self, last: torch.Tensor) -> torch.Tensor:
        """What is projected of the last hidden state, (B, D)."""
        raise NotImplementedError


class PlainResNet(PlainTower):
    """Residual blocks of two convolutions each. He et al., arXiv 1512.03385."""

    def __init__(self, config: dict[str, Any], weights: Weights) -> None:
        super().__init__(config)
        self.act = ACTIVATIONS[config["hidden_act"]]
        self.dim = int(config["hidden_sizes"][-1])
        width = int(config["embedding_size"])
        self._fold("stem", weights, "embedder.embedder", (width, 3, 7, 7))
        self.strides: dict[str, int] = {}
        self.shortcuts: set[str] = set()
        for stage, (depth, wider) in enumerate(zip(config["depths"], config["hidden_sizes"], strict=True)):
            for layer in range(depth):
                name, source = f"s{stage}l{layer}", f"encoder.stages.{stage}.layers.{layer}"
                down = layer == 0 and (stage > 0 or config["downsample_in_first_stage"])
                self.strides[name] = 2 if down else 1
                self._fold(f"{name}a", weights, f"{source}.layer.0", (wider, width, 3, 3))
                self._fold(f"{name}b", weights, f"{source}.layer.1", (wider, wider, 3, 3))
                if down or width != wider:
                    self._fold(f"{name}c", weights, f"{source}.shortcut", (wider, width, 1, 1))
                    self.shortcuts.add(name)
                width = wider

    def _fold(self, name: str, weights: Weights, source: str, shape: tuple[int, ...]) -> None:
        norm = f"{source}.normalization"
        expect(weights, {f"{source}.convolution.weight": shape})
        expect(weights, {f"{norm}.{part}": shape[:1] for part in ("weight", "bias", "running_mean", "running_var")})
        scale = weights[f"{norm}.weight"] / torch.sqrt(weights[f"{norm}.running_var"] + BATCH_NORM_EPS)
        self.keep(f"{name}_w", weights[f"{source}.convolution.weight"] * scale[:, None, None, None])
        self.keep(f"{name}_b", weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * scale)

    def _convolved(self, x: torch.Tensor, name: str, stride: int = 1) -> torch.Tensor:
        weight = getattr(self, f"{name}_w")
        return F.conv2d(x, weight, getattr(self, f"{name}_b"), stride, weight.shape[-1] // 2)

    def look(self, pixels: torch.Tensor, kept: list[torch.Tensor] | None = None) -> torch.Tensor:
        """(B, 3, H, W) -> (B, D, h, w); a layer is a stage of blocks."""
        x = F.max_pool2d(self.act(self._convolved(pixels, "stem", 2)), 3, 2, 1)
        for name, stride in self.strides.items():
            if kept is not None and name.endswith("l0"):
                kept.append(x)
            aside = self._convolved(x, f"{name}c", stride) if name in self.shortcuts else x
            x = self._convolved(self.act(self._convolved(x, f"{name}a", stride)), f"{name}b")
            x = self.act(x + aside)
        if kept is not None:
            kept.append(x)
        return x

    def summary(self, last: torch.Tensor) -> torch.Tensor:
        """(B, D, h, w) -> (B, D): the mean over positions."""
        return last.flatten(2).mean(dim=2)


class PlainViT(PlainTower):
    """CLIP's vision transformer without the normalisation after it. Radford et al., arXiv 2103.00020."""

    def __init__(self, config: dict[str, Any], weights: Weights) -> None:
        super().__init__(config)
        self.act = ACTIVATIONS[config["hidden_act"]]
        self.dim, self.heads = int(config["hidden_size"]), int(config["num_attention_heads"])
        self.layers, self.eps = int(config["num_hidden_layers"]), float(config["layer_norm_eps"])
        if self.dim % self.heads:
            raise ValueError("heads that do not part the width evenly")
        shapes = self._shapes(int(config["intermediate_size"]), int(config["image_size"]), int(config["patch_size"]))
        expect(weights, shapes)
        for name in shapes:
            self.keep(name, weights[name])

    def _shapes(self, inner: int, image_size: int, patch: int) -> dict[str, tuple[int, ...]]:
        """Every weight that is read, by name."""
        dim = self.dim
        shapes: dict[str, tuple[int, ...]] = {
            "embeddings.class_embedding": (dim,), "embeddings.patch_embedding.weight": (dim, 3, patch, patch),
            "embeddings.position_embedding.weight": ((image_size // patch) ** 2 + 1, dim),
            "pre_layrnorm.weight": (dim,), "pre_layrnorm.bias": (dim,),
            "post_layernorm.weight": (dim,), "post_layernorm.bias": (dim,),
        }  # fmt: skip
        linear = {f"self_attn.{part}_proj": (dim, dim) for part in ("q", "k", "v", "out")}
        linear |= {"mlp.fc1": (inner, dim), "mlp.fc2": (dim, inner)}
        for layer in range(self.layers):
            name = f"encoder.layers.{layer}"
            for part, shape in linear.items():
                shapes |= {f"{name}.{part}.weight": shape, f"{name}.{part}.bias": shape[:1]}
            for norm in ("layer_norm1", "layer_norm2"):
                shapes |= {f"{name}.{norm}.weight": (dim,), f"{name}.{norm}.bias": (dim,)}
        return shapes

    def _weight(self, name: str) -> torch.Tensor:
        tensor: torch.Tensor = getattr(self, name.replace(".", "_"))
        return tensor

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.linear(x, self._weight(f"{name}.weight"), self._weight(f"{name}.bias"))

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, (self.dim,), self._weight(f"{name}.weight"), self._weight(f"{name}.bias"), self.eps)

    def look(self, pixels: torch.Tensor, kept: list[torch.Tensor] | None = None) -> torch.Tensor:
        """(B, 3, H, W) -> (B, T, D), the class token first."""
        patches = F.conv2d(pixels, self._weight("embeddings.patch_embedding.weight"), stride=self.config.patch_size)
        tokens = patches.flatten(2).transpose(1, 2)
        first = self._weight("embeddings.class_embedding").expand(len(tokens), 1, -1)
        x = torch.cat([first, tokens], dim=1) + self._weight("embeddings.position_embedding.weight")
        x = self._norm(x, "pre_layrnorm")
        for layer in range(self.layers):
            if kept is not None:
                kept.append(x)
            name = f"encoder.layers.{layer}"
            x = x + self._attended(self._norm(x, f"{name}.layer_norm1"), f"{name}.self_attn")
            inner = self._linear(self._norm(x, f"{name}.layer_norm2"), f"{name}.mlp.fc1")
            x = x + self._linear(self.act(inner), f"{name}.mlp.fc2")
        if kept is not None:
            kept.append(x)
        return x

    def summary(self, last: torch.Tensor) -> torch.Tensor:
        """(B, T, D) -> (B, D): the class token, normalised."""
        return self._norm(last[:, 0], "post_layernorm")

    def _attended(self, x: torch.Tensor, name: str) -> torch.Tensor:
        b, t, d = x.shape
        query, key, value = (
            self._linear(x, f"{name}.{part}_proj").view(b, t, self.heads, -1).transpose(1, 2) for part in "qkv"
        )
        out = F.scaled_dot_product_attention(query, key, value)  # (B, heads, T, D / heads)
        return self._linear(out.transpose(1, 2).reshape(b, t, d), f"{name}.out_proj")


def plain_tower(folder: Path) -> PlainTower | None:
    """The vision tower of a hub-layout folder, or None where it is not one of the two, or not whole."""
    try:
        json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))  # read later, but missed now
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        seen = config["vision_config"]
        tower: PlainTower | None = None
        if config["model_type"] == "vision-text-dual-encoder" and seen | RESIDUAL == seen:
            tower = PlainResNet(seen, _weights(folder))
        elif config["model_type"] == "clip":
            tower = PlainViT({"hidden_act": "quick_gelu", "layer_norm_eps": 1e-5} | seen, _weights(folder))
        if tower is not None:
            projection, tower.logit_scale = _shared_space(folder)
            if tuple(projection.shape) == (int(config["projection_dim"]), tower.dim):
                tower.keep("projection", projection)
                return tower.eval()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError):
        pass  # transformers says what is wrong with it, in its own words
    return None


def expect(weights: Weights, shapes: dict[str, tuple[int, ...]]) -> None:
    """Look for weights of these shapes.

    Raises:
        KeyError: one that is missing.
        ValueError: one of another shape.
    """
    for name, shape in shapes.items():
        if tuple(weights[name].shape) != shape:
            raise ValueError(f"{name} of another shape")


def _weights(folder: Path) -> Weights:
    with safe_open(folder / "model.safetensors", framework="pt") as file:
        names = [name for name in file.keys() if name.startswith(VISION)]  # noqa: SIM118
        return {name.removeprefix(VISION): file.get_tensor(name).float() for name in names}


def _shared_space(folder: Path) -> tuple[torch.Tensor, float]:
    """The projection (P, D) of pictures beside texts, and the factor of their cosines."""
    with safe_open(folder / "model.safetensors", framework="pt") as file:
        scale = float(file.get_tensor("logit_scale").float().exp())
        return file.get_tensor("visual_projection.weight").float(), scale
