"""Every word that a field of a scene may hold: what makes the columns of clues the same for any places. Knows no scene.

The words are those of the tables and of what is drawn. A field that is chosen by a rule of its own, not from a table,
has its words here, as `world/scene.py` tells them. What is lettered freely (names of towns, streets and roads, what
shops call themselves) has no vocabulary: it is read by its letters (readings.py).
"""

from functools import lru_cache

from world.clues.crops import CROPS
from world.clues.furniture import POLE_RGB
from world.draw.things.car_shapes import CARS
from world.earth.cameras import CARRIERS
from world.earth.car_fashions import TWO_WHEELERS
from world.earth.countries import CONTINENTS, facts, table
from world.earth.scripts import SCRIPTS
from world.earth.styles import COVERS, FENCES, GARDENS, ROOFS, TRAITS, WALLS, WINDOWS
from world.layout.clutter import SOLIDS
from world.layout.landmarks import BOXES
from world.layout.plants import ROW_FORMS
from world.layout.road import FITTINGS, LAMPS
from world.lettering.symbols import SYMBOLS
from world.sprites.animals import ANIMALS
from world.sprites.atlas import KINDS
from world.sprites.people import PEOPLE
from world.sprites.things import THINGS

_SURFACES = ("asphalt", "concrete", "gravel", "dirt")
_SCRIPTS = ("latin", *dict.fromkeys(script for script, _, _ in SCRIPTS))


@lru_cache(maxsize=1)
def vocabularies() -> dict[str, tuple[str, ...]]:
    """The words of each field "family.field" that holds some, in the order of their columns."""
    return {
        "sky.clouds": ("cumulus", "towering", "stratus"),
        "ground.crop": ("none", "pasture", *CROPS),
        "ground.crop_stage": ("none", "bare", "sown", "green", "flower", "ripe", "stubble"),
        "plants.kinds": KINDS,
        "plants.rows": ("none", *ROW_FORMS),
        "plants.row_kind": KINDS,
        "road.surface": _SURFACES,
        "road.driving_side": ("left", "right"),
        "road.centre_line": ("none", "dashed", "solid", "double", "mixed"),
        "road.edge_line": ("none", "solid", "dashed"),
        "road.side_surface": _SURFACES,
        "road.give_way": ("none", "dashes", "teeth", "bar"),
        "furniture.pole": tuple(POLE_RGB),
        "furniture.fittings": tuple(FITTINGS),
        "furniture.bollard": ("none", "post", "wedge", "slab", "stone"),
        "furniture.fence": FENCES,
        "furniture.lamp": ("none", *LAMPS),
        "furniture.stone": ("none", "dome", "block"),
        "signs.script": _SCRIPTS,
        "signs.warning_shape": ("triangle", "diamond"),
        "signs.warning": SYMBOLS,
        "signs.limit_form": ("ring", "ring-yellow", "ring-blue", "us", "canada"),
        "signs.junction": ("stop", "yield", "none"),
        "signs.stop": _stops(),
        "signs.stop_form": ("octagon", "triangle"),
        "buildings.roof": ROOFS,
        "buildings.wall_kinds": WALLS,
        "buildings.roof_kinds": COVERS,
        "buildings.window_style": WINDOWS,
        "buildings.traits": tuple(sorted(TRAITS - {"estate"})),  # an estate is a field of its own
        "buildings.garden": GARDENS,
        "buildings.landmark": ("none", *BOXES),
        "buildings.shop_script": _SCRIPTS,
        "vehicles.kinds": (*CARS, *TWO_WHEELERS),
        "life.figures": tuple(kind for kind in PEOPLE if kind not in TWO_WHEELERS),
        "life.animals": tuple(ANIMALS),
        "life.clutter": tuple(dict.fromkeys((*SOLIDS, *THINGS))),
        "water.bridge": ("none", "concrete", "steel", "stone", "wood"),
        "camera.carrier": ("none", *CARRIERS),
    }


def _stops() -> tuple[str, ...]:
    """What stop signs say, the commonest first: of all countries with a row, and of the continents for all others."""
    said = [country.stop for country in table().values()] + [facts("", name).stop for name in CONTINENTS.values()]
    return tuple(sorted(set(said), key=lambda word: (-said.count(word), word)))
