"""Several photos at once: a row each, on a map and as a CSV. One that cannot be read says why and stops no other.

Knows the Guess; what was found stays in the visitor's session, so that nothing is looked at twice.
"""

import base64
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd
import streamlit as st

from model.errors import ArtifactError, HomingError
from model.geo.folders import without_folders
from model.geolocator import DEFAULT, Guess, drawn_by
from pages.components import answer, maps, notices, words
from pages.components.identity import MODEL, QUIET
from pages.components.uploads import File

THUMBNAIL_PX = 96
NO_PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="  # one transparent pixel
ROW_PX, HEAD_PX, TABLE_PX = 64, 40, 760
_KNOWN = "several_found"
COLUMNS = ("file", "lat", "lng", "country", "country_code", "region", "town", "town_distance_km", "probability",
           "entropy", "expected_score", "out_of_distribution", "read_as", "problem")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One photo: where it was taken, or why nobody can say."""

    file: str
    thumbnail: str  # a data URI; "" where there is no picture
    guess: Guess | None
    problem: str = ""


def find_all(files: Sequence[File], system: str = DEFAULT) -> list[Row]:
    """A row for each file, in order, with a bar while the model is at it.

    Raises:
        ArtifactError: the checkpoint cannot answer, for any picture.
    """
    known: dict[tuple[str, str, str], Row] = st.session_state.setdefault(_KNOWN, {})
    keys = [(file.name, hashlib.sha256(file.data).hexdigest(), system) for file in files]
    for gone in known.keys() - set(keys):
        del known[gone]
    bar = st.progress(0.0, "Looking at the photos …")
    for number, (key, file) in enumerate(zip(keys, files, strict=True)):
        if key not in known:
            bar.progress(number / len(files), f"Looking at photo {number + 1} of {len(files)} …")
            known[key] = _find(file, system)
    bar.empty()
    return [known[key] for key in keys]


def _find(file: File, system: str = DEFAULT) -> Row:
    try:
        found = answer.find([file.data], system)
    except HomingError as error:
        if isinstance(error, ArtifactError) and drawn_by(file.data) is None:
            raise  # the checkpoint's own trouble: no other file would fare better
        return Row(file.name, "", None, without_folders(str(error)))
    picture = found.handed.views[0].copy()
    picture.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=80)
    return Row(file.name, "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode(), found.guess)


def show(rows: Sequence[Row]) -> None:
    """Table, map and CSV of all photos."""
    frame = table(rows)
    done = frame[frame["problem"] == ""]
    failed = f", {len(frame) - len(done)} could not be read" if len(done) < len(frame) else ""
    st.html(f"<p class='homing-answer'>{_count(len(done), 'photo')} on the map{failed}.</p>")
    strangers = int(done["out_of_distribution"].astype(bool).sum())
    if len(done):
        left, right = st.columns([3, 2], gap="medium")
        with left:
            _map(done)
        with right:
            if strangers:
                notices.stranger()
            st.markdown(_summary(done, strangers))
    st.dataframe(
        _shown(rows, frame), hide_index=True, width="stretch", row_height=ROW_PX,
        height=min(ROW_PX * len(rows) + HEAD_PX, TABLE_PX),
        column_config={
            "picture": st.column_config.ImageColumn("", width="small"),
            "place": st.column_config.TextColumn("Where", width="large"),
            "file": st.column_config.TextColumn("File", width="medium"),
            "probability": st.column_config.ProgressColumn("Belief", format="percent", min_value=0.0, max_value=1.0),
        },
    )  # fmt: skip
    _failures(rows)
    st.download_button(
        "All guesses as CSV", frame.to_csv(index=False), "guesses.csv", "text/csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _failures(rows: Sequence[Row]) -> None:
    """Why some could not be read, in full: a cell of the table is too short for a sentence."""
    lines = [f"<li><b>{escape(row.file)}</b>: {escape(row.problem)}</li>" for row in rows if row.guess is None]
    if lines:
        st.html(f"<ul class='homing-lede'>{''.join(lines)}</ul>")


def _summary(done: pd.DataFrame, strangers: int) -> str:
    """How many of each country, the most first."""
    known = done[~done["out_of_distribution"].astype(bool)]
    counts = known["country"].replace("", "at sea").value_counts()
    listed = ", ".join(f"{country} {number}" for country, number in counts.head(12).items())
    lines = [f"**By country:** {listed}."] if listed else []
    if strangers:
        lines.append(f"{_count(strangers, 'photo')} carry no mark of the simulated Earth." if strangers > 1
                     else "1 photo carries no mark of the simulated Earth.")  # fmt: skip
    return "\n\n".join(lines)


def table(rows: Sequence[Row]) -> pd.DataFrame:
    """What the CSV holds: COLUMNS, a row for each file; figures are empty where a file could not be read."""
    return pd.DataFrame([_plain(row) for row in rows], columns=list(COLUMNS))


def _plain(row: Row) -> dict[str, object]:
    # A name that a spreadsheet would take for a formula is a name all the same.
    name = "'" + row.file if row.file[:1] in "=+-@\t\r" else row.file
    if row.guess is None:
        return {"file": name, "problem": row.problem}
    told = row.guess.as_dict()
    kept = {column: told[column] for column in COLUMNS if column in told}
    # Of a picture of a kind never seen, a share would be a figure that nobody measured.
    share = None if row.guess.out_of_distribution else row.guess.candidates[0].probability
    return {"file": name, "probability": share, "problem": "", **kept}


def _shown(rows: Sequence[Row], frame: pd.DataFrame) -> pd.DataFrame:
    places = iter(answer.places([(row.guess.lat, row.guess.lng) for row in rows if row.guess]))
    return pd.DataFrame(
        {
            "picture": [row.thumbnail or NO_PICTURE for row in rows],
            "place": [_sentence(row, next(places) if row.guess else "") for row in rows],
            "file": [row.file for row in rows],
            "probability": frame["probability"],
        }
    )


def _sentence(row: Row, place: str) -> str:
    if row.guess is None:
        return "⚠ could not be read: see below"
    text = f"{words.opening(row.guess)} {place}"
    return f"{text} (read as four views)" if row.guess.read_as in ("panorama", "strip") else text


def _map(done: pd.DataFrame) -> None:
    tips = done["file"].map(escape) + "<br>" + done["town"].map(escape) + ", " + done["country"].map(escape)
    places = done[["lat", "lng"]].to_numpy(float).tolist()
    strange = done["out_of_distribution"].astype(bool)
    points = done.assign(tip="<b>" + tips.str.replace("<br>", "</b><br>", n=1))
    layers = [
        maps.pins(points[strange], QUIET, 7, name="strangers"),
        maps.pins(points[~strange], MODEL, 8, name="guesses"),
    ]
    maps.show(layers, maps.view_of(places), key="several-map", named=places,
              alt="Map of the world with the guess for each photo")  # fmt: skip
    entries = [("guess", MODEL)] if (~strange).any() else []
    maps.legend([*entries, *([("a photo, and so hardly a guess", QUIET)] if strange.any() else [])])


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
