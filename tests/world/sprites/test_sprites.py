from itertools import pairwise

import numpy as np
import pytest

import world.sprites.atlas as sprites
from world.clues import build_scenes
from world.draw.textures import LEVELS, SIDE, sprite_at, texel_at
from world.earth.places import sample_places
from world.sprites.atlas import BARE, KINDS, SHAPES, VARIANTS, plant_atlas, sprite_row


def _finest(kind, variant=0, bare=False):
    """(cover, shade, normal, matter) of a sprite's finest picture, each (SIDE, SIDE)."""
    return np.moveaxis(plant_atlas()[sprite_row(kind, variant, bare), :SIDE].astype(int), -1, 0)


def test_every_kind_fills_a_sane_part_of_its_picture_and_stands_on_the_ground():
    for kind in KINDS:
        for variant in range(VARIANTS):
            cover = _finest(kind, variant)[0]
            assert 0.04 < (cover > 127).mean() < 0.85, kind
            assert cover[-6:].max() > 127, kind  # its foot
            assert cover[: SIDE // 2].max() > 127, kind  # reaches up
            assert (cover[0] > 127).mean() < 0.1, kind  # is not cut off above


def test_variants_of_a_kind_differ():
    for kind in KINDS:
        covers = [_finest(kind, variant)[0] > 127 for variant in range(VARIANTS)]
        for a, b in pairwise(covers):
            assert (a != b).mean() > 0.01, kind


def test_a_bare_tree_has_no_leaves_and_less_cover():
    for kind in BARE:
        leafy, bare = _finest(kind), _finest(kind, bare=True)
        assert (bare[3] >> 4)[bare[0] > 127].mean() < 0.5, kind
        assert bare[0].mean() < leafy[0].mean(), kind


def test_crowns_are_darker_inside_and_round():
    for kind in ("oak", "mango", "maple", "holm-oak"):
        cover, shade, normal, matter = _finest(kind)
        leaf = (cover > 200) & (matter >> 4 > 12)
        rows, columns = np.nonzero(leaf)
        high = rows < np.quantile(rows, 0.2)
        low = rows > np.quantile(rows, 0.8)
        assert shade[leaf][high].mean() > shade[leaf][low].mean() + 10, kind
        right = columns > np.quantile(columns, 0.8)
        left = columns < np.quantile(columns, 0.2)
        assert (normal >> 4)[leaf][right].mean() > (normal >> 4)[leaf][left].mean() + 3, kind
        assert (normal & 15)[leaf][high].mean() > (normal & 15)[leaf][low].mean() + 2, kind


def test_trunks_are_cylinders():
    cover, _, normal, _ = _finest("eucalyptus")
    row = SIDE - 20
    wood = np.flatnonzero(cover[row] > 200)
    across = (normal[row, wood] >> 4) / 7.5 - 1.0
    assert across[0] < -0.5 < 0.5 < across[-1]
    assert (np.diff(across) >= -0.15).all()


def test_evergreens_have_no_bare_form():
    assert sprite_row("spruce", 1, bare=True) == sprite_row("spruce", 1, bare=False)


def test_no_two_kinds_share_a_row():
    rows = {sprite_row(kind, v, bare) for kind in KINDS for v in range(VARIANTS) for bare in (False, True)}
    assert len(rows) == VARIANTS * (len(KINDS) + len(BARE)) == len(plant_atlas())


def test_mips_keep_the_cover_of_the_picture():
    sheet = plant_atlas()[sprite_row("oak", 0, bare=False)]
    finest = sheet[:SIDE, :SIDE, 0].mean()
    for level in range(1, LEVELS):
        side = SIDE >> level
        left = SIDE - 2 * side
        assert sheet[SIDE : SIDE + side, left : left + side, 0].mean() == pytest.approx(finest, abs=1.0)


def test_a_texel_gives_back_what_was_packed():
    atlas = plant_atlas()
    row = sprite_row("cactus", 0, bare=False)
    a, leaf, mark, shade, side, up = texel_at(atlas, row, 0.5, 0.7, 1.0 / SIDE)
    assert a == pytest.approx(1.0) and leaf == pytest.approx(1.0) and 0.0 <= mark <= 1.0
    assert 0.0 < shade <= 1.0 and abs(side) < 0.6 and abs(up) < 0.4
    assert sprite_at(atlas, row, 0.5, 0.7, 1.0 / SIDE) == (a, leaf, shade, side)
    assert texel_at(atlas, row, 0.01, 0.01, 1.0 / SIDE) == (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_drawing_is_the_same_each_time():
    a, b = (sprites._drawn("acacia", 1, bare=False) for _ in range(2))
    assert np.array_equal(a, b)


def test_clues_ask_only_for_kinds_that_are_drawn(atlas):
    frame = sample_places(60, seed=3, split="game")
    asked = {kind for scene in build_scenes(frame) for kind, _ in scene.plants.kinds}
    assert asked
    assert asked <= set(SHAPES)
