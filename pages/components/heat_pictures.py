"""A heat map laid over the views that the model saw: grey where nothing speaks, glowing where much does. Pure."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from pages.components import pictures
from pages.components.identity import hex_of

RAMP = ((46, 30, 80), (168, 52, 88), (236, 120, 60), (255, 214, 92))  # from little to most
KNOTS = (0.0, 0.35, 0.7, 1.0)
FAINTEST, DEEPEST = 0.0, 0.82  # how much of the picture the colour covers
PHOTO_PX = 420


def overlaid(views: Sequence[Image.Image], heat: np.ndarray) -> Image.Image:
    """Views with their heat (V, h, w), 0 … 1, over them: four in a strip under their letters, or one square photo.

    A photo is shown as the square from its middle, which is all that the model sees of it.
    """
    glowing = [_glowing(view, spots) for view, spots in zip(views, heat, strict=True)]
    return glowing[0] if len(glowing) == 1 else pictures.joined(glowing)


def legend() -> str:
    """The ramp as HTML, with words at its ends."""
    stops = ", ".join(f"{hex_of(colour)} {knot:.0%}" for colour, knot in zip(RAMP, KNOTS, strict=True))
    return (
        "<div class='homing-legend'><span>says little</span>"
        f"<span style='width:9rem;height:.7rem;border-radius:.35rem;background:linear-gradient(90deg,{stops})'></span>"
        "<span>speaks most for it</span></div>"
    )


def _glowing(view: Image.Image, spots: np.ndarray) -> Image.Image:
    side = min(view.size)
    left, top = (view.width - side) // 2, (view.height - side) // 2
    square = view.convert("RGB").crop((left, top, left + side, top + side)).resize((PHOTO_PX, PHOTO_PX))
    fine = Image.fromarray(np.asarray(spots, np.float32)).resize((PHOTO_PX, PHOTO_PX), Image.Resampling.BICUBIC)
    strength = np.asarray(fine).clip(0.0, 1.0)[..., None]  # (H, W, 1)
    picture = np.asarray(square, np.float32)
    grey = 0.25 * picture + 0.75 * picture.mean(axis=2, keepdims=True)
    colour = np.concatenate([np.interp(strength, KNOTS, [c[k] for c in RAMP]) for k in range(3)], axis=2)
    cover = FAINTEST + (DEEPEST - FAINTEST) * np.sqrt(strength)
    # The glow keeps the light and shade of what is under it, so that one still sees what it is.
    shade = 0.55 + 0.45 * grey / 255.0
    return Image.fromarray((grey * (1.0 - cover) + colour * shade * cover).clip(0, 255).astype(np.uint8))
