"""Names of the slots that kernels read: the scene's numbers, an object's columns, a strip's columns, the rings' rows.

Each row is declared once and numbers itself: a name takes the next slots, a colour three (its name is that of the
first), and the sizes follow. What a kind of object has for itself is a NamedTuple: layout writes one by its names,
kernels read the columns under the same names.

Road coordinates everywhere: x forward along the road's heading, y to the right, z up, metres, the camera above (0, 0).
Colours are linear light.
"""

from typing import Any, NamedTuple

from numpy.typing import NDArray


class Row:
    """Hands out the slots of a row, one after the other, so that no two names share one. Slots are plain ints."""

    def __init__(self) -> None:
        self.size = 0

    def runs(self, names: int, length: int) -> tuple[int, ...]:
        """The first slots of so many runs of `length`."""
        firsts = tuple(range(self.size, self.size + names * length, length))
        self.size += names * length
        return firsts

    def numbers(self, names: int) -> tuple[int, ...]:
        """So many slots of one number each."""
        return self.runs(names, 1)

    def colours(self, names: int) -> tuple[int, ...]:
        """The first slots of so many colours."""
        return self.runs(names, 3)


# --- the scene's numbers -------------------------------------------------------------------------------------------
_scene = Row()
CAMERA_Z, HEADING, CURVE, ROAD_Y = _scene.numbers(4)  # ROAD_Y: where the road's middle lies beside the camera
WALK_X, WALK_Y = _scene.numbers(2)  # where the camera stands, in road coordinates
# light, sky and air
SUN_X, SUN_Y, SUN_Z, SUN_STRENGTH, NIGHT = _scene.numbers(5)
SUN_RGB, AMBIENT_RGB, ZENITH_RGB, HORIZON_RGB, GLOW_RGB, HAZE_RGB = _scene.colours(6)
VISIBILITY, SHADOWS = _scene.numbers(2)
CLOUD_COVER, CLOUD_SCALE, CLOUD_SEED, CLOUD_TALL, CLOUD_SIZE, CIRRUS, AUREOLE, OVERCAST = _scene.numbers(8)
CLOUD_RGB, CLOUD_DARK_RGB = _scene.colours(2)
# hills, sea and what stands far away
ROCK_RGB, SLOPE_RGB, SEA_RGB = _scene.colours(3)
ROUGHNESS, SNOW_LINE, RELIEF_SEED, ICE = _scene.numbers(4)
TREELINE, TREE_HEIGHT, TREE_SEED, AUTUMN, LEAF = _scene.numbers(5)
LEAF_RGB, AUTUMN_RGB, TRUNK_RGB = _scene.colours(3)
SKYLINE, SKYLINE_SEED = _scene.numbers(2)
(WINDOW_RGB,) = _scene.colours(1)
# ground and crops
SOIL_RGB, GRASS_RGB, DRY_RGB, LITTER_RGB, FIELD_A_RGB, FIELD_B_RGB = _scene.colours(6)
GRASS_COVER, SNOW, WETNESS, STONES, GROUND_SEED, LITTER, SCRUB, SNOW_BANK, FIELDS, FIELD_SEED = _scene.numbers(10)
CROP_KIND, CROP_SIDE, CROP_EDGE, CROP_HEIGHT, CROP_STAGE = _scene.numbers(5)
(CROP_RGB,) = _scene.colours(1)
# the road, its marks and its side street
ROAD_SURFACE, ROAD_HALF, SHOULDER, KERB, SIDEWALK, CROSS_AT = _scene.numbers(6)
ROAD_RGB, SHOULDER_RGB, SIDEWALK_RGB, KERB_RGB, KERB_OTHER_RGB = _scene.colours(5)
CENTRE_LINE, DASH, GAP, EDGE_LINE = _scene.numbers(4)
CENTRE_RGB, EDGE_RGB, CYCLE_RGB, ZEBRA_RGB = _scene.colours(4)
ZEBRA, GIVE_WAY, CYCLE, REPAIRS, MANHOLES, TRAM, DRIVE, WEAR = _scene.numbers(8)
SIDE_HALF, SIDE_SURFACE, SIDE_ARM = _scene.numbers(3)
(SIDE_RGB,) = _scene.colours(1)
# the camera's film
EXPOSURE, VIGNETTE, SATURATION, SOFTNESS = _scene.numbers(4)
(TINT_RGB,) = _scene.colours(1)
# terrain and water, side by side: the stage works them out before the rest; tangents are rises in metres per metre
_land = _scene.size
BENCH, GRADE, WAVE_RISE, WAVE_TURN, WAVE_PHASE = _scene.numbers(5)  # the level strip; the road's profile
RISE_LEFT, RISE_RIGHT, RISE_REACH, ROLL, ROLL_WAVE, LAND_SEED, CUT, FILL = _scene.numbers(8)
WATER_Z, RIVER_AT, RIVER_HALF, SHORE_AT, BANK, SHORE_WIDE = _scene.numbers(6)  # SHORE_AT < 0: on the left
LAND_NUMBERS = slice(_land, _scene.size)
NUMBERS = _scene.size

GRADE_REACH, NO_WATER, SEEN_WATER_M = 140.0, -900.0, 15000.0

# --- an object's columns -------------------------------------------------------------------------------------------
EXTRAS = 16  # columns that each kind uses as it likes
_object = Row()
KIND, X, Y, COS, SIN, LENGTH, WIDTH, HEIGHT, NEAR, REACH, TOP, BASE = _object.numbers(12)
RGB_A, RGB_B, RGB_C, RGB_D = _object.colours(4)
(EXTRA,) = _object.runs(1, EXTRAS)
CLASS, SPREAD = _object.numbers(2)  # what it counts as in the class map; half the angle it fills, radians
STAND, PITCH = _object.numbers(2)  # height above the ground under it; rise of the ground along its direction
COLUMNS = _object.size

PLANT, HOUSE, CAR, POST, BOARD, BLOCK, POLE, FIGURE, HUT = range(9)

# --- what each kind has for itself: the order of the fields is that of the columns from EXTRA on -------------------
Number = float | NDArray[Any]  # of one object, or of each of n
NEVER = 1e6  # a cap that begins above every top


class PlantExtra(NamedTuple):
    """Row of its picture; 1 where snow stays on it."""

    picture: Number = 0.0
    snowy: Number = 0.0


class FigureExtra(NamedTuple):
    """Row of its picture; how wide the shade at its feet is, in widths."""

    picture: Number = 0.0
    feet: Number = 0.0


class HouseExtra(NamedTuple):
    """Walls, roof and front; wall, windows and cover by the order of world.earth.styles. A hut shares the first six."""

    form: Number = 0.0  # 0 flat, 1 gable, 2 hip
    rise: Number = 0.0  # of the roof, metres
    seed: Number = 0.0
    wall: Number = 0.0
    cover: Number = 0.0  # of the roof
    below: Number = 0.0  # metres that the walls go on under the base, for slopes
    storey: Number = 0.0  # metres
    windows: Number = 0.0
    shop: Number = 0.0  # 0 none, 1 a front of glass, 3 with an awning
    words: Number = 0.0  # row of the lettering on the fascia
    eaves: Number = 0.0  # metres
    balcony: Number = 0.0  # 0 none, 1 open, 2 some glazed, 3 all glazed
    cooler: Number = 0.0  # share of windows with an air conditioner
    grime: Number = 0.0
    trim: Number = 0.0  # 1 corner boards, 2 corner stones; 4 more where the gable is the front
    shut: Number = 0.0  # share of shop windows rolled down


class HutExtra(NamedTuple):
    """A round house: as a house, but form 1 is a cone and 2 a dome; walls are earth, reed, felt, metal or a tower's."""

    form: Number = 0.0
    rise: Number = 0.0
    seed: Number = 0.0
    wall: Number = 0.0
    cover: Number = 0.0
    below: Number = 0.0
    radius: Number = 0.0  # metres
    rim: Number = 0.0  # radius of the roof's edge, metres
    door_x: Number = 0.0  # which way the door looks; beyond 1: none
    door_y: Number = 0.0


class CarExtra(NamedTuple):
    """Its shape, by the order of car_shapes.CARS; its plate: width by height, half its height in metres, its band."""

    shape: Number = 0.0
    plate_aspect: Number = 0.0
    plate_half_m: Number = 0.0
    band_r: Number = 0.0
    band_g: Number = 0.0
    band_b: Number = 0.0


class PostExtra(NamedTuple):
    """An upright cylinder: a band (RGB_B), a cap (RGB_C), a reflector (RGB_D), by metres above its foot."""

    band_from: Number = 0.0
    band_to: Number = 0.0
    stripes: Number = 0.0  # height of a pair of the band's stripes; 0: one band
    cap_from: Number = NEVER
    taper: Number = 0.0  # share of its width that it loses up to the top
    glass_from: Number = 0.0
    glass_to: Number = 0.0


class BlockExtra(NamedTuple):
    """An upright box: as a post, but it has openings in place of stripes, and its band may slant."""

    band_from: Number = 0.0
    band_to: Number = 0.0
    openings: Number = 0.0  # metres from one to the next; 0: none
    cap_from: Number = NEVER
    slant: Number = 0.0  # metres that the band falls in a metre across
    glass_from: Number = 0.0
    glass_to: Number = 0.0


class BoardExtra(NamedTuple):
    """A board: its face (RGB_A), its rim (RGB_B) and what is on it (RGB_C)."""

    shape: Number = 0.0  # 0 rectangle, 1 triangle, 2 diamond, 3 disc, 4 octagon, 5 triangle on its point, 6 arrow
    words: Number = 0.0  # row of the lettering
    shows: Number = 0.0  # 0 nothing, 1 the lettering, 2 chevrons
    border: Number = 0.0  # metres
    points: Number = 0.0  # 1 or -1: which way it points
    half_m: Number = 0.0  # half the lettering's height
    lift: Number = 0.0  # metres that the lettering lies above the middle


class PoleExtra(NamedTuple):
    """What a pole carries (RGB_B), on an arm (RGB_A)."""

    style: Number = 0.0  # 0 pins, 1 to 3 arms, 4 a lamp on an arm, 5 lamps on two arms, 6 a globe, 7 a flat lamp
    toward: Number = 0.0  # 1 or -1: which way a lamp's arm points


# their columns: T[i, POST_COLUMNS.taper]
PLANT_COLUMNS = PlantExtra(*range(EXTRA, EXTRA + len(PlantExtra._fields)))
FIGURE_COLUMNS = FigureExtra(*range(EXTRA, EXTRA + len(FigureExtra._fields)))
HOUSE_COLUMNS = HouseExtra(*range(EXTRA, EXTRA + len(HouseExtra._fields)))
HUT_COLUMNS = HutExtra(*range(EXTRA, EXTRA + len(HutExtra._fields)))
CAR_COLUMNS = CarExtra(*range(EXTRA, EXTRA + len(CarExtra._fields)))
POST_COLUMNS = PostExtra(*range(EXTRA, EXTRA + len(PostExtra._fields)))
BLOCK_COLUMNS = BlockExtra(*range(EXTRA, EXTRA + len(BlockExtra._fields)))
BOARD_COLUMNS = BoardExtra(*range(EXTRA, EXTRA + len(BoardExtra._fields)))
POLE_COLUMNS = PoleExtra(*range(EXTRA, EXTRA + len(PoleExtra._fields)))

# --- what a pixel shows, as the class map says ------------------------------------------------------------------------
CLASSES = ("sky", "relief", "water", "ground", "road", "plants", "buildings", "vehicles", "signs", "furniture", "life")
SKY, RELIEF, WATER, GROUND, ROAD, PLANTS, BUILDINGS, VEHICLES, SIGNS, FURNITURE, LIFE = range(len(CLASSES))
BEYOND = 1e6  # metres to the sky

# --- a strip's columns ---------------------------------------------------------------------------------------------
STRIP_STEPS = 40
_strip = Row()
STRIP_KIND, STRIP_Y, STRIP_HEIGHT = _strip.numbers(3)
(STRIP_RGB,) = _strip.colours(1)
STRIP_FROM, STRIP_TO, STRIP_SEED, STRIP_A, STRIP_B, STRIP_LOOK = _strip.numbers(6)
(STRIP_GROUND,) = _strip.runs(1, STRIP_STEPS + 1)  # heights under it, evenly from STRIP_FROM to STRIP_TO
STRIP_COLUMNS = _strip.size
FENCE_WOOD, FENCE_WIRE, HEDGE, WALL, STONE_WALL, GUARD_RAIL, WIRE = range(7)
RAILING = -1

# --- what stands round the scene in circles: metres away, and cells of a circle ---------------------------------------
FRONT_METRES, TOWN_METRES = (105.0, 190.0, 480.0), (95.0, 180.0, 265.0)  # the last of the trees are far woods
FRONT_CELLS, TOWN_CELLS = (64, 128), (40, 74, 108)

# --- rows of the rings, by azimuth from the road's heading ------------------------------------------------------------
BANDS, RING_STEPS = 3, 720  # of the relief, near to far
_ring = Row()
RING_TAN, RING_ALTITUDE, RING_DISTANCE = _ring.runs(3, BANDS)
RING_SEA, RING_OPEN = _ring.numbers(2)  # RING_OPEN: metres to open water
(RING_FRONT,) = _ring.runs(1, len(FRONT_METRES))  # the ground under far trees
(RING_TOWN,) = _ring.runs(1, len(TOWN_METRES))  # and under far houses
RING_ROWS = _ring.size

# --- the terrain: circles round the camera ----------------------------------------------------------------------------
LAND_TURNS, LAND_STEPS, LAND_NEAR, LAND_GROWTH = 192, 32, 2.5, 1.25
LAYERS = 4
SKYLINE_TAN, HEIGHTS, SUNLIT, STEEPNESS = range(LAYERS)

BINS = 512  # of azimuth, each with its list of objects
SHADOW_REACH, SHADOW_SIDE = 42.0, 176  # metres from the camera that the shadow map covers, and its texels
