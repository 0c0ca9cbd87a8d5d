"""Maps of the simulated Earth: a recipe drawn by `world.earth.places`, rendered by `world.render`. Knows no game.

`world` is imported when a map is first played, so that listing maps stays quick.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from PIL import Image

from arena.records import Place
from arena.rules import VIEW_ACROSS_DEG, VIEW_PX, Refused
from model.geo.scoring import PAPER_SCALE_KM
from world.earth.continents import continents
from world.scene import FARTHEST_M, STEP_M

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
    farthest: int = FARTHEST_M // STEP_M  # steps along the road, to either side
    step_m: int = STEP_M

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
        return self.panorama_at(place, 0, width)

    def panorama_at(self, place: Place, step: int, width: int = WIDTH) -> Image.Image:
        """The same from `step` steps along the road; the place, and what a guess is worth, stay those of step 0.

        Raises:
            Refused: as `panorama`. ConfigError: no such step.
        """
        from world.render import render_equirectangular
        from world.warm_up import before_drawing

        before_drawing()
        return _marked(render_equirectangular(_scene(place, step), width=width, samples=SAMPLES))

    def road_deg(self, place: Place, step: int) -> int:
        """Where the road leads forward at a step, in whole degrees from north.

        Raises:
            Refused: as `panorama`.
        """
        recipe = place.recipe or {}
        road = _road_degs(place.lat, place.lng, tuple(sorted(recipe.items())), self.farthest)
        return road[step + self.farthest]

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


def _scene(place: Place, step: int = 0) -> "Scene":
    """What there is to be drawn at a place, from a step along its road.

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
    moment = recipe["month"], recipe["hour"], recipe["seed"]
    return build_scene(place.lat, place.lng, *moment, step_m=step * STEP_M)


@lru_cache(maxsize=256)
def _road_degs(lat: float, lng: float, recipe: tuple[tuple[str, float], ...], farthest: int) -> tuple[int, ...]:
    """Where the road of a place leads at all its steps; a walk asks for one after the other."""
    from world.layout.walk import road_heading_deg

    scene = _scene(Place(lat, lng, dict(recipe)))
    steps = (replace(scene.recipe, step_m=step * STEP_M) for step in range(-farthest, farthest + 1))
    return tuple(round(road_heading_deg(replace(scene, recipe=one))) % 360 for one in steps)


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
