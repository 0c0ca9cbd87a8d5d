import json
from dataclasses import replace

import pytest

from arena.imports import tables
from arena.imports.files import read_games
from arena.imports.found import FoundGame, Refusal


def games_of(data: bytes) -> list[FoundGame]:
    return [one for one in read_games(data) if isinstance(one, FoundGame)]


def refused(data: bytes) -> list[Refusal]:
    return [one for one in read_games(data) if isinstance(one, Refusal)]


def test_a_game_is_read_with_its_rules_its_player_and_its_points_however_they_are_written(made):
    (found,) = games_of(json.dumps(made.game()).encode())
    assert (found.map, found.movement, found.time_limit_s, found.max_error_m) == ("World", "nmpz", 120, None)
    assert found.extent_m == pytest.approx(14916862, rel=1e-5), "the diagonal of the bounds is the World's max error"
    assert [(one.name, one.identity) for one in found.players] == [("Ada", "62cfc191")]
    scores = [one.guesses[0].score for one in found.rounds]
    assert scores == [made.points(*pair) for pair in zip(made.places, made.pins, strict=True)]
    assert found.rounds[1].guesses[0].seconds == 15.0 and found.at == pytest.approx(1709944224.455)


def test_a_timed_out_round_is_a_missing_guess_unless_a_pin_was_placed(made):
    data = made.game()
    data["player"]["guesses"][0] |= {"lat": 0, "lng": 0, "timedOut": True, "roundScoreInPoints": 0}
    data["player"]["guesses"][1] |= {"timedOut": True, "timedOutWithGuess": True}
    (found,) = games_of(json.dumps(data).encode())
    assert found.rounds[0].guesses[0].lat is None and found.rounds[0].guesses[0].score == 0
    assert found.rounds[1].guesses[0].lat == made.pins[1][0]


def test_a_duel_is_one_game_with_a_seat_for_each_player(made):
    (found,) = games_of(json.dumps(made.duel()).encode())
    assert [(one.name, one.identity, one.rating) for one in found.players] == [
        ("Eva", "id-Eva", None), ("Max", "id-Max", 983)]  # fmt: skip
    assert [len(one.guesses) for one in found.rounds] == [2, 2, 2], "a round that was drawn and not played is none"
    assert (found.map, found.max_error_m, found.movement, found.time_limit_s) == ("World", 14916862, "no_move", 15)
    assert found.rounds[0].guesses[0].seconds == pytest.approx(20.492)


def test_a_team_without_players_guesses_has_its_best_guesses(made):
    data = made.duel()
    del data["teams"][0]["players"][0]["guesses"]
    (found,) = games_of(json.dumps(data).encode())
    assert sorted(one.name for one in found.players) == ["Eva", "Max"] and found.rows() == 6


def test_a_best_guess_without_a_number_is_of_the_round_of_its_result(made):
    data = made.duel()
    for team in data["teams"]:
        del team["players"][0]["guesses"]
        for result in team["roundResults"]:
            result["bestGuess"] = {k: v for k, v in result["bestGuess"].items() if k != "roundNumber"}
    (found,) = games_of(json.dumps(data).encode())
    assert [one.number for one in found.rounds] == [1, 2, 3] and found.rows() == 6


def test_who_is_not_named_is_somebody_else_in_every_game(made):
    games, first = [made.game(), made.game(pins=made.pins[::-1])], made.duel()
    for one in games:
        del one["player"]["nick"], one["player"]["id"]
    for team in first["teams"]:
        del team["players"][0]["nick"], team["players"][0]["playerId"]
    second = json.loads(json.dumps(first)) | {"gameId": "another"}
    data = json.dumps([*games, first, second]).encode()
    players = [player for one in games_of(data) for player in one.players]
    assert {one.name for one in players} == {"Unnamed"} and len({one.identity for one in players}) == 6
    assert [p.identity for one in games_of(data) for p in one.players] == [one.identity for one in players]


def test_teams_of_the_same_name_are_not_one_player(made):
    duels = [made.duel() | {"gameId": name} for name in ("one", "two")]
    for one in duels:
        for team in one["teams"]:
            del team["players"], team["id"]
    players = [player for one in games_of(json.dumps(duels).encode()) for player in one.players]
    assert [one.name for one in players] == ["blue", "red"] * 2 and len({one.identity for one in players}) == 4


def test_a_table_without_players_is_one_persons_and_another_table_is_anothers(made):
    rows = [{k: v for k, v in row.items() if k not in ("player", "game", "round")} for row in made.table()]
    mine, grown, theirs = (games_of(made.csv(some)) for some in (rows[::2][:3], rows[::2], rows[1::2]))
    who = {player.identity for one in [*mine, *grown] for player in one.players}
    assert len(who) == 1 and len(who | {player.identity for one in theirs for player in one.players}) == 2
    some = [{**row, "game": f"g{row['round']}", "player": "" if row["player"] == "Bo" else "Ada"}
            for row in made.table()]  # fmt: skip
    assert len({player.identity for one in games_of(made.csv(some)) for player in one.players}) == 6


def test_a_round_that_a_team_let_pass_is_a_missing_guess(made):
    data = made.duel()
    del data["teams"][1]["players"][0]["guesses"][2]
    data["teams"][1]["roundResults"][2] |= {"score": 0, "bestGuess": None}
    (found,) = games_of(json.dumps(data).encode())
    assert found.rounds[2].guesses[1].lat is None and found.rows() == 6


def test_many_games_come_as_a_list_as_lines_or_wrapped_in_high_scores(made):
    both = [made.game(), made.duel()]
    lines = "\n".join(json.dumps(one) for one in both)
    wrapped = {"items": [{"game": one} for one in both], "paginationToken": None}
    for text in (json.dumps(both), json.dumps(both, indent=2), lines, json.dumps(wrapped)):
        assert [len(one.players) for one in games_of(text.encode())] == [1, 2]


def test_a_broken_line_does_not_stop_the_others(made):
    lines = [json.dumps(made.game()), '{"rounds": [1, 2', json.dumps(made.duel()), '{"hello": 1}']
    data = "\n".join(lines).encode()
    assert len(games_of(data)) == 2
    assert [(one.kind, one.where) for one in refused(data)] == [("file", "line 2"), ("unknown", "line 4")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"   \n ", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 30, "no text"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'[{"rounds": [', "not JSON"),
        (b'[{"rounds": [], "player": {"guesses": []}}', "cut off"),
        (b"just some words\nand more of them\n", "looked for a table with the columns true_lat"),
        (b"[1, 2, 3]", "neither a game"),
    ],
)
def test_hostile_files_get_a_sentence(data, said):
    assert games_of(data) == []
    assert any(said in one.sentence for one in refused(data)), refused(data)


def test_numbers_that_are_none_or_far_too_large_do_not_get_through(made):
    text = json.dumps(made.game())
    for bad in ("NaN", "-Infinity", "1e999", "9" * 6000):
        data = text.replace(str(made.places[0][0]), bad, 1).encode()
        assert games_of(data) == [] and refused(data)[0].kind == "no place"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_old_encodings_and_marks_are_read(made, encoding):
    rows = made.table(*[{"player": "Zoë"}] * 10)
    (found,) = games_of(made.csv(rows[::2]).decode().encode(encoding))
    assert found.players[0].name == "Zoë" and found.rows() == 5


def test_semicolons_and_decimal_commas_are_a_table_too(made):
    rows = made.table()
    local = [{k: str(v).replace(".", ",") if isinstance(v, float) else v for k, v in row.items()} for row in rows]
    (found,) = games_of(made.csv(local, ";"))
    assert found.rows() == 10 and found.rounds[0].lat == made.places[0][0]


def test_columns_may_have_their_usual_other_names_and_games_may_be_interleaved(made):
    rows = made.table()
    rows = [*rows, *({**row, "game": "duel-2", "guess_lat": row["guess_lat"] - 1} for row in rows)]
    rows.sort(key=lambda row: row["round"])
    header = ("Game ID,Round Number,Nick,ELO,Map Name,maxErrorDistance,mode,Round Time (s),Actual Lat,actual_lon,"
              "Guess Latitude,guess-long,distanceInMeters,roundScoreInPoints")  # fmt: skip
    found = games_of(made.csv(rows, header=header))
    assert [one.rows() for one in found] == [10, 10] and found[0].players[0].rating == 812
    assert found[0].players[1].rating is None, "a rating of 0 is how the site writes none"


def test_a_table_without_games_has_a_game_for_each_row(made):
    rows = [{k: v for k, v in row.items() if k not in ("game", "round")} for row in made.table()]
    assert [one.rows() for one in games_of(made.csv(rows))] == [1] * 10


def test_a_broken_row_takes_its_game_along_and_no_other(made):
    rows = [*made.table({"guess_lat": "north"}), *({**row, "game": "duel-2"} for row in made.table())]
    data = made.csv(rows)
    assert [one.rows() for one in games_of(data)] == [10]
    (fault,) = refused(data)
    assert (fault.kind, fault.where, fault.rows) == ("number", "line 2", 10) and '"north"' in fault.sentence


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"score": 5001}, "score"), ({"score": "many"}, "number"), ({"true_lat": ""}, "no place"),
        ({"mode": "blindfolded"}, "mode"), ({"map": "moon"}, "mixed"), ({"true_lat": 1.5}, "two places"),
        ({"distance_m": "nan"}, "number"), ({"player": "Bo"}, "repeated"), ({"player": "a,b"}, "row"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_in_a_table_is_refused(made, change, kind):
    data = made.csv(made.table(change))
    assert games_of(data) == [] and [one.kind for one in refused(data)] == [kind]


def test_a_row_that_stands_there_twice_counts_once(made):
    rows = made.table()
    (found,) = games_of(made.csv([*rows, rows[3]]))
    assert found.rows() == 10 and found.repeats == 1


def test_one_name_for_many_games_is_refused_with_a_sentence(made):
    rows = [{**made.table()[0], "round": k, "true_lat": round(k * 1e-3, 3)} for k in range(1, 202)]
    assert games_of(made.csv(rows[:200]))[0].rows() == 200
    for some in (rows, [{k: v for k, v in row.items() if k != "round"} for row in rows]):
        (fault,) = refused(made.csv(some))
        assert (fault.kind, fault.rows) == ("too long", 201) and "more than 200 rounds" in fault.sentence


def test_reading_a_game_of_many_players_looks_at_no_player_twice(made, monkeypatch):
    compared = []

    class Watched(str):
        __hash__ = str.__hash__

        def __eq__(self, other):
            compared.append(other)
            return str.__eq__(self, other)

    read = tables._player
    monkeypatch.setattr(tables, "_player", lambda row: replace(read(row), identity=Watched(read(row).identity)))
    (found,) = games_of(made.csv([{**made.table()[0], "player": f"P{k}"} for k in range(500)]))
    assert len(found.players) == 500 and len(compared) < 5000


def test_a_row_without_a_pin_is_a_round_whose_time_ran_out(made):
    (found,) = games_of(made.csv(made.table({"guess_lat": "", "guess_lng": "", "distance_m": "", "score": 0})))
    assert found.rounds[0].guesses[0].lat is None and found.rounds[0].guesses[0].score == 0
