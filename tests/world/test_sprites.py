from pathlib import Path

import numpy as np
import pytest

import world.sprites as sprites
from world.clues import build_scenes
from world.places import sample_places
from world.raycast_sprites import LEVELS, SIDE
from world.sprites import BARE, KINDS, SHAPES, plant_atlas, sprite_row


def test_every_kind_is_drawn_in_two_different_forms():
    atlas = plant_atlas()
    for kind in KINDS:
        a, b = (atlas[sprite_row(kind, variant, bare=False), :SIDE] for variant in (0, 1))
        assert 0.01 < (a[..., 0] > 127).mean() < 0.8, kind
        assert not np.array_equal(a, b), kind


def test_a_bare_tree_has_no_leaves_and_less_cover():
    atlas = plant_atlas()
    for kind in BARE:
        leafy, bare = atlas[sprite_row(kind, 0, bare=False), :SIDE], atlas[sprite_row(kind, 0, bare=True), :SIDE]
        assert (bare[..., 1] == 0)[bare[..., 0] > 127].all(), kind
        assert bare[..., 0].mean() < leafy[..., 0].mean(), kind


def test_evergreens_have_no_bare_form():
    assert sprite_row("spruce", 1, bare=True) == sprite_row("spruce", 1, bare=False)


def test_no_two_kinds_share_a_row():
    rows = {sprite_row(kind, v, bare) for kind in KINDS for v in (0, 1) for bare in (False, True)}
    assert len(rows) == 2 * len(KINDS) + 2 * len(BARE) == len(plant_atlas())


def test_mips_keep_the_cover_of_the_picture():
    sheet = plant_atlas()[sprite_row("oak", 0, bare=False)]
    finest = sheet[:SIDE, :SIDE, 0].mean()
    for level in range(1, LEVELS):
        side = SIDE >> level
        top = 2 * SIDE - 2 * side
        assert sheet[top : top + side, :side, 0].mean() == pytest.approx(finest, abs=1.0)


def test_drawing_is_the_same_each_time():
    a, b = (sprites._drawn("acacia", 1, bare=False) for _ in range(2))
    assert np.array_equal(a, b)


def test_a_cache_cut_short_is_drawn_again(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path))
    small = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    monkeypatch.setattr(sprites, "draw_atlas", lambda: small)
    path = tmp_path / f"sprites-{sprites._sources()}.npy"
    path.write_bytes(b"\x93NUMPY")
    assert np.array_equal(plant_atlas.__wrapped__(), small)
    assert np.array_equal(np.load(path), small)


def test_a_cache_that_cannot_be_written_costs_only_time(monkeypatch, tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(sprites, "draw_atlas", lambda: np.zeros((1, 1, 1), np.uint8))
    assert plant_atlas.__wrapped__().shape == (1, 1, 1)


def test_clues_ask_only_for_kinds_that_are_drawn(atlas):
    frame = sample_places(60, seed=3, split="game")
    asked = {kind for scene in build_scenes(frame) for kind, _ in scene.plants.kinds}
    assert asked
    assert asked <= set(SHAPES)
