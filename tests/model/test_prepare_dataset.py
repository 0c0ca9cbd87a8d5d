import json
import os
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image
from pyarrow import parquet

from model.artifacts import fingerprint, read_record
from model.data import inspection
from model.data.manifest import image_paths, n_views, read_manifest, read_source, write_manifest
from model.errors import ConfigError, ManifestError
from model.prepare_dataset import NOTE, STAGE, PrepareConfig, main


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


def test_shares_that_leave_nothing_to_train_on_are_refused():
    with pytest.raises(ConfigError, match="leave something"):
        PrepareConfig(table=Path("t"), out=None, validation=0.6, test=0.4)


def test_a_wide_photo_is_a_photo_and_a_panorama_only_where_that_is_said(table, capsys):
    for name in ("a", "b", "c"):
        Image.effect_noise((64, 32), 40).convert("RGB").save(table.parent / "pictures" / f"{name}.jpg")
    assert n_views(read_manifest(main(config(table)))) == 1
    assert n_views(read_manifest(main(config(table, panoramas=True)))) == 4
    assert "done" not in capsys.readouterr().out
    Image.new("RGB", (64, 40)).save(table.parent / "pictures" / "b.jpg")
    with pytest.raises(ManifestError, match=r"'b'.*64 x 40 pixels; looked for a 360° panorama"):
        main(config(table, panoramas=True))


def test_four_pictures_of_a_place_are_no_panoramas(table):
    frame = pd.read_csv(table).assign(**{f"image_{view}": ["a.jpg", "b.jpg", "c.jpg"] for view in range(4)})
    frame.to_csv(table, index=False)
    with pytest.raises(ManifestError, match="one 360° picture a place"):
        main(config(table, panoramas=True))


def test_pictures_that_changed_are_seen_and_the_manifest_is_another_file(table, capsys):
    out = main(config(table))
    before = fingerprint(out)
    os.utime(table.parent / "pictures" / "b.jpg", (1, 1))
    main(config(table))
    assert "pictures were changed" in capsys.readouterr().out
    assert fingerprint(out) == before, "touched, but the same picture"
    Image.new("RGB", (40, 30), "red").save(table.parent / "pictures" / "b.jpg")
    main(config(table))
    assert fingerprint(out) != before, "every later stage sees it"
    (table.parent / "pictures" / "b.jpg").write_bytes(b"")
    with pytest.raises(ManifestError, match="'b'"):
        main(config(table))


def test_pictures_name_the_world_that_drew_them_even_where_the_table_does_not(table):
    exif = Image.Exif()
    exif[0x131] = "simulated Earth v7"
    for name in ("a", "b"):
        Image.new("RGB", (40, 30), "blue").save(table.parent / "pictures" / f"{name}.jpg", exif=exif)
    source = {"kind": "simulated-earth", "world_version": 7}
    assert read_source(main(config(table))) == source
    assert read_record(table.parent / "out", STAGE)["facts"]["source"] == source
    exif[0x131] = "simulated Earth v6"
    Image.new("RGB", (40, 30), "blue").save(table.parent / "pictures" / "c.jpg", exif=exif)
    with pytest.raises(ManifestError, match="versions 6, 7"):
        main(config(table))


def test_the_source_of_a_manifest_is_kept_with_all_that_it_says(table):
    source = {"kind": "simulated-earth", "world_version": 3, "letters": {"latin": "drawn"}}
    frame = pd.read_csv(table).rename(columns={"latitude": "lat", "lon": "lng"})
    path = write_manifest(frame, table.parent / "world.parquet", source)
    assert read_source(main(config(path))) == source


def test_places_without_pictures_are_a_manifest_too(tmp_path, atlas):
    path = tmp_path / "bare.csv"
    pd.DataFrame({"lat": [48.85, -33.86], "lng": [2.35, 151.2], "image": ["gone", "gone"]}).to_csv(path, index=False)
    settings = PrepareConfig(table=path, out=tmp_path / "out", images=tmp_path / "none", pictures=False)
    frame = read_manifest(main(settings))
    assert frame["country"].tolist() == ["FR", "AU"] and "image" not in frame and "views" not in frame
    assert frame["split"].isin(["train", "validation", "test"]).all()


def test_maps_and_clues_of_a_drawn_data_set_come_along(table):
    folder = table.parent / "pictures"
    frame = pd.read_csv(table).assign(image=["a.jpg", "b.jpg", "c.jpg"], class_0=["a.png", None, "c.png"])
    frame.to_csv(folder / "table.csv", index=False)
    pd.DataFrame({"id": ["a"], "sky.haze:value": [1.0]}).to_parquet(folder / "clues.parquet")
    out = main(PrepareConfig(table=folder / "table.csv", out=table.parent / "out"))
    told = read_manifest(out)
    assert told["class_0"].tolist()[::2] == ["../pictures/a.png", "../pictures/c.png"] and pd.isna(told["class_0"][1])
    assert (out.parent / "clues.parquet").read_bytes() == (folder / "clues.parquet").read_bytes()
    assert set(read_record(out.parent, STAGE)["outputs"]) == {"manifest", "clues"}


def test_clues_that_change_come_along_again_and_those_of_another_table_do_not_stay(table, capsys):
    pictures, out = table.parent / "pictures", table.parent / "out"
    pd.DataFrame({"id": ["a", "b", "c"], "sky.haze:value": [1.0, 2.0, 3.0]}).to_parquet(table.parent / "clues.parquet")
    main(config(table))
    pd.DataFrame({"id": ["a", "b", "c"], "sky.haze:value": [3.0, 2.0, 1.0]}).to_parquet(table.parent / "clues.parquet")
    main(config(table))
    assert (out / "clues.parquet").read_bytes() == (table.parent / "clues.parquet").read_bytes()
    other = pictures / "other.csv"
    pd.read_csv(table).to_csv(other, index=False)
    main(PrepareConfig(table=other, images=pictures, out=out))
    assert not (out / "clues.parquet").exists()
    (out / "clues.parquet").write_bytes(b"somebody's own")
    main(PrepareConfig(table=other, images=pictures, out=out, seed=1))
    assert (out / "clues.parquet").exists()


@pytest.mark.parametrize("tail", ["", '{"key": "cut of', "[]\n"])
def test_a_stopped_check_goes_on_and_its_note_only_grows(table, monkeypatch, tail):
    monkeypatch.setattr(inspection, "CHUNK", 1)
    note, looked, real = table.parent / "out" / NOTE, [], inspection._look

    def stopped(paths, views):
        looked.append(paths[0].name)
        if looked == ["a.jpg", "b.jpg"]:
            raise KeyboardInterrupt
        return real(paths, views)

    monkeypatch.setattr(inspection, "_look", stopped)
    with pytest.raises(KeyboardInterrupt):
        main(config(table))
    assert [json.loads(line)["bad"] for line in note.read_text().splitlines()] == [{}]
    note.write_text(note.read_text() + tail)
    main(config(table))
    assert looked == ["a.jpg", "b.jpg", "b.jpg", "c.jpg"]
    assert not note.exists()


def test_the_manifest_holds_what_its_pictures_are(table):
    notes = parquet.read_schema(main(config(table))).metadata
    assert json.loads(notes[b"source"]) == {"kind": "photographs"}
    assert len(json.loads(notes[b"pictures"])) == 32


def test_columns_are_known_in_any_case(tmp_path, atlas):
    path = tmp_path / "loud.csv"
    path.write_text("ID, LAT ,LON,Split,Country,Heading-Deg\n007,-22.5,17.1,test,NA,90\n008,48.85,2.35,train,FR,\n")
    frame = read_manifest(main(PrepareConfig(table=path, out=tmp_path / "out", pictures=False)))
    assert frame["id"].tolist() == ["007", "008"] and frame["split"].tolist() == ["test", "train"]
    assert frame["country"].tolist() == ["NA", "FR"] and frame["heading_deg"].fillna(-1).tolist() == [90, -1]
    pd.DataFrame({"ID": ["x"], "Lat": [1.0], "Lng": [2.0], "SPLIT": ["test"]}).to_parquet(tmp_path / "loud.parquet")
    frame = read_manifest(main(PrepareConfig(table=tmp_path / "loud.parquet", out=tmp_path / "out", pictures=False)))
    assert frame[["id", "split"]].to_numpy().tolist() == [["x", "test"]]
    path.write_text("Id,ID,lat,lng\na,b,1,2\n")
    with pytest.raises(ManifestError, match="Id and ID, each of which could be 'id'"):
        main(PrepareConfig(table=path, out=tmp_path / "out", pictures=False))


def test_what_a_table_says_of_its_leaks_is_not_believed(tmp_path, atlas, capsys):
    path = tmp_path / "t.csv"
    rows = "a,48.85,2.35,{},9999,False\nb,48.8501,2.35,test,9999,False\n"
    path.write_text("id,lat,lng,split,train_km,Train_Author\n" + rows.format("train"))
    settings = PrepareConfig(table=path, out=tmp_path / "out", pictures=False)
    frame = read_manifest(main(settings))
    assert frame["train_km"][1] < 0.02 and not {"train_author", "Train_Author"} & {*frame}
    assert "within 100 m 100.0%" in capsys.readouterr().out
    path.write_text("id,lat,lng,split,train_km,Train_Author\n" + rows.format("test"))
    frame = read_manifest(main(settings))
    assert "train_km" not in frame and "name its training by --against" in capsys.readouterr().out
