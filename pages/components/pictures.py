"""Pictures beside each other in one strip, so that a phone shows them in one glance. Knows no model.

What is shown is what the model saw: the views, after decoding, turning and cropping.
"""

from collections.abc import Sequence

import streamlit as st
from model.geolocator import gather_views
from PIL import Image

SIDE_PX, GAP_PX = 420, 10
PHOTO_PX = 640  # the longer side of a single photo
DIRECTIONS = ("N", "E", "S", "W")


def strip(images: Sequence[bytes]) -> None:
    """One photo, or the four views in a row under their directions."""
    views = gather_views(list(images))
    if len(views) == 1:
        photo = views[0].copy()
        photo.thumbnail((PHOTO_PX, PHOTO_PX // 2))
        st.image(photo, alt="The photo")
        return
    st.image(joined(views), width="stretch", alt="The four views: north, east, south, west")


def joined(views: Sequence[Image.Image]) -> Image.Image:
    """Views (V) side by side, each SIDE_PX square, with transparent gaps."""
    sheet = Image.new("RGBA", (len(views) * SIDE_PX + (len(views) - 1) * GAP_PX, SIDE_PX), (0, 0, 0, 0))
    for number, view in enumerate(views):
        sheet.paste(view.convert("RGB").resize((SIDE_PX, SIDE_PX)), (number * (SIDE_PX + GAP_PX), 0))
    return sheet
