"""The chain of a checkpoint: every way to mix two runs is refused with a sentence."""

import json
import shutil

import numpy as np
import pytest

from model import build_geocells, build_index, train_head
from model.artifacts import write_record
from model.errors import ArtifactError
from model.networks.encoder import Encoder
from model.predictors.chain import check_chain
from model.predictors.checkpoint import open_checkpoint


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
    build_index.main(build_index.IndexConfig(toy_run.manifest, toy_run.embeddings, cells, out, kernel_places=0))
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
    build_index.main(build_index.IndexConfig(toy_run.manifest, embeddings, cells, copy, kernel_places=0))
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


def told(folder, stage, **changes):
    """Edit what a record says."""
    path = folder / f"{stage}.record.json"
    record = json.loads(path.read_text()) if path.is_file() else {
        "format": 1, "stage": stage, "config": {}, "inputs": {}, "outputs": {}, "facts": {}}  # fmt: skip
    path.write_text(json.dumps({**record, **{part: record[part] | values for part, values in changes.items()}}))


@pytest.mark.parametrize("stage", ["build_geocells", "build_index", "calibrate", "pretrain", "embed"])
def test_a_stage_of_another_manifest_is_refused(copy, stage):
    embeddings = json.loads((copy / "train_head.record.json").read_text())["inputs"]["embeddings"]
    outputs = {"embeddings": {"path": "embeddings.npy", "sha256": embeddings}} if stage == "embed" else {}
    told(copy, stage, inputs={"manifest": "0"}, outputs=outputs)
    with pytest.raises(ArtifactError, match=f"{stage} saw another manifest than train_head"):
        check_chain(copy)


def test_an_encoder_trained_again_after_embedding_is_refused(copy):
    embeddings = json.loads((copy / "train_head.record.json").read_text())["inputs"]["embeddings"]
    told(copy, "embed", inputs={"encoder": "1"}, outputs={"embeddings": {"path": "e.npy", "sha256": embeddings}})
    told(copy, "pretrain", outputs={"encoder": {"path": "encoder", "sha256": "1"}})
    assert {"embed", "pretrain"} <= set(check_chain(copy))
    told(copy, "pretrain", outputs={"encoder": {"path": "encoder", "sha256": "2"}})
    with pytest.raises(ArtifactError, match="trained again, or another one was embedded with"):
        check_chain(copy)


def test_a_calibration_of_another_head_or_without_a_record_is_refused(copy):
    told(copy, "calibrate", inputs={"head": "0"})
    with pytest.raises(ArtifactError, match=r"'calibrate' .* another head"):
        check_chain(copy)
    (copy / "calibrate.record.json").unlink()
    with pytest.raises(ArtifactError, match=r"no calibrate\.record\.json"):
        check_chain(copy)


@pytest.fixture
def of_the_hub(copy):
    """A checkpoint whose embeddings an encoder of the hub made."""
    embeddings = json.loads((copy / "train_head.record.json").read_text())["inputs"]["embeddings"]
    told(copy, "embed", outputs={"embeddings": {"path": "e.npy", "sha256": embeddings}},
         facts={"hub_id": "openai/clip", "revision": "abc"})  # fmt: skip
    return copy


def test_an_encoder_of_the_hub_is_known_by_id_and_revision_and_opened_with_the_first_picture(of_the_hub, monkeypatch):
    asked = []

    class Hubs:
        dim, image_size = 24, 32

    monkeypatch.setattr(Encoder, "load", lambda name, revision: asked.append((name, revision)) or Hubs())
    checkpoint = open_checkpoint(of_the_hub)
    assert checkpoint.hub == ("openai/clip", "abc") and not asked
    assert checkpoint.seeing is checkpoint.seeing and asked == [("openai/clip", "abc")]
    Hubs.dim = 25
    with pytest.raises(ArtifactError, match="gives 25 numbers and its head takes 24"):
        _ = open_checkpoint(of_the_hub).seeing


def test_an_encoder_put_there_by_hand_is_told_apart(of_the_hub):
    (of_the_hub / "encoder").mkdir()
    with pytest.raises(ArtifactError, match=r"put there by hand: .* openai/clip of the hub .*revision abc"):
        check_chain(of_the_hub)


def changed(folder, stage, **parts):
    path = folder / f"{stage}.record.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | parts))


def test_a_version_that_is_no_number_is_refused(copy):
    changed(copy, "build_index", facts={"world_version": "three"})
    with pytest.raises(ArtifactError, match="is no number"):
        check_chain(copy)


def test_what_it_was_trained_on_is_known_from_any_record(copy):
    for stage in ("build_geocells", "train_head", "calibrate"):
        changed(copy, stage, facts={})
    changed(copy, "build_index", facts={"source": {"kind": "simulated-earth", "world_version": 3}})
    assert open_checkpoint(copy).source["world_version"] == 3
