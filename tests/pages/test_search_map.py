"""Where to search: the slider, what it says the probability means, and what it says where nothing is trained."""

from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model.predictors.search import Search, SearchMap
from pages.components import search_map, words
from tests.model.predictors.test_ensemble import ground, slices


def made(levels=(), attributes=("density", "land_cover")):
    atoms = Search(slices(), ground()).atoms
    likely = np.where(atoms.sets[:, 0] == 1, 3.0, 0.0) + (atoms.sets[:, 1] == 1)
    return SearchMap(atoms, likely, levels, attributes)


def test_what_the_probability_means_depends_on_what_was_measured():
    assert "not measured" in search_map.meaning(made(), False)
    assert "of 2 validation places" in search_map.meaning(made((0.1, 0.2)), False)
    assert "model's own word" in search_map.meaning(made((0.1, 0.2)), True)
    assert "how many people live there × what covers the ground" in search_map.meaning(made(), False)


def test_areas_and_shares_are_told_in_two_figures():
    told = [words.area(value) for value in (4.234, 12_345.0, 3_140_000.0, 48_900_000.0)]
    assert told == ["4.2 km²", "12,000 km²", "3.1 million km²", "49 million km²"]
    assert [words.small_share(share) for share in (0.000031, 0.042, 0.87, 2.0)] == [
        "0.0031 %",
        "4.2 %",
        "87 %",
        "100 %",
    ]
    assert words.small_share(0.0) == "0.000000 %"


@pytest.fixture
def page(monkeypatch, photo):
    """The box on a page of its own, open."""

    def run(found, sample=None, strange=False):
        guess = SimpleNamespace(lat=10.0, lng=20.0, out_of_distribution=strange)
        monkeypatch.setattr(search_map.resources, "system", lambda _: SimpleNamespace(search_map=lambda _: found))
        monkeypatch.setattr(search_map.resources, "computed", lambda key, make: make())
        box = search_map.st.container
        monkeypatch.setattr(search_map.st, "expander", lambda *_, **__: _open(box()))

        def script(guess, sample, photo):
            from pages.components import search_map

            search_map.show(guess, [photo], sample, "pigeon")

        app = AppTest.from_function(script, args=(guess, sample, photo), default_timeout=60)
        return app.run()

    return run


class _open:
    open = True

    def __init__(self, inner):
        self.inner = inner

    def __enter__(self):
        return self.inner.__enter__()

    def __exit__(self, *given):
        return self.inner.__exit__(*given)


def test_the_area_grows_with_the_probability_and_the_truth_is_told(page):
    app = page(made(), SimpleNamespace(lat=10.0, lng=20.0))
    assert not app.exception and app.slider[0].value == 80
    first = app.metric[0].value
    assert app.success[0].value == "The truth lies within."
    app.slider[0].set_value(99).run()
    assert app.metric[0].value != first and not app.exception
    assert not app.info


def test_without_attributes_it_says_what_to_train_and_shows_the_map_all_the_same(page):
    app = page(made(attributes=()), SimpleNamespace(lat=-10.0, lng=170.0), strange=True)
    assert "model.train_attributes" in app.info[0].value and app.metric[0].value.endswith("km²")
    assert "outside" in app.warning[0].value and not app.exception


def test_the_picture_is_clear_outside_the_area_and_never_larger_than_meant():
    import base64
    import io

    from PIL import Image

    found = made()
    layer = search_map._picture(found, 0.5, found.edges(found.smallest(0.5)))
    address = str(layer.image)
    assert address.startswith("data:image/png;base64,")
    picture = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
    assert picture.mode == "RGBA" and max(picture.size) <= search_map.SIDE_PX
    alpha = np.asarray(picture)[..., 3]
    assert alpha.max() > 200 and set(np.unique(alpha)) <= {0, *range(search_map.FAINT, 256)}
