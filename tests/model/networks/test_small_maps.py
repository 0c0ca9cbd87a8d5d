import pytest
import torch
from torch import nn

from model.networks.small_maps import SmallMapConvolution, multiply_small_maps


def twins(**changes):
    torch.manual_seed(0)
    one = nn.Conv2d(5, 256, 3, padding=1, bias=False, dtype=torch.float64, **changes)
    other = nn.Conv2d(5, 256, 3, padding=1, bias=False, dtype=torch.float64, **changes)
    other.load_state_dict(one.state_dict())
    assert multiply_small_maps(nn.Sequential(other)) == 1
    return one.to(memory_format=torch.channels_last), other.to(memory_format=torch.channels_last)


@pytest.mark.parametrize("stride", [1, 2, (2, 1)])
@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (3, 3), (4, 4), (2, 5), (5, 5)])
def test_results_and_gradients_are_those_of_the_convolution(shape, stride):
    one, other = twins(stride=stride)
    x = torch.randn(2, 5, *shape, dtype=torch.float64).contiguous(memory_format=torch.channels_last)
    a, b = x.clone().requires_grad_(), x.clone().requires_grad_()
    there, here = one(a), other(b)
    assert here.shape == there.shape
    torch.testing.assert_close(here, there)
    there.square().sum().backward()
    here.square().sum().backward()
    torch.testing.assert_close(b.grad, a.grad)
    torch.testing.assert_close(other.weight.grad, one.weight.grad)


def test_only_wide_plain_convolutions_are_changed_and_names_stay():
    network = nn.Sequential(
        nn.Conv2d(4, 255, 3, padding=1, bias=False), nn.Conv2d(4, 256, 1, bias=False), nn.Conv2d(4, 256, 3, padding=1),
        nn.Conv2d(4, 256, 3, bias=False), nn.Conv2d(4, 256, 3, padding=1, groups=2, bias=False),
        nn.Conv2d(4, 256, 3, padding=1, bias=False),
    )  # fmt: skip
    names = list(network.state_dict())
    assert multiply_small_maps(network) == 1
    assert [type(part) for part in network] == [nn.Conv2d] * 5 + [SmallMapConvolution]
    assert list(network.state_dict()) == names
    assert multiply_small_maps(network) == 0
