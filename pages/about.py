"""About: how it works, which checkpoint answers, how good it is, and what it must not be used for."""

from typing import Any

import streamlit as st

from pages.components import notices, resources
from pages.components.identity import ICON, MODEL, QUIET, hex_of
from world import WORLD_VERSION

STEPS = (
    ("visibility", "Look", "Four views become four vectors. Their mean is what the model sees of a place."),
    ("hexagon", "Choose a region", "The Earth is cut into geocells. A linear layer says how likely each one is."),
    ("join_inner", "Find the neighbours", "In the best regions it moves to the known place that looks most alike."),
    ("pin_drop", "Answer", "A position, the other candidates, and how open the choice was."),
)  # fmt: skip
WITHIN = (("1", "street"), ("25", "city"), ("200", "region"), ("750", "country"), ("2500", "continent"))


def main() -> None:
    """The whole page."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.image(str(ICON), width=72)
        st.title("About Homing", width="content")
    st.html(
        "<p class='homing-lede'>A pigeon finds its way home. Homing says where on Earth a picture was taken, plays "
        "the game that made people good at it, and lets a bot play too. It needs no internet.</p>"
    )
    how()
    with notices.spoken():
        figures(resources.metrics())
    limits()


def how() -> None:
    """The four steps from a picture to a place."""
    st.subheader("How it works")
    for column, (icon, title, text) in zip(st.columns(4), STEPS, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"### :primary[:material/{icon}:] {title}\n\n{text}")
    st.caption(
        "After PIGEON: Predicting Image Geolocations (Haas, Skreta, Alberti, Finn; arXiv 2307.05845). "
        "The same steps in code: `model/geolocator.py`."
    )


def figures(metrics: dict[str, Any]) -> None:
    """What the shipped checkpoint measured on places that no stage has seen."""
    st.subheader("How good it is")
    version = metrics.get("world_version")
    st.markdown(
        f"On **{metrics['n']:,} places of the simulated Earth** that no stage of training has seen "
        f"(world version {version or 'not told'}). These figures say nothing about real photographs."
    )
    if version != WORLD_VERSION:
        notices.other_world(
            f"these figures belong to an earlier drawing of the simulated Earth; the app now draws version "
            f"{WORLD_VERSION}. `make reproduce` makes a checkpoint for it."
        )
    with st.container(horizontal=True):
        st.metric("Right country", f"{metrics['country_accuracy']:.0%}", border=True, width=200)
        st.metric("Median distance", f"{metrics['median_km']:,.0f} km", border=True, width=200)
        st.metric("Mean score", f"{metrics['mean_score']:,.0f}", help="Of 5,000.", border=True, width=200)
    within = metrics["within_km"]
    rows = [{"within": f"{km} km ({word})", "share": float(within[km])} for km, word in WITHIN if km in within]
    st.vega_lite_chart(
        {
            "data": {"values": rows},
            "height": 34 * len(rows),
            "layer": [
                {"mark": {"type": "bar", "cornerRadiusEnd": 6, "height": 18, "color": hex_of(MODEL)}},
                {"mark": {"type": "text", "align": "left", "dx": 6, "color": hex_of(QUIET)},
                 "encoding": {"text": {"field": "share", "format": ".0%"}}},
            ],
            "encoding": {
                "y": {"field": "within", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 200}},
                "x": {"field": "share", "type": "quantitative", "axis": None, "scale": {"domain": [0, 1.1]}},
            },
        },
        width="stretch", alt="Share of guesses within a distance",
    )  # fmt: skip


def limits() -> None:
    """Limits, misuse, privacy, licence."""
    st.subheader("Limits and misuse", anchor="limits")
    left, right = st.columns(2, gap="medium")
    left.markdown(
        """
- **It has seen one world, and a drawn one.** Climate, relief, sun, coastlines, towns and population of the simulated
  Earth are data; road markings, poles, plates and signs follow a table that is partly documented and partly invented.
- **On a real photograph it is out of its depth**, says so, and is often far off. Train it on
  real pictures to change that.
- **A score of certainty is not a proof.** It can be sure and wrong.
"""
    )
    right.markdown(
        """
- **Finding where someone is can hurt them.** Do not use it on pictures of people who have not agreed, to find where
  somebody lives, or to take an anonymous picture's author out of anonymity.
- **Your pictures are not kept.** They live in this session and go with it. A position in the file (EXIF) is shown to
  you and never used.
- **The bot plays here.** The public GeoGuessr site counts such scripts as cheating.
"""
    )
    st.caption("Apache License 2.0. No real photograph and no other project's weights are part of it.")


main()
