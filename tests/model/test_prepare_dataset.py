import numpy as np
import pandas as pd
import pytest
from PIL import Image

from model.artifacts import read_record
from model.data.manifest import image_paths, n_views, read_manifest, read_source
from model.errors import ConfigError, ManifestError
from model.prepare_dataset import STAGE, PrepareConfig, main, split_by_cell


@pytest.fixture
def table(tmp_path, atlas):
    """Three photos named by their ids, and a table that knows only where they were taken."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in ("a", "b", "c"):
        Image.new("RGB", (40, 30), "green").save(pictures / f"{name}.jpg")
    path = tmp_path / "table.csv"
    pd.DataFrame({"id": ["a", "b", "c"], "latitude": [48.85, -33.86, 35.68], "lon": [2.35, 151.2, 139.7]}).to_csv(
        path, index=False
    )
    return path


def config(table, **options):
    return PrepareConfig(table=table, images=table.parent / "pictures", out=table.parent / "out", **options)


def test_a_bare_table_becomes_a_whole_manifest(table, capsys):
    out = main(config(table))
    frame = read_manifest(out)
    assert frame["country"].tolist() == ["FR", "AU", "JP"]
    assert frame["driving_side"].tolist() == ["right", "left", "left"]
    assert set(frame["split"]) <= {"train", "validation", "test"}
    assert all(path.is_file() for row in image_paths(frame, out) for path in row)
    assert read_source(out) == {"kind": "photographs"} and n_views(frame) == 1
    assert read_record(table.parent / "out", STAGE)["facts"]["source"] == {"kind": "photographs"}
    main(config(table))
    assert "nothing to do" in capsys.readouterr().out


def test_what_the_table_knows_is_kept(table):
    frame = pd.read_csv(table).assign(country="XX", split="test", month=[1, 2, 3], image=["a.jpg", "b.jpg", "c.jpg"])
    frame.to_csv(table, index=False)
    kept = read_manifest(main(config(table)))
    assert kept["country"].tolist() == ["XX"] * 3
    assert kept["split"].tolist() == ["test"] * 3
    assert kept["month"].tolist() == [1, 2, 3]
    assert "region" in kept


def test_an_unreadable_picture_is_refused_by_id_or_dropped(table):
    (table.parent / "pictures" / "b.jpg").write_bytes(b"no picture")
    with pytest.raises(ManifestError, match=r"1 of 3 places.*'b'.*cannot be read"):
        main(config(table))
    assert read_manifest(main(config(table, bad="drop")))["id"].tolist() == ["a", "c"]


def test_missing_tables_folders_and_pictures_are_named(table, tmp_path):
    with pytest.raises(ManifestError, match="no such file"):
        main(config(tmp_path / "none.csv"))
    with pytest.raises(ManifestError, match="no such folder"):
        main(PrepareConfig(table=table, images=tmp_path / "none", out=tmp_path / "out"))
    (table.parent / "pictures" / "c.jpg").unlink()
    with pytest.raises(ManifestError, match=r"no c.jpg"):
        main(config(table))


def test_places_of_one_cell_share_their_split_and_shares_are_kept():
    rng = np.random.default_rng(0)
    points = np.stack([rng.uniform(-60, 70, 20_000), rng.uniform(-180, 180, 20_000)], axis=1)
    settings = PrepareConfig(table=None, out=None, validation=0.1, test=0.2)
    splits = split_by_cell(points, settings)
    assert np.mean(splits == "test") == pytest.approx(0.2, abs=0.02)
    assert np.mean(splits == "validation") == pytest.approx(0.1, abs=0.02)
    centre = (np.floor(points / 0.5) + 0.25) * 0.5
    assert (split_by_cell(centre, settings) == splits).all()


def test_shares_that_leave_nothing_to_train_on_are_refused():
    with pytest.raises(ConfigError, match="leave something"):
        PrepareConfig(table=None, out=None, validation=0.6, test=0.4)
