"""A round that a program played elsewhere, as it is reported: the paper's `game`. Knows no store, no law of points."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.schemas import Position
from model.errors import GameError

MAX_BYTES = 16 * 1024  # of a report
MAX_NAME, MAX_ID = 40, 80  # characters


class OutcomeError(GameError):
    """A report that lacks something, or holds what cannot be."""


class Outcome(BaseModel):
    """The outcome of one round: the guess, the truth, and what the page said of it."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    gameID: str | int | None = Field(
        default=None,
        description="the game, as the page calls it: the rounds of one gameID, player and map are one game; a round "
        "without one stands alone",
    )
    roundID: int | None = Field(
        default=None, ge=1, le=1000, description="number of the round; the next one if left out"
    )
    guess: Position | None = Field(default=None, description="the pin; leave it out where the time ran out")
    truth: Position = Field(description="where it was, as the page told afterwards")
    score: int | None = Field(default=None, ge=0, le=5000, description="points; without them, by the law of the map")
    distance_km: float | None = Field(default=None, ge=0, le=20_100, description="as the page told it; it is checked")
    seconds: float | None = Field(default=None, ge=0, le=86_400, description="how long the guess took")
    map: str = Field(default="", max_length=MAX_NAME, description="its name: only rounds of one map are compared")
    max_error_m: float | None = Field(
        default=None, ge=1, le=1e9, description="max error of the map in metres (World: 14916862), the scale of points"
    )
    movement: Literal["moving", "no_move", "nmpz"] = Field(default="no_move", description="the rules of the round")
    time_limit_s: int | None = Field(default=None, ge=1, le=3600, description="for the round; none if left out")
    player: str = Field(default="Homing bot", min_length=1, max_length=MAX_NAME, description="the name that is shown")
    kind: Literal["person", "bot", "model"] = Field(default="bot", description="who played")


def read_outcome(body: bytes) -> Outcome:
    """The report in a body.

    Raises:
        OutcomeError: no JSON of this shape; the sentence names every field that is wrong.
    """
    try:
        found = Outcome.model_validate_json(body)
    except ValidationError as error:
        faults = "; ".join(_fault(one) for one in error.errors(include_url=False, include_input=False)[:6])
        raise OutcomeError(f"Looked for the outcome of a round as JSON, such as {EXAMPLE}; found {faults}.") from error
    if len(str(found.gameID or "")) > MAX_ID:
        raise OutcomeError(f"Looked for a gameID of at most {MAX_ID} characters, found more; shorten it.")
    return found


EXAMPLE = '{"gameID": "x", "roundID": 1, "guess": {"lat": 58.4, "lng": 26.7}, "truth": {"lat": 59.4, "lng": 24.8}, "score": 4567}'  # fmt: skip  # noqa: E501


def _fault(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    return f"{where}: {error['msg']}" if where else str(error["msg"])
