"""The data sets that `prepare_dataset --dataset NAME --root DIR` reads, by name."""

from pathlib import Path

import pandas as pd

from model.data.readers import exports, flickr, folder, landmarks, osv5m
from model.data.readers.columns import Tally
from model.data.readers.found import Found
from model.errors import ConfigError, ManifestError

NAMES = (
    "osv5m", "mp16", "landmarks", "im2gps", "im2gps3k", "yfcc4k", "yfcc26k", "gws", "mapillary", "panoramax", "folder",
)  # fmt: skip
KEPT = ("id", "split", "lat", "lng", "image", "country", "month", "heading_deg", "captured_at", "author", "sequence")
GROUPED = ("osv5m", "mapillary", "panoramax")  # split by whole sequences and creators


def read_dataset(name: str, root: Path, table: Path | None = None, panoramas: bool = False) -> Found:
    """A public data set as its makers hand it out, its rows in the order in which the pictures lie.

    Args:
        name: one of `NAMES`.
        root: its folder.
        table: where several tables could be meant, the one; its own by default.
        panoramas: read 360° panoramas instead of photographs (exports only).

    Raises:
        ManifestError: what was looked for and not found.
        ConfigError: a name that is not known, or a choice that the data set does not have.
    """
    if panoramas and name not in ("mapillary", "panoramax", "folder", "gws"):
        raise ConfigError(f"--panoramas: {name} holds photographs.")
    if table is not None and name == "osv5m":
        raise ConfigError("--table: OSV-5M has two of its own, train.csv and test.csv.")
    if name == "osv5m":
        found = osv5m.read(root)
    elif name in flickr.NAMES:
        found = flickr.read(root, name, table)
    elif name == "landmarks":
        found = landmarks.read(root, table)
    elif name in ("mapillary", "panoramax"):
        found = exports.read(root, table, panoramas)
    elif name in ("folder", "gws"):
        found = folder.read(root, table, test=name == "gws")
    else:
        raise ConfigError(f"looked for one of the data sets {', '.join(NAMES)}, found '{name}'.")
    if found.frame.empty:
        raise ManifestError(f"no row of {name} in {root} can be used. {'. '.join(found.tally.lines())}.")
    frame = found.frame[[column for column in KEPT if column in found.frame]]
    return Found(frame.sort_values("image", kind="stable", ignore_index=True), found.tables, found.tally)


def without_mixed(frame: pd.DataFrame, tally: Tally) -> pd.DataFrame:
    """The training rows without those of a sequence that the test holds as well; creators may stand on both sides of a
    test that others drew, and the report of leakage counts them."""
    if "sequence" not in frame:
        return frame
    of_test = frame.loc[(frame["split"] == "test") & (frame["sequence"] != ""), "sequence"]
    mixed = ((frame["split"] != "test") & frame["sequence"].isin(of_test.unique())).to_numpy(bool)
    told = frame.assign(table="sequence", row=frame["sequence"])
    tally.without(told, mixed, "training rows of sequences that the test holds as well")
    return frame[~mixed].reset_index(drop=True)
