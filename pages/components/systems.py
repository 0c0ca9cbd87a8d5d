"""Who answers: the choice among the systems that can say where. Owns its state; knows them by name only."""

import streamlit as st

from model.geolocator import DEFAULT, SYSTEMS

WIDTH_PX = 180


def choose() -> str:
    """The name of the system that is to answer."""
    lines = "\n".join(f"- **{system.title}**: {system.words}" for system in SYSTEMS.values())
    chosen = st.selectbox(
        "Who answers", list(SYSTEMS), index=list(SYSTEMS).index(DEFAULT), format_func=lambda name: SYSTEMS[name].title,
        key="system", help=lines, width=WIDTH_PX,
    )  # fmt: skip
    return str(chosen or DEFAULT)
