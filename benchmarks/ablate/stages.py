"""Makes the rows of the ablation with the project's own verbs, in folders of a work directory; what is done stays.

data/train, data/test     the places, as manifests of their own whose pictures stay where they are
full, no-captions, …      a folder for each encoder or head that a row needs: its cells, encoder, embeddings, head
"""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.ablate.plan import FROZEN, FULL, NAIVE, ROWS, Setup
from model import build_geocells, build_index, calibrate, embed, evaluate, pretrain, train_head
from model.artifacts import read_record, whole
from model.data.class_maps import map_columns
from model.data.clues import FILE as CLUES
from model.data.clues import clues_beside
from model.data.embeddings import read_embeddings
from model.data.manifest import image_columns, n_views, read_manifest, read_source, write_manifest
from model.errors import ConfigError
from model.geo.atlas import Atlas
from model.geo.distance import haversine_km
from model.geocells import naive
from model.geocells.naive import NaiveSettings
from model.geocells.table import read_geocells

FOLDERS = dict(zip(ROWS, ("full", "full", "no-captions", "naive-cells", "cells-alone", "frozen", "one-view", "one-hot"),
                   strict=True))  # fmt: skip
VIEWS = 4


class Plan(Protocol):
    """What the stages are told; `benchmarks.ablation.AblationConfig` is one."""

    manifest: Path
    test_manifest: Path | None
    work: Path
    places: int | None
    test_places: int
    start_from: str | None
    seed: int

    def pretraining(self) -> dict[str, Any]:
        """Settings of every pretraining."""
        ...

    def indexing(self) -> dict[str, Any]:
        """Settings of the index."""
        ...


@dataclass
class Stages:
    """All that rows are made of, each made when it is first asked for."""

    plan: Plan

    def folder(self, setup: Setup) -> Path:
        """Where the parts of a row lie that no row above it has."""
        return self.plan.work / FOLDERS[next(name for name, row in ROWS.items() if row == setup)]

    @property
    def train(self) -> Path:
        """The manifest to learn from: splits train and validation."""
        return self.plan.work / "data" / "train" / "manifest.parquet"

    @property
    def test(self) -> Path:
        """The manifest to measure on: split test."""
        return self.plan.work / "data" / "test" / "manifest.parquet"

    def data(self) -> dict[str, int]:
        """Write both manifests -> how many places of each split.

        Raises:
            ManifestError, ConfigError: a split that is not there, fewer places than asked for, other than four views.
        """
        plan, source = self.plan, self.plan.test_manifest or self.plan.manifest
        train, test = read_manifest(plan.manifest, "train"), read_manifest(source, "test")
        if (plan.places or 0) > len(train):
            raise ConfigError(f"--places {plan.places}: {plan.manifest} has {len(train)} training places; give as many "
                              "or fewer.")  # fmt: skip
        if n_views(train, str(plan.manifest)) != VIEWS or n_views(test, str(source)) != VIEWS:
            raise ConfigError("the ablation takes three of four views away: it needs places with image_0 … image_3.")
        train, test = train.head(plan.places or len(train)), test.head(plan.test_places)
        validation = read_manifest(plan.manifest, "validation")
        _write_part(pd.concat([train, validation]), plan.manifest, self.train)
        _write_part(test, source, self.test)
        return {"train": len(train), "validation": len(validation), "test": len(test)}

    def cells(self, setup: Setup) -> Path:
        """geocells.parquet of a row."""
        if setup.semantic:
            return build_geocells.main(build_geocells.GeocellConfig(self.train, self.folder(FULL)))
        config = build_geocells.GeocellConfig(self.train, self.folder(NAIVE), "naive", max_points=self._naive_points)
        return build_geocells.main(config)

    @cached_property
    def _naive_points(self) -> int:
        """The most places in a naive cell, for about as many cells as semantic ones."""
        points = read_manifest(self.train, "train")[["lat", "lng"]].to_numpy(np.float64)
        return most_points(points, len(read_geocells(self.cells(FULL))))

    def encoder(self, setup: Setup) -> str:
        """The encoder of a row: a folder, or a name on the hub."""
        setup = setup.encoder
        if setup == FROZEN:
            return self.plan.start_from or str(self._untrained(self.folder(FROZEN) / "encoder"))
        without: dict[str, float] = {} if setup.captions else {"caption_weight": 0.0}
        without |= {} if setup.tasks else {"attribute_weight": 0.0, "clue_weight": 0.0, "map_weight": 0.0}
        config = pretrain.PretrainConfig(
            self.train, self.folder(setup), geocells=self.cells(setup), start_from=self.plan.start_from,
            seed=self.plan.seed, **self.plan.pretraining(), **without,
        )  # fmt: skip
        return str(pretrain.main(config))

    def _untrained(self, folder: Path) -> Path:
        """A tower of random weights, the same for the same seed, where nothing is named to start from."""
        import torch

        from model.data.caption_source import CaptionSource
        from model.networks.starting_point import starting_point
        from model.networks.towers import preset_named, save_encoder

        if not (folder / "preprocessor_config.json").is_file():  # written last
            preset, frame = preset_named(self.plan.pretraining()["preset"]), read_manifest(self.train, "train")
            torch.manual_seed(self.plan.seed)
            start = starting_point(
                preset, None, lambda: CaptionSource(frame, preset.style).sample(2000, self.plan.seed)
            )
            save_encoder(start.hub, start.tokenizer, start.size, folder)
        return folder

    def embeddings(self, setup: Setup, manifest: Path) -> Path:
        """Embeddings of a manifest as a row sees it."""
        part = "" if manifest == self.train else "test"
        if not setup.four_views:
            several = self.embeddings(FROZEN, manifest).parent / "views.npy"
            one_view = next(row for row in ROWS.values() if not row.four_views)
            return one_of_each(several, manifest, self.folder(one_view) / part / "embeddings.npy")
        views = "mean" if setup.tuned else "all"
        return embed.main(
            embed.EmbedConfig(manifest, self.encoder(setup), self.folder(setup.encoder) / part, views=views)
        )

    def head(self, setup: Setup) -> Path:
        """The folder of the head of a row."""
        setup = setup.head
        config = train_head.HeadConfig(
            self.train, self.embeddings(setup, self.train), self.cells(setup), self.folder(setup),
            attributes=setup.tasks, tau_km=None if setup.smoothed else 0.0, seed=self.plan.seed,
            country_in_cells=False,  # the paper's cells know nothing of countries
        )  # fmt: skip
        return train_head.main(config)

    def predictions(self, setup: Setup) -> pd.DataFrame:
        """The guesses of a row at the test places, with the columns that two runs are compared by."""
        head = self.head(setup)
        seen = self.embeddings(setup, self.test)
        if not setup.refined:
            return centres(head, self.cells(setup), seen, self.test)
        out, trained = self.folder(FULL), self.embeddings(setup, self.train)
        build_index.main(build_index.IndexConfig(self.train, trained, self.cells(setup), out, **self.plan.indexing()))
        calibrate.main(calibrate.CalibrateConfig(self.train, trained, out, pictures=0))
        measured = evaluate.main(evaluate.EvaluateConfig(self.test, out / "evaluation", out, seen))
        return pd.read_csv(measured.parent / "predictions.csv", keep_default_na=False)

    def told(self, setup: Setup) -> dict[str, Any]:
        """What the records say of how a row was trained."""
        cells = read_geocells(self.cells(setup))
        facts: dict[str, Any] = {"cells": len(cells), "places_seen": 0, "steps": 0}
        if setup.tuned:
            record = read_record(self.folder(setup.encoder), "pretrain", check_outputs=False)["facts"]
            facts |= {name: record[name] for name in ("places_seen", "steps", "minutes")}
        return facts


def most_points(points: NDArray[np.float64], wanted: int) -> int:
    """The most places in a naive cell of `points` (N, 2) that makes about so many cells; fewer places, more cells."""
    low, high = 1, len(points)
    count = {high: 1}
    while low < high:
        middle = (low + high) // 2
        count[middle] = len(naive.partition(points, NaiveSettings(middle)).polygons)
        low, high = (middle + 1, high) if count[middle] > wanted else (low, middle)
    return min(count, key=lambda most: (abs(count[most] - wanted), most))


def one_of_each(several: Path, manifest: Path, out: Path) -> Path:
    """Embeddings (N, D) of one view of each place, in turn so that no heading is favoured, of a file (N, V, D)."""
    views = read_embeddings(several, read_manifest(manifest), per_view=True)
    rows = np.arange(len(views))
    with whole(out) as temporary, temporary.open("wb") as file:
        np.save(file, np.asarray(views[rows, rows % views.shape[1]], np.float32))
    return out


def centres(head: Path, cells: Path, embeddings: Path, manifest: Path) -> pd.DataFrame:
    """Guesses at the centre of the likeliest cell, with the columns of predictions.csv."""
    from model.networks.head import MultiTaskHead

    places, table = read_manifest(manifest), read_geocells(cells)
    logits = MultiTaskHead.load(head).logits(read_embeddings(embeddings, places))
    truth, guess = places[["lat", "lng"]].to_numpy(np.float64), table.centroids[logits.argmax(axis=1)]
    atlas = Atlas.open()
    named = places if "country" in places else atlas.describe(truth)
    return pd.DataFrame(
        {
            "id": places["id"], "lat": guess[:, 0], "lng": guess[:, 1], "truth_lat": truth[:, 0],
            "truth_lng": truth[:, 1], "distance_km": haversine_km(guess, truth),
            "country": atlas.describe(guess)["country"].fillna("").to_numpy(object),
            "truth_country": named["country"].fillna("").to_numpy(object),
        }
    )  # fmt: skip


def _write_part(places: pd.DataFrame, of: Path, out: Path) -> None:
    """Some rows of a manifest as one of their own: pictures and class maps are named where they lie, clues linked."""
    places, away = places.copy(), Path(os.path.relpath(of.resolve().parent, out.parent.resolve()))
    for column in [*image_columns(places), *map_columns(places)]:
        places[column] = [(away / name).as_posix() for name in places[column]]
    write_manifest(places, out, read_source(of))
    clues, link = clues_beside(of), out.parent / CLUES
    link.unlink(missing_ok=True)
    if clues is not None:
        link.symlink_to(clues.resolve())
