"""The head: an embedding in, logits over geocells out. Knows no geography and no training.

What the training learns on standardised embeddings is folded into the first layer, so a head takes embeddings as the
encoder gives them. Stored as head.safetensors (no pickle) and head.json in one folder.
"""

import json
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

WEIGHTS, SHAPE = "head.safetensors", "head.json"
BLOCK = 8192  # rows at a time, so that a million places need no more memory than a few


class GeocellHead(nn.Module):
    """Linear map D → C, its logits divided by a temperature fitted on validation."""

    temperature: torch.Tensor

    def __init__(self, dim: int, cells: int) -> None:
        super().__init__()
        self.linear = nn.Linear(dim, cells)
        self.register_buffer("temperature", torch.ones(()))

    @property
    def dim(self) -> int:
        """D."""
        return self.linear.in_features

    @property
    def cells(self) -> int:
        """C."""
        return self.linear.out_features

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """(N, D) -> (N, C) calibrated logits."""
        logits: torch.Tensor = self.linear(embeddings) / self.temperature
        return logits

    @torch.no_grad()
    def fold_standardisation(self, mean: torch.Tensor, deviation: torch.Tensor) -> None:
        """Make a head that learned on (f − mean) / deviation take f itself."""
        self.linear.weight /= deviation
        self.linear.bias.sub_(self.linear.weight @ mean)

    @torch.inference_mode()
    def probabilities(self, embeddings: NDArray[Any]) -> NDArray[np.float32]:
        """(N, D) -> (N, C), rows sum to 1."""
        device = self.linear.weight.device
        blocks = [
            torch.softmax(self(torch.from_numpy(np.array(embeddings[i : i + BLOCK], np.float32)).to(device)), dim=-1)
            for i in range(0, max(1, len(embeddings)), BLOCK)
        ]
        return torch.cat(blocks).cpu().numpy()

    def save(self, folder: Path) -> None:
        """Write both files, each whole or not at all."""
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in self.state_dict().items()}
        with whole(folder / WEIGHTS) as temporary:
            temporary.write_bytes(save(tensors))  # save_file hides a full disk behind an error of its own
        with whole(folder / SHAPE) as temporary:
            temporary.write_text(json.dumps({"kind": "linear", "dim": self.dim, "cells": self.cells}) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "GeocellHead":
        """Read a head, ready for inference.

        Raises:
            ArtifactError: a missing file, or one that is no head.
        """
        for name in (WEIGHTS, SHAPE):
            if not (folder / name).is_file():
                raise ArtifactError(f"looked for {name} in {folder}, found none; run `python -m model.train_head`.")
        try:
            shape = json.loads((folder / SHAPE).read_text(encoding="utf-8"))
            head = cls(int(shape["dim"]), int(shape["cells"]))
            head.load_state_dict(load_file(folder / WEIGHTS))
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
            reason = str(error).strip().splitlines()[0]
            raise ArtifactError(f"{folder} holds no geocell head ({reason}); train the head again.") from error
        return head.eval()
