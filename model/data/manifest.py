"""The manifest: one row for each place, what every stage reads. Knows no pixels, no network and no atlas.

Columns: `id`, `split` (train, validation, test), `lat`, `lng`, then `image` or `image_0` … `image_3` (paths relative
to the manifest), `views` (1 or 4, the same in every row; see `n_views`), `heading_deg` (of the first view), `month`
(1–12) and the atlas columns. Only id, lat and lng are needed, and an image unless an embeddings file takes its place.
Where the pictures come from is one fact of the whole file, its `source`: see `read_source`.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from model.artifacts import whole
from model.data.picture_paths import PicturePaths
from model.errors import CoordinateError, ManifestError
from model.geo.distance import check_points

SPLITS = ("train", "validation", "test")
VIEW_COLUMNS = ("image_0", "image_1", "image_2", "image_3")
SIMULATED = "simulated-earth"
PHOTOGRAPHS = {"kind": "photographs"}
TEXT = ("id", "country")  # columns that are never numbers
SOURCE_KEY = b"source"  # in the metadata of a parquet file
ATLAS_COLUMNS = (
    "country", "country_name", "region", "town", "koppen", "altitude_m", "population_per_km2", "temperature_c",
    "temperature_range_c", "precipitation_mm", "precipitation_range_mm", "driving_side",
)  # fmt: skip


def read_table(path: Path, only: str | None = None, text: Sequence[str] = TEXT) -> pd.DataFrame:
    """A CSV or parquet file as it is; the text "NA" stays Namibia. With `only`, no more than that column, if any.

    The columns `text` of a CSV stay text, whatever they look like: the id "007" keeps its noughts.

    Raises:
        ManifestError: no such file, or a file that is no table.
    """
    if not path.is_file():
        raise ManifestError(f"looked for a table at {path}, found no such file.")
    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path, columns=[only] if only else None)
        return pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=dict.fromkeys(text, str),
                           usecols=(lambda name: name == only) if only else None)  # fmt: skip
    except Exception as error:  # pandas and pyarrow raise a dozen classes on foreign bytes
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ManifestError(f"{path} could not be read as {path.suffix or 'a table'}: {reason}.") from error


def read_manifest(path: Path, split: str | None = None) -> pd.DataFrame:
    """The manifest, checked; with `split`, only its rows ("all" keeps every row). Row order is the file's.

    The index of the result is the row number in the file, so that it picks rows of an embeddings array.

    Raises:
        ManifestError: a missing column, no rows, a repeated id, an impossible coordinate, an unknown split.
    """
    path = Path(path)
    frame = check_manifest(read_table(path), str(path))
    if split is None or split == "all":
        return frame
    if split not in SPLITS:
        raise ManifestError(f"looked for one of the splits {', '.join(SPLITS)} or all, found '{split}'.")
    if "split" not in frame:
        raise ManifestError(f"{path} has no column 'split'; run `python -m model.prepare_dataset` on it first.")
    rows = frame[frame["split"] == split]
    if rows.empty:
        raise ManifestError(f"{path} has no rows of the split '{split}'.")
    return rows


def check_manifest(frame: pd.DataFrame, name: str = "the manifest") -> pd.DataFrame:
    """The frame with ids as text and longitudes in [-180, 180), or a ManifestError that names the first bad row."""
    missing = [column for column in ("id", "lat", "lng") if column not in frame]
    if missing:
        raise ManifestError(
            f"{name} lacks the columns {', '.join(missing)}; found {', '.join(map(str, frame.columns)) or 'none'}."
        )
    if frame.empty:
        raise ManifestError(f"{name} has no rows.")
    checked = frame.reset_index(drop=True).copy()
    if checked["id"].isna().any():
        raise ManifestError(f"{name} has no id in row {int(checked['id'].isna().to_numpy().argmax())}.")
    checked["id"] = checked["id"].astype(str)
    repeated = checked["id"].duplicated()
    if repeated.any():
        raise ManifestError(f"{name} holds the id '{checked['id'][repeated].iloc[0]}' twice; ids must differ.")
    try:
        points = check_points(checked[["lat", "lng"]].to_numpy())
    except CoordinateError as error:
        raise ManifestError(f"{name}: {error}") from error
    checked["lat"], checked["lng"] = points[:, 0], points[:, 1]
    if "split" in checked and not checked["split"].isin(SPLITS).all():
        odd = checked.loc[~checked["split"].isin(SPLITS), "split"].iloc[0]
        raise ManifestError(f"{name} holds the split '{odd}'; looked for {', '.join(SPLITS)}.")
    if "month" in checked:
        month = pd.to_numeric(checked["month"], errors="coerce")
        if not (month[checked["month"].notna()].between(1, 12).all() and (month.dropna() % 1 == 0).all()):
            raise ManifestError(f"{name} holds a month that is no whole number from 1 to 12; leave unknown ones empty.")
        checked["month"] = month
    if "heading_deg" in checked:
        heading = pd.to_numeric(checked["heading_deg"], errors="coerce")
        if not heading[checked["heading_deg"].notna()].between(-1e6, 1e6).all():
            raise ManifestError(f"{name} holds a heading_deg that is no number of degrees; leave unknown ones empty.")
        checked["heading_deg"] = heading
    return checked


def write_manifest(
    frame: pd.DataFrame, path: Path, source: Mapping[str, Any] | None = None, pictures: str | None = None
) -> Path:
    """Check and write a manifest (parquet, or CSV by its suffix), whole or not at all.

    `source` is where its pictures come from (see `read_source`); a CSV tells only the version of the simulated Earth.
    `pictures` is a digest of the pictures' contents: with it, a manifest of changed pictures is another file, and every
    later stage sees that.
    """
    checked = check_manifest(frame, str(path))
    with whole(Path(path)) as temporary:
        if path.suffix.lower() == ".csv":
            if (version := drawn_version(source)) is not None:
                checked["world_version"] = version
            checked.to_csv(temporary, index=False)
        else:
            notes = {"source": dict(source) if source is not None else None, "pictures": pictures}
            _write_parquet(checked, temporary, {name: note for name, note in notes.items() if note is not None})
    return path


def _write_parquet(frame: pd.DataFrame, path: Path, notes: dict[str, Any]) -> None:
    """Write a table with notes in the file's metadata, and once more where pandas keeps them for copies of it."""
    frame = frame.copy(deep=False)
    frame.attrs = dict(frame.attrs) | dict(notes)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    told = {name.encode(): json.dumps(note, ensure_ascii=False).encode() for name, note in notes.items()}
    parquet.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), **told}), path)


def image_columns(frame: pd.DataFrame) -> list[str]:
    """The columns that hold pictures: ["image"] or ["image_0", … "image_3"].

    Raises:
        ManifestError: neither, both, or only some of the four.
    """
    views = [column for column in VIEW_COLUMNS if column in frame]
    if "image" in frame and not views:
        return ["image"]
    if len(views) == len(VIEW_COLUMNS) and "image" not in frame:
        return views
    found = [*(["image"] if "image" in frame else []), *views]
    raise ManifestError(
        f"looked for the column image, or for image_0 … image_3, found {', '.join(found) or 'no image column'}."
    )


def image_paths(frame: pd.DataFrame, manifest: Path) -> PicturePaths:
    """The pictures of each row, made absolute when asked for: relative paths start at the manifest's folder.

    Raises:
        ManifestError: no image columns, or a row that names no picture.
    """
    paths = PicturePaths.of(frame, image_columns(frame), Path(manifest).parent)
    if (empty := paths.first_empty()) is not None:
        raise ManifestError(f"{manifest} names no image for the id '{frame['id'].iloc[empty]}'.")
    return paths


def n_views(frame: pd.DataFrame, name: str = "the manifest") -> int:
    """How many views each place of a manifest has: 1 or 4, by its columns and never by the shape of a picture.

    The column `views` says it (one value for all rows); without it `image` is one view, `image_0` … `image_3` are
    four. `image` with four views means 360° panoramas, twice as wide as high.

    Raises:
        ManifestError: rows that differ, another number, or one that the image columns cannot hold.
    """
    columns = image_columns(frame)
    if "views" not in frame:
        return len(columns)
    told = pd.to_numeric(frame["views"], errors="coerce").unique()
    if len(told) != 1 or told[0] not in (1, 4):
        found = ", ".join(map(str, frame["views"].unique()[:5]))
        raise ManifestError(f"{name} holds {found} in its column 'views'; looked for 1 or 4, the same in every row.")
    if told[0] < len(columns):
        raise ManifestError(f"{name} says views = 1 and has the columns image_0 … image_3, which are four; drop one.")
    return int(told[0])


def read_source(path: Path) -> dict[str, Any]:
    """Where the pictures of a manifest come from, one fact for all of them.

    {"kind": "photographs"}, or {"kind": "simulated-earth", "world_version": 3} with what else its maker noted there
    (`letters`: the fonts of its signs, `sources`: the sources that drew it). It stands as JSON in the parquet file's
    metadata under `source`; where that is lost (a CSV, a table of before) the column `world_version` tells.

    Raises:
        ManifestError: no such table, a source that cannot be read, pictures of two versions of the simulated Earth.
    """
    path = Path(path)
    if path.suffix.lower() == ".parquet":
        try:
            schema = parquet.read_schema(path)
        except (OSError, ValueError) as error:
            raise ManifestError(f"{path} could not be read as a table: {error}.") from error
        metadata = schema.metadata or {}
        told = metadata.get(SOURCE_KEY) or _of_pandas(metadata)
        if told is not None:
            return _checked_source(told, str(path))
        if "world_version" not in schema.names:
            return dict(PHOTOGRAPHS)
        return _source_of_column(read_table(path, "world_version"), str(path))
    return _source_of_column(read_table(path, "world_version"), str(path))


def drawn_version(source: Mapping[str, Any] | None) -> int | None:
    """The version of the simulated Earth in a `source`; None for photographs, or where nothing is told."""
    version = (source or {}).get("world_version")
    return int(version) if version is not None else None


def source_in(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The source in the facts of a stage's record; those of before hold a bare `world_version`."""
    told = facts.get("source")
    if isinstance(told, Mapping):
        return dict(told)
    version = facts.get("world_version")
    return {"kind": SIMULATED, "world_version": version} if version is not None else dict(PHOTOGRAPHS)


def _of_pandas(metadata: Mapping[bytes, bytes]) -> bytes | None:
    """The source as pandas keeps it when somebody reads a manifest, picks rows and writes it again."""
    try:
        told = json.loads(metadata[b"PANDAS_ATTRS"])["source"]
    except (KeyError, ValueError, TypeError):
        return None
    return json.dumps(told).encode()


def _checked_source(told: bytes, name: str) -> dict[str, Any]:
    try:
        source = json.loads(told)
        kind, version = source["kind"], source.get("world_version")
        known = kind == "photographs" if version is None else kind == SIMULATED and int(version) == version
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        known = False
    if not known:
        raise ManifestError(
            f"{name} says of its pictures {told[:80]!r}, which is no source that is known here; make it anew with "
            "`python -m model.prepare_dataset` or `python -m world.make_dataset`."
        )
    return dict(source)


def _source_of_column(frame: pd.DataFrame, name: str) -> dict[str, Any]:
    if "world_version" not in frame:
        return dict(PHOTOGRAPHS)
    found = pd.to_numeric(frame["world_version"], errors="coerce")
    if (frame["world_version"].notna() & ~(found % 1 == 0)).any():
        raise ManifestError(f"{name} holds a world_version that is no whole number; leave it empty for photos.")
    versions = sorted({int(version) for version in found.dropna().unique()})
    if len(versions) > 1:
        raise ManifestError(
            f"{name} mixes pictures of the versions {', '.join(map(str, versions))} of the simulated Earth, which look "
            "different; make one data set with `python -m world.make_dataset`."
        )
    return {"kind": SIMULATED, "world_version": versions[0]} if versions else dict(PHOTOGRAPHS)


def require_columns(frame: pd.DataFrame, columns: Sequence[str], manifest: Path) -> None:
    """Refuse a manifest that lacks what a stage needs.

    Raises:
        ManifestError: with the missing columns and the stage that fills them in.
    """
    missing = [column for column in columns if column not in frame]
    if missing:
        raise ManifestError(
            f"{manifest} lacks the columns {', '.join(missing)}; run `python -m model.prepare_dataset` on it first."
        )
