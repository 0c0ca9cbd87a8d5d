import pytest
import torch

from model.networks.dense import CELLS, MapHead, cell_shares, feature_map


def test_shares_of_a_cell_are_counted_over_its_known_pixels():
    """4 x 4 pixels in 2 x 2 cells: the first cell holds 0 0 1 2, the second three of class 1 and one nobody knows."""
    classes = torch.tensor([[0, 0, 1, 1], [1, 2, 1, 255], [0, 0, 255, 255], [0, 0, 255, 255]], dtype=torch.uint8)
    shares, known = cell_shares(classes[None], 3, (2, 2))
    assert shares.shape == (1, 3, 2, 2)
    assert shares[0, :, 0, 0].tolist() == [0.5, 0.25, 0.25]
    assert shares[0, :, 0, 1].tolist() == [0.0, 1.0, 0.0]
    assert shares[0, :, 1, 0].tolist() == [1.0, 0.0, 0.0]
    assert shares[0, :, 1, 1].tolist() == [0.0, 0.0, 0.0]
    assert known.tolist() == [[[1.0, 0.75], [1.0, 0.0]]]


def test_maps_that_do_not_divide_evenly_lose_no_pixel():
    shares, known = cell_shares(torch.zeros(2, 7, 5, dtype=torch.uint8), 2, (3, 2))
    assert shares[:, 0].eq(1).all()
    assert known.eq(1).all()


def test_a_pixel_belongs_to_the_cell_that_holds_its_centre():
    """Four pixels over three cells: their centres lie at 1/8, 3/8, 5/8 and 7/8, the borders at 1/3 and 2/3."""
    shares, _ = cell_shares(torch.arange(4, dtype=torch.uint8).repeat(4, 1)[None], 4, (1, 3))
    assert shares[0, :, 0].T.tolist() == [[1, 0, 0, 0], [0, 0.5, 0.5, 0], [0, 0, 0, 1]]


@pytest.mark.parametrize("tokens", [9, 10])
def test_tokens_are_laid_out_in_rows_and_a_class_token_is_left_out(tokens):
    hidden = torch.arange(tokens, dtype=torch.float32)[None, :, None]  # (1, T, 1)
    begin = tokens - 9
    assert feature_map(hidden)[0, 0].tolist() == [[begin + 3 * row + column for column in range(3)] for row in range(3)]


def test_positions_speak_for_the_cells_that_lie_under_them():
    """A head that learns where sky is above and road below tells the two apart in the upper and lower cells."""
    torch.manual_seed(0)
    head = MapHead(2, 2)
    hidden = torch.randn(8, 2, 2, 2)
    hidden[:, 0, 0] += 4  # the upper row of the feature map
    maps = torch.zeros(8, 8, 8, dtype=torch.uint8)
    maps[:, 4:] = 1
    optimizer = torch.optim.Adam(head.parameters(), lr=0.1)
    for _ in range(40):
        loss = head.loss(hidden, maps)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    said = head(hidden).argmax(dim=1)
    assert said.shape == (8, 2 * CELLS, 2 * CELLS)
    assert said[:, :CELLS].eq(0).float().mean() > 0.9
    assert said[:, CELLS:].eq(1).float().mean() > 0.9


def test_maps_that_nobody_knows_teach_nothing():
    head = MapHead(2, 3)
    loss = head.loss(torch.randn(4, 2, 2, 2), torch.full((4, 8, 8), 255, dtype=torch.uint8))
    loss.backward()
    assert float(loss.detach()) == 0.0
    assert head.read.weight.grad.abs().sum() == 0
