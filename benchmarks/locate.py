"""How long a guess takes: four views against one photo, on the shipped checkpoint, in one run.

    python -m benchmarks.locate [--checkpoint RUN] [--repeats 50] [--json]

The pictures are drawn here (smooth noise as JPEG bytes), decoding included. Loading is measured in this process and,
from nothing (Python, torch and all imports), in new ones; guesses after a warm-up. With --json the last line of output
is one JSON object.
"""

import argparse
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from model.commands import run
from model.geolocator import Geolocator

TARGET_MS = 60.0  # median of a four-view guess on a CPU
TARGET_LOAD_S = 4.0  # of a new process
NEW_PROCESSES = 3


def picture(seed: int, width: int = 512, height: int = 512) -> bytes:
    """A picture of clouds as JPEG bytes: it compresses and decodes like a photo."""
    coarse = np.random.default_rng(seed).integers(0, 255, (12, 12, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def load_seconds(checkpoint: Path | None) -> float:
    """Seconds from the start of a new process until its checkpoint is open, the median of some."""
    code = "import sys; from model.geolocator import Geolocator; Geolocator.load(*sys.argv[1:])"
    took = []
    for _ in range(NEW_PROCESSES):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code, *([str(checkpoint)] if checkpoint else [])], check=True)
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def measure(checkpoint: Path | None, repeats: int) -> dict[str, float | int | str]:
    """Milliseconds of loading and of guesses, medians over `repeats`."""
    start = time.perf_counter()
    geolocator = Geolocator.load(checkpoint)
    load_ms = 1000 * (time.perf_counter() - start)
    cases = {
        "four_views": [picture(seed) for seed in range(4)],
        "one_view": [picture(4)],
        "panorama": [picture(5, 2048, 1024)],
    }
    took: dict[str, list[float]] = {name: [] for name in cases}
    for repeat in range(-3, repeats):  # the first three warm up
        for name, images in cases.items():  # in turn, so that a slow moment of the machine meets all
            start = time.perf_counter()
            geolocator.locate(images)
            if repeat >= 0:
                took[name].append(1000 * (time.perf_counter() - start))
    figures: dict[str, float | int | str] = {
        "benchmark": "locate", "checkpoint": geolocator.folder.name, "repeats": repeats, "load_ms": round(load_ms, 1),
        "load_s": round(load_seconds(checkpoint), 2), "target_load_s": TARGET_LOAD_S, "target_ms": TARGET_MS,
    }  # fmt: skip
    for name, values in took.items():
        figures[f"{name}_median_ms"] = round(statistics.median(values), 2)
        figures[f"{name}_p90_ms"] = round(float(np.quantile(values, 0.9)), 2)
    return figures


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.locate`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.locate", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--checkpoint", type=Path, help="a run's folder (default: the shipped checkpoint)")
    parser.add_argument("--repeats", type=int, default=50, help="guesses of each kind")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    given = parser.parse_args(argv)
    if given.repeats < 1:
        parser.error("--repeats must be 1 or more")

    def main() -> None:
        figures = measure(given.checkpoint, given.repeats)
        print(f"checkpoint {figures['checkpoint']}: loaded in {figures['load_ms']:,.0f} ms; a new "
              f"process takes {figures['load_s']:.1f} s (target {TARGET_LOAD_S:.0f} s)")  # fmt: skip
        for name in ("four_views", "one_view", "panorama"):
            print(f"{name.replace('_', ' '):>12}: median {figures[f'{name}_median_ms']:.1f} ms, 90 % under "
                  f"{figures[f'{name}_p90_ms']:.1f} ms")  # fmt: skip
        print(f"{'target':>12}: {TARGET_MS:.0f} ms for four views")
        if given.json:
            print(json.dumps(figures))

    run(main)


if __name__ == "__main__":
    cli()
