"""Pictures of a panorama alone: what lies over it is hidden and put back, and a picture counts once it is drawn.

Whether it is drawn is judged by the picture: it is not all one colour, it has changed since the camera was turned, and
nothing in it has moved for a moment. Knows no camera.
"""

import io
import math
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from bot.screens.paths import find, find_all, find_and_ask, frames_of
from bot.screens.screen import Screen
from model.errors import BrowserError

ENCODER_FOV_DEG = 90.0  # what one of the four views of a place shows
THUMB = (96, 64)
PLAIN = 1.5  # a standard deviation of greys below this is one colour
SAME = 0.8  # mean difference of greys between two pictures of the same
POLL_S = 0.05
JUST_S = 0.01
TURNED_S, TURNED_LOOKS = 1.0, 10  # a page that shows the same for so long after a turn does look the same there; a
# machine that is too busy to draw is too busy for many looks as well, so they count besides the time

_HIDE = """
const [el] = arguments, root = el.getRootNode(), r = el.getBoundingClientRect(), kept = el.homingHidden ??= [];
const all = document.createElement('style');
all.textContent = '* { pointer-events: auto !important }';
(root.head ?? root).append(all);
const over = new Set();
for (let i = 0.5; i < 16; i += 1) for (let j = 0.5; j < 12; j += 1) {
  for (let at of root.elementsFromPoint(r.left + r.width * i / 16, r.top + r.height * j / 12)) {
    if (at === el || el.contains(at)) break;
    if (at.contains(el) || at.getRootNode() !== root) continue;
    while (at.parentElement && !at.parentElement.contains(el)) at = at.parentElement;
    over.add(at);
  }
}
all.remove();
for (const at of over) {
  kept.push([at, at.getAttribute('style')]);
  for (const name of ['transition', 'animation']) at.style.setProperty(name, 'none', 'important');
  at.style.setProperty('opacity', '0', 'important');
}
"""
_PUT_BACK = """
for (const [at, style] of (arguments[0].homingHidden ?? []).splice(0).reverse()) {
  at.style.setProperty('opacity', '');
  at.getBoundingClientRect();  // while it still has no transition
  if (style === null) at.removeAttribute('style'); else at.setAttribute('style', style);
}
"""

_STANDS = """(el) => {
const doc = el.ownerDocument;
let r = el.getBoundingClientRect();
if (r.top < 0 || r.left < 0 || r.bottom > innerHeight || r.right > innerWidth || doc.defaultView !== top) {
  el.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
  r = el.getBoundingClientRect();
}
let [left, up, right, down] = [r.left, r.top, r.right, r.bottom], size = [r.width, r.height], w = doc.defaultView;
for (; w !== w.top; w = w.parent) {
  const frame = w.frameElement;
  if (!frame) return {size};  // of another origin, which nobody may ask where it stands
  const o = frame.getBoundingClientRect(), style = getComputedStyle(frame);
  const across = o.width / (frame.offsetWidth || 1), along = o.height / (frame.offsetHeight || 1);
  const x = o.left + (frame.clientLeft + parseFloat(style.paddingLeft)) * across;
  const y = o.top + (frame.clientTop + parseFloat(style.paddingTop)) * along;
  [left, right] = [Math.max(0, left), Math.min(w.innerWidth, right)].map((v) => x + v * across);
  [up, down] = [Math.max(0, up), Math.min(w.innerHeight, down)].map((v) => y + v * along);
}
return {size, box: [left, up, right, down], window: [w.innerWidth, w.innerHeight]};
}"""

Thumb = NDArray[np.float64]


class NotThere(BrowserError):
    """There is no such picture, or nothing of it can be seen; it may come yet."""


class Pictures:
    """Photographs the element at `path`.

    Attributes:
        mirrored: the page shows its panorama as in a mirror; pictures are turned back.
        fov_deg: how wide the page's view is, if that is known; more than the encoder knows is cut off.
        still_s: nothing may have moved for so long.
    """

    def __init__(
        self,
        driver: WebDriver,
        path: str,
        mirrored: bool = False,
        fov_deg: float | None = None,
        still_s: float = 0.1,
        timeout_s: float = 20.0,
    ) -> None:
        self.driver, self.path, self.mirrored, self.fov_deg = driver, path, mirrored, fov_deg
        self.still_s, self.timeout_s = still_s, timeout_s

    def hide_overlays(self) -> None:
        """Make everything invisible that lies over the panorama, at once; it keeps its place.

        Raises:
            BrowserError: there is no panorama.
        """
        Screen(self.driver, self.timeout_s).wait(
            lambda: bool(find_all(self.driver, self.path)), f"looked for a picture at {self.path}, none came"
        )
        for element in self._on_the_way():
            self.driver.execute_script(_HIDE, element)

    def put_back(self) -> None:
        """Show what was hidden, as it was."""
        for element in self._on_the_way():
            self.driver.execute_script(_PUT_BACK, element)

    def take(self, before: Thumb | None = None) -> Image.Image:
        """A picture (RGB) once it is drawn; `before` is what was seen before a turn, which it should not be.

        Raises:
            BrowserError: it does not come, stays all one colour, or never comes to rest.
        """
        began = since = time.monotonic()
        last: Thumb | None = None
        looks = 0
        while True:
            asked = time.monotonic()
            try:
                image, now = self.shoot(), time.monotonic()
            except NotThere:  # a photo has no size before it has come
                if time.monotonic() - began > self.timeout_s:
                    raise
                time.sleep(POLL_S)
                continue
            seen, looks = thumb(image), looks + 1
            if last is None or not same(seen, last):
                last, since = seen, now
            alike = before is not None and same(seen, before)
            turned = not alike or (now - began > TURNED_S and looks >= TURNED_LOOKS)
            if now - since >= self.still_s and turned and seen.std() > PLAIN:
                return image
            if now - began > self.timeout_s:
                why = "is all one colour" if seen.std() <= PLAIN else "did not come to rest"
                raise BrowserError(f"the picture at {self.path} {why} within {self.timeout_s:g} s.")
            if turned:  # the next look should be the last: a picture of the window is the dearest question of all
                time.sleep(max(0.0, self.still_s + JUST_S - (now - since) - (now - asked)))

    def shoot(self) -> Image.Image:
        """The picture as it is at this moment, mirrored back.

        Raises:
            NotThere: there is no such element, or nothing of it can be seen.
        """
        try:
            try:
                image = self._shot()
            except StaleElementReferenceException:
                image = self._shot()  # a page that draws anew
        except NoSuchElementException as error:
            raise NotThere(f"looked for a picture at {self.path}, found no such element.") from error
        except StaleElementReferenceException as error:
            raise NotThere(f"the picture at {self.path} was replaced while it was looked at.") from error
        return ImageOps.mirror(image) if self.mirrored else image

    def _shot(self) -> Image.Image:
        """The element cut out of a picture of the window, which is quicker than the driver's picture of an element."""
        element, stands = find_and_ask(self.driver, self.path, _STANDS)
        if min(stands["size"]) < 1:  # what a driver photographs of nothing differs from driver to driver
            raise NotThere(f"the picture at {self.path} has no size: it is hidden, or not laid out.")
        if "box" not in stands:
            return _open(element.screenshot_as_png)
        # Not by a command of DevTools, which is never answered where a page loads itself anew at that moment: the
        # driver's own way asks again after ten seconds.
        image = _open(self.driver.get_screenshot_as_png())
        scale = image.width / stands["window"][0]
        left, top, right, bottom = (round(edge * scale) for edge in stands["box"])
        box = (max(0, left), max(0, top), min(image.width, right), min(image.height, bottom))
        if box[0] >= box[2] or box[1] >= box[3]:
            raise NotThere(f"the picture at {self.path} cannot be seen: it lies outside the window.")
        return image.crop(box)

    def for_encoder(self, image: Image.Image, measured_fov_deg: float | None = None) -> bytes:
        """A picture (PNG) cut to what the encoder knows: the middle, 90° wide, where the page shows more."""
        fov_deg = self.fov_deg or measured_fov_deg
        if fov_deg is None or not ENCODER_FOV_DEG < fov_deg < 175.0:
            return _png(image)
        focal_px = image.width / 2.0 / math.tan(math.radians(fov_deg) / 2.0)
        side = round(2.0 * focal_px * math.tan(math.radians(ENCODER_FOV_DEG) / 2.0))
        if side >= min(image.size):
            return _png(image)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        return _png(image.crop((left, top, left + side, top + side)))

    def _on_the_way(self) -> Iterator[WebElement]:
        for path in [*frames_of(self.path), self.path]:
            yield find(self.driver, path)


def thumb(image: Image.Image, size: tuple[int, int] = THUMB) -> Thumb:
    """A picture in few greys, to compare: (height, width), 0 … 255."""
    return np.asarray(image.convert("L").resize(size, Image.Resampling.BOX), np.float64)


def same(a: Thumb, b: Thumb) -> bool:
    """Whether two thumbs show the same, but for noise."""
    return bool(np.abs(a - b).mean() < SAME)


def _open(png: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(png)) as image:
            return image.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise BrowserError(f"the browser gave a picture that is none: {error}.") from error


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
