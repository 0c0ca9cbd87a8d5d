"""What a checkpoint learned of its own honesty on validation places: one JSON file, calibration/calibration.json.

Temperature of the cells, settings of the refiner or of the decision that takes its place, the line from expected to
real scores, and how radii are stretched so that they hold as often as they say. Plain data: `confidence.py` says what
it means, `model/calibrate.py` fits it.
"""

import json
import math
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from model.artifacts import whole
from model.errors import ArtifactError, ConfigError
from model.retrieval.refiner import RefinerSettings

FILE = "calibration.json"
FORMAT = 1
LEVELS = (0.5, 0.8, 0.95)  # how often a radius is to hold
Preset = Literal["pigeon", "pigeotto", "tiny"]
REFINERS: dict[str, RefinerSettings] = {  # where nothing was tuned. PIGEON (arXiv 2307.05845), section 4.1
    "pigeon": RefinerSettings(5, 1.6, 1000.0),
    "pigeotto": RefinerSettings(40, 0.6, 0.0),
    "tiny": RefinerSettings(5, 1.6, 1000.0),
}


@dataclass(frozen=True)
class Radius:
    """How radii read off the cell probabilities are stretched, by groups of places that are equally sure.

    Attributes:
        edges: (G − 1,) km, rising: the unstretched radius of 80 % that parts one group from the next.
        factors: (G, 3) what the unstretched radii of 50, 80 and 95 % are multiplied by.
    """

    edges: tuple[float, ...]
    factors: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Decision:
    """How a guess is chosen among known places where a kernel was found better than the refiner (see blend.py).

    Attributes:
        share: of the head, 0 … 1; the rest is the kernel's.
        country: weight of the country beside the expected score.
        temperature: of the softmax that makes scores over regions of what anchors are worth.
        mix: share of the head's own probabilities in these scores.
    """

    share: float = 0.5
    country: float = 0.0
    temperature: float = 0.04
    mix: float = 0.5

    def __post_init__(self) -> None:
        if not (0 <= self.share <= 1 and 0 <= self.mix <= 1 and self.country >= 0 and self.temperature > 0):
            raise ConfigError(f"a decision needs shares of 0 … 1, a weight of 0 or more and a temperature above 0, "
                              f"found {self}.")  # fmt: skip

    @property
    def words(self) -> str:
        """Who decides."""
        names = {0.0: "the kernel alone", 1.0: "the head's cells, a known place of the best expected score"}
        return names.get(self.share, f"kernel and head, {self.share:.0%} the head's")


@dataclass(frozen=True)
class Calibration:
    """Settings that were fitted on validation, or a preset's.

    Attributes:
        temperature: divides the head's logits.
        refiner: how candidates become a place.
        expected_line: offset and slope from the score that the cells expect to the one that places get.
        radius: None where nothing was measured: no radius is then stated.
        decision: how kernel and head choose together; None: the refiner chooses.
    """

    temperature: float = 1.0
    refiner: RefinerSettings = REFINERS["pigeon"]
    expected_line: tuple[float, float] = (0.0, 1.0)
    radius: Radius | None = None
    decision: Decision | None = None

    def __post_init__(self) -> None:
        if not (
            math.isfinite(self.temperature) and self.temperature > 0 and all(map(math.isfinite, self.expected_line))
        ):
            raise ConfigError(f"a calibration needs a temperature above 0 and a finite line, found {self}.")

    @classmethod
    def of_preset(cls, name: str) -> "Calibration":
        """What holds where nothing was calibrated.

        Raises:
            ConfigError: an unknown preset.
        """
        if name not in REFINERS:
            raise ConfigError(f"looked for a preset among {', '.join(REFINERS)}, found '{name}'.")
        return cls(refiner=REFINERS[name])

    def write(self, folder: Path) -> Path:
        """Write calibration.json into `folder`, whole or not at all."""
        path = folder / FILE
        with whole(path) as temporary:
            text = json.dumps({"format": FORMAT} | asdict(self), indent=1, sort_keys=True)
            temporary.write_text(text + "\n", encoding="utf-8")
        return path

    @classmethod
    def read(cls, folder: Path) -> "Calibration":
        """What `write` wrote.

        Raises:
            ArtifactError: no such file, no calibration, or numbers that cannot be.
        """
        path = folder / FILE
        if not path.is_file():
            raise ArtifactError(f"looked for {FILE} in {folder}, found none; run `python -m model.calibrate`.")
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["format"] != FORMAT:
                raise ValueError(f"format {data['format']} where {FORMAT} is known")
            offset, slope = map(_number, data["expected_line"])
            radius = None if data["radius"] is None else _radius(data["radius"])
            told = data.get("decision")  # checkpoints that know no kernel do not name it
            decision = None if told is None else Decision(**{name: _number(told[name]) for name in _DECISION})
            return cls(_number(data["temperature"]), _refiner(data["refiner"]), (offset, slope), radius, decision)
        except KeyError as error:
            raise ArtifactError(
                f"{path} lacks {error}: it was edited or is no calibration; calibrate again."
            ) from error
        except (OSError, ValueError, TypeError, AttributeError, ConfigError) as error:
            reason = str(error).strip().rstrip(".")
            raise ArtifactError(f"{path} holds no calibration that can be used ({reason}); calibrate again.") from error


_DECISION = tuple(asdict(Decision()))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"found {value!r} where a finite number belongs")
    return float(value)


def _refiner(data: Any) -> RefinerSettings:
    known = asdict(RefinerSettings())
    if not isinstance(data, dict) or set(data) != set(known):
        raise ValueError("the settings of the refiner are others than this version knows")
    for name, value in data.items():
        wanted = type(known[name])
        if type(value) is not wanted and not (wanted is float and type(value) is int):
            raise ValueError(f"found {value!r} where {name} of the refiner belongs")
        _number(float(value))
    return RefinerSettings(**data)


def _radius(data: Any) -> Radius:
    edges = tuple(map(_number, data["edges"]))
    factors = tuple((_number(a), _number(b), _number(c)) for a, b, c in data["factors"])
    rising = all(a < b for a, b in pairwise(edges))
    if len(factors) != len(edges) + 1 or not rising or not all(f >= 0 for row in factors for f in row):
        raise ValueError("radii with groups that do not fit together")
    return Radius(edges, factors)
