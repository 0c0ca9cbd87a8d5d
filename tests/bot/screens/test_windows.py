"""Ours is the window in which the page was opened; what the page opens besides is closed. No browser here."""

import pytest
from selenium.common.exceptions import NoSuchWindowException, TimeoutException, WebDriverException

from bot.screens.windows import Windows
from model.errors import BrowserError


class Browser:
    def __init__(self):
        self.window_handles, self.current_window_handle, self.switch_to = ["ours"], "ours", self

    def window(self, handle):
        if handle not in self.window_handles or handle == "fleeting":
            raise NoSuchWindowException
        self.current_window_handle = handle

    def close(self):
        self.window_handles.remove(self.current_window_handle)


@pytest.fixture
def windows():
    windows = Windows(Browser())
    windows.visit("http://p/", lambda: None)
    return windows


def test_windows_that_the_page_opens_are_closed(windows):
    windows.driver.window_handles += ["advertisement", "another"]
    windows.close_others()
    assert (windows.driver.window_handles, windows.driver.current_window_handle) == (["ours"], "ours")


def test_a_window_that_somebodys_page_object_has_turned_to_stays(windows):
    windows.driver.window_handles += ["the game", "advertisement"]
    windows.driver.window("the game")
    windows.close_others()
    assert (windows.driver.window_handles, windows.driver.current_window_handle) == (["ours", "the game"], "the game")


def test_a_window_that_goes_by_itself_is_no_trouble(windows):
    windows.driver.window_handles.append("fleeting")
    windows.close_others()
    assert windows.driver.current_window_handle == "ours"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutException("slow"), r"http://p/ did not load in time"),
        (WebDriverException("unknown error: net::ERR_CONNECTION_REFUSED"), r"opened \(ERR_CONNECTION_REFUSED\)"),
    ],
)
def test_a_page_that_does_not_open_is_a_sentence(windows, error, words):
    def go():
        raise error

    with pytest.raises(BrowserError, match=words):
        windows.visit("http://p/", go)


def test_a_browser_that_died_is_not_taken_for_a_page_that_does_not_open(windows):
    def go():
        raise WebDriverException("disconnected")

    with pytest.raises(WebDriverException):
        windows.visit("http://p/", go)
