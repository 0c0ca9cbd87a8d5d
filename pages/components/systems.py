"""Who answers: the choice among the systems that can say where. Owns its state; knows them by name only.

Where a fetched system answers photos, the first choice is the pair: that one for photos, PIGEON for all else.
"""

import streamlit as st

from model.errors import ConfigError
from model.geolocator import CATALOGUE, DEFAULT, SYSTEMS, for_photos, is_fetched, is_here
from pages.components import notices, resources

WIDTH_PX = 180


def choose() -> str:
    """The name of the system that is to answer, as `resources.system` takes it."""
    names = _names()
    lines = "\n".join(f"- **{_title(name)}**: {_words(name)}" for name in names)
    key = "system" if names[0] == DEFAULT else f"system-{names[0]}"  # a new default is a new question
    chosen = st.selectbox("Who answers", names, index=0, format_func=_title, key=key, help=lines, width=WIDTH_PX)
    return str(chosen or names[0])


def answers_photos(told: bool = False) -> str | None:
    """The fetched system that answers photos by default; None where the shipped ones do, or it is gone.

    A choice that cannot be read is explained on the page, unless it was `told` there already.
    """
    try:
        name = for_photos.chosen()
    except ConfigError as error:
        if not told:
            notices.explain(error)
        return None
    return name if name in SYSTEMS and is_fetched(CATALOGUE[name]) else None


def _names() -> list[str]:
    """The default first; what was not fetched, or not trained beside what ships, is not here to be chosen."""
    photos = answers_photos()
    rest = [name for name in SYSTEMS if name != DEFAULT and is_here(name)]
    return [*([resources.FOR_PHOTOS + photos] if photos else []), DEFAULT, *rest]


def _title(name: str) -> str:
    if name.startswith(resources.FOR_PHOTOS):
        return f"{SYSTEMS[name.removeprefix(resources.FOR_PHOTOS)].title} for photos"
    return SYSTEMS[name].title


def _words(name: str) -> str:
    if name.startswith(resources.FOR_PHOTOS):
        photos = SYSTEMS[name.removeprefix(resources.FOR_PHOTOS)].title
        return f"{photos} answers single photos, {SYSTEMS[DEFAULT].title} four views and the simulated Earth"
    return SYSTEMS[name].words
