"""The prototype index: built, written, read; nobody lost, foreign files refused."""

import json
import shutil

import numpy as np
import pytest

from model.errors import ArtifactError, ConfigError
from model.retrieval.index import build_index, read_index, write_index
from model.retrieval.space import fit_space

CELLS = np.array([2, 0, 2, 2, 0, 0])  # cell 1 and cell 3 hold nobody
CLUSTERS = np.array([1, 0, 0, 1, 0, 1])
POINTS = np.array([[0, 179.9], [10, 10], [1, 170], [0, -179.9], [11, 11], [12, 12]], float)
VECTORS = np.array([[1, 0], [5, 5], [9, 9], [3, 0], [7, 5], [0, 8]], np.float32)


def make(factory="Flat", vectors=VECTORS):
    ids = np.array(list("abcdef"), object)
    space = fit_space("raw", 0, vectors, CELLS)
    return build_index(ids, POINTS, CELLS, CLUSTERS, vectors, space, 4, factory)


def test_members_stand_by_cell_and_cluster_and_prototypes_are_their_means():
    index = make()
    assert index.members["id"].tolist() == ["b", "e", "f", "c", "a", "d"]
    assert index.first_prototype.tolist() == [0, 2, 2, 4, 4]
    assert index.first_member.tolist() == [0, 2, 3, 4, 6]
    assert index.prototype_vectors.reconstruct_n(0, 4).tolist() == [[6, 5], [0, 8], [9, 9], [2, 0]]


def test_the_place_of_a_prototype_is_a_mean_on_the_sphere():
    assert abs(make().prototype_points[3, 1]) == pytest.approx(180.0, abs=1e-4)


def test_search_gives_plain_distances_and_no_more_than_there_are():
    distance, rows = make().nearest(np.array([[6.0, 4.0]], np.float32), 10)
    assert rows[0].tolist()[0] == 0
    assert distance.shape == (1, 4)
    assert distance[0, 0] == pytest.approx(1.0)


def test_familiarity_is_a_share_of_validation_places_and_nan_when_unknown():
    index = make()
    near, far = np.array([[6.0, 5.0]], np.float32), np.array([[900.0, 900.0]], np.float32)
    assert np.isnan(index.familiarity(near)).all()
    index.settings["strangeness_quantiles"] = np.linspace(0, 100, 101).tolist()
    assert index.familiarity(near)[0] < 0.2
    assert index.familiarity(far)[0] == 1.0


@pytest.mark.parametrize("factory", ["Flat", "SQ8", "IVF2,Flat", "HNSW8"])
def test_what_was_written_is_read_back_whatever_the_factory(tmp_path, factory):
    rng = np.random.default_rng(0)
    n = 400
    cells, vectors = np.sort(rng.integers(0, 5, n)), rng.normal(size=(n, 8)).astype(np.float32)
    ids, points = np.arange(n).astype(str).astype(object), rng.uniform(-60, 60, (n, 2))
    space = fit_space("raw", 0, vectors, cells)
    index = build_index(ids, points, cells, rng.integers(0, 9, n), vectors, space, 5, factory)
    write_index(index, tmp_path)
    read = read_index(tmp_path)
    assert read.members.equals(index.members)
    assert read.settings == index.settings
    assert read.prototype_vectors.reconstruct_n(3, 2) == pytest.approx(index.prototype_vectors.reconstruct_n(3, 2))
    own = read.prototype_vectors.reconstruct_n(0, 20)
    assert (read.nearest(own, 1)[1][:, 0] == np.arange(20)).mean() > 0.7  # approximate by nature


def test_tables_of_degrees_are_smaller_than_usual_exact_and_older_ones_are_read(tmp_path):
    n = 3000
    rng = np.random.default_rng(0)
    points = np.stack([rng.uniform(-60, 60, n), rng.uniform(-180, 180, n)], axis=1)
    ids = np.array([f"train-{i:07d}" for i in rng.permutation(n)], object)
    vectors = rng.normal(size=(n, 4)).astype(np.float32)
    index = build_index(ids, points, np.arange(n) // 40, np.arange(n) % 7, vectors, fit_space("raw", 0, vectors,
                        np.zeros(n, np.int64)), n // 40, "Flat")  # fmt: skip
    write_index(index, tmp_path)
    sizes = {name: (tmp_path / f"{name}.parquet").stat().st_size for name in ("members", "prototypes")}
    read = read_index(tmp_path)
    for name, table in (("members", index.members), ("prototypes", index.prototypes)):
        assert getattr(read, name).equals(table)
        table.to_parquet(tmp_path / f"{name}.parquet", index=False, compression="zstd")
        assert sizes[name] < 0.8 * (tmp_path / f"{name}.parquet").stat().st_size
    assert read_index(tmp_path).members.equals(index.members)


def test_a_byte_a_number_is_a_quarter_of_the_size():
    wide = np.random.default_rng(0).normal(size=(6, 64)).astype(np.float32)
    small, large = make("SQ8", wide), make("Flat", wide)
    assert small.member_vectors.sa_code_size() * 4 == large.member_vectors.sa_code_size()


def test_a_factory_string_that_faiss_does_not_know_is_refused_in_a_sentence():
    with pytest.raises(ConfigError, match="Flatt"):
        make("Flatt")
    with pytest.raises(ConfigError, match="IVF4096"):
        make("IVF4096,Flat")


def test_missing_foreign_and_mixed_files_are_refused(tmp_path):
    write_index(make(), tmp_path / "a")
    for name in ("members.parquet", "prototypes.faiss", "space.safetensors", "index.json"):
        shutil.copytree(tmp_path / "a", tmp_path / name)
        (tmp_path / name / name).unlink()
        with pytest.raises(ArtifactError, match="build the index again"):
            read_index(tmp_path / name)
    broken = tmp_path / "a" / "members.faiss"
    whole = broken.read_bytes()
    broken.write_bytes(whole[:40])
    with pytest.raises(ArtifactError, match="cannot be read"):
        read_index(tmp_path / "a")
    broken.write_bytes((tmp_path / "a" / "prototypes.faiss").read_bytes())
    with pytest.raises(ArtifactError, match="do not belong together"):
        read_index(tmp_path / "a")
    broken.write_bytes(whole)
    settings = json.loads((tmp_path / "a" / "index.json").read_text())
    (tmp_path / "a" / "index.json").write_text(json.dumps(settings | {"format": 99}))
    with pytest.raises(ArtifactError, match="do not belong together"):
        read_index(tmp_path / "a")


def test_what_an_approximate_index_does_not_find_makes_nothing_strange():
    rng = np.random.default_rng(0)
    vectors = np.repeat(10 * rng.normal(size=(40, 4)), 2, axis=0).astype(np.float32) + np.tile([[0.0], [0.1]], (40, 1))
    vectors = vectors.astype(np.float32)
    cells = np.arange(80) // 2
    ids, points = np.arange(80).astype(str).astype(object), rng.uniform(-60, 60, (80, 2))
    index = build_index(ids, points, cells, np.tile([0, 1], 40), vectors,
                        fit_space("raw", 0, vectors, cells), 40, "IVF40,Flat")  # fmt: skip
    index.prototype_vectors.nprobe = 1  # a list holds fewer than the five that are asked for
    distance, rows = index.nearest(vectors[:9], 5)
    assert (rows < 0).any()
    assert np.isinf(distance[rows < 0]).all()
    strange = index.strangeness(vectors)
    assert strange.max() < 100.0
    index.settings["strangeness_quantiles"] = np.quantile(strange, np.linspace(0, 1, 101)).tolist()
    assert index.familiarity(np.full((1, 4), 1e4, np.float32))[0] == 1.0


def test_how_far_to_search_is_read_back_with_the_index(tmp_path):
    rng = np.random.default_rng(0)
    vectors, cells = rng.normal(size=(400, 8)).astype(np.float32), np.arange(400) % 5
    ids, points = np.arange(400).astype(str).astype(object), rng.uniform(-60, 60, (400, 2))
    index = build_index(ids, points, cells, np.arange(400) // 5, vectors,
                        fit_space("raw", 0, vectors, cells), 5, "IVF16,Flat")  # fmt: skip
    assert index.settings["search"]["value"] > 1
    write_index(index, tmp_path)
    index.prototype_vectors.nprobe = 1
    assert read_index(tmp_path).prototype_vectors.nprobe == index.settings["search"]["value"]
