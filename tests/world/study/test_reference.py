"""The reference pictures: a pixel that changes needs a new version of the world.

The tolerance between kinds of machines was measured: all pictures were drawn on one machine with machine code for its
own processor (`draw_rows` has 2,406 fused multiply-adds there) and with code for the plainest one of its family (none;
NUMBA_CPU_NAME=x86-64 NUMBA_CPU_FEATURES= NPY_DISABLE_CPU_FEATURES="X86_V3 X86_V4 AVX512_ICL"). Of 460,800 values not
one differed. MEASURED holds that; what is allowed leaves room for other families and other libraries.
"""

import json
import os
import shutil
from contextlib import nullcontext

import numpy as np
import pytest
from PIL import Image

from model.errors import ConfigError
from world.clues import build_scenes
from world.draw.slots import CLASSES
from world.lettering.fonts import VARIABLE, fonts_in_use
from world.render import render_view_maps
from world.study import reference
from world.study.reference import (
    FOLDER,
    MEAN_LEVELS,
    NEAR_SHARE,
    RECORD,
    ReferenceConfig,
    apart,
    changes,
    draw_strips,
    main,
    recipes,
)

MEASURED = (0.0, 1.0)  # mean levels, share of pixels within NEAR_LEVELS


@pytest.fixture(scope="module")
def drawn(atlas):
    return draw_strips()


@pytest.fixture
def folder(drawn, monkeypatch, tmp_path):
    """Pictures as they are drawn here and now."""
    monkeypatch.setattr(reference, "draw_strips", lambda: drawn)
    return main(ReferenceConfig(tmp_path)).parent


def test_this_version_still_draws_its_reference_pictures(drawn):
    found = changes(drawn)
    assert not found, "\n".join(found)


def test_the_pictures_are_small_and_show_all_there_is(atlas):
    asked = recipes()
    files = list(FOLDER.glob("*.png"))
    assert {path.stem for path in files} == set(asked["name"])
    assert len(files) == 24
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 400_000
    described = atlas.describe(asked[["lat", "lng"]].to_numpy())
    assert set(atlas.countries["continent"].reindex(described["country"])) >= {"EU", "AS", "AF", "NA", "SA", "OC"}
    assert {zone[0] for zone in described["koppen"]} == set("ABCDE")
    shown = np.concatenate([render_view_maps(scene, 40)[1].ravel() for scene in build_scenes(asked)])
    assert set(np.unique(shown)) == set(range(len(CLASSES)))


@pytest.mark.parametrize("exactly", [True, False])
def test_pictures_that_nobody_touched_are_no_change(drawn, folder, exactly):
    assert changes(drawn, folder, exactly) == []


def test_on_the_same_kind_of_machine_one_step_of_one_pixel_is_a_change(drawn, folder):
    name = recipes()["name"][3]
    touched = drawn | {name: drawn[name].copy()}
    touched[name][7, 9, 1] ^= 1
    assert reference.machine() == json.loads((folder / RECORD).read_text())["machine"]
    (said,) = changes(touched, folder)
    assert said.startswith(f"pixels changed in {name}")
    assert "raise WORLD_VERSION" in said and "python -m world.study.reference" in said
    assert changes(touched, folder, exactly=False) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda strip: np.clip(strip.astype(int) + 1, 0, 255).astype(np.uint8),  # a little brighter
        lambda strip: np.roll(strip, 1, axis=1),  # a pixel aside
        lambda strip: np.where(np.arange(strip.shape[1])[None, :, None] // 5 == 3, 90, strip).astype(
            np.uint8
        ),  # a tree
        lambda strip: strip[:, :-1],
    ],
)
def test_on_other_machines_too_a_change_that_one_could_mean_is_told(drawn, folder, change):
    touched = {name: change(strip) for name, strip in drawn.items()}
    assert len(changes(touched, folder, exactly=False)) >= len(drawn) - 2


def test_what_another_processor_rounds_another_way_is_no_change(drawn, folder):
    rng = np.random.default_rng(0)
    for name, strip in drawn.items():
        steps = rng.integers(-1, 2, strip.shape) * (rng.random(strip.shape) < 0.03)
        grazed = rng.permutation(strip.shape[0] * strip.shape[1]).reshape(strip.shape[:2]) < 4
        other = np.clip(strip + steps + 60 * grazed[..., None], 0, 255).astype(np.uint8)
        assert (other != strip).any()
        assert changes({name: other}, folder, exactly=False) == []
        assert changes({name: other}, folder, exactly=True)


def test_the_tolerance_leaves_room_for_what_was_measured():
    assert 2.0 * MEASURED[0] < MEAN_LEVELS
    assert 2.0 * (1.0 - MEASURED[1]) < 1.0 - NEAR_SHARE


def test_a_new_version_wants_new_pictures(drawn, folder, monkeypatch):
    monkeypatch.setattr(reference, "WORLD_VERSION", reference.WORLD_VERSION + 1)
    (said,) = changes(drawn, folder)
    assert f"version {reference.WORLD_VERSION - 1}" in said and f"WORLD_VERSION is {reference.WORLD_VERSION}" in said
    assert "python -m world.study.reference" in said


def test_other_recipes_a_lost_picture_and_a_lost_record_are_told(drawn, folder):
    name = recipes()["name"][0]
    (folder / f"{name}.png").write_bytes(b"no picture")
    (said,) = changes(drawn, folder)
    assert name in said and "no picture that can be read" in said
    Image.fromarray(drawn[name][:, :50]).save(folder / f"{name}.png")
    assert "another size" in changes(drawn, folder)[0]
    record = json.loads((folder / RECORD).read_text())
    record["recipes"][0]["seed"] += 1
    (folder / RECORD).write_text(json.dumps(record))
    assert "other recipes" in changes(drawn, folder)[0]
    (folder / RECORD).write_text("{")
    assert "none that can be read" in changes(drawn, folder)[0]


def test_pictures_of_the_same_version_are_drawn_over_only_when_one_says_so(folder, monkeypatch):
    before = (folder / RECORD).stat().st_mtime_ns
    with pytest.raises(ConfigError, match=r"version \d+ of the world already.*--again"):
        main(ReferenceConfig(folder))
    assert (folder / RECORD).stat().st_mtime_ns == before
    shutil.copy(folder / f"{recipes()['name'][0]}.png", folder / "a-place-of-the-past.png")
    main(ReferenceConfig(folder, again=True))
    assert not (folder / "a-place-of-the-past.png").exists()
    monkeypatch.setattr(reference, "WORLD_VERSION", reference.WORLD_VERSION + 1)
    main(ReferenceConfig(folder))
    assert json.loads((folder / RECORD).read_text())["world_version"] == reference.WORLD_VERSION


def test_fonts_of_the_machine_change_nothing(drawn, monkeypatch):
    monkeypatch.setenv(VARIABLE, "installed")
    again = draw_strips()
    assert all(np.array_equal(again[name], drawn[name]) for name in drawn)
    assert os.environ[VARIABLE] == "installed"
    if set(fonts_in_use().values()) == {"drawn"}:
        pytest.skip("no fonts are installed here that could change anything")
    monkeypatch.setattr(reference, "_drawn_letters", nullcontext)
    written = draw_strips()
    assert any((written[name] != drawn[name]).any() for name in drawn)


def test_how_far_two_pictures_are_apart_is_counted_by_pixels():
    one = np.zeros((10, 10, 3), np.uint8)
    other = one.copy()
    other[0, 0, 2] = 30
    assert apart(one, other) == (pytest.approx(0.1), pytest.approx(0.99))
