"""How well what is read beside the place is read: country, climate, month, metres, degrees. Tables in, numbers out."""

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype


def attribute_errors(said: pd.DataFrame, truth: pd.DataFrame) -> dict[str, dict[str, float | int]]:
    """For each column that both tables (N rows, the same order) have: how far it is off, where the truth is known.

    Of names and months the share that is right (`accuracy`; a name that training never saw is never right), of numbers
    the mean and the median absolute error in their own unit, as PIGEON reports them (arXiv 2307.05845, table 6); n is
    how many truths are known. No loop runs over the rows.
    """
    found: dict[str, dict[str, float | int]] = {}
    for name in said:
        if name not in truth:
            continue
        if name == "month" or not is_numeric_dtype(truth[name]):
            known, right = _right(said[name], truth[name], name == "month")
            if known.any():
                found[str(name)] = {"n": int(known.sum()), "accuracy": float(right[known].mean())}
            continue
        off = np.abs(said[name].to_numpy(np.float64) - truth[name].to_numpy(np.float64, na_value=np.nan))
        off = off[np.isfinite(off)]
        if len(off):
            found[str(name)] = {"n": len(off), "mean_error": float(off.mean()), "median_error": float(np.median(off))}
    return found


def _right(said: pd.Series, truth: pd.Series, months: bool) -> tuple[np.ndarray, np.ndarray]:
    """Whether each truth is known, and whether it was said; a month with gaps in its column is read as 7.0."""
    if months:
        true = pd.to_numeric(truth, errors="coerce").to_numpy(np.float64, na_value=np.nan)
        return np.isfinite(true), pd.to_numeric(said, errors="coerce").to_numpy(np.float64) == true
    names, true = said.astype(str).to_numpy(object), truth.fillna("").astype(str).to_numpy(object)
    return true != "", names == true
