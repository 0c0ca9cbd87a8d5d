import os
import time

import numpy as np
import pytest
from PIL import Image

from arena import photo_maps
from arena.photo_maps import find_photo_maps
from arena.rules import Refused
from arena.sources import find_maps, pick_map
from model.errors import ImageError

ROWS = [f"{i}.jpg,{10 + i},{20 + i},0" for i in range(6)]


@pytest.fixture
def photos(own_home):
    folder = own_home / "maps" / "Our holiday"
    folder.mkdir(parents=True)
    for i in range(6):
        Image.new("RGB", (80, 40), (40 * i, 0, 0)).save(folder / f"{i}.jpg")
    write(folder, ROWS)
    return folder


def write(folder, rows, header="file,lat,lng,heading", name="places.csv"):
    (folder / name).write_text("\n".join([header, *rows]), encoding="utf-8")


def the_map(photos):
    (found,) = find_photo_maps(photos.parent)
    return found


def tells_nothing(sentence, photos):
    """Players learn neither a folder, nor the name of a photo, nor a coordinate."""
    for secret in (str(photos), photos.name, ".jpg", "secret", "passwd", "north", "120", "45", "places.csv"):
        assert secret not in sentence, sentence


def test_a_folder_of_photos_is_a_map_beside_the_world(photos):
    maps = find_maps()
    assert next(iter(maps)) == "world"
    own = pick_map(maps, "photos-our-holiday")
    assert (own.title, own.kind, own.problem) == ("Our holiday", "photos", "")
    assert {place.recipe["file"] for place in own.draw(5, 1)} <= {f"{i}.jpg" for i in range(6)}


def test_the_same_seed_draws_the_same_photos_and_none_twice(photos):
    own = the_map(photos)
    assert own.draw(5, 1) == own.draw(5, 1)
    assert own.draw(5, 1) != own.draw(5, 2)
    assert len({place.recipe["file"] for place in own.draw(5, 3)}) == 5


def test_the_middle_of_a_panorama_looks_north_whatever_the_photo_did(photos):
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, 60:64] = 255  # a tower at 90 + 9 … to the right of the middle column
    for i in range(6):
        Image.fromarray(pixels).save(photos / f"{i}.png")
    write(photos, [f"{i}.png,{10 + i},20,90" for i in range(6)])  # the middle looks east, so the tower stands south
    own = the_map(photos)
    turned = np.asarray(own.panorama(own.draw(5, 0)[0]))
    assert turned.shape == (40, 80, 3)
    assert np.flatnonzero(turned[20, :, 0]).tolist() == [0, 1, 2, 3]


def test_large_photos_come_down_to_what_a_browser_takes(photos):
    for i in range(6):
        Image.new("RGB", (5000, 2500)).save(photos / f"{i}.jpg")
    own = the_map(photos)
    place = own.draw(5, 0)[0]
    assert own.panorama(place).size == (2048, 1024)
    assert own.panorama(place, 4096).size == own.panorama(place, 10_000).size == (4096, 2048)


@pytest.mark.parametrize(
    ("rows", "header", "sentence"),
    [
        (ROWS, "name,lat,lng,heading", "lacks the column file"),
        ([], "file,lat,lng,heading", "at least one"),
        ([*ROWS, "6.jpg,1,2,0"], "file,lat,lng,heading", "not in that folder"),
        ([*ROWS, "0.jpg,120,45,0"], "file,lat,lng,heading", "swapped"),
        ([*ROWS, "0.jpg,nan,45,0"], "file,lat,lng,heading", "no place on Earth"),
        ([*ROWS, "0.jpg,north,45,0"], "file,lat,lng,heading", "Line 8"),
        ([*ROWS, "0.jpg,north,45,0"], "file,lat,lng,heading", "column lat"),
        ([*ROWS, "0.jpg,10,east,0"], "file,lat,lng,heading", "column lng"),
        ([*ROWS, "0.jpg,10,400,0"], "file,lat,lng,heading", "column lng"),
        ([*ROWS, "a\0b.jpg,1,2,0"], "file,lat,lng,heading", "outside the folder"),
        ([*ROWS, "0.jpg"], "file,lat,lng,heading", "no place on Earth"),
        ([*ROWS, "0.jpg,1,2,inf"], "file,lat,lng,heading", "no angle"),
        ([*ROWS, "../../secret.jpg,1,2,0"], "file,lat,lng,heading", "outside the folder"),
        ([*ROWS, "/etc/passwd,1,2,0"], "file,lat,lng,heading", "outside the folder"),
        ([*ROWS, ",1,2,0"], "file,lat,lng,heading", "outside the folder"),
    ],
)
def test_a_broken_table_is_listed_with_its_problem_and_cannot_be_played(photos, rows, header, sentence):
    write(photos, rows, header)
    own = the_map(photos)
    assert sentence in own.problem
    with pytest.raises(Refused, match="this map"):
        pick_map({own.name: own}, own.name)
    tells_nothing(own.problem, photos)


def test_a_link_that_leads_out_of_the_folder_is_refused(photos, tmp_path):
    Image.new("RGB", (80, 40)).save(tmp_path / "private.jpg")
    (photos / "link.jpg").symlink_to(tmp_path / "private.jpg")
    write(photos, [*ROWS, "link.jpg,1,2,0"])
    assert "outside the folder" in the_map(photos).problem


def test_a_table_that_is_no_text_is_a_problem_not_a_crash(photos):
    (photos / "places.csv").write_bytes(b"\xff\xfe\x00\x00" * 50)
    assert "UTF-8" in the_map(photos).problem


def test_photos_that_are_not_panoramas_stop_the_game_before_it_starts(photos):
    own = the_map(photos)
    for i in range(6):
        Image.new("RGB", (60, 40)).save(photos / f"{i}.jpg")
    with pytest.raises(ImageError, match=r"twice as wide as high, found 60 × 40") as shown:
        own.draw(5, 0)
    tells_nothing(str(shown.value), photos)
    for i in range(6):
        (photos / f"{i}.jpg").write_text("not a picture")
    with pytest.raises(ImageError, match=r"line \d of this map's table is not a picture") as shown:
        own.draw(5, 0)
    tells_nothing(str(shown.value), photos)
    for i in range(6):
        (photos / f"{i}.jpg").unlink()
    with pytest.raises(ImageError, match="cannot be opened") as shown:
        own.draw(5, 0)
    tells_nothing(str(shown.value), photos)


def test_what_is_wrong_with_a_photo_stands_in_the_log_with_its_name(photos, caplog):
    own = the_map(photos)
    for i in range(6):
        (photos / f"{i}.jpg").unlink()
    with pytest.raises(ImageError):
        own.draw(5, 0)
    assert str(photos) in caplog.text and ".jpg" in caplog.text


def test_a_truncated_photo_is_a_sentence(photos):
    own = the_map(photos)
    noise = np.random.default_rng(0).integers(0, 255, (200, 400, 3), np.uint8)
    place = own.draw(5, 0)[0]
    Image.fromarray(noise).save(photos / place.recipe["file"])
    whole = (photos / place.recipe["file"]).read_bytes()
    (photos / place.recipe["file"]).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImageError, match="cannot be read to its end") as shown:
        own.panorama(place)
    tells_nothing(str(shown.value), photos)


def test_a_picture_too_large_to_decode_is_refused_by_its_header(photos, monkeypatch):
    monkeypatch.setattr("arena.photo_maps.MAX_PIXELS", 1000)
    with pytest.raises(ImageError, match="million pixels"):
        the_map(photos).draw(5, 0)


def test_the_scale_follows_the_extent_of_the_places(photos):
    assert the_map(photos).scale_km == pytest.approx(75.8, rel=0.05)
    write(photos, [f"{i}.jpg,10,20,0" for i in range(6)])
    assert the_map(photos).scale_km == 5.0


def test_the_first_view_may_cross_the_date_line(photos):
    write(photos, [f"{i}.jpg,-17,{lng},0" for i, lng in enumerate([177, 178, 179, -179, -178, -177])])
    south, west, north, east = the_map(photos).view
    assert south < -17 < north
    assert west == pytest.approx(172.0)
    assert east == pytest.approx(188.0)


def test_no_folder_of_maps_is_how_everyone_starts(own_home):
    assert find_photo_maps(own_home / "maps") == []


def test_two_folders_whose_names_differ_by_a_sign_are_two_maps(photos):
    other = photos.parent / "our-holiday"
    other.mkdir()
    write(other, [])
    names = {own.name for own in find_photo_maps(photos.parent)}
    assert names == {"photos-our-holiday", "photos-our-holiday-2"}


@pytest.fixture
def counted(photos, monkeypatch):
    """How often a table was read, and a photo opened, since then."""
    counts = {"tables": 0, "photos": 0}
    read, opened = photo_maps.read_rows, Image.open

    def count(name, action):
        def counting(*arguments, **options):
            counts[name] += 1
            return action(*arguments, **options)

        return counting

    monkeypatch.setattr(photo_maps, "read_rows", count("tables", read))
    monkeypatch.setattr(photo_maps.Image, "open", count("photos", opened))
    monkeypatch.setattr(photo_maps, "SETTLED_S", 0.0)
    time.sleep(0.02)  # what was written before the reading began is trusted
    return counts


def test_a_map_is_read_once_however_often_it_is_asked_for(photos, counted):
    first = the_map(photos)
    assert all(the_map(photos) is first for _ in range(20))
    assert find_maps()["photos-our-holiday"] is first
    assert counted == {"tables": 1, "photos": 0}


def test_a_map_is_read_again_when_its_table_or_its_folder_has_changed(photos, counted):
    assert len(the_map(photos).rows) == 6
    with (photos / "places.csv").open("a") as table:
        table.write("\n0.jpg,30,40,0")
    assert len(the_map(photos).rows) == 7
    write(photos, ROWS[:5])
    state = (photos / "places.csv").stat()
    os.utime(photos / "places.csv", (state.st_atime, state.st_mtime - 100))  # an older copy put in its place
    assert len(the_map(photos).rows) == 5
    (photos / "0.jpg").unlink()
    assert "not in that folder" in the_map(photos).problem
    Image.new("RGB", (80, 40)).save(photos / "0.jpg")
    assert the_map(photos).problem == ""
    (photos / "places.csv").unlink()
    assert find_photo_maps(photos.parent) == []
    write(photos, ROWS, name="other.csv")
    assert len(the_map(photos).rows) == 6


def test_a_table_written_a_moment_ago_is_not_trusted_yet(photos, counted, monkeypatch):
    monkeypatch.setattr(photo_maps, "SETTLED_S", 60.0)
    the_map(photos)
    the_map(photos)
    assert counted["tables"] == 2


def test_a_map_that_lacks_a_photo_deeper_down_is_looked_at_again_in_a_while(photos, counted, monkeypatch):
    (photos / "sub").mkdir()
    write(photos, [*ROWS, "sub/6.jpg,1,2,0"])
    time.sleep(0.02)
    assert the_map(photos).problem
    Image.new("RGB", (80, 40)).save(photos / "sub" / "6.jpg")
    assert the_map(photos).problem, "a broken map is not read for each request either"
    monkeypatch.setattr(photo_maps, "AGAIN_S", 0.0)
    assert the_map(photos).problem == ""


def test_maps_whose_folder_is_gone_are_forgotten(photos, counted):
    the_map(photos)
    photos.rename(photos.parent / "Elsewhere")
    assert [one.name for one in find_photo_maps(photos.parent)] == ["photos-elsewhere"]
    assert photos not in photo_maps._INDEX._read


def test_a_table_too_large_to_be_one_is_refused_before_it_is_read(photos, monkeypatch):
    monkeypatch.setattr("arena.photo_tables.MAX_BYTES", 100)
    assert "larger than" in the_map(photos).problem


def test_the_one_view_of_a_photo_is_cut_where_it_was_drawn(photos):
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, 58:62] = 255  # a tower in the east
    for i in range(6):
        Image.fromarray(pixels).save(photos / f"{i}.png")
    write(photos, [f"{i}.png,{10 + i},20,0" for i in range(6)])
    own = the_map(photos)
    place = own.draw(5, 0)[0]
    assert own.heading_deg(place, 359.7) == 0 and own.heading_deg(place, 90.2) == 90
    east, west = (np.asarray(own.still(place, heading)) for heading in (90, 270))
    assert east.shape == (900, 1600, 3)
    assert east[450, 800].min() > 200 and east[450, 0].max() < 50
    assert west.max() < 50
