import os
import signal

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from model.data.caption_source import CaptionSource
from model.data.training_batches import EpochOrder
from model.errors import ConfigError, ImageError
from model.networks.loading import PREFETCH, Steps, default_workers, load_steps
from model.networks.picture_source import PictureSource, fits_in_memory


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(10):
        for view in range(4):
            Image.fromarray(rng.integers(0, 256, (20, 20, 3), np.uint8)).save(tmp_path / f"{i}_{view}.png")
    return tmp_path


@pytest.fixture
def frame():
    columns = {f"image_{view}": [f"{i}_{view}.png" for i in range(10)] for view in range(4)}
    return pd.DataFrame({"id": [f"p{i}" for i in range(10)], "country_name": "Chad", **columns})


@pytest.fixture
def pictures(folder, frame):
    return PictureSource(frame, folder / "manifest.parquet", 4, 16)


@pytest.fixture
def steps(pictures, frame):
    return Steps(pictures, CaptionSource(frame, "street_view"), EpochOrder(10, 3, 0), 2, 1)


def take(steps, first, n, workers=0, stride=1):
    found = load_steps(steps, first, stride, workers, False)
    try:
        return [next(found) for _ in range(n)]
    finally:
        found.close()


def same(one, other):
    return (
        np.array_equal(one.rows, other.rows) and torch.equal(one.views, other.views)
        and np.array_equal(one.chosen, other.chosen) and one.captions == other.captions
        and np.array_equal(one.captioned, other.captioned)
    )  # fmt: skip


def test_a_step_holds_the_pictures_of_its_rows(steps, folder):
    (raw,) = take(steps, 4, 1)
    assert raw.views.shape == (3, 2, 16, 16, 3)
    assert raw.views.dtype == torch.uint8
    for row, chosen, views in zip(raw.rows, raw.chosen, raw.views, strict=True):
        for number, view in zip(chosen, views, strict=True):
            picture = Image.open(folder / f"{row}_{number}.png").resize((16, 16), Image.Resampling.BICUBIC)
            assert np.array_equal(np.asarray(picture), view.numpy())


def test_workers_give_the_same_steps_in_the_same_order_from_any_step_on(steps):
    alone = take(steps, 0, 7)
    together = take(steps, 3, 4, workers=2)
    assert all(same(one, other) for one, other in zip(alone[3:], together, strict=True))
    assert not same(alone[0], alone[3])  # another epoch, another order


def test_processes_take_turns(steps):
    alone = take(steps, 0, 4)
    assert all(same(one, other) for one, other in zip(alone[1::2], take(steps, 1, 2, stride=2), strict=True))


def test_kept_views_are_the_decoded_ones_and_are_shared_with_workers(steps, pictures, folder, tmp_path):
    before = take(steps, 0, 3)
    assert pictures.reserve(tmp_path / "kept", "this manifest")
    pictures.keep(tmp_path / "kept")
    filled = take(steps, 0, 3, workers=1)
    for path in folder.glob("*.png"):
        path.unlink()
    from_memory = take(steps, 0, 3)  # here, from what a worker decoded
    for one, two, three in zip(before, filled, from_memory, strict=True):
        assert same(one, two)
        assert same(one, three)


def test_views_are_kept_only_where_all_of_them_fit(pictures):
    assert pictures.bytes_of_all() == 10 * 4 * 16 * 16 * 3 + 10
    assert fits_in_memory(1000, 1e-6)
    assert not fits_in_memory(1001, 1e-6)
    assert not fits_in_memory(1, 0.0)
    assert not fits_in_memory(1 << 60, None)


@pytest.mark.parametrize("workers", [0, 1])
def test_a_bad_picture_is_one_sentence_wherever_it_was_decoded(steps, folder, workers):
    for path in folder.glob("*_1.png"):
        path.write_bytes(b"no picture")
    with pytest.raises(ImageError) as error:
        take(steps, 0, 9, workers)
    assert str(error.value).endswith("found something else.")
    assert "Traceback" not in str(error.value)


class Mortal(Steps):
    """Ends its own worker at the third step, as a machine that is out of memory does."""

    def __getitem__(self, step):
        if step == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__getitem__(step)


def test_a_worker_that_is_ended_from_outside_is_one_sentence(steps):
    mortal = Mortal(steps.source, steps.captions, steps.order, steps.views, steps.captioned)
    with pytest.raises(ConfigError, match="one of 1 worker processes that decode pictures was ended"):
        take(mortal, 0, 4, workers=1)


def test_workers_are_few_and_decode_a_bounded_number_ahead(monkeypatch):
    monkeypatch.setattr("model.networks.loading.os.cpu_count", lambda: 64)
    assert default_workers(1) == 8
    assert default_workers(16) == 3
    monkeypatch.setattr("model.networks.loading.os.cpu_count", lambda: 1)
    assert default_workers(1) == 1
    assert PREFETCH == 2
