import torch

from model.networks.heading import HeadingGate

RING = torch.tensor([[0.0, 90.0, 180.0, 270.0]])


def test_a_gate_begins_as_the_plain_mean():
    views = torch.randn(2, 4, 3)
    assert torch.equal(HeadingGate(3)(views, RING.expand(2, 4)), views)


def test_the_mean_keeps_north_apart_from_south():
    """cos 0° = 1, cos 180° = −1: with weight 1 on the cosine the northern view counts twice, the southern nothing."""
    gate = HeadingGate(1)
    with torch.no_grad():
        gate.turn.weight.copy_(torch.tensor([[1.0, 0.0]]))
    views = torch.tensor([[[8.0], [0.0], [4.0], [0.0]]])
    assert torch.allclose(gate(views, RING).mean(dim=1), torch.tensor([[4.0]]), atol=1e-5)  # (2·8 + 0·4) / 4
    turned = torch.tensor([[[4.0], [0.0], [8.0], [0.0]]])
    assert torch.allclose(gate(turned, RING).mean(dim=1), torch.tensor([[2.0]]), atol=1e-5)


def test_unknown_headings_change_nothing():
    gate = HeadingGate(3)
    torch.nn.init.ones_(gate.turn.weight)
    views = torch.randn(2, 4, 3)
    assert torch.equal(gate(views, torch.full((2, 4), float("nan"))), views)
