"""Small heads that say what the ground is like: a softmax over the buckets of density, and one over the land covers.

On embeddings of any encoder, linear or with one hidden layer that all share; on single views (N, V, D) they read the
mean. What was learned on standardised embeddings is folded into the first layers, and a temperature for each attribute,
fitted on validation places, makes the shares honest. Stored as heads.safetensors (no pickle) and heads.json. Knows no
map and no training.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import nn

from model.artifacts import whole
from model.errors import ArtifactError

WEIGHTS, SHAPE = "heads.safetensors", "heads.json"
FORMAT = 1
BLOCK = 8192  # rows at a time
MOST_CLASSES = 64


class AttributeHeads(nn.Module):
    """A linear map for each attribute on [f, gelu(A·f + b)]; without hidden units on f alone."""

    def __init__(self, dim: int, classes: Mapping[str, int], hidden: int = 0) -> None:
        super().__init__()
        self.dim, self.classes = dim, dict(classes)
        self.hidden = nn.Linear(dim, hidden) if hidden else None
        self.heads = nn.ModuleDict({name: nn.Linear(dim + hidden, count) for name, count in classes.items()})
        self.temperature = dict.fromkeys(classes, 1.0)

    def forward(self, embeddings: torch.Tensor) -> dict[str, torch.Tensor]:
        """(N, D) -> the logits (N, M) of every attribute."""
        seen = embeddings
        if self.hidden is not None:
            seen = torch.cat([embeddings, nn.functional.gelu(self.hidden(embeddings))], dim=-1)
        return {name: head(seen) for name, head in self.heads.items()}

    @torch.no_grad()
    def fold_standardisation(self, mean: torch.Tensor, deviation: torch.Tensor) -> None:
        """Make heads that learned on (f − mean) / deviation take f itself."""
        for layer in [*self.heads.values(), *([self.hidden] if self.hidden is not None else [])]:
            direct = layer.weight[:, : self.dim]  # type: ignore[index]
            direct /= deviation  # a view: the layer's own weight changes
            layer.bias.sub_(direct @ mean)  # type: ignore[operator]

    @torch.inference_mode()
    def logits(self, embeddings: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """(N, D) or (N, V, D) -> the logits (N, M) of every attribute, over its temperature.

        Raises:
            ArtifactError: embeddings of another size, or not finite.
        """
        array = np.asarray(embeddings, np.float32)
        array = array.mean(axis=1) if array.ndim == 3 else array
        if array.ndim != 2 or array.shape[1] != self.dim:
            raise ArtifactError(f"looked for embeddings (N, {self.dim}), found an array of shape {array.shape}: the "
                                "heads of the attributes were trained on what another encoder sees.")  # fmt: skip
        if not np.isfinite(array).all():
            raise ArtifactError("looked for embeddings of finite numbers, found some that are not.")
        device = next(self.parameters()).device
        parts: dict[str, list[NDArray[np.float32]]] = {name: [] for name in self.classes}
        for start in range(0, max(1, len(array)), BLOCK):
            out = self(torch.from_numpy(np.ascontiguousarray(array[start : start + BLOCK])).to(device))
            for name, found in parts.items():
                found.append((out[name] / self.temperature[name]).cpu().numpy())
        return {name: np.concatenate(found) for name, found in parts.items()}

    def probabilities(self, embeddings: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """(N, D) or (N, V, D) -> the shares (N, M) of every attribute's classes; rows sum to 1. As `logits`."""
        found = self.logits(embeddings)
        return {name: torch.softmax(torch.from_numpy(values), dim=-1).numpy() for name, values in found.items()}

    def save(self, folder: Path) -> None:
        """Write both files, each whole or not at all."""
        tensors = {name: tensor.detach().cpu().float().contiguous() for name, tensor in self.state_dict().items()}
        shape = {"format": FORMAT, "dim": self.dim, "classes": self.classes, "temperature": self.temperature,
                 "hidden": 0 if self.hidden is None else self.hidden.out_features}  # fmt: skip
        with whole(folder / WEIGHTS) as temporary:
            temporary.write_bytes(save(tensors))
        with whole(folder / SHAPE) as temporary:
            temporary.write_text(json.dumps(shape, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "AttributeHeads":
        """Read heads, ready for inference.

        Raises:
            ArtifactError: a missing file, or one that holds no such heads.
        """
        for name in (WEIGHTS, SHAPE):
            if not (folder / name).is_file():
                raise ArtifactError(f"looked for {name} in {folder}, found none; run `python -m "
                                    "model.train_attributes`.")  # fmt: skip
        try:
            shape = json.loads((folder / SHAPE).read_text(encoding="utf-8"))
            classes, dim, hidden = dict(shape["classes"]), shape["dim"], shape["hidden"]
            sizes = [dim, hidden, *classes.values()]
            if shape["format"] != FORMAT or not classes or not all(type(size) is int for size in sizes):
                raise ValueError("another format")
            if dim < 1 or hidden < 0 or not all(1 < count <= MOST_CLASSES for count in classes.values()):
                raise ValueError(f"impossible sizes {sizes}")
            temperature = {name: float(shape["temperature"][name]) for name in classes}
            if not all(math.isfinite(value) and value > 0 for value in temperature.values()):
                raise ValueError("a temperature that is none")
            tensors = load_file(folder / WEIGHTS)
            for name, count in classes.items():  # before anything of that size is made
                if tuple(tensors[f"heads.{name}.weight"].shape) != (count, dim + hidden):
                    raise ValueError(f"{SHAPE} and {WEIGHTS} tell of other sizes")
            if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
                raise ValueError("weights that are not finite")
            heads = cls(dim, classes, hidden)
            heads.load_state_dict(tensors)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
            raise ArtifactError(f"{folder} holds no heads of attributes that can be used ({reason}); train them "
                                "again.") from error  # fmt: skip
        heads.temperature = temperature
        return heads.eval()
