"""A map whose pictures an online service lends: how its places are found, what is shown of them, and who is named.

Points on land are drawn by seed, as for the simulated Earth, and around each a 360° picture is looked for, farther and
farther off, with a limited number of questions. Nobody learns the place from a picture: it is decoded and written anew.
The service is named on every picture, whoever took it when the place is told.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from arena.online.kept import Kept
from arena.online.service import Service, Shot
from arena.records import Place
from arena.rules import VIEW_ACROSS_DEG, VIEW_PX, Refused
from model.data.views import panorama_to_photo
from model.errors import NetworkError
from model.geo.distance import haversine_km
from model.geo.scoring import PAPER_SCALE_KM

WIDTH, SHARP_WIDTH = 2048, 4096
MOST_QUESTIONS = 60  # for one game
APART_KM = 1.0  # two rounds of a game are not the same street
RESTS_S = 120.0  # a service that failed is shown as failing for so long, and then asked again
WHERE = "urban"  # points are drawn in towns, where somebody may have driven by
_EARTH = (-58.0, -170.0, 75.0, 180.0)
_MARGIN = 4  # pixels around the words on a picture


@dataclass
class Trouble:
    """What a service said last, while it cannot be used."""

    sentence: str = ""
    until: float = 0.0


@dataclass(frozen=True)
class OnlineMap:
    """One service as a map; equal to another with the same settings, whatever it holds."""

    service: Service
    where: str = WHERE  # a preset of `world.earth.places`, or a country's ISO-2 code
    broken: str = ""  # why its settings cannot be followed
    kind: str = "online"
    scale_km: float = PAPER_SCALE_KM
    view: tuple[float, float, float, float] = _EARTH
    kept: Kept = field(default_factory=Kept, compare=False, repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, compare=False, repr=False)
    trouble: Trouble = field(default_factory=Trouble, compare=False, repr=False)

    @property
    def name(self) -> str:
        """As `Source.name`."""
        return self.service.name

    @property
    def title(self) -> str:
        """As `Source.title`."""
        return self.service.title

    @property
    def description(self) -> str:
        """As `Source.description`, with the licence."""
        return f"Real 360° photos, fetched over the network. {self.service.terms.shown}; {self.service.terms.licence}"

    @property
    def problem(self) -> str:
        """As `Source.problem`: settings that cannot be, or what the service said a moment ago."""
        return self.broken or (self.trouble.sentence if self.clock() < self.trouble.until else "")

    def draw(self, n: int, seed: int) -> list[Place]:
        """`n` pictures by seed; the same as long as the service has the same.

        Raises:
            Refused: out of reach, refused, or too few pictures around the points that were drawn (not_now).
        """
        from world.earth.places import sample_places

        points = sample_places(MOST_QUESTIONS, seed, split="game", preset=self.where)[["lat", "lng"]].to_numpy(float)
        rng, left, found = np.random.default_rng(seed), MOST_QUESTIONS, list[Shot]()
        for lat, lng in points:
            for reach_km in self.service.reaches_km:
                if len(found) == n or not left:
                    break
                left -= 1
                shots = [shot for shot in self._asked(float(lat), float(lng), reach_km) if _is_apart(shot, found)]
                if shots:
                    found.append(shots[int(rng.integers(len(shots)))])
                    break
        if len(found) < n:
            raise Refused(
                f"Looked for {n} 360° pictures of {self.title} with {MOST_QUESTIONS} questions, found {len(found)}. "
                "Start again for other places.",
                "not_now",
            )
        return [
            Place(shot.lat, shot.lng, {"shot": shot.id, "heading_deg": shot.heading_deg, "credit": shot.credit})
            for shot in found
        ]

    def panorama(self, place: Place, width: int = WIDTH) -> Image.Image:
        """The picture of a place, its middle column looking north, with the service's name on it.

        Raises:
            Refused: the service does not give it now (not_now).
        """
        wide = self._plain(place, min(width, SHARP_WIDTH))
        return _named(wide, self.service.terms.shown, [0.125, 0.375, 0.625, 0.875], 0.83)

    def heading_deg(self, place: Place, drawn_deg: float) -> int:
        """Where the one view of a place looks: as drawn, for nobody knows where its road runs."""
        return round(drawn_deg) % 360

    def still(self, place: Place, heading_deg: int) -> Image.Image:
        """The one view of a game without moving, panning or zooming, cut from the panorama."""
        view = panorama_to_photo(self._plain(place, SHARP_WIDTH), heading_deg, VIEW_ACROSS_DEG, *VIEW_PX)
        return _named(view, self.service.terms.shown, [0.1], 0.96)

    def _plain(self, place: Place, width: int) -> Image.Image:
        recipe = place.recipe or {}
        shot, size = str(recipe["shot"]), WIDTH if width <= WIDTH else SHARP_WIDTH
        key = f"{self.name}/{shot}/{size}"
        picture = self.kept.get(key) if self.service.terms.keeps else None
        if picture is None:
            picture = self._fetched(shot, size)
            if self.service.terms.keeps:
                self.kept.put(key, picture)
        wide = min(width, picture.width // 2 * 2)
        if picture.size != (wide, wide // 2):
            picture = picture.resize((wide, wide // 2), Image.Resampling.LANCZOS)
        turned = round(float(recipe["heading_deg"]) / 360.0 * wide)
        return Image.fromarray(np.roll(np.asarray(picture), turned, axis=1))

    def _fetched(self, shot: str, size: int) -> Image.Image:
        try:
            picture = self.service.panorama(shot, size)
        except NetworkError as error:
            raise self._refused(error) from error
        width, height = picture.size
        if abs(width - 2 * height) > 0.02 * height or width < 64:
            raise Refused(f"{self.title} sent a picture that is no 360° panorama. Start a new game.", "not_now")
        most = (size, size // 2)
        return picture.resize(most, Image.Resampling.LANCZOS) if width > size else picture

    def _asked(self, lat: float, lng: float, reach_km: float) -> list[Shot]:
        try:
            shots = self.service.near(lat, lng, reach_km)
        except NetworkError as error:
            raise self._refused(error) from error
        self.trouble.sentence = ""
        return sorted(shots, key=lambda shot: shot.id)

    def _refused(self, error: NetworkError) -> Refused:
        """What failed is shown beside the map for a while, so that nobody asks in vain."""
        self.trouble.sentence, self.trouble.until = str(error), self.clock() + RESTS_S
        return Refused(str(error), "not_now")


def _is_apart(shot: Shot, found: list[Shot]) -> bool:
    return all(float(haversine_km((shot.lat, shot.lng), (one.lat, one.lng))) > APART_KM for one in found)


def _named(picture: Image.Image, words: str, columns: list[float], row: float) -> Image.Image:
    """The words in small letters on a picture, begun at some shares of its width and one of its height."""
    out = picture.copy()
    draw = ImageDraw.Draw(out)
    font = ImageFont.load_default(max(9, picture.width // 130))
    for column in columns:
        at = (round(column * picture.width), round(row * picture.height))
        left, top, right, bottom = draw.textbbox(at, words, font=font, anchor="mm")
        shift = max(0.0, _MARGIN - left)
        draw.rectangle((left + shift - _MARGIN, top - _MARGIN, right + shift + _MARGIN, bottom + _MARGIN), "#222222")
        draw.text((at[0] + shift, at[1]), words, "#ffffff", font=font, anchor="mm")
    return out
