"""What a hand does on a map: points, turns the wheel, drags. Knows no library."""

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.remote.webdriver import WebDriver

from bot.maps.blind import BlindMap
from bot.maps.protocol import Look, MapAdapter
from bot.maps.view import View
from bot.maps.wheel import Wheel
from bot.screens.paths import find
from bot.screens.pointer import frame_around, pointer_at

EDGE_PX = 12.0  # nearer to the edge, the next turn of the wheel may push the place out
DRAG_SHARE = 0.6  # of the map's size, at most, in one drag

_FREE = """
const [m, x, y] = arguments, r = m.getBoundingClientRect();
const at = m.getRootNode().elementFromPoint(r.left + x, r.top + y);
return !!at && (m.contains(at) || at.contains(m)) && !at.closest('button, a, input');
"""


class Hand:
    """A hand on the map of an adapter; `zoom_in` is the path of a button that is better than the wheel, if any."""

    def __init__(self, driver: WebDriver, adapter: MapAdapter, zoom_in: str = "") -> None:
        self.driver, self.adapter, self.zoom_in, self.wheel = driver, adapter, zoom_in, Wheel()

    def pointer(self, look: Look, x: float, y: float) -> ActionChains:
        """The pointer on a pixel of the map."""
        frame = frame_around(self.driver, self.adapter.path)
        return pointer_at(self.driver, *frame.in_window(look.box[0] + x, look.box[1] + y))

    def can_click(self, view: View, x: float, y: float) -> bool:
        """Whether a pixel is well inside the map and no button lies over it."""
        margin = min(EDGE_PX, view.width_px / 8, view.height_px / 8)
        return view.shows(x, y, margin) and bool(
            self.driver.execute_script(
                _FREE,
                find(self.driver, self.adapter.path), x, y,
            )
        )  # fmt: skip

    def zoom(self, look: Look, x: float, y: float, levels: float) -> None:
        """Zoom by about so many levels at a pixel, in as it counts up."""
        if self.zoom_in and levels > 0.0:
            find(self.driver, self.zoom_in).click()
        else:
            frame = frame_around(self.driver, self.adapter.path)
            at = frame.in_window(look.box[0] + x, look.box[1] + y)
            origin = ScrollOrigin.from_viewport(round(at[0]), round(at[1]))
            self.wheel.turn(self.driver, origin, levels)  # it may scroll the page instead, which a look undoes
        if isinstance(self.adapter, BlindMap):
            self.adapter.forget()

    def drag_to_centre(self, look: Look, view: View, x: float, y: float) -> None:
        """Take hold on the far side of the centre and pull the place towards the middle, within the map."""
        dx, dy = view.width_px / 2 - x, view.height_px / 2 - y
        reach = min(1.0, DRAG_SHARE * view.width_px / (abs(dx) or 1.0), DRAG_SHARE * view.height_px / (abs(dy) or 1.0))
        dx, dy = dx * reach, dy * reach
        chain = self.pointer(look, view.width_px / 2 - dx / 2, view.height_px / 2 - dy / 2).click_and_hold()
        for _ in range(4):
            chain.move_by_offset(round(dx / 4), round(dy / 4))
        chain.pause(0.1).release().perform()  # held still before it is let go, a map has no swing to go on with
        if isinstance(self.adapter, BlindMap):
            self.adapter.forget()
