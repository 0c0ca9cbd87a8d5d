"""Why there? What the model looked at, what it would say without a family of clues, and what looks alike.

All of it is made when somebody opens it, and kept. Knows the Guess and the geolocator's door.
"""

import hashlib
from collections.abc import Sequence

import streamlit as st
from PIL import Image

from model.geolocator import DEFAULT, Guess, Why
from pages.components import counterfactual, heat_pictures, look_alikes, notices, resources, words
from pages.components.samples import Sample

METHODS = {
    "attention": "Found by the attention of its layers, weighted by what it did for the answer.",
    "features": "Found by Grad-CAM: features that speak for the answer, where they are in the picture.",
    "occlusion": "Found by covering the picture square by square and asking again.",
}
REGION, COUNTRY = "this region", "this country"


def show(
    guess: Guess, views: Sequence[Image.Image], files: Sequence[bytes], sample: Sample | None, system: str = DEFAULT
) -> None:
    """A closed box that opens to the reasons."""
    box = st.expander("Why there?", icon=":material/lightbulb:", key="why", on_change="rerun")
    if not box.open:
        return
    with box, notices.spoken():
        _heat(guess, views, files, system)
        if sample is not None:
            counterfactual.show(sample, system)
        look_alikes.show(guess, _names(guess))


def _heat(guess: Guess, views: Sequence[Image.Image], files: Sequence[bytes], system: str) -> None:
    st.markdown("##### What speaks for it")
    of = st.segmented_control(
        "What is explained", [REGION, COUNTRY], default=REGION, required=True, key="why-of",
        label_visibility="collapsed",
    )  # fmt: skip
    with st.spinner("Looking at what it looked at …"):
        why = _found(files, of, system)
    st.image(heat_pictures.overlaid(views, why.heat), width="stretch" if len(views) > 1 else "content",
             alt="The views, glowing where they speak for the guess")  # fmt: skip
    st.html(heat_pictures.legend())
    if not why.heat.any():
        st.caption("No spot alone speaks for this guess: it comes from the picture as a whole.")
    country = resources.country_names().get(why.country, "")
    what = f"all of {country}" if why.of == "country" and country else "the region of the guess"
    # Of a picture of a kind never seen, a share would be a figure that nobody measured.
    share = "" if guess.out_of_distribution else f", which it gives {why.probability:.0%}"
    st.caption(f"What is bright speaks for {what}{share}. {METHODS.get(why.method, '')}")


def _found(files: Sequence[bytes], of: str | None, system: str) -> Why:
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file).digest())
    model, wanted = resources.system(system), "country" if of == COUNTRY else "region"
    key = ("why", digest.hexdigest(), wanted, system, str(model.folder))
    return resources.computed(key, lambda: model.why(list(files), of=wanted))


def _names(guess: Guess) -> list[str]:
    if not guess.look_alikes:
        return []
    told = resources.atlas().describe([[place.lat, place.lng] for place in guess.look_alikes])
    return [words.place(row) for row in told.to_dict("records")]
