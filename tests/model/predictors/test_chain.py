"""The chain of a checkpoint: every way to mix two runs is refused with a sentence."""

import json
import shutil

import numpy as np
import pytest

from model import build_geocells, build_index, train_head
from model.artifacts import write_record
from model.errors import ArtifactError
from model.predictors.chain import check_chain


@pytest.fixture
def copy(toy_run, tmp_path):
    return shutil.copytree(toy_run.out, tmp_path / "checkpoint")


@pytest.fixture(scope="module")
def other(toy_run, tmp_path_factory):
    """A second run on the same places with other cells."""
    out = tmp_path_factory.mktemp("other")
    build_geocells.main(build_geocells.GeocellConfig(toy_run.manifest, out, "kmeans", cells=29))
    cells = out / "geocells.parquet"
    train_head.main(train_head.HeadConfig(toy_run.manifest, toy_run.embeddings, cells, out, epochs=1))
    build_index.main(build_index.IndexConfig(toy_run.manifest, toy_run.embeddings, cells, out))
    return out


def put(source, target, *names):
    for name in names:
        if (source / name).is_dir():
            shutil.rmtree(target / name)
            shutil.copytree(source / name, target / name)
        else:
            shutil.copy(source / name, target / name)


def test_a_whole_checkpoint_passes_and_can_be_moved(copy):
    assert set(check_chain(copy)) == {"build_geocells", "train_head", "build_index", "calibrate"}


def test_no_folder_or_no_record_is_refused(copy, tmp_path):
    with pytest.raises(ArtifactError, match="no such folder"):
        check_chain(tmp_path / "nowhere")
    (copy / "train_head.record.json").unlink()
    with pytest.raises(ArtifactError, match="train_head"):
        check_chain(copy)


def test_a_head_or_an_index_of_other_cells_is_refused(copy, other):
    put(other, copy, "head", "train_head.record.json")
    with pytest.raises(ArtifactError, match=r"head .* other geocells"):
        check_chain(copy)


def test_an_index_of_other_cells_is_refused(copy, other):
    put(other, copy, "index", "build_index.record.json")
    with pytest.raises(ArtifactError, match=r"index .* other geocells"):
        check_chain(copy)


def test_an_index_of_another_encoder_is_refused(copy, toy_run, tmp_path):
    embeddings = tmp_path / "other.npy"
    np.save(embeddings, np.load(toy_run.embeddings) * 2)
    cells = copy / "geocells.parquet"
    build_index.main(build_index.IndexConfig(toy_run.manifest, embeddings, cells, copy))
    with pytest.raises(ArtifactError, match="other embeddings"):
        check_chain(copy)


def test_a_head_trained_again_after_the_calibration_is_refused(copy, toy_run):
    cells = copy / "geocells.parquet"
    train_head.main(train_head.HeadConfig(toy_run.manifest, toy_run.embeddings, cells, copy, epochs=2))
    with pytest.raises(ArtifactError, match="another head"):
        check_chain(copy)


@pytest.mark.parametrize("name", ["head/head.safetensors", "index/members.faiss", "geocells.parquet"])
def test_a_missing_or_edited_file_is_refused_by_its_name(copy, name):
    path = copy / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ArtifactError, match=name.split("/")[0]):
        check_chain(copy)
    path.unlink()
    with pytest.raises(ArtifactError, match=name.split("/")[0]):
        check_chain(copy)


def test_the_encoder_must_be_the_one_that_made_the_embeddings(copy, toy_run):
    encoder = copy / "encoder"
    encoder.mkdir()
    (encoder / "config.json").write_text("{}")
    with pytest.raises(ArtifactError, match=r"embed\.record\.json"):
        check_chain(copy)
    embeddings = shutil.copy(toy_run.embeddings, copy / "embeddings.npy")
    write_record(copy, "embed", {}, {"encoder": encoder}, {"embeddings": embeddings})
    embeddings.unlink()  # a shipped checkpoint carries none
    assert "embed" in check_chain(copy)
    (encoder / "config.json").write_text('{"edited": true}')
    with pytest.raises(ArtifactError, match="edited or exchanged"):
        check_chain(copy)
    record = json.loads((copy / "embed.record.json").read_text())
    record["outputs"]["embeddings"]["sha256"] = "0"
    (copy / "embed.record.json").write_text(json.dumps(record))
    with pytest.raises(ArtifactError, match="other embeddings"):
        check_chain(copy)
