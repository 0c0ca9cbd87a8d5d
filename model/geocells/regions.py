"""Countries and their admin regions as polygons: from the atlas, or from any file of polygons. Knows no training point.

A file may be anything that pyogrio reads (GADM, geoBoundaries, Natural Earth: GeoPackage, Shapefile, GeoJSON, …) in
longitude and latitude. Its columns are found by the names that these three use, or named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from model.errors import ArtifactError, ConfigError
from model.geo.atlas import Atlas
from model.geocells.atlas_regions import atlas_regions

# The columns of GADM, geoBoundaries and Natural Earth, the best first; small letters and capitals are one.
COUNTRY_COLUMNS = ("gid_0", "adm0_a3", "shapegroup", "iso_a2_eh", "iso_a2", "iso_a3", "country_code", "iso_3166_1",
                   "country", "name_0", "admin")  # fmt: skip
ADMIN1_COLUMNS = ("gid_1", "adm1_code", "iso_3166_2", "admin1_code", "admin1", "name_1")
ADMIN2_COLUMNS = ("gid_2", "adm2_code", "admin2_code", "admin2", "name_2")
WHOLE_EARTH = (-180.0, -90.0, 180.0, 90.0)
OVERLAP = 0.02  # of the regions may have their middle in another: slivers and enclaves drawn roughly


@dataclass(frozen=True)
class Regions:
    """R regions, each a polygon in (lng, lat) that ends at the antimeridian.

    Attributes:
        polygons: (R,) shapely geometries that do not overlap.
        country: (R,) ISO-2 where known, else the file's own code.
        admin1: (R,) codes of their admin-1 regions, "" where there is none.
    """

    polygons: NDArray[np.object_]
    country: NDArray[np.object_]
    admin1: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.polygons)


@dataclass(frozen=True)
class Columns:
    """The names of a file's columns; "" to find them."""

    country: str = ""
    admin1: str = ""
    admin2: str = ""


def regions_of_atlas() -> Regions:
    """The regions that the atlas draws: made in under a minute at first, then read."""
    table = atlas_regions()
    polygons = shapely.from_wkb(table["polygon"].to_numpy(object))
    return Regions(polygons, table["country"].to_numpy(object), table["admin1"].to_numpy(object))


def read_regions(path: Path, columns: Columns | None = None) -> Regions:
    """The regions of a file, a row each; rows of one country, admin-1 and admin-2 region become one.

    Raises:
        ArtifactError: no such file, not one of polygons, not in degrees, or polygons that lie over each other.
        ConfigError: the column of countries is not there, or a named one is not.
    """
    shapes, fields = _read(path)
    columns = columns or Columns()
    keys = pd.DataFrame(
        {
            "country": _column(path, fields, columns.country, COUNTRY_COLUMNS, "--country-column", needed=True),
            "admin1": _column(path, fields, columns.admin1, _admin1_names(fields), "--admin1-column"),
            "admin2": _column(path, fields, columns.admin2, _admin2_names(fields), "--admin2-column"),
        }
    )
    keys["country"] = _iso2(keys["country"])
    flat = shapely.is_valid_input(shapes) & np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    flat &= keys["country"].to_numpy() != ""
    if not flat.any():
        raise ArtifactError(f"looked for polygons with a country in {path}, found none in its {len(shapes)} rows.")
    shapes, keys = shapely.force_2d(shapes[flat]), keys[flat].reset_index(drop=True)
    bounds = shapely.total_bounds(shapes)
    if bounds[0] < -360 or bounds[2] > 360 or bounds[1] < -91 or bounds[3] > 91:
        raise ArtifactError(f"looked for degrees in {path}, found coordinates up to {np.abs(bounds).max():,.0f}; "
                            "store it in longitude and latitude (EPSG:4326) first.")  # fmt: skip
    rough = ~shapely.is_valid(shapes)
    shapes[rough] = shapely.make_valid(shapes[rough])
    shapes = _on_one_earth(shapes)
    groups = keys.groupby(["country", "admin1", "admin2"], sort=True).indices
    polygons = np.array([shapely.union_all(shapes[rows]) for rows in groups.values()], object)
    named = np.array(list(groups), object).reshape(-1, 3)
    full = shapely.area(polygons) > 0.0
    polygons, named = polygons[full], named[full]
    _refuse_overlaps(path, polygons, named)
    return Regions(polygons, named[:, 0], named[:, 1])


def _read(path: Path) -> tuple[NDArray[np.object_], pd.DataFrame]:
    import pyogrio

    if not path.exists():
        raise ArtifactError(f"looked for regions at {path}, found no such file; leave --regions out for the atlas's.")
    try:
        meta, _, geometry, values = pyogrio.raw.read(path)
        crs = str(meta.get("crs") or "")
        fields = pd.DataFrame(dict(zip(map(str, meta["fields"]), values, strict=True)))
        shapes = shapely.from_wkb(geometry, on_invalid="ignore")
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        ValueError,
        TypeError,
        RuntimeError,
    ) as error:
        raise ArtifactError(f"{path} cannot be read as a file of polygons ({error}).") from error
    if crs.upper().startswith(("PROJCS", "PROJCRS")):
        raise ArtifactError(f"looked for longitude and latitude in {path}, found the projection {crs[:40]}; "
                            "store it in EPSG:4326 first.")  # fmt: skip
    return np.asarray(shapes, object), fields


def _column(
    path: Path, fields: pd.DataFrame, named: str, known: Sequence[str], flag: str, needed: bool = False
) -> NDArray[np.object_]:
    """The values of a column, "" for missing ones, found by its name or by one of the known names."""
    if named and named not in fields.columns:
        raise ConfigError(f"looked for the column {named} in {path}, found {', '.join(fields.columns) or 'none'}.")
    by_name = {name.lower(): name for name in reversed(list(fields.columns))}
    name = named or next((by_name[word] for word in known if word in by_name), "")
    if not name:
        if needed:
            raise ConfigError(f"looked for a column of countries in {path} ({', '.join(known[:5])}, …), found "
                              f"{', '.join(fields.columns) or 'none'}; name it with {flag}.")  # fmt: skip
        return np.full(len(fields), "", object)
    values = fields[name]
    return np.where(values.isna(), "", values.astype(str).str.strip()).astype(object)


def _admin1_names(fields: pd.DataFrame) -> Sequence[str]:
    """geoBoundaries tells the level of its only id in a column of its own."""
    return (*ADMIN1_COLUMNS, "shapeid") if _level(fields) == "ADM1" else ADMIN1_COLUMNS


def _admin2_names(fields: pd.DataFrame) -> Sequence[str]:
    return (*ADMIN2_COLUMNS, "shapeid") if _level(fields) in ("ADM2", "ADM3", "ADM4", "ADM5") else ADMIN2_COLUMNS


def _level(fields: pd.DataFrame) -> str:
    return str(fields["shapeType"].iloc[0]) if "shapeType" in fields.columns and len(fields) else ""


def _iso2(codes: "pd.Series[str]") -> "pd.Series[str]":
    """ISO-2 codes for ISO-3 codes and English names, as far as the atlas knows them; the rest as it is."""
    countries = Atlas.open().countries
    known = {str(code).upper(): str(code) for code in countries.index}
    for column in ("iso3", "name"):
        known |= {str(value).upper(): str(code) for code, value in countries[column].items()}
    return codes.map(lambda code: known.get(code.upper(), code))


def _on_one_earth(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Polygons that run over the antimeridian, cut there, with each part where it belongs."""
    bounds = shapely.bounds(shapes)
    for row in np.flatnonzero((bounds[:, 0] < -180.0) | (bounds[:, 2] > 180.0)):
        turns = [
            shapely.transform(shapes[row], lambda xy, turn=turn: xy + np.array([turn, 0.0])) for turn in (-360, 0, 360)
        ]
        shapes[row] = shapely.union_all(shapely.intersection(turns, shapely.box(*WHOLE_EARTH)))
    return shapes


def _refuse_overlaps(path: Path, polygons: NDArray[np.object_], named: NDArray[np.object_]) -> None:
    middles = shapely.point_on_surface(polygons)
    middle, around = shapely.STRtree(polygons).query(middles, predicate="within")
    double = np.flatnonzero(middle != around)
    if len(set(middle[double])) > OVERLAP * len(polygons):
        first = double[0]
        names = " and ".join("/".join(part for part in named[row] if part) for row in (middle[first], around[first]))
        raise ArtifactError(f"looked for regions that do not overlap in {path}, found {len(double)} that lie in "
                            f"others, such as {names}; give one level of regions (admin-2, or admin-1).")  # fmt: skip


def touching(polygons: Any, country: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs (E, 2) of polygons of one country that share a corner, each once; 180° east is 180° west."""
    spots, owner = shapely.get_coordinates(polygons, return_index=True)
    key = np.round(spots, 3)
    key[key[:, 0] == 180.0, 0] = -180.0
    order = np.lexsort((owner, key[:, 1], key[:, 0]))
    key, owner = key[order], owner[order]
    found = []
    for step in (1, 2, 3):  # of the polygons around a corner, those within three of each other in the list
        meet = (key[step:] == key[:-step]).all(axis=1) & (owner[step:] != owner[:-step])
        found.append(np.stack([owner[:-step][meet], owner[step:][meet]], axis=1))
    pairs: NDArray[np.int64] = np.unique(np.sort(np.concatenate(found), axis=1), axis=0).astype(np.int64)
    inner: NDArray[np.int64] = pairs[country[pairs[:, 0]] == country[pairs[:, 1]]]
    return inner
