"""Another model's vectors and few places: ours, at defaults, beside 15 nearest neighbours and a linear classifier.

    python -m benchmarks.few_places [--eyes random|shipped] [--train 1200] [--test 600] [--json]

The stand-in for another model looks at views of the simulated Earth that are drawn here: "random" are three layers of
convolutions whose weights are drawn by chance and never trained; "shipped" is the shipped encoder, shown a third of the
pixels that it was trained with. Its vectors go view by view (N, V, D) through build_geocells, train_head, build_index,
calibrate and evaluate as they are. Beside them, on the same standardised vectors: of the 15 nearest neighbours (cosine)
the one that is nearest to the other 14 in score; and a logistic regression of countries, its strength chosen by
cross-validation, which guesses the place of the country that is nearest to all others in score. Seeds are fixed. With
--json the last line is one JSON object: country (share), median_km and score of `ours`, `knn15` and `linear`, and
`ahead`, what ours has more of (of the median: less).
"""

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from PIL import Image
from rich.console import Console
from rich.progress import track
from torch.nn import functional

from model import build_geocells, build_index, calibrate, evaluate, train_head
from model.artifacts import read_record
from model.commands import run
from model.data.manifest import image_paths, read_manifest
from model.geo.atlas import Atlas
from model.geo.distance import haversine_km
from model.geo.scoring import PAPER_SCALE_KM, geoguessr_score
from model.geolocator import default_checkpoint
from model.metrics.distance import share_equal
from model.networks.encoder import Encoder
from world import make_dataset

EYES = ("random", "shipped")
SIZE = 48  # side of a view, pixels
SHIPPED_SIZE = 32  # a third of what the shipped encoder was trained with
CHANNELS = (32, 64, 96)  # of the layers of chance
BANDS = 2  # sky and ground are told apart
VALIDATION = 40  # places: so few that what to trust is chosen by cross-validation
NEIGHBOURS = 15
STRENGTHS = (0.003, 0.03, 0.3)  # C of the logistic regression
BATCH = 64


def random_eyes(pixels: np.ndarray, seed: int = 7) -> np.ndarray:
    """Views (B, H, W, 3) bytes -> (B, D): means and deviations of every layer, in bands from top to bottom."""
    chance = torch.Generator().manual_seed(seed)
    layer = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1.0
    found = [*_bands(layer)]
    for channels in CHANNELS:
        weight = torch.randn(channels, layer.shape[1], 3, 3, generator=chance)
        weight -= weight.mean(dim=(1, 2, 3), keepdim=True)
        weight /= weight.flatten(1).norm(dim=1)[:, None, None, None]
        layer = functional.relu(functional.conv2d(layer, weight, stride=2))
        found += _bands(layer)
    return torch.cat(found, dim=1).numpy()


def _bands(layer: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    mean = functional.adaptive_avg_pool2d(layer, (BANDS, 1))
    square = functional.adaptive_avg_pool2d(layer**2, (BANDS, 1))
    return mean.flatten(1), (square - mean**2).clamp_min(0.0).sqrt().flatten(1)


def shipped_eyes(pixels: np.ndarray, encoder: Encoder) -> np.ndarray:
    """Views (B, H, W, 3) bytes -> (B, D), made small first."""
    mean, std = (torch.tensor(values)[:, None, None] for values in (encoder.mean, encoder.std))
    seen = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255.0
    seen = functional.interpolate(seen, size=(SHIPPED_SIZE, SHIPPED_SIZE), mode="area")
    return encoder.embed_images(((seen - mean) / std)[:, None])


def embed(manifest: Path, eyes: str, path: Path) -> None:
    """Write the vectors of every view of a manifest, (N, V, D) float32."""
    rows = image_paths(read_manifest(manifest), manifest)
    encoder = Encoder.load(default_checkpoint() / "encoder", torch.device("cpu")) if eyes == "shipped" else None
    found = []
    with torch.inference_mode():
        for start in track(range(0, len(rows), BATCH), "looking", console=Console(stderr=True), transient=True):
            views = [
                [np.asarray(Image.open(file).convert("RGB")) for file in row] for row in rows[start : start + BATCH]
            ]
            pixels = np.stack(views)  # (B, V, H, W, 3)
            flat = pixels.reshape(-1, *pixels.shape[2:])
            seen = random_eyes(flat) if encoder is None else shipped_eyes(flat, encoder)
            found.append(seen.reshape(*pixels.shape[:2], -1))
    np.save(path, np.concatenate(found).astype(np.float32))


def ours(manifest: Path, embeddings: Path, out: Path) -> dict[str, Any]:
    """The commands, at defaults -> figures, and who was chosen to guess."""
    with contextlib.redirect_stdout(sys.stderr):  # the words of the stages; the figures stand alone
        cells = build_geocells.main(build_geocells.GeocellConfig(manifest, out))
        train_head.main(train_head.HeadConfig(manifest, embeddings, cells, out))
        build_index.main(build_index.IndexConfig(manifest, embeddings, cells, out))
        calibrate.main(calibrate.CalibrateConfig(manifest, embeddings, out, pictures=0))
        path = evaluate.main(evaluate.EvaluateConfig(manifest, out, checkpoint=out, embeddings=embeddings))
    told = json.loads(path.read_text(encoding="utf-8"))
    figures = {"country": told["country_accuracy"], "median_km": told["median_km"], "score": told["mean_score"]}
    return figures | {"chosen": read_record(out, "calibrate")["facts"].get("decision", {}).get("chosen", "refiner"),
                      "expected_score": told["expected_score"]["mean"], "coverage": told.get("coverage")}  # fmt: skip


def nearest_neighbours(train: np.ndarray, test: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Guesses (M, 2): of the nearest by cosine, the one that the others would give most points."""
    unit = [vectors / np.linalg.norm(vectors, axis=1, keepdims=True) for vectors in (test, train)]
    near = np.argsort(-unit[0] @ unit[1].T, axis=1)[:, :NEIGHBOURS]
    gap_km = haversine_km(points[near][:, :, None], points[near][:, None])  # (M, 15, 15)
    best = np.exp(-gap_km / PAPER_SCALE_KM).sum(axis=2).argmax(axis=1)
    return points[near[np.arange(len(near)), best]]


def linear(train: np.ndarray, test: np.ndarray, points: np.ndarray, country: np.ndarray) -> np.ndarray:
    """Guesses (M, 2): the middle place of the likeliest country."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import KFold

    def right(strength: float) -> float:
        parts = KFold(3, shuffle=True, random_state=0).split(train)
        return float(np.mean([fitted(own, strength).score(train[rest], country[rest]) for own, rest in parts]))

    def fitted(rows: np.ndarray, strength: float) -> Any:
        return LogisticRegression(C=strength, max_iter=100, tol=1e-3).fit(train[rows], country[rows])

    model = fitted(np.arange(len(train)), max(STRENGTHS, key=right))
    middles = {}
    for name in np.unique(country):
        own = points[country == name]
        gap_km = haversine_km(own[:, None], own[None])
        middles[name] = own[np.exp(-gap_km / PAPER_SCALE_KM).sum(axis=1).argmax()]
    return np.stack([middles[name] for name in model.predict(test)])


def figures_of(guess: np.ndarray, truth: np.ndarray, country: np.ndarray) -> dict[str, float]:
    """Share of right countries, median distance and mean score."""
    away_km = haversine_km(guess, truth)
    named = Atlas.open(progress=False).describe(guess)["country"].fillna("").to_numpy(object)
    return {"country": share_equal(named, country), "median_km": float(np.median(away_km)),
            "score": float(np.mean(geoguessr_score(away_km)))}  # fmt: skip


def measure(eyes: str, train: int, test: int, seed: int, size: int, folder: Path) -> dict[str, Any]:
    """Draw, look, train and compare -> what --json prints."""
    begun = time.perf_counter()
    config = make_dataset.DatasetConfig(
        train + VALIDATION + test, folder / "world", seed, VALIDATION, test, size=size, samples=1
    )
    with contextlib.redirect_stdout(sys.stderr):
        manifest = make_dataset.main(config)
    vectors = folder / f"{eyes}.npy"
    embed(manifest, eyes, vectors)
    found: dict[str, Any] = {"ours": ours(manifest, vectors, folder / f"run-{eyes}")}
    frame = pd.read_parquet(manifest)
    seen = np.load(vectors).mean(axis=1)
    parts = {name: (frame["split"] == name).to_numpy() for name in ("train", "test")}
    mean, deviation = seen[parts["train"]].mean(axis=0), np.maximum(seen[parts["train"]].std(axis=0), 1e-6)
    known, asked = ((seen[rows] - mean) / deviation for rows in parts.values())
    points, country = frame[["lat", "lng"]].to_numpy(), frame["country"].fillna("").to_numpy(object)
    at, truth = points[parts["train"]], (points[parts["test"]], country[parts["test"]])
    found["knn15"] = figures_of(nearest_neighbours(known, asked, at), *truth)
    found["linear"] = figures_of(linear(known, asked, at, country[parts["train"]].astype(str)), *truth)
    found["ahead"] = {name: {"country": found["ours"]["country"] - found[name]["country"],
                             "median_km": found[name]["median_km"] - found["ours"]["median_km"],
                             "score": found["ours"]["score"] - found[name]["score"]}
                      for name in ("knn15", "linear")}  # fmt: skip
    shape = {"benchmark": "few_places", "eyes": eyes, "train": train, "test": test, "dim": int(seen.shape[1])}
    return shape | found | {"seconds": round(time.perf_counter() - begun, 1)}


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.few_places`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.few_places", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--eyes", choices=EYES, default="random",
                        help="the stand-in for another model (default: random)")  # fmt: skip
    parser.add_argument("--train", type=int, default=1200, help="training places (default: 1,200)")
    parser.add_argument("--test", type=int, default=600, help="places to guess (default: 600)")
    parser.add_argument("--seed", type=int, default=11, help="of the places (default: 11)")
    parser.add_argument("--size", type=int, default=SIZE, help=f"side of a view in pixels (default: {SIZE})")
    parser.add_argument("--folder", type=Path, help="keep all files there and go on from what is there")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    given = parser.parse_args(argv)
    if given.train < 100 or given.test < 10 or given.seed < 0 or given.size < 32:
        parser.error("--train must be 100 or more, --test 10 or more, --seed not negative and --size 32 or more")

    def main() -> None:
        with tempfile.TemporaryDirectory(prefix="homing-few-") as temporary:
            folder = given.folder or Path(temporary)
            found = measure(given.eyes, given.train, given.test, given.seed, given.size, folder)
        for name in ("ours", "knn15", "linear"):
            told = found[name]
            print(f"{name:>7}: country {told['country']:6.1%}, median {told['median_km']:6,.0f} km, "
                  f"score {told['score']:6,.0f}")  # fmt: skip
        print(f"{found['ours']['chosen']}; {found['seconds']:.0f} s in all")
        if given.json:
            print(json.dumps(found))

    run(main)


if __name__ == "__main__":
    cli()
