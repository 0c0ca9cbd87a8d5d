"""Places of several people in one pass: everybody gets what he would get alone."""

import io
import json

import numpy as np
import pytest
import torch
from PIL import Image

import model.predictors.together
from model.geolocator import Geolocator
from world import WORLD_VERSION


@pytest.fixture(scope="module")
def shipped():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Geolocator.load()
    torch.set_num_threads(threads)


def picture(seed, width=160, height=120, drawn=False):
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    stream, exif = io.BytesIO(), Image.Exif()
    exif[0x0131] = f"simulated Earth v{WORLD_VERSION}" if drawn else "Camera"
    Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC).save(stream, "PNG", exif=exif.tobytes())
    return stream.getvalue()


def crowd():
    """Photos, drawn photos, four views and a panorama, mixed."""
    return [
        [picture(1)], [picture(n, drawn=True) for n in range(2, 6)], [picture(6, drawn=True)],
        [picture(7, 256, 128, drawn=True)], [picture(8)], [picture(n) for n in range(9, 13)],
    ]  # fmt: skip


def same(one, other):
    """JSON data of two guesses, numbers but for the last digits of sums in float32."""
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for name in one:
            same(one[name], other[name])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            same(a, b)
    elif isinstance(one, float):
        assert other == pytest.approx(one, rel=2e-3, abs=2e-5)
    else:
        assert one == other


def test_a_batch_of_mixed_places_says_of_each_what_it_is_told_alone(shipped):
    alone = [shipped.locate(images) for images in crowd()]
    together = shipped.locate_prepared([shipped.prepare(images) for images in crowd()])
    assert [g.read_as for g in together] == ["photo", "views", "photo", "panorama", "photo", "views"]
    assert [g.out_of_distribution for g in together] == [True, False, False, False, True, True]
    for one, other in zip(alone, together, strict=True):
        same(json.loads(json.dumps(one.as_dict())), json.loads(json.dumps(other.as_dict())))


def test_nobody_is_given_the_answer_of_another(shipped):
    places = [shipped.prepare([picture(seed, drawn=True)]) for seed in range(20, 26)]
    forward = shipped.locate_prepared(places)
    backward = shipped.locate_prepared(places[::-1])[::-1]
    assert len({(g.lat, g.lng) for g in forward}) > 1
    for one, other in zip(forward, backward, strict=True):
        assert (one.lat, one.lng) == pytest.approx((other.lat, other.lng), abs=1e-4)
        assert one.familiarity == pytest.approx(other.familiarity, abs=1e-3)


def test_one_pass_serves_all_who_are_alike_and_no_pass_is_too_large(shipped, monkeypatch):
    passes = []
    encoder = shipped.answering(1).seeing
    embed = encoder.embed_images
    monkeypatch.setattr(
        encoder, "embed_images", lambda pixels, *rest: passes.append(len(pixels)) or embed(pixels, *rest)
    )
    places = [shipped.prepare([picture(seed)]) for seed in range(5)]
    shipped.locate_prepared(places)
    assert passes == [5]
    monkeypatch.setattr(model.predictors.together, "VIEWS_AT_ONCE", 2)
    assert len(shipped.locate_prepared(places)) == 5
    assert passes == [5, 2, 2, 1]


def test_nobody_at_all_is_no_pass(shipped):
    assert shipped.locate_prepared([]) == []
