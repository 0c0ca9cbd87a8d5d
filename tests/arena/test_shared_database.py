"""One scorebook behind several apps, in a file and on a PostgreSQL server; a server that goes away and comes back."""

import json
import logging
import shutil
import signal
import subprocess
import sys
import threading
import traceback
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from arena.database import MIGRATIONS, open_database, schema_version
from arena.games import Arena
from arena.records import HOST, Game, Guess, Place, Round, Rules, Seat
from arena.routes import routes
from arena.rules import Refused
from arena.schema import metadata
from arena.scorebook import URL_VARIABLE, Scorebook
from model.errors import StorageError

ROOT = Path(__file__).resolve().parents[2]
NEWEST = max(path.name[:4] for path in (MIGRATIONS / "versions").glob("*.py"))
SECRET = "hunter2"

# Three apps of their own, which begin everything at the same moment; forked before anything is opened.
APPS = """
import json, multiprocessing, sys, time
from arena.records import Game, Guess, Place, Round, Seat
from arena.scorebook import Scorebook

def app(url, together, answers):
    together.wait(60)
    book = Scorebook.open(url)
    together.wait(60)
    together.wait(60)
    for number in range(1, 11):
        for seat in (0, 1):
            book.start_round("g", number, seat)
            answers.put(book.add_guess("g", number, seat, Guess(1.0, 2.0, 333.0, 4000, 1.0, time.time())))

here = multiprocessing.get_context("fork")
together, answers = here.Barrier(4), here.Queue()
apps = [here.Process(target=app, args=(sys.argv[1], together, answers), daemon=True) for _ in range(3)]
for one in apps:
    one.start()
together.wait(60)
together.wait(60)
book = Scorebook.open(sys.argv[1])
seats = {seat: Seat(name, "person", name) for seat, name in enumerate(("Ada", "Bo"))}
places = tuple(Round(i, Place(float(i), 2.0, None), None) for i in range(1, 11))
book.add_game(Game("g", "world", "world", 7, 1492.7, 1.7e9, None, seats, places, closes_at=4e9, most_seats=2))
together.wait(60)
counted = [answers.get(timeout=60) for _ in range(60)]
print(json.dumps(sum(counted)))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request):
    """A database in which nothing is, in a file and on a server."""
    return request.getfixturevalue("book_url" if request.param == "sqlite" else "empty_postgres_url")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    """A database with the newest schema, in a file and on a server."""
    return request.getfixturevalue("book_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture
def two_arenas(url, painted_map, new_arena):
    """Two apps on one book, each with connections, caches and queues of its own."""
    describe = new_arena()._openings._describe
    both = [Arena(lambda pictures: (1.0, 2.0), url, lambda: {"world": painted_map}, describe) for _ in range(2)]
    yield both
    for one in both:
        one.scorebook.engine.dispose()


def a_game(game_id="g", rounds=10):
    seats = {seat: Seat(name, "person", name, owner=name) for seat, name in enumerate(("Ada", "Bo"))}
    places = tuple(Round(i, Place(float(i), 2.0, {"seed": i}, "FJ", "Town"), None) for i in range(1, rounds + 1))
    return Game(game_id, "world", "world", 7, 1492.7, 1.7e9, None, seats, places, world_version=2, mode="duel",
                closes_at=4e9, most_seats=2)  # fmt: skip


# ── several apps ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_apps_that_start_at_once_migrate_once_and_each_guess_counts_once(empty_url):
    ended = subprocess.run(
        [sys.executable, "-c", APPS, empty_url], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0 and json.loads(ended.stdout) == 20, ended.stderr
    book = Scorebook.open(empty_url)
    with book.engine.connect() as db:
        assert schema_version(db) == NEWEST
    game = book.game("g")
    assert game.finished_at is not None and all(set(one.guesses) == set(one.starts) == {0, 1} for one in game.rounds)
    book.engine.dispose()


def test_of_one_guess_sent_to_two_apps_at_once_one_counts(two_arenas):
    game_id = two_arenas[0].create("Ada", "world", rounds=4)
    for number in range(1, 5):
        answers, together = [], threading.Barrier(2)

        def send(arena, lat, number=number, answers=answers, together=together):
            together.wait(30)
            try:
                answers.append(arena.guess(game_id, number, lat, 0.0).guesses[HOST].lat)
            except Refused as refusal:
                answers.append(refusal.reason)

        senders = [threading.Thread(target=send, args=(arena, 1.0 + k)) for k, arena in enumerate(two_arenas)]
        for one in senders:
            one.start()
        for one in senders:
            one.join()
        kept = two_arenas[0].game(game_id).rounds[number - 1].guesses[HOST].lat
        assert sorted(answers, key=str) == sorted([kept, "not_now"], key=str)
    assert [arena.game(game_id).finished_at is not None for arena in two_arenas] == [True, True]


def test_of_one_round_reported_to_two_apps_at_once_one_is_recorded(url):
    books = [Scorebook.open(url) for _ in range(2)]
    for number in (2, 1, 0, 0):  # the last two are given the next numbers
        said, together, seats = [], threading.Barrier(2), {0: Seat("Ada", "bot", "bot:Ada")}
        place, guess = Place(0.1 + number, 2.0 / 3.0, None), Guess(1.1, 2.2, 300.3, 4000, 1.0, 1.7e9 + number)
        if number == 0:
            guess = Guess(None, None, None, books[0].counts()["guesses"], 1.0, 1.7e9)
        one = Game("import-1", "Alps", "import", None, 1492.7, 1.7e9, 1.7e9 + number, seats,
                   (Round(number, place, None, {0: guess}),), origin="imported", fingerprint="f")  # fmt: skip

        def report(book, one=one, said=said, together=together):
            together.wait(30)
            said.append(book.add_round(one, 20))

        senders = [threading.Thread(target=report, args=(book,)) for book in books]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert sorted(said) == ["known", "new"]
    game = books[0].game("import-1")
    assert [one.number for one in game.rounds] == [1, 2, 3, 4] and game.finished_at == 1.7e9 + 2
    assert books[0].counts() == {"games": 1, "guesses": 4}
    changed = replace(game, rounds=game.rounds[:1], rules=Rules(60))
    assert books[1].add_round(changed, 20) == "other rules"
    moved = replace(game.rounds[0], place=Place(5.0, 5.0, None))
    assert books[1].add_round(replace(game, rounds=(moved,)), 20) == "taken"
    assert books[1].add_round(replace(game, rounds=(replace(moved, number=9),)), 4) == "full"
    for book in books:
        book.engine.dispose()


def test_a_seat_is_taken_once_and_the_model_sits_down_once_whichever_app_is_asked(two_arenas, eventually):
    first, second = two_arenas
    game_id = first.open("Ada", "world", owner="a" * 16, rounds=1, mode="challenge").game_id
    seats = [arena.join(game_id, name, owner=name).seat for arena, name in ((second, "Bo"), (first, "Cy"))]
    assert seats == [1, 2] and first.join(game_id, "Bo", owner="Bo").token is None
    first.guess(game_id, 1, 0.0, 0.0)
    for arena in two_arenas:
        arena.play_opponent(game_id)
    eventually(lambda: all(arena.play_opponent(game_id) is None for arena in two_arenas))
    kinds = [seat.kind for seat in second.game(game_id).seats.values()]
    assert sorted(kinds) == ["model", "person", "person", "person"]
    assert len(second.game(game_id).rounds[0].guesses) == 2


@pytest.mark.parametrize("said", ["%00", "x%00y", "%C2%80"])
def test_an_id_that_no_database_could_hold_is_one_that_is_not_there(two_arenas, said):
    two_arenas[0].opponent = lambda pictures: (1.0, 2.0)
    client = TestClient(Starlette(routes=routes(arena=two_arenas[0])))
    game, room = f"/arena/api/games/{said}", f"/arena/api/blind/{said}"
    asked = [client.get(one) for one in (game, f"{game}/rounds/1/panorama.jpg", f"{game}/rounds/1/view.jpg", room)]
    asked += [client.post(f"{game}/{verb}", json={"name": "Cy", "lat": 1.0, "lng": 2.0, "thinks": "model"})
              for verb in ("seats", "rounds/1/guess", "opponent", "ready", "leave", "rematch", "verdict")]  # fmt: skip
    asked.append(client.post(f"{room}/enter", json={"name": "Cy"}))
    for answer in asked:
        assert answer.status_code == 404 and answer.json()["error"].startswith("There is no "), answer.text
    ghost = client.post(
        "/arena/api/games", json={"name": "Cy", "mode": "duel", "duel": {"ghost": {"game_id": "a\0b", "seat": 0}}}
    )
    assert ghost.status_code == 400 and "A ghost is" in ghost.json()["error"]
    with client.websocket_connect(f"{game}/live") as socket:
        assert "There is no game" in str(socket.receive())


# ── PostgreSQL ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_migrations_lead_to_the_schema_on_a_server_too(postgres_url):
    engine = open_database(postgres_url)
    with engine.connect() as db:
        assert schema_version(db) == NEWEST
        assert compare_metadata(MigrationContext.configure(db, opts={"compare_type": True}), metadata) == []
    engine.dispose()


def test_a_book_on_a_server_comes_along_from_its_first_schema_with_every_round(empty_postgres_url, tmp_path):
    folder = tmp_path / "first"
    shutil.copytree(MIGRATIONS, folder)
    for later in (one for one in (folder / "versions").glob("0*.py") if one.name[:4] > "0001"):
        later.unlink()
    old = open_database(empty_postgres_url, migrations=folder)
    with old.begin() as db:
        db.execute(text("INSERT INTO games VALUES ('g', 'world', 'world', 1099511627776, 1492.7, 5, 1.7e9, 1.7e9)"))
        db.execute(text("INSERT INTO seats VALUES ('g', 0, 'Ada', 'person'), ('g', 1, 'Homing', 'model')"))
        recipe = json.dumps({"month": 5, "world": 2})
        for number in range(1, 6):
            db.execute(text("INSERT INTO rounds VALUES ('g', :n, :n, 20.0, 'FR', 'Lyon', :recipe, 1.6e9)"),
                       {"n": number, "recipe": recipe})  # fmt: skip
            db.execute(text("INSERT INTO guesses VALUES ('g', :n, 0, 1.0, 2.0, 333.5, 4000, 9.5, 1.7e9)"),
                       {"n": number})  # fmt: skip
    old.dispose()
    book = Scorebook.open(empty_postgres_url)
    game = book.game("g")
    assert len(book.guesses()) == 5 and game.seats[0].player_id == "name:Ada" and game.world_version == 2
    assert game.rounds[0].place.recipe == {"month": 5, "world": 2} and game.rounds[0].starts == {0: 1.6e9}
    book.engine.dispose()


def test_a_migration_that_fails_leaves_a_book_on_a_server_as_it_was(postgres_url, tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(MIGRATIONS, folder)
    (folder / "versions" / "9000_more.py").write_text(
        f'"""More."""\nfrom alembic import op\nrevision, down_revision = "9000", "{NEWEST}"\n'
        'def upgrade():\n    op.execute("DROP TABLE guesses CASCADE"); op.execute("nonsense")\n'
    )
    with pytest.raises(StorageError, match="Nothing was lost"):
        open_database(postgres_url, migrations=folder)
    assert Scorebook.open(postgres_url).guesses().empty


def test_a_row_that_another_program_holds_is_a_sentence(postgres_url):
    book, other = Scorebook.open(postgres_url, busy_s=0.05), open_database(postgres_url)
    book.add_game(a_game())
    with other.begin() as db:
        db.execute(text("SELECT 1 FROM games FOR UPDATE"))
        with pytest.raises(StorageError, match="in use by another program"):
            book.add_guess("g", 1, 0, Guess(1.0, 2.0, 3.0, 4, 5.0, 1.7e9))
    assert book.add_guess("g", 1, 0, Guess(1.0, 2.0, 3.0, 4, 5.0, 1.7e9))
    other.dispose()


def test_one_variable_puts_the_book_on_a_server(postgres_url, monkeypatch, own_home):
    monkeypatch.setenv(URL_VARIABLE, postgres_url)
    Scorebook.open().add_game(a_game())
    assert Scorebook.open().game("g") == a_game() and not (own_home / "scorebook.sqlite").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url: url.replace(SECRET, f"not-{SECRET}"), "does not let us in. Nothing was lost. Check the name and"),
        (lambda url: url.replace("/book_", "/nowhere_"), "is not there as its URL says"),
        (lambda url: url.partition("?")[0] + "?host=/nowhere", "is not there as its URL says|does not answer"),
        (lambda url: f"postgresql://homing:{SECRET}@127.0.0.1:1/book", "does not answer. Nothing was lost. Check that"),
        (lambda url: f"postgresql://homing:{SECRET}@no.such.host.invalid/book", "does not answer"),
        (lambda url: f"postgresql://127.0.0.1:1/book?user=homing&password={SECRET}", "does not answer"),
        (lambda url: f"postgresql://127.0.0.1:1/book?passwort={SECRET}", "refused"),
    ],
    ids=["password", "database", "socket", "port", "host", "query", "setting"],
)  # fmt: skip
def test_a_server_that_lets_nobody_in_is_a_sentence_and_no_password_is_anywhere(postgres_url, caplog, change, said):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StorageError, match=said) as refusal:
        Scorebook.open(change(postgres_url), busy_s=1.0)
    sentence, whole = str(refusal.value), "".join(traceback.format_exception(refusal.value))
    assert SECRET not in sentence and SECRET not in whole and SECRET not in caplog.text
    assert sentence.count("\n") == 0 and "/tmp" not in sentence


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["shut down", "killed"])
def test_a_server_that_goes_away_in_mid_game_and_comes_back_costs_one_sentence(
    postgres, postgres_url, painted_map, new_arena, caplog, how
):
    caplog.set_level(logging.DEBUG)
    describe = new_arena()._openings._describe
    arena = Arena(None, postgres_url, lambda: {"world": painted_map}, describe)
    client = TestClient(Starlette(routes=routes(arena=arena)))
    game = f"/arena/api/games/{client.post('/arena/api/games', json={'name': 'Ada', 'rounds': 3}).json()['game_id']}"

    def guess(number):
        return client.post(f"{game}/rounds/{number}/guess", json={"lat": 1.0, "lng": 2.0})

    assert guess(1).status_code == 200
    postgres.stop(how)
    try:
        for _ in range(2):
            answer = guess(2)
            assert answer.status_code == 503 and answer.headers["retry-after"]
            assert "Nothing was lost" in answer.json()["error"] and SECRET not in answer.text
    finally:
        postgres.start()
    assert guess(2).status_code == guess(3).status_code == 200
    assert guess(2).status_code == 409  # it counted, once
    assert [one["status"] for one in client.get(game).json()["rounds"]] == ["guessed"] * 3
    assert SECRET not in caplog.text
    arena.scorebook.engine.dispose()


def test_a_book_with_every_connection_in_use_is_a_sentence(postgres_url):
    book = Scorebook.open(postgres_url)
    pool = book.engine.pool
    pool._timeout = 0.05
    held = [book.engine.connect() for _ in range(pool.size() + pool._max_overflow)]
    with pytest.raises(StorageError, match="has no connection free"):
        book.version()
    for one in held:
        one.close()
    assert book.version()
    book.engine.dispose()
