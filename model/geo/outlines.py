"""Land and country borders as GeoJSON for a map without tiles, traced from the atlas's own rasters.

`outlines("land")` is a FeatureCollection of one MultiPolygon, `outlines("borders")` of one MultiLineString,
`outlines("labels")` of a Point for each country (name, population, area_km2). Land is the 1 km mask at a twentieth of a
degree; borders run where the nearest town changes its country, so they are good to about 10 km. Nothing crosses the
antimeridian: shapes end at ±180°. Cached beside the atlas. Knows no page.
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
from model.geo.folders import cache_dir
from model.geo.rasters import centres_of

Kind = Literal["land", "borders", "labels"]
KINDS: tuple[Kind, ...] = ("land", "borders", "labels")
OUTLINES_VERSION = 2
MASK_CELLS = 120  # of the 1 km mask, a degree
LAND_CELLS, BORDER_CELLS = 20, 10  # a degree
LAND_TOLERANCE_DEG, BORDER_TOLERANCE_DEG = 0.018, 0.04  # of the simplification: under half a cell
SMALLEST_ISLAND_DEG2 = 0.004  # under two cells of land
SMALLEST_EXCLAVE_CELLS = 25
SHORTEST_BORDER_DEG = 0.4  # shorter ones are single towns across a river


def outlines(kind: Kind) -> dict[str, Any]:
    """GeoJSON of `"land"`, `"borders"` or `"labels"`, made once in about ten seconds, then read from the cache.

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
    shapes = {"land": _land, "borders": _borders, "labels": _labels}[kind](atlas)
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
    merged = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(lines_between(cells, BORDER_CELLS))))
    long = [line for line in merged if line.length >= SHORTEST_BORDER_DEG]
    smooth = [shapely.simplify(_chaikin(line), BORDER_TOLERANCE_DEG) for line in long]
    return _collection([_feature(_rounded(shapely.MultiLineString(smooth)), {"kind": "border"})])


def _country_cells(atlas: Atlas) -> tuple[NDArray[np.int16], list[str]]:
    """The number of the country in each cell (1800, 3600), 0 at sea, and the codes by number - 1."""
    share = atlas.land_share(MASK_CELLS // BORDER_CELLS)
    rows, cols = np.nonzero(share >= 0.5)
    codes = pd.Categorical(atlas.country(centres_of(rows, cols, *share.shape)))
    cells = np.zeros(share.shape, np.int16)
    cells[rows, cols] = codes.codes + 1
    for number, box in enumerate(find_objects(cells), start=1):
        if box is None:
            continue
        parts, count = label(cells[box] == number)
        sizes = np.bincount(parts.ravel())[1:]
        stray = np.isin(parts, 1 + np.flatnonzero((sizes < SMALLEST_EXCLAVE_CELLS) & (sizes < sizes.max())))
        if count > 1 and stray.any():  # a lone town over the border: give it to what surrounds it
            around = maximum_filter(np.where(stray, 0, cells[box]), size=3)
            cells[box] = np.where(stray & (around > 0), around, cells[box])
    return cells, [str(code) for code in codes.categories]


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
        if box is not None:  # of the largest piece of land, the point farthest from its edge
            parts, _ = label(cells[box] == number)
            largest = parts == np.argmax(np.bincount(parts.ravel())[1:]) + 1
            depth = distance_transform_edt(np.pad(largest, 1))[1:-1, 1:-1]
            row, col = np.unravel_index(int(depth.argmax()), depth.shape)
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

    kind: Literal["land", "borders", "labels"] = field(default="land", metadata={"help": "what to trace"})
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
