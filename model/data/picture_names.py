"""Names of pictures in a table: found by the ids of the places, and written anew where the table moves to."""

import os
from pathlib import Path

import pandas as pd

from model.data.manifest import VIEW_COLUMNS, image_columns
from model.errors import ManifestError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".JPG", ".JPEG", ".PNG")


def find_images(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The frame with image columns: its own, or files of `folder` that bear the ids.

    Raises:
        ManifestError: no column and no such files.
    """
    if "image" in frame or any(column in frame for column in VIEW_COLUMNS):
        image_columns(frame)
        return frame
    first = str(frame["id"].iloc[0])
    several = any((folder / f"{first}_0{suffix}").is_file() for suffix in SUFFIXES)
    named = {f"image_{v}": f"_{v}" for v in range(4)} if several else {"image": ""}
    filled = frame.copy()
    for column, ending in named.items():
        suffixes, found = list(SUFFIXES), []
        for name in frame["id"]:
            suffix = next((s for s in suffixes if (folder / f"{name}{ending}{s}").is_file()), None)
            if suffix is None:
                raise ManifestError(
                    f"the table has no image column, and {folder} holds no {name}{ending}.jpg (or png, webp) either."
                )
            if suffix != suffixes[0]:  # a folder holds files of one kind as a rule: look for that one first
                suffixes.insert(0, suffixes.pop(suffixes.index(suffix)))
            found.append(f"{name}{ending}{suffix}")
        filled[column] = found
    return filled


def moved(names: pd.Series, folder: Path, out: Path) -> pd.Series:
    """File names (N,) relative to `folder`, or absolute -> relative to `out`; what is missing stays so."""
    begin = os.path.relpath(folder, out).replace(os.sep, "/") + "/"
    begin = "" if begin == "./" else begin
    texts = names.astype(str)
    absolute = texts.str.startswith("/")
    if absolute.any():
        return names.map(lambda name: os.path.relpath(folder / name, out), na_action="ignore")
    return (begin + texts).where(names.notna(), names)
