import math

import pytest
import torch

from model.errors import ConfigError
from model.networks.optimisers import Optimisers, is_hidden_matrix, matrix_of, orthogonal


def named(module):
    return [(f"hub.{name}", p) for name, p in module.named_parameters()]


def test_muon_turns_a_matrix_by_the_rate_whatever_the_size_of_its_gradient():
    # By hand: Newton-Schulz takes any orthogonal matrix times a factor to about that orthogonal matrix, so a step of
    # rate r without decay moves every singular value by about r · 0.2 · sqrt(max(shape)).
    for factor in (1e-3, 1e3):
        matrix = torch.nn.Parameter(torch.zeros(4, 4))
        optimisers = Optimisers([("hub.layer.weight", matrix)], "muon", 0.1, 0.0)
        matrix.grad = factor * torch.linalg.qr(torch.randn(4, 4, generator=torch.Generator().manual_seed(0)))[0]
        optimisers.step()
        moved = torch.linalg.svdvals(matrix.detach())
        assert torch.allclose(moved, torch.full((4,), 0.1 * 0.2 * math.sqrt(4)), rtol=0.35), moved
        assert ((matrix.detach() * matrix.grad).sum() < 0).item()  # against the gradient


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_convolution_moves_as_the_matrix_that_it_is(layout):
    generator = torch.Generator().manual_seed(1)
    conv = torch.nn.Conv2d(3, 8, 3, bias=False).to(memory_format=layout)
    gradient = torch.randn(conv.weight.shape, generator=generator)
    flat = torch.nn.Parameter(conv.weight.detach().clone().reshape(8, -1))
    flat.grad = gradient.reshape(8, -1)
    torch.optim.Muon([flat], lr=0.1, weight_decay=0.5, adjust_lr_fn="match_rms_adamw").step()
    conv.weight.grad = gradient.to(memory_format=layout)
    before = conv.weight.detach().clone()
    optimisers = Optimisers(named(conv), "muon", 0.1, 0.5)
    optimisers.step()
    assert (conv.weight - before).abs().max() > 1e-3
    assert torch.allclose(conv.weight.detach().reshape(8, -1), flat.detach(), atol=2e-3)


@pytest.mark.parametrize("shape", [(24, 96), (96, 24), (32, 32), (1, 7), (7, 1)])
def test_what_is_made_orthogonal_keeps_its_directions_and_evens_their_lengths(shape):
    matrix = 1e-3 * torch.randn(shape, generator=torch.Generator().manual_seed(2))
    found = orthogonal(matrix)
    lengths = torch.linalg.svdvals(found)
    assert found.shape == shape
    assert lengths.min() > 0.6, lengths
    assert lengths.max() < 1.3, lengths
    u, _, vt = torch.linalg.svd(matrix, full_matrices=False)
    within = u.T @ found @ vt.T  # diagonal: no direction is mixed with another
    assert torch.allclose(within, torch.diag(within.diagonal()), atol=1e-3)


def test_orthogonal_takes_the_steps_of_the_iteration_itself_and_survives_what_has_no_direction():
    matrix = torch.randn(6, 20, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    plain = matrix / matrix.norm()
    for _ in range(5):
        gram = plain @ plain.T
        plain = 3.4445 * plain + (-4.7750 * gram + 2.0315 * gram @ gram) @ plain
    assert torch.allclose(orthogonal(matrix.float()).double(), plain, atol=1e-4)
    assert orthogonal(torch.zeros(3, 5)).abs().max() == 0
    one = torch.outer(torch.arange(1.0, 5.0), torch.ones(6))  # of rank one: the other directions stay empty
    assert torch.linalg.svdvals(orthogonal(one))[1:].max() < 1e-2


def test_columns_follow_the_memory_of_the_parameter():
    values = torch.arange(2 * 3 * 2 * 2.0).reshape(2, 3, 2, 2)
    last = values.to(memory_format=torch.channels_last)
    assert matrix_of(values, like=values)[0].tolist() == list(range(12))
    assert matrix_of(last, like=last)[0].tolist() == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]
    assert matrix_of(last, like=last).data_ptr() == last.data_ptr()


def test_tables_vectors_and_the_heads_of_tasks_are_left_to_adamw():
    two, four, one = torch.zeros(2, 2), torch.zeros(2, 2, 2, 2), torch.zeros(2)
    assert is_hidden_matrix("hub.vision_model.encoder.layers.0.mlp.fc1.weight", two)
    assert is_hidden_matrix("hub.vision_model.embeddings.patch_embedding.weight", four)
    assert not is_hidden_matrix("hub.text_model.embeddings.token_embedding.weight", two)
    assert not is_hidden_matrix("hub.text_model.embeddings.position_embedding.weight", two)
    assert not is_hidden_matrix("heads.country.weight", two)
    assert not is_hidden_matrix("hub.logit_scale", one)


def test_adamw_decays_matrices_and_not_vectors():
    layer = torch.nn.Linear(2, 2)
    optimisers = Optimisers(named(layer), "adamw", 0.5, 0.1)
    weight, bias = layer.weight.detach().clone(), layer.bias.detach().clone()
    layer.weight.grad, layer.bias.grad = torch.zeros(2, 2), torch.zeros(2)
    optimisers.step()
    assert torch.allclose(layer.weight, weight * (1 - 0.5 * 0.1))
    assert torch.equal(layer.bias, bias)


@pytest.mark.parametrize("kind", ["adamw", "muon"])
def test_moments_come_back_exactly_and_a_factor_sets_every_rate(kind):
    def net():
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.Flatten(), torch.nn.Linear(16, 2))

    def steps(module, optimisers, n):
        for i in range(n):
            data = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(i))
            module(data).square().sum().backward()
            optimisers.step()
            optimisers.zero_grad()

    one, two = net(), net()
    first, second = (Optimisers(named(module), kind, 0.01, 0.1) for module in (one, two))
    steps(one, first, 3)
    two.load_state_dict(one.state_dict())
    second.load_state(first.state())
    assert first.set_factor(0.5) == second.set_factor(0.5) == 0.005
    steps(one, first, 2)
    steps(two, second, 2)
    for mine, theirs in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_nothing_left_to_train_is_refused():
    layer = torch.nn.Linear(2, 2).requires_grad_(False)
    with pytest.raises(ConfigError, match="nothing is left to train"):
        Optimisers(named(layer), "adamw", 0.1, 0.0)
