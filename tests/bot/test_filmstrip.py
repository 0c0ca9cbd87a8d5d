"""Filmstrips are drawn for every round that can be played."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from bot import filmstrip
from bot.events import RoundPlayed
from bot.filmstrip import Frame, distance_text, game_image, position_text, round_image, score_colour, writable

PLAYED = RoundPlayed(
    1, 58.4, 26.7, 58.4001, 26.7001, 59.4, 24.7, 161.6, 4487, 3.2, "Tartu, Estonia", "Tallinn, Estonia", "r.jpg"
)


def picture(colour: str, size: tuple[int, int] = (64, 48), kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def frame():
    colours = ("#ff0000", "#00ff00", "#0000ff", "#ffff00")
    return Frame(PLAYED, tuple(picture(colour) for colour in colours))


def test_a_round_shows_its_four_views_from_left_to_right(frame, outlines):
    image = round_image(frame, outlines, "Bot", "world")
    assert image.width == 1600
    seen = [image.getpixel((36 + 190 + k * 385, 250)) for k in range(4)]
    assert seen == [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]


def test_a_game_grows_with_its_rounds(frame, outlines):
    heights = [game_image([frame] * n, outlines, "Bot", "world", 4487 * n).height for n in (1, 2, 5)]
    assert heights[0] < heights[1] < heights[2]
    assert heights[2] - heights[1] == 3 * (heights[1] - heights[0])


@pytest.fixture
def written(monkeypatch):
    """All texts of a picture."""
    texts, real = [], filmstrip._text
    monkeypatch.setattr(
        filmstrip, "_text", lambda draw, at, text, *more: (texts.append(text), real(draw, at, text, *more))
    )
    return texts


@pytest.mark.parametrize(("rounds", "title"), [(8, "Round 1 of 8"), (None, "Round 1")])
def test_a_round_says_of_how_many_where_that_is_known(frame, outlines, written, rounds, title):
    round_image(frame, outlines, "Bot", "world", rounds)
    assert title in written and "Round 1 of 5" not in written


@pytest.mark.parametrize(
    ("rounds", "most", "words"),
    [
        ((1, 2, 3), 5000, "of 15,000 points"),
        ((1, 2), 100, "of 200 points"),
        ((3,), 5000, "points"),
        ((1,), None, "points"),
    ],
)
def test_a_game_says_what_it_could_bring_where_all_of_it_is_there(frame, outlines, written, rounds, most, words):
    frames = [replace(frame, played=replace(PLAYED, round=number, max_score=most, score=90)) for number in rounds]
    game_image(frames, outlines, "Bot", "world", 90 * len(rounds))
    assert words in written


@pytest.mark.parametrize("score", [0, 1, 5000])
@pytest.mark.parametrize("distance_km", [0.0, 20015.1])
def test_the_best_and_the_worst_round_can_be_drawn(frame, outlines, score, distance_km):
    extreme = replace(PLAYED, score=score, distance_km=distance_km, guess_place="", true_place="x" * 300)
    image = round_image(replace(frame, played=extreme), outlines, "n" * 40, "world")
    assert image.width == 1600
    assert game_image([replace(frame, played=extreme)], outlines, "Bot", "world", score).width == 1600


def test_views_of_any_size_and_kind_are_fitted(frame, outlines):
    odd = (picture("red", (1, 1)), picture("red", (3000, 10)), picture("red", kind="JPEG"), picture("red", (10, 900)))
    assert round_image(replace(frame, views=odd), outlines, "Bot", "world").width == 1600


@pytest.mark.parametrize(
    ("distance_km", "text"),
    [(0.0, "0 m"), (0.3204, "320 m"), (8.44, "8.4 km"), (161.6, "162 km"), (12040.4, "12,040 km")],
)
def test_distances_are_written_as_people_say_them(distance_km, text):
    assert distance_text(distance_km) == text


def test_positions_name_their_hemispheres():
    assert position_text((58.38, 26.72)) == "58.38° N, 26.72° E"
    assert position_text((-33.9, -70.6)) == "33.90° S, 70.60° W"


def test_scores_go_from_red_over_amber_to_green():
    assert (score_colour(0), score_colour(2500), score_colour(5000)) == ("#f0625c", "#ffbe5c", "#57d38c")
    assert score_colour(9999) == score_colour(5000)


@pytest.mark.parametrize(
    ("text", "written"),
    [("Tartu, Estonia", "Tartu, Estonia"), ("Gundsømagle", "Gundsomagle"), ("Łódź", "Lodz"), ("東京", "??")],
)
def test_letters_that_the_font_lacks_are_written_plainly(text, written):
    assert writable(text) == written
