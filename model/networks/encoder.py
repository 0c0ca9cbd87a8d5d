"""The encoder: views in, one vector for each place out. Reads any model in the hub's layout; trains nothing.

`CLIPModel` of any size, `VisionTextDualEncoderModel` (a convolutional tower with a text tower) and every vision
backbone that `AutoModel` can open give the same thing: the mean over all tokens (or positions) of the last hidden
state, then the mean over the views (PIGEON, arXiv 2307.05845, section 3). Weights come from safetensors only.
"""

import json
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from model.data.views import to_pixels
from model.errors import ArtifactError
from model.networks.plain import PlainTower, plain_tower

Floats = NDArray[np.float32]
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)  # openai/clip, preprocessor_config.json
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
NO_TEXT = "looked for a text tower in this encoder, found only a vision tower: it knows no words."
_HUB_ID = re.compile(r"^[\w.-]+/[\w.-]+$")


def best_device() -> torch.device:
    """CUDA, else Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def best_dtype(device: torch.device | None = None) -> torch.dtype:
    """bfloat16 only where the hardware multiplies in it; emulated it is four times slower than float32."""
    device = device or best_device()
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.get_device_capability(device) >= (8, 0) else torch.float32
    if device.type == "cpu":
        flags = Path("/proc/cpuinfo")
        text = flags.read_text(encoding="utf-8", errors="ignore") if flags.is_file() else ""
        return torch.bfloat16 if "amx_bf16" in text else torch.float32
    return torch.float32


def pool(hidden: torch.Tensor) -> torch.Tensor:
    """Mean over tokens (B, T, D) or positions (B, D, H, W) of a last hidden state -> (B, D)."""
    return hidden.mean(dim=1) if hidden.ndim == 3 else hidden.flatten(2).mean(dim=2)


def vision_tower(model: Any) -> Any:
    """The part that sees: the vision tower of a two-tower model, or the model itself."""
    return getattr(model, "vision_model", model)


class Encoder:
    """A loaded encoder; its methods change nothing in it, so that threads may share it."""

    def __init__(
        self,
        model: torch.nn.Module | None,
        preprocessor: dict[str, Any],
        tokenizer: Any,
        device: torch.device,
        plain: PlainTower | None = None,
        whole: Callable[[], tuple[torch.nn.Module, Any]] | None = None,
    ) -> None:
        """An opened model; or a `plain` tower that sees, and how to open the `whole` (model, tokenizer) when needed."""
        self.source = ""  # the folder or the hub's name it was opened from
        self.device, self.dtype = device, best_dtype(device)
        self._model: Any = None
        self._tokenizer, self._whole, self._opening = tokenizer, whole, threading.Lock()
        self._plain = plain.to(device) if plain is not None else None
        if model is not None:
            self._model = self._settled(model)
        config = vision_tower(model).config if plain is None else plain.config
        self.image_size = image_size_of(preprocessor, config)
        self.mean = tuple(float(v) for v in preprocessor.get("image_mean") or CLIP_MEAN)
        self.std = tuple(float(v) for v in preprocessor.get("image_std") or CLIP_STD)
        self.resample = Image.Resampling(int(preprocessor.get("resample", Image.Resampling.BICUBIC)))
        self.dim = width_of(model) if plain is None else plain.dim

    @classmethod
    def load(cls, source: str | Path, device: torch.device | None = None, revision: str | None = None) -> "Encoder":
        """Open a folder in the hub's layout, or a model of the hub by its name ("openai/clip-vit-large-patch14-336").

        `revision` is the commit of a model of the hub; by default the newest that is to be had.

        Raises:
            ArtifactError: no such folder or model, a file of it that is missing, foreign or edited, weights that do
                not fit its config, or weights that are not safetensors.
        """
        device, folder = device or best_device(), Path(source)
        if folder.is_dir():
            _check_folder(folder)
            if (plain := plain_tower(folder)) is not None:
                preprocessor = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))

                def whole() -> tuple[torch.nn.Module, Any]:
                    model, _, tokenizer = load_pretrained(source)
                    return model, tokenizer

                encoder = cls(None, preprocessor, None, device, plain, whole)
                encoder.source = str(source)
                return encoder
        model, preprocessor, tokenizer = load_pretrained(source, revision)
        encoder = cls(model, preprocessor, tokenizer, device)
        encoder.source = str(source)
        return encoder

    @property
    def model(self) -> Any:
        """The whole model as transformers opens it, which takes seconds the first time."""
        with self._opening, torch.inference_mode(False):  # whoever asks first: gradients may be wanted of it later
            if self._model is None and self._whole is not None:
                model, self._tokenizer = self._whole()
                self._model = self._settled(model)
        return self._model

    @property
    def tower(self) -> Any:
        """The part of the whole model that sees."""
        return vision_tower(self.model)

    @property
    def tokenizer(self) -> Any:
        """What the text tower reads with; None without one."""
        return self._tokenizer if self.model is not None else None

    @property
    def projected_dim(self) -> int:
        """P, the size of the vectors that pictures share with texts; 0 without a text tower."""
        if self._plain is not None:
            return int(self._plain.projection.shape[0])
        projection = getattr(self.model, "visual_projection", None)
        return int(projection.out_features) if projection is not None else 0

    @property
    def logit_scale(self) -> float:
        """What cosines of pictures and texts are multiplied by before a softmax, as it was learned (CLIP: 100).

        Raises:
            ArtifactError: this encoder has no text tower.
        """
        if self._plain is not None:
            return self._plain.logit_scale
        if not hasattr(self.model, "logit_scale"):
            raise ArtifactError(NO_TEXT)
        return float(self.model.logit_scale.detach().float().exp())

    def _settled(self, model: torch.nn.Module) -> Any:
        model = model.to(device=self.device).eval()
        if self.device.type == "cpu":
            vision_tower(model).to(memory_format=torch.channels_last)
        return model

    @torch.inference_mode()
    def embed_images(self, pixels: Floats | torch.Tensor, layers: list[torch.Tensor] | None = None) -> Floats:
        """(N, V, 3, H, W) normalised pixels -> (N, D) float32.

        A list given as `layers` gets the hidden states on the way, what the first layer takes before all:
        (N·V, C, h, w) of a network or (N·V, T, C) of a transformer.
        """
        batch = torch.as_tensor(pixels)
        n, v = batch.shape[:2]
        flat = batch.flatten(0, 1).to(self.device, memory_format=torch.channels_last)  # (N*V, 3, H, W)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            tower = self._plain if self._plain is not None else self.tower
            seen = tower(pixel_values=flat, output_hidden_states=layers is not None)
            views = pool(seen.last_hidden_state)  # (N*V, D)
        if layers is not None:
            layers += seen.hidden_states
        mean: Floats = views.float().reshape(n, v, -1).mean(dim=1).cpu().numpy()  # (N, V, D) -> (N, D)
        return mean

    def embed_views(self, places: Sequence[Sequence[Image.Image]]) -> Floats:
        """Pictures of N places, each with its own number of views -> (N, D) float32."""
        out = np.empty((len(places), self.dim), np.float32)
        for count in sorted({len(views) for views in places}):
            rows = [i for i, views in enumerate(places) if len(views) == count]
            out[rows] = self.embed_images(np.stack([self.to_pixels(places[i]) for i in rows]))
        return out

    def to_pixels(self, views: Sequence[Image.Image]) -> Floats:
        """Views of one place as this encoder reads them -> (V, 3, H, W)."""
        return to_pixels(views, self.image_size, self.mean, self.std, self.resample)

    @torch.inference_mode()
    def embed_texts(self, texts: Sequence[str]) -> Floats:
        """Captions -> (N, P) unit vectors in the space that images and texts share.

        Raises:
            ArtifactError: this encoder has no text tower.
        """
        if self.tokenizer is None or not hasattr(self.model, "get_text_features"):
            raise ArtifactError(NO_TEXT)
        tokens = tokenize(self.tokenizer, texts).to(self.device)
        features = self.model.get_text_features(**tokens).pooler_output
        unit: Floats = torch.nn.functional.normalize(features.float(), dim=-1).cpu().numpy()
        return unit

    @torch.inference_mode()
    def project_images(self, pixels: Floats | torch.Tensor, unit: bool = True) -> Floats:
        """(N, V, 3, H, W) -> (N, P): unit vectors beside those of `embed_texts`, for models with a text tower.

        Without `unit` the projections as they are, and their mean.

        Raises:
            ArtifactError: this encoder has no text tower.
        """
        if not self.projected_dim:
            raise ArtifactError(NO_TEXT)
        batch = torch.as_tensor(pixels)
        n, v = batch.shape[:2]
        flat = batch.flatten(0, 1).to(self.device, memory_format=torch.channels_last)
        if self._plain is not None:  # spares opening the whole model, which takes seconds
            features = self._plain.project(self._plain(pixel_values=flat).last_hidden_state)
        else:
            features = image_features(self.model, self.tower(pixel_values=flat))
        views = torch.nn.functional.normalize(features.float(), dim=-1) if unit else features.float()
        mean = views.reshape(n, v, -1).mean(dim=1)
        out: Floats = (torch.nn.functional.normalize(mean, dim=-1) if unit else mean).cpu().numpy()
        return out


def image_features(model: Any, seen: Any) -> torch.Tensor:
    """The projection into the space shared with texts, from a vision tower's output `seen` -> (B, P)."""
    return model.visual_projection(seen.pooler_output.flatten(1))  # type: ignore[no-any-return]


def tokenize(tokenizer: Any, texts: Sequence[str]) -> Any:
    """Captions as padded token ids, cut at the longest text the tower can read."""
    limit = min(int(tokenizer.model_max_length), 512)
    return tokenizer(
        list(texts), padding=True, truncation=True, max_length=limit, return_tensors="pt", return_token_type_ids=False
    )


def load_pretrained(source: str | Path, revision: str | None = None) -> tuple[torch.nn.Module, dict[str, Any], Any]:
    """Model, preprocessor settings and tokenizer (None without one) of a folder or a hub name.

    The model is in float32, whatever its weights are stored in.

    Raises:
        ArtifactError: as for `Encoder.load`.
    """
    from transformers import AutoModel, AutoTokenizer  # importing transformers costs seconds: only when needed
    from transformers.image_processing_base import ImageProcessingMixin

    folder = Path(source)
    local = folder.is_dir()
    if not local and (isinstance(source, Path) or not _HUB_ID.match(str(source))):
        raise ArtifactError(f"looked for an encoder at {source}, found no such folder; run `python -m model.pretrain`.")
    if local:
        _check_folder(folder)
    name = str(folder) if local else str(source)
    try:
        model, found = AutoModel.from_pretrained(
            name, revision=revision, use_safetensors=True, output_loading_info=True, trust_remote_code=False,
            dtype=torch.float32,
        )  # fmt: skip
        preprocessor: dict[str, Any] = ImageProcessingMixin.get_image_processor_dict(name, revision=revision)[0]
        has_text = hasattr(model, "text_model")
        tokenizer = (
            AutoTokenizer.from_pretrained(name, revision=revision, trust_remote_code=False) if has_text else None
        )
    except Exception as error:  # transformers, safetensors and json raise a dozen classes on foreign files
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        place = f"the folder {folder}" if local else f"'{source}', which is no folder here and not to be had by name"
        raise ArtifactError(f"looked for an encoder in {place}, could not open it: {reason}") from error
    lacking = sorted(set(found["missing_keys"]) | {str(key) for key in found.get("mismatched_keys", [])})
    if lacking:
        raise ArtifactError(
            f"the weights of {name} do not fit its config: {len(lacking)} tensors are missing or of another shape "
            f"({lacking[0]} …); copy the whole folder again."
        )
    return model, preprocessor, tokenizer


def _check_folder(folder: Path) -> None:
    for file in ("config.json", "preprocessor_config.json"):
        try:
            json.loads((folder / file).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ArtifactError(
                f"looked for {file} in {folder}, found none; this is no encoder folder, or not a whole one."
            ) from error
        except (ValueError, OSError) as error:
            raise ArtifactError(f"{folder / file} is not readable JSON ({error}); copy the folder again.") from error
    if not any(folder.glob("*.safetensors")):
        found = ", ".join(sorted(p.name for p in folder.iterdir() if p.suffix in (".bin", ".pt", ".pth"))) or "none"
        raise ArtifactError(
            f"looked for weights in {folder} as model.safetensors, found {found}; pickled weights are not read."
        )


def image_size_of(preprocessor: dict[str, Any], config: Any) -> int:
    """The side of the square that a model reads, in pixels: its preprocessor's, else its config's."""
    for key in ("crop_size", "size"):
        value = preprocessor.get(key)
        if isinstance(value, int):
            return value
        if isinstance(value, dict):
            for side in ("height", "shortest_edge"):
                if side in value:
                    return int(value[side])
    return int(getattr(config, "image_size", 224))


def width_of(model: Any) -> int:
    """D, the size of the embeddings a model gives."""
    config = vision_tower(model).config
    sizes = getattr(config, "hidden_sizes", None)
    return int(sizes[-1]) if sizes else int(config.hidden_size)
