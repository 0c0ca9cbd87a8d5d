"""Views of a whole manifest, decoded once into one memory-mapped array. Knows no network.

Training passes over the same pictures many times; decoding each JPEG in every epoch would cost more than the network.
`<folder>/views-<size>.npy` holds uint8 (N, V, size, size, 3), its `.json` beside it what it was made from and how far
it has come, so that a run that was killed goes on where it stopped.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.artifacts import whole
from model.data.views import decode_views
from model.errors import StorageError

Views = NDArray[np.uint8]
CHUNK = 512  # places between two notes of progress


def open_view_cache(
    folder: Path,
    rows: Sequence[Sequence[Path]],
    size: int,
    made_from: str,
    n_views: int,
    resample: Image.Resampling = Image.Resampling.BICUBIC,
    workers: int = 2,
    on_progress: Callable[[int, int], None] | None = None,
) -> Views:
    """The views of all rows -> uint8 (N, V, size, size, 3), read-only and memory-mapped; decoded where not yet done.

    Args:
        folder: where the cache lies.
        rows: the picture paths of each place.
        size: side of a view in pixels.
        n_views: of each place, as the manifest says.
        made_from: fingerprint of the manifest and the selection; another one makes the cache anew.
        resample: filter for pictures of another size.
        workers: decoding threads (the decoders release the interpreter lock).
        on_progress: called with (places done, places).

    Raises:
        ImageError: a picture that cannot be read.
        StorageError: no space for the cache.
    """
    shape = (len(rows), n_views, size, size, 3)
    path, note = folder / f"views-{size}.npy", folder / f"views-{size}.json"
    expected = {"made_from": made_from, "shape": list(shape)}
    done = _places_done(path, note, expected)
    if done < len(rows):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if done == 0:
                note.unlink(missing_ok=True)
                out = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
            else:
                out = np.lib.format.open_memmap(path, mode="r+")
        except OSError as error:
            raise StorageError(f"could not make the view cache {path}: {error.strerror or error}.") from error
        with ThreadPoolExecutor(max_workers=workers) as pool:
            for start in range(done, len(rows), CHUNK):
                chunk = list(
                    pool.map(lambda paths: decode_views(paths, n_views, size, resample), rows[start : start + CHUNK])
                )
                for i, views in enumerate(chunk):
                    out[start + i] = views
                out.flush()
                with whole(note) as temporary:
                    temporary.write_text(json.dumps(expected | {"done": start + len(chunk)}), encoding="utf-8")
                if on_progress:
                    on_progress(start + len(chunk), len(rows))
        del out
    views_array: Views = np.load(path, mmap_mode="r")
    return views_array


def _places_done(path: Path, note: Path, expected: Mapping[str, object]) -> int:
    try:
        found = json.loads(note.read_text(encoding="utf-8"))
        header = np.load(path, mmap_mode="r")
        same = {key: found[key] for key in expected} == dict(expected) and list(header.shape) == expected["shape"]
        return int(found["done"]) if same else 0
    except (OSError, ValueError, KeyError, TypeError):
        return 0
