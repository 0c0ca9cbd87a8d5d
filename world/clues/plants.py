"""Plants: which kinds grow here, how thick, in which state of the year.

Rules: vegetation follows the Köppen zone (Walter's zonobiomes), refined by continent: eucalyptus at home in Australia
and planted in dry subtropics, baobabs in Africa and Madagascar, columnar cacti and agaves only in the Americas,
araucaria in southern South America, bamboo in monsoon Asia, larch in dry Siberia, umbrella pines and cypresses round
the Mediterranean. Deciduous leaves follow the month's temperature; in savannas the dry season.
"""

from world.clues.site import Site
from world.colour import mix, saturate, shift
from world.scene import Plants
from world.streams import Stream

Mix = dict[str, float]

NOTHING = Plants(
    (("bush", 1.0),), 0.0, 0.0, 0.0, 1.0, 0.0, (0.28, 0.44, 0.15), (0.8, 0.5, 0.1), (0.36, 0.27, 0.19), 1.0
)

ZONES: dict[str, Mix] = {  # by the longest prefix that fits
    "Af": {"jungle": 5, "palm": 3, "banana": 2, "fern": 1, "bamboo": 0.7},
    "Am": {"jungle": 4, "palm": 3, "banana": 1.5, "bamboo": 1, "oak": 0.5},
    "Aw": {"acacia": 2, "jungle": 1.5, "palm": 2, "oak": 1, "shrub": 1.5},
    "As": {"palm": 3, "acacia": 1.5, "jungle": 1, "shrub": 1.5},
    "BWh": {"shrub": 4, "date-palm": 1, "acacia": 1, "dead": 0.5},
    "BWk": {"shrub": 5, "grass": 1.5, "dead": 0.5, "poplar": 0.4},
    "BSh": {"shrub": 3, "acacia": 3, "bush": 1.5, "dead": 0.4},
    "BSk": {"grass": 2, "shrub": 2.5, "poplar": 1, "bush": 1, "pine": 0.6},
    "Csa": {"olive": 3, "cypress": 1.6, "umbrella-pine": 1.6, "oak": 1.2, "shrub": 1},
    "Csb": {"oak": 1.5, "pine": 2, "eucalyptus": 0.7, "olive": 0.6, "cypress": 0.6},
    "Csc": {"pine": 2, "shrub": 1.5, "bush": 1, "grass": 1},
    "Cfa": {"oak": 3, "pine": 2, "maple": 1.5, "willow": 0.7, "bush": 1},
    "Cfb": {"oak": 3, "maple": 1.6, "poplar": 1, "birch": 0.8, "willow": 0.6, "spruce": 0.6},
    "Cfc": {"birch": 2, "bush": 2, "grass": 1.5, "spruce": 1},
    "Cw": {"oak": 2, "pine": 1.5, "eucalyptus": 1, "palm": 0.6, "bush": 1},
    "Dfa": {"oak": 2.5, "maple": 2.5, "poplar": 1.2, "spruce": 0.5},
    "Dfb": {"birch": 2, "spruce": 1.8, "pine": 1.6, "maple": 1.5, "oak": 1},
    "Dfc": {"spruce": 3.5, "birch": 2, "pine": 1.6, "larch": 0.4},
    "Dfd": {"larch": 5, "birch": 1, "shrub": 0.6},
    "Dw": {"larch": 2, "birch": 1.8, "pine": 1.2, "poplar": 1},
    "Ds": {"poplar": 1.5, "pine": 1.5, "shrub": 2, "cypress": 0.4},
    "E": {"grass": 3, "shrub": 2, "bush": 1},
}
TREELESS = frozenset({"IS", "FO", "GL", "FK", "SJ"})  # wind, sheep and cold left no forest
EVERGREEN_HEIGHT = {"A": 1.15, "B": 0.75, "C": 1.0, "D": 1.0, "E": 0.55}


def draw(site: Site, rng: Stream) -> Plants:
    """The plants of this place in this month."""
    f = site.field
    kinds = _kinds(site)
    ranked = sorted(kinds, key=lambda kind: -kinds[kind])[:6]
    total = sum(kinds[kind] for kind in ranked)
    leaf, autumn = _season(site)
    green = shift((0.31, 0.44, 0.18), 0.15 * f["leaf_light"], 0.055 * f["leaf_warm"], 0.026 * f["leaf_green"])
    dry = min(1.0, max(0.0, 0.7 - site.month_rain * 1.3)) * (site.zone in "ABC")
    green = saturate(mix(green, (0.45, 0.46, 0.25), 0.55 * dry), 1.0 + 0.12 * f["mix_a"])
    thick = {"A": 0.62, "B": 0.16, "C": 0.48, "D": 0.62, "E": 0.05}[site.zone]
    if site.desert:
        thick = 0.05
    if site.zone == "A" and site.place.koppen[1:2] in "ws":
        thick = 0.42
    if site.place.country in TREELESS:
        thick = 0.08
    thick *= 1.0 - 0.55 * site.place.urban - 0.25 * min(1.0, site.place.population_per_km2 / 400.0)
    density = thick + 0.10 * f["density"] + 0.12 * f["mix_b"] * thick + 0.16 * rng.normal() * thick
    return Plants(
        kinds=tuple((kind, kinds[kind] / total) for kind in ranked),
        density=min(1.0, max(0.0, density)),
        treeline=min(1.0, max(0.0, thick * 1.2 + 0.25 * f["density"] + 0.2 * rng.normal() - 0.15)),
        undergrowth=min(1.0, max(0.0, 0.35 * (site.zone != "E") + 0.15 * f["bushes"] + 0.15 * rng.normal())),
        leaf=leaf,
        autumn=autumn,
        leaf_rgb=green,
        autumn_rgb=shift((0.80, 0.48, 0.12), 0.1 * f["leaf_light"], 0.06 * f["leaf_warm"], 0.05 * f["mix_c"]),
        trunk_rgb=shift((0.38, 0.29, 0.21), 0.22 * f["trunk"], 0.04 * f["wood"]),
        height=min(1.5, max(0.5, EVERGREEN_HEIGHT[site.zone] * (1.0 + 0.13 * f["tall"]))),
    )


def _kinds(site: Site) -> Mix:
    koppen = site.place.koppen
    base = next(ZONES[koppen[:n]] for n in (3, 2, 1) if koppen[:n] in ZONES)
    kinds = dict(base)
    _by_continent(kinds, site)
    for kind, name in zip(
        sorted(kinds), ("mix_a", "mix_b", "mix_c", "soil_green", "tall", "wood", "grass_green"), strict=False
    ):
        kinds[kind] *= 2.718 ** (0.75 * site.field[name])  # stands change from one range of hills to the next
    return kinds


def _by_continent(kinds: Mix, site: Site) -> None:
    if site.place.country in TREELESS:
        kinds.clear()
        kinds.update({"grass": 3, "bush": 2, "shrub": 1, "birch": 0.6})
        return
    iso, koppen, lat, lng = site.place.country, site.place.koppen, site.recipe.lat, site.recipe.lng
    dry, mild, warm = site.zone == "B", site.zone == "C", site.place.temperature_c > 16.0
    if iso in ("AU", "PG") and not koppen.startswith("Af"):
        kinds.clear()
        kinds.update(
            {"eucalyptus": 6, "acacia": 1, "shrub": 2.5 if dry else 0.8, "palm": 1.5 if site.zone == "A" else 0.01}
        )
    elif site.continent == "Africa" and (site.zone == "A" or (dry and not site.desert)):
        kinds["baobab"] = 3.5 if iso in ("MG", "SN", "ML", "BW", "ZM", "ZW", "TZ") else 0.7
        kinds["acacia"] = kinds.get("acacia", 0.5) + (2.5 if site.recipe.lng > 25 else 0.5)
    elif site.continent == "Africa" and mild:
        kinds["eucalyptus"] = 2.0
        kinds["acacia"] = 1.0
    elif site.continent == "North America" and dry and lat < 38:
        kinds.update(
            {"cactus": 4 if warm else 0.8, "agave": 1.8, "joshua": 2.5 if 33 < lat < 38 and lng < -110 else 0.1}
        )
    elif iso == "MX":
        kinds.update({"agave": 2, "cactus": 1.0})
    elif site.continent == "South America":
        if dry and iso != "AR":
            kinds.update({"cactus": 2, "agave": 0.8})
        elif dry:
            kinds.update({"poplar": 1.6, "shrub": 4})
        if mild and iso in ("BR", "AR", "CL"):
            kinds.update({"araucaria": 3 if iso == "BR" or lat < -36 else 0.5, "eucalyptus": 1.5})
        if iso == "UY":
            kinds.update({"eucalyptus": 3})
    elif site.continent == "Asia":
        if warm and site.zone in "AC" and lng > 88:
            kinds["bamboo"] = 2.0
        if iso == "JP":
            kinds.update({"cypress": 2, "bamboo": 1.2, "pine": 2})
        if iso in ("IN", "LK", "BD", "PH", "TH") and site.zone == "A":
            kinds["palm"] = kinds.get("palm", 0.0) + 2.0
        if iso in ("RU", "MN", "KZ") and site.zone == "D" and lng > 90:
            kinds["larch"] = kinds.get("larch", 0.0) + 3.0
    elif site.continent == "Europe":
        if iso in ("PT", "ES") and lng < -4:
            kinds["eucalyptus"] = 2.2
        if iso in ("FI", "SE", "RU", "EE", "LV"):
            kinds["birch"] = kinds.get("birch", 0.0) + 1.5
        if iso in ("DE", "AT", "CZ", "CH") and site.place.altitude_m > 450:
            kinds["spruce"] = 3.0
    elif iso == "NZ":
        kinds.update({"fern": 2, "pine": 2.5, "poplar": 0.8})
    if site.place.altitude_m > 1400 and mild:
        kinds["pine"] = kinds.get("pine", 0.0) + 2.0


def _season(site: Site) -> tuple[float, float]:
    """Leaf 0 … 1 and autumn 0 … 1 of the deciduous kinds."""
    cold = site.month_temperature_c
    if site.zone in "AB" and site.place.temperature_c > 18.0:
        return min(1.0, max(0.15, 0.35 + 1.6 * site.month_rain)), 0.0
    leaf = min(1.0, max(0.0, (cold - 3.0) / 5.0))
    month = site.recipe.month if site.recipe.lat >= 0 else (site.recipe.month + 5) % 12 + 1
    falling = month in (9, 10, 11) and cold < 13.0
    autumn = min(1.0, max(0.0, (13.0 - cold) / 6.0)) if falling else 0.0
    return (max(leaf, 0.55 if falling and cold > 1.0 else leaf)), autumn
