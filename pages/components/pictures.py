"""Pictures beside each other in one strip, so that a phone shows them in one glance. Knows no model.

What is shown is what the model saw: the views, after decoding, turning and cropping.
"""

from collections.abc import Sequence

import streamlit as st
from PIL import Image, ImageDraw, ImageFont

SIDE_PX, GAP_PX, BADGE_PX = 420, 10, 46
VIEW_PX = 480  # of a view cut from a panorama to be shown: sharp on a dense screen, and cut in a tenth of a second
PHOTO_PX = 640  # the longer side of a single photo
DIRECTIONS = ("N", "E", "S", "W")
INK, PAPER = (43, 42, 51), (251, 247, 240)


def strip(views: Sequence[Image.Image]) -> None:
    """One photo, or the four views in a row with their directions."""
    if len(views) == 1:
        photo = views[0].copy()
        photo.thumbnail((PHOTO_PX, PHOTO_PX // 2))
        st.image(photo, alt="The photo")
    else:
        st.image(joined(views), width="stretch", alt="The four views: north, east, south, west")


def joined(views: Sequence[Image.Image]) -> Image.Image:
    """Four views side by side, each SIDE_PX square under its letter, with transparent gaps."""
    sheet = Image.new("RGBA", (len(views) * SIDE_PX + (len(views) - 1) * GAP_PX, SIDE_PX), (0, 0, 0, 0))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(BADGE_PX * 0.6)
    for number, (view, letter) in enumerate(zip(views, DIRECTIONS, strict=True)):
        left = number * (SIDE_PX + GAP_PX)
        sheet.paste(view.convert("RGB").resize((SIDE_PX, SIDE_PX)), (left, 0))
        corner = (left + 14, 14)
        draw.rounded_rectangle((*corner, corner[0] + BADGE_PX, corner[1] + BADGE_PX), 12, (*INK, 205))
        draw.text((corner[0] + BADGE_PX / 2, corner[1] + BADGE_PX / 2), letter, PAPER, font, "mm")
    return sheet
