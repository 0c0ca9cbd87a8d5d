"""train_attributes: heads on embeddings, a tiny BiT on pictures, maps of one's own; once, resumable, refused."""

import json
import shutil
from functools import partial

import numpy as np
import pandas as pd
import pytest
import rasterio

from model import train_attributes
from model.artifacts import read_record
from model.errors import ArtifactError, ConfigError, ManifestError
from model.geo.attribute_maps import make_map
from model.networks import attribute_tower
from model.networks.encoder import Encoder
from model.predictors.ground import Ground
from model.train_attributes import AttributesConfig

GRID = (180, 360)


@pytest.fixture(autouse=True)
def _small_maps(monkeypatch):
    monkeypatch.setattr(train_attributes, "make_map", partial(make_map, grid=GRID))


def config(run, out, **changes):
    return AttributesConfig(run.manifest, out, **({"embeddings": run.embeddings, "epochs": 4} | changes))


def test_heads_are_written_with_their_maps_and_read_the_ground(toy_run, tmp_path):
    train_attributes.main(config(toy_run, tmp_path, epochs=20, lr=0.02))
    facts = read_record(tmp_path, "train_attributes")["facts"]
    assert facts["maps"] == {"density": "atlas", "land_cover": "atlas"} and facts["features"] == "pooled"
    cover = facts["validation"]["land_cover"]
    assert cover["accuracy"] >= cover["majority"] - 0.1 and cover["n"] > 10
    ground = Ground.load(tmp_path)
    shares = ground.shares(np.load(toy_run.embeddings)[:5])
    assert [found.shape for found in shares] == [(5, 4), (5, 7)]
    assert sum(path.stat().st_size for path in (tmp_path / "attributes").iterdir()) < 20_000


def test_a_finished_run_is_left_alone_and_another_config_trains_again(toy_run, tmp_path, capsys):
    train_attributes.main(config(toy_run, tmp_path))
    before = (tmp_path / "attributes" / "heads.safetensors").read_bytes()
    train_attributes.main(config(toy_run, tmp_path))
    assert "nothing to do" in capsys.readouterr().out
    train_attributes.main(config(toy_run, tmp_path, hidden=4, urban_share=1.0))
    assert (tmp_path / "attributes" / "heads.safetensors").read_bytes() != before


def test_areas_are_calibrated_with_a_checkpoint(toy_run, tmp_path, monkeypatch):
    from model.predictors.checkpoint import Checkpoint
    from tests.model.predictors.test_ensemble import toy_base

    monkeypatch.setattr(train_attributes, "open_checkpoint", lambda _: Checkpoint(toy_base()))
    train_attributes.main(config(toy_run, tmp_path, calibrate=toy_run.out))
    levels = json.loads((tmp_path / "attributes" / "levels.json").read_text())["Toy"]
    manifest = pd.read_parquet(toy_run.manifest)
    assert len(levels) == (manifest["split"] == "validation").sum() and levels == sorted(levels)
    assert Ground.load(tmp_path).levels == {"Toy": levels}
    assert read_record(tmp_path, "train_attributes")["facts"]["calibrated"]["places"] == len(levels)


def test_areas_are_calibrated_again_once_the_checkpoint_answers_otherwise(toy_run, tmp_path, monkeypatch, capsys):
    from model.predictors.checkpoint import Checkpoint
    from tests.model.predictors.test_ensemble import toy_base

    monkeypatch.setattr(train_attributes, "open_checkpoint", lambda _: Checkpoint(toy_base()))
    base = shutil.copytree(toy_run.out, tmp_path / "base")
    for left_alone in (False, True):
        train_attributes.main(config(toy_run, tmp_path, calibrate=base))
        assert ("nothing to do" in capsys.readouterr().out) == left_alone
    (base / "calibration" / "calibration.json").write_text("{}")
    train_attributes.main(config(toy_run, tmp_path, calibrate=base))
    assert "nothing to do" not in capsys.readouterr().out


def test_maps_of_ones_own_travel_with_the_heads(toy_run, tmp_path):
    people = np.zeros((90, 180), np.float32)
    people[:, 90:] = 500.0
    path = tmp_path / "people.tif"
    with rasterio.open(path, "w", driver="GTiff", height=90, width=180, count=1, dtype="float32", crs="EPSG:4326",
                       transform=rasterio.transform.from_origin(-180, 90, 2, 2)) as file:  # fmt: skip
        file.write(people, 1)
    train_attributes.main(config(toy_run, tmp_path / "run", landscan=path, landscan_unit="people_per_km2"))
    path.unlink()
    ground = Ground.load(tmp_path / "run")
    assert ground.maps[0].source["kind"] == "geotiff"
    assert ground.maps[0].at([(48.5, 2.5), (-3.5, -62.5)]).tolist() == [2, 0]


def test_an_edited_map_heads_of_other_maps_and_missing_files_are_refused(toy_run, tmp_path):
    train_attributes.main(config(toy_run, tmp_path))
    maps = tmp_path / "attributes" / "maps.json"
    text = maps.read_text()
    maps.write_text(text.replace("atlas", "geotiff"))
    with pytest.raises(ArtifactError, match="edited"):
        Ground.load(tmp_path)
    maps.unlink()
    with pytest.raises(ArtifactError):
        Ground.load(tmp_path)
    with pytest.raises(ArtifactError, match="train_attributes"):
        Ground.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "wrong",
    [{"embeddings": None}, {"tower": "google/bit-50"}, {"epochs": 0}, {"urban_share": 0.0}, {"urban_share": 1.5},
     {"lr": -1.0}, {"embeddings": None, "tower": "x", "calibrate": "y"}],
)  # fmt: skip
def test_contradictions_are_refused_at_birth(toy_run, tmp_path, wrong):
    with pytest.raises(ConfigError):
        config(toy_run, tmp_path, **wrong)


def test_a_manifest_without_validation_or_of_one_kind_of_ground_is_refused(toy_run, tmp_path):
    manifest = pd.read_parquet(toy_run.manifest)
    run = type(toy_run)(tmp_path / "manifest.parquet", toy_run.embeddings, toy_run.out)
    manifest.assign(split="train").to_parquet(run.manifest)
    with pytest.raises(ManifestError, match="validation"):
        train_attributes.main(config(run, tmp_path))
    manifest.assign(lat=23.5, lng=5.5).to_parquet(run.manifest)
    with pytest.raises(ManifestError, match="nothing to learn"):
        train_attributes.main(config(run, tmp_path))


@pytest.fixture(scope="module")
def tiny_bit(tmp_path_factory):
    """A BiT ResNetv2 of the true layout, random and tiny, as a folder of the hub."""
    from transformers import BitConfig, BitModel

    folder = tmp_path_factory.mktemp("bit")
    BitModel(
        BitConfig(embedding_size=8, hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1], num_groups=4)
    ).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(
        json.dumps({"crop_size": {"height": 32, "width": 32}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3})
    )
    return folder


@pytest.fixture
def towns(coloured_places, tmp_path):
    """Places of two colours on two kinds of ground: crowded Java and the empty Sahara."""
    frame = pd.read_parquet(coloured_places.manifest)
    red = frame["country"] == "AA"
    frame["lat"], frame["lng"] = np.where(red, -7.5, 23.5), np.where(red, 110.5, 5.5)
    for view in range(4):
        frame[f"image_{view}"] = [str(coloured_places.manifest.parent / name) for name in frame[f"image_{view}"]]
    frame.to_parquet(tmp_path / "manifest.parquet", index=False)
    return tmp_path / "manifest.parquet"


def bit(towns, tiny_bit, out, **changes):
    given = {"tower": str(tiny_bit), "epochs": 2, "batch": 12, "urban_share": 1.0, "lr": 0.01, "patience": 9}
    return AttributesConfig(towns, out, **(given | changes))


def stopped(given, monkeypatch):
    """A fine-tuning that was stopped after its first epoch."""
    keep = attribute_tower.save_state

    def stop(folder, epoch, *state):
        keep(folder, epoch, *state)
        raise KeyboardInterrupt

    monkeypatch.setattr(attribute_tower, "save_state", stop)
    with pytest.raises(KeyboardInterrupt):
        train_attributes.main(given)
    monkeypatch.setattr(attribute_tower, "save_state", keep)


def test_a_tiny_bit_is_fine_tuned_and_stopped_and_goes_on_to_the_same_end(towns, tiny_bit, tmp_path, monkeypatch):
    train_attributes.main(bit(towns, tiny_bit, tmp_path / "a"))
    stopped(bit(towns, tiny_bit, tmp_path / "b"), monkeypatch)
    assert not (tmp_path / "b" / "attributes").exists()
    train_attributes.main(bit(towns, tiny_bit, tmp_path / "b"))
    encoders = [Encoder.load(tmp_path / name / "encoder") for name in "ab"]
    pixels = np.random.default_rng(0).normal(size=(2, 4, 3, 32, 32)).astype(np.float32)
    first, second = (encoder.embed_images(pixels) for encoder in encoders)
    assert first == pytest.approx(second, abs=1e-4) and first.shape == (2, 16)
    assert not np.allclose(first, Encoder.load(tiny_bit).embed_images(pixels), atol=1e-3)  # it learned
    assert read_record(tmp_path / "a", "train_attributes")["facts"]["tower"] == tiny_bit.name
    shares = Ground.load(tmp_path / "a").shares(first)
    assert shares[0].shape == (2, 4)
    assert not (tmp_path / "b" / "train_attributes.unfinished").exists()


def test_a_state_of_another_fine_tuning_is_refused(towns, tiny_bit, tmp_path, monkeypatch):
    stopped(bit(towns, tiny_bit, tmp_path), monkeypatch)
    with pytest.raises(ArtifactError, match="another training"):
        train_attributes.main(bit(towns, tiny_bit, tmp_path, seed=3))


def test_a_backbone_that_is_not_there_is_told(towns, tmp_path):
    with pytest.raises(ArtifactError, match="looked for an encoder"):
        train_attributes.main(bit(towns, tmp_path / "nothing", tmp_path / "out"))
