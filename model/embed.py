"""Stage: embed the places of a manifest with any encoder; writes RUN/embeddings.npy and RUN/ids.txt.

The embedding file, which any other model's vectors may take the place of:

    embeddings.npy   a plain NumPy array (N, D), float32 (float16 and float64 are read as well), no pickled objects;
                     row i belongs to row i of the manifest, every split included, in the manifest's order
    ids.txt          optional, UTF-8: line i is the id of row i; where it lies beside the array it is compared
    views.npy        with --views all: the same places view by view, (N, V, D)

--features says what a view's vector is:

    pooled           the mean over all tokens (or positions) of the last hidden state, which heads are trained on; a
                     place is the mean over its views
    projected        the unit vector in the space that pictures share with texts; a place is the unit vector along the
                     mean over its views
    unscaled         the vector in that space as the projection gives it, of any length, as GeoCLIP takes it; a place
                     is the mean over its views

Finished rows lie in RUN/embed.unfinished/ until all are done, so a run that was stopped goes on from there. Pictures
are read by threads, some batches ahead of the network; one process embeds on one device.
"""

import hashlib
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from model.artifacts import fingerprint, is_done, whole, write_record
from model.commands import parser_for, read, run
from model.data.embeddings import RowsWriter
from model.data.manifest import image_columns, image_paths, n_views, read_manifest, read_source
from model.data.views import decode_views
from model.errors import ArtifactError, ConfigError
from model.networks.encoder import Encoder

STAGE = "embed"
MOST_READERS = 16  # more threads than this wait for each other
AHEAD = 3  # batches that are read while one is in the network

Features = Literal["pooled", "projected", "unscaled"]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class EmbedConfig:
    """What to embed, and with which encoder."""

    manifest: Path = field(metadata={"help": "manifest.parquet or .csv with images"})
    encoder: str = field(metadata={"help": "folder in the hub's layout, or a name on the hub"})
    out: Path = field(metadata={"help": "folder of the run"})
    views: Literal["mean", "all"] = field(
        default="mean", metadata={"help": "keep the mean over a place's views, or beside it every view in views.npy"}
    )
    features: Features = field(
        default="pooled", metadata={"help": "what heads are trained on, or the space shared with texts, see above"}
    )
    batch: int = field(default=32, metadata={"help": "places at a time"})
    shard: int = field(default=4096, metadata={"help": "places between two savings, the step of resuming"})
    readers: int = field(default=0, metadata={"help": "threads that read pictures; 0: one for each core"})

    def __post_init__(self) -> None:
        if self.batch < 1 or self.shard < self.batch:
            raise ConfigError("--batch must be 1 or more, and --shard at least --batch.")
        if self.readers < 0:
            raise ConfigError("--readers must be 0 (one for each core) or more.")


def main(config: EmbedConfig) -> Path:
    """Embed all rows and write the record; a finished run is left as it is.

    Raises:
        ManifestError, ImageError, ArtifactError, StorageError: see `model.errors`.
    """
    folder = Path(config.encoder)
    inputs = {"manifest": config.manifest} | ({"encoder": folder} if folder.is_dir() else {})
    # A folder is known by its fingerprint among the inputs; where it lay says something of the machine alone.
    told = replace(config, encoder=folder.name) if folder.is_dir() else config
    out = config.out / "embeddings.npy"
    if is_done(config.out, STAGE, told, inputs):
        print(f"{out} is done; nothing to do.")
        return out
    frame = read_manifest(config.manifest)
    pictures, views = _Pictures(frame, config.manifest), n_views(frame, str(config.manifest))
    encoder = Encoder.load(config.encoder)
    if config.features != "pooled" and not hasattr(encoder.model, "visual_projection"):
        raise ArtifactError(f"looked for a space shared with texts in {config.encoder}, found a vision tower alone; "
                            "use --features pooled.")  # fmt: skip
    known_as = {"encoder": folder.name} if folder.is_dir() else hub_revision(config.encoder)

    dim = _dim(encoder, config.features)
    shapes = {"embeddings": (dim,)} | ({"views": (views, dim)} if config.views == "all" else {})
    writer = RowsWriter(config.out / "embed.unfinished", _key(config, inputs, known_as), len(frame), shapes)
    try:
        _embed_all(config, encoder, pictures, views, writer)
    finally:
        writer.close()
    ids = config.out / "ids.txt"
    with whole(ids) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as lines:
        lines.writelines(f"{place}\n" for place in frame["id"])
    (config.out / "views.npy").unlink(missing_ok=True)  # of an earlier run, which this one takes the place of
    outputs = {path.stem: path for path in writer.finish(config.out)} | {"ids": ids}
    facts = {"places": len(frame), "dim": dim, "views": views, "features": config.features, **known_as,
             "source": read_source(config.manifest)}  # fmt: skip
    write_record(config.out, STAGE, told, inputs, outputs, facts)
    return out


def _embed_all(config: EmbedConfig, encoder: Encoder, pictures: "_Pictures", views: int, writer: RowsWriter) -> None:
    from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (*Progress.get_default_columns()[:3], MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns) as progress:
        task = progress.add_task("embedding", total=writer.rows, completed=writer.done, rate="")
        done = kept = writer.done
        for part in embed_batches(encoder, pictures[done:], config.batch, views, config.features, config.readers):
            place = part.mean(axis=1)  # (N, V, D) -> (N, D)
            if config.features == "projected":
                place /= np.maximum(np.linalg.norm(place, axis=1, keepdims=True), 1e-12)
            writer.write(embeddings=place, **({"views": part} if config.views == "all" else {}))
            done += len(part)
            if done - kept >= config.shard or done == writer.rows:
                writer.keep(done)
                kept = done
            speed = progress.tasks[task].speed
            progress.update(task, completed=done, rate=f"{speed:,.0f} places/s" if speed else "")


class _Pictures:
    """The files of a manifest's places, made into paths when they are asked for: all at once would be gigabytes."""

    def __init__(self, frame: pd.DataFrame, manifest: Path) -> None:
        self.frame, self.manifest = frame, manifest
        unnamed = frame[image_columns(frame)].isna().any(axis=1)
        if unnamed.any():
            image_paths(frame[unnamed].iloc[:1], manifest)  # raises, naming the place

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, rows: slice) -> "_Pictures":
        return _Pictures(self.frame.iloc[rows], self.manifest)

    def __iter__(self) -> Iterator[list[Path]]:
        return iter(image_paths(self.frame, self.manifest))


def embed_batches(
    encoder: Encoder,
    rows: Sequence[Sequence[Path]] | _Pictures,
    batch: int,
    views: int,
    features: Features = "pooled",
    readers: int = 0,
) -> Iterator[Floats]:
    """Vectors (B, V, D) of the views of the places whose pictures are `rows`, `batch` places at a time.

    `views` is the number of views of each place, as its manifest says. At most AHEAD batches of decoded pictures wait.
    """

    def decode(paths: Sequence[Path]) -> NDArray[np.uint8]:
        return decode_views(paths, views, encoder.image_size, encoder.resample)  # (V, H, W, 3)

    threads = readers or min(MOST_READERS, os.cpu_count() or 1)
    with ThreadPoolExecutor(max_workers=threads) as pool:
        waiting: deque[list[Future[NDArray[np.uint8]]]] = deque()
        try:
            for start in range(0, len(rows) + AHEAD * batch, batch):
                if start < len(rows):
                    waiting.append([pool.submit(decode, paths) for paths in rows[start : start + batch]])
                if waiting and start >= AHEAD * batch:
                    yield _features(encoder, np.stack([future.result() for future in waiting.popleft()]), features)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _features(encoder: Encoder, pixels: NDArray[np.uint8], features: Features) -> Floats:
    """Squares (N, V, H, W, 3) of bytes -> (N, V, D). They are scaled on the device: bytes travel four times faster."""
    n, v = pixels.shape[:2]
    flat = torch.from_numpy(pixels).to(encoder.device).flatten(0, 1).permute(0, 3, 1, 2)  # (N*V, 3, H, W)
    mean, std = (torch.tensor(values, device=encoder.device).view(3, 1, 1) for values in (encoder.mean, encoder.std))
    scaled = ((flat.float() / 255.0 - mean) / std).unsqueeze(1)  # (N*V, 1, 3, H, W): each view a place of its own
    if features == "pooled":
        vectors = encoder.embed_images(scaled)
    else:
        vectors = encoder.project_images(scaled, unit=features == "projected")
    return vectors.reshape(n, v, -1)


def hub_revision(name: str) -> dict[str, str]:
    """What names a model of the hub for good: its id, and the commit whose files were just loaded."""
    from huggingface_hub import try_to_load_from_cache

    file = try_to_load_from_cache(name, "config.json")
    if not isinstance(file, str):
        raise ArtifactError(f"looked for the revision of '{name}' among the files kept from the hub, found none; copy "
                            "the model to a folder and name that.")  # fmt: skip
    return {"encoder": name, "hub_id": name, "revision": Path(file).parent.name}  # …/snapshots/REVISION/config.json


def _dim(encoder: Encoder, features: Features) -> int:
    return encoder.dim if features == "pooled" else int(encoder.model.visual_projection.out_features)


def _key(config: EmbedConfig, inputs: dict[str, Path], known_as: dict[str, Any]) -> str:
    parts = [config.views, config.features, *(fingerprint(path) for path in inputs.values())]
    if "hub_id" in known_as:
        parts += [known_as["hub_id"], known_as["revision"]]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


if __name__ == "__main__":
    _parser = parser_for(EmbedConfig, "python -m model.embed", __doc__ or "")
    run(lambda: main(read(_parser, EmbedConfig)))
