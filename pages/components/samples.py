"""The row of sample places: pictures from the simulated Earth, one click each. Owns its state; knows no model.

The places come from the game's own split, so no training stage has seen them, and the truth is known.
"""

from dataclasses import dataclass

import streamlit as st

from pages.components import resources

COUNT = 6
CARD_PX = 156  # six in a row on a desk, two on a phone
_SEED, _CHOSEN = "sample_seed", "sample_chosen"
FIRST_SEED = 20


@dataclass(frozen=True)
class Sample:
    """A place on offer: the recipe of its panorama, and so its truth."""

    lat: float
    lng: float
    month: int
    hour: float
    seed: int

    @property
    def recipe(self) -> tuple[float, float, int, float, int]:
        """What the renderer needs, in its order."""
        return self.lat, self.lng, self.month, self.hour, self.seed


def first_offered() -> list[Sample]:
    """The places that every visitor is shown first."""
    return _places(FIRST_SEED)


def on_offer() -> list[Sample]:
    """The places shown now."""
    return _places(st.session_state.get(_SEED, FIRST_SEED))


def _places(seed: int) -> list[Sample]:
    return [
        Sample(float(row.lat), float(row.lng), int(row.month), float(row.hour), int(row.seed))
        for row in resources.places(COUNT, seed).itertuples()
    ]


def chosen() -> Sample | None:
    """The sample that the visitor looks at, if any."""
    return st.session_state.get(_CHOSEN)


def choose(sample: Sample | None) -> None:
    """Look at a sample; None puts it away."""
    st.session_state[_CHOSEN] = sample


def choose_next() -> None:
    """The next sample on offer; after the last one, new places."""
    offered, now = on_offer(), chosen()
    following = offered.index(now) + 1 if now in offered else 0
    if following == len(offered):
        _shuffle()
        offered, following = on_offer(), 0
    choose(offered[following])


def _shuffle() -> None:
    st.session_state[_SEED] = st.session_state.get(_SEED, FIRST_SEED) + 1


def button() -> None:
    """One click to a sample, and the next one, and back."""
    with st.container(horizontal=True, width="content", vertical_alignment="bottom"):
        if chosen() is not None:
            st.button("Put it away", type="tertiary", on_click=choose, args=(None,))
        label = "Try a sample" if chosen() is None else "Another sample"
        st.button(label, key="try-sample", type="primary", icon=":material/casino:", on_click=choose_next)


def gallery() -> None:
    """Pictures to choose from, each with its button, and a button for other places."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown("**No picture at hand?** Take one of these: the simulated Earth, at places no training has seen.")
        st.button("Other places", icon=":material/shuffle:", type="tertiary", on_click=_shuffle)
    with st.spinner("Drawing places …"):
        pictures = [(sample, resources.thumbnail(*sample.recipe)) for sample in on_offer()]
    with st.container(horizontal=True, gap="small"):
        for number, (sample, picture) in enumerate(pictures, start=1):
            with st.container(width=CARD_PX, gap="small"):
                st.image(picture, width="stretch", alt=f"Sample place {number}")
                st.button("Where is this?", key=f"sample-{number}", on_click=choose, args=(sample,), width="stretch")
