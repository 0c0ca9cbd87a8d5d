"""Whether there is anything to see in a picture, decided by its pixels alone. Knows no file and no network.

Every figure is taken from a small copy (64 pixels along the longer side), so that a sensor's noise and the grain of a
JPEG count for little. The limits were set on 2,480 views of 620 places of the simulated Earth, by night, in fog, over
snow, sand and open sea: the barest of them has a spread of 4.3, 3.3 bits, and structures of 0.51 and 0.23.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE, COARSE = 64, 16  # pixels of the small copy, and of a coarser one in which finer noise has averaged out
MIN_SPREAD = 2.0  # of 255: standard deviation of the liveliest channel
MIN_BITS = 1.0  # entropy of the brightness; a page with one line of text has 0.1
MIN_STRUCTURE = (0.35, 0.12)  # correlation of neighbouring pixels, of the small and the coarse copy; noise has none
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


def why_blank(image: Image.Image) -> str:
    """Why there is nothing to see in an RGB picture, as words for a sentence; empty where there is something."""
    colours = _small(image)  # (H, W, 3)
    if float(colours.reshape(-1, 3).std(axis=0).max()) < MIN_SPREAD:
        return "it is of one colour, or transparent"
    grey = colours @ LUMA  # (H, W)
    if _bits(grey) < MIN_BITS:
        return "it is almost empty"
    coarse = np.asarray(Image.fromarray(grey).resize((COARSE, COARSE), Image.Resampling.BOX))
    if any(_structure(g) < least for g, least in zip((grey, coarse), MIN_STRUCTURE, strict=True)):
        return "it is noise"
    return ""


def _small(image: Image.Image) -> NDArray[np.float32]:
    scale = SIDE / max(image.size)
    if scale < 1.0:
        size = (max(8, round(image.width * scale)), max(8, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.BOX)
    return np.asarray(image.convert("RGB"), np.float32)


def _bits(grey: NDArray[np.float32]) -> float:
    """Entropy of the levels of brightness."""
    shares = np.bincount(np.rint(grey).astype(np.intp).ravel(), minlength=256) / grey.size
    shares = shares[shares > 0]
    return float(-(shares * np.log2(shares)).sum())


def _structure(grey: NDArray[np.float32]) -> float:
    """Correlation of each pixel with its neighbours: 1 for a smooth picture, 0 for noise."""
    variance = float(grey.var())
    if variance == 0.0:
        return 1.0
    down, right = np.diff(grey, axis=0), np.diff(grey, axis=1)
    return 1.0 - float((down**2).mean() + (right**2).mean()) / (4.0 * variance)
