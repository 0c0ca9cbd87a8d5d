"""Paths through frames and shadow roots: what is found, what counts as seen, and what pixels of a frame are."""

import time

import pytest
from selenium.common.exceptions import NoSuchElementException, NoSuchFrameException, WebDriverException
from selenium.webdriver.support.wait import WebDriverWait

import bot.screens.paths as paths
from bot.screens.paths import find, find_all, read, shown
from bot.screens.pointer import Frame, frame_around

pytestmark = pytest.mark.browser
PAGE = """data:text/html,<meta charset="utf-8"><style>body{margin:0}iframe{border:0;position:absolute}</style>
<div class="map" data-zoom="1" hidden>the result's</div><div class="map" data-zoom="2">the round's&nbsp;1</div>
<div class="none" id="a" hidden>a</div><div class="none" id="b" hidden>b</div>
<input class="typed" value=" 58.38 "><p class="clear" style="opacity:0">clear</p>
<p class="gone" style="visibility:hidden">gone</p><p class="flat" style="height:0;overflow:visible"><b>tall</b></p>
<div class="held" style="display:contents"><i>held</i></div><p class="empty"></p>
<pano-box></pano-box><shy-box></shy-box>
<iframe class="outer" style="left:100px;top:50px;width:200px;height:200px;transform:scale(.5);transform-origin:0 0"
 srcdoc="<style>body{margin:0}iframe{border:0;position:absolute;left:20px;top:10px}</style><b class=box>out</b>
 <iframe class=inner srcdoc='<b class=box>in</b>'></iframe>"></iframe>
<iframe class="shut" hidden srcdoc="<b class=box>shut</b>"></iframe>
<script>
for (const [name, mode] of [['pano-box', 'open'], ['shy-box', 'closed']])
  document.querySelector(name).attachShadow({mode}).innerHTML = `<b class="in">${mode}</b>`;
</script>"""


@pytest.fixture
def page(driver):
    driver.get(PAGE.replace("\n", " "))
    return driver


def test_of_two_maps_the_one_that_is_shown_counts(page):
    assert find(page, ".map").text == "the round's 1"
    assert (read(page, ".map"), read(page, ".map @data-zoom")) == ("the round's 1", "2")
    assert [one.get_dom_attribute("data-zoom") for one in find_all(page, ".map")] == ["1", "2"]


def test_many_are_read_as_one_by_one(page):
    asked = [".map", "", ".typed", ".map @data-zoom", ".nowhere", ".none", "#b @class"]
    alone = [read(page, path) if path else None for path in asked]
    assert paths.read_all(page, asked) == alone == ["the round's 1", None, "58.38", "2", None, None, "none"]
    inside = [".map", "iframe.outer >> .box", "pano-box >> .in", "shy-box >> .in"]
    assert paths.read_all(page, inside) == ["the round's 1", "out", "open", "closed"]
    assert read(page, "iframe.outer >> .box") == "out"  # the driver stands in a frame now
    assert paths.read_all(page, asked) == alone
    page.switch_to.frame(page.find_element("css selector", "iframe.outer"))  # by somebody else's code
    assert paths.read_all(page, asked) == alone
    with pytest.raises(WebDriverException, match="not a valid selector"):
        paths.read_all(page, ["..x"])


def test_the_first_that_is_shown_is_found_as_one_by_one(page):
    asked = [".none", "", "iframe.shut >> .box", "shy-box >> .in", "iframe.outer >> .box", "pano-box >> .in", ".map"]
    for first in range(len(asked)):
        alone = next((path for path in asked[first:] if shown(page, path)), None)
        assert paths.first_shown(page, asked[first:]) == alone is not None
        assert paths.first_shown(page, asked[first:]) == alone  # from within the frame that was looked into, if any
    page.switch_to.frame(page.find_element("css selector", "iframe.outer"))  # by somebody else's code
    assert paths.first_shown(page, asked) == "shy-box >> .in"
    assert paths.first_shown(page, []) is paths.first_shown(page, ["", ".none"]) is None


def test_a_frame_behind_what_is_shown_is_not_entered(page):
    assert paths.first_shown(page, [".map", "iframe.outer >> .box"]) == ".map" and paths.stands_in_page(page)


def test_a_driver_that_stands_where_a_frame_was_is_brought_back(page):
    page.execute_script("setTimeout(() => document.querySelector('iframe.outer').remove(), 500)")
    page.switch_to.frame(page.find_element("css selector", "iframe.outer"))
    time.sleep(1.0)
    assert paths.first_shown(page, [".none", ".map"]) == ".map"
    assert paths.read_all(page, [".none", ".map @data-zoom"]) == [None, "2"]


def test_what_is_found_is_asked_in_the_same_question(page):
    for path in (".map", "iframe.outer >> .box", "iframe.outer >> iframe.inner >> .box", "shy-box >> .in", "#a"):
        element, told = paths.find_and_ask(page, path, "(el) => { return [el.className, null, 50 % 7]; }")
        assert told == [element.get_dom_attribute("class"), None, 1] and element == find(page, path)
    assert paths.find_and_ask(page, ".map", "(el) => el.lost ?? null")[1] is None
    for path in (".plan", "iframe.outer >> .map", "iframe.shut >> .box"):
        with pytest.raises(NoSuchElementException):
            paths.find_and_ask(page, path, "(el) => 1")


def test_where_none_is_shown_the_first_counts(page):
    assert find(page, ".none").get_dom_attribute("id") == "a" and read(page, ".none @id") == "a"
    assert read(page, ".none") is None and read(page, ".plan @id") is None and read(page, ".map @lang") is None
    assert not shown(page, ".none") and not shown(page, ".plan") and not shown(page, "")
    with pytest.raises(NoSuchElementException, match=r"nothing at \.plan"):
        find(page, ".plan")


def test_seen_is_what_a_person_could_see(page):
    seen = {name: shown(page, f".{name}") for name in ("clear", "gone", "flat", "held", "empty", "typed")}
    assert seen == {"clear": False, "gone": False, "flat": True, "held": True, "empty": False, "typed": True}
    assert read(page, ".typed") == "58.38" and shown(page, "//b[text()='tall']") and not shown(page, "//b[text()='x']")


def test_a_path_leads_into_frames_and_shadow_roots_open_or_closed(page):
    assert read(page, "pano-box >> .in") == "open" and read(page, "shy-box >> .in") == "closed"
    assert read(page, "iframe.outer >> .box") == "out" and read(page, ".outer >> .inner >> .box") == "in"
    assert find(page, ".outer >> .inner >> .box").text == "in"  # and stands in its frame
    assert read(page, ".shut >> .box") is None and read(page, ".nowhere >> .box") is None
    assert read(page, ".map >> .box") is None  # neither a frame nor a host


def test_a_selector_that_is_none_says_so(page):
    with pytest.raises(WebDriverException, match="valid selector"):
        find(page, "..map")


def test_a_frame_that_goes_while_it_is_looked_at_holds_nothing(page, monkeypatch):
    def vanishing(self, host):
        raise NoSuchFrameException

    monkeypatch.setattr(type(page.switch_to), "frame", vanishing)
    assert not shown(page, ".outer >> .box") and read(page, ".outer >> .box") is None


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_whoever_stands_in_a_frame_finds_what_is_on_the_page(page, known):
    """Also where somebody else's code went into the frame, and where the frame has gone since."""
    if known:
        assert read(page, "iframe.outer >> .box") == "out"
    else:
        page.switch_to.frame(page.find_element("css selector", "iframe.outer"))
    assert read(page, ".map") == "the round's 1" and shown(page, "iframe.outer >> iframe.inner >> .box")
    if not known:
        page.switch_to.default_content()
        page.switch_to.frame(page.find_element("css selector", "iframe.outer"))
    page.execute_script("top.setTimeout(() => top.document.querySelector('.outer').remove(), 0)")
    WebDriverWait(page, 5.0).until(lambda _: read(page, "iframe.outer >> .box") is None)
    assert find(page, ".map").text == "the round's 1"
    assert frame_around(page, ".map") == Frame()
    assert page.execute_script("return window === top")


def test_a_pixel_of_a_frame_in_a_frame_is_a_pixel_of_the_window(page):
    frame = frame_around(page, ".outer >> .inner >> .box")
    assert frame == Frame(110.0, 55.0, 0.5, 0.5) and frame.in_window(10, 10) == (115.0, 60.0)
    assert find(page, ".map").is_displayed()  # the pointer is moved from the outermost document
    assert frame_around(page, ".map") == Frame()


def test_paths_of_frames_are_named_outermost_first():
    assert paths.frames_of("a >> b >> c @d") == ["a", "a >> b"] and paths.frames_of("a") == []
