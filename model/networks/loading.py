"""Batches of pictures for pretraining, decoded ahead by worker processes: what a step needs, from its number alone.

A step's content depends on its number and the seed, whoever decodes it, so that a training that was stopped goes on
with the same batches. Memory is bounded by workers · PREFETCH batches, and by the cache of decoded views where all of
them fit. Knows manifests and pictures; no network, no optimiser, no clock.
"""

import multiprocessing
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset, Sampler

from model.data.caption_source import CaptionSource
from model.data.training_batches import EpochOrder, plan_step
from model.errors import ConfigError, HomingError
from model.networks.picture_source import PictureSource

PREFETCH = 2  # batches that each worker decodes ahead


@dataclass
class RawStep:
    """What the workers hand over for one step; pixels as they were decoded."""

    rows: NDArray[np.int64]  # (N,) of the training frame
    views: torch.Tensor  # (N, V, H, W, 3) uint8
    chosen: NDArray[np.int64]  # (N, V) which of a place's views these are
    captions: list[str]  # (M,)
    captioned: NDArray[np.int64]  # (M,) which of the N·V views has each caption
    maps: torch.Tensor | None = None  # (N, V, h, w) uint8, classes of what stands where

    def pin_memory(self) -> "RawStep":
        """In memory that a GPU can copy from while it computes; called by the loader."""
        self.views = self.views.pin_memory()
        self.maps = self.maps.pin_memory() if self.maps is not None else None
        return self


@dataclass
class Failure:
    """An error for people that happened in a worker: it comes over as data, so that its sentence stays a sentence."""

    error: HomingError


class Steps(Dataset[RawStep | Failure]):
    """Batches by the number of a step."""

    def __init__(
        self, source: PictureSource, captions: CaptionSource, order: EpochOrder, views: int, captioned: int,
    ):  # fmt: skip
        self.source, self.captions, self.order = source, captions, order
        self.views, self.captioned = views, captioned

    def __getitem__(self, step: int) -> RawStep | Failure:
        try:
            plan = plan_step(step, self.order, self.captions, self.source.n_views, self.views, self.captioned)
            every, maps = self.source.read(plan.rows)  # (N, V, H, W, 3), (N, V, h, w)
        except HomingError as error:
            return Failure(error)
        index = np.arange(len(plan.rows))[:, None]
        whole = plan.views.shape[1] == every.shape[1]
        views = every if whole else every[index, plan.views]
        if maps is not None and not whole:
            maps = maps[index, plan.views]
        return RawStep(
            plan.rows, torch.from_numpy(views), plan.views, plan.captions, plan.captioned,
            None if maps is None else torch.from_numpy(maps),
        )  # fmt: skip


class _Numbers(Sampler[int]):
    def __init__(self, first: int, stride: int):
        self.first, self.stride = first, stride

    def __iter__(self) -> Iterator[int]:
        number = self.first
        while True:
            yield number
            number += self.stride


def load_steps(steps: Steps, first: int, stride: int, workers: int, pinned: bool) -> Iterator[RawStep]:
    """The batches `first`, `first + stride`, … without end, decoded ahead; close the iterator to end the workers.

    Args:
        steps: where they come from.
        first: the first number.
        stride: from one to the next; processes that share a training take turns.
        workers: processes that decode; 0 decodes here, when asked.
        pinned: hand over in pinned memory, for CUDA.

    Raises:
        ImageError, ManifestError: a picture that cannot be read or does not fit.
        ConfigError: a worker was ended from outside.
    """
    context = multiprocessing.get_context(start_method()) if workers else None
    loader: DataLoader[RawStep | Failure] = DataLoader(
        steps, batch_size=None, sampler=_Numbers(first, stride), num_workers=workers, pin_memory=pinned,
        collate_fn=_as_it_is, multiprocessing_context=context, prefetch_factor=PREFETCH if workers else None,
    )  # fmt: skip
    batches = iter(loader)
    try:
        while True:
            try:
                found = next(batches)
            except (RuntimeError, EOFError, ConnectionError) as error:
                # the last two: it ended while it handed over a batch
                if isinstance(error, RuntimeError) and "DataLoader worker" not in str(error):
                    raise
                # Its frames hold the iterator: as long as somebody looks at the error, torch would go on to report the
                # dead worker wherever the next child of this process ends.
                traceback.clear_frames(error.__traceback__)
                raise ConfigError(
                    f"one of {workers} worker processes that decode pictures was ended from outside, perhaps because "
                    "memory or shared memory (/dev/shm) ran out; the last state is kept. Run the same command again, "
                    "with fewer --workers or a smaller --cache-gb."
                ) from error
            if isinstance(found, Failure):
                raise found.error
            yield found
    finally:
        del batches, loader  # ends the workers


def default_workers(processes: int) -> int:
    """Decoding processes for each of so many processes that train here: all cores but those, 1 to 8."""
    return max(1, min(8, (os.cpu_count() or 2) // processes - 1))


def start_method() -> str:
    """How workers begin: forked on Linux, so that they share the kept views; spawned elsewhere."""
    return "fork" if sys.platform.startswith("linux") else "spawn"


def _as_it_is(found: Any) -> Any:
    return found
