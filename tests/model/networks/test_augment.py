import torch

from model.networks.augment import augment as augment_and_normalise


def augment(views, seed):
    """On the scale 0 … 255: normalisation left out."""
    return augment_and_normalise(views, seed, torch.zeros(3), torch.ones(3))


def test_the_same_seed_changes_a_batch_in_the_same_way():
    views = torch.randint(0, 256, (6, 32, 32, 3), dtype=torch.uint8)
    assert torch.equal(augment(views, 5), augment(views, 5))
    assert not torch.equal(augment(views, 5), augment(views, 6))


def test_views_keep_their_shape_their_range_and_most_of_their_content():
    torch.manual_seed(0)
    views = torch.randint(0, 256, (8, 32, 32, 3), dtype=torch.uint8)
    changed = augment(views, 1)
    assert changed.shape == views.shape
    assert changed.dtype == torch.float32
    assert changed.min() >= -20
    assert changed.max() <= 320
    assert (changed.mean(dim=(1, 2, 3)) - views.float().mean(dim=(1, 2, 3))).abs().max() < 45


def test_a_view_is_shifted_and_never_mirrored():
    """A step from dark left to bright right stays dark left, in each of many draws."""
    views = torch.zeros(64, 32, 32, 3, dtype=torch.uint8)
    views[:, :, 16:] = 200
    changed = augment(views, 3)
    assert (changed[:, :, :8].mean(dim=(1, 2, 3)) < changed[:, :, -8:].mean(dim=(1, 2, 3)) - 80).all()
    edges = (changed[:, 16, :, 0] > 100).float().argmax(dim=1)
    assert edges.unique().numel() > 2


def test_the_batch_that_came_in_is_left_alone():
    views = torch.randint(0, 256, (2, 32, 32, 3), dtype=torch.uint8)
    before = views.clone()
    augment(views, 0)
    assert torch.equal(views, before)


def test_normalisation_comes_last():
    views = torch.randint(0, 256, (4, 32, 32, 3), dtype=torch.uint8)
    mean, std = torch.tensor([100.0, 110.0, 120.0]), torch.tensor([50.0, 60.0, 70.0])
    assert torch.allclose(augment_and_normalise(views, 2, mean, std), (augment(views, 2) - mean) / std, atol=1e-4)


def test_shifts_repeat_the_border():
    views = torch.full((32, 32, 32, 3), 90, dtype=torch.uint8)
    changed = augment(views, 4)
    assert (changed.amax(dim=(1, 2)) - changed.amin(dim=(1, 2))).max() < 1e-3  # a plain view stays plain
