"""A picture of a paired result, to be shared: the headline, who is ahead, the scatter. Pure Pillow; knows no page."""

import functools
import io
import math
import unicodedata
from collections.abc import Sequence

import pandas as pd
from PIL import Image, ImageDraw, ImageFont

from arena.statistics import Paired
from model.geo.scoring import MAX_SCORE
from pages.components.identity import QUIET, RGB

WIDTH, HEIGHT, EDGE = 1200, 630, 44  # what is shown large wherever links are shared
PAPER, CARD, INK, SOFT = (12, 19, 26), (22, 33, 44), (245, 247, 250), (147, 164, 179)
SCALE = 2  # drawn twice as large and made smaller: smooth edges
PLOT = 380
MOST_DOTS = 3000
UNKNOWN = "\U0010ffff"  # a letter that no font has


def draw(
    headline: str, lines: Sequence[str], places: pd.DataFrame, result: Paired, pair: tuple[str, str],
    colours: tuple[RGB, RGB], footer: str,
) -> bytes:  # fmt: skip
    """The card as PNG; `headline`, `lines` and `footer` are plain text, `pair` the names of the two."""
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
    art = ImageDraw.Draw(image)
    left, column = EDGE, WIDTH - 3 * EDGE - PLOT
    y = EDGE
    for line in _wrapped(headline, 42, column, 3):
        _text(art, (left, y), line, 42, INK)
        y += 54
    y += 10
    for said in lines:
        for line in _wrapped(said, 22, column, 3):
            _text(art, (left, y), line, 22, SOFT)
            y += 31
    y = min(max(y + 14, 360), 440)
    _bar(art, (left, y, left + column, y + 46), result, colours)
    for place, (name, colour) in enumerate(zip(pair, colours, strict=True)):
        top = y + 66 + place * 36
        _dot(art, left + 9, top + 14, 9, colour)
        _text(art, (left + 30, top), _fitting(name, 24, column - 40), 24, INK)
    _scatter(art, (WIDTH - EDGE - PLOT, EDGE), places, pair, colours)
    _text(art, (left, HEIGHT - EDGE - 22), _fitting(footer, 18, WIDTH - 2 * EDGE - 110), 18, SOFT)
    _text(art, (WIDTH - EDGE, HEIGHT - EDGE - 26), "Homing", 24, INK, "ra")
    stream = io.BytesIO()
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def writable(text: str) -> str:
    """Text in letters that the font has; a box for each letter that it lacks would tell nothing."""
    return "".join(_letter(letter) for letter in text.replace("−", "-"))


@functools.lru_cache(maxsize=2048)
def _letter(letter: str) -> str:
    """The letter, or its plain form without accents, or a question mark."""
    font = ImageFont.load_default(20)
    if letter == " " or (letter.isprintable() and bytes(font.getmask(letter)) != bytes(font.getmask(UNKNOWN))):
        return letter
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain if plain.isprintable() and plain else "?"


def _scatter(
    art: ImageDraw.ImageDraw, corner: tuple[int, int], places: pd.DataFrame, pair: tuple[str, str],
    colours: tuple[RGB, RGB],
) -> None:  # fmt: skip
    left, top = corner
    box = [value * SCALE for value in (left, top, left + PLOT, top + PLOT)]
    art.rounded_rectangle(box, 14 * SCALE, CARD)
    inset, side = 18, PLOT - 36
    near, far = (left + inset, top + inset + side), (left + inset + side, top + inset)
    art.line([value * SCALE for value in (*near, *far)], QUIET, 2 * SCALE)
    for row in places.tail(MOST_DOTS).itertuples():
        x = left + inset + side * float(row.score_a) / MAX_SCORE
        y = top + inset + side * (1.0 - float(row.score_b) / MAX_SCORE)
        _dot(art, x, y, 5, colours[0] if row.difference > 0 else colours[1] if row.difference < 0 else QUIET)
    below = top + PLOT + 10
    _text(art, (left, below), _fitting(f"to the right: points of {pair[0]}", 18, PLOT), 18, SOFT)
    _text(art, (left, below + 26), _fitting(f"upwards: points of {pair[1]}", 18, PLOT), 18, SOFT)


def _bar(
    art: ImageDraw.ImageDraw, box: tuple[float, float, float, float], result: Paired, colours: tuple[RGB, RGB]
) -> None:
    left, top, right, bottom = box
    counts = ((result.wins, colours[0]), (result.draws, QUIET), (result.losses, colours[1]))
    x = left
    for count, colour in counts:
        wide = (right - left) * count / max(1, result.places)
        if count:
            art.rectangle([value * SCALE for value in (x, top, x + wide, bottom)], colour)
            if wide > 30:
                _text(art, (x + wide / 2, (top + bottom) / 2), f"{count:,}", 22, (255, 255, 255), "mm")
        x += wide


def _dot(art: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: RGB) -> None:
    art.ellipse([value * SCALE for value in (x - radius, y - radius, x + radius, y + radius)], colour)


def _text(
    art: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, colour: RGB, anchor: str = "la"
) -> None:
    art.text((at[0] * SCALE, at[1] * SCALE), writable(text), colour, ImageFont.load_default(size * SCALE), anchor)


def _wrapped(text: str, size: int, width: float, most: int) -> list[str]:
    """Text in lines of at most `width` pixels; what does not fit into `most` lines ends with three dots."""
    font, lines = ImageFont.load_default(size), [""]
    for word in writable(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    kept = lines[:most]
    if len(lines) > most:
        kept[-1] += " …"
    return [_fitting(line, size, width) for line in kept]


def _fitting(text: str, size: int, width: float) -> str:
    font, text = ImageFont.load_default(size), writable(text)
    if font.getlength(text) <= width:
        return text
    keep = max(1, math.floor(len(text) * width / font.getlength(text)))
    while keep > 1 and font.getlength(text[:keep] + "…") > width:
        keep -= 1
    return text[:keep].rstrip() + "…"
