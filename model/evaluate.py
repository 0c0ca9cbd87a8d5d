"""Verb: measure a checkpoint on places it was not made from -> DIR/metrics.json and DIR/predictions.csv.

Beside the guess it measures the same places without refinement and, where it sees the pictures itself, from one view
instead of four. Places that are in the checkpoint's index are refused: they would look themselves up.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.progress import track

from model.artifacts import read_record, record_path, whole, write_record
from model.commands import parser_for, read, run
from model.data.embeddings import read_embeddings
from model.data.manifest import drawn_version, image_paths, n_views, read_manifest, read_source
from model.data.views import read_views
from model.errors import ArtifactError, ConfigError
from model.geo.atlas import Atlas
from model.geo.distance import haversine_km
from model.geo.scoring import PAPER_SCALE_KM, geoguessr_score
from model.geolocator import Geolocator, default_checkpoint
from model.metrics.report import Truth, difference, place_figures, report
from model.predictors.protocol import RemembersPlaces, ask

STAGE = "evaluate"
CHUNK = 32  # places whose pictures are decoded at a time
SAME_PLACE_KM = 0.01


@dataclass(frozen=True)
class EvaluateConfig:
    """What to measure, on what."""

    manifest: Path = field(metadata={"help": "table of places"})
    out: Path = field(metadata={"help": "folder for metrics.json and predictions.csv"})
    checkpoint: Path | None = field(default=None, metadata={"help": "a run's folder (default: the shipped checkpoint)"})
    embeddings: Path | None = field(
        default=None,
        metadata={"help": ".npy of the whole manifest (default: the checkpoint's encoder sees the pictures)"},
    )
    split: Literal["train", "validation", "test", "all"] = field(default="test", metadata={"help": "which places"})
    scale_km: float = field(default=PAPER_SCALE_KM, metadata={"help": "of the score; a map's own is max_error / 10"})
    allow_train: bool = field(default=False, metadata={"help": "measure places that are in the index all the same"})

    def __post_init__(self) -> None:
        if not self.scale_km > 0:
            raise ConfigError(f"--scale-km must be above 0, found {self.scale_km}.")


def main(config: EvaluateConfig) -> Path:
    """Measure, write both files and the record -> the path of metrics.json.

    Raises:
        ArtifactError: places that are in the index, pictures of another version of the simulated Earth, embeddings of
            another encoder, a broken checkpoint.
    """
    geolocator = Geolocator.load(config.checkpoint)
    manifest = read_manifest(config.manifest)
    source = read_source(config.manifest)
    geolocator.require_world(drawn_version(source))
    rows = read_manifest(config.manifest, config.split).index.to_numpy()
    places = manifest.iloc[rows].reset_index(drop=True)
    if not config.allow_train:
        refuse_known_places(geolocator, places, config.split)
    one_view = None
    if config.embeddings is not None:
        check_encoder(geolocator, config.embeddings)
        embeddings = np.asarray(read_embeddings(config.embeddings, manifest)[rows], np.float32)
    else:
        by_view = embed_each_view(geolocator, places, config.manifest)  # (N, V, D)
        embeddings = by_view.mean(axis=1)
        if by_view.shape[1] > 1:  # each place by one of its views in turn, so that no heading is favoured
            one_view = by_view[np.arange(len(by_view)), np.arange(len(by_view)) % by_view.shape[1]]
    figures, predictions = measure(geolocator, places, embeddings, one_view, config.scale_km)
    path, table = config.out / "metrics.json", config.out / "predictions.csv"
    with whole(table) as temporary:
        predictions.to_csv(temporary, index=False)
    with whole(path) as temporary:
        temporary.write_text(
            json.dumps(figures | {"split": config.split, "world_version": drawn_version(source)}, indent=1) + "\n",
            encoding="utf-8",
        )
    inputs = {"manifest": config.manifest, "head": geolocator.folder / "head", "index": geolocator.folder / "index"}
    write_record(config.out, STAGE, config, inputs, {"metrics": path, "predictions": table})
    print(_line(path, figures))
    return path


def measure(
    geolocator: Geolocator, places: pd.DataFrame, embeddings: NDArray[np.float32],
    one_view: NDArray[np.float32] | None, scale_km: float,
) -> tuple[dict[str, Any], pd.DataFrame]:  # fmt: skip
    """Figures as in metrics.json, and one row of predictions for each place."""
    atlas, cells, points = Atlas.open(), geolocator.regions, places[["lat", "lng"]].to_numpy(np.float64)

    def country(where: NDArray[np.float64]) -> NDArray[np.object_]:
        return atlas.describe(where)["country"].to_numpy(object)

    true_country = places["country"].to_numpy(object) if "country" in places else country(points)
    truth = Truth(points, true_country, cells.assign(points))
    answer = ask(geolocator.predictor, embeddings)
    guess, unrefined = answer.points, cells.centroids[answer.scores.argmax(axis=1)]
    guess_country = country(guess)
    figures = report(guess, guess_country, answer.scores, truth, scale_km)
    figures["unrefined"] = place_figures(unrefined, country(unrefined), truth, scale_km)
    figures["refined_minus_unrefined"] = difference(guess, unrefined, truth)
    if one_view is not None:
        single = ask(geolocator.predictor, one_view).points
        figures["one_view"] = place_figures(single, country(single), truth, scale_km)
        figures["four_views_minus_one"] = difference(guess, single, truth)
    distance = haversine_km(guess, points)
    predictions = pd.DataFrame(
        {
            "id": places["id"], "lat": guess[:, 0].round(6), "lng": guess[:, 1].round(6), "truth_lat": points[:, 0],
            "truth_lng": points[:, 1], "distance_km": distance.round(3), "score": geoguessr_score(distance, scale_km),
            "country": guess_country, "truth_country": true_country,
        }
    )  # fmt: skip
    return figures, predictions


def refuse_known_places(geolocator: Geolocator, places: pd.DataFrame, split: str) -> None:
    """Stop when places of the index are to be measured.

    Raises:
        ArtifactError: a place with the id and the position of a member of the index.
    """
    if not isinstance(geolocator.predictor, RemembersPlaces):
        return
    members = geolocator.predictor.remembered.drop_duplicates("id").set_index("id")
    both = places.loc[places["id"].isin(members.index), ["id", "lat", "lng"]]
    known = members.loc[both["id"], ["lat", "lng"]].to_numpy(np.float64)
    n_same = int((haversine_km(both[["lat", "lng"]].to_numpy(np.float64), known) < SAME_PLACE_KM).sum())
    if n_same:
        raise ArtifactError(
            f"{n_same:,} of the {len(places):,} places of the split '{split}' are in the index of {geolocator.folder}: "
            "they would look themselves up. Choose another split, or say --allow-train."
        )


def check_encoder(geolocator: Geolocator, embeddings: Path) -> None:
    """Compare the encoder that a record beside the embeddings names with the checkpoint's, where both are known.

    Raises:
        ArtifactError: they differ.
    """
    ours = geolocator.records.get("embed", {}).get("inputs", {}).get("encoder")
    if ours is None or not record_path(embeddings.parent, "embed").is_file():
        return
    theirs = read_record(embeddings.parent, "embed", check_outputs=False)["inputs"].get("encoder")
    if theirs != ours:
        raise ArtifactError(f"{embeddings} was made by another encoder than the one in {geolocator.folder}; embed the "
                            "manifest with that one, or leave --embeddings out.")  # fmt: skip


def embed_each_view(geolocator: Geolocator, places: pd.DataFrame, manifest: Path) -> NDArray[np.float32]:
    """Embeddings of every single view, (N, V, D)."""
    encoder, paths = geolocator.encoder, image_paths(places, manifest)
    views_of_each = n_views(places, str(manifest))
    out = []
    with ThreadPoolExecutor() as pool:
        for start in track(range(0, len(paths), CHUNK), "looking at the pictures", transient=True):
            views = pool.map(lambda files: encoder.to_pixels(read_views(files, views_of_each, encoder.image_size)),
                             paths[start : start + CHUNK])  # fmt: skip
            pixels = np.stack(list(views))  # (B, V, 3, H, W)
            flat = pixels.reshape(-1, 1, *pixels.shape[2:])
            out.append(encoder.embed_images(flat).reshape(*pixels.shape[:2], -1))
    return np.concatenate(out)


def _line(path: Path, figures: dict[str, Any]) -> str:
    within = figures["within_km"]
    text = (
        f"{path}: {figures['n']:,} places, country {figures['country_accuracy']:.1%}, median "
        f"{figures['median_km']:,.0f} km, score {figures['mean_score']:,.0f}, within 25 / 200 / 750 / 2500 km "
        f"{within['25']:.1%} / {within['200']:.1%} / {within['750']:.1%} / {within['2500']:.1%}"
    )
    for name, words in (("unrefined", "without refinement"), ("one_view", "from one view")):
        if name in figures:
            other = figures[name]
            text += (f"\n{words}: country {other['country_accuracy']:.1%}, median {other['median_km']:,.0f} km, score "
                     f"{other['mean_score']:,.0f}, within 25 km {other['within_km']['25']:.1%}")  # fmt: skip
    return text


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.evaluate`."""
    epilog = f"The shipped checkpoint is {default_checkpoint().name} in checkpoints/."
    parser = parser_for(EvaluateConfig, "python -m model.evaluate", str(__doc__), epilog)
    config = read(parser, EvaluateConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
