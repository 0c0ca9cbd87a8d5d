"""The scorebook as tables for pages and statistics: every guess, and every game. Knows SQL; knows no game in play."""

import hashlib
from typing import Any

import pandas as pd
from sqlalchemy import Column, Connection, Select, and_, case, func, or_, select, true

from arena import clock
from arena.records import HOST
from arena.rules import EXPIRES_S
from arena.schema import games, guesses, rounds, seats
from arena.telling import still_open, untold_places, untold_seeds

GUESSES: dict[str, Column[Any]] = {
    "game_id": games.c.game_id, "origin": games.c.origin, "map": games.c.map, "source": games.c.source,
    "round": guesses.c.round, "seat": guesses.c.seat, "player_id": seats.c.player_id, "player": seats.c.player,
    "kind": seats.c.kind, "rating": seats.c.rating, "guess_lat": guesses.c.guess_lat,
    "guess_lng": guesses.c.guess_lng, "lat": rounds.c.lat, "lng": rounds.c.lng, "country": rounds.c.country,
    "label": rounds.c.label, "distance_km": guesses.c.distance_km, "score": guesses.c.score,
    "seconds": guesses.c.seconds, "at": guesses.c.at, "seed": games.c.seed, "seed_chosen": games.c.seed_chosen,
    "scale_km": games.c.scale_km, "time_limit_s": games.c.time_limit_s, "movement": games.c.movement,
    "world_version": games.c.world_version, "finished": games.c.finished_at, "mode": games.c.mode,
}  # fmt: skip
FILTERS = ("game_id", "origin", "map", "source", "round", "seat", "player_id", "player", "kind", "country", "seed",
           "seed_chosen", "time_limit_s", "movement", "world_version", "mode")  # fmt: skip
_WHOLE = dict.fromkeys(("rating", "seed", "time_limit_s", "world_version"), "Int64")  # may be missing
_MEASURED = dict.fromkeys(("guess_lat", "guess_lng", "lat", "lng", "distance_km", "seconds", "scale_km"), "float64")
_COUNTED = dict.fromkeys(("round", "seat", "score", "rounds", "guessed", "total"), "int64")
_TYPES = _WHOLE | _MEASURED | _COUNTED | {"seed_chosen": "bool"}


def guesses_frame(
    db: Connection, told_only: bool, filters: dict[str, Any], near: tuple[float, float, float] | None = None
) -> pd.DataFrame:
    """Every guess, the oldest first; see `Scorebook.guesses`. `near` is latitude, longitude and how far, in degrees."""
    lat, lng, within = near or (0.0, 0.0, 360.0)
    query = (
        select(*(column.label(name) for name, column in GUESSES.items()), games.c.created_at, games.c.closes_at)
        .select_from(guesses)
        .join(games, games.c.game_id == guesses.c.game_id)
        .join(seats, (seats.c.game_id == guesses.c.game_id) & (seats.c.seat == guesses.c.seat))
        .join(rounds, (rounds.c.game_id == guesses.c.game_id) & (rounds.c.round == guesses.c.round))
        .where(seats.c.kind != "ghost")  # what it guessed stands in the book already, where it was guessed
        .where(*(GUESSES[name] == value for name, value in filters.items()))
        .where(
            *()
            if near is None
            else (rounds.c.lat.between(lat - within, lat + within), rounds.c.lng.between(lng - within, lng + within))
        )
        .where(true() if "mode" in filters else games.c.mode != "streak")
        .order_by(guesses.c.at, guesses.c.game_id, guesses.c.round, guesses.c.seat)
    )
    frame = _frame(db, query)
    if told_only:
        frame = _told(db, query, frame)
    return frame[list(GUESSES)].assign(finished=frame["finished"].notna(), at=_utc(frame["at"]))


def games_frame(db: Connection, player_id: str | None, kind: str | None, limit: int | None) -> pd.DataFrame:
    """Every game, the newest first; see `Scorebook.games`."""
    own = (guesses.c.game_id == games.c.game_id, guesses.c.seat == seats.c.seat)
    guessed = select(func.count()).select_from(guesses).where(*own).scalar_subquery()
    points = select(func.coalesce(func.sum(guesses.c.score), 0)).where(*own).scalar_subquery()
    made, sitting = guesses.alias("made"), seats.alias("sitting")
    there = (made.c.game_id == guesses.c.game_id, made.c.round == guesses.c.round)
    count = select(func.count()).correlate(guesses)
    closed = (
        count.select_from(made).where(*there).scalar_subquery()
        >= count.select_from(sitting).where(sitting.c.game_id == guesses.c.game_id).scalar_subquery()
    )
    points_told = select(func.coalesce(func.sum(guesses.c.score), 0)).where(*own, closed).scalar_subquery()
    # How far off a guess was is told with its place: at the end, where the match says so, and in a live match when
    # everyone has guessed in that round.
    total = case(
        (and_(games.c.told == "after_match", still_open(), guessed < games.c.rounds), 0),
        (and_(games.c.settings.is_not(None), still_open()), points_told),
        else_=points,
    )
    query = (
        select(
            games.c.game_id, games.c.origin, games.c.map, games.c.source, seats.c.player_id, seats.c.player,
            seats.c.kind, games.c.seed, games.c.seed_chosen, games.c.scale_km, games.c.time_limit_s, games.c.movement,
            games.c.world_version, games.c.rounds, guessed.label("guessed"), total.label("total"), games.c.created_at,
            games.c.finished_at, games.c.mode, games.c.closes_at,
        )
        .select_from(games)
        .join(seats, seats.c.game_id == games.c.game_id)
        .order_by(games.c.created_at.desc(), games.c.game_id)
        .limit(limit)
    )  # fmt: skip
    # Whom one meets in a blind match is told when it is over: until then nobody finds it, nor who sits there.
    query = query.where(or_(games.c.mode != "blind", games.c.finished_at.is_not(None)))
    if player_id is None:
        query = query.where(seats.c.seat == HOST)
    if player_id is not None:
        query = query.where(seats.c.player_id == player_id)
    if kind is not None:
        query = query.where(seats.c.kind == kind)
    frame = _without_secret_seeds(db, query, _frame(db, query))
    if player_id is None:
        frame = _without_open_ids(frame)
    frame = frame.assign(created_at=_utc(frame["created_at"]), finished_at=_utc(frame["finished_at"]))
    return frame.drop(columns="closes_at")


def _told(db: Connection, query: Select[Any], frame: pd.DataFrame) -> pd.DataFrame:
    """Without the rounds whose truth someone may still use, and without the seeds that lead to such rounds."""
    frame = frame[~_in_play(frame, "finished")]
    untold = untold_places(db, query)
    if untold:
        frame = frame[~pd.MultiIndex.from_frame(frame[["lat", "lng"]]).isin(list(untold))]
    return _without_secret_seeds(db, query, frame)


def _without_secret_seeds(db: Connection, query: Select[Any], frame: pd.DataFrame) -> pd.DataFrame:
    numbers = frame[["seed", "world_version"]].astype(object).where(frame[["seed", "world_version"]].notna(), None)
    drawn = zip(frame["map"], numbers["seed"], numbers["world_version"], strict=True)
    untold = untold_seeds(db, query)
    secret = pd.Series([key in untold for key in drawn], index=frame.index, dtype="bool")
    return frame.assign(seed=frame["seed"].mask(secret))


def _without_open_ids(frame: pd.DataFrame) -> pd.DataFrame:
    """Whoever knows the id of a game in play can play it, so the list of all games has another in its place."""
    public = frame["game_id"].map(lambda game_id: f"open-{hashlib.sha256(game_id.encode()).hexdigest()[:16]}")
    return frame.assign(game_id=frame["game_id"].mask(_in_play(frame, "finished_at"), public))


def _in_play(frame: pd.DataFrame, finished: str) -> pd.Series:
    """Which rows are of games that are still played; `finished` is the column of when they ended."""
    ends = frame["closes_at"].astype("float64").fillna(frame["created_at"].astype("float64") + EXPIRES_S)
    return frame[finished].isna() & (frame["origin"] == "played") & (ends > clock.now())


def _frame(db: Connection, query: Select[Any]) -> pd.DataFrame:
    result = db.execute(query)
    frame = pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()), dtype=object)
    kinds = {name: kind for name, kind in _TYPES.items() if name in frame}
    words = dict.fromkeys(set(frame) - set(kinds) - {"at", "created_at", "finished_at", "closes_at", "finished"}, "str")
    return frame.astype({**kinds, **words})


def _utc(seconds: pd.Series) -> pd.Series:
    return pd.to_datetime(seconds.astype("float64"), unit="s", utc=True).astype("datetime64[us, UTC]")
