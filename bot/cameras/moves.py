"""What a hand does to turn a panorama: keys, or drags. Positive units are meant to turn clockwise. Knows no page."""

from typing import Protocol

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from bot.pictures import Pictures
from bot.screens.paths import find
from bot.screens.pointer import bring_into_window, frame_around, pointer_at

HELD_S = 0.1  # held still before it is let go, a panorama has no swing to go on with
REACH = 0.7  # of the picture's width, at most, in one drag
PIECES = 4


class Move(Protocol):
    """A way to turn, in units of its own."""

    @property
    def whole(self) -> bool:
        """Whether only whole units can be turned."""

    def first(self, pictures: Pictures) -> float:
        """A small turn to try, in units."""

    def by(self, pictures: Pictures, units: float) -> float:
        """Turn; gives how many units were really turned."""


class Arrows:
    """The arrow keys, or any two keys; the panorama is clicked first where the page wants that."""

    whole = True

    def __init__(self, right: str = Keys.ARROW_RIGHT, left: str = Keys.ARROW_LEFT, focus: bool = False) -> None:
        self.right, self.left, self.focus = right, left, focus

    def first(self, pictures: Pictures) -> float:
        """One press."""
        return 1.0

    def by(self, pictures: Pictures, units: float) -> float:
        """Press the key so many times."""
        element, presses = find(pictures.driver, pictures.path), round(units)
        chain = ActionChains(pictures.driver, duration=0)
        if self.focus:
            element.click()
        for _ in range(abs(presses)):
            chain.send_keys(self.right if presses > 0 else self.left).pause(0.01)
        chain.perform()
        return float(presses)


class Drags:
    """The pointer takes hold of the picture and pulls it to the left, which turns the camera to the right."""

    whole = False

    def first(self, pictures: Pictures) -> float:
        """A drag over a twelfth of the picture."""
        return max(8.0, float(find(pictures.driver, pictures.path).size["width"]) / 12.0)

    def by(self, pictures: Pictures, units: float) -> float:
        """Drag by so many pixels, in as many strokes as that takes."""
        driver, left = pictures.driver, round(units)
        element = find(driver, pictures.path)
        box = bring_into_window(driver, element)
        frame = frame_around(driver, pictures.path)
        middle, y = frame.in_window(box[0] + box[2] / 2, box[1] + box[3] / 2)
        most = max(8, int(box[2] * frame.across * REACH))
        while left:
            stroke = max(-most, min(most, left))
            x = round(middle + stroke / 2)
            chain = pointer_at(driver, x, y).click_and_hold()
            for piece in range(1, PIECES + 1):
                pointer_at(driver, x - round(stroke * piece / PIECES), y, chain)
            chain.pause(HELD_S).release().perform()
            left -= stroke
        return float(round(units))
