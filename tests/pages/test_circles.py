import numpy as np
import pytest
import shapely

from model.geo.distance import from_unit, haversine_km
from pages.components import circles, words

PLACES = [(48.0, 16.0, 500.0), (0.0, 179.0, 800.0), (-17.0, -179.5, 1500.0), (80.0, 20.0, 2000.0),
          (-88.0, 100.0, 900.0), (10.0, 0.0, 9000.0), (65.0, -170.0, 3000.0)]  # fmt: skip


@pytest.mark.parametrize(("lat", "lng", "km"), PLACES)
def test_a_point_is_inside_if_and_only_if_it_is_near_enough(lat: float, lng: float, km: float) -> None:
    area, outline = circles.shape(lat, lng, km)
    points = from_unit(np.random.default_rng(0).normal(size=(4000, 3)))
    points = points[np.abs(points[:, 0]) < 85.0]
    away = haversine_km(points, (lat, lng))
    clear = np.abs(away - km) > 0.002 * km + 1.0  # corners lie two degrees apart
    inside = shapely.contains_xy(area, points[:, 1], points[:, 0])
    assert (inside == (away < km))[clear].all()
    west, _, east, _ = area.bounds
    assert area.is_valid and west >= -180.0 and east <= 180.0
    assert {part.geom_type for part in getattr(outline, "geoms", [outline])} == {"LineString"}


def test_a_circle_over_the_antimeridian_is_cut_and_never_torn_across_the_map() -> None:
    area, outline = circles.shape(0.0, 179.0, 800.0)
    assert len(area.geoms) == 2 and max(part.bounds[2] - part.bounds[0] for part in area.geoms) < 10.0
    steps = [np.abs(np.diff(np.asarray(part.coords)[:, 0])).max() for part in outline.geoms]
    assert max(steps) < 1.0


def test_only_circles_that_tell_something_are_drawn_and_held_by_the_view() -> None:
    assert circles.drawn({"50": 100.0, "80": 9600.0, "95": 300.0}) == {"50": 100.0}
    assert circles.drawn({}) == {} and circles.reach(0.0, 0.0, {}) == []
    north, east, south, west = circles.reach(0.0, 179.9, {"50": 100.0, "80": 1000.0})
    assert north[0] == pytest.approx(8.99, abs=0.02) and south[0] == pytest.approx(-8.99, abs=0.02)
    assert east[1] < -170.0 and west[1] < 175.0
    assert circles.reach(0.0, 0.0, {"80": 5000.0}) == []  # the whole Earth is shown anyhow


@pytest.mark.parametrize(("km", "said"), [(8.26, "8.3 km"), (123.4, "120 km"), (2449.0, "2,400 km"), (10.0, "10 km")])
def test_a_radius_is_said_in_two_figures(km: float, said: str) -> None:
    assert words.about(km) == said


def test_radii_are_a_sentence_by_growing_chance() -> None:
    assert words.radii({"80": 900.0, "50": 120.0}) == "within **120 km** with 50 %, **900 km** with 80 %"
    assert words.radii({}) == "" and words.radii({"50": float("nan")}) == ""
    assert words.radii({"95": 20_000.0}) == ""
