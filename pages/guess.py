"""Guess: pictures in, a place on the map out. Knows the geolocator's door, and nothing behind it."""

import streamlit as st

from model.geolocator import drawn_by, gather_views
from pages.components import answer, notices, resources, samples
from pages.components.uploads import KINDS, PANORAMA, ask

st.title("Where was this seen?")
lede = st.empty()  # the words make room when there is an answer
with st.container(border=True):
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        kind = st.segmented_control("What do you have?", list(KINDS), default=next(iter(KINDS)), required=True)
        samples.button()
    images = ask(kind)

sample = samples.chosen()
if sample is not None:
    images = [resources.panorama(sample.lat, sample.lng, sample.month, sample.hour, sample.seed)]

if images is None:
    lede.html(
        "<p class='homing-lede'>Give one photo, four views or a 360° panorama. See on the map where the model thinks "
        "it was taken, and how sure it is.</p>"
    )
    samples.gallery()
    notices.honesty()
else:
    with notices.spoken():
        with st.spinner("Looking around …"):
            model = resources.geolocator()
            for image in images:  # views cut from a panorama no longer say who drew it
                model.require_world(drawn_by(image))
            views = gather_views(images)
            guess = model.locate(views)
        if kind == PANORAMA and len(views) == 1:
            st.info("This picture is not twice as wide as high, so it was looked at as one photo.")
        answer.show(guess, views, images, sample)
        notices.other_world(resources.other_world())
