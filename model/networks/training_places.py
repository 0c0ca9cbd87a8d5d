"""What a training learns from, read from a manifest and what lies beside it: places, cells, clues, the legend of maps.

Knows no network.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from model.data.caption_source import CaptionSource
from model.data.class_maps import MAP_COLUMNS, map_columns, map_paths, read_legend
from model.data.clues import ClueTable, read_clues
from model.data.manifest import n_views, read_manifest, read_source
from model.errors import ConfigError, ManifestError
from model.geocells.table import Geocells, read_geocells
from model.networks.training_settings import PretrainConfig


@dataclass
class TrainingPlaces:
    """Places to learn from and places to look at on the way."""

    train: pd.DataFrame
    validation: pd.DataFrame
    n_views: int  # of each place
    drawn_by: dict[str, Any]  # the one source of all pictures
    captions: CaptionSource  # of the training places
    cells: Geocells | None
    clues: ClueTable | None
    legend: tuple[str, ...]  # classes of the maps; none without maps

    @property
    def is_photo(self) -> bool:
        """Whether the network sees a single photograph of each place."""
        return self.captions.style == "photo"


def read_places(config: PretrainConfig) -> TrainingPlaces:
    """All that a training learns from.

    Raises:
        ManifestError, ImageError, ArtifactError: no split, nothing to train on, or one of the files is not what it
            should be.
        ConfigError: more views in a step than there are, or fewer training places than --first asks for.
    """
    frame = read_manifest(config.manifest)
    if "split" not in frame:
        raise ManifestError(
            f"{config.manifest} has no column split, so that nothing would be left to test on; run `python -m "
            "model.prepare_dataset` on it, or write the column yourself (train, validation, test)."
        )
    train = frame[frame["split"] == "train"].reset_index(drop=True)
    if len(train) < 2:
        raise ManifestError(f"looked for places to train on in {config.manifest}, found {len(train)}.")
    if config.first is not None:
        if config.first > len(train):  # a point of a scaling curve must not be another one than its name says
            raise ConfigError(f"--first {config.first}: {config.manifest} has {len(train)} training places; give as "
                              "many or fewer.")  # fmt: skip
        train = train.head(config.first)
    held, is_photo = n_views(frame, str(config.manifest)), config.model.style == "photo"
    if (config.views or 1) > (most := 1 if is_photo else held):
        raise ConfigError(f"--views {config.views}: a step of the preset {config.preset} sees at most {most} of each "
                          f"place of {config.manifest}; leave the flag out.")  # fmt: skip
    legend: tuple[str, ...] = ()
    # A photograph is cut anew out of a place's views in each step: no map fits it. Maps are of four views.
    if config.map_weight > 0 and not is_photo and held == len(MAP_COLUMNS) and map_columns(train):
        legend = read_legend(map_paths(train.head(1), config.manifest)[0][0])
    return TrainingPlaces(
        train,
        frame[frame["split"] == "validation"].head(config.probe_places).reset_index(drop=True),
        held,
        read_source(config.manifest),
        CaptionSource(train, config.model.style),
        read_geocells(config.geocells) if config.geocells else None,
        read_clues(config.clues, train) if config.clues else None,
        legend,
    )
