"""A toy model behind the API, and rounds as the scorebook gives them for its statistics."""

import pandas as pd
import pytest

from api import create_api
from tests.api.toy_model import Model


def rows_of(player, kind, scores, **same):
    return [
        {"game_id": f"{player}-{place // 5}", "origin": "played", "map": "world", "source": "world",
         "round": place % 5 + 1, "seat": 0, "player_id": f"{kind}:{player}", "player": player, "kind": kind,
         "rating": 900 if kind == "person" else pd.NA, "guess_lat": 0.0, "guess_lng": 0.0, "lat": float(place),
         "lng": 0.0, "country": "FR", "guess_country": "FR" if place % 2 else "ES", "label": "",
         "distance_km": 100.0 + place, "score": int(score), "seconds": 10.0,
         "at": pd.Timestamp(place, unit="s", tz="UTC"), "seed": 1, "seed_chosen": False, "scale_km": 1492.7,
         "time_limit_s": pd.NA, "movement": "no_move", "world_version": 2, "finished": True} | same
        for place, score in enumerate(scores)
    ]  # fmt: skip


def frame_of(*rows):
    whole = dict.fromkeys(("rating", "time_limit_s", "world_version"), "Int64")
    return pd.DataFrame(list(rows)).astype(whole)


@pytest.fixture
def played():
    """A person and a bot on thirty places, and a few rounds of another kind."""
    frame = frame_of(
        *rows_of("Ada", "person", range(2000, 5000, 100)),
        *rows_of("Bot", "bot", range(1500, 4500, 100)),
        *rows_of("Cy", "person", [4000] * 4, map="capitals", movement="moving", time_limit_s=60),
        *rows_of("Cheat", "person", [5000] * 12, seed_chosen=True),
    )
    frame.attrs |= {"state": "book-1", "replays": 2}
    return frame


@pytest.fixture
def model():
    return Model()


@pytest.fixture
def served(model):
    return create_api(model.locate, model.describe)
