"""How long the atlas takes: to build (with --build, in a temporary folder), to open, and to describe 100,000 points.

    python -m benchmarks.atlas [--points 100000] [--build] [--json]

Opening is timed in a fresh process, imports left out. With --json the last line is one JSON object.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from model.geo.atlas import Atlas  # noqa: E402

OPEN = "import time; from model.geo.atlas import Atlas; t = time.perf_counter(); Atlas.open({progress}); print(time.perf_counter() - t)"  # noqa: E501


def open_s(progress: bool, cache: str | None = None) -> float:
    """Seconds that `Atlas.open` takes in a fresh process."""
    env = {**os.environ, **({"HOMING_CACHE": cache} if cache else {})}
    command = [sys.executable, "-c", OPEN.format(progress=progress)]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.atlas", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=100_000, help="points to describe (default: %(default)s)")
    parser.add_argument("--build", action="store_true", help="also time a build from nothing")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    options = parser.parse_args()

    figures: dict[str, float | int] = {}
    if options.build:
        with tempfile.TemporaryDirectory() as cache:
            figures["build_and_open_s"] = round(open_s(True, cache), 2)
    atlas = Atlas.open()
    figures["open_s"] = round(open_s(False), 2)
    rng = np.random.default_rng(0)
    lat = np.degrees(np.arcsin(rng.uniform(-1, 1, options.points)))
    points = np.stack([lat, rng.uniform(-180, 180, options.points)], axis=-1)
    towns = atlas.towns[["lat", "lng"]].sample(options.points, replace=True, random_state=0).to_numpy()
    for name, places in (("anywhere", points), ("at_towns", towns)):
        started = time.perf_counter()
        frame = atlas.describe(places)
        figures[f"describe_{name}_s"] = round(time.perf_counter() - started, 2)
    figures |= {"points": options.points, "towns": len(atlas.towns), "columns": frame.shape[1]}
    for name, value in figures.items():
        print(f"{name:24} {value}")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
