import io
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from model.geo.distance import haversine_km
from model.geolocator import LookAlike
from pages.components import counterfactual, heat_pictures, look_alikes, resources
from pages.components.samples import Sample
from world import WORLD_VERSION
from world.study.without import Lesser

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]
SAMPLE = Sample(48.0, 16.0, 6, 12.0, 1)
# without the family: how bright it is drawn, and how many pixels change; the model below reads places off the light
DRAWN = {"": (100, 0.0), "plants": (100, 0.2), "buildings": (130, 0.3), "signs": (90, 0.05), "water": (100, 0.0)}


@pytest.fixture(autouse=True)
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Places without families as one brightness each, and a model that goes east as it gets brighter."""
    asked: list[object] = []

    def draw(scene: object, size: int, samples: int) -> list[Lesser]:
        asked.append((scene, size, samples))
        return [
            Lesser(name, np.full((4, 8, 8, 3), bright, np.uint8), changed) for name, (bright, changed) in DRAWN.items()
        ]

    plain = resources.geolocator().locate

    def locate(images: list[object], world_version: int | None = None) -> object:
        if not isinstance(images[0], Image.Image):
            return plain(images, world_version)
        bright = float(np.asarray(images[0]).mean())
        return replace(plain([_noise()] * 4, world_version), lat=48.0, lng=16.0 + (bright - 100.0) + 20.0)

    monkeypatch.setattr(counterfactual, "draw_without", draw)
    monkeypatch.setattr(resources.geolocator(), "locate", locate)
    monkeypatch.setattr(resources, "scene", lambda *recipe: ("scene", *recipe))
    monkeypatch.setattr(resources, "computed", lambda key, make: make())
    return asked


def _noise() -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.linspace(0, 255, 64 * 64 * 3).reshape(64, 64, 3).astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def opened(app: AppTest) -> AppTest:
    app.session_state["why"] = True
    return app.run()


def test_nothing_is_made_before_somebody_asks(open_page: Open, said: Said, drawings: list[object]) -> None:
    app = open_page("guess")
    app.button(key="try-sample").click().run()
    assert "What speaks for it" not in said(app) and not drawings
    assert "What speaks for it" in said(opened(app)) and len(drawings) == 1
    assert not app.exception and not app.error


def test_a_sample_tells_the_heat_the_families_and_the_look_alikes(open_page: Open, said: Said) -> None:
    app = open_page("guess")
    app.button(key="try-sample").click().run()
    words = said(opened(app))
    assert "speaks for the region of the guess, which it gives 60%" in words and "Grad-CAM" in words
    assert len(app.get("vega_lite_chart")) == 1
    assert "houses" in words.lower() and "Not seen here: water" in words
    assert "drawn anew at the same spot" in words and "near Vienna, Austria" in words
    app.segmented_control(key="why-of").set_value("this country").run()
    assert "which it gives 85%" in said(app)


def test_a_photograph_gets_a_heat_map_without_figures_and_no_families(
    open_page: Open, said: Said, photo: bytes, drawings: list[object]
) -> None:
    app = open_page("guess")
    app.file_uploader[0].upload("street.jpg", photo, "image/jpeg").run()
    words = said(opened(app))
    assert "speaks for the region of the guess." in words and "it gives" not in words and not drawings
    assert "And without" not in words


def test_how_far_the_guess_moves_is_worked_out_from_the_drawings() -> None:
    moves = counterfactual.measure(SAMPLE)
    assert moves.unseen == ["Water"]
    assert moves.rows["family"].tolist() == ["buildings", "signs", "plants"]
    houses, signs, plants = moves.rows.itertuples()
    guess, truth = (48.0, 36.0), (48.0, 16.0)
    assert moves.distance_km == pytest.approx(haversine_km(guess, truth))
    assert houses.moved_km == pytest.approx(haversine_km(guess, (48.0, 66.0))) and houses.nearer_km < 0
    assert signs.nearer_km == pytest.approx(haversine_km(guess, truth) - haversine_km((48.0, 26.0), truth))
    assert plants.moved_km == 0.0 and plants.seen == 0.2
    assert counterfactual.sentence(moves).startswith("Without **houses** the guess moves 2,")
    assert "farther from the truth" in counterfactual.sentence(moves)


def test_a_guess_that_nothing_moves_is_said_to_stay() -> None:
    moves = counterfactual.measure(SAMPLE)
    still = replace(moves, rows=moves.rows.assign(moved_km=0.0))
    assert "stays where it is" in counterfactual.sentence(still)
    assert "stays where it is" in counterfactual.sentence(replace(moves, rows=moves.rows.head(0)))


def test_where_it_is_hot_the_picture_glows_and_elsewhere_it_is_grey() -> None:
    view = Image.new("RGB", (120, 80), (40, 160, 60))
    heat = np.zeros((1, 4, 4), np.float32)
    heat[0, 3, 0] = 1.0
    pixels = np.asarray(heat_pictures.overlaid([view], heat)).astype(int)
    assert pixels.shape == (420, 420, 3)
    hot, cold = pixels[400, 20], pixels[20, 400]
    assert hot[0] > 150 and hot[0] > hot[2] + 60
    assert np.ptp(cold) < 60 and cold[1] == cold.max()  # a trace of the green is left
    assert heat_pictures.overlaid([view] * 4, np.zeros((4, 4, 4), np.float32)).width > 4 * 400


def test_a_look_alike_is_drawn_as_it_was_learned_where_its_recipe_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"train-7": [(10.0, 20.0, 3, 9.5, 77), (50.0, 15.1, 1, 8.0, 5)]}
    monkeypatch.setattr(resources, "recipes", lambda: known)
    card = look_alikes.card_of(LookAlike(50.0, 15.0, 0.1, 3, "train-7"))
    assert card.learned and card.recipe == (50.0, 15.1, 1, 8.0, 5)
    far = look_alikes.card_of(LookAlike(-40.0, 15.0, 0.1, 3, "train-7"))  # another world's place of the same name
    assert not far.learned and far.recipe == (-40.0, 15.0, *look_alikes.PLAIN)
    assert not look_alikes.card_of(LookAlike(50.0, 15.0, 0.1, 3)).learned


@pytest.mark.parametrize(("version", "words"), [(None, "photographs"), (WORLD_VERSION - 1, "another version")])
def test_a_checkpoint_of_something_else_has_names_in_place_of_pictures(
    open_page: Open, said: Said, photo: bytes, monkeypatch: pytest.MonkeyPatch, version: int | None, words: str
) -> None:
    monkeypatch.setattr(resources.geolocator(), "world_version", version)
    app = open_page("guess")
    drawn: list[object] = []
    monkeypatch.setattr(resources, "thumbnail", drawn.append)
    app.file_uploader[0].upload("street.jpg", photo, "image/jpeg").run()
    app = opened(app)
    assert f"learned from {words}" in said(app) and "- near Vienna, Austria" in said(app)
    assert not drawn


def layers(app: AppTest) -> dict[str, dict]:
    [chart] = app.get("deck_gl_json_chart")
    return {layer["id"]: layer for layer in json.loads(chart.proto.json)["layers"]}


RADII = {"50": 123.4, "80": 912.0, "95": 19_900.0}


def test_confidence_is_said_in_words_and_drawn_as_circles(
    open_page: Open, said: Said, drawing: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sure = replace(resources.geolocator().locate([drawing]), radius_km=RADII, system="PIGEON")
    monkeypatch.setattr(resources.geolocator(), "locate", lambda *_: sure)
    app = open_page("guess")
    app.file_uploader[0].upload("street.jpg", drawing, "image/jpeg").run()
    assert not app.exception and not app.error
    assert "within **120 km** with 50 %, **910 km** with 80 %." in said(app)
    assert "PIGEON answered, the system for four views" in said(app)
    drawn = layers(app)["circles"]["data"]["features"]
    assert [feature["properties"]["chance"] for feature in drawn] == ["50", "50", "80", "80"]
    assert "circles: it lies within with 50 % and 80 %" in said(app)


def test_a_photograph_has_the_warning_and_no_figure_no_circle(
    open_page: Open, said: Said, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = replace(resources.geolocator().locate([photo]), radius_km=RADII, expected_score=3000.0, system="PIGEOTTO")
    monkeypatch.setattr(resources.geolocator(), "locate", lambda *_: strange)
    app = open_page("guess")
    app.file_uploader[0].upload("street.jpg", photo, "image/jpeg").run()
    words = said(app)
    assert len(app.warning) == 1 and "never seen a photograph" in app.warning[0].value
    assert not app.metric and "within" not in words and "circles" not in layers(app)
    assert "PIGEOTTO answered" in words
    assert app.dataframe[0].value.columns.tolist() == ["place"]
    told = json.dumps([layers(app)[name] for name in ("heat", "others")])
    assert "%" not in told
