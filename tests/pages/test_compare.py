from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from model.errors import GameError
from pages.components import charts, game_client

Open = Callable[[str], AppTest]
Said = Callable[[AppTest], str]
ADD = "Add a sample: the model against random pins"


def test_an_empty_book_says_how_to_fill_it(open_page: Open, said: Said) -> None:
    app = open_page("compare")
    assert not app.exception and not app.error
    assert "The book is empty" in said(app)
    assert [b.label for b in app.button] == [ADD]


def test_the_sample_fills_the_book(
    open_page: Open, said: Said, played: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[float, float]] = []

    def play(pins: list[tuple[float, float]]) -> Iterator[str]:
        given.extend(pins)
        yield "playing"
        played("Random pins", kind="bot", model=True)

    monkeypatch.setattr(game_client, "play_sample", play)
    app = open_page("compare")
    app.button[0].click().run()
    assert not app.exception and not app.error and len(given) == 5
    assert "The book is empty" not in said(app)
    assert app.dataframe[0].value["Player"].tolist() == ["Random pins", "Homing"]


def test_a_server_that_does_not_answer_is_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pins: list[tuple[float, float]]) -> Iterator[str]:
        raise GameError("looked for the game, found no answer.")
        yield

    monkeypatch.setattr(game_client, "play_sample", refuse)
    app = open_page("compare")
    app.button[0].click().run()
    assert not app.exception and app.error[0].value == "Looked for the game, found no answer."


def test_players_are_shown_by_row_by_chart_and_by_round(
    open_page: Open, said: Said, played: Callable[..., str]
) -> None:
    played("Ada", model=True)
    played("PIGEON bot", kind="bot")
    app = open_page("compare")
    assert not app.exception and not app.error
    assert set(app.dataframe[0].value["Player"]) == {"Ada", "Homing", "PIGEON bot"}
    assert len(app.get("vega_lite_chart")) + len(app.get("arrow_vega_lite_chart")) == 2
    assert "are level over 5 rounds" in said(app), "both put their pins on the same spots"
    assert len(app.dataframe[1].value) == 5


def test_filters_leave_out_players_and_an_empty_choice_is_said(
    open_page: Open, said: Said, played: Callable[..., str]
) -> None:
    played("Ada", model=True)
    app = open_page("compare")
    app.multiselect[0].set_value(["Ada"]).run()
    assert app.dataframe[0].value["Player"].tolist() == ["Ada"]
    app.multiselect[0].set_value([]).run()
    assert not app.exception and "No round fits this choice." in said(app)


def test_a_corrupt_scorebook_is_one_sentence(open_page: Open, broken_scorebook: Path) -> None:
    app = open_page("compare")
    assert not app.exception
    assert broken_scorebook.name in app.error[0].value


def test_the_curve_of_distances_ends_at_everything() -> None:
    frame = pd.DataFrame({"player": ["a", "a", "b"], "distance_km": [0.2, 300.0, 21_000.0]})
    rows = charts.within_curve(frame, {"a": (0, 0, 0), "b": (9, 9, 9)})["data"]["values"]
    shares = [row["share"] for row in rows if row["player"] == "a"]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert all(charts.NEAREST_KM <= row["km"] <= charts.FARTHEST_KM for row in rows)


class Server:
    """Answers as the game does, and remembers what it was asked."""

    def __init__(self, refuse: str = "") -> None:
        self.refuse = refuse
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append(path)
        if self.refuse and path.endswith(self.refuse):
            return httpx.Response(409, json={"error": "a guess counts once."})
        return httpx.Response(200, json={"game_id": "abc"} if path.endswith("/games") else {})


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Callable[[Server], Server]:
    def serve(server: Server) -> Server:
        real = httpx.Client
        transport = httpx.MockTransport(server)
        monkeypatch.setattr(game_client.httpx, "Client", lambda **options: real(**options, transport=transport))
        return server

    return serve


def test_the_sample_is_played_over_http_pins_first_and_then_the_model(served: Callable[[Server], Server]) -> None:
    server = served(Server())
    assert len(list(game_client.play_sample([(1.0, 2.0)] * 5))) == 2
    assert server.asked == [
        "/arena/api/games",
        *(f"/arena/api/games/abc/rounds/{k}/guess" for k in range(1, 6)),
        "/arena/api/games/abc/opponent",
    ]


def test_the_servers_own_sentence_is_handed_on(served: Callable[[Server], Server]) -> None:
    served(Server(refuse="/rounds/2/guess"))
    with pytest.raises(GameError, match="a guess counts once"):
        list(game_client.play_sample([(1.0, 2.0)] * 5))
