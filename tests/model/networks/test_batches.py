import numpy as np
import pandas as pd
import pytest
import torch

from model.data.attributes import AttributeSpace
from model.data.caption_source import CaptionSource
from model.data.clues import ClueSpace, ClueTable, ClueTask
from model.data.training_batches import EpochOrder, plan_step
from model.networks.batches import BatchMaker
from model.networks.loading import RawStep

FRAME = pd.DataFrame(
    {"lat": [0.0, 10.0, 20.0, 30.0], "lng": [179.9, -179.9, 0.0, 1.0], "country": ["AA", "BB", "AA", "BB"],
     "country_name": ["Aland", "Bland"] * 2, "altitude_m": [0.0, 10.0, 20.0, 30.0], "image_0": "x"}
)  # fmt: skip
SOURCE = CaptionSource(FRAME, "street_view")


@pytest.fixture
def views():
    return np.random.default_rng(0).integers(0, 256, (4, 4, 32, 32, 3), np.uint8)


@pytest.fixture
def maker(tokenizer):
    space = AttributeSpace.fit(FRAME)
    half = (0.5, 0.5, 0.5)
    return BatchMaker(FRAME, tokenizer, space, None, 75.0, half, half, torch.device("cpu"))


@pytest.fixture
def raw(views):
    def step(n_views=4, **options):
        planned = plan_step(0, EpochOrder(4, 3, 0), SOURCE, 4, n_views, 1)
        seen = torch.from_numpy(views[planned.rows[:, None], planned.views])
        return RawStep(planned.rows, seen, planned.views, planned.captions, planned.captioned, **options)

    return step


def test_a_batch_holds_the_rows_of_its_step(maker, raw):
    planned = raw()
    batch = maker.batch(planned, seed=1)
    assert batch.pixels.shape == (3, 4, 3, 32, 32)
    assert len(batch.tokens["input_ids"]) == len(batch.captioned) == 3
    assert batch.labels["country"].tolist() == [int(row) % 2 for row in planned.rows]
    assert batch.regressions.shape == (3, 1)
    assert batch.cells is None


def test_channels_stay_last_in_memory(maker, raw):
    assert maker.batch(raw(), seed=1).pixels.flatten(0, 1).is_contiguous(memory_format=torch.channels_last)


def test_small_views_and_few_views(maker, raw):
    assert maker.batch(raw(2), seed=1, side=16).pixels.shape == (3, 2, 3, 16, 16)
    assert [tuple(part.shape) for part in maker.in_order(np.zeros((5, 4, 32, 32, 3), np.uint8), 16, size=3)] == [
        (3, 4, 3, 16, 16), (2, 4, 3, 16, 16),
    ]  # fmt: skip


def test_views_in_order_are_normalised_and_not_augmented(maker, views):
    (pixels,) = maker.in_order(views, None)
    expected = (views.transpose(0, 1, 4, 2, 3) / 255.0 - 0.5) / 0.5
    assert np.allclose(pixels.numpy(), expected, atol=1e-5)


def test_a_maker_of_photographs_gives_one_view_of_each_place_and_its_captions(tokenizer, raw):
    half = (0.5, 0.5, 0.5)
    maker = BatchMaker(FRAME, tokenizer, AttributeSpace.fit(FRAME), None, 65.0, half, half, torch.device("cpu"),
                       photo=True)  # fmt: skip
    step = raw(maps=torch.zeros(3, 4, 32, 32, dtype=torch.uint8))
    step.captioned = np.array([1, 4, 11])  # of the twelve views: of the places 0, 1 and 2
    batch = maker.batch(step, seed=1)
    assert batch.pixels.shape == (3, 1, 3, 32, 32)
    assert batch.captioned.tolist() == [0, 1, 2]
    assert batch.maps is None
    looked = maker.look(step.views)
    assert looked.shape == (3, 1, 3, 32, 32)
    assert torch.equal(looked, maker.look(step.views))


def test_clues_and_maps_come_with_their_rows(tokenizer, raw):
    half = (0.5, 0.5, 0.5)
    values = np.arange(8, dtype=np.float16).reshape(4, 2)
    clues = ClueTable(
        ClueSpace((ClueTask("a", "number", 0, 1, 1.0, 1.0), ClueTask("b", "number", 1, 2, 1.0, 1.0))), values
    )
    maker = BatchMaker(FRAME, tokenizer, AttributeSpace.fit(FRAME), None, 75.0, half, half, torch.device("cpu"), clues)
    step = raw(maps=torch.full((3, 4, 16, 16), 7, dtype=torch.uint8))
    batch = maker.batch(step, seed=1)
    assert batch.clues.tolist() == [[2 * row, 2 * row + 1] for row in step.rows]
    assert batch.maps.shape == (3, 4, 16, 16)
    assert batch.maps.eq(7).all()
