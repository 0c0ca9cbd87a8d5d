"""Weights in half precision on the disk: half the bytes, the same answers. Computing is in float32 all the same.

IEEE 754 binary16 keeps 11 significant bits and ends at 65,504. Matrices and kernels are rounded to it; vectors (biases,
normalisations and their running statistics), a hundredth of the bytes and the least forgiving, stay as they are.
Whatever is made from an encoder or a head has to be made after the rounding, so it happens where they are first saved.
"""

from collections.abc import Mapping

import torch

from model.errors import ConfigError

LARGEST = torch.finfo(torch.float16).max


def in_half(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Copies of weights by name: floating-point ones of two and more axes as float16, all others as they are.

    Raises:
        ConfigError: a weight that is not finite, or too large for float16.
    """
    return {name: _rounded(name, tensor) for name, tensor in tensors.items()}


def _rounded(name: str, tensor: torch.Tensor) -> torch.Tensor:
    if tensor.ndim < 2 or not tensor.is_floating_point():
        return tensor
    rounded = tensor.detach().to(torch.float16)
    if not bool(torch.isfinite(rounded).all()):  # what is too large became infinite
        raise ConfigError(
            f"--half: {name} holds {float(tensor.abs().max()):.3g}, and half precision holds finite numbers up to "
            f"{LARGEST:,.0f}; leave --half out."
        )
    return rounded
