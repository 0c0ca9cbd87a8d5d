"""Maps made of a person's own 360° photos: a folder with equirectangular pictures and a CSV. Knows no game.

    maps/holiday/places.csv    file,lat,lng[,heading]    heading: where the middle column looks, degrees from north
    maps/holiday/beach.jpg …   twice as wide as high

Everything in the folder is checked as if a stranger had made it. Pictures are read again and written without their
EXIF before anyone sees them, so a photo cannot give its place away.
"""

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from arena.records import Place
from arena.rules import ROUNDS, VIEW_ACROSS_DEG, VIEW_PX
from model.data.views import panorama_to_photo
from model.errors import CoordinateError, HomingError, ImageError, ManifestError
from model.geo.distance import Floats, check_points, haversine_km
from model.geo.scoring import PAPER_SCALE_KM

MAX_WIDTH = 4096  # what a browser is given
MAX_PIXELS = 16384 * 8192  # what we are ready to decode
MAX_ROWS = 100_000
MIN_SCALE_KM = 5.0


@dataclass(frozen=True)
class PhotoMap:
    """A folder of panoramas, read and checked; `problem` says why it cannot be played."""

    name: str
    title: str
    description: str
    scale_km: float
    view: tuple[float, float, float, float]
    folder: Path
    rows: tuple[tuple[str, float, float, float], ...]  # file, lat, lng, heading_deg
    problem: str = ""
    kind: str = "photos"

    def draw(self, n: int, seed: int) -> list[Place]:
        """`n` different photos, by seed; each is opened, so that a broken one stops the game before it starts.

        Raises:
            ImageError: a drawn photo is missing, lies outside the folder, is no picture or not 2:1.
        """
        order = np.random.default_rng(seed).permutation(len(self.rows))[:n]
        places = []
        for file, lat, lng, heading_deg in (self.rows[int(i)] for i in order):
            with _open(self.folder, file):
                places.append(Place(lat, lng, {"file": file, "heading_deg": heading_deg}))
        return places

    def panorama(self, place: Place, width: int = MAX_WIDTH) -> Image.Image:
        """The photo at most `width` wide, turned so that its middle column looks north.

        Raises:
            ImageError: as in `draw`, or the file is truncated.
        """
        recipe = place.recipe or {}
        file, heading_deg = str(recipe["file"]), float(recipe["heading_deg"])
        with _open(self.folder, file) as photo:
            photo.draft("RGB", (width, width // 2))  # large JPEGs are decoded at a fraction of their size
            try:
                picture = photo.convert("RGB")
            except (OSError, SyntaxError, ValueError) as error:
                raise ImageError(f"{file} in {self.folder} cannot be read to its end: {error}.") from error
        width = min(width, picture.width // 2 * 2)
        if picture.size != (width, width // 2):
            picture = picture.resize((width, width // 2), Image.Resampling.LANCZOS)
        return Image.fromarray(np.roll(np.asarray(picture), round(heading_deg / 360.0 * width), axis=1))

    def heading_deg(self, place: Place, drawn_deg: float) -> int:
        """Where the one view of a place looks: as drawn, for nobody knows where the photo's road runs."""
        return round(drawn_deg) % 360

    def still(self, place: Place, heading_deg: int) -> Image.Image:
        """The one view of a game without moving, panning or zooming, cut from the photo."""
        return panorama_to_photo(self.panorama(place, MAX_WIDTH), heading_deg, VIEW_ACROSS_DEG, *VIEW_PX)


def find_photo_maps(folder: Path) -> list[PhotoMap]:
    """One map for each folder below `folder` that holds a CSV, by name; broken ones come with their problem."""
    try:
        homes = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []  # no folder of maps yet, which is how everyone starts
    maps: dict[str, PhotoMap] = {}
    for home in homes:
        if any(home.glob("*.csv")):
            plain = stem = "photos-" + (re.sub(r"[^\w]+", "-", home.name.casefold()).strip("-") or "map")
            for number in range(2, len(homes) + 2):  # "Our trip" and "our-trip" are two maps
                if stem not in maps:
                    break
                stem = f"{plain}-{number}"
            maps[stem] = _read_map(home, stem)
    return list(maps.values())


def _read_map(folder: Path, name: str) -> PhotoMap:
    title = folder.name.replace("_", " ")
    try:
        rows = _read_rows(folder)
    except HomingError as error:
        return PhotoMap(name, title, "Cannot be played", PAPER_SCALE_KM, (-58, -170, 75, 180), folder, (), str(error))
    points = np.array([row[1:3] for row in rows])
    return PhotoMap(
        name, title, f"{len(rows)} panoramas of your own", _scale_km(points), _view(points), folder, tuple(rows)
    )


def _read_rows(folder: Path) -> list[tuple[str, float, float, float]]:
    tables = sorted(folder.glob("*.csv"))
    table = next((path for path in tables if path.name == "places.csv"), tables[0])
    try:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = {"file", "lat", "lng"} - {str(column).strip() for column in reader.fieldnames or ()}
            if missing:
                raise ManifestError(
                    f"{table} lacks the column {', '.join(sorted(missing))}; its first line must read file,lat,lng "
                    "or file,lat,lng,heading."
                )
            rows: list[tuple[str, float, float, float]] = []
            for number, line in enumerate(reader, start=2):
                if len(rows) == MAX_ROWS:
                    raise ManifestError(f"{table} has more than {MAX_ROWS} lines; split it into several maps.")
                rows.append(_read_row(table, number, {str(k).strip(): v for k, v in line.items()}))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{table} cannot be read as a UTF-8 CSV: {error}.") from error
    if len(rows) < ROUNDS:
        raise ManifestError(f"{table} lists {len(rows)} places; a game needs at least {ROUNDS}.")
    return rows


def _read_row(table: Path, number: int, line: dict[str, str | None]) -> tuple[str, float, float, float]:
    file = (line["file"] or "").strip()
    try:
        lat, lng = check_points([float(line["lat"] or "nan"), float(line["lng"] or "nan")])
        heading_deg = float(line.get("heading") or 0.0)
        if not math.isfinite(heading_deg):
            raise ValueError(f"the heading {heading_deg} is no angle")
    except (CoordinateError, ValueError) as error:
        raise ManifestError(f"Line {number} of {table}: {error}") from error
    _inside(table.parent, file)
    if not (table.parent / file).is_file():
        raise ManifestError(f"Line {number} of {table} names {file!r}, which is not in that folder.")
    return file, float(lat), float(lng), heading_deg % 360.0


def _inside(folder: Path, file: str) -> Path:
    path = (folder / file).resolve()
    if not file or not path.is_relative_to(folder.resolve()):
        raise ManifestError(
            f"{folder} names the photo {file!r}, which lies outside the folder; only its own may be shown."
        )
    return path


def _open(folder: Path, file: str) -> Image.Image:
    try:
        photo = Image.open(_inside(folder, file))
    except UnidentifiedImageError as error:
        raise ImageError(f"{file} in {folder} is not a picture that can be read.") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"{file} in {folder} is too large to open: {error}.") from error
    except OSError as error:
        raise ImageError(f"{file} in {folder} cannot be opened: {error.strerror or error}.") from error
    width, height = photo.size
    trouble = ""
    if abs(width - 2 * height) > 0.02 * height:
        trouble = "looked for an equirectangular panorama, twice as wide as high"
    elif width > 0 and width * height > MAX_PIXELS:
        trouble = f"looked for at most {MAX_PIXELS // 10**6} million pixels"
    if trouble:
        photo.close()
        raise ImageError(f"{file} in {folder}: {trouble}, found {width} × {height}.")
    return photo


def _scale_km(points: Floats) -> float:
    """As in the game, a tenth of the map's extent; never more than the world's, nor hopelessly little."""
    corner = points[0]
    for _ in range(3):  # to the farthest point, and from there to the farthest again: the extent, but for a few percent
        corner = points[int(np.argmax(haversine_km(points, corner)))]
    return float(np.clip(np.max(haversine_km(points, corner)) / 10.0, MIN_SCALE_KM, PAPER_SCALE_KM))


def _view(points: Floats) -> tuple[float, float, float, float]:
    """Bounds that give no place away: ten degrees or more, and a margin; east may pass 180 to cross the date line."""
    lats, lngs = points[:, 0], np.sort(points[:, 1] % 360.0)
    gaps = np.diff(np.append(lngs, lngs[0] + 360.0))
    widest = int(np.argmax(gaps))
    west = float(lngs[(widest + 1) % len(lngs)])
    span = 360.0 - float(gaps[widest])
    margin = max(5.0, 0.15 * span)
    if span + 2 * margin >= 350.0:
        return (-58.0, -170.0, 75.0, 180.0)
    west = (west - margin + 180.0) % 360.0 - 180.0
    south, north = float(lats.min()), float(lats.max())
    rise = max(5.0, 0.15 * (north - south))
    return (max(-80.0, south - rise), west, min(80.0, north + rise), west + span + 2 * margin)
