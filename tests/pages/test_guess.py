import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from pages.components import resources

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]


def map_layers(app: AppTest) -> dict[str, dict]:
    [chart] = app.get("deck_gl_json_chart")
    return {layer["id"]: layer for layer in json.loads(chart.proto.json)["layers"]}


def test_an_empty_page_offers_samples_and_says_what_the_model_knows(open_page: Open, said: Said) -> None:
    app = open_page("guess")
    assert not app.exception and not app.error
    assert app.title[0].value == "Where was this seen?"
    assert [b.label for b in app.button].count("Where is this?") == 6
    assert "simulated Earth" in said(app)
    assert not app.get("deck_gl_json_chart")


def test_one_click_on_the_sample_shows_guess_and_truth(open_page: Open, said: Said) -> None:
    app = open_page("guess")
    app.button(key="try-sample").click().run()
    assert not app.exception and not app.error
    words = said(app)
    assert "near Vienna, Austria" in words and "It was **near Vienna, Austria**: 166 km away" in words
    layers = map_layers(app)
    assert {"land", "borders", "heat", "guess", "truth", "others", "alike"} <= layers.keys()
    assert layers["guess"]["data"][0]["lat"] == pytest.approx(48.3)
    assert layers["truth"]["data"][0] == {"lat": 47.0, "lng": 15.4, "tip": "<b>The truth</b>"}


def test_the_next_sample_is_another_place_and_can_be_put_away(open_page: Open) -> None:
    app = open_page("guess")
    app.button(key="try-sample").click().run()
    assert app.button(key="try-sample").label == "Another sample"
    app.button(key="try-sample").click().run()
    assert map_layers(app)["truth"]["data"][0]["lat"] == pytest.approx(48.0)
    next(b for b in app.button if b.label == "Put it away").click().run()
    assert not app.get("deck_gl_json_chart")
    assert app.button(key="try-sample").label == "Try a sample"


def test_after_the_last_sample_come_new_places(open_page: Open) -> None:
    app = open_page("guess")
    seed = app.session_state.get("sample_seed")
    for _ in range(7):
        app.button(key="try-sample").click().run()
    assert not app.exception and app.session_state["sample_seed"] != seed


def test_a_sample_of_the_gallery_opens_that_place(open_page: Open) -> None:
    app = open_page("guess")
    app.button(key="sample-3").click().run()
    assert map_layers(app)["truth"]["data"][0]["lat"] == pytest.approx(49.0)


def test_a_photo_of_ones_own_shows_no_truth(open_page: Open, said: Said, photo: bytes) -> None:
    app = open_page("guess")
    app.file_uploader[0].upload("street.jpg", photo, "image/jpeg").run()
    assert not app.exception and not app.error
    assert "near Vienna, Austria" in said(app) and "It was" not in said(app)
    assert "truth" not in map_layers(app)
    assert app.metric[0].value == "3,210" and app.metric[1].value == "60%"
    assert app.dataframe[0].value["probability"].tolist() == pytest.approx([0.6, 0.25, 0.1, 0.05])


def test_a_photo_of_ones_own_puts_the_sample_away(open_page: Open, photo: bytes) -> None:
    app = open_page("guess")
    app.button(key="try-sample").click().run()
    app.file_uploader[0].upload("street.jpg", photo, "image/jpeg").run()
    assert "truth" not in map_layers(app)


def test_the_guess_can_be_taken_home_as_json(open_page: Open, photo: bytes) -> None:
    app = open_page("guess")
    app.file_uploader[0].upload("street.jpg", photo, "image/jpeg").run()
    assert app.download_button[0].label == "The guess as JSON"


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\xff\xd8\xff\xe0 cut off"])
def test_a_file_that_is_no_picture_gets_one_sentence(open_page: Open, content: bytes) -> None:
    app = open_page("guess")
    app.file_uploader[0].upload("broken.jpg", content, "image/jpeg").run()
    assert not app.exception
    assert len(app.error) == 1 and app.error[0].value.strip().endswith(".")
    assert not app.get("deck_gl_json_chart")


def test_a_picture_after_a_broken_one_is_answered(open_page: Open, photo: bytes) -> None:
    app = open_page("guess")
    app.file_uploader[0].upload("broken.jpg", b"no", "image/jpeg").run()
    app.file_uploader[0].set_value(("street.jpg", photo, "image/jpeg")).run()
    assert not app.error and app.get("deck_gl_json_chart")


def test_four_views_wait_until_all_are_there(open_page: Open, said: Said, photo: bytes) -> None:
    app = open_page("guess")
    app.segmented_control[0].set_value("Four views").run()
    assert len(app.file_uploader) == 4
    for number in range(2):
        app.file_uploader[number].upload(f"{number}.jpg", photo, "image/jpeg")
    app.run()
    assert "2 of 4 views are here; add South and West." in said(app)
    assert not app.get("deck_gl_json_chart")
    for number in range(2, 4):
        app.file_uploader[number].upload(f"{number}.jpg", photo, "image/jpeg")
    app.run()
    assert not app.error and "near Vienna, Austria" in said(app)


def test_a_panorama_is_seen_as_four_views(open_page: Open, said: Said, panorama: bytes) -> None:
    app = open_page("guess")
    app.segmented_control[0].set_value("A panorama").run()
    app.file_uploader[0].upload("around.jpg", panorama, "image/jpeg").run()
    assert not app.error and "looked at as one photo" not in said(app)


def test_a_panorama_of_another_shape_is_said_to_be_one_photo(open_page: Open, said: Said, photo: bytes) -> None:
    app = open_page("guess")
    app.segmented_control[0].set_value("A panorama").run()
    app.file_uploader[0].upload("around.jpg", photo, "image/jpeg").run()
    assert not app.error and "looked at as one photo" in said(app)


def test_a_position_in_the_file_is_shown_and_not_used(open_page: Open, photo_with_position: bytes) -> None:
    app = open_page("guess")
    app.file_uploader[0].upload("iceland.jpg", photo_with_position, "image/jpeg").run()
    assert "64.14° N, 21.94° W" in app.info[0].value and "never sees this" in app.info[0].value
    assert map_layers(app)["guess"]["data"][0]["lat"] == pytest.approx(48.3)


def test_an_unfamiliar_picture_is_said_to_be_one(
    open_page: Open, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    familiar = resources.geolocator()

    class Strange:
        geocells = familiar.geocells
        require_world = familiar.require_world

        def locate(self, images: list[bytes]) -> object:
            return replace(familiar.locate(images), unfamiliar=True, familiarity=1.0)

    monkeypatch.setattr(resources, "geolocator", Strange)
    app = open_page("guess")
    assert not app.warning
    app.file_uploader[0].upload("cat.jpg", photo, "image/jpeg").run()
    assert "looks like nothing the model knows" in app.warning[0].value


@pytest.mark.usefixtures("no_checkpoint")
def test_without_a_checkpoint_the_page_says_how_to_make_one(open_page: Open) -> None:
    app = open_page("guess")
    assert not app.error, "the page itself needs no checkpoint"
    app.button(key="try-sample").click().run()
    assert not app.exception
    assert "make reproduce" in app.error[0].value and app.error[0].value.startswith("Looked for")


@pytest.mark.usefixtures("another_world")
def test_a_checkpoint_of_another_world_refuses_the_samples_and_still_guesses_photos(
    open_page: Open, said: Said, photo: bytes
) -> None:
    app = open_page("guess")
    app.button(key="try-sample").click().run()
    assert not app.exception and not app.get("deck_gl_json_chart")
    assert "make reproduce" in app.error[0].value
    next(b for b in app.button if b.label == "Put it away").click().run()
    app.file_uploader[0].upload("street.jpg", photo, "image/jpeg").run()
    assert not app.error and "near Vienna, Austria" in said(app)
    assert "make reproduce" in app.info[0].value, "a note, beside the guess"


def test_a_panorama_of_ones_own_that_another_world_drew_is_refused(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    import world.pictures

    monkeypatch.setattr(world.pictures, "SOFTWARE", "simulated Earth v1")
    picture = world.pictures.encode(Image.new("RGB", (256, 128)), ".png")
    app = open_page("guess")
    app.segmented_control[0].set_value("A panorama").run()
    app.file_uploader[0].upload("around.png", picture, "image/png").run()
    assert "looked for version 1" in app.error[0].value.lower()


def test_an_unforeseen_failure_is_a_sentence_too(caplog: pytest.LogCaptureFixture) -> None:
    def script() -> None:
        from pages.components import notices

        notices.explain(KeyError("secret detail"))

    app = AppTest.from_function(script).run()
    assert "did not foresee" in app.error[0].value and "secret detail" not in app.error[0].value
