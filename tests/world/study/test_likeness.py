"""How alike two places look: toy valleys whose soil tells and whose clouds do not."""

import numpy as np
import pandas as pd

from world.study.likeness import Scale, family_weights, learn, nearest


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
    best = nearest(learn(first, second, known), known, asked, done=heard.append)
    assert sum(heard) == 150 and len(heard) > 1
    apart = np.abs(asked["soil.rgb:light"].to_numpy()[:, None] - known["soil.rgb:light"].to_numpy())
    np.testing.assert_allclose(apart[np.arange(150), best["all"]], apart.min(axis=1), atol=1e-3)


def test_a_family_that_says_one_thing_many_times_weighs_less_than_one_that_knows():
    rng = np.random.default_rng(5)
    count = 600
    points = np.column_stack([np.zeros(count), rng.uniform(0.0, 20.0, count)])  # along the equator

    def look(noise: np.random.Generator) -> pd.DataFrame:
        mood = 20.0 * noise.normal(size=count)  # of the day, the same at every azimuth
        columns = {"soil.rgb:light": 5.0 * points[:, 1] + noise.normal(size=count)}
        columns |= {f"sky.azimuth_{k}:light": mood + noise.normal(size=count) for k in range(30)}
        return pd.DataFrame(columns).astype(np.float32)

    known = look(rng)
    scales = learn(known.iloc[:300], look(rng).iloc[:300], known)
    scales |= {  # as pairs of looks on one day would teach it
        f"sky.azimuth_{k}": Scale((f"sky.azimuth_{k}:light",), np.zeros(1, np.float32), np.ones((1, 1), np.float32))
               for k in range(30)}  # fmt: skip
    weights = family_weights(scales, known, points)
    assert weights["sky"] < 0.3 < weights["soil"]
    asked = look(rng)
    off = {name: np.abs(points[nearest(scales, known, asked, w)["all"], 1] - points[:, 1]).mean()
           for name, w in (("even", None), ("weighed", weights))}  # fmt: skip
    assert off["weighed"] < 0.6 * off["even"]
