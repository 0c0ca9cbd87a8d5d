"""Verb: make a run honest on its validation places -> RUN/calibration/.

Reads RUN/geocells.parquet, RUN/head/ and RUN/index/. First the temperature that makes the probabilities of cells true;
then the refiner's settings (candidates K, temperature T, furthest move, neighbours, hedge, pool) that guess best; then
the line from the expected score to the real one, and how far "within R km with probability p" must reach to hold.
Minutes at most, memory bounded by --places; a finished calibration is left alone. Source: PIGEON (arXiv 2307.05845),
section 3.4; Guo et al., arXiv 1706.04599.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn, track

from model.artifacts import is_done, read_record, record_path, write_record
from model.commands import parser_for, read, run
from model.data.embeddings import read_embeddings
from model.data.manifest import image_paths, n_views, read_manifest, read_source, require_columns
from model.data.views import read_views
from model.errors import ArtifactError, ConfigError, ManifestError
from model.geo.atlas import Atlas
from model.geo.distance import haversine_km
from model.geo.scoring import PAPER_SCALE_KM, geoguessr_score
from model.geocells.table import Geocells, read_geocells
from model.metrics.calibration import expected_calibration_error, fit_temperature
from model.networks.cross_fitting import FOLDS
from model.networks.head import MultiTaskHead
from model.predictors.calibration import LEVELS, Calibration, Radius
from model.predictors.chain import hub_encoder
from model.predictors.confidence import expected_scores, fit_radius, fitted_line, raw_radii, stretched
from model.predictors.deciding import Known, decide
from model.predictors.novelty import FILE as NOVELTY
from model.predictors.novelty import LEAST, Novelty, look_at_places
from model.retrieval.index import PrototypeIndex, read_index
from model.retrieval.kernel import Kernel
from model.retrieval.refiner import MAX_NEIGHBOURS, Matches, match, refine
from model.retrieval.tuning import CANDIDATES, grid, measure

if TYPE_CHECKING:
    from model.networks.encoder import Encoder

STAGE = "calibrate"
FOLDER = "calibration"
AT_ONCE = 500  # places looked up between two moves of the bar


@dataclass(frozen=True)
class CalibrateConfig:
    """What to calibrate, on what."""

    manifest: Path = field(metadata={"help": "table of places with the split validation"})
    embeddings: Path = field(metadata={"help": ".npy of the manifest's rows in order, as the head was trained on"})
    out: Path = field(metadata={"help": "folder of the run: head/ and index/ are read, calibration/ is written there"})
    preset: Literal["pigeon", "pigeotto", "tiny"] = field(
        default="pigeon", metadata={"help": "the refiner's settings to begin from, or to keep with --no-tune"}
    )
    tune: bool = field(default=True, metadata={"help": "choose the refiner's settings on validation"})
    places: int = field(
        default=5000, metadata={"help": "validation places to use at most, evenly taken: more cost memory and time"}
    )
    pictures: int = field(
        default=1000,
        metadata={"help": "validation places whose pictures teach what is strange, with the encoder in --out; 0: none"},
    )
    scale_km: float = field(default=PAPER_SCALE_KM, metadata={"help": "of the score; a map's own is max_error / 10"})

    def __post_init__(self) -> None:
        if self.places < 1 or not self.scale_km > 0:
            raise ConfigError("--places must be at least 1 and --scale-km above 0.")
        if self.pictures and self.pictures < LEAST:
            raise ConfigError(f"--pictures must be 0 or at least {LEAST}, found {self.pictures}.")


def main(config: CalibrateConfig) -> Path:
    """Fit and write the calibration; a folder that already holds it is left as it is."""
    folder, cells_file = config.out / FOLDER, config.out / "geocells.parquet"
    parts = {"geocells": cells_file, "head": config.out / "head", "index": config.out / "index"}
    for stage, name in (("build_geocells", "geocells"), ("train_head", "head"), ("build_index", "index")):
        if not parts[name].exists():
            raise ArtifactError(
                f"looked for {parts[name].name} in {config.out}, found none; run `python -m model.{stage}` first."
            )
    if (config.out / "kernel").is_dir():
        parts["kernel"] = config.out / "kernel"
    inputs = {"manifest": config.manifest, "embeddings": config.embeddings, **parts}
    if config.pictures and (config.out / "encoder").is_dir():
        inputs["encoder"] = config.out / "encoder"
    if is_done(config.out, STAGE, config, inputs):
        print(f"{folder}: already calibrated on these files with this config, nothing to do")
        return folder
    manifest = read_manifest(config.manifest)
    require_columns(manifest, ["split"], config.manifest)
    cells, head = read_geocells(cells_file), MultiTaskHead.load(parts["head"])
    index = read_index(parts["index"])
    kernel = Kernel.load(parts["kernel"]) if "kernel" in parts else None
    _check(config, cells, head, index)
    embeddings = read_embeddings(config.embeddings, manifest)
    if embeddings.shape[1] != head.dim:
        raise ArtifactError(f"{config.embeddings} holds embeddings of {embeddings.shape[1]} numbers and the head in "
                            f"{config.out} takes {head.dim}: they are of different encoders.")  # fmt: skip
    rows = np.flatnonzero(manifest["split"] == "validation")
    if len(rows) == 0:
        raise ManifestError(f"{config.manifest} has no rows of the split 'validation', which calibrate needs.")
    rows = evenly(rows, config.places)
    truth = manifest[["lat", "lng"]].to_numpy(np.float64)[rows]
    country = manifest["country"].fillna("").to_numpy(object)[rows] if "country" in manifest else np.full(len(rows), "")
    shown = manifest.iloc[evenly(rows, config.pictures)]
    del manifest
    seen = np.array(embeddings[rows], np.float32)
    calibration, facts, guess = calibrate(config, cells, head, index, seen, truth)
    if kernel is not None and config.tune:
        refined_country = Atlas.open().describe(guess)["country"].fillna("").to_numpy(object)
        probabilities = head.probabilities(seen, calibration.temperature)
        known = Known(seen, truth, country.astype(object), probabilities, guess, refined_country)
        calibration = _choose_who_guesses(config, kernel, cells, known, calibration, facts)
    calibration.write(folder)
    facts["pictures"] = _learn_what_is_strange(config, shown, folder / NOVELTY)
    facts |= {"source": read_source(config.manifest)}
    write_record(config.out, STAGE, config, inputs, {"calibration": folder}, facts)
    print(_line(folder, calibration, facts))
    return folder


def evenly(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most so many of the rows, taken evenly and in order."""
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), most)).round().astype(np.int64)]


def calibrate(
    config: CalibrateConfig, cells: Geocells, head: MultiTaskHead, index: PrototypeIndex,
    embeddings: NDArray[np.float32], truth: NDArray[np.float64],
) -> tuple[Calibration, dict[str, Any], NDArray[np.float64]]:  # fmt: skip
    """The calibration of a run on places (N, D) whose truth (N, 2) is known, what it measured, and the guesses."""
    own, logits = cells.assign(truth), head.logits(embeddings)
    temperature = fit_temperature(logits, own)
    probabilities = head.probabilities(embeddings, temperature)
    before = expected_calibration_error(head.probabilities(embeddings), own)
    facts: dict[str, Any] = {
        "places": len(truth), "tuned": config.tune, "calibration_error": expected_calibration_error(probabilities, own),
        "calibration_error_before": before,
    }  # fmt: skip
    start = replace(Calibration.of_preset(config.preset), temperature=temperature)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as progress:
        settings = start.refiner
        matches = _matched(progress, config, index, embeddings, probabilities, cells.centroids, settings.candidates)
        if config.tune:
            choices = list(grid(matches, settings))
            task = progress.add_task("choosing the refiner's settings", total=len(choices))
            trials = []
            for choice in choices:
                trials.append(measure(matches, truth, choice, config.scale_km))
                progress.advance(task)
            best = max(trials, key=lambda trial: trial.value)  # ties: the first of the grid
            settings = best.settings
            facts["tuning"] = {"mean_score": best.mean_score, "within_25_km": best.within_city, "tried": len(trials)}
    guess = refine(matches, settings).guess
    facts |= {"temperature": temperature, "refiner": asdict(settings)}
    line, radius = _promises(config, cells, probabilities, guess, truth, facts)
    return Calibration(temperature, settings, line, radius), facts, guess


def _promises(
    config: CalibrateConfig, cells: Geocells, scores: NDArray[np.float32], guess: NDArray[np.float64],
    truth: NDArray[np.float64], facts: dict[str, Any],
) -> tuple[tuple[float, float], Radius]:  # fmt: skip
    """The line to the real score and the stretching of radii, for guesses (N, 2) whose truth is known."""
    away_km = haversine_km(guess, truth)
    line = fitted_line(expected_scores(scores, guess, cells, config.scale_km),
                       np.asarray(geoguessr_score(away_km, config.scale_km), np.float64))  # fmt: skip
    raw = raw_radii(scores, guess, cells)
    radius = fit_radius(raw, away_km)
    held = (away_km[:, None] <= stretched(raw, radius)).mean(axis=0)
    facts |= {
        "expected_line": list(line), "radius_groups": len(radius.factors),
        "held": {f"{level:.0%}".rstrip("%"): float(share) for level, share in zip(LEVELS, held, strict=True)},
        "mean_score": float(np.mean(geoguessr_score(away_km, config.scale_km))),
    }  # fmt: skip
    return line, radius


def _choose_who_guesses(
    config: CalibrateConfig, kernel: Kernel, cells: Geocells, known: Known, calibration: Calibration,
    facts: dict[str, Any],
) -> Calibration:  # fmt: skip
    """The calibration as it was where the refiner is best; else that of kernel and head."""
    trained = read_record(config.out, "train_head")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("asking heads about places they were not trained on", total=FOLDS)
        decided, facts["decision"] = decide(
            kernel, cells, known, trained["config"] | {"country_share": trained["facts"].get("country_share", 0.0)},
            float(trained["facts"]["tau_km"]), calibration.temperature, config.scale_km, lambda: progress.advance(task),
        )  # fmt: skip
    if decided is None:
        return calibration
    line, radius = _promises(config, cells, decided.scores, decided.guess, decided.truth, facts)
    own = cells.assign(decided.truth)
    facts |= {"temperature": decided.temperature,
              "calibration_error": expected_calibration_error(decided.scores, own)}  # fmt: skip
    return replace(calibration, temperature=decided.temperature, expected_line=line, radius=radius,
                   decision=decided.decision)  # fmt: skip


def _learn_what_is_strange(config: CalibrateConfig, places: pd.DataFrame, path: Path) -> int:
    """Fit novelty.safetensors on the pictures of places, where there are pictures and an encoder; how many places."""
    encoder = _encoder(config) if config.pictures and ("image" in places or "image_0" in places) else None
    if encoder is None or len(places) < LEAST:
        path.unlink(missing_ok=True)
        if config.pictures:
            print("no encoder, or too few pictures of validation places: what is strange is not learned.")
        return 0
    views = n_views(places, str(config.manifest))
    paths = image_paths(places, config.manifest)
    with ThreadPoolExecutor(max_workers=2) as pool:
        pixels = pool.map(lambda row: encoder.to_pixels(read_views(row, views, encoder.image_size)), paths)
        seen = track(look_at_places(encoder, pixels), "looking at pictures", total=len(paths), transient=True)
        Novelty.fit(list(seen)).save(path)
    return len(paths)


def _encoder(config: CalibrateConfig) -> "Encoder | None":
    """The encoder of the run: its folder, or the one of the hub that its embeddings were made with."""
    from model.networks.encoder import Encoder

    if (config.out / "encoder").is_dir():
        return Encoder.load(config.out / "encoder")
    if not record_path(config.out, "embed").is_file():
        return None
    hub = hub_encoder({"embed": read_record(config.out, "embed", check_outputs=False)})
    return Encoder.load(hub[0], revision=hub[1]) if hub else None


def _matched(
    progress: Progress, config: CalibrateConfig, index: PrototypeIndex, embeddings: NDArray[np.float32],
    probabilities: NDArray[np.float32], centroids: NDArray[np.float64], candidates: int,
) -> Matches:  # fmt: skip
    most = max(*CANDIDATES, candidates) if config.tune else candidates
    neighbours = MAX_NEIGHBOURS if config.tune else 1
    task = progress.add_task("looking up known places", total=len(embeddings))
    found = []
    for start in range(0, len(embeddings), AT_ONCE):
        block = slice(start, start + AT_ONCE)
        vectors = index.space.project(embeddings[block])
        found.append(match(index, vectors, probabilities[block], centroids, most, neighbours))
        progress.advance(task, len(vectors))
    return Matches(*(np.concatenate([getattr(part, name) for part in found]) for name in Matches.__annotations__))


def _check(config: CalibrateConfig, cells: Geocells, head: MultiTaskHead, index: PrototypeIndex) -> None:
    """Parts of one run, or a sentence."""
    if not len(cells) == head.cells == index.settings["cells"]:
        raise ArtifactError(f"the table in {config.out} has {len(cells)} geocells, the head {head.cells} and the index "
                            f"{index.settings['cells']}: they are of different runs.")  # fmt: skip
    if head.dim != index.space.dim:
        raise ArtifactError(f"the head in {config.out} takes embeddings of {head.dim} numbers and the index of "
                            f"{index.space.dim}: they are of different encoders.")  # fmt: skip
    theirs = _fingerprint_of_embeddings(config.out, "train_head")
    if theirs != _fingerprint_of_embeddings(config.out, "build_index"):
        raise ArtifactError(f"the head and the index in {config.out} were made from other embeddings than one another; "
                            "run `python -m model.build_index` on those of the head.")  # fmt: skip


def _fingerprint_of_embeddings(folder: Path, stage: str) -> Any:
    return read_record(folder, stage)["inputs"].get("embeddings")


def _line(folder: Path, calibration: Calibration, facts: dict[str, Any]) -> str:
    chosen = "tuned to" if facts["tuned"] else "by preset:"
    text = (
        f"{folder}: {facts['places']:,} validation places; temperature {calibration.temperature:.2f} (calibration "
        f"error {facts['calibration_error_before']:.3f} before, {facts['calibration_error']:.3f} after); score "
        f"{facts['mean_score']:,.0f}; radii in {facts['radius_groups']} groups\nrefiner {chosen} {calibration.refiner}"
    )
    if "decision" in facts:
        told = facts["decision"]
        text += (f"\nchosen by {told['by']} on {told['places']:,} places: {told['chosen']}; on validation kernel and "
                 f"head score {told['score_on_validation']:,.0f}, the refiner "
                 f"{told['refiner_on_validation']:,.0f}")  # fmt: skip
        if calibration.decision is not None:
            text += f"; country weighs {calibration.decision.country:g}"
    return text


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.calibrate`."""
    parser = parser_for(CalibrateConfig, "python -m model.calibrate", str(__doc__))
    config = read(parser, CalibrateConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
