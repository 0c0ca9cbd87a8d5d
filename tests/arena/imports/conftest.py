"""Small files in the true formats of the site, made by the law of points itself."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from arena.scorebook import Scorebook
from model.geo.distance import haversine_km
from model.geo.scoring import geoguessr_score

WORLD_M = 14916862.0
PLACES = [(53.23357, -6.18997), (-27.10616, 31.15723), (48.78358, 18.57228), (24.28214, 90.82989), (51.3301, 25.85841)]
PINS = [(50.74193, 4.49413), (-26.9341, 22.49675), (46.95206, 8.40561), (23.77579, 90.40121), (49.06461, 30.07259)]


def metres(place: tuple[float, float], pin: tuple[float, float]) -> float:
    return float(haversine_km(place, pin)) * 1000.0


def points(place: tuple[float, float], pin: tuple[float, float], max_error_m: float = WORLD_M) -> int:
    return int(geoguessr_score(metres(place, pin) / 1000.0, max_error_m / 10_000.0))


def game(max_error_m: float = WORLD_M, nick: str = "Ada", places: Any = PLACES, pins: Any = PINS) -> dict[str, Any]:
    """A game as the site's own interface gives it: points as numbers, as text, and inside an object."""
    guesses: list[dict[str, Any]] = []
    for number, (place, pin) in enumerate(zip(places, pins, strict=True)):
        score = points(place, pin, max_error_m)
        guess = {"lat": pin[0], "lng": pin[1], "timedOut": False, "timedOutWithGuess": False, "skippedRound": False,
                 "distanceInMeters": metres(place, pin), "time": 14 + number,
                 "roundScore": {"amount": str(score), "unit": "points", "percentage": score / 50}}  # fmt: skip
        if number % 3 == 0:
            guess["roundScoreInPoints"] = score
        elif number % 3 == 1:
            guess["roundScoreInPoints"] = str(score)
        guesses.append(guess)
    return {
        "token": "R2VNwbsZ6ukzopDF", "type": "challenge", "mode": "standard", "state": "finished", "roundCount": 5,
        "timeLimit": 120, "forbidMoving": True, "forbidZooming": True, "forbidRotating": True, "map": "world",
        "mapName": "World", "bounds": {"min": {"lat": -54.853378, "lng": -159.778792},
                                       "max": {"lat": 78.655743, "lng": 178.4508514404297}},
        "rounds": [{"lat": lat, "lng": lng, "panoId": "44", "startTime": "2024-03-09T00:30:24.4550000+00:00"}
                   for lat, lng in places],
        "player": {"id": "62cfc191", "nick": nick, "guesses": guesses, "totalScore": {"amount": "15252"}},
    }  # fmt: skip


def duel(rounds: int = 3, max_error_m: float = WORLD_M) -> dict[str, Any]:
    """A duel of Eva and Max; the place of a fourth round was drawn, and never played."""

    def one(number: int, pin: tuple[float, float]) -> dict[str, Any]:
        place = PLACES[number - 1]
        return {"roundNumber": number, "lat": pin[0], "lng": pin[1], "distance": metres(place, pin),
                "created": 1737166770492 + 60_000 * number, "isTeamsBestGuessOnRound": True,
                "score": points(place, pin, max_error_m)}  # fmt: skip

    def team(name: str, nick: str, rating: int, east: float) -> dict[str, Any]:
        guesses = [one(k, (PINS[k - 1][0], PINS[k - 1][1] + east)) for k in range(1, rounds + 1)]
        player = {"playerId": f"id-{nick}", "nick": nick, "rating": rating, "countryCode": "us", "guesses": guesses,
                  "progressChange": None}  # fmt: skip
        results = [{"roundNumber": g["roundNumber"], "score": g["score"], "healthBefore": 6000, "bestGuess": g}
                   for g in guesses]  # fmt: skip
        return {"id": f"team-{name}", "name": name, "health": 0, "players": [player], "roundResults": results}

    return {
        "gameId": "01f3bc0f", "teams": [team("blue", "Eva", 0, 0.0), team("red", "Max", 983, 1.5)],
        "rounds": [{"roundNumber": k, "startTime": 1737166750000 + 60_000 * k, "multiplier": 1,
                    "panorama": {"panoId": "45", "lat": lat, "lng": lng, "countryCode": "ie", "heading": 0}}
                   for k, (lat, lng) in enumerate(PLACES[:4], start=1)],
        "options": {"initialHealth": 6000, "roundTime": 15, "mapSlug": "world",
                    "movementOptions": {"forbidMoving": True, "forbidZooming": False, "forbidRotating": False},
                    "map": {"name": "World", "slug": "world", "maxErrorDistance": int(max_error_m)}},
        "status": "Finished",
    }  # fmt: skip


def table(*changes: dict[str, Any], max_error_m: float = WORLD_M) -> list[dict[str, Any]]:
    """Rows of one duel of two players, five rounds; `changes` are laid over the first rows."""
    rows = []
    for number, (place, pin) in enumerate(zip(PLACES, PINS, strict=True), start=1):
        for player, rating, east in (("Ada", 812, 0.0), ("Bo", 0, 2.0)):
            put = (pin[0], round(pin[1] + east, 5))
            rows.append(
                {"game": "duel-1", "round": number, "player": player, "rating": rating, "map": "world",
                 "map_max_error_m": int(max_error_m), "mode": "no-move", "round_time_s": 15, "true_lat": place[0],
                 "true_lng": place[1], "guess_lat": put[0], "guess_lng": put[1],
                 "distance_m": round(metres(place, put), 1), "score": points(place, put, max_error_m)}
            )  # fmt: skip
    for row, change in zip(rows, changes, strict=False):
        row.update(change)
    return rows


def csv_of(rows: list[dict[str, Any]], delimiter: str = ",", header: str = "") -> bytes:
    names = list(rows[0])
    lines = [header or delimiter.join(names), *(delimiter.join(str(row[name]) for name in names) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture
def made() -> SimpleNamespace:
    """What makes the files: `made.game()`, `made.duel()`, `made.table()`, `made.csv(rows)`."""
    return SimpleNamespace(game=game, duel=duel, table=table, csv=csv_of, points=points, places=PLACES, pins=PINS)


@pytest.fixture
def book(tmp_path: Path) -> Callable[[], Scorebook]:
    url = f"sqlite:///{tmp_path / 'book.sqlite'}"
    return lambda: Scorebook.open(url)
