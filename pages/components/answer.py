"""A guess, shown: where, how sure, what else, and what looks alike. Knows the Guess; knows no upload and no model."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import pydeck as pdk
import streamlit as st

from model.geo.distance import EARTH_RADIUS_KM, haversine_km
from model.geo.scoring import MAX_SCORE, geoguessr_score
from model.geolocator import DEFAULT, Guess, Handed, exif_position, look_at
from pages.components import (
    ask_in_words,
    circles,
    maps,
    notices,
    offers,
    pictures,
    resources,
    search_map,
    why,
    words,
)
from pages.components.identity import BOT, MODEL, PERSON, TRUTH
from pages.components.samples import Sample

FAINT = 0.002  # cells below this share of the probability are left off the map
SYSTEMS = {"PIGEON": ", the system for four views", "PIGEOTTO": ", the system for single photos"}
KM_A_DEGREE = EARTH_RADIUS_KM * math.pi / 180.0


@dataclass(frozen=True)
class Found:
    """A guess, with the files it was made from and the views that the model saw in them."""

    guess: Guess
    handed: Handed
    files: Sequence[bytes]
    system: str = DEFAULT  # the name of the one that was asked


def find(files: Sequence[bytes], system: str = DEFAULT) -> Found:
    """Ask a system where 1 photo, 1 panorama, 1 strip or 4 views were taken, as the API and the command ask it.

    Raises:
        HomingError: a file that is no picture, one with nothing to see, or a checkpoint that cannot answer.
    """
    guess = resources.system(system).locate(list(files))
    return Found(guess, look_at(files, pictures.VIEW_PX, samples=1), files, system)


def show(found: Found, sample: Sample | None) -> None:
    """The whole answer, from the pictures to the JSON."""
    guess = found.guess
    pictures.strip(found.handed.views)
    [where] = places([(guess.lat, guess.lng)])
    st.html(f"<p class='homing-answer'>{words.opening(guess)} <em>{escape(where)}</em>.</p>")
    if sample is not None:
        _truth(guess, sample)
    if guess.out_of_distribution:
        notices.stranger()
        offers.show()
    elif guess.unfamiliar:
        notices.unfamiliar()
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _map(guess, sample)
    with right:
        _certainty(guess)
        _candidates(guess)
    search_map.show(found.guess, found.files, sample, found.system)
    why.show(found.guess, found.handed.views, found.files, sample, found.system)
    ask_in_words.show(found.files, found.system)
    _exif(found.files)
    if not offers.credit(guess.system):
        notices.honesty()
    st.download_button(
        "The guess as JSON", json.dumps(guess.as_dict(), ensure_ascii=False, indent=1), "guess.json",
        "application/json", icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _truth(guess: Guess, sample: Sample) -> None:
    distance_km = float(haversine_km((guess.lat, guess.lng), (sample.lat, sample.lng)))
    [place] = places([(sample.lat, sample.lng)])
    st.success(
        f"It was **{place}**: {words.distance(distance_km)} away, "
        f"**{int(geoguessr_score(distance_km)):,}** of {MAX_SCORE:,} points.",
        icon=":material/flag:",
    )


def _map(guess: Guess, sample: Sample | None) -> None:
    candidates = _candidate_frame(guess)
    others = candidates.iloc[1:].assign(
        tip=lambda f: (
            "Also considered: "
            + f["place"].map(escape)
            + ("" if guess.out_of_distribution else f["probability"].map(" ({:.0%})".format))
        )
    )
    alike = pd.DataFrame([{"lat": p.lat, "lng": p.lng, "tip": "Looks alike"} for p in guess.look_alikes],
                         columns=["lat", "lng", "tip"])  # fmt: skip
    mine = pd.DataFrame(
        [{"lat": guess.lat, "lng": guess.lng, "tip": f"<b>The guess</b><br>{words.position(guess.lat, guess.lng)}"}]
    )
    layers = [
        _heat(guess),
        maps.pins(alike, PERSON, 5, ring=True, name="alike"),
        maps.pins(others, BOT, 5, name="others"),
    ]
    legend = [("guess", MODEL), ("also considered", BOT), ("looks alike", PERSON)]
    radius_km = radii_of(guess)
    if rings := circles.drawn(radius_km):
        layers.insert(1, circles.layer(guess.lat, guess.lng, radius_km, MODEL))
        chances = " and ".join(f"{chance} %" for chance in rings)
        legend.insert(1, (f"circle{'s' if len(rings) > 1 else ''}: it lies within with {chances}", MODEL))
    points = [(guess.lat, guess.lng), *circles.reach(guess.lat, guess.lng, radius_km),
              *others.loc[others["probability"] > 0.02, ["lat", "lng"]].to_numpy().tolist()]  # fmt: skip
    if sample is not None:
        truth = pd.DataFrame([{"lat": sample.lat, "lng": sample.lng, "tip": "<b>The truth</b>"}])
        layers += [maps.lines(truth.assign(guess_lat=guess.lat, guess_lng=guess.lng), TRUTH),
                   maps.pins(truth, TRUTH, 8, name="truth")]  # fmt: skip
        legend.insert(1, ("truth", TRUTH))
        points.append((sample.lat, sample.lng))
    maps.show([*layers, maps.pins(mine, MODEL, 9, name="guess")], maps.view_of(points), key="guess-map", named=points,
              alt="Map of the world with the guess, the other candidates and the places that look alike")  # fmt: skip
    maps.legend(legend)


def _heat(guess: Guess) -> pdk.Layer:
    """The probability of every cell, painted on the honeycomb of land."""
    points, of = resources.honeycomb(), resources.honeycomb_cells(guess.regions)
    probabilities = np.asarray(guess.cells, float)[of]
    kept = probabilities > FAINT
    radius_m = resources.HEX_DEG * KM_A_DEGREE * 1000.0 / math.sqrt(3.0)
    return maps.heat(points[kept], probabilities[kept], MODEL, radius_m, told=not guess.out_of_distribution)


def _certainty(guess: Guess) -> None:
    if guess.out_of_distribution:  # nothing was ever measured on such pictures
        _answered(guess)
        return
    with st.container(horizontal=True):
        if guess.expected_score is not None:
            st.metric(
                "Expected score",
                f"{guess.expected_score:,.0f}",
                help=f"Of {MAX_SCORE:,}: what the model thinks it will get.",
                border=True,
            )
        st.metric(
            "Best region",
            f"{max(candidate.probability for candidate in guess.candidates):.0%}",
            help="The share of its belief in one region.",
            border=True,
        )
    st.markdown(words.certainty(guess.entropy, len(guess.cells)))
    if told := words.radii(radii_of(guess)):
        st.markdown(f"**How near**: {told}.", help="Measured on places that no training has seen.")
    _answered(guess)


def _answered(guess: Guess) -> None:
    if guess.system:
        st.caption(f"{guess.system} answered{SYSTEMS.get(guess.system, '')}.")


def radii_of(guess: Guess) -> dict[str, float]:
    """The radii of a guess by chance in percent; none where the picture is of a kind that was never measured."""
    return {} if guess.out_of_distribution else dict(guess.radius_km or {})


def _candidates(guess: Guess) -> None:
    """What it considered, the likeliest first; the guess may be another, where a known place there looks more alike."""
    frame = _candidate_frame(guess)
    frame["place"] += [" · the guess", *[""] * (len(frame) - 1)]
    shown = ["place"] if guess.out_of_distribution else ["place", "probability"]
    st.dataframe(
        frame.sort_values("probability", ascending=False, kind="stable")[shown],
        hide_index=True, width="stretch",
        column_config={
            "place": st.column_config.TextColumn("Considered", width="medium"),
            "probability": st.column_config.ProgressColumn(
                "Belief", format="percent", min_value=0.0, max_value=1.0, width="small"
            ),
        },
    )  # fmt: skip


def _candidate_frame(guess: Guess) -> pd.DataFrame:
    frame = pd.DataFrame(
        [{"lat": c.refined_lat, "lng": c.refined_lng, "probability": c.probability} for c in guess.candidates]
    )
    return frame.assign(place=places(frame[["lat", "lng"]].to_numpy()))


def places(points: Any) -> list[str]:
    """What the atlas calls points (N, 2): "near Tartu, Estonia"."""
    return [words.place(row) for row in resources.atlas().describe(np.asarray(points, float)).to_dict("records")]


def _exif(files: Sequence[bytes]) -> None:
    found = [position for position in map(exif_position, files) if position]
    if found:
        st.info(
            f"The file itself says it was taken at **{words.position(*found[0])}** (EXIF). The model never sees this. "
            "If you share this photo, you share that position too.",
            icon=":material/badge:",
        )
