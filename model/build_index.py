"""Verb: build the index of location clusters for retrieval within cells -> RUN/index/ (and RUN/kernel/).

Where training places are few (50 to 20,000), a kernel ridge over them is fitted too, which needs no cells; whether it
is asked is `python -m model.calibrate`'s to choose.

Members are the training places, never others. Validation places are only looked up: for the distribution of distances
by which a strange picture is told, and for how much of the exact answer an approximate index finds. How the index is
used is `python -m model.calibrate`'s to say. Source: PIGEON (arXiv 2307.05845), section 3.4.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

from model.artifacts import is_done, write_record
from model.commands import parser_for, read, run
from model.data.embeddings import read_embeddings
from model.data.manifest import read_manifest, read_source, require_columns
from model.errors import ConfigError, ManifestError
from model.geocells.table import Geocells, read_geocells
from model.retrieval.clusters import clusters_by_cell
from model.retrieval.index import QUERIES, PrototypeIndex, build_index, write_index
from model.retrieval.kernel import LEAST, MOST, Kernel, fit_kernel
from model.retrieval.space import Kind, fit_space

STAGE = "build_index"
KERNEL = "kernel"
QUANTILES = 101
LOOKED_UP = 10_000  # validation places: more do not move a percentile
PRESETS = {"pigeon": (3, 0.15), "pigeotto": (10, 0.1), "tiny": (3, 0.15)}  # OPTICS (min_samples, xi). PIGEON, 4.1


@dataclass(frozen=True)
class IndexConfig:
    """What to index, and how."""

    manifest: Path = field(metadata={"help": "table of places with the split train (and validation)"})
    embeddings: Path = field(
        metadata={"help": ".npy (N, D), or view by view (N, V, D), the manifest's rows in order, made by any model"}
    )
    geocells: Path = field(metadata={"help": "geocells.parquet of build_geocells"})
    out: Path = field(metadata={"help": "folder of the run; index/ is written there"})
    preset: Literal["pigeon", "pigeotto", "tiny"] = field(
        default="pigeon", metadata={"help": "clusters as for street view, for any photo, or for tests"}
    )
    space: Kind = field(
        default="raw", metadata={"help": "compare embeddings as they are, by principal components, or by discriminants"}
    )
    dimensions: int = field(default=0, metadata={"help": "of the space (pca, lda); 0: all"})
    factory: str = field(
        default="auto",
        metadata={"help": "faiss factory string; SQ8 stores a byte a number, IVF and HNSW search among millions; auto: "
                  "exact (Flat) up to a million prototypes, IVF beyond"},
    )  # fmt: skip
    kernel_places: int = field(
        default=MOST,
        metadata={"help": "fit a kernel ridge too, unless there are more training places than these; 0: never"},
    )
    workers: int = field(default=0, metadata={"help": "processes that cluster many places; 0: one for each core"})

    def __post_init__(self) -> None:
        if self.workers < 0:
            raise ConfigError("--workers must be 0 (one for each core) or more.")
        if not 0 <= self.kernel_places <= MOST:
            raise ConfigError(f"--kernel-places must be 0 … {MOST:,}, found {self.kernel_places:,}.")


def main(config: IndexConfig) -> Path:
    """Build and write the index; a folder that already holds it is left as it is."""
    folder = config.out / "index"
    inputs = {"manifest": config.manifest, "embeddings": config.embeddings, "geocells": config.geocells}
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
    validation = np.flatnonzero(manifest["split"] == "validation")
    validation = validation[:: max(1, -(-len(validation) // LOOKED_UP))]
    countries = manifest["country"].iloc[train].fillna("") if "country" in manifest else pd.Series([""] * len(train))
    index = _index(config, manifest[["id", "lat", "lng"]].iloc[train], embeddings, train, validation, cells)
    settings: dict[str, Any] = {}
    if len(validation):
        strangeness = index.strangeness(index.space.project(embeddings[validation]))
        settings["strangeness_quantiles"] = np.quantile(strangeness, np.linspace(0, 1, QUANTILES)).tolist()
    index = replace(index, settings=index.settings | settings)
    write_index(index, folder)
    kernel = _kernel(
        config, embeddings, train, manifest[["lat", "lng"]].to_numpy(np.float64)[train], countries.to_numpy(object)
    )
    n_members = index.prototypes["n_members"].to_numpy()
    search = index.settings["search"]
    facts = {"members": len(index.members), "prototypes": len(index.prototypes), "alone": int((n_members == 1).sum()),
             "factory": index.settings["factory"], "search": search,
             "source": read_source(config.manifest)}  # fmt: skip
    outputs = {"index": folder}
    if kernel is not None:
        outputs["kernel"] = config.out / KERNEL
        facts["kernel"] = {"places": len(train), "anchors": len(kernel.anchors), "variance": kernel.variance,
                           "ridge": kernel.ridge, "strength": kernel.strength}  # fmt: skip
    write_record(config.out, STAGE, config, inputs, outputs, facts)
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    print(f"{folder}: {facts['prototypes']:,} prototypes ({facts['alone']:,} of a single place) of {len(train):,} "
          f"places, {size:.1f} MB; {facts['factory']}{_how_far(search)} finds {100 * search['recall']:.1f} % of the "
          f"{search['recall_at']} nearest prototypes of {search['queries']:,} places")  # fmt: skip
    if kernel is not None:
        print(f"{config.out / KERNEL}: a kernel ridge over {len(train):,} places, a guess is one of "
              f"{len(kernel.anchors):,}")  # fmt: skip
    return folder


def _kernel(
    config: IndexConfig, embeddings: NDArray[Any], train: NDArray[np.int64], points: NDArray[np.float64],
    countries: NDArray[np.object_],
) -> Kernel | None:  # fmt: skip
    """Fit and write the kernel; where places are too few or too many, one of an earlier run is removed."""
    folder = config.out / KERNEL
    if folder.is_dir():
        shutil.rmtree(folder)
    if not LEAST <= len(train) <= config.kernel_places:
        return None
    kernel = fit_kernel(embeddings[train], points, countries)
    kernel.save(folder)
    return kernel


def _index(
    config: IndexConfig, places: pd.DataFrame, embeddings: NDArray[Any], train: NDArray[np.int64],
    validation: NDArray[np.int64], cells: Geocells,
) -> PrototypeIndex:  # fmt: skip
    points = places[["lat", "lng"]].to_numpy(np.float64)
    own = cells.assign(points)
    min_samples, xi = PRESETS[config.preset]
    columns = (*Progress.get_default_columns()[:3], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as progress:
        clustering = progress.add_task("clustering places", total=len(points))
        clusters = clusters_by_cell(points, own, min_samples, xi, config.workers,
                                    lambda done: progress.advance(clustering, done))  # fmt: skip
        fitting = progress.add_task(f"fitting the space '{config.space}'", total=None)
        space = fit_space(config.space, config.dimensions, embeddings, own, train)
        progress.update(fitting, total=1, completed=1)
        indexing = progress.add_task("indexing places", total=len(points))
        queries = space.project(embeddings[validation[:: max(1, -(-len(validation) // QUERIES))]])
        return build_index(
            places["id"].to_numpy(object), points, own, clusters, embeddings, space, len(cells), config.factory,
            train, queries if len(queries) else None, lambda done: progress.advance(indexing, done),
        )  # fmt: skip


def _how_far(search: dict[str, Any]) -> str:
    return f" with {search['effort']} {search['value']}" if "effort" in search else ""


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.build_index`."""
    parser = parser_for(IndexConfig, "python -m model.build_index", str(__doc__))
    config = read(parser, IndexConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
