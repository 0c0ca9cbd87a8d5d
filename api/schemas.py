"""What the API answers, as models: the words of its OpenAPI document. Knows no route and no model of the Earth."""

from typing import Any

from pydantic import BaseModel, Field


class Position(BaseModel):
    """A place on Earth, WGS-84 degrees."""

    lat: float = Field(ge=-90, le=90, description="latitude, −90 to 90", examples=[58.38])
    lng: float = Field(ge=-180, le=180, description="longitude, −180 to 180", examples=[26.72])


class Prediction(BaseModel):
    """Where the pictures were taken: `results` as the paper's server answered, and everything else that is known."""

    results: Position
    predictor: str = Field(description="the system that was asked, by its name in `/health`")
    country: str = Field(default="", description="the country of the guess by its English name; empty at sea")
    country_code: str = Field(default="", description="its ISO-2 code")
    confidence: float | None = Field(
        default=None,
        description="probability of the geocell of the guess, 0 to 1; null where such pictures were never measured",
    )
    candidates: list[dict[str, Any]] = Field(
        default=[],
        description="the geocells that were considered, that of the guess first: place, country, probability",
    )
    guess: dict[str, Any] = Field(
        description="the whole guess: country and its code, candidates, entropy, look-alikes; `system` that answered "
        "(PIGEON: four views, PIGEOTTO: one photo); `radius_km`, by chance in percent (50, 80, 95) how far around the "
        "guess the truth lies; `attributes`, what else was read (climate, side of the road, month …); "
        "`out_of_distribution` where the checkpoint has never seen such pictures (then all that says how sure it is "
        "is null: `expected_score`, `radius_km`, `attributes`, `entropy`, `cells`, and `probability` and `score` of "
        "the candidates), `read_as` …"
    )


class Health(BaseModel):
    """Whether the model answers, and which one it is."""

    ok: bool
    checkpoint: str = Field(description="name of the checkpoint that answers")
    world_version: int | None = Field(default=None, description="version of the simulated Earth it was trained on")
    note: str | None = Field(default=None, description="what it refuses, such as pictures of another simulated Earth")
    predictors: list[str] = Field(default=[], description="the systems that can be asked by name")


class Figure(BaseModel):
    """A figure and the ends of its 95 % interval; null where there are too few rounds for one."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Pool(BaseModel):
    """Games that may be compared: of one origin, source, map, scale, movement, time limit and version of the world."""

    pool: str = Field(description="its key, for `?pool=`")
    origin: str
    source: str
    map: str
    scale_km: float = Field(description="of the points; 0 where nobody knows it")
    movement: str
    time_limit_s: int | None
    world_version: int | None
    rounds: int = Field(description="ranked ones: not on a chosen seed")
    players: int
    games: int


class Player(BaseModel):
    """A player's first guesses on each place of one pool."""

    player: str
    kind: str = Field(description="person, bot or model")
    rating: int | None
    n: int = Field(description="rounds")
    missed: int = Field(description="rounds without a guess: 0 points, in no median")
    games: int
    median_seconds: float | None
    figures: dict[str, Figure] = Field(
        description="mean_score, median_km, and as shares 0 to 1: within_1_km, within_25_km, within_200_km, "
        "within_750_km, within_2500_km, country"
    )


class Duel(BaseModel):
    """Two players on the places that both have seen under the same rules; points of `a` − `b` a round."""

    a: str
    b: str
    places: int
    games: int
    wins: int
    draws: int
    losses: int
    mean_difference: Figure
    median_km: list[float | None] = Field(description="of a and of b, on these places")
    is_clear: bool = Field(description="chance alone would hardly give such a difference")


class Statistics(BaseModel):
    """Every round that may be told, like with like."""

    pools: list[Pool] = Field(description="the one with the most rounds first")
    pool: str | None = Field(description="the one that `players` and `pair` are of; null while nothing was played")
    level: float = Field(description="of the intervals, which draw whole games anew")
    players: list[Player] = Field(description="the best mean score first")
    pair: Duel | None = Field(default=None, description="the two players that were asked for")
    replays: int = Field(description="guesses that are left out, being a second look at a place")


class Recorded(BaseModel):
    """What became of a round that was reported."""

    recorded: bool = Field(description="false where the book knows this very guess already: it counts once")
    distance_km: float | None = Field(description="from guess to truth; null where the time ran out")
    score: int = Field(description="the points that count, by the law of the map")
    notes: list[str] = Field(default=[], description="what was concluded or is not sure, in sentences")


class Problem(BaseModel):
    """What went wrong, in a sentence that says what to do."""

    error: str
