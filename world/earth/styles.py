"""How houses and cars look in each part of the world: walls, roofs, windows, fences, cars. Knows no place.

Regional building traditions as one sees them from the road, in `tables/house_styles.csv`: walls and roofs as
material:colour, the commonest first, one roof form with its share and the tangent of its pitch, windows, storeys, the
width of a lot in a closed street, eaves, what stands before the house, and traits with the share of houses (or of
places) that have them. Cars are told by `world.earth.car_fashions`.
"""

from dataclasses import dataclass

from world.earth.table_rows import FOLDER, TableRow, read_rows
from world.scene import RGB

WALLS = (
    "plaster", "brick", "boards", "panel", "timber", "stone", "adobe", "logs", "sheet", "glass", "frame", "panelblock",
    "tilework",
)  # fmt: skip
COVERS = ("tiles", "seams", "pantiles", "slate", "thatch", "rust", "felt")
WINDOWS = ("small", "wide", "tall", "shutter", "sash", "sliding", "few")
GARDENS = ("none", "picket", "panel", "bars", "wire", "hedge", "wall", "panelblock", "adobe", "stone")
TRAITS = frozenset(
    (
        *("church", "onion", "mosque", "temple", "silo", "barn"),  # landmarks
        *("estate", "detached", "gabled", "hut", "yurt", "stilts", "high"),  # forms
        *("chimney", "tank", "black", "blue", "solar", "rebar", "trim"),
        *("balcony", "enclosed", "ac", "awning", "roller"),
    )
)
ROOFS, FENCES = ("gable", "hip", "flat"), ("none", "wood", "wire", "hedge", "wall", "stone")
TABLE = FOLDER / "house_styles.csv"
COLUMNS = (
    "style",
    "walls",
    "roofs",
    "roof",
    "windows",
    "storeys",
    "lot",
    "eaves",
    "gardens",
    "traits",
    "fences",
    "cars",
)


@dataclass(frozen=True)
class Style:
    """A region's houses."""

    walls: tuple[RGB, ...]
    wall_kinds: tuple[str, ...]  # of WALLS, one for each colour
    roofs: tuple[RGB, ...]
    roof_kinds: tuple[str, ...]  # of COVERS, one for each colour
    roof: str  # "gable", "hip", "flat"
    roof_share: float
    steepness: float  # tangent of the pitch
    windows: str  # of WINDOWS
    storeys: float  # mean in a village
    lot_m: float  # width of a house in a closed street
    eaves_m: float  # how far the roof reaches beyond the walls
    gardens: tuple[str, ...]  # of GARDENS: what runs between house and road
    traits: tuple[tuple[str, float], ...]  # of TRAITS, with the share of houses or places that have it
    fences: tuple[str, ...]
    cars: str  # region of world.earth.car_fashions


def _style(row: TableRow) -> Style:
    wall_kinds, walls = _painted(row, "walls", WALLS)
    roof_kinds, roofs = _painted(row, "roofs", COVERS)
    form, share, steepness = _roof(row)
    return Style(
        walls=walls,
        wall_kinds=wall_kinds,
        roofs=roofs,
        roof_kinds=roof_kinds,
        roof=form,
        roof_share=share,
        steepness=steepness,
        windows=row.one_of("windows", WINDOWS),
        storeys=row.number("storeys", 1.0, 12.0),
        lot_m=row.number("lot", 3.0, 40.0),
        eaves_m=row.number("eaves", 0.0, 2.0),
        gardens=row.words("gardens", GARDENS),
        traits=tuple(row.shares("traits", 0.0, 1.0, TRAITS).items()),
        fences=row.words("fences", FENCES),
        cars=row.words("cars")[0],
    )


def _painted(row: TableRow, column: str, known: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[RGB, ...]]:
    """Materials and their colours, the commonest first; a material may come in several colours."""
    pairs = [item.partition(":") for item in row.words(column)]
    if not all(kind in known for kind, _, _ in pairs):
        raise row.refusal(column, f"material:colour, the materials of {', '.join(known)}")
    return tuple(kind for kind, _, _ in pairs), tuple(row.hex(column, digits) for _, _, digits in pairs)


def _roof(row: TableRow) -> tuple[str, float, float]:
    """Form, share of the houses that have it, tangent of its pitch."""
    words = row.words("roof")
    try:
        form, share, steepness = words[0], float(words[1]), float(words[2])
    except (IndexError, ValueError):
        form, share, steepness = "", 0.0, 0.0
    if form not in ROOFS or not (0.0 <= share <= 1.0 and 0.0 <= steepness <= 3.0) or len(words) != 3:
        raise row.refusal("roof", f"{', '.join(ROOFS)}, then its share (0 to 1) and its steepness (0 to 3)")
    return form, share, steepness


STYLES: dict[str, Style] = {row.text("style"): _style(row) for row in read_rows(TABLE, COLUMNS, key="style")}
