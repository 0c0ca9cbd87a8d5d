"""The score that perfect eyes could reach: tiny numbers of places."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from model.errors import ConfigError
from world import ceiling
from world.ceiling import CeilingConfig, cli, main
from world.clues import FAMILIES, build_scene, build_scenes
from world.earth.places import sample_places
from world.study import visible
from world.study.likeness import learn, nearest

KEYS = {"n", "country_accuracy", "within_km", "median_km", "mean_km", "mean_score", "cell_top1", "cell_top5"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("ceiling")


@pytest.fixture(scope="module")
def config(folder):
    patch = pytest.MonkeyPatch()
    patch.setattr(ceiling, "PAIRS", 100)
    yield CeilingConfig(places=150, queries=20, seed=3, workers=1, out=folder / "figures.json", clues=folder / "clues")
    patch.undo()


@pytest.fixture(scope="module")
def figures(config):
    return main(config)


@pytest.fixture(scope="module")
def scene():
    return build_scene(48.2, 16.37, 6, 11.0, 4)


def _shown(scene) -> dict[str, bool]:
    """Whether each clue of a scene is in its picture."""
    row = visible.clue_table([scene]).iloc[0]
    return {str(name).split(":")[0]: bool(np.isfinite(value)) for name, value in row.items()}


def _with(scene, family, **values):
    return dataclasses.replace(scene, **{family: dataclasses.replace(getattr(scene, family), **values)})


def test_there_is_a_row_for_all_clues_and_one_without_each_family(figures, config):
    assert set(figures) == {"all", *(f"without.{family}" for family in FAMILIES)}
    for row in figures.values():
        assert set(row) >= KEYS and row["n"] == 20
        assert set(row["within_km"]) == {"1", "25", "200", "750", "2500"}
    assert json.loads(config.out.read_text()) == figures


def test_with_few_known_places_the_guess_is_still_far_better_than_chance(figures):
    assert figures["all"]["mean_score"] > 1500
    assert figures["all"]["country_accuracy"] > 0.3


def test_a_second_run_reads_the_clues_from_the_folder(figures, config, monkeypatch):
    monkeypatch.setattr(ceiling, "clue_table", lambda scenes: pytest.fail("looked again"))
    assert main(config) == figures


def test_what_no_pixel_shows_is_no_clue(scene):
    bare = build_scene(48.2, 16.37, 6, 11.0, 4, without=["vehicles", "signs", "furniture", "life"])
    shown = _shown(bare)
    hidden = ("vehicles.plate_rear_rgb", "vehicles.palette", "signs.text", "signs.board_rgb", "furniture.pole_rgb",
              "furniture.bollard_rgb", "life.skin")  # fmt: skip
    assert not any(shown.get(name, False) for name in hidden)
    assert shown["road.rgb"] and shown["sky.cloud_cover"] and shown["ground.grass_cover"]


def test_a_clue_that_hangs_on_another_is_seen_with_it_alone(scene):
    field = _with(scene, "ground", crop="wheat")
    assert _shown(field)["ground.crop_rgb"] and not _shown(_with(field, "ground", crop="none"))["ground.crop_rgb"]
    assert not _shown(_with(scene, "sky", cloud_cover=0.95))["sky.sun_azimuth_deg"]
    assert not _shown(_with(scene, "ground", snow=0.9))["ground.soil_rgb"]
    assert not _shown(_with(scene, "road", centre_line="none"))["road.centre_rgb"]


def test_what_stands_behind_a_street_front_is_not_seen():
    places = sample_places(40, 1, "train", "urban")
    fronts = [s for s in build_scenes(places) if s.buildings.density > 0.7]
    open_land = [s for s in build_scenes(sample_places(40, 1, "train", "rural")) if s.buildings.density < 0.1]
    seen = [np.mean([visible.look(s).skyline.mean() for s in scenes]) for scenes in (fronts[:6], open_land[:6])]
    assert seen[0] < seen[1]


def _places(count, noise):
    """A clue that tells which of ten valleys, and one that says nothing."""
    valley = np.arange(count) % 10
    values = {
        "soil.rgb:light": valley * 8.0 + noise.normal(size=count),
        "sky.cloud:value": 30 * noise.normal(size=count),
    }
    return pd.DataFrame(values).astype(np.float32), valley


def test_the_clue_that_tells_is_trusted_and_its_loss_hurts():
    first, _ = _places(400, np.random.default_rng(1))
    second, _ = _places(400, np.random.default_rng(2))
    known, valley = _places(200, np.random.default_rng(3))
    asked, truth = _places(100, np.random.default_rng(4))
    scales = learn(first, second, known)
    best = nearest(scales, known, asked)
    right = np.mean(valley[best["all"]] == truth)
    assert right > 0.95
    assert np.mean(valley[best["soil"]] == truth) < 0.4  # without the soil


def test_a_clue_unseen_in_one_of_two_places_neither_helps_nor_hurts():
    first, _ = _places(400, np.random.default_rng(1))
    second, _ = _places(400, np.random.default_rng(2))
    known = _places(200, np.random.default_rng(3))[0]
    asked = _places(100, np.random.default_rng(4))[0]
    asked.loc[:, "soil.rgb:light"] = np.nan
    best = nearest(learn(first, second, known), known, asked)
    np.testing.assert_array_equal(best["all"], best["soil"])


def test_foolish_numbers_are_answered_with_a_sentence(capsys):
    with pytest.raises(ConfigError, match="--places must be at least 100"):
        CeilingConfig(places=3)
    with pytest.raises(ConfigError, match="not be negative"):
        CeilingConfig(seed=-1)
    with pytest.raises(SystemExit) as stopped:
        cli(["--places", "100", "--queries", "0"])
    assert stopped.value.code == 2
    assert "--queries at least 1" in capsys.readouterr().err
