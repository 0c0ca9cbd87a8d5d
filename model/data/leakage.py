"""What a test shares with its training: places that lie close by, and photographs of the same person.

Benchmarks of photographs hold the same monuments, often by the same photographer, as the training. Two columns of the
manifest say it of every row that is not trained on, and `evaluate` gives its figures with and without those rows:
`train_km` is the distance to the nearest training place, `train_author` whether its author took a training photograph.
What was compared with nothing has no such columns: that nothing leaks was then never found out.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from model.geo.distance import EARTH_RADIUS_KM, haversine_km, to_unit

COLUMNS = ("train_km", "train_author")
NEAR_KM = {"100_m": 0.1, "1_km": 1.0}
BLOCK = 100_000  # test places that look for their neighbour at a time


def nearest_km(points: NDArray[np.float64], training: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of each of `points` (N, 2) to the nearest of `training` (M, 2) in km -> (N,); infinite where M is 0."""
    if not len(training):
        return np.full(len(points), np.inf)
    tree, found = cKDTree(to_unit(training)), np.empty(len(points))
    for start in range(0, len(points), BLOCK):
        some = points[start : start + BLOCK]
        _, row = tree.query(to_unit(some))
        found[start : start + BLOCK] = haversine_km(some, training[row])
    return np.minimum(found, np.pi * EARTH_RADIUS_KM)


def authors_of(frame: pd.DataFrame) -> pd.Series:
    """The author of each row (N,) as text, "" where unknown: one table may hold numbers where another has words."""
    author = frame["author"]
    text = author.astype("str").where(author.notna(), "")
    return text.str.removesuffix(".0") if pd.api.types.is_float_dtype(author) else text


def with_leakage(frame: pd.DataFrame, against: pd.DataFrame | None = None) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The manifest with `train_km` and `train_author`, and the shares of its test and validation that leak.

    Columns of these names that the manifest brings are replaced. There are none without training places, and no
    `train_author` where authors are not known.

    Args:
        frame: id, split, lat, lng and perhaps author.
        against: another manifest whose training rows count as well (all its rows, where it has no split).

    Returns:
        The frame (training rows have NaN and False); and how many training places there are and, where there are any,
        for each split that is not trained on: n, within_100_m, within_1_km, same_author (None where authors are not
        known) and any of them, as shares of n.
    """
    frame = frame.drop(columns=[name for name in COLUMNS if name in frame])
    parts = [frame[frame["split"] == "train"]]
    if against is not None:
        parts.append(against[against["split"] == "train"] if "split" in against else against)
    training = np.concatenate([part[["lat", "lng"]].to_numpy(np.float64) for part in parts])
    if not len(training):
        return frame, {"training_places": 0}
    authors = {name for part in parts if "author" in part for name in authors_of(part).unique() if name}
    rows = (frame["split"] != "train").to_numpy(bool)
    km, same = np.full(len(frame), np.nan), np.zeros(len(frame), bool)
    km[rows] = nearest_km(frame.loc[rows, ["lat", "lng"]].to_numpy(np.float64), training)
    knows = "author" in frame and len(authors) > 0 and bool((authors_of(frame[rows]) != "").any())
    if knows:
        same[rows] = authors_of(frame[rows]).isin(authors).to_numpy(bool)
    report: dict[str, Any] = {"training_places": len(training)}
    for split in ("validation", "test"):
        of_split = (frame["split"] == split).to_numpy(bool)
        if n := int(of_split.sum()):
            near = {f"within_{name}": float(np.mean(km[of_split] <= limit)) for name, limit in NEAR_KM.items()}
            any_of = same[of_split] | (km[of_split] <= max(NEAR_KM.values()))
            report[split] = {"n": n, **near, "same_author": float(same[of_split].mean()) if knows else None,
                             "any": float(any_of.mean())}  # fmt: skip
    return frame.assign(train_km=km.round(4), **({"train_author": same} if knows else {})), report


def leaks_of(places: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
    """By each reason, which of the places (N,) leak; {} for a manifest that does not say, or was compared with none."""
    found: dict[str, NDArray[np.bool_]] = {}
    if "train_km" in places:
        km = pd.to_numeric(places["train_km"], errors="coerce").to_numpy(np.float64)
        if not np.isfinite(km).any():  # infinitely far from no training at all
            return {}
        found |= {f"within_{name}": km <= limit for name, limit in NEAR_KM.items()}
    if "train_author" in places:
        found["same_author"] = places["train_author"].fillna(False).to_numpy(bool)
    if found:
        found["any"] = np.logical_or.reduce(list(found.values()))
    return found


def in_words(report: dict[str, Any]) -> list[str]:
    """The report, a line for each split; or that there was nothing to compare with."""
    if not report["training_places"]:
        return ["leakage: there is nothing to compare with; name its training by --against."]
    lines = []
    for split in ("validation", "test"):
        if told := report.get(split):
            author = "authors not known" if told["same_author"] is None else f"same author {told['same_author']:.1%}"
            lines.append(
                f"leakage of the {split} ({told['n']:,} of it, {report['training_places']:,} training places): within "
                f"100 m {told['within_100_m']:.1%}, within 1 km {told['within_1_km']:.1%}, {author}, any "
                f"{told['any']:.1%}"
            )
    return lines
