"""What a picture must show before a field of the scene counts as seen: one table of rules. Knows no numbers."""

from collections.abc import Callable

from world.scene import Scene
from world.sprites.atlas import SHAPES
from world.study import houses, living, roadside
from world.study.visibility import NEAR_M, Visibility

Rule = Callable[[Scene, Visibility], bool]
DEEP_SNOW = 0.7  # from which the ground's own colours, and lines, are covered


def _when(field: str, *nothing: object) -> Rule:
    """Seen when the field of the same scene is none of `nothing`."""
    family, name = field.split(".")
    return lambda scene, _: getattr(getattr(scene, family), name) not in nothing


def _above(field: str, least: float) -> Rule:
    """Seen when the field of the same scene is larger than `least`."""
    family, name = field.split(".")
    return lambda scene, _: getattr(getattr(scene, family), name) > least


def _class(name: str, within_m: float = float("inf")) -> Rule:
    return lambda _, visibility: visibility.has(name, within_m)


def _part(*names: str) -> Rule:
    """Seen when pixels show one of these parts of the ground."""
    return lambda _, visibility: any(visibility.part(name) for name in names)


def _all(*rules: Rule) -> Rule:
    return lambda scene, visibility: all(rule(scene, visibility) for rule in rules)


def _bare(scene: Scene, _: Visibility) -> bool:
    return scene.ground.snow < DEEP_SNOW


def _deciduous(scene: Scene, visibility: Visibility) -> bool:
    leafy = sum(share for kind, share in scene.plants.kinds if kind in SHAPES and SHAPES[kind].deciduous)
    return visibility.has("plants") and leafy > 0.15


def _always(scene: Scene, visibility: Visibility) -> bool:
    return True


def _far(_: Scene, visibility: Visibility) -> bool:
    return visibility.beyond(95.0)


def _or_none(field: str, rule: Rule) -> Rule:
    """Seen when the thing is, or when there is none and nothing hides the roadside where it would stand."""
    missing = _when(field, "none", False)
    return lambda scene, visibility: (
        rule(scene, visibility) if missing(scene, visibility) else visibility.part("bank")
    )  # fmt: skip


_GROUND, _ROAD, _MIDDLE, _EDGE = _class("ground"), _class("road", NEAR_M), _part("middle"), _part("edge")
_BUILT, _CLOSE = _class("buildings"), _class("buildings", NEAR_M)


def _read(board: Callable[[Scene, Visibility, float], bool]) -> Rule:
    """Seen when the words on a board can be read."""
    return lambda scene, visibility: board(scene, visibility, roadside.words(visibility))


def _garden(scene: Scene, visibility: Visibility) -> bool:
    """The garden's fence; or that there is none, near a house where one could stand and nothing hides its place."""
    if scene.buildings.garden != "none":
        return houses.garden(scene, visibility)
    return houses.may_be_fenced(scene) and _CLOSE(scene, visibility) and visibility.part("bank")


TOGETHER: list[tuple[str, Rule]] = [  # names of a family's fields, and when they are seen; first the whole family
    ("sky", _class("sky")),
    ("sky.sun_azimuth_deg sun_elevation_deg", _all(_class("sky"), lambda scene, _: scene.sky.cloud_cover < 0.85)),
    ("sky.cloud_scale clouds", _all(_class("sky"), _above("sky.cloud_cover", 0.15))),
    ("relief", _class("relief")),
    ("relief.hill_azimuth_deg hill_slope valley_slope rolling_m rolling_wave_m cutting", _part("slope")),
    ("relief.grade crest", _part("ahead")),
    ("relief.snow_line_m", lambda scene, visibility: (
        visibility.has("relief") and scene.relief.snow_line_m < float(scene.relief.altitude_m.max()))),
    ("ground", _GROUND),
    ("ground.grass_rgb dry_rgb", _all(_part("meadow"), _bare, _above("ground.grass_cover", 0.12))),
    ("ground.grass_cover soil_rgb stones", _all(_part("meadow"), _bare)),
    ("ground.crop crop_rgb crop_side crop_stage crop_height_m crop_closed",
     _all(_part("field"), _when("ground.crop", "none"))),
    ("ground.litter", _part("meadow")),
    ("ground.litter_rgb", _all(_part("meadow"), _above("ground.litter", 0.1))),
    ("ground.scrub", _part("bushes")),
    ("ground.patchwork", _part("fields")),
    ("ground.field_rgbs", _all(_part("fields"), _above("ground.patchwork", 0.1))),
    ("ground.banks", _part("bank")),
    ("plants", _class("plants")),
    ("plants.density", _always),
    ("plants.treeline", _far),
    ("plants.leaf autumn", _deciduous),
    ("plants.autumn_rgb", _all(_deciduous, _above("plants.autumn", 0.1))),
    ("plants.trunk_rgb", _class("plants", NEAR_M)),
    ("plants.row_kind", _all(_class("plants"), _when("plants.rows", "none"))),
    ("plants.blossom", living.blossom),
    ("road", _ROAD),
    ("road.shoulder_m shoulder_rgb", _part("shoulder")),
    ("road.kerb", _part("kerb")),
    ("road.sidewalk_m", _part("pavement", "shoulder")),
    ("road.sidewalk_rgb", _part("pavement")),
    ("road.centre_line", _all(_MIDDLE, _bare)),
    ("road.centre_rgb", _all(_MIDDLE, _bare, _when("road.centre_line", "none"))),
    ("road.dash_m gap_m", _all(_MIDDLE, _bare, _when("road.centre_line", "none", "solid", "double"))),
    ("road.edge_line", _all(_EDGE, _bare)),
    ("road.edge_rgb", _all(_EDGE, _bare, _when("road.edge_line", "none"))),
    ("road.cross_street_m side_surface side_rgb side_width_m side_arm", _part("side")),
    ("road.give_way", _all(_part("mouth"), _bare)),
    ("road.kerb_rgb kerb_other_rgb", _all(_part("kerb"), _when("road.kerb", False))),
    ("road.zebra", _all(_part("crossing"), _bare)),
    ("road.zebra_rgb", _all(_part("crossing"), _bare, _when("road.zebra", False))),
    ("road.cycle_lane_m", _EDGE),
    ("road.cycle_rgb", _all(_part("cycle"), _above("road.cycle_lane_m", 0.0))),
    ("road.repairs paint_wear manholes", _all(_part("surface"), _bare)),
    ("road.tram", _MIDDLE),
    ("furniture", _part("bank")),
    ("furniture.pole", _or_none("furniture.pole", roadside.pole)),
    ("furniture.pole_rgb pole_spacing_m pole_height_m", roadside.pole),
    ("furniture.wires fittings transformers", roadside.fittings),
    ("furniture.guard_stripes", roadside.stripes),
    ("furniture.bollard", _or_none("furniture.bollard", roadside.bollard)),
    ("furniture.bollard_rgb bollard_mark_rgb bollard_glass_rgb bollard_spacing_m", roadside.bollard),
    ("furniture.guard_rail", _or_none("furniture.guard_rail", roadside.rail)),
    ("furniture.rail_rgb", roadside.rail),
    ("furniture.fence", _or_none("furniture.fence", roadside.fence)),
    ("furniture.fence_rgb", roadside.fence),
    ("furniture.lamp", _or_none("furniture.lamp", roadside.lamp)),
    ("furniture.stone", _or_none("furniture.stone", roadside.stone)),
    ("furniture.stone_rgb stone_head_rgb", roadside.stone),
    ("furniture.stone_km", roadside.kilometres),
    ("signs", lambda _, visibility: len(roadside.boards(visibility)) > 0),
    ("signs.text below distance script", _read(roadside.name)),
    ("signs.entry", roadside.name),
    ("signs.board_rgb text_rgb border_rgb", lambda scene, visibility: (
        not scene.signs.entry and roadside.name(scene, visibility))),
    ("signs.entry_rgb entry_text_rgb entry_border_rgb", lambda scene, visibility: (
        scene.signs.entry and roadside.name(scene, visibility))),
    ("signs.route", _read(roadside.route)),
    ("signs.route_rgb route_text_rgb", roadside.route),
    ("signs.street", _read(roadside.street)),
    ("signs.street_rgb street_text_rgb", roadside.street),
    ("signs.warning", roadside.symbol),
    ("signs.warning_shape warning_rgb warning_border_rgb", roadside.warning),
    ("signs.chevron_rgb chevron_mark_rgb", roadside.chevron),
    ("signs.limit", _read(roadside.limit)),
    ("signs.limit_form", roadside.limit),
    ("signs.junction", roadside.junction),
    ("signs.stop_form", roadside.stop),
    ("signs.stop", _read(roadside.stop)),
    ("signs.yield_rgb", roadside.give_way),
    ("buildings", _BUILT),
    ("buildings.density", _always),
    ("buildings.door_palette trim_rgb grime", _CLOSE),
    ("buildings.lot_m", _all(_BUILT, lambda scene, _: houses.closed(scene))),
    ("buildings.setback_m", _all(_BUILT, lambda scene, _: not houses.closed(scene))),
    ("buildings.garden", _garden),
    ("buildings.garden_rgb", houses.garden),
    ("buildings.shop_words shop_script", _read(houses.shop)),
    ("buildings.landmark", _all(_BUILT, _when("buildings.landmark", "none"))),
    ("vehicles", _class("vehicles")),
    ("vehicles.density parked", _always),
    ("vehicles.taxi_rgb", roadside.taxi),
    ("vehicles.plate_front_rgb plate_rear_rgb plate_band_rgb plate_aspect", roadside.plates),
    ("life", _class("life")),
    ("life.people herd stray clutter_density", _always),
    ("life.figures skin", living.people),
    ("life.dress", living.dressed),
    ("life.robes", living.robed),
    ("life.animals", living.animals),
    ("life.clutter", roadside.clutter),
    ("life.post_rgb", roadside.postbox),
    ("life.hydrant_rgb", roadside.hydrant),
    ("water", _class("water")),
    ("water.bridge", _all(_class("water"), _when("water.bridge", "none"))),
    ("camera", _always),
    ("camera.lane_offset_m", _ROAD),
]  # fmt: skip
NEVER = frozenset({"relief.roughness_m", "relief.tan_elevation", "relief.sea", "signs.shown", "sky.visibility_km",
                   "life.summer", "life.veil"})  # fmt: skip


def _by_field() -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for names, rule in TOGETHER:
        family, _, listed = names.partition(".")
        rules |= {f"{family}.{name}": rule for name in listed.split()} if listed else {family: rule}
    return rules


RULES = _by_field()
FAMILIES = tuple(name for name in RULES if "." not in name)


def rule_of(name: str) -> Rule:
    """The rule of the field "family.field": its own, or its family's."""
    return RULES.get(name) or RULES[name.split(".")[0]]
