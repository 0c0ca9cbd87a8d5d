"""Where a network looked: how much each spot of each view speaks for a score. Knows no Earth, no head and no page.

What is explained is any number that somebody gives to embeddings of places; a place is asked with all its views, so
their maps share one scale. Three ways, by what the tower is made of:

attention   Transformers: attention weighted by its own gradient and multiplied up through the layers (Chefer et al.,
            arXiv 2103.15679, eq. 5 and 6), read at the tokens of patches.
features    Towers whose last hidden state is a picture of features: Grad-CAM (Selvaraju et al., arXiv 1610.02391) with
            the gradient kept at each spot instead of averaged (HiResCAM, Draelos and Carin, arXiv 2011.08891).
occlusion   All others: a square of the view is painted grey, and the score is asked again (Zeiler and Fergus, arXiv
            1311.2901, section 2.1).
"""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from model.networks.encoder import Encoder, Floats, image_features, pool

Explained = Callable[[Floats], NDArray[Any]]  # embeddings of places (N, D), or (N, V, D) -> a number for each (N,)
Method = Literal["attention", "features", "occlusion"]

STEP = 0.02  # of the embedding's root mean square: small beside what the score bends over, large beside rounding
LEAST_SIDE = 5  # spots along a feature map's side; a coarser one points nowhere, so an earlier stage is read
SQUARES = 7  # along a view's side, where it is covered square by square
WIDER = 1.6  # a covering square is so many times as wide as the spot that it stands for
AT_A_TIME = 32  # pictures
SPECIAL_TOKENS = 16  # at most, before the patches: a class token and registers


@dataclass(frozen=True)
class Heat:
    """How much each spot of V views speaks for a score."""

    maps: Floats  # (V, h, w), 0 … 1: the strongest spot of all views is 1; all 0 where none speaks for it
    method: Method


@dataclass(frozen=True)
class Reading:
    """How embeddings are read off a tower, as the score's owner takes them."""

    projected: bool = False  # vectors in the space shared with texts, in place of pooled features
    unit: bool = True  # of length 1, where projected
    all_views: bool = False  # (V, D), in place of the mean over the views (D,)

    def views(self, encoder: Encoder, out: Any) -> torch.Tensor:
        """The embedding of each view, (V, D), from what the tower put out."""
        if not self.projected:
            return pool(out.last_hidden_state).float()
        features = image_features(encoder.model, out).float()
        return torch.nn.functional.normalize(features, dim=-1) if self.unit else features

    def place(self, views: torch.Tensor) -> torch.Tensor:
        """The embedding of one place, (D,) or (V, D); more places before: (N, V, D) -> (N, D) or (N, V, D)."""
        if self.all_views:
            return views
        mean = views.mean(dim=-2)
        return torch.nn.functional.normalize(mean, dim=-1) if self.projected and self.unit else mean


POOLED = Reading()


def heat_of(encoder: Encoder, pixels: Floats, explained: Explained, reading: Reading = POOLED) -> Heat:
    """What in the views (V, 3, H, W) of one place, normalised as the encoder reads them, speaks for `explained`.

    The encoder is not changed, and other threads may use it meanwhile.
    """
    views = torch.as_tensor(np.ascontiguousarray(pixels, np.float32)).to(encoder.device)
    with torch.no_grad():
        out = encoder.tower(pixel_values=views)
        place = reading.place(reading.views(encoder, out)).cpu().numpy()
    slope = torch.from_numpy(slope_of(explained, place)).to(encoder.device)

    def score(seen: Any) -> torch.Tensor:
        """The explained score up to a constant, as far as it is a plane here."""
        return (reading.place(reading.views(encoder, seen)) * slope).sum()

    if slope.any():  # a score of steps, such as a vote of neighbours, has none
        dims = out.last_hidden_state.ndim
        if dims == 4 and (found := _features(encoder.tower, views, score)) is not None:
            return Heat(_scaled(found), "features")
        if dims == 3 and (found := _attention(encoder.tower, views, score)) is not None:
            return Heat(_scaled(found), "attention")
    return Heat(_scaled(_occlusion(encoder, views, explained, reading)), "occlusion")


def slope_of(explained: Explained, place: Floats) -> Floats:
    """The gradient of a score at an embedding of any shape, by central differences: any predictor can be asked."""
    wide = np.asarray(place, np.float64)
    step = STEP * max(math.sqrt(float(np.mean(wide**2))), 1e-6)
    moves = step * np.eye(wide.size).reshape(-1, *wide.shape)
    told = explained(np.concatenate([wide + moves, wide - moves]).astype(np.float32))
    ahead, behind = np.split(np.asarray(told, np.float64), 2)
    slope: Floats = ((ahead - behind) / (2.0 * step)).astype(np.float32).reshape(wide.shape)
    return slope


def _features(tower: Any, views: torch.Tensor, score: Callable[[Any], torch.Tensor]) -> Floats | None:
    """Gradient times feature at the deepest stage that is LEAST_SIDE wide -> (V, h, w), or None where there is none."""
    with torch.enable_grad():
        out = tower(pixel_values=views.clone().requires_grad_(), output_hidden_states=True)
        stages = [stage for stage in (out.hidden_states or ()) if stage.ndim == 4 and stage.requires_grad]
        wide = [stage for stage in stages if min(stage.shape[-2:]) >= LEAST_SIDE]
        if not stages:
            return None
        stage = wide[-1] if wide else stages[-1]
        (gradient,) = torch.autograd.grad(score(out), stage, allow_unused=True)
    if gradient is None:  # a side branch
        return None
    # Of 21 variants tried on 25 places, one of those that agreed best with occlusion (weakly: EXPERIMENTS says how).
    heat: Floats = torch.relu((gradient * stage.detach()).sum(dim=1)).cpu().numpy()
    return heat


def _attention(tower: Any, views: torch.Tensor, score: Callable[[Any], torch.Tensor]) -> Floats | None:
    """Relevance of each patch for the mean over all tokens -> (V, h, w), or None where no whole attention is told."""
    telling, patch = _telling(tower), getattr(tower.config, "patch_size", None)
    if telling is None or not isinstance(patch, int):
        return None
    with torch.enable_grad():
        out = telling(pixel_values=views.clone().requires_grad_(), output_attentions=True)
        layers = list(out.attentions or ())
        tokens = out.last_hidden_state.shape[1]
        high, wide = (side // patch for side in views.shape[-2:])
        special = tokens - high * wide
        whole = all(layer is not None and layer.shape[-2:] == (tokens, tokens) for layer in layers)
        if not layers or not whole or not 0 <= special <= SPECIAL_TOKENS:
            return None
        gradients = torch.autograd.grad(score(out), layers, allow_unused=True)
    relevance = torch.eye(tokens, device=views.device).expand(len(views), -1, -1)
    for layer, gradient in zip(layers, gradients, strict=True):
        if gradient is not None:  # the last layer of a tower that reads an earlier one
            heads = torch.relu(layer.detach() * gradient).mean(dim=1)  # (V, T, T)
            relevance = relevance + heads @ relevance
    # What a token keeps of itself says nothing of where the others looked.
    patches = (relevance - torch.eye(tokens, device=views.device)).mean(dim=1)[:, special:]
    heat: Floats = patches.reshape(len(views), high, wide).cpu().numpy()
    return heat


def _telling(tower: Any) -> Any:
    """The tower with its weights shared, that tells its attention; None where it cannot.

    The fast kernels keep no attention. Which kernel runs stands in the config that all layers share, so a copy gets
    its own, and whoever embeds meanwhile with the tower itself notices nothing.
    """
    shared = {id(tensor): tensor for tensor in (*tower.parameters(), *tower.buffers())}
    try:
        own = copy.deepcopy(tower, shared)
        own.set_attn_implementation("eager")
    except (AttributeError, NotImplementedError, RuntimeError, TypeError, ValueError):
        return None
    return own


@torch.no_grad()
def _occlusion(encoder: Encoder, views: torch.Tensor, explained: Explained, reading: Reading) -> Floats:
    """How much the score falls when a square is painted in the mean colour (0 once normalised) -> (V, h, w)."""
    count, _, high, wide = views.shape
    spots = SQUARES * SQUARES
    seen = reading.views(encoder, encoder.tower(pixel_values=views))  # (V, D)
    heat = np.zeros((count, SQUARES, SQUARES), np.float32)
    whole = float(explained(reading.place(seen[None]).cpu().numpy())[0])
    for number in range(count):
        covered = views[number].repeat(spots, 1, 1, 1)
        for spot in range(spots):
            top, bottom = _reach(spot // SQUARES, high)
            left, right = _reach(spot % SQUARES, wide)
            covered[spot, :, top:bottom, left:right] = 0.0
        parts = [reading.views(encoder, encoder.tower(pixel_values=some)) for some in torch.split(covered, AT_A_TIME)]
        others = seen.repeat(spots, 1, 1)  # (spots, V, D)
        others[:, number] = torch.cat(parts)
        lost = whole - np.asarray(explained(reading.place(others).cpu().numpy()))
        heat[number] = lost.reshape(SQUARES, SQUARES)
    return np.maximum(heat, 0.0)


def _reach(spot: int, side: int) -> tuple[int, int]:
    """From where to where the covering square of the n-th spot along a side reaches, in pixels."""
    middle, half = (spot + 0.5) * side / SQUARES, WIDER * side / SQUARES / 2.0
    return max(0, round(middle - half)), min(side, round(middle + half))


def _scaled(heat: Floats) -> Floats:
    largest = float(heat.max(initial=0.0))
    return (heat / largest if largest > 0.0 else np.zeros_like(heat)).astype(np.float32)
