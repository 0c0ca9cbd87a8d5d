"""The location encoder: Equal Earth, features of each scale, and the numbers of the published package."""

import numpy as np
import pytest
import torch

from model.errors import ConfigError
from model.networks.location_encoder import FourierFeatures, LocationEncoder, LocationShape, equal_earth

SMALL = LocationShape((1.0, 16.0), frequencies=8, width=12, depth=2, dim=6)


def points(n, seed=0):
    rng = np.random.default_rng(seed)
    found = np.stack([rng.uniform(-90, 90, n), rng.uniform(-180, 180, n)], axis=1)
    found[:5] = [[90, 0], [-90, 180], [0, -180], [0, 180], [0, 0]]
    return torch.from_numpy(found).float()


def test_the_equator_runs_from_minus_one_to_one_and_the_poles_are_where_equal_earth_has_them():
    plane = equal_earth(torch.tensor([[0.0, 180.0], [0.0, -180.0], [0.0, 0.0], [90.0, 0.0], [-90.0, 0.0]])).numpy()
    assert plane[:3, 0] == pytest.approx([1.0, -1.0, 0.0], abs=1e-5) and np.abs(plane[:3, 1]).max() < 1e-6
    # the projection's own paper: the plane is 2.05458 times as wide as high
    assert 2.0 / (plane[3, 1] - plane[4, 1]) == pytest.approx(2.05458, abs=1e-4)


def test_equal_areas_stay_equal():
    """The Jacobian of the projection over the cosine of the latitude is the same everywhere."""
    where = torch.tensor([[5.0, 3.0], [-40.0, 120.0], [71.0, -60.0]], dtype=torch.float64, requires_grad=True)
    plane = equal_earth(where)
    gradients = [torch.autograd.grad(plane[:, axis].sum(), where, retain_graph=True)[0] for axis in (0, 1)]
    area = (gradients[0][:, 1] * gradients[1][:, 0] - gradients[0][:, 0] * gradients[1][:, 1]).abs()
    ratio = (area / torch.cos(torch.deg2rad(where[:, 0]))).detach().numpy()
    assert ratio == pytest.approx(np.full(3, ratio[0]), rel=1e-4)  # its polynomial is an approximation


def test_features_are_cosines_and_sines_of_random_frequencies_of_the_scale():
    torch.manual_seed(0)
    features = FourierFeatures(16.0, 2000)
    assert float(features.frequencies.std()) == pytest.approx(16.0, rel=0.05)
    assert not list(features.parameters()), "frequencies are not trained"
    out = features(torch.tensor([[0.1, -0.2]]))
    phase = 2 * np.pi * (features.frequencies.numpy() @ [0.1, -0.2])
    assert out[0].numpy() == pytest.approx(np.concatenate([np.cos(phase), np.sin(phase)]), abs=1e-4)


def test_the_scales_are_summed():
    torch.manual_seed(0)
    encoder = LocationEncoder(SMALL)
    where = points(7)
    parts = [scale(equal_earth(where)) for scale in encoder.scales]
    assert torch.allclose(encoder(where), parts[0] + parts[1]) and encoder(where).shape == (7, 6)
    assert len(parts) == 2 and not torch.allclose(parts[0], parts[1])


@pytest.mark.parametrize("wrong", [{"sigmas": ()}, {"sigmas": (1.0, -2.0)}, {"width": 0}, {"sigmas": (float("nan"),)}])
def test_shapes_that_cannot_be_are_refused(wrong):
    with pytest.raises(ConfigError, match="sigma above 0"):
        LocationShape(**wrong)


def test_a_thousand_places_get_the_vectors_of_the_published_package():
    theirs = pytest.importorskip("geoclip", reason="pip install --no-deps -r requirements-geoclip.txt")
    from model.networks.published_geoclip import load_published

    where = points(1000)
    with torch.inference_mode():
        wanted = theirs.LocationEncoder().eval()(where).numpy()
        found = load_published().location(where).numpy()
    assert wanted.shape == (1000, 512) and np.abs(wanted).max() > 0.05
    assert np.abs(found - wanted).max() < 1e-5
