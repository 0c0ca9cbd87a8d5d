"""The known places that a picture looks like, each with its picture where one can be had. Knows no model's inside.

A checkpoint keeps where its places lie, not their pictures. Those of the simulated Earth are drawn again: exactly as
they were learned where a table of recipes is at hand (data/*/manifest.parquet), else as a plain June noon.
"""

from dataclasses import dataclass

import streamlit as st

from model.geo.distance import haversine_km
from model.geolocator import Guess, LookAlike
from pages.components import notices, resources, words
from world import WORLD_VERSION

SHOWN = 6
CARD_PX = 168
PLAIN = (6, 12.0, 0)  # month, hour, seed of a place of which nothing more is known
NEAR_KM = 400.0  # a cluster's middle and its best member lie within it


@dataclass(frozen=True)
class Card:
    """A place to be drawn: its recipe, and whether that is the very one which was learned."""

    recipe: tuple[float, float, int, float, int]
    learned: bool


def card_of(place: LookAlike) -> Card:
    """From what a look-alike is drawn."""
    known = resources.recipes().get(place.id) if place.id else None
    near = [row for row in known or () if float(haversine_km(row[:2], (place.lat, place.lng))) < NEAR_KM]
    if near:
        return Card(min(near, key=lambda row: float(haversine_km(row[:2], (place.lat, place.lng)))), True)
    return Card((place.lat, place.lng, *PLAIN), False)


def show(guess: Guess, names: list[str]) -> None:
    """The nearest few, with the `names` of their places; nothing where the system knows no places by their looks."""
    if not guess.look_alikes:
        return
    st.markdown("##### Known places that look like it")
    model = resources.geolocator()
    if model.world_version != WORLD_VERSION:
        kind = "photographs" if model.world_version is None else "another version of the simulated Earth"
        st.caption(f"The checkpoint learned from {kind}, and carries no pictures of it: only names.")
        st.markdown("\n".join(f"- {name}, {_far(guess, place)}" for place, name in _pairs(guess, names)))
        return
    cards = [card_of(place) for place, _ in _pairs(guess, names)]
    with st.spinner("Drawing look-alikes …"), notices.spoken():
        drawn = [resources.thumbnail(*card.recipe) for card in cards]
        with st.container(horizontal=True, gap="small"):
            for (place, name), picture, card in zip(_pairs(guess, names), drawn, cards, strict=True):
                with st.container(width=CARD_PX, gap="small"):
                    st.image(picture, width="stretch", alt=f"Looks alike: {name}")
                    st.caption(f"{name}, {_far(guess, place)}{'' if card.learned else ' *'}")
    plain = [card for card in cards if not card.learned]
    if len(plain) < len(cards):
        st.caption("Looking north, drawn as the model learned the place.")
    if plain:
        st.caption("\\* How it looked then is not on this machine: drawn anew at the same spot, on a June noon.")


def _pairs(guess: Guess, names: list[str]) -> list[tuple[LookAlike, str]]:
    return list(zip(guess.look_alikes, names, strict=True))[:SHOWN]


def _far(guess: Guess, place: LookAlike) -> str:
    return f"{words.about(float(haversine_km((guess.lat, guess.lng), (place.lat, place.lng))))} from the guess"
