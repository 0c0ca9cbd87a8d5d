"""Which kinds of plants grow at a place, natural and planted. Knows no season and no pixels.

Rules, in this order. What a Köppen zone bears (Walter's zonobiomes); where a kind is at home or widely planted (tables
from general knowledge of native ranges and plantations, checked against no flora: eucalyptus also in Portugal, Galicia,
California, the highlands of Kenya, Ethiopia and Peru; saguaros only in the Sonoran desert; baobabs in Africa's dry
tropics, Madagascar and the Kimberley); what cold and drought a kind bears (its coldest month, mean temperature and
yearly rain); the tree line, where the warmest month stays below 9 °C or, in the tropical Andes, above 3500 m. Local
fields shift the mix, so that valleys 20 km apart differ.
"""

from world.clues.site import Site

Mix = dict[str, float]

ZONES: dict[str, Mix] = {  # by the longest prefix that fits
    "Af": {"jungle": 5, "palm": 2.5, "banana": 1.5, "mango": 1.5, "oil-palm": 0.8, "bamboo": 0.9, "tree-fern": 0.5,
           "rubber": 0.5, "fern": 1.2, "bush": 1},
    "Am": {"jungle": 3.5, "palm": 2.5, "mango": 2, "banana": 1.2, "bamboo": 1, "rubber": 0.9, "oil-palm": 0.6,
           "fern": 0.5, "bush": 1},
    "A": {"mango": 1.8, "jungle": 0.9, "palm": 1.4, "acacia": 2, "thorn": 1.4, "fan-palm": 1.0, "baobab": 1.6,
          "candelabra": 0.5, "eucalyptus": 1, "banana": 0.5, "rubber": 0.5, "bamboo": 0.6, "tussock": 1, "shrub": 0.7,
          "bush": 1},
    "BWh": {"shrub": 4, "date-palm": 1.2, "thorn": 1.2, "acacia": 0.6, "cactus": 1.7, "candelabra": 0.6, "joshua": 2.5,
            "agave": 0.6, "prickly-pear": 0.8, "mallee": 1.5, "eucalyptus": 0.5, "tussock": 1.5, "dead": 0.25},
    "BWk": {"shrub": 5, "tussock": 2.2, "poplar": 0.5, "thorn": 0.5, "joshua": 1.5, "candelabra": 0.4, "dead": 0.2},
    "BSh": {"shrub": 2, "thorn": 2.6, "acacia": 2.2, "baobab": 1.2, "date-palm": 0.5, "cactus": 1, "candelabra": 0.9,
            "agave": 0.7, "prickly-pear": 0.8, "mallee": 2, "eucalyptus": 1, "olive": 0.8, "fan-palm": 0.4,
            "mango": 0.4, "tussock": 1.2, "bush": 0.8, "holm-oak": 0.3},
    "BSk": {"tussock": 2.4, "shrub": 2.2, "poplar": 0.9, "pine": 0.5, "thorn": 0.5, "joshua": 0.6, "agave": 0.3,
            "olive": 0.4, "holm-oak": 0.4, "mallee": 1.5, "eucalyptus": 0.8, "candelabra": 0.3, "willow": 0.3,
            "bush": 0.9},
    "Csa": {"olive": 3, "cypress": 1.4, "umbrella-pine": 1.4, "holm-oak": 2, "plane": 0.8, "eucalyptus": 0.9,
            "fan-palm": 0.5, "oak": 0.5, "pine": 0.4, "prickly-pear": 0.3, "shrub": 1, "bush": 1, "reed": 0.3},
    "Csb": {"holm-oak": 1.3, "oak": 1.2, "pine": 1.8, "eucalyptus": 1.2, "olive": 0.5, "cypress": 0.4, "fir": 1.6,
            "poplar": 0.5, "araucaria": 0.6, "bush": 1, "fern": 0.3, "shrub": 0.4},
    "Csc": {"pine": 2, "fir": 1, "poplar": 0.5, "shrub": 1.5, "bush": 1, "tussock": 1},
    "Cfa": {"oak": 2.4, "maple": 1.6, "pine": 1.6, "plane": 0.5, "willow": 0.5, "bamboo": 0.9, "cedar": 1.2,
            "eucalyptus": 1, "araucaria": 1, "fan-palm": 0.35, "cherry": 0.4, "mango": 0.3, "bush": 1, "reed": 0.3},
    "Cfb": {"oak": 2.3, "maple": 1.6, "birch": 0.6, "plane": 0.4, "willow": 0.5, "poplar": 0.5, "pine": 0.6,
            "spruce": 0.5, "eucalyptus": 1.5, "tree-fern": 0.8, "araucaria": 0.9, "cherry": 0.4, "bush": 1.3,
            "fern": 0.6, "heather": 0.25},
    "Cfc": {"birch": 0.8, "oak": 0.8, "spruce": 0.7, "bush": 2, "tussock": 1.6, "heather": 1.2},
    "Cw": {"pine": 1.4, "oak": 1.1, "eucalyptus": 1.4, "bamboo": 1.1, "mango": 0.8, "banana": 0.4, "cedar": 0.4,
           "acacia": 0.9, "thorn": 0.7, "fan-palm": 0.3, "araucaria": 0.6, "agave": 0.4, "candelabra": 0.3,
           "bush": 1, "tussock": 0.5},
    "Dfa": {"oak": 2.3, "maple": 2.2, "poplar": 0.8, "pine": 0.5, "willow": 0.5, "spruce": 0.4, "cherry": 0.2,
            "bush": 1},
    "Dfb": {"birch": 1.7, "spruce": 1.7, "pine": 1.6, "maple": 1.3, "oak": 1, "fir": 0.6, "larch": 0.3, "willow": 0.4,
            "bush": 1},
    "Dfc": {"spruce": 3.2, "birch": 1.8, "pine": 1.6, "larch": 0.6, "fir": 0.8, "bush": 0.7, "heather": 0.4},
    "Dfd": {"larch": 5, "birch": 1, "pine": 0.4, "shrub": 0.6},
    "Dw": {"larch": 1.6, "birch": 1.7, "pine": 1.4, "oak": 0.9, "poplar": 0.9, "maple": 0.7, "bush": 1},
    "Ds": {"pine": 1.5, "fir": 1.2, "poplar": 1.2, "spruce": 0.6, "shrub": 2, "tussock": 1},
    "E": {"tussock": 2.5, "shrub": 1.5, "heather": 0.8, "bush": 0.6},
}  # fmt: skip

MEDITERRANEAN = frozenset(
    {"ES", "PT", "FR", "IT", "GR", "HR", "AL", "ME", "TR", "CY", "SY", "LB", "IL", "PS", "TN", "DZ", "MA", "LY", "MT"}
)
DRY_AFRICA = frozenset(
    {"SN", "ML", "BF", "GM", "GW", "GN", "NE", "BJ", "TG", "GH", "NG", "SD", "BW", "ZM", "ZW", "TZ", "MZ", "MW", "AO",
     "NA", "MG"}
)  # fmt: skip
EAST_AFRICA = frozenset(["KE", "TZ", "UG", "ET", "RW", "BI", "SO", "SS", "ER", "DJ"])
# Where a kind is at home or planted, with a factor; a kind not named here grows wherever its zone and climate allow.
HOMES: dict[str, Mix] = {
    "eucalyptus": {"AU": 7, "PG": 0.6, "PT": 8, "ES": 0.8, "US": 0.15, "KE": 1.0, "ET": 3, "RW": 3, "UG": 1, "TZ": 0.6,
                   "PE": 1.5, "EC": 1.5, "CO": 0.8, "BO": 0.8, "BR": 1.3, "UY": 4, "CL": 1.2, "AR": 0.7, "ZA": 1.6,
                   "LS": 1.5, "SZ": 2.5, "ZW": 0.8, "MG": 1.2, "IN": 0.5, "LK": 0.4, "MA": 1.2, "TN": 0.8, "DZ": 0.7,
                   "IL": 0.8, "IT": 0.25, "CN": 0.4, "TH": 0.5, "VN": 0.6, "BI": 2, "TL": 1},
    "mallee": {"AU": 2.5},
    "acacia": dict.fromkeys(EAST_AFRICA | DRY_AFRICA, 2.0) | {"ZA": 0.9, "TD": 1, "MR": 1, "YE": 0.6, "SA": 0.6,
                                                             "OM": 0.7, "AE": 0.6, "EG": 0.3, "IL": 0.3},
    "baobab": dict.fromkeys(DRY_AFRICA, 1.0) | {"MG": 2.2, "SN": 2.4, "ML": 1.6, "BW": 1.4, "ZW": 1.3, "KE": 0.4,
                                                "ZA": 0.4, "TZ": 1.2},
    "araucaria": {"BR": 2.5, "CL": 2.0, "AR": 0.7, "NC": 2.0},
    "cactus": {"US": 1.0, "MX": 1.0},
    "candelabra": {"MX": 2.5, "PE": 1.2, "BO": 1, "CL": 0.9, "AR": 0.8, "EC": 0.8, "CO": 0.8, "VE": 1.2, "BR": 0.8,
                   "GT": 0.7, "HT": 1, "DO": 0.8, "CU": 0.4, "KE": 0.7, "TZ": 0.5, "UG": 0.7, "ET": 0.9, "ZA": 0.6,
                   "MZ": 0.4, "ZW": 0.4, "SZ": 0.6},
    "joshua": {"US": 1.5, "MX": 1.2},
    "agave": {"MX": 2.5, "US": 1.0, "GT": 0.5, "KE": 0.7, "TZ": 0.7, "ES": 0.2, "ZA": 0.3, "MG": 0.4},
    "prickly-pear": {"MX": 2, "US": 1, "ES": 0.5, "IT": 0.7, "MA": 1.4, "TN": 1.6, "DZ": 1, "ET": 1, "ER": 1, "ZA": 0.5,
                     "AR": 0.6, "PE": 0.6, "BO": 0.5, "IL": 0.6, "MT": 2, "AU": 0.15},
    "olive": dict.fromkeys(MEDITERRANEAN, 1.0) | {"JO": 1, "IQ": 0.2, "AR": 0.3, "CL": 0.2, "AU": 0.15, "ZA": 0.1,
                                                 "GR": 1.5, "TN": 2, "EG": 0.3, "FR": 0.7},
    "cypress": dict.fromkeys(MEDITERRANEAN, 0.9) | {"IT": 1.8, "GR": 1.4, "HR": 1.3, "ES": 0.5, "PT": 0.4, "US": 0.3,
                                                   "NZ": 0.6, "CL": 0.2, "IR": 0.5},
    "umbrella-pine": {"IT": 2, "ES": 1.2, "PT": 1.5, "FR": 1, "TR": 0.9, "LB": 1.2, "GR": 0.7, "HR": 0.7, "TN": 0.6},
    "holm-oak": dict.fromkeys(MEDITERRANEAN, 1.0) | {"ES": 2, "PT": 1.8, "US": 1.0},
    "cedar": {"JP": 3, "TW": 1, "CN": 0.5, "NP": 1.5, "BT": 1.2, "IN": 0.5, "PK": 1, "KR": 0.25, "LB": 0.6, "NZ": 0.3},
    "bamboo": {"CN": 1.6, "JP": 1.3, "VN": 1.4, "TH": 1.2, "LA": 1.5, "MM": 1.5, "KH": 1, "IN": 0.8, "BD": 1.2, "ID": 1,
               "PH": 1, "MY": 0.8, "TW": 1.4, "NP": 0.8, "BT": 1, "KR": 0.5, "LK": 0.5, "CO": 0.5, "EC": 0.4,
               "CR": 0.3, "BR": 0.2, "HK": 1, "ET": 0.2, "MG": 0.4},
    "tree-fern": {"NZ": 2.5, "AU": 0.7, "PG": 1, "CO": 0.6, "EC": 0.6, "CR": 0.8, "ID": 0.5, "PH": 0.6, "LK": 0.5,
                  "RE": 1.5, "MG": 0.4, "MY": 0.4, "UG": 0.3, "TW": 0.8},
    "oil-palm": {"MY": 5, "ID": 3, "TH": 1, "PG": 1.5, "CO": 0.8, "NG": 2, "GH": 2, "CI": 2.5, "CM": 2, "BJ": 2,
                 "TG": 1.5,
                 "SL": 2, "LR": 2, "GN": 1, "GA": 1, "CG": 1, "CD": 1.2, "HN": 1.5, "GT": 1, "CR": 1, "EC": 1.2},
    "rubber": {"TH": 2.5, "MY": 1.5, "ID": 1.2, "VN": 1.8, "KH": 1.5, "LA": 1.2, "LK": 1.2, "IN": 0.5, "MM": 1.2,
               "LR": 2, "CI": 1.2, "NG": 0.3},
    "date-palm": {"MA": 1, "DZ": 1.4, "TN": 1.4, "LY": 1.4, "EG": 2.5, "SA": 1.6, "AE": 2.5, "OM": 2, "IQ": 2.5,
                  "IR": 1,
                  "KW": 1.5, "BH": 2.5, "QA": 2, "YE": 0.8, "IL": 1, "PS": 1, "JO": 0.8, "MR": 1, "NE": 0.5, "TD": 0.6,
                  "SD": 1, "PK": 0.9, "ES": 0.3, "US": 0.15},
    "fan-palm": {"US": 1.6, "MX": 1.0, "IN": 1.6, "TH": 1.6, "KH": 4, "MM": 1.5, "LK": 1, "ES": 0.8, "IT": 0.6,
                 "FR": 0.3,
                 "GR": 0.6, "PT": 0.6, "IL": 0.8, "AU": 0.5, "SN": 1, "BJ": 1.2, "BF": 1.2, "BR": 1.2, "CU": 3,
                 "CO": 0.5,
                 "VE": 1, "PY": 1.5, "UY": 0.6, "JP": 0.2, "MG": 1, "ID": 0.3, "BD": 1, "DO": 1.5, "BO": 0.5,
                 "NG": 0.5},
    "heather": {"GB": 1.6, "IE": 1.2, "NO": 1.5, "DK": 0.6, "NL": 0.6, "DE": 0.3, "FR": 0.2, "SE": 0.6, "FO": 1,
                "IS": 0.8,
                "FI": 0.6, "ES": 0.3, "PT": 0.4, "EE": 0.4, "ZA": 0.3},
    "plane": {"FR": 2.5, "IT": 1.2, "ES": 1.5, "TR": 1.4, "GR": 1.2, "GB": 0.6, "DE": 0.6, "CH": 1, "BG": 1, "CN": 1.2,
              "IR": 1.5, "US": 0.6, "AR": 1, "CL": 0.8, "HU": 0.8, "HR": 0.8, "RO": 0.5, "KR": 0.6, "UY": 2,
              "AU": 0.15},
    "cherry": {"JP": 3.5, "KR": 2, "CN": 0.5, "TW": 0.6, "DE": 0.5, "GB": 0.6, "TR": 0.5, "US": 0.3, "FR": 0.4,
               "HU": 0.6},
}  # fmt: skip
PINES_SOUTH = frozenset({"NZ", "CL", "AU", "ZA", "BR", "AR", "UY", "SZ", "MG", "KE", "TZ", "ZW", "MW"})  # planted
# What a kind bears: mean of the coldest month (at least, °C), of the year (at most), rain (at least, at most, mm a
# year).
LIMITS: dict[str, tuple[float, float, float, float]] = {
    "jungle": (14, 40, 1100, 9999), "mango": (11, 40, 600, 9999), "palm": (17, 40, 900, 9999),
    "banana": (12, 40, 900, 9999), "oil-palm": (19, 40, 1500, 9999), "rubber": (17, 40, 1200, 9999),
    "fan-palm": (6, 40, 150, 9999), "date-palm": (8, 40, 0, 600), "baobab": (13, 40, 150, 1150),
    "acacia": (9, 40, 120, 1200), "thorn": (3, 40, 60, 900), "candelabra": (4, 40, 60, 1300),
    "cactus": (6, 40, 80, 600), "joshua": (1, 22, 60, 450), "agave": (3, 40, 80, 1100),
    "prickly-pear": (4, 40, 80, 1000), "mallee": (5, 40, 100, 700), "eucalyptus": (4, 40, 140, 9999),
    "olive": (3.5, 23, 150, 1000), "cypress": (1, 23, 200, 1400), "umbrella-pine": (4, 21, 300, 1300),
    "holm-oak": (2, 21, 250, 1100), "bamboo": (-1, 40, 800, 9999), "cedar": (-3, 20, 700, 9999),
    "tree-fern": (4, 24, 1100, 9999), "araucaria": (1, 21, 700, 9999), "plane": (-4, 21, 200, 2000),
    "cherry": (-6, 18, 400, 3000), "oak": (-12, 24, 350, 4000), "maple": (-16, 22, 380, 4000),
    "birch": (-45, 12, 200, 2500), "spruce": (-40, 11, 280, 3000), "fir": (-28, 13, 450, 4000),
    "larch": (-50, 8, 150, 2000), "pine": (-40, 24, 200, 4000), "poplar": (-22, 21, 60, 1600),
    "willow": (-25, 22, 200, 3000), "heather": (-15, 12, 500, 4000), "tussock": (-45, 26, 0, 2200),
    "fern": (-12, 40, 800, 9999), "shrub": (-40, 40, 0, 1100), "dead": (-45, 40, 0, 500), "reed": (-15, 40, 200, 9999),
}  # fmt: skip
TREELESS: dict[str, Mix] = {  # wind, sheep and cold left no forest
    "IS": {"tussock": 3, "heather": 1.5, "bush": 1.2, "shrub": 0.6},
    "FO": {"tussock": 3, "heather": 1},
    "GL": {"shrub": 2, "heather": 1.5, "tussock": 1},
    "FK": {"tussock": 3, "heather": 1.2, "shrub": 0.6},
    "SJ": {"tussock": 1, "shrub": 1},
}
TREES_END_C = 9.0  # mean of the warmest month (Köppen's 10 °C, less what the grid's coarse relief costs)
TROPICAL_TREES_END_M = 3500.0
LOW_KINDS = frozenset(
    {"prickly-pear", "agave", "bush", "shrub", "fern", "grass", "tussock", "reed", "heather", "tea", "vine", "maize"}
)
_LARGE = ("mix_a", "mix_b", "crop", "tall", "soil_warm", "width", "leaf_green")  # fields of 150 to 2500 km
_SMALL = ("mix_c", "bushes", "density", "trunk", "rows", "fence", "shoulder")  # of 25 and 50 km


def coldest_c(site: Site) -> float:
    """Mean of the coldest month."""
    return site.place.temperature_c - 0.5 * site.place.temperature_range_c


def warmest_c(site: Site) -> float:
    """Mean of the warmest month."""
    return site.place.temperature_c + 0.5 * site.place.temperature_range_c


def tree_limit(site: Site) -> float:
    """0 above the tree line … 1 well below it."""
    if site.place.country in TREELESS:
        return 0.0
    limit = min(1.0, max(0.0, (warmest_c(site) - TREES_END_C) / 3.0))
    if abs(site.recipe.lat) < 30.0:
        limit = min(limit, min(1.0, max(0.0, (TROPICAL_TREES_END_M - site.place.altitude_m) / 400.0)))
    return limit


def kinds_of(site: Site) -> Mix:
    """Weights of the kinds that grow here, more than 0 each; never empty."""
    place = site.place
    if place.country in TREELESS:
        return _stirred(dict(TREELESS[place.country]), site)
    base = next(ZONES[place.koppen[:k]] for k in (3, 2, 1) if place.koppen[:k] in ZONES)
    kinds = dict(base)
    _at_home(kinds, site)
    for kind in kinds:
        kinds[kind] *= fits(kind, coldest_c(site), place.temperature_c, place.precipitation_mm)
    limit = tree_limit(site)
    if limit < 1.0:
        for kind in kinds:
            if kind not in LOW_KINDS:
                kinds[kind] *= limit**2
        fells = place.country in ("NO", "SE", "FI", "RU")  # birch is the last tree there
        kinds["birch"] = kinds.get("birch", 0.0) + 3.0 * (1.0 - limit) * fells * (limit > 0.2)
        kinds["tussock"] = kinds.get("tussock", 0.0) + (1.2 if fells else 3.0) * (1.0 - limit)
        kinds["shrub"] = kinds.get("shrub", 0.0) + 1.0 * (1.0 - limit)
    kinds = {kind: weight for kind, weight in kinds.items() if weight > 0.01}
    return _stirred(kinds or {"bush": 1.0, "tussock": 1.0}, site)


def fits(kind: str, coldest: float, mean: float, rain: float) -> float:
    """0 … 1: how well a climate suits a kind; limits are soft over 2 °C and a tenth of the rain."""
    if kind not in LIMITS:
        return 1.0
    cold, warm, dry, wet = LIMITS[kind]
    share = min(1.0, max(0.0, 0.5 + (coldest - cold) / 2.0)) * min(1.0, max(0.0, 0.5 + (warm - mean) / 2.0))
    share *= min(1.0, max(0.0, 0.5 + (rain - dry) / (0.2 * dry + 20.0)))
    return share * min(1.0, max(0.0, 0.5 + (wet - rain) / (0.2 * wet)))


def _at_home(kinds: Mix, site: Site) -> None:
    """Take away kinds that nobody would find here; let those that are typical prevail."""
    iso, lat, lng = site.place.country, site.recipe.lat, site.recipe.lng
    for kind in list(kinds):
        if kind in HOMES:
            kinds[kind] *= HOMES[kind].get(iso, 0.0)
    if iso == "AU":
        for kind in set(kinds) - {"eucalyptus", "mallee", "shrub", "tussock", "bush", "thorn", "tree-fern", "fern"}:
            kinds[kind] *= 0.12
        if lat > -18.0 and lng < 130.0:
            kinds["baobab"] = 0.8
    if iso == "ES":
        kinds["eucalyptus"] = 5.0 if lng < -3.5 and lat > 42.3 else 0.4 * (lng < -6.0)
        kinds["olive"] = kinds.get("olive", 0.0) * (2.0 if lat < 39.0 else 0.6)
    if iso == "US":
        _united_states(kinds, lat, lng)
    if iso == "MX" and not (lng < -109.0 and lat > 26.0):
        kinds["cactus"] = 0.0
    if iso == "MX" and (lat < 23.0 or lng > -98.0):
        kinds["joshua"] = 0.0
    if iso == "CL" and not -40.5 < lat < -36.5:
        kinds["araucaria"] = 0.0
    if iso == "BR" and (lat > -22.0 or site.place.altitude_m < 400.0):
        kinds["araucaria"] = 0.0
    if iso == "AR" and not (lng > -56.0 or (-40.5 < lat < -37.0 and lng < -70.0)):
        kinds["araucaria"] = 0.0
    if iso == "ZA" and lat < -25.0:
        kinds["baobab"] = 0.0
    if iso in ("FR", "IT") and lat > 44.6:
        for kind in ("olive", "umbrella-pine", "holm-oak"):
            kinds[kind] = kinds.get(kind, 0.0) * 0.08
    if lat < 24.0:  # northern kinds do not cross the tropics
        for kind in ("spruce", "fir", "larch", "birch"):
            kinds[kind] = 0.0
        if iso in PINES_SOUTH:
            kinds["pine"] = kinds.get("pine", 0.0) * (1.5 if iso in ("NZ", "CL") else 0.6)
        elif lat < 0.0 and iso != "ID":
            kinds["pine"] = 0.0
    if iso in ("FI", "SE", "RU", "EE", "LV", "LT", "BY"):
        kinds["birch"] = kinds.get("birch", 0.0) * 1.7
    if iso in ("RU", "MN") and lng > 85.0 and site.zone == "D":
        kinds["larch"] = kinds.get("larch", 0.4) * 6.0
        kinds["spruce"] = kinds.get("spruce", 0.0) * 0.35
    if iso in ("US", "CA") and "fir" in kinds:
        kinds["fir"] *= 3.0 if lng < -115.0 else 1.2
    elif iso not in ("DE", "AT", "CH", "FR", "RU", "JP", "SI", "RO"):
        kinds["fir"] = 0.0
    if iso in ("DE", "AT", "CZ", "CH", "SI", "SK") and site.place.altitude_m > 450.0:
        kinds["spruce"] = 3.0
    if iso in ("GB", "IE", "FR") and "spruce" in kinds:
        kinds["spruce"] *= 0.4
    if site.place.altitude_m > 1400.0 and site.zone == "C" and lat > 12.0:
        kinds["pine"] = kinds.get("pine", 0.0) + 1.8
    if site.desert and site.place.population_per_km2 > 80.0:  # an oasis, or a watered valley
        for kind in ("date-palm", "poplar", "mango"):
            kinds[kind] = 3.5 * kinds.get(kind, 0.0)


def _united_states(kinds: Mix, lat: float, lng: float) -> None:
    """California's eucalyptus and live oaks, the Sonoran saguaros, the Mojave's Joshua trees, Florida's palms."""
    west = lng < -114.5
    kinds["eucalyptus"] = kinds.get("eucalyptus", 0.0) * (8.0 if west and lat < 40.0 else 0.0)
    kinds["holm-oak"] = kinds.get("holm-oak", 0.0) * (lng < -117.0 or (lat < 32.0 and lng > -99.0))
    if not (31.0 < lat < 35.0 and -115.0 < lng < -109.5):
        kinds["cactus"] = 0.0
    if not (33.7 < lat < 37.6 and -118.8 < lng < -112.5):
        kinds["joshua"] = kinds.get("joshua", 0.0) * (0.3 if lat < 33.7 and lng < -100.0 else 0.0)
    if not (lat < 30.5 or (west and lat < 37.0) or (lat < 34.0 and lng < -110.0)):
        kinds["fan-palm"] = 0.0
    if lng > -100.0:
        for kind in ("agave", "prickly-pear", "fir"):
            kinds[kind] = kinds.get(kind, 0.0) * 0.2


def _stirred(kinds: Mix, site: Site) -> Mix:
    """The same kinds, more of some and less of others from one range of hills to the next."""
    f = site.field
    for kind in kinds:
        spot = sum(map(ord, kind))
        kinds[kind] *= 2.718 ** (0.50 * f[_LARGE[spot % 7]] + 0.42 * f[_SMALL[spot // 7 % 7]])
    return kinds
