"""Stage: embed the places of a manifest with any encoder; writes RUN/embeddings.npy and RUN/ids.txt.

The embedding file, which any other model's vectors may take the place of:

    embeddings.npy   a plain NumPy array (N, D), float32 (float16 and float64 are read as well), no pickled objects;
                     row i belongs to row i of the manifest, every split included, in the manifest's order
    ids.txt          optional, UTF-8: line i is the id of row i; where it lies beside the array it is compared

A row is the mean over a place's views of the mean over all tokens (or positions) of the encoder's last hidden state.
Finished shards lie in RUN/shards/ until all are done, so a run that was stopped goes on from there.
"""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.artifacts import fingerprint, is_done, whole, write_record
from model.commands import parser_for, read, run
from model.data.manifest import image_paths, n_views, read_manifest, read_source
from model.data.views import read_views
from model.errors import ArtifactError, ConfigError
from model.networks.encoder import Encoder

STAGE = "embed"
READERS = 2  # decoding threads beside the network


@dataclass(frozen=True)
class EmbedConfig:
    """What to embed, and with which encoder."""

    manifest: Path = field(metadata={"help": "manifest.parquet or .csv with images"})
    encoder: str = field(metadata={"help": "folder in the hub's layout, or a name on the hub"})
    out: Path = field(metadata={"help": "folder of the run"})
    batch: int = field(default=32, metadata={"help": "places at a time"})
    shard: int = field(default=4096, metadata={"help": "places in a shard, the step of resuming"})

    def __post_init__(self) -> None:
        if self.batch < 1 or self.shard < self.batch:
            raise ConfigError("--batch must be 1 or more, and --shard at least --batch.")


def main(config: EmbedConfig) -> Path:
    """Embed all rows and write the record; a finished run is left as it is.

    Raises:
        ManifestError, ImageError, ArtifactError, StorageError: see `model.errors`.
    """
    folder = Path(config.encoder)
    inputs = {"manifest": config.manifest} | ({"encoder": folder} if folder.is_dir() else {})
    out = config.out / "embeddings.npy"
    if is_done(config.out, STAGE, config, inputs):
        print(f"{out} is done; nothing to do.")
        return out
    frame = read_manifest(config.manifest)
    paths = image_paths(frame, config.manifest)
    views = n_views(frame, str(config.manifest))
    encoder = Encoder.load(config.encoder)
    key = hashlib.sha256(
        "".join([config.encoder, str(config.shard), *(fingerprint(path) for path in inputs.values())]).encode()
    ).hexdigest()[:16]

    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    shards = [config.out / "shards" / f"{key}-{start:09d}.npy" for start in range(0, len(paths), config.shard)]
    with Progress(*Progress.get_default_columns()[:3], MofNCompleteColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task("embedding", total=len(paths))
        for number, shard in enumerate(shards):
            rows = paths[number * config.shard : (number + 1) * config.shard]
            if not shard.is_file():
                vectors = np.concatenate([
                    _told(part, progress, task) for part in embed_batches(encoder, rows, config.batch, views)
                ])  # fmt: skip
                with whole(shard) as temporary, temporary.open("wb") as stream:
                    np.save(stream, vectors)
            else:
                progress.advance(task, len(rows))
    embeddings = np.concatenate([np.load(shard, allow_pickle=False) for shard in shards])
    if len(embeddings) != len(frame):
        raise ArtifactError(f"looked for {len(frame)} embeddings in {config.out / 'shards'}, found {len(embeddings)}; "
                            "remove that folder and run again.")  # fmt: skip
    ids = config.out / "ids.txt"
    with whole(out) as temporary, temporary.open("wb") as stream:
        np.save(stream, embeddings.astype(np.float32))
    with whole(ids) as temporary:
        temporary.write_text("\n".join(frame["id"]) + "\n", encoding="utf-8")
    facts = {"places": len(embeddings), "dim": int(embeddings.shape[1]), "encoder": folder.name or config.encoder,
             "source": read_source(config.manifest)}  # fmt: skip
    write_record(config.out, STAGE, config, inputs, {"embeddings": out, "ids": ids}, facts)
    for shard in shards:
        shard.unlink(missing_ok=True)
    return out


def embed_batches(
    encoder: Encoder, rows: Sequence[Sequence[Path]], batch: int, views: int
) -> Iterator[NDArray[np.float32]]:
    """Embeddings of the places whose pictures are `rows`, `batch` at a time; pictures are read one batch ahead.

    `views` is the number of views of each place, as its manifest says.
    """

    def decode(paths: Sequence[Path]) -> NDArray[np.float32]:
        return encoder.to_pixels(read_views(paths, views, encoder.image_size))  # (V, 3, H, W)

    starts = range(0, len(rows), batch)
    with ThreadPoolExecutor(max_workers=READERS) as pool:
        ahead = [pool.submit(decode, paths) for paths in rows[:batch]]
        for start in starts:
            ready = ahead
            ahead = [pool.submit(decode, paths) for paths in rows[start + batch : start + 2 * batch]]
            yield _embed_pixels(encoder, [future.result() for future in ready])


def _embed_pixels(encoder: Encoder, places: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Places of (V, 3, H, W) each -> (N, D)."""
    return encoder.embed_images(np.stack(places))


def _told(part: NDArray[np.float32], progress: Any, task: Any) -> NDArray[np.float32]:
    progress.advance(task, len(part))
    return part


if __name__ == "__main__":
    _parser = parser_for(EmbedConfig, "python -m model.embed", __doc__ or "")
    run(lambda: main(read(_parser, EmbedConfig)))
