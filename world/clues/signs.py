"""Signs: the board with the nearest town's name, and the shape and colours of warnings and chevrons.

Rules: the name is the town's own in its own script (atlas), colours and shapes follow the country table (the Vienna
Convention's triangles in Europe, Africa and much of Asia; the yellow diamond of the MUTCD in the Americas, Oceania and
around); distances in km, or miles where they are used.
"""

from world.clues.site import Site
from world.colour import NAMED
from world.scene import Signs
from world.streams import Stream

NOTHING = Signs(
    text="",
    distance="",
    script="latin",
    board_rgb=NAMED["grey"],
    text_rgb=NAMED["white"],
    border_rgb=NAMED["white"],
    warning_shape="triangle",
    warning_rgb=NAMED["white"],
    warning_border_rgb=NAMED["red"],
    chevron_rgb=NAMED["white"],
    chevron_mark_rgb=NAMED["red"],
    shown=False,
)
SCRIPTS = (
    ("cyrillic", "Ѐ", "ӿ"), ("greek", "Ͱ", "Ͽ"), ("armenian", "԰", "֏"), ("hebrew", "֐", "׿"), ("arabic", "؀", "ۿ"),
    ("devanagari", "ऀ", "ॿ"), ("bengali", "ঀ", "৿"), ("tamil", "஀", "௿"), ("sinhala", "඀", "෿"), ("thai", "฀", "๿"),
    ("lao", "຀", "໿"), ("tibetan", "ༀ", "࿿"), ("burmese", "က", "႟"), ("georgian", "Ⴀ", "ჿ"), ("hangul", "가", "힣"),
    ("ethiopic", "ሀ", "፿"), ("khmer", "ក", "៿"), ("kana", "぀", "ヿ"), ("han", "一", "鿿"),
)  # fmt: skip
KM_PER_MILE = 1.609344


def draw(site: Site, rng: Stream) -> Signs:
    """The signs along the road."""
    country, place = site.country, site.place
    text = place.native_town[:22]
    away = site.town_distance_km
    if away < 1.0:
        distance = ""
    elif country.miles:
        distance = f"{max(1, round(away / KM_PER_MILE))} mi"
    else:
        distance = f"{max(1, round(away))} km"
    return Signs(
        text=text,
        distance=distance,
        script=script_of(text, country.script),
        board_rgb=country.board_rgb,
        text_rgb=country.text_rgb,
        border_rgb=country.text_rgb,
        warning_shape=country.warning_shape,
        warning_rgb=country.warning_rgb,
        warning_border_rgb=country.warning_border_rgb,
        chevron_rgb=country.chevron_rgb,
        chevron_mark_rgb=country.chevron_mark_rgb,
        shown=rng.chance(0.92),
    )


def script_of(text: str, usual: str) -> str:
    """The script that `text` is written in; Han characters in Japan count as kana, an empty text as the usual one."""
    for letter in text:
        for script, first, last in SCRIPTS:
            if first <= letter <= last:
                return "kana" if script == "han" and usual == "kana" else script
    return "latin" if text else usual
