"""Atoms against the three algorithms written out pixel by pixel; ties, zeros, NaN, and places in no region."""

import tracemalloc

import numpy as np
import pytest
import shapely

from model.errors import ArtifactError, ConfigError, CoordinateError
from model.geo.distance import EARTH_RADIUS_KM
from model.geo.runs import RegionRaster
from model.geocells.rasterise import rasterise_polygons
from model.metrics.atoms import FLOOR, TIE, Atoms, search_areas_km2

H, W = 45, 90
EARTH_KM2 = 4 * np.pi * EARTH_RADIUS_KM**2


def literal_pixel_areas():
    """(H, W): R² (2π/W)(sin φ_top − sin φ_bottom)."""
    areas = np.zeros((H, W))
    for row in range(H):
        top, bottom = np.radians(90 - row * 180 / H), np.radians(90 - (row + 1) * 180 / H)
        areas[row] = EARTH_RADIUS_KM**2 * (2 * np.pi / W) * (np.sin(top) - np.sin(bottom))
    return areas


def literal_pixel(point):
    row = min(max(int(np.floor((90 - point[0]) * H / 180)), 0), H - 1)
    return row, int(np.floor((point[1] + 180) * W / 360)) % W


def literal_masks(polygons, points):
    """(J, H, W): whether the middle of a pixel lies in a polygon; a polygon of no pixel takes that of its point."""
    lat = 90 - (np.arange(H) + 0.5) * 180 / H
    lng = (np.arange(W) + 0.5) * 360 / W - 180
    masks = np.zeros((len(polygons), H, W), bool)
    for j, polygon in enumerate(polygons):
        for turn in (-360, 0, 360):
            masks[j] |= shapely.contains_xy(polygon, lng[None] + turn, lat[:, None])
        if not masks[j].any():
            masks[j][literal_pixel(points[j])] = True
    return masks


def literal_rasterise(scores, masks):
    """Algorithm 1: P = Σ (p_j / a_j) m_j."""
    area, density = literal_pixel_areas(), np.zeros((H, W))
    for p, mask in zip(scores / max(scores.sum(), 1e-300), masks, strict=True):
        density += p / (area * mask).sum() * mask
    return density


def literal_ensemble(densities, floor):
    """Algorithm 2: the product, in logs; one density alone has no floor."""
    least = floor / EARTH_KM2 if len(densities) > 1 else 0.0
    with np.errstate(divide="ignore"):
        return sum(np.log(np.maximum(density, least)) for density in densities)


def literal_evaluate(logs, truth, ties="whole"):
    """Algorithm 3: the area of all pixels that are as likely as that of the truth."""
    area, at = literal_pixel_areas(), literal_pixel(truth)
    whole = area[logs >= logs[at] - TIE].sum()
    optimistic = area[logs > logs[at] + TIE].sum() + area[at]
    return {"whole": whole, "optimistic": optimistic, "midpoint": (whole + optimistic) / 2}[ties]


def box(west, south, east, north):
    return shapely.box(west, south, east, north)


def aside(shapes):
    """The shapes a little to the north and the east, so that no edge runs through the middle of a pixel."""
    return shapely.transform(np.array(shapes, object), lambda xy: np.minimum(xy + 0.3, (500.0, 90.0)))


POLYGONS = aside([
    box(-180, 60, 180, 90),  # a whole cap, the pole in it
    box(-180, -90, 180, -75),
    box(170, -20, 190, 20),  # across the antimeridian
    shapely.Polygon([(-60, -50), (10, -50), (10, 40), (-60, 40)], [[(-40, -20), (-10, -20), (-10, 10), (-40, 10)]]),
    box(-30, -10, 50, 30),  # overlaps the one before
    box(0, 0, 80, 20),  # and this overlaps both
    box(100.3, 5.2, 100.9, 5.7),  # smaller than a pixel, on its own
    box(20.1, 5.1, 20.4, 5.3),  # smaller than a pixel, within others
    shapely.MultiPolygon([box(110, -40, 130, -10), box(140, -45, 155, -15)]),
])  # fmt: skip
OTHERS = aside([box(-180, -90, 0, 90), box(0, -60, 120, 90), box(90, -90, 180, 45)])
POINTS = [shapely.point_on_surface(polygon).coords[0][::-1] for polygon in POLYGONS]
OTHER_POINTS = [(0.0, -90.0), (0.0, 60.0), (0.0, 150.0)]


def places(count=60):
    rng = np.random.default_rng(3)
    found = np.column_stack([np.degrees(np.arcsin(rng.uniform(-1, 1, count))), rng.uniform(-180, 180, count)])
    found[:7] = [(90, 0), (-90, 12), (0, 180), (0, -180), (5.5, 100.5), (5.2, 20.2), (-30, -100)]
    return found


def drawn(count, regions, seed=5):
    scores = np.random.default_rng(seed).gamma(0.3, 1.0, (count, regions))
    scores[:, 2] = 0.0
    scores[1] = 1.0  # all the same
    scores[2] = 0.0  # nothing at all
    return scores


@pytest.fixture(scope="module")
def one():
    return Atoms.of([rasterise_polygons(POLYGONS, grid=(H, W))])


@pytest.fixture(scope="module")
def two(one):
    return Atoms.of([one.tables[0], rasterise_polygons(OTHERS, grid=(H, W))])


@pytest.mark.parametrize("ties", ["whole", "optimistic", "midpoint"])
def test_one_table_is_as_the_paper_writes_it_to_a_billionth(one, ties):
    truth, scores = places(), drawn(60, len(POLYGONS))
    masks = literal_masks(POLYGONS, POINTS)
    slow = [literal_evaluate(literal_ensemble([literal_rasterise(p, masks)], FLOOR), x, ties)
            for p, x in zip(scores, truth, strict=True)]  # fmt: skip
    np.testing.assert_allclose(search_areas_km2(one, scores, truth, ties), slow, rtol=1e-9)


@pytest.mark.parametrize("ties", ["whole", "optimistic", "midpoint"])
def test_an_ensemble_of_two_is_as_the_paper_writes_it_to_a_billionth(two, ties):
    truth, first, second = places(), drawn(60, len(POLYGONS)), drawn(60, len(OTHERS), 7)
    masks = [literal_masks(POLYGONS, POINTS), literal_masks(OTHERS, OTHER_POINTS)]
    slow = [
        literal_evaluate(
            literal_ensemble([literal_rasterise(p, m) for p, m in zip(given, masks, strict=True)], FLOOR), x, ties
        )
        for *given, x in zip(first, second, truth, strict=True)
    ]
    np.testing.assert_allclose(search_areas_km2(two, [first, second], truth, ties), slow, rtol=1e-9)


def test_all_atoms_together_are_the_earth(one, two):
    assert one.areas_km2.sum() == pytest.approx(EARTH_KM2, rel=1e-12)
    assert two.areas_km2.sum() == pytest.approx(EARTH_KM2, rel=1e-12)
    assert len(two) > len(one)


def test_probability_is_spread_whole_even_over_regions_without_a_pixel(one):
    scores = np.eye(len(POLYGONS))
    spread = np.exp(one.log_density(scores)) @ one.areas_km2
    np.testing.assert_allclose(spread, 1.0, rtol=1e-12)


def test_equal_scores_that_differ_by_rounding_are_ties():
    """Two halves of the Earth, mirror images: their areas are summed in another order."""
    north = np.repeat([0, 1], [20, 20])[:, None] * np.ones((1, 80), int)
    atoms = Atoms.of([RegionRaster.of_classes(north, 2)])
    areas = search_areas_km2(atoms, [[0.3, 0.3 + 1e-16]] * 2, [(10, 0), (-10, 0)])
    np.testing.assert_allclose(areas, EARTH_KM2, rtol=1e-12)


def test_scores_need_not_sum_to_one(two):
    truth, first, second = places(), drawn(60, len(POLYGONS)), drawn(60, len(OTHERS), 7)
    plain = search_areas_km2(two, [first, second], truth)
    np.testing.assert_allclose(search_areas_km2(two, [first * 1e6, second * 1e-6], truth), plain, rtol=1e-12)


def test_a_place_in_no_region_is_found_with_the_whole_earth_only(one):
    lost = [(-30.0, -100.0)]
    assert one.outside(lost).tolist() == [True]
    scores = np.ones((1, len(POLYGONS)))
    assert search_areas_km2(one, scores, lost)[0] == pytest.approx(EARTH_KM2)
    assert search_areas_km2(one, scores, lost, "optimistic")[0] < EARTH_KM2 * 0.9


def test_the_zero_of_one_table_does_not_erase_the_earth_for_the_others(two):
    first = np.eye(len(POLYGONS))[[8]]
    second = np.array([[1.0, 0.0, 0.0]])  # the truth lies in the third
    area = search_areas_km2(two, [first, second], [(-30.0, 150.0)])[0]
    assert area < EARTH_KM2 * 0.2
    assert search_areas_km2(two, [first, second], [(-30.0, 150.0)], floor=0.0)[0] == pytest.approx(EARTH_KM2)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -0.1])
def test_scores_that_are_no_probabilities_are_refused_with_their_row(one, bad):
    scores = np.ones((4, len(POLYGONS)))
    scores[2, 1] = bad
    with pytest.raises(ArtifactError, match="1 of 4 photos, the first in row 2"):
        search_areas_km2(one, scores, places()[:4])


def test_scores_are_not_copied_whole(monkeypatch):
    monkeypatch.setattr("model.metrics.atoms.BLOCK", 100_000)
    atoms = Atoms.of([RegionRaster.of_classes(np.arange(H * W).reshape(H, W) // 2, H * W // 2)])
    scores = np.random.default_rng(0).random((1000, H * W // 2), np.float32)
    truth, plain = places(1000), search_areas_km2(atoms, scores[:30], places(1000)[:30])
    tracemalloc.start()
    areas = search_areas_km2(atoms, scores, truth)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < scores.nbytes, "blocks alone are in memory"
    np.testing.assert_allclose(areas[:30], plain, rtol=1e-12)
    scores[900, 5] = -1.0
    with pytest.raises(ArtifactError, match="1 of 1,000 photos, the first in row 900"):
        search_areas_km2(atoms, scores, truth)


def test_what_does_not_fit_is_refused(one, two):
    scores, truth = np.ones((4, len(POLYGONS))), places()[:4]
    with pytest.raises(ArtifactError, match="a column for each region"):
        search_areas_km2(one, scores[:, 1:], truth)
    with pytest.raises(ArtifactError, match="the scores of 2 tables"):
        search_areas_km2(two, [scores], truth)
    with pytest.raises(ArtifactError, match="a truth for each of 4"):
        search_areas_km2(one, scores, truth[:3])
    with pytest.raises(CoordinateError):
        search_areas_km2(one, scores, truth + np.array([91.0, 0.0]))
    with pytest.raises(ConfigError, match="ties"):
        search_areas_km2(one, scores, truth, "none")
    with pytest.raises(ConfigError, match="floor"):
        search_areas_km2(one, scores, truth, floor=-1.0)
    with pytest.raises(ConfigError, match="one grid"):
        Atoms.of([one.tables[0], rasterise_polygons(OTHERS, grid=(18, 36))])
    with pytest.raises(ConfigError, match="found none"):
        Atoms.of([])
