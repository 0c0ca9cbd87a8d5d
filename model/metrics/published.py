"""What others published on the benchmarks of the field: rows of tables/published.csv, each with its source.

Percent of photos within 1, 25, 200, 750 and 2500 km, as their papers print them; where a paper says nothing there is
NaN. These are distances of guesses: recall at the area of a cap is another figure and stands in no column
here.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from model.errors import ConfigError

TABLE = Path(__file__).parent / "tables" / "published.csv"
WITHIN = ("within_1", "within_25", "within_200", "within_750", "within_2500")

NUMBERS = ("country_percent", "mean_km", "median_km", "mean_score", *WITHIN)


@dataclass(frozen=True)
class Benchmark:
    """A set of photos that papers measure on.

    Attributes:
        title: as people write it.
        photos: how many the published figures are of.
        dataset: its name for `prepare_dataset --dataset`; "" where its photos are not to be had.
    """

    title: str
    photos: int
    dataset: str


BENCHMARKS = {
    "im2gps": Benchmark("IM2GPS", 237, "im2gps"),
    "im2gps3k": Benchmark("IM2GPS3k", 2997, "im2gps3k"),
    "yfcc4k": Benchmark("YFCC4k", 4536, "yfcc4k"),
    "yfcc26k": Benchmark("YFCC26k", 25_600, "yfcc26k"),
    "gws15k": Benchmark("GWS15k", 15_000, "gws"),
    "streetview": Benchmark("PIGEON's street view", 5000, ""),
}


def benchmark_named(name: str) -> Benchmark:
    """A benchmark by its name.

    Raises:
        ConfigError: an unknown name.
    """
    if name not in BENCHMARKS:
        raise ConfigError(f"looked for the benchmark '{name}', found {', '.join(BENCHMARKS)}; take one of those.")
    return BENCHMARKS[name]


def published(name: str) -> pd.DataFrame:
    """The published rows of a benchmark, the oldest first: `system`, country_percent, mean_km, median_km, mean_score,
    WITHIN, `source`. Of the street-view table each row does without all that the rows below it do without, and one
    thing more.

    Raises:
        ConfigError: an unknown name.
    """
    printed = as_printed(name)
    return printed.assign(**{column: pd.to_numeric(printed[column], errors="coerce") for column in NUMBERS})


def as_printed(name: str) -> pd.DataFrame:
    """The same rows as text, with as many digits as their papers print; "" where a paper says nothing."""
    benchmark_named(name)
    table = _table()
    return table[table["benchmark"] == name].drop(columns="benchmark").reset_index(drop=True)


@cache
def _table() -> pd.DataFrame:
    return pd.read_csv(TABLE, dtype=str, keep_default_na=False, encoding="utf-8")
