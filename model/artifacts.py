"""The chain of stages: files written whole or not at all, and a record, written last, that fingerprints them.

A stage that finds its record with the same config and the same inputs has nothing to do; a record whose files were
edited, lost or made from other inputs is refused with a sentence. Knows no stage and no file format.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from model.errors import ArtifactError, StorageError
from model.geo.folders import cache_dir

RECORD_FORMAT = 1
TRUSTED_BYTES = 1 << 20  # from here on size and time are trusted; smaller files are read each time
SETTLED_S = 2.0  # a file written a moment ago may be written again within the same tick of the disk's clock
FINGERPRINTS, MOST_FINGERPRINTS = "fingerprints.json", 500


@contextlib.contextmanager
def whole(path: Path, mode: int = 0o644) -> Iterator[Path]:
    """Yield a temporary path beside `path`; move it there when the block ends well, remove it otherwise.

    Raises:
        StorageError: the disk is full or the folder cannot be written; what stood at `path` is untouched.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(mode)
        temporary.replace(path)
    except OSError as error:
        raise StorageError(
            f"could not write {path}: {error.strerror or error}. Nothing was replaced; free some space "
            "or choose another folder, then run the same command again."
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, or of the names and contents of all files of a folder (records left out).

    What was read once and is large is not read again while its files keep their size, time and place on the disk.
    """
    if not path.exists():
        raise ArtifactError(f"looked for {path}, which does not exist; run the stage that makes it first.")
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file() and not _is_record(p))
    before = [file.stat() for file in files]
    if sum(stat.st_size for stat in before) < TRUSTED_BYTES:
        return _digest(path, files)
    signature = _signature(path, files, before)
    known = _known_fingerprints()
    if known.get(signature):
        return known[signature]
    found = _digest(path, files)
    settled = all(time.time() - max(stat.st_mtime, stat.st_ctime) > SETTLED_S for stat in before)
    if settled and _signature(path, files, [file.stat() for file in files]) == signature:
        _keep_fingerprint(signature, found)
    return found


def fingerprint_of_bytes(*parts: bytes) -> str:
    """SHA-256 of what lies in memory; where one part ends and the next begins counts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def _digest(path: Path, files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        if path.is_dir():
            digest.update(file.relative_to(path).as_posix().encode())
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _signature(path: Path, files: list[Path], stats: list[os.stat_result]) -> str:
    """What changes when a file is written, replaced or touched; the time of change cannot be set back by a copy."""
    seen = [(file.relative_to(path).as_posix(), s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino, s.st_dev)
            for file, s in zip(files, stats, strict=True)]  # fmt: skip
    return hashlib.sha256(json.dumps([str(path.resolve()), seen]).encode()).hexdigest()


def _known_fingerprints() -> dict[str, str]:
    """Fingerprints by signature; a note that is lost or broken costs time and nothing else."""
    try:
        known = json.loads((cache_dir() / FINGERPRINTS).read_text(encoding="utf-8"))
        return {str(key): value for key, value in known.items() if isinstance(value, str) and len(value) == 64}
    except (OSError, ValueError, AttributeError):
        return {}


def _keep_fingerprint(signature: str, found: str) -> None:
    kept = dict(list((_known_fingerprints() | {signature: found}).items())[-MOST_FINGERPRINTS:])
    with contextlib.suppress(StorageError), whole(cache_dir() / FINGERPRINTS) as temporary:
        temporary.write_text(json.dumps(kept, indent=0) + "\n", encoding="utf-8")


def record_path(folder: Path, stage: str) -> Path:
    """Where the record of `stage` lies in `folder`."""
    return folder / f"{stage}.record.json"


def write_record(
    folder: Path,
    stage: str,
    config: Any,
    inputs: Mapping[str, Path],
    outputs: Mapping[str, Path],
    facts: Mapping[str, Any] | None = None,
) -> Path:
    """Write the record of a finished stage: its config, fingerprints of its inputs and outputs, and free facts.

    `outputs` map a name to a path inside `folder`, and are stored relative to it; inputs are stored by name alone, so
    that a checkpoint can be moved and says nothing of the machine that made it.
    """
    record = {
        "format": RECORD_FORMAT,
        "stage": stage,
        "config": _plain(config),
        "inputs": {name: fingerprint(path) for name, path in inputs.items()},
        "outputs": {
            name: {"path": path.relative_to(folder).as_posix(), "sha256": fingerprint(path)}
            for name, path in outputs.items()
        },
        "facts": dict(facts or {}),
    }
    path = record_path(folder, stage)
    with whole(path) as temporary:
        temporary.write_text(json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read_record(folder: Path, stage: str, check_outputs: bool = True) -> dict[str, Any]:
    """The record of a stage, with every output's fingerprint compared.

    Raises:
        ArtifactError: no record, not a record, or an output that is missing or edited.
    """
    path = record_path(folder, stage)
    if not path.is_file():
        raise ArtifactError(
            f"looked for {path.name} in {folder}, found none: this folder holds no finished '{stage}' "
            f"stage. Run `python -m model.{stage}` or choose another folder."
        )
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        outputs = {name: (str(out["path"]), str(out["sha256"])) for name, out in record["outputs"].items()}
        known = record["format"] == RECORD_FORMAT and record["stage"] == stage
        known = known and all(isinstance(record[part], dict) for part in ("config", "inputs", "facts"))
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError) as error:
        raise ArtifactError(
            f"{path} is not a record of the stage '{stage}' ({error}); make the stage again."
        ) from error
    if not known:
        raise ArtifactError(f"{path} is a record of another stage or format; make the stage '{stage}' again.")
    if check_outputs:
        for relative, expected in outputs.values():
            output = folder / relative
            # A link may lead outside, as the files of the hub do; a path may not.
            if Path(relative).is_absolute() or ".." in Path(relative).parts:
                raise ArtifactError(f"{path} names {relative}, which lies outside {folder}: this record is not ours.")
            if not output.exists():
                raise ArtifactError(
                    f"{folder} lacks {relative}, which its record of '{stage}' lists; copy the whole "
                    "folder again or make the stage again."
                )
            if fingerprint(output) != expected:
                raise ArtifactError(
                    f"{relative} in {folder} is not what the stage '{stage}' wrote (another fingerprint): it was "
                    "edited or mixed with another run. Make the stage again."
                )
    return record


def is_done(folder: Path, stage: str, config: Any, inputs: Mapping[str, Path]) -> bool:
    """Whether `folder` already holds this stage, made with the same config from the same inputs, untouched."""
    try:
        record = read_record(folder, stage)
    except ArtifactError:
        return False
    return bool(
        record["config"] == _plain(config)
        and record["inputs"] == {name: fingerprint(path) for name, path in inputs.items()}
    )


def _is_record(path: Path) -> bool:
    return path.name.endswith(".record.json") or path.name.startswith(".")


def _plain(config: Any) -> dict[str, Any]:
    """A config as JSON data; paths are left out, since inputs are compared by fingerprint, not by place."""
    values = dataclasses.asdict(config) if dataclasses.is_dataclass(config) and not isinstance(config, type) else config
    kept = {key: value for key, value in dict(values).items() if not isinstance(value, Path)}
    plain: dict[str, Any] = json.loads(json.dumps(kept))
    return plain
