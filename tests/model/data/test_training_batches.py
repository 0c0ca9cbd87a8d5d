import numpy as np
import pandas as pd
import pytest

from model.data.caption_source import CaptionSource
from model.data.training_batches import EpochOrder, plan_step, steps_per_epoch


@pytest.fixture
def source():
    frame = pd.DataFrame({"country_name": [f"Country{i}" for i in range(10)], "image_0": "x", "month": 7})
    return CaptionSource(frame, "street_view")


def plan(step, source, **options):
    settings = {"n_views": 4, "views": 4, "captions": 1} | options
    return plan_step(step, EpochOrder(10, 3, settings.pop("seed", 0)), source, **settings)


def test_an_epoch_shows_each_place_once_and_the_next_in_another_order(source):
    assert steps_per_epoch(10, 3) == 3
    epochs = [np.concatenate([plan(epoch * 3 + i, source).rows for i in range(3)]) for epoch in range(2)]
    assert all(len(set(rows)) == 9 for rows in epochs)
    assert epochs[0].tolist() != epochs[1].tolist()


def test_a_step_is_the_same_whenever_it_is_planned(source):
    one, two = plan(7, source), plan(7, source)
    assert one.captions == two.captions
    assert np.array_equal(one.rows, two.rows)
    assert one.captions != plan(7, source, seed=1).captions


def test_captions_belong_to_the_places_of_the_views_they_name(source):
    seen = plan(0, source, captions=2)
    assert len(seen.captions) == len(seen.captioned) == 6
    for slot, caption in zip(seen.captioned, seen.captions, strict=True):
        row = seen.rows[slot // 4]
        assert f"Country{row}" in caption or "Country" not in caption
    assert len({int(slot) for slot in seen.captioned}) == 6


def test_fewer_views_are_drawn_without_repetition(source):
    seen = plan(0, source, views=2)
    assert seen.views.shape == (3, 2)
    assert all(len(set(row)) == 2 for row in seen.views.tolist())
    assert plan(0, source).views.tolist() == [[0, 1, 2, 3]] * 3


def test_the_compass_of_a_caption_is_that_of_its_view(source):
    rng = np.random.default_rng(0)
    for view, name in enumerate(("north", "east", "south", "west")):
        facing = [text for text in (source.caption(0, view, rng) for _ in range(100)) if "facing" in text]
        assert facing
        assert all(f"facing {name}." in text for text in facing)


def test_a_single_photo_without_heading_has_no_compass():
    source = CaptionSource(pd.DataFrame({"country_name": ["Chad"], "image": ["x"]}), "street_view")
    rng = np.random.default_rng(0)
    assert not any("facing" in source.caption(0, 0, rng) for _ in range(100))
