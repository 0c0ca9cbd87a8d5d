import math

import pytest
import torch

from model.data.clues import CLASSES, FLAG, NUMBER, ClueSpace, ClueTask
from model.networks.clue_tasks import ClueHead

NAN = float("nan")
SPACE = ClueSpace((
    ClueTask("road.width_m", NUMBER, 0, 1, 2.0, 1.0),
    ClueTask("road.kerb", FLAG, 1, 2, 1.0, math.log(2)),
    ClueTask("road.line", CLASSES, 2, 5, 3.0, math.log(3)),
    ClueTask("plants.kinds", CLASSES, 5, 7, 1.0, math.log(2)),
))  # fmt: skip


class Fixed(torch.nn.Module):
    """Says the same of every place."""

    def __init__(self, said):
        super().__init__()
        self.said = torch.nn.Parameter(torch.tensor(said))

    def forward(self, places):
        return self.said.expand(len(places), -1)


@pytest.fixture
def head():
    head = ClueHead(4, SPACE)
    head.read = Fixed([0.0] * 7)
    return head


def loss(head, *rows):
    return float(head.loss(torch.zeros(len(rows), 4), torch.tensor(rows)).detach())


def test_a_head_that_knows_nothing_leaves_one_whatever_is_shown(head):
    """Standardised numbers have variance 1, a flag of .5 log 2 nats, three equal classes log 3."""
    assert loss(head, [1.0, NAN, NAN, NAN, NAN, NAN, NAN]) == pytest.approx(1.0)
    assert loss(head, [NAN, 1.0, NAN, NAN, NAN, NAN, NAN]) == pytest.approx(1.0)
    assert loss(head, [NAN, NAN, 0.0, 1.0, 0.0, NAN, NAN]) == pytest.approx(1.0)
    assert loss(head, [-1.0, 0.0, 0.0, 0.0, 1.0, 0.3, 0.7]) == pytest.approx(1.0)


def test_clues_count_by_their_weight(head):
    """Error 4 with weight 2 beside error 1 with weight 3: (2·4 + 3·1) / 5."""
    assert loss(head, [2.0, NAN, 0.0, 1.0, 0.0, NAN, NAN]) == pytest.approx(11 / 5)


def test_what_no_pixel_shows_counts_nothing_and_has_no_gradient(head):
    targets = torch.tensor([[2.0, NAN, NAN, NAN, NAN, NAN, NAN]])
    head.loss(torch.zeros(1, 4), targets).backward()
    assert head.read.said.grad.tolist() == [-4.0, 0, 0, 0, 0, 0, 0]  # d (0 − 2)²
    nothing = head.loss(torch.zeros(2, 4), torch.full((2, 7), NAN))
    assert nothing.item() == 0.0


def test_classes_are_told_apart_within_their_clue_alone(head):
    """Logits 0, 2, 0 of three: −log softmax is log(e² + 2) − 2; other clues' logits, high as they are, do nothing."""
    with torch.no_grad():
        head.read.said.copy_(torch.tensor([9.0, 9.0, 0.0, 2.0, 0.0, 50.0, -50.0]))
    expected = (math.log(math.exp(2) + 2) - 2) / math.log(3)
    assert loss(head, [NAN, NAN, 0.0, 1.0, 0.0, NAN, NAN]) == pytest.approx(expected, abs=1e-5)


def test_shares_are_best_matched_by_themselves(head):
    with torch.no_grad():
        head.read.said[5:] = torch.tensor([math.log(0.3), math.log(0.7)])
    target = torch.tensor([[NAN, NAN, NAN, NAN, NAN, 0.3, 0.7]])
    head.loss(torch.zeros(1, 4), target).backward()
    assert head.read.said.grad.abs().max() < 1e-6


@pytest.mark.parametrize("hidden", [0, 8])
def test_a_head_learns_what_follows_from_the_place(hidden):
    torch.manual_seed(0)
    head = ClueHead(4, SPACE, hidden)
    places = torch.randn(64, 4)
    kind = torch.nn.functional.one_hot((places[:, 2] > 0).long() + (places[:, 2] > 1).long(), 3).float()
    share = torch.sigmoid(places[:, 3:])
    targets = torch.cat([places[:, :1], (places[:, 1:2] > 0).float(), kind, share, 1 - share], dim=1)
    optimizer = torch.optim.Adam(head.parameters(), lr=0.03)
    history = []
    for _ in range(60):
        total = head.loss(places, targets)
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        history.append(float(total.detach()))
    assert history[-1] < 0.5 * history[0]


def test_a_space_of_numbers_alone_needs_no_classes():
    head = ClueHead(4, ClueSpace(SPACE.tasks[:1]))
    assert head(torch.zeros(2, 4)).shape == (2, 1)
    assert torch.isfinite(head.loss(torch.zeros(2, 4), torch.ones(2, 1)))


def test_nothing_of_the_space_goes_into_a_state():
    assert all(name.startswith("read.") for name in ClueHead(4, SPACE).state_dict())
