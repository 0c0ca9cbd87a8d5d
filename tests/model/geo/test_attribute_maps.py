"""Maps of what the ground is like: from the atlas, from GeoTIFFs, kept by what they were made of."""

import numpy as np
import pytest

from model.errors import ArtifactError, ConfigError
from model.geo import attribute_maps, land_cover
from model.geo.atlas import Atlas
from model.geo.attribute_maps import density_map, land_cover_map, load_map, make_map, save_map
from model.geo.density_map import density_grid
from model.geo.layers import KOPPEN_ZONES
from model.geo.rasters import centres_of
from model.geo.runs import pixel_areas_km2
from tests.model.geo.test_geotiffs import write

GRID = (180, 360)
PARIS, SAHARA, AMAZON, ATLANTIC = (48.5, 2.5), (23.5, 5.5), (-3.5, -62.5), (0.5, -30.5)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(autouse=True)
def _own_cache(kept, monkeypatch):
    monkeypatch.setattr(attribute_maps, "cache_dir", lambda: kept)


def test_the_atlas_knows_crowds_wastes_and_the_sea():
    density, cover = density_map(grid=GRID), land_cover_map(grid=GRID)
    at = [PARIS, SAHARA, AMAZON, ATLANTIC]
    assert density.at(at)[0] >= 2 and density.at(at)[1:].tolist() == [0, 0, -1]
    names = [cover.legend[k] if k >= 0 else "none" for k in cover.at(at)]
    assert names == ["urban", "bare, water or snow", "broad-leaved forest", "none"]
    assert density.source["kind"] == cover.source["kind"] == "atlas"


def test_a_map_as_regions_covers_what_the_map_does():
    found = density_map(grid=GRID)
    assert found.regions.areas_km2 == pytest.approx(found.areas_km2)
    assert 120e6 < found.areas_km2.sum() < 170e6  # the land
    assert (np.diff(found.areas_km2) < 0).all()  # crowds are rare


def test_bells_on_a_grid_keep_their_people_and_agree_with_the_estimate_at_points():
    atlas, grid = Atlas.open(), (900, 1800)
    towns = atlas.towns[atlas.towns["country"] == "PT"]
    points, people = towns[["lat", "lng"]].to_numpy(float), towns["population"].to_numpy()
    density = density_grid(points, people, grid)
    total = (density * pixel_areas_km2(*grid)[:, None]).sum()
    assert total == pytest.approx(np.maximum(people, 200).sum(), rel=0.01)
    rows, cols = np.nonzero(density > 5.0)
    said = atlas.population_per_km2(centres_of(rows, cols, *grid))
    inland = said > 5.0
    assert np.corrcoef(np.log(said[inland]), np.log(density[rows, cols][inland]))[0, 1] > 0.7


def test_a_second_asking_reads_the_kept_map(monkeypatch):
    first = density_map(grid=GRID)
    monkeypatch.setattr(attribute_maps, "density_grid", lambda *_: pytest.fail("made again"))
    assert np.array_equal(density_map(grid=GRID).runs.values, first.runs.values)


def test_a_damaged_map_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(attribute_maps, "cache_dir", lambda: tmp_path)
    first = density_map(grid=GRID)
    [path] = attribute_maps.maps_folder().glob("*.npz")
    path.write_bytes(path.read_bytes()[:100])
    assert np.array_equal(density_map(grid=GRID).runs.values, first.runs.values)


def test_people_of_a_geotiff_fall_into_buckets_and_other_files_are_other_maps(tmp_path):
    people = np.zeros((180, 360), np.float32)
    people[:, 180:] = 500.0
    path = write(tmp_path / "people.tif", people)
    found = density_map(path, counts=False, grid=GRID)
    assert found.at([PARIS, AMAZON, ATLANTIC]).tolist() == [2, 0, -1]
    assert found.source["kind"] == "geotiff" and found.key != density_map(grid=GRID).key
    write(path, people * 10.0)
    assert density_map(path, counts=False, grid=GRID).at([PARIS]).tolist() == [3]


def test_codes_of_land_cover_become_seven_classes(tmp_path):
    codes = np.full((180, 360), 190, np.uint8)
    codes[100:, :] = 61
    codes[:, 180:] = 210
    codes[41, 182] = 11
    found = make_map("land_cover", write(tmp_path / "cover.tif", codes, nodata=0), GRID)
    names = [found.legend[k] for k in found.at([(41.5, -100.5), (-12.5, -60.5), SAHARA, PARIS])]
    assert names == ["urban", "broad-leaved forest", "bare, water or snow", "cropland"]


def test_a_file_that_covers_no_land_is_refused(tmp_path):
    sea = write(tmp_path / "sea.tif", np.ones((4, 4), np.uint8), west=-32.0, north=2.0, step=1.0)
    with pytest.raises(ArtifactError, match="no pixel on land"):
        land_cover_map(sea, GRID)


def test_edges_that_do_not_rise_are_refused():
    with pytest.raises(ConfigError, match="rising edges"):
        density_map(edges=(10.0, 5.0), grid=GRID)


def test_a_map_travels_as_a_file_and_foreign_ones_are_refused(tmp_path):
    found = density_map(grid=GRID)
    path = save_map(found, tmp_path / "map.npz")
    again = load_map(path)
    assert again.key == found.key and again.legend == found.legend
    assert np.array_equal(again.runs.unpack(), found.runs.unpack())
    with np.load(path) as archive:
        parts = dict(archive)
    for wrong in ({"values": parts["values"] + 9}, {"starts": parts["starts"][::-1]}, {"starts": parts["starts"] + 1}):
        np.savez(path, **(parts | wrong))
        with pytest.raises(ArtifactError, match="no map that can be used"):
            load_map(path)
    with pytest.raises(ArtifactError, match="found none"):
        load_map(tmp_path / "none.npz")


def test_the_rule_of_the_stand_in_holds_from_its_top():
    def of(zone, people=0.0, altitude=300.0, rain=1000.0):
        number = np.array([KOPPEN_ZONES.index(zone)], np.uint8)
        at = [np.array([value]) for value in (people, altitude, rain)]
        return land_cover.LEGEND[land_cover.stand_in(number, *at)[0]]

    assert of("BWh", 2000.0) == "urban" and of("BWh", 900.0) == of("EF") == "bare, water or snow"
    assert of("ET") == "short vegetation" and of("ET", altitude=2000.0) == "bare, water or snow"
    assert of("Af", altitude=5.0) == of("Dfc", altitude=40.0) == "flooded vegetation"
    assert of("Cfb", 20.0) == of("Dfb", 12.0) == of("BSk", 15.0) == "cropland" != of("Dfc", 12.0)
    assert of("Aw", rain=800.0) == of("Csa") == "short vegetation"
    assert of("Aw", rain=1400.0) == of("Cfb") == "broad-leaved forest" and of("Dfc") == "other trees"


def test_every_code_of_esa_is_one_of_seven_or_none():
    table = land_cover.of_esa_codes()
    assert set(table.tolist()) == set(range(-1, 7))
    assert table[[10, 12, 50, 62, 90, 122, 153, 170, 190, 202, 220]].tolist() == [0, 0, 1, 1, 2, 3, 3, 4, 5, 6, 6]
    assert (table[[0, 1, 45, 221, 255]] == -1).all()
