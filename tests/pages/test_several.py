"""The CSV of several photos: a row each, names that no spreadsheet runs, gaps where a file could not be read."""

import io
from dataclasses import replace

import pandas as pd

from pages.components import several, uploads


def row(name: str, data: bytes) -> several.Row:
    return several._find(uploads.File(name, data))


def test_a_row_has_place_code_certainty_and_how_it_was_read(drawing: bytes, photo: bytes) -> None:
    frame = pd.read_csv(io.StringIO(several.table([row("a.jpg", drawing), row("b.jpg", photo)]).to_csv(index=False)))
    assert tuple(frame.columns) == several.COLUMNS
    first, second = frame.to_dict("records")
    assert (first["country"], first["country_code"], first["town"]) == ("Austria", "AT", "Vienna")
    assert (first["lat"], first["lng"], first["probability"]) == (48.3, 16.5, 0.6000000238418579)
    assert (first["expected_score"], first["out_of_distribution"], first["read_as"]) == (3210.0, False, "photo")
    assert second["out_of_distribution"] and pd.isna(second["expected_score"])


def test_a_file_that_cannot_be_read_has_its_reason_and_no_figures() -> None:
    [told] = several.table([row("broken.jpg", b"")]).to_dict("records")
    assert told["file"] == "broken.jpg" and "found an empty file" in told["problem"]
    assert pd.isna(told["lat"]) and pd.isna(told["country"])


def test_a_name_that_looks_like_a_formula_is_only_a_name() -> None:
    for name in ("=1+1.jpg", "+a", "-a", "@a", "\ta"):
        assert several.table([row(name, b"")])["file"][0] == "'" + name


def test_a_picture_that_another_world_drew_stops_no_other(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    import numpy as np

    import world.draw.pictures

    monkeypatch.setattr(world.draw.pictures, "SOFTWARE", "simulated Earth v1")
    old = world.draw.pictures.encode(np.arange(64 * 64 * 3, dtype=np.uint8).reshape(64, 64, 3), ".png")
    assert "looked for version 1" in row("old.png", old).problem


def test_a_guess_at_sea_and_a_guess_in_a_country_are_counted_apart(drawing: bytes) -> None:
    here = row("a.jpg", drawing)
    assert here.guess is not None
    at_sea = replace(here, guess=replace(here.guess, country="", country_name=""))
    assert several._summary(several.table([here, here, at_sea]), 0) == "**By country:** Austria 2, at sea 1."


def test_a_name_with_markup_is_shown_as_it_is(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    shown: list[str] = []
    monkeypatch.setattr(several.st, "html", shown.append)
    several._failures([row("<img src=x onerror=alert(1)>.jpg", b"")])
    assert "<img" not in shown[0] and "&lt;img" in shown[0]
