"""Records of a match to rows of the scorebook, and back. Knows SQL; knows no store and no rule of play."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from arena.live.records import LiveRules
from arena.records import UNKNOWN_SCALE_KM, Game, Guess, Place, Round, Rules, Seat
from arena.schema import games, guesses, rounds, seats, starts, verdicts

# What became of a round: written; there before; its number is another one's; its match has other rules, or no room.
Appended = Literal["new", "known", "taken", "other rules", "full"]

MANY = 500  # values of one statement, which has a largest number


def could_be_id(said: str) -> bool:
    """Whether a database may be asked for an id: some take no text in which NUL or half a character stands."""
    return said.isprintable()


def read_game(db: Connection, game_id: str) -> Game | None:
    """A match with all that belongs to it; None where there is none."""
    if not could_be_id(game_id):
        return None
    head = db.execute(select(games).where(games.c.game_id == game_id)).first()
    if head is None:
        return None
    guessed: dict[int, dict[int, Guess]] = {}
    for row in db.execute(select(guesses).where(guesses.c.game_id == game_id)):
        guessed.setdefault(row.round, {})[row.seat] = Guess(
            row.guess_lat, row.guess_lng, row.distance_km, row.score, row.seconds, row.at
        )
    began: dict[int, dict[int, float]] = {}
    for row in db.execute(select(starts).where(starts.c.game_id == game_id)):
        began.setdefault(row.round, {})[row.seat] = row.started_at
    said = select(verdicts).where(verdicts.c.game_id == game_id)
    played = db.execute(select(rounds).where(rounds.c.game_id == game_id).order_by(rounds.c.round))
    live = None if head.settings is None else LiveRules.from_json(head.settings)
    return Game(
        game_id, head.map, head.source, head.seed, head.scale_km, head.created_at, head.finished_at,
        read_seats(db, game_id),
        tuple(
            Round(row.round, place_of(row), row.started_at, guessed.get(row.round, {}), began.get(row.round, {}))
            for row in played
        ),
        Rules(None if live else head.time_limit_s, head.movement),  # whose clock is that of the whole table
        head.seed_chosen, head.world_version, head.origin, head.fingerprint,
        head.mode, head.told, head.closes_at, head.most_seats, live,
        head.started_at, head.series_id, head.series_number,
        {row.seat: row.thinks for row in db.execute(said)} if head.mode == "blind" else {},
    )  # fmt: skip


def read_seats(db: Connection, game_id: str) -> dict[int, Seat]:
    """Who sits at a table, by the number of the seat; nobody at one that there is not."""
    if not could_be_id(game_id):
        return {}
    seated = db.execute(select(seats).where(seats.c.game_id == game_id).order_by(seats.c.seat))
    return {
        row.seat: Seat(row.player, row.kind, row.player_id, row.rating, row.owner, row.token_hash, row.team,
                       row.ready_at, row.seen_at, row.left_at)
        for row in seated
    }  # fmt: skip


def write_games(db: Connection, new: list[Game]) -> None:
    """Matches with all that belongs to them: a statement for each table, however many they are."""
    rows: dict[Any, list[dict[str, Any]]] = {games: [], seats: [], rounds: [], starts: [], guesses: []}
    for game in new:
        rows[games].append(_game_row(game))
        rows[seats] += [seat_row(game.game_id, number, seat) for number, seat in game.seats.items()]
        rows[rounds] += [_round_row(game.game_id, one) for one in game.rounds]
        rows[starts] += list(_start_rows(game))
        rows[guesses] += list(_guess_rows(game))
    for table, values in rows.items():
        if values:
            db.execute(insert(table), values)


def append_round(db: Connection, game: Game, most: int, held_against: int = 0) -> Appended:
    """Write a match of one round and one guess, or its round into the match of this id that is there.

    A round of number 0 comes after those that are there; `most` is how many a match may have. A match whose scale
    nobody knew takes that of the round, if it has as many rounds as that was `held_against`.
    """
    [one], own = game.rounds, games.c.game_id == game.game_id
    # A write comes first: whoever else has a round of this match waits here, and then sees what this one wrote.
    if not db.execute(update(games).where(own).values(finished_at=games.c.finished_at)).rowcount:
        write_games(db, [replace(game, rounds=(replace(one, number=one.number or 1),))])
        return "new"
    head = db.execute(select(games).where(own)).one()
    rules = (game.rules.movement, game.rules.time_limit_s)
    if (head.movement, head.time_limit_s) != rules or head.scale_km not in (UNKNOWN_SCALE_KM, game.scale_km):
        return "other rules"
    columns = (rounds.c.lat, rounds.c.lng, guesses.c.guess_lat, guesses.c.guess_lng, guesses.c.score)
    here = (rounds.c.game_id == guesses.c.game_id) & (rounds.c.round == guesses.c.round)
    played = {
        row[0]: tuple(row[1:])
        for row in db.execute(
            select(rounds.c.round, *columns).join(guesses, here).where(rounds.c.game_id == game.game_id)
        )
    }
    [(seat, guess)] = one.guesses.items()
    takes_scale = head.scale_km != game.scale_km
    if takes_scale and len(played) != held_against:
        return "other rules"
    if (one.place.lat, one.place.lng, guess.lat, guess.lng, guess.score) in played.values():
        if takes_scale:
            db.execute(update(games).where(own).values(scale_km=game.scale_km))
        return "known"
    if one.number in played:
        return "taken"
    if len(played) >= most:
        return "full"
    number = one.number or max(played, default=0) + 1
    db.execute(insert(rounds), [_round_row(game.game_id, replace(one, number=number))])
    db.execute(insert(guesses), [guess_row(game.game_id, number, seat, guess)])
    ended = max(head.finished_at or 0.0, guess.at)
    told = {"rounds": len(played) + 1, "finished_at": ended, "scale_km": game.scale_km}
    db.execute(update(games).where(own).values(told))
    return "new"


def close_if_done(db: Connection, game_id: str, at: float) -> None:
    """Close a match in which nobody can guess any more: no seat is free, and all but the model have guessed it all.

    A live match ends by rules of its own.
    """
    people = (
        select(func.count())
        .select_from(seats)
        .where(seats.c.game_id == game_id, seats.c.kind != "model")
        .scalar_subquery()
    )
    guessed = (
        select(func.count())
        .select_from(guesses)
        .join(seats, (seats.c.game_id == guesses.c.game_id) & (seats.c.seat == guesses.c.seat))
        .where(guesses.c.game_id == game_id, seats.c.kind != "model")
        .scalar_subquery()
    )
    over = (
        games.c.finished_at.is_(None),
        games.c.settings.is_(None),
        games.c.most_seats <= people,
        guessed >= games.c.rounds * people,
    )
    db.execute(update(games).where(games.c.game_id == game_id, *over).values(finished_at=at))


def end_with(db: Connection, game_id: str, number: int) -> None:
    """Let round `number` be the last of a match; those after it, which nobody has guessed, are taken back."""
    for table in (starts, rounds):
        db.execute(delete(table).where(table.c.game_id == game_id, table.c.round > number))
    db.execute(update(games).where(games.c.game_id == game_id).values(rounds=number))


def known_fingerprints(db: Connection, fingerprints: list[str]) -> set[str]:
    """Which of these are in the book."""
    found: set[str] = set()
    for start in range(0, len(fingerprints), MANY):
        some = games.c.fingerprint.in_(fingerprints[start : start + MANY])
        found.update(db.execute(select(games.c.fingerprint).where(some)).scalars())
    return found


def seat_row(game_id: str, number: int, seat: Seat) -> dict[str, Any]:
    """A seat as it is written."""
    return {"game_id": game_id, "seat": number, "player": seat.player, "kind": seat.kind, "player_id": seat.player_id,
            "rating": seat.rating, "owner": seat.owner, "token_hash": seat.token_hash, "team": seat.team,
            "ready_at": seat.ready_at, "seen_at": seat.seen_at, "left_at": seat.left_at}  # fmt: skip


def guess_row(game_id: str, number: int, seat: int, guess: Guess) -> dict[str, Any]:
    """A guess as it is written."""
    return {"game_id": game_id, "round": number, "seat": seat, "guess_lat": guess.lat, "guess_lng": guess.lng,
            "distance_km": guess.distance_km, "score": guess.score, "seconds": guess.seconds,
            "at": guess.at}  # fmt: skip


def place_of(row: Any) -> Place:
    """The place in a row of `rounds`."""
    return Place(row.lat, row.lng, row.recipe, row.country, row.label)


def _game_row(game: Game) -> dict[str, Any]:
    return {
        "game_id": game.game_id, "map": game.map, "source": game.source, "seed": game.seed, "scale_km": game.scale_km,
        "rounds": game.length, "created_at": game.created_at, "finished_at": game.finished_at,
        "seed_chosen": game.seed_chosen, "movement": game.rules.movement,
        "time_limit_s": game.live.limit_s if game.live else game.rules.time_limit_s,
        "world_version": game.world_version, "origin": game.origin, "fingerprint": game.fingerprint,
        "mode": game.mode, "told": game.told, "closes_at": game.closes_at, "most_seats": game.most_seats,
        "settings": None if game.live is None else game.live.as_json(), "started_at": game.started_at,
        "series_id": game.series_id, "series_number": game.series_number,
    }  # fmt: skip


def _round_row(game_id: str, one: Round) -> dict[str, Any]:
    return {"game_id": game_id, "round": one.number, "lat": one.place.lat, "lng": one.place.lng,
            "country": one.place.country, "label": one.place.label, "recipe": one.place.recipe,
            "started_at": one.started_at}  # fmt: skip


def _start_rows(game: Game) -> Iterator[dict[str, Any]]:
    for one in game.rounds:
        for seat, started_at in one.starts.items():
            yield {"game_id": game.game_id, "round": one.number, "seat": seat, "started_at": started_at}


def _guess_rows(game: Game) -> Iterator[dict[str, Any]]:
    for one in game.rounds:
        for seat, guess in one.guesses.items():
            yield guess_row(game.game_id, one.number, seat, guess)
