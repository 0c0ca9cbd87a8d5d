"""What a table of predictions says: curves, bins, groups, the worst, and the difference of two. Pure; knows no widget.

Tables are those of `runs.predictions`.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.geo.distance import haversine_km, spherical_mean
from model.metrics.bootstrap import interval, paired_interval
from model.metrics.distance import named_right
from model.metrics.published import BENCHMARKS, WITHIN, published
from pages.components.runs import number

CLIMATES = {"A": "tropical", "B": "arid", "C": "temperate", "D": "continental", "E": "polar"}  # Köppen's main groups
BINS = 10
ENOUGH = 20  # places in a group, below which an interval says nothing
MANY = 10_000  # values, from which on an interval is worked out instead of drawn
SAME_PLACE_KM = 0.05
DRAWN = 20_000_000  # places that are drawn again for the difference of two medians
WAYS = {"as it answers": (), "without refinement": ("unrefined",), "from one view": ("one_view",)}
TOLD: dict[str, tuple[tuple[str, ...], str]] = {
    "places": (("n",), "{:,.0f}"),
    "right country": (("country_accuracy",), "{:.1%}"),
    "median distance": (("median_km",), "{:,.0f} km"),
    "mean distance": (("mean_km",), "{:,.0f} km"),
    "mean score": (("mean_score",), "{:,.0f}"),
    "within 1 km": (("within_km", "1"), "{:.1%}"),
    "within 25 km": (("within_km", "25"), "{:.1%}"),
    "within 200 km": (("within_km", "200"), "{:.1%}"),
    "within 750 km": (("within_km", "750"), "{:.1%}"),
    "within 2,500 km": (("within_km", "2500"), "{:.1%}"),
    "right region": (("cell_top1",), "{:.1%}"),
    "right region among five": (("cell_top5",), "{:.1%}"),
    "entropy of the regions": (("mean_entropy",), "{:.2f} nats"),
    "calibration error (ECE)": (("expected_calibration_error",), "{:.1%}"),
}
INTERVALS = {"right country": "country_accuracy", "median distance": "median_km", "mean score": "mean_score",
             "within 25 km": "within_25_km"}  # fmt: skip


def figure_table(figures: dict[str, Any]) -> pd.DataFrame:
    """metrics.json as words: `figure`, a column for each way of answering that was measured, and the 95 % interval."""
    ways = {title: path for title, path in WAYS.items() if number(figures, *path, "n") is not None}
    rows = []
    for title, (path, form) in TOLD.items():
        values = {way: number(figures, *before, *path) for way, before in ways.items()}
        if values.get("as it answers") is None:
            continue
        row = {"figure": title} | {way: "" if v is None else form.format(v) for way, v in values.items()}
        ends = (figures.get("interval_95") or {}) if isinstance(figures.get("interval_95"), dict) else {}
        pair = ends.get(INTERVALS.get(title, ""))
        told = isinstance(pair, list) and len(pair) == 2 and all(number({"v": v}, "v") is not None for v in pair)
        row["95 % interval"] = " – ".join(form.format(float(v)) for v in pair) if told else ""
        rows.append(row)
    return pd.DataFrame(rows)


def side_by_side(told: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """metrics.json of several runs by name: `figure`, a column for each run, and then their 95 % intervals."""
    tables = {name: figure_table(one).set_index("figure") for name, one in told.items()}
    values = {name: table.get("as it answers") for name, table in tables.items()}
    ends = {f"95 % of {name}": table.get("95 % interval") for name, table in tables.items()}
    order = [title for title in TOLD if any(title in table.index for table in tables.values())]
    return pd.DataFrame(values | ends).reindex(order).fillna("").rename_axis("figure").reset_index()


def within(tables: dict[str, pd.DataFrame], kms: NDArray[np.float64] | None = None) -> pd.DataFrame:
    """Share of guesses within a distance: `player` (the run), `km`, `share`."""
    at = np.geomspace(1.0, 20_016.0, 90) if kms is None else kms
    parts = []
    for name, table in tables.items():
        ordered = np.sort(table["distance_km"].to_numpy())
        share = np.searchsorted(ordered, at, side="right") / len(ordered)
        parts.append(pd.DataFrame({"player": name, "km": at, "share": share}))
    return pd.concat(parts, ignore_index=True)


def reliability(table: pd.DataFrame, bins: int = BINS) -> pd.DataFrame | None:
    """Belief in the best region beside how often it was right: `belief`, `right`, `low`, `high`, `n` for each bin.

    None where the table does not tell region and probability.
    """
    if not {"probability", "cell", "truth_cell"} <= set(table):
        return None
    known = table[["probability", "cell", "truth_cell"]].dropna()
    known = known[known["probability"].between(0.0, 1.0)]
    if known.empty:
        return None
    right = (known["cell"] == known["truth_cell"]).to_numpy(float)
    number_of = np.minimum((known["probability"].to_numpy() * bins).astype(int), bins - 1)
    rows = []
    for one in np.unique(number_of):
        own = number_of == one
        low, high = ends_of(right[own])
        rows.append({"belief": float(known["probability"].to_numpy()[own].mean()), "right": float(right[own].mean()),
                     "low": low, "high": high, "n": int(own.sum())})  # fmt: skip
    return pd.DataFrame(rows)


def coverage(table: pd.DataFrame) -> pd.DataFrame | None:
    """How often the truth lay within the stated radius: `stated`, `measured`, `low`, `high`, `median_km`, `n`.

    None where the table holds no radii.
    """
    rows = []
    for chance in (50, 80, 95):
        name = f"radius_{chance}"
        known = table[[name, "distance_km"]].dropna() if name in table else pd.DataFrame()
        if not known.empty:
            inside = (known["distance_km"] <= known[name]).to_numpy(float)
            low, high = ends_of(inside)
            rows.append({"stated": chance / 100, "measured": float(inside.mean()), "low": low, "high": high,
                         "median_km": float(known[name].median()), "n": len(known)})  # fmt: skip
    return pd.DataFrame(rows) if rows else None


def ends_of(values: Any) -> tuple[float, float]:
    """The 95 % interval of a mean; of many values by their spread, which says the same as drawing them again."""
    array = np.asarray(values, np.float64)
    if len(array) <= MANY:
        return interval(array)
    half = 1.96 * float(array.std(ddof=1)) / len(array) ** 0.5
    return float(array.mean()) - half, float(array.mean()) + half


def by_group(table: pd.DataFrame, groups: pd.Series, most: int = 15) -> pd.DataFrame:
    """Figures of the largest groups: `group`, `n`, `total`, `mean_score` with its interval, `median_km`."""
    rows = []
    for group, own in table.groupby(groups.where(groups != "")):
        low, high = ends_of(own["score"]) if len(own) >= ENOUGH else (np.nan, np.nan)
        rows.append({"group": str(group), "n": len(own), "total": len(own), "mean_score": float(own["score"].mean()),
                     "mean_score_low": low, "mean_score_high": high,
                     "median_km": float(own["distance_km"].median())})  # fmt: skip
    columns = ["group", "n", "total", "mean_score", "mean_score_low", "mean_score_high", "median_km"]
    return pd.DataFrame(rows, columns=columns).nlargest(most, "n").reset_index(drop=True)


def climates(koppen: pd.Series) -> pd.Series:
    """The main group of each zone of Köppen in words; "" at sea and where none is told."""
    return koppen.where(koppen != "Ocean", "").str[:1].map(CLIMATES).fillna("")


def worst(table: pd.DataFrame, count: int) -> pd.DataFrame:
    """The guesses farthest from the truth."""
    return table.nlargest(count, "distance_km")


def paired(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """The places that both tables hold, by id and position: `id`, `lat`, `lng` (of the truth), `score_a`, `score_b`,
    `distance_a`, `distance_b`, `label`, `difference` (of the scores), and where both tables name countries whether they
    are right, `right_a`, `right_b`.
    """
    columns = ["id", "truth_lat", "truth_lng", "score", "distance_km"]
    tables = [table[columns].drop_duplicates("id") for table in (a, b)]
    if all({"country", "truth_country"} <= set(table) for table in (a, b)):
        tables = [
            some.assign(right=named_right(*(table.loc[some.index, name] for name in ("country", "truth_country"))))
            for some, table in zip(tables, (a, b), strict=True)
        ]
    both = tables[0].merge(tables[1], on="id", suffixes=("_a", "_b"))
    apart = haversine_km(
        both[["truth_lat_a", "truth_lng_a"]].to_numpy(), both[["truth_lat_b", "truth_lng_b"]].to_numpy()
    )
    both = both[np.asarray(apart) <= SAME_PLACE_KM].reset_index(drop=True)
    both = both.rename(columns={"distance_km_a": "distance_a", "distance_km_b": "distance_b", "truth_lat_a": "lat",
                                "truth_lng_a": "lng"}).drop(columns=["truth_lat_b", "truth_lng_b"])  # fmt: skip
    return both.assign(difference=both["score_a"] - both["score_b"], label=both["id"])


def differences(both: pd.DataFrame) -> pd.DataFrame:
    """How much better a is than b on the same places: `figure`, `a`, `b`, `difference`, the ends of its interval, `low`
    and `high`, and `ahead`: 1 where a is surely better, -1 where b is, 0 where neither. Shares are in points of a
    hundred.
    """
    columns = {"mean score": (both["score_a"], both["score_b"], 1.0)}
    if "right_a" in both:
        columns["right country, %"] = (both["right_a"].astype(float), both["right_b"].astype(float), 100.0)
    for km in (1, 25, 200, 750, 2500):
        near = [(both[name] <= km).astype(float) for name in ("distance_a", "distance_b")]
        columns[f"within {km:,} km, %"] = (*near, 100.0)
    rows = []
    for name, (ours, theirs, scale) in columns.items():
        gap = (ours - theirs).to_numpy() * scale
        low, high = ends_of(gap)
        rows.append({"figure": name, "a": float(ours.mean() * scale), "b": float(theirs.mean() * scale),
                     "difference": float(gap.mean()), "low": low, "high": high,
                     "ahead": int(low > 0.0) - int(high < 0.0)})  # fmt: skip
    ours, theirs = both["distance_a"].to_numpy(), both["distance_b"].to_numpy()
    samples = int(np.clip(DRAWN // max(1, len(both)), 50, 1000))
    low, high = paired_interval(ours, theirs, np.median, samples)
    medians = float(np.median(ours)), float(np.median(theirs))
    rows.append({"figure": "median distance, km", "a": medians[0], "b": medians[1],
                 "difference": medians[0] - medians[1], "low": low, "high": high,
                 "ahead": int(high < 0.0) - int(low > 0.0)})  # fmt: skip
    return pd.DataFrame(rows)


def where_better(both: pd.DataFrame, cell_deg: float = 6.0) -> pd.DataFrame:
    """The places gathered in patches of about the same size: `lat`, `lng` (their mean on the sphere), `n`, `difference`
    (mean of the scores), the most places first.
    """
    rows = np.floor((both["lat"].to_numpy() + 90.0) / cell_deg).astype(int)
    around = np.maximum(1, np.round(360.0 / cell_deg * np.cos(np.radians((rows + 0.5) * cell_deg - 90.0)))).astype(int)
    column = np.floor((both["lng"].to_numpy() + 180.0) % 360.0 / 360.0 * around).astype(int)
    found = []
    for _, own in both.groupby(rows * 1000 + column):
        lat, lng = spherical_mean(own[["lat", "lng"]].to_numpy())
        found.append({"lat": float(lat), "lng": float(lng), "n": len(own), "difference": own["difference"].mean()})
    columns = ["lat", "lng", "n", "difference"]
    return pd.DataFrame(found, columns=columns).sort_values("n", ascending=False, ignore_index=True)


def beside_published(told: dict[str, dict[str, Any]]) -> tuple[str, pd.DataFrame, list[str]] | None:
    """Published rows and those of runs by name that were measured on the same benchmark as the first.

    The title, a table (`system`, `median km`, `1 km` … `2,500 km` in percent, `source`; ours last), and what is not
    alike in ours. None where the first run was measured on no benchmark.
    """
    name = _benchmark(next(iter(told.values()), {}))
    if name is None:
        return None
    table = published(name)
    rows = [{"system": row["system"], "median km": row["median_km"],
             **{_column(column): row[column] for column in WITHIN}, "source": row["source"]}
            for row in table.to_dict("records")]  # fmt: skip
    notes = []
    for run, figures in told.items():
        if _benchmark(figures) != name:
            continue
        own = figures["benchmark"]
        system = own.get("system") if isinstance(own.get("system"), str) else "this system"
        shares = {_column(column): number(figures, "within_km", column.removeprefix("within_")) for column in WITHIN}
        rows.append({"system": f"{system}, {run}", "median km": number(figures, "median_km"),
                     **{km: None if share is None else 100.0 * share for km, share in shares.items()},
                     "source": "measured here"})  # fmt: skip
        said = own.get("notes") if isinstance(own.get("notes"), list) else []
        notes += [f"{run}: {note}" for note in said[:9] if isinstance(note, str)]
    return BENCHMARKS[name].title, pd.DataFrame(rows), notes


def _benchmark(figures: dict[str, Any]) -> str | None:
    told = figures.get("benchmark")
    name = told.get("name") if isinstance(told, dict) else None
    return name if isinstance(name, str) and name in BENCHMARKS else None


def _column(within: str) -> str:
    return f"{int(within.removeprefix('within_')):,} km"
