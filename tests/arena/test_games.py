import io
import threading
import time
from dataclasses import replace

import pytest
from PIL import Image

from arena.records import MODEL_NAME, Rules, player_id_of
from arena.rules import EXPIRES_S, GRACE_S, MOST_OPEN, MOST_STARTED, Refused
from model.errors import CoordinateError, ImageError, StorageError


def play_through(arena, game_id, position=(0.0, 0.0)):
    return [arena.guess(game_id, number, *position) for number in range(1, 6)]


def test_the_same_map_and_seed_lead_to_the_same_places(new_arena):
    arena = new_arena()
    ids = [arena.create("Ada", "world", "person", 7), arena.create("Bo", "world", "bot", 7)]
    first, second = (arena.game(game_id) for game_id in ids)
    assert [one.place for one in first.rounds] == [one.place for one in second.rounds]
    assert ids[0] != ids[1]
    other = arena.game(arena.create("Ada", "world"))
    assert [one.place for one in other.rounds] != [one.place for one in first.rounds]


def test_a_guess_is_judged_with_the_scale_of_the_map(new_arena, painted_map):
    painted_map.scale_km = 500.0
    arena = new_arena()
    game_id = arena.create("Ada", "world", seed=1)
    place = arena.game(game_id).rounds[0].place
    done = arena.guess(game_id, 1, place.lat + 1.0, place.lng)
    assert done.guesses[0].distance_km == pytest.approx(111.195, abs=0.01)
    assert done.guesses[0].score == 4003


def test_a_guess_counts_once_and_only_in_its_turn(new_arena):
    arena = new_arena()
    game_id = arena.create("Ada", "world", seed=1)
    with pytest.raises(Refused, match="not open yet"):
        arena.guess(game_id, 2, 0.0, 0.0)
    first = arena.guess(game_id, 1, 0.0, 0.0)
    with pytest.raises(Refused, match="counts once"):
        arena.guess(game_id, 1, 10.0, 10.0)
    assert arena.game(game_id).rounds[0] == first


def test_of_many_guesses_at_the_same_moment_one_counts(new_arena):
    arena = new_arena()
    game_id = arena.create("Ada", "world", seed=1)
    outcomes = []

    def guess(lat):
        try:
            outcomes.append(arena.guess(game_id, 1, lat, 0.0))
        except Refused as refusal:
            outcomes.append(refusal.reason)

    threads = [threading.Thread(target=guess, args=(float(lat),)) for lat in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("not_now") == 7
    assert len(arena.scorebook.guesses(False)) == 1


def test_after_the_end_every_guess_is_refused_and_the_game_is_closed(new_arena):
    arena = new_arena()
    game_id = arena.create("Ada", "world", seed=1)
    assert arena.game(game_id).finished_at is None
    play_through(arena, game_id)
    assert arena.game(game_id).finished_at is not None
    with pytest.raises(Refused, match="the game is over"):
        arena.guess(game_id, 5, 0.0, 0.0)


def test_a_guess_off_the_earth_leaves_the_round_open(new_arena):
    arena = new_arena()
    game_id = arena.create("Ada", "world", seed=1)
    for position in [(91.0, 0.0), (float("nan"), 0.0), (0.0, 361.0)]:
        with pytest.raises(CoordinateError):
            arena.guess(game_id, 1, *position)
    assert arena.guess(game_id, 1, 0.0, 350.0).guesses[0].lng == -10.0


def test_a_restart_loses_nothing(new_arena):
    game_id = new_arena().create("Ada", "world", seed=1)
    first = new_arena()
    before, shown = first.guess(game_id, 1, 5.0, 5.0), first.panorama(game_id, 2)
    started_at = first.game(game_id).rounds[1].started_at
    again = new_arena()
    assert again.game(game_id).rounds[0] == before
    assert again.panorama(game_id, 2) == shown != again.panorama(game_id, 1)
    assert again.game(game_id).rounds[1].started_at == started_at is not None


def test_panoramas_open_with_their_rounds_and_start_the_clock(new_arena):
    arena = new_arena()
    game_id = arena.create("Ada", "world", seed=1)
    assert arena.game(game_id).rounds[0].started_at is None
    arena.panorama(game_id, 1)
    assert arena.game(game_id).rounds[0].started_at is not None
    for number, status in [(2, "not_now"), (6, "unknown"), (0, "unknown")]:
        with pytest.raises(Refused) as refusal:
            arena.panorama(game_id, number)
        assert refusal.value.reason == status
    assert arena.guess(game_id, 1, 0.0, 0.0).guesses[0].seconds >= 0.0
    assert arena.panorama(game_id, 1)  # a round that is over can be seen again


def test_the_next_panorama_is_made_before_it_is_asked_for(new_arena, painted_map, eventually):
    arena = new_arena()
    game_id = arena.create("Ada", "world", seed=1)
    arena.panorama(game_id, 1)
    eventually(lambda: sorted(painted_map.painted) == [0, 1])
    arena.guess(game_id, 1, 0.0, 0.0)
    arena.panorama(game_id, 2)
    eventually(lambda: sorted(painted_map.painted) == [0, 1, 2])


def test_the_renderer_is_warmed_up_once(new_arena, painted_map, eventually):
    arena = new_arena()
    arena.warm_up()
    arena.warm_up()
    eventually(lambda: painted_map.painted != [])
    arena.panorama(arena.create("Ada", "world", seed=1), 1)
    assert painted_map.painted.count(0) == 2  # the warm-up, and the first round of the game


@pytest.mark.parametrize("game_id", ["nope", "", "../../etc/passwd", "' OR 1=1 --"])
def test_an_unknown_game_is_refused(new_arena, game_id):
    with pytest.raises(Refused, match="no game") as refusal:
        new_arena().game(game_id)
    assert refusal.value.reason == "unknown"


@pytest.mark.parametrize("name", ["atlantis", None, 7, ["world"], {"map": "world"}])
def test_an_unknown_map_is_refused_and_the_known_ones_are_named(new_arena, name):
    with pytest.raises(Refused, match="Known maps: world") as refusal:
        new_arena().create("Ada", name)
    assert refusal.value.reason == "unknown"


def test_the_opponent_plays_the_same_rounds_once(new_arena, model_plays):
    seen = []

    def opponent(images):
        seen.append([image.size for image in images])
        return 48.0, 2.0

    arena = new_arena(opponent)
    game_id = arena.create("Ada", "world", seed=1)
    play_through(arena, game_id)
    assert arena.play_opponent(game_id).status in ("waiting", "playing")
    game = model_plays(arena, game_id)
    assert seen == [[(64, 32)]] * 5  # one 2:1 panorama for each round
    assert arena.play_opponent(game_id) is None and arena.game(game_id) == game
    assert len(seen) == 5
    frame = arena.scorebook.guesses(False, kind="model")
    assert frame["round"].tolist() == [1, 2, 3, 4, 5]
    assert set(frame["guess_lat"]) == {48.0}


def test_the_opponent_waits_for_the_end_of_the_game(new_arena):
    arena = new_arena(lambda images: (0.0, 0.0))
    game_id = arena.create("Ada", "world", seed=1)
    arena.guess(game_id, 1, 0.0, 0.0)
    with pytest.raises(Refused, match="when you have finished"):
        arena.play_opponent(game_id)
    assert arena.scorebook.guesses(False, kind="model").empty


def test_an_opponent_that_fails_says_so_once_and_goes_on_where_it_stopped(new_arena, model_plays):
    answers = iter([(1.0, 1.0), (2.0, 2.0), ImageError("the model lost its glasses")])

    def opponent(images):
        answer = next(answers, (3.0, 3.0))
        if isinstance(answer, Exception):
            raise answer
        return answer

    arena = new_arena(opponent)
    game_id = arena.create("Ada", "world", seed=1)
    play_through(arena, game_id)
    with pytest.raises(ImageError, match="glasses"):
        model_plays(arena, game_id)
    assert arena.scorebook.guesses(False, kind="model")["guess_lat"].tolist() == [1.0, 2.0]
    model_plays(arena, game_id)
    assert arena.scorebook.guesses(False, kind="model")["guess_lat"].tolist() == [1.0, 2.0, 3.0, 3.0, 3.0]


def test_a_turn_that_a_restart_broke_off_goes_on_where_it_stopped(new_arena, model_plays, eventually):
    third, never = threading.Event(), threading.Event()
    played = []

    def until_the_power_fails(images):
        played.append(1)
        if len(played) == 3:
            third.set()
            assert never.wait(60)
        return 1.0, 1.0

    before = new_arena(until_the_power_fails)
    game_id = before.create("Ada", "world", seed=1)
    play_through(before, game_id)
    before.play_opponent(game_id)
    assert third.wait(20)
    assert before.play_opponent(game_id).played == 2
    again = []
    after = new_arena(lambda images: again.append(1) or (2.0, 2.0))
    assert after.play_opponent(game_id).played == 2
    model_plays(after, game_id)
    never.set()
    assert len(again) == 3
    assert after.scorebook.guesses(kind="model")["guess_lat"].tolist() == [1.0, 1.0, 2.0, 2.0, 2.0]


def test_without_an_opponent_the_game_says_so(new_arena):
    arena = new_arena()
    game_id = arena.create("Ada", "world", seed=1)
    play_through(arena, game_id)
    with pytest.raises(Refused, match="No model"):
        arena.play_opponent(game_id)


def test_a_broken_scorebook_stops_games_but_not_the_server(new_arena, tmp_path):
    (tmp_path / "book.sqlite").write_bytes(b"holiday letters" * 100)
    arena = new_arena()
    with pytest.raises(StorageError):
        arena.create("Ada", "world")
    (tmp_path / "book.sqlite").unlink()
    assert arena.create("Ada", "world")


def test_rules_are_part_of_a_game(new_arena):
    arena = new_arena()
    assert arena.game(arena.create("Ada", "world")).rules == Rules(None, "no_move")
    game = arena.game(arena.create("Ada", "world", time_limit_s="60", movement="nmpz"))
    assert game.rules == Rules(60, "nmpz")
    assert game.world_version is not None and not game.seed_chosen
    assert arena.game(arena.create("Ada", "world", seed=0)).seed_chosen


def test_players_are_known_by_a_secret_and_a_bot_is_another_player_than_its_owner(new_arena):
    arena, owner = new_arena(), player_id_of("a secret")
    ids = [arena.create("Ada", "world", kind, owner=owner) for kind in ("person", "bot")]
    seats = [arena.game(game_id).seats[0] for game_id in ids]
    assert [(seat.player_id, seat.owner) for seat in seats] == [(owner, owner), (f"bot:{owner}", owner)]
    nobody = arena.create("Ada", "world")
    assert arena.game(nobody).seats[0].player_id == f"game:{nobody}"


def limited(arena, seconds=30, **more):
    game_id = arena.create("Ada", "world", seed=1, time_limit_s=seconds, **more)
    arena.panorama(game_id, 1)
    return game_id


def test_the_clock_runs_from_the_first_picture_and_not_before(new_arena, clock):
    arena = new_arena()
    game_id = arena.create("Ada", "world", seed=1, time_limit_s=10)
    clock.ahead_s += 100.0
    assert arena.guess(game_id, 1, 0.0, 0.0).guesses[0].lat == 0.0
    arena.panorama(game_id, 2)
    clock.ahead_s += 8.0
    assert arena.guess(game_id, 2, 0.0, 0.0).guesses[0].seconds == pytest.approx(8.0, abs=1.0)


def test_a_guess_on_its_way_when_the_time_runs_out_still_counts(new_arena, clock):
    arena = new_arena()
    game_id = limited(arena)
    clock.ahead_s += 30.0 + GRACE_S - 1.0
    guess = arena.guess(game_id, 1, 1.0, 2.0).guesses[0]
    assert (guess.lat, guess.seconds) == (1.0, 30.0)


@pytest.mark.parametrize("look", ["game", "guess", "panorama"])
def test_a_round_whose_time_is_out_is_closed_by_whoever_looks(new_arena, clock, look):
    arena = new_arena()
    game_id = limited(arena)
    clock.ahead_s += 30.0 + GRACE_S + 1.0
    if look == "guess":
        with pytest.raises(Refused, match="time of round 1 was out") as refusal:
            arena.guess(game_id, 1, 1.0, 2.0)
        assert refusal.value.reason == "not_now"
    elif look == "panorama":
        assert arena.panorama(game_id, 2)  # the next round is open now
    else:
        assert arena.game(game_id).guessed() == [1]
    written = arena.scorebook.game(game_id).rounds[0].guesses[0]
    assert (written.lat, written.lng, written.distance_km, written.score, written.seconds) == (None, None, None, 0, 30)
    assert written.at == pytest.approx(arena.scorebook.game(game_id).rounds[0].started_at + 30.0)


def test_a_page_may_say_that_the_time_is_out_but_not_before_it_is(new_arena, clock):
    arena = new_arena()
    game_id = limited(arena)
    with pytest.raises(Refused, match="still time"):
        arena.guess(game_id, 1, None, None)
    clock.ahead_s += 30.5
    assert arena.guess(game_id, 1, None, None).guesses[0].score == 0
    assert arena.guess(game_id, 1, None, None).guesses[0].lat is None  # said twice, told twice
    without = arena.create("Ada", "world", seed=1)
    arena.panorama(without, 1)
    clock.ahead_s += 5000.0
    with pytest.raises(Refused, match="still time"):
        arena.guess(without, 1, None, None)


def test_a_game_can_end_by_the_clock_alone_and_the_model_plays_it(new_arena, clock, model_plays):
    arena = new_arena(lambda images: (48.0, 2.0))
    game_id = arena.create("Ada", "world", seed=1, time_limit_s=10)
    for number in range(1, 6):
        arena.panorama(game_id, number)
        clock.ahead_s += 20.0
    game = arena.game(game_id)
    assert game.finished_at is not None
    assert [one.guesses[0].score for one in game.rounds] == [0] * 5
    assert len(model_plays(arena, game_id).guessed(1)) == 5
    assert arena.scorebook.guesses()["guess_lat"].isna().sum() == 5


def test_a_game_left_for_a_day_takes_no_guess_and_shows_no_new_round(new_arena, clock):
    arena = new_arena()
    game_id = arena.create("Ada", "world", seed=1)
    arena.guess(game_id, 1, 0.0, 0.0)
    clock.ahead_s += EXPIRES_S + 1.0
    for move in (lambda: arena.guess(game_id, 2, 0.0, 0.0), lambda: arena.panorama(game_id, 2)):
        with pytest.raises(Refused, match="start a new one") as refusal:
            move()
        assert refusal.value.reason == "not_now"
    assert arena.panorama(game_id, 1)
    assert len(arena.scorebook.guesses()) == 1


def test_a_sharp_panorama_comes_after_the_first_one(new_arena):
    arena = new_arena()
    game_id = arena.create("Ada", "world", seed=1)
    with pytest.raises(Refused, match="comes before the sharp one") as refusal:
        arena.panorama(game_id, 1, 4096)
    assert refusal.value.reason == "not_now"
    assert arena.game(game_id).rounds[0].started_at is None
    first = Image.open(io.BytesIO(arena.panorama(game_id, 1)))
    started_at = arena.game(game_id).rounds[0].started_at
    sharp = Image.open(io.BytesIO(arena.panorama(game_id, 1, 4096)))
    assert (first.size, sharp.size) == ((64, 32), (128, 64))
    assert arena.game(game_id).rounds[0].started_at == started_at
    with pytest.raises(Refused, match="2048 or 4096"):
        arena.panorama(game_id, 1, 1 << 20)


def test_a_round_that_is_over_may_be_seen_sharp_even_if_it_was_guessed_unseen(new_arena):
    arena = new_arena()
    game_id = arena.create("Ada", "world", seed=1)
    arena.guess(game_id, 1, 0.0, 0.0)
    assert Image.open(io.BytesIO(arena.panorama(game_id, 1, 4096))).width == 128


def test_a_game_without_panning_shows_one_view_to_everyone(new_arena, model_plays):
    seen = []

    def opponent(images):
        seen.append([image.size for image in images])
        return 1.0, 2.0

    arena = new_arena(opponent)
    game_id = limited(arena, None)
    with pytest.raises(Refused, match="shows panoramas") as refusal:
        arena.still(game_id, 1)
    assert refusal.value.reason == "not_allowed"
    game_id = arena.create("Ada", "world", seed=1, movement="nmpz")
    for width in (2048, 4096):
        with pytest.raises(Refused, match="one view") as refusal:
            arena.panorama(game_id, 1, width)
        assert refusal.value.reason == "not_allowed"
    assert arena.game(game_id).rounds[0].started_at is None
    jpeg, heading_deg = arena.still(game_id, 1)
    assert Image.open(io.BytesIO(jpeg)).size == (160, 90) and 0 <= heading_deg < 360
    assert arena.game(game_id).rounds[0].started_at is not None
    with pytest.raises(Refused, match="not open yet"):
        arena.still(game_id, 2)
    play_through(arena, game_id)
    with pytest.raises(Refused, match="one view"):
        arena.panorama(game_id, 1)
    assert arena.still(game_id, 1) == (jpeg, heading_deg)
    model_plays(arena, game_id)
    assert seen == [[(160, 90)]] * 5


def test_everyone_on_a_seed_looks_the_same_way_and_other_seeds_another(new_arena):
    arena = new_arena()

    def headings(seed):
        game_id = arena.create("Ada", "world", seed=seed, movement="nmpz")
        found = []
        for number in range(1, 6):
            found.append(arena.still(game_id, number)[1])
            arena.guess(game_id, number, 0.0, 0.0)
        return found

    assert headings(1) == headings(1) != headings(2)
    assert len(set(headings(1))) > 1


def test_one_player_cannot_start_games_without_end(new_arena, clock):
    arena = new_arena()
    for _ in range(MOST_STARTED):
        arena.create("Ada", "world", owner="ada")
    with pytest.raises(Refused, match="wait for a minute") as refusal:
        arena.create("Ada", "world", owner="ada")
    assert (refusal.value.reason, refusal.value.retry_s) == ("too_many", 60.0)
    arena.create("Bo", "world", owner="bo")
    clock.ahead_s += 61.0
    arena.create("Ada", "world", owner="ada")


def test_one_player_cannot_leave_games_open_without_end(new_arena, clock):
    arena = new_arena()
    pattern = arena.game(arena.create("Ada", "world", owner="ada"))
    arena.scorebook.add_games(replace(pattern, game_id=f"g{n}", created_at=time.time() - 99) for n in range(MOST_OPEN))
    with pytest.raises(Refused, match="finish one first"):
        arena.create("Ada", "world", owner="ada")
    clock.ahead_s += EXPIRES_S
    arena.create("Ada", "world", owner="ada")


def test_the_model_has_one_name_everywhere(new_arena, model_plays):
    arena = new_arena(lambda images: (0.0, 0.0))
    game_id = arena.create("Ada", "world", seed=1)
    play_through(arena, game_id)
    seat = model_plays(arena, game_id).seats[1]
    assert (seat.player, seat.player_id, MODEL_NAME) == ("Homing", "model:Homing", "Homing")
