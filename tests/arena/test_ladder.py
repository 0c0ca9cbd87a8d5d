"""Ratings that go on from where they stood are those that are reckoned anew."""

import numpy as np
import pandas as pd
import pytest

from arena import rating
from arena.rating import PARTY, Ladder, rate
from tests.arena.test_rating import book, daily, league, meeting


@pytest.fixture
def reckoned(monkeypatch):
    """The meetings that were reckoned."""
    done, add = [], Ladder._add
    monkeypatch.setattr(Ladder, "_add", lambda ladder, meeting: done.append(meeting) or add(ladder, meeting))
    return done


def assert_same(ours, anew):
    for name in ("standings", "history"):
        pd.testing.assert_frame_equal(getattr(ours, name), getattr(anew, name), check_exact=True)


def duels(count):
    """The rounds of matches of five between five players."""
    return [
        meeting({f"P{k % 5}": 1000 * (k % 4), f"P{(k + 1 + k // 5) % 5}": 900 * (one % 5)}, one, f"g{k}")
        for k in range(count)
        for one in range(5 * k, 5 * k + 5)
    ]


def test_one_more_duel_costs_its_own_meetings_alone(reckoned):
    ladder, rounds = Ladder(), duels(13)
    early, late = book(*rounds[:60]), book(*rounds)
    assert_same(ladder.rate(early), rate(early))
    reckoned.clear()
    grown = ladder.rate(late)
    assert len(reckoned) == 5
    assert_same(grown, rate(late))
    reckoned.clear()
    assert_same(ladder.rate(late), grown)
    assert reckoned == []


def test_a_round_that_is_told_later_and_one_that_changed_or_went_are_reckoned_from_there(reckoned):
    rounds = duels(8)
    whole = book(*rounds)
    without = book(*rounds[:7], *rounds[8:])
    changed = whole.assign(score=whole["score"].where(whole.index != 20, 4999))
    renamed = whole.assign(player=whole["player"].replace("P0", "Ada"))
    ladder = Ladder()
    for frame in (whole, without, changed, renamed, whole.iloc[:0], whole):
        assert_same(ladder.rate(frame), rate(frame))
    ladder.rate(whole)
    reckoned.clear()
    ladder.rate(changed)
    assert len(reckoned) == len(rounds) - 10, "those before the change stay"


def test_a_crowd_that_grows_one_by_one_is_rated_as_if_all_had_come_at_once():
    everyone = daily(2 * PARTY + 3, 3)
    ladder = Ladder()
    for size in (1, PARTY, PARTY + 1, 2 * PARTY + 1, 2 * PARTY + 3):
        told = everyone[everyone["game_id"].isin([f"g{one}" for one in range(size)])]
        assert_same(ladder.rate(told), rate(told))


@pytest.mark.parametrize("seed", range(2))
def test_whatever_comes_goes_and_changes_it_is_as_reckoned_anew(seed):
    rng = np.random.default_rng(seed)
    frame, _ = league(3, 6, players=8, seed=seed)
    frame = frame.assign(movement=np.where(frame["game_id"].str[-1].isin(["1", "5"]), "nmpz", "no_move"))
    ladder = Ladder()
    for _ in range(4):
        told = frame[rng.random(len(frame)) < rng.choice([0.3, 0.9, 1.0])]
        told = told.assign(score=told["score"].where(rng.random(len(told)) < 0.98, 7))
        assert_same(ladder.rate(told), rate(told))


def test_what_broke_in_the_midst_leaves_nothing_half_done(monkeypatch):
    ladder, whole = Ladder(), book(*duels(6))
    ladder.rate(whole.iloc[:20])
    sound = rating._sign
    monkeypatch.setattr(rating, "_sign", lambda *given: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        ladder.rate(whole)
    monkeypatch.setattr(rating, "_sign", sound)
    assert_same(ladder.rate(whole), rate(whole))
