"""The course of a live match as a function of facts and time, for any order of guesses and looks."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.live.agenda import agenda
from arena.live.course import GONE_S, course_of, deadline, is_present
from arena.live.records import LiveRules, Planned
from arena.live.rules import check_duel
from arena.records import Game, Guess, Place, Round, Seat

START = 1_000.0


def match(length=3, teams=1, **rules):
    seats = {number: Seat("P", "person", f"p{number}", team=number % 2, seen_at=START) for number in range(2 * teams)}
    rounds = tuple(Round(number, Place(0.0, 0.0, {}), None) for number in range(1, length + 1))
    rounds = (replace(rounds[0], started_at=START + 3.0), *rounds[1:])
    return Game("g", "world", "world", 1, 1492.7, START - 60.0, None, seats, rounds, mode="duel",
                most_seats=2 * teams, live=LiveRules(teams=teams, **rules), started_at=START)  # fmt: skip


def with_guess(game, number, seat, score, at):
    one = game.rounds[number - 1]
    lat = 0.0 if score is not None else None
    guess = Guess(lat, lat, 1.0, score or 0, 1.0, at)
    rounds = list(game.rounds)
    rounds[number - 1] = replace(one, guesses={**one.guesses, seat: guess})
    return replace(game, rounds=tuple(rounds))


def settle(game, now, since=0.0):
    """What `Live` does with the book, on the record alone."""
    for _ in range(200):
        due = [one for one in agenda(game, now, since) if one.at <= now]
        if not due:
            return game
        first, at = due[0], due[0].moment(now)
        if first.what == "forfeit":
            gone = replace(game.seats[first.seat], left_at=first.counts_at)
            game = replace(game, seats={**game.seats, first.seat: gone})
        elif first.what == "open":
            rounds = list(game.rounds)
            assert rounds[first.number - 1].started_at is None
            rounds[first.number - 1] = replace(rounds[first.number - 1], started_at=at)
            game = replace(game, rounds=tuple(rounds))
        elif first.what in ("none", "play"):
            assert first.seat not in game.rounds[first.number - 1].guesses
            game = with_guess(game, first.number, first.seat, None, at)
        elif first.what == "finish":
            game = replace(game, finished_at=at)
        else:
            raise AssertionError(first)
    raise AssertionError("it never comes to rest")


def test_a_pin_hurries_the_others_and_a_ghost_that_had_none_does_not():
    opened, at = START + 3.0, START + 13.0
    rules = match().live
    ends = [deadline(with_guess(match(), 1, 1, score, at), 1, opened, at, 0.0) for score in (4000, None)]
    assert ends == [at + rules.after_guess_s, opened + rules.round_s]


MOVES = st.lists(
    st.tuples(st.floats(0.05, 70.0), st.integers(0, 3), st.integers(0, 5000), st.booleans()), min_size=1, max_size=60
)


@settings(max_examples=150, deadline=None)
@given(MOVES, st.integers(1, 2), st.integers(1, 6), st.integers(1, 9000))
def test_whatever_happens_a_match_runs_its_course(moves, teams, length, health):
    game, now = match(length, teams, health=health), START
    order = {"countdown": 0, "looking": 1, "pause": 2, "over": 3}
    last, least = (1, 0), [health, health]
    for wait, seat, score, stays in moves:
        now += wait
        game = settle(game, now)
        course = course_of(game, now, 0.0)
        place = (course.round, order[course.phase])
        assert place >= last or course.phase == "over", "it never goes back"
        last = place
        assert course.until is None or course.until > now - 1.1  # a guess on its way is waited for
        for closed in course.closed:
            assert min(closed.damage) == 0 and max(closed.damage) >= 0
            assert set(game.rounds[closed.number - 1].guesses) == set(game.seats)
        if course.closed:
            assert all(after <= before for after, before in zip(course.closed[-1].health, least, strict=True))
            least = list(course.closed[-1].health)
        if course.phase == "over":
            assert game.finished_at is not None and course.result is not None
            assert settle(game, now + 10_000.0) == game
            return
        seat %= len(game.seats)
        if stays:
            game = replace(game, seats={**game.seats, seat: replace(game.seats[seat], seen_at=now)})
        free = course.phase == "looking" and seat not in game.rounds[course.round - 1].guesses
        if free and game.seats[seat].left_at is None:
            game = with_guess(game, course.round, seat, score, now)
    for _ in range(3 * length + 5):  # and left alone it comes to its end
        now += GONE_S
        game = settle(game, now)
    assert game.finished_at is not None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.01, 5.0), min_size=1, max_size=30))
def test_how_often_somebody_looks_changes_nothing(waits):
    seldom, often, now = match(2), match(2), START + 3.0
    until = now + sum(waits)
    for wait in waits:
        now += wait
        often = settle(often, now)
    assert course_of(settle(often, until), until, 0.0).phase == course_of(settle(seldom, until), until, 0.0).phase


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(1, 20_000), st.floats(0.0, 10.0))
def test_the_lower_score_loses_the_difference_times_the_multiplier(ours, theirs, health, multiplier):
    game = match(1, health=health, multipliers=(multiplier,))
    for seat, score in enumerate((ours, theirs)):
        game = with_guess(game, 1, seat, score, START + 9.0)
    [closed] = course_of(game, START + 10.0, 0.0).closed
    lost = round(abs(ours - theirs) * multiplier)
    assert closed.damage == ((lost, 0) if ours < theirs else (0, lost))
    assert closed.health == ((max(0, health - lost), health) if ours < theirs else (health, max(0, health - lost)))


def test_a_ghost_that_was_slower_than_the_time_guesses_at_its_end():
    game = match(1, planned=(Planned(90.0, 1.0, 2.0),))
    game = replace(game, seats={**game.seats, 1: Seat("G", "ghost", "ghost:x", team=1)})
    assert [one.at for one in agenda(game, START + 4.0, 0.0) if one.what == "play"] == [START + 93.0]
    game = with_guess(game, 1, 0, 100, START + 10.0)
    assert [one.at for one in agenda(game, START + 11.0, 0.0) if one.what == "play"] == [START + 25.0]


def test_presence_is_measured_from_the_apps_start():
    seat = Seat("P", "person", "p", seen_at=START)
    assert is_present(seat, START + 15.0, 0.0) and not is_present(seat, START + 15.1, 0.0)
    game = match()
    assert not [
        one for one in agenda(game, START + 500.0, START + 480.0) if one.what == "forfeit" and one.at <= START + 500
    ]


@pytest.mark.parametrize("asked", [None, {}, {"health": 6000}])
def test_a_duel_is_as_players_know_it_where_nothing_is_said(asked):
    rules = check_duel(asked)
    assert rules == LiveRules() and LiveRules.from_json(rules.as_json()) == rules


def test_settings_come_back_from_the_book_as_they_were():
    rules = LiveRules(health=1, multipliers=(1.0, 2.5), ghost=("g", 1), planned=(Planned(3.0, 1.0, None, 0.5, 6),))
    assert LiveRules.from_json({**rules.as_json(), "later": True}) == rules
    assert rules.multiplier(1) == 1.0 and rules.multiplier(9) == 2.5
