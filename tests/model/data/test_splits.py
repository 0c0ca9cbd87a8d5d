import numpy as np
import pandas as pd
import pytest

from model.data.splits import groups_of, split_by_cell, split_by_group
from model.errors import ManifestError


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
    assert set(split_by_group(big, 0.0, 0.0, 0)) == {"train"}
    with pytest.raises(ManifestError, match=r"1 sequences or authors.*100\.0%.*test and a validation of 40\.0%"):
        split_by_group(big, 0.4, 0.4, 0)


def export(sequences, each, author="ann"):
    ids = [f"{s:03d}-{i:03d}" for s in range(sequences) for i in range(each)]
    return pd.DataFrame({"id": ids, "author": author, "sequence": [name[:3] for name in ids]})


@pytest.mark.parametrize(("sequences", "each"), [(50, 100), (25, 10), (3, 1), (60, 3)])
@pytest.mark.parametrize("seed", range(5))
def test_an_export_of_few_sequences_gets_its_validation_and_its_test(sequences, each, seed):
    frame = export(sequences, each)
    splits = split_by_group(frame, 0.05, 0.05, seed)
    assert (pd.Series(splits).groupby(frame["sequence"]).nunique() == 1).all()
    shares = pd.Series(splits).value_counts(normalize=True)
    assert set(shares.index) == {"train", "validation", "test"} and shares["train"] > 0.3
    assert (split_by_group(frame[::-1], 0.05, 0.05, seed)[::-1] == splits).all()
    alone = split_by_group(frame, 0.05, 0.0, seed)
    assert set(alone) == {"train", "validation"}


def test_sequences_that_are_too_long_for_the_shares_are_refused_with_what_to_do():
    with pytest.raises(ManifestError, match=r"4 sequences .* with 25\.0% .*--validation and --test"):
        split_by_group(export(4, 10), 0.05, 0.05, 0)
    assert set(split_by_group(export(4, 10), 0.25, 0.25, 0)) == {"train", "validation", "test"}
    with pytest.raises(ManifestError, match="1 sequences or authors"):
        split_by_group(export(5, 10).assign(sequence=""), 0.1, 0.1, 0)


def test_new_photographs_of_known_people_change_no_split():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"id": [f"m{i}" for i in range(6000)], "author": rng.integers(0, 400, 6000).astype(str)})
    frame["sequence"] = frame["author"] + "-" + rng.integers(0, 3, 6000).astype(str)
    more = pd.concat([frame[:2000].assign(id=[f"a{i}" for i in range(2000)]), frame], ignore_index=True)
    splits = split_by_group(frame, 0.1, 0.1, 0)
    assert {"train", "validation", "test"} == set(splits)
    assert (split_by_group(more, 0.1, 0.1, 0)[2000:] == splits).all()
