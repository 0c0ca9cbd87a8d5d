import threading

import pytest
from PIL import Image

from arena.rules import Refused
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
    before = new_arena().guess(game_id, 1, 5.0, 5.0)
    assert new_arena().game(game_id).rounds[0] == before
    assert Image.MIME["JPEG"] == "image/jpeg" and new_arena().panorama(game_id, 2)[:2] == b"\xff\xd8"


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


def test_the_next_panorama_is_made_before_it_is_asked_for(new_arena, painted_map):
    arena = new_arena()
    game_id = arena.create("Ada", "world", seed=1)
    arena.panorama(game_id, 1)
    arena._panoramas._ahead.shutdown(wait=True)
    assert sorted(painted_map.painted) == [0, 1]


def test_the_renderer_is_warmed_up_once(new_arena, painted_map):
    arena = new_arena()
    arena.warm_up()
    arena.warm_up()
    arena._panoramas._ahead.shutdown(wait=True)
    assert painted_map.painted == [0]


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


def test_the_opponent_plays_the_same_rounds_once(new_arena):
    seen = []

    def opponent(images):
        seen.append([image.size for image in images])
        return 48.0, 2.0

    arena = new_arena(opponent)
    game_id = arena.create("Ada", "world", seed=1)
    play_through(arena, game_id)
    game = arena.play_opponent(game_id)
    assert seen == [[(64, 32)]] * 5  # one 2:1 panorama for each round
    assert arena.play_opponent(game_id) == game
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


def test_an_opponent_that_fails_goes_on_where_it_stopped(new_arena):
    answers = iter([(1.0, 1.0), (2.0, 2.0), ImageError("the model lost its glasses")])

    def opponent(images):
        answer = next(answers, (3.0, 3.0))
        if isinstance(answer, Exception):
            raise answer
        return answer

    arena = new_arena(opponent)
    game_id = arena.create("Ada", "world", seed=1)
    play_through(arena, game_id)
    with pytest.raises(ImageError):
        arena.play_opponent(game_id)
    arena.play_opponent(game_id)
    assert arena.scorebook.guesses(False, kind="model")["guess_lat"].tolist() == [1.0, 2.0, 3.0, 3.0, 3.0]


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
