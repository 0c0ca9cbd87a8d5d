"""A scene: everything that a place and a moment show, as data. Knows no pixels and no package of the Earth.

Each family of clues is one frozen dataclass, filled by its module in `world/clues/` and drawn by the renderer. Colours
are sRGB triples in 0 … 1; lengths are metres, angles degrees; azimuths run clockwise from north.
"""

import math
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import ConfigError

RGB = tuple[float, float, float]
AZIMUTHS = 180  # steps of 2° around the horizon
STEP_M, FARTHEST_M = 10, 120  # one walks along the road in steps, and so far to either side
STEPS = tuple(range(-FARTHEST_M, FARTHEST_M + STEP_M, STEP_M))


@dataclass(frozen=True)
class Recipe:
    """What a panorama is made from: the same recipe and world version give the same pixels.

    `step_m` says from which spot of the road one looks. The place is that of step 0, and so are its clues.

    Raises:
        ConfigError: a step that is none of STEPS.
    """

    lat: float
    lng: float
    month: int  # 1 … 12
    hour: float  # local solar time, 0 … 24
    seed: int
    step_m: int = 0  # metres along the road, one of STEPS

    def __post_init__(self) -> None:
        if type(self.step_m) is not int or self.step_m not in STEPS:
            raise ConfigError(
                f"looked for a step along the road of -{FARTHEST_M} … {FARTHEST_M} m in tens, found {self.step_m}; "
                "take one of those."
            )


@dataclass(frozen=True)
class Place:
    """What the atlas says of the point."""

    country: str  # ISO-2
    region: str
    town: str
    native_town: str
    koppen: str  # "Cfb" …
    altitude_m: float
    population_per_km2: float
    temperature_c: float
    temperature_range_c: float
    precipitation_mm: float
    wealth: float  # 0 … 1, of the country
    urban: float  # 0 wilderness … 1 city core


@dataclass(frozen=True)
class Sky:
    """Sun, haze and clouds."""

    sun_azimuth_deg: float
    sun_elevation_deg: float
    turbidity: float  # Linke
    cloud_cover: float  # 0 … 1
    cloud_scale: float  # 0 small cumulus … 1 sheets
    visibility_km: float
    clouds: str = "cumulus"  # the lower clouds: "cumulus", "towering", "stratus"
    cirrus: float = 0.0  # 0 … 1, ice clouds high above


@dataclass(frozen=True)
class Relief:
    """The horizon in three bands, near to far: 2–5, 9–18 and 26–70 km."""

    tan_elevation: NDArray[np.float32]  # (3, AZIMUTHS) tangent of the skyline's elevation angle
    altitude_m: NDArray[np.float32]  # (3, AZIMUTHS) real altitude behind it
    distance_km: NDArray[np.float32]  # (3, AZIMUTHS)
    sea: NDArray[np.float32]  # (AZIMUTHS,) 0 … 1, how much of the distance is open water; smoothed
    roughness_m: float  # standard deviation of altitude within 15 km
    snow_line_m: float  # slopes above it are white
    rock_rgb: RGB
    slope_rgb: RGB  # what grows on the hills
    hill_azimuth_deg: float  # where the land rises from the road
    hill_slope: float  # rise of that hillside, metres per metre; the other side falls as much
    valley_slope: float  # rise on both sides; below 0 the road follows a ridge
    rolling_m: float  # height of the waves of the land
    rolling_wave_m: float  # and their length
    grade: float  # rise of the road along its heading at the camera, metres per metre
    crest: float  # how much the grade changes in waves, metres per metre
    cutting: float  # steepness of the slopes cut into the hill; rock stands steeper than soil


@dataclass(frozen=True)
class Ground:
    """Soil, grass, crops, snow."""

    soil_rgb: RGB
    grass_rgb: RGB
    grass_cover: float  # 0 bare … 1 meadow
    snow: float  # 0 … 1
    wetness: float  # 0 … 1
    stones: float  # 0 … 1
    crop: str  # a kind of world.clues.crops.CROPS, "pasture" or "none"
    crop_rgb: RGB
    crop_side: int  # -1 left of the road, 1 right, 0 both
    crop_stage: str = "none"  # "none", "bare", "sown", "green", "flower", "ripe", "stubble"
    crop_height_m: float = 0.0
    crop_closed: float = 0.5  # 0 soil between the rows … 1 leaves touch
    dry_rgb: RGB = (0.62, 0.56, 0.38)  # the dry tufts among the grass
    litter: float = 0.0  # fallen leaves, or flowers: 0 none … 1 everywhere
    litter_rgb: RGB = (0.6, 0.4, 0.2)
    scrub: float = 0.0  # bushes in the distance: 0 none … 1 dense
    patchwork: float = 0.0  # share of the distance that is fields
    field_rgbs: tuple[RGB, RGB] = ((0.4, 0.5, 0.25), (0.7, 0.6, 0.35))  # the two commonest crops there
    banks: float = 0.0  # snow ploughed up beside the road: 0 none … 1 high


@dataclass(frozen=True)
class Plants:
    """Which kinds, how many, in which state."""

    kinds: tuple[tuple[str, float], ...]  # (kind, share), shares sum to 1; kinds as in world.sprites.atlas.KINDS
    density: float  # trees near the road: 0 none … 1 forest
    treeline: float  # forest edge far away: 0 none … 1 closed
    undergrowth: float  # bushes
    leaf: float  # 0 bare … 1 in leaf, deciduous kinds
    autumn: float  # 0 … 1
    leaf_rgb: RGB  # tint of leaves here
    autumn_rgb: RGB
    trunk_rgb: RGB
    height: float  # factor, 0.45 … 1.5
    rows: str  # what people planted: "none", "street", "windbreak", "hedgerow", "plantation"
    row_kind: str  # the kind that stands in these rows
    blossom: float  # 0 … 1, of the cherries' crown


@dataclass(frozen=True)
class Road:
    """Surface, lines and side."""

    heading_deg: float  # direction of the road, 0 … 360
    surface: str  # "asphalt", "concrete", "gravel", "dirt"
    rgb: RGB
    width_m: float
    shoulder_m: float
    shoulder_rgb: RGB
    kerb: bool
    sidewalk_m: float  # 0: none
    sidewalk_rgb: RGB
    driving_side: str  # "left" or "right"
    centre_line: str  # "none", "dashed", "solid", "double"
    centre_rgb: RGB
    dash_m: float
    gap_m: float
    edge_line: str  # "none", "solid", "dashed"
    edge_rgb: RGB
    cross_street_m: float  # distance of the nearest crossing; inf: none
    bend_m: float = math.inf  # radius, positive to the right; inf: straight
    kerb_rgb: RGB = (0.66, 0.64, 0.61)
    kerb_other_rgb: RGB = (0.66, 0.64, 0.61)  # every second metre; the same where kerbs are plain
    side_surface: str = "asphalt"  # of the road that joins at cross_street_m
    side_rgb: RGB = (0.42, 0.42, 0.43)
    side_width_m: float = 5.5
    side_arm: int = 0  # -1 joins from the left, 1 from the right, 0 crosses
    give_way: str = "none"  # at its mouth: "none", "dashes", "teeth", "bar"
    zebra: bool = False  # crossings on foot beside the junction
    zebra_rgb: RGB = (0.93, 0.93, 0.91)
    cycle_lane_m: float = 0.0  # 0: none
    cycle_rgb: RGB = (0.62, 0.33, 0.27)
    repairs: float = 0.3  # patches and cracks: 0 new … 1 worn out
    paint_wear: float = 0.2  # 0 fresh … 1 all but gone
    manholes: bool = False
    tram: bool = False  # rails in the carriageway


@dataclass(frozen=True)
class Furniture:
    """Poles, bollards, rails, fences, lamps, kilometre stones."""

    pole: str  # "none", "wood", "concrete", "steel", "wood-cross", "concrete-ladder"
    pole_rgb: RGB
    pole_spacing_m: float
    pole_height_m: float
    wires: int
    fittings: str  # what a pole carries: "pins", "arm", "arms", "crowded"
    transformers: bool  # grey cans hang on some poles
    guard_stripes: tuple[RGB, ...]  # two colours of stripes around a pole's foot, or none
    bollard: str  # "none", "post", "wedge", "slab", "stone"
    bollard_rgb: RGB
    bollard_mark_rgb: RGB  # the band
    bollard_glass_rgb: RGB  # the reflector; as the band where there is no other
    bollard_spacing_m: float
    guard_rail: bool
    rail_rgb: RGB
    fence: str  # "none", "wood", "wire", "hedge", "wall", "stone"
    fence_rgb: RGB
    lamp: str  # "none", "arm", "double", "globe", "flat"
    stone: str  # of kilometres: "none", "dome", "block"
    stone_rgb: RGB
    stone_head_rgb: RGB
    stone_km: int  # the figure on it


@dataclass(frozen=True)
class Signs:
    """What boards say, and their shapes and colours."""

    text: str  # native name of the nearest town
    below: str  # the name in Latin letters where boards are bilingual, or ""
    distance: str  # "12 km", "7 mi", or "" in the town
    script: str  # "latin", "cyrillic", "greek", "arabic", "hebrew", "devanagari", "thai", "hangul", "han", "kana" …
    board_rgb: RGB
    text_rgb: RGB
    border_rgb: RGB
    entry: bool  # the town begins here: its board stands before the houses, without a distance
    entry_rgb: RGB
    entry_text_rgb: RGB
    entry_border_rgb: RGB
    route: str  # number of the road, "" where it has none
    route_rgb: RGB
    route_text_rgb: RGB
    street: str  # name on the plates of a town's street, "" outside
    street_rgb: RGB
    street_text_rgb: RGB
    warning_shape: str  # "triangle", "diamond"
    warning_rgb: RGB
    warning_border_rgb: RGB
    warning: str  # what it warns of, a name of `lettering.symbols.SYMBOLS`
    chevron_rgb: RGB
    chevron_mark_rgb: RGB
    limit: int  # as the sign says it, in the country's unit
    limit_form: str  # "ring", "ring-yellow", "ring-blue" (blue figures), "us", "canada"
    junction: str  # what stands where a street crosses: "stop", "yield", "none"
    yield_rgb: RGB  # the inner field of a give-way sign
    stop: str  # the word on a stop sign
    stop_form: str  # "octagon", "triangle"
    shown: bool


@dataclass(frozen=True)
class Buildings:
    """Forms and colours of houses."""

    density: float  # 0 none … 1 closed street front
    setback_m: float
    storeys_mean: float
    storeys_max: int
    lot_m: float  # width of a house in a closed street
    roof: str  # "gable", "hip", "flat"
    roof_share: float  # share of houses with that roof; the rest flat
    roof_steepness: float  # tangent of the pitch
    eaves_m: float  # how far a roof reaches beyond the walls
    wall_palette: tuple[RGB, ...]
    wall_kinds: tuple[str, ...]  # what each wall is made of, as in world.earth.styles.WALLS
    roof_palette: tuple[RGB, ...]
    roof_kinds: tuple[str, ...]  # what each roof is covered with, as in world.earth.styles.COVERS
    window_rgb: RGB
    window_style: str  # as in world.earth.styles.WINDOWS
    trim_rgb: RGB  # frames, sills, corners
    door_palette: tuple[RGB, ...]  # doors and shutters
    grime: float  # 0 fresh paint … 1 stained and splashed
    traits: tuple[tuple[str, float], ...]  # as in world.earth.styles.TRAITS, with the share of houses that have it
    garden: str  # what runs between house and road, as in world.earth.styles.GARDENS
    garden_rgb: RGB
    landmark: str  # "none", "church", "onion", "mosque", "temple", "silo"
    estate: bool  # apartment blocks of concrete panels
    shops: float  # 0 … 1, ground floors with shop fronts
    shop_words: tuple[str, ...]  # what is written above them
    shop_script: str


@dataclass(frozen=True)
class Vehicles:
    """Cars on and beside the road, and their plates."""

    density: float  # 0 … 1
    plate_front_rgb: RGB
    plate_rear_rgb: RGB
    plate_band_rgb: RGB  # the strip at the left; same as the plate when there is none
    plate_aspect: float  # width / height
    kinds: tuple[
        tuple[str, float], ...
    ]  # (kind, share), shares sum to 1; world.draw.things.car_shapes.CARS and two-wheelers
    palette: tuple[RGB, ...]
    taxi_rgb: RGB
    parked: float  # 0 none … 1 both sides of the street full


@dataclass(frozen=True)
class Water:
    """Water that the road meets: a river under a bridge, a shore or a lake beside it."""

    river_m: float  # where along the road the river crosses, from the camera; inf: none
    river_width_m: float
    water_rgb: RGB
    bridge: str  # "none", "concrete", "steel", "stone", "wood"
    shore_side: int  # -1 left of the road, 1 right, 0: none
    shore_m: float  # from the road's middle to the waterline; inf: none
    shore_width_m: float  # of a river that runs along the road; inf: a lake or the sea
    open_m: NDArray[np.float32]  # (AZIMUTHS,) metres to open water; inf: none
    level_m: float  # of the water, above the road at the camera
    bank: float  # steepness of the shore, metres per metre: beach or rocks
    ice: float  # 0 open … 1 frozen


@dataclass(frozen=True)
class Life:
    """People and animals, and the clutter of streets."""

    people: float  # 0 none … 1 a busy street
    figures: tuple[tuple[str, float], ...]  # (kind of dress, share), shares sum to 1; world.sprites.people.PEOPLE
    veil: float  # share of long robes and covered heads
    dress: tuple[RGB, ...]  # colours of clothes
    robes: tuple[RGB, ...]  # colours of long robes
    skin: tuple[RGB, ...]
    animals: tuple[tuple[str, float], ...]  # (kind, share), shares sum to 1; world.sprites.animals.ANIMALS
    herd: float  # 0 none … 1 a herd beside the road
    stray: float  # 0 none … 1 animals walk on the road
    clutter: tuple[tuple[str, float], ...]  # (kind, share) of what stands on pavements, shares sum to 1
    clutter_density: float  # 0 bare … 1 crammed
    post_rgb: RGB  # of post boxes
    hydrant_rgb: RGB
    summer: float  # 0 midwinter … 1 midsummer: bales lie in late summer


@dataclass(frozen=True)
class Camera:
    """Who looks."""

    height_m: float
    lane_offset_m: float  # from the road's middle, positive to the right of heading_deg
    exposure: float
    tint_rgb: RGB  # white balance of the camera generation
    blur: float  # 0 … 1
    generation: int = 3  # 2 early and soft, 3, 4 sharp and vivid
    saturation: float = 1.0  # of all colours
    vignette: float = 0.0  # darker seams between the lenses, seen in the sky: 0 none … 1
    carrier: str = "none"  # what is seen of the car: "none", "snorkel", "rack", "tape", "bonnet"


@dataclass(frozen=True)
class Scene:
    """Every clue of a place and a moment."""

    recipe: Recipe
    place: Place
    sky: Sky
    relief: Relief
    ground: Ground
    plants: Plants
    road: Road
    furniture: Furniture
    signs: Signs
    buildings: Buildings
    vehicles: Vehicles
    life: Life
    water: Water
    camera: Camera
    world_version: int

    def as_dict(self) -> dict[str, Any]:
        """Plain data as JSON takes it: arrays become lists, and what is endless (a crossing that never comes) None."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    return None if isinstance(value, float) and not isfinite(value) else value
