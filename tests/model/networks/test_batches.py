import numpy as np
import pandas as pd
import pytest
import torch

from model.data.attributes import AttributeSpace
from model.data.caption_source import CaptionSource
from model.data.training_batches import EpochOrder, plan_step
from model.networks.batches import BatchMaker
from model.networks.loading import RawStep

FRAME = pd.DataFrame(
    {"lat": [0.0, 10.0, 20.0, 30.0], "lng": [179.9, -179.9, 0.0, 1.0], "country": ["AA", "BB", "AA", "BB"],
     "country_name": ["Aland", "Bland"] * 2, "altitude_m": [0.0, 10.0, 20.0, 30.0], "image_0": "x"}
)  # fmt: skip


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
    def step(n_views=4):
        planned = plan_step(0, EpochOrder(4, 3, 0), CaptionSource(FRAME, "street_view"), 4, n_views, 1)
        seen = torch.from_numpy(views[planned.rows[:, None], planned.views])
        return RawStep(planned.rows, seen, planned.views, planned.captions, planned.captioned)

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
