import torch

from model.networks.photo_jitter import _blur, _compress, photographic


def photos(n=24, side=32):
    torch.manual_seed(0)
    return torch.nn.functional.interpolate(torch.rand(n, 3, 4, 4) * 200 + 20, (side, side), mode="bilinear").permute(
        0, 2, 3, 1
    )


def test_photographs_stay_photographs_of_the_same_thing():
    before = photos()
    after = photographic(before, 1)
    assert after.dtype == torch.uint8
    assert after.shape == before.shape
    for one, other in zip(before, after.float(), strict=True):
        assert torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1] > 0.8


def test_cameras_differ_in_exposure_and_warmth_and_the_seed_decides():
    before = photos(60)
    after = photographic(before, 2).float()
    gain = after.mean(dim=(1, 2, 3)) / before.mean(dim=(1, 2, 3))
    warmth = (after[..., 0].mean(dim=(1, 2)) / after[..., 2].mean(dim=(1, 2))) / (
        before[..., 0].mean(dim=(1, 2)) / before[..., 2].mean(dim=(1, 2))
    )
    assert gain.std() > 0.05
    assert warmth.std() > 0.03
    assert gain.min() > 0.6
    assert gain.max() < 1.6
    assert torch.equal(photographic(before, 2).float(), after)
    assert not torch.equal(photographic(before, 3).float(), after)


def test_blur_keeps_the_light_and_no_blur_keeps_the_picture():
    before = photos(2)
    noisy = before + 20 * torch.randn(before.shape)
    none, soft = torch.zeros(2, 1, 1, 1), torch.full((2, 1, 1, 1), 0.9)
    assert torch.allclose(_blur(noisy, none), noisy, atol=1e-4)
    assert (_blur(noisy, soft) - before).std() < 0.6 * (noisy - before).std()
    assert torch.allclose(_blur(noisy, soft).mean(), noisy.mean(), atol=0.5)


def test_compression_of_step_next_to_nothing_changes_nothing_and_a_coarse_one_drops_detail():
    before = photos(2, side=20)  # not a multiple of a block
    assert torch.allclose(_compress(before, torch.full((2, 1, 1, 1), 1e-3)), before, atol=0.05)
    chess = 2.0 * (torch.arange(20)[:, None] + torch.arange(20)).remainder(2)[None, :, :, None] - 1.0
    coarse = _compress(before + chess, torch.full((2, 1, 1, 1), 6.0))
    assert coarse.shape == before.shape
    assert (coarse - before).abs().mean() < 4
    assert ((coarse - before) * chess).mean().abs() < 0.3  # the finest pattern is gone
