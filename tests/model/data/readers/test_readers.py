"""Tiny data sets in the layouts of their makers, made here, and read as the real ones are."""

import io
import json
import tarfile
import zipfile

import pandas as pd
import pytest
from PIL import Image

from model.data.readers.catalog import read_dataset, without_mixed
from model.data.readers.columns import Tally
from model.data.readers.countries import iso2
from model.data.readers.found import MISSING, SEVERAL, degrees_of, month_of
from model.data.readers.shelf import Shelf
from model.errors import ConfigError, ManifestError

NOWHERE = "rows whose position is no place on Earth"
OSV = "id,latitude,longitude,thumb_original_url,country,sequence,captured_at,lon_bin,lat_bin,cell,region,sub-region,"
OSV += "city,land_cover,road_index,drive_side,climate,soil,dist_sea,quadtree_10_5000,creator_username,creator_id\n"


def jpeg(**options):
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(stream, "JPEG", **options)
    return stream.getvalue()


def zipped(path, *names):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as out:
        for name in names:
            out.writestr(name, jpeg())


def tarred(path, *names):
    with tarfile.open(path, "w") as out:
        for name in names:
            info, data = tarfile.TarInfo(name), jpeg()
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))


def osv_row(number, lat, lng, country, sequence, creator):
    middle = "1577836800000,,,,R,S,C,1,0.5,1,1,2,3,0,u"
    return f"{number},{lat},{lng},https://x/t.jpg,{country},{sequence},{middle},{creator}\n"


def test_osv5m_reads_shards_and_keeps_namibia(tmp_path, atlas):
    rows = [osv_row(1, -22.5, 17.1, "NA", "s1", "c1"), osv_row(2, 48.8, 2.3, "FR", "s2", "c1"),
            osv_row(3, 91, 2.3, "FR", "s2", "c1"), osv_row(4, 48.8, 2.4, "FR", "s3", "c2")]  # fmt: skip
    (tmp_path / "train.csv").write_text(OSV + "".join(rows))
    (tmp_path / "test.csv").write_text(OSV + osv_row(9, 10, 20, "TD", "s9", "c9"))
    zipped(tmp_path / "images/train/00.zip", "00/1.jpg")
    zipped(tmp_path / "images/train/01.zip", "01/2.jpg", "01/3.jpg")
    zipped(tmp_path / "images/test/00.zip", "00/9.jpg")
    found = read_dataset("osv5m", tmp_path)
    frame = found.frame.set_index("id")
    assert frame["country"].to_dict() == {"1": "NA", "2": "FR", "9": "TD"}
    assert frame.loc["1", "image"] == "images/train/00.zip::00/1.jpg"
    assert frame["split"].to_dict() == {"1": "", "2": "", "9": "test"}
    assert frame["month"].tolist() == [1, 1, 1] and frame.loc["9", "author"] == "c9"
    told = found.tally.as_dict()
    assert told[NOWHERE] == {"count": 1, "first": ["train.csv row 3"]}
    assert told[MISSING] == {"count": 1, "first": ["train.csv row 4"]}
    (tmp_path / "train.csv").write_text("id,latitude,longitude\n1,2,3\n")
    with pytest.raises(ManifestError, match=r"lacks the column sequence .*author \(creator_id"):
        read_dataset("osv5m", tmp_path)


@pytest.mark.parametrize("member", ["mp16/5d/b3/4351.jpg", "5d_b3_4351.jpg", "4351.jpg", "./images/5d/b3/4351.jpg"])
def test_mp16_has_slashes_in_its_ids_and_countries_in_full(tmp_path, atlas, member):
    (tmp_path / "MP16_Pro_filtered.csv").write_text(
        ",IMG_ID,LAT,LON,neighbourhood,city,state,country\n"
        "0,5d/b3/4351.jpg,-22.5,17.1,,Windhoek,,Namibia\n1,aa/00/9999.jpg,52,5,,,,Netherlands\n"
    )
    tarred(tmp_path / "mp-16-images.tar", member, "other/1.jpg")
    found = read_dataset("mp16", tmp_path)
    assert found.frame[["id", "country", "split"]].to_numpy().tolist() == [["5d/b3/4351.jpg", "NA", ""]]
    assert found.frame["image"].iloc[0] == "mp-16-images.tar::" + member.removeprefix("./")
    assert found.tally.as_dict()[MISSING]["count"] == 1


@pytest.mark.parametrize(
    ("name", "table"),
    [("im2gps", "im2gps_places365.csv"), ("im2gps3k", "im2gps3k_places365.csv"), ("yfcc4k", "yfcc4k_places365.csv"),
     ("yfcc26k", "yfcc25600_places365.csv")],
)  # fmt: skip
def test_benchmarks_of_flickr_know_their_authors(tmp_path, name, table):
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / table).write_text(
        "IMG_ID,AUTHOR,LAT,LON,S3_Label\n104_74_19_553@N00.jpg,,1.5,2.5,0\n7.jpg,77@N02,3,4,1\n8.jpg,,5,6,1\n"
    )
    zipped(tmp_path / "images.zip", "im/104_74_19_553@N00.jpg", "im/7.jpg", "im/8.jpg", "__MACOSX/im/._8.jpg")
    frame = read_dataset(name, tmp_path).frame
    assert frame["author"].tolist() == ["553@N00", "77@N02", ""]
    assert (frame["split"] == "test").all() and frame[["lat", "lng"]].iloc[0].tolist() == [1.5, 2.5]


def test_a_benchmark_without_a_table_is_placed_by_its_cameras(tmp_path):
    exif = Image.Exif()
    exif[0x8825] = {1: "S", 2: (33.0, 30.0, 0.0), 3: "E", 4: (151.0, 0.0, 0.0)}
    (tmp_path / "a_1@N00.jpg").write_bytes(jpeg(exif=exif))
    (tmp_path / "b.jpg").write_bytes(jpeg())
    found = read_dataset("im2gps", tmp_path)
    assert found.frame[["id", "lat", "lng"]].to_numpy().tolist() == [["a_1@N00", -33.5, 151.0]]
    assert next(iter(found.tally.as_dict().values())) == {"count": 1, "first": ["b.jpg"]}
    with pytest.raises(ManifestError, match="found none"):
        read_dataset("mp16", tmp_path)


def test_landmarks_are_placed_by_a_table_beside_them(tmp_path):
    (tmp_path / "train.csv").write_text("id,url,landmark_id\n0a1,http://x,5\n0a2,http://x,6\n0a3,http://x,5\n")
    (tmp_path / "landmark_positions.csv").write_text("Landmark_ID,Latitude,LNG\n5,41.9,12.5\n7,1,1\n")
    tarred(tmp_path / "images_000.tar", "0/a/1/0a1.jpg", "0/a/2/0a2.jpg")
    found = read_dataset("landmarks", tmp_path)
    assert found.frame[["id", "lat", "image"]].to_numpy().tolist() == [["0a1", 41.9, "images_000.tar::0/a/1/0a1.jpg"]]
    assert {reason: told["count"] for reason, told in found.tally.as_dict().items()} == {
        "pictures whose landmark has no known position": 1, MISSING: 1}  # fmt: skip


@pytest.mark.parametrize(("lat", "lng"), [("LAT", "LON"), ("lat", "lng"), ("Latitude", "longitude"), (" lat ", "Long")])
def test_a_folder_and_any_spelling_of_its_columns(tmp_path, atlas, lat, lng):
    (tmp_path / "places.csv").write_text(
        f"File;{lat};{lng};Country;split\na.jpg;-22;17;NA;train\nsub/b.png;52;5;Ivory Coast;VAL\nc;x;5;;test\n"
    )
    (tmp_path / "a.jpg").write_bytes(jpeg())
    (tmp_path / "sub").mkdir()
    Image.new("RGB", (40, 30)).save(tmp_path / "sub/b.png")
    found = read_dataset("folder", tmp_path)
    assert found.frame[["id", "country", "split"]].to_numpy().tolist() == [
        ["a.jpg", "NA", "train"], ["sub/b.png", "CI", "validation"]]  # fmt: skip
    assert found.tally.as_dict()[NOWHERE]["first"] == ["places.csv row 3"]
    assert set(read_dataset("gws", tmp_path).frame["split"]) == {"test"}


def test_exports_put_the_longitude_first_and_never_mix_panoramas(tmp_path):
    items = [
        {"id": "p1", "geometry": {"type": "Point", "coordinates": [2.3, 48.8]}, "collection": "seq", "properties": {
            "datetime": "2023-07-01T10:00:00Z", "view:azimuth": 370}, "providers": [
            {"name": "ann", "id": "u1", "roles": ["producer"]}]},
        {"id": "p2", "geometry": {"type": "Point", "coordinates": [3, 40]}, "collection": "seq", "properties": {
            "pers:interior_orientation": {"field_of_view": 360}}},
        {"id": "p3", "geometry": {"type": "Point", "coordinates": [3]}},
    ]  # fmt: skip
    (tmp_path / "items.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": items}))
    for name in ("p1", "p2"):
        (tmp_path / f"{name}.jpg").write_bytes(jpeg())
    frame = read_dataset("panoramax", tmp_path).frame
    assert frame[["id", "lat", "lng", "month", "heading_deg", "author", "sequence"]].to_numpy().tolist() == [
        ["p1", 48.8, 2.3, 7, 10, "u1", "seq"]]  # fmt: skip
    assert read_dataset("panoramax", tmp_path, panoramas=True).frame["id"].tolist() == ["p2"]
    (tmp_path / "items.geojson").write_text("{")
    with pytest.raises(ManifestError, match="could not be read as JSON"):
        read_dataset("panoramax", tmp_path)


def test_mapillary_is_read_from_its_api_and_from_its_tools(tmp_path):
    told = {"data": [{"id": 12, "computed_geometry": {"coordinates": [17.1, -22.5]}, "captured_at": 1577836800000,
                      "compass_angle": -90, "sequence": "s", "creator": {"id": "7"}, "is_pano": False}]}  # fmt: skip
    (tmp_path / "api.json").write_text(json.dumps(told))
    line = {"MAPLatitude": 1.5, "MAPLongitude": 2.5, "MAPCaptureTime": "2020_03_04_10_11_12_000", "filename": "x/y.jpg",
            "MAPCompassHeading": {"TrueHeading": 33.0}, "MAPSequenceUUID": "t"}  # fmt: skip
    (tmp_path / "tools.jsonl").write_text(json.dumps(line) + "\n")
    (tmp_path / "x").mkdir()
    (tmp_path / "x/y.jpg").write_bytes(jpeg())
    zipped(tmp_path / "pictures.zip", "12.jpg")
    frame = read_dataset("mapillary", tmp_path).frame.set_index("id")
    assert frame.loc["12", ["lat", "lng", "month", "heading_deg", "author"]].tolist() == [-22.5, 17.1, 1, 270, "7"]
    assert frame.loc["x/y.jpg", ["lat", "lng", "month", "heading_deg", "sequence"]].tolist() == [1.5, 2.5, 3, 33, "t"]


def test_a_table_never_leads_out_of_the_folder_and_doubtful_names_are_missing(tmp_path):
    root = tmp_path / "root"
    for folder in ("a", "b"):
        (root / folder).mkdir(parents=True)
        (root / folder / "same.jpg").write_bytes(jpeg())
    (tmp_path / "secret.jpg").write_bytes(jpeg())
    tally = Tally()
    (root / "broken.zip").write_text("no zip")
    (root / "packed.tar.gz").write_text("x")
    shelf = Shelf.of(root, tally)
    wanted = pd.Series(["../secret.jpg", "b/same.jpg", "c/same.jpg", "", str(tmp_path / "secret.jpg")])
    found, doubtful = shelf.find(wanted)
    assert [name if isinstance(name, str) else None for name in found] == [
        None, "b/same.jpg", None, None, None]  # fmt: skip
    assert not doubtful.any(), "c/same.jpg is not there at all"
    assert sorted(told["first"][0] for told in tally.as_dict().values()) == ["broken.zip", "packed.tar.gz"]


def shelf_of(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    return Shelf.of(root, Tally())


def found_on(shelf, *asked):
    """What each name means: a picture, "several", or None."""
    found, doubtful = shelf.find(pd.Series(asked, index=range(7, 7 + len(asked))))
    assert found.index.tolist() == list(range(7, 7 + len(asked)))
    return [
        name if isinstance(name, str) else "several" if doubt else None
        for name, doubt in zip(found, doubtful, strict=True)
    ]


def test_the_exact_picture_comes_before_any_other_that_a_name_could_mean(tmp_path):
    shelf = shelf_of(tmp_path, "a/b_c.jpg", "a_b/c.jpg", "x/a.jpg", "x/a.png", "IMG_1.JPG")
    assert found_on(shelf, "a_b/c.jpg", "a/b_c.jpg", "a_b_c.jpg", "x/a.png", "x\\a.jpg", "./a.png", "x/a") == [
        "a_b/c.jpg", "a/b_c.jpg", None, "x/a.png", "x/a.jpg", "x/a.png", "several"]  # fmt: skip
    assert found_on(shelf, "a_b/c.png", "img/IMG_1.jpg") == ["a_b/c.jpg", "IMG_1.JPG"]
    assert found_on(shelf, "a_b_c.jpg", "a.webp") == ["several", "several"]


def test_a_name_that_fits_several_pictures_takes_none_and_is_counted(tmp_path):
    shelf = shelf_of(tmp_path / "set", "crops/7.jpg", "full/7.jpg", "full/8.jpg", "deep/down/5d_b3_9.jpg")
    assert found_on(shelf, "7", "7.jpg", "full/7.jpg", "8", "5d/b3/9.jpg", "elsewhere/8.jpg") == [
        "several", "several", "full/7.jpg", "full/8.jpg", "deep/down/5d_b3_9.jpg", None]  # fmt: skip
    assert found_on(shelf, "elsewhere/8.jpg") == ["full/8.jpg"]
    (tmp_path / "set/t.csv").write_text("id,lat,lng\n7,1,2\n8,1,2\n")
    told = read_dataset("folder", tmp_path / "set")
    assert told.frame["image"].tolist() == ["full/8.jpg"]
    assert told.tally.as_dict()[SEVERAL] == {"count": 1, "first": ["t.csv row 1"]}


def test_a_loose_picture_is_taken_before_the_same_in_an_archive_and_two_archives_are_two(tmp_path):
    zipped(tmp_path / "one.zip", "a/1.jpg", "a/2.jpg", "a/3.jpg")
    zipped(tmp_path / "two.zip", "b/3.jpg")
    shelf = shelf_of(tmp_path, "unpacked/1.jpg")
    assert found_on(shelf, "1", "2", "3", "b/3.jpg", "") == [
        "unpacked/1.jpg", "one.zip::a/2.jpg", "several", "two.zip::b/3.jpg", None]  # fmt: skip


def test_several_tables_are_asked_about_and_cameras_do_not_decide(tmp_path):
    exif = Image.Exif()
    exif[0x8825] = {1: "S", 2: (33.0, 30.0, 0.0), 3: "E", 4: (151.0, 0.0, 0.0)}
    (tmp_path / "x.jpg").write_bytes(jpeg(exif=exif))
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text("IMG_ID,LAT,LON\nx.jpg,1,2\n")
    with pytest.raises(ManifestError, match=r"several tables that could be meant: a\.csv, b\.csv"):
        read_dataset("im2gps", tmp_path)
    assert read_dataset("im2gps", tmp_path, tmp_path / "b.csv").frame["lat"].tolist() == [1]
    (tmp_path / "a.csv").unlink()
    assert read_dataset("im2gps", tmp_path).frame["lat"].tolist() == [1]


def test_positions_of_pictures_come_before_those_of_landmarks_and_two_of_one_are_refused(tmp_path):
    (tmp_path / "train.csv").write_text("id,url,landmark_id\n0a1,http://x,5\n0a2,http://x,5\n")
    (tmp_path / "positions.csv").write_text("id,landmark_id,lat,lng\n0a1,5,41.9,12.5\n0a2,5,48.8,2.3\n")
    tarred(tmp_path / "images_000.tar", "0/a/1/0a1.jpg", "0/a/2/0a2.jpg")
    assert read_dataset("landmarks", tmp_path).frame[["id", "lat"]].to_numpy().tolist() == [
        ["0a1", 41.9],
        ["0a2", 48.8],
    ]
    (tmp_path / "positions.csv").write_text("landmark_id,lat,lng\n5,41.9,12.5\n5,48.8,2.3\n")
    with pytest.raises(ManifestError, match=r"1 other positions of a landmark .* first of '5'"):
        read_dataset("landmarks", tmp_path)
    (tmp_path / "positions.csv").write_text("id,landmark_id,lat,lng\n1,5,41.9,12.5\n2,6,48.8,2.3\n")
    assert read_dataset("landmarks", tmp_path).frame["lat"].tolist() == [41.9, 41.9], "ids of the table's own rows"
    (tmp_path / "positions.csv").write_text("name,lat,lng\nx,41.9,12.5\n")
    with pytest.raises(ManifestError, match="positions of nothing"):
        read_dataset("landmarks", tmp_path)


@pytest.mark.parametrize("providers", ['[{"roles": null}]', '[{"roles": 7}]', "[7]", '"x"', "null", '[{"name": "n"}]'])
def test_exports_with_odd_providers_and_text_that_is_none(tmp_path, providers):
    item = '{"id": "%s", "geometry": {"coordinates": [2, 48]}, "providers": %s}'
    items = [item % ("p1", providers), item % (r"\ud800p", providers)]
    (tmp_path / "items.json").write_text(f"[{', '.join(items)}]")
    (tmp_path / "p1.jpg").write_bytes(jpeg())
    found = read_dataset("panoramax", tmp_path)
    assert found.frame["id"].tolist() == ["p1"] and found.frame["author"].tolist() == [""]
    assert found.tally.as_dict()["objects whose text is no UTF-8"] == {"count": 1, "first": ["items.json row 2"]}
    (tmp_path / "items.json").write_text(items[1])
    with pytest.raises(ManifestError, match=r"no object with a place\. left out: 1 objects whose text"):
        read_dataset("panoramax", tmp_path)


def test_what_cannot_be_read_is_a_sentence(tmp_path):
    for name, words in (
        ("osv5m", "neither"),
        ("mp16", "found none"),
        ("folder", "found none"),
        ("landmarks", "train.csv"),
    ):
        with pytest.raises(ManifestError, match=words):
            read_dataset(name, tmp_path)
    (tmp_path / "a.csv").write_text("lat,lng,id\n95,5,x\n")
    (tmp_path / "x.jpg").write_bytes(jpeg())
    with pytest.raises(ManifestError, match=r"no row of folder .*a.csv row 1"):
        read_dataset("folder", tmp_path)
    (tmp_path / "b.csv").write_text("lat,lng,id\n5,5,x\n")
    with pytest.raises(ManifestError, match="several tables"):
        read_dataset("folder", tmp_path)
    assert len(read_dataset("folder", tmp_path, tmp_path / "b.csv").frame) == 1
    with pytest.raises(ConfigError, match="found 'nonsense'"):
        read_dataset("nonsense", tmp_path)
    with pytest.raises(ConfigError, match="holds photographs"):
        read_dataset("yfcc4k", tmp_path, panoramas=True)


def test_training_rows_of_a_sequence_of_the_test_are_left_out():
    mixed = pd.DataFrame({"split": ["test", "", ""], "sequence": ["s", "s", ""]})
    assert without_mixed(mixed, Tally())["split"].tolist() == ["test", ""]


def test_small_words(atlas):
    names = pd.Series(["NA", "Namibia", "USA", "Côte d'Ivoire", "", "Atlantis", "uk", "Georgia"])
    assert iso2(names).fillna("?").tolist() == ["NA", "NA", "US", "CI", "?", "?", "GB", "GE"]
    months = month_of(pd.Series(["2020-03-04", "1577836800000", "03/04/2015", "", "2020-13-01", "2020_12_01"]))
    assert months.fillna(0).tolist() == [3, 1, 0, 0, 0, 12]
    assert degrees_of(pd.Series(["-90", "", "x", "inf"])).fillna(-1).tolist() == [270, -1, -1, -1]
