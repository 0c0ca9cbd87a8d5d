import time

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from arena.rating import HISTORY, NEWCOMER, PARTY, STANDINGS, chance, rate
from arena.records import HOST, Game, Guess, Place, Round, Seat
from arena.scorebook import Scorebook


def meeting(scores, place=0, game="g", at=None, **same):
    """{player: score} of one round, as the scorebook gives it; `same` holds for all rows."""
    start = float(place) if at is None else at
    rows = [
        {"game_id": game, "origin": "played", "map": "world", "source": "world", "round": place % 5 + 1, "seat": seat,
         "player_id": f"id:{player}", "player": player, "kind": "model" if player == "Homing" else "person",
         "rating": pd.NA, "lat": 0.5 * place, "lng": 0.0, "score": score,
         "at": pd.Timestamp(start + 0.001 * seat, unit="s", tz="UTC"), "seed": 1, "seed_chosen": False,
         "scale_km": 1492.7, "time_limit_s": pd.NA, "movement": "no_move", "world_version": 2, "mode": "duel"} | same
        for seat, (player, score) in enumerate(scores.items())
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"rating": "Int64", "time_limit_s": "Int64", "world_version": "Int64"})


def book(*rounds):
    return pd.concat(rounds, ignore_index=True)


def standing(guesses, movement="no_move"):
    found = rate(guesses).standings
    return found[found["movement"] == movement].set_index("player")


def test_who_scores_more_on_the_same_place_stands_higher():
    found = standing(book(*(meeting({"Ada": 4000, "Bo": 3000, "Homing": 3500}, place) for place in range(6))))
    assert found["rating"].rank(ascending=False).astype(int).to_dict() == {"Ada": 1, "Homing": 2, "Bo": 3}
    assert found.loc["Ada", ["rounds", "won", "drawn", "lost", "opponents", "matches"]].tolist() == [6, 6, 0, 0, 2, 1]
    assert found.loc["Homing", ["won", "drawn", "lost"]].tolist() == [0, 6, 0]  # one of two beaten
    assert found.loc["Homing", "kind"] == "model"
    assert found["rating"].mean() == pytest.approx(NEWCOMER, abs=1e-6)


def test_a_rating_grows_surer_with_every_round():
    few, many = (
        standing(book(*(meeting({"Ada": 4000 + (-1) ** place, "Bo": 4000}, place) for place in range(count))))
        for count in (4, 40)
    )
    assert (many["deviation"] < 0.6 * few["deviation"]).all()
    assert (many["low"] < many["rating"]).all() and (many["rating"] < many["high"]).all()


def test_the_same_points_are_a_draw_and_no_guess_has_no_points():
    found = standing(book(meeting({"Ada": 5000, "Bo": 5000}, 0), meeting({"Ada": 5000, "Bo": 5000}, 1)))
    assert found["rating"].tolist() == pytest.approx([NEWCOMER, NEWCOMER]) and found["drawn"].tolist() == [2, 2]
    late = meeting({"Ada": 17, "Bo": 0}, 2).assign(guess_lat=[1.0, np.nan])
    assert standing(late).loc["Ada", "won"] == 1


def test_whoever_met_nobody_is_not_rated():
    found = standing(book(meeting({"Ada": 4000, "Bo": 1}, 0), meeting({"Cy": 5000}, 1, "other")))
    assert set(found.index) == {"Ada", "Bo"}


def test_players_meet_at_several_tables_on_the_same_place_under_the_same_rules_only():
    def at_two_tables(**other):
        return standing(book(meeting({"Ada": 4000}, 0, "a"), meeting({"Bo": 1000}, 0, "b", **other)))

    assert at_two_tables().loc["Ada", "won"] == 1
    assert at_two_tables(lat=1e-7).loc["Ada", "won"] == 1  # the same place to the metre
    for other in ({"time_limit_s": 30}, {"movement": "nmpz"}, {"map": "europe"}, {"world_version": 3}, {"lat": 1.0},
                  {"scale_km": 1000.0}, {"origin": "imported"}):  # fmt: skip
        assert at_two_tables(**other).empty, other


def test_moving_no_move_and_nmpz_are_rated_apart():
    rounds = [meeting({"Ada": 4000, "Bo": 1000}, place, movement="no_move") for place in range(3)]
    rounds += [meeting({"Ada": 1000, "Bo": 4000}, place, movement="nmpz") for place in range(3, 6)]
    found = rate(book(*rounds)).standings
    assert found[found["rank"] == 1].set_index("movement")["player"].to_dict() == {"no_move": "Ada", "nmpz": "Bo"}
    assert len(found) == 4


def test_players_who_never_met_even_through_others_are_not_ranked_against_each_other():
    rounds = [meeting({"Ada": 4000, "Bo": 1000}, place) for place in range(3)]
    rounds += [meeting({"Bo": 4000, "Cy": 1000}, place) for place in range(3, 6)]
    rounds += [meeting({"Di": 4000, "Ed": 1000}, place) for place in range(6, 11)]
    rounds += [meeting({"Ada": 4000, "Ed": 1000}, 11, movement="nmpz")]  # another game: it joins nothing here
    found = standing(book(*rounds))
    assert found["circle"].to_dict() == {"Ada": 1, "Bo": 1, "Cy": 1, "Di": 2, "Ed": 2}
    assert found["rank"].to_dict() == {"Ada": 1, "Bo": 2, "Cy": 3, "Di": 1, "Ed": 2}


def test_a_replay_and_a_chosen_seed_do_not_count():
    first = meeting({"Ada": 1000, "Bo": 4000}, 0, "first")
    again = meeting({"Ada": 5000}, 0, "again", at=100.0)
    cheat = meeting({"Ada": 5000, "Bo": 1}, 3, "known", seed_chosen=True)
    found = standing(book(first, again, cheat))
    assert found.loc["Ada", ["rounds", "won", "lost"]].tolist() == [1, 0, 1]


def test_an_identity_is_rated_and_the_last_name_is_shown():
    rounds = book(meeting({"Guest": 4000, "Bo": 1}, 0), meeting({"Guest": 4000, "Bo": 1}, 1))
    rounds.loc[2, "player_id"] = "another"
    rounds.loc[3, "player"] = "Boris"
    found = rate(rounds).standings
    assert sorted(found["player"]) == ["Boris", "Guest", "Guest"]
    assert found.set_index("player_id")["rounds"].to_dict() == {"id:Bo": 2, "id:Guest": 1, "another": 1}


def test_what_a_file_says_of_a_rating_is_shown_and_changes_nothing():
    plain = meeting({"Ada": 4000, "Bo": 1000}, 0)
    stated = plain.assign(rating=pd.array([400, 2000], "Int64"))
    assert standing(stated)["stated"].to_dict() == {"Ada": 400, "Bo": 2000}
    assert standing(plain)["stated"].isna().all()
    assert standing(stated)["rating"].tolist() == standing(plain)["rating"].tolist()


def test_the_history_has_a_row_for_each_match_and_ends_at_the_standing():
    rounds = [meeting({"Ada": 4000, "Bo": 1000}, place, f"g{place // 5}") for place in range(15)]
    found = rate(book(*rounds))
    ada = found.history[found.history["player"] == "Ada"]
    assert ada["match"].tolist() == [1, 2, 3] and ada["rounds"].tolist() == [5, 10, 15]
    assert ada["game_id"].tolist() == ["g0", "g1", "g2"] and ada["at"].is_monotonic_increasing
    assert ada["rating"].is_monotonic_increasing and (ada["high"] - ada["low"]).is_monotonic_decreasing
    last = found.standings.set_index("player").loc["Ada"]
    assert ada.iloc[-1][["rating", "low", "high"]].tolist() == last[["rating", "low", "high"]].tolist()


def test_what_was_stays_when_others_come_to_the_same_place_later():
    early = book(*(meeting({f"P{i}": 100 * i}, 0, f"g{i}", at=float(i)) for i in range(PARTY)))
    later = book(*(meeting({f"Q{i}": 5000}, 0, f"h{i}", at=1000.0 + i) for i in range(2)))
    before = rate(early).standings.set_index("player")["rating"]
    after = rate(book(early, later)).standings.set_index("player")["rating"]
    assert len(before) == PARTY and len(after) == PARTY + 2
    assert after[before.index].tolist() == before.tolist()


def daily(people, rounds=5, start=0.0):
    """Everyone plays the same rounds, in the same order every time."""
    return book(*(meeting({f"P{i}": (37 * i * place) % 5000}, place, f"g{i}", at=start + 1000.0 * i + place)
                  for i in range(people) for place in range(rounds)))  # fmt: skip


def test_nobody_of_a_crowd_is_left_alone():
    found = standing(daily(PARTY + 1, 1))
    assert found["rounds"].eq(1).all() and len(found) == PARTY + 1


@pytest.mark.parametrize("people", [PARTY + 1, 2 * PARTY, 2 * PARTY + 5, 6 * PARTY])
def test_who_plays_the_same_daily_game_has_met(people):
    found = standing(daily(people))
    assert found["circle"].eq(1).all() and sorted(found["rank"]) == list(range(1, people + 1))


def test_every_guess_counts_once_however_many_parties_it_meets():
    found = standing(daily(3 * PARTY))
    assert found["rounds"].eq(5).all() and found[["won", "drawn", "lost"]].sum(axis=1).eq(5).all()
    assert found["matches"].eq(1).all()
    assert (found["opponents"] > PARTY - 1).sum() > 2 * PARTY  # whoever sat with a party or came back to one


def test_what_was_stays_at_every_size_of_a_crowd_once_its_parties_are_full():
    whole = daily(3 * PARTY + 4)
    for full in (PARTY, 2 * PARTY, 3 * PARTY):
        early = whole[whole["game_id"].isin([f"g{i}" for i in range(full)])]
        before, after = (rate(one).history.set_index("player")["rating"] for one in (early, whole))
        assert after[before.index].tolist() == before.tolist()


def test_a_weak_party_after_a_strong_one_is_found_to_be_weak():
    """Both have the same points among themselves but for the five who tell how they stand to each other."""
    scores = {f"P{i}": 4000 + 10 * i for i in range(PARTY)} | {f"Q{i}": 1000 + 10 * i for i in range(PARTY)}
    rounds = [meeting({name: score}, place, name, at=1000.0 * i + place)
              for i, (name, score) in enumerate(scores.items()) for place in range(5)]  # fmt: skip
    found = standing(book(*rounds))["rating"]
    assert found[[f"Q{i}" for i in range(PARTY)]].mean() < found[[f"P{i}" for i in range(PARTY)]].mean()


def test_the_order_of_the_rows_is_of_no_account():
    rounds = book(*(meeting({"Ada": 700 * (place % 7), "Bo": 2000, "Cy": 300 * place}, place) for place in range(12)))
    shuffled = rounds.sample(frac=1.0, random_state=1)
    ours, theirs = (rate(one).standings.set_index("player").sort_index() for one in (rounds, shuffled))
    assert ours["rating"].tolist() == theirs["rating"].tolist()


def test_an_empty_book_has_the_same_columns_and_types_as_a_full_one():
    one = meeting({"Ada": 4000, "Bo": 1000}, 0)
    for alone in (one[:0], one[:1]):
        empty, full = rate(alone), rate(one)
        assert empty.standings.empty and empty.history.empty
        assert empty.standings.columns.tolist() == STANDINGS and empty.history.columns.tolist() == HISTORY
        for frames in ((empty.standings, full.standings), (empty.history, full.history)):
            numbers = [name for name in frames[1] if pd.api.types.is_numeric_dtype(frames[1][name])]
            assert frames[0][numbers].dtypes.to_dict() == frames[1][numbers].dtypes.to_dict()


def test_a_hundred_points_ahead_is_sixty_four_of_a_hundred_rounds():
    assert [round(chance(ahead), 2) for ahead in (0.0, 100.0, -100.0, 400.0)] == [0.5, 0.64, 0.36, 0.91]


def league(seats, matches, players=16, spread=150.0, seed=0):
    """Matches of five rounds at random tables, between players whose strength on Elo's scale is known."""
    rng = np.random.default_rng(seed)
    scale = 400.0 / np.log(10.0)
    strength = NEWCOMER + spread * rng.standard_normal(players)
    rounds = []
    for number in range(players * matches // seats):
        table = rng.choice(players, seats, replace=False)
        form = rng.normal(0.0, np.sqrt(0.07) * scale * np.pi / np.sqrt(6.0), seats)
        for one in range(5):
            done = strength[table] + form + np.sqrt(0.93) * rng.gumbel(0.0, scale, seats)
            rounds.append((number, one, table, done))
    who = np.concatenate([table for _, _, table, _ in rounds])
    points = np.concatenate([done for *_, done in rounds])
    game, one = (np.repeat([row[k] for row in rounds], seats) for k in (0, 1))
    blank = meeting({"Ada": 0})
    frame = blank.loc[np.zeros(len(who), int)].reset_index(drop=True).assign(
        game_id=[f"g{k}" for k in game], round=one + 1, seat=np.tile(np.arange(seats), len(rounds)),
        player_id=[f"id:{k}" for k in who], player=[f"P{k}" for k in who], lat=np.repeat(np.arange(len(rounds)), seats),
        score=points.argsort().argsort(),
        at=pd.to_datetime(np.repeat(np.arange(len(rounds)), seats), unit="s", utc=True),
    )  # fmt: skip
    return frame, strength


@pytest.mark.parametrize(("seats", "matches", "order"), [(2, 10, 0.7), (2, 40, 0.85), (6, 20, 0.9)])
def test_known_strengths_come_back_in_order_and_within_their_intervals(seats, matches, order):
    """95 % of the intervals should hold the truth; here those of 32 players are looked at, about the leagues' means."""
    held, orders = [], []
    for seed in (1, 2):
        frame, strength = league(seats, matches, seed=seed)
        found = rate(frame).standings.set_index("player_id").loc[[f"id:{k}" for k in range(len(strength))]]
        off = strength - strength.mean() + found["rating"].mean()
        held += ((found["low"] < off) & (off < found["high"])).tolist()
        orders.append(spearmanr(found["rating"], strength)[0])
    assert np.mean(orders) > order, orders
    assert np.mean(held) >= 0.87, held


def test_rounds_that_are_still_open_tell_nothing(tmp_path):
    """A challenge whose table has room, a match in play, and a place that someone may still guess elsewhere."""
    found = Scorebook.open(f"sqlite:///{tmp_path / 'book.sqlite'}")
    now = time.time()

    def play(game_id, players, guessed, lats=(1.0, 2.0), **more):
        seats = {seat: Seat(name, "person", f"id:{name}") for seat, name in enumerate(players)}
        rounds = tuple(Round(k, Place(lat, 3.0, {}), None) for k, lat in enumerate(lats, start=1))
        settings = {"most_seats": len(players), "mode": "duel", "world_version": 2} | more
        found.add_game(Game(game_id, "world", "world", 7, 1492.7, now, None, seats, rounds, **settings))
        for number, seat in guessed:
            km = 10.0 * (seat + 1)
            found.add_guess(game_id, number, seat, Guess(1.0, 3.0, km, 4900 - seat, 3.0, now))

    every = [(number, seat) for number in (1, 2) for seat in (HOST, 1)]
    play("room", ["Ada", "Bo"], every, most_seats=None, closes_at=now + 60, mode="challenge")
    play("open", ["Cy", "Di"], every[:3], lats=(5.0, 6.0))
    play("over", ["Ada", "Bo"], every, lats=(6.0, 9.0))
    told = rate(found.guesses()).standings
    assert told.set_index("player_id")["rounds"].to_dict() == {"id:Ada": 1, "id:Bo": 1}  # not where Di may still guess
    play("late", ["Ed"], [], lats=(9.0,))
    assert rate(found.guesses()).standings.empty
