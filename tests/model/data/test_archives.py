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


def zip_that_lies(path, **lies):
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("1.jpg", jpeg())
        for name, value in lies.items():
            setattr(out.getinfo("1.jpg"), name, value)
    return path


@pytest.mark.parametrize(
    "lie",
    [{"file_size": 2**64 - 1}, {"compress_size": 2**64 - 1}, {"header_offset": 2**64 - 1}, {"header_offset": 10**6},
     {"compress_size": 10**6}],
)  # fmt: skip
def test_a_zip_whose_header_leads_out_of_it_is_refused(tmp_path, lie):
    path = zip_that_lies(tmp_path / "lie.zip", **lie)
    with pytest.raises(ImageError, match=r"cannot be listed|damaged"):
        list(archives.members(path))


def with_size(data, start, field):
    """A tar with another size in the header at `start`, and a checksum that fits."""
    header = bytearray(data[start : start + 512])
    header[124:136], header[148:156] = field, b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return data[:start] + bytes(header) + data[start + 512 :]


@pytest.mark.parametrize("size", [-1, -512, 2**62, 2**80])
@pytest.mark.parametrize("second", [False, True])
def test_a_tar_whose_sizes_cannot_be_is_refused(tmp_path, size, second):
    data = tar_with(tmp_path / "a.tar", plain_entry("1.jpg", b"1" * 600), plain_entry("2.jpg", b"2")).read_bytes()
    field = (b"\xff" if size < 0 else b"\x80") + size.to_bytes(11, "big", signed=size < 0)
    (tmp_path / "lie.tar").write_bytes(with_size(data, 512 + 1024 if second else 0, field))
    with pytest.raises(ImageError, match="cannot be listed"):
        list(archives.members(tmp_path / "lie.tar"))


def test_a_tar_that_is_cut_or_damaged_after_its_first_picture_is_not_a_shorter_one(tmp_path):
    entries = [plain_entry(f"{i}.jpg", b"x" * 700) for i in range(3)]
    path = tar_with(tmp_path / "a.tar", *entries)
    whole, step, broken = path.read_bytes(), 512 + 1024, tmp_path / "broken.tar"
    assert list(archives.members(path)) == ["0.jpg", "1.jpg", "2.jpg"]
    for cut in (step, step + 100, step + 512, step + 1000, 2 * step, 2 * step + 511, 3 * step, 3 * step + 511):
        broken.write_bytes(whole[:cut])
        with pytest.raises(ImageError, match="cannot be listed"):
            list(archives.members(broken))
    broken.write_bytes(whole[: 3 * step + 512])
    assert len(list(archives.members(broken))) == 3, "one empty block is an end"
    for byte in (3, 110, 150, 260):
        flipped = bytearray(whole)
        flipped[step + byte] ^= 4
        broken.write_bytes(flipped)
        with pytest.raises(ImageError, match=r"cannot be listed.*damaged at byte 1,536"):
            list(archives.members(broken))


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
