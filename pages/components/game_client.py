"""The game as any browser sees it, over HTTP on this very server: its maps, and a sample game. Knows no page.

The sample is two players on the same places, named as what they are: pins thrown at random, and the model.
"""

import time
from collections.abc import Iterator
from typing import Any

import httpx

from arena.records import MODEL_NAME
from arena.tokens import token_of
from model.errors import GameError
from pages.components.address import own_url

RANDOM = "Random pins"
WORLD = {"world": "World"}
LOOK_S, ANSWER_S = 3.0, 60.0
ASK_AGAIN_S = 1.0
MODEL_S = 600.0  # other games may be waiting for the model too


def maps() -> dict[str, str]:
    """The maps that can be played: name -> title; the world alone where the server cannot be asked."""
    try:
        with httpx.Client(base_url=own_url(), timeout=LOOK_S, trust_env=False) as client:
            listed = client.get("/arena/api/maps").raise_for_status().json()["maps"]
            return {str(one["name"]): str(one["title"]) for one in listed if not one.get("error")} or WORLD
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return WORLD


def online_maps() -> list[tuple[str, str, str]]:
    """Maps whose pictures come over the network: title, what they are, and why one cannot be played ("" if it can)."""
    try:
        with httpx.Client(base_url=own_url(), timeout=LOOK_S, trust_env=False) as client:
            listed = client.get("/arena/api/maps").raise_for_status().json()["maps"]
            return [(str(one["title"]), str(one["description"]), str(one.get("error") or ""))
                    for one in listed if one.get("kind") == "online"]  # fmt: skip
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError):
        return []


def play_sample(pins: list[tuple[float, float]]) -> Iterator[str]:
    """Play one game with these pins, then let the model play the same rounds; yields what is happening.

    Raises:
        GameError: the server refused, with its own sentence, or the model did not come to an end.
    """
    try:
        known = {"Authorization": f"Bearer {token_of(RANDOM)}"}
        with httpx.Client(base_url=own_url(), timeout=ANSWER_S, trust_env=False, headers=known) as client:
            yield f"Drawing {len(pins)} places on the simulated Earth …"
            _, game = _post(
                client, "/arena/api/games", {"name": RANDOM, "map": "world", "kind": "bot", "rounds": len(pins)}
            )
            address = f"/arena/api/games/{game['game_id']}"
            for number, (lat, lng) in enumerate(pins, start=1):
                _post(client, f"{address}/rounds/{number}/guess", {"lat": lat, "lng": lng})
            yield f"{MODEL_NAME} looks at the same places …"
            since = time.monotonic()
            while (answer := _post(client, f"{address}/opponent", {}))[0] == 202:
                yield _progress(answer[1])
                if time.monotonic() - since > MODEL_S:
                    raise GameError(f"{MODEL_NAME} is still waiting for its turn after {MODEL_S / 60:.0f} minutes.")
                time.sleep(ASK_AGAIN_S)
    except httpx.HTTPError as error:
        raise GameError(f"looked for the game on this server, found no answer ({type(error).__name__}).") from error


def _progress(state: dict[str, Any]) -> str:
    """How far the model is, as a sentence."""
    if state.get("status") == "waiting":
        return f"{MODEL_NAME} waits for its turn: other games are before this one …"
    return f"{MODEL_NAME} looks at the same places: {state.get('played', 0)} of {state.get('of', '?')} …"


def _post(client: httpx.Client, path: str, body: dict[str, object]) -> tuple[int, dict[str, Any]]:
    answer = client.post(path, json=body)
    try:
        found = answer.json()
    except ValueError as error:
        raise GameError(f"the game failed (HTTP {answer.status_code}); the log of the app says more.") from error
    if answer.is_error:
        raise GameError(str(found.get("error", f"the game refused (HTTP {answer.status_code}).")))
    return answer.status_code, dict(found)
