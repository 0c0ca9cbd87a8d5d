"""How long GeoCLIP takes to answer a photo, beside the published package's own `predict`, in one run.

    python -m benchmarks.geoclip [--places 100000] [--backbone base] [--repeats 5] [--literal 1] [--json]

Both have the published weights of the package `geoclip`, the same backbone with random weights, and the same gallery:
the package's 100,000 places, or the first of them. The package embeds its gallery anew for every photo; here that is
done once and kept, when the system is opened (`open_s`). Ours is the whole way from a file to a named
guess with its candidates. `speedup` compares seconds of the processor, which other work on the machine does not change;
seconds by the clock are told beside them. Our guess must be among the package's five best places. With --json the last
line is one JSON object.

    large     ViT-L/14, the published backbone: 1.3 GB, and it is most of the time of our answer
    base      ViT-B/32
    tiny      a network for tests

Needs `pip install --no-deps -r requirements-geoclip.txt`.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from PIL import Image

from model.commands import run
from model.data.vocabulary import train_tokenizer
from model.errors import ArtifactError, ConfigError
from model.geo.distance import haversine_km
from model.geolocator import Geolocator
from model.networks.published_geoclip import INSTALL, load_published, published_gallery
from model.networks.towers import save_encoder

SIDE = 224  # pixels
BACKBONES = {  # hidden size, layers, heads, patch
    "large": (1024, 24, 16, 14), "base": (768, 12, 12, 32), "tiny": (32, 1, 1, 32),
}  # fmt: skip
BEST = 5
SAME_KM = 0.01


def random_backbone(kind: str, projection: int, folder: Path) -> Path:
    """A CLIP of some size with random weights and a small text tower, in the hub's layout."""
    from transformers import CLIPConfig, CLIPModel, CLIPTextConfig, CLIPVisionConfig

    width, layers, heads, patch = BACKBONES[kind]
    tokenizer = train_tokenizer(["A photo of a place.", "A street in a town."] * 5, 300, 77)
    ids = {"pad_token_id": tokenizer.pad_token_id, "bos_token_id": tokenizer.bos_token_id,
           "eos_token_id": tokenizer.eos_token_id}  # fmt: skip
    text = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=1,
        max_position_embeddings=77, projection_dim=projection, **ids,
    )  # fmt: skip
    vision = CLIPVisionConfig(
        hidden_size=width, intermediate_size=4 * width, num_hidden_layers=layers, num_attention_heads=heads,
        image_size=SIDE, patch_size=patch, projection_dim=projection,
    )  # fmt: skip
    torch.manual_seed(0)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=projection))
    save_encoder(model, tokenizer, SIDE, folder)
    return folder


def timed(work: Callable[[], Any], repeats: int) -> tuple[Any, float, float]:
    """What the last call gave, and the medians of seconds of the processor and by the clock."""
    busy, clock, found = [], [], None
    for _ in range(repeats):
        begun, processor = time.perf_counter(), time.process_time()
        found = work()
        busy.append(time.process_time() - processor)
        clock.append(time.perf_counter() - begun)
    return found, statistics.median(busy), statistics.median(clock)


def published(backbone: Path, photo: Path, points: np.ndarray, repeats: int) -> tuple[np.ndarray, float, float]:
    """The package's five best places (5, 2), and its seconds.

    Raises:
        ArtifactError: the package cannot be imported.
    """
    try:
        from geoclip import GeoCLIP
    except ImportError as error:
        raise ArtifactError(f"the package geoclip cannot be imported ({error}); run `{INSTALL}`.") from error
    model = GeoCLIP(clip_path=str(backbone)).eval()
    model.gps_gallery = torch.from_numpy(points).float()
    (places, _), busy, clock = timed(lambda: model.predict(str(photo), BEST), repeats)
    return places.numpy().astype(np.float64), busy, clock


def measure(places: int, kind: str, repeats: int, literal: int) -> dict[str, float | int | str]:
    """Time both.

    Raises:
        ArtifactError: no package, or answers that differ.
    """
    table = pd.read_csv(published_gallery(), nrows=places)
    points = table[["LAT", "LON"]].to_numpy(np.float64)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        backbone = random_backbone(kind, load_published().dim, folder / "backbone")
        photo, gallery = folder / "photo.png", folder / "gallery.csv"
        noise = np.random.default_rng(0).integers(0, 255, (12, 12, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(photo)
        table.to_csv(gallery, index=False)
        theirs, their_busy, their_clock = published(backbone, photo, points, literal)
        begun = time.perf_counter()
        ours = Geolocator.load(predictor="geoclip", encoder=backbone, settings=(f"gallery={gallery}",))
        opened = time.perf_counter() - begun
        ours.locate(str(photo))  # warms up
        guess, busy, clock = timed(lambda: ours.locate(str(photo)), repeats)
    away_km = float(haversine_km(np.array([guess.lat, guess.lng]), theirs).min())
    if away_km > SAME_KM:
        raise ArtifactError(f"our guess ({guess.lat:.4f}, {guess.lng:.4f}) is {away_km:,.1f} km from the nearest of "
                            f"the package's {BEST} best places.")  # fmt: skip
    return {
        "benchmark": "geoclip", "places": len(points), "regions": len(ours.regions), "backbone": kind,
        "repeats": repeats, "literal_repeats": literal, "open_s": round(opened, 2),
        "package_cpu_s": round(their_busy, 3), "package_s": round(their_clock, 3), "ours_cpu_s": round(busy, 4),
        "ours_s": round(clock, 4), "clock_speedup": round(their_clock / clock, 1),
        "speedup": round(their_busy / busy, 1),
    }  # fmt: skip


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.geoclip`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.geoclip", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--places", type=int, default=100_000, help="of the gallery (default: %(default)s)")
    parser.add_argument("--backbone", choices=list(BACKBONES), default="base", help="see above (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=5, help="photos answered by us (default: %(default)s)")
    parser.add_argument("--literal", type=int, default=1, help="photos answered by the package (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    given = parser.parse_args(argv)

    def main() -> None:
        if min(given.places, given.repeats, given.literal) < 1:
            raise ConfigError("--places, --repeats and --literal must be 1 or more.")
        figures = measure(given.places, given.backbone, given.repeats, given.literal)
        for name, value in figures.items():
            print(f"{name:24} {value}")
        if given.json:
            print(json.dumps(figures))

    run(main)


if __name__ == "__main__":
    cli(sys.argv[1:])
