"""Who met whom: the rounds of a frame in which several players guessed the same place under the same rules, in order.

`arena/rating.py` says what a meeting is, and what becomes of it. Knows no store and no rating.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from arena.statistics import PLACE, POOL, SAME_PLACE_DEG

PARTY = 10  # players of one meeting; of a crowd the next ten make another, with one of these

Meeting = tuple[str, pd.Timestamp, list[str], list[str], list[float], list[bool]]


def meetings(fair: pd.DataFrame) -> Iterator[Meeting]:
    """Each meeting, by when it was over: movement, at, then of each who was there the player_id, game_id and score, and
    whether this guess has met others before.
    """
    keys = list(dict.fromkeys([*POOL, *PLACE]))
    spots = fair[keys].assign(lat=(fair["lat"] / SAME_PLACE_DEG).round(), lng=(fair["lng"] / SAME_PLACE_DEG).round())
    crowd = spots.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    told = fair[["movement", "at", "player_id", "game_id", "score", "round", "seat"]].assign(crowd=crowd)
    # Who sits at one table stays together, as far as a party has room.
    told = told.assign(table=told.groupby(["crowd", "game_id"], sort=False)["at"].transform("max"))
    told = told.sort_values(["crowd", "table", "game_id", "at", "seat"], kind="stable")
    size = told.groupby("crowd")["at"].transform("size").to_numpy()
    place = told.groupby("crowd").cumcount().to_numpy()
    told = _linked(told.assign(party=place // PARTY, place=place, size=size, again=False)[size > 1])
    parties = told.groupby(["crowd", "party"], sort=False)
    told = told.assign(over=parties["at"].transform("max"), first=parties["round"].transform("min"))
    told = told.sort_values(["over", "first", "crowd", "party", "at", "seat"], kind="stable")
    numbers = told.groupby(["crowd", "party"], sort=False).ngroup().to_numpy()
    ends = np.flatnonzero(np.diff(numbers, append=-1)) + 1
    columns = [told[name].to_list() for name in ("player_id", "game_id", "score", "again")]
    over, movement = told["over"].to_list(), told["movement"].to_list()
    for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True) if len(told) else ():
        ids, games, scores, again = (column[start:end] for column in columns)
        yield str(movement[start]), over[start], ids, games, [float(score) for score in scores], again


def _linked(told: pd.DataFrame) -> pd.DataFrame:
    """With one of every party in the next one of its crowd too.

    Which one goes by the number of the round: who always come one after another are held together by several.
    """
    first = told.groupby(["crowd", "party"], sort=False)["round"].transform("min")
    followed = (told["party"] + 1) * PARTY < told["size"]
    links = told[followed & (told["place"] % PARTY == first % PARTY)]
    return pd.concat([told, links.assign(party=links["party"] + 1, again=True)], ignore_index=True)
