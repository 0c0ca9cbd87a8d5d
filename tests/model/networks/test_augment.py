import pytest
import torch

from model.errors import ConfigError
from model.networks.augment import augment as augment_and_normalise
from model.networks.augment import photo_views, shift_maps


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


def test_class_maps_move_with_their_views():
    """A map painted like its view is found where the view's own pixels went."""
    torch.manual_seed(1)
    maps = torch.randint(0, 11, (3, 4, 32, 32), dtype=torch.uint8)
    views = (maps * 20).flatten(0, 1)[..., None].expand(-1, -1, -1, 3).contiguous()
    moved = augment(views, 6)
    shifted = shift_maps(maps, 6).flatten(0, 1)
    assert not torch.equal(shifted, maps.flatten(0, 1))
    for view, classes in zip(moved[..., 0], shifted.float(), strict=True):  # exposure is a straight line
        assert torch.corrcoef(torch.stack([view.flatten(), classes.flatten()]))[0, 1] > 0.9999


def test_maps_of_another_size_move_by_the_same_share():
    maps = torch.zeros(2, 4, 64, 64, dtype=torch.uint8)
    maps[:, :, 32:] = 1
    views = maps[:, :, ::2, ::2].flatten(0, 1)[..., None].expand(-1, -1, -1, 3).contiguous() * 200
    edge = (augment(views, 3)[:, :, 16, 0] > 100).float().argmax(dim=1)
    other = shift_maps(maps, 3).flatten(0, 1)[:, :, 32].float().argmax(dim=1)
    assert (other - 2 * edge).abs().max() <= 2


def test_a_place_of_four_views_gives_one_photograph():
    views = torch.randint(0, 256, (5, 4, 32, 32, 3), dtype=torch.uint8)
    photos = photo_views(views, 1)
    assert photos.shape == (5, 1, 32, 32, 3)
    assert photos.dtype == torch.uint8
    assert photo_views(views, 1, size=24).shape == (5, 1, 24, 24, 3)
    assert torch.equal(photos, photo_views(views, 1))
    assert not torch.equal(photos, photo_views(views, 2))


def test_a_photo_gives_a_part_of_itself_and_places_differ():
    views = torch.randint(0, 256, (1, 1, 32, 32, 3), dtype=torch.uint8).expand(3, -1, -1, -1, -1)
    photos = photo_views(views, 1, jitter=False)
    assert photos.shape == (3, 1, 32, 32, 3)
    assert not torch.equal(photos[0], photos[1])


@pytest.mark.parametrize("shape", [(2, 3, 32, 32, 3), (2, 4, 32, 16, 3)])
def test_views_that_are_no_ring_are_refused(shape):
    with pytest.raises(ConfigError, match="1 or 4 square views"):
        photo_views(torch.zeros(shape, dtype=torch.uint8), 0)
