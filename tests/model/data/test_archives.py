"""Pictures in zip and tar archives, friendly and hostile ones."""

import io
import tarfile
import zipfile

import pytest
from PIL import Image

from model.data import archives
from model.data.views import open_image
from model.errors import ImageError


def jpeg(colour="green"):
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(stream, "JPEG")
    return stream.getvalue()


def tar_with(path, *entries):
    with tarfile.open(path, "w") as out:
        for info, data in entries:
            out.addfile(info, io.BytesIO(data))
    return path


def plain_entry(name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    return info, data


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_picture_in_a_zip_opens_where_it_lies(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "00.zip", "w", method) as out:
        out.writestr("00/1.jpg", jpeg("red"))
        out.writestr("00/2.jpg", jpeg("blue"))
    assert list(archives.members(tmp_path / "00.zip")) == ["00/1.jpg", "00/2.jpg"]
    red = open_image(tmp_path / "00.zip::00/1.jpg").getpixel((5, 5))
    blue = open_image(f"{tmp_path}/00.zip::00/2.jpg").getpixel((5, 5))
    assert red[0] > 200 and blue[2] > 200
    assert archives.size_of(tmp_path / "00.zip::00/1.jpg") == len(jpeg("red"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00.zip"], "nothing is unpacked"


def test_a_picture_in_a_tar_opens_and_links_and_ways_out_are_no_members(tmp_path):
    link = tarfile.TarInfo("link.jpg")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    path = tar_with(tmp_path / "a.tar", plain_entry("./x/1.jpg", jpeg()), plain_entry("../../out.jpg", jpeg()),
                    plain_entry("/abs.jpg", jpeg()), (link, b""))  # fmt: skip
    assert list(archives.members(path)) == ["x/1.jpg"]
    assert open_image(f"{path}::x/1.jpg").size == (40, 30)
    for name in ("../../out.jpg", "/abs.jpg", "link.jpg", "x/2.jpg", ""):
        with pytest.raises(ImageError, match="no such member"):
            open_image(f"{path}::{name}")


def test_a_changed_archive_is_listed_again(tmp_path):
    path = tmp_path / "a.zip"
    for name in ("first.jpg", "second_name.jpg"):
        with zipfile.ZipFile(path, "w") as out:
            out.writestr(name, jpeg())
        assert open_image(f"{path}::{name}").size == (40, 30)


def test_a_bomb_is_refused_by_what_it_says_and_by_what_it_is(tmp_path):
    with zipfile.ZipFile(tmp_path / "big.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("big.jpg", bytes(26 * 1024 * 1024))
    with pytest.raises(ImageError, match="more than the 25 MB"):
        open_image(tmp_path / "big.zip::big.jpg")
    data = (
        (tmp_path / "big.zip")
        .read_bytes()
        .replace((26 * 1024 * 1024).to_bytes(4, "little"), (999).to_bytes(4, "little"))
    )
    (tmp_path / "lie.zip").write_bytes(data)
    with pytest.raises(ImageError, match="damaged"):
        open_image(tmp_path / "lie.zip::big.jpg")


def test_encrypted_damaged_and_foreign_archives_are_sentences(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr("1.jpg", jpeg())
    good = bytearray((tmp_path / "a.zip").read_bytes())
    central = good.index(b"PK\x01\x02")
    locked = bytearray(good)
    locked[central + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    with pytest.raises(ImageError, match="encrypted"):
        open_image(tmp_path / "locked.zip::1.jpg")
    good[60] ^= 0xFF
    (tmp_path / "flipped.zip").write_bytes(good)
    with pytest.raises(ImageError, match="damaged"):
        open_image(tmp_path / "flipped.zip::1.jpg")
    (tmp_path / "text.zip").write_text("no zip")
    (tmp_path / "text.tar").write_text("no tar")
    for name in ("text.zip", "text.tar"):
        with pytest.raises(ImageError, match="cannot be listed"):
            open_image(tmp_path / f"{name}::1.jpg")
    with pytest.raises(ImageError, match="no such file"):
        open_image(tmp_path / "gone.zip::1.jpg")
    cut = tar_with(tmp_path / "whole.tar", plain_entry("1.jpg", jpeg()), plain_entry("2.jpg", jpeg())).read_bytes()
    (tmp_path / "cut.tar").write_bytes(cut[:900])
    with pytest.raises(ImageError):
        open_image(tmp_path / "cut.tar::1.jpg")


def test_large_listings_are_kept_in_the_cache_and_broken_ones_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(archives, "CACHED_MEMBERS", 1)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr("1.jpg", jpeg())
    assert open_image(tmp_path / "a.zip::1.jpg").size == (40, 30)
    (kept,) = (tmp_path / "cache" / "archives").iterdir()
    archives._listed.clear()
    monkeypatch.setattr(archives, "_members", lambda archive: pytest.fail("it was listed before"))
    assert open_image(tmp_path / "a.zip::1.jpg").size == (40, 30)
    monkeypatch.undo()
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path / "cache"))
    kept.write_bytes(b"broken")
    archives._listed.clear()
    assert open_image(tmp_path / "a.zip::1.jpg").size == (40, 30)
