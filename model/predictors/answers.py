"""From what a system says of embeddings to guesses: names of places, confidence, look-alikes. Knows no picture."""

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model.geo.atlas import Atlas
from model.geo.distance import haversine_km
from model.metrics.calibration import entropy
from model.predictors.guess import Candidate, Guess, LookAlike
from model.predictors.protocol import (
    Alike,
    Considered,
    Describes,
    FindsLookAlikes,
    KnowsStrangers,
    ask,
    system_of,
)

if TYPE_CHECKING:
    from model.predictors.checkpoint import Checkpoint

LOOK_ALIKES = 12
SHOWN_CANDIDATES = 10
CHANCES = ("50", "80", "95")  # percent, as the radii of `confidence` are
STRANGE = 0.99  # farther from everything known than 99 % of validation places


def guesses(checkpoint: "Checkpoint", embeddings: NDArray[Any], atlas: Atlas) -> list[Guess]:
    """Guesses for embeddings (N, D) or (N, V, D), names of places looked up in one call."""
    if len(embeddings) == 0:
        return []
    predictor = checkpoint.predictor
    answer = ask(predictor, embeddings, SHOWN_CANDIDATES)
    named = atlas.describe(answer.points).to_dict("records")
    alike = predictor.look_alikes(embeddings, LOOK_ALIKES) if isinstance(predictor, FindsLookAlikes) else None
    familiarity = (
        predictor.familiarity(embeddings)
        if isinstance(predictor, KnowsStrangers)
        else np.full(len(embeddings), np.nan, np.float32)
    )
    described = predictor.attributes(embeddings) if isinstance(predictor, Describes) else None
    read = None if described is None or described.empty else described.to_dict("records")
    from model.predictors.calibration import Calibration  # these bring faiss, which the door must not
    from model.predictors.confidence import confidence

    sure = confidence(answer.scores, answer.points, predictor.regions, checkpoint.calibration or Calibration())
    country_names = {str(iso): str(name) for iso, name in atlas.countries["name"].items()}
    entropies = entropy(answer.scores)
    return [
        Guess(
            lat=float(lat),
            lng=float(lng),
            **_names(named[i]),
            candidates=_candidates(answer.considered, i, predictor.regions, country_names),
            entropy=float(entropies[i]),
            expected_score=float(sure.expected_score[i]),
            cells=answer.scores[i],
            look_alikes=() if alike is None else _look_alikes(alike, i),
            familiarity=None if np.isnan(familiarity[i]) else float(familiarity[i]),
            unfamiliar=bool(familiarity[i] >= STRANGE),
            system=system_of(predictor),
            regions=predictor.regions,
            radius_km=_radii(sure.radius_km[i]),
            attributes=None if read is None else _attributes(read[i]),
        )
        for i, (lat, lng) in enumerate(answer.points)
    ]


def _candidates(considered: Considered, i: int, regions: Any, country_names: dict[str, str]) -> tuple[Candidate, ...]:
    chosen = haversine_km(considered.points[i], considered.guess[i]).argmin()  # the guess itself stands first
    order = sorted(range(len(considered.cells[i])), key=lambda k: (k != chosen, -considered.score[i, k]))
    return tuple(
        Candidate(
            cell=int(cell),
            lat=float(regions.centroids[cell, 0]),
            lng=float(regions.centroids[cell, 1]),
            country=str(regions.countries[cell]),
            country_name=country_names.get(str(regions.countries[cell]), ""),
            probability=float(considered.probability[i, k]),
            score=float(considered.score[i, k]),
            refined_lat=float(considered.points[i, k, 0]),
            refined_lng=float(considered.points[i, k, 1]),
        )
        for k, cell in ((k, considered.cells[i, k]) for k in order[:SHOWN_CANDIDATES])
    )


def _look_alikes(alike: Alike, i: int) -> tuple[LookAlike, ...]:
    found = np.flatnonzero(alike.rows[i] >= 0)  # filled up with -1 where fewer were found
    return tuple(
        LookAlike(
            lat=float(alike.points[i, j, 0]),
            lng=float(alike.points[i, j, 1]),
            distance=float(alike.distance[i, j]),
            members=int(alike.members[i, j]),
            id=str(alike.ids[i, j]),
        )
        for j in found
    )


def _radii(radius_km: NDArray[np.float64]) -> dict[str, float] | None:
    """By chance in percent; None where nothing was calibrated."""
    if np.isnan(radius_km).any():
        return None
    return {chance: round(float(km), 1) for chance, km in zip(CHANCES, radius_km, strict=True)}


def _attributes(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """Plain JSON values."""
    return {str(name): value.item() if hasattr(value, "item") else value for name, value in row.items()}


def _names(place: Mapping[Hashable, Any]) -> dict[str, Any]:
    texts = {name: place[name] for name in ("country", "country_name", "region", "town")}
    names = {name: value if isinstance(value, str) else "" for name, value in texts.items()}
    return names | {"town_distance_km": float(place["town_distance_km"])}
