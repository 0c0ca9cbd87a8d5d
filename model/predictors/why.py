"""Why there? What in the pictures speaks for the place that was guessed. Asks any predictor; knows no page.

The score that is explained is the log-odds of the guessed region, or of all regions of its country: their slope points
where that of the log-probability points, and does not vanish when the model is sure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.errors import ConfigError
from model.geo.distance import haversine_km
from model.predictors.checkpoint import Checkpoint, embed_pixels
from model.predictors.protocol import ask, features_of

Of = Literal["region", "country"]
LEAST = 1e-30  # a probability below it counts as that


@dataclass(frozen=True, eq=False)
class Why:
    """What speaks for a guess.

    Attributes:
        heat: (V, h, w), 0 … 1, how much each spot of each view speaks for it; the strongest spot of all views is 1.
        method: how it was found: "attention", "features" (Grad-CAM) or "occlusion".
        of: what is explained: the guessed "region", or its "country".
        country: ISO-2 code of the guessed region; "" where it has none.
        probability: of what is explained, 0 … 1.
    """

    heat: NDArray[np.float32]
    method: str
    of: Of
    country: str
    probability: float


def explain(checkpoint: Checkpoint, views: Sequence[Image.Image], of: Of = "region") -> Why:
    """What in the views of one place speaks for the region that a checkpoint guesses, or for that region's country.

    A region without a country is explained itself.

    Raises:
        ConfigError: something else to explain than a region or a country.
        ArtifactError: a checkpoint without an encoder.
    """
    if of not in get_args(Of):
        raise ConfigError(f"looked for {' or '.join(get_args(Of))} to explain, found '{of}'; take one of those.")
    encoder, predictor, features = checkpoint.seeing, checkpoint.predictor, features_of(checkpoint.predictor)
    from model.networks.heat import Reading, heat_of  # torch comes with the first checkpoint, not with this module

    pixels = encoder.to_pixels(views)
    answer = ask(predictor, embed_pixels(encoder, pixels[None], features))
    near = haversine_km(answer.considered.points[0], answer.considered.guess[0]).argmin()
    cell, countries = int(answer.considered.cells[0, near]), np.asarray(predictor.regions.countries, object)
    country = countries[cell] if isinstance(countries[cell], str) else ""
    explained: Of = of if country else "region"
    chosen = countries == country if explained == "country" else np.arange(len(countries)) == cell

    def log_odds(embeddings: NDArray[np.float32]) -> NDArray[np.float64]:
        scores = np.asarray(predictor.scores(embeddings), np.float64)  # (N, J)
        own, others = scores[:, chosen].sum(axis=1), scores[:, ~chosen].sum(axis=1)
        odds: NDArray[np.float64] = np.log(np.maximum(own, LEAST)) - np.log(np.maximum(others, LEAST))
        return odds

    reading = Reading(features.kind != "pooled", features.kind != "unscaled", features.views == "all")
    heat = heat_of(encoder, pixels, log_odds, reading)
    return Why(heat.maps, heat.method, explained, country, float(answer.scores[0, chosen].sum()))
