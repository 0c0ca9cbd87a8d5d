"""Names of the slots that kernels read: the scene's numbers, an object's columns, a strip's columns, the rings' rows.

Road coordinates everywhere: x forward along the road's heading, y to the right, z up, metres, the camera above (0, 0).
Colours are linear light, three slots each.
"""

# --- the scene's numbers -------------------------------------------------------------------------------------------
CAMERA_Z, HEADING, CURVE, ROAD_Y = 0, 1, 2, 3  # ROAD_Y: where the road's middle lies beside the camera
SUN_X, SUN_Y, SUN_Z, SUN_RGB, AMBIENT_RGB = 4, 5, 6, 7, 10
ZENITH_RGB, HORIZON_RGB, GLOW_RGB, HAZE_RGB = 13, 16, 19, 22
CLOUD_COVER, CLOUD_SCALE, CLOUD_RGB, CLOUD_DARK_RGB, VISIBILITY, CLOUD_SEED = 25, 26, 27, 30, 33, 34
ROCK_RGB, SLOPE_RGB, ROUGHNESS, SNOW_LINE, SEA_RGB, RELIEF_SEED = 35, 38, 41, 42, 43, 46
SOIL_RGB, GRASS_RGB, GRASS_COVER, SNOW, WETNESS, STONES = 47, 50, 53, 54, 55, 56
CROP_KIND, CROP_RGB, CROP_SIDE, CROP_EDGE, CROP_HEIGHT, GROUND_SEED = 57, 58, 61, 62, 63, 64
ROAD_SURFACE, ROAD_RGB, ROAD_HALF, SHOULDER, SHOULDER_RGB, KERB, SIDEWALK, SIDEWALK_RGB = 65, 66, 69, 70, 71, 74, 75, 76
CENTRE_LINE, CENTRE_RGB, DASH, GAP, EDGE_LINE, EDGE_RGB, CROSS_AT = 79, 80, 83, 84, 85, 86, 89
TREELINE, TREE_HEIGHT, LEAF_RGB, AUTUMN_RGB, TRUNK_RGB, AUTUMN, TREE_SEED = 90, 91, 92, 95, 98, 101, 102
SKYLINE, SKYLINE_SEED, SHADOWS, EXPOSURE, TINT_RGB, LEAF = 103, 104, 105, 106, 107, 110
WINDOW_RGB, SUN_STRENGTH, ICE, NIGHT = 111, 114, 115, 116
# --- terrain and water: tangents are rises in metres per metre
BENCH, GRADE, WAVE_RISE, WAVE_TURN, WAVE_PHASE = 120, 121, 122, 123, 124  # the level strip; the road's profile
RISE_LEFT, RISE_RIGHT, RISE_REACH, ROLL, ROLL_WAVE, LAND_SEED, CUT, FILL = 125, 126, 127, 128, 129, 130, 131, 132
WATER_Z, RIVER_AT, RIVER_HALF, SHORE_AT = 133, 134, 135, 136  # SHORE_AT < 0: on the left
BANK, SHORE_WIDE, LAND_TOP = 137, 138, 139
LAND_NUMBERS = slice(120, 139)
GRADE_REACH, NO_WATER, SEEN_WATER_M = 140.0, -900.0, 15000.0
# --- ground, road, sky, camera; 160 plants, 170 buildings
DRY_RGB, LITTER, LITTER_RGB, SCRUB, FIELDS, FIELD_A_RGB, FIELD_B_RGB = 140, 143, 144, 147, 148, 149, 152
CROP_STAGE, FIELD_SEED, SNOW_BANK = 155, 156, 157
SIDE_HALF, SIDE_SURFACE, SIDE_RGB, SIDE_ARM, KERB_RGB, KERB_OTHER_RGB = 180, 181, 182, 185, 186, 189
ZEBRA, GIVE_WAY, CYCLE, REPAIRS, MANHOLES, TRAM, DRIVE, WEAR = 192, 193, 194, 195, 196, 197, 198, 199
CYCLE_RGB, ZEBRA_RGB = 200, 203
CLOUD_TALL, CLOUD_SIZE, CIRRUS, AUREOLE, OVERCAST = 206, 207, 208, 209, 210
VIGNETTE, SATURATION, SOFTNESS = 211, 212, 213
WALK_X, WALK_Y = 214, 215  # where the camera stands, in road coordinates
NUMBERS = 216

# --- an object's columns -------------------------------------------------------------------------------------------
KIND, X, Y, COS, SIN, LENGTH, WIDTH, HEIGHT, NEAR, REACH, TOP, BASE = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
RGB_A, RGB_B, RGB_C, RGB_D = 12, 15, 18, 21
EXTRA = 24  # … 39: what each kind makes of them
CLASS, SPREAD = 40, 41  # what it counts as in the class map; half the angle it fills, radians
STAND, PITCH = 42, 43  # height above the ground under it; rise of the ground along its direction
COLUMNS = 44

PLANT, HOUSE, CAR, POST, BOARD, BLOCK, POLE, FIGURE, HUT = 0, 1, 2, 3, 4, 5, 6, 7, 8

# --- what a pixel shows, as the class map says ------------------------------------------------------------------------
SKY, RELIEF, WATER, GROUND, ROAD, PLANTS, BUILDINGS, VEHICLES, SIGNS, FURNITURE, LIFE = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
BEYOND = 1e6  # metres to the sky
CLASSES = ("sky", "relief", "water", "ground", "road", "plants", "buildings", "vehicles", "signs", "furniture", "life")

# --- a strip's columns ---------------------------------------------------------------------------------------------
STRIP_KIND, STRIP_Y, STRIP_HEIGHT, STRIP_RGB, STRIP_FROM, STRIP_TO, STRIP_SEED, STRIP_A, STRIP_B, STRIP_LOOK = (
    0, 1, 2, 3, 6, 7, 8, 9, 10, 11,
)  # fmt: skip
STRIP_GROUND, STRIP_STEPS = 12, 40  # heights of the ground under it, evenly from STRIP_FROM to STRIP_TO
STRIP_COLUMNS = STRIP_GROUND + STRIP_STEPS + 1
FENCE_WOOD, FENCE_WIRE, HEDGE, WALL, STONE_WALL, GUARD_RAIL, WIRE, RAILING = 0, 1, 2, 3, 4, 5, 6, -1

# --- rows of the rings, by azimuth from the road's heading ------------------------------------------------------------
RING_TAN, RING_ALTITUDE, RING_DISTANCE, RING_SEA = 0, 3, 6, 9
RING_OPEN, RING_FRONT, RING_TOWN = 10, 11, 14  # metres to open water; the ground under far trees and far houses
RING_ROWS, RING_STEPS = 17, 720
FRONT_METRES, TOWN_METRES = (105.0, 190.0, 480.0), (95.0, 180.0, 265.0)  # the last of the trees are far woods

# --- the terrain: circles round the camera ----------------------------------------------------------------------------
LAND_TURNS, LAND_STEPS, LAND_NEAR, LAND_GROWTH = 192, 32, 2.5, 1.25
SKYLINE_TAN, HEIGHTS, SUNLIT, STEEPNESS, LAYERS = 0, 1, 2, 3, 4

BINS = 512  # of azimuth, each with its list of objects
HITS, HIT_COLUMNS = 24, 5  # places for strip hits of one ray: distance, coverage, colour
SHADOW_REACH, SHADOW_SIDE = 42.0, 176  # metres from the camera that the shadow map covers, and its texels
