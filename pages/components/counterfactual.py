"""What if there were no houses here? A simulated place without each family of clues, and where the guess goes then.

Knows the world's drawing and the geolocator's door; `measure` is pure of widgets, `show` draws its bars.
"""

from dataclasses import dataclass

import pandas as pd
import streamlit as st
from PIL import Image

from model.geo.distance import haversine_km
from model.geolocator import DEFAULT
from pages.components import charts_of_why, clues, resources, words
from pages.components.identity import MODEL, QUIET, TRUTH
from pages.components.maps import legend
from pages.components.samples import Sample
from world import WORLD_VERSION
from world.study.without import draw_without

SAMPLES = 2  # rays, as the training pictures were drawn with
LEAST_SEEN = 0.001  # a family that changes fewer pixels is not seen here
LEVEL_KM = 1.0  # a distance that changes by less stays as it was


@dataclass(frozen=True, eq=False)
class Moves:
    """Where guesses go. `rows`: family, title, seen (share of pixels), moved_km, distance_km, nearer_km."""

    distance_km: float  # of the guess on the whole place to the truth
    rows: pd.DataFrame  # the family that moves the guess most first; only families that are seen
    unseen: list[str]  # titles of the others


def measure(sample: Sample, system: str = DEFAULT) -> Moves:
    """Draw the place without each family and ask the model, about half a second in all.

    Raises:
        HomingError: a checkpoint that cannot answer.
    """
    model = resources.system(system)
    drawn = draw_without(resources.scene(*sample.recipe), model.encoder.image_size, SAMPLES)
    truth, points = (sample.lat, sample.lng), []
    for lesser in drawn:
        guess = model.locate([Image.fromarray(view) for view in lesser.views], WORLD_VERSION)
        points.append((guess.lat, guess.lng))
    whole, rows, unseen = float(haversine_km(points[0], truth)), [], []
    for lesser, point in zip(drawn[1:], points[1:], strict=True):
        title = clues.FAMILIES.get(lesser.family, (lesser.family, ""))[0]
        if lesser.changed < LEAST_SEEN:
            unseen.append(title)
            continue
        away = float(haversine_km(point, truth))
        rows.append({"family": lesser.family, "title": title, "seen": lesser.changed, "distance_km": away,
                     "moved_km": float(haversine_km(point, points[0])), "nearer_km": whole - away})  # fmt: skip
    columns = ["family", "title", "seen", "distance_km", "moved_km", "nearer_km"]
    frame = pd.DataFrame(rows, columns=columns).sort_values("moved_km", ascending=False, kind="stable")
    return Moves(whole, frame.reset_index(drop=True), unseen)


def show(sample: Sample, system: str = DEFAULT) -> None:
    """A sentence, and a bar for each family by how far the guess moves."""
    st.markdown("##### And without …?")
    with st.spinner("Drawing the place without its plants, houses, signs …"):
        moves = resources.computed(
            ("moves", sample.recipe, system, str(resources.system(system).folder)), lambda: measure(sample, system)
        )
    st.markdown(sentence(moves))
    if moves.rows.empty:
        return
    st.vega_lite_chart(charts_of_why.moves(moves.rows, LEVEL_KM), width="stretch", key="why-moves",
                       alt="How far the guess moves when the place is drawn without each family of clues")  # fmt: skip
    legend([("without it the guess is farther off: it helped", MODEL),
            ("without it the guess is nearer: it misled", TRUTH), ("as far as before", QUIET)])  # fmt: skip
    unseen = f" Not seen here: {', '.join(title.lower() for title in moves.unseen)}." if moves.unseen else ""
    st.caption(
        "The place is drawn again with one family of clues left out, four views as the model was trained on; the whole "
        f"place so drawn is guessed {words.distance(moves.distance_km)} from the truth.{unseen}"
    )


def sentence(moves: Moves) -> str:
    """What moves the guess most, and whether that helped."""
    if moves.rows.empty or float(moves.rows["moved_km"].iloc[0]) < LEVEL_KM:
        return "Whatever is left out of the picture, the guess stays where it is."
    first = moves.rows.iloc[0]
    text = f"Without **{first['title'].lower()}** the guess moves {words.distance(first['moved_km'])}"
    if abs(first["nearer_km"]) < LEVEL_KM:
        return f"{text}, as far from the truth as before."
    how = "nearer to" if first["nearer_km"] > 0 else "farther from"
    return f"{text}, {words.distance(abs(first['nearer_km']))} {how} the truth."
