"""Hold the atlas, the distance and the score to the record of real GeoGuessr duels.

    python -m benchmarks.human_duels DUELS.csv [--json]

The table has a row for each guess: country (ISO-2), true_lat, true_lng, guess_lat, guess_lng, distance_m, score and the
map's own map_max_error_m. Countries are counted for each place once. With --json the last line is one JSON object.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from model import commands
from model.errors import ManifestError
from model.geo.atlas import Atlas
from model.geo.distance import haversine_km
from model.geo.scoring import geoguessr_score, scale_of_map_km

NEEDED = ("country", "true_lat", "true_lng", "guess_lat", "guess_lng", "distance_m", "score", "map_max_error_m")


def measure(duels: pd.DataFrame) -> tuple[dict[str, float | int], pd.Series]:
    """The figures, and how often each country was taken for another ("FR for RE" -> 2)."""
    places = duels.drop_duplicates(["true_lat", "true_lng"])
    frame = Atlas.open().describe(places[["true_lat", "true_lng"]].to_numpy())
    found, true = frame["country"].to_numpy(), places["country"].str.upper().to_numpy()
    right = found == true

    truth, guess = duels[["true_lat", "true_lng"]].to_numpy(), duels[["guess_lat", "guess_lng"]].to_numpy()
    km = haversine_km(truth, guess)
    off_m = np.abs(km * 1000.0 - duels["distance_m"].to_numpy())
    scales = [scale_of_map_km(error) for error in duels["map_max_error_m"]]
    of_ours = np.array([geoguessr_score(d, scale) for d, scale in zip(km, scales, strict=True)])
    of_theirs = np.array(
        [geoguessr_score(d, scale) for d, scale in zip(duels["distance_m"] / 1000.0, scales, strict=True)]
    )
    figures = {
        "guesses": len(duels),
        "places": len(places),
        "country_right": round(float(right.mean()), 4),
        "countries_wrong": int((~right).sum()),
        "is_land": round(float(frame["is_land"].mean()), 4),
        "distance_worst_m": round(float(off_m.max()), 1),
        "distance_worst_relative": float(f"{(off_m / np.maximum(duels['distance_m'], 1000.0)).max():.2g}"),
        "scores_reproduced": int((of_theirs == duels["score"]).sum()),
        "scores_reproduced_from_coordinates": int((of_ours == duels["score"]).sum()),
        "score_worst_from_coordinates": int(np.abs(of_ours - duels["score"]).max()),
    }
    mistakes = pd.Series([f"{a or 'sea'} for {b}" for a, b in zip(found[~right], true[~right], strict=True)])
    return figures, mistakes.value_counts()


def main() -> None:
    """Read, measure, print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.human_duels",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("duels", type=Path, help="the table of guesses (CSV)")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    options = parser.parse_args()
    try:
        # "NA" is Namibia, not a missing value.
        duels = pd.read_csv(options.duels, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise ManifestError(f"could not read {options.duels}: {error}. Name a CSV of guesses.") from error
    if missing := [name for name in NEEDED if name not in duels]:
        raise ManifestError(f"looked also for the columns {', '.join(missing)} in {options.duels}, which it lacks.")
    figures, mistakes = measure(duels)
    for name, value in figures.items():
        print(f"{name:36} {value}")
    print("taken for another country:", ", ".join(f"{what} ({count})" for what, count in mistakes.items()) or "none")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    commands.run(main)
