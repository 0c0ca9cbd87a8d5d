"""Every kind of plant that is drawn: how it grows, how tall, its colours. Knows no scenes and no pixels."""

from collections.abc import Callable
from dataclasses import dataclass

import world.sprites.broadleaf as broadleaf
import world.sprites.conifers as conifers
import world.sprites.low as low
import world.sprites.palms as palms
from world.scene import RGB
from world.sprites.model import Model


@dataclass(frozen=True)
class Shape:
    """What drawing and placing must know of a kind."""

    grow: Callable[[Model], None]
    height_m: float  # usual
    aspect: float = 1.0  # width / height of its picture
    deciduous: bool = False  # has a bare form
    low: bool = False  # undergrowth; never a tree line
    bark: RGB | None = None  # its own; else the place's
    tint: RGB | None = None  # of its leaves; else the country's
    mark: RGB = (0.30, 0.24, 0.18)  # second colour: bark patches, dead fronds, flowers
    autumn: RGB | None = None  # its own colour when it turns; else the place's


SHAPES: dict[str, Shape] = {
    "oak": Shape(broadleaf.oak, 12.0, 1.0, True, autumn=(0.60, 0.40, 0.16)),
    "maple": Shape(broadleaf.maple, 12.0, 0.75, True),
    "plane": Shape(broadleaf.plane, 14.0, 0.85, True, bark=(0.62, 0.58, 0.48), mark=(0.40, 0.38, 0.28),
                   autumn=(0.66, 0.50, 0.22)),
    "cherry": Shape(broadleaf.cherry, 6.5, 1.0, True, bark=(0.36, 0.27, 0.24), autumn=(0.72, 0.38, 0.18)),
    "poplar": Shape(broadleaf.poplar, 18.0, 0.32, True, autumn=(0.78, 0.68, 0.26)),
    "birch": Shape(broadleaf.birch, 13.0, 0.6, True, bark=(0.88, 0.87, 0.83), mark=(0.16, 0.14, 0.13),
                   autumn=(0.78, 0.66, 0.24)),
    "willow": Shape(broadleaf.willow, 10.0, 1.1, True, tint=(0.44, 0.54, 0.26), autumn=(0.74, 0.66, 0.28)),
    "olive": Shape(broadleaf.olive, 5.0, 1.1, bark=(0.44, 0.40, 0.34), tint=(0.46, 0.51, 0.39)),
    "holm-oak": Shape(broadleaf.holm_oak, 7.5, 1.1, bark=(0.34, 0.30, 0.26), tint=(0.27, 0.36, 0.20)),
    "eucalyptus": Shape(broadleaf.eucalyptus, 19.0, 0.8, bark=(0.82, 0.78, 0.71), tint=(0.37, 0.45, 0.33)),
    "mallee": Shape(broadleaf.mallee, 6.0, 1.3, bark=(0.66, 0.58, 0.49), tint=(0.38, 0.44, 0.30)),
    "acacia": Shape(broadleaf.acacia, 7.5, 1.5, True, bark=(0.36, 0.30, 0.24), tint=(0.36, 0.44, 0.20)),
    "thorn": Shape(broadleaf.thorn, 4.5, 1.3, True, bark=(0.36, 0.30, 0.25), tint=(0.40, 0.46, 0.26)),
    "baobab": Shape(broadleaf.baobab, 14.0, 1.05, True, bark=(0.58, 0.51, 0.46)),
    "jungle": Shape(broadleaf.jungle, 20.0, 0.9, bark=(0.62, 0.58, 0.50), tint=(0.20, 0.38, 0.13)),
    "mango": Shape(broadleaf.mango, 10.0, 1.05, tint=(0.17, 0.33, 0.12)),
    "rubber": Shape(broadleaf.rubber, 14.0, 0.55, True, bark=(0.60, 0.56, 0.50)),
    "dead": Shape(broadleaf.dead, 7.0, 0.8, bark=(0.48, 0.43, 0.38)),
    "spruce": Shape(conifers.spruce, 17.0, 0.5, bark=(0.33, 0.26, 0.21), tint=(0.15, 0.27, 0.17)),
    "fir": Shape(conifers.fir, 18.0, 0.38, bark=(0.36, 0.30, 0.26), tint=(0.16, 0.30, 0.21)),
    "larch": Shape(conifers.larch, 16.0, 0.46, True, bark=(0.40, 0.32, 0.27), tint=(0.38, 0.50, 0.20),
                   autumn=(0.76, 0.57, 0.20)),
    "cedar": Shape(conifers.cedar, 18.0, 0.42, bark=(0.45, 0.29, 0.21), tint=(0.19, 0.31, 0.15)),
    "pine": Shape(conifers.pine, 16.0, 0.62, bark=(0.38, 0.30, 0.25), tint=(0.22, 0.35, 0.20), mark=(0.70, 0.40, 0.22)),
    "umbrella-pine": Shape(conifers.umbrella_pine, 13.0, 1.0, bark=(0.44, 0.33, 0.27), tint=(0.23, 0.38, 0.16)),
    "cypress": Shape(conifers.cypress, 12.0, 0.3, tint=(0.15, 0.26, 0.14)),
    "araucaria": Shape(conifers.araucaria, 16.0, 0.95, bark=(0.38, 0.32, 0.28), tint=(0.13, 0.27, 0.16)),
    "palm": Shape(palms.palm, 12.0, 0.9, bark=(0.55, 0.49, 0.42), tint=(0.29, 0.46, 0.15), mark=(0.52, 0.40, 0.24)),
    "date-palm": Shape(palms.date_palm, 10.0, 0.8, bark=(0.44, 0.36, 0.28), tint=(0.36, 0.44, 0.27),
                       mark=(0.66, 0.42, 0.18)),
    "oil-palm": Shape(palms.oil_palm, 9.0, 1.1, bark=(0.33, 0.28, 0.22), tint=(0.22, 0.38, 0.13)),
    "fan-palm": Shape(palms.fan_palm, 13.0, 0.45, bark=(0.47, 0.41, 0.35), tint=(0.30, 0.43, 0.19),
                      mark=(0.58, 0.48, 0.32)),
    "banana": Shape(palms.banana, 4.2, 1.1, bark=(0.45, 0.44, 0.26), tint=(0.34, 0.55, 0.16), mark=(0.56, 0.46, 0.26)),
    "bamboo": Shape(palms.bamboo, 10.0, 0.85, bark=(0.50, 0.55, 0.26), tint=(0.42, 0.56, 0.20),
                    mark=(0.66, 0.66, 0.40)),
    "cactus": Shape(palms.cactus, 6.5, 0.5, tint=(0.35, 0.46, 0.28), mark=(0.62, 0.62, 0.45)),
    "candelabra": Shape(palms.candelabra, 5.5, 0.8, tint=(0.33, 0.45, 0.29), mark=(0.56, 0.58, 0.42)),
    "joshua": Shape(palms.joshua, 5.2, 0.9, bark=(0.42, 0.36, 0.30), tint=(0.40, 0.47, 0.29), mark=(0.55, 0.47, 0.34)),
    "tree-fern": Shape(palms.tree_fern, 5.0, 1.1, bark=(0.24, 0.19, 0.15), tint=(0.28, 0.45, 0.15),
                       mark=(0.50, 0.36, 0.20)),
    "prickly-pear": Shape(palms.prickly_pear, 1.9, 1.5, low=True, tint=(0.40, 0.52, 0.30)),
    "agave": Shape(palms.agave, 1.4, 1.6, low=True, tint=(0.45, 0.55, 0.49)),
    "bush": Shape(low.bush, 1.9, 1.25, True, low=True),
    "shrub": Shape(low.shrub, 1.1, 1.5, low=True, tint=(0.46, 0.48, 0.36)),
    "fern": Shape(low.fern, 1.0, 1.7, low=True, tint=(0.34, 0.52, 0.18)),
    "grass": Shape(low.grass, 0.6, 1.6, low=True, mark=(0.74, 0.66, 0.42)),
    "tussock": Shape(low.tussock, 0.8, 1.5, low=True, tint=(0.62, 0.57, 0.34), mark=(0.80, 0.71, 0.46)),
    "reed": Shape(low.reed, 2.4, 0.9, low=True, tint=(0.50, 0.54, 0.28), mark=(0.60, 0.48, 0.36)),
    "heather": Shape(low.heather, 0.5, 2.0, low=True, tint=(0.30, 0.33, 0.18), mark=(0.58, 0.33, 0.50)),
    "tea": Shape(low.tea, 1.0, 1.6, low=True, tint=(0.22, 0.42, 0.14)),
    "vine": Shape(low.vine, 1.7, 1.2, True, low=True, bark=(0.30, 0.22, 0.17), tint=(0.36, 0.50, 0.16),
                  autumn=(0.74, 0.42, 0.14)),
    "maize": Shape(low.maize, 2.3, 0.9, low=True, tint=(0.34, 0.50, 0.16), mark=(0.74, 0.62, 0.36)),
}  # fmt: skip
KINDS: tuple[str, ...] = tuple(SHAPES)
LOW = frozenset(kind for kind, shape in SHAPES.items() if shape.low)
BARE = tuple(kind for kind, shape in SHAPES.items() if shape.deciduous)
