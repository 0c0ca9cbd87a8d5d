"""A data set from the layout of its makers to a manifest with its report of leakage."""

import io
import zipfile

import pytest
from PIL import Image

from model.artifacts import read_record
from model.data.leakage import leaks_of
from model.data.manifest import image_paths, read_manifest
from model.data.views import read_views
from model.errors import ManifestError
from model.prepare_dataset import STAGE, PrepareConfig, main


def jpeg():
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(stream, "JPEG")
    return stream.getvalue()


def test_shards_become_a_manifest_that_knows_its_leaks(tmp_path, atlas, capsys):
    root, out = tmp_path / "set", tmp_path / "out"
    root.mkdir()
    (root / "t.csv").write_text("id,lat,lng,split,author\na,48.85,2.35,train,x\nb,48.8505,2.35,test,y\n"
                                "c,-22.5,17.1,test,x\nd,10,10,test,z\ne,95,1,test,z\nf,1,1,test,z\n")  # fmt: skip
    with zipfile.ZipFile(root / "p.zip", "w") as packed:
        for name in "abcd":
            packed.writestr(f"p/{name}.jpg", jpeg())
        packed.writestr("p/f.jpg", b"broken")
    path = main(PrepareConfig(dataset="folder", root=root, out=out))
    frame = read_manifest(path)
    assert frame["id"].tolist() == ["a", "b", "c", "d"] and frame["country"].tolist()[2] == "NA"
    assert all(len(read_views(pictures, 1)) == 1 for pictures in image_paths(frame, path))
    leaks = {reason: rows.tolist() for reason, rows in leaks_of(frame).items()}
    assert leaks["within_100_m"] == [False, True, False, False] and leaks["same_author"] == [False, False, True, False]
    facts = read_record(out, STAGE)["facts"]
    assert facts["leakage"]["test"]["n"] == 3 and facts["unreadable"]["count"] == 1
    printed = capsys.readouterr().out
    assert "t.csv row 5" in printed and "same author 33.3%" in printed


def test_a_test_with_no_training_beside_it_is_not_said_to_be_clean(tmp_path, atlas, capsys):
    root, out = tmp_path / "set", tmp_path / "out"
    root.mkdir()
    (root / "t.csv").write_text("id,lat,lng,author\na,48.85,2.35,x\n")
    (root / "a.jpg").write_bytes(jpeg())
    frame = read_manifest(main(PrepareConfig(dataset="gws", root=root, out=out)))
    assert not {"train_km", "train_author"} & {*frame} and leaks_of(frame) == {}
    printed = capsys.readouterr().out
    assert "nothing to compare with; name its training by --against" in printed and "0.0%" not in printed


def test_places_held_out_under_another_word_are_not_trained_on(tmp_path, atlas):
    rows = "".join(f"p{i},{i % 50},{i},{'train' if i % 2 else ' Holdout'}\n" for i in range(60))
    (tmp_path / "t.csv").write_text("id,lat,lng,split\n" + rows)
    for i in range(60):
        (tmp_path / f"p{i}.jpg").write_bytes(jpeg())
    settings = PrepareConfig(dataset="folder", root=tmp_path, out=tmp_path / "out")
    with pytest.raises(ManifestError, match=r"t\.csv holds the splits 'holdout' \(30 rows\); looked for train"):
        main(settings)
    (tmp_path / "t.csv").write_text("id,lat,lng,split\n" + rows.replace(" Holdout", " "))
    assert len(read_manifest(main(settings))) == 60, "an empty cell is split here"


@pytest.mark.parametrize("name", ["folder", "im2gps", "mapillary"])
def test_the_same_command_again_does_nothing_though_it_writes_into_the_data_set(tmp_path, atlas, capsys, name):
    if name == "mapillary":
        (tmp_path / "t.json").write_text('{"id": "a", "sequence": "s", "geometry": {"coordinates": [2.35, 48.85]}}')
    elif name == "folder":
        (tmp_path / "t.csv").write_text("id,lat,lng\na,48.85,2.35\n")
    exif = Image.Exif()
    exif[0x8825] = {1: "S", 2: (33.0, 30.0, 0.0), 3: "E", 4: (151.0, 0.0, 0.0)}
    Image.new("RGB", (40, 30), "green").save(tmp_path / "a.jpg", exif=exif)  # the only position of im2gps
    settings = PrepareConfig(dataset=name, root=tmp_path, out=tmp_path / "out", validation=0.0, test=0.0)
    before = main(settings).read_bytes()
    assert main(settings).read_bytes() == before and "nothing to do" in capsys.readouterr().out
