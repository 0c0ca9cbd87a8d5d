import threading

import pytest

from arena.rules import Refused
from arena.turns import MOST_WAITING, ModelTurns, Turn
from model.errors import ImageError


class SlowModel:
    """Plays when it is let, one round for each `go_on`."""

    def __init__(self):
        self.begun, self.at_once, self.most_at_once = [], 0, 0
        self.let = threading.Event()
        self.lock = threading.Lock()

    def play(self, game_id, played):
        with self.lock:
            self.begun.append(game_id)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        played(3)
        assert self.let.wait(20)
        with self.lock:
            self.at_once -= 1


@pytest.fixture
def slow():
    model = SlowModel()
    yield model
    model.let.set()


def test_whoever_asks_is_told_where_the_game_stands_and_never_waits(slow, eventually):
    turns = ModelTurns(slow.play)
    assert turns.ask("a", 0).status in ("waiting", "playing")
    eventually(lambda: turns.ask("a", 0) == Turn("playing", 3))
    assert turns.ask("b", 2) == turns.ask("b", 2) == Turn("waiting", 2)
    slow.let.set()
    eventually(lambda: slow.begun == ["a", "b"])


def test_one_plays_eight_wait_and_the_next_is_told_when_to_come_back(slow, eventually):
    turns = ModelTurns(slow.play)
    turns.ask("first", 0)
    eventually(lambda: slow.begun == ["first"])
    for number in range(MOST_WAITING):
        turns.ask(f"g{number}", 0)
    with pytest.raises(Refused, match="8 games wait") as refusal:
        turns.ask("late", 0)
    assert refusal.value.reason == "busy" and refusal.value.retry_s >= 1.0
    assert turns.ask("g7", 0).status == "waiting"  # who waits already may ask
    slow.let.set()
    eventually(lambda: len(slow.begun) == MOST_WAITING + 1)
    assert slow.begun == ["first", *(f"g{number}" for number in range(MOST_WAITING))]
    assert slow.most_at_once == 1


def test_many_who_ask_at_once_start_one_turn_at_a_time(slow, eventually):
    slow.let.set()
    turns, refused = ModelTurns(slow.play, most=40), []

    def ask(number):
        try:
            turns.ask(f"g{number}", 0)
        except Refused as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    eventually(lambda: len(slow.begun) == 40)
    assert sorted(slow.begun) == sorted(f"g{number}" for number in range(40))
    assert (slow.most_at_once, refused) == (1, [])


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [(ImageError("The picture is odd."), "The picture is odd"), (RuntimeError("secret path /x"), "Ask it again")],
)
def test_a_turn_that_failed_says_so_once_and_can_be_asked_for_again(problem, sentence, eventually, caplog):
    tried = []

    def play(game_id, _played):
        tried.append(game_id)
        raise problem

    turns, told = ModelTurns(play), []

    def asked():
        try:
            turns.ask("a", 0)
        except (ImageError, Refused) as error:
            told.append(str(error))
        return bool(told)

    eventually(asked)
    assert sentence in told[0] and "/x" not in told[0]
    before = len(tried)
    turns.ask("a", 0)
    eventually(lambda: len(tried) == before + 1)
