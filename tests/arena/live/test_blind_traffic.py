"""All that is sent in a blind match against a person, and in one against the model that plays the very same: equal.

The clock stands still between the steps of a script, the places are the same, and the person does at the same moments
what was planned for the model. So nothing may differ but the ids of room and match, and tokens, which are drawn.
"""

import json
import random

import pytest

from arena.games import Arena
from arena.live import rooms
from arena.live.clicks import clicked
from arena.live.records import Planned
from arena.live.rooms import COUNTDOWN_S
from tests.arena.conftest import name_places
from tests.arena.live.conftest import Player, app_of

BEGAN = 1_800_000_000.0
MODEL_AT = (12.3456789012, 98.7654321098)
ZOOM, OFFSET = 4.7, (0.31, 0.87)
CLICK = clicked(MODEL_AT, ZOOM, OFFSET)
PLAN = tuple(Planned(seconds, hurry_s=1.0, zoom=ZOOM, offset=OFFSET) for seconds in (9.0, 12.0, 6.0, 6.0))


class Drawn(random.Random):
    """Whom one meets, and on which side, as it was told."""

    def __init__(self, kind, seat):
        super().__init__(3)
        self.kind, self.seat = kind, seat

    def choice(self, options):
        assert tuple(options) == ("person", "model")
        return self.kind

    def shuffle(self, numbers):
        numbers[:] = [self.seat, 1 - self.seat]


class Script:
    """A match in a room of its own; Ada, and one who only looks on, hear all that they can."""

    def __init__(self, arena, time, kind, seat):
        self.arena, self.time, self.kind, self.heard = arena, time, kind, []
        time.now = BEGAN
        app = app_of(arena)
        self.ada, self.bo, self.cy = (Player(app) for _ in range(3))
        arena.rooms._rng = Drawn(kind, seat)
        made = self.ada.post("/arena/api/games", json={"name": "Ada", "mode": "blind", "rounds": 4})
        self.names = {made.json()["room"]: "ROOM"}
        self.room = f"/arena/api/blind/{made.json()['room']}"
        self.line, self.said = None, None

    @property
    def met(self):
        """Who does what the model would do."""
        return self.bo if self.kind == "person" else None

    def plain(self, text):
        for name, called in self.names.items():
            text = text.replace(name, called)
        return text

    def hear(self, what, answer):
        """Everything of an answer but the secret of a cookie."""
        headers = sorted((name, value) for name, value in answer.headers.items() if name != "set-cookie")
        body = self.plain(answer.text) if "json" in answer.headers["content-type"] else answer.content
        self.heard.append((what, round(self.time.now - BEGAN, 3), answer.status_code, headers, body))
        return answer

    def come_in(self):
        entered = self.ada.post(f"{self.room}/enter", json={"name": "Ada"})
        self.names[entered.json()["seat_token"]] = "TOKEN"
        self.hear("enter", entered)
        self.time.go(0.5)
        if self.met:
            self.met.post(f"{self.room}/enter", json={"name": "Bartholomew"})
        while (game_id := self.wait_a_second()) is None:
            assert self.time.now < BEGAN + 20.0
        for one in (self.ada, self.bo, self.cy):
            one.game = f"/arena/api/games/{game_id}"

    def wait_a_second(self):
        self.time.go(1.0)
        seen = self.ada.get(self.room)
        game_id = seen.json()["game_id"]
        if game_id is not None:
            self.names[game_id] = "GAME"
        self.hear("room", seen)
        if self.met:
            self.met.get(self.room)
        return game_id

    def go(self, seconds, guess=None):
        """Some time passes; the one who was met looks, and guesses in this round."""
        self.time.go(seconds)
        if self.met:
            self.met.state()
            if guess is not None:
                assert self.met.guess(guess, *CLICK).status_code == 200

    def look(self, *who):
        for name in who or ("ada", "cy"):
            self.hear(name, getattr(self, name).get(getattr(self, name).game))
        if self.line is not None:
            self.listen()

    def listen(self):
        """Read the socket until it has said what the state says."""
        now = self.without_now(self.ada.get(self.ada.game).text)
        while self.said != now:
            said = self.without_now(self.line.receive_text())
            if said != self.said:
                self.heard.append(("socket", round(self.time.now - BEGAN, 3), said))
            self.said = said

    def without_now(self, text):
        state = json.loads(self.plain(text))
        del state["live"]["now"]
        for one in state["rounds"]:  # a picture that one has fetched oneself is said with the next change
            one.pop("started", None)
        return state

    def pictures(self, number):
        if self.met:  # a model fetches none
            assert self.met.get(f"{self.met.game}/rounds/{number}/panorama.jpg").status_code == 200
        for name in ("ada", "cy"):
            one = getattr(self, name)
            self.hear(f"picture of {name}", one.get(f"{one.game}/rounds/{number}/panorama.jpg"))

    def next(self):
        """A word that would tell whether the other one answers."""
        self.hear("next", self.ada.post_to("ready", ready=True))
        self.look()

    def guess(self, number):
        self.hear("guess", self.ada.guess(number, 10.0, 20.0))
        self.look()

    def play(self, eventually):
        self.come_in()
        self.look()
        if self.kind == "model":
            game = self.arena.game(self.ada.game.rsplit("/", 1)[1])
            eventually(lambda: all(self.arena.live.thought(game, number) is not None for number in range(1, 5)))
        with self.ada.line() as self.line:
            self.look()
            self.go(COUNTDOWN_S)
            self.look()
            self.pictures(1)
            self.look()
            self.go(4.0)
            self.next()
            self.go(5.0, guess=1)  # 9 s after the opening
            self.look()
            self.go(3.0)
            self.guess(1)
            self.go(1.0)
            self.next()
            self.go(7.0)
            self.look()
            self.pictures(2)
            self.go(2.0)
            self.guess(2)
            self.go(10.0, guess=2)
            self.look()
            self.go(8.0)
            self.look()
        self.line = None
        self.go(6.0, guess=3)  # Ada's network is away for 40 s: her time runs out, the pause passes, the last one opens
        self.go(17.0)
        self.go(6.0)
        self.go(6.0, guess=4)
        self.go(5.0)
        self.look("cy")
        self.look()
        self.pictures(4)
        self.guess(4)
        self.hear("room", self.ada.get(self.room))
        self.go(100.0)
        self.look()
        return self.heard


@pytest.mark.parametrize("seat", [0, 1])
def test_nothing_that_is_sent_differs_between_a_person_and_the_model(
    time, eventually, tmp_path, painted_map, monkeypatch, seat
):
    monkeypatch.setattr(rooms, "drawn_plan", lambda *asked: PLAN)
    monkeypatch.setattr(rooms.Rooms, "_wait_s", lambda *asked: 3.0)
    monkeypatch.setattr("arena.openings.secrets.randbits", lambda bits: 7)  # the same places
    heard = {}
    for kind in ("person", "model"):
        time.now = BEGAN
        url = f"sqlite:///{tmp_path / kind}.sqlite"
        arena = Arena(lambda pictures: MODEL_AT, url, lambda: {"world": painted_map}, name_places)
        heard[kind] = Script(arena, time, kind, seat).play(eventually)
    for person, model in zip(heard["person"], heard["model"], strict=True):
        assert model == person
    last = json.loads(heard["model"][-2][-1])
    assert (last["live"]["phase"], last["live"]["why"], len(last["live"]["rounds"])) == ("over", "rounds", 4)
    opponent = [next(one for one in played["guesses"] if one["seat"] != seat) for played in last["live"]["rounds"]]
    assert [one["seconds"] for one in opponent] == [9.0, 12.0, 6.0, 6.0]
    assert {(one["lat"], one["lng"]) for one in opponent} == {(round(CLICK[0], 6), round(CLICK[1], 6))}
    assert [played["guesses"][seat]["lat"] for played in last["live"]["rounds"]] == [10.0, 10.0, None, 10.0]
    assert {one[0] for one in heard["model"]} >= {"socket", "next", "cy", "picture of cy", "room", "enter"}
