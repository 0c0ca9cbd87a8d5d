import numpy as np
import pytest

from world.lettering import letter_table, words_picture
from world.lettering_strokes import HABITS
from world.raycast_sprites import TEXT_HEIGHT, TEXT_WIDTH

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


def test_every_script_looks_different_from_every_other():
    table = letter_table(tuple((words, script) for script, words in WORDS.items()))[:, :TEXT_HEIGHT].astype(int)
    for i in range(len(table)):
        assert table[i].mean() > 8
        for j in range(i):
            assert np.abs(table[i] - table[j]).mean() > 12


@pytest.mark.parametrize(
    ("script", "first"),
    [("han", 0x6797), ("hangul", 0xC11C), ("arabic", 0x0628), ("thai", 0x0E01), ("devanagari", 0x0915)],
)
def test_letters_of_one_script_vary_and_a_letter_is_always_the_same(script, first):
    letters = [chr(first + k) for k in range(12)]
    forms = {words_picture(c, script).tobytes() for c in letters}
    assert len(forms) >= 3
    assert forms == {words_picture(c, script).tobytes() for c in letters}


def test_accents_are_drawn_above_their_letter():
    plain, accented = words_picture("Alesund", "latin"), words_picture("Álesund", "latin")
    assert accented.height > plain.height


def test_cyrillic_mirrors_what_latin_lacks():
    letter, twin = (np.asarray(words_picture(c, "cyrillic"), dtype=int) for c in "ЯR")
    assert letter[:, : letter.shape[1] // 2].sum() < letter[:, letter.shape[1] // 2 :].sum()
    assert twin[:, : twin.shape[1] // 2].sum() > twin[:, twin.shape[1] // 2 :].sum()


@pytest.mark.parametrize("words", ["", " ", "x" * 200, "\u0301", "🙂", "a\nb"])
def test_odd_words_make_a_sheet_too(words):
    table = letter_table(((words, "latin"),))
    assert table.shape == (1, 2 * TEXT_HEIGHT, TEXT_WIDTH)


def test_an_unknown_script_is_drawn_with_corners():
    assert np.asarray(words_picture("ᚠᚢᚦ", "runic")).mean() > 5
    assert "runic" not in HABITS


def test_no_words_at_all_still_give_one_row_to_read():
    assert letter_table(()).shape[0] == 1


def test_coarser_levels_keep_the_ink():
    sheet = letter_table((("HOTEL", "latin"),))[0].astype(float)
    assert sheet[TEXT_HEIGHT : TEXT_HEIGHT * 3 // 2, : TEXT_WIDTH // 2].mean() == pytest.approx(
        sheet[:TEXT_HEIGHT].mean(), abs=1.5
    )
