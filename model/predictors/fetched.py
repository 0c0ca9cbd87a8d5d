"""What was fetched of published systems: where it lies, and whether it is whole. Asks no network."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from model.artifacts import read_record
from model.errors import ArtifactError, HomingError
from model.geo.folders import cache_dir
from model.predictors.catalogue import Published, size_words

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
