"""Of several elements at a path the one that can be seen counts, and a frame's pixels are the window's. No browser."""

import pytest
from selenium.common.exceptions import NoSuchElementException, NoSuchFrameException

import bot.screens.pointer as pointer
from bot.screens.paths import find, read, shown
from bot.screens.pointer import frame_around


class Element:
    def __init__(self, name, displayed=True, tag="div", stands=()):
        self.name, self.displayed, self.tag_name, self.stands = name, displayed, tag, stands

    text = property(lambda self: self.name)

    def is_displayed(self):
        return self.displayed

    def get_dom_attribute(self, name):
        return f"{name} of {self.name}"


class Page:
    """Elements by selector; `vanishing`: its frames go when they are entered."""

    vanishing = False

    def __init__(self, **elements):
        self.elements, self.switch_to = elements, self

    def default_content(self):
        self.entered = []

    def frame(self, host):
        if self.vanishing:
            raise NoSuchFrameException
        self.entered.append(host)

    def find_elements(self, by, selector):
        return self.elements.get(selector, [])

    def execute_script(self, script, element):
        return element.stands


TWO_MAPS = [Element("the result's", displayed=False), Element("the round's")]


def test_of_two_maps_the_one_that_is_shown_counts():
    page = Page(map=TWO_MAPS)
    assert find(page, "map").name == "the round's"
    assert (read(page, "map"), read(page, "map @data-zoom")) == ("the round's", "data-zoom of the round's")


def test_where_none_is_shown_the_first_counts():
    page = Page(map=[Element("a", False), Element("b", False)])
    assert find(page, "map").name == "a" and read(page, "map @id") == "id of a"
    assert read(page, "map") is None and read(page, "plan @id") is None
    with pytest.raises(NoSuchElementException, match="nothing at plan"):
        find(page, "plan")


def test_a_frame_that_goes_while_it_is_looked_at_holds_nothing():
    page = Page(iframe=[Element("frame", tag="iframe")], map=TWO_MAPS)
    assert shown(page, "iframe >> map")
    page.vanishing = True
    assert not shown(page, "iframe >> map") and read(page, "iframe >> map") is None


def test_a_pixel_of_a_frame_in_a_frame_is_a_pixel_of_the_window():
    page = Page(outer=[Element("outer", tag="iframe", stands=(100, 50, 0.5, 0.5))],
                inner=[Element("inner", tag="iframe", stands=(20, 10, 2.0, 1.0))], box=[Element("box")])  # fmt: skip
    frame = frame_around(page, "outer >> inner >> box")
    assert frame.in_window(0, 0) == (110, 55) and frame.in_window(10, 10) == (120, 60)
    assert page.entered == []  # the pointer is moved from the outermost document
    assert frame_around(page, "box") == pointer.Frame()
