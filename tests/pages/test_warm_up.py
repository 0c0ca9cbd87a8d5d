"""The warm-up: two parts in the background, a page that says what it waits for, and failures left to whoever asks."""

import threading
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from model.errors import ArtifactError, StorageError
from pages.components import resources, samples, warm_up


@pytest.fixture(autouse=True)
def nothing_begun(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(warm_up, "_parts", {})
    monkeypatch.setattr(warm_up, "prepare", lambda report: 0.0)
    yield


def join() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("warm-up-"):
            thread.join(20)


def test_both_parts_get_ready_once_with_the_first_sample_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[object, ...]] = []
    looked: list[tuple[int, int | None]] = []
    model = resources.geolocator()

    def locate(images: list[Image.Image], world_version: int | None = None) -> None:
        looked.append((len(images), world_version))

    monkeypatch.setattr(type(model), "locate", lambda _, *given: locate(*given))
    monkeypatch.setattr(resources, "panorama", lambda *recipe: drawn.append(recipe))
    warm_up.start()
    begun = dict(warm_up._parts)
    join()
    warm_up.start()
    assert warm_up._parts == begun and set(begun) == {warm_up.MODEL, warm_up.RENDERER}
    assert all(part.over and part.done == len(part.steps) for part in begun.values())
    assert looked == [(1, model.world_version), (4, model.world_version)]
    assert drawn == [samples.first_offered()[0].recipe]


@pytest.mark.usefixtures("no_checkpoint")
def test_a_part_that_fails_is_over_and_the_page_says_why_when_it_is_needed(caplog: pytest.LogCaptureFixture) -> None:
    warm_up.start()
    join()
    assert warm_up._parts[warm_up.MODEL].over and warm_up._parts[warm_up.MODEL].done == 0
    assert "Waking the model" in caplog.text and "make reproduce" in caplog.text
    with pytest.raises(ArtifactError):
        resources.geolocator()


def test_a_page_that_waits_says_for_what_and_goes_on_when_it_is_there() -> None:
    gate, waiting = threading.Event(), warm_up.Part([("Waking the model", lambda: gate.wait(20)), ("Looking", int)])
    warm_up._parts[warm_up.MODEL] = waiting
    thread = threading.Thread(target=waiting.run, daemon=True)
    thread.start()
    assert warm_up.told([waiting], waiting.began + 3.2) == "Waking the model … 3 s"

    def script() -> None:
        import streamlit as st

        from pages.components import warm_up

        warm_up.wait(warm_up.RENDERER)  # which nobody began
        st.write("before")
        warm_up.wait()
        st.write("after")

    threading.Timer(0.6, gate.set).start()
    app = AppTest.from_function(script, default_timeout=30).run()
    thread.join(20)
    assert [text.value for text in app.markdown] == ["before", "after"] and not app.exception
    assert waiting.over and waiting.done == 2


@pytest.mark.parametrize(("value", "begun"), [("0", False), ("1", True)])
def test_the_variable_leaves_the_warm_up_away(monkeypatch: pytest.MonkeyPatch, value: str, begun: bool) -> None:
    import asyncio

    monkeypatch.setenv(warm_up.VARIABLE, value)
    started: list[int] = []
    monkeypatch.setattr(warm_up, "start", lambda: started.append(1))

    async def live() -> None:
        async with warm_up.lifespan(None):
            pass

    asyncio.run(live())
    assert bool(started) is begun


def test_compiling_is_called_that_only_where_it_will_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    for compiled, words in ((True, warm_up.LOADING), (False, warm_up.COMPILING)):
        monkeypatch.setattr(warm_up, "_parts", {})
        monkeypatch.setattr(warm_up, "is_compiled", lambda compiled=compiled: compiled)
        warm_up.start()
        join()
        assert warm_up._parts[warm_up.RENDERER].steps[0][0] == words


def test_a_page_that_waits_for_the_renderer_says_how_far_it_is_and_goes_on_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate, told = threading.Event(), threading.Event()

    def prepare(report: Callable[[str, float], None]) -> float:
        report("plants and people", 0.4)
        told.set()
        gate.wait(20)
        return 1.0

    monkeypatch.setattr(warm_up, "prepare", prepare)
    monkeypatch.setattr(warm_up, "is_compiled", lambda: False)
    warm_up._begin_renderer(("Drawing the first places", lambda: gate.wait(20)))
    assert told.wait(20)
    part = warm_up._parts[warm_up.RENDERER]
    assert warm_up.told([part], part.began + 2.0) == f"{warm_up.COMPILING}: plants and people … 2 s"
    assert part.share() == pytest.approx(0.2)

    def script() -> None:
        import streamlit as st

        from pages.components import warm_up

        warm_up.wait_for_renderer()
        st.write("drawn")

    threading.Timer(0.6, gate.set).start()
    app = AppTest.from_function(script, default_timeout=30).run()
    join()
    assert [text.value for text in app.markdown] == ["drawn"] and not app.exception and part.share() == 1.0


def test_a_page_that_needs_the_renderer_begins_it_where_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    monkeypatch.setattr(warm_up, "prepare", lambda report: begun.append(1))
    for compiled, times in ((True, 0), (False, 1)):
        monkeypatch.setattr(warm_up, "is_compiled", lambda compiled=compiled: compiled)
        warm_up.wait_for_renderer()
        join()
        assert len(begun) == times


def test_a_cache_that_cannot_be_written_is_told_and_does_not_stop_the_page(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def prepare(report: Callable[[str, float], None]) -> float:
        raise StorageError("could not write the renderer's machine code")

    monkeypatch.setattr(warm_up, "prepare", prepare)
    monkeypatch.setattr(warm_up, "is_compiled", lambda: False)
    warm_up.wait_for_renderer()
    join()
    part = warm_up._parts[warm_up.RENDERER]
    assert part.over and part.done == 1 and "machine code" in caplog.text
