"""Pictures to share: a round (four views, the map, the points) and a whole game. Knows no browser and no files."""

import functools
import io
import math
import unicodedata
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont, ImageOps

from bot.events import RoundPlayed
from bot.screens.site import HEADINGS
from bot.small_map import GUESS, TRUTH, Outlines, small_map
from model.geo.scoring import MAX_SCORE

PAPER, CARD, INK, SOFT = "#0c131a", "#16212c", "#f5f7fa", "#93a4b3"
WIDTH, EDGE, GAP = 1600, 36, 14
MISSING = "\U0010ffff"  # a letter that no font has
PLAIN = {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th",
         "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ı": "i", "ħ": "h", "Ħ": "H", "ə": "a", "Ə": "A",
         "ʻ": "'", "ʼ": "'", "’": "'", "‘": "'", "–": "-", "…": "..."}  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """A round and what was seen in it: one view or four (PNG or JPEG) with their names; none if they were lost."""

    played: RoundPlayed
    views: tuple[bytes, ...]
    names: tuple[str, ...] = HEADINGS

    def named(self) -> list[tuple[str, bytes]]:
        """Each view with the letter that is written on it: none on a single photo."""
        views = self.views or (b"",) * len(self.names)
        return list(zip(self.names if len(self.names) > 1 else ("",), views, strict=True))


def round_image(frame: Frame, outlines: Outlines, player: str, map_name: str, rounds: int | None = None) -> Image.Image:
    """One round, 1600 px wide: the four views above, the map and the points below; of `rounds`, where it is known."""
    played, view_w = frame.played, (WIDTH - 2 * EDGE - 3 * GAP) // 4
    view_h, map_h = view_w * 3 // 4, 430
    image = Image.new("RGB", (WIDTH, 108 + view_h + GAP + map_h + EDGE), PAPER)
    draw = ImageDraw.Draw(image)
    _text(draw, (EDGE, 34), f"Round {played.round}{f' of {rounds}' if rounds else ''}", 40)
    _text(draw, (WIDTH - EDGE, 46), f"{player}  ·  {map_name}  ·  Homing", 24, SOFT, "ra")
    shown = frame.named()
    each_w = view_w if len(shown) > 1 else WIDTH - 2 * EDGE
    for number, (heading, data) in enumerate(shown):
        corner = (EDGE + number * (view_w + GAP), 108)
        image.paste(_rounded(_view(data, each_w, view_h), PAPER), corner)
        _badge(draw, (corner[0] + 14, corner[1] + 14), heading)
    top, map_w = 108 + view_h + GAP, 2 * view_w + GAP + 180
    guess, truth = (played.guess_lat, played.guess_lng), played.truth()
    image.paste(_rounded(small_map(outlines, guess, truth, map_w, map_h), PAPER), (EDGE, top))
    left, right = EDGE + map_w + GAP, WIDTH - EDGE
    draw.rounded_rectangle([left, top, right, top + map_h], 16, CARD)
    points, share = _points(played)
    _text(draw, (left + 36, top + 34), points, 96, INK if share is None else score_colour(share * MAX_SCORE))
    of = "points not shown" if played.score is None else "points"
    _text(draw, (left + 40, top + 142), of if played.max_score is None else f"of {played.max_score:,} {of}", 24, SOFT)
    if share is not None:
        _bar(draw, (left + 36, top + 186, right - 36, top + 200), share)
    away = "distance not shown" if played.distance_km is None else f"{distance_text(played.distance_km)} away"
    _text(draw, (left + 36, top + 222), away, 40)
    rows = [(GUESS, "Guess", played.guess_place, guess)]
    rows += [(TRUTH, "Truth", played.true_place, truth)] if truth else []
    for row, (colour, title, place, at) in enumerate(rows):
        y = top + 292 + row * 62
        _pin(image, left + 38, y + 7, 18, colour, CARD)
        _text(draw, (left + 74, y), _fitting(place or position_text(at), 27, right - left - 110), 27)
        _text(draw, (left + 74, y + 33), f"{title}  ·  {position_text(at)}", 19, SOFT)
    return image


def game_image(frames: list[Frame], outlines: Outlines, player: str, map_name: str, total: int | None) -> Image.Image:
    """A whole game, 1600 px wide: a row for each round; what it can bring is told where its rounds all stand here."""
    row_h, view_w, map_w = 186, 236, 330
    head = 142
    image = Image.new("RGB", (WIDTH, head + len(frames) * (row_h + GAP) + EDGE - GAP), PAPER)
    draw = ImageDraw.Draw(image)
    whole = bool(frames) and [frame.played.round for frame in frames] == list(range(1, len(frames) + 1))
    most = sum(frame.played.max_score or math.inf for frame in frames) if whole else math.inf
    _text(draw, (EDGE, 34), player, 44)
    _text(draw, (EDGE, 92), f"{map_name}  ·  Homing: where on Earth was this seen?", 22, SOFT)
    if total is not None:
        colour = score_colour(int(total * MAX_SCORE // most)) if math.isfinite(most) else INK
        _text(draw, (WIDTH - EDGE, 28), f"{total:,}", 60, colour, "ra")
        _text(draw, (WIDTH - EDGE, 94), f"of {most:,} points" if math.isfinite(most) else "points", 22, SOFT, "ra")
    for number, frame in enumerate(frames):
        played, top = frame.played, head + number * (row_h + GAP)
        shown = frame.named()
        each_w = view_w if len(shown) > 1 else 4 * view_w + 24
        for column, (heading, data) in enumerate(shown):
            corner = (EDGE + column * (view_w + 8), top)
            image.paste(_rounded(_view(data, each_w, row_h), PAPER, 10), corner)
            _badge(draw, (corner[0] + 8, corner[1] + 8), heading, 26)
        left = EDGE + 4 * (view_w + 8) + 6
        guess = (played.guess_lat, played.guess_lng)
        image.paste(_rounded(small_map(outlines, guess, played.truth(), map_w, row_h), PAPER, 10), (left, top))
        left += map_w + 18
        points, share = _points(played)
        _text(draw, (left, top + 8), points, 50, INK if share is None else score_colour(share * MAX_SCORE))
        if share is not None:
            _bar(draw, (left, top + 70, WIDTH - EDGE, top + 78), share)
        _text(draw, (left, top + 88), distance_text(played.distance_km), 27)
        places = [(GUESS, played.guess_place), *([(TRUTH, played.true_place)] if played.truth() else [])]
        for line, (colour, place) in enumerate(places):
            y = top + 128 + line * 28
            _pin(image, left, y + 5, 12, colour, PAPER)
            _text(draw, (left + 20, y), _fitting(place, 18, WIDTH - EDGE - left - 20), 18, SOFT)
    return image


def _points(played: RoundPlayed) -> tuple[str, float | None]:
    """What is written for the points, and their share of what a round can bring, where both are known."""
    if played.score is None:
        return "–", None
    return f"{played.score:,}", played.score / played.max_score if played.max_score else None


def distance_text(distance_km: float | None) -> str:
    """A distance as a person says it: 320 m, 8.4 km, 1,204 km; a dash for none."""
    if distance_km is None:
        return "–"
    if distance_km < 1.0:
        return f"{distance_km * 1000:.0f} m"
    return f"{distance_km:.1f} km" if distance_km < 100 else f"{distance_km:,.0f} km"


def position_text(place: tuple[float, float]) -> str:
    """A position as a person writes it: 58.38° N, 26.72° E."""
    lat, lng = place
    return f"{abs(lat):.2f}° {'N' if lat >= 0 else 'S'}, {abs(lng):.2f}° {'E' if lng >= 0 else 'W'}"


def score_colour(score: float) -> str:
    """Red for nothing, amber for half, green for all."""
    share = max(0.0, min(1.0, score / MAX_SCORE))
    stops = ((240, 98, 92), (255, 190, 92), (87, 211, 140))
    low, high, part = (stops[0], stops[1], share * 2) if share < 0.5 else (stops[1], stops[2], share * 2 - 1)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(low, high, strict=True))


def _view(data: bytes, width_px: int, height_px: int) -> Image.Image:
    if not data:
        return Image.new("RGB", (width_px, height_px), CARD)
    with Image.open(io.BytesIO(data)) as view:
        return ImageOps.fit(view.convert("RGB"), (width_px, height_px), Image.Resampling.LANCZOS)


def _rounded(image: Image.Image, around: str, radius: int = 16) -> Image.Image:
    mask = Image.new("L", (image.width * 2, image.height * 2), 0)
    ImageDraw.Draw(mask).rounded_rectangle([0, 0, mask.width - 1, mask.height - 1], radius * 2, 255)
    return Image.composite(image, Image.new("RGB", image.size, around), mask.resize(image.size))


def _text(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, colour: str = INK, anchor: str = "la"
) -> None:
    draw.text(at, writable(text), colour, ImageFont.load_default(size), anchor)


def _pin(image: Image.Image, left: int, top: int, size: int, colour: str, around: str) -> None:
    large = Image.new("RGB", (size * 4, size * 4), around)
    draw = ImageDraw.Draw(large)
    for inset, fill in ((0, INK), (size // 3, colour)):
        draw.ellipse([inset, inset, large.width - 1 - inset, large.height - 1 - inset], fill)
    image.paste(large.resize((size, size), Image.Resampling.LANCZOS), (left, top))


def writable(text: str) -> str:
    """Text in letters that the font has: Gundsømagle becomes Gundsomagle rather than a box."""
    return "".join(_letter(letter) for letter in text)


@functools.lru_cache(maxsize=2048)
def _letter(letter: str) -> str:
    font = ImageFont.load_default(32)
    if letter == " " or bytes(font.getmask(letter)) != bytes(font.getmask(MISSING)):
        return letter
    plain = PLAIN.get(letter) or unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain if plain or unicodedata.combining(letter) else "?"


def _fitting(text: str, size: int, width_px: float) -> str:
    font, text = ImageFont.load_default(size), writable(text)
    if font.getlength(text) <= width_px:
        return text
    while text and font.getlength(text + "…") > width_px:
        text = text[:-1]
    return text.rstrip(" ,") + "…"


def _badge(draw: ImageDraw.ImageDraw, at: tuple[int, int], letter: str, size: int = 38) -> None:
    if not letter:
        return
    draw.rounded_rectangle([*at, at[0] + size, at[1] + size], size // 4, PAPER)
    _text(draw, (at[0] + size / 2, at[1] + size / 2), letter, size * 3 // 5, INK, "mm")


def _bar(draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], share: float) -> None:
    left, top, right, bottom = box
    draw.rounded_rectangle(box, (bottom - top) / 2, "#2a3947")
    if share > 0:
        filled = max(left + (right - left) * share, left + (bottom - top))
        draw.rounded_rectangle([left, top, filled, bottom], (bottom - top) / 2, score_colour(share * MAX_SCORE))
