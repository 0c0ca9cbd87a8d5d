"""A map that opens late, and one that is loaded anew under the pointer, cost no round. No browser here."""

import pytest
from selenium.common.exceptions import ElementClickInterceptedException, StaleElementReferenceException

import bot.maps.pinning as pinning
from bot.maps.pinning import PinMap
from bot.maps.protocol import Look
from bot.maps.view import AffineView
from model.errors import BrowserError

VIEW = AffineView.around(58.0, 26.0, 512.0, 400.0, 300.0)
LOOK = Look(VIEW, (0.0, 0.0, 400.0, 300.0))


class Page:
    """Any page, any element."""

    current_url = "http://p/"
    switch_to = property(lambda self: self)

    def default_content(self):
        pass

    def find_element(self, *locator):
        return self

    def execute_script(self, script, *arguments):
        return {"found": self}

    def get_dom_attribute(self, name):
        return None

    def is_displayed(self):
        return True


class Adapter:
    path = "#map"

    def tame(self, driver):
        pass


class Stubborn:
    """Opens at the nth asking; the first may run into something."""

    def __init__(self, opens_at, error=None):
        self.opens_at, self.error, self.asked = opens_at, error, 0

    def open(self, driver):
        self.asked += 1
        if self.error and self.asked == 1:
            raise self.error

    def is_open(self, driver):
        return self.asked >= self.opens_at


def opened(opening, timeout_s=5.0):
    PinMap(Page(), Adapter(), opening, timeout_s=timeout_s).open()
    return opening.asked


@pytest.mark.parametrize("error", [None, ElementClickInterceptedException(), StaleElementReferenceException()])
def test_a_key_or_a_click_that_was_lost_is_sent_again(monkeypatch, error):
    monkeypatch.setattr(pinning, "LOST_S", 0.05)
    assert opened(Stubborn(2, error)) == 2


def test_a_map_that_opens_at_once_is_asked_once():
    assert opened(Stubborn(1)) == 1


def test_a_map_that_never_opens_is_a_sentence(monkeypatch):
    monkeypatch.setattr(pinning, "LOST_S", 0.05)
    with pytest.raises(BrowserError, match=r"the map at #map did not open within 0.1 s"):
        opened(Stubborn(3), timeout_s=0.1)


@pytest.mark.parametrize(("losses", "works"), [(1, True), (pinning.ATTEMPTS, False)])
def test_a_map_that_is_loaded_anew_under_the_pointer_is_clicked_again(monkeypatch, losses, works):
    clicks = []

    def click(self, look, x, y):
        clicks.append((x, y))
        if len(clicks) <= losses:
            raise StaleElementReferenceException
        return VIEW.place_at(x, y)

    monkeypatch.setattr(PinMap, "_calibrated", lambda self: LOOK)
    monkeypatch.setattr(PinMap, "_bring_near", lambda self, look, lat, lng: (look, VIEW))
    monkeypatch.setattr(PinMap, "_click", click)
    if works:
        assert PinMap(Page(), Adapter()).put_pin(58.0, 26.0) == pytest.approx((58.0, 26.0), abs=0.5)
    else:
        with pytest.raises(BrowserError, match="took no click"):
            PinMap(Page(), Adapter()).put_pin(58.0, 26.0)
