"""Two people on the same places, over HTTP: nothing that one can read tells a place that he may still guess.

Everything that either gets is kept: bodies, headers, cookies, the addresses asked for, EXIF, and what the public side
of the scorebook gives at that moment. One who has not guessed a round must find none of its secrets in any of it.
"""

import io
import json
import re
import threading

import pandas as pd
import pytest
from PIL import ExifTags, Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from arena.games import Arena
from arena.records import Place
from arena.routes import routes
from arena.rules import EXPIRES_S

SEED = 4_242_424_242_424


class Reader:
    """A person at a browser, who writes down all that comes in."""

    def __init__(self, app, name):
        self.client, self.name, self.read = TestClient(app), name, []
        self.game = ""
        self.client.event_hooks["response"] = [self.note]

    def note(self, answer):
        answer.read()
        self.read.append(f"{answer.request.method} {answer.url} {answer.headers} {answer.cookies}")
        if answer.headers.get("content-type") == "image/jpeg":
            picture = Image.open(io.BytesIO(answer.content))
            exif = picture.getexif()
            self.read.append(repr((dict(exif), dict(exif.get_ifd(ExifTags.IFD.GPSInfo)), picture.info)))
            self.read.append(answer.content.decode("latin-1"))
        else:
            self.read.append(answer.text)

    def start(self, **more):
        body = {"name": self.name, "map": "world", "seed": SEED} | more
        self.game = f"/arena/api/games/{self.client.post('/arena/api/games', json=body).json()['game_id']}"
        return self

    def look(self, number, picture="panorama.jpg"):
        self.client.get(self.game)
        assert self.client.get(f"{self.game}/rounds/{number}/{picture}").status_code == 200

    def guess(self, number):
        answer = self.client.post(f"{self.game}/rounds/{number}/guess", json={"lat": 0.5, "lng": 0.25})
        assert answer.status_code == 200
        return answer.json()

    def knock_everywhere(self, game):
        """All that one could ask of a game, one's own or another's."""
        self.client.get(game)
        self.client.post(f"{game}/opponent")
        for number in range(1, 7):
            for path in ("panorama.jpg", "panorama.jpg?width=4096", "view.jpg"):
                self.client.get(f"{game}/rounds/{number}/{path}")
        for path in ("maps", "labels"):
            self.client.get(f"/arena/api/{path}")

    def all(self):
        return "\n".join(self.read)


def secrets_of(place, number):
    """What gives a place away: its coordinates however rounded, its town, its country, its recipe."""
    found = {f"{abs(value):.{digits}f}"[:-1] for value in (place.lat, place.lng) for digits in (3, 5)}
    return found | {f"Hushville{number}", f"Quietland{number}", f"secret-recipe-{number}", f'"{place.country}"',
                    f",{place.country},"}  # fmt: skip


def far(place):
    """Another spot for a place of the map, whose coordinates look like no seconds that somebody took for a guess."""
    return 61.0 + abs(place.lat) / 3.0, 100.0 + abs(place.lng) / 3.0


@pytest.fixture
def table(painted_map, book_url, monkeypatch):
    """An arena whose places have a country, a town and a recipe each that occur nowhere else."""
    drawn = type(painted_map).draw
    monkeypatch.setattr("arena.answers.map_labels", lambda: {"countries": [], "towns": []})

    def draw(self, n, seed):
        return [
            Place(*far(place), place.recipe | {"clue": f"secret-recipe-{number}-{seed}"})
            for number, place in enumerate(drawn(self, n, seed), start=1)
        ]

    def describe(points):
        numbers = range(1, len(points) + 1)
        return pd.DataFrame({"country": [f"Q{n}" for n in numbers], "country_name": [f"Quietland{n}" for n in numbers],
                             "town": [f"Hushville{n}" for n in numbers]})  # fmt: skip

    monkeypatch.setattr(type(painted_map), "draw", draw)
    return Arena(lambda pictures: (1.5, 2.5), book_url, lambda: {"world": painted_map}, describe)


@pytest.fixture
def app(table):
    return Starlette(routes=routes(arena=table))


def public(table):
    """What pages may show: every table that is read with `told_only`."""
    book = table.scorebook
    return "\n".join(frame.to_csv() + frame.to_json(date_format="iso") for frame in (book.guesses(), book.games()))


def found_in(text, places, numbers):
    """The secrets of these rounds in a text; a number counts where it begins, not inside another."""
    return {
        (number, secret)
        for number in numbers
        for secret in secrets_of(places[number - 1], number)
        if (re.search(rf"(?<![\d.]){re.escape(secret)}", text) if secret[0].isdigit() else secret in text)
    }


def truth_of(table, game):
    return [one.place for one in table.scorebook.game(game.rpartition("/")[2]).rounds]


def test_the_search_for_secrets_finds_them(app, table):
    """Or the tests below could not fail."""
    ada = Reader(app, "Ada").start()
    places = truth_of(table, ada.game)
    assert found_in(ada.all() + public(table), places, range(1, 6)) == set()
    ada.guess(1)
    assert {number for number, _ in found_in(ada.all(), places, range(1, 6))} == {1}
    assert len(found_in(ada.all(), places, [1])) >= 4
    assert str(SEED) not in ada.all()


@pytest.mark.parametrize("movement", ["no_move", "nmpz"])
def test_two_people_on_one_seed_learn_no_place_that_they_may_still_guess(app, table, movement, eventually):
    picture = "view.jpg" if movement == "nmpz" else "panorama.jpg"
    ada, bo = (Reader(app, name).start(movement=movement) for name in ("Ada", "Bo"))
    places = truth_of(table, ada.game)
    assert places == truth_of(table, bo.game)

    def unseen(reader, guessed):
        """Nothing of the rounds that he has not guessed, in what he got or in what is public."""
        reader.knock_everywhere(ada.game)
        reader.knock_everywhere(bo.game)
        told = reader.all() + public(table)
        assert found_in(told, places, range(guessed + 1, 6)) == set()
        assert str(SEED) not in told

    for number in (1, 2):
        ada.look(number, picture)
        ada.guess(number)
        unseen(ada, number)
        unseen(bo, 0)
    bo.look(1, picture)
    bo.guess(1)
    unseen(bo, 1)
    for number in (3, 4, 5):
        ada.look(number, picture)
        ada.guess(number)
        unseen(bo, 1)
    # Ada is done: she sees all of her own, and the model plays; Bo, who even knows her game's id, learns nothing.
    eventually(lambda: ada.client.post(f"{ada.game}/opponent").status_code == 200)
    own = ada.client.get(ada.game).json()
    assert own["finished"] and own["seed"] is None and own["opponent"]["total"] >= 0
    assert [one["truth"]["label"] for one in own["rounds"]] == [place.label for place in places]
    unseen(bo, 1)
    seen = bo.client.get(ada.game).json()
    assert [one.get("hidden", False) for one in seen["rounds"]] == [False, True, True, True, True]
    assert seen["opponent"] is None and seen["total"] == own["rounds"][0]["score"]
    assert bo.client.post(f"{ada.game}/opponent").status_code == 403
    assert table.scorebook.guesses()["round"].unique().tolist() == [1]
    for number in (2, 3, 4, 5):
        bo.look(number, picture)
        bo.guess(number)
        if number < 5:
            unseen(bo, number)
    # Everyone has played: now it may be told, to both and to all.
    assert bo.client.get(bo.game).json()["seed"] == ada.client.get(ada.game).json()["seed"] == SEED
    assert not any(one.get("hidden") for one in bo.client.get(ada.game).json()["rounds"])
    assert table.scorebook.guesses()["round"].value_counts().to_dict() == dict.fromkeys(range(1, 6), 3)


def test_a_game_that_was_left_for_a_day_holds_nothing_back_any_more(app, table, clock):
    ada, bo = (Reader(app, name).start() for name in ("Ada", "Bo"))
    bo.guess(1)
    for number in range(1, 6):
        ada.guess(number)
    assert table.scorebook.guesses()["round"].tolist() == [1]
    stranger = TestClient(app)
    assert stranger.get(ada.game).json()["seed"] is None
    clock.ahead_s += EXPIRES_S + 1.0
    assert sorted(table.scorebook.guesses()["round"]) == [1, 1, 2, 3, 4, 5]
    told = stranger.get(ada.game).json()
    assert told["seed"] == SEED and told["rounds"][4]["truth"]["country"] == "Q5"
    late = bo.client.post(f"{bo.game}/rounds/2/guess", json={"lat": 0, "lng": 0})
    assert late.status_code == 409 and "start a new one" in late.json()["error"]
    left = bo.client.get(bo.game).json()
    assert left["expired"] and not left["finished"] and left["seed"] is None


def test_a_guess_that_never_came_keeps_the_place_of_the_others(app, table, clock):
    """The clock closes a round for one player; for the other the place is as secret as before."""
    ada, bo = (Reader(app, name).start(time_limit_s=limit) for name, limit in (("Ada", 10), ("Bo", 600)))
    for number in range(1, 6):
        ada.look(number)
        clock.ahead_s += 20.0
    assert ada.client.get(ada.game).json()["finished"]
    bo.knock_everywhere(ada.game)
    assert found_in(bo.all() + public(table), truth_of(table, bo.game), range(1, 6)) == set()


def test_a_seed_that_was_drawn_is_never_told_while_a_game_is_in_play(app, table):
    ada = Reader(app, "Ada").start(seed=None)
    seed = str(table.scorebook.game(ada.game.rpartition("/")[2]).seed)
    for number in range(1, 5):
        ada.look(number)
        ada.guess(number)
    ada.knock_everywhere(ada.game)
    assert seed not in ada.all() + public(table)
    ada.guess(5)
    ended = ada.client.get(ada.game).json()
    assert str(ended["seed"]) == seed and ended["ranked"]


def test_the_ids_of_games_in_play_are_not_public(app, table):
    ada, bo = (Reader(app, name).start() for name in ("Ada", "Bo"))
    for number in range(1, 6):
        ada.guess(number)
    told = public(table)
    assert bo.game.rpartition("/")[2] not in told and bo.client.cookies["homing_player"] not in told


def test_many_who_guess_and_look_at_once_see_no_more(app, table):
    """The same, while both play as fast as they can."""
    ada, bo = (Reader(app, name).start() for name in ("Ada", "Bo"))
    places = truth_of(table, ada.game)
    early = []

    def play():
        for number in range(1, 6):
            ada.guess(number)

    playing = threading.Thread(target=play)
    playing.start()
    for _ in range(10):
        bo.client.get(ada.game)
        early.append(public(table))
    playing.join()
    assert len(table.scorebook.guesses(told_only=False)) == 5
    assert found_in(bo.all() + "\n".join(early), places, range(1, 6)) == set()
    assert re.search(r"open-[0-9a-f]{16}", json.dumps(table.scorebook.games()["game_id"].tolist()))
