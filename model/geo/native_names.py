"""The name of a town as its own signs write it, chosen from the names that GeoNames lists. Knows no coordinates.

GeoNames' alternate names say nothing of their language. The rule: keep the names written in the country's script, drop
those with letters that the country's usual character set lacks (so Tokyo is 東京 in Japan, not the simplified 东京),
and take the one whose consonants sound most like the Latin name; then, in Arabic, the one with the article, else the
one nearest in length. Without such a name, or in a country that writes Latin, the Latin name stays. Large towns that
English spells its own way are listed in `OWN_NAMES`.
"""

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby

# Country -> scripts as Unicode names them, the preferred first. The others write Latin.
SCRIPTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("RU", "BY", "UA", "BG", "RS", "MK", "KZ", "KG", "TJ", "MN"), ("CYRILLIC",)),
    **dict.fromkeys(
        ("EG", "SA", "AE", "QA", "BH", "KW", "OM", "YE", "IQ", "SY", "JO", "LB", "PS", "LY", "TN", "DZ", "MA", "EH",
         "SD", "MR", "IR", "AF", "PK"), ("ARABIC",)),
    **dict.fromkeys(("CN", "TW", "HK", "MO"), ("CJK",)),
    "JP": ("CJK", "HIRAGANA", "KATAKANA"), "KR": ("HANGUL",), "KP": ("HANGUL",), "GR": ("GREEK",), "CY": ("GREEK",),
    "IL": ("HEBREW",), "IN": ("DEVANAGARI",), "NP": ("DEVANAGARI",), "BD": ("BENGALI",), "LK": ("SINHALA",),
    "TH": ("THAI",), "LA": ("LAO",), "KH": ("KHMER",), "MM": ("MYANMAR",), "BT": ("TIBETAN",), "GE": ("GEORGIAN",),
    "AM": ("ARMENIAN",), "ET": ("ETHIOPIC",), "ER": ("ETHIOPIC",), "MV": ("THAANA",),
}  # fmt: skip

# Character sets that tell the script's languages apart. The first that can spell a name wins.
CHARACTER_SETS = {
    "JP": "shift_jis", "CN": "gb2312", "TW": "big5", "HK": "big5", "MO": "big5", "KR": "euc_kr", "KP": "euc_kr",
    "RU": "iso8859_5", "GR": "iso8859_7", "CY": "iso8859_7", "IL": "iso8859_8", "TH": "cp874", "IR": "cp1256",
    **dict.fromkeys(("EG", "SA", "AE", "QA", "BH", "KW", "OM", "YE", "IQ", "SY", "JO", "LB", "PS", "LY", "TN", "DZ",
                     "MA", "EH", "SD", "MR"), "iso8859_6"),
}  # fmt: skip

# Letters of an alphabet that a country does not use although the script has them.
FOREIGN_LETTERS = {
    "RU": "ѓђєіїјљњћќўџ", "BG": "ыэёіїєўњљћђјџ", "UA": "ыэёъўњљћђјџ", "BY": "иїєъњљћђјџ", "RS": "йщъыьэюяёіїєў",
    "MK": "йщъыьэюяёіїєўђћ", "KG": "іїєўђћљњќџ", "TJ": "іїєўђћљњќџ", "MN": "іїєўђћљњќџ", "KZ": "їєўђћљњќџ",
    "PK": "ەېۇۆۋۈې",
}  # fmt: skip

# In India the script changes with the state (GeoNames admin-1 codes).
INDIAN_SCRIPTS = {"25": "TAMIL", "02": "TELUGU", "40": "TELUGU", "13": "MALAYALAM", "19": "KANNADA", "28": "BENGALI",
                  "26": "BENGALI", "09": "GUJARATI", "23": "GURMUKHI", "21": "ORIYA"}  # fmt: skip

# Names that English does not take from the country's own language: (country, GeoNames name) -> own name.
OWN_NAMES = {
    ("UA", "Kharkiv"): "Харків", ("UA", "Dnipro"): "Дніпро", ("UA", "Odesa"): "Одеса", ("KZ", "Astana"): "Астана",
    ("CN", "Shanghai"): "上海", ("PK", "Karachi"): "کراچی", ("PK", "Peshawar"): "پشاور", ("SA", "Jeddah"): "جدة",
    ("AM", "Yerevan"): "Երևան", ("AT", "Vienna"): "Wien", ("BE", "Antwerp"): "Antwerpen",
    ("BE", "Brussels"): "Bruxelles", ("CH", "Geneva"): "Genève", ("CN", "Beijing"): "北京",
    ("CU", "Havana"): "La Habana", ("CY", "Nicosia"): "Λευκωσία", ("CZ", "Prague"): "Praha",
    ("DE", "Cologne"): "Köln", ("DE", "Munich"): "München", ("DE", "Nuremberg"): "Nürnberg",
    ("DK", "Copenhagen"): "København", ("DZ", "Algiers"): "الجزائر", ("EG", "Alexandria"): "الإسكندرية",
    ("EG", "Cairo"): "القاهرة", ("ES", "Seville"): "Sevilla", ("ES", "Valencia"): "València",
    ("GE", "Tbilisi"): "თბილისი", ("GR", "Athens"): "Αθήνα", ("HK", "Hong Kong"): "香港",
    ("IL", "Jerusalem"): "ירושלים", ("IN", "Delhi"): "दिल्ली", ("IN", "Kolkata"): "কলকাতা",
    ("IN", "New Delhi"): "नई दिल्ली", ("IR", "Tehran"): "تهران", ("IT", "Florence"): "Firenze",
    ("IT", "Genoa"): "Genova", ("IT", "Milan"): "Milano", ("IT", "Naples"): "Napoli", ("IT", "Rome"): "Roma",
    ("IT", "Turin"): "Torino", ("IT", "Venice"): "Venezia", ("JP", "Tokyo"): "東京",
    ("KH", "Phnom Penh"): "ភ្នំពេញ", ("KR", "Seoul"): "서울", ("KW", "Kuwait City"): "الكويت",
    ("LA", "Vientiane"): "ວຽງຈັນ", ("LU", "Luxembourg"): "Lëtzebuerg", ("LY", "Tripoli"): "طرابلس",
    ("MA", "Casablanca"): "الدار البيضاء", ("MA", "Marrakesh"): "مراكش", ("MA", "Rabat"): "الرباط",
    ("MM", "Yangon"): "ရန်ကုန်", ("MX", "Mexico City"): "Ciudad de México", ("NL", "The Hague"): "Den Haag",
    ("PL", "Warsaw"): "Warszawa", ("PS", "East Jerusalem"): "القدس الشرقية", ("PT", "Lisbon"): "Lisboa",
    ("QA", "Doha"): "الدوحة", ("RO", "Bucharest"): "București", ("RS", "Belgrade"): "Београд",
    ("RU", "Moscow"): "Москва", ("RU", "Saint Petersburg"): "Санкт-Петербург", ("SA", "Mecca"): "مكة المكرمة",
    ("SE", "Gothenburg"): "Göteborg", ("SY", "Damascus"): "دمشق", ("TH", "Bangkok"): "กรุงเทพฯ",
    ("TN", "Tunis"): "تونس", ("TR", "Istanbul"): "İstanbul", ("UA", "Kyiv"): "Київ", ("VN", "Hanoi"): "Hà Nội",
    ("VN", "Ho Chi Minh City"): "Thành phố Hồ Chí Minh",
}  # fmt: skip

_ARTICLE, _LATIN_ARTICLE = "ال", re.compile(r"^(a|e)[a-zşţḑz̧]{1,2}[ -]")

# Letters whose Unicode name does not begin with their sound.
_SILENT = frozenset(
    {"ALEF", "AIN", "HAMZA", "YEH", "WAW", "YOD", "VAV", "AYIN", "SOFT", "HARD", "ALPHA", "OMEGA", "E", "MARBUTA"}
)
_SOUND = {"QAF": "k", "KAF": "k", "QOF": "k", "TAV": "t", "THETA": "t", "CHI": "k", "XI": "k", "PSI": "p", "VE": "v",
          "BETA": "v", "TSE": "s", "TSADI": "s", "TSHE": "s", "HA": "h", "SHIN": "s", "SHA": "s", "ZHE": "z",
          "CHE": "s", "JE": "j", "JEEM": "j", "GHAIN": "g", "KHAH": "k", "DZHE": "z", "PHI": "f", "KEHEH": "k",
          "MAKSURA": ""}  # fmt: skip
_LATIN = str.maketrans({"c": "k", "q": "k", "x": "k", "w": "v", "y": ""})


def native_name(name: str, country: str, region_code: str, alternatives: Sequence[str]) -> str:
    """The town's name in its country's script, or `name` where the country writes Latin or no such name is listed."""
    if (country, name) in OWN_NAMES:
        return OWN_NAMES[country, name]
    scripts = SCRIPTS.get(country)
    if scripts is None:
        return name
    if country == "IN" and region_code in INDIAN_SCRIPTS:
        scripts = (INDIAN_SCRIPTS[region_code], *scripts)
    for script in scripts:
        written = [_without_vowel_marks(other) for other in alternatives if _written_in(other, script)]
        written = [other for other in written if len(other) > 1] or written  # 沪 is a nickname of 上海
        fitting = [other for other in written if _spelled_in(other, country)] or written
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            return max(fitting, key=lambda other: _fit(other, name, script))
    return name


def _fit(other: str, name: str, script: str) -> tuple[float, int, int, int, int, str]:
    """How well one of several names in the right script fits the Latin one: the larger, the better."""
    soft = other.count("ь") + other.count("ъ")  # Казань, not Казан; unheard in the Latin name
    # A character of Chinese or Japanese is a syllable: its length says nothing.
    length = 0 if script == "CJK" else -abs(len(other) - soft - len(name))
    arabic = other.startswith(_ARTICLE) + other.endswith("ة")
    return _alike(_consonants(other), _consonants(name)), arabic, length, soft, -len(other), other


def _written_in(name: str, script: str) -> bool:
    return script_of(name[:1]) == script and all(script_of(letter) in (script, "") for letter in name)


def _spelled_in(name: str, country: str) -> bool:
    if any(letter in name.lower() for letter in FOREIGN_LETTERS.get(country, "")):
        return False
    try:
        name.replace("\u200c", "").encode(CHARACTER_SETS.get(country, "utf-8"))
    except UnicodeEncodeError:
        return False
    return True


def _without_vowel_marks(name: str) -> str:
    """Arabic without the marks that only school books print."""
    return "".join(letter for letter in name if not "\u064b" <= letter <= "\u0652")


def _alike(a: str, b: str) -> float:
    if not a or not b:
        return 0.0
    return round(SequenceMatcher(None, a, b, autojunk=False).ratio(), 2)


def _consonants(name: str) -> str:
    """What is heard of a name in any script, without article, vowels and doubled letters."""
    plain = name.removeprefix(_ARTICLE) if name.startswith(_ARTICLE) else _LATIN_ARTICLE.sub("", name.casefold())
    return "".join(letter for letter, _ in groupby(_sound(letter) for letter in plain.casefold()) if letter)


@lru_cache(maxsize=20_000)
def script_of(letter: str) -> str:
    """The script of a character by its Unicode name ("CYRILLIC"); empty for spaces, hyphens, marks and digits."""
    if not letter or not (letter.isalpha() or unicodedata.category(letter) in ("Mn", "Mc")):
        return ""
    return unicodedata.name(letter, "").split(" ")[0]


@lru_cache(maxsize=20_000)
def _sound(letter: str) -> str:
    """The first consonant of the letter's own name (МЕ: "EM" -> m): enough to compare names across scripts."""
    plain = unicodedata.normalize("NFKD", letter)[:1]
    if "a" <= plain <= "z":
        return "" if plain in "aeiou" else plain.translate(_LATIN)
    words = unicodedata.name(letter, "").split(" ")
    if len(words) < 3 or "VOWEL" in words or "SIGN" in words or words[0] == "CJK":
        return ""
    word = words[-1] if "WITH" not in words else words[words.index("WITH") - 1]
    if word in _SILENT:
        return ""
    if word in _SOUND:
        return _SOUND[word]
    consonants = [part for part in word.lower() if "a" <= part <= "z" and part not in "aeiou"]
    return consonants[0].translate(_LATIN) if consonants else ""
