"""Which kinds of plants grow at a place, natural and planted. Knows no season and no pixels.

Rules, in this order. What a Köppen zone bears (Walter's zonobiomes); where a kind is at home or widely planted; what
cold and drought it bears (its coldest month, mean temperature and yearly rain); the tree line, where the warmest month
stays below 9 °C or, in the tropical Andes, above 3500 m. Local fields shift the mix, so that valleys 20 km apart
differ. The facts are tables (`world.earth.species`), from general knowledge of native ranges and plantations, checked
against no flora: eucalyptus also in Portugal, Galicia, California, the highlands of Kenya, Ethiopia and Peru; saguaros
only in the Sonoran desert; baobabs in Africa's dry tropics, Madagascar and the Kimberley.
"""

from world.clues.site import Site
from world.earth.customs import kept
from world.earth.species import Mix, low_kinds, of_treeless, of_zone, ranges_in, species

TREES_END_C = 9.0  # mean of the warmest month (Köppen's 10 °C, less what the grid's coarse relief costs)
TROPICAL_TREES_END_M = 3500.0
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
    if of_treeless(site.place.country):
        return 0.0
    limit = min(1.0, max(0.0, (warmest_c(site) - TREES_END_C) / 3.0))
    if abs(site.recipe.lat) < 30.0:
        limit = min(limit, min(1.0, max(0.0, (TROPICAL_TREES_END_M - site.place.altitude_m) / 400.0)))
    return limit


def kinds_of(site: Site) -> Mix:
    """Weights of the kinds that grow here, more than 0 each; never empty."""
    place = site.place
    if treeless := of_treeless(place.country):
        return _stirred(dict(treeless), site)
    kinds = dict(of_zone(place.koppen))
    _at_home(kinds, site)
    for kind in kinds:
        kinds[kind] *= fits(kind, coldest_c(site), place.temperature_c, place.precipitation_mm)
    limit = tree_limit(site)
    if limit < 1.0:
        for kind in kinds:
            if kind not in low_kinds():
                kinds[kind] *= limit**2
        fells = kept("birch fells", site.here)
        kinds["birch"] = kinds.get("birch", 0.0) + 3.0 * (1.0 - limit) * fells * (limit > 0.2)
        kinds["tussock"] = kinds.get("tussock", 0.0) + (1.2 if fells else 3.0) * (1.0 - limit)
        kinds["shrub"] = kinds.get("shrub", 0.0) + 1.0 * (1.0 - limit)
    kinds = {kind: weight for kind, weight in kinds.items() if weight > 0.01}
    return _stirred(kinds or {"bush": 1.0, "tussock": 1.0}, site)


def fits(kind: str, coldest: float, mean: float, rain: float) -> float:
    """0 … 1: how well a climate suits a kind; the edges of wild kinds are soft over 2 °C and a tenth of the rain."""
    one = species().get(kind)
    if one is None or one.bears is None:
        return 1.0
    cold, warm, dry, wet = one.bears
    if one.hard:
        return float(coldest > cold and mean < warm and dry < rain < wet)
    share = min(1.0, max(0.0, 0.5 + (coldest - cold) / 2.0)) * min(1.0, max(0.0, 0.5 + (warm - mean) / 2.0))
    share *= min(1.0, max(0.0, 0.5 + (rain - dry) / (0.2 * dry + 20.0)))
    return share * min(1.0, max(0.0, 0.5 + (wet - rain) / (0.2 * wet)))


def _at_home(kinds: Mix, site: Site) -> None:
    """Take away kinds that nobody would find here; let those that are typical prevail."""
    here = site.here
    for kind in kinds:
        homes = species()[kind].countries
        if homes is not None:
            kinds[kind] *= homes.get(here.country, 0.0)
    for row in ranges_in(here.country):
        row.change(kinds, here)


def _stirred(kinds: Mix, site: Site) -> Mix:
    """The same kinds, more of some and less of others from one range of hills to the next."""
    f = site.field
    for kind in kinds:
        spot = sum(map(ord, kind))
        kinds[kind] *= 2.718 ** (0.50 * f[_LARGE[spot % 7]] + 0.42 * f[_SMALL[spot // 7 % 7]])
    return kinds
