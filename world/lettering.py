"""Words as pictures for boards and shop fronts. Knows no scenes.

Latin letters come from the font inside Pillow, with accents drawn above them. All other scripts are drawn by ourselves,
as glyphs that have the habit of the script (a bar along the top, loops, joined bows, squares full of strokes) and
vary from letter to letter: the same everywhere, whatever fonts a machine has; to be told apart, not to be read.
"""

import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from world.lettering_strokes import GREEK_AND_CYRILLIC, HABITS, draw_glyph
from world.raycast_sprites import TEXT_HEIGHT, TEXT_LEVELS, TEXT_WIDTH

PIXELS = 40  # height of a letter while it is drawn
PLAIN = {
    "Đ": "D",
    "đ": "d",
    "Ł": "L",
    "ł": "l",
    "Ø": "O",
    "ø": "o",
    "Æ": "AE",
    "æ": "ae",
    "Œ": "OE",
    "œ": "oe",
    "ß": "ss",
    "Þ": "Th",
    "þ": "th",
    "Ð": "D",
    "ð": "d",
    "ı": "i",
    "Ħ": "H",
    "ħ": "h",
    "Ə": "E",
    "ə": "e",
    "ʻ": "'",
    "ʼ": "'",
    "’": "'",
    "‘": "'",
}


def letter_table(texts: tuple[tuple[str, str], ...]) -> NDArray[np.uint8]:
    """Coverage of every (words, script), with mips below: (n, 2 · TEXT_HEIGHT, TEXT_WIDTH). At least one row."""
    return np.stack([_sheet(words, script) for words, script in texts or ((" ", "latin"),)])


@lru_cache(maxsize=4096)
def _sheet(words: str, script: str) -> NDArray[np.uint8]:
    line = words_picture(words, script)
    scale = min(TEXT_WIDTH * 0.96 / max(line.width, 1), TEXT_HEIGHT * 0.92 / line.height)
    wide = max(int(line.width * max(scale, 0.6 * TEXT_HEIGHT * 0.92 / line.height)), 1)
    wide = min(wide, int(TEXT_WIDTH * 0.98))
    tall = max(int(line.height * min(scale * 1.5, TEXT_HEIGHT * 0.92 / line.height)), 6)
    small = np.asarray(line.resize((wide, tall), Image.Resampling.BOX), dtype=np.float32)
    level = np.zeros((TEXT_HEIGHT, TEXT_WIDTH), dtype=np.float32)
    top, left = (TEXT_HEIGHT - tall) // 2, (TEXT_WIDTH - wide) // 2
    level[top : top + tall, left : left + wide] = small
    sheet = np.zeros((2 * TEXT_HEIGHT, TEXT_WIDTH), dtype=np.uint8)
    high = TEXT_HEIGHT
    for _ in range(TEXT_LEVELS):
        at = 2 * TEXT_HEIGHT - 2 * high
        sheet[at : at + high, : level.shape[1]] = np.round(level)
        level = level.reshape(high // 2, 2, -1, 2).mean(axis=(1, 3))
        high //= 2
    return sheet


def words_picture(words: str, script: str) -> Image.Image:
    """One line of `words` as a grey picture, as wide as it needs."""
    words = words[:24] or " "
    canvas = Image.new("L", (PIXELS * (len(words) + 3) * 2, int(PIXELS * 1.5)), 0)
    pen = ImageDraw.Draw(canvas)
    x = 4.0
    top = PIXELS * 0.32
    for letter in words:
        x += _letter(canvas, pen, letter, script, x, top)
    box = canvas.getbbox() or (0, 0, PIXELS, PIXELS)
    return canvas.crop((max(box[0] - 2, 0), max(box[1] - 2, 0), box[2] + 2, box[3] + 2))


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=PIXELS)


def _letter(canvas: Image.Image, pen: ImageDraw.ImageDraw, letter: str, script: str, x: float, top: float) -> float:
    """Draw one letter at x; how far to go on."""
    if letter.isspace():
        return PIXELS * 0.32
    if unicodedata.category(letter).startswith("M") and script in HABITS:
        return 0.0  # its base already carries the habit of the script
    base = letter
    marks = ""
    if ord(letter) > 127:
        base = PLAIN.get(letter, "")
        if not base:
            parts = unicodedata.normalize("NFD", letter)
            base, marks = parts[0], parts[1:]
    if all(ord(c) < 128 for c in base):
        font = _font()
        pen.text((x, top - PIXELS * 0.18), base, fill=255, font=font, stroke_width=1, stroke_fill=255)
        width = float(pen.textlength(base, font=font))
        for k, _ in enumerate(marks[:2]):
            middle, above = x + width * 0.5, top - PIXELS * (0.06 if base.isupper() else -0.08) - 5 * k
            pen.line((middle - 5, above, middle + 5, above - 5), fill=255, width=4)
        return width + 2.0
    if letter.upper() in GREEK_AND_CYRILLIC:
        return _twin(canvas, pen, letter, x, top)
    return draw_glyph(pen, ord(letter), script, x, top, PIXELS)


def _twin(canvas: Image.Image, pen: ImageDraw.ImageDraw, letter: str, x: float, top: float) -> float:
    """A Greek or Cyrillic letter: its Latin twin, mirrored or not, or lines of its own."""
    form = GREEK_AND_CYRILLIC[letter.upper()]
    scale = 1.0 if letter.isupper() else 0.78
    tall, wide = PIXELS * 0.72 * scale, PIXELS * 0.60 * scale
    bottom = top + PIXELS * 0.72
    if isinstance(form, str):
        font = _font()
        width = int(pen.textlength(form[-1], font=font)) + 2
        tile = Image.new("L", (width, int(PIXELS * 1.2)), 0)
        ImageDraw.Draw(tile).text((1, 0), form[-1], fill=255, font=font, stroke_width=1, stroke_fill=255)
        if form[0] == "<" and len(form) > 1:
            tile = tile.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        box = tile.getbbox() or (0, 0, 1, 1)
        tile = tile.crop(box).resize((max(int((box[2] - box[0]) * scale), 1), max(int(tall), 1)))
        canvas.paste(tile, (int(x), int(bottom - tall)))
        return tile.width + 4.0
    for x0, y0, x1, y1 in form:
        pen.line((x + x0 * wide, bottom - y0 * tall, x + x1 * wide, bottom - y1 * tall), fill=255, width=5)
    return wide + 6.0
