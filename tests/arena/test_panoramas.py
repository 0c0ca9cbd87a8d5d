"""The queue in which panoramas are made: what comes first, what is made once, and what is refused."""

import asyncio
import io
import threading
import time
from concurrent.futures import CancelledError

import pytest
from PIL import Image

from arena import panoramas
from arena.panoramas import Order, PanoramaCache, Urgency, encode
from arena.rules import Refused
from model.errors import ImageError

WAIT_S = 20


def picture(colour=(10, 20, 30)):
    return Image.new("RGB", (64, 32), colour)


class Easel:
    """Makes pictures one after the other, each when it is told to, and writes down which."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.changed = threading.Condition()
        self.allowed = 0

    def make(self, key):
        def paint():
            with self.changed:
                self.begun.append(key)
                mine = len(self.begun)
                self.changed.notify_all()
                assert self.changed.wait_for(lambda: self.allowed >= mine, WAIT_S)
            return picture()

        return paint

    def wait_for(self, count):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.begun) >= count, WAIT_S), self.begun

    def go_on(self, count=1000):
        with self.changed:
            self.allowed += count
            self.changed.notify_all()


@pytest.fixture
def easel():
    easel = Easel()
    yield easel
    easel.go_on()


def test_a_panorama_is_made_once():
    cache, made = PanoramaCache(), []
    for _ in range(3):
        jpeg = cache.get("a", lambda: made.append(1) or picture())
    assert made == [1]
    assert Image.open(io.BytesIO(jpeg)).size == (64, 32)


def test_who_asks_meanwhile_waits_for_the_one_being_made(easel):
    cache = PanoramaCache()
    ahead = cache.ahead("a", easel.make("a"))
    easel.wait_for(1)
    answers = []
    asking = [threading.Thread(target=lambda: answers.append(cache.get("a", easel.make("a")))) for _ in range(5)]
    for one in asking:
        one.start()
    easel.go_on()
    for one in asking:
        one.join(WAIT_S)
    assert answers == [ahead.result(WAIT_S)] * 5
    assert easel.begun == ["a"]


def test_a_failure_is_told_to_everyone_and_tried_again():
    cache = PanoramaCache()

    def fail():
        raise ImageError("the photo is gone")

    assert isinstance(cache.ahead("a", fail).exception(WAIT_S), ImageError)
    with pytest.raises(ImageError, match="gone"):
        cache.get("a", fail)
    assert cache.get("a", picture)


def test_the_oldest_give_way_when_there_is_no_room():
    size = len(encode(picture()))
    cache, made = PanoramaCache(keep_bytes=2 * size), []
    for key in ["a", "b", "a", "c", "a", "b"]:
        cache.get(key, lambda key=key: made.append(key) or picture())
    assert made == ["a", "b", "c", "b"]
    assert cache._bytes == sum(map(len, cache._kept.values())) == 2 * size


def test_what_somebody_waits_for_comes_first_then_the_next_round_then_sharp_ones_then_stock(easel):
    cache = PanoramaCache(workers=1)
    first = cache.order("first", easel.make("first"))
    easel.wait_for(1)
    orders = [
        cache.order(f"{urgency.name}{number}", easel.make(f"{urgency.name}{number}"), urgency)
        for number in (1, 2)
        for urgency in reversed(Urgency)
    ]
    easel.go_on()
    for order in [first, *orders]:
        assert order.wait(WAIT_S)
    assert easel.begun[1:] == [f"{urgency.name}{number}" for urgency in Urgency for number in (1, 2)]


def test_a_sharp_picture_keeps_nobody_waiting(easel):
    cache = PanoramaCache(workers=2)
    for name in ("sharp", "sharper"):
        cache.ahead(name, easel.make(name), Urgency.SHARP)
    easel.wait_for(1)
    cache.order("now", easel.make("now"))
    easel.wait_for(2)
    assert easel.begun == ["sharp", "now"], "one worker is never at a picture that nobody waits for"


def test_what_is_made_ahead_comes_first_once_somebody_waits_for_it(easel):
    cache = PanoramaCache(workers=1)
    cache.order("now", easel.make("now"))
    easel.wait_for(1)
    cache.ahead("a", easel.make("a"))
    cache.ahead("b", easel.make("b"))
    waited = cache.order("b", easel.make("b"))
    easel.go_on()
    waited.wait(WAIT_S)
    assert easel.begun[:2] == ["now", "b"]


def test_too_many_orders_get_an_honest_sentence_and_when_to_come_back(easel):
    cache = PanoramaCache(workers=1, most=dict.fromkeys(Urgency, 3))
    orders = [cache.order("begun", easel.make("begun"))]
    easel.wait_for(1)
    orders += [cache.order(str(number), easel.make(str(number))) for number in range(3)]
    with pytest.raises(Refused, match="try again in") as refused:
        cache.order("late", easel.make("late"))
    assert refused.value.reason == "busy"
    assert 1 <= refused.value.retry_s <= 30
    assert cache.order("1", easel.make("1")).done is orders[2].done, "who is in the queue may ask again"
    for number in range(5):
        cache.ahead(f"next {number}", easel.make("next"))
    assert isinstance(cache.ahead("no room", easel.make("x")).exception(WAIT_S), Refused)
    easel.go_on()
    for order in orders:
        assert order.wait(WAIT_S)
    assert "late" not in easel.begun
    assert cache.get("late", easel.make("late"))


def test_a_slow_machine_lets_fewer_wait(easel):
    cache = PanoramaCache(workers=1)
    cache._usual_s = 9.0  # seconds a picture, lately
    cache.order("begun", easel.make("begun"))
    easel.wait_for(1)
    for number in range(3):
        cache.order(str(number), easel.make(str(number)))
    with pytest.raises(Refused) as refused:
        cache.order("late", easel.make("late"))
    assert refused.value.retry_s == 27
    assert cache.ahead("next", easel.make("next")).done() is False, "what nobody waits for may wait"


def test_what_nobody_waits_for_any_more_is_not_begun(easel):
    cache = PanoramaCache(workers=1)
    now = cache.order("now", easel.make("now"))
    easel.wait_for(1)
    left, shared, also = (cache.order(key, easel.make(key)) for key in ("left", "shared", "shared"))
    cache.ahead("left later", easel.make("left later"))
    for order in (left, left, shared, now):
        order.leave()
    easel.go_on()
    assert also.wait(WAIT_S) and now.wait(WAIT_S)
    assert cache.get("last", picture)
    with pytest.raises(CancelledError):
        left.done.result(WAIT_S)
    assert "left" not in easel.begun


def test_who_stops_waiting_for_what_is_wanted_ahead_leaves_it_in_the_queue(easel):
    cache = PanoramaCache(workers=1)
    cache.order("now", easel.make("now"))
    easel.wait_for(1)
    ahead = cache.ahead("next", easel.make("next"))
    cache.order("next", easel.make("next")).leave()
    easel.go_on()
    assert ahead.result(WAIT_S)


def test_a_wait_without_end_ends_with_a_sentence(easel):
    cache = PanoramaCache(workers=1)
    cache.order("stuck", easel.make("stuck"))
    order = cache.order("next", easel.make("next"))
    with pytest.raises(Refused, match="unusually long"):
        order.wait(0.01)
    assert order.done.cancelled()


def test_a_browser_that_left_is_not_waited_for(easel):
    cache = PanoramaCache(workers=1)
    cache.order("now", easel.make("now"))
    easel.wait_for(1)
    order = cache.order("a", easel.make("a"))

    async def gone():
        return True

    assert asyncio.run(order.arrive(gone)) is None
    assert order.done.cancelled()


def test_a_browser_that_stays_gets_its_picture_or_the_sentence_without_holding_a_thread(easel):
    cache = PanoramaCache()

    async def here():
        return False

    async def many():
        orders = [cache.order(f"{n % 4}", easel.make(f"{n % 4}")) for n in range(40)]
        easel.wait_for(2)  # every worker has its thread
        threads = threading.active_count()
        arriving = [asyncio.ensure_future(order.arrive(here)) for order in orders]
        await asyncio.sleep(0.05)
        assert threading.active_count() <= threads
        easel.go_on()
        return await asyncio.gather(*arriving)

    assert len(set(asyncio.run(many()))) == 1
    assert sorted(easel.begun) == ["0", "1", "2", "3"]

    def fail():
        raise ImageError("the photo is gone")

    with pytest.raises(ImageError, match="gone"):
        asyncio.run(cache.order("broken", fail).arrive(here))


def test_a_browser_does_not_wait_without_end(easel):
    async def here():
        return False

    with pytest.raises(Refused, match="unusually long"):
        asyncio.run(PanoramaCache().order("stuck", easel.make("stuck")).arrive(here, timeout_s=-1.0))


@pytest.mark.parametrize("by", ["thread", "browser", "turn"])
def test_the_first_picture_of_a_process_may_take_longer_than_those_after_it(easel, monkeypatch, by):
    """Compilers run before it; the patience of all others passes meanwhile."""
    monkeypatch.setattr(panoramas, "PATIENCE_S", 0.0)
    monkeypatch.setattr(panoramas, "LOOK_S", 0.02)

    async def here():
        return False

    def get(key):
        threading.Timer(0.2, easel.go_on).start()
        if by == "turn":
            return cache.get_in_turn(key, easel.make(key))
        order = cache.order(key, easel.make(key))
        return order.wait() if by == "thread" else asyncio.run(order.arrive(here))

    cache = PanoramaCache()
    with pytest.raises(ImageError):
        cache.get("broken", lambda: (_ for _ in ()).throw(ImageError("a photo is gone")))
    assert get("first"), "what failed was no picture"
    easel.allowed = 0
    with pytest.raises(Refused, match="unusually long"):
        get("second")


def test_a_picture_may_get_another_name_kept_or_still_being_made(easel):
    cache = PanoramaCache(workers=1)
    making = cache.ahead("stock", easel.make("stock"))
    easel.wait_for(1)
    cache.rename("stock", "game")
    cache.rename("unknown", "other")
    waiting = cache.order("game", easel.make("again"))
    easel.go_on()
    assert waiting.wait(WAIT_S) == making.result(WAIT_S)
    cache.rename("game", "later")
    assert cache.get("later", easel.make("once more"))
    assert easel.begun == ["stock"]


def test_workers_go_home_when_there_is_nothing_to_do():
    cache = PanoramaCache()
    for number in range(10):
        cache.get(str(number), picture)
    deadline = time.monotonic() + WAIT_S
    while cache._at_work and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (cache._at_work, cache._at_ease, cache._jobs) == (0, 0, {})


def test_an_order_that_is_done_need_not_be_left():
    order = Order(PanoramaCache().ahead("a", picture))
    assert order.wait(WAIT_S)
    order.leave()


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
