"""What people planted in rows: street trees, windbreaks, hedgerows, plantations. Knows no pixels.

Rules: planes line the streets of southern Europe and China, limes and maples those of the north, palms those of the
tropics; rows of poplars shelter fields in Central Asia, northern Italy, Mendoza, Patagonia and Chile, cypresses in
Provence; hedgerows stand in the British Isles and in Normandy and Brittany; oil palms, rubber, eucalyptus, tea, vines
and cane stand in blocks where they are commonly grown. The tables are from general knowledge, not from statistics.
"""

from world.clues.flora import coldest_c, fits, tree_limit
from world.clues.site import Site
from world.earth.streams import Stream

NONE = ("none", "bush")
# kind -> country -> chance that a country road there runs beside a block of it
PLANTATIONS: dict[str, dict[str, float]] = {
    "oil-palm": {"MY": 0.45, "ID": 0.22, "PG": 0.15, "CI": 0.12, "NG": 0.08, "GH": 0.1, "TH": 0.1, "CM": 0.1,
                 "CO": 0.08, "HN": 0.15, "GT": 0.08, "EC": 0.1, "LR": 0.12},
    "rubber": {"TH": 0.18, "MY": 0.12, "ID": 0.08, "VN": 0.14, "KH": 0.12, "LK": 0.1, "LR": 0.15, "CI": 0.06,
               "IN": 0.03},
    "eucalyptus": {"PT": 0.25, "UY": 0.22, "BR": 0.1, "ZA": 0.12, "SZ": 0.25, "CL": 0.12, "ES": 0.05, "ET": 0.12,
                   "KE": 0.06, "RW": 0.15, "MG": 0.06, "AU": 0.02, "PE": 0.05, "EC": 0.06, "IN": 0.03},
    "pine": {"NZ": 0.2, "CL": 0.15, "ZA": 0.06, "SZ": 0.12, "AU": 0.03, "FR": 0.02, "US": 0.02},
    "tea": {"LK": 0.2, "KE": 0.12, "IN": 0.03, "CN": 0.03, "JP": 0.05, "RW": 0.1, "UG": 0.05, "MW": 0.08, "ID": 0.03,
            "TR": 0.02, "BD": 0.03, "VN": 0.03, "TW": 0.05},
    "vine": {"FR": 0.07, "IT": 0.07, "ES": 0.05, "PT": 0.07, "DE": 0.03, "HU": 0.05, "MD": 0.12, "GE": 0.1, "CL": 0.08,
             "AR": 0.05, "ZA": 0.05, "AU": 0.03, "NZ": 0.05, "US": 0.01, "AT": 0.04, "RO": 0.03, "HR": 0.05},
    "maize": {"BR": 0.06, "IN": 0.05, "TH": 0.07, "MX": 0.07, "PH": 0.08, "CU": 0.15, "MU": 0.3, "KE": 0.06, "TZ": 0.06,
              "ZM": 0.06, "MW": 0.1, "GT": 0.08, "UG": 0.06, "FJ": 0.15, "ZA": 0.04, "NG": 0.05, "VN": 0.03},
    "banana": {"EC": 0.12, "CR": 0.1, "PH": 0.06, "UG": 0.2, "RW": 0.15, "HN": 0.08, "BI": 0.2, "GT": 0.05, "CO": 0.05},
    "olive": {"ES": 0.10, "GR": 0.10, "IT": 0.07, "TN": 0.15, "TR": 0.05, "MA": 0.06, "PT": 0.06, "SY": 0.1,
              "PS": 0.15},
    "date-palm": {"EG": 0.06, "IQ": 0.08, "SA": 0.05, "AE": 0.08, "DZ": 0.05, "TN": 0.06, "OM": 0.06},
}  # fmt: skip
LIMITS_OF_CROPS = {"tea": (4.0, 24.0, 1100.0, 9999.0), "vine": (-3.0, 19.0, 250.0, 1100.0),
                   "maize": (5.0, 40.0, 600.0, 3000.0)}  # fmt: skip
WINDBREAKS = {"AR": 0.12, "CL": 0.15, "UZ": 0.35, "KG": 0.35, "TJ": 0.35, "KZ": 0.15, "TM": 0.2, "AF": 0.2, "CN": 0.07,
              "IT": 0.08, "FR": 0.04, "HU": 0.07, "TR": 0.08, "UA": 0.12, "RU": 0.04, "NZ": 0.15, "RS": 0.06,
              "RO": 0.05,
              "MD": 0.1, "IR": 0.1, "PK": 0.04, "NL": 0.10, "BE": 0.06, "ES": 0.03}  # fmt: skip
HEDGEROWS = {"GB": 0.5, "IE": 0.6, "JE": 0.7, "GG": 0.7, "IM": 0.5, "FR": 0.0, "DK": 0.08, "DE": 0.03}


def planting(site: Site, rng: Stream) -> tuple[str, str]:
    """(how, kind): "street", "windbreak", "hedgerow", "plantation" or "none", and what stands in the rows."""
    spot, which = rng.unit(), rng.unit()
    iso = site.place.country
    limit = tree_limit(site)
    if site.place.urban > 0.30:
        wanted = min(0.7, 0.25 + 0.35 * site.place.wealth + 0.1 * site.field["rows"])
        kind = _street_tree(site, which)
        return ("street", kind) if spot < wanted * limit and kind else NONE
    if limit < 0.5 or site.horizon.roughness_m > 500.0:
        return NONE
    hedged = 0.45 if iso == "FR" and site.recipe.lng < 0.5 and site.recipe.lat > 46.8 else HEDGEROWS.get(iso, 0.0)
    if spot < hedged * (site.place.temperature_c > 7.0):
        return "hedgerow", "bush"
    spot = (spot - hedged) / (1.0 - hedged)
    if 0.0 <= spot < WINDBREAKS.get(iso, 0.0) * (1.0 + 0.5 * site.field["rows"]):
        sheltered = fits("poplar", coldest_c(site), site.place.temperature_c, site.place.precipitation_mm)
        if (iso == "FR" and site.recipe.lat < 44.6) or (iso == "NZ" and which < 0.4):
            return "windbreak", "cypress"
        return ("windbreak", "poplar") if sheltered > 0.3 else NONE
    reached = WINDBREAKS.get(iso, 0.0) * 1.5
    for kind, where in PLANTATIONS.items():
        if iso in where and _bears(site, kind):
            reached += where[iso] * (1.0 + 0.4 * site.field["rows"])
            if reached - where[iso] * 2.0 < spot < reached:
                return "plantation", kind
    return NONE


def _bears(site: Site, kind: str) -> bool:
    """Whether a crop's climate is met; tea and vines ask for hills or mild summers."""
    place = site.place
    if kind == "vine" and place.country == "FR" and site.recipe.lat > 46.6 and site.recipe.lng < 3.0:
        return False  # the Atlantic north drinks cider
    if kind in LIMITS_OF_CROPS:
        cold, warm, dry, wet = LIMITS_OF_CROPS[kind]
        return coldest_c(site) > cold and place.temperature_c < warm and dry < place.precipitation_mm < wet
    return fits(kind, coldest_c(site), place.temperature_c, place.precipitation_mm) > 0.5


def _street_tree(site: Site, which: float) -> str:
    place, cold = site.place, coldest_c(site)
    options: tuple[str, ...]
    if cold > 16.0:
        options = ("palm", "mango", "fan-palm", "mango") if place.precipitation_mm > 700.0 else ("fan-palm", "mango")
    elif site.zone == "B" and cold > 7.0:
        options = ("date-palm", "fan-palm", "thorn")
    elif place.country == "JP":
        options = ("cherry", "maple", "plane")
    elif place.country == "AU":
        options = ("eucalyptus", "plane", "fan-palm")
    elif cold > 7.0:
        options = ("plane", "fan-palm", "olive", "holm-oak")
    elif cold > -4.0:
        options = ("plane", "maple", "maple", "cherry")
    else:
        options = ("maple", "birch", "poplar", "maple")
    return options[int(which * len(options))]
