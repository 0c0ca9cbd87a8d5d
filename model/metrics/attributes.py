"""How well what is read beside the place is read: country, climate, month, metres, degrees. Tables in, numbers out."""

import numpy as np
import pandas as pd


def attribute_errors(said: pd.DataFrame, truth: pd.DataFrame) -> dict[str, dict[str, float | int]]:
    """For each column that both tables (N rows, the same order) have: how far it is off, where the truth is known.

    Of names and months the share that is right (`accuracy`), of numbers the mean and the median absolute error in their
    own unit, as PIGEON reports them (arXiv 2307.05845, table 6); n is how many truths are known.
    """
    found: dict[str, dict[str, float | int]] = {}
    for name in said:
        if name not in truth:
            continue
        known = truth[name].notna().to_numpy() & (truth[name].astype(str) != "").to_numpy()
        if not known.any():
            continue
        ours, true = said[name].to_numpy(object)[known], truth[name].to_numpy(object)[known]
        if name == "month" or any(isinstance(value, str) for value in true):
            right = [str(_plain(a)) == str(_plain(b)) for a, b in zip(ours, true, strict=True)]
            found[str(name)] = {"n": len(right), "accuracy": float(np.mean(right))}
        else:
            off = np.abs(ours.astype(np.float64) - true.astype(np.float64))
            found[str(name)] = {"n": len(off), "mean_error": float(off.mean()), "median_error": float(np.median(off))}
    return found


def _plain(value: object) -> object:
    """Months come as whole numbers and as 7.0."""
    return int(value) if isinstance(value, float | np.floating) and float(value).is_integer() else value
