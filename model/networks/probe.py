"""How well a training goes, on validation places: captions matched, geocells guessed, neighbours of the same country.

Knows no files; changes nothing in the model.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from model.geo.distance import haversine_km
from model.geo.scoring import geoguessr_score
from model.metrics.distance import share_equal
from model.networks.contrastive import PretrainingModel, info_nce
from model.networks.encoder import image_features

BLOCK = 64  # pairs that are told apart at once
TEXTS = 256  # sentences the text tower reads at once


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
    prompts: Any = None,
    prompt_countries: Sequence[str] = (),
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
        prompts: tokens of one sentence a country, "A Street View photo in France.", or None.
        prompt_countries: the code of each.

    Returns:
        info_nce and caption_accuracy (how often a view finds its own caption among BLOCK, and a caption its view), and
        where they can be known: zero_shot_country, neighbour_country, cell_country, median_km, score.
    """
    was_training = module.training
    module.eval()
    places, images, means, cells = [], [], [], []
    for pixels in pixel_batches:
        embedded, _, seen = module.embed(pixels)
        places.append(embedded.float().cpu())
        projected = image_features(module.hub, seen).reshape(*pixels.shape[:2], -1).float()  # (n, V, P)
        images.append(projected[:, 0].cpu())
        means.append(F.normalize(projected, dim=-1).mean(dim=1).cpu())
        if centroids is not None:
            cells.append(module.predict(embedded)["cells"].argmax(dim=-1).cpu())
    texts = _texts(module, tokens)
    scale = module.hub.logit_scale.detach().cpu()
    figures = _matched(torch.cat(images), texts, scale)
    if prompts is not None and len(prompt_countries):
        said = (torch.cat(means) @ F.normalize(_texts(module, prompts), dim=-1).T).argmax(dim=1).numpy()
        figures["zero_shot_country"] = share_equal(np.asarray(prompt_countries, object)[said], countries)
    module.train(was_training)
    neighbour = gallery.nearest(torch.cat(places))
    if (neighbour >= 0).all():
        figures["neighbour_country"] = share_equal(gallery_countries[neighbour], countries)
    if centroids is not None and cell_countries is not None:
        cell = torch.cat(cells).numpy()
        distance_km = haversine_km(centroids[cell], truth)
        figures["cell_country"] = share_equal(cell_countries[cell], countries)
        figures["median_km"] = float(np.median(distance_km))
        figures["score"] = float(geoguessr_score(distance_km).mean())
    return figures


def _texts(module: PretrainingModel, tokens: Any) -> torch.Tensor:
    """Sentences in the space that images share, TEXTS at a time -> (M, P)."""
    parts = []
    for start in range(0, len(tokens["input_ids"]), TEXTS):
        some = {name: ids[start : start + TEXTS] for name, ids in tokens.items()}
        parts.append(module.hub.get_text_features(**some).pooler_output.float().cpu())
    return torch.cat(parts)


def _matched(images: torch.Tensor, texts: torch.Tensor, scale: torch.Tensor) -> dict[str, float]:
    """How well views and captions find each other within blocks."""
    losses, hits = [], []
    for start in range(0, max(1, len(texts) - BLOCK + 1), BLOCK):
        seen, said = images[start : start + BLOCK], texts[start : start + BLOCK]
        losses.append(float(info_nce(seen, said, scale)))
        likeness = F.normalize(seen, dim=-1) @ F.normalize(said, dim=-1).T
        own = torch.arange(len(seen))
        hits.append(0.5 * float(((likeness.argmax(1) == own).float() + (likeness.argmax(0) == own).float()).mean()))
    return {"info_nce": float(np.mean(losses)), "caption_accuracy": float(np.mean(hits))}
