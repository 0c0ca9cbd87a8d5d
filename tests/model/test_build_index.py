"""build_index: training places alone, every one of them, small on demand, its recall measured."""

import json
import resource
import shutil

import faiss
import pandas as pd
import pytest

from model import build_index
from model.artifacts import read_record
from model.build_index import IndexConfig
from model.errors import ConfigError, ManifestError, StorageError
from model.geocells.table import read_geocells, write_geocells
from model.networks.head import MultiTaskHead
from model.retrieval.index import read_index, write_index
from model.retrieval.space import Space


def config(run, out, **changes):
    return IndexConfig(
        run.manifest, run.embeddings, run.out / "geocells.parquet", out, **{"kernel_places": 0} | changes
    )


def test_every_training_place_is_a_member_and_nobody_else(toy_run):
    manifest = pd.read_parquet(toy_run.manifest)
    index = read_index(toy_run.out / "index")
    assert sorted(index.members["id"]) == sorted(manifest.loc[manifest["split"] == "train", "id"])


def test_the_index_says_nothing_of_how_it_is_used_and_knows_no_head(toy_run, tmp_path):
    shutil.copytree(toy_run.out / "head", tmp_path / "head")
    build_index.main(config(toy_run, tmp_path, preset="pigeotto"))
    settings = json.loads((tmp_path / "index" / "index.json").read_text())
    assert {"refiner", "tuned", "tuning", "expected_score_line"} & set(settings) == set()
    assert len(settings["strangeness_quantiles"]) == 101
    assert set(read_record(tmp_path, "build_index")["inputs"]) == {"manifest", "embeddings", "geocells"}


def test_how_far_an_approximate_index_looks_is_measured_and_kept(toy_run, tmp_path, capsys):
    build_index.main(config(toy_run, tmp_path / "flat"))
    assert "Flat finds 100.0 % of the 5 nearest prototypes of 70 places" in capsys.readouterr().out.replace("\n", " ")
    build_index.main(config(toy_run, tmp_path / "ivf", factory="IVF16,Flat"))
    facts = read_record(tmp_path / "ivf", "build_index")["facts"]
    assert facts["search"]["recall"] >= 0.95
    assert facts["search"]["value"] > 1  # one list of sixteen does not find 95 %
    index = read_index(tmp_path / "ivf" / "index")
    assert faiss.extract_index_ivf(index.prototype_vectors).nprobe == facts["search"]["value"]
    assert not hasattr(index.member_vectors, "nprobe")


def test_the_memory_of_a_build_does_not_hold_the_embeddings_in_full_precision(toy_run, tmp_path, monkeypatch):
    whole = build_index.main(config(toy_run, tmp_path / "a", space="lda", dimensions=8))
    monkeypatch.setattr("model.retrieval.index.BLOCK", 8 * 24 * 50)  # fifty places at a time
    monkeypatch.setattr("model.retrieval.space.BLOCK", 50)
    largest = []
    real = Space.project
    monkeypatch.setattr(Space, "project", lambda space, part: largest.append(len(part)) or real(space, part))
    blocks = build_index.main(config(toy_run, tmp_path / "b", space="lda", dimensions=8, factory="Flat"))
    a, b = read_index(whole), read_index(blocks)
    assert a.members.equals(b.members)
    n = len(a.prototypes)
    assert a.prototype_vectors.reconstruct_n(0, n) == pytest.approx(b.prototype_vectors.reconstruct_n(0, n), abs=1e-3)
    assert sorted(largest)[-2] <= 70  # the largest but one: the sample for codes is the largest


def test_a_finished_index_is_left_alone(toy_run, tmp_path, capsys):
    build_index.main(config(toy_run, tmp_path))
    build_index.main(config(toy_run, tmp_path))
    assert "nothing to do" in capsys.readouterr().out


def test_a_small_index_is_small(toy_run, tmp_path):
    small = build_index.main(config(toy_run, tmp_path, space="lda", dimensions=8, factory="SQ8"))
    files = ("members.faiss", "prototypes.faiss")
    size = [sum((folder / name).stat().st_size for name in files) for folder in (small, toy_run.out / "index")]
    assert size[0] * 5 < size[1]


def test_no_training_places_and_impossible_settings_are_refused(toy_run, tmp_path):
    lonely = type(toy_run)(tmp_path / "m.parquet", toy_run.embeddings, toy_run.out)
    pd.read_parquet(toy_run.manifest).assign(split="test").to_parquet(lonely.manifest)
    with pytest.raises(ManifestError, match="train"):
        build_index.main(config(lonely, tmp_path))
    with pytest.raises(ConfigError, match="dimensions"):
        build_index.main(config(toy_run, tmp_path, space="pca", dimensions=4096))
    with pytest.raises(ConfigError, match="faiss"):
        build_index.main(config(toy_run, tmp_path, factory="Flatland"))
    assert not (tmp_path / "index").exists()


def test_a_full_disk_is_one_sentence_and_what_stood_there_stays(toy_run, tmp_path):
    checkpoint = shutil.copytree(toy_run.out, tmp_path / "checkpoint")
    index, head = read_index(checkpoint / "index"), MultiTaskHead.load(checkpoint / "head")
    cells = read_geocells(checkpoint / "geocells.parquet")
    before = {path: path.read_bytes() for path in checkpoint.rglob("*") if path.is_file()}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))  # a write past 1000 bytes fails, as on a full disk
    try:
        for write in (
            lambda: write_index(index, checkpoint / "index"),
            lambda: index.space.save(checkpoint / "index" / "space.safetensors"),
            lambda: head.save(checkpoint / "head"),
            lambda: write_geocells(checkpoint / "geocells.parquet", cells.table, {}, "nearest"),
        ):
            with pytest.raises(StorageError, match="Nothing was replaced"):
                write()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {path: path.read_bytes() for path in checkpoint.rglob("*") if path.is_file()} == before
