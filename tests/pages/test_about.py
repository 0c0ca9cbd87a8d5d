from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from world import WORLD_VERSION

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]


def test_figures_limits_and_licence_are_told(open_page: Open, said: Said) -> None:
    app = open_page("about")
    assert not app.exception and not app.error
    assert [metric.value for metric in app.metric] == ["61%", "312 km", "3,456"]
    words = said(app)
    assert "2,000 places of the simulated Earth" in words and "Apache License 2.0" in words
    assert "Limits and misuse" in words and "EXIF" in words


@pytest.mark.usefixtures("another_world")
def test_figures_of_an_earlier_world_are_called_that(open_page: Open, said: Said) -> None:
    app = open_page("about")
    assert f"world version {WORLD_VERSION - 1})" in said(app)
    assert f"draws version {WORLD_VERSION}" in app.info[0].value


@pytest.mark.usefixtures("no_checkpoint")
def test_without_a_checkpoint_the_rest_of_the_page_stands(open_page: Open, said: Said) -> None:
    app = open_page("about")
    assert not app.exception
    assert "make reproduce" in app.error[0].value
    assert "Limits and misuse" in said(app)
