"""The score's law, at the values that the game and the papers state."""

import numpy as np
import pytest

from model.geo.scoring import geoguessr_score, scale_of_map_km


@pytest.mark.parametrize(
    ("km", "points"), [(0, 5000), (1, 4997), (25, 4917), (44.35, 4854), (200, 4373), (750, 3025), (2500, 937)]
)
def test_check_values_at_the_papers_scale(km, points):
    assert geoguessr_score(km) == points


def test_the_world_map_has_its_own_scale():
    assert scale_of_map_km(14_916_862) == pytest.approx(1491.6862)
    # Three rounds of real duels on that map: distance in metres, points given.
    for metres, points in [(781385.1, 2961), (857931.6, 2813), (71171.4, 4767)]:
        assert geoguessr_score(metres / 1000, scale_of_map_km(14_916_862)) == points


def test_the_score_falls_with_distance_and_stays_in_range():
    points = geoguessr_score(np.linspace(0, 20_040, 400))
    assert points.dtype == np.int64
    assert (np.diff(points) <= 0).all()
    assert points[0] == 5000
    assert points[-1] == 0


def test_one_distance_gives_a_plain_int():
    assert type(geoguessr_score(12.0)) is int


@pytest.mark.parametrize(("km", "scale"), [(-1.0, 1492.7), (float("nan"), 1492.7), (5.0, 0.0), (5.0, -3.0)])
def test_nonsense_is_refused(km, scale):
    with pytest.raises(ValueError, match="positive"):
        geoguessr_score(km, scale)
