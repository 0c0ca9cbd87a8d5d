"""Reads what a page says of a result once it has stopped counting up. Knows no page."""

import time
from collections.abc import Callable
from typing import TypeVar

from bot.screens.screen import POLL_S

SETTLED_S = 0.25  # what has not changed for so long holds: points may count up, a truth may come after the distance
LOOKS = 8  # and in so many looks, each of which a page that is too busy to count delays as well
SAID_S = 1.0  # so long a page may take to say all that it usually does
COUNTED_S = 10.0
T = TypeVar("T")


def settled(look: Callable[[], T], is_whole: Callable[[T], bool]) -> T:
    """What `look` gives once it has come to rest; a little later, where it `is_whole` not yet.

    What was whole and is not any more was on a page that went on by itself: it holds as it was last seen.
    """
    began = since = time.monotonic()
    last, looks = look(), 1
    while (now := time.monotonic()) - began < COUNTED_S:
        if now - since >= SETTLED_S and looks >= LOOKS and (is_whole(last) or now - began >= SAID_S):
            break
        time.sleep(POLL_S)
        told, looks = look(), looks + 1
        if told != last and (is_whole(told) or not is_whole(last)):
            last, since, looks = told, time.monotonic(), 1
    return last
