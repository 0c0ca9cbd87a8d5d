"""The one table of geocells that every procedure writes and every stage reads. Knows no procedure.

geocells.parquet, a row a cell, in the order of the head's outputs: `cell_id` (0 … C−1), `lat`, `lng` (representative:
the mean of the cell's training points on the sphere), `country`, `region` (of most of its training points, or the one
it was made of), `area_km2`, `points` (how many of the training places it holds), `site_lat`, `site_lng` (what a point
must be nearest to), `polygon` (WKB, cut at the antimeridian). The file's metadata (key `geocells`) says how the cells
were made, and the rule by which a point is assigned:

- "nearest": to the cell with the nearest site, on the sphere; the polygon is for drawing;
- "polygon": to the cell whose polygon covers it, the lowest of several, else to the one with the nearest polygon.

Tables from before there were areas are read as well: their areas are measured when asked for.

Inference reads only the columns of plain numbers: shapely is imported when polygons are drawn or cover points.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from model.artifacts import fingerprint, whole
from model.errors import ArtifactError
from model.geo.distance import check_points, to_unit

COLUMNS = ["cell_id", "lat", "lng", "country", "region", "area_km2", "points", "site_lat", "site_lng",
           "polygon"]  # fmt: skip
OLDER = {"n_train": "points"}  # names of earlier tables
METADATA_KEY = b"geocells"
ZSTD_LEVEL = 9  # polygons share their borders: a third smaller than at the usual level, and read as fast
Rule = Literal["nearest", "polygon"]


@dataclass(frozen=True)
class Geocells:
    """The cells: `table` as in the module's docstring, `method` how they were made, `rule` how points are assigned."""

    table: pd.DataFrame
    method: Mapping[str, Any]
    rule: Rule
    fingerprint: str = ""

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def centroids(self) -> NDArray[np.float64]:
        """Representatives, (C, 2) degrees."""
        return self.table[["lat", "lng"]].to_numpy(np.float64)

    @cached_property
    def countries(self) -> NDArray[np.object_]:
        """ISO-2 code of most training points of each cell, (C,)."""
        return self.table["country"].to_numpy(object)

    @cached_property
    def _nearest_site(self) -> cKDTree:
        return cKDTree(to_unit(self.table[["site_lat", "site_lng"]].to_numpy()))

    @cached_property
    def polygons(self) -> NDArray[np.object_]:
        """Shapely geometries in (lng, lat), (C,)."""
        import shapely

        try:
            return np.asarray(shapely.from_wkb(self.table["polygon"].to_numpy(object)), object)
        except (shapely.errors.ShapelyError, TypeError) as error:
            raise ArtifactError(f"the table of geocells holds polygons that cannot be read ({error}); build the cells "
                                "again.") from error  # fmt: skip

    @cached_property
    def areas_km2(self) -> NDArray[np.float64]:
        """(C,) square kilometres on the sphere."""
        kept = self.table["area_km2"].to_numpy(np.float64)
        if np.isfinite(kept).all():
            return kept
        from model.geocells.area import area_km2

        return area_km2(self.polygons)

    @cached_property
    def _cover(self) -> Any:
        from model.geocells.covering import Cover

        return Cover(self.polygons)

    def assign(self, points: ArrayLike) -> NDArray[np.int64]:
        """The cell of each point, (N, 2) degrees -> (N,) index; every point of the Earth has exactly one."""
        checked = check_points(points).reshape(-1, 2)
        if self.rule == "polygon":
            return np.asarray(self._cover.find(checked), np.int64)
        return np.asarray(self._nearest_site.query(to_unit(checked))[1], np.int64)

    def geojson(self, values: Mapping[str, Sequence[Any]] | None = None) -> dict[str, Any]:
        """All cells as a GeoJSON FeatureCollection; `values`, each (C,), become properties beside the ids."""
        import shapely

        named = {"cell_id": self.table["cell_id"].tolist(), "country": self.table["country"].tolist(), **(values or {})}
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {name: column[row] for name, column in named.items()},
                    "geometry": shapely.geometry.mapping(shape),
                }
                for row, shape in enumerate(self.polygons)
            ],
        }


def write_geocells(path: Path, table: pd.DataFrame, method: Mapping[str, Any], rule: Rule) -> Path:
    """Write the table whole or not at all."""
    arrow = pa.Table.from_pandas(table[COLUMNS], preserve_index=False)
    notes = json.dumps({"method": dict(method), "rule": rule}, sort_keys=True)
    arrow = arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), METADATA_KEY: notes.encode()})
    with whole(path) as temporary:
        pq.write_table(arrow, temporary, compression="zstd", compression_level=ZSTD_LEVEL)
    return path


def read_geocells(path: Path) -> Geocells:
    """Read and check a table of geocells.

    Raises:
        ArtifactError: no such file, no table of geocells, lacking columns, or values that cannot be.
    """
    if not Path(path).is_file():
        raise ArtifactError(
            f"looked for a table of geocells at {path}, found none; run `python -m model.build_geocells`."
        )
    try:
        arrow = pq.read_table(path)
        notes = json.loads((arrow.schema.metadata or {}).get(METADATA_KEY, b"null"))
        table = arrow.to_pandas().rename(columns=OLDER)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise ArtifactError(
            f"{path} cannot be read as a table of geocells ({error}); build the cells again."
        ) from error
    if "area_km2" not in table.columns and "polygon" in table.columns:
        table["area_km2"] = np.nan
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing or not isinstance(notes, dict) or notes.get("rule") not in ("nearest", "polygon"):
        lacking = f"the columns {', '.join(missing)}" if missing else "the note of how its cells were made"
        raise ArtifactError(f"{path} is no table of geocells: it lacks {lacking}; build the cells again.")
    places = table[["lat", "lng", "site_lat", "site_lng"]].to_numpy(np.float64)
    in_order = len(table) > 0 and np.array_equal(table["cell_id"].to_numpy(), np.arange(len(table)))
    if not (in_order and np.isfinite(places).all() and (np.abs(places[:, ::2]) <= 90).all()):
        raise ArtifactError(f"{path} holds no cells, or cells out of order or off the Earth; build the cells again.")
    return Geocells(table[COLUMNS], notes["method"], notes["rule"], fingerprint(Path(path)))
