import pytest

from model.networks.schedule import rate_factor


@pytest.mark.parametrize("shape", ["cosine", "linear"])
def test_the_rate_rises_peaks_after_warm_up_and_ends_at_zero(shape):
    steps = [i / 1000 for i in range(1001)]
    factors = [rate_factor(progress, 0.1, shape) for progress in steps]
    assert 0 < factors[0] < 0.02
    assert factors[100] == pytest.approx(1.0)
    assert factors[-1] == 0.0
    assert factors[:101] == sorted(factors[:101])
    assert factors[100:] == sorted(factors[100:], reverse=True)
    assert rate_factor(1.01, 0.1, shape) == 0.0  # the last step may end a moment after the time


def test_without_warm_up_the_first_step_is_at_full_rate():
    assert rate_factor(0.0, 0.0) == pytest.approx(1.0)
