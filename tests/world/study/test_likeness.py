"""How alike two places look: toy valleys whose soil tells and whose clouds do not."""

import numpy as np
import pandas as pd

from world.study.likeness import learn, nearest


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


def test_each_question_is_answered_once_and_the_answer_is_the_nearest():
    first, _ = _places(400, np.random.default_rng(1))
    second, _ = _places(400, np.random.default_rng(2))
    known, asked = _places(300, np.random.default_rng(3))[0], _places(150, np.random.default_rng(4))[0]
    heard: list[int] = []
    best = nearest(learn(first, second, known), known, asked, heard.append)
    assert sum(heard) == 150 and len(heard) > 1
    apart = np.abs(asked["soil.rgb:light"].to_numpy()[:, None] - known["soil.rgb:light"].to_numpy())
    np.testing.assert_allclose(apart[np.arange(150), best["all"]], apart.min(axis=1), atol=1e-3)
