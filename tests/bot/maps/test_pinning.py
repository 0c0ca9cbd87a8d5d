"""A map that opens late, and one that is loaded anew under the pointer, cost no round. No browser here."""

import time

import pytest
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    MoveTargetOutOfBoundsException,
    NoSuchElementException,
    StaleElementReferenceException,
)

import bot.maps.pinning as pinning
from bot.maps.pinning import PinMap
from bot.maps.protocol import Look, MapSettings
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
        return [0, 0, 100, 100] if "getBoundingClientRect" in script else {"found": self}

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


def test_a_map_that_is_gone_has_no_markers_and_says_so():
    class Gone(Adapter):
        def look(self, driver):
            raise NoSuchElementException("nothing at #map")

    with pytest.raises(BrowserError, match="looked for a map at #map, found no such element"):
        PinMap(Page(), Gone()).markers()


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


class Gathers(Adapter):
    """A map that moves only some time after it was told to; it is its own hand, and its wheel."""

    def __init__(self, delay_s):
        self.delay_s, self.world_px, self.due, self.learnt = delay_s, 512.0, [], []
        self.wheel = self

    def look(self, driver):
        while self.due and self.due[0][0] <= time.monotonic():
            self.world_px = self.due.pop(0)[1]
        return Look(AffineView.around(58.0, 26.0, self.world_px, 400.0, 300.0), (0.0, 0.0, 400.0, 300.0))

    def can_click(self, view, x, y):
        return view.shows(x, y)

    def zoom(self, look, x, y, levels):
        self.due.append((time.monotonic() + self.delay_s, self.world_px * 2.0 ** max(1, round(levels))))

    drag_to_centre = None  # the place stays in sight

    def learn(self, before, after):
        self.learnt.append(before / after)


@pytest.mark.parametrize("delay_s", [0.0, 0.04, 0.1, 0.2])
def test_a_map_that_gathers_turns_of_the_wheel_before_it_moves_is_waited_for(delay_s):
    slow = Gathers(delay_s)
    pin_map = PinMap(Page(), slow, settings=MapSettings(finest_km_per_px=2.0))
    pin_map.hand = slow
    look, view = pin_map._bring_near(pin_map._calibrated(), 58.0, 26.0)
    assert view.km_per_px(58.0, 26.0) <= 2.0 and not slow.due and look == slow.look(None)
    assert min(slow.learnt) > 1.5  # no turn is held to have done nothing


class Slips(Page):
    """A page that scrolls back to its top so many times, before anyone can look."""

    def __init__(self, times):
        self.times, self.brought = times, 0

    def execute_script(self, script, *arguments):
        if "scrollIntoView" not in script:
            return super().execute_script(script, *arguments)
        self.brought += 1
        return [0.0, 100.0, 400.0, 300.0]


class Standing(Adapter):
    """A map below the window until it has been brought into it, and left there."""

    def look(self, driver):
        top = 100.0 if driver.brought > driver.times else 1500.0
        return Look(VIEW, (0.0, top, 400.0, 300.0))


@pytest.mark.parametrize("times", [0, 1, 5])
def test_a_map_that_slips_out_of_the_window_is_brought_back_and_one_that_stays_is_left(times):
    page = Slips(times)
    assert PinMap(page, Standing())._at_rest().box[1] == 100.0
    assert page.brought == times + 1


def test_a_page_that_slips_at_the_first_look_is_tried_again(monkeypatch):
    looks = []

    def calibrated(self):
        looks.append(1)
        if len(looks) == 1:
            raise MoveTargetOutOfBoundsException
        return LOOK

    monkeypatch.setattr(PinMap, "_calibrated", calibrated)
    monkeypatch.setattr(PinMap, "_bring_near", lambda self, look, lat, lng: (look, VIEW))
    monkeypatch.setattr(PinMap, "_click", lambda self, look, x, y: VIEW.place_at(x, y))
    assert PinMap(Page(), Adapter()).put_pin(58.0, 26.0) == pytest.approx((58.0, 26.0), abs=0.5)
