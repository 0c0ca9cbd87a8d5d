import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.data import clues
from model.data.clue_statistics import Statistics, told_by_position
from model.data.clues import CLASSES, FLAG, NUMBER, clues_beside, read_clues
from model.errors import ManifestError

N = 200
NAN = np.nan
FIELDS = {
    "soil.rgb:light": "CIELAB", "road.kerb:value": "yes or no", "road.line:none": "yes or no",
    "road.line:solid": "yes or no", "road.line:dashed": "yes or no", "plants.kinds:oak": "share",
    "plants.kinds:palm": "share", "road.width_m:value": "m", "sky.sun:value": "number", "signs.text:0": "letters",
}  # fmt: skip


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame({
        "id": [f"p{i}" for i in range(N)], "lat": np.repeat([0.5, 42.0], N // 2) + rng.random(N),
        "lng": np.repeat([10.5, 100.5], N // 2) + rng.random(N),
        "split": ["test" if i % 10 == 9 else "train" for i in range(N)],
    })  # fmt: skip


@pytest.fixture
def values():
    rng = np.random.default_rng(1)
    line, oak = np.eye(3)[rng.integers(0, 3, N)], rng.random(N)
    unseen = rng.random(N) < 0.3
    line[unseen] = NAN
    east = np.arange(N) >= N // 2
    return np.column_stack([
        50.0 + 20.0 * east + rng.normal(0, 1, N), rng.random(N) < 0.5, line, oak, 1 - oak, np.exp(rng.normal(3, 1, N)),
        rng.normal(0, 1, N), np.full(N, NAN),
    ]).astype(np.float32)  # fmt: skip


def write(folder, ids, values, names=tuple(FIELDS), notes=True):
    fields = [pa.field("id", pa.string())]
    for name in names:
        told = {"clue": name.split(":")[0], "unit": FIELDS.get(name, "number")} if notes else None
        fields.append(pa.field(name, pa.float32(), metadata=told))
    arrays = [pa.array(list(ids)), *(pa.array(column) for column in np.asarray(values, np.float32).T)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), folder / "clues.parquet")
    return folder / "clues.parquet"


def task(table, clue):
    return [one for one in table.space.tasks if one.clue == clue]


def test_kinds_of_tasks_follow_from_what_the_training_places_show(tmp_path, frame, values):
    table = read_clues(write(tmp_path, frame["id"], values), frame)
    kinds = {one.clue: one.kind for one in table.space.tasks}
    assert kinds == {"soil.rgb": NUMBER, "road.width_m": NUMBER, "sky.sun": NUMBER, "road.kerb": FLAG,
                     "road.line": CLASSES, "plants.kinds": CLASSES}  # fmt: skip
    assert table.space.n_outputs == 9  # the text of signs is nowhere visible
    assert [one.start for one in table.space.tasks] == [0, *(one.stop for one in table.space.tasks[:-1])]
    line = task(table, "road.line")[0]
    assert line.uncertainty == pytest.approx(np.log(3), abs=0.05)


def test_numbers_are_standardised_on_training_places_alone(tmp_path, frame, values):
    values[frame["split"] == "test", 0] += 1000.0
    table = read_clues(write(tmp_path, frame["id"], values), frame)
    soil = table.targets(np.arange(N))[:, task(table, "soil.rgb")[0].start]
    train = frame["split"] == "train"
    assert soil[train].mean() == pytest.approx(0.0, abs=0.01)
    assert soil[train].std() == pytest.approx(1.0, abs=0.01)
    assert (soil[~train] == clues.LIMIT).all()


def test_lengths_are_compared_by_ratio(tmp_path, frame, values):
    """Log-normal widths are skewed as metres and symmetric as ratios."""
    table = read_clues(write(tmp_path, frame["id"], values), frame)
    width = table.targets(np.arange(N))[:, task(table, "road.width_m")[0].start]
    assert abs(np.mean(width**3)) < 1.0
    raw = (values[:, 7] - values[:, 7].mean()) / values[:, 7].std()
    assert np.mean(raw**3) > 1.5


def test_rows_follow_the_frame_and_what_is_not_seen_stays_open(tmp_path, frame, values, monkeypatch):
    monkeypatch.setattr(clues, "SLICE", 64)  # several slices
    order = np.random.default_rng(2).permutation(N)
    whole = read_clues(write(tmp_path, frame["id"], values), frame)
    mixed = read_clues(write(tmp_path, frame["id"].to_numpy()[order], values[order]), frame)
    assert np.allclose(whole.targets(np.arange(N)), mixed.targets(np.arange(N)), atol=2e-3, equal_nan=True)
    line = task(whole, "road.line")[0]
    seen = whole.targets(np.arange(N))[:, line.start : line.stop]
    assert np.array_equal(seen, values[:, 2:5], equal_nan=True)
    assert np.isnan(seen).any()
    few = read_clues(tmp_path / "clues.parquet", frame.iloc[[5, 3]].assign(split="test"))
    assert few.space.tasks == ()


def test_clues_that_follow_from_the_place_count_most(tmp_path, frame, values):
    table = read_clues(write(tmp_path, frame["id"], values), frame)
    soil, sun = task(table, "soil.rgb")[0].weight, task(table, "sky.sun")[0].weight
    assert soil > 0.95
    assert sun == pytest.approx(clues.FLOOR, abs=0.06)


def test_what_position_tells_is_the_correlation_ratio_without_chance():
    """Two cells, values 0 0 2 and 4 4 6: between 24, total 29 1/3; η² = 9/11, ε² = 1 − (2/11)·5/4 = 17/22."""
    points = np.array([[0.0, 0.0]] * 3 + [[0.0, 90.0]] * 3)
    statistics = Statistics([[0]], points)
    statistics.add(np.arange(6), np.array([[0.0], [0], [2], [4], [4], [6]], np.float32))
    assert told_by_position(statistics)[0] == pytest.approx(17 / 22)


def test_a_direction_becomes_cosine_and_sine(tmp_path, frame):
    heading = np.where(np.arange(N) % 2 == 0, 359.0, 1.0)[:, None]  # nearly the same direction
    path = write(tmp_path, frame["id"], heading + np.arange(N)[:, None] % 4, ["road.heading_deg:value"])
    schema = pq.read_schema(path)
    told = schema.field(1).with_metadata({"clue": "road.heading_deg", "unit": "degrees"})
    pq.write_table(pq.read_table(path).cast(schema.set(1, told)), path)
    table = read_clues(path, frame)
    assert [one.clue for one in table.space.tasks] == ["road.heading_deg"] * 2
    sine = table.targets(np.arange(4))[:, 1]
    assert sine[0] < 0 < sine[3]  # 359° and 4°: on either side of north


def test_a_table_without_metadata_is_read_by_its_names(tmp_path, frame, values):
    table = read_clues(write(tmp_path, frame["id"], values, notes=False), frame)
    assert {one.clue for one in table.space.tasks} >= {"road.line", "plants.kinds"}


def test_classes_that_do_not_sum_to_one_are_numbers_and_flags(tmp_path, frame, values):
    values[:, 3] = np.random.default_rng(3).random(N) < 0.5
    table = read_clues(write(tmp_path, frame["id"], values), frame)
    assert {one.kind for one in task(table, "road.line")} == {FLAG}


def test_a_large_table_lies_in_a_file_of_its_own(tmp_path, frame, values, monkeypatch):
    path = write(tmp_path, frame["id"], values)
    small = read_clues(path, frame)
    monkeypatch.setattr(clues, "IN_MEMORY", 0)
    large = read_clues(path, frame)
    assert isinstance(large.values, np.memmap)
    assert np.array_equal(small.targets(np.arange(N)), large.targets(np.arange(N)), equal_nan=True)


def test_clues_are_looked_for_beside_the_manifest(tmp_path, frame, values):
    assert clues_beside(tmp_path / "manifest.parquet") is None
    path = write(tmp_path, frame["id"], values)
    assert clues_beside(tmp_path / "manifest.parquet") == path


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda ids, values: (ids[:-1], values[:-1]), "lacks 1 of the manifest's 200 places"),
        (lambda ids, values: ([*ids[:-1], ids[0]], values), "'p0' twice"),
        (
            lambda ids, values: (ids, np.where(np.arange(10) == 3, np.inf, values)),
            "infinite value in 'road.line:solid'",
        ),
    ],
)
def test_tables_of_other_places_or_impossible_numbers_are_refused(tmp_path, frame, values, spoil, told):
    path = write(tmp_path, *spoil(frame["id"].tolist(), values))
    with pytest.raises(ManifestError, match=told):
        read_clues(path, frame)


def test_files_that_are_no_tables_of_clues_are_refused(tmp_path, frame):
    path = tmp_path / "clues.parquet"
    with pytest.raises(ManifestError, match="no such file"):
        read_clues(path, frame)
    path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(ManifestError, match="could not be read"):
        read_clues(path, frame)
    pd.DataFrame({"id": frame["id"], "word": "x"}).to_parquet(path)
    with pytest.raises(ManifestError, match="'word' which holds none"):
        read_clues(path, frame)
    pd.DataFrame({"id": frame["id"], "far:value": 1e300}).to_parquet(path)  # more than four bytes hold
    with pytest.raises(ManifestError, match="infinite value in 'far:value'"):
        read_clues(path, frame)
    pd.DataFrame({"id": frame["id"]}).to_parquet(path)
    with pytest.raises(ManifestError, match="0 columns"):
        read_clues(path, frame)
