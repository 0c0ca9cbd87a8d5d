"""What a page says when something is wrong or uncertain: one sentence each. Knows no page and no model's inside."""

import contextlib
import logging
from collections.abc import Iterator

import streamlit as st

from model.errors import HomingError
from model.geo.folders import without_folders
from pages.components.identity import ICON

LOG = logging.getLogger("homing.pages")
LONG = 2.4  # longer than this for its height, a photo loses more than half of itself to the square


def problem(sentence: str) -> None:
    """Show what went wrong; messages begin in lower case, because commands put their name before them."""
    st.error(sentence[:1].upper() + sentence[1:], icon=":material/error:")


def explain(error: Exception) -> bool:
    """Show an error as a sentence instead of a traceback, without folders; what nobody foresaw goes to the log in full.

    Returns:
        True, which tells Streamlit that nothing more need be shown.
    """
    if isinstance(error, HomingError):
        problem(without_folders(str(error)))
    else:
        LOG.error("a page failed", exc_info=error)
        problem(
            "Something went wrong that we did not foresee. Nothing you made is lost: reload the page and try again. "
            "The log of the app says more."
        )
    return True


@contextlib.contextmanager
def spoken() -> Iterator[None]:
    """A block in which an error that a person may see is shown where it happened, and the rest of the page lives on."""
    try:
        yield
    except HomingError as error:
        explain(error)


def honesty() -> None:
    """What the shipped checkpoint knows, and what it does not."""
    st.caption(
        ":material/public: This checkpoint has seen only the **simulated Earth** that Homing draws itself. "
        "On real photographs its answer is a guess about climate and landscape at best. "
        "[Limits and misuse](about)"
    )


def other_world(sentence: str) -> None:
    """The checkpoint is of another version of the simulated Earth; photos of one's own are looked at all the same."""
    sentence = without_folders(sentence)
    if sentence:
        st.info(sentence[:1].upper() + sentence[1:], icon=":material/public_off:")


def unfamiliar() -> None:
    """The picture looks like nothing that the model was trained on."""
    st.warning(
        "**This looks like nothing the model knows.** It is farther from every place it learned than almost all of its "
        "test pictures, as a real photograph will be. Do not rely on the answer.",
        icon=":material/help:",
    )


def stranger() -> None:
    """Nothing says that the picture is of the simulated Earth, the only one that the model has seen."""
    st.warning(
        "**The model has never seen a photograph.** It learned on the simulated Earth alone, and nothing in this file "
        "says that it comes from there. So there is no score to expect: take the place as a guess about climate and "
        "landscape at best.",
        icon=":material/help:",
    )


READ_AS = {
    "panorama": "This picture is twice as wide as high, so it was read as a 360° panorama: four views, its middle "
    "looking north.",
    "strip": "This picture is four times as wide as high, so it was read as four views side by side: north, east, "
    "south and west.",
}  # fmt: skip


def read_as(shape: str, asked: str, ratio: float) -> None:
    """What a picture was taken for, where that is not what the visitor called it; `ratio` is width by height."""
    if shape == asked:
        if shape == "photo" and not 1 / LONG <= ratio <= LONG:
            st.info("The model looks at the square in the middle of a photo; of one this long it sees little.",
                    icon=":material/crop:")  # fmt: skip
    elif shape == "photo":
        st.info("This picture is not twice as wide as high, so it was looked at as one photo.", icon=":material/image:")
    elif shape in READ_AS:
        st.info(READ_AS[shape], icon=":material/view_week:")


@contextlib.contextmanager
def empty(title: str, sentence: str) -> Iterator[None]:
    """The quiet state of a page that has nothing to show yet; what fills it goes into the block."""
    with st.container(border=True, horizontal_alignment="center"):
        st.image(str(ICON), width=88)
        st.markdown(f"### {title}", text_alignment="center")
        st.markdown(sentence, text_alignment="center")
        yield
