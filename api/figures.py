"""The statistics of Compare as JSON data: pools of like games, players with intervals, two against each other.

Every rule is that of `arena/statistics.py`. Knows no store: the rounds are handed in as a frame.
"""

import math
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

import pandas as pd

from api.schemas import Duel, Figure, Player, Pool, Statistics
from arena import statistics
from model.errors import GameError

MOST_PLAYERS = 500  # in one answer, the best
MOST_PAIRS = 500  # kept; of more the one that was not asked for longest is reckoned anew
LEVEL = 0.95  # of the intervals, as `arena.statistics` draws them


class UnknownError(GameError):
    """Something that was asked for by a name or key that nobody has."""


class Figures:
    """Statistics of a frame of rounds, kept for as long as the book stays as it is."""

    def __init__(self) -> None:
        self._state: Hashable = None
        self._book: _Book | None = None

    def of(self, frame: pd.DataFrame, pool: str | None, a: str | None, b: str | None) -> Statistics:
        """The statistics of one pool, by default that with the most rounds, and of a pair where two are named.

        Args:
            frame: as `Scorebook.guesses` gives it, names apart, each player's first guess on a place alone; `attrs`
                may hold `state`, which changes when the book does, and `replays`.

        Raises:
            UnknownError: no such pool, or a player who has no round in it.
        """
        state = frame.attrs.get("state")
        if self._book is None or state is None or state != self._state:
            self._state, self._book = state, _Book(frame)
        return self._book.statistics(pool, a, b)


class _Book:
    """One state of the book: its pools are found once, the players of each pool once, and each pair once."""

    def __init__(self, frame: pd.DataFrame) -> None:
        book = frame.assign(pool=statistics.pool_keys(frame))
        fair = statistics.ranked(book)
        self.pools = _pools(book, fair)
        self._rounds: dict[Hashable, pd.DataFrame] = dict(iter(fair.groupby("pool", sort=False)))
        self._none = fair.iloc[:0]
        self._replays = int(frame.attrs.get("replays", 0))
        self._players: dict[str | None, list[Player]] = {}
        self._pairs: OrderedDict[tuple[str | None, str, str], Duel] = OrderedDict()

    def statistics(self, pool: str | None, a: str | None, b: str | None) -> Statistics:
        """As `Figures.of`."""
        known = [one.pool for one in self.pools]
        if pool is not None and pool not in known:
            raise UnknownError(f"looked for the pool '{pool:.40}', found {', '.join(known[:8]) or 'none yet'}; take "
                               "the key of one in `pools`, or leave it out.")  # fmt: skip
        chosen = pool or (known[0] if known else None)
        own = self._rounds.get(chosen, self._none)
        if chosen not in self._players:
            rows = statistics.summary(own).head(MOST_PLAYERS).to_dict("records")
            self._players[chosen] = [_player(row) for row in rows]
        pair = self._pair(own, chosen, a, b) if a is not None or b is not None else None
        return Statistics(pools=self.pools, pool=chosen, level=LEVEL, players=self._players[chosen], pair=pair,
                          replays=self._replays)  # fmt: skip

    def _pair(self, own: pd.DataFrame, pool: str | None, a: str | None, b: str | None) -> Duel:
        asked = (pool, a or "", b or "")
        if asked not in self._pairs:
            self._pairs[asked] = _pair(own, a, b)
            if len(self._pairs) > MOST_PAIRS:
                self._pairs.popitem(last=False)
        self._pairs.move_to_end(asked)
        return self._pairs[asked]


def _pools(book: pd.DataFrame, fair: pd.DataFrame) -> list[Pool]:
    ranked = fair.groupby("pool").size()
    rows = statistics.pools(book).to_dict("records")
    found = [Pool.model_validate({str(name): _plain(value) for name, value in row.items()}
                                 | {"rounds": int(ranked.get(row["pool"], 0))}) for row in rows]  # fmt: skip
    return sorted(found, key=lambda one: -one.rounds)


def _player(row: dict[Hashable, Any]) -> Player:
    figures = {name: _figure(row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in statistics.FIGURES}
    names = ("player", "kind", "rating", "n", "missed", "games", "median_seconds")
    return Player(figures=figures, **{name: _plain(row[name]) for name in names})


def _pair(own: pd.DataFrame, a: str | None, b: str | None) -> Duel:
    ids = dict(own[["player", "player_id"]].drop_duplicates().itertuples(index=False, name=None))
    for name in (a, b):
        if name is None or name not in ids:
            raise UnknownError(f"looked for two players of this pool as `a` and `b`, found no '{name or '':.60}'; "
                               "take names of `players`.")  # fmt: skip
    met = statistics.head_to_head(statistics.paired(own, str(ids[str(a)]), str(ids[str(b)])))
    return Duel(
        a=str(a), b=str(b), places=met.places, games=met.games, wins=met.wins, draws=met.draws, losses=met.losses,
        mean_difference=_figure(met.mean_difference, met.low, met.high),
        median_km=[_plain(km) for km in met.median_km], is_clear=met.is_clear,
    )  # fmt: skip


def _figure(value: Any, low: Any, high: Any) -> Figure:
    return Figure(value=_plain(value), low=_plain(low), high=_plain(high))


def _plain(value: Any) -> Any:
    """A value of a frame as JSON knows it: what is missing, or no number, is None."""
    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value.item() if hasattr(value, "item") else value
