import json
import os
import stat

import pandas as pd
import pytest

from arena.imports import bring as bringing
from arena.imports.bring import Choices, bring
from arena.imports.pseudonyms import Pseudonyms
from arena.records import UNKNOWN_SCALE_KM
from model.errors import StorageError


@pytest.fixture(autouse=True)
def small_atlas(monkeypatch):
    """Names of places without the real atlas."""

    class Atlas:
        @classmethod
        def open(cls):
            return cls()

        def describe(self, points):
            n = len(points)
            return pd.DataFrame({"country": ["IE"] * n, "town": ["Bray"] * n, "country_name": ["Ireland"] * n})

    monkeypatch.setattr(bringing, "Atlas", Atlas)


def test_a_table_is_imported_whole_and_a_second_time_not_at_all(made, book):
    files = [("duels.csv", made.csv(made.table()))]
    first = bring(files, book(), Choices())
    assert (first.rows, first.imported, first.scores_confirmed, first.games) == (10, 10, 10, 1)
    frame = book().guesses()
    assert len(frame) == 10 and set(frame["origin"]) == {"imported"} and set(frame["source"]) == {"import"}
    assert set(frame["movement"]) == {"no_move"} and set(frame["time_limit_s"]) == {15}
    assert frame["scale_km"].iloc[0] == pytest.approx(1491.6862) and set(frame["country"]) == {"IE"}
    assert dict(zip(frame["player_id"], frame["rating"].fillna(0), strict=True)) == {
        "imported:Ada": 812,
        "imported:Bo": 0,
    }
    again = bring(files, book(), Choices())
    assert (again.rows, again.imported, again.known, again.games) == (10, 0, 10, 0)
    assert any("10 known already" in said for said in again.sentences())
    assert len(book().guesses()) == 10


def test_the_same_guesses_are_known_under_other_names_in_other_files_and_in_other_games(made, book):
    bring([("a.csv", made.csv(made.table()))], book(), Choices())
    renamed = bring([("a.csv", made.csv(made.table()))], book(), Choices(pseudonyms=True))
    assert (renamed.imported, renamed.known) == (0, 10)
    other = [{**row, "game": f"game-{row['round']}"} for row in made.table()]
    assert bring([("b.csv", made.csv(other))], book(), Choices()).known == 10


def test_overlapping_files_bring_what_is_new_in_them(made, book):
    bring([("a.csv", made.csv(made.table()[:6]))], book(), Choices())
    whole = bring([("b.csv", made.csv(made.table()))], book(), Choices())
    assert (whole.rows, whole.imported, whole.known) == (10, 4, 6)
    assert len(book().guesses()) == 10
    assert bring([("b.csv", made.csv(made.table()))], book(), Choices()).known == 10


def test_one_file_twice_in_one_import_counts_once(made, book):
    data = json.dumps([made.duel(), made.duel()]).encode()
    done = bring([("a.json", data), ("b.json", data)], book(), Choices())
    assert (done.rows, done.imported, done.known) == (24, 6, 18)


def test_two_people_with_the_same_pin_are_two_people(made, book):
    rows = made.table()
    for row in rows:
        row |= {key: rows[0][key] for key in ("round", "true_lat", "true_lng", "guess_lat", "guess_lng", "distance_m",
                                              "score")}  # fmt: skip
    rows = [{**rows[0], "game": "x"}, {**rows[1], "game": "y"}]
    assert bring([("a.csv", made.csv(rows))], book(), Choices()).imported == 2


def test_pseudonyms_hide_names_and_stay_the_same(made, book, own_home):
    bring([("a.csv", made.csv(made.table()))], book(), Choices(pseudonyms=True))
    later = [{**row, "guess_lat": "", "guess_lng": "", "distance_m": "", "score": 0} for row in made.table()]
    bring([("b.csv", made.csv(later))], book(), Choices(pseudonyms=True))
    frame = book().guesses()
    assert len(frame) == 20 and frame["player_id"].nunique() == 2
    assert not frame["player"].isin(["Ada", "Bo"]).any() and frame["player"].str.match("Player [0-9A-F]{6}$").all()
    assert not frame["player_id"].str.contains("Ada|Bo").any()
    secret = own_home / "pseudonyms.key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


@pytest.mark.parametrize("max_error_m", [14916862.0, 18539854.0])
@pytest.mark.parametrize("together", [True, False])
def test_two_files_of_one_map_whose_scale_is_not_stated_are_of_one_scale(made, book, max_error_m, together):
    files = []
    for name, east in (("Ada", 0.0), ("Bo", 1.7)):
        one = made.game(max_error_m, name, pins=[(lat, lng + east) for lat, lng in made.pins]) | {"mapName": "Ours"}
        del one["bounds"], one["player"]["id"]
        files.append((f"{name}.json", json.dumps(one).encode()))
    for some in [files] if together else [[one] for one in files]:
        assert bring(some, book(), Choices()).scores_unconfirmed == 0
    frame = book().guesses()
    assert len(frame) == 10 and frame["scale_km"].nunique() == 1
    assert frame["scale_km"].iloc[0] == pytest.approx(max_error_m / 1e4, rel=1e-3)


def test_wrong_dates_are_counted_and_what_was_played_then_is_kept(made, book):
    dates = ["2031-13-45", "9999-12-31", "2999-01-01", "last week", "", "0", "2024-03-09", "-5"]
    rows = [{**row, "date": date} for row, date in zip(made.table(), dates, strict=False)]
    done = bring([("a.csv", made.csv(rows))], book(), Choices())
    assert (done.imported, done.wrong_dates) == (8, 5)
    assert any("5 dates are none, or after tomorrow" in said for said in done.sentences())
    frame = book().guesses()
    assert (frame["at"].dt.year == 2024).sum() == 1 and frame["at"].max() <= pd.Timestamp.now("UTC") + pd.Timedelta(
        "1h"
    )
    late = made.game(nick="Cy")
    for place in late["rounds"]:
        place["startTime"] = "2999-01-01T00:00:00Z"
    done = bring([("late.json", json.dumps(late).encode())], book(), Choices())
    assert done.imported == 5 and done.wrong_dates == 5


def test_one_is_not_many(made, book):
    said = " ".join(bring([("a.csv", made.csv(made.table()[:1]))], book(), Choices()).sentences())
    assert "1 score confirmed" in said and "1 guess of 1 player" in said


def test_names_that_stand_there_already_are_told_when_they_should_be_hidden(made, book):
    bring([("a.csv", made.csv(made.table()[:6]))], book(), Choices())
    done = bring([("b.csv", made.csv(made.table()))], book(), Choices(pseudonyms=True))
    assert (done.known, done.known_by_name) == (6, 6)
    again = bring([("a.csv", made.csv(made.table()[:6]))], book(), Choices(pseudonyms=True))
    assert (again.known, again.known_by_name) == (6, 6)
    assert any("6 of them stand under their names" in said for said in again.sentences())
    hidden = [{**row, "player": "Cy"} for row in made.table()[::2]]
    for _ in range(2):
        done = bring([("c.csv", made.csv(hidden))], book(), Choices(pseudonyms=True))
        assert done.known_by_name == 0


@pytest.mark.parametrize("name", ["~{}", "=~{}", "bot:{}", "?{}"])
def test_a_name_cannot_be_the_identity_of_somebody_hidden(made, book, name):
    rows = made.table()
    bring([("a.csv", made.csv(rows[::2]))], book(), Choices(pseudonyms=True))
    hidden = book().guesses()["player_id"].iloc[0].split("~")[1]
    named = [{**row, "player": name.format(hidden)} for row in rows[::2]]
    done = bring([("b.csv", made.csv(named))], book(), Choices())
    assert (done.imported, book().guesses()["player_id"].nunique()) == (5, 2)
    assert bring([("c.csv", made.csv(named[:3]))], book(), Choices()).known == 3


def test_people_who_are_not_named_are_people_apart(made, book):
    games = [made.game(), made.game(pins=made.pins[::-1])]
    for one in games:
        del one["player"]["nick"], one["player"]["id"]
        one["player"]["guesses"][0] |= {"timedOut": True, "roundScoreInPoints": 0}
    files = [(f"{k}.json", json.dumps(one).encode()) for k, one in enumerate(games)]
    done = bring(files, book(), Choices())
    assert (done.imported, len(done.players)) == (10, 2) and set(book().guesses()["player"]) == {"Unnamed"}
    assert bring(files, book(), Choices()).known == 10


def test_a_secret_that_cannot_be_used_is_a_sentence(own_home):
    path = own_home / "pseudonyms.key"
    path.write_text("not hexadecimal")
    with pytest.raises(StorageError, match="looked for the secret"):
        Pseudonyms.open()
    path.write_text("ab")
    with pytest.raises(StorageError, match="cut off"):
        Pseudonyms.open()


def test_a_broken_game_stops_no_other_and_every_kind_of_fault_is_told_with_examples(made, book):
    bad = [{**row, "game": f"bad-{k}", "score": 17} for k in range(5) for row in made.table()[:2]]
    done = bring([("mixed.csv", made.csv([*bad, *made.table()]))], book(), Choices())
    assert (done.rows, done.imported, done.refused) == (20, 10, 10)
    said = "\n".join(done.sentences())
    assert said.count("17 points, but") == 3 and "… and 2 more of this kind (score)" in said
    assert "mixed.csv, line 2" in said and done.as_dict()["refusals"]["score"]["count"] == 5


def test_unconfirmed_points_are_kept_apart_and_said(made, book):
    rows = [{k: v for k, v in row.items() if k != "map_max_error_m"} for row in made.table()[:4]]
    for row, score in zip(rows, (100, 4000, 900, 3000), strict=True):
        row["score"] = score
    done = bring([("a.csv", made.csv(rows))], book(), Choices())
    assert (done.imported, done.scores_confirmed, done.scores_unconfirmed) == (4, 0, 4)
    assert "not confirmed" in "\n".join(done.sentences())
    assert set(book().guesses()["scale_km"]) == {UNKNOWN_SCALE_KM}


def test_missing_guesses_are_stored_without_a_position(made, book):
    rows = made.table({"guess_lat": "", "guess_lng": "", "distance_m": "", "score": 0})
    done = bring([("a.csv", made.csv(rows))], book(), Choices())
    frame = book().guesses()
    assert done.imported == 10 and frame["guess_lat"].isna().sum() == 1 and frame["distance_km"].isna().sum() == 1


def test_a_map_without_a_name_gets_the_one_that_is_given(made, book):
    rows = [{k: v for k, v in row.items() if k != "map"} for row in made.table()]
    bring([("a.csv", made.csv(rows))], book(), Choices(map="An Arbitrary World", kind="bot"))
    frame = book().guesses()
    assert set(frame["map"]) == {"An Arbitrary World"} and set(frame["kind"]) == {"bot"}


def test_progress_is_told(made, book):
    told = []
    bring([("a.csv", made.csv(made.table()))], book(), Choices(), lambda *step: told.append(step))
    assert told[0] == ("reading a.csv", 0, 0) and told[-1] == ("importing a.csv", 1, 1)


def test_a_large_table_is_survived(made, book):
    rows = made.table()[:2]
    many = [{**row, "game": f"g{k}", "guess_lat": round(row["guess_lat"] + k * 1e-3, 5), "distance_m": "", "score": ""}
            for k in range(3000) for row in rows]  # fmt: skip
    done = bring([("large.csv", made.csv(many))], book(), Choices())
    assert (done.rows, done.imported, done.games) == (6000, 6000, 3000)
    assert os.environ["HOMING_HOME"]
