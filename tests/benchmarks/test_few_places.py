"""The benchmark of few places: its eyes are the same each time, its rivals do what they say, its figures add up."""

import json

import numpy as np
import pytest

from benchmarks import few_places


def test_eyes_of_chance_see_the_same_each_time_and_tell_pictures_apart():
    pixels = np.random.default_rng(0).integers(0, 255, (3, 48, 48, 3), np.uint8)
    first, again = few_places.random_eyes(pixels), few_places.random_eyes(pixels.copy())
    assert (first == again).all() and first.shape == (3, 2 * 2 * (3 + 32 + 64 + 96))
    assert np.abs(first[0] - first[1]).max() > 0.01


def test_neighbours_guess_the_middle_one_and_a_linear_model_the_middle_of_a_country():
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal([45, 5], 1, (40, 2)), rng.normal([-25, 135], 1, (40, 2))])
    country = np.array(["FR"] * 40 + ["AU"] * 40)
    seen = np.concatenate([rng.normal(3, 1, (40, 4)), rng.normal(-3, 1, (40, 4))])
    asked = np.array([[3.0] * 4, [-3.0] * 4])
    for guess in (few_places.nearest_neighbours(seen, asked, points), few_places.linear(seen, asked, points, country)):
        assert np.abs(guess[0] - [45, 5]).max() < 2 and np.abs(guess[1] - [-25, 135]).max() < 2
        assert (guess[:, None] == points[None]).all(axis=2).any(axis=1).all(), "a known place"
    figures = few_places.figures_of(points[[0, 40]], points[[0, 40]], np.array(["FR", "AU"], object))
    assert figures == {"country": 1.0, "median_km": 0.0, "score": 5000.0}


def test_all_is_drawn_and_measured_and_the_last_line_is_the_figures(tmp_path, capsys):
    few_places.cli(["--train", "100", "--test", "10", "--size", "32", "--folder", str(tmp_path), "--json"])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (figures["train"], figures["test"], figures["dim"]) == (100, 10, 780)
    for name in ("ours", "knn15", "linear"):
        assert 0 <= figures[name]["country"] <= 1 and figures[name]["median_km"] > 0 and figures[name]["score"] > 0
    for name in ("knn15", "linear"):
        assert figures["ahead"][name]["score"] == pytest.approx(figures["ours"]["score"] - figures[name]["score"])
        assert figures["ahead"][name]["median_km"] == pytest.approx(
            figures[name]["median_km"] - figures["ours"]["median_km"]
        )


@pytest.mark.parametrize("wrong", [["--train", "99"], ["--test", "1"], ["--size", "8"], ["--eyes", "closed"]])
def test_what_cannot_be_measured_is_refused(wrong, capsys):
    with pytest.raises(SystemExit) as ended:
        few_places.cli(wrong)
    assert ended.value.code == 2
    assert "error" in capsys.readouterr().err
