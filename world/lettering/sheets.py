"""Words and symbols as pictures for boards and shop fronts. Knows no scenes.

A script with a font installed is written in it (`world.lettering.fonts`); all others are drawn by ourselves: Latin from
the font inside Pillow with its accents, Greek and Cyrillic in lines of their own, the rest as glyphs that have the
habit of their script and vary from letter to letter, to be told apart and not to be read.
"""

import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from world.draw.textures import TEXT_ASPECT, TEXT_HEIGHT, TEXT_LEVELS
from world.earth.scripts import runs
from world.lettering.fonts import SHAPED, drawn_only, font_of
from world.lettering.glyphs import DOT, HABITS, PIXELS, draw_glyph
from world.lettering.strokes import ACCENTS, LINES, PLAIN, TWINS
from world.lettering.symbols import symbol_picture

BASE = 1.35 * PIXELS  # the line it stands on
LONGEST = 28  # letters in a line
SECOND, FIGURE = 0.68, 1.7  # size of a further line beside the first, and of one with a number alone


def letter_table(texts: tuple[tuple[str, str], ...], fine: bool = False) -> NDArray[np.uint8]:
    """Coverage of every (words, script), with mips below: (n, 2 · height, TEXT_ASPECT · height). At least one row.

    The height is TEXT_HEIGHT, `fine` twice as much, for pictures that are looked at closely. A line break in
    the words begins a smaller line; the script "symbol" takes a name of `symbols.SYMBOLS`.
    """
    drawn = drawn_only()
    height = TEXT_HEIGHT * (2 if fine else 1)
    return np.stack([_sheet(words, script, drawn, height)[0] for words, script in texts or ((" ", "latin"),)])


def filled_share(words: str, script: str) -> float:
    """Which part of the sheet's width the words fill, 0 … 1: how broad their board must be."""
    return _sheet(words, script, drawn_only(), TEXT_HEIGHT)[1]


@lru_cache(maxsize=512)
def _sheet(words: str, script: str, drawn: bool, height: int) -> tuple[NDArray[np.uint8], float]:
    width = TEXT_ASPECT * height
    level = Image.new("L", (width, height), 0)
    if script == "symbol":
        level.paste(symbol_picture(words, height), ((width - height) // 2, 0))
    else:
        _fill(level, words, script, drawn)
    box = level.getbbox()
    share = (box[2] - box[0]) / width if box else 0.0
    sheet = np.zeros((2 * height, width), dtype=np.uint8)
    for k in range(TEXT_LEVELS):
        at = 2 * height - (2 * height >> k)
        sheet[at : at + level.height, : level.width] = np.asarray(level)
        if k + 1 < TEXT_LEVELS:
            level = level.reduce(2)
    return sheet, share


def _fill(level: Image.Image, words: str, script: str, drawn: bool) -> None:
    """The lines one below the other, each as large as its place allows, never stretched sideways."""
    lines = (words.split("\n") or [" "])[:3]
    parts = [FIGURE if len(lines) > 1 and line.isdigit() else SECOND if k else 1.0 for k, line in enumerate(lines)]
    top = 0.0
    for line, part in zip(lines, parts, strict=True):
        room = level.height * part / sum(parts)
        picture = words_picture(line, script, drawn)
        scale = room * 0.90 / picture.height
        wide = min(int(picture.width * scale), int(level.width * 0.98))
        scale = max(wide / picture.width, 0.62 * scale)  # too long: narrower letters, and lower ones after that
        tall = max(int(picture.height * min(scale / 0.8, room * 0.90 / picture.height)), 4)
        small = picture.resize((max(wide, 1), tall), Image.Resampling.BOX)
        level.paste(small, ((level.width - small.width) // 2, int(top + (room - tall) / 2)))
        top += room


def words_picture(words: str, script: str, drawn: bool | None = None) -> Image.Image:
    """One line of `words` as a grey picture, as wide as it needs; `drawn` for letters of our own alone."""
    drawn = drawn_only() if drawn is None else drawn
    words = unicodedata.normalize("NFC", "".join(c for c in words[:LONGEST] if c.isprintable())) or " "
    canvas = Image.new("L", (int(PIXELS * (1.3 * len(words) + 2.0)), 2 * PIXELS), 0)
    x = 8.0 * DOT
    for piece, kind in runs(words, script):
        if kind in SHAPED and (font := font_of(kind, PIXELS, drawn)) is not None:
            pen = ImageDraw.Draw(canvas)
            pen.text((x, BASE), piece, fill=255, font=font, anchor="ls")
            x += float(pen.textlength(piece, font=font))
            continue
        for letter in piece:
            tile, left, top, advance = _tile(letter, kind, script, drawn)
            if tile is not None:
                canvas.paste(255, (round(x) + left, top), tile)
            x += advance
    box = canvas.getbbox() or (0, 0, PIXELS, PIXELS)
    low, high = min(box[1], int(BASE - 0.74 * PIXELS)), max(box[3], int(BASE + 0.08 * PIXELS))
    return canvas.crop((max(box[0] - 2, 0), max(low - 2, 0), box[2] + 2, high + 2))


@lru_cache(maxsize=4096)
def _tile(letter: str, kind: str, script: str, drawn: bool) -> tuple[Image.Image | None, int, int, float]:
    """One letter: its picture, where it begins beside the pen and below the top, how far the pen goes on."""
    canvas = Image.new("L", (4 * PIXELS, 2 * PIXELS), 0)
    pen = ImageDraw.Draw(canvas)
    font = font_of(kind, PIXELS, drawn)
    if font is not None:
        pen.text((PIXELS, BASE), letter, fill=255, font=font, anchor="ls")
        advance = float(pen.textlength(letter, font=font))
    else:
        advance = _letter(pen, letter, kind if kind in HABITS else script, PIXELS, BASE)
    box = canvas.getbbox()
    if box is None:
        return None, 0, 0, advance
    return canvas.crop(box), box[0] - PIXELS, box[1], advance


@lru_cache(maxsize=2)
def _bundled(size: int = PIXELS) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)


def _letter(pen: ImageDraw.ImageDraw, letter: str, script: str, x: float, base: float) -> float:
    """Draw one letter at x on the line `base` by ourselves; how far to go on."""
    if letter.isspace():
        return PIXELS * 0.32
    if unicodedata.category(letter).startswith("M"):
        return 0.0  # its base already carries the habit of the script
    plain, marks = letter, ""
    if ord(letter) > 127:
        parts = unicodedata.normalize("NFD", letter)
        plain, marks = PLAIN.get(parts[0], parts[0]), parts[1:]
    capital = plain[0].isupper()
    size = PIXELS
    if plain in TWINS:
        plain = TWINS[plain]
    elif plain not in LINES and plain.upper() in TWINS:  # a small letter like its capital
        plain, size = TWINS[plain.upper()], int(0.77 * PIXELS)
    if all(ord(c) < 128 for c in plain):
        font = _bundled(size)
        pen.text((x, base), plain, fill=255, font=font, anchor="ls", stroke_width=round(DOT), stroke_fill=255)
        width = float(pen.textlength(plain, font=font)) + 2.0 * DOT
    elif (form := LINES.get(plain) or LINES.get(plain.upper())) is not None:
        tall = PIXELS * (0.70 if capital else 0.53)
        for stroke in form:
            points = [(x + 3.0 * DOT + 0.78 * u * tall, base - v * tall) for u, v in stroke]
            pen.line(points, fill=255, width=round(5 * DOT), joint="curve")
        width = 0.78 * tall + 10.0 * DOT
    else:
        return draw_glyph(pen, ord(letter), script, x, base - 0.72 * PIXELS, PIXELS)
    for k, mark in enumerate(marks[:2]):
        for stroke in ACCENTS.get(mark, ACCENTS["\u0301"]):
            below = stroke[0][1] < 0.0
            foot = base if below else base - PIXELS * ((0.76 if capital else 0.60) + 0.16 * k)
            points = [(x + 0.5 * width + u * PIXELS, foot - v * PIXELS) for u, v in stroke]
            pen.line(points, fill=255, width=round(4 * DOT))
    return width
