"""Which country a place lies in, without cells: multinomial logistic regression on embeddings. Knows no file.

Few places do not fill the cells of a country evenly, so the cells' probabilities summed over it name it less often than
a regression of countries does. Its strength C is that of the likeliest truth in cross-validation. Source: Hastie,
Tibshirani and Friedman, "The Elements of Statistical Learning" (2009), section 4.4.
"""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

Floats = NDArray[np.float32]
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3)  # C of the regression, of standardised embeddings
PARTS = 3  # that the strength is chosen by
ROUNDS = 100  # of the solver: what is unfinished then no longer moves an answer
NEVER = -30.0  # intercept of a country that no place was of
UNLIKELY = 1e-6  # a truth less likely counts as this


def fit_countries(members: NDArray[Any], country: NDArray[np.int64], count: int, strength: float) -> Floats:
    """Weights and, in the last row, intercepts, (D + 1, count).

    Args:
        members: (N, D) standardised embeddings.
        country: (N,) 0 … count − 1, −1: not known; these places are passed over.
        count: of countries; those without a place are never named.
        strength: C, above 0.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    out = np.zeros((members.shape[1] + 1, count), np.float32)
    known = np.flatnonzero(country >= 0)
    present = np.unique(country[known])
    out[-1] = NEVER
    out[-1, present] = 0.0
    if len(present) < 2:
        return out
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(C=strength, max_iter=ROUNDS, tol=1e-3)
        model.fit(np.asarray(members[known], np.float32), country[known])
    if len(present) == 2:  # of two the library keeps the second's
        present = present[1:]
    out[:-1, present] = model.coef_.T
    out[-1, present] = model.intercept_
    return out


def likeness(members: NDArray[Any], weights: Floats) -> Floats:
    """Probabilities of countries, (N, D), (D + 1, countries) -> (N, countries)."""
    if weights.shape[1] == 0:
        return np.zeros((len(members), 0), np.float32)
    found: Floats = softmax(np.asarray(members, np.float32) @ weights[:-1] + weights[-1], axis=1)
    return found


def choose_strength(members: NDArray[Any], country: NDArray[np.int64], count: int) -> float:
    """C of the likeliest truth among places (N, D) that were left out a third at a time; ties go to the smaller."""
    known = np.flatnonzero(country >= 0)
    part = np.random.default_rng(0).permutation(len(known)) % PARTS

    def likely(strength: float) -> float:
        found = np.empty(len(known))
        for number in range(PARTS):
            rest, own = known[part != number], known[part == number]
            said = likeness(members[own], fit_countries(members[rest], country[rest], count, strength))
            found[part == number] = said[np.arange(len(own)), country[own]]
        return float(np.log(np.maximum(found, UNLIKELY)).mean())

    return max(STRENGTHS, key=likely) if len(np.unique(country[known])) > 1 else STRENGTHS[0]
