"""The sheet of places: all on land, on all continents; captions that can be read, or hidden."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.errors import ConfigError
from world.contact_sheet import PLACES, WALK_STEPS, WALKS, SheetConfig, answers, main


def test_the_places_lie_on_land_on_all_continents_in_all_zones_and_seasons(atlas):
    points = [(lat, lng) for _, lat, lng, _, _ in PLACES]
    told = atlas.describe(points)
    assert len(PLACES) == 24
    assert atlas.is_land(points).all()
    continents = set(atlas.countries["continent"].reindex(told["country"]))
    assert continents >= {"EU", "AS", "AF", "NA", "SA", "OC"}
    assert set(told["koppen"].str[0]) >= set("ABCD")
    assert len({month for *_, month, _ in PLACES}) >= 10
    assert len({name for name, *_ in PLACES}) == 24


def test_captions_are_written_numbered_or_hidden(atlas, tmp_path: Path):
    sheets = {}
    for labels in ("none", "place", "number"):
        config = SheetConfig(tmp_path / f"{labels}.png", width=160, samples=1, first=15, count=2, labels=labels)
        sheets[labels] = np.asarray(Image.open(main(config))).astype(int)
        assert sheets[labels].shape == (40, 320, 3)
    for labels, other in (("place", "none"), ("number", "none"), ("place", "number")):
        apart = np.abs(sheets[labels] - sheets[other]).max(axis=2) > 30
        assert apart[20:].sum() > 40, "in the lower corner"
        assert not apart[:18].any(), "nowhere else"
    assert answers(config) == ["16 Canada, Québec, October", "17 England, Yorkshire, April"]


def test_the_last_row_may_be_short_and_views_have_their_own_shape(atlas, tmp_path: Path):
    config = SheetConfig(tmp_path / "sheet.jpg", width=96, samples=1, count=1, columns=2, views=True)
    assert Image.open(main(config)).size == (192, 24)


def test_a_walk_is_a_strip_of_views_and_each_step_shows_another(atlas, tmp_path: Path):
    sheet = Image.open(main(SheetConfig(tmp_path / "walks.png", width=240, samples=1, walk=True, labels="none")))
    side = 240 // len(WALK_STEPS)
    rows = np.asarray(sheet).astype(int)
    assert len(WALKS) == 3 and len(WALK_STEPS) == 5 and sheet.width == 240
    views = rows.reshape(len(WALKS), -1, len(WALK_STEPS), side, 3)
    for walk in views:
        for k in range(1, len(WALK_STEPS)):
            apart = np.abs(walk[:, k] - walk[:, k - 1]).max(axis=-1) > 25
            assert 0.05 < apart.mean() < 0.95
    named = Image.open(main(SheetConfig(tmp_path / "named.png", width=240, samples=1, walk=True)))
    assert (np.abs(np.asarray(named).astype(int) - rows).max(axis=2) > 30).sum() > 100


@pytest.mark.parametrize("wrong", [{"first": 24}, {"first": -1}, {"count": 0}, {"columns": 0}])
def test_a_sheet_of_nothing_is_refused(tmp_path: Path, wrong):
    with pytest.raises(ConfigError):
        SheetConfig(tmp_path / "sheet.jpg", **wrong)
