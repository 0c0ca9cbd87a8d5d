"""Who a player of a file is: people without a name or an id, and how an identity is written into the book. Pure.

Two people whose files do not say who they are, are two people. So who has neither name nor id is known by the game,
the seat and the guesses there, and a table that has no column for players is one person's.
"""

import hashlib
import json
from collections.abc import Sequence

from arena.imports.found import FoundGame, FoundGuess, FoundPlayer, FoundRound

ANONYMOUS = "Unnamed"
UNNAMED = "?"  # begins the identity of a person whom the file does not name
HIDDEN = "~"  # begins the identity of a person without a name
PREFIX, SORTS = "imported:", ("bot:", "model:")
LITERAL = "="  # stands before a name that begins like one of these
DIGITS = 5  # of a position in degrees


def identify(game: FoundGame, token: str) -> None:
    """Give players whom the file does not name an identity of their own; `token` is what it calls the game, or ""."""
    for seat, player in enumerate(game.players):
        if not player.identity:
            rows = [_row(one, one.guesses[seat]) for one in game.rounds if seat in one.guesses]
            _name(player, [token, seat, rows])


def identify_as_one(games: Sequence[FoundGame]) -> None:
    """Likewise for all games of one table: one person, known by the first pin, so that the table may grow."""
    rows = [_row(one, guess) for game in games for one in game.rounds for guess in one.guesses.values()]
    first = next((row for row in rows if row[2] is not None), rows[0] if rows else None)
    for game in games:
        for player in game.players:
            if not player.identity:
                _name(player, first)


def stored(player: FoundPlayer, kind: str, hidden: str = "") -> str:
    """The player_id in the book; `hidden` is the pseudonym of a person whose name is not to stand there."""
    sort = "" if kind == "person" else f"{kind}:"
    if hidden:
        return f"{PREFIX}{sort}{HIDDEN}{hidden}"
    taken = player.identity.startswith((HIDDEN, LITERAL, *SORTS)) or (
        player.named and player.identity.startswith(UNNAMED)
    )
    return f"{PREFIX}{sort}{LITERAL if taken else ''}{player.identity}"


def read_back(player_id: str) -> tuple[str, bool]:
    """The identity behind a player_id of the book, and whether it is hidden: then it is the pseudonym."""
    identity = player_id.removeprefix(PREFIX)
    for sort in SORTS:
        identity = identity.removeprefix(sort)
    if identity.startswith(HIDDEN):
        return identity[len(HIDDEN) :], True
    return identity.removeprefix(LITERAL), False


def _name(player: FoundPlayer, evidence: object) -> None:
    player.named = False
    player.identity = UNNAMED + hashlib.sha256(json.dumps(evidence).encode()).hexdigest()[:16]


def _row(one: FoundRound, guess: FoundGuess) -> list[float | None]:
    spots = (one.lat, one.lng, guess.lat, guess.lng)
    return [None if value is None else round(value, DIGITS) + 0.0 for value in spots]
