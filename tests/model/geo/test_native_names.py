"""Names as the town's own signs write them."""

import pytest

from model.geo.native_names import SCRIPTS, native_name, script_of


@pytest.mark.parametrize(
    ("name", "country", "alternatives", "expected"),
    [
        ("Nagoya", "JP", ["名古屋", "名古屋市", "ナゴヤ", "Nagoja"], "名古屋"),
        ("Beilun", "CN", ["北仑", "北侖"], "北仑"),  # the mainland writes simplified
        ("Sofia", "BG", ["Софи", "София", "Софія", "Σόφια"], "София"),
        ("Kazan", "RU", ["Казань", "Казан", "Қазан"], "Казань"),
        ("Riyadh", "SA", ["رياض", "الرياض", "ریاض"], "الرياض"),
        ("Kuwait City", "KW", ["اَلْكُوَيْت"], "الكويت"),
        ("Pátra", "GR", ["Πάτρα", "Патра"], "Πάτρα"),
        ("Busan", "KR", ["부산", "釜山", "プサン"], "부산"),
        ("Chennai", "IN", ["सेंट टॉमस", "சென்னை"], "सेंट टॉमस"),
        ("Lyon", "FR", ["Лион", "里昂"], "Lyon"),
        ("Nowhere", "RU", ["Nirgendwo"], "Nowhere"),
        ("Nowhere", "JP", [], "Nowhere"),
        ("Vienna", "AT", ["Wien", "Wean"], "Wien"),
    ],
)
def test_the_name_fits_country_script_and_sound(name, country, alternatives, expected):
    assert native_name(name, country, "01", alternatives) == expected


def test_in_india_the_script_follows_the_state():
    assert native_name("Chennai", "IN", "25", ["चेन्नई", "சென்னை"]) == "சென்னை"
    assert native_name("Chennai", "IN", "36", ["चेन्नई", "சென்னை"]) == "चेन्नई"


def test_scripts_are_told_apart_letter_by_letter():
    assert [script_of(letter) for letter in "жλ東が A1"] == ["CYRILLIC", "GREEK", "CJK", "HIRAGANA", "", "LATIN", ""]
    assert script_of("") == ""


def test_every_country_with_a_script_is_an_iso_code():
    assert all(len(country) == 2 and country.isupper() for country in SCRIPTS)
