"""Ask in words: captions of one's own beside the picture, and down from parts of the world to countries to cities.

Shares are among the sentences that stand beside each other. Knows the geolocator's door; nothing typed is kept.
"""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from pages.components import notices, resources

if TYPE_CHECKING:
    from model.geolocator import InWords, Named

FIRST = ("Northern Europe", "a Street View photo in Sweden", "a desert road", "a town in the tropics")
SHOWN = 8  # of the names on a level


def show(files: Sequence[bytes], system: str) -> None:
    """A closed box that opens to the question."""
    box = st.expander("Ask in words", icon=":material/forum:", key="words", on_change="rerun")
    if not box.open:
        return
    with box, notices.spoken():
        digest = hashlib.sha256()
        for file in files:
            digest.update(hashlib.sha256(file).digest())
        name = digest.hexdigest()
        with st.spinner("Learning to read …"):
            asked = resources.computed(
                ("words", name, system), lambda: resources.system(system).in_words(list(files))
            )  # fmt: skip
        with notices.spoken():
            _captions(asked)
        _down(asked, f"{name[:12]}-{system}")


def _captions(asked: "InWords") -> None:
    typed = st.text_area("Captions, one on a line", "\n".join(FIRST), key="words-captions")
    captions = list(dict.fromkeys(line.strip() for line in (typed or "").splitlines() if line.strip()))
    if not captions:
        st.caption("Write what the picture may show or where it may be: each line gets its share.")
        return
    _bars(asked.captions(captions), "Caption", len(captions))
    st.caption("How the picture shares itself among these lines: one of them gets most even where none is true.")


def _down(asked: "InWords", key: str) -> None:
    """Three levels beside each other; each begins with the likeliest name of the one before."""
    st.markdown("##### From the world to a city")
    left, middle, right = st.columns(3)
    with left:
        part = _level(asked.parts(), "Part of the world", f"words-part-{key}")
    with middle:
        country = _level(asked.countries(part), "Country", f"words-country-{key}-{part}")
    with right:
        _bars(asked.cities(country), "City", SHOWN)


def _level(found: "Sequence[Named]", title: str, key: str) -> str:
    names = {one.key: one.name for one in found}
    chosen = st.selectbox(f"{title} to go down into", list(names), format_func=lambda one: names[one], key=key)
    _bars(found, title, SHOWN)
    return str(chosen or found[0].key)


def _bars(found: "Sequence[Named]", title: str, most: int) -> None:
    frame = pd.DataFrame([{"name": one.name, "share": one.share} for one in found[:most]])
    st.dataframe(
        frame, hide_index=True, width="stretch",
        column_config={
            "name": st.column_config.TextColumn(title, width="medium"),
            "share": st.column_config.ProgressColumn(
                "Share", format="percent", min_value=0.0, max_value=1.0, width="small"
            ),
        },
    )  # fmt: skip
