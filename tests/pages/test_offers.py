"""Real photos in one click: an offer that says what it is, a yes, a bar, and who answers from then on."""

import threading
from collections.abc import Callable

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from model.errors import ConfigError, NetworkError
from model.geolocator import CATALOGUE, for_photos
from model.predictors import fetch as fetching
from model.predictors.fetched import Progress
from pages.components import access, resources

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("model.predictors.fetched.cache_dir", lambda: tmp_path)
    st.cache_resource.clear()


def here(tmp_path, name="streetclip"):
    """As if it had been fetched."""
    from model.artifacts import write_record

    folder = tmp_path / "models" / name
    (folder / "encoder").mkdir(parents=True)
    (folder / "encoder" / "config.json").write_text("{}")
    write_record(folder, "get", {"system": name}, {}, {"encoder/config.json": folder / "encoder" / "config.json"})


def finished():
    for download in resources.downloads().values():
        download.wait(30)


def test_the_offer_names_licence_size_and_figures_and_asks_no_network(
    open_page: Open, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "fetch", lambda *_: pytest.fail("nobody said yes"))
    app = open_page("guess")
    assert not app.exception and not app.error
    words = said(app)
    assert "StreetCLIP" in words and "CC BY-NC 4.0" in words and "1.7 GB" in words and "arXiv 2302.00275" in words
    assert "Yes, fetch StreetCLIP" in [button.label for button in app.button]
    assert any("22.4" in str(table.value.to_numpy()) for table in app.table)
    options = app.selectbox(key="system").options
    assert options[0] == "PIGEON" and "StreetCLIP" not in options
    assert "GeoEstimation" not in options, "nothing of it ships, so it could only fail"


def test_a_photograph_is_answered_with_the_offer_beside_it(open_page: Open, photo: bytes) -> None:
    app = open_page("guess")
    app.file_uploader[0].upload("beach.jpg", photo, "image/jpeg").run()
    assert not app.exception
    assert [button.key for button in app.button].count("get-streetclip") == 1


def test_after_a_yes_it_comes_beside_the_page_with_a_bar_and_then_answers_photos(
    open_page: Open, said: Said, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    begun = threading.Event()

    def fetch(system, tell, halt):
        tell(Progress(400_000_000, 1_700_000_000, "model.safetensors"))
        begun.set()
        assert go_on.wait(30)
        here(tmp_path)

    monkeypatch.setattr(fetching, "fetch", fetch)
    app = open_page("guess")
    app.button(key="get-streetclip").click().run()
    assert begun.wait(30)
    app.run()
    assert not app.exception and not app.error
    [bar] = app.get("progress")
    assert bar.proto.text == "model.safetensors: 400 MB of 1.7 GB" and bar.proto.value == 23
    assert app.button(key="stop-streetclip").label.startswith("Stop")
    go_on.set()
    finished()
    app.run()
    assert for_photos.chosen() == "streetclip"
    assert app.selectbox[0].options[:2] == ["StreetCLIP for photos", "PIGEON"]
    assert app.selectbox[0].value == "photos:streetclip"
    assert "It answers photos." in said(app)


def test_stopping_keeps_what_came_and_says_so(open_page: Open, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def fetch(system, tell, halt):
        begun.set()
        assert halt.wait(30)
        raise NetworkError("stopped; what came is kept")

    monkeypatch.setattr(fetching, "fetch", fetch)
    app = open_page("guess")
    app.button(key="get-streetclip").click().run()
    assert begun.wait(30)
    app.run()
    app.button(key="stop-streetclip").click().run()
    finished()
    app.run()
    assert "What came is kept" in app.error[0].value or "what came is kept" in app.error[0].value
    assert for_photos.chosen() is None


def test_a_download_that_fails_is_a_sentence_and_the_page_lives_on(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path, drawing: bytes
) -> None:
    def fetch(system, tell, halt):
        parts = tmp_path / "models" / "streetclip" / ".parts"
        parts.mkdir(parents=True)
        (parts / "a.part").write_bytes(bytes(5000))
        raise NetworkError("the hub cannot be reached; look at the network")

    monkeypatch.setattr(fetching, "fetch", fetch)
    app = open_page("guess")
    app.button(key="get-streetclip").click().run()
    finished()
    app.run()
    assert "The hub cannot be reached" in app.error[0].value and not app.exception
    assert app.button(key="get-streetclip").label == "Yes, go on (5 kB are here)"
    app.file_uploader[0].upload("street.jpg", drawing, "image/jpeg").run()
    assert not app.exception and app.metric


def test_a_bug_in_a_download_is_a_sentence_too(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "fetch", lambda *_: 1 / 0)
    app = open_page("guess")
    app.button(key="get-streetclip").click().run()
    finished()
    app.run()
    assert "nobody foresaw (ZeroDivisionError)" in app.error[0].value


def test_who_answers_photos_is_visible_and_can_be_turned_back_and_on(open_page: Open, said: Said, tmp_path) -> None:
    here(tmp_path)
    for_photos.choose("streetclip")
    app = open_page("guess")
    assert app.selectbox[0].value == "photos:streetclip"
    next(button for button in app.button if "shipped systems" in button.label).click().run()
    assert for_photos.chosen() is None and app.selectbox(key="system").value == "pigeon"
    app.button(key="use-streetclip").click().run()
    assert for_photos.chosen() == "streetclip" and app.selectbox[0].value == "photos:streetclip"


def test_a_choice_whose_files_are_gone_leaves_the_default(open_page: Open) -> None:
    for_photos.choose("streetclip")
    app = open_page("guess")
    assert not app.exception and app.selectbox(key="system").value == "pigeon"
    assert "get-streetclip" in [button.key for button in app.button]


def test_a_broken_choice_is_told_and_the_default_answers(open_page: Open) -> None:
    from model.geo.folders import home_dir

    home_dir().mkdir(parents=True, exist_ok=True)
    (home_dir() / "photos.json").write_text("{")
    app = open_page("guess")
    [error] = app.error
    assert not app.exception and "photos.json" in error.value
    assert app.selectbox(key="system").value == "pigeon"


def test_beyond_this_machine_the_token_is_asked_for_first(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "needed", lambda: True)
    app = open_page("guess")
    assert not app.exception
    assert "get-streetclip" not in [button.key for button in app.button]
    assert any("token" in note.value for note in app.info)


def test_the_pair_is_opened_on_the_shipped_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shipped:
        def with_photos(self, name):
            return f"shipped, and {name}"

    monkeypatch.setattr(resources, "geolocator", Shipped)
    assert resources.system("photos:streetclip") == "shipped, and streetclip"


def test_programs_cannot_ask_for_what_pages_call_a_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_another", lambda name: pytest.fail(f"{name} was opened"))
    for name in ("photos:streetclip", "photos:nobody", "nobody", ""):
        with pytest.raises(ConfigError, match="looked for the predictor"):
            resources.named_system(name)
    for name, cure in (("streetclip", "get streetclip"), ("geoclip", "get geoclip"), ("geoestimation", "RUN")):
        with pytest.raises(ConfigError, match=f"'{name}' on this machine, found pigeon, .*{cure}"):
            resources.named_system(name)  # and fetches nothing: whoever asks is not whoever owns the disk


def test_programs_are_told_of_the_systems_that_are_here_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resources.systems_here()[0] == "pigeon" and "geoclip" not in resources.systems_here()
    monkeypatch.setattr(resources, "is_here", lambda name: name in ("pigeon", "geoclip"))
    assert resources.systems_here() == ["pigeon", "geoclip"]


def test_an_answer_of_such_a_system_names_its_licence(open_page: Open, said: Said, monkeypatch, photo: bytes) -> None:
    from dataclasses import replace

    plain = resources.geolocator().locate([photo])
    told = replace(plain, system=CATALOGUE["streetclip"].title, out_of_distribution=False)
    monkeypatch.setattr(type(resources.geolocator()), "locate", lambda *_: told)
    app = open_page("guess")
    app.file_uploader[0].upload("beach.jpg", photo, "image/jpeg").run()
    assert not app.exception and "learned from real photographs" in said(app)
    assert "has seen only the **simulated Earth**" not in said(app)
