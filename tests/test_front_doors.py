"""One file, one answer: the page, the API and the command read every format, mode and orientation alike."""

import functools
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from streamlit.testing.v1 import AppTest

from api import create_api
from model import locate
from model.data.decode import open_image
from model.errors import ArtifactError
from model.geolocator import Geolocator
from pages.components import answer, resources
from world import SOFTWARE, WORLD_VERSION

ROOT = Path(__file__).resolve().parents[1]
ORIENTATION, MARK = 0x0112, 0x0131
# How a picture must be stored so that a viewer who obeys the tag sees it upright: the inverse of each turn.
STORED = {
    1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # fmt: skip
MODES = {
    "JPEG": ("RGB", "CMYK", "grey"),
    "PNG": ("RGB", "palette", "16-bit", "grey", "alpha"),
    "WEBP": ("RGB", "alpha"),
    "TIFF": ("RGB", "CMYK", "palette", "16-bit", "grey", "alpha"),
    "GIF": ("palette", "grey", "alpha"),  # has no such tag
    "HEIF": ("RGB", "alpha"),
    "AVIF": ("RGB", "alpha"),
}
HOW = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}, "AVIF": {"quality": 95},
       "HEIF": {"quality": 95, "chroma": 444}}  # fmt: skip
LOSSLESS = ("PNG", "WEBP", "TIFF", "GIF")
CASES = [(kind, mode, turn) for kind, modes in MODES.items() for mode in modes
         for turn in (STORED if kind != "GIF" else (1,))]  # fmt: skip


def scene() -> Image.Image:
    """Sky over hills over a road that bends to the right: no two of its eight turns look alike."""
    y, x = np.mgrid[0:64, 0:96]
    picture = np.stack([90 + y, 140 + y / 2, 230 - y], -1).astype(float)
    picture[y > 30 + 8 * np.sin(x / 9)] = (70, 110, 50)
    picture[(y > 40) & (np.abs(x - 30 - np.abs(y - 40) ** 1.2) < (y - 38) / 2)] = (120, 118, 115)
    picture[5:12, 70:80] = (255, 240, 180)
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8))


def of_mode(picture: Image.Image, mode: str) -> Image.Image:
    if mode == "16-bit":
        return Image.fromarray(np.asarray(picture.convert("L"), np.uint16) * 257)
    if mode == "alpha":
        veil = np.full((picture.height, picture.width), 255, np.uint8)
        veil[:, :10] = 0
        picture = picture.copy()
        picture.putalpha(Image.fromarray(veil))
        return picture
    return picture.convert({"grey": "L", "palette": "P"}.get(mode, mode))


def file_of(kind: str, mode: str, turn: int, software: str | None = None) -> bytes:
    """The scene as a file of this format and mode, stored turned, with the tag that says how."""
    picture = of_mode(scene(), mode)
    if STORED[turn] is not None:
        picture = picture.transpose(STORED[turn])
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    if software:
        exif[MARK] = software
    stream = io.BytesIO()
    # As bytes, for then the HEIC's writer makes of it what iPhones write: a turn in the container.
    picture.save(stream, kind, **({} if kind == "GIF" else {"exif": exif.tobytes()}), **HOW.get(kind, {}))
    return stream.getvalue()


@pytest.fixture(scope="module")
def model() -> Iterator[Geolocator]:
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # for pictures this small a second thread only waits
    yield Geolocator.load()
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def upright(model: Geolocator) -> Callable[[str, str], dict]:
    """The answer to the scene as a file of this format and mode that needs no turning."""
    return functools.cache(lambda kind, mode: as_json(model.locate(file_of(kind, mode, 1)).as_dict()))


def as_json(told: dict) -> dict:
    return json.loads(json.dumps(told))


@pytest.fixture(scope="module")
def api(model: Geolocator) -> TestClient:
    return TestClient(create_api(lambda images: model.locate(list(images)), dict))


@pytest.fixture
def doors(
    model: Geolocator, api: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[bytes], dict[str, dict]]:
    """What each door answers to a file, as plain data."""
    monkeypatch.setattr(resources, "geolocator", lambda *_: model)
    monkeypatch.setattr(Geolocator, "load", lambda *_: model)

    def ask(data: bytes) -> dict[str, dict]:
        path = tmp_path / "picture"
        path.write_bytes(data)
        answers = {
            "page": answer.find([data]).guess.as_dict(),
            "api": api.post("/predict", files={"image": data}).json()["guess"],
            "command": json.loads(locate.main([path], as_json=True)),
            "PIL": model.locate(Image.open(io.BytesIO(data))).as_dict(),
        }
        return {door: as_json(told) for door, told in answers.items()}

    return ask


@pytest.mark.parametrize(("kind", "mode", "turn"), CASES, ids=lambda value: str(value))
def test_every_door_gives_the_same_answer_to_the_same_file(
    doors: Callable[[bytes], dict[str, dict]], upright: Callable[[str, str], dict], kind: str, mode: str, turn: int
) -> None:
    data = file_of(kind, mode, turn)
    told = doors(data)
    assert told["page"] == told["api"] == told["command"] == told["PIL"]
    seen, meant = (np.asarray(open_image(one), float) for one in (data, file_of(kind, mode, 1)))
    assert seen.shape == (64, 96, 3)
    assert np.abs(seen - meant).mean() < (0.01 if kind in LOSSLESS else 4.0), "turned wrongly, or twice"
    if kind in LOSSLESS:
        assert told["page"] == upright(kind, mode), "the turn changed the answer"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF", "HEIF"])
def test_the_mark_of_the_simulated_earth_survives_the_turn_and_nothing_else_does(kind: str) -> None:
    picture = open_image(file_of(kind, "RGB", 6, SOFTWARE))
    assert picture.info == {"Software": SOFTWARE} and not picture.getexif().get(ORIENTATION)
    assert not open_image(file_of(kind, "RGB", 6, "Photo Shop 7")).info


@pytest.mark.parametrize(("kind", "mode", "turn"), [("JPEG", "RGB", 6), ("PNG", "16-bit", 3), ("HEIF", "RGB", 8)])
def test_the_real_page_says_what_the_command_says(
    doors: Callable[[bytes], dict[str, dict]], kind: str, mode: str, turn: int
) -> None:
    data = file_of(kind, mode, turn)
    told = doors(data)["command"]
    app = AppTest.from_file(ROOT / "pages" / "dashboard.py", default_timeout=120).run()
    app.file_uploader[0].upload(f"photo.{kind.lower()}", data, "application/octet-stream").run()
    assert not app.exception and not app.error
    [pin] = [layer["data"][0] for layer in json.loads(app.get("deck_gl_json_chart")[0].proto.json)["layers"]
             if layer["id"] == "guess"]  # fmt: skip
    assert (pin["lat"], pin["lng"]) == pytest.approx((told["lat"], told["lng"]))


def panorama(width: int = 512) -> Image.Image:
    return scene().resize((width, width // 2))


def strip() -> Image.Image:
    sheet = Image.new("RGB", (256, 64))
    for number, turn in enumerate((None, *(STORED[k] for k in (2, 3, 4)))):
        view = scene().crop((16, 0, 80, 64))
        sheet.paste(view if turn is None else view.transpose(turn), (64 * number, 0))
    return sheet


def png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.parametrize(("picture", "shape"), [(panorama(), "panorama"), (strip(), "strip"), (scene(), "photo")])
def test_every_door_reads_a_shape_alike_and_says_how(
    doors: Callable[[bytes], dict[str, dict]], picture: Image.Image, shape: str
) -> None:
    told = doors(png(picture))
    assert told["page"] == told["api"] == told["command"]
    assert told["api"]["read_as"] == shape


def test_a_strip_is_answered_as_its_four_views_are(model: Geolocator) -> None:
    sheet = strip()
    views = [png(sheet.crop((64 * n, 0, 64 * n + 64, 64))) for n in range(4)]
    alone, together = model.locate(views), model.locate(png(sheet))
    assert (alone.lat, alone.lng) == (together.lat, together.lng)
    assert (alone.read_as, together.read_as) == ("views", "strip")


def blank(name: str) -> bytes:
    rng = np.random.default_rng(1)
    pictures = {
        "transparent": Image.fromarray(np.pad(rng.integers(1, 256, (90, 120, 3), np.uint8), ((0, 0), (0, 0), (0, 1)))),
        "one colour": Image.new("RGB", (120, 90), (40, 90, 200)),
        "noise": Image.fromarray(rng.integers(0, 256, (300, 400, 3), np.uint8)),
        "small noise": Image.fromarray(rng.integers(0, 256, (40, 50, 3), np.uint8)),
        "a page with a dot": Image.fromarray(np.pad(np.zeros((8, 8, 3), np.uint8), ((150, 150), (200, 200), (0, 0)),
                                                    constant_values=255)),
    }  # fmt: skip
    return png(pictures[name])


def bomb() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(999))) + chunk(b"IEND", b"")
    )


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.jpg", bytes(10_000_000))
    return stream.getvalue()


BAD = {
    **{name: (blank(name), "nothing to see") for name in
       ("transparent", "one colour", "noise", "small noise", "a page with a dot")},
    "an empty file": (b"", "found an empty file"),
    "an SVG": (b'<?xml version="1.0"?>\n<!-- by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
    "a zip bomb": (zipped(), "a ZIP archive"),
    "a huge PNG": (bomb(), "million"),
    "a truncated JPEG": (file_of("JPEG", "RGB", 1)[:1500], "cut off"),
    "a truncated HEIC": (file_of("HEIF", "RGB", 1)[:1500], "picture"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_shows_no_place_gets_one_sentence_at_every_door(
    name: str, model: Geolocator, api: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    data, words = BAD[name]
    monkeypatch.setattr(resources, "geolocator", lambda *_: model)
    monkeypatch.setattr(Geolocator, "load", lambda *_: model)
    app = AppTest.from_file(ROOT / "pages" / "dashboard.py", default_timeout=120).run()
    app.file_uploader[0].upload("file.jpg", data, "image/jpeg").run()
    assert not app.exception and len(app.error) == 1 and not app.get("deck_gl_json_chart")
    told = api.post("/predict", files={"image": ("file.jpg", data)})
    assert told.status_code == 422 and set(told.json()) == {"error"}
    (tmp_path / "file.jpg").write_bytes(data)
    with pytest.raises(SystemExit) as stopped:
        locate.cli([str(tmp_path / "file.jpg")])
    assert stopped.value.code == 2
    for sentence in (app.error[0].value, told.json()["error"], capsys.readouterr().err):
        assert words in sentence and sentence.strip().endswith(".") and sentence.strip().count("\n") == 0, sentence
        assert "Traceback" not in sentence


def test_a_picture_without_the_mark_is_out_of_distribution_at_every_door(
    doors: Callable[[bytes], dict[str, dict]], tmp_path: Path
) -> None:
    for told in doors(file_of("JPEG", "RGB", 1)).values():
        assert told["out_of_distribution"] is True and told["expected_score"] is None
    for told in doors(file_of("JPEG", "RGB", 1, SOFTWARE)).values():
        assert told["out_of_distribution"] is False and 0 <= told["expected_score"] <= 5000
    (tmp_path / "photo.jpg").write_bytes(file_of("JPEG", "RGB", 1))
    assert locate.main([tmp_path / "photo.jpg"]).startswith("Not a place this model knows: at best ")


def test_one_unmarked_view_among_four_makes_the_place_a_stranger(model: Geolocator) -> None:
    marked, bare = file_of("PNG", "RGB", 1, SOFTWARE), file_of("PNG", "RGB", 1)
    assert not model.locate([marked] * 4).out_of_distribution
    assert model.locate([marked] * 3 + [bare]).out_of_distribution


def test_a_caller_who_knows_the_world_says_so_and_is_held_to_it(model: Geolocator) -> None:
    screenshots = [file_of("PNG", "RGB", 1)] * 4
    assert not model.locate(screenshots, world_version=WORLD_VERSION).out_of_distribution
    with pytest.raises(ArtifactError, match="looked for a checkpoint trained on version 1 "):
        model.locate(screenshots, world_version=1)


def test_countries_have_names_and_codes_at_every_door(doors: Callable[[bytes], dict[str, dict]]) -> None:
    for told in doors(file_of("JPEG", "RGB", 1, SOFTWARE)).values():
        for one in (told, *told["candidates"]):
            assert len(one["country_code"]) in (0, 2) and (len(one["country"]) > 2 or not one["country"])


def test_the_readme_names_the_version_of_the_world():
    assert f"the world's version (now {WORLD_VERSION})" in (ROOT / "README.md").read_text(encoding="utf-8")
