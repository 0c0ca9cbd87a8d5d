"""Panoramas as JPEG bytes: made once, kept while there is room, the next one made ahead. Knows no game and no truth."""

import io
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PIL import ExifTags, Image

from world import SOFTWARE

JPEG_QUALITY = 90
KEEP_BYTES = 64 << 20  # about a hundred panoramas


class PanoramaCache:
    """The panoramas used last, by key. Whoever asks for one that is being made waits for it."""

    def __init__(self, keep_bytes: int = KEEP_BYTES) -> None:
        self._keep_bytes = keep_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._making: dict[str, Future[bytes]] = {}
        self._ahead = ThreadPoolExecutor(max_workers=1, thread_name_prefix="panorama")

    def get(self, key: str, make: Callable[[], Image.Image]) -> bytes:
        """The JPEG of `key`; `make` is called in this thread when it is neither kept nor being made."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            future = self._making.get(key)
            mine = future is None
            if future is None:
                future = self._making[key] = Future()
        if not mine:
            return future.result()
        try:
            jpeg = encode(make())
        except BaseException as error:
            with self._lock:
                del self._making[key]
            future.set_exception(error)
            raise
        with self._lock:
            self._kept[key] = jpeg
            while len(self._kept) > 1 and sum(map(len, self._kept.values())) > self._keep_bytes:
                self._kept.popitem(last=False)
            del self._making[key]
        future.set_result(jpeg)
        return jpeg

    def ahead(self, key: str, make: Callable[[], Image.Image]) -> Future[bytes]:
        """Make it in the background. A failure is not shown here: it comes again, with its sentence, from `get`."""
        return self._ahead.submit(self.get, key, make)


def encode(panorama: Image.Image) -> bytes:
    """A JPEG of the pixels alone: no comment, no profile, no EXIF but which version of the simulated Earth drew it."""
    clean = Image.new("RGB", panorama.size)
    clean.paste(panorama)
    stamp: dict[str, Any] = {}
    if panorama.info.get("Software") == SOFTWARE:
        exif = Image.Exif()
        exif[ExifTags.Base.Software] = SOFTWARE
        stamp = {"exif": exif}
    stream = io.BytesIO()
    clean.save(stream, "JPEG", quality=JPEG_QUALITY, progressive=True, **stamp)
    return stream.getvalue()
