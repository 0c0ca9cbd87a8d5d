import math

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pages.components import maps, notices, pictures, rounds, words


@pytest.mark.parametrize(("km", "said"), [(0.85, "850 m"), (12.34, "12.3 km"), (1234.0, "1,234 km")])
def test_distances_are_said_as_people_say_them(km: float, said: str) -> None:
    assert words.distance(km) == said


def test_positions_name_their_hemispheres() -> None:
    assert words.position(-33.9, -70.6) == "33.90° S, 70.60° W"


def test_a_place_without_names_is_at_sea() -> None:
    assert words.place({"town": float("nan"), "country_name": ""}) == "somewhere at sea"


@pytest.mark.parametrize(
    ("regions", "adverb"), [(1.0, "Surely"), (3.0, "Probably"), (20.0, "Perhaps"), (500.0, "At a guess,")]
)
def test_certainty_is_told_by_how_many_regions_are_open(regions: float, adverb: str) -> None:
    assert words.adverb(math.log(regions)) == adverb
    assert words.adverb(math.log(4 * regions), 4 * words.CELLS) == adverb  # the same doubt, cut finer
    assert words.adverb(math.log(regions), words.CELLS // 10) == adverb


def test_a_choice_among_three_fine_regions_is_sure_and_still_told() -> None:
    assert words.certainty(math.log(3.0), 4 * words.CELLS).startswith("**Quite sure**: as open as a choice between 3 ")
    assert words.certainty(math.log(1.2), 4 * words.CELLS) == "**Quite sure**: it hardly considers a second region."


def test_a_view_across_the_antimeridian_stays_there() -> None:
    view = maps.view_of([(-17.0, 178.0), (-17.0, -178.0)])
    assert abs(view.longitude) > 178.0 and view.zoom > 4.0


def test_a_view_of_the_whole_world_or_of_nothing_is_the_world() -> None:
    assert maps.view_of([]).zoom < 1.0
    assert maps.view_of([(0.0, 0.0), (0.0, 180.0)]).zoom < 1.0
    assert maps.view_of([(60.0, -150.0), (-40.0, 10.0), (50.0, 140.0)]).zoom < 1.0


def test_a_view_of_one_point_is_centred_on_it() -> None:
    view = maps.view_of([(48.2, 16.4)])
    assert (view.latitude, view.longitude) == pytest.approx((48.2, 16.4)) and view.zoom == maps.MAX_ZOOM


def test_the_likeliest_hexagon_is_the_deepest() -> None:
    layer = maps.heat(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.1, 0.4]), (10, 20, 30), 50_000.0)
    faint, deep = (row["c"][3] for row in layer.data)
    assert deep == 210 and 20 < faint < deep


def test_no_probability_at_all_draws_no_hexagon() -> None:
    assert maps.heat(np.empty((0, 2)), np.empty(0), (10, 20, 30), 50_000.0).data == []


def test_four_views_stand_side_by_side_in_order() -> None:
    colours = ("red", "green", "blue", "yellow")
    sheet = pictures.joined([Image.new("RGB", (50, 50), colour) for colour in colours])
    assert sheet.size == (4 * pictures.SIDE_PX + 3 * pictures.GAP_PX, pictures.SIDE_PX)
    middle = [sheet.getpixel((n * (pictures.SIDE_PX + pictures.GAP_PX) + 210, 300))[:3] for n in range(4)]
    assert middle == [(255, 0, 0), (0, 128, 0), (0, 0, 255), (255, 255, 0)]


def test_two_players_of_a_kind_get_two_colours() -> None:
    frame = pd.DataFrame({"player": ["Ada", "Ben", "Homing"], "kind": ["person", "person", "model"]})
    assert len(set(rounds.colours(frame).values())) == 3


def test_only_rounds_that_all_have_played_count_for_the_verdict() -> None:
    frame = pd.DataFrame(
        {"player": ["Ada", "Ada", "Homing"], "kind": ["person", "person", "model"], "round": [1, 2, 1],
         "score": [4000, 5000, 3000]}
    )  # fmt: skip
    assert rounds.verdict(frame) == "**Ada** beats **Homing** by 1,000 points over 1 round: 4,000 to 3,000."
    assert rounds.verdict(frame[frame["player"] == "Ada"]) == ""


@pytest.mark.parametrize(
    ("base", "url"), [("", "/arena/api/outlines/land"), ("homing/", "/homing/arena/api/outlines/land")]
)
def test_the_map_asks_for_its_land_where_the_game_answers(base: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps.st, "get_option", lambda name: base if name == "server.baseUrlPath" else None)
    assert maps.earth()[0].data == url


def test_names_stand_over_what_is_painted_and_under_what_is_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[object] = []
    monkeypatch.setattr(maps.st, "pydeck_chart", lambda deck, **_: drawn.append(deck))
    pin = maps.pins(pd.DataFrame([{"lat": 1.0, "lng": 2.0, "tip": ""}]), (1, 2, 3))
    heat = maps.heat(np.array([[1.0, 2.0]]), np.array([0.5]), (1, 2, 3), 50_000.0)
    maps.show([pin, heat], maps.view_of([(1.0, 2.0)]), "key", "A map")
    assert [layer.id for layer in drawn[0].layers] == [
        "land",
        "borders",
        "heat",
        "names-towns",
        "names-countries",
        "pins",
    ]


@pytest.mark.parametrize(("theme", "ink"), [("dark", 239), ("light", 43), (None, 43)])
def test_names_are_written_in_the_ink_of_the_page(theme: str, ink: int, monkeypatch: pytest.MonkeyPatch) -> None:
    context = type("Context", (), {"theme": type("Theme", (), {"type": theme})})
    monkeypatch.setattr(maps.st, "context", context)
    assert {layer.get_color[0] for layer in maps.names([])} == {ink}


def test_a_stranger_gets_no_probably() -> None:
    class Told:
        entropy, out_of_distribution, cells = math.log(3.0), True, np.ones(200)

    assert words.opening(Told()) == "Not a place this model knows: at best"
    Told.out_of_distribution = False
    assert words.opening(Told()) == "Probably"


@pytest.mark.parametrize(
    ("shape", "asked", "ratio", "said"),
    [("photo", "photo", 1.5, ""), ("photo", "photo", 6.0, "sees little"), ("photo", "photo", 0.2, "sees little"),
     ("photo", "panorama", 1.5, "as one photo"), ("panorama", "panorama", 1.0, ""), ("panorama", "photo", 1.0, "360°"),
     ("strip", "photo", 1.0, "four views side by side"), ("strip", "panorama", 1.0, "four views side by side"),
     ("views", "views", 9.0, "")],
)  # fmt: skip
def test_a_page_says_how_a_picture_was_read_where_that_is_news(
    shape: str, asked: str, ratio: float, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(notices.st, "info", lambda text, **_: told.append(text))
    notices.read_as(shape, asked, ratio)
    assert (said in told[0]) if said else not told
