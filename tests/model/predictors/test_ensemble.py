"""The ensemble: the mass of the product in each region, exactly; its candidates, its areas, and what it refuses."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
import torch

from model.errors import ArtifactError, ConfigError
from model.geo.attribute_maps import AttributeMap
from model.geo.runs import RunRaster, pixel_areas_km2
from model.geocells.table import Geocells
from model.metrics.atoms import FLOOR
from model.networks.attribute_heads import AttributeHeads
from model.predictors import open_ensemble
from model.predictors.checkpoint import Checkpoint
from model.predictors.ensemble import Ensemble, ensemble_of
from model.predictors.ground import Ground, attributes_in
from model.predictors.known import known_places
from model.predictors.open_ensemble import read_ensemble_settings, weighed
from model.predictors.protocol import Considers, Describes, RemembersPlaces, ask, features_of
from model.predictors.registry import SYSTEMS, Options, open_system
from model.predictors.search import Search, SearchMap, levels_of
from model.predictors.searching import searcher_of

GRID = (18, 36)
DIM = 24
CORNERS = [(-180, -90, -60, 90), (-60, -90, 60, 90), (60, -90, 180, 90)]  # three slices of the Earth


def slices():
    boxes = [shapely.box(*corner) for corner in CORNERS]
    table = pd.DataFrame({
        "cell_id": range(3), "lat": 0.0, "lng": [-120.0, 0.0, 120.0], "country": ["AA", "BB", "CC"], "region": "",
        "area_km2": 1.0, "points": 1, "site_lat": 0.0, "site_lng": [-120.0, 0.0, 120.0],
        "polygon": [shapely.to_wkb(box) for box in boxes],
    })  # fmt: skip
    return Geocells(table, {}, "polygon", "three slices")


class Toy:
    """Says what its embeddings' first three numbers say."""

    regions = slices()
    record = {"system": "Toy", "knows": "any"}  # noqa: RUF012
    dim = DIM

    def scores(self, embeddings):
        return torch.softmax(torch.as_tensor(np.asarray(embeddings, np.float32)[:, :3]), dim=1).numpy()

    def points(self, embeddings):
        return self.regions.centroids[self.scores(embeddings).argmax(axis=1)]


class Remembering(Toy):
    remembered = pd.DataFrame({"id": ["a"], "lat": [1.0], "lng": [2.0]})


def toy_base():
    return Toy()


def ground(names=("density", "land_cover")):
    """A map of north and south (none beyond 80°), and one of stripes; heads that read numbers 4 and 5."""
    north = np.full(GRID, 0, np.int32)
    north[:9], north[[0, -1]] = 1, -1
    stripes = np.broadcast_to(np.arange(36) // 9 % 3, GRID).astype(np.int32)
    maps = {"density": AttributeMap("density", ("south", "north"), RunRaster.pack(north), {"kind": "atlas"}, "k1"),
            "land_cover": AttributeMap("land_cover", ("x", "y", "z"), RunRaster.pack(stripes), {}, "k2")}  # fmt: skip
    heads = AttributeHeads(DIM, {"density": 2, "land_cover": 3})
    torch.manual_seed(0)
    for head in heads.heads.values():
        torch.nn.init.normal_(head.weight)
    return Ground(heads, tuple(maps[name] for name in names), record={"facts": {}})


def seen(n=6, seed=0):
    return np.random.default_rng(seed).normal(size=(n, DIM)).astype(np.float32)


def literal(embeddings, made_of, floor=FLOOR):
    """The product pixel by pixel, (N, H, W), normalised; and the mass in each slice without the base's floor."""
    area = np.broadcast_to(pixel_areas_km2(*GRID)[:, None], GRID)
    slice_of = np.broadcast_to(np.arange(36) // 12, GRID)
    least = floor / area.sum()

    def density(shares, classes):
        inside = np.array([area[classes == k].sum() for k in range(len(shares))])
        return np.where(classes >= 0, (shares / inside)[np.maximum(classes, 0)], 0.0)

    out, masses = [], []
    for row in range(len(embeddings)):
        base = density(toy_base().scores(embeddings[[row]])[0].astype(float), slice_of)
        times = np.ones(GRID)
        for one, shares in zip(made_of.maps, made_of.shares(embeddings[[row]]), strict=True):
            times = times * np.maximum(density(shares[0].astype(float), one.runs.unpack()), least)
        product = np.maximum(base, least) * times * area
        out.append(product / product.sum())
        mass = np.array([(base * times * area)[slice_of == k].sum() for k in range(3)])
        masses.append(mass / mass.sum())
    return np.stack(out), np.stack(masses)


@pytest.mark.parametrize("names", [("density",), ("land_cover",), ("density", "land_cover")])
def test_scores_are_the_mass_of_the_product_in_each_region(names):
    made_of, embeddings = ground(names), seen()
    system = ensemble_of(toy_base(), made_of)
    assert system.scores(embeddings) == pytest.approx(literal(embeddings, made_of)[1], rel=1e-5)


def test_the_map_of_where_to_search_is_the_product_pixel_by_pixel():
    made_of, embeddings = ground(), seen()
    product, _ = literal(embeddings, made_of)
    search = ensemble_of(toy_base(), made_of).search
    for one, wanted in zip(search.maps(toy_base().scores(embeddings), embeddings), product, strict=True):
        found = one.mass[one.atoms.runs.unpack()] / one.atoms.areas_km2[one.atoms.runs.unpack()]
        area = np.broadcast_to(pixel_areas_km2(*GRID)[:, None], GRID)
        assert found * area == pytest.approx(wanted, rel=1e-5)
        held = one.smallest(0.5)
        assert held.mass >= 0.5 and held.area_km2 == pytest.approx(area[held.atoms[one.atoms.runs.unpack()]].sum())
        looser = one.smallest(0.9)
        assert looser.area_km2 >= held.area_km2 and (looser.atoms | ~held.atoms).all()


def test_without_attributes_the_map_is_the_systems_own():
    embeddings = seen(2)
    scores = toy_base().scores(embeddings)
    search = Search(slices(), None)
    search._atoms = Search(slices(), ground(("density",))).atoms  # on the small grid
    search._atoms = type(search._atoms).of(search._atoms.tables[:1])
    found = search.maps(scores, embeddings)[0]
    assert found.attributes == () and sorted(found.mass) == pytest.approx(sorted(scores[0]), rel=1e-5)


def test_calibrated_areas_hold_the_truth_as_often_as_they_say():
    made_of, embeddings = ground(), seen(400)
    search, base = ensemble_of(toy_base(), made_of).search, toy_base()
    rng = np.random.default_rng(1)
    truth = np.column_stack([rng.uniform(-60, 60, 400), rng.uniform(-180, 180, 400)])  # nothing that the toy knows
    levels = levels_of(search, base.scores(embeddings[:200]), embeddings[:200], truth[:200])
    later = search.maps(base.scores(embeddings[200:]), embeddings[200:], levels)
    plain = search.maps(base.scores(embeddings[200:]), embeddings[200:])
    for chance in (0.5, 0.8, 0.95):
        held, bare = (
            np.mean([one.level_of(at) >= one.threshold(chance) for one, at in zip(maps, truth[200:], strict=True)])
            for maps in (later, plain)
        )
        assert abs(held - chance) < 0.1
        assert abs(held - chance) <= abs(bare - chance) + 0.03


def test_a_chance_of_all_calibrated_on_few_places_is_the_whole_earth():
    one = SearchMap(Search(slices(), ground()).atoms, np.zeros(0), (0.1, 0.2))
    assert one.threshold(0.99) == 0.0 and one.threshold(0.5) == 0.1
    for wrong in (0.0, 1.0, float("nan")):
        with pytest.raises(ConfigError):
            one.threshold(wrong)


def test_the_picture_shows_the_area_where_it_lies_across_the_antimeridian_too():
    atoms = Search(slices(), ground()).atoms
    inside = (atoms.sets[:, 1] == 1) & (atoms.sets[:, 2] == 0)  # northern stripes
    one = SearchMap(atoms, np.where(inside, 5.0, 0.0))
    area = replace(one.smallest(0.5), atoms=inside)
    picture = one.picture(area, (-180.0, -60.0, 180.0, 60.0), (60, 36))
    assert (picture[:25, 0] > 0).all() and (picture[35:] == 0).all() and (picture[:, 12] == 0).all()
    edge = np.zeros(len(atoms), bool)
    edge[atoms.at([(10.0, 179.0)])] = True
    runs = atoms.runs
    values = np.zeros(GRID, np.int32)
    values[8, [34, 35, 0, 1]] = 1
    small = replace(atoms, runs=RunRaster.pack(values), sets=atoms.sets[:2])
    west, south, east, north = SearchMap(small, np.array([0.0, 9.0])).edges(
        replace(area, atoms=np.array([False, True]))
    )
    assert (west, east) == (160.0, 200.0) and (south, north) == (0.0, 10.0) and runs.shape == GRID


def test_candidates_are_weighed_again_and_the_guess_is_the_best_of_them():
    made_of, embeddings = ground(), seen(20)
    system = ensemble_of(toy_base(), made_of)
    answer = ask(system, embeddings)
    best = answer.considered.cells[np.arange(20), answer.considered.score.argmax(axis=1)]
    assert np.array_equal(best, answer.scores.argmax(axis=1))
    assert np.array_equal(system.regions.assign(answer.points), best)
    assert np.array_equal(answer.points, system.points(embeddings))
    assert (best != toy_base().scores(embeddings).argmax(axis=1)).any()
    assert answer.considered.score.sum(axis=1) == pytest.approx(1.0)


def test_it_is_what_the_protocols_ask_for_and_remembers_only_what_its_base_does():
    system = ensemble_of(toy_base(), ground())
    assert isinstance(system, Considers) and isinstance(system, Describes) and not isinstance(system, RemembersPlaces)
    assert isinstance(ensemble_of(Remembering(), ground()), RemembersPlaces)
    assert system.record["system"] == "Ensemble" and system.record["settings"]["base"] == "Toy"
    assert system.record["knows"] == "any" and features_of(system).kind == "pooled" and system.dim == DIM
    assert set(system.attributes(seen(3))["land_cover"]) <= {"x", "y", "z"}


def test_a_floor_keeps_one_attribute_from_erasing_the_earth():
    made_of = ground(("density",))
    sure = seen(1) * 1000.0  # a head that is as good as certain
    scores = ensemble_of(toy_base(), made_of).search.log_density(np.full((1, 3), 1 / 3), sure)
    assert np.isfinite(scores).all()
    erased = Ensemble(toy_base(), made_of, floor=0.0).search.log_density(np.full((1, 3), 1 / 3), sure)
    assert np.isneginf(erased).any()


def test_heads_of_another_encoder_are_refused():
    made_of = ground()
    with pytest.raises(ArtifactError, match="projected"):
        Ensemble(toy_base(), replace(made_of, features="projected"))
    small = Ground(AttributeHeads(5, {"density": 2}), made_of.maps[:1])
    with pytest.raises(ArtifactError, match="of 5 numbers"):
        Ensemble(toy_base(), small)
    checkpoint = Checkpoint(toy_base(), records={"embed": {"inputs": {"encoder": "one"}}})
    other = replace(made_of, record={"facts": {"encoder": "another"}})
    with pytest.raises(ArtifactError, match="another encoder"):
        open_ensemble.check_encoder(checkpoint, other)
    open_ensemble.check_encoder(checkpoint, made_of)  # not known: taken as it is


def test_settings_are_read_and_wrong_ones_told():
    found = read_ensemble_settings(["base=zero-shot", "maps=density", "floor=1e-6", "attributes=run"])
    assert found == {"base": "zero-shot", "maps": ("density",), "floor": 1e-6, "attributes": "run"}
    for wrong in ("base=ensemble", "maps=roads", "floor=much", "colour=red", "base"):
        with pytest.raises(ConfigError):
            read_ensemble_settings([wrong])


def test_it_is_opened_by_name_and_says_what_to_train_where_nothing_reads_the_ground(monkeypatch, tmp_path):
    assert "ensemble" in SYSTEMS
    toy = Checkpoint(toy_base(), folder=tmp_path)
    with pytest.raises(ArtifactError, match="train_attributes"):
        weighed(toy, read_ensemble_settings([]))
    beside(tmp_path)
    monkeypatch.setattr(Ground, "load", classmethod(lambda cls, folder: ground()))
    monkeypatch.setattr("model.predictors.registry._pigeon", None)
    monkeypatch.setitem(SYSTEMS, "pigeon", replace(SYSTEMS["pigeon"], open=lambda options: _opened(toy)))
    opened = open_system("ensemble", Options(settings=("maps=density",)))
    assert opened.checkpoint.predictor.record["settings"]["maps"] == ["density"]
    assert opened.checkpoint.name.endswith("(ensemble)") and opened.checkpoint.calibration is None


def beside(folder):
    """As if attributes were trained there."""
    (folder / "attributes").mkdir()
    (folder / "train_attributes.record.json").write_text("{}")


def test_a_run_that_is_called_attributes_beside_a_checkpoint_is_none_of_its_parts(tmp_path):
    run = tmp_path / "attributes"
    run.mkdir()
    beside(run)
    assert attributes_in(tmp_path / "geoclip") is None
    assert attributes_in(run / "encoder") == attributes_in(run) == run


def test_the_places_that_the_heads_learned_from_belong_to_the_ensemble(monkeypatch, tmp_path):
    learned = replace(ground(), record={"facts": {}, "inputs": {"manifest": "this one"}})
    monkeypatch.setattr(Ground, "load", classmethod(lambda cls, folder: learned))
    opened = weighed(Checkpoint(toy_base()), read_ensemble_settings([f"attributes={tmp_path}"]))
    manifest = pd.DataFrame({"lat": [1.0, 2.0], "lng": [3.0, 4.0], "split": ["train", "test"]})
    assert known_places(opened, manifest, "this one").tolist() == [[1.0, 3.0]]
    assert len(known_places(opened, manifest, "another")) == 0


def _opened(checkpoint):
    from model.predictors.registry import Opened

    return Opened(checkpoint)


def test_where_to_search_takes_the_attributes_beside_a_checkpoint_or_goes_without(monkeypatch, tmp_path):
    toy = Checkpoint(toy_base(), folder=tmp_path)
    assert searcher_of(toy).search.names == ()
    beside(tmp_path)
    levelled = replace(ground(), levels={"Toy": [0.1, 0.9]})
    monkeypatch.setattr(Ground, "load", classmethod(lambda cls, folder: levelled))
    found = searcher_of(toy)
    assert found.search.names == ("density", "land_cover") and found.levels == [0.1, 0.9]
    [one] = found.of(seen(1))
    assert one.levels == (0.1, 0.9) and one.attributes == ("density", "land_cover")
    assert searcher_of(replace(toy, predictor=ensemble_of(toy_base(), levelled))).levels == [0.1, 0.9]
    assert levelled.only(("density",)).levels == {}


def test_where_to_search_is_the_systems_own_word_where_it_takes_other_embeddings(monkeypatch, tmp_path):
    beside(tmp_path)
    monkeypatch.setattr(Ground, "load", classmethod(lambda cls, folder: replace(ground(), features="projected")))
    assert searcher_of(Checkpoint(toy_base(), folder=tmp_path)).search.names == ()


def test_areas_that_were_calibrated_with_another_checkpoint_are_not_said_to_be_measured(monkeypatch, tmp_path):
    beside(tmp_path)
    made_of = replace(ground(), levels={"Toy": [0.1, 0.9]}, record={"facts": {}, "inputs": {"calibrated_with": "old"}})
    monkeypatch.setattr(Ground, "load", classmethod(lambda cls, folder: made_of))
    for head, wanted in (("old", [0.1, 0.9]), ("new", [])):
        records = {"train_head": {"outputs": {"head": {"path": "head", "sha256": head}}}}
        assert list(searcher_of(Checkpoint(toy_base(), folder=tmp_path, records=records)).levels) == wanted


def test_no_piece_of_an_area_is_lost_in_a_coarse_picture():
    values = np.zeros((180, 360), np.int32)
    values[90, 100] = values[45, 359] = 1
    atoms = replace(Search(slices(), ground()).atoms, runs=RunRaster.pack(values), sets=np.zeros((2, 3), np.int32))
    one = SearchMap(atoms, np.array([0.0, 5.0]))
    picture = one.picture(
        replace(one.smallest(0.5), atoms=np.array([False, True])), (-180.0, -80.0, 180.0, 80.0), (8, 9)
    )
    assert picture[4, 2] == 255 and picture[:4, 8].max() == 255 and (picture > 0).sum() == 2
