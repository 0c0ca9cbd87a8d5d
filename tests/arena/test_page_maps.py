"""The maps of the page, at five sizes of windows: what must be seen is seen, where it belongs, and nothing overlaps."""

import io
import itertools
import time

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.by import By

from arena.records import Place

pytestmark = pytest.mark.browser

SIZES = [(1920, 1080), (1280, 900), (1024, 768), (844, 390), (390, 844)]
LAND_RGB, SEA_RGB = (38, 50, 66), (17, 28, 43)

EVERYWHERE = [(61.0, -150.0), (-31.0, -64.0), (52.0, 13.0), (-25.0, 133.0), (66.0, 172.0)]
ASTRAY = [(-10.0, 40.0), (35.0, 139.0), (-33.0, -70.0), (40.0, -100.0), (-45.0, -175.0)]
EUROPE = [(48.9, 2.4), (52.5, 13.4), (41.9, 12.5), (59.3, 18.1), (38.7, -9.1)]
NEARBY = [(47.0, 4.0), (50.1, 14.4), (45.5, 9.2), (60.2, 24.9), (40.4, -3.7)]


@pytest.fixture
def map_of(painted_map):
    """A map whose five places are given."""

    def make(truths):  # type: ignore[no-untyped-def]
        five = list(itertools.islice(itertools.cycle(truths), 5))
        painted_map.draw = lambda n, seed: [Place(lat, lng, {"number": i}) for i, (lat, lng) in enumerate(five)]
        return {"world": painted_map}

    return make


def seen(page):
    """The map's view, the panel's box and each pin's kind, tip and box, as they are on the screen."""
    return page.script("""
        const m = document.getElementById('result-map').dataset, box = (e) => {
            const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
        const panel = ['result', 'summary'].map((id) => document.getElementById(id)).find((e) => !e.hidden);
        return {lat: +m.lat, lng: +m.lng, zoom: +m.zoom, panel: box(panel),
            pins: [...document.querySelectorAll('#result-map .pin')].map((e) => ({
                kind: e.classList[1], box: box(e.querySelector('svg')),
                tip: [box(e)[0] + 16, box(e)[1] + 41]}))}""")


def drawn_at(view, size, lat, lng):
    """Where a place is on the screen, on the copies of the world that are there."""
    world = 512 * 2 ** view["zoom"]
    x, y = _mercator(lat, lng)
    cx, cy = _mercator(view["lat"], view["lng"])
    return [
        (size[0] / 2 + (x - cx + turn) * world, size[1] / 2 + (y - cy) * world)
        for turn in range(-4, 5)
    ]  # fmt: skip


def _mercator(lat, lng):
    return (lng + 180) / 360, 0.5 - np.arctanh(np.sin(np.radians(lat))) / (2 * np.pi)


def check_pins(page, size, truths, others):
    """Every pin is on the screen, clear of the panel, and points to its place; gives what is seen."""
    until = time.monotonic() + 8.0
    while True:
        try:
            return _check_pins(seen(page), size, truths, others)
        except AssertionError:  # the map may still follow the window
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _check_pins(view, size, truths, others):
    left, top, right, bottom = view["panel"]
    for pin in view["pins"]:
        x0, y0, x1, y1 = pin["box"]
        assert x0 >= -1 and x1 <= size[0] + 1 and y0 >= -1 and y1 <= size[1] + 1, (size, pin)
        assert x1 <= left + 1 or x0 >= right - 1 or y1 <= top + 1 or y0 >= bottom - 1, (size, pin, view["panel"])
    expected = [*(("truth", *truth) for truth in truths), *others]
    assert len(view["pins"]) == len(expected)
    for pin in view["pins"]:  # each pin points to its place on one of the copies of the world
        spots = [at for kind, lat, lng in expected if kind == pin["kind"] for at in drawn_at(view, size, lat, lng)]
        assert min(np.hypot(x - pin["tip"][0], y - pin["tip"][1]) for x, y in spots) < 2.5, (size, pin)
    return view


def check_land(page, size):
    """Land is drawn where the only land there is lies, and sea everywhere else, in what the panel leaves free."""

    def share_right():
        view = seen(page)
        pixels = np.asarray(Image.open(io.BytesIO(page.driver.get_screenshot_as_png())).convert("RGB")).astype(int)
        left, top, right, bottom = view["panel"]
        x, y = (axis.ravel() for axis in np.meshgrid(np.arange(12, size[0], 31), np.arange(12, size[1], 31)))
        world, (cx, cy) = 512 * 2 ** view["zoom"], _mercator(view["lat"], view["lng"])
        lng = ((cx + (x - size[0] / 2) / world) % 1.0) * 360 - 180
        lat = np.degrees(np.arcsin(np.tanh(2 * np.pi * (0.5 - cy - (y - size[1] / 2) / world))))
        land = (lng > -60) & (lng < 100) & (lat > -30) & (lat < 40)
        free = (x < left - 8) | (x > right + 8) | (y < top - 8) | (y > bottom + 8)
        wanted = np.where(land[:, None], LAND_RGB, SEA_RGB)
        return (np.abs(pixels[y, x] - wanted).max(axis=1) < 14)[free].mean()

    page.until(lambda: share_right() > 0.85, f"land is not where it is at {size}")


RESULTS = {
    "near": ((48.85, 2.35), (48.86, 2.36)),
    "date line": ((10.0, 179.0), (12.0, -178.0)),
    "far north": ((70.0, 25.0), (78.0, -160.0)),
}


@pytest.mark.parametrize("name", RESULTS)
def test_the_result_of_a_round_is_whole_at_every_size(page, served, new_arena, map_of, name):
    truth, guess = RESULTS[name]
    page.visit(served(new_arena(maps=map_of([truth]))), "start")
    address = page.driver.current_url + f"?game={page.begin([guess])}"
    page.visit(address, "guessed")
    for size in SIZES:
        page.size(*size).at_rest("result")
        view = check_pins(page, size, [truth], [("guess", *guess)])
        (a, b) = (pin["tip"] for pin in view["pins"])
        assert np.hypot(a[0] - b[0], a[1] - b[1]) > 20, (size, "a result is as large as the window allows")
        check_land(page, size)


SUMMARIES = {
    "all over the world": (EVERYWHERE, ASTRAY),
    "Europe": (EUROPE, NEARBY),
    "over the date line": ([(-18, 178), (-17, -179), (66, -172), (63, 177), (-40, 175)],
                           [(-20, -175), (-15, 172), (60, 170), (66, -165), (-21, -178)]),
}  # fmt: skip


@pytest.mark.parametrize("name", SUMMARIES)
def test_the_summary_loses_no_pin_at_any_size_with_and_without_the_model(page, served, new_arena, map_of, name):
    truths, guesses = SUMMARIES[name]
    model = [(lat - 3.0, lng + 4.0) for lat, lng in truths]
    turns = iter(model * 2)
    page.visit(served(new_arena(lambda _: next(turns), maps=map_of(truths))), "start")
    page.visit(page.driver.current_url + f"?game={page.begin(guesses)}", "summary")
    own = [("guess", *guess) for guess in guesses]
    for size in SIZES:
        page.size(*size).at_rest("summary")
        check_pins(page, size, truths, own)
        check_land(page, size)
    page.size(1280, 900).click("opponent-button")
    page.until(lambda: page.get("summary", "opponent-total"), "the model did not play")
    for size in SIZES:
        page.size(*size).at_rest("summary")
        view = check_pins(page, size, truths, [*own, *(("model", *spot) for spot in model)])
        xs = [pin["tip"][0] for pin in view["pins"]]
        if name != "all over the world":  # what lies together is drawn together, not a turn apart
            assert max(xs) - min(xs) < 0.6 * 512 * 2 ** view["zoom"], size


@pytest.mark.parametrize(
    ("a", "b", "ends"),
    [((10, 179), (12, -178), (179, 182)), ((10, -179), (12, 178), (-179, -182)), ((0, 0), (0, 0), (0, 0))],
)
def test_the_line_takes_the_short_way_over_the_date_line(page, served, new_arena, a, b, ends):
    page.visit(served(new_arena()) + "?kind=bot", "start")
    path = page.module(
        "layers.js", "return m.greatCircle({lat: v[0][0], lng: v[0][1]}, {lat: v[1][0], lng: v[1][1]})", a, b
    )
    assert (path[0][0], path[-1][0]) == pytest.approx(ends)
    assert max(abs(np.diff([lng for lng, _ in path]))) < 1


@pytest.mark.parametrize(
    ("spans", "width"),
    [
        ([(179.2, 179.2)], 1), ([(10, 20), (-5, -5)], 26), ([(179, 182), (-175, -170)], 12),
        ([(-150, -40), (10, 30)], 181), ([(0, 150), (140, 290)], 291),
    ],
)  # fmt: skip
def test_ways_that_lie_together_are_cut_nowhere(page, served, new_arena, spans, width):
    page.visit(served(new_arena()) + "?kind=bot", "start")
    ways = [[(west, 0), (east, 0)] for west, east in spans]
    pieces = page.module("meridian.js", "const c = m.bestCut(v[0]); return v[0].map((w) => m.piecesOf(w, c))", ways)
    assert [len(piece) for piece in pieces] == [1] * len(ways)
    lngs = [lng for piece in pieces for lng, _ in piece[0]]
    assert max(lngs) - min(lngs) < width


def test_a_way_that_must_be_cut_has_both_its_ends_on_the_map(page, served, new_arena):
    page.visit(served(new_arena()) + "?kind=bot", "start")
    ways = [[(-170, 0), (-20, 0)], [(-30, 10), (110, 10)], [(100, 20), (200, 40)]]  # all around
    cut, pieces = page.module(
        "meridian.js", "const c = m.bestCut(v[0]); return [c, v[0].map((w) => m.piecesOf(w, c))]", ways
    )
    assert sorted(len(piece) for piece in pieces) == [1, 1, 2]
    points = [point for piece in pieces for part in piece for point in part]
    assert all(cut - 1e-6 <= lng <= cut + 360 + 1e-6 for lng, _ in points)
    first, second = next(piece for piece in pieces if len(piece) == 2)
    assert abs(first[-1][0] - second[0][0]) == pytest.approx(360)
    assert first[-1][1] == pytest.approx(second[0][1])


def shows(page):
    """How many degrees the guess map shows, across and up, and where its middle is."""
    element = page.driver.find_element(By.ID, "guess-map")
    lat, lng, zoom = (float(page.get("guess-map", name)) for name in ("lat", "lng", "zoom"))
    world = 512 * 2**zoom
    return element.size["width"] / world * 360, lat, lng


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)])
def test_from_round_two_the_small_map_shows_all_of_the_map(page, served, new_arena, size):
    page.size(*size).visit(served(new_arena()), "start")
    page.click("start-button").wait_for("looking")
    page.open_map()
    for _ in range(8):
        page.press("+")
    page.press("p")
    page.press("\ue007").wait_for("guessed").press("\ue007").wait_for("looking")  # Enter, twice
    assert page.round == "2" and page.get("guess-map", "open") == "false"
    page.at_rest("guess-map")
    across, _, lng = shows(page)
    assert across > 330 and abs(lng - 5) < 6
    page.open_map()
    across, _, lng = shows(page)
    assert across > 330 and abs(lng - 5) < 6


def test_the_small_map_shows_the_last_pin_and_the_open_one_what_it_showed(page, served, new_arena):
    page.size(390, 844).visit(served(new_arena()), "start")
    page.click("start-button").wait_for("looking")
    page.open_map()
    for key in ["+"] * 4 + ["\ue012"] * 6 + ["p"] + ["\ue014"] * 3:  # nearer, left, pin, right
        page.press(key)
    open_view = shows(page)
    page.press("\ue00c").until(lambda: page.get("guess-map", "open") == "false", "it did not close")
    page.at_rest("guess-map")
    frame, button, pin = (
        page.script("const r = document.querySelector(arguments[0]).getBoundingClientRect();"
                    "return [r.left, r.top, r.right, r.bottom]", what)
        for what in ("#guess-frame", "#submit-guess", "#guess-map .pin svg")
    )  # fmt: skip
    assert frame[3] <= button[1] and frame[2] - frame[0] >= 150 and frame[3] - frame[1] >= 120
    assert frame[0] < pin[0] and pin[2] < frame[2] and frame[1] < pin[1] and pin[3] < frame[3]
    page.open_map()
    assert shows(page) == pytest.approx(open_view, abs=1e-3)


def test_names_never_overlap_and_towns_come_as_one_looks_closer(page, served, new_arena):
    page.size(1280, 900).visit(served(new_arena()), "start")
    page.click("start-button").wait_for("looking")
    page.open_map()
    counts = {}
    for _ in range(16):
        page.until(
            lambda: page.script("return performance.getEntriesByType('resource').every((e) => e.responseEnd)"), ""
        )
        labels = page.script("return document.querySelector('#guess-map .names').labels")
        for a, b in itertools.combinations(labels, 2):
            (ax0, ay0, ax1, ay1), (bx0, by0, bx1, by1) = a["box"], b["box"]
            assert ax1 <= bx0 or bx1 <= ax0 or ay1 <= by0 or by1 <= ay0, (a, b)
        counts[float(page.get("guess-map", "zoom"))] = {label["text"] for label in labels}
        page.press("+")
    zooms = sorted(counts)
    assert "Freedonia" in counts[zooms[0]] and "Klopstokia" not in counts[zooms[0]]
    assert not any(name.startswith("Town") for name in counts[zooms[0]])
    page.until(
        lambda: any("Town" in label["text"] for label in page.script(
            "return document.querySelector('#guess-map .names').labels")), "no town has its name",
    )  # fmt: skip


def test_regions_and_towns_are_fetched_once_and_only_when_one_is_near(page, served, new_arena):
    page.size(1280, 900).visit(served(new_arena()), "start")
    page.click("start-button").wait_for("looking")

    def fetched():
        names = page.script("return performance.getEntriesByType('resource').map((e) => e.name)")
        return [name.split("/api/")[1] for name in names if "/regions" in name or "/towns/" in name]

    page.open_map()
    page.script("return new Promise((done) => setTimeout(done, 400))")
    assert fetched() == []
    for _ in range(8):
        page.press("+")
    page.until(lambda: "outlines/regions" in fetched() and len(fetched()) > 2, "nothing came nearer")
    for _ in range(2):
        page.press("-").press("+")
    page.script("return new Promise((done) => setTimeout(done, 400))")
    assert len(fetched()) == len(set(fetched()))
    assert len(fetched()) < 40
