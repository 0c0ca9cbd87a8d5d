"""Galleries: places in the order of their cells, tables of users checked row by row, vectors made once."""

import numpy as np
import pandas as pd
import pytest

from model.errors import ArtifactError, ConfigError, ManifestError
from model.retrieval.gallery import (
    Gallery,
    kept_gallery,
    kept_vectors,
    make_gallery,
    most_similar,
    read_places,
    vectors_path,
)


def places(n=120, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"id": [f"p{i}" for i in range(n)], "lat": rng.uniform(-60, 70, n),
                         "lng": rng.uniform(-180, 180, n), "country": "FR", "region": "x"})  # fmt: skip


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr("model.retrieval.gallery.cache_dir", lambda: tmp_path / "cache")
    return tmp_path / "cache" / "galleries"


def test_places_lie_cell_by_cell_and_no_cell_holds_more_than_wanted():
    given = places()
    gallery = make_gallery(pd.concat([given, given.iloc[:3].assign(id="again")]), most=10)
    cell = gallery.table["cell"].to_numpy()
    assert len(gallery) == 120 and sorted(gallery.table["id"]) == sorted(given["id"])
    assert (np.diff(cell) >= 0).all() and (gallery.cells.assign(gallery.points) == cell).all()
    assert np.bincount(cell).max() <= 10 and gallery.cells.table["points"].sum() == 120
    with pytest.raises(ConfigError):
        make_gallery(given, most=0)
    with pytest.raises(ManifestError, match="none"):
        make_gallery(given.iloc[:0])


def test_a_gallery_is_what_was_written_and_another_is_refused(tmp_path):
    gallery = make_gallery(places(), most=20)
    gallery.write(tmp_path)
    again = Gallery.read(tmp_path)
    assert again.table.equals(gallery.table) and len(again.cells) == len(gallery.cells)
    with pytest.raises(ArtifactError, match=r"looked for gallery\.parquet"):
        Gallery.read(tmp_path / "nowhere")
    table = gallery.table
    for wrong in (table.iloc[::-1], table.assign(cell=999), table.assign(cell=-1), table.iloc[:0],
                  table.assign(lat=123.0), table.drop(columns="lng"), table.assign(lat="north")):  # fmt: skip
        wrong.to_parquet(tmp_path / "gallery.parquet", index=False)
        with pytest.raises(ArtifactError):
            Gallery.read(tmp_path)


@pytest.mark.parametrize("header", ["LAT,LON", "latitude,longitude", "Lat,Lng"])
def test_a_users_table_is_read_whatever_its_columns_are_called(tmp_path, header):
    (tmp_path / "g.csv").write_text(f"{header}\n10,20\n-33.5,151\n")
    found = read_places(tmp_path / "g.csv")
    assert found[["lat", "lng"]].to_numpy().tolist() == [[10, 20], [-33.5, 151]] and set(found["id"]) == {""}


def test_bad_rows_of_a_users_table_are_told_by_their_numbers(tmp_path):
    (tmp_path / "g.csv").write_text("lat,lng\n10,20\n95,20\n1,2\nnorth,5\n")
    with pytest.raises(ManifestError, match=r"2 rows whose position is no place on Earth \(g.csv row 2, g.csv row 4\)"):
        read_places(tmp_path / "g.csv")
    (tmp_path / "g.csv").write_text("lat,lng\n10,20\n1,2,3\n")
    with pytest.raises(ManifestError, match=r"too many or too few fields \(g.csv row 2\)"):
        read_places(tmp_path / "g.csv")
    (tmp_path / "g.csv").write_text("x,y\n1,2\n")
    with pytest.raises(ManifestError, match="lacks the column lat"):
        read_places(tmp_path / "g.csv")
    with pytest.raises(ManifestError, match="no such file"):
        read_places(tmp_path / "none.csv")


def test_a_gallery_and_its_vectors_are_made_once_and_a_damaged_one_again(cache):
    asked, embedded = [], []

    def given():
        asked.append(1)
        return places()

    def embed(points):
        embedded.append(len(points))
        return np.full((len(points), 3), 0.5, np.float32)

    for _ in range(2):
        gallery = kept_gallery(given, "key", 20)
        vectors = kept_vectors(gallery, "network", 3, embed)
        assert vectors.shape == (120, 3) and vectors[7, 1] == 0.5
    assert asked == [1] and embedded == [120]
    kept_gallery(given, "key", 30)
    kept_vectors(gallery, "another network", 3, embed)
    assert asked == [1, 1] and embedded == [120, 120]

    path = vectors_path(gallery, "network")
    for damage in (b"no array", path.read_bytes()[:900]):
        path.write_bytes(damage)
        kept_vectors(gallery, "network", 3, embed)
    np.save(path, np.full((120, 3), np.nan, np.float32))
    kept_vectors(gallery, "network", 3, embed)
    assert embedded == [120] * 5
    for table in cache.glob("*/gallery.parquet"):
        table.write_bytes(b"no table")
    kept_gallery(given, "key", 20)
    assert asked == [1, 1, 1]


def test_the_most_similar_rows_come_first(cache):
    rng = np.random.default_rng(0)
    vectors, queries = rng.normal(size=(50, 8)).astype(np.float32), rng.normal(size=(3, 8)).astype(np.float32)
    similar, rows = most_similar(queries, vectors, 4)
    assert rows.tolist() == np.argsort(-(queries @ vectors.T), axis=1)[:, :4].tolist()
    assert similar == pytest.approx(np.take_along_axis(queries @ vectors.T, rows, axis=1), abs=1e-5)
    assert most_similar(queries, vectors, 99)[1].shape == (3, 50)
    cache.mkdir(parents=True)
    np.save(cache / "v.npy", vectors)
    mapped = np.load(cache / "v.npy", mmap_mode="r")
    assert most_similar(queries, mapped, 4)[1].tolist() == rows.tolist()
