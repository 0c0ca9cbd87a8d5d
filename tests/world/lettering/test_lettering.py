"""Words as pictures, in the fonts of the machine and in letters of our own."""

import numpy as np
import pytest

from model.errors import ConfigError
from world.draw.textures import TEXT_HEIGHT, TEXT_WIDTH
from world.earth.scripts import SCRIPTS
from world.lettering import fonts as lettering_fonts
from world.lettering.fonts import FILES, SHAPED, fonts_in_use
from world.lettering.glyphs import HABITS
from world.lettering.sheets import filled_share, letter_table, words_picture
from world.lettering.strokes import LINES, TWINS

WORDS = {
    "latin": "Ålesund",
    "cyrillic": "Москва",
    "greek": "Αθήνα",
    "arabic": "القاهرة",
    "hebrew": "ירושלים",
    "devanagari": "लखनऊ",
    "thai": "เชียงใหม่",
    "hangul": "서울",
    "han": "桂林",
    "kana": "ふじ",
    "georgian": "თბილისი",
    "armenian": "Երևան",
    "ethiopic": "አዲስ",
}


@pytest.fixture
def drawn(monkeypatch):
    """No fonts: every letter is ours."""
    monkeypatch.setenv(lettering_fonts.VARIABLE, "drawn")


def test_every_script_looks_different_from_every_other(drawn):
    table = letter_table(tuple((words, script) for script, words in WORDS.items()))[:, :TEXT_HEIGHT].astype(int)
    for i in range(len(table)):
        assert table[i].mean() > 8
        for j in range(i):
            assert np.abs(table[i] - table[j]).mean() > 12


@pytest.mark.parametrize(
    ("script", "first"),
    [("han", 0x6797), ("hangul", 0xC11C), ("arabic", 0x0628), ("thai", 0x0E01), ("devanagari", 0x0915)],
)
def test_drawn_letters_of_one_script_vary_and_a_letter_is_always_the_same(drawn, script, first):
    letters = [chr(first + k) for k in range(12)]
    forms = {words_picture(c, script).tobytes() for c in letters}
    assert len(forms) >= 3
    assert forms == {words_picture(c, script).tobytes() for c in letters}


def test_accents_are_drawn_above_their_letter(drawn):
    plain, accented = words_picture("Alesund", "latin"), words_picture("Álesund", "latin")
    assert accented.height > plain.height


def test_accents_tell_letters_apart(drawn):
    forms = {words_picture(letter, "latin").tobytes() for letter in "aáàâãäåāąăeéèêëęěoóòôõöősšşśș"}
    assert len(forms) == len("aáàâãäåāąăeéèêëęěoóòôõöősšşśș")


@pytest.mark.parametrize(
    ("letters", "script"),
    [("АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ", "cyrillic"), ("абвгдежзиклмнпрстуфхцчшщъыьэюя", "cyrillic"),
     ("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", "greek"), ("αβγδεζηθικλμνξοπρσςτυφχψω", "greek")],
)  # fmt: skip
def test_drawn_alphabets_have_a_form_of_their_own_for_each_letter(drawn, letters, script):
    for letter in letters:
        plain = letter if letter in LINES or letter in TWINS else letter.upper()
        assert plain in LINES or plain in TWINS, letter
    assert len({words_picture(letter, script).tobytes() for letter in letters}) == len(letters)


def test_cyrillic_ya_is_no_mirrored_r_by_accident(drawn):
    letter, twin = (np.asarray(words_picture(c, "cyrillic"), dtype=int) for c in "ЯR")
    assert letter[:, : letter.shape[1] // 2].sum() < letter[:, letter.shape[1] // 2 :].sum()
    assert twin[:, : twin.shape[1] // 2].sum() > twin[:, twin.shape[1] // 2 :].sum()


@pytest.mark.parametrize("words", ["", " ", "x" * 200, "\u0301", "🙂", "a\nb"])
def test_odd_words_make_a_sheet_too(words):
    table = letter_table(((words, "latin"),))
    assert table.shape == (1, 2 * TEXT_HEIGHT, TEXT_WIDTH)


def test_an_unknown_script_is_drawn_with_corners(drawn):
    assert np.asarray(words_picture("ᚠᚢᚦ", "runic")).mean() > 5
    assert "runic" not in HABITS


def test_no_words_at_all_still_give_one_row_to_read():
    assert letter_table(()).shape[0] == 1


@pytest.mark.parametrize("words", ["HOTEL", "桂林\nGuilin", "SPEED\nLIMIT\n55"])
def test_coarser_levels_keep_the_ink(words):
    sheet = letter_table(((words, "han"),))[0].astype(float)
    fine = sheet[:TEXT_HEIGHT].mean()
    assert sheet[TEXT_HEIGHT : TEXT_HEIGHT * 3 // 2, : TEXT_WIDTH // 2].mean() == pytest.approx(fine, abs=1.5)


def test_long_words_fill_more_of_a_sheet_and_nothing_fills_none():
    assert (
        0.0 == filled_share(" ", "latin") < filled_share("Ulm", "latin") < filled_share("Ludwigsburg", "latin") <= 1.0
    )


def test_lines_stand_below_each_other_and_a_number_alone_is_large(drawn):
    sheet = letter_table((("Αθήνα\nAthina", "greek"), ("SPEED\nLIMIT\n55", "latin")))[:, :TEXT_HEIGHT].max(axis=2)
    rows = [np.flatnonzero(np.diff(np.concatenate([[0], line > 60, [0]]).astype(int))) for line in sheet]
    assert len(rows[0]) >= 4  # two lines with a gap between
    heights = rows[1][1::2] - rows[1][::2]
    assert heights[-1] == heights.max()


def test_figures_and_latin_letters_stay_themselves_beside_any_script(drawn):
    plain = words_picture("12", "latin")
    for script in HABITS:
        assert words_picture("12", script).tobytes() == plain.tobytes()


def test_the_fonts_in_use_are_named_with_a_fingerprint_or_drawn():
    used = fonts_in_use()
    assert set(used) == set(FILES)
    assert all(entry == "drawn" or "sha256:" in entry for entry in used.values())


def test_the_user_can_force_drawn_letters(drawn):
    assert set(fonts_in_use().values()) == {"drawn"}


def test_a_choice_of_fonts_that_does_not_exist_is_refused(monkeypatch):
    monkeypatch.setenv(lettering_fonts.VARIABLE, "comic")
    with pytest.raises(ConfigError, match=r"'comic'.*'installed' or 'drawn'"):
        letter_table((("a", "latin"),))


@pytest.fixture
def forgetful():
    """Caches of fonts are emptied before and after."""
    for cached in (lettering_fonts._file_of, lettering_fonts.font_of):
        cached.cache_clear()
    yield
    for cached in (lettering_fonts._file_of, lettering_fonts.font_of):
        cached.cache_clear()


def test_without_font_files_everything_is_drawn(forgetful, monkeypatch, tmp_path):
    monkeypatch.setattr(lettering_fonts, "ROOTS", (tmp_path,))
    assert set(fonts_in_use().values()) == {"drawn"}
    assert lettering_fonts.font_of("thai", 20, False) is None


def test_without_a_shaping_engine_scripts_that_need_one_are_drawn(forgetful, monkeypatch):
    monkeypatch.setattr(lettering_fonts.features, "check", lambda name: False)
    used = fonts_in_use()
    assert {used[script] for script in SHAPED} == {"drawn"}


def test_a_font_that_lacks_the_script_is_passed_over(forgetful, monkeypatch, tmp_path):
    found = next((root / "truetype/dejavu/DejaVuSans.ttf" for root in lettering_fonts.ROOTS), None)
    if found is None or not found.is_file():
        pytest.skip("DejaVu is not installed here.")
    monkeypatch.setattr(lettering_fonts, "ROOTS", (found.parent,))
    monkeypatch.setattr(lettering_fonts, "FILES", {"han": ((found.name, 0),), "latin": ((found.name, 0),)})
    used = fonts_in_use()
    assert used["han"] == "drawn" and used["latin"].startswith("DejaVuSans.ttf#0 sha256:")


def test_every_script_of_unicode_that_we_know_has_fonts_and_a_habit():
    scripts = {script for script, _, _ in SCRIPTS}
    assert scripts <= set(FILES) and scripts <= set(HABITS)
    assert set(lettering_fonts.SAMPLES) == set(FILES)
