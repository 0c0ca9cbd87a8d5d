"""The hierarchical head: an embedding in, cells of several levels out, each a linear map; and their product.

Every cell of the finest level lies in one of each coarser level. The product f* of a fine cell is its own probability
times those of the coarser cells that hold it: levels that know less finely but more surely correct the others. Stored
as hierarchy.safetensors (no pickle) and hierarchy.json in one folder. Knows no geography and no training.
Source: Müller-Budack et al., "Geolocation Estimation of Photos Using a Hierarchical Model and Scene Classification"
(ECCV 2018), section 3.2.
"""

import json
from collections.abc import Sequence
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
from model.networks.half import in_half
from model.networks.head import EmbeddingHead, fold_into

WEIGHTS, SHAPE = "hierarchy.safetensors", "hierarchy.json"
FORMAT = 1
BLOCK = 4_000_000  # numbers of a table (n, J) that are worked on at a time


class HierarchyHead(EmbeddingHead):
    """A linear map for each level, the coarsest first; `parents` hold for each fine cell its cell of every other."""

    parents: torch.Tensor

    def __init__(self, dim: int, parents: NDArray[np.int64], sizes: Sequence[int]) -> None:
        """`parents` (L − 1, J) are rows of the coarser levels, `sizes` (L,) the cells of every level, J the last."""
        super().__init__()
        self.dim, self.sizes = dim, tuple(sizes)
        self.levels = nn.ModuleList(nn.Linear(dim, size) for size in sizes)
        self.register_buffer("parents", torch.from_numpy(np.asarray(parents, np.int64)))

    def forward(self, embeddings: torch.Tensor) -> dict[str, torch.Tensor]:
        """(N, D) -> the logits of every level by its number, "0" the coarsest."""
        return {str(number): level(embeddings) for number, level in enumerate(self.levels)}

    def fold_standardisation(self, mean: torch.Tensor, deviation: torch.Tensor) -> None:
        """Make a head that learned on (f − mean) / deviation take f itself."""
        fold_into([level for level in self.levels if isinstance(level, nn.Linear)], self.dim, mean, deviation)

    @torch.inference_mode()
    def log_products(self, embeddings: NDArray[Any], finest_only: bool = False) -> NDArray[np.float32]:
        """Logarithm of f* of every fine cell, (N, D) -> (N, J), not normalised; `finest_only`: of the finest alone."""
        out = np.empty((len(embeddings), self.sizes[-1]), np.float32)
        step = max(1, BLOCK // self.sizes[-1])
        for start in range(0, len(embeddings), step):
            block = torch.from_numpy(np.array(embeddings[start : start + step], np.float32))
            logs = [torch.log_softmax(logits, dim=-1) for logits in self(block).values()]
            total = logs[-1]
            for coarser, parent in zip([] if finest_only else logs[:-1], self.parents, strict=False):
                total = total + coarser[:, parent]
            out[start : start + step] = total.numpy()
        return out

    def save(self, folder: Path, half: bool = False) -> None:
        """Write both files, each whole or not at all; with `half` the matrices as float16. The head itself stays."""
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in self.state_dict().items()}
        tensors = in_half(tensors) if half else tensors
        with whole(folder / WEIGHTS) as temporary:
            temporary.write_bytes(save(tensors))
        with whole(folder / SHAPE) as temporary:
            shape = {"format": FORMAT, "dim": self.dim, "sizes": list(self.sizes)}
            temporary.write_text(json.dumps(shape, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "HierarchyHead":
        """Read a head, in float32 and ready for inference.

        Raises:
            ArtifactError: a missing file, one that is no such head, or one of another format.
        """
        for name in (WEIGHTS, SHAPE):
            if not (folder / name).is_file():
                raise ArtifactError(
                    f"looked for {name} in {folder}, found none; run `python -m model.train_hierarchy`."
                )
        try:
            shape = json.loads((folder / SHAPE).read_text(encoding="utf-8"))
            if shape.get("format") != FORMAT:
                raise ValueError(f"format {shape.get('format')} in place of {FORMAT}")
            tensors = load_file(folder / WEIGHTS)
            dim, sizes, parents = shape["dim"], shape["sizes"], tensors["parents"]
            if not all(isinstance(size, int) and size > 0 for size in [dim, *sizes]) or not sizes:
                raise ValueError(f"impossible sizes {dim}, {sizes}")
            if parents.dtype != torch.int64 or tuple(parents.shape) != (len(sizes) - 1, sizes[-1]):
                raise ValueError("no cell of the coarser levels for every fine one")
            for row, size in zip(parents, sizes, strict=False):
                if bool((row < 0).any()) or bool((row >= size).any()):
                    raise ValueError("a coarser cell that is none")
            for number, size in enumerate(sizes):  # compared before anything of that size is made
                if tuple(tensors[f"levels.{number}.weight"].shape) != (size, dim):
                    raise ValueError(f"{SHAPE} and {WEIGHTS} differ in level {number}")
            if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
                raise ValueError("weights that are not finite")
            head = cls(dim, parents.numpy(), sizes)
            head.load_state_dict(tensors)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
            raise ArtifactError(f"{folder} holds no hierarchical head that can be used ({reason}); train it again with "
                                "`python -m model.train_hierarchy`.") from error  # fmt: skip
        return head.eval()
