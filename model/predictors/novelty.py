"""How strange a picture is to an encoder: several of its layers, and the picture's own spectrum. Knows no geography.

Each view gives blocks of numbers: mean and spread over the picture of every channel of some layers, from the pass that
makes the embedding anyway, and a description of the pixels (power by frequency, quantiles of gradients and of colour
differences). Each block's distance from what was seen on validation pictures is Mahalanobis's (Lee et al., arXiv
1807.03888) with a shrunken covariance (Ledoit and Wolf 2004) of which the strongest directions are kept and the rest
counts as one. Its logarithm is standardised by pictures that the fit had not seen. The layers together weigh as much as
the spectrum: the encoder sees what is drawn, the spectrum how. Fitted by `python -m model.calibrate --pictures N`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from model.artifacts import whole
from model.errors import ArtifactError, ConfigError

if TYPE_CHECKING:
    from model.networks.encoder import Encoder

Floats = NDArray[np.float32]
Blocks = list[NDArray[np.float64]]  # one (B, F) for each layer that is asked, the spectrum last
FILE = "novelty.safetensors"
FORMAT = 1
LAYERS = 5  # of the encoder, evenly from the first to the last
KEPT = 64  # directions of a block that are measured one by one
QUANTILES = 201
LEAST = 100  # places that a fit needs: with fewer, a photograph passes for a rare drawing
RINGS = 12  # of frequencies
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
DARK, POWER = 1 / 255, 1e-3  # added before a logarithm


@dataclass(frozen=True)
class Block:
    """What is usual in one block of numbers."""

    mean: Floats  # (F,)
    scale: Floats  # (F,)
    directions: Floats  # (F, k) orthonormal
    deviation: Floats  # (k,) along each direction
    rest: float  # variance of each of the F − k others
    middle: float = 0.0  # of the logarithm of the distance, over pictures that the fit had not seen
    spread: float = 1.0

    def strangeness(self, numbers: NDArray[Any]) -> NDArray[np.float64]:
        """Standardised logarithm of the mean squared distance, (B, F) -> (B,)."""
        z = (np.asarray(numbers, np.float64) - self.mean) / self.scale
        along = z @ self.directions
        squared = ((along / self.deviation) ** 2).sum(axis=1)
        if len(self.mean) > len(self.deviation):
            squared = squared + np.maximum((z**2).sum(axis=1) - (along**2).sum(axis=1), 0.0) / self.rest
        found: NDArray[np.float64] = (np.log(squared / len(self.mean) + 1e-12) - self.middle) / self.spread
        return found


@dataclass(frozen=True)
class Novelty:
    """What pictures of the validation split look like to an encoder, ready to be asked by many threads."""

    blocks: tuple[Block, ...]
    one: Floats  # (Q,) quantiles of strangeness of single views that the fit had not seen
    several: Floats  # (Q,) and of places with all their views, at least those of single ones

    @classmethod
    def fit(cls, places: Sequence[Blocks]) -> "Novelty":
        """Fit on the `blocks` of N places, each with arrays (V, F) of its views.

        What is usual is taken from all of them; the standards, and the quantiles that say how rare a strangeness is,
        from each half of the places as the other half's fit sees it.

        Raises:
            ConfigError: fewer than 100 places.
        """
        if len(places) < LEAST:
            raise ConfigError(f"looked for at least {LEAST} places with pictures to learn what is usual, found "
                              f"{len(places)}; give --pictures {LEAST} or more.")  # fmt: skip
        owner = np.repeat(np.arange(len(places)), [len(place[0]) for place in places])  # (N*V,)
        even, blocks, columns = owner % 2 == 0, [], []
        for number in range(len(places[0])):
            x = np.concatenate([place[number] for place in places])  # (N*V, F)
            unseen = np.empty(len(x))
            for half in (even, ~even):
                unseen[half] = _usual(x[~half]).strangeness(x[half])
            middle = float(np.median(unseen))
            spread = max(float(np.quantile(unseen, 0.84)) - middle, 1e-6)  # a deviation, if the upper half were normal
            found = _usual(x)
            blocks.append(Block(found.mean, found.scale, found.directions, found.deviation, found.rest, middle, spread))
            columns.append((unseen - middle) / spread)
        views = _together(np.stack(columns, axis=1))
        by_place = np.bincount(owner, views) / np.bincount(owner)
        shares = np.linspace(0.0, 1.0, QUANTILES)
        one, several = np.quantile(views, shares), np.quantile(by_place, shares)
        # a mean over views is so sharp that it tells the size a picture was drawn at: never stricter than one view is
        return cls(tuple(blocks), one.astype(np.float32), np.maximum(one, several).astype(np.float32))

    def strangeness(self, blocks: Blocks) -> NDArray[np.float64]:
        """How strange each view is, (B,); 0 is usual, 1 a deviation more."""
        fits = len(blocks) == len(self.blocks) and all(
            x.shape[1] == len(block.mean) for x, block in zip(blocks, self.blocks, strict=True)
        )
        if not fits:
            raise ArtifactError("what is strange was learned with another encoder; run `python -m model.calibrate "
                                "--pictures 1000` again.")  # fmt: skip
        return _together(np.stack([b.strangeness(x) for b, x in zip(self.blocks, blocks, strict=True)], axis=1))

    def share(self, blocks: Blocks) -> float:
        """Share of validation places that were less strange than one place with these views; 1: stranger than any."""
        return float(self.shares(blocks, len(blocks[0]))[0])

    def shares(self, blocks: Blocks, n_views: int) -> NDArray[np.float64]:
        """As `share`, of N places whose V views follow one another: blocks (N*V, F) -> (N,)."""
        places = self.strangeness(blocks).reshape(-1, n_views)
        known = self.one if n_views == 1 else self.several
        found: NDArray[np.float64] = np.interp(places.mean(axis=1), known, np.linspace(0.0, 1.0, len(known)))
        return found

    def familiarity(self, views: Sequence[Image.Image], encoder: "Encoder") -> float:
        """`share` of the views of one place, in a pass of their own."""
        return self.share(look(encoder, encoder.to_pixels(views))[1])

    def save(self, path: Path) -> None:
        """Write as safetensors."""
        tensors = {"format": np.array([FORMAT], np.int32), "one": self.one, "several": self.several}
        for i, block in enumerate(self.blocks):
            tensors |= {f"{i}.mean": block.mean, f"{i}.scale": block.scale, f"{i}.deviation": block.deviation,
                        f"{i}.directions": np.ascontiguousarray(block.directions),
                        f"{i}.standard": np.array([block.rest, block.middle, block.spread], np.float32)}  # fmt: skip
        with whole(path) as temporary:
            temporary.write_bytes(save(tensors))

    @classmethod
    def load(cls, path: Path) -> "Novelty":
        """Read what `save` wrote.

        Raises:
            ArtifactError: a missing or foreign file, or shapes and numbers that cannot be.
        """
        try:
            found = load_file(path)
            if int(found["format"][0]) != FORMAT:
                raise ValueError(f"format {int(found['format'][0])} where {FORMAT} is known")
            count = sum(name.endswith(".mean") for name in found)
            blocks = tuple(_block(found, i) for i in range(count))
            known = (found["one"], found["several"])
            if not blocks or any(q.ndim != 1 or len(q) < 2 or (np.diff(q) < 0).any() for q in known):
                raise ValueError("no blocks, or quantiles that fall")
            if not all(np.isfinite(tensor).all() for tensor in found.values()):
                raise ValueError("numbers that are not finite")
            return cls(blocks, *known)
        except (OSError, KeyError, ValueError, IndexError, SafetensorError) as error:
            raise ArtifactError(f"{path} does not say what is strange ({error}); calibrate again.") from error


def look(encoder: "Encoder", pixels: Floats) -> tuple[Floats, Blocks]:
    """Pixels of one place (V, 3, H, W) -> its pooled embedding (D,) and the blocks of its views, by one pass."""
    embeddings, blocks = look_at_all(encoder, pixels[None])
    return embeddings[0], blocks


def look_at_all(encoder: "Encoder", pixels: Floats) -> tuple[Floats, Blocks]:
    """Pixels of N places (N, V, 3, H, W) -> pooled embeddings (N, D) and the blocks of all N*V views, by one pass."""
    layers: list[Any] = []
    embeddings: Floats = encoder.embed_images(pixels, layers)
    return embeddings, blocks_of(encoder, pixels.reshape(-1, *pixels.shape[2:]), layers)


def look_at_places(encoder: "Encoder", places: Iterable[Floats]) -> Iterator[Blocks]:
    """The blocks of places whose pixels are (V, 3, H, W) each."""
    for pixels in places:
        yield look(encoder, pixels)[1]


def blocks_of(encoder: "Encoder", pixels: Floats, layers: Sequence[Any]) -> Blocks:
    """Numbers of views (B, 3, H, W) and of the layers they went through: (B, C, h, w) or (B, T, C) tensors."""
    chosen = sorted({round(i) for i in np.linspace(0, len(layers) - 1, LAYERS)})
    found = []
    for layer in (layers[i] for i in chosen):
        flat = layer.float().flatten(2) if layer.ndim == 4 else layer.float().transpose(1, 2)  # (B, C, positions)
        mean, spread = flat.mean(dim=2).cpu().numpy(), flat.std(dim=2, correction=0).cpu().numpy()
        found.append(np.concatenate([mean, np.log(spread + POWER)], axis=1).astype(np.float64))
    std, mean = np.asarray(encoder.std, np.float32), np.asarray(encoder.mean, np.float32)
    return [*found, spectrum(np.asarray(pixels, np.float32).transpose(0, 2, 3, 1) * std + mean)]


def spectrum(colours: Floats) -> NDArray[np.float64]:
    """What the pixels themselves are like, (B, H, W, 3) in 0 … 1 -> (B, 56): power, gradients, colour differences."""
    grey = colours @ LUMA
    return np.stack([*_power(grey), *_gradients(grey), *_colours(colours)], axis=1).astype(np.float64)


def _power(grey: Floats) -> list[Floats]:
    """Logarithm of the power in rings of frequencies, and how unevenly it lies on each ring."""
    n_rows, n_columns = grey.shape[1:]
    window = np.hanning(n_rows)[:, None] * np.hanning(n_columns)
    power = np.abs(np.fft.rfft2((grey - grey.mean(axis=(1, 2), keepdims=True)) * window)) ** 2
    frequency = np.hypot(np.fft.fftfreq(n_rows)[:, None], np.fft.rfftfreq(n_columns))
    ring = np.digitize(frequency, np.geomspace(1.5 / min(n_rows, n_columns), 0.5, RINGS + 1)) - 1
    logarithm = np.log(power + POWER)
    rings = [number for number in range(RINGS) if (ring == number).any()]
    return [np.log(power[:, ring == i].mean(axis=1) + POWER) for i in rings] + [
        logarithm[:, ring == i].std(axis=1) for i in rings[2:]
    ]


def _gradients(grey: Floats) -> list[Floats]:
    """Quantiles of the logarithm of first and second differences: what is drawn has flat faces, a sensor has grain."""
    right, down = np.diff(grey, axis=2)[:, :-1], np.diff(grey, axis=1)[:, :, :-1]
    first = np.log(np.hypot(right, down).reshape(len(grey), -1) + DARK)
    inner = grey[:, 1:-1, 1:-1]
    around = grey[:, :-2, 1:-1] + grey[:, 2:, 1:-1] + grey[:, 1:-1, :-2] + grey[:, 1:-1, 2:]
    second = np.log(np.abs(4.0 * inner - around).reshape(len(grey), -1) + DARK)
    return [
        *np.quantile(first, [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98], axis=1),
        *np.quantile(second, [0.1, 0.25, 0.5, 0.75, 0.9], axis=1),
    ]


def _colours(colours: Floats) -> list[Floats]:
    """Mean, spread and differences of the two opponent colours."""
    red, green, blue = (colours[..., i] for i in range(3))
    out: list[Floats] = []
    for opponent in (red - green, (red + green) / 2.0 - blue):
        flat = opponent.reshape(len(colours), -1)
        steps = np.abs(np.diff(opponent, axis=2)).reshape(len(colours), -1)
        out += [flat.mean(axis=1), np.log(flat.std(axis=1) + POWER)]
        out += list(np.log(np.quantile(steps, [0.25, 0.5, 0.75, 0.95], axis=1) + DARK))
    return out


def _usual(x: NDArray[np.float64]) -> Block:
    """Mean and shrunken covariance of numbers (N, F)."""
    from sklearn.covariance import ledoit_wolf

    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    variance, directions = np.linalg.eigh(ledoit_wolf((x - mean) / scale, assume_centered=True)[0])
    variance, directions = np.maximum(variance[::-1], 1e-9), directions[:, ::-1]
    kept = min(KEPT, len(variance))
    rest = float(variance[kept:].mean()) if len(variance) > kept else 1.0
    return Block(mean.astype(np.float32), scale.astype(np.float32), directions[:, :kept].astype(np.float32),
                 np.sqrt(variance[:kept]).astype(np.float32), rest)  # fmt: skip


def _together(standard: NDArray[np.float64]) -> NDArray[np.float64]:
    """Blocks (B, layers + 1) -> (B,): the layers together weigh as much as the spectrum."""
    joined: NDArray[np.float64] = (standard[:, :-1].mean(axis=1) + standard[:, -1]) / 2.0
    return joined


def _block(found: dict[str, Any], i: int) -> Block:
    rest, middle, spread = (float(value) for value in found[f"{i}.standard"])
    mean, scale, deviation = (found[f"{i}.{name}"] for name in ("mean", "scale", "deviation"))
    directions = found[f"{i}.directions"]
    shapes = mean.shape == scale.shape == (len(mean),) and directions.shape == (len(mean), len(deviation))
    if not shapes or not (min(rest, spread, float(scale.min()), float(deviation.min())) > 0):
        raise ValueError(f"block {i} does not fit together")
    return Block(mean, scale, directions, deviation, rest, middle, spread)
