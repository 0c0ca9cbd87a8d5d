"""Maps that services lend, from a local server that speaks as they document it: off by default, named, kept."""

import io
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from arena.online import find
from arena.online.find import find_online_maps
from arena.online.kept import Kept
from arena.online.maps import RESTS_S, OnlineMap
from arena.routes import routes
from arena.rules import VIEW_PX, Refused
from arena.sources import find_maps

TOKEN, KEY = "MLY|1|secret", "AIza-secret"


def panorama(north=0):
    """Dark, with a bright stripe where it looks north, and a position in its EXIF."""
    pixels = np.full((128, 256, 3), 40, np.uint8)
    pixels[:100, (128 - north * 256 // 360) % 256] = 255
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (64.0, 8.0, 24.0), 3: "W", 4: (21.0, 56.0, 24.0)}
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95, exif=exif)
    return stream.getvalue()


class Services:
    """Panoramax under /api, Mapillary under /mly and Street View under /sv."""

    def __init__(self):
        self.asked, self.status, self.empty, self.picture = [], 200, False, panorama(90)
        services = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                parts = urlsplit(self.path)
                query = {key: values[0] for key, values in parse_qs(parts.query).items()}
                services.asked.append((parts.path, query, self.headers.get("Authorization")))
                body = services.answer(parts.path, query)
                self.send_response(services.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def answer(self, path, query):
        if path.startswith("/img"):
            return self.picture
        if path == "/sv":
            stream = io.BytesIO()
            Image.new("RGB", (64, 64), (9, 90, 200)).save(stream, "JPEG")
            return stream.getvalue()
        if path == "/sv/metadata":
            lat, lng = map(float, query["location"].split(","))
            place = {"lat": lat, "lng": lng}
            name = f"pano{round(lat * 1e4)}-{round(lng * 1e4)}"
            found = {"status": "OK", "pano_id": name, "location": place, "copyright": "© Google"}
            return json.dumps({"status": "ZERO_RESULTS"} if self.empty else found).encode()
        if path in ("/api/search", "/mly/images"):
            return json.dumps(self.listing(query, path == "/mly/images")).encode()
        if path.startswith("/mly/"):
            return json.dumps({"thumb_2048_url": f"{self.url}/img/x.jpg", "id": path[5:]}).encode()
        raise AssertionError(path)

    def listing(self, query, mapillary):
        key = "data" if mapillary else "features"
        if self.empty:
            return {key: []}
        if "ids" in query:
            return {key: [self.item(query["ids"], 0.0, 0.0)]}
        west, south, _, _ = map(float, query["bbox"].split(","))
        ids = [f"{round((south + 90) * 1e4):08d}{number:04d}" for number in range(3)]
        if not mapillary:
            return {key: [self.item(one, south, west) for one in ids]}
        place = {"type": "Point", "coordinates": [west, south]}
        known = {"is_pano": True, "geometry": place, "compass_angle": 90, "creator": {"username": "ada"}}
        return {key: [{"id": one, **known} for one in ids]}

    def item(self, name, lat, lng):
        told = {"pers:interior_orientation": {"field_of_view": 360}, "view:azimuth": 90, "license": "CC-BY-SA-4.0",
                "geovisio:producer": "Ville de Lyon"}  # fmt: skip
        return {"id": name, "geometry": {"type": "Point", "coordinates": [lng, lat]}, "properties": told,
                "assets": {"sd": {"href": f"{self.url}/img/{name}.jpg"}}}  # fmt: skip


@pytest.fixture
def services(tmp_path, monkeypatch):
    running = Services()
    for name in (find.MAPILLARY, find.PANORAMAX, find.STREET_VIEW, find.PLACES, *find.ENDPOINTS.values()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("arena.online.kept.cache_dir", lambda: tmp_path / "cache")
    monkeypatch.setattr("time.sleep", lambda _: None)
    find._opened.cache_clear()
    yield running
    running.server.shutdown()
    running.server.server_close()
    find._opened.cache_clear()


@pytest.fixture
def panoramax(services, monkeypatch):
    monkeypatch.setenv(find.PANORAMAX, f"{services.url}/api")
    [found] = find_online_maps()
    return found


@pytest.fixture
def all_on(services, monkeypatch, panoramax):
    monkeypatch.setenv(find.MAPILLARY, TOKEN)
    monkeypatch.setenv(find.ENDPOINTS[find.MAPILLARY], f"{services.url}/mly")
    monkeypatch.setenv(find.STREET_VIEW, KEY)
    monkeypatch.setenv(find.ENDPOINTS[find.STREET_VIEW], f"{services.url}/sv")
    return {one.name: one for one in find_online_maps()}


def test_without_being_asked_there_is_no_online_map_and_nobody_is_asked(services, monkeypatch, tmp_path):
    assert find_online_maps() == []
    monkeypatch.setenv(find.PANORAMAX, "off")
    assert all(one.kind != "online" for one in find_maps(tmp_path).values()) and not services.asked


def test_each_is_there_when_asked_for_with_its_licence_and_is_not_asked_before_it_is_played(all_on, services, tmp_path):
    assert list(all_on) == ["mapillary", "panoramax", "street-view"]
    found = find_maps(tmp_path)
    assert (
        "CC BY-SA 4.0" in found["mapillary"].description
        and "© Mapillary contributors" in found["mapillary"].description
    )
    assert "your key and at your cost" in found["street-view"].description
    assert [found[name] for name in all_on] == list(all_on.values()), "the same settings are the same maps"
    assert not any(one.problem for one in all_on.values()) and not services.asked
    assert not any(secret in repr(one) + one.description for one in all_on.values() for secret in ("secret",))


def test_places_are_drawn_by_seed_and_stay_apart(panoramax):
    places = panoramax.draw(5, 7)
    assert places == panoramax.draw(5, 7) != panoramax.draw(5, 8)
    assert len({(place.lat, place.lng) for place in places}) == 5
    assert json.loads(json.dumps(places[0].recipe))["credit"] == "Ville de Lyon, CC BY-SA 4.0"


def test_the_middle_of_a_picture_looks_north_and_the_service_is_named_on_it(panoramax):
    [place, *_] = panoramax.draw(5, 7)
    shown = np.asarray(panoramax.panorama(place).convert("L"), float)
    assert shown.shape == (128, 256)
    assert abs(int(shown[:60].mean(0).argmax()) - 128) <= 1, "it was taken looking east, and is turned"
    assert (shown[100:] > 200).sum() > 20, "words"
    still = panoramax.still(place, 0)
    assert still.size == VIEW_PX
    bright = np.asarray(still.convert("L"), float)[:400].mean(0)
    assert abs(int(bright.argmax()) - VIEW_PX[0] // 2) < 20
    assert panoramax.heading_deg(place, 359.7) == 0


def test_a_picture_is_kept_on_the_disk_without_its_exif_and_not_asked_for_again(panoramax, services, tmp_path):
    [place, *_] = panoramax.draw(5, 7)
    first = panoramax.panorama(place)
    questions = len(services.asked)
    assert np.abs(np.asarray(panoramax.panorama(place), float) - np.asarray(first, float)).mean() < 3
    assert len(services.asked) == questions
    [kept] = (tmp_path / "cache" / "online").iterdir()
    assert not Image.open(kept).getexif() and re.fullmatch(r"[0-9a-f]{32}\.jpg", kept.name)
    kept.write_bytes(b"broken")
    assert panoramax.panorama(place) and len(services.asked) > questions


def test_pictures_of_street_view_are_never_kept_on_the_disk(all_on, services, tmp_path):
    view = all_on["street-view"]
    [place] = view.draw(1, 3)
    assert view.panorama(place, 256).size == (256, 128)
    assert not (tmp_path / "cache").exists()
    assert sum(path == "/sv" for path, *_ in services.asked) == 6


def test_addresses_of_mapillary_are_asked_for_anew_and_the_token_goes_to_it_alone(all_on, services):
    mapillary = all_on["mapillary"]
    [place] = mapillary.draw(1, 3)
    mapillary.panorama(place)
    assert not any("http" in str(value) for value in place.recipe.values())
    assert all(told == f"OAuth {TOKEN}" for path, _, told in services.asked if path.startswith("/mly"))
    assert not any("secret" in str(query) for _, query, _ in services.asked)


def test_the_disk_keeps_what_was_used_last(tmp_path):
    import os

    kept = Kept(tmp_path, most_bytes=2500)
    for number in range(6):
        kept.put(str(number), Image.effect_noise((32, 32), 90).convert("RGB"))
        for path in tmp_path.glob("*.jpg"):
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 10))
    assert kept.get("5") is not None and kept.get("0") is None and kept.get("never") is None
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2500


@pytest.mark.parametrize(("status", "words"), [(401, "refused the key"), (403, "refused the key"), (404, "404"),
                                               (429, "too often"), (500, "trouble of its own")])  # fmt: skip
def test_a_service_that_refuses_is_a_sentence_shown_beside_the_map_for_a_while(panoramax, services, status, words):
    services.status = status
    now = [0.0]
    shown = OnlineMap(panoramax.service, clock=lambda: now[0])
    with pytest.raises(Refused, match=words) as told:
        shown.draw(5, 7)
    assert told.value.reason == "not_now" and words in shown.problem
    now[0] = RESTS_S + 1
    services.status = 200
    assert not shown.problem and shown.draw(5, 7)


def test_too_few_pictures_are_a_sentence_after_a_limited_number_of_questions(panoramax, services):
    services.empty = True
    with pytest.raises(Refused, match="found 0"):
        panoramax.draw(5, 7)
    assert len(services.asked) == 60


def test_a_flat_picture_and_a_lost_one_are_sentences(panoramax, services):
    [place] = panoramax.draw(1, 7)
    stream = io.BytesIO()
    Image.new("RGB", (64, 64)).save(stream, "JPEG")
    services.picture = stream.getvalue()
    with pytest.raises(Refused, match="no 360° panorama"):
        panoramax.panorama(place)
    services.picture = b"<html>"
    with pytest.raises(Refused, match="none that can be read"):
        panoramax.panorama(place)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [(find.PANORAMAX, "panoramax", "address of an API"), (find.PANORAMAX, "ftp://x", "address of an API"),
     (find.PANORAMAX, "http://[::1", "address of an API"), (find.PANORAMAX, "http://x:99999", "address of an API"),
     (find.MAPILLARY, "two words and more", "is no key"), (find.STREET_VIEW, "kéy-kéy-kéy", "is no key"),
     (find.PLACES, "Atlantis", "Atlantis")],
)  # fmt: skip
def test_a_setting_that_cannot_be_followed_is_told_beside_the_map(services, monkeypatch, variable, value, words):
    monkeypatch.setenv(find.PANORAMAX, "on")
    monkeypatch.setenv(variable, value)
    [*_, last] = [one for one in find_online_maps() if one.problem]
    assert words in last.problem and not services.asked


def test_a_country_can_be_asked_for(services, monkeypatch):
    monkeypatch.setenv(find.PANORAMAX, f"{services.url}/api")
    monkeypatch.setenv(find.PLACES, "fr")
    [france] = find_online_maps()
    assert not france.problem
    assert all(41 < place.lat < 52 and -6 < place.lng < 10 for place in france.draw(5, 1))


def test_a_game_tells_neither_place_nor_contributor_before_the_guess_and_both_after_it(panoramax, new_arena):
    arena = new_arena(maps={panoramax.name: panoramax})
    client = TestClient(Starlette(routes=routes(arena=arena)))
    [listed] = client.get("/arena/api/maps").json()["maps"]
    assert listed["kind"] == "online" and "© Panoramax contributors" in listed["description"]
    begun = client.post("/arena/api/games", json={"name": "Ada", "map": "panoramax", "kind": "person"})
    assert begun.status_code == 201
    game = f"/arena/api/games/{begun.json()['game_id']}"
    picture = client.get(f"{game}/rounds/1/panorama.jpg")
    assert picture.status_code == 200 and not Image.open(io.BytesIO(picture.content)).getexif()
    before = client.get(game).text + begun.text + str(picture.headers)
    assert "Ville de Lyon" not in before and "credit" not in before and "shot" not in before
    told = client.post(f"{game}/rounds/1/guess", json={"lat": 0.0, "lng": 0.0}).json()
    assert told["truth"]["label"] == "Town 0, France (photo: Ville de Lyon, CC BY-SA 4.0)"
