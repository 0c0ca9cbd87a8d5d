"""Tables of visible clues as files: pieces while they are made, clues.parquet when all are there. Knows no picture."""

from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from model.artifacts import whole
from model.errors import ArtifactError
from world import WORLD_VERSION
from world.study.readings import STEPS, unit_of


def groups(columns: Sequence[str]) -> dict[str, list[str]]:
    """Columns "family.field:part" by clue "family.field"."""
    found: dict[str, list[str]] = {}
    for column in columns:
        found.setdefault(column.split(":")[0], []).append(column)
    return found


def write_piece(table: pd.DataFrame, path: Path) -> Path:
    """Write the clues of some places, quickly.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    with whole(path) as temporary, temporary.open("wb") as stream:
        np.savez(stream, names=np.array(table.columns, np.str_), values=table.to_numpy(np.float32))
    return path


def read_piece(path: Path) -> pd.DataFrame:
    """What `write_piece` wrote.

    Raises:
        ArtifactError: the file is cut short or something else.
    """
    try:
        with np.load(path) as kept:
            return pd.DataFrame(kept["values"], columns=kept["names"].tolist())
    except (OSError, ValueError, EOFError, KeyError, TypeError, AttributeError, BadZipFile) as error:
        raise ArtifactError(
            f"looked for a table of clues in {path}, found a file that is damaged or something else; remove it and run "
            "the same command again, which makes it anew."
        ) from error


def joined(pieces: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One table of several (N, columns).

    Raises:
        ArtifactError: pieces of other columns, so of other rules.
    """
    columns = list(pieces[0].columns)
    if any(list(piece.columns) != columns for piece in pieces):
        raise ArtifactError(
            f"looked for pieces of clues with the same {len(columns)} columns, found others; they were read by other "
            "rules: remove them and run the same command again."
        )
    values = np.concatenate([piece.to_numpy(np.float32) for piece in pieces])
    return pd.DataFrame(values, columns=columns)


def write_clues(ids: Sequence[str], table: pd.DataFrame, path: Path) -> Path:
    """Write clues as parquet: `id`, then the columns of `table`; family, clue, unit and step stand at each.

    "step" is what a careful eye can just tell apart, in the unit; of lengths and counts it is a share of the value.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    described = [pa.field("id", pa.string(), nullable=False)]
    for column in map(str, table.columns):
        unit = unit_of(column)
        notes = {"family": column.split(".")[0], "clue": column.split(":")[0], "unit": unit, "step": f"{STEPS[unit]:g}"}
        described.append(pa.field(column, pa.float32(), metadata=notes))
    about = {"about": "numbers of visible clues; NaN where no pixel shows it", "world_version": str(WORLD_VERSION)}
    arrays = [pa.array(list(ids), pa.string())]
    arrays += [pa.array(table.iloc[:, k].to_numpy(np.float32)) for k in range(table.shape[1])]
    with whole(path) as temporary:
        pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(described, metadata=about)), temporary)
    return path
