"""Land and borders as GeoJSON for a map without tiles, traced from the atlas's own rasters.

`outlines("land")` is a FeatureCollection of one MultiPolygon, `outlines("borders")` of one MultiLineString between
countries, `outlines("regions")` of one between the regions (admin-1) of a country, `outlines("labels")` of a Point for
each country (name, population, area_km2). Land is the 1 km mask at a twentieth of a degree; borders run where the
nearest town changes its country or region, so they are good to about 10 km. Nothing crosses the antimeridian: shapes
end at ±180°. Cached beside the atlas. Knows no page.
"""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, find_objects, label, maximum_filter

from model import commands
from model.artifacts import whole
from model.errors import ConfigError
from model.geo.atlas import Atlas
from model.geo.atlas_files import ATLAS_VERSION, atlas_folder
from model.geo.contours import contour_rings, lines_between
from model.geo.distance import Floats
from model.geo.folders import cache_dir
from model.geo.rasters import centres_of

Kind = Literal["land", "borders", "regions", "labels"]
KINDS: tuple[Kind, ...] = ("land", "borders", "regions", "labels")
OUTLINES_VERSION = 3
MASK_CELLS = 120  # of the 1 km mask, a degree
LAND_CELLS, BORDER_CELLS = 20, 10  # a degree
LAND_TOLERANCE_DEG, BORDER_TOLERANCE_DEG = 0.018, 0.04  # of the simplification: under half a cell
SMALLEST_ISLAND_DEG2 = 0.004  # under two cells of land
SMALLEST_EXCLAVE_CELLS = 25
SHORTEST_BORDER_DEG = 0.4  # shorter ones are single towns across a river
SMALLEST_REGIONS_CELLS = 15.0  # a country whose regions are smaller on average has municipalities: it is left whole
INLAND_SHARE = 0.6  # a country's name stands at least this share of the greatest distance away from its edge


def outlines(kind: Kind) -> dict[str, Any]:
    """GeoJSON of one of `KINDS`, made once in about ten seconds, then read from the cache.

    Raises:
        ConfigError: another kind.
        StorageError: the cache cannot be written.
    """
    if kind not in KINDS:
        raise ConfigError(f"looked for the outlines of {', '.join(KINDS)}, found {kind!r}; ask for one of them.")
    path = cache_dir() / "outlines" / f"{kind}-v{ATLAS_VERSION}.{OUTLINES_VERSION}.geojson"
    try:
        shapes: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if shapes["type"] == "FeatureCollection" and shapes["features"]:
            return shapes
    except (OSError, ValueError, KeyError, TypeError):
        pass  # missing or damaged: made again below
    atlas = Atlas.open()
    shapes = {"land": _land, "borders": _borders, "regions": _regions, "labels": _labels}[kind](atlas)
    with whole(path) as temporary:
        temporary.write_text(json.dumps(shapes, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    return shapes


def _land(atlas: Atlas) -> dict[str, Any]:
    share = atlas.land_share(MASK_CELLS // LAND_CELLS)  # (3600, 7200)
    rings = contour_rings(share, 0.5, LAND_CELLS)
    polygons = [shapely.Polygon(ring) for ring in rings if len(ring) > 3]
    kept = [polygon for polygon in polygons if polygon.area >= SMALLEST_ISLAND_DEG2]
    # Rings of lakes lie inside rings of land: the area covered an odd number of times is land.
    kept.sort(key=lambda polygon: -polygon.area)
    tree = shapely.STRtree(kept)
    points = [shapely.Point(polygon.exterior.coords[0]) for polygon in kept]
    depth = np.zeros(len(kept), int)
    inner, outer = tree.query(points, predicate="within")
    np.add.at(depth, inner[inner != outer], 1)
    holes: dict[int, list[Any]] = {}
    for inside, around in zip(inner, outer, strict=True):
        if depth[inside] % 2 == 1 and depth[around] == depth[inside] - 1:
            holes.setdefault(int(around), []).append(kept[inside].exterior.coords)
    shells = [
        shapely.Polygon(kept[number].exterior.coords, holes.get(number, []))
        for number in range(len(kept))
        if depth[number] % 2 == 0
    ]
    shape = shapely.MultiPolygon([part for shell in shells for part in _simple(shell)])
    return _collection([_feature(_rounded(shape), {"kind": "land"})])


def _simple(polygon: Any) -> list[Any]:
    """A simplified, valid polygon in parts; an island that would vanish stays as it is."""
    simple = shapely.simplify(polygon, LAND_TOLERANCE_DEG, preserve_topology=True)
    simple = shapely.make_valid(simple) if not simple.is_valid else simple
    return [part for part in shapely.get_parts(simple) if part.geom_type == "Polygon" and not part.is_empty]


def _borders(atlas: Atlas) -> dict[str, Any]:
    cells, _ = _country_cells(atlas)
    return _line_features(lines_between(cells, BORDER_CELLS), BORDER_TOLERANCE_DEG, "border")


def _regions(atlas: Atlas) -> dict[str, Any]:
    countries, _ = _country_cells(atlas)
    rows, cols = np.nonzero(countries)
    _, town = atlas.nearest_towns(centres_of(rows, cols, *countries.shape))
    names = atlas.towns["country"].astype(str) + "/" + atlas.towns["region_code"].astype(str)
    codes = pd.Categorical(names.to_numpy()[town[:, 0]])
    cells = np.zeros(countries.shape, np.int16)
    cells[rows, cols] = codes.codes + 1
    of_country = countries[rows, cols]
    kinds = pd.Series(codes.codes).groupby(of_country).nunique()
    whole_ones = kinds.index[np.bincount(of_country)[kinds.index] < SMALLEST_REGIONS_CELLS * kinds.to_numpy()]
    cells[np.isin(countries, whole_ones)] = 0
    _give_away_strays(cells)
    # What runs along a country's border is drawn already: only lines within one country are kept.
    frontier = {line.tobytes() for line in lines_between(countries, BORDER_CELLS)}
    inner = [line for line in lines_between(cells, BORDER_CELLS) if line.tobytes() not in frontier]
    return _line_features(inner, BORDER_TOLERANCE_DEG, "region")


def _line_features(edges: list[Floats], tolerance_deg: float, kind: str) -> dict[str, Any]:
    """Edges of cells as one smooth MultiLineString, without the crumbs."""
    merged = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(edges)))
    long = [line for line in merged if line.length >= SHORTEST_BORDER_DEG]
    smooth = [shapely.simplify(_chaikin(line), tolerance_deg) for line in long]
    return _collection([_feature(_rounded(shapely.MultiLineString(smooth)), {"kind": kind})])


def _country_cells(atlas: Atlas) -> tuple[NDArray[np.int16], list[str]]:
    """The number of the country in each cell (1800, 3600), 0 at sea, and the codes by number - 1."""
    share = atlas.land_share(MASK_CELLS // BORDER_CELLS)
    rows, cols = np.nonzero(share >= 0.5)
    codes = pd.Categorical(atlas.country(centres_of(rows, cols, *share.shape)))
    cells = np.zeros(share.shape, np.int16)
    cells[rows, cols] = codes.codes + 1
    _give_away_strays(cells)
    return cells, [str(code) for code in codes.categories]


def _give_away_strays(cells: NDArray[np.int16]) -> None:
    """Give small islands of a class within another, a lone town over the border, to what surrounds them; in place."""
    for number, box in enumerate(find_objects(cells), start=1):
        if box is None:
            continue
        parts, count = label(cells[box] == number)
        sizes = np.bincount(parts.ravel())[1:]
        stray = np.isin(parts, 1 + np.flatnonzero((sizes < SMALLEST_EXCLAVE_CELLS) & (sizes < sizes.max())))
        if count > 1 and stray.any():
            around = maximum_filter(np.where(stray, 0, cells[box]), size=3)
            cells[box] = np.where(stray & (around > 0), around, cells[box])


def _chaikin(line: Any) -> Any:
    """The staircase of cell edges with its corners cut twice; ends and closed rings stay where they are."""
    points = np.asarray(line.coords)
    points = np.vstack([points[:1], (points[1:] + points[:-1]) / 2.0, points[-1:]])
    for _ in range(2):
        near, far = 0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]
        points = np.vstack([points[:1], np.stack([near, far], axis=1).reshape(-1, 2), points[-1:]])
    return shapely.LineString(points)


def _labels(atlas: Atlas) -> dict[str, Any]:
    cells, codes = _country_cells(atlas)
    spots = {str(iso): (float(row.lat), float(row.lng)) for iso, row in atlas.countries.iterrows()}
    for number, box in enumerate(find_objects(cells), start=1):
        if box is not None:
            parts, _ = label(cells[box] == number)
            row, col = _middle(parts == np.argmax(np.bincount(parts.ravel())[1:]) + 1, box[0].start)
            middle = centres_of(np.array(row + box[0].start), np.array(col + box[1].start), *cells.shape)
            spots[codes[number - 1]] = (float(middle[0]), float(middle[1]))
    return _collection(
        [
            _feature(
                shapely.Point(round(spots[str(iso)][1], 2), round(spots[str(iso)][0], 2)),
                {
                    "country": str(iso),
                    "name": str(row["name"]),
                    "population": int(row.population),
                    "area_km2": float(row.area_km2),
                },
            )
            for iso, row in atlas.countries.iterrows()
            if np.isfinite(spots[str(iso)]).all()
        ]
    )


def _middle(land: NDArray[np.bool_], top: int) -> tuple[int, int]:
    """Row and column of the cell, well inside a piece of land (H, W), that lies nearest to its centre of gravity.

    `top` is the row of the whole grid at which the piece begins: cells grow narrower towards the poles.
    """
    rows, cols = np.nonzero(land)
    narrow = np.cos(np.radians(90.0 - (top + rows.mean() + 0.5) / BORDER_CELLS))
    depth = distance_transform_edt(np.pad(land, 1), sampling=(1.0, narrow))[1:-1, 1:-1][rows, cols]
    width = np.cos(np.radians(90.0 - (top + rows + 0.5) / BORDER_CELLS))
    away = np.hypot(rows - np.average(rows, weights=width), narrow * (cols - np.average(cols, weights=width)))
    best = np.argmin(np.where(depth >= INLAND_SHARE * depth.max(), away, np.inf))
    return int(rows[best]), int(cols[best])


def _rounded(shape: Any) -> Any:
    """Two digits: a kilometre, and a third of the bytes."""
    return shapely.transform(shape, lambda points: np.round(points, 2))


def _feature(shape: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": json.loads(shapely.to_geojson(shape)), "properties": properties}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


@dataclass(frozen=True)
class OutlinesConfig:
    """Which outlines the command writes, and where."""

    kind: Kind = field(default="land", metadata={"help": "what to trace"})
    out: Path | None = field(default=None, metadata={"help": "file to write the GeoJSON to; without it, a summary"})


def main(config: OutlinesConfig) -> Path:
    """Trace one kind, write it where asked, say how large it is, and return where it lies."""
    shapes = outlines(config.kind)
    text = json.dumps(shapes, ensure_ascii=False, separators=(",", ":"))
    if config.out is not None:
        with whole(config.out) as temporary:
            temporary.write_text(text, encoding="utf-8")
    print(f"{config.kind}: {len(shapes['features'])} features, {len(text.encode()) / 1e6:.2f} MB")
    return config.out or atlas_folder().parent


if __name__ == "__main__":
    parser = commands.parser_for(OutlinesConfig, "python -m model.geo.outlines", (__doc__ or "").split("\n")[0])
    commands.run(lambda: main(commands.read(parser, OutlinesConfig, sys.argv[1:])))
