import pandas as pd
import pytest

from model.data.manifest import (
    check_manifest,
    drawn_version,
    image_columns,
    image_paths,
    n_views,
    read_manifest,
    read_source,
    read_table,
    require_columns,
    source_in,
    write_manifest,
)
from model.errors import ManifestError


def places(**columns):
    base = {
        "id": ["a", "b"],
        "split": ["train", "test"],
        "lat": [1.0, -2.0],
        "lng": [179.0, 190.0],
        "image": ["x", "y"],
    }
    return pd.DataFrame(base | columns)


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_manifest_comes_back_as_it_was_written(tmp_path, suffix):
    path = write_manifest(places(country=["NA", "FR"]), tmp_path / f"manifest.{suffix}")
    frame = read_manifest(path)
    assert frame["country"].tolist() == ["NA", "FR"]  # Namibia is not "not available"
    assert frame["lng"].tolist() == [179.0, -170.0]
    assert frame["id"].tolist() == ["a", "b"]


def test_a_split_keeps_the_row_numbers_of_the_file(tmp_path):
    path = write_manifest(places(), tmp_path / "manifest.parquet")
    assert read_manifest(path, "test").index.tolist() == [1]
    assert len(read_manifest(path, "all")) == 2
    with pytest.raises(ManifestError, match="no rows of the split 'validation'"):
        read_manifest(path, "validation")
    with pytest.raises(ManifestError, match="found 'dev'"):
        read_manifest(path, "dev")


def test_a_split_is_asked_of_a_manifest_without_one(tmp_path):
    path = write_manifest(places().drop(columns="split"), tmp_path / "manifest.csv")
    with pytest.raises(ManifestError, match="prepare_dataset"):
        read_manifest(path, "train")


@pytest.mark.parametrize(
    ("frame", "word"),
    [
        (places().drop(columns="lat"), "lacks the columns lat"),
        (places(id=["a", "a"]), "'a' twice"),
        (places(id=["a", None]), "no id in row 1"),
        (places(lat=[1.0, 95.0]), "no place on Earth"),
        (places(lat=[1.0, float("nan")]), "no place on Earth"),
        (places(split=["train", "dev"]), "split 'dev'"),
        (places(month=[3, 13]), "month"),
        (places(month=["July", "May"]), "no whole number from 1 to 12"),
        (places(heading_deg=["north", None]), "no number of degrees"),
        (places(heading_deg=[0.0, float("inf")]), "no number of degrees"),
        (places(month=[3, 7.5]), "no whole number from 1 to 12"),
        (places().iloc[:0], "no rows"),
    ],
)
def test_a_bad_manifest_is_refused_with_its_fault(frame, word):
    with pytest.raises(ManifestError, match=word):
        check_manifest(frame)


def test_months_written_as_text_are_numbers_and_unknown_ones_stay_empty():
    assert check_manifest(places(month=["7", None]))["month"].tolist()[0] == 7
    assert check_manifest(places(month=[None, None]))["month"].isna().all()


def test_a_file_that_is_no_table_is_refused(tmp_path):
    path = tmp_path / "manifest.parquet"
    path.write_bytes(b"not a parquet file")
    with pytest.raises(ManifestError, match="could not be read"):
        read_table(path)
    with pytest.raises(ManifestError, match="no such file"):
        read_table(tmp_path / "none.csv")


def test_image_columns_are_one_or_four():
    assert image_columns(places()) == ["image"]
    four = places(**{f"image_{v}": ["x", "y"] for v in range(4)})
    assert image_columns(four.drop(columns="image")) == ["image_0", "image_1", "image_2", "image_3"]
    for frame in (four, four.drop(columns=["image", "image_3"]), places().drop(columns="image")):
        with pytest.raises(ManifestError, match="looked for the column image"):
            image_columns(frame)


def test_image_paths_start_at_the_manifest(tmp_path):
    paths = image_paths(places(), tmp_path / "manifest.parquet")
    assert list(paths) == [[tmp_path / "x"], [tmp_path / "y"]]
    assert len(paths) == 2 and paths[1] == [tmp_path / "y"] and list(paths[1:]) == [[tmp_path / "y"]]
    with pytest.raises(ManifestError, match="no image for the id 'b'"):
        image_paths(places(image=["x", None]), tmp_path / "manifest.parquet")


def test_required_columns_are_named(tmp_path):
    require_columns(places(), ["lat"], tmp_path)
    with pytest.raises(ManifestError, match="lacks the columns country"):
        require_columns(places(), ["country", "lat"], tmp_path)


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_the_world_of_the_pictures_is_one_version_or_none(tmp_path, suffix):
    def version(column):
        path = write_manifest(places(world_version=pd.array(column, "Int64")), tmp_path / f"manifest.{suffix}")
        return drawn_version(read_source(path))

    assert version([2, 2]) == 2
    assert version([None, 3]) == 3, "photos among them have no version"
    assert version([None, None]) is None
    assert read_source(write_manifest(places(), tmp_path / f"bare.{suffix}")) == {"kind": "photographs"}
    with pytest.raises(ManifestError, match="versions 1, 2"):
        version([1, 2])


@pytest.mark.parametrize("odd", ["two", 1.5])
def test_a_version_that_is_no_whole_number_is_refused(tmp_path, odd):
    path = write_manifest(places(world_version=["1", str(odd)]), tmp_path / "manifest.parquet")
    with pytest.raises(ManifestError, match="whole number"):
        read_source(path)


def test_the_number_of_views_is_a_column_of_one_value_or_follows_from_the_columns():
    four = places(**{f"image_{v}": ["x", "y"] for v in range(4)}).drop(columns="image")
    assert n_views(places()) == n_views(places(views=1)) == 1
    assert n_views(four) == n_views(four.assign(views=4)) == n_views(places(views=4)) == 4


@pytest.mark.parametrize("told", [[1, 4], [2, 2], [4, None], ["four", "four"]])
def test_another_number_of_views_is_refused(told):
    with pytest.raises(ManifestError, match="looked for 1 or 4, the same in every row"):
        n_views(places(views=told), "m.csv")


def test_four_pictures_are_not_one_view():
    with pytest.raises(ManifestError, match="which are four"):
        n_views(places(**{f"image_{v}": ["x", "y"] for v in range(4)}, views=1).drop(columns="image"))


def test_rows_picked_with_pandas_keep_their_source(tmp_path):
    source = {"kind": "simulated-earth", "world_version": 3, "letters": {"latin": "drawn"}}
    path = write_manifest(places(), tmp_path / "whole.parquet", source)
    assert read_source(path) == source
    pd.read_parquet(path).query("id == 'b'").to_parquet(tmp_path / "part.parquet")
    assert read_source(tmp_path / "part.parquet") == source
    assert read_source(write_manifest(places(), tmp_path / "told.csv", source))["world_version"] == 3


@pytest.mark.parametrize("odd", [
    "photographs", {"kind": "paintings"}, {"kind": "simulated-earth", "world_version": "x"},
    {"kind": "photographs", "world_version": 3}, {"kind": "simulated-earth", "world_version": float("inf")},
])  # fmt: skip
def test_a_source_that_nobody_knows_is_refused(tmp_path, odd):
    frame = places()
    frame.attrs["source"] = odd
    frame.to_parquet(tmp_path / "m.parquet")
    with pytest.raises(ManifestError, match="no source that is known here"):
        read_source(tmp_path / "m.parquet")


def test_records_of_before_tell_their_source_by_a_bare_version():
    assert drawn_version(source_in({"world_version": 2})) == 2
    assert drawn_version(source_in({"source": {"kind": "simulated-earth", "world_version": 3}})) == 3
    assert source_in({"world_version": None}) == source_in({}) == {"kind": "photographs"}
