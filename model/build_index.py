"""Verb: build the index of location clusters for retrieval within cells -> RUN/index/.

Members are the training places, never others. Validation places are only looked up, for the distribution of distances
by which a strange picture is told. How the index is used is `python -m model.calibrate`'s to say. Source: PIGEON (arXiv
2307.05845), section 3.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
from model.geocells.table import Geocells, read_geocells
from model.retrieval.clusters import location_clusters
from model.retrieval.index import PrototypeIndex, build_index, write_index
from model.retrieval.space import Kind, fit_space

STAGE = "build_index"
QUANTILES = 101
PRESETS = {"pigeon": (3, 0.15), "pigeotto": (10, 0.1), "tiny": (3, 0.15)}  # OPTICS (min_samples, xi). PIGEON, 4.1


@dataclass(frozen=True)
class IndexConfig:
    """What to index, and how."""

    manifest: Path = field(metadata={"help": "table of places with the split train (and validation)"})
    embeddings: Path = field(metadata={"help": ".npy (N, D), the manifest's rows in order, made by any model"})
    geocells: Path = field(metadata={"help": "geocells.parquet of build_geocells"})
    out: Path = field(metadata={"help": "folder of the run; index/ is written there"})
    preset: Literal["pigeon", "pigeotto", "tiny"] = field(
        default="pigeon", metadata={"help": "clusters as for street view, for any photo, or for tests"}
    )
    space: Kind = field(
        default="raw", metadata={"help": "compare embeddings as they are, by principal components, or by discriminants"}
    )
    dimensions: int = field(default=0, metadata={"help": "of the space (pca, lda); 0: all"})
    factory: str = field(default="Flat", metadata={"help": "faiss factory string; SQ8 stores a byte a number"})


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
    index = _index(config, manifest.iloc[train], np.asarray(embeddings[train], np.float32), cells)
    settings: dict[str, Any] = {}
    validation = np.flatnonzero(manifest["split"] == "validation")
    if len(validation):
        seen = np.asarray(embeddings[validation], np.float32)
        strangeness = index.strangeness(index.space.project(seen))
        settings["strangeness_quantiles"] = np.quantile(strangeness, np.linspace(0, 1, QUANTILES)).tolist()
    index = replace(index, settings=index.settings | settings)
    write_index(index, folder)
    n_members = index.prototypes["n_members"].to_numpy()
    facts = {"members": len(index.members), "prototypes": len(index.prototypes), "alone": int((n_members == 1).sum()),
             "source": read_source(config.manifest)}  # fmt: skip
    write_record(config.out, STAGE, config, inputs, {"index": folder}, facts)
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    print(f"{folder}: {facts['prototypes']:,} prototypes ({facts['alone']:,} of a single place) of {len(train):,} "
          f"places, {size:.1f} MB")  # fmt: skip
    return folder


def _index(
    config: IndexConfig, places: pd.DataFrame, embeddings: NDArray[np.float32], cells: Geocells
) -> PrototypeIndex:
    points = places[["lat", "lng"]].to_numpy(np.float64)
    own = cells.assign(points)
    min_samples, xi = PRESETS[config.preset]
    clusters = np.zeros(len(points), np.int64)
    for cell in track(range(len(cells)), "clustering places", transient=True):
        rows = np.flatnonzero(own == cell)
        if len(rows):
            clusters[rows] = location_clusters(points[rows], min_samples, xi)
    space = fit_space(config.space, config.dimensions, embeddings, own)
    ids = places["id"].to_numpy(object)
    return build_index(ids, points, own, clusters, space.project(embeddings), space, len(cells), config.factory)


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.build_index`."""
    parser = parser_for(IndexConfig, "python -m model.build_index", str(__doc__))
    config = read(parser, IndexConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
