"""The head: an embedding in, geocells and what else is known of a place out. Knows no geography and no training.

What the training learns on standardised embeddings is folded into the first layers, so a head takes embeddings as the
encoder gives them. It holds the attribute space that it learned, so its answers come in metres and degrees. Stored as
head.safetensors (no pickle) and head.json in one folder. The temperature that makes its logits honest belongs to the
calibration. Source: PIGEON (arXiv 2307.05845), sections 3.2 and 3.3.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import nn

from model.artifacts import whole
from model.data.attributes import AttributeSpace
from model.errors import ArtifactError, ConfigError
from model.networks.half import in_half

WEIGHTS, SHAPE = "head.safetensors", "head.json"
FORMAT = 2
BLOCK = 8192  # rows at a time, so that a million places need no more memory than a few
NOTHING = AttributeSpace({}, {})


class EmbeddingHead(nn.Module):
    """What `head_training` trains: embeddings (N, D) in, outputs by name out."""

    dim: int  # D

    def fold_standardisation(self, mean: torch.Tensor, deviation: torch.Tensor) -> None:
        """Make a head that learned on (f − mean) / deviation take f itself."""
        raise NotImplementedError


@torch.no_grad()
def fold_into(layers: Iterable[nn.Linear], dim: int, mean: torch.Tensor, deviation: torch.Tensor) -> None:
    """Fold (f − mean) / deviation, (D,) each, into layers whose first `dim` inputs are f."""
    for layer in layers:
        direct = layer.weight[:, :dim]
        direct /= deviation  # a view: the layer's own weight changes
        layer.bias.sub_(direct @ mean)


class MultiTaskHead(EmbeddingHead):
    """A linear map for each task on [f, gelu(A·f + b)]; the hidden part, shared by all tasks, is off by default.

    The tasks are "cells", every class column of the attribute space, and "regressions" where it has some.
    """

    def __init__(self, dim: int, cells: int, space: AttributeSpace = NOTHING, hidden: int = 0) -> None:
        super().__init__()
        self.space = space
        sizes = {"cells": cells, **{name: len(names) for name, names in space.classes.items()}}
        if space.regressions:
            sizes["regressions"] = len(space.regressions)
        self.heads = nn.ModuleDict({name: nn.Linear(dim + hidden, size) for name, size in sizes.items()})
        self.hidden = nn.Linear(dim, hidden) if hidden else None
        self.dim, self.cells = dim, cells  # D and C

    def features(self, embeddings: torch.Tensor) -> torch.Tensor:
        """(N, D) -> (N, D + hidden): what all tasks see."""
        if self.hidden is None:
            return embeddings
        return torch.cat([embeddings, nn.functional.gelu(self.hidden(embeddings))], dim=-1)

    def forward(self, embeddings: torch.Tensor) -> dict[str, torch.Tensor]:
        """(N, D) -> the outputs (N, ·) of every task: logits, or standardised values."""
        seen = self.features(embeddings)
        return {name: head(seen) for name, head in self.heads.items()}

    def fold_standardisation(self, mean: torch.Tensor, deviation: torch.Tensor) -> None:
        """Make a head that learned on (f − mean) / deviation take f itself."""
        first = [layer for layer in (*self.heads.values(), self.hidden) if isinstance(layer, nn.Linear)]
        fold_into(first, self.dim, mean, deviation)

    @torch.no_grad()
    def weigh_by_country(self, classes: NDArray[np.int64], share: float) -> None:
        """Add `share` of the logit of its country to that of each cell; the task of countries itself stays as it is.

        A cell's probability is then the former one times that of its country to the power `share`, made to sum to 1
        again. As all tasks see the same numbers, the sum is a linear map once more.

        Args:
            classes: (C,) index of the country of each cell among the classes.
            share: how much; 0 changes nothing.

        Raises:
            ConfigError: a head that learned no countries, or other than one class for each cell.
        """
        if "country" not in self.heads:
            raise ConfigError(
                "looked for a head that learned countries, found one without; its cells stay as they are."
            )
        if classes.shape != (self.cells,):
            raise ConfigError(f"looked for a country of each of {self.cells} cells, found {classes.shape}.")
        cells, told = self.heads["cells"], self.heads["country"]
        of_cell = torch.from_numpy(classes)
        for name in ("weight", "bias"):
            getattr(cells, name).add_(share * getattr(told, name)[of_cell])

    def logits(self, embeddings: NDArray[Any], task: str = "cells") -> NDArray[np.float32]:
        """(N, D) -> (N, C), unscaled logits of the cells, or of the classes of another task."""
        return self._outputs(embeddings, [task])[task]

    def probabilities(self, embeddings: NDArray[Any], temperature: float = 1.0) -> NDArray[np.float32]:
        """(N, D) -> (N, C), rows sum to 1; `temperature` divides the logits."""
        logits = torch.from_numpy(self.logits(embeddings))
        return torch.softmax(logits / temperature, dim=-1).numpy()

    def attributes(self, embeddings: NDArray[Any]) -> pd.DataFrame:
        """What the head says of places (N, D) beside their cells: N rows.

        Columns, as far as it learned them: country (ISO-2), koppen, driving_side, month (1–12), and the regressions in
        their own units (altitude_m, population_per_km2, temperature_c …).
        """
        names = [*self.space.classes, *(["regressions"] if self.space.regressions else [])]
        if not names:
            return pd.DataFrame(index=range(len(embeddings)))
        said = self._outputs(embeddings, names, best_class=True)
        return self.space.decode(said, said.get("regressions"))

    @torch.inference_mode()
    def _outputs(self, embeddings: NDArray[Any], names: list[str], best_class: bool = False) -> dict[str, NDArray[Any]]:
        """Outputs of some tasks, block by block; with `best_class`, of a class only the most probable index (N,)."""
        device = self.heads["cells"].weight.device
        found: dict[str, list[torch.Tensor]] = {name: [] for name in names}
        for start in range(0, max(1, len(embeddings)), BLOCK):
            block = np.array(embeddings[start : start + BLOCK], np.float32).reshape(-1, self.dim)
            seen = self.features(torch.from_numpy(block).to(device))  # type: ignore[arg-type]
            for name, parts in found.items():
                out = self.heads[name](seen)
                parts.append((out.argmax(dim=-1) if best_class and name in self.space.classes else out).cpu())
        return {name: torch.cat(parts).numpy() for name, parts in found.items()}

    def save(self, folder: Path, half: bool = False) -> None:
        """Write both files, each whole or not at all; with `half` the matrices as float16. The head itself stays.

        Raises:
            ConfigError: a weight that half precision cannot hold; nothing is written.
        """
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in self.state_dict().items()}
        tensors = in_half(tensors) if half else tensors
        hidden = 0 if self.hidden is None else self.hidden.out_features
        shape = {"format": FORMAT, "dim": self.dim, "cells": self.cells, "hidden": hidden}
        with whole(folder / WEIGHTS) as temporary:
            temporary.write_bytes(save(tensors))  # save_file hides a full disk behind an error of its own
        with whole(folder / SHAPE) as temporary:
            text = json.dumps(shape | {"attributes": self.space.as_dict()}, indent=1, ensure_ascii=False)
            temporary.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "MultiTaskHead":
        """Read a head, in float32 and ready for inference.

        Raises:
            ArtifactError: a missing file, one that is no head, or one of another format.
        """
        for name in (WEIGHTS, SHAPE):
            if not (folder / name).is_file():
                raise ArtifactError(f"looked for {name} in {folder}, found none; run `python -m model.train_head`.")
        try:
            shape = json.loads((folder / SHAPE).read_text(encoding="utf-8"))
            if shape.get("format") != FORMAT:
                raise ArtifactError(f"looked for a head of format {FORMAT} in {folder}, found {shape.get('format')}")
            tensors = load_file(folder / WEIGHTS)
            sizes = [shape["dim"], shape["cells"], shape["hidden"]]
            if not all(isinstance(size, int) for size in sizes) or min(sizes[:2]) < 1 or sizes[2] < 0:
                raise ValueError(f"impossible sizes {sizes}")
            stored = tensors["heads.cells.weight"].shape  # compared before anything of that size is made
            if stored != (sizes[1], sizes[0] + sizes[2]):
                raise ValueError(f"{SHAPE} says {sizes} and {WEIGHTS} holds {tuple(stored)}")
            if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
                raise ValueError("weights that are not finite")
            head = cls(sizes[0], sizes[1], AttributeSpace.from_dict(shape.get("attributes")), sizes[2])
            head.load_state_dict(tensors)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError,
                ArtifactError) as error:  # fmt: skip
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
            raise ArtifactError(f"{folder} holds no head that can be used ({reason}); train the head again.") from error
        return head.eval()
