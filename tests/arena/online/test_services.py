"""What services answer, as they document it, and everything else that may come: errors, limits, lies."""

import io
import itertools
import json

import httpx
import numpy as np
import pytest
from PIL import Image

from arena.online.mapillary import Mapillary
from arena.online.panoramax import Panoramax
from arena.online.service import box
from arena.online.street_view import FACES, StreetView, put_together
from arena.online.web import Refusal, Web
from model.errors import NetworkError


def jpeg(width=128, height=64, **options):
    stream = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(stream, "JPEG", **options)
    return stream.getvalue()


class Server:
    """Answers in turn; whatever is asked is written down."""

    def __init__(self, *answers):
        self.answers, self.asked, self.slept = list(answers), [], []
        self.now = itertools.count()

    def __call__(self, request):
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    def web(self, title="Panoramax", endpoint="https://api.example/v1", headers=None, clock=lambda: 0.0):
        return Web(title, endpoint, headers, self.slept.append, clock, httpx.MockTransport(self))


def replies(data, status=200, **headers):
    return httpx.Response(status, json=data, headers=headers)


ITEM = {
    "id": "0005086d-65eb-4a90-9764-86b3661aaa77",
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [2.18, 48.98]},
    "properties": {
        "datetime": "2024-04-12T02:14:55+00:00", "license": "etalab-2.0", "geovisio:status": "ready",
        "geovisio:producer": "Ada  <b>", "view:azimuth": 450, "pers:interior_orientation": {"field_of_view": 360},
    },
    "assets": {"sd": {"href": "https://img.example/sd.jpg"}, "hd": {"href": "https://img.example/hd.jpg"}},
}  # fmt: skip


def test_panoramax_tells_its_360_degree_pictures_and_leaves_flat_photos_out():
    flat = {**ITEM, "properties": {**ITEM["properties"], "pers:interior_orientation": {"field_of_view": 70}}}
    hidden = {**ITEM, "properties": {**ITEM["properties"], "geovisio:status": "hidden"}}
    odd = [None, 3, {}, {"id": "../x"}, {**ITEM, "geometry": {"coordinates": [500, 1]}}, {**ITEM, "geometry": None},
           {**ITEM, "geometry": {"coordinates": [1e999, 1]}}, {**ITEM, "properties": None}]  # fmt: skip
    server = Server(httpx.Response(200, content=json.dumps({"features": [ITEM, flat, hidden, *odd]}).encode()))
    [shot] = Panoramax(server.web()).near(48.9, 2.1, 2.0)
    assert (shot.lat, shot.lng, shot.heading_deg) == (48.98, 2.18, 90.0)
    assert shot.credit == "Ada <b>, Licence Ouverte 2.0"
    asked = server.asked[0].url
    assert asked.path == "/v1/search" and asked.params["bbox"].count(",") == 3 and int(asked.params["limit"]) <= 100


def test_panoramax_sends_the_size_that_is_asked_for():
    server = Server(replies({"features": [ITEM]}), httpx.Response(200, content=jpeg()))
    service = Panoramax(server.web())
    assert service.panorama(ITEM["id"], 2048).size == (128, 64)
    assert str(server.asked[1].url) == "https://img.example/sd.jpg"
    server.answers = [replies({"features": [ITEM]}), httpx.Response(200, content=jpeg())]
    service.panorama(ITEM["id"], 4096)
    assert str(server.asked[3].url) == "https://img.example/hd.jpg"


@pytest.mark.parametrize("found", [{"features": []}, {"features": [{**ITEM, "assets": {}}]}, {}, [], {"features": 3}])
def test_a_picture_that_panoramax_no_longer_has_is_a_sentence(found):
    with pytest.raises(NetworkError, match="Panoramax"):
        Panoramax(Server(replies(found)).web()).panorama(ITEM["id"], 2048)


IMAGE = {"id": "1933525276802129", "is_pano": True, "geometry": {"type": "Point", "coordinates": [-97.7, 30.2]},
         "computed_geometry": {"type": "Point", "coordinates": [-97.74, 30.27]}, "compass_angle": 10.0,
         "computed_compass_angle": 200.9, "creator": {"username": "ada", "id": "1"}}  # fmt: skip


def test_mapillary_is_asked_with_the_token_in_a_header_and_only_its_own_host_gets_it():
    server = Server(replies({"data": [IMAGE, {**IMAGE, "is_pano": False}, {"id": 5}]}))
    service = Mapillary(server.web("Mapillary", headers={"Authorization": "OAuth MLY|secret"}))
    [shot] = service.near(30.0, -97.0, 2.0)
    assert (shot.lat, shot.lng, shot.heading_deg) == (30.27, -97.74, 200.9)
    assert shot.credit == "ada on Mapillary, CC BY-SA 4.0"
    [asked] = server.asked
    assert asked.headers["Authorization"] == "OAuth MLY|secret" and "secret" not in str(asked.url)
    assert asked.url.params["is_pano"] == "true"
    server.answers = [replies({"thumb_2048_url": "https://scontent.example/x.jpg?sig=1", "id": IMAGE["id"]}),
                      httpx.Response(200, content=jpeg())]  # fmt: skip
    assert service.panorama(IMAGE["id"], 2048).mode == "RGB"
    assert "Authorization" not in server.asked[-1].headers


@pytest.mark.parametrize("lat", [0.0, 45.0, -70.0, 78.0])
def test_the_box_of_mapillary_stays_below_its_limit(lat):
    west, south, east, north = map(
        float, box(lat, 10.0, Mapillary(Server(replies({})).web()).reaches_km[-1]).split(",")
    )
    assert 0 < (east - west) * (north - south) < 0.01


def test_a_box_never_leaves_the_earth():
    west, south, east, north = map(float, box(88.9, 179.9, 500.0).split(","))
    assert -180.0 <= west < east <= 180.0 and -89.0 <= south < north <= 89.0


FOUND = {"status": "OK", "pano_id": "tu510ie_z4ptBZYo2BGEJg", "location": {"lat": 48.857, "lng": 2.294},
         "copyright": "© Google", "date": "2019-03"}  # fmt: skip


def test_street_view_finds_by_free_metadata_and_shows_six_pictures_with_the_key():
    server = Server(replies(FOUND))
    service = StreetView(server.web("Street View"), "AIza-secret")
    [shot] = service.near(48.8, 2.2, 10.0)
    assert (shot.lat, shot.lng, shot.credit) == (48.857, 2.294, "© Google")
    assert server.asked[0].url.params["radius"] == "10000" and server.asked[0].url.params["source"] == "outdoor"
    server.answers = [httpx.Response(200, content=jpeg(64, 64))]
    assert service.panorama(shot.id, 4096).size == (2560, 1280)
    asked = [request.url.params for request in server.asked[1:]]
    assert len(asked) == 6 and {one["return_error_code"] for one in asked} == {"true"}
    assert {(one["heading"], one["pitch"]) for one in asked} == {(str(h), str(p)) for h, p in FACES.values()}


@pytest.mark.parametrize("status", ["ZERO_RESULTS", "NOT_FOUND"])
def test_where_street_view_never_drove_there_is_nothing(status):
    assert StreetView(Server(replies({"status": status})).web(), "key-key-key").near(0.0, 0.0, 1.0) == []


@pytest.mark.parametrize(
    ("status", "words"),
    [("REQUEST_DENIED", "refused the key"), ("OVER_QUERY_LIMIT", "quota"), ("UNKNOWN_ERROR", "try again later"),
     ("INVALID_REQUEST", "did not understand"), ("NEW", "no description"), (None, "no description")],
)  # fmt: skip
def test_what_street_view_refuses_is_a_sentence_without_the_key(status, words):
    service = StreetView(Server(replies({"status": status})).web("Street View"), "AIza-secret")
    with pytest.raises(NetworkError, match=words) as told:
        service.near(0.0, 0.0, 1.0)
    assert "AIza" not in str(told.value) and "AIza" not in repr(service)


def test_six_faces_make_a_sphere_whose_middle_looks_north():
    colours = {name: np.array(colour) for name, colour in zip(FACES, [(250, 0, 0), (0, 250, 0), (0, 0, 250),
               (250, 250, 0), (0, 250, 250), (250, 0, 250)], strict=True)}  # fmt: skip
    faces = {name: Image.new("RGB", (8, 8), tuple(colour)) for name, colour in colours.items()}
    sphere = np.asarray(put_together(faces, 256))
    for name, (row, column) in {"north": (64, 128), "east": (64, 192), "south": (64, 0), "west": (64, 64),
                                "up": (0, 99), "down": (127, 3)}.items():  # fmt: skip
        assert tuple(sphere[row, column]) == tuple(colours[name]), name
    # a mark in the upper right corner of the face to the east lies above and south of it
    marked = np.zeros((8, 8, 3), np.uint8)
    marked[0, 7] = 255
    row, column, _ = np.argwhere(np.asarray(put_together({**faces, "east": Image.fromarray(marked)}, 256)) == 255).mean(
        0
    )
    assert row < 64 and 192 < column < 226


@pytest.mark.parametrize(("status", "words"), [(400, "refused the key"), (401, "refused the key"), (403, "refused"),
                                               (404, "not have it any more"), (418, "answered 418")])  # fmt: skip
def test_a_refusal_is_told_at_once(status, words):
    server = Server(replies({"error": {"message": "no", "type": "OAuthException", "code": 190}}, status))
    with pytest.raises(Refusal, match=words) as told:
        server.web().json("/x", {})
    assert told.value.status == status and len(server.asked) == 1 and not server.slept


def test_a_busy_service_is_asked_again_after_as_long_as_it_says_and_else_ever_later():
    server = Server(replies({}, 429, **{"Retry-After": "5"}), replies({}, 503), httpx.ReadTimeout("slow"), replies([1]))
    assert server.web().json("/x", {}) == [1]
    assert server.slept == [5.0, 2.0, 4.0]


def test_a_service_that_stays_busy_or_asks_for_too_long_is_given_up():
    server = Server(replies({}, 500))
    with pytest.raises(NetworkError, match="trouble of its own"):
        server.web().json("/x", {})
    assert server.slept == [1.0, 2.0, 4.0]
    server = Server(replies({}, 429, **{"Retry-After": "3600"}))
    with pytest.raises(NetworkError, match="too often"):
        server.web().json("/x", {})
    assert not server.slept


@pytest.mark.parametrize(("error", "words"), [(httpx.ConnectError("no"), "cannot be reached"),
                                              (httpx.ReadTimeout("slow"), "in time"),
                                              (httpx.RemoteProtocolError("cut"), "cannot be reached"),
                                              (httpx.ProxyError("no"), "proxy refused"),
                                              (httpx.DecodingError("gzip"), "no usable")])  # fmt: skip
def test_what_the_network_does_is_a_sentence(error, words):
    with pytest.raises(NetworkError, match=words):
        Server(error).web().json("/x", {})


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"", b"{", b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_json_is_a_sentence(body):
    with pytest.raises(NetworkError, match="was asked for JSON"):
        Server(httpx.Response(200, content=body)).web().json("/x", {})


@pytest.mark.parametrize("found", [[], {}, {"features": "no", "data": "no"}, 3])
def test_json_of_a_foreign_shape_is_a_sentence(found):
    for service in (Panoramax, Mapillary):
        with pytest.raises(NetworkError, match="no list of pictures"):
            service(Server(replies(found)).web()).near(0.0, 0.0, 1.0)


def test_200_megabytes_are_not_read_whether_they_are_announced_or_not():
    read = []

    def endless():
        for _ in range(200):
            read.append(1)
            yield bytes(1 << 20)

    with pytest.raises(NetworkError, match="more than 4 MB"):
        Server(httpx.Response(200, content=endless())).web().json("/x", {})
    assert len(read) < 8
    with pytest.raises(NetworkError, match="more than 48 MB"):
        Server(httpx.Response(200, content=b"", headers={"Content-Length": "200000000"})).web().picture(
            "https://a.example"
        )


def test_an_answer_that_drips_is_given_up_when_its_time_is_over():
    now = itertools.count(0, 15)
    with pytest.raises(NetworkError, match="too slowly"):
        server = Server(lambda _: httpx.Response(200, content=(b" " for _ in range(99))))
        server.web(clock=lambda: float(next(now))).json("/x", {})


@pytest.mark.parametrize("body", [b"", b"<html>", b"GIF89a", jpeg()[:300], b"\xff\xd8\xff\xe0" + bytes(50)])
def test_a_picture_that_is_none_is_a_sentence(body):
    with pytest.raises(NetworkError, match="sent none that can be read"):
        Server(httpx.Response(200, content=body)).web().picture("https://a.example/x")


def test_a_picture_with_too_many_pixels_is_not_decoded():
    header = jpeg(16, 16)
    at = header.index(b"\xff\xc0") + 5
    huge = header[:at] + (60_000).to_bytes(2, "big") * 2 + header[at + 4 :]
    with pytest.raises(NetworkError, match="sent"):
        Server(httpx.Response(200, content=huge)).web().picture("https://a.example/x")


@pytest.mark.parametrize("url", ["http://a.example/x", "https://127.0.0.1/x", "https://[::1]/x", "file:///etc/passwd",
                                 "https://localhost/x", "https://printer.local/x", "ftp://a.example", "",
                                 "https://"])  # fmt: skip
def test_an_address_in_a_reply_never_leads_into_this_network(url):
    server = Server(httpx.Response(200, content=jpeg()))
    with pytest.raises(NetworkError, match="does not follow"):
        server.web().picture(url)
    assert not server.asked


@pytest.mark.parametrize("url", ["https://[::1/x", "https://a.example\uff0fb/x"])
def test_an_address_in_a_reply_that_is_none_is_a_sentence(url):
    for server, asked in [
        (Server(httpx.Response(200, content=jpeg())), url),
        (Server(httpx.Response(302, headers={"Location": url.encode()})), "https://b.example/y"),
    ]:
        with pytest.raises(NetworkError, match=r"Panoramax .*\.$"):
            server.web().picture(asked)


def test_a_service_that_accepts_and_never_answers_is_given_up_before_a_player_gives_up():
    now = [0.0]

    def silent(_):
        now[0] += 15.0
        raise httpx.ReadTimeout("slow")

    server = Server(silent)
    with pytest.raises(NetworkError, match="in time"):
        server.web(clock=lambda: now[0]).json("/x", {})
    assert len(server.asked) == 2


def test_redirects_are_followed_a_little_and_never_into_this_network():
    away = httpx.Response(302, headers={"Location": "https://b.example/y"})
    server = Server(away, httpx.Response(200, content=jpeg()))
    server.web().picture("https://a.example/x")
    assert str(server.asked[1].url) == "https://b.example/y"
    with pytest.raises(NetworkError, match="without end"):
        Server(away).web().picture("https://a.example/x")
    with pytest.raises(NetworkError, match="does not follow"):
        Server(httpx.Response(302, headers={"Location": "http://169.254.169.254/"})).web().picture("https://a.example")


def test_a_picture_comes_without_its_exif():
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (64.0, 8.0, 24.0), 3: "W", 4: (21.0, 56.0, 24.0)}
    picture = Server(httpx.Response(200, content=jpeg(exif=exif))).web().picture("https://a.example/x")
    assert not picture.getexif() and not picture.info
