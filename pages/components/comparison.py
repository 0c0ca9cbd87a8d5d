"""The book as Compare reads it: told rounds, first guesses, names apart, countries and climates. Knows no widget.

It is made once for each state of the book, whoever looks at it.
"""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from arena import statistics
from pages.components import names, resources
from pages.components.identity import PLAYER_COLOURS, RGB
from pages.components.rounds import FURTHER_COLOURS

MOST_SHOWN = 6  # players in one chart: a legend that can still be read
FIRST_SHOWN = 4  # before anyone chooses
Key = tuple[Hashable, ...]


def state() -> Key:
    """What changes when the book does.

    Raises:
        StorageError: the book cannot be read.
    """
    book = resources.scorebook()
    return (book.url, book.version())


def load() -> pd.DataFrame:
    """Every round that may be told: the scorebook's columns, and pool, band, guess_country, koppen (of the truth),
    climate; names are apart, replays are left out, and `replays` in the frame's attrs says how many there were,
    `state` of what state of the book this is: the key of every figure that is made of it.
    """
    # Taken before the rounds are read: a game that is written meanwhile makes another state, never a stale figure.
    current = state()
    return resources.computed(("book", *current), lambda: _load(current))


def _load(current: Key) -> pd.DataFrame:
    told = names.apart(resources.scorebook().guesses())
    first = statistics.first_guesses(told)
    country, _ = resources.countries_and_climates(
        first.loc[first["guess_lat"].notna(), ["guess_lat", "guess_lng"]].to_numpy()
    )
    _, koppen = resources.countries_and_climates(first[["lat", "lng"]].to_numpy())
    pinned = pd.Series("", index=first.index, dtype=object)
    pinned[first["guess_lat"].notna()] = country
    frame = first.assign(
        pool=statistics.pool_keys(first),
        band=statistics.band_of(first["rating"]),
        guess_country=pinned,
        koppen=koppen,
        climate=[statistics.CLIMATES.get(str(zone)[:1], "") if zone != "Ocean" else "" for zone in koppen],
    ).reset_index(drop=True)
    frame.attrs |= {"replays": len(told) - len(first), "state": current}
    return frame


def colours_of(frame: pd.DataFrame, first: list[str]) -> dict[str, RGB]:
    """One colour for each player of the page: those in `first` before others, the model and bots in their own."""
    given: dict[str, RGB] = {}
    players = frame.drop_duplicates("player").set_index("player")["kind"]
    order = [*first, *(name for name in players.index if name not in first)]
    spare = list(FURTHER_COLOURS)
    for name in order:
        wanted = PLAYER_COLOURS.get(players.get(name, ""))
        if wanted is None or wanted in given.values():
            wanted = spare[len(given) % len(spare)] if all(c in given.values() for c in spare) else next(
                colour for colour in spare if colour not in given.values())  # fmt: skip
        given[name] = wanted
    return given


def by_rounds(frame: pd.DataFrame) -> pd.DataFrame:
    """Players by how many rounds they have here: player_id, player, kind, n; the most first."""
    counted = frame.groupby(["player_id", "player", "kind"], sort=False).size().rename("n").reset_index()
    return counted.sort_values(["n", "player"], ascending=[False, True], ignore_index=True)


def shown_players(frame: pd.DataFrame, pair: tuple[str, str] | None) -> list[str]:
    """Names of players for charts: the pair, then models and bots, then who has the most rounds."""
    counted = by_rounds(frame)
    ahead = counted[counted["kind"] != "person"]["player"].tolist()
    order = [*(pair or ()), *ahead, *counted["player"]]
    return [name for name in dict.fromkeys(order) if name in set(counted["player"])][:MOST_SHOWN]


def curve_points() -> list[float]:
    """Distances in km at which the curve of "within so many km" is drawn, evenly on its logarithmic axis."""
    return [float(km) for km in np.geomspace(1.0, 20_016.0, 90)]
