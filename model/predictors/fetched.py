"""What was fetched of published systems: where it lies, whether it is whole, and how it gets there beside other work.

Importing this is cheap and asks nobody; what speaks with the hub is imported when a download begins.
"""

import logging
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from model.artifacts import read_record
from model.errors import ArtifactError, HomingError
from model.geo.folders import cache_dir
from model.predictors.catalogue import Published, size_words

LOG = logging.getLogger("homing.model")

STAGE = "get"
PARTS = ".parts"


class Stopped(HomingError):
    """The person who asked for it has stopped it; what came is kept."""


@dataclass(frozen=True)
class Progress:
    """How far it is, in bytes, and what is being done."""

    done: int
    total: int
    words: str

    @property
    def share(self) -> float:
        """0 … 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    def sentence(self) -> str:
        """ "model.safetensors: 0.4 of 1.7 GB"."""
        return f"{self.words}: {size_words(self.done)} of {size_words(self.total)}" if self.total else self.words


def folder_for(system: Published) -> Path:
    """Where a system's files lie, or will."""
    return cache_dir() / "models" / system.name


def is_fetched(system: Published) -> bool:
    """Whether it was fetched whole and every file still stands there; their contents are compared when it is opened."""
    folder = folder_for(system)
    try:
        record = read_record(folder, STAGE, check_outputs=False)
        return all((folder / str(out["path"])).is_file() for out in record["outputs"].values())
    except (ArtifactError, KeyError, TypeError):
        return False


def fetched_folder(system: Published) -> Path:
    """The folder of a system that was fetched, each file compared with its record.

    Raises:
        ArtifactError: it was not fetched, or a file is missing or another.
    """
    folder = folder_for(system)
    if not is_fetched(system):
        raise ArtifactError(f"looked for {system.title} in {folder}, found none or not all of it; run `python -m "
                            f"model.get {system.name}`, or ask for it on the Guess page.")  # fmt: skip
    read_record(folder, STAGE)
    return folder


def kept_bytes(system: Published) -> int:
    """How much of an unfinished download lies on the disk."""
    files = [path for path in folder_for(system).rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files)


def remove(system: Published) -> int:
    """Delete a system's files; how many bytes that freed."""
    freed = kept_bytes(system)
    shutil.rmtree(folder_for(system), ignore_errors=True)
    return freed


class Download:
    """A download in a thread of its own, to be looked at from others."""

    def __init__(self, system: Published, then: Callable[[], object] = lambda: None) -> None:
        """Begins at once; `then` is called when everything is there."""
        self.system = system
        self.progress = Progress(0, 0, "Beginning")
        self.problem = ""  # why it ended early, as a sentence
        self._then, self._halt = then, threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"get-{system.name}", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it still goes on."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End it soon; what came is kept."""
        self._halt.set()

    def wait(self, timeout_s: float | None = None) -> None:
        """Until it is over."""
        self._thread.join(timeout_s)

    def _tell(self, progress: Progress) -> None:
        self.progress = progress

    def _run(self) -> None:
        from model.predictors.fetch import fetch

        try:
            fetch(self.system, self._tell, self._halt)
            self._then()
        except HomingError as error:
            self.problem = str(error)
        except Exception as error:  # nobody waits for this thread: whoever looks at it is told
            LOG.exception("the download of %s failed", self.system.name)
            self.problem = f"the download failed in a way that nobody foresaw ({type(error).__name__}); see the log."
