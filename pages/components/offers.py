"""Real photos: systems that their authors publish, offered with size, licence and figures, and fetched after a yes.

Nothing asks the network before the button. A download goes on beside the page and belongs to the app, not to the
visitor: who comes back sees how far it is. Beyond this machine the access token is asked for, as it fills the disk.
"""

import pandas as pd
import streamlit as st

from model.errors import HomingError
from model.geo.folders import without_folders
from model.geolocator import CATALOGUE, LIMITS_KM, SYSTEMS, Published, for_photos, is_fetched, kept_bytes, size_words
from pages.components import access, notices, resources, systems

POLL_S = 0.7
LABEL = "Real photos: get a system that knows them"


def show() -> None:
    """A closed box; open while something comes."""
    offered = [one for name, one in CATALOGUE.items() if name in SYSTEMS]
    busy = any(download.running for download in resources.downloads().values())
    answering = systems.answers_photos(told=True)
    label = f"Real photos: {CATALOGUE[answering].title} answers them" if answering else LABEL
    with st.expander(label, icon=":material/photo_camera:", expanded=busy, key="offers"):
        st.markdown(
            "What ships with Homing has seen only its simulated Earth. These systems learned from real photographs. "
            "They are not part of Homing: each is fetched from its authors' page on the Hugging Face hub when you say "
            "yes, checked, kept on this machine, and answers single photos from then on. Your photos never leave it."
        )
        if not access.allowed():
            access.ask()
        columns = st.columns(max(1, len(offered)), gap="medium")
        for column, one in zip(columns, offered, strict=True):
            with column, st.container(border=True):
                _offer(one, answering)
        if (
            answering
            and access.allowed()
            and st.button("Let the shipped systems answer photos again", icon=":material/undo:")
        ):
            _choose(None)


def credit(title: str | None) -> bool:
    """Below an answer: whose system gave it, under which licence; False where it is none of the catalogue."""
    one = next((one for one in CATALOGUE.values() if one.title == title), None)
    if one is None:
        return False
    st.caption(
        f":material/photo_camera: **{one.title}** learned from real photographs. [{one.licence}]({one.licence_url}): "
        f"{one.terms} How sure it is was never measured here. [Limits and misuse](about)"
    )
    return True


def _offer(one: Published, answering: str | None) -> None:
    here = is_fetched(one)
    st.markdown(f"##### {one.title}")
    st.markdown(f"{one.words[:1].upper()}{one.words[1:]}.")
    st.markdown(
        f"**Licence** [{one.licence}]({one.licence_url}). {one.terms}  \n"
        f"**Size** {size_words(one.about_bytes)}, and as much memory while it answers"
    )
    _figures(one)
    if here:
        if one.name == answering:
            st.success("It answers photos.", icon=":material/check:")
        elif access.allowed() and st.button(
            f"Let {one.title} answer photos", key=f"use-{one.name}", icon=":material/photo_camera:"
        ):
            _choose(one.name)
        return
    download = resources.downloads().get(one.name)
    if download is not None and download.running:
        _running(one.name)
        return
    if download is not None and download.problem:
        notices.problem(without_folders(download.problem))
    if not access.allowed():
        return
    kept = kept_bytes(one)
    label = f"Yes, go on ({size_words(kept)} are here)" if kept else f"Yes, fetch {one.title}"
    if st.button(label, key=f"get-{one.name}", type="primary", icon=":material/download:"):
        resources.download(one)
        st.rerun()


def _figures(one: Published) -> None:
    """What the authors report, as a small table; nothing of it was measured here."""
    frame = pd.DataFrame(
        [["–" if share is None else f"{share:g}" for share in figures.within_km] for figures in one.figures],
        columns=[f"{limit:,} km" for limit in LIMITS_KM], index=[figures.benchmark for figures in one.figures],
    )  # fmt: skip
    st.table(frame)
    sources = ", ".join(dict.fromkeys(figures.source for figures in one.figures))
    st.caption(f"Percent of test photos nearer than each distance, as the authors report it ({sources}).")


@st.fragment(run_every=POLL_S)
def _running(name: str) -> None:
    """How far it is; when it is over the whole page is drawn again."""
    download = resources.downloads().get(name)
    if download is None or not download.running:
        st.rerun()
    else:
        st.progress(download.progress.share, download.progress.sentence())
        if st.button("Stop; what came is kept", key=f"stop-{name}", icon=":material/stop_circle:"):
            download.stop()


def _choose(name: str | None) -> None:
    try:
        for_photos.choose(name)
    except HomingError as error:
        notices.explain(error)
        return
    st.rerun()
