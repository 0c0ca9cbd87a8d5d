import io
import threading

import pytest
from PIL import Image

from arena.panoramas import PanoramaCache, encode
from model.errors import ImageError


def picture(colour=(10, 20, 30)):
    return Image.new("RGB", (64, 32), colour)


def test_a_panorama_is_made_once():
    cache, made = PanoramaCache(), []
    for _ in range(3):
        jpeg = cache.get("a", lambda: made.append(1) or picture())
    assert made == [1]
    assert Image.open(io.BytesIO(jpeg)).size == (64, 32)


def test_who_asks_meanwhile_waits_for_the_one_being_made():
    cache, made, begun, go_on = PanoramaCache(), [], threading.Event(), threading.Event()

    def slowly():
        made.append(1)
        begun.set()
        assert go_on.wait(10)
        return picture()

    ahead = cache.ahead("a", slowly)
    assert begun.wait(10)
    answers = []
    asking = threading.Thread(target=lambda: answers.append(cache.get("a", slowly)))
    asking.start()
    go_on.set()
    asking.join(10)
    assert answers == [ahead.result(10)]
    assert made == [1]


def test_a_failure_is_told_to_everyone_and_tried_again():
    cache = PanoramaCache()

    def fail():
        raise ImageError("the photo is gone")

    assert isinstance(cache.ahead("a", fail).exception(10), ImageError)
    with pytest.raises(ImageError, match="gone"):
        cache.get("a", fail)
    assert cache.get("a", picture)


def test_the_oldest_give_way_when_there_is_no_room():
    size = len(encode(picture()))
    cache, made = PanoramaCache(keep_bytes=2 * size), []
    for key in ["a", "b", "a", "c", "a", "b"]:
        cache.get(key, lambda key=key: made.append(key) or picture())
    assert made == ["a", "b", "c", "b"]


def test_nothing_but_pixels_leaves_the_server():
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (48.0, 0.0, 0.0)}
    stream = io.BytesIO()
    picture().save(stream, "JPEG", exif=exif, comment=b"48.0, 2.0")
    photo = Image.open(stream)
    assert photo.getexif().get_ifd(0x8825)
    clean = Image.open(io.BytesIO(encode(photo)))
    assert not clean.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(clean.info)
