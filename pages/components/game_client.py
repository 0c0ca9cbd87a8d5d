"""The game as any browser sees it, over HTTP on this very server: its maps, and a sample game. Knows no page.

The sample is two players on the same five places, named as what they are: pins thrown at random, and the model.
"""

import time
from collections.abc import Iterator

import httpx
import streamlit as st

from model.errors import GameError

RANDOM = "Random pins"
WORLD = {"world": "World"}
LOOK_S, PLAY_S = 3.0, 180.0  # for an answer, and for the model's turn, which may wait behind others'
AGAIN_S = 1.0


def base_url() -> str:
    """Where this server answers, seen from the same machine."""
    host = st.get_option("server.address") or "127.0.0.1"
    return f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{st.get_option('server.port')}"


def maps() -> dict[str, str]:
    """The maps that can be played: name -> title; the world alone where the server cannot be asked."""
    try:
        with httpx.Client(base_url=base_url(), timeout=LOOK_S, trust_env=False) as client:
            listed = client.get("/arena/api/maps").raise_for_status().json()["maps"]
            return {str(one["name"]): str(one["title"]) for one in listed if not one.get("error")} or WORLD
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return WORLD


def play_sample(pins: list[tuple[float, float]]) -> Iterator[str]:
    """Play one game with these pins, then let the model play the same rounds; yields what is happening.

    Raises:
        GameError: the server refused, with its own sentence.
    """
    try:
        with httpx.Client(base_url=base_url(), timeout=PLAY_S, trust_env=False) as client:
            yield "Drawing five places on the simulated Earth …"
            game_id = _post(client, "/arena/api/games", {"name": RANDOM, "map": "world", "kind": "bot"})["game_id"]
            for number, (lat, lng) in enumerate(pins, start=1):
                _post(client, f"/arena/api/games/{game_id}/rounds/{number}/guess", {"lat": lat, "lng": lng})
            yield "The model looks at the same five places …"
            until = time.monotonic() + PLAY_S
            while (turn := _post(client, f"/arena/api/games/{game_id}/opponent", {})).get("status"):
                if time.monotonic() > until:
                    raise GameError("the model plays for others; its rounds of this game come into the book later.")
                yield f"The model has played {turn['played']} of {turn['of']} rounds …"
                time.sleep(AGAIN_S)
    except httpx.HTTPError as error:
        raise GameError(
            f"looked for the game at {base_url()}, found no answer ({error}); is the app running?"
        ) from error


def _post(client: httpx.Client, path: str, body: dict[str, object]) -> dict[str, object]:
    answer = client.post(path, json=body)
    try:
        found = answer.json()
    except ValueError as error:
        raise GameError(f"the game failed (HTTP {answer.status_code}); the log of the app says more.") from error
    if answer.is_error:
        raise GameError(str(found.get("error", f"the game refused (HTTP {answer.status_code}).")))
    return dict(found)
