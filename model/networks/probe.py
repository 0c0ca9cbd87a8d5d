"""How well a training goes, on validation places: captions matched, geocells guessed, neighbours of the same country.

Knows no files; changes nothing in the model.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from model.geo.distance import haversine_km
from model.geo.scoring import geoguessr_score
from model.networks.contrastive import PretrainingModel, info_nce
from model.networks.encoder import image_features


class Gallery:
    """The last embeddings that training saw, a free gallery for the nearest neighbour."""

    def __init__(self, size: int, dim: int):
        self.vectors = torch.zeros(size, dim)
        self.rows = np.full(size, -1, np.int64)
        self.position = 0

    def add(self, vectors: torch.Tensor, rows: NDArray[np.int64]) -> None:
        """Put (N, D) in, the oldest go out."""
        where = (self.position + np.arange(len(rows))) % len(self.rows)
        self.vectors[where] = vectors.float().cpu()
        self.rows[where] = rows
        self.position += len(rows)

    def nearest(self, vectors: torch.Tensor) -> NDArray[np.int64]:
        """Row of the nearest vector by cosine, (N, D) -> (N,); −1 while the gallery is empty."""
        known = self.rows >= 0
        if not known.any():
            return np.full(len(vectors), -1, np.int64)
        gallery = self.vectors[torch.from_numpy(known)]
        centre = gallery.mean(dim=0)
        unit = torch.nn.functional.normalize(gallery - centre, dim=-1)
        found = (torch.nn.functional.normalize(vectors - centre, dim=-1) @ unit.T).argmax(dim=1)
        nearest: NDArray[np.int64] = self.rows[known][found.numpy()]
        return nearest


@torch.inference_mode()
def probe(
    module: PretrainingModel,
    pixel_batches: Any,
    tokens: Any,
    truth: NDArray[np.float64],
    countries: NDArray[np.object_],
    centroids: NDArray[np.float64] | None,
    cell_countries: NDArray[np.object_] | None,
    gallery: Gallery,
    gallery_countries: NDArray[np.object_],
) -> dict[str, float]:
    """Figures on validation places.

    Args:
        module: put into evaluation mode and back.
        pixel_batches: (n, V, 3, H, W) each, all validation places in order.
        tokens: of one caption for the first view of each place.
        truth: (N, 2) degrees.
        countries: (N,) of the places.
        centroids: (C, 2) of the geocells, or None without them.
        cell_countries: (C,).
        gallery: embeddings of training places.
        gallery_countries: by training row.

    Returns:
        info_nce (over blocks of 64), and where they can be known: neighbour_country, cell_country, median_km, score.
    """
    was_training = module.training
    module.eval()
    places, images, cells = [], [], []
    for pixels in pixel_batches:
        embedded, _, seen = module.embed(pixels)
        places.append(embedded.float().cpu())
        images.append(image_features(module.hub, seen).reshape(*pixels.shape[:2], -1)[:, 0].float().cpu())
        if centroids is not None:
            cells.append(module.predict(embedded)["cells"].argmax(dim=-1).cpu())
    texts = module.hub.get_text_features(**tokens).pooler_output.float().cpu()
    module.train(was_training)

    seen_images, blocks = torch.cat(images), range(0, max(1, len(texts) - 63), 64)
    scale = module.hub.logit_scale.detach().cpu()
    figures = {
        "info_nce": float(np.mean([info_nce(seen_images[i : i + 64], texts[i : i + 64], scale) for i in blocks]))
    }
    neighbour = gallery.nearest(torch.cat(places))
    if (neighbour >= 0).all():
        figures["neighbour_country"] = float((gallery_countries[neighbour] == countries).mean())
    if centroids is not None and cell_countries is not None:
        cell = torch.cat(cells).numpy()
        distance_km = haversine_km(centroids[cell], truth)
        figures["cell_country"] = float((cell_countries[cell] == countries).mean())
        figures["median_km"] = float(np.median(distance_km))
        figures["score"] = float(geoguessr_score(distance_km).mean())
    return figures
