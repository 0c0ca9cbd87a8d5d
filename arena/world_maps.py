"""Maps of the simulated Earth: a recipe drawn by `world.earth.places`, rendered by `world.render`. Knows no game.

`world` is imported when a map is first played, so that listing maps stays quick.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from arena.records import Place
from arena.rules import VIEW_ACROSS_DEG, VIEW_PX, Refused
from model.geo.scoring import PAPER_SCALE_KM
from world.earth.continents import continents

if TYPE_CHECKING:
    from world.render import Pixels
    from world.scene import Scene

WIDTH = 2048  # pixels of a panorama
SAMPLES = 4  # rays a pixel

_EARTH = (-58.0, -170.0, 75.0, 180.0)

# name: title, where, scale of the score in km. As in the game, the scale of a continent is a tenth of its extent;
# whatever spans the world keeps the papers' figure.
_PRESETS = {
    "world": ("World", "Anywhere on land", PAPER_SCALE_KM),
    "urban": ("Towns and cities", "Streets all over the world", PAPER_SCALE_KM),
    "rural": ("Countryside", "Open roads all over the world", PAPER_SCALE_KM),
    "famous": ("Famous cities", "In and around cities whose names everyone knows", PAPER_SCALE_KM),
    "africa": ("Africa", "Anywhere in Africa", 800.0),
    "asia": ("Asia", "Anywhere in Asia", 930.0),
    "europe": ("Europe", "Anywhere in Europe, as far as the Urals", 550.0),
    "north-america": ("North America", "Anywhere in North America", 830.0),
    "south-america": ("South America", "Anywhere in South America", 740.0),
    "oceania": ("Oceania", "Anywhere in Oceania", 780.0),
}


@dataclass(frozen=True)
class WorldMap:
    """The simulated Earth or a continent of it. Its places belong to the split "game", where no stage trains."""

    name: str
    title: str
    description: str
    scale_km: float
    view: tuple[float, float, float, float]  # the first one: south, west, north, east
    kind: str = "world"
    problem: str = ""

    def draw(self, n: int, seed: int) -> list[Place]:
        """`n` places on land, by seed."""
        from world import WORLD_VERSION
        from world.earth.places import sample_places

        frame = sample_places(n, seed, split="game", preset=self.name)
        return [
            Place(
                float(row["lat"]),
                float(row["lng"]),
                {
                    "month": int(row["month"]),
                    "hour": float(row["hour"]),
                    "seed": int(row["seed"]),
                    "world": WORLD_VERSION,
                },
            )
            for row in frame.to_dict("records")
        ]

    def panorama(self, place: Place, width: int = WIDTH) -> Image.Image:
        """Rendered from the recipe, `width` pixels around; it says which version of the world drew it, and no place.

        Raises:
            Refused: the place was drawn for another version of the world, whose pixels are gone (not_now).
        """
        from world.render import render_equirectangular
        from world.warm_up import before_drawing

        before_drawing()
        return _marked(render_equirectangular(_scene(place), width=width, samples=SAMPLES))

    def heading_deg(self, place: Place, drawn_deg: float) -> int:
        """Where the one view of a place looks: along its road, to the side of the heading that was drawn."""
        road_deg = _scene(place).road.heading_deg
        if abs((drawn_deg - road_deg + 180.0) % 360.0 - 180.0) > 90.0:
            road_deg += 180.0
        return round(road_deg) % 360

    def still(self, place: Place, heading_deg: int) -> Image.Image:
        """The one view of a game without moving, panning or zooming, drawn at its own size: about a second."""
        from world.render import render_views
        from world.warm_up import before_drawing

        before_drawing()
        width, height = VIEW_PX
        square = render_views(_scene(place), width, SAMPLES, (heading_deg,), VIEW_ACROSS_DEG)[0]  # (width, width, 3)
        top = (width - height) // 2
        return _marked(square[top : top + height])


def _scene(place: Place) -> "Scene":
    """What there is to be drawn at a place.

    Raises:
        Refused: the place was drawn for another version of the world, whose pixels are gone (not_now).
    """
    from world import WORLD_VERSION
    from world.clues import build_scene

    recipe = place.recipe or {}
    if (drawn_for := recipe.get("world", 1)) != WORLD_VERSION:  # the first version did not yet say so
        raise Refused(
            f"This game was begun on version {drawn_for} of the simulated Earth, and the app now draws "
            f"version {WORLD_VERSION}. Start a new game.",
            "not_now",
        )
    return build_scene(place.lat, place.lng, recipe["month"], recipe["hour"], recipe["seed"])


def _marked(pixels: "Pixels") -> Image.Image:
    from world import SOFTWARE

    picture = Image.fromarray(pixels)
    picture.info["Software"] = SOFTWARE
    return picture


def find_world_maps() -> list[WorldMap]:
    """The whole Earth first, then parts of it."""
    return [
        WorldMap(name, title, f"{where}, on the simulated Earth", scale_km, _view(name))
        for name, (title, where, scale_km) in _PRESETS.items()
    ]


def _view(name: str) -> tuple[float, float, float, float]:
    """What a map shows first: all that its places may be."""
    if name not in continents():
        return _EARTH
    bounds = continents()[name].bounds
    return bounds.south, bounds.west, bounds.north, bounds.east
