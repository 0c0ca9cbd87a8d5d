"""Which script a letter belongs to. Knows no fonts and no countries.

The blocks are those of the Unicode standard (Blocks.txt), as far as towns of the atlas are written in them.
"""

from functools import lru_cache

SCRIPTS: tuple[tuple[str, int, int], ...] = (
    ("greek", 0x0370, 0x03FF), ("cyrillic", 0x0400, 0x052F), ("armenian", 0x0530, 0x058F), ("hebrew", 0x0590, 0x05FF),
    ("arabic", 0x0600, 0x077F), ("thaana", 0x0780, 0x07BF), ("devanagari", 0x0900, 0x097F), ("bengali", 0x0980, 0x09FF),
    ("gurmukhi", 0x0A00, 0x0A7F), ("gujarati", 0x0A80, 0x0AFF), ("odia", 0x0B00, 0x0B7F), ("tamil", 0x0B80, 0x0BFF),
    ("telugu", 0x0C00, 0x0C7F), ("kannada", 0x0C80, 0x0CFF), ("malayalam", 0x0D00, 0x0D7F), ("sinhala", 0x0D80, 0x0DFF),
    ("thai", 0x0E00, 0x0E7F), ("lao", 0x0E80, 0x0EFF), ("tibetan", 0x0F00, 0x0FFF), ("burmese", 0x1000, 0x109F),
    ("georgian", 0x10A0, 0x10FF), ("hangul", 0x1100, 0x11FF), ("ethiopic", 0x1200, 0x139F), ("khmer", 0x1780, 0x17FF),
    ("mongolian", 0x1800, 0x18AF), ("kana", 0x3040, 0x30FF), ("hangul", 0x3130, 0x318F), ("han", 0x3400, 0x9FFF),
    ("hangul", 0xAC00, 0xD7AF), ("arabic", 0xFB50, 0xFDFF), ("arabic", 0xFE70, 0xFEFF),
)  # fmt: skip


@lru_cache(maxsize=8192)
def letter_script(letter: str) -> str:
    """The script of one letter; "" for digits, spaces, marks and whatever every script shares."""
    code = ord(letter)
    for script, first, last in SCRIPTS:
        if first <= code <= last:
            return script
    return "latin" if letter.isalpha() else ""


def script_of(text: str, usual: str) -> str:
    """The script that `text` is written in; Han characters in Japan count as kana, an empty text as the usual one."""
    first = next((s for letter in text if (s := letter_script(letter))), "")
    if first == "han" and usual == "kana":
        return "kana"
    return first or ("latin" if text else usual)


def runs(text: str, usual: str) -> list[tuple[str, str]]:
    """`text` cut where its script changes: (piece, script); what all scripts share stays with the piece before it."""
    pieces: list[tuple[str, str]] = []
    for letter in text:
        script = letter_script(letter)
        if script == "han" and usual in ("kana", "hangul"):
            script = usual
        if pieces and script in ("", pieces[-1][1]):
            pieces[-1] = (pieces[-1][0] + letter, pieces[-1][1])
        else:
            pieces.append((letter, script or "latin"))
    return pieces
