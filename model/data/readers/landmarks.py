"""Google Landmarks v2 (arXiv 2004.01804): `train.csv` (id, url, landmark_id) and `images_000.tar` … `images_499.tar`.

The release says what is in a picture, not where it is. Positions come from a table of yours beside it, of landmarks
(`landmark_id, lat, lng`, as Wikimedia Commons and Wikidata tell them) or of pictures (`id, lat, lng`, whatever else it
says): any table in the folder with such columns, as `landmark_positions.csv`. A picture lies at 0/1/2/012….jpg in its
archive.
"""

from pathlib import Path

import pandas as pd

from model.data.readers.columns import POSITION, Tally, read_columns, with_positions
from model.data.readers.found import Found, once_each, table_of, with_pictures
from model.data.readers.shelf import Shelf
from model.errors import ManifestError

PICTURES = {"id": ("id", "image_id"), "landmark": ("landmark_id",)}
POSITIONS = ("landmark_positions.csv", "landmark_coordinates.csv", "positions.csv")


def read(root: Path, table: Path | None = None) -> Found:
    """Pictures of landmarks whose position is known; `table` says the positions where several could.

    Raises:
        ManifestError: no train.csv, no positions, two positions of one landmark or picture, a missing column, or no
            pictures.
    """
    tally = Tally()
    listed = table_of(root, ("train.csv", "train_clean.csv"), {}, other=False)
    path = table or table_of(root, POSITIONS, dict(POSITION))
    wanted = {"id": ("id", "image_id"), "landmark": ("landmark_id", "landmark"), **POSITION}
    told = with_positions(read_columns(path, wanted, ("lat", "lng"), tally), tally)
    pictures = _pictures(listed, tally)
    if not {"id", "landmark"} & {*told}:
        raise ManifestError(f"{path} says positions of nothing; looked for a column id (of pictures) or landmark_id.")
    of_pictures = "landmark" not in told or ("id" in told and bool(told["id"].isin(pictures["id"]).any()))
    by, thing = ("id", "picture") if of_pictures else ("landmark", "landmark")
    places = told[[by, "lat", "lng"]].drop_duplicates()
    if (twice := places[by].duplicated()).any():
        raise ManifestError(f"{path} holds {int(twice.sum()):,} other positions of a {thing} "
                            f"that it placed already, first of '{places.loc[twice, by].iloc[0]}'; leave one of each, "
                            "or give a position for each picture (id, lat, lng).")  # fmt: skip
    places = places.set_index(by)
    at = places.index.get_indexer(pd.Index(pictures[by].array))
    pictures = pictures.assign(lat=places["lat"].to_numpy()[at], lng=places["lng"].to_numpy()[at])
    pictures = tally.without(
        pictures, at < 0, f"pictures {'that have' if of_pictures else 'whose landmark has'} no known position"
    )
    pictures = once_each(pictures, tally)
    frame = with_pictures(pictures, pictures["id"], Shelf.of(root, tally), tally)
    return Found(frame.assign(split=""), [listed, path], tally)


def _pictures(table: Path, tally: Tally) -> pd.DataFrame:
    """id and landmark of each picture; `train_clean.csv` lists the pictures of a landmark in one field."""
    if table.name.lower() != "train_clean.csv":
        return read_columns(table, PICTURES, ("id", "landmark"), tally)
    wanted = {"landmark": ("landmark_id",), "id": ("images",)}
    rows = read_columns(table, wanted, ("landmark", "id"), tally)
    rows["id"] = rows["id"].str.split(" ")
    return rows.explode("id", ignore_index=True)
