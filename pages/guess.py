"""Guess: pictures in, a place on the map out. Knows the geolocator's door, and nothing behind it."""

import streamlit as st

from pages.components import answer, notices, offers, resources, samples, several, systems, warm_up
from pages.components.uploads import KINDS, SEVERAL, ask, ask_many

st.title("Where was this seen?")
lede = st.empty()  # the words make room when there is an answer
with st.container(border=True):
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        kind = st.segmented_control("What do you have?", list(KINDS), default=next(iter(KINDS)), required=True)
        system = systems.choose()
        samples.button()
    files = ask_many() if kind == SEVERAL else []
    images = None if kind == SEVERAL else ask(kind)

sample = samples.chosen()

if sample is not None:
    with notices.spoken():
        warm_up.wait()
        with st.spinner("Looking around …"):
            found = answer.find([resources.panorama(*sample.recipe)], system)
        answer.show(found, sample)
        notices.other_world(resources.other_world())
elif files:
    with notices.spoken():
        warm_up.wait(warm_up.MODEL)
        several.show(several.find_all(files, system))
        offers.show()
elif images is not None:
    with notices.spoken():
        warm_up.wait(warm_up.MODEL)
        with st.spinner("Looking around …"):
            found = answer.find(images, system)
        view = found.handed.views[0]
        notices.read_as(found.handed.shape, KINDS[kind].shape, view.width / view.height)
        answer.show(found, None)
        notices.other_world(resources.other_world())
else:
    lede.html(
        "<p class='homing-lede'>Give a photo or many, four views, or a 360° panorama. See on the map where the model "
        "thinks it was taken, and how sure it is.</p>"
    )
    warm_up.wait(warm_up.RENDERER)
    samples.gallery()
    offers.show()
    notices.honesty()
