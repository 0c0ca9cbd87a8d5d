"""AdamW for everything, or Muon for matrices and flattened convolutions with AdamW for the rest.

Muon (K. Jordan, 2024; after `torch.optim.Muon`) makes each update of a matrix orthogonal. It takes matrices only: a
convolution (O, I, h, w) is presented as a matrix (O, h·w·I) that shares its memory, so that the step changes the
convolution itself. The order of the columns does not matter to it. Its updates are scaled to those of AdamW (Moonshot,
arXiv 2502.16982), so that one rate serves both. Knows no model but by the names of its parameters, and no files.
"""

import math
from collections.abc import Iterable
from typing import Any, Literal

import torch
from torch import nn

from model.errors import ConfigError

Kind = Literal["adamw", "muon"]
BETAS, EPS = (0.9, 0.98), 1e-6  # PIGEON, arXiv 2307.05845, appendix
QUINTIC, NEWTON_SCHULZ_STEPS = (3.4445, -4.7750, 2.0315), 5  # K. Jordan, 2024


class Muon(torch.optim.Muon):
    """`torch.optim.Muon` (its settings, state and update) that makes orthogonal in float32.

    The library does so in bfloat16, which a processor without it emulates: for PIGEON's slim tower that is five times
    the time of everything else in a step (`benchmarks.pretraining`).
    """

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Nesterov momentum, made orthogonal, at a rate that moves as AdamW's does (arXiv 2502.16982, equation 4)."""
        for group in self.param_groups:
            for matrix in (p for p in group["params"] if p.grad is not None):
                state = self.state[matrix]
                if "momentum_buffer" not in state:
                    state["momentum_buffer"] = torch.zeros_like(matrix.grad)
                momentum = state["momentum_buffer"].lerp_(matrix.grad, 1 - group["momentum"])
                update = orthogonal(matrix.grad.lerp(momentum, group["momentum"]))
                matrix.mul_(1 - group["lr"] * group["weight_decay"])
                matrix.add_(update, alpha=-0.2 * math.sqrt(max(matrix.shape)) * group["lr"])


def orthogonal(matrix: torch.Tensor) -> torch.Tensor:
    """The nearest (semi-)orthogonal matrix, roughly: singular values come to lie between 0.7 and 1.2.

    Newton-Schulz iteration X <- aX + b(XXᵀ)X + c(XXᵀ)²X. All steps work on the small square matrix XXᵀ, and X itself
    is multiplied once, at the end: P(k) = aI + bG + cG², G <- PGP, X <- P(5)…P(1)X.
    """
    upright = len(matrix) > matrix.shape[1]
    wide = matrix.T if upright else matrix
    wide = wide.float() / wide.norm().clamp(min=1e-7)
    a, b, c = QUINTIC
    gram, product = wide @ wide.T, torch.eye(len(wide), device=wide.device)
    for _ in range(NEWTON_SCHULZ_STEPS):
        polynomial = torch.addmm(gram, gram, gram, beta=b, alpha=c)
        polynomial.diagonal().add_(a)
        product = polynomial @ product
        gram = polynomial @ gram @ polynomial
    even: torch.Tensor = product @ wide
    return even.T if upright else even


class Optimisers:
    """One or two optimisers that step together; each parameter is known by its name.

    Args:
        named: parameters by name; frozen ones are left out.
        kind: "adamw", or "muon" for the hidden matrices with AdamW for the rest.
        rate: the highest learning rate.
        weight_decay: of everything with two or more dimensions.

    Raises:
        ConfigError: nothing is left to train.
    """

    def __init__(self, named: Iterable[tuple[str, nn.Parameter]], kind: Kind, rate: float, weight_decay: float):
        trained = {name: p for name, p in named if p.requires_grad}
        if not trained:
            raise ConfigError("nothing is left to train: every part is frozen; give --unfreeze or some task.")
        self.rate = rate
        self.by_name = trained
        self.parameters = list(trained.values())
        matrices = [name for name, p in trained.items() if kind == "muon" and is_hidden_matrix(name, p)]
        self.flat = {name: (trained[name], as_matrix(trained[name])) for name in matrices}
        rest = {name: p for name, p in trained.items() if name not in self.flat}
        self.names: list[list[str]] = []
        self.all: list[torch.optim.Optimizer] = []
        if rest:
            decayed = [name for name, p in rest.items() if p.ndim > 1]
            plain = [name for name, p in rest.items() if p.ndim <= 1]
            groups = [{"params": [rest[name] for name in names], "weight_decay": decay}
                      for names, decay in ((decayed, weight_decay), (plain, 0.0)) if names]  # fmt: skip
            self.all.append(torch.optim.AdamW(groups, lr=rate, betas=BETAS, eps=EPS, fused=self.parameters[0].is_cuda))
            self.names.append(decayed + plain)
        if self.flat:
            self.all.append(Muon([matrix for _, matrix in self.flat.values()], lr=rate, weight_decay=weight_decay))
            self.names.append(matrices)

    def set_factor(self, factor: float) -> float:
        """Give all of them `factor` times the highest rate; the rate is returned."""
        for optimiser in self.all:
            for group in optimiser.param_groups:
                group["lr"] = self.rate * factor
        return self.rate * factor

    def step(self) -> None:
        """One step of each."""
        for parameter, matrix in self.flat.values():
            matrix.grad = None if parameter.grad is None else matrix_of(parameter.grad, like=parameter)
        for optimiser in self.all:
            optimiser.step()
        for _, matrix in self.flat.values():
            matrix.grad = None

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    def state(self) -> dict[str, torch.Tensor]:
        """Moments by "parameter|moment", all that an exact resume needs beside the weights."""
        found: dict[str, torch.Tensor] = {}
        for optimiser, names in zip(self.all, self.names, strict=True):
            for index, moments in optimiser.state_dict()["state"].items():
                found |= {f"{names[index]}|{key}": torch.as_tensor(value) for key, value in moments.items()}
        return found

    def load_state(self, state: dict[str, torch.Tensor]) -> None:
        """Put `state` back.

        Raises:
            KeyError, ValueError: moments of other parameters or of other shapes.
        """
        expected = {name for names in self.names for name in names}
        strangers = {key.split("|")[0] for key in state} - expected
        if strangers:
            raise KeyError(f"moments of {sorted(strangers)[0]}, which is not trained here")
        for optimiser, names in zip(self.all, self.names, strict=True):
            own = optimiser.state_dict()
            own["state"] = {}
            parameters = [p for group in optimiser.param_groups for p in group["params"]]
            for index, name in enumerate(names):
                moments = {key.removeprefix(f"{name}|"): value.clone() for key, value in state.items()
                           if key.startswith(f"{name}|")}  # fmt: skip
                odd = [value for value in moments.values() if value.ndim and value.shape != parameters[index].shape]
                if odd:
                    raise ValueError(f"the moments of {name} have another shape")
                if moments:
                    own["state"][index] = moments
            optimiser.load_state_dict(own)


def is_hidden_matrix(name: str, parameter: torch.Tensor) -> bool:
    """Whether Muon should have a parameter: a matrix or a convolution of the two towers.

    Tables that are looked up and the heads of tasks are no hidden matrices: AdamW has them, as K. Jordan advises.
    """
    looked_up = parameter.ndim == 2 and name.endswith("embedding.weight")  # a ViT's patch embedding is a convolution
    return parameter.ndim in (2, 4) and not looked_up and "hub." in name


def matrix_of(values: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """(O, I, h, w) as (O, I·h·w), columns in the order in which `like` lies in memory; matrices as they are."""
    if values.ndim == 2:
        return values
    if not like.is_contiguous():
        values = values.permute(0, 2, 3, 1)  # channels last
    return values.reshape(len(values), -1)


def as_matrix(parameter: nn.Parameter) -> nn.Parameter:
    """A matrix that shares its memory with a parameter."""
    matrix = matrix_of(parameter.detach(), like=parameter)
    if matrix.data_ptr() != parameter.data_ptr():
        raise ConfigError("a convolution lies in memory in a way that Muon cannot share; use --optimizer adamw.")
    return nn.Parameter(matrix)
