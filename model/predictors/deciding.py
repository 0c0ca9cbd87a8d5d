"""Who guesses, refiner or kernel (alone or with the head), and how: chosen on places whose truth is known. No files.

With many validation places all is chosen on them. With few, the settings of kernel and head together are chosen on the
training places, each said by models that have not seen its fold; the validation places then only say whether the
refiner, which looks its own members up and cannot be asked about them, is better by more than chance.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from model.geocells.table import Geocells
from model.metrics.calibration import fit_temperature
from model.networks.cross_fitting import ENOUGH, folds_of, out_of_fold
from model.predictors.blend import Anchors, Evidence, choose, fit_scores, worth_of
from model.predictors.calibration import Decision
from model.retrieval.kernel import Kernel, spread

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]
DOUBT = 2.0  # standard errors that the refiner, tuned on these very places, must be ahead by where they are few
FOLDED = 4000  # training places that are left out in turn, at most


@dataclass(frozen=True)
class Known:
    """Places whose truth is known, and what is to be compared with."""

    embeddings: Floats  # (N, D)
    truth: Numbers  # (N, 2) degrees
    country: NDArray[np.object_]  # (N,) names; "" where not known
    probabilities: Floats  # (N, C) of the head
    refined: Numbers  # (N, 2) the refiner's guesses
    refined_country: NDArray[np.object_]  # (N,) names at these


@dataclass(frozen=True)
class Decided:
    """Kernel and head decide: how, and what they say of the places that it was chosen on, for what comes after."""

    decision: Decision
    temperature: float  # of the head
    scores: Floats  # (M, C)
    guess: Numbers  # (M, 2)
    truth: Numbers  # (M, 2)


def decide(
    kernel: Kernel, cells: Geocells, known: Known, head: Mapping[str, Any], tau_km: float, temperature: float,
    scale_km: float, done: Callable[[], None] = lambda: None,
) -> tuple[Decided | None, dict[str, Any]]:  # fmt: skip
    """Choose -> how kernel and head decide (None: the refiner does), and the figures of the choice.

    Args:
        kernel: of the training places.
        cells: the table.
        known: validation places.
        head: settings that the head was trained with, for `out_of_fold`, and its `country_share`.
        tau_km: its smoothing.
        temperature: of the head, as fitted on validation.
        scale_km: of the score.
        done: called after each fold.
    """
    anchors, few = Anchors(kernel, cells), len(known.truth) < ENOUGH
    numbers = {name: i for i, name in enumerate(kernel.countries)}
    country = np.array([numbers.get(str(name), -1) for name in known.country], np.int64)
    seen = anchors.evidence(kernel.predict(known.embeddings), known.probabilities)
    if few:
        rows = spread(len(kernel.points), FOLDED)
        truth, true_country = kernel.points[rows], kernel.country[rows]
        evidence, without_fold = _left_out(kernel, anchors, rows, known, head, tau_km, done)
        # Heads of folds know no countries: of one whose cells are weighed by country they cannot say how sure it is.
        temperature = temperature if head.get("country_share") else without_fold
    else:
        evidence, truth, true_country = seen, known.truth, country
    decision, worth = choose(anchors, evidence, truth, true_country, scale_km)
    decision = fit_scores(anchors, evidence, cells.assign(truth), decision)
    ours = seen.worth(decision).argmax(axis=1)
    right = (anchors.country[ours] == country) & (country >= 0)
    on_validation = worth_of(anchors.points[ours], right, known.truth, scale_km)
    right = (known.refined_country == known.country) & (known.country != "")
    refined = worth_of(known.refined, right, known.truth, scale_km)
    ahead = refined.value - on_validation.value
    needed = DOUBT * float(ahead.std() / np.sqrt(len(ahead))) if few else 0.0
    refiner = bool(ahead.mean() > needed)
    facts = {
        "chosen": "refiner" if refiner else decision.words, "by": "cross-validation" if few else "validation",
        "places": len(truth), "score": float(worth.score.mean()), "settings": asdict(decision),
        "score_on_validation": float(on_validation.score.mean()),
        "refiner_on_validation": float(refined.score.mean()),
    }  # fmt: skip
    if refiner:
        return None, facts
    found = evidence.worth(decision)
    scores = anchors.scores(found, evidence.probabilities, decision)
    return Decided(decision, temperature, scores, anchors.points[found.argmax(axis=1)], truth), facts


def _left_out(
    kernel: Kernel, anchors: Anchors, rows: NDArray[np.int64], known: Known, head: Mapping[str, Any], tau_km: float,
    done: Callable[[], None],
) -> tuple[Evidence, float]:  # fmt: skip
    """What models without each fold of the members `rows` say of it; and the temperature of such heads."""
    folds = folds_of(len(rows))
    expected, likeness = kernel.left_out(rows, folds)
    fold_of = np.full(len(kernel.points), -1, np.int64)
    fold_of[rows] = folds
    expected[fold_of[kernel.anchors][None] == folds[:, None]] = -np.inf  # nobody may guess a place of the own fold
    points, cells = kernel.points[rows], anchors.cells
    training, stopping = (kernel.raw(rows), points), (known.embeddings, known.truth)
    logits = out_of_fold(cells, training, stopping, folds, head, tau_km, done)
    temperature = fit_temperature(logits, cells.assign(points))
    probabilities = softmax(logits / np.float32(temperature), axis=1)
    return anchors.evidence((expected, likeness), probabilities), temperature
