"""Every system on one bench: the same places, the same figures, and what an answer costs.

    python -m benchmarks.systems --manifest data/fresh/manifest.parquet --out runs/systems \\
        --systems pigeon zero-shot geoclip=runs/geoclip geoestimation=runs/geoestimation [--embeddings E] [--json]

Each system is measured as `python -m model.evaluate --area` does, into OUT/SYSTEM, and what is measured already is
not measured again. What an answer costs is timed in a process of its own: the median time of a guess from four views,
decoding included, and the most memory that the process ever held. It prints two Markdown tables, distances and Recall
vs Area, which are not the same thing; with --json the last line is one JSON object.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import read_figures
from benchmarks.locate import picture
from benchmarks.tables.markdown import HEAD, figure_row, share, table
from model.artifacts import fingerprint, whole
from model.commands import run
from model.errors import ArtifactError, ConfigError
from model.evaluate import EvaluateConfig
from model.evaluate import main as evaluate
from model.geolocator import SYSTEMS, Geolocator
from model.predictors.protocol import features_of

CAPS = ("25", "200", "750", "2500")  # km; areas of caps, see model.metrics.recall_area
HOME = Path(__file__).resolve().parents[1]
WARM_UP = 3


@dataclass(frozen=True)
class Entry:
    """One system: what it is called in the table, its name in the registry, its run (None: as it ships)."""

    label: str
    predictor: str
    checkpoint: Path | None = None
    settings: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> "Entry":
        """NAME, NAME=RUN, or either with settings: NAME=RUN,beam=1,leaves=region.

        Raises:
            ConfigError: a system that is not in the registry.
        """
        first, *settings = text.split(",")
        name, _, folder = first.partition("=")
        if name not in SYSTEMS:
            raise ConfigError(f"looked for the system '{name}', found {', '.join(SYSTEMS)}; take one of those.")
        return cls(text.replace(folder, Path(folder).name) if folder else text, name, Path(folder) if folder else None,
                   tuple(settings))  # fmt: skip

    @property
    def folder(self) -> str:
        """The name of its folder under OUT."""
        return self.label.replace("=", "-").replace(",", "_").replace("/", "-")


def cost(predictor: str, checkpoint: str, settings: Sequence[str], repeats: int) -> dict[str, float]:
    """Milliseconds of a guess from four views, the median, and the most memory this process held, MB."""
    geolocator = Geolocator.load(checkpoint or None, predictor, settings=settings)
    views, took = [picture(seed) for seed in range(4)], []
    for repeat in range(-WARM_UP, repeats):
        start = time.perf_counter()
        geolocator.locate(views)
        if repeat >= 0:
            took.append(1000 * (time.perf_counter() - start))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kB on Linux
    return {"guess_ms": round(statistics.median(took), 1), "peak_mb": round(peak)}


def cost_in_new_process(entry: Entry, repeats: int) -> dict[str, float]:
    """`cost`, in a process that has opened nothing else.

    Raises:
        ArtifactError: the process ended with an error.
    """
    code = "import json, sys; from benchmarks.systems import cost; print(json.dumps(cost(*json.loads(sys.argv[1]))))"
    given = [entry.predictor, str(entry.checkpoint.resolve()) if entry.checkpoint else "", entry.settings, repeats]
    done = subprocess.run([sys.executable, "-c", code, json.dumps(given)], capture_output=True, text=True, cwd=HOME)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise ArtifactError(f"a new process could not guess with {entry.label}: {last}")
    told: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def measured(entry: Entry, manifest: Path, embeddings: Path | None, out: Path, repeats: int) -> dict[str, Any]:
    """Figures of one system with `cost`, from OUT where they were measured on these places already."""
    folder = out / entry.folder
    file, asked = folder / "cost.json", {"manifest": fingerprint(manifest), "entry": entry.label}
    if file.is_file() and (told := json.loads(file.read_text(encoding="utf-8"))).get("asked") == asked:
        return read_figures(folder) | told
    opened = Geolocator.load(entry.checkpoint, entry.predictor, settings=entry.settings)
    stored = embeddings if features_of(opened.predictor).kind == "pooled" else None  # others look at the pictures
    evaluate(EvaluateConfig(manifest, folder, entry.checkpoint, stored, area=True, predictor=entry.predictor,
                            settings=entry.settings))  # fmt: skip
    told = cost_in_new_process(entry, repeats) | {"asked": asked}
    with whole(file) as temporary:
        temporary.write_text(json.dumps(told) + "\n", encoding="utf-8")
    return read_figures(folder) | told


def tables(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Distances and costs, and below them Recall vs Area: shares of places found within the area of a cap."""
    costs = [[*figure_row(name, row), f"{row['guess_ms']:.0f}", f"{row['peak_mb']:,.0f}"] for name, row in rows.items()]
    found = []
    for name, row in rows.items():
        areas = row["recall_area"]
        found.append([name, *(share(areas["recall"][cap]) for cap in CAPS),
                      *(share(areas["balanced"]["recall"][cap]) for cap in CAPS),
                      f"{areas['area_for_recall_km2']['80'] / 1e3:,.0f}"])  # fmt: skip
    head = ["", *(f"{cap} km cap" for cap in CAPS), *(f"balanced {cap}" for cap in CAPS), "80 % need, 1,000 km²"]
    return table([*HEAD, "guess ms", "peak MB"], costs) + "\n\n" + table(head, found)


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.systems`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.systems", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--manifest", type=Path, required=True, help="table of places that no system has seen")
    parser.add_argument("--systems", nargs="+", default=["pigeon", "zero-shot"], metavar="NAME[=RUN][,key=value]",
                        help="systems of the registry, each with its run")  # fmt: skip
    parser.add_argument("--embeddings", type=Path, help="of all these places, by the encoder of every run")
    parser.add_argument("--out", type=Path, default=Path("runs/systems"), help="folder for what is measured")
    parser.add_argument("--repeats", type=int, default=30, help="guesses whose time is taken")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    given = parser.parse_args(argv)
    if given.repeats < 1:
        parser.error("--repeats must be 1 or more")

    def main() -> None:
        entries = [Entry.read(text) for text in given.systems]
        if len({entry.folder for entry in entries}) < len(entries):
            raise ConfigError("two of the systems have one name and one folder's name; measure them into two --out.")
        rows = {e.label: measured(e, given.manifest, given.embeddings, given.out, given.repeats) for e in entries}
        print(tables(rows))
        if given.json:
            kept = ("n", "country_accuracy", "median_km", "mean_score", "within_km", "recall_area", "guess_ms",
                    "peak_mb", "interval_95")  # fmt: skip
            print(json.dumps({name: {key: row[key] for key in kept if key in row} for name, row in rows.items()}))

    run(main)


if __name__ == "__main__":
    cli()
