"""Tables of clues as files: what comes back, and what is said of a file that is damaged."""

import numpy as np
import pandas as pd
import pytest

from model.errors import ArtifactError
from world.study.clue_files import joined, read_piece, write_piece


def test_a_piece_comes_back_as_it_was(tmp_path):
    table = pd.DataFrame({"sky.cirrus:value": np.array([0.5, np.nan], np.float32)})
    pd.testing.assert_frame_equal(read_piece(write_piece(table, tmp_path / "a.npz")), table)


@pytest.mark.parametrize("content", [b"", b"nothing of ours", b"PK\x03\x04 cut short"])
def test_a_damaged_piece_is_named_in_a_sentence(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(ArtifactError, match=r"a\.npz.*remove it"):
        read_piece(tmp_path / "a.npz")


def test_a_piece_of_another_kind_is_named_too(tmp_path):
    np.savez(tmp_path / "a.npz", other=np.zeros(3))
    np.save(tmp_path / "b.npy", np.zeros(3))
    for path in (tmp_path / "a.npz", tmp_path / "b.npy"):
        with pytest.raises(ArtifactError, match="remove it"):
            read_piece(path)


def test_pieces_are_joined_row_by_row_and_pieces_of_other_columns_are_refused():
    one = pd.DataFrame({"plants.kinds:oak": [1.0, np.nan], "sky.cirrus:value": [0.1, 0.2]}, dtype=np.float32)
    two = pd.DataFrame({"plants.kinds:oak": [0.0], "sky.cirrus:value": [0.3]}, dtype=np.float32)
    table = joined([one, two])
    assert list(table.columns) == list(one.columns)
    np.testing.assert_array_equal(table["plants.kinds:oak"], np.float32([1.0, np.nan, 0.0]))
    with pytest.raises(ArtifactError, match="same 2 columns"):
        joined([one, two[["sky.cirrus:value", "plants.kinds:oak"]]])
