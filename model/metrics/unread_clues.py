"""Which clue, had it been read, would have settled a guess that went astray. Arrays in, numbers out; knows no file.

A place is looked for among known places by its clues alone: first with what a probe reads of each from the embedding,
then with one family's clues as they truly are. What a column is worth is measured, not assumed: of places and their
nearest known neighbours, the correlation r between the one's reading (or truth) â and the other's truth g, both
standardised. If both were Gaussian, log p(g | â) − log p(g) = −½ (r²g² − 2râg + r²â²) / (1 − r²), less a constant; so a
clue that a neighbour does not share weighs nothing, a poor reading weighs little, and what one of the two does not
show adds nothing. The m columns of a clue count together as √m.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from model.geo.distance import EARTH_RADIUS_KM, haversine_km, to_unit
from model.metrics.bootstrap import interval

NEAR_KM = 750.0  # settled: the threshold "country"
PAIR_KM = 300.0  # a known place farther away is no neighbour
LEAST_PAIRS = 40  # with fewer nothing is believed of a column
FULL = 0.98  # no column is believed more
WEIGHTS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # of a family's truth beside all that is read
AT_ONCE = 250  # places that are looked for together; about as many choose the weights

Floats = NDArray[np.float32]
Points = NDArray[np.float64]


@dataclass(frozen=True)
class Worth:
    """Mean and deviation of K columns, and their correlation with a neighbour's truth (0: not to be believed)."""

    mean: Floats  # (K,)
    deviation: Floats
    correlation: Floats

    def standardised(self, values: Floats) -> tuple[Floats, Floats]:
        """Values (n, K) with NaN -> standardised, 0 where unknown; and 1 where known, 0 elsewhere."""
        known = np.isfinite(values)
        return (np.where(known, values - self.mean, 0.0) / self.deviation).astype(np.float32), known.astype(np.float32)


@dataclass(frozen=True)
class Known:
    """Known places: where they are, their country and their true clues (G, K), NaN where not shown."""

    points: Points
    country: NDArray[np.object_]
    clues: Floats


@dataclass(frozen=True)
class Asked:
    """Places that are looked for: where they really are, what is read of them and what is true (Q, K).

    A reading counts only where the clue is shown, so `read` is NaN where `true` is.
    """

    points: Points
    country: NDArray[np.object_]
    read: Floats
    true: Floats

    def of(self, rows: Any) -> "Asked":
        """Some of them."""
        return Asked(self.points[rows], self.country[rows], self.read[rows], self.true[rows])


def neighbours(points: Points, known: Points, own: bool = False) -> NDArray[np.int64]:
    """The nearest of `known` (G, 2) to each point, −1 beyond PAIR_KM; `own`: the points are `known` themselves."""
    away, rows = cKDTree(to_unit(known)).query(to_unit(points), k=[2 if own else 1])
    near = away[:, 0] <= 2.0 * np.sin(PAIR_KM / EARTH_RADIUS_KM / 2.0)
    return np.asarray(np.where(near, rows[:, 0], -1), np.int64)


def worth(values: Floats, other: Floats) -> Worth:
    """How far each column of `values` (P, K) can be trusted to tell the neighbour's truth `other` (P, K)."""
    both = np.isfinite(values) & np.isfinite(other)
    n = np.maximum(both.sum(axis=0), 1)
    a, b = np.where(both, values, 0.0).astype(np.float64), np.where(both, other, 0.0).astype(np.float64)
    mean, mean_b = a.sum(axis=0) / n, b.sum(axis=0) / n
    a, b = (a - mean) * both, (b - mean_b) * both
    deviation, deviation_b = np.sqrt(np.square(a).sum(axis=0) / n), np.sqrt(np.square(b).sum(axis=0) / n)
    alive = (deviation > 1e-6) & (deviation_b > 1e-6) & (n >= LEAST_PAIRS)
    scale = np.where(alive, deviation * deviation_b * n, 1.0)
    r = np.where(alive, (a * b).sum(axis=0) / scale, 0.0)
    explained = 1.0 - (1.0 - r**2) * (n - 1) / np.maximum(n - 2, 1)  # without what chance alone would give
    r = np.where(r > 0.0, np.sqrt(np.clip(explained, 0.0, FULL**2)), 0.0)
    return Worth(*(part.astype(np.float32) for part in (mean, np.where(deviation > 1e-6, deviation, 1.0), r)))


class Comparison:
    """How likely each of the known places is the one that is asked, clue by clue."""

    def __init__(self, known: Known, read: Worth, true: Worth):
        """`read` and `true` are the worth of readings and of truths."""
        self.known, self._worth = known, {"read": read, "true": true}
        self._values, self._shown = worth(known.clues, known.clues).standardised(known.clues)

    def likelihood(self, asked: Asked, columns: Sequence[int], read: float = 1.0, true: float = 0.0) -> Floats:
        """Logarithms (Q, G) from the columns of one clue: `read` times what is read of it, plus `true` times its truth.

        Without what does not depend on the known place's truth but on whether it shows the clue.
        """
        at = list(columns)
        parts = ((weight, how) for weight, how in ((read, "read"), (true, "true")) if weight)
        left = sum((np.float32(weight) * self._side(asked, at, how) for weight, how in parts), np.float32(0.0))
        values, shown = self._values[:, at], self._shown[:, at]
        right = np.concatenate([values**2, values, shown], axis=1)  # (G, 3m)
        return np.asarray(left @ right.T, np.float32)

    def _side(self, asked: Asked, at: list[int], how: str) -> Floats:
        own = self._worth[how]
        part = Worth(own.mean[at], own.deviation[at], own.correlation[at])
        values, shown = part.standardised(getattr(asked, how)[:, at])
        r = part.correlation
        weight = 0.5 / (1.0 - r**2) / np.sqrt(np.float32(len(at)))
        sides = (-weight * r**2 * shown, 2.0 * weight * r * values, -weight * r**2 * values**2)
        return np.concatenate(sides, axis=1).astype(np.float32)  # (Q, 3m)

    def as_read(self, asked: Asked, clues: Mapping[str, Sequence[int]]) -> Floats:
        """Logarithms (Q, G) from all clues as they are read."""
        total = np.zeros((len(asked.points), len(self.known.points)), np.float32)
        for columns in clues.values():
            total += self.likelihood(asked, columns)
        return total

    def settled(self, asked: Asked, likelihood: Floats) -> NDArray[np.bool_]:
        """Whether the likeliest known place lies within NEAR_KM, and whether in the right country: (Q, 2)."""
        best = likelihood.argmax(axis=1)
        near = haversine_km(self.known.points[best], asked.points) <= NEAR_KM
        same = (self.known.country[best] == asked.country) & (asked.country != "")
        return np.stack([near, same.astype(bool)], axis=1)


def family_weights(
    comparison: Comparison, asked: Asked, clues: Mapping[str, Sequence[int]], families: Mapping[str, Sequence[str]]
) -> dict[str, float]:
    """Of WEIGHTS the one with which the truth of each family settles the most of some places that reading does not.

    What is read errs together, since it comes from one embedding, so that its sum is surer than it should be.
    """
    weights = dict.fromkeys(families, 1.0)
    some = asked.of(slice(None, None, max(1, len(asked.points) // AT_ONCE)))
    total = comparison.as_read(some, clues)
    lost = ~comparison.settled(some, total)[:, 0]
    if not lost.any():
        return weights
    some, total = some.of(lost), total[lost]
    for family, names in families.items():
        true, rest = np.zeros_like(total), total.copy()
        for name in names:
            true += comparison.likelihood(some, clues[name], 0.0, 1.0)
            rest -= comparison.likelihood(some, clues[name])
        found = [comparison.settled(some, rest + np.float32(weight) * true)[:, 0].mean() for weight in WEIGHTS]
        weights[family] = WEIGHTS[int(np.argmax(found))]
    return weights


def settled_by(
    comparison: Comparison, asked: Asked, clues: Mapping[str, Sequence[int]], families: Mapping[str, Sequence[str]],
    weights: Mapping[str, float], done: Callable[[int], object] = lambda _: None,
) -> dict[str, NDArray[np.bool_]]:  # fmt: skip
    """Which places are found, (Q, 2) as `Comparison.settled`, by what was read and what was true.

    Args:
        comparison: with the known places.
        asked: the places, Q of them.
        clues: the columns of each clue.
        families: of each family the clues whose truth takes the place of the reading.
        weights: of each family's truth.
        done: hears how many more places were looked for.

    Returns:
        "as read"; "family FAMILY" with the truth of one family; "clue CLUE" with that of one clue; "all families".
    """
    found: dict[str, list[NDArray[np.bool_]]] = {}
    for block in _blocks(asked, AT_ONCE):
        total = comparison.as_read(block, clues)
        found.setdefault("as read", []).append(comparison.settled(block, total))
        everything = total.copy()
        for family, names in families.items():
            with_family = total.copy()
            for name in names:
                change = comparison.likelihood(block, clues[name], -1.0, weights[family])
                with_family += change
                everything += change
                found.setdefault(f"clue {name}", []).append(comparison.settled(block, total + change))
            found.setdefault(f"family {family}", []).append(comparison.settled(block, with_family))
        found.setdefault("all families", []).append(comparison.settled(block, everything))
        done(len(block.points))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _blocks(asked: Asked, size: int) -> Iterator[Asked]:
    for start in range(0, len(asked.points), size):
        yield asked.of(slice(start, start + size))


def what_they_lacked(
    known: Known,
    chosen: Asked,
    missed: Asked,
    clues: Mapping[str, Sequence[int]],
    families: Mapping[str, Sequence[str]],
    done: Callable[[int], object] = lambda _: None,
) -> dict[str, Any]:
    """What the truth of each family of clues would be worth at places that were missed.

    Args:
        known: the places among which they are looked for.
        chosen: other places, by which readings and weights are judged.
        missed: Q places, one or more.
        clues: the columns of each clue.
        families: of each family the clues whose truth takes the place of the reading.
        done: hears how many more places were looked for.

    Returns:
        as_read and all_families (see `settled_figures`); families, the one that settles most first, each with its
        figures, clues (how many), weight and shown (the share of the places that show one of these clues); any_family,
        the share that some family settles; clues, each with settled and shown.
    """
    near, beside = neighbours(chosen.points, known.points), neighbours(known.points, known.points, own=True)
    comparison = Comparison(
        known, worth(chosen.read[near >= 0], known.clues[near[near >= 0]]),
        worth(known.clues[beside >= 0], known.clues[beside[beside >= 0]]),
    )  # fmt: skip
    weights = family_weights(comparison, chosen, clues, families)
    found = settled_by(comparison, missed, clues, families, weights, done)
    before = found["as read"]

    def shown(names: Sequence[str]) -> float:
        columns = [column for name in names for column in clues[name]]
        return float(np.isfinite(missed.true[:, columns]).any(axis=1).mean())

    told = {
        family: settled_figures(found[f"family {family}"], before)
        | {"clues": len(names), "weight": weights[family], "shown": shown(names)}
        for family, names in families.items()
    }
    single = {
        name: {"settled": settled_figures(found[f"clue {name}"], before)["settled"], "shown": shown([name])}
        for names in families.values()
        for name in names
    }
    some = np.any([found[f"family {family}"][:, 0] for family in families], axis=0) & ~before[:, 0]
    return {
        "as_read": settled_figures(before, before), "all_families": settled_figures(found["all families"], before),
        "any_family": float(some.mean()), "families": _most_first(told), "clues": _most_first(single),
    }  # fmt: skip


def _most_first(rows: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return dict(sorted(rows.items(), key=lambda item: -item[1]["settled"]))


def settled_figures(found: NDArray[np.bool_], before: NDArray[np.bool_]) -> dict[str, Any]:
    """Shares of places (Q, 2): `within_750_km`, `country`, and `settled`: near now and not `before`, with its 95 %."""
    settled = found[:, 0] & ~before[:, 0]
    return {"within_750_km": float(found[:, 0].mean()), "country": float(found[:, 1].mean()),
            "settled": float(settled.mean()), "settled_95": interval(settled)}  # fmt: skip
