"""Convolutions over maps of few positions, as one multiplication of matrices. Knows no model and no training.

At the end of a residual network a picture has 2 x 2 or 3 x 3 positions with hundreds of channels, and its borders are
most of it. There the gradients of a convolution take a CPU three to five times as long as the multiplication that it
stands for (bfloat16 on AMX, 384 channels); where maps are large and channels few it is the other way round.
"""

import torch
from torch import nn
from torch.nn import functional as F

LEAST_CHANNELS = 256  # of the output
MOST_POSITIONS = 16  # of the input


def multiply_small_maps(network: nn.Module) -> int:
    """Let the wide 3 x 3 convolutions of a network multiply wherever they meet a small map -> how many those are.

    Weights, names and results stay what they were.
    """
    changed = 0
    for module in network.modules():
        if type(module) is not nn.Conv2d or module.out_channels < LEAST_CHANNELS or module.bias is not None:
            continue
        if (module.kernel_size, module.padding, module.dilation, module.groups) == ((3, 3), (1, 1), (1, 1), 1):
            module.__class__ = SmallMapConvolution
            changed += 1
    return changed


class SmallMapConvolution(nn.Conv2d):
    """A 3 x 3 convolution with a border of zeros: (B, I, H, W) -> (B, O, H', W')."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The convolution; of maps with up to MOST_POSITIONS positions as a multiplication."""
        height, width = x.shape[2:]
        if height * width > MOST_POSITIONS:
            return super().forward(x)
        down, right = self.stride
        padded = F.pad(x.permute(0, 2, 3, 1), (0, 0, 1, 1, 1, 1))  # (B, H + 2, W + 2, I)
        shifted = [padded[:, i : i + height : down, j : j + width : right] for i in range(3) for j in range(3)]
        columns = torch.cat(shifted, dim=-1)  # (B, H', W', 9·I)
        weight = self.weight.permute(0, 2, 3, 1).reshape(self.out_channels, -1)  # (O, 9·I), the order of the columns
        return F.linear(columns, weight).permute(0, 3, 1, 2)
