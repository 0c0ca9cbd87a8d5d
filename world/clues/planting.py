"""What people planted in rows: street trees, windbreaks, hedgerows, plantations. Knows no pixels.

Rules: planes line the streets of southern Europe and China, limes and maples those of the north, palms those of the
tropics; rows of poplars shelter fields in Central Asia, northern Italy, Mendoza, Patagonia and Chile, cypresses in
Provence; hedgerows stand in the British Isles and in Normandy and Brittany; oil palms, rubber, eucalyptus, tea, vines
and cane stand in blocks where they are commonly grown. Where what is usual is told by tables (`world.earth.plantings`),
from general knowledge, not from statistics.
"""

from world.clues.flora import coldest_c, fits, tree_limit
from world.clues.site import Site
from world.earth.plantings import field_edge, plantations_in, trees_of_streets
from world.earth.streams import Stream

NONE = ("none", "bush")


def planting(site: Site, rng: Stream) -> tuple[str, str]:
    """(how, kind): "street", "windbreak", "hedgerow", "plantation" or "none", and what stands in the rows."""
    spot, which = rng.unit(), rng.unit()
    here = site.here
    limit = tree_limit(site)
    if site.place.urban > 0.30:
        wanted = min(0.7, 0.25 + 0.35 * site.place.wealth + 0.1 * site.field["rows"])
        kind = _street_tree(site, which)
        return ("street", kind) if spot < wanted * limit and kind else NONE
    if limit < 0.5 or site.horizon.roughness_m > 500.0:
        return NONE
    hedged = field_edge("hedgerow", here).share
    if spot < hedged * (site.place.temperature_c > 7.0):
        return "hedgerow", "bush"
    spot = (spot - hedged) / (1.0 - hedged)
    windbreak = field_edge("windbreak", here)
    if 0.0 <= spot < windbreak.share * (1.0 + 0.5 * site.field["rows"]):
        if which < windbreak.cypress:
            return "windbreak", "cypress"
        return ("windbreak", "poplar") if _bears(site, "poplar", 0.3) else NONE
    reached = windbreak.share * 1.5
    for kind, chance in plantations_in(here):
        if _bears(site, kind, 0.5):
            reached += chance * (1.0 + 0.4 * site.field["rows"])
            if reached - chance * 2.0 < spot < reached:
                return "plantation", kind
    return NONE


def _bears(site: Site, kind: str, least: float) -> bool:
    """Whether the climate suits a kind by more than `least`; tea and vines ask for hills or mild summers."""
    place = site.place
    return fits(kind, coldest_c(site), place.temperature_c, place.precipitation_mm) > least


def _street_tree(site: Site, which: float) -> str:
    options = trees_of_streets(site.here)
    return options[int(which * len(options))] if options else ""
