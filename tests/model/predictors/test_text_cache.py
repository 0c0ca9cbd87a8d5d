"""Vectors of sentences are made once, kept on disk, and made again where the file is no good."""

import numpy as np
import pytest

from model.errors import ArtifactError
from model.predictors.text_cache import TextCache, texts_of


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path / "cache"))


class Tower:
    """Writes down what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, texts):
        self.asked += texts
        vectors = np.array([[len(text), text.count("a"), 1.0] for text in texts], np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_sentence_is_asked_once_for_an_encoder_and_again_for_another():
    tower = Tower()
    first = TextCache("f" * 64, tower, 3).vectors(["a b", "ccc", "a b"])
    assert tower.asked == ["a b", "ccc"] and np.array_equal(first[0], first[2])
    again = TextCache("f" * 64, tower, 3).vectors(["ccc", "new"])
    assert tower.asked == ["a b", "ccc", "new"] and np.array_equal(again[0], first[1])
    TextCache("e" * 64, tower, 3).vectors(["ccc"])
    assert tower.asked[-1] == "ccc"
    assert TextCache("f" * 64, tower, 3).vectors([]).shape == (0, 3)


def test_two_processes_keep_what_both_learned():
    tower = Tower()
    one, other = TextCache("f" * 64, tower, 3), TextCache("f" * 64, tower, 3)
    one.vectors(["a"])
    other._known = {}  # opened before the first one wrote
    other.vectors(["b"])
    tower.asked.clear()
    TextCache("f" * 64, tower, 3).vectors(["a", "b"])
    assert tower.asked == []


@pytest.mark.parametrize("content", [b"", b"no tensors here" * 9])
def test_a_damaged_file_or_one_of_another_width_is_made_again(content):
    tower = Tower()
    cache = TextCache("f" * 64, tower, 3)
    cache.vectors(["a"])
    cache.path.write_bytes(content)
    assert TextCache("f" * 64, tower, 3).vectors(["a"]).shape == (1, 3)
    assert tower.asked == ["a", "a"]
    wider = TextCache("f" * 64, lambda texts: np.ones((len(texts), 5), np.float32), 5)
    assert wider.vectors(["a"]).shape == (1, 5)


def test_a_cache_that_cannot_be_written_costs_time_and_nothing_else(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path / "file"))
    assert TextCache("f" * 64, Tower(), 3).vectors(["a"]).shape == (1, 3)


def test_what_a_person_typed_is_not_kept():
    cache = TextCache("f" * 64, Tower(), 3)
    assert cache.vectors_once(["my own garden"]).shape == (1, 3)
    assert not cache.path.exists()


def test_several_sentences_stand_for_a_place_by_the_direction_of_their_mean():
    cache = TextCache("f" * 64, Tower(), 3)
    mean = cache.mean_vectors([["a"], ["a", "bbb"]])
    by_hand = cache.vectors(["a", "bbb"]).mean(axis=0)
    assert mean[1] == pytest.approx(by_hand / np.linalg.norm(by_hand))
    assert mean[0] == pytest.approx(cache.vectors(["a"])[0])


def test_an_encoder_without_a_text_tower_is_one_sentence():
    class Eye:
        source, projected_dim = "some/backbone", 0

    with pytest.raises(ArtifactError, match=r"text tower in the encoder some/backbone.*--encoder"):
        texts_of(Eye())
