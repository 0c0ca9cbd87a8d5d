"""Verb: build the index of location clusters for retrieval within cells -> RUN/index/.

Members are the training places, never others. Validation places are only looked up: for the distribution of distances
by which a strange picture is told, and, where RUN/head/ stands, to choose the refiner's settings (`--tune`). Source:
PIGEON (arXiv 2307.05845), section 3.4.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.progress import track

from model.artifacts import is_done, write_record
from model.commands import parser_for, read, run
from model.data.embeddings import read_embeddings
from model.data.manifest import read_manifest, read_source, require_columns
from model.errors import ManifestError
from model.geo.distance import haversine_km
from model.geo.scoring import geoguessr_score
from model.geocells.table import Geocells, read_geocells
from model.retrieval.clusters import location_clusters
from model.retrieval.index import PrototypeIndex, build_index, write_index
from model.retrieval.refiner import MAX_NEIGHBOURS, RefinerSettings, match
from model.retrieval.space import Kind, fit_space
from model.retrieval.tuning import CANDIDATES, tune

STAGE = "build_index"
QUANTILES = 101
PRESETS = {  # OPTICS (min_samples, xi) inside a cell; the refiner where nothing is tuned. PIGEON, section 4.1
    "pigeon": (3, 0.15, RefinerSettings(5, 1.6, 1000.0)),
    "pigeotto": (10, 0.1, RefinerSettings(40, 0.6, 0.0)),
    "tiny": (3, 0.15, RefinerSettings(5, 1.6, 1000.0)),
}


@dataclass(frozen=True)
class IndexConfig:
    """What to index, and how."""

    manifest: Path = field(metadata={"help": "table of places with the split train (and validation)"})
    embeddings: Path = field(metadata={"help": ".npy (N, D), the manifest's rows in order, made by any model"})
    geocells: Path = field(metadata={"help": "geocells.parquet of build_geocells"})
    out: Path = field(metadata={"help": "folder of the run; index/ is written there, head/ is read there if it stands"})
    preset: Literal["pigeon", "pigeotto", "tiny"] = field(
        default="pigeon", metadata={"help": "clusters and refiner as for street view, for any photo, or for tests"}
    )
    space: Kind = field(
        default="raw", metadata={"help": "compare embeddings as they are, by principal components, or by discriminants"}
    )
    dimensions: int = field(default=0, metadata={"help": "of the space (pca, lda); 0: all"})
    factory: str = field(default="Flat", metadata={"help": "faiss factory string; SQ8 stores a byte a number"})
    tune: bool = field(default=True, metadata={"help": "choose the refiner's settings on validation (needs RUN/head/)"})


def main(config: IndexConfig) -> Path:
    """Build and write the index; a folder that already holds it is left as it is."""
    folder, head_folder = config.out / "index", config.out / "head"
    inputs = {"manifest": config.manifest, "embeddings": config.embeddings, "geocells": config.geocells}
    if config.tune and head_folder.is_dir():
        inputs["head"] = head_folder
    if is_done(config.out, STAGE, config, inputs):
        print(f"{folder}: already built from these files with this config, nothing to do")
        return folder
    manifest = read_manifest(config.manifest)
    require_columns(manifest, ["split"], config.manifest)
    cells = read_geocells(config.geocells)
    embeddings = read_embeddings(config.embeddings, manifest)
    train = np.flatnonzero(manifest["split"] == "train")
    if len(train) == 0:
        raise ManifestError(f"{config.manifest} has no rows of the split 'train', which build_index needs.")
    index = _index(config, manifest.iloc[train], np.asarray(embeddings[train], np.float32), cells)
    settings: dict[str, Any] = {"refiner": asdict(PRESETS[config.preset][2]), "tuned": False}
    validation = np.flatnonzero(manifest["split"] == "validation")
    if len(validation):
        seen = np.asarray(embeddings[validation], np.float32)
        strangeness = index.strangeness(index.space.project(seen))
        settings["strangeness_quantiles"] = np.quantile(strangeness, np.linspace(0, 1, QUANTILES)).tolist()
        if "head" in inputs:
            truth = manifest.iloc[validation][["lat", "lng"]].to_numpy(np.float64)
            settings |= _tuned(config, index, cells, seen, truth)
    index = replace(index, settings=index.settings | settings)
    write_index(index, folder)
    n_members = index.prototypes["n_members"].to_numpy()
    facts = {"members": len(index.members), "prototypes": len(index.prototypes), "alone": int((n_members == 1).sum()),
             "refiner": settings["refiner"], "tuned": settings["tuned"],
             "source": read_source(config.manifest)}  # fmt: skip
    write_record(config.out, STAGE, config, inputs, {"index": folder}, facts)
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    print(f"{folder}: {facts['prototypes']:,} prototypes ({facts['alone']:,} of a single place) of {len(train):,} "
          f"places, {size:.1f} MB; refiner {'tuned to' if settings['tuned'] else 'by preset:'} "
          f"{settings['refiner']}")  # fmt: skip
    return folder


def _index(
    config: IndexConfig, places: pd.DataFrame, embeddings: NDArray[np.float32], cells: Geocells
) -> PrototypeIndex:
    points = places[["lat", "lng"]].to_numpy(np.float64)
    own = cells.assign(points)
    min_samples, xi, _ = PRESETS[config.preset]
    clusters = np.zeros(len(points), np.int64)
    for cell in track(range(len(cells)), "clustering places", transient=True):
        rows = np.flatnonzero(own == cell)
        if len(rows):
            clusters[rows] = location_clusters(points[rows], min_samples, xi)
    space = fit_space(config.space, config.dimensions, embeddings, own)
    ids = places["id"].to_numpy(object)
    return build_index(ids, points, own, clusters, space.project(embeddings), space, len(cells), config.factory)


def _tuned(
    config: IndexConfig, index: PrototypeIndex, cells: Geocells, embeddings: NDArray[np.float32],
    truth: NDArray[np.float64],
) -> dict[str, Any]:  # fmt: skip
    from model.networks.head import GeocellHead
    from model.predictors.pigeon import Pigeon

    start = PRESETS[config.preset][2]
    pigeon = Pigeon(cells, GeocellHead.load(config.out / "head"), index, start)
    vectors, probabilities = index.space.project(embeddings), pigeon.scores(embeddings)
    matches = match(index, vectors, probabilities, cells.centroids, max(CANDIDATES), MAX_NEIGHBOURS)
    best = tune(matches, truth, start)[0]
    prediction = Pigeon(cells, pigeon.head, index, best.settings).predict(embeddings)
    scores = geoguessr_score(haversine_km(prediction.refined.guess, truth))
    return {
        "refiner": asdict(best.settings), "tuned": True,
        "expected_score_line": _line(pigeon.expected_score(prediction), scores),
        "tuning": {"validation_mean_score": best.mean_score, "validation_within_25_km": best.within_city},
    }  # fmt: skip


def _line(expected: NDArray[np.float64], scores: NDArray[np.int64]) -> list[float]:
    """Offset and slope of the least-squares line from expected scores to real ones; it never falls."""
    if np.ptp(expected) == 0:
        return [float(scores.mean() - expected.mean()), 1.0]
    slope = max(0.0, float(np.polyfit(expected, scores, 1)[0]))
    return [float(scores.mean() - slope * expected.mean()), slope]


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.build_index`."""
    parser = parser_for(IndexConfig, "python -m model.build_index", str(__doc__))
    config = read(parser, IndexConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
