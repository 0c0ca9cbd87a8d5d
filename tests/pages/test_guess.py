import io
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from model.errors import ArtifactError
from pages.components import resources

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]


def jpeg(width: int, height: int) -> bytes:
    """A photo of any shape."""
    ramp = np.linspace(0, 255, width * height * 3).reshape(height, width, 3).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(ramp).save(stream, "JPEG")
    return stream.getvalue()


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


def test_a_picture_of_ones_own_shows_no_truth(open_page: Open, said: Said, drawing: bytes) -> None:
    app = open_page("guess")
    app.file_uploader[0].upload("street.jpg", drawing, "image/jpeg").run()
    assert not app.exception and not app.error and not app.warning
    assert "Probably <em>near Vienna, Austria</em>" in said(app) and "It was" not in said(app)
    assert "truth" not in map_layers(app)
    assert app.metric[0].value == "3,210" and app.metric[1].value == "60%"


def test_candidates_stand_in_the_order_of_the_column_that_is_shown_and_the_guess_is_named(
    open_page: Open, drawing: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = resources.geolocator().locate([drawing])
    first, second, *rest = plain.candidates
    turned = replace(plain, candidates=(second, first, *rest))  # the guess itself always stands first in a Guess
    monkeypatch.setattr(type(resources.geolocator()), "locate", lambda *_: turned)
    app = open_page("guess")
    app.file_uploader[0].upload("street.jpg", drawing, "image/jpeg").run()
    table = app.dataframe[0].value
    assert table["probability"].tolist() == pytest.approx([0.6, 0.25, 0.1, 0.05])
    assert [place.endswith("the guess") for place in table["place"]] == [False, True, False, False]
    assert app.metric[1].value == "60%"


def test_a_photograph_gets_no_probably_and_no_score(open_page: Open, said: Said, photo: bytes) -> None:
    app = open_page("guess")
    app.file_uploader[0].upload("street.jpg", photo, "image/jpeg").run()
    assert not app.exception and not app.error and not app.metric
    assert "Not a place this model knows: at best <em>near Vienna, Austria</em>." in said(app)
    assert len(app.warning) == 1 and "never seen a photograph" in app.warning[0].value
    assert "Probably" not in said(app) and "regions out of" not in said(app)


def test_names_of_countries_and_towns_stand_on_the_map_under_the_pins(open_page: Open, photo: bytes) -> None:
    app = open_page("guess")
    app.file_uploader[0].upload("street.jpg", photo, "image/jpeg").run()
    layers = map_layers(app)
    assert [row["name"] for row in layers["names-countries"]["data"]] == ["Austria"]
    assert {row["name"] for row in layers["names-towns"]["data"]} == {"Vienna", "Graz"}
    order = list(layers)
    assert order.index("heat") < order.index("names-towns") < order.index("guess")


def test_a_strip_is_read_as_four_views_and_the_page_says_so(open_page: Open, said: Said) -> None:
    app = open_page("guess")
    app.file_uploader[0].upload("strip.jpg", jpeg(256, 64), "image/jpeg").run()
    assert not app.error and "four views side by side" in said(app)


@pytest.mark.parametrize(("width", "words"), [(384, "sees little"), (128, "360° panorama")])
def test_a_photo_of_an_odd_shape_is_told_how_it_was_read(open_page: Open, said: Said, width: int, words: str) -> None:
    app = open_page("guess")
    app.file_uploader[0].upload("wide.jpg", jpeg(width, 64), "image/jpeg").run()
    assert not app.error and words in said(app)


def test_the_broken_one_of_four_views_is_named(open_page: Open, photo: bytes) -> None:
    app = open_page("guess")
    app.segmented_control[0].set_value("Four views").run()
    for number in range(4):
        app.file_uploader[number].upload(f"{number}.jpg", b"no" if number == 2 else photo, "image/jpeg")
    app.run()
    assert not app.exception and "The view to the south cannot be read" in app.error[0].value


def several(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    app.segmented_control[0].set_value("Several photos").run()
    return app.file_uploader[0].set_value([(name, data, "image/jpeg") for name, data in files]).run()


def test_several_photos_are_a_table_a_map_and_a_csv_and_a_broken_one_stops_no_other(
    open_page: Open, said: Said, photo: bytes, drawing: bytes
) -> None:
    app = several(open_page("guess"), ("a.jpg", drawing), ("b.jpg", b"no"), ("c.jpg", photo))
    assert not app.exception and not app.error
    assert "2 photos on the map, 1 could not be read" in said(app)
    shown = app.dataframe[0].value
    assert shown["file"].tolist() == ["a.jpg", "b.jpg", "c.jpg"]
    assert shown["place"][0] == "Probably near Vienna, Austria" and shown["place"][1].startswith("⚠ could not be read")
    assert "<b>b.jpg</b>: the picture cannot be read: looked for JPEG" in said(app)
    assert shown["place"][2].startswith("Not a place this model knows: at best near Vienna")
    assert shown["picture"][0].startswith("data:image/jpeg;base64,") and shown["picture"][1] != shown["picture"][0]
    layers = map_layers(app)
    assert (len(layers["guesses"]["data"]), len(layers["strangers"]["data"])) == (1, 1)
    assert app.download_button[0].label == "All guesses as CSV"


def test_a_photo_seen_before_is_not_looked_at_again(
    open_page: Open, photo: bytes, drawing: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, asked = type(resources.geolocator()), []
    plain = model.locate
    monkeypatch.setattr(model, "locate", lambda *given: asked.append(1) or plain(*given))
    app = several(open_page("guess"), ("a.jpg", drawing))
    app.file_uploader[0].set_value([("a.jpg", drawing, "image/jpeg"), ("b.jpg", photo, "image/jpeg")]).run()
    assert len(app.dataframe[0].value) == 2 and len(asked) == 2


def test_only_so_many_photos_at_once(open_page: Open, said: Said, drawing: bytes, monkeypatch) -> None:
    from pages.components import uploads

    monkeypatch.setattr(uploads, "MOST", 2)
    app = several(open_page("guess"), *((f"{n}.jpg", drawing) for n in range(3)))
    assert "3 photos came in and 2 are looked at" in said(app) and len(app.dataframe[0].value) == 2


@pytest.mark.usefixtures("no_checkpoint")
def test_several_photos_without_a_checkpoint_are_one_sentence(open_page: Open, photo: bytes) -> None:
    app = several(open_page("guess"), ("a.jpg", photo), ("b.jpg", photo))
    assert not app.exception and len(app.error) == 1 and "make reproduce" in app.error[0].value


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
    open_page: Open, drawing: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    familiar = resources.geolocator()

    class Strange:
        regions = familiar.regions
        require_world = familiar.require_world

        def locate(self, images: list[bytes]) -> object:
            return replace(familiar.locate(images), unfamiliar=True, familiarity=1.0)

    monkeypatch.setattr(resources, "geolocator", Strange)
    app = open_page("guess")
    assert not app.warning
    app.file_uploader[0].upload("cat.jpg", drawing, "image/jpeg").run()
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
    import world.draw.pictures

    monkeypatch.setattr(world.draw.pictures, "SOFTWARE", "simulated Earth v1")
    picture = world.draw.pictures.encode(Image.new("RGB", (256, 128)), ".png")
    app = open_page("guess")
    app.segmented_control[0].set_value("A panorama").run()
    app.file_uploader[0].upload("around.png", picture, "image/png").run()
    assert "looked for version 1" in app.error[0].value.lower()


def test_no_sentence_about_what_is_wrong_tells_a_folder(
    open_page: Open, said: Said, photo: bytes, drawing: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = ArtifactError("looked for a head in /srv/secret/run/head.json, found another; run `make reproduce`.")

    class Broken:
        def require_world(self, _: int) -> None:
            raise wrong

        def locate(self, *_: object) -> None:
            raise wrong

    working = resources.geolocator()
    monkeypatch.setattr(resources, "geolocator", Broken)
    app = open_page("guess")
    app.file_uploader[0].upload("street.jpg", photo, "image/jpeg").run()
    assert app.error[0].value == "Looked for a head in …/head.json, found another; run `make reproduce`."
    assert "…/head.json" in said(several(app, ("a.jpg", drawing))) and "secret" not in said(app)
    assert "secret" not in app.dataframe[0].value.to_string()
    monkeypatch.setattr(Broken, "locate", lambda _, *given: working.locate(*given))
    monkeypatch.setattr(Broken, "regions", working.regions, raising=False)
    app = open_page("guess")
    app.file_uploader[0].upload("street.jpg", photo, "image/jpeg").run()
    assert "Looked for a head in …/head.json" in app.info[0].value


def test_an_unforeseen_failure_is_a_sentence_too(caplog: pytest.LogCaptureFixture) -> None:
    def script() -> None:
        from pages.components import notices

        notices.explain(KeyError("secret detail"))

    app = AppTest.from_function(script).run()
    assert "did not foresee" in app.error[0].value and "secret detail" not in app.error[0].value
