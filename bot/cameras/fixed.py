"""Cameras that need no turning, or are turned by a call of the page's own script."""

from bot.cameras.protocol import ONE, Compass, apart_deg
from bot.pictures import Pictures
from bot.screens.paths import read
from bot.screens.screen import Screen
from bot.screens.site import HEADING_DEG, HEADINGS, Heading

CLOSE_DEG = 1.0


class OnePhoto:
    """One photograph a round: nothing turns."""

    views: tuple[str, ...] = ONE
    fov_deg: float | None = None

    def face(self, pictures: Pictures, view: str) -> None:
        """Nothing to do."""


class CallCamera:
    """A page whose script turns the view: `turn` gets degrees clockwise from north as arguments[0].

    Attributes:
        turn: "viewer.setYaw(arguments[0])". compass: says where it faces, and so when it has turned.
    """

    views: tuple[str, ...] = HEADINGS

    def __init__(self, turn: str, compass: Compass | None = None, fov_deg: float | None = None) -> None:
        self.turn, self.compass, self.fov_deg = turn, compass, fov_deg

    def face(self, pictures: Pictures, view: Heading | str) -> None:
        """Call the page's script, and wait until its compass agrees."""
        wanted = HEADING_DEG[view]  # type: ignore[index]
        read(pictures.driver, pictures.path)  # the frame whose script it is
        pictures.driver.execute_script(self.turn, wanted)
        if (compass := self.compass) is not None:
            Screen(pictures.driver, pictures.timeout_s).wait(
                lambda: abs(apart_deg(compass.read(pictures.driver, pictures.path), wanted)) <= CLOSE_DEG,
                f"the panorama did not turn to {view}",
            )
