"""Maps made of a person's own 360° photos: a folder with equirectangular pictures and a CSV. Knows no game.

    maps/holiday/places.csv    file,lat,lng[,heading]    heading: where the middle column looks, degrees from north
    maps/holiday/beach.jpg …   twice as wide as high

Everything in the folder is checked as if a stranger had made it. Pictures are read again and written without their
EXIF before anyone sees them, so a photo cannot give its place away. A folder is read once, and again when it or its
table has changed; no photo is opened before it is played.
"""

import logging
import re
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from arena.photo_tables import Row, inside, read_rows, table_of
from arena.records import Place
from arena.rules import VIEW_ACROSS_DEG, VIEW_PX, Refused
from model.data.views import panorama_to_photo
from model.errors import ImageError, ManifestError
from model.geo.distance import Floats, haversine_km
from model.geo.scoring import PAPER_SCALE_KM

LOG = logging.getLogger("homing.arena")

WIDTH = 2048  # what a player is shown first
MAX_WIDTH = 4096  # and when zooming
MAX_PIXELS = 16384 * 8192  # what we are ready to decode
MIN_SCALE_KM = 5.0
AGAIN_S = 5.0  # a map that cannot be played is looked at again after this long: what it lacks may lie deeper
SETTLED_S = 1.0  # a file written this lately may be written again within one tick of its clock: it is not trusted yet


@dataclass(frozen=True)
class PhotoMap:
    """A folder of panoramas, read and checked; `problem` says why it cannot be played."""

    name: str
    title: str
    description: str
    scale_km: float
    view: tuple[float, float, float, float]
    folder: Path
    rows: tuple[Row, ...]
    problem: str = ""
    kind: str = "photos"

    def draw(self, n: int, seed: int) -> list[Place]:
        """`n` different photos, by seed; each is opened, so that a broken one stops the game before it starts.

        Raises:
            Refused: the map has fewer (malformed).
            ImageError: a drawn photo is missing, lies outside the folder, is no picture or not 2:1.
        """
        if n > len(self.rows):
            have = f"{len(self.rows)} place{'s' if len(self.rows) != 1 else ''}"
            raise Refused(f"This map has {have}, so a game on it has no more rounds than that; found {n} rounds.")
        order = np.random.default_rng(seed).permutation(len(self.rows))[:n]
        places = []
        for file, lat, lng, heading_deg in (self.rows[int(i)] for i in order):
            with self._open(file):
                places.append(Place(lat, lng, {"file": file, "heading_deg": heading_deg}))
        return places

    def panorama(self, place: Place, width: int = WIDTH) -> Image.Image:
        """The photo at most `width` pixels wide, turned so that its middle column looks north.

        Raises:
            ImageError: as in `draw`, or the file is truncated.
        """
        recipe = place.recipe or {}
        file, heading_deg = str(recipe["file"]), float(recipe["heading_deg"])
        width = min(width, MAX_WIDTH)
        with self._open(file) as photo:
            photo.draft("RGB", (width, width // 2))  # large JPEGs are decoded at a fraction of their size
            try:
                picture = photo.convert("RGB")
            except (OSError, SyntaxError, ValueError) as error:
                raise self._trouble(file, "cannot be read to its end", error) from error
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

    def _open(self, file: str) -> Image.Image:
        path = inside(self.folder, file)
        if path is None:
            raise self._trouble(file, "lies outside the folder; only its own may be shown")
        try:
            photo = Image.open(path)
        except UnidentifiedImageError as error:
            raise self._trouble(file, "is not a picture that can be read", error) from error
        except Image.DecompressionBombError as error:
            raise self._trouble(file, "is too large to open", error) from error
        except (OSError, ValueError, SyntaxError) as error:
            raise self._trouble(file, "cannot be opened", error) from error
        width, height = photo.size
        trouble = ""
        if abs(width - 2 * height) > 0.02 * height:
            trouble = "is no equirectangular panorama: looked for one twice as wide as high"
        elif width * height > MAX_PIXELS:
            trouble = f"is too large: looked for at most {MAX_PIXELS // 10**6} million pixels"
        if trouble:
            photo.close()
            raise self._trouble(file, f"{trouble}, found {width} × {height}")
        return photo

    def _trouble(self, file: str, what: str, error: Exception | None = None) -> ImageError:
        """A sentence for players, who must not learn the name of a photo; the log, which its owner reads, gets it."""
        LOG.warning("%s in %s %s%s", file, self.folder, what, f": {error}" if error else "")
        line = next((number for number, row in enumerate(self.rows, start=2) if row[0] == file), None)
        which = f"The photo in line {line} of this map's table" if line else "A photo of this map"
        return ImageError(f"{which} {what}.")


def find_photo_maps(folder: Path) -> list[PhotoMap]:
    """One map for each folder below `folder` that holds a CSV, by name; broken ones come with their problem."""
    return _INDEX.maps(folder)


class _Index:
    """Every map that was read, by folder, with what the folder and its table looked like then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: dict[Path, tuple[tuple[object, ...], PhotoMap | None, float]] = {}

    def maps(self, folder: Path) -> list[PhotoMap]:
        try:
            homes = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        except OSError:
            homes = []  # no folder of maps yet, which is how everyone starts
        with self._lock:
            gone = [home for home in self._read if home.parent == folder and home not in homes]
            for home in gone:
                del self._read[home]
            read = [self._map(home) for home in homes]
        maps: dict[str, PhotoMap] = {}
        for one in read:
            if one is not None:
                name = one.name
                for number in range(2, len(homes) + 2):  # "Our trip" and "our-trip" are two maps
                    if name not in maps:
                        break
                    name = f"{one.name}-{number}"
                maps[name] = one if name == one.name else replace(one, name=name)
        return list(maps.values())

    def _map(self, home: Path) -> PhotoMap | None:
        """The map of a folder, read when it is not known as it is now; None when there is no table in it."""
        started = time.time()
        if (known := self._read.get(home)) is not None:
            looks, found, at = known
            again = found is not None and found.problem and abs(started - at) > AGAIN_S
            if looks == _looks(home, looks) and not again:
                return found
        table = table_of(home)
        looks = _looks(home, (table,))
        found = _read_map(home, table) if table else None
        newest = max((part for part in looks if isinstance(part, float)), default=started)
        if started - newest > SETTLED_S:
            self._read[home] = (looks, found, started)
        else:
            self._read.pop(home, None)
        return found


_INDEX = _Index()


def _looks(home: Path, known: tuple[object, ...]) -> tuple[object, ...]:
    """What changes when a folder or its table does: the table's path, then the times and sizes of both."""
    table = known[0]
    parts: list[object] = [table]
    for path in (home, table):
        try:
            state = path.stat() if isinstance(path, Path) else None
        except OSError:
            state = None
        parts += [state.st_mtime, state.st_ctime, state.st_size, state.st_ino] if state else [None]
    return tuple(parts)


def _read_map(folder: Path, table: Path) -> PhotoMap:
    name = "photos-" + (re.sub(r"[^\w]+", "-", folder.name.casefold()).strip("-") or "map")
    title = folder.name.replace("_", " ")
    try:
        rows = read_rows(table)
    except ManifestError as error:
        LOG.warning("the map in %s cannot be played: %s", table, error)
        return PhotoMap(name, title, "Cannot be played", PAPER_SCALE_KM, (-58, -170, 75, 180), folder, (), str(error))
    points = np.array([row[1:3] for row in rows])
    return PhotoMap(
        name,
        title,
        f"{len(rows)} panorama{'s' if len(rows) != 1 else ''} of your own",
        _scale_km(points),
        _view(points),
        folder,
        rows,
    )


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
