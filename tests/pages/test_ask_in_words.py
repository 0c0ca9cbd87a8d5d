"""Ask in words: nothing is opened before somebody asks; captions get bars; one goes down from the world to a city."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from model.errors import ArtifactError, ConfigError
from model.geolocator import SYSTEMS, is_here
from pages.components import resources

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]


def named(*rows: tuple[str, str, float]) -> list[SimpleNamespace]:
    return [SimpleNamespace(key=key, name=name, share=share) for key, name, share in rows]


class FakeWords:
    """Knows two parts of the world."""

    def captions(self, captions: list[str]) -> list[SimpleNamespace]:
        """The first caption always wins."""
        if "x" * 9 in captions:
            raise ConfigError("looked for captions of 1 to 500 characters, found one of 501; shorten it.")
        rest = 0.4 / max(len(captions) - 1, 1)
        return named(*((one, one, 0.6 if k == 0 else rest) for k, one in enumerate(captions)))

    def parts(self) -> list[SimpleNamespace]:
        """The likeliest first."""
        return named(("Europe", "Europe", 0.7), ("Asia", "Asia", 0.3))

    def countries(self, part: str) -> list[SimpleNamespace]:
        """Two of each."""
        known = {"Europe": (("AT", "Austria", 0.8), ("EE", "Estonia", 0.2)), "Asia": (("JP", "Japan", 1.0),)}
        return named(*known[part])

    def cities(self, country: str) -> list[SimpleNamespace]:
        """One of each."""
        return named(("1", {"AT": "Vienna", "EE": "Tartu", "JP": "Osaka"}[country], 1.0))


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures the model was handed, each time that it was asked in words."""
    asked: list[int] = []

    def in_words(images: list[bytes]) -> FakeWords:
        asked.append(len(images))
        return FakeWords()

    monkeypatch.setattr(resources.geolocator(), "in_words", in_words, raising=False)
    monkeypatch.setattr(resources, "computed", lambda key, make: make())
    return asked


def opened(open_page: Open, photo: bytes) -> AppTest:
    app = open_page("guess")
    app.file_uploader[0].upload("street.jpg", photo, "image/jpeg").run()
    app.session_state["words"] = True
    return app.run()


def tables(app: AppTest) -> list[list[str]]:
    """The names in each table of bars."""
    return [list(one.value["name"]) for one in app.dataframe if "share" in one.value.columns]


def test_nothing_is_read_before_somebody_asks(open_page: Open, photo: bytes, words: list[int]) -> None:
    app = open_page("guess")
    app.file_uploader[0].upload("street.jpg", photo, "image/jpeg").run()
    assert not app.exception and not words and not tables(app)


def test_captions_get_their_shares_and_the_likeliest_is_gone_down_into(
    open_page: Open, photo: bytes, words: list[int]
) -> None:
    app = opened(open_page, photo)
    assert not app.exception and not app.error and words == [1]
    captions, parts, countries, cities = tables(app)
    assert "Northern Europe" in captions and len(captions) == 4
    assert (parts, countries, cities) == (["Europe", "Asia"], ["Austria", "Estonia"], ["Vienna"])
    app.text_area(key="words-captions").set_value("a road\n\n a road \nthe sea").run()
    assert tables(app)[0] == ["a road", "the sea"]
    [part] = [box for box in app.selectbox if str(box.key).startswith("words-part")]
    part.set_value("Asia").run()
    assert not app.exception and tables(app)[2:] == [["Japan"], ["Osaka"]]


def test_no_caption_and_one_too_long_leave_the_rest_of_the_page(open_page: Open, said: Said, photo: bytes) -> None:
    app = opened(open_page, photo)
    app.text_area(key="words-captions").set_value("\n  \n").run()
    assert "each line gets its share" in said(app) and tables(app)[0] == ["Europe", "Asia"]
    app.text_area(key="words-captions").set_value("x" * 9).run()
    assert "shorten it" in app.error[0].value and tables(app)[0] == ["Europe", "Asia"]


def test_without_a_text_tower_it_says_so_in_one_sentence(
    open_page: Open, said: Said, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(images: list[bytes]) -> None:
        raise ArtifactError("looked for a text tower in this encoder, found only a vision tower: it knows no words.")

    monkeypatch.setattr(resources.geolocator(), "in_words", silent)
    app = opened(open_page, photo)
    assert not app.exception and not tables(app)
    assert [error.value for error in app.error] == [
        "Looked for a text tower in this encoder, found only a vision tower: it knows no words."
    ]
    assert "near Vienna, Austria" in said(app)


def test_another_system_can_be_asked_and_one_that_cannot_be_opened_says_why(
    open_page: Open, said: Said, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, asked = resources.geolocator(), []

    def another(name: str) -> object:
        asked.append(name)
        return model

    monkeypatch.setattr(resources, "_another", another)
    app = open_page("guess")
    here = [system.title for name, system in SYSTEMS.items() if is_here(name)]
    assert app.selectbox(key="system").options == here, "what would have to be fetched first is not offered here"
    app.file_uploader[0].upload("street.jpg", photo, "image/jpeg").run()
    assert not asked
    app.selectbox(key="system").set_value("zero-shot").run()
    assert not app.exception and asked == ["zero-shot"] and "near Vienna, Austria" in said(app)

    def gone(name: str) -> object:
        raise ArtifactError("looked for an encoder, found none.")

    monkeypatch.setattr(resources, "_another", gone)
    app.run()
    assert app.error[0].value == "Looked for an encoder, found none."
