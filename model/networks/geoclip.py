"""GeoCLIP: pictures and places in one space. Takes embeddings of any frozen encoder; knows no picture and no training.

A small network maps an embedding, the location encoder a place, to vectors of one length; their cosine times a learned
scale says how well they fit. Stored as geoclip.safetensors (no pickle) and geoclip.json in one folder.
Source: GeoCLIP (arXiv 2309.16020), section 3.
"""

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import nn
from torch.nn import functional as F

from model.artifacts import fingerprint_of_bytes, whole
from model.errors import ArtifactError, ConfigError, HomingError
from model.networks.half import in_half
from model.networks.location_encoder import LocationEncoder, LocationShape

WEIGHTS, SHAPE = "geoclip.safetensors", "geoclip.json"
FORMAT = 1
BLOCK = 4096  # rows at a time: 16 MB for each hidden layer of the published size
FIRST_SCALE = math.log(1.0 / 0.07)  # GeoCLIP, section 4, as CLIP's

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class GeoClipShape:
    """How large both sides are.

    Attributes:
        dim: D, of the embeddings.
        hidden: units between an embedding and the shared space.
        location: of the other side.
    """

    dim: int
    hidden: int = 768
    location: LocationShape = field(default_factory=LocationShape)

    def __post_init__(self) -> None:
        if min(self.dim, self.hidden) < 1:
            raise ConfigError(f"looked for sizes of 1 or more, found {self}.")


class GeoClip(nn.Module):
    """Both sides and the scale between them; embedding changes nothing in it."""

    def __init__(self, shape: GeoClipShape) -> None:
        super().__init__()
        self.shape = shape
        self.image = nn.Sequential(
            nn.Linear(shape.dim, shape.hidden), nn.ReLU(), nn.Linear(shape.hidden, shape.location.dim)
        )
        self.location = LocationEncoder(shape.location)
        self.log_scale = nn.Parameter(torch.tensor(FIRST_SCALE))

    @property
    def dim(self) -> int:
        """D, the size of the embeddings it takes."""
        return self.shape.dim

    @property
    def logit_scale(self) -> float:
        """What cosines are multiplied by before a softmax."""
        return float(self.log_scale.detach().exp())

    @torch.inference_mode()
    def embed_images(self, embeddings: NDArray[Any]) -> Floats:
        """Embeddings (N, D) -> unit vectors (N, P)."""
        return self._blocks(embeddings, self.image)

    @torch.inference_mode()
    def embed_points(self, points: NDArray[Any], done: Callable[[int], object] = lambda rows: None) -> Floats:
        """Degrees (G, 2) -> unit vectors (G, P); `done` hears how many rows were added each time."""
        return self._blocks(points, self.location, done)

    def _blocks(self, rows: NDArray[Any], side: nn.Module, done: Callable[[int], object] = lambda rows: None) -> Floats:
        out = np.empty((len(rows), self.shape.location.dim), np.float32)
        for start in range(0, len(rows), BLOCK):
            block = torch.from_numpy(np.array(rows[start : start + BLOCK], np.float32)).to(self.log_scale.device)
            out[start : start + len(block)] = F.normalize(side(block), dim=-1).cpu().numpy()
            done(len(block))
        return out

    @torch.no_grad()
    def fold_standardisation(self, mean: torch.Tensor, deviation: torch.Tensor) -> None:
        """Make a model that learned on (f − mean) / deviation take f itself."""
        first = self.image[0]
        assert isinstance(first, nn.Linear)
        first.weight.div_(deviation)
        first.bias.sub_(first.weight @ mean)

    @property
    def places_fingerprint(self) -> str:
        """Of all that turns a place into a vector."""
        state = sorted(self.location.state_dict().items())
        return fingerprint_of_bytes(*(name.encode() + tensor.cpu().numpy().tobytes() for name, tensor in state))

    def save(self, folder: Path, half: bool = False) -> None:
        """Write both files, each whole or not at all; with `half` the matrices as float16. The model itself stays.

        Raises:
            ConfigError: a weight that half precision cannot hold; nothing is written.
        """
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in self.state_dict().items()}
        if half:  # a frequency of 500 rounded to a half would turn phases right round
            kept = {name: tensor for name, tensor in tensors.items() if name.endswith("frequencies")}
            tensors = in_half(tensors) | kept
        with whole(folder / WEIGHTS) as temporary:
            temporary.write_bytes(save(tensors))
        with whole(folder / SHAPE) as temporary:
            shape = {"format": FORMAT, **asdict(self.shape)}
            temporary.write_text(json.dumps(shape, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "GeoClip":
        """Read a model, in float32 and ready for inference.

        Raises:
            ArtifactError: a missing file, one that is no GeoCLIP, one of another format or of other sizes.
        """
        for name in (WEIGHTS, SHAPE):
            if not (folder / name).is_file():
                raise ArtifactError(f"looked for {name} in {folder}, found none; run `python -m model.train_geoclip`.")
        try:
            told = json.loads((folder / SHAPE).read_text(encoding="utf-8"))
            if told.pop("format") != FORMAT:
                raise ValueError("of another format")
            location = told.pop("location")
            shape = GeoClipShape(**told, location=LocationShape(**(location | {"sigmas": tuple(location["sigmas"])})))
            return from_tensors(load_file(folder / WEIGHTS), shape)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError,
                HomingError) as error:  # fmt: skip
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
            raise ArtifactError(f"{folder} holds no GeoCLIP that can be used ({reason}); train it again, or copy the "
                                "whole folder again.") from error  # fmt: skip


def from_tensors(tensors: dict[str, torch.Tensor], shape: GeoClipShape) -> GeoClip:
    """A model of some shape with these weights, ready for inference.

    Raises:
        ValueError: other tensors than such a model has, of other sizes, or numbers that are not finite.
    """
    with torch.device("meta"):  # nothing of impossible sizes is made before the tensors were compared
        wanted = {name: tuple(tensor.shape) for name, tensor in GeoClip(shape).state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            raise ValueError(f"looked for {name} {wanted.get(name, 'nowhere')}, found {found.get(name, 'none')}")
    if not all(tensor.is_floating_point() and bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
        raise ValueError("weights that are no finite numbers")
    model = GeoClip(shape)
    model.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    return model.eval()
