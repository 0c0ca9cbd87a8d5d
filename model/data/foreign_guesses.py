"""Anyone's guesses of a manifest's photos: a table of image, lat, lng, and perhaps several candidates with probability.

Column names in any case and spelling; images by id, by path, or by the file's name where that is one photo's alone.
What cannot be a guess is refused with its row, counted from 1 below the header; images that the manifest does not have,
and photos without a guess, are counted. Measures nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.data.manifest import VIEW_COLUMNS
from model.data.readers.columns import POSITION, Tally, read_columns
from model.errors import ManifestError

WANTED: dict[str, tuple[str, ...]] = {
    "image": ("image", "img_id", "image_id", "id", "filename", "file", "photo", "path", "name"), **POSITION,
    "probability": ("probability", "prob", "p", "confidence"),
}  # fmt: skip
MOST = 1.001  # what probabilities of one photo may sum to, after rounding


@dataclass(frozen=True)
class Guesses:
    """Guesses of some rows of a manifest.

    Attributes:
        table: `place` (the row of the places), lat, lng, probability (NaN where none was given); best first.
        missing: ids of the places without a guess.
        unknown: names of images that the manifest does not have, as "row 7: 'x.jpg'".
        elsewhere: how many rows are of places of the manifest that are not asked for (another split).
    """

    table: pd.DataFrame
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    elsewhere: int

    @property
    def with_probability(self) -> bool:
        """Whether the table told how likely each guess is."""
        return bool(self.table["probability"].notna().any())

    def lines(self) -> list[str]:
        """What was not measured, a line each."""
        said = []
        if self.unknown:
            more = ", …" if len(self.unknown) > 3 else ""
            said.append(f"{len(self.unknown):,} rows name images that the manifest does not have "
                        f"({', '.join(self.unknown[:3])}{more})")  # fmt: skip
        if self.missing:
            more = ", …" if len(self.missing) > 3 else ""
            said.append(f"{len(self.missing):,} photos of the manifest have no guess and are not measured "
                        f"({', '.join(self.missing[:3])}{more})")  # fmt: skip
        return said


def read_guesses(path: Path, manifest: pd.DataFrame, rows: NDArray[np.int64]) -> Guesses:
    """Guesses of the given rows of a manifest.

    Raises:
        ManifestError: no such table, a missing column, no guess of any of these places, or a row that is no guess: a
            position that is no number or not on Earth, a probability outside 0 … 1, an image twice without one.
    """
    tally = Tally()
    frame = read_columns(path, WANTED, ("image", "lat", "lng"), tally)
    if tally.counts:
        raise ManifestError(f"{path}: {tally.lines()[0].removeprefix('left out: ')}; write every row with as many "
                            "fields as the header has.")  # fmt: skip
    for name, most in (("lat", 90.0), ("lng", 180.0)):
        frame[name] = _numbers(frame, name, -most, most, path)
    frame["probability"] = _numbers(frame, "probability", 0.0, 1.0, path) if "probability" in frame else np.nan
    frame["found"] = places_named(frame["image"], manifest)
    if (frame["image"].str.strip() == "").any():
        raise ManifestError(f"{path} row {frame['row'][frame['image'].str.strip() == ''].iloc[0]} names no image.")
    place = np.full(len(manifest), -1, np.int64)
    place[rows] = np.arange(len(rows))
    known = frame[frame["found"] >= 0]
    wanted = known.assign(place=place[known["found"].to_numpy()])
    asked = wanted[wanted["place"] >= 0]
    if asked.empty:
        first = frame["image"].iloc[0]
        raise ManifestError(f"{path} holds no guess of the {len(rows):,} places asked for: its first image is "
                            f"'{first}' and theirs is '{manifest['id'].iloc[rows[0]]}'. Name the images by their ids "
                            "or files in the manifest, or choose another --split.")  # fmt: skip
    _check_candidates(asked, path)
    unknown = frame[frame["found"] < 0]
    order = np.lexsort((asked["row"], -asked["probability"].fillna(1.0), asked["place"]))
    table = asked.iloc[order][["place", "lat", "lng", "probability"]].reset_index(drop=True)
    absent = np.setdiff1d(np.arange(len(rows)), table["place"].to_numpy())
    return Guesses(
        table, tuple(manifest["id"].iloc[rows[absent]].astype(str)),
        tuple(f"row {row}: '{name}'" for row, name in zip(unknown["row"], unknown["image"], strict=True)),
        len(known) - len(asked),
    )  # fmt: skip


def places_named(names: pd.Series, manifest: pd.DataFrame) -> NDArray[np.int64]:
    """The row of the manifest that each name means, (N,); −1 where it means none, or several.

    Ids come before paths of pictures, these before their last part, and that before the same without its suffix.
    """
    ids = manifest["id"].astype(str)
    paths = [manifest[name].astype(str) for name in ("image", *VIEW_COLUMNS) if name in manifest]
    keys: list[list[pd.Series]] = [
        [ids], paths, [ids.map(_last), *(path.map(_last) for path in paths)],
        [ids.map(_stem), *(path.map(_stem) for path in paths)],
    ]  # fmt: skip
    asked = names.str.strip().str.replace("\\", "/")
    found = np.full(len(names), -1, np.int64)
    shortened: list[Callable[[str], str]] = [str, str, _last, _stem]
    for columns, shorten in zip(keys, shortened, strict=True):
        open_ = found < 0
        if not open_.any():
            break
        meant = pd.concat([pd.Series(np.arange(len(manifest)), index=column.to_numpy()) for column in columns] or
                          [pd.Series(dtype=np.int64)])  # fmt: skip
        meant = meant.reset_index().drop_duplicates().set_index("index")[0]
        unique = meant[~meant.index.duplicated(keep=False)]
        found[open_] = asked[open_].map(shorten).map(unique).fillna(-1).to_numpy(np.int64)
    return found


def _last(name: str) -> str:
    return PurePosixPath(str(name).rsplit("::", 1)[-1]).name


def _stem(name: str) -> str:
    return PurePosixPath(_last(name)).stem


def _numbers(frame: pd.DataFrame, name: str, least: float, most: float, path: Path) -> NDArray[np.float64]:
    values = pd.to_numeric(frame[name].str.strip(), errors="coerce").to_numpy(np.float64)
    with np.errstate(invalid="ignore"):
        bad = ~((values >= least) & (values <= most))
    if bad.any():
        row, text = frame["row"][bad].iloc[0], frame[name][bad].iloc[0]
        more = f" ({int(bad.sum()):,} such rows)" if bad.sum() > 1 else ""
        raise ManifestError(f"{path} row {row}: looked for a {name} from {least:g} to {most:g}, found '{text}'{more}; "
                            "mend the rows or leave them out.")  # fmt: skip
    return values


def _check_candidates(asked: pd.DataFrame, path: Path) -> None:
    several = asked["place"].duplicated(keep=False)
    if several.any() and asked["probability"].isna().all():
        place = asked["place"][several].iloc[0]
        own = asked[asked["place"] == place]
        raise ManifestError(f"{path} guesses '{own['image'].iloc[0]}' twice, in rows "
                            f"{' and '.join(map(str, own['row'].iloc[:2]))}; several candidates of a photo need a "
                            "column probability.")  # fmt: skip
    total = asked.groupby("place")["probability"].sum()
    if (total > MOST).any():
        place = total.index[total > MOST][0]
        own = asked[asked["place"] == place]
        raise ManifestError(f"{path}: the probabilities of '{own['image'].iloc[0]}' (row {own['row'].iloc[0]} …) sum "
                            f"to {total[place]:.3g}; those of one photo sum to 1 at most.")  # fmt: skip
