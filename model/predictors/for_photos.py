"""Which fetched system answers single photos by default, as the person of this machine chose. One small file.

`home_dir()/photos.json`: {"answers": "streetclip"}. No file means the shipped systems. Knows no page and opens nothing.
"""

import json
from pathlib import Path
from typing import Any

from model.artifacts import whole
from model.errors import ConfigError, StorageError
from model.geo.folders import home_dir
from model.predictors.catalogue import CATALOGUE, published

FILE = "photos.json"


def chosen() -> str | None:
    """The name in the catalogue of the system that answers photos; None: the shipped ones do.

    Raises:
        ConfigError: the file is there and says nothing that can be followed.
    """
    path = _path()
    if not path.is_file():
        return None
    try:
        told: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is not readable JSON ({error}); delete it and choose again who answers "
                          "photos.") from error  # fmt: skip
    name = told.get("answers") if isinstance(told, dict) else None
    if not isinstance(name, str) or name not in CATALOGUE:
        raise ConfigError(f"looked for one of {', '.join(CATALOGUE)} in {path}, found {str(name)[:40]!r}; delete the "
                          "file and choose again who answers photos.")  # fmt: skip
    return name


def choose(name: str | None) -> None:
    """From now on this system answers photos; None: the shipped ones again.

    Raises:
        ConfigError: a name that is not in the catalogue.
        StorageError: the choice cannot be written.
    """
    path = _path()
    if name is None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"could not delete {path}: {error.strerror or error}.") from error
        return
    with whole(path) as temporary:
        temporary.write_text(json.dumps({"answers": published(name).name}) + "\n", encoding="utf-8")


def _path() -> Path:
    return home_dir() / FILE
