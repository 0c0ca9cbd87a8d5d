"""A blind match over HTTP and WebSocket, with every byte of it read for anything that tells whom one meets."""

import json
import random
from dataclasses import replace

import pandas as pd
import pytest

from arena import clock as server_clock
from arena.blind_results import blind_frame, detection, wilson
from arena.live import rooms
from arena.live.agenda import VERDICT_S
from arena.live.course import GRACE_S
from arena.live.records import Planned
from arena.live.rooms import COUNTDOWN_S, LEFT_OVER_S
from arena.records import model_id, player_id_of
from arena.rules import Refused

MODEL_AT = (12.3456789012, 98.7654321098)


class Odds(random.Random):
    """Draws at random, but whom one meets as it was told."""

    def __init__(self, *drawn):
        super().__init__(7)
        self.drawn = list(drawn)

    def choice(self, options):
        return self.drawn.pop(0) if tuple(options) == ("person", "model") else super().choice(options)


class Room:
    """A room of the experiment, and what was said to whoever came in."""

    def __init__(self, players, arena, time, eventually):
        self.arena, self.time, self.eventually, self.players = arena, time, eventually, players
        made = players[0].post("/arena/api/games", json={"name": "Ada", "mode": "blind", "rounds": 2})
        assert made.status_code == 201, made.text
        self.address = f"/arena/api/blind/{made.json()['room']}"
        self.heard = []

    def draw(self, *drawn):
        self.arena.rooms._rng = Odds(*drawn)

    def enter(self, player, name):
        answer = player.post(f"{self.address}/enter", json={"name": name})
        self.heard.append(answer.content)
        return answer.json()

    def stranger(self):
        """A browser that was never here."""
        return type(self.players[0])(self.players[0].app)

    def look(self, player):
        answer = player.get(self.address)
        self.heard.append(answer.content + str(sorted(answer.headers)).encode())
        return answer.json()

    def wait(self, *who, seconds=130):
        """Ask each second, as the page does, until there is a match."""
        for _ in range(seconds):
            self.time.go(1.0)
            seen = [self.look(one) for one in who]
            if all(one["game_id"] for one in seen):
                for player, one in zip(who, seen, strict=True):
                    player.game = f"/arena/api/games/{one['game_id']}"
                return seen
        raise AssertionError("nobody came")


@pytest.fixture
def room(new_arena, time, eventually, live_players, monkeypatch):
    monkeypatch.setattr("arena.live.sockets.SEND_S", 0.3)  # nobody waits for 5 s to hear the same again
    arena = new_arena(lambda pictures: MODEL_AT)
    return Room(live_players(arena, 2), arena, time, eventually)


def play(room, player, other=None):
    """Both rounds, as Ada: she guesses after 20 s, and hears of everything over a socket."""
    states = []

    def hear(line):
        text = line.receive_text()
        room.heard.append(text.encode())
        states.append(json.loads(text))
        return states[-1]["live"]

    def ask():
        room.heard.append(player.get(player.game).content)
        states.append(json.loads(room.heard[-1]))

    game_id = player.game.rsplit("/", 1)[1]
    with player.line() as line:
        assert hear(line)["phase"] == "countdown"
        room.time.go(COUNTDOWN_S)
        for number in (1, 2):
            while hear(line)["phase"] != "looking":
                pass
            if other is None:
                game = room.arena.game(game_id)
                room.eventually(lambda: room.arena.live.thought(game, number) is not None)  # noqa: B023
            picture = player.get(f"{player.game}/rounds/{number}/panorama.jpg")
            room.heard.append(str(sorted(picture.headers)).encode())
            room.time.go(1.5)
            room.heard.append(player.guess(number, 10.0, 20.0).content)
            ask()
            room.time.go(14.9)  # the model has hurried by now
            if other is not None:
                assert other.guess(number, 11.123456789, 21.987654321).status_code == 200
            ask()
            room.time.go(GRACE_S + 9.0)
            ask()
        while hear(line)["phase"] != "over":
            pass
    return states


def shape(value, name=""):
    """What a message is made of: names and kinds of values, but for what one may know."""
    if isinstance(value, dict):
        return {key: shape(one, key) for key, one in sorted(value.items())}
    if isinstance(value, list):
        return sorted({json.dumps(shape(one, name)) for one in value})  # whichever seat one has
    if name in ("phase", "status", "mode", "why", "present", "ready", "forfeit", "forfeits_at", "most_seats"):
        return value
    if name == "winner":  # a side, or a draw
        return value is not None
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def others(states):
    return [seat for state in states for seat in state["live"]["seats"] if not seat["you"]]


def test_no_byte_before_the_end_tells_whether_it_is_a_person_or_the_model(room):
    ada, bo = room.players
    heard, seen = {}, {}
    for drawn in ("person", "model"):
        room.heard = []
        room.draw(drawn, drawn)
        entered = room.enter(ada, "Ada")
        assert entered["waiting"] and entered["game_id"] is None
        if drawn == "person":
            room.enter(bo, "Bartholomew")
            room.heard.pop()
        room.wait(*((ada, bo) if drawn == "person" else (ada,)))
        seen[drawn] = play(room, ada, bo if drawn == "person" else None)
        heard[drawn] = b"".join(room.heard)
        state = ada.state()
        assert state["live"]["blind"] == {"verdict_open": True, "your_verdict": None, "was": None, "rate": None}
        assert room.arena.scorebook.guesses().empty or drawn == "model"
        answer = ada.post_to("verdict", thinks="person")
        assert answer.status_code == 200
        if drawn == "person":
            assert answer.json()["was"] is None  # the other one has not said it yet
            assert bo.post_to("verdict", thinks="model").json()["was"] == "person"
        was = ada.live()["blind"]
        assert (was["was"], was["your_verdict"]) == (drawn, "person")
    secret = [
        model_id(),
        "Bartholomew",
        player_id_of(bo.cookies["homing_player"]),
        player_id_of(ada.cookies["homing_player"]),
    ]
    for drawn, said in heard.items():
        text = said.decode().replace('"model_name":"Homing"', "")
        for word in (*secret, "Homing", '"model"', "drawn", "left_over", "planned", "pace", "ghost", "waits"):
            assert word not in text, (drawn, word)
        assert {one["player"] for one in others(seen[drawn])} == {"Opponent"}
        assert {one["kind"] for one in others(seen[drawn])} == {None}
    for phase in ("countdown", "looking", "pause", "over"):
        shapes = [
            {json.dumps(shape(state)) for state in states if state["live"]["phase"] == phase}
            for states in seen.values()
        ]
        assert shapes[0] & shapes[1], phase  # the two matches look alike
    guesses = [
        {seat["seat"]: seat for seat in state["live"]["rounds"][-1]["guesses"]} for state in
        (states[-1] for states in seen.values())
    ]  # fmt: skip
    for played in guesses:
        assert all(len(str(one["lat"]).partition(".")[2]) <= 6 for one in played.values())
    frame = blind_frame(room.arena.scorebook)
    assert frame["was"].tolist() == ["person", "person", "model"] and sorted(frame["right"]) == [False, False, True]
    assert detection(frame).verdicts == 3 and frame["counts"].all()


def begin(room, drawn):
    """Ada meets Bo, or the model, which has thought of the first round; the first round is open."""
    ada, bo = room.players[:2]
    room.draw(drawn, drawn)
    room.enter(ada, "Ada")
    if drawn == "person":
        room.enter(bo, "Bo")
    room.wait(*((ada, bo) if drawn == "person" else (ada,)))
    if drawn == "model":
        game = room.arena.game(ada.game.rsplit("/", 1)[1])
        room.eventually(lambda: room.arena.live.thought(game, 2) is not None)
    room.time.go(COUNTDOWN_S)
    return ada, bo, ada.state()["seat"]


@pytest.mark.parametrize("drawn", ["person", "model"])
def test_who_looks_on_without_a_seat_is_not_told_who_fetched_a_picture(room, drawn):
    ada, bo, _ = begin(room, drawn)
    if drawn == "person":
        assert bo.get(f"{bo.game}/rounds/1/panorama.jpg").status_code == 200
    looking_on = room.stranger()
    for fetched in (False, True):
        if fetched:
            assert ada.get(f"{ada.game}/rounds/1/panorama.jpg").status_code == 200
        state = looking_on.get(ada.game).json()
        assert state["seat"] is None and [one["started"] for one in state["rounds"]] == [True, False]


@pytest.mark.parametrize("drawn", ["person", "model"])
def test_nobody_can_shorten_a_pause_and_so_try_whether_the_other_one_answers(room, drawn):
    ada, bo, _ = begin(room, drawn)
    ada.guess(1)
    room.time.go(14.9)
    if drawn == "person":
        bo.guess(1)
    before = ada.live()
    assert before["phase"] == "pause"
    room.time.go(0.5)
    refused = ada.post_to("ready", ready=True)
    assert refused.status_code == 409 and "by itself" in refused.json()["error"]
    after = ada.live()
    assert (after["phase"], after["until"]) == ("pause", before["until"])
    room.time.go(8.0)
    assert (ada.live()["phase"], ada.live()["round"]) == ("looking", 2)


def test_the_model_guesses_at_its_moment_whether_anybody_looks_or_not(room, monkeypatch):
    plan = (Planned(20.0, hurry_s=1.0, zoom=4.5), Planned(12.0, hurry_s=1.0, zoom=4.5))
    monkeypatch.setattr(rooms, "drawn_plan", lambda *asked: plan)
    ada, _, own = begin(room, "model")
    opened = room.time.now
    room.time.go(27.0)
    live = ada.live()
    assert live["seats"][1 - own]["guessed"] and live["until"] == pytest.approx(opened + 35.0)
    room.time.go(1.0)
    ada.guess(1)
    closed = ada.live()["rounds"][0]
    assert {one["seat"]: one["seconds"] for one in closed["guesses"]} == {own: 28.0, 1 - own: 20.0}
    again = room.time.now + 8.0
    room.time.go(8.0 + 12.0 + 9.0)  # through the pause as well
    live = ada.live()
    assert (live["round"], live["until"]) == (2, pytest.approx(again + 12.0 + 15.0))
    room.time.go(10.0)
    assert ada.live()["rounds"][1]["guesses"][1 - own]["seconds"] == 12.0


def test_the_model_guesses_no_earlier_than_it_knows_and_never_when_that_is_too_late(room, monkeypatch):
    monkeypatch.setattr(rooms, "drawn_plan", lambda *asked: (Planned(5.0, zoom=4.5), Planned(5.0, zoom=4.5)))
    ada, _, own = begin(room, "model")
    opened = room.time.now
    monkeypatch.setattr(room.arena.live._thinking, "since", lambda game, number: opened + 9.5)
    room.time.go(28.0)
    ada.live()
    game = room.arena.game(ada.game.rsplit("/", 1)[1])
    assert game.rounds[0].guesses[1 - own].seconds == pytest.approx(9.5)
    again = opened + 9.5 + 15.0 + 8.0
    room.time.go(again + 2.0 - room.time.now)
    assert ada.guess(2).status_code == 200
    monkeypatch.setattr(room.arena.live._thinking, "since", lambda game, number: again + 30.0)
    room.time.go(38.0)  # its time was out 17 s after the opening
    ada.live()
    game = room.arena.game(game.game_id)
    assert game.rounds[1].guesses[1 - own].lat is None


def test_a_match_that_waits_for_a_verdict_is_in_no_list(room):
    ada, bo = room.players
    room.draw("person", "person")
    room.enter(ada, "Ada")
    room.enter(bo, "Bartholomew")
    room.wait(ada, bo)
    play(room, ada, bo)
    book = room.arena.scorebook
    assert book.games().empty and book.guesses().empty and blind_frame(book).empty
    early = ada.post_to("verdict", thinks="a dog")
    assert early.status_code == 400 and "person" in early.json()["error"]
    ada.post_to("verdict", thinks="person")
    twice = ada.post_to("verdict", thinks="model")
    assert twice.status_code == 409 and "counts once" in twice.json()["error"]
    room.time.go(VERDICT_S)
    assert ada.live()["blind"]["was"] == "person"  # the other one let the time pass
    late = bo.post_to("verdict", thinks="person")
    assert late.status_code == 409 and "time to say" in late.json()["error"]
    assert len(book.guesses()) == 4 and len(blind_frame(book)) == 1


def test_who_is_left_over_gets_the_model_and_that_is_written_down(room):
    ada = room.players[0]
    room.draw("person")
    room.enter(ada, "Ada")
    began = room.time.now
    [seen] = room.wait(ada)
    waited = room.time.now - began
    game = room.arena.game(seen["game_id"])
    assert game.model_seat() == 1 - seen["seat"]
    [entry] = room.arena.rooms.book.entries_of(seen["room"], game.seats[seen["seat"]].owner)
    assert entry.left_over and entry.drawn == "person"
    assert entry.patience_s <= waited <= entry.patience_s + 1.0


def test_no_wait_is_so_long_that_only_the_model_can_follow(room):
    room.draw(*("person", "model") * 20)
    for number in range(40):
        room.enter(room.stranger(), f"P{number}")
    entries = room.arena.rooms.book.waiting(room.address.rsplit("/", 1)[1], 0.0)
    patience = [one.patience_s for one in entries]
    assert min(patience) >= LEFT_OVER_S[0] and max(patience) <= LEFT_OVER_S[1]
    assert max(patience) - min(patience) > 40.0  # while one of them is left over, another one would still meet a person
    assert all(one.waits_s <= one.patience_s for one in entries)


def test_who_has_gone_is_not_paired(room):
    ada, bo = room.players
    room.draw("person", "person")
    room.enter(ada, "Ada")
    room.time.go(30.0)
    room.enter(bo, "Bartholomew")
    for _ in range(10):
        room.time.go(1.0)
        assert room.look(bo)["waiting"]
    room.wait(ada, bo)  # Ada is back


def test_coming_in_twice_is_one_visit_and_the_next_one_follows_the_verdict(room):
    ada = room.players[0]
    room.draw("model", "model")
    first = room.enter(ada, "Ada")
    assert first["seat_token"] and room.enter(ada, "Ada")["seat_token"] is None
    assert len(room.arena.rooms.book.entries_of(first["room"], player_id_of(ada.cookies["homing_player"]))) == 1
    room.wait(ada)
    assert room.enter(ada, "Ada")["game_id"] == room.look(ada)["game_id"] is not None
    play(room, ada)
    assert room.look(ada)["entered"]  # it is still to be said who it was
    ada.post_to("verdict", thinks="model")
    assert not room.look(ada)["entered"] and room.look(ada)["result"] == {"right": 1, "of": 1}
    assert room.enter(ada, "Ada")["waiting"]


def test_even_odds_and_waits_of_one_kind(room):
    drawn = [room.arena.rooms._rng.choice(("person", "model")) for _ in range(2000)]
    assert 850 < drawn.count("model") < 1150
    waits = [room.arena.rooms._wait_s("model", 90.0) for _ in range(200)]
    assert min(waits) >= 2.0 and max(waits) <= 90.0 and len(set(waits)) == 200


def test_a_room_needs_a_model_and_an_address_that_is_one(new_arena, time, live_players):
    [ada] = live_players(new_arena(), 1)
    refused = ada.post("/arena/api/games", json={"name": "Ada", "mode": "blind"})
    assert refused.status_code == 404 and "No model" in refused.json()["error"]
    assert ada.get("/arena/api/blind/nowhere").status_code == 404
    assert ada.post("/arena/api/blind/nowhere/enter", json={"name": "Ada"}).status_code == 404


def test_a_room_is_for_people(room):
    bot = room.players[0].post(f"{room.address}/enter", json={"name": "Ada", "kind": "bot"})
    assert bot.status_code == 403 and "bot" in bot.json()["error"]
    assert room.players[0].post(f"{room.address}/enter", json={"name": "A", "kind": "cat"}).status_code == 400
    assert room.arena.rooms.book.count(room.address.rsplit("/", 1)[1]) == 0


def test_a_room_is_not_opened_where_nobody_could_play(new_arena, time, live_players, painted_map):
    class Few(type(painted_map)):
        def draw(self, n, seed):
            if n > 3:
                raise Refused("This map has 3 places.")
            return super().draw(n, seed)

    few = Few()
    arena = new_arena(lambda pictures: MODEL_AT, {few.name: few})
    [ada] = live_players(arena, 1)
    asked = {"name": "Ada", "mode": "blind", "map": few.name, "rounds": 3}
    still = ada.post("/arena/api/games", json=asked | {"movement": "moving"})
    assert still.status_code == 409 and "cannot walk" in still.json()["error"]
    short = ada.post("/arena/api/games", json=asked | {"rounds": 4})
    assert short.status_code == 400 and "3 places" in short.json()["error"]
    assert ada.post("/arena/api/games", json=asked).status_code == 201


@pytest.mark.parametrize("trouble", ["gone", "broken", "short"])
def test_who_waits_for_a_map_that_has_gone_is_told_once_and_the_room_is_there_again_with_it(
    room, painted_map, monkeypatch, trouble
):
    ada, bo = room.players
    room.draw("person", "person", "model", "model")
    for player, name in ((ada, "Ada"), (bo, "Bartholomew")):
        room.enter(player, name)
    means = room.arena.rooms._means

    def break_it():
        if trouble == "gone":
            room.arena.rooms._means = replace(means, maps=dict)
        elif trouble == "broken":
            painted_map.problem = "Its photos cannot be read."
        else:
            monkeypatch.setattr(type(painted_map), "draw", fewer)

    def fewer(self, n, seed):
        raise Refused("This map has 1 place.")

    break_it()
    room.time.go(5.0)
    for player in (ada, bo):
        for _ in range(100):
            told = player.get(room.address)
            if told.status_code != 200:
                break
            room.time.go(1.0)
        assert told.status_code == 409 and told.json()["error"].endswith("."), told.text
        after = player.get(room.address)
        assert after.status_code == 200 and not after.json()["entered"] and not after.json()["waiting"]
    if trouble != "short":  # which is found when a match is made
        refused = room.stranger().post(f"{room.address}/enter", json={"name": "Cy"})
        assert refused.status_code == 409 and "before it is back" in refused.json()["error"]
    assert room.stranger().get(room.address).status_code == 200
    room.arena.rooms._means, painted_map.problem = means, ""
    monkeypatch.undo()
    monkeypatch.setattr(server_clock, "now", room.time)
    room.enter(ada, "Ada")
    room.wait(ada)


def test_a_room_is_asked_for_with_nothing_that_it_would_drop(room):
    ada = room.players[0]
    for more, words in (
        ({"seed": 7}, "no seed"), ({"told": "after_match"}, "no other rule"), ({"with_model": True}, "is drawn"),
        ({"kind": "bot"}, "other games"), ({"duel": {"health": 1}}, "settings of a duel"), ({"told": "never"}, "told"),
    ):  # fmt: skip
        refused = ada.post("/arena/api/games", json={"name": "Ada", "mode": "blind", "rounds": 2} | more)
        assert refused.status_code in (400, 403) and words in refused.json()["error"], more
    plain = {"mode": "blind", "rounds": 2, "told": "after_round", "with_model": False, "kind": "person", "seed": None}
    assert ada.post("/arena/api/games", json=plain).status_code == 201


def test_ones_own_tally_counts_what_the_results_count(room):
    ada, bo = room.players
    room.draw("person")
    room.enter(ada, "Ada")
    room.wait(ada)  # nobody came
    play(room, ada)
    assert ada.post_to("verdict", thinks="model").json()["was"] == "model"
    assert ada.live()["blind"]["rate"] is None and room.look(ada)["result"] is None
    begin(room, "person")
    bo.post_to("leave")  # which a model never does
    ada.post_to("verdict", thinks="person")
    room.time.go(VERDICT_S + 1.0)
    assert ada.live()["blind"]["was"] == "person" and ada.live()["blind"]["rate"] is None
    room.draw("model")
    room.enter(ada, "Ada")
    room.wait(ada)
    play(room, ada)
    ada.post_to("verdict", thinks="person")
    assert ada.live()["blind"]["rate"] == room.look(ada)["result"] == {"right": 0, "of": 1}
    assert blind_frame(room.arena.scorebook)["counts"].sum() == 1


# ── what it found ───────────────────────────────────────────────────────────────────────────────────────────────────


def verdicts(*rows):
    frame = pd.DataFrame(rows, columns=["was", "thinks", "own_total", "other_total"])
    return frame.assign(match="m", player_id="p", right=frame["was"] == frame["thinks"], at=pd.Timestamp.now("UTC"),
                        left_over=False, ended="rounds", counts=True)  # fmt: skip


def test_the_detection_rate_stands_beside_chance_with_its_interval():
    found = detection(verdicts(
        ("model", "model", 10_000, 20_000), ("model", "person", 12_000, 18_000), ("person", "person", 9_000, 9_000),
        ("person", "model", 11_000, 8_000), ("model", "model", 8_000, 22_000),
    ))  # fmt: skip
    assert (found.verdicts, found.right, found.rate) == (5, 3, 0.6)
    assert found.low < 0.5 < found.high and found.p_value == 1.0
    assert (found.against_model, found.model_taken_for_person) == (3, 1)
    assert (found.own_mean_against_model, found.other_mean_model) == (10_000.0, 20_000.0)
    assert (found.person_taken_for_model, found.other_mean_person) == (1, 8_500.0)
    assert found.chance == pytest.approx(0.6 * 0.6 + 0.4 * 0.4)


def test_who_always_says_the_same_is_right_by_chance_however_often_it_is_true():
    said = detection(verdicts(*[("model", "model", 1, 1)] * 18, *[("person", "model", 1, 1)] * 6))
    assert (said.rate, said.chance, said.p_value) == (0.75, 0.75, 1.0)
    alone = detection(verdicts(*[("model", "model", 1, 1)] * 18))
    assert (alone.rate, alone.chance, alone.p_value) == (1.0, 1.0, None)
    known = detection(verdicts(*[("model", "model", 1, 1)] * 6, *[("person", "person", 1, 1)] * 6))
    assert known.chance == 0.5 and known.p_value == pytest.approx(2 / 924)  # of 12 over 6 ways


def test_who_met_the_model_because_nobody_came_stands_apart(room):
    for _ in range(3):
        lone = room.stranger()
        room.draw("person")
        room.enter(lone, "Lone")
        room.wait(lone)
        lone.post_to("leave")
        assert lone.post_to("verdict", thinks="model").status_code == 200
    frame = blind_frame(room.arena.scorebook)
    assert frame["left_over"].all() and not frame["counts"].any() and set(frame["ended"]) == {"forfeit"}
    found = detection(frame)
    assert (found.verdicts, found.rate, found.p_value, found.left_over, found.broken_off) == (0, None, None, 3, 0)


def test_a_match_that_somebody_left_tells_who_it_was_and_does_not_count(room):
    ada, bo, _ = begin(room, "person")
    bo.post_to("leave")
    assert ada.live()["why"] == "forfeit"
    assert ada.post_to("verdict", thinks="person").status_code == 200
    room.time.go(VERDICT_S + 1.0)
    ada.live()
    [row] = blind_frame(room.arena.scorebook).to_dict("records")
    assert (row["ended"], row["left_over"], row["counts"], row["right"]) == ("forfeit", False, False, True)
    found = detection(blind_frame(room.arena.scorebook))
    assert (found.verdicts, found.broken_off, found.left_over) == (0, 1, 0)


def test_wilsons_interval_is_that_of_the_tables():
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 10)[0] == pytest.approx(0.0) and wilson(10, 10)[1] == pytest.approx(1.0)
    with pytest.raises(ValueError, match="n > 0"):
        wilson(0, 0)


def test_an_experiment_without_a_verdict_has_no_rate(new_arena):
    frame = blind_frame(new_arena().scorebook)
    found = detection(frame)
    assert frame.empty and found.rate is None and found.low is None and found.as_dict()["verdicts"] == 0
