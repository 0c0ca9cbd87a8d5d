import time

import pytest

from arena.scorebook import HOST, Game, Guess, Place, Round, Scorebook


@pytest.fixture
def book(book_url):
    return Scorebook.open(book_url)


def a_game(game_id="g1", player="Ada", kind="person", seed=7):
    rounds = tuple(Round(i, Place(10.0 * i, 179.5, {"seed": i}, "FJ", f"Town {i}"), None) for i in range(1, 6))
    return Game(game_id, "world", "world", seed, 1492.7, time.time(), None, {HOST: (player, kind)}, rounds)


def a_guess(score=4000, distance_km=333.0):
    return Guess(1.0, 2.0, distance_km, score, 12.5, time.time())


def test_a_game_comes_back_as_it_was_written(book):
    game = a_game()
    book.add_game(game)
    assert book.game("g1") == game


def test_an_unknown_game_is_none(book):
    assert book.game("nope") is None


def test_a_guess_counts_once_and_the_first_stays(book):
    book.add_game(a_game())
    assert book.add_guess("g1", 1, HOST, a_guess(4000))
    assert not book.add_guess("g1", 1, HOST, a_guess(5000))
    assert book.guesses()["score"].tolist() == [4000]


def test_the_clock_of_a_round_starts_once(book):
    book.add_game(a_game())
    book.start_round("g1", 2)
    first = book.game("g1").rounds[1].started_at
    book.start_round("g1", 2)
    assert first is not None
    assert book.game("g1").rounds[1].started_at == first


def test_guesses_carry_truth_player_and_time(book):
    book.add_game(a_game())
    book.add_seat("g1", 1, "Homing", "model")
    book.add_seat("g1", 1, "Someone else", "model")
    book.add_guess("g1", 1, HOST, a_guess())
    book.add_guess("g1", 1, 1, a_guess(4900, 30.0))
    frame = book.guesses()
    assert frame["player"].tolist() == ["Ada", "Homing"]
    assert frame["kind"].tolist() == ["person", "model"]
    assert frame[["lat", "lng", "country", "seed"]].drop_duplicates().to_numpy().tolist() == [[10.0, 179.5, "FJ", 7]]
    assert str(frame["at"].dtype).startswith("datetime64") and str(frame["at"].dt.tz) == "UTC"


def test_guesses_can_be_filtered_and_only_by_what_exists(book):
    for number, player in enumerate(["Ada", "Bo'; DROP TABLE games; --"]):
        book.add_game(a_game(f"g{number}", player))
        book.add_guess(f"g{number}", 1, HOST, a_guess())
    assert len(book.guesses()) == 2
    assert book.guesses(player="Bo'; DROP TABLE games; --")["game_id"].tolist() == ["g1"]
    assert book.guesses(player="Ada", map="europe").empty
    with pytest.raises(ValueError, match="can be filtered"):
        book.guesses(score=4000)


def test_an_empty_book_has_all_columns(book):
    columns = ["game_id", "map", "source", "round", "player", "kind", "guess_lat", "guess_lng", "lat", "lng", "country",
               "distance_km", "score", "seconds", "at"]  # fmt: skip
    assert book.guesses().columns.tolist()[: len(columns)] == columns
    assert book.games().empty


def test_games_count_the_rounds_of_the_player_who_started_them(book):
    book.add_game(a_game())
    book.add_seat("g1", 1, "Homing", "model")
    for number in range(1, 6):
        book.add_guess("g1", number, HOST, a_guess(1000), last=number == 5)
        book.add_guess("g1", number, 1, a_guess(5000))
    book.add_game(a_game("g2", "Bo"))
    games = book.games().set_index("game_id")
    assert games.loc["g1", ["player", "guessed", "total"]].tolist() == ["Ada", 5, 5000]
    assert games.loc["g2", ["player", "guessed", "total"]].tolist() == ["Bo", 0, 0]
    assert games["finished_at"].notna().tolist() == [False, True]


def test_the_default_book_lies_in_the_persons_home(own_home):
    Scorebook.open().add_game(a_game())
    assert (own_home / "scorebook.sqlite").is_file()
    assert Scorebook.open().game("g1") is not None


def test_a_game_is_written_whole_or_not_at_all(book):
    book.add_game(a_game())
    with pytest.raises(Exception, match="UNIQUE"):
        book.add_game(a_game())
    assert len(book.games()) == 1
