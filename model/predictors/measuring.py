"""What a system is worth on places whose truth is known: figures, and one row for each place. Knows no file.

Places are asked block by block and only numbers of each place are kept, so memory does not grow with N × J.
"""

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.progress import track

from model.data.manifest import VIEW_COLUMNS
from model.geo.atlas import Atlas
from model.geo.distance import haversine_km
from model.geo.scoring import geoguessr_score
from model.geocells.raster_cache import region_raster
from model.metrics.atoms import Atoms, search_areas_km2
from model.metrics.attributes import attribute_errors
from model.metrics.calibration import entropy, rank_of
from model.metrics.distance import named_right
from model.metrics.recall_area import area_report
from model.metrics.report import Cells, Truth, by_group, difference, place_figures, report_of
from model.predictors.answers import CHANCES
from model.predictors.checkpoint import Checkpoint
from model.predictors.protocol import Describes, Floats, Points, ask, features_of
from model.predictors.seen import Seen, as_wanted

BLOCK = 256  # places that are asked together
DENSITY_EDGES_PER_KM2 = (10.0, 100.0, 1000.0)  # four buckets, equal in the logarithm from 1 to 10,000 people per km²
CARRIED = ("image", *VIEW_COLUMNS, "heading_deg", "month", "hour", "seed")  # from the manifest, as it has them


def measure(
    checkpoint: Checkpoint, places: pd.DataFrame, seen: Seen, scale_km: float, views: Literal["all", "one"] = "all",
    area: bool = False,
) -> tuple[dict[str, Any], pd.DataFrame]:  # fmt: skip
    """Figures as in metrics.json, and one row of predictions for each place; `seen` gives embeddings block by block.

    With `area` also Recall vs Area of the system's scores over its regions, see `recall_area`.
    """
    atlas = Atlas.open()
    points = places[["lat", "lng"]].to_numpy(np.float64)
    own = checkpoint.predictor.regions.assign(points)
    atoms = Atoms.of([region_raster(checkpoint.predictor.regions)]) if area else None
    starts = range(0, len(places), BLOCK)
    blocks, said = [], []
    for start in track(starts, "measuring", transient=True):
        end = min(start + BLOCK, len(places))
        block, attributes, scores = _measured(checkpoint, seen(start, end), own[start:end], start, views, scale_km)
        if atoms is not None:
            block["area_km2"] = search_areas_km2(atoms, scores, points[start:end])
        blocks.append(block)
        if attributes is not None:
            said.append(attributes)
    found = pd.concat(blocks, ignore_index=True)

    def country(lat: str, lng: str) -> NDArray[np.object_]:
        return atlas.describe(found[[lat, lng]].to_numpy(np.float64))["country"].fillna("").to_numpy(object)

    described = None if {"country", "koppen"} <= set(places) else atlas.describe(points)
    true_country, koppen = (
        (places[name] if name in places or described is None else described[name]).fillna("").to_numpy(object)
        for name in ("country", "koppen")
    )
    truth = Truth(points, true_country, own)
    guess = found[["lat", "lng"]].to_numpy(np.float64)
    guess_country = country("lat", "lng")
    distance = haversine_km(guess, points)
    cells = Cells(*(found[name].to_numpy() for name in ("probability", "rank", "entropy")))
    radii = found[[f"radius_{chance}" for chance in CHANCES]].to_numpy(np.float64)
    stated = None if np.isnan(radii).any() else radii
    figures = report_of(guess, guess_country, cells, truth, scale_km, stated)
    if stated is not None:
        figures["coverage"] = dict(zip(CHANCES, figures.pop("within_radius"), strict=True))
        figures["median_radius_km"] = dict(zip(CHANCES, np.median(stated, axis=0).tolist(), strict=True))
    figures["expected_score"] = {"mean": float(found["expected_score"].mean())}
    unrefined = found[["unrefined_lat", "unrefined_lng"]].to_numpy(np.float64)
    figures["unrefined"] = place_figures(unrefined, country("unrefined_lat", "unrefined_lng"), truth, scale_km)
    figures["refined_minus_unrefined"] = difference(guess, unrefined, truth, scale_km)
    if "one_lat" in found:
        single = found[["one_lat", "one_lng"]].to_numpy(np.float64)
        figures["one_view"] = place_figures(single, country("one_lat", "one_lng"), truth, scale_km)
        figures["four_views_minus_one"] = difference(guess, single, truth, scale_km)
    if atoms is not None:
        figures["recall_area"] = recall_area(found["area_km2"].to_numpy(np.float64), atoms, points, atlas)
    if said:
        figures["attributes"] = attribute_errors(pd.concat(said, ignore_index=True), places)
    figures["by_country"], figures["by_climate"] = (
        by_group(names, distance, named_right(guess_country, true_country), scale_km)
        for names in (true_country, koppen)
    )
    predictions = pd.DataFrame(
        {
            "id": places["id"], "lat": guess[:, 0].round(6), "lng": guess[:, 1].round(6), "truth_lat": points[:, 0],
            "truth_lng": points[:, 1], "distance_km": distance.round(3), "score": geoguessr_score(distance, scale_km),
            "country": guess_country, "truth_country": true_country, "koppen": koppen, "cell": found["cell"],
            "truth_cell": own, "probability": found["probability"].round(6), "entropy": found["entropy"].round(5),
            "expected_score": found["expected_score"].round(1),
            **{f"radius_{c}": found[f"radius_{c}"].round(2) for c in CHANCES},
            **({"area_km2": found["area_km2"].round(3)} if "area_km2" in found else {}),
            **({"view": found["view"]} if "view" in found else {}),
            **{name: places[name] for name in CARRIED if name in places},
        }
    )  # fmt: skip
    return figures, predictions


def _measured(
    checkpoint: Checkpoint, given: Floats, own: NDArray[np.int64], start: int, views: str, scale_km: float
) -> tuple[pd.DataFrame, pd.DataFrame | None, Floats]:
    """What a system says of one block, one number a place; what else it reads; and the block's scores (n, J)."""
    from model.predictors.calibration import Calibration
    from model.predictors.confidence import confidence

    predictor, wanted = checkpoint.predictor, features_of(checkpoint.predictor)
    view = np.arange(start, start + len(given)) % (given.shape[1] if given.ndim == 3 else 1)
    answer = ask(predictor, as_wanted(given, wanted, view if views == "one" else None))
    scores, rows = answer.scores, np.arange(len(given))
    sure = confidence(scores, answer.points, predictor.regions, checkpoint.calibration or Calibration(), scale_km)
    top = scores.argmax(axis=1)
    centre = predictor.regions.centroids[top]
    columns: dict[str, Any] = {
        "lat": answer.points[:, 0], "lng": answer.points[:, 1], "cell": top, "probability": scores[rows, top],
        "rank": rank_of(scores, own), "entropy": entropy(scores), "expected_score": sure.expected_score,
        **{f"radius_{chance}": sure.radius_km[:, i] for i, chance in enumerate(CHANCES)},
        "unrefined_lat": centre[:, 0], "unrefined_lng": centre[:, 1],
    }  # fmt: skip
    if views == "one":
        columns["view"] = view
    elif given.ndim == 3 and given.shape[1] > 1 and wanted.views == "mean":
        single = ask(predictor, as_wanted(given, wanted, view)).points  # in turn, so that no heading is favoured
        columns |= {"one_lat": single[:, 0], "one_lng": single[:, 1]}
    described = None
    if isinstance(predictor, Describes):
        described = predictor.attributes(as_wanted(given, wanted, view if views == "one" else None))
    return pd.DataFrame(columns), described, scores


def recall_area(areas_km2: Points, atoms: Atoms, points: Points, atlas: Atlas) -> dict[str, Any]:
    """Figures of Recall vs Area for places (N, 2) that were found within areas (N,), as in metrics.json.

    Beside `area_report`: grid, ties, regions, the share of places in no region, which only the whole Earth holds, and
    `balanced`: the same with every bucket of population density counting alike. The buckets are equal in the logarithm,
    as in the paper, over the range of the atlas's densities.
    """
    strata = np.digitize(atlas.population_per_km2(points), DENSITY_EDGES_PER_KM2)
    return {
        "grid": list(atoms.runs.shape), "ties": "whole", "regions": atoms.tables[0].count,
        "in_no_region": float(atoms.outside(points).mean()),
        **area_report(areas_km2),
        "balanced": {"by": "population_per_km2", "edges": list(DENSITY_EDGES_PER_KM2),
                     **area_report(areas_km2, strata)},
    }  # fmt: skip
