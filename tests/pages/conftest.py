"""Stand-ins for what the pages open: a model that is quick, places that need no drawing, a scorebook of one's own."""

import io
import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from arena.scorebook import Scorebook
from model.errors import ArtifactError
from model.geo.distance import haversine_km
from model.geolocator import Candidate, Guess, LookAlike, Why, drawn_by, look_at
from pages.components import game_client, resources
from world import WORLD_VERSION
from world.draw.pictures import encode

DASHBOARD = Path(__file__).resolve().parents[2] / "pages" / "dashboard.py"
CENTROIDS = np.array([[48.2, 16.4], [50.1, 14.4], [47.5, 19.0], [-33.9, 18.4]])
SAMPLE_PLACE = (47.0, 15.4)


class FakeCells:
    """Four geocells."""

    fingerprint = "four cells"

    def assign(self, points: np.ndarray) -> np.ndarray:
        """The nearest cell."""
        return haversine_km(np.asarray(points)[:, None], CENTROIDS[None]).argmin(axis=1)


class FakeGeolocator:
    """Opens pictures as the real one does, and always answers Vienna."""

    regions = FakeCells()
    encoder = SimpleNamespace(image_size=32)
    folder = Path("checkpoints/fake")

    def __init__(self, unfamiliar: bool = False, world_version: int = WORLD_VERSION) -> None:
        self.unfamiliar, self.world_version = unfamiliar, world_version

    def require_world(self, version: int | None) -> None:
        """As the real one, in fewer words."""
        if version not in (None, self.world_version):
            raise ArtifactError(f"looked for version {version}, found {self.world_version}; run `make reproduce`.")

    def locate(self, images: list[bytes], world_version: int | None = None) -> Guess:
        """Vienna."""
        for version in (world_version, *map(drawn_by, images)):
            self.require_world(version)
        handed = look_at(images, 32, world_version)
        strange = handed.world_version is None
        shares = np.array([0.6, 0.25, 0.1, 0.05], np.float32)
        candidates = tuple(
            Candidate(
                cell=k,
                lat=lat,
                lng=lng,
                country="AT",
                country_name="Austria",
                probability=float(share),
                score=float(share),
                refined_lat=lat + 0.1,
                refined_lng=lng + 0.1,
            )
            for k, ((lat, lng), share) in enumerate(zip(CENTROIDS.tolist(), shares, strict=True))
        )
        return Guess(
            lat=48.3, lng=16.5, country="AT", country_name="Austria", region="Vienna", town="Vienna",
            town_distance_km=8.0, candidates=candidates, entropy=float(-(shares * np.log(shares)).sum()),
            expected_score=None if strange else 3210.0, cells=shares,
            look_alikes=(LookAlike(48.0, 16.0, 0.1, 3), LookAlike(49.0, 17.0, 0.2, 4)),
            familiarity=0.999 if self.unfamiliar else 0.4, unfamiliar=self.unfamiliar, out_of_distribution=strange,
            read_as=handed.shape,
        )  # fmt: skip

    def why(self, images: list[bytes], world_version: int | None = None, of: str = "region") -> Why:
        """The lower left corner of each view."""
        heat = np.zeros((len(look_at(images, 32).views), 4, 4), np.float32)
        heat[:, -1, 0] = 1.0
        return Why(heat, "features", of, "AT", 0.6 if of == "region" else 0.85)  # type: ignore[arg-type]


class FakeAtlas:
    """Every place is the same town."""

    towns = pd.DataFrame({"name": ["Vienna", "Graz"], "lat": [48.2, 47.1], "lng": [16.4, 15.4],
                          "population": [1_700_000, 280_000]})  # fmt: skip
    countries = pd.DataFrame(
        {"name": ["Austria"], "lat": [47.6], "lng": [14.1], "area_km2": [83_858.0], "population": [8_800_000]},
        index=["AT"],
    ).rename_axis("country")

    def describe(self, points: np.ndarray) -> pd.DataFrame:
        """One row for each point."""
        town = {"town": "Vienna", "country": "AT", "country_name": "Austria", "koppen": "Cfb"}
        return pd.DataFrame([town] * len(points), columns=list(town))

    def is_land(self, points: np.ndarray) -> np.ndarray:
        """All but the Gulf of Guinea, where 0° and 0° meet."""
        return np.abs(np.asarray(points, float)).max(axis=-1) > 3.0


def jpeg(width: int, height: int, **options: object) -> bytes:
    """A picture with something in it."""
    ramp = np.linspace(0, 255, width * height * 3).reshape(height, width, 3).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(ramp).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def marked(width: int, height: int) -> bytes:
    """A picture that says that the simulated Earth drew it."""
    return encode(np.asarray(Image.open(io.BytesIO(jpeg(width, height)))), ".jpg")


@pytest.fixture
def photo() -> bytes:
    """A small photo."""
    return jpeg(120, 90)


@pytest.fixture
def drawing() -> bytes:
    """A small picture of the simulated Earth, which says so."""
    return marked(120, 90)


@pytest.fixture
def panorama() -> bytes:
    """A small picture of the shape of a panorama."""
    return jpeg(256, 128)


@pytest.fixture
def photo_with_position() -> bytes:
    """A small photo whose EXIF says that it was taken in Reykjavík."""
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (64.0, 8.0, 24.0), 3: "W", 4: (21.0, 56.0, 24.0)}
    return jpeg(120, 90, exif=exif)


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fakes for everything that is slow to open; the scorebook is real, in the test's own home."""
    model = FakeGeolocator()
    step = np.arange(-60.0, 80.0, 5.0)
    grid = np.stack(np.meshgrid(step, np.arange(-180.0, 180.0, 5.0), indexing="ij"), -1).reshape(-1, 2)

    def places(count: int, seed: int) -> pd.DataFrame:
        lat, lng = SAMPLE_PLACE
        return pd.DataFrame(
            {"id": range(count), "lat": lat + np.arange(count), "lng": lng, "month": 6, "hour": 12.0, "seed": seed}
        )

    monkeypatch.setattr(resources, "geolocator", lambda: model)
    monkeypatch.setattr(resources, "atlas", FakeAtlas)
    monkeypatch.setattr(resources, "places", places)
    monkeypatch.setattr(resources, "thumbnail", lambda *recipe: jpeg(48, 48))
    monkeypatch.setattr(resources, "panorama", lambda *recipe: marked(256, 128))
    monkeypatch.setattr(resources, "honeycomb", lambda: grid)
    monkeypatch.setattr(resources, "patches", lambda: grid[::20])
    monkeypatch.setattr(resources, "world_maps", lambda *recipe: (jpeg(64, 32), jpeg(64, 32)))
    monkeypatch.setattr(resources, "changed", lambda *recipe: jpeg(64, 32))
    monkeypatch.setattr(resources, "honeycomb_cells", lambda _=None: FakeCells().assign(grid))
    monkeypatch.setattr(resources, "scorebook", Scorebook.open)
    monkeypatch.setattr(resources, "metrics", lambda: METRICS)
    monkeypatch.setattr(resources, "recipes", dict)
    monkeypatch.setattr(game_client, "maps", lambda: {"world": "World", "alps": "The Alps"})


METRICS = {
    "world_version": WORLD_VERSION, "n": 2000,
    "country_accuracy": 0.61, "median_km": 312.0, "mean_km": 900.0, "mean_score": 3456.0,
    "within_km": {"1": 0.0, "25": 0.08, "200": 0.4, "750": 0.7, "2500": 0.9}, "cell_top1": 0.3, "cell_top5": 0.6,
}  # fmt: skip


@pytest.fixture
def no_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clone whose checkpoint was not made yet."""

    def missing() -> None:
        raise ArtifactError("looked for a checkpoint, found none; run `make reproduce`.")

    monkeypatch.setattr(resources, "geolocator", missing)
    monkeypatch.setattr(resources, "metrics", missing)


@pytest.fixture
def another_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clone whose checkpoint was trained on the simulated Earth as it looked before."""
    model = FakeGeolocator(world_version=WORLD_VERSION - 1)
    monkeypatch.setattr(resources, "geolocator", lambda: model)
    monkeypatch.setattr(resources, "metrics", lambda: METRICS | {"world_version": WORLD_VERSION - 1})


@pytest.fixture
def broken_scorebook(own_home: Path) -> Path:
    """A scorebook that is no database."""
    path = own_home / "scorebook.sqlite"
    path.write_bytes(b"this is not a database, however long one looks at it" * 40)
    return path


@pytest.fixture
def open_page() -> Callable[[str], AppTest]:
    """Open the dashboard at a page: `open_page("guess")`."""

    def opened(name: str) -> AppTest:
        app = AppTest.from_file(DASHBOARD, default_timeout=120).run()
        return app if name == "guess" else app.switch_page(f"{name}.py").run()

    return opened


def texts(app: AppTest) -> str:
    """Everything that a page says, in one string."""
    parts = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.error, *app.warning, *app.info, *app.success]
    return "\n".join([*(str(part.value) for part in parts), *(str(part.value) for part in app.html)])


@pytest.fixture
def said() -> Callable[[AppTest], str]:
    """What a page says."""
    return texts


@pytest.fixture
def played() -> Callable[..., str]:
    """Write a game into the scorebook: `played("Ada", "person", model=True)` -> its id."""

    def write(
        player: str = "Ada", kind: str = "person", model: bool = False, rounds: int = 5, player_id: str = "",
        at: float = 1.7e9,
    ) -> str:  # fmt: skip
        from arena.records import Game, Place, Round, Seat
        from arena.records import Guess as Played

        book = Scorebook.open()
        game_id = f"game-{player}"
        places = tuple(Round(k, Place(10.0 * k, 20.0 * k, {}, "AT", "near Vienna"), None) for k in range(1, 6))
        host = Seat(player, kind, player_id or f"{kind}:{player}")
        book.add_game(Game(game_id, "world", "world", 7, 1492.7, at, None, {0: host}, places))
        seats = [0]
        if model:
            book.add_seat(game_id, 1, Seat("Homing", "model", "model:Homing"))
            seats.append(1)
        for number in range(1, rounds + 1):
            for seat in seats:
                lat, lng = 10.0 * number + 1.0 + seat, 20.0 * number
                km = float(haversine_km((lat, lng), (10.0 * number, 20.0 * number)))
                score = round(5000 * math.exp(-km / 1492.7))
                book.add_guess(game_id, number, seat, Played(lat, lng, km, score, 3.0, 1.7e9 + number))
        return game_id

    return write
