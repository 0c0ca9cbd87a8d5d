"""The settings of a live match, as they are written down. Plain facts; knows no store, no web and no other record."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# So much of a difference costs health: rounds 1 to 4 count once, the fifth 1.5 times, each later one half a time more.
MULTIPLIERS = (1.0, 1.0, 1.0, 1.0, *(1.5 + 0.5 * step for step in range(16)))


@dataclass(frozen=True)
class Planned:
    """What a seat that nobody holds does in one round: a ghost as it once did, the model when a person would."""

    seconds: float  # after the round has opened
    lat: float | None = None  # of a ghost; None where it did not guess, and for the model, which is still to think
    lng: float | None = None
    hurry_s: float = 0.0  # before the end of the time, where that comes first
    misses: bool = False  # and then has no pin on the map when the time is out
    zoom: float | None = None  # of the map on which a click is placed; None: no click, the very point
    offset: tuple[float, float] = (0.0, 0.0)  # pixels, in [0, 1): where that map lay behind the pixels of the screen


@dataclass(frozen=True)
class LiveRules:
    """What two sides agree on; without health the sums of points count."""

    health: int = 6000
    multipliers: tuple[float, ...] = MULTIPLIERS  # by round; the last one goes on
    after_guess_s: float = 15.0  # that the others have when one has guessed
    round_s: float = 120.0
    pause_s: float = 8.0
    teams: int = 1  # seats a side
    series: int = 1  # matches
    countdown_s: float = 3.0
    ghost: tuple[str, int] | None = None  # the match and the seat whose guesses are played again
    model: bool = False
    planned: tuple[Planned, ...] = ()  # by round, of the seat that nobody holds

    @property
    def limit_s(self) -> int:
        """The time for a round in whole seconds, as it stands beside the limits of other games."""
        return round(self.round_s)

    def multiplier(self, number: int) -> float:
        """What a difference counts in a round, from 1."""
        return self.multipliers[min(number, len(self.multipliers)) - 1]

    def as_json(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "LiveRules":
        """As it was written; what a later version may have added is left out."""
        known = {name: value for name, value in stored.items() if name in cls.__dataclass_fields__}
        ghost = known.get("ghost")
        return cls(
            **known
            | {
                "multipliers": tuple(known.get("multipliers", MULTIPLIERS)),
                "planned": tuple(_planned(one) for one in known.get("planned", ())),
                "ghost": None if ghost is None else (str(ghost[0]), int(ghost[1])),
            }
        )


def _planned(stored: Mapping[str, Any]) -> Planned:
    known = {name: value for name, value in stored.items() if name in Planned.__dataclass_fields__}
    across, down = known.get("offset", (0.0, 0.0))
    return Planned(**known | {"offset": (float(across), float(down))})
