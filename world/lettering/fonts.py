"""Which font draws which script: files that Debian's font packages put at known places. Knows no words.

A panorama must not depend on the machine in silence: `fonts_in_use()` names the file of every script with its
fingerprint, and data sets record it. `HOMING_FONTS=drawn` turns all fonts off; then, and for every script without a
font, `world.lettering.sheets` draws its own letters. Indic, Arabic and South-East Asian letters need a shaping engine
(libraqm, which Pillow's wheels carry); without it these scripts are drawn too.
"""

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont, features

from model.errors import ConfigError

VARIABLE = "HOMING_FONTS"  # "installed" (what is used when it is not set) or "drawn"
ROOTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
_NOTO, _CJK = "truetype/noto/", ("opentype/noto/NotoSansCJK-Bold.ttc", "opentype/noto/NotoSansCJK-Regular.ttc")
_DEJAVU = "truetype/dejavu/DejaVuSansCondensed-Bold.ttf"
_DROID = "truetype/droid/DroidSansFallbackFull.ttf"
# script -> (file below a root, face in it), the best first; DejaVu before Noto, whose hinting costs six times as much
FILES: dict[str, tuple[tuple[str, int], ...]] = {
    "latin": ((_DEJAVU, 0), (_NOTO + "NotoSans-Bold.ttf", 0), ("truetype/liberation/LiberationSans-Bold.ttf", 0)),
    "cyrillic": ((_DEJAVU, 0), (_NOTO + "NotoSans-Bold.ttf", 0), ("truetype/liberation/LiberationSans-Bold.ttf", 0)),
    "greek": ((_DEJAVU, 0), (_NOTO + "NotoSans-Bold.ttf", 0), ("truetype/liberation/LiberationSans-Bold.ttf", 0)),
    "arabic": ((_NOTO + "NotoSansArabic-Bold.ttf", 0), (_NOTO + "NotoNaskhArabic-Bold.ttf", 0), (_DEJAVU, 0)),
    "hebrew": ((_NOTO + "NotoSansHebrew-Bold.ttf", 0), ("truetype/dejavu/DejaVuSans-Bold.ttf", 0)),
    "armenian": ((_DEJAVU, 0), (_NOTO + "NotoSansArmenian-Bold.ttf", 0)),
    "georgian": ((_DEJAVU, 0), (_NOTO + "NotoSansGeorgian-Bold.ttf", 0)),
    "thaana": ((_NOTO + "NotoSansThaana-Bold.ttf", 0),),
    "devanagari": ((_NOTO + "NotoSansDevanagari-Bold.ttf", 0), ("truetype/lohit-devanagari/Lohit-Devanagari.ttf", 0)),
    "bengali": ((_NOTO + "NotoSansBengali-Bold.ttf", 0), ("truetype/lohit-bengali/Lohit-Bengali.ttf", 0)),
    "gurmukhi": ((_NOTO + "NotoSansGurmukhi-Bold.ttf", 0), ("truetype/lohit-punjabi/Lohit-Gurmukhi.ttf", 0)),
    "gujarati": ((_NOTO + "NotoSansGujarati-Bold.ttf", 0), ("truetype/lohit-gujarati/Lohit-Gujarati.ttf", 0)),
    "odia": ((_NOTO + "NotoSansOriya-Bold.ttf", 0), ("truetype/lohit-oriya/Lohit-Odia.ttf", 0)),
    "tamil": ((_NOTO + "NotoSansTamil-Bold.ttf", 0), ("truetype/lohit-tamil/Lohit-Tamil.ttf", 0)),
    "telugu": ((_NOTO + "NotoSansTelugu-Bold.ttf", 0), ("truetype/lohit-telugu/Lohit-Telugu.ttf", 0)),
    "kannada": ((_NOTO + "NotoSansKannada-Bold.ttf", 0), ("truetype/lohit-kannada/Lohit-Kannada.ttf", 0)),
    "malayalam": ((_NOTO + "NotoSansMalayalam-Bold.ttf", 0), ("truetype/lohit-malayalam/Lohit-Malayalam.ttf", 0)),
    "sinhala": ((_NOTO + "NotoSansSinhala-Bold.ttf", 0), ("truetype/lklug-sinhala/lklug.ttf", 0)),
    "thai": ((_NOTO + "NotoSansThai-Bold.ttf", 0), ("opentype/tlwg/Loma-Bold.otf", 0),
             ("truetype/tlwg/Loma-Bold.ttf", 0)),
    "lao": ((_NOTO + "NotoSansLao-Bold.ttf", 0), ("truetype/lao/Phetsarath_OT.ttf", 0)),
    "khmer": ((_NOTO + "NotoSansKhmer-Bold.ttf", 0), ("truetype/khmeros/KhmerOS_sys.ttf", 0)),
    "burmese": ((_NOTO + "NotoSansMyanmar-Bold.ttf", 0),),
    "tibetan": ((_NOTO + "NotoSerifTibetan-Bold.ttf", 0), ("truetype/tibetan-machine/TibetanMachineUni.ttf", 0)),
    "ethiopic": ((_NOTO + "NotoSansEthiopic-Bold.ttf", 0), ("truetype/abyssinica/AbyssinicaSIL-Regular.ttf", 0)),
    "mongolian": ((_NOTO + "NotoSansMongolian-Regular.ttf", 0),),
    "kana": (*((name, 0) for name in _CJK), ("opentype/ipafont-gothic/ipag.ttf", 0), (_DROID, 0)),
    "hangul": (*((name, 1) for name in _CJK), ("truetype/nanum/NanumGothicBold.ttf", 0), (_DROID, 0)),
    "han": (*((name, 2) for name in _CJK), ("truetype/wqy/wqy-zenhei.ttc", 0), (_DROID, 0)),
}  # fmt: skip
# one letter of each script: a file that lacks it is passed over
SAMPLES = {
    "latin": "Ł", "cyrillic": "Щ", "greek": "Ω", "arabic": "ع", "hebrew": "ש", "armenian": "Ե", "georgian": "თ",
    "thaana": "ދ", "devanagari": "क", "bengali": "ক", "gurmukhi": "ਕ", "gujarati": "ક", "odia": "କ", "tamil": "க",
    "telugu": "క", "kannada": "ಕ", "malayalam": "ക", "sinhala": "ක", "thai": "ก", "lao": "ກ", "khmer": "ក",
    "burmese": "က", "tibetan": "ཀ", "ethiopic": "አ", "mongolian": "ᠮ", "kana": "ふ", "hangul": "서", "han": "林",
}  # fmt: skip
NOT_A_LETTER = "\uf123"  # of the private area: no font of the list has it
# Their letters change form with their neighbours, or run from right to left.
SHAPED = frozenset({
    "arabic", "hebrew", "thaana", "devanagari", "bengali", "gurmukhi", "gujarati", "odia", "tamil", "telugu", "kannada",
    "malayalam", "sinhala", "khmer", "burmese", "tibetan", "mongolian", "thai", "lao",
})  # fmt: skip


def drawn_only() -> bool:
    """True when the user asked for drawn letters alone.

    Raises:
        ConfigError: HOMING_FONTS is neither "installed" nor "drawn".
    """
    wish = os.environ.get(VARIABLE, "installed")
    if wish not in ("installed", "drawn"):
        raise ConfigError(f"{VARIABLE} is {wish!r}; set it to 'installed' or 'drawn', or leave it out.")
    return wish == "drawn"


@lru_cache(maxsize=256)
def font_of(script: str, size: int, drawn: bool) -> ImageFont.FreeTypeFont | None:
    """The font of a script in pixels, or None when its letters must be drawn."""
    found = None if drawn else _file_of(script)
    if found is None:
        return None
    engine = ImageFont.Layout.RAQM if script in SHAPED else ImageFont.Layout.BASIC
    return ImageFont.truetype(str(found[0]), size, index=found[1], layout_engine=engine)


def fonts_in_use() -> dict[str, str]:
    """Script -> font file with its face and the first figures of its SHA-256, or "drawn"; data sets record it."""
    drawn = drawn_only()
    used: dict[str, str] = {}
    for script in FILES:
        found = None if drawn else _file_of(script)
        used[script] = "drawn" if found is None else f"{found[0].name}#{found[1]} sha256:{_fingerprint(found[0])}"
    return used


@lru_cache(maxsize=64)
def _file_of(script: str) -> tuple[Path, int] | None:
    if script in SHAPED and not features.check("raqm"):
        return None
    for name, face in FILES.get(script, ()):
        for root in ROOTS:
            if (root / name).is_file() and _covers(root / name, face, SAMPLES[script]):
                return root / name, face
    return None


def _covers(path: Path, face: int, sample: str) -> bool:
    """False for a font that shows its box for missing letters in place of `sample`."""
    font = ImageFont.truetype(str(path), 24, index=face)
    return bytes(font.getmask(sample)) != bytes(font.getmask(NOT_A_LETTER))


@lru_cache(maxsize=64)
def _fingerprint(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:12]
