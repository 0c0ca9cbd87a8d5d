"""What a pretraining can be told: every flag of `python -m model.pretrain`, its default and what it contradicts."""

from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from model.data.clues import clues_beside
from model.errors import ConfigError
from model.networks.contrastive import LossWeights
from model.networks.freezing import layers_to_unfreeze
from model.networks.optimisers import Kind
from model.networks.schedule import Shape
from model.networks.towers import Preset, preset_named

# What may differ when a training goes on: how long it lasts, and what changes no weight.
NOT_BINDING = {"out", "manifest", "geocells", "start_from", "minutes", "epochs", "checkpoint_minutes", "probe_minutes",
               "probe_places", "workers", "cache_gb", "tensorboard", "half"}  # fmt: skip


@dataclass(frozen=True)
class PretrainConfig:
    """What to train, on what and for how long."""

    manifest: Path = field(metadata={"help": "manifest.parquet or .csv with pictures and a split"})
    out: Path = field(metadata={"help": "folder of the run"})
    preset: str = field(default="pigeon", metadata={"help": "pigeon (four views), pigeotto (one photo), … or tiny"})
    geocells: Path | None = field(default=None, metadata={"help": "geocells.parquet: learn the cells as well"})
    start_from: str | Path | None = field(default=None, metadata={"help": "a CLIP model: folder or name on the hub"})
    minutes: float | None = field(default=None, metadata={"help": "train for so long"})
    epochs: float | None = field(default=None, metadata={"help": "or for so many passes over the places"})
    first: int | None = field(default=None, metadata={"help": "learn from the first N training places; default: all"})
    batch: int = field(default=64, metadata={"help": "places at a time (on each process)"})
    accumulate: int = field(default=1, metadata={"help": "batches in a step: gradients add up, memory does not"})
    optimizer: Kind = field(default="adamw", metadata={"help": "muon: matrices by Muon, the rest by AdamW"})
    learning_rate: float = field(default=2e-3, metadata={"help": "highest rate; PIGEON's is 1e-6, from CLIP"})
    weight_decay: float = field(default=0.05, metadata={"help": "of matrices; PIGEON's is 1e-3"})
    clip: float = field(default=1.0, metadata={"help": "longest gradient; 0 leaves it as it is"})
    warm_up: float = field(default=0.03, metadata={"help": "share of the training in which the rate rises"})
    schedule: Shape = field(default="cosine", metadata={"help": "how the rate falls to zero"})
    unfreeze: str = field(default="all", metadata={"help": "all, none or the last N layers of the vision tower learn"})
    freeze_text: bool = field(default=False, metadata={"help": "the text tower stays as it is"})
    checkpoint_gradients: bool = field(default=False, metadata={"help": "less memory for a ViT, a third more time"})
    bf16: bool = field(default=False, metadata={"help": "multiply in bfloat16: fast on GPUs since Ampere"})
    compile: bool = field(default=False, metadata={"help": "torch.compile the towers: slow to begin, then faster"})
    tau_km: float | None = field(default=None, metadata={"help": "haversine smoothing; the preset's by default"})
    views: int | None = field(default=None, metadata={"help": "views of a place in a step; the preset's by default"})
    captions: int = field(default=1, metadata={"help": "captioned views of a place in a step"})
    caption_weight: float = field(default=LossWeights.captions, metadata={"help": "of the contrastive loss"})
    attribute_weight: float = field(default=1.0, metadata={"help": "factor on all attribute losses; 0 drops them"})
    clue_weight: float = field(
        default=LossWeights.clues, metadata={"help": "of clues.parquet, if it is there; 0: none"}
    )
    map_weight: float = field(default=LossWeights.maps, metadata={"help": "of class maps, if they are there; 0: none"})
    small_size: int | None = field(default=None, metadata={"help": "side of the views in the training's first part"})
    small_share: float = field(default=0.5, metadata={"help": "how long that first part is"})
    workers: int | None = field(default=None, metadata={"help": "processes that decode; by default all cores but one"})
    cache_gb: float | None = field(
        default=None, metadata={"help": "keep decoded pictures if all fit (default: half of the free memory); 0: never"}
    )
    checkpoint_minutes: float = field(default=5.0, metadata={"help": "between two kept states"})
    probe_minutes: float = field(default=6.0, metadata={"help": "between two looks at validation places"})
    probe_places: int = field(default=1000, metadata={"help": "validation places looked at"})
    tensorboard: bool = field(default=True, metadata={"help": "write curves to RUN/tensorboard"})
    half: bool = field(default=False, metadata={"help": "store the encoder in half precision: half the bytes"})
    seed: int = field(default=0, metadata={"help": "of weights, order, captions and augmentation"})

    def __post_init__(self) -> None:
        if (self.minutes is None) == (self.epochs is None):
            raise ConfigError("give either --minutes or --epochs.")
        if self.batch < 2 or not (self.minutes or self.epochs or 0) > 0:
            raise ConfigError("--batch must be 2 or more, --minutes or --epochs more than 0.")
        if self.first is not None and self.first < 2:
            raise ConfigError(f"--first must be 2 or more, found {self.first}; leave it out to learn from all places.")
        if self.accumulate < 1 or (self.workers or 0) < 0 or self.captions < 1 or (self.views or 1) < 1:
            raise ConfigError("--accumulate, --captions and --views must be 1 or more, --workers 0 or more.")
        if not (self.learning_rate > 0 and self.weight_decay >= 0 and self.clip >= 0 and 0 <= self.warm_up < 1):
            raise ConfigError("--learning-rate must be more than 0, --weight-decay and --clip not less, --warm-up < 1.")
        weights = (self.caption_weight, self.attribute_weight, self.clue_weight, self.map_weight, self.tau_km or 0.0)
        if not min(weights) >= 0 or self.probe_places < 0 or not min(self.checkpoint_minutes, self.probe_minutes) >= 0:
            raise ConfigError("weights of losses, --tau-km, --probe-places and minutes between states or looks must "
                              "not be negative.")  # fmt: skip
        if (self.small_size is not None and self.small_size < 1) or not 0 <= self.small_share <= 1:
            raise ConfigError("--small-size must be 1 or more, --small-share a share from 0 to 1.")
        preset, layers = preset_named(self.preset), layers_to_unfreeze(self.unfreeze)
        if layers == 0 and not self.start_from:
            raise ConfigError("--unfreeze none needs --start-from: a tower of random weights has learned nothing.")
        if self.small_size and preset.tower == "vit" and not self.start_from:
            raise ConfigError(
                "--small-size needs a convolutional tower; the positions of a ViT are learned for one size."
            )
        if self.start_from and Path(self.start_from).is_dir():  # a folder is an input, known by its content
            object.__setattr__(self, "start_from", Path(self.start_from))

    @property
    def model(self) -> Preset:
        """The preset."""
        return preset_named(self.preset)

    @property
    def tau(self) -> float:
        """The smoothing of the cells in km: as asked, or the preset's."""
        return self.model.tau_km if self.tau_km is None else self.tau_km

    @property
    def weights(self) -> LossWeights:
        """The loss weights."""
        default = LossWeights()
        scaled = {name: getattr(default, name) * self.attribute_weight
                  for name in ("country", "koppen", "driving_side", "month", "regressions")}  # fmt: skip
        return LossWeights(
            captions=self.caption_weight, cells=default.cells, clues=self.clue_weight, maps=self.map_weight, **scaled
        )

    @property
    def clues(self) -> Path | None:
        """The visible clues beside the manifest, where they are there and wanted."""
        return clues_beside(self.manifest) if self.clue_weight > 0 else None

    @property
    def inputs(self) -> dict[str, Path]:
        """The files and folders that this training reads, as a record names them."""
        found = {"manifest": self.manifest}
        if self.geocells:
            found["geocells"] = self.geocells
        if self.clues:
            found["clues"] = self.clues
        if isinstance(self.start_from, Path):
            found["start_from"] = self.start_from
        return found

    @property
    def binding(self) -> dict[str, Any]:
        """The settings that a state is bound to."""
        kept = {name: value for name, value in asdict(self).items() if name not in NOT_BINDING}
        named = None if isinstance(self.start_from, Path) else self.start_from
        return kept | {"tau_km": self.tau, "start_from_name": named, "length": "epochs" if self.epochs else "minutes"}

    @property
    def defaults(self) -> dict[str, Any]:
        """What a state means that was kept before a setting was there."""
        return {item.name: item.default for item in fields(self) if item.default is not MISSING}
