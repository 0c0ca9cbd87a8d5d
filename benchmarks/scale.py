"""Millions of places: seconds and peak memory of prepare, cells, head and index, each as the command it is.

    python -m benchmarks.scale [--rows 1000000] [--dim 256] [--preset pigeotto] [--only prepare cells …] [--json]

Places and embeddings are made up: towns of the Earth by chance and population, with suburbs, and vectors that are waves
over the sphere with noise. There are no pictures. Every stage is a process of its own, started as a person starts it;
its memory is that of it and its workers together, mapped files included. Epochs of the head are few: what is measured
is what a stage holds and how long a pass takes, not how well it learns. Seconds of work are those of all processors,
which others on the same machine do not stretch. With --json the last line is one JSON object.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from rich.console import Console
from rich.progress import track

from model.commands import run
from model.errors import ConfigError
from model.geo.atlas import Atlas
from model.geo.distance import destination, to_unit

STAGES = ("prepare", "cells", "head", "index")
MAX_POINTS = {"pigeon": 60, "pigeotto": 2000}  # places in a naive cell, as many as semantic ones may hold
AIM_S, AIM_MB = 900.0, 6000.0  # for a million rows of 256 numbers
BLOCK = 50_000
POLL_S = 0.05


def make_places(rows: int, path: Path, seed: int = 0) -> None:
    """A table of made-up places: id, lat, lng."""
    towns = Atlas.open().towns
    rng = np.random.default_rng(seed)
    share = np.sqrt(towns["population"].to_numpy(np.float64) + 500.0)
    chosen = rng.choice(len(towns), rows, p=share / share.sum())
    points = destination(
        towns[["lat", "lng"]].to_numpy()[chosen], rng.uniform(0, 360, rows), rng.exponential(8.0, rows)
    )
    pd.DataFrame({"id": np.char.mod("%d", np.arange(rows)), "lat": points[:, 0], "lng": points[:, 1]}).to_parquet(path)


def make_embeddings(manifest: Path, dim: int, path: Path, seed: int = 0) -> None:
    """Waves over the sphere, of all lengths, with noise; written block by block."""
    points = pd.read_parquet(manifest, columns=["lat", "lng"]).to_numpy()
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(3, dim)) * rng.choice([1.0, 4.0, 16.0, 64.0], dim)
    phase = rng.uniform(0, 2 * np.pi, dim)
    out = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(len(points), dim))
    for start in track(range(0, len(points), BLOCK), "making up embeddings", console=Console(stderr=True)):
        waves = np.sin(to_unit(points[start : start + BLOCK]) @ weights + phase)
        out[start : start + BLOCK] = waves + 0.3 * rng.normal(size=waves.shape)
    out.flush()


def commands(folder: Path, method: str, preset: str, epochs: int) -> dict[str, list[str]]:
    """The command of each stage."""
    manifest, cells, out = folder / "data" / "manifest.parquet", folder / "run" / "geocells.parquet", folder / "run"
    after = ["--manifest", str(manifest), "--embeddings", str(folder / "embeddings.npy"), "--geocells", str(cells),
             "--out", str(out), "--preset", preset]  # fmt: skip
    how = ["--preset", preset] if method == "semantic" else ["--max-points", str(MAX_POINTS[preset])]
    return {
        "prepare": ["prepare_dataset", "--table", str(folder / "places.parquet"), "--no-pictures", "--out",
                    str(folder / "data")],
        "cells": ["build_geocells", "--manifest", str(manifest), "--method", method, *how, "--out", str(out)],
        "head": ["train_head", *after, "--epochs", str(epochs)],
        "index": ["build_index", *after],
    }  # fmt: skip


def measured(command: Sequence[str]) -> tuple[float, float, float]:
    """Run `python -m model.COMMAND` to its end -> seconds, processor seconds, peak memory in MB, workers included.

    Raises:
        ConfigError: it ended badly.
    """
    start, before, peak = time.perf_counter(), os.times(), 0
    # Its words and bars go to stderr, so that the figures stand alone.
    with subprocess.Popen([sys.executable, "-m", f"model.{command[0]}", *command[1:]], stdout=sys.stderr) as process:
        watched = psutil.Process(process.pid)
        try:
            while process.poll() is None:
                peak = max(peak, _resident(watched))
                time.sleep(POLL_S)
        except BaseException:
            process.terminate()
            raise
    if process.returncode != 0:
        raise ConfigError(f"`python -m model.{command[0]}` ended with {process.returncode}; its own words stand above.")
    after = os.times()
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, busy, peak / 2**20


def _resident(process: psutil.Process) -> int:
    total = 0
    try:
        for one in (process, *process.children(recursive=True)):
            total += one.memory_info().rss
    except psutil.Error:  # a worker that ended meanwhile
        return total
    return total


def measure(
    rows: int, dim: int, method: str = "semantic", preset: str = "pigeotto", epochs: int = 3,
    only: Sequence[str] = STAGES, folder: Path | None = None,
) -> dict[str, object]:  # fmt: skip
    """Make everything up in `folder` (a temporary one when not told) and run the stages, in their order."""
    figures: dict[str, object] = {
        "benchmark": "scale", "rows": rows, "dim": dim, "method": method, "preset": preset, "epochs": epochs,
        "cores": os.cpu_count(),
    }  # fmt: skip
    stages: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="homing-scale-") as temporary:
        here = folder or Path(temporary)
        here.mkdir(parents=True, exist_ok=True)
        made, embeddings = here / "places.parquet", here / "embeddings.npy"
        if not made.is_file():
            make_places(rows, made)
        for name, command in commands(here, method, preset, epochs).items():
            if name in ("head", "index") and name in only and not embeddings.is_file():
                make_embeddings(here / "data" / "manifest.parquet", dim, embeddings)
            if name in only:
                seconds, busy, peak = measured(command)
                stages[name] = {"seconds": round(seconds, 2), "cpu_seconds": round(busy, 2), "peak_mb": round(peak, 1)}
    figures["stages"] = stages
    figures["seconds"] = round(sum(stage["seconds"] for stage in stages.values()), 2)
    figures["peak_mb"] = max((stage["peak_mb"] for stage in stages.values()), default=0.0)
    return figures


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.scale`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--rows", type=int, default=1_000_000, help="places (default: 1,000,000)")
    parser.add_argument("--dim", type=int, default=256, help="numbers in an embedding (default: 256)")
    parser.add_argument("--method", choices=("semantic", "naive"), default="semantic",
                        help="how cells are made (default: semantic)")  # fmt: skip
    parser.add_argument("--preset", choices=tuple(MAX_POINTS), default="pigeotto",
                        help="sizes of cells and clusters; pigeotto's are those of millions of photos")  # fmt: skip
    parser.add_argument("--epochs", type=int, default=3, help="passes of the head over all rows (default: 3)")
    parser.add_argument("--only", nargs="+", choices=STAGES, default=list(STAGES), help="some stages (default: all)")
    parser.add_argument("--folder", type=Path, help="keep all files there and go on from what is there; a stage "
                        "that is done already takes no time")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    given = parser.parse_args(argv)
    if given.rows < 100 or given.dim < 2 or given.epochs < 1:
        parser.error("--rows must be 100 or more, --dim 2 or more and --epochs 1 or more")
    if given.folder is None and tuple(given.only) != STAGES[: len(given.only)]:
        parser.error("a stage needs those before it: name them too, or a --folder that holds what they made")

    def main() -> None:
        figures = measure(given.rows, given.dim, given.method, given.preset, given.epochs, given.only, given.folder)
        stages = figures["stages"]
        assert isinstance(stages, dict)
        for name, stage in stages.items():
            took = f"{stage['seconds']:8.1f} s {stage['peak_mb']:8,.0f} MB"
            print(f"{name:>8}: {took}, {stage['cpu_seconds']:.1f} s of work")
        print(f"{'in all':>8}: {figures['seconds']:8.1f} s {figures['peak_mb']:8,.0f} MB")
        print(f"{'aim':>8}: {AIM_S:8.1f} s {AIM_MB:8,.0f} MB for a million rows of 256 numbers")
        if given.json:
            print(json.dumps(figures))

    run(main)


if __name__ == "__main__":
    cli()
