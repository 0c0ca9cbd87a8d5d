"""What a training learns from: the split of the manifest, and no more of it than was asked for."""

from dataclasses import replace

import pandas as pd
import pytest

from model import pretrain
from model.artifacts import is_done, read_record
from model.errors import ArtifactError, ConfigError
from model.networks.training_places import read_places
from model.networks.training_settings import PretrainConfig


@pytest.fixture
def config(coloured_places, tmp_path):
    return PretrainConfig(
        manifest=coloured_places.manifest, out=tmp_path / "run", preset="tiny", geocells=coloured_places.geocells,
        epochs=1, batch=8, tensorboard=False,
    )  # fmt: skip


def train_ids(config):
    frame = pd.read_parquet(config.manifest)
    return frame["id"][frame["split"] == "train"].tolist()


def test_the_first_training_places_in_the_order_of_the_manifest(config):
    ids = train_ids(config)
    assert read_places(config).train["id"].tolist() == ids
    few = read_places(replace(config, first=7))
    assert few.train["id"].tolist() == ids[:7]
    assert len(few.captions) == 7
    assert few.validation["id"].tolist() == read_places(config).validation["id"].tolist()
    assert read_places(replace(config, first=len(ids))).train["id"].tolist() == ids


def test_more_places_than_there_are_are_refused(config):
    with pytest.raises(ConfigError, match=r"--first 31: .* has 30 training places"):
        read_places(replace(config, first=31))


def test_the_record_says_how_many_places_were_learned_from_and_a_state_of_others_is_refused(config):
    few = replace(config, first=16)
    pretrain.main(few)
    record = read_record(config.out, "pretrain")
    assert record["config"]["first"] == 16
    assert record["facts"]["training_places"] == 16
    assert record["facts"]["steps"] == 2
    assert is_done(few.out, "pretrain", few, few.inputs)
    assert not is_done(config.out, "pretrain", config, config.inputs)
    with pytest.raises(ArtifactError, match="first was 16, is None"):
        pretrain.main(config)
    with pytest.raises(ArtifactError, match="first was 16, is 24"):
        pretrain.main(replace(config, first=24))


def test_a_state_of_before_learned_from_all_places(config):
    assert config.binding["first"] is None
    assert config.defaults["first"] is None
