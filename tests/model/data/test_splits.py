import numpy as np
import pandas as pd
import pytest

from model.data.splits import groups_of, split_by_cell, split_by_group


def test_places_of_one_cell_share_their_split_and_shares_are_kept():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"lat": rng.uniform(-60, 70, 20_000), "lng": rng.uniform(-180, 180, 20_000)})
    splits = split_by_cell(frame, 0.1, 0.2, 0)
    assert np.mean(splits == "test") == pytest.approx(0.2, abs=0.02)
    assert np.mean(splits == "validation") == pytest.approx(0.1, abs=0.02)
    centre = (np.floor(frame / 0.5) + 0.25) * 0.5
    assert (split_by_cell(centre, 0.1, 0.2, 0) == splits).all()
    assert (split_by_cell(frame.iloc[:100], 0.1, 0.2, 0) == splits[:100]).all(), "a table that grows keeps its splits"
    assert (split_by_cell(frame, 0.1, 0.2, 1) != splits).mean() > 0.2


def test_sequences_and_creators_stay_on_one_side():
    rng = np.random.default_rng(0)
    author = rng.integers(0, 400, 4000)
    frame = pd.DataFrame({"id": [f"{i}" for i in range(4000)], "author": author.astype(str),
                          "sequence": [f"{a % 397}-{i % 3}" for i, a in enumerate(author)]})  # fmt: skip
    splits = split_by_group(frame, 0.1, 0.1, 0)
    assert 0.05 < np.mean(splits == "validation") < 0.15 and 0.05 < np.mean(splits == "test") < 0.15
    for column in ("author", "sequence"):
        assert (pd.Series(splits).groupby(frame[column].to_numpy()).nunique() == 1).all()
    order = rng.permutation(4000)
    assert (split_by_group(frame.iloc[order], 0.1, 0.1, 0) == splits[order]).all()
    alone = pd.DataFrame({"id": ["a", "b", "c"], "author": ["", "", "x"], "sequence": ["s", "", "s"]})
    assert len(set(groups_of(alone))) == 2
    big = frame.assign(author="one", sequence="")
    assert set(split_by_group(big, 0.4, 0.4, 0)) == {"train"}
