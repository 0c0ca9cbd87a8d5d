"""A small picture of a piece of the Earth with a guess, the truth and the great circle between. Knows no game."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bot.mercator import MAX_LAT, TILE_PX, MapView
from model.geo.distance import from_unit, to_unit

SEA, LAND, COAST, BORDER = "#14212e", "#3a4d5c", "#5b7486", "#526878"
GUESS, TRUTH, LINE = "#ffb454", "#57d38c", "#f5f7fa"
SMOOTH = 2  # drawn twice as large, then made smaller: PIL draws no soft edges
MAX_ZOOM = 4.6  # beyond this the coarse coastline looks like folded paper
FILL = 0.58  # the share of the map that the two places may take

Ring = NDArray[np.float64]  # (n, 2): lng, lat
Line = NDArray[np.float64]  # (n, 2): eastward and southward on Web Mercator, the world 1 wide


class Outlines:
    """Land and border lines, unpacked from GeoJSON and brought to the map's plane once, and drawn often."""

    def __init__(self, land: dict[str, Any], borders: dict[str, Any] | None = None) -> None:
        self.land = Lines(_rings(land))
        self.borders = Lines(_rings(borders) if borders else ())


class Lines:
    """Lines with the box of each, so that those beyond a view cost nothing."""

    def __init__(self, rings: Iterable[Ring]) -> None:
        self.lines = [_on_plane(ring) for ring in rings]
        boxes = [(*line.min(0), *line.max(0)) for line in self.lines]
        self.boxes = np.array(boxes, np.float64).reshape(-1, 4)  # (lines, 4): west, north, east, south

    def __len__(self) -> int:
        return len(self.lines)

    def within(self, view: MapView) -> Iterator[list[tuple[float, float]]]:
        """The lines in pixels, one for each copy of the world in which it reaches into the view."""
        centre = _on_plane(np.array([[view.lng, view.lat]]))[0]
        half = np.array([view.width_px, view.height_px]) / 2.0 / view.world_px
        (west, north), (east, south) = centre - half, centre + half
        high = (self.boxes[:, 3] >= north) & (self.boxes[:, 1] <= south)
        for turn in (-1.0, 0.0, 1.0):
            seen = high & (self.boxes[:, 2] + turn >= west) & (self.boxes[:, 0] + turn <= east)
            for number in np.flatnonzero(seen):
                pixels = (self.lines[number] + (turn, 0.0) - (west, north)) * (view.world_px * SMOOTH)
                yield list(map(tuple, pixels.tolist()))


def small_map(
    outlines: Outlines, guess: tuple[float, float], truth: tuple[float, float] | None, width_px: int, height_px: int
) -> Image.Image:
    """The piece of the Earth that holds both places, in RGB; the guess alone where nobody told the truth."""
    view = view_of(guess, truth or guess, width_px, height_px)
    image = Image.new("RGB", (width_px * SMOOTH, height_px * SMOOTH), SEA)
    draw = ImageDraw.Draw(image)
    for line in outlines.land.within(view):
        draw.polygon(line, fill=LAND, outline=COAST)
    for line in outlines.borders.within(view):
        draw.line(line, fill=BORDER, width=SMOOTH)
    way = great_circle(guess, truth or guess)
    for line in Lines([np.column_stack([np.unwrap(way[:, 1], period=360.0), way[:, 0]])]).within(view):
        for start in range(0, len(line) - 2, 4):
            draw.line(line[start : start + 3], fill=LINE, width=2 * SMOOTH)
    dots = [(truth, TRUTH, 15.0)] if truth else []
    for place, colour, radius in [*dots, (guess, GUESS, 8.0)]:  # a good guess is a bull's eye
        _dot(draw, *view.pixel_of(*place), colour, radius)
    return image.resize((width_px, height_px), Image.Resampling.LANCZOS)


def view_of(guess: tuple[float, float], truth: tuple[float, float], width_px: int, height_px: int) -> MapView:
    """A view around both places: near enough to tell them apart, never beyond what the outlines are good for."""
    middle = great_circle(guess, truth)[32]
    least = np.log2(max(width_px / 2, height_px) / TILE_PX)  # some of the world may be cut off, never repeated
    world = MapView(float(middle[0]), float(middle[1]), 0.0, width_px, height_px)
    (ax, ay), (bx, by) = world.pixel_of(*guess), world.pixel_of(*truth)
    room = min(FILL * width_px / max(abs(ax - bx), 1e-9), FILL * height_px / max(abs(ay - by), 1e-9))
    zoom = float(np.clip(np.log2(room), least, MAX_ZOOM))
    x, y = (ax + bx) / 2, (ay + by) / 2
    half = height_px / 2 / 2**zoom  # of the map's height, in pixels of zoom 0
    top, bottom = (world.pixel_of(lat, world.lng)[1] for lat in (MAX_LAT, -MAX_LAT))
    lat, lng = world.place_at(x, min(max(y, top + half), bottom - half) if bottom - top > 2 * half else y)
    return MapView(lat, lng, zoom, width_px, height_px)


def great_circle(a: tuple[float, float], b: tuple[float, float], steps: int = 65) -> NDArray[np.float64]:
    """Points (steps, 2) of the shortest way between two places, (lat, lng); for antipodes, of one shortest way."""
    start, end = to_unit(a), to_unit(b)
    angle = float(np.arccos(np.clip(start @ end, -1.0, 1.0)))
    share = np.linspace(0.0, 1.0, steps)[:, None]
    if np.sin(angle) < 1e-9:  # the same place, or antipodes: any plane will do
        aside = np.cross(start, [0.0, 0.0, 1.0] if abs(start[2]) < 0.9 else [1.0, 0.0, 0.0])
        aside /= np.linalg.norm(aside)
        way = np.cos(share * angle) * start + np.sin(share * angle) * aside
    else:
        way = (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)
    return from_unit(way)


def _rings(geojson: dict[str, Any]) -> Iterator[Ring]:
    """Every line of a GeoJSON object, whatever its kind."""
    if "features" in geojson:
        for feature in geojson["features"]:
            yield from _rings(feature["geometry"])
    elif "geometry" in geojson:
        yield from _rings(geojson["geometry"])
    elif "geometries" in geojson:
        for geometry in geojson["geometries"]:
            yield from _rings(geometry)
    else:
        depth = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}.get(geojson["type"], -1)
        lines: list[Any] = [geojson["coordinates"]] if depth >= 0 else []
        for _ in range(depth):
            lines = [part for line in lines for part in line]
        yield from (np.asarray(line, np.float64)[:, :2] for line in lines if len(line) > 1)


def _on_plane(ring: Ring) -> Line:
    """A line on Web Mercator; beyond its ends, on its edge."""
    sin_lat = np.sin(np.radians(np.clip(ring[:, 1], -MAX_LAT, MAX_LAT)))
    south = 0.5 - np.log((1 + sin_lat) / (1 - sin_lat)) / (4 * np.pi)
    return np.column_stack([ring[:, 0] / 360.0, south])


def _dot(draw: ImageDraw.ImageDraw, x: float, y: float, colour: str, radius: float) -> None:
    for size, fill in ((radius, "#0c131a"), (radius - 2, "#ffffff"), (radius - 3.5, colour)):
        draw.ellipse([(v + sign * size) * SMOOTH for sign in (-1, 1) for v in (x, y)], fill=fill)
