"""A toy run: places on the sphere, embeddings that are smooth functions of the place, and every stage after them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model.geo.distance import from_unit, to_unit

DIM = 24


@dataclass(frozen=True)
class ToyRun:
    manifest: Path
    embeddings: Path
    out: Path

    @property
    def files(self):
        return ["--manifest", str(self.manifest), "--embeddings", str(self.embeddings)]


def toy_places(folder: Path, n: int = 700, seed: int = 0) -> ToyRun:
    rng = np.random.default_rng(seed)
    points = from_unit(rng.normal(size=(n, 3)) * [1, 1, 0.6])
    waves = np.random.default_rng(99)  # the toy "encoder": the same for every seed of places
    weights = waves.normal(size=(3, DIM)) * waves.choice([1.0, 3.0, 8.0], size=DIM)
    embeddings = np.sin(to_unit(points) @ weights + waves.uniform(0, 6.3, DIM)) + 0.05 * rng.normal(size=(n, DIM))
    split = np.where(np.arange(n) % 10 < 8, "train", np.where(np.arange(n) % 10 == 8, "validation", "test"))
    manifest = pd.DataFrame({"id": [f"s{seed}-{i}" for i in range(n)], "split": split, "lat": points[:, 0],
                             "lng": points[:, 1], "country": "FR", "region": "somewhere"})  # fmt: skip
    manifest.to_parquet(folder / "manifest.parquet", index=False)
    np.save(folder / "embeddings.npy", embeddings.astype(np.float32))
    return ToyRun(folder / "manifest.parquet", folder / "embeddings.npy", folder / "run")


@pytest.fixture(scope="session")
def toy_run(tmp_path_factory: pytest.TempPathFactory) -> ToyRun:
    """Never change its files: copy `out` first."""
    from model import build_geocells, build_index, calibrate, train_head

    run = toy_places(tmp_path_factory.mktemp("toy"))
    build_geocells.main(build_geocells.GeocellConfig(run.manifest, run.out, "kmeans", cells=30))
    cells = run.out / "geocells.parquet"
    train_head.main(train_head.HeadConfig(run.manifest, run.embeddings, cells, run.out, lr=0.02, epochs=60))
    build_index.main(build_index.IndexConfig(run.manifest, run.embeddings, cells, run.out, kernel_places=0))
    calibrate.main(calibrate.CalibrateConfig(run.manifest, run.embeddings, run.out))
    return run


@dataclass(frozen=True)
class ColouredPlaces:
    manifest: Path
    geocells: Path


@pytest.fixture(scope="session")
def coloured_places(tmp_path_factory: pytest.TempPathFactory) -> ColouredPlaces:
    """36 places in three countries, each of its own colour: what a network can learn in seconds."""
    from PIL import Image

    from model.build_geocells import GeocellConfig, main
    from model.data.manifest import write_manifest

    colours = {"AA": (200, 40, 40), "BB": (40, 200, 40), "CC": (40, 40, 200)}
    folder = tmp_path_factory.mktemp("coloured")
    rng = np.random.default_rng(0)
    rows = []
    for i in range(36):
        country = list(colours)[i % 3]
        row = {
            "id": f"p{i:02d}", "split": "validation" if i % 6 == 5 else "train", "lat": 10.0 * (i % 3) + rng.random(),
            "lng": 179.0 + rng.random() * 2, "country": country, "country_name": f"{country}land", "region": "North",
            "town": f"Town {i % 4}", "koppen": "Cfb" if i % 2 else "Af", "driving_side": "left" if i % 3 else "right",
            "month": 1 + i % 12, "temperature_c": float(i % 3), "heading_deg": 0.0,
        }  # fmt: skip
        for view in range(4):
            noise = rng.integers(-20, 20, (32, 32, 3)) + np.array(colours[country])
            row[f"image_{view}"] = f"{i}_{view}.png"
            Image.fromarray(noise.clip(0, 255).astype(np.uint8)).save(folder / row[f"image_{view}"])
        rows.append(row)
    manifest = write_manifest(pd.DataFrame(rows), folder / "manifest.parquet")
    return ColouredPlaces(manifest, main(GeocellConfig(manifest, folder / "cells", "kmeans", cells=3)))
