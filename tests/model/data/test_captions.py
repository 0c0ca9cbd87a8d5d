import numpy as np
import pytest

from model.data.captions import caption, compass_of, with_article

PLACE = {"country": "NL", "country_name": "Netherlands", "region": "Utrecht", "town": "Zeist", "koppen": "Cfb",
         "driving_side": "right"}  # fmt: skip


def many(n=4000, **options):
    rng = np.random.default_rng(0)
    return [caption(PLACE, rng, **options) for _ in range(n)]


def share(texts, *words):
    return np.mean([all(word in text for word in words) for text in texts])


def test_parts_are_said_as_often_as_in_the_paper():
    texts = many(heading_deg=90.0, month=7)
    located = [text for text in texts if "Netherlands" in text]
    assert share(texts, "climate") == pytest.approx(0.4, abs=0.03)
    assert share(texts, "right side") == pytest.approx(0.6 * 0.3, abs=0.03)
    assert share(texts, "facing east") == pytest.approx(0.3, abs=0.03)
    assert share(texts, "July") == pytest.approx(0.3, abs=0.03)
    assert share(located, "Utrecht") == pytest.approx(0.6, abs=0.03)
    assert share(located, "Zeist") == pytest.approx(0.4, abs=0.03)
    assert share([t for t in texts if "climate" in t], "Netherlands") == pytest.approx(0.7, abs=0.04)
    assert all("Netherlands" in text for text in texts if "climate" not in text)


def test_optional_sentences_come_in_any_order_after_the_location():
    texts = [text for text in many(heading_deg=0.0, month=1) if "facing" in text and "January" in text]
    first = [text.index("facing") < text.index("January") for text in texts]
    assert 0.3 < np.mean(first) < 0.7
    assert all(text.index("Netherlands") < text.index("facing") for text in texts if "Netherlands" in text)


def test_what_is_not_known_is_not_said():
    texts = many(500)
    assert share(texts, "facing") == 0
    assert share(texts, "taken in") == 0
    rng = np.random.default_rng(1)
    bare = [caption({"lat": 1.0, "region": float("nan")}, rng) for _ in range(200)]
    assert set(bare) == {"A Street View photo from somewhere on Earth."}


def test_photos_always_name_town_and_region_and_never_compass_or_month():
    texts = many(1000, heading_deg=0.0, month=1, style="photo")
    located = [text for text in texts if "Netherlands" in text]
    assert share(located, "Zeist", "Utrecht") == 1
    assert share(texts, "facing") == share(texts, "January") == 0
    assert share(texts, "Street View") == 0


def test_the_same_seed_gives_the_same_words():
    assert many(50, heading_deg=10.0) == many(50, heading_deg=10.0)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Netherlands", "the Netherlands"), ("The Netherlands", "the Netherlands"), ("France", "France"),
        ("United States", "the United States"), ("Solomon Islands", "the Solomon Islands"),
        ("Dominican Republic", "the Dominican Republic"), ("Iceland", "Iceland"),
    ],
)  # fmt: skip
def test_countries_get_an_article_where_their_name_wants_one(name, expected):
    assert with_article(name) == expected


@pytest.mark.parametrize(
    ("heading", "name"),
    [(0, "north"), (44.9, "north"), (45, "east"), (135, "south"), (225, "west"), (315, "north"), (360, "north"),
     (-90, "west")],
)  # fmt: skip
def test_quadrants_meet_between_the_cardinal_points(heading, name):
    assert compass_of(heading) == name
