import numpy as np
import pandas as pd
import pytest

from model.data.caption_source import CaptionSource


@pytest.fixture
def frame():
    return pd.DataFrame({
        "country": ["NL", "TD", "NL", None], "country_name": ["Netherlands", "Chad", "Netherlands", None],
        "region": ["Utrecht", None, "Friesland", None], "town": ["Zeist", "Abéché", "", None],
        "month": [7, 1, None, 13],
        "heading_deg": [0.0, 45.0, None, 10.0], "image_0": "x", "image_1": "x", "image_2": "x", "image_3": "x",
    })  # fmt: skip


def test_a_caption_is_the_same_for_its_view_and_epoch_whoever_asks_and_another_in_the_next_epoch(frame):
    source = CaptionSource(pd.concat([frame] * 20, ignore_index=True), "street_view")
    rows, views = np.arange(80), np.arange(80) % 4
    one = source.captions(rows, views, seed=0, epoch=2)
    assert one == source.captions(rows, views, 0, 2)
    assert one[7:9] == source.captions(rows[7:9], views[7:9], 0, 2)  # not by the batch it comes in
    for others in (source.captions(rows, views, 0, 3), source.captions(rows, views, 1, 2)):
        assert sum(a != b for a, b in zip(one, others, strict=True)) > 20
    again = source.captions(rows, (views + 1) % 4, 0, 2)
    assert sum(a != b for a, b in zip(one, again, strict=True)) > 20


def test_captions_say_what_the_row_knows(frame):
    source = CaptionSource(frame, "street_view")
    many = [[source.caption(row, 1, np.random.default_rng(i)) for i in range(200)] for row in range(4)]
    assert any("close to the town of Zeist in the region of Utrecht in the Netherlands" in text for text in many[0])
    assert any("July" in text for text in many[0])
    assert any("facing east" in text for text in many[0])
    assert not any("the region of" in text for text in many[1])
    assert any("facing south" in text for text in many[1])  # 45° + 90° = 135°
    assert not any("town" in text or "taken in" in text for text in many[2])
    assert {text.split(". ")[0].rstrip(".") for text in many[3]} == {"A Street View photo from somewhere on Earth"}
    assert not any("taken in" in text for text in many[3])  # there is no month 13


def test_a_panorama_is_a_whole_ring(frame):
    ring = CaptionSource(frame[["country"]].assign(image="x", views=4), "street_view")
    assert ring.heading.tolist()[0] == 0.0  # and of a single photo nobody knows
    assert ring.captions([0], [0], 0, 0)


def test_every_country_has_one_sentence_by_its_name(frame):
    codes, sentences = CaptionSource(frame, "street_view").country_prompts()
    assert codes == ["NL", "TD"]
    assert sentences == ["A Street View photo in the Netherlands.", "A Street View photo in Chad."]
    assert CaptionSource(frame, "photo").country_prompts()[1][1] == "A photo in Chad."
    assert CaptionSource(frame[["town"]], "photo").country_prompts() == ([], [])
    assert CaptionSource(frame[["country"]], "photo").country_prompts()[1] == ["A photo in NL.", "A photo in TD."]


def test_words_are_kept_once_however_many_rows_say_them():
    """A hundred thousand rows of three words cost bytes a row, not records."""
    frame = pd.DataFrame({"country_name": np.array(["Chad", "Mali", "Niger"], object)[np.arange(100_000) % 3]})
    source = CaptionSource(frame, "photo")
    kept = sum(codes.nbytes for codes in source.codes.values()) + source.month.nbytes + source.heading.nbytes
    assert kept < 20 * len(frame)
    assert len(source) == 100_000
    assert source.place(4)["country_name"] == "Mali"
