"""Places known by position: near is the same, also across the date line and at the pole."""

import pytest

from model.predictors.known import seen_before


@pytest.mark.parametrize(
    ("place", "same"),
    [((10.0, 20.0), True), ((10.00008, 20.0), True), ((10.0001, 20.0), False), ((0.0, -180.0), True),
     ((89.99999, 90.0), True), ((-10.0, 20.0), False)],
)  # fmt: skip
def test_within_ten_metres_is_the_same_place(place, same):
    known = [(10.0, 20.0), (0.0, 179.99999), (90.0, -77.0)]
    assert seen_before([place], known).tolist() == [same]


def test_nothing_is_known_where_nothing_is_and_no_places_are_none():
    assert seen_before([(1.0, 2.0)], []).tolist() == [False]
    assert len(seen_before([], [(1.0, 2.0)])) == 0
