"""Which online maps there are: those that the person of this machine asked for by a variable, and no others.

    HOMING_MAPILLARY_TOKEN=MLY|…          Mapillary, with a token of one's own
    HOMING_STREETVIEW_KEY=AIza…           Street View Static API, with a key of one's own, at one's own cost
    HOMING_PANORAMAX=on or an address     Panoramax, which needs no key; or one instance's API
    HOMING_ONLINE_WHERE=urban             where points are drawn: world, a continent, urban, rural or a country (FR)

Without any of the first three nothing here is opened and nothing is asked.
"""

import functools
import os
import re
from urllib.parse import urlsplit

from arena.online import mapillary, panoramax, street_view
from arena.online.maps import WHERE, OnlineMap
from arena.online.service import Service
from arena.online.web import Web

MAPILLARY, STREET_VIEW, PANORAMAX = "HOMING_MAPILLARY_TOKEN", "HOMING_STREETVIEW_KEY", "HOMING_PANORAMAX"
PLACES = "HOMING_ONLINE_WHERE"
ON, OFF = ("1", "on", "true", "yes"), ("", "0", "off", "false", "no")
ENDPOINTS = {MAPILLARY: "HOMING_MAPILLARY_URL", STREET_VIEW: "HOMING_STREETVIEW_URL"}  # another server, as for tests
_KEY = re.compile(r"[\x21-\x7e]{8,400}")


def find_online_maps() -> list[OnlineMap]:
    """The maps that were asked for, with a problem where a setting cannot be followed; usually none."""
    asked = tuple((os.environ.get(name) or "").strip() for name in (MAPILLARY, PANORAMAX, STREET_VIEW))
    if all(one.casefold() in OFF for one in asked):
        return []
    where = (os.environ.get(PLACES) or WHERE).strip()
    return list(_opened(asked, where, *((os.environ.get(name) or "").strip() for name in ENDPOINTS.values())))


@functools.lru_cache(maxsize=4)
def _opened(asked: tuple[str, str, str], where: str, mapillary_url: str, street_view_url: str) -> tuple[OnlineMap, ...]:
    """The same maps for the same settings, so that what a service said a moment ago is remembered."""
    token, instance, key = asked
    found: list[OnlineMap] = []
    if token.casefold() not in OFF:
        web = Web("Mapillary", mapillary_url or mapillary.ENDPOINT, {"Authorization": f"OAuth {_plain(token)}"})
        found.append(_map(mapillary.Mapillary(web), where, _key_problem(MAPILLARY, token)))
    if instance.casefold() not in OFF:
        url = panoramax.ENDPOINT if instance.casefold() in ON else instance
        good = _is_address(url)
        broken = "" if good else (f"Looked for on or the address of an API in {PANORAMAX}, found '{instance[:60]}'; "
                                  "such an address looks like https://panoramax.openstreetmap.fr/api.")  # fmt: skip
        found.append(_map(panoramax.Panoramax(Web("Panoramax", url if good else panoramax.ENDPOINT)), where, broken))
    if key.casefold() not in OFF:
        view = street_view.StreetView(Web("Street View", street_view_url or street_view.ENDPOINT), key)
        found.append(_map(view, where, _key_problem(STREET_VIEW, key)))
    return tuple(found)


def _map(service: Service, where: str, broken: str) -> OnlineMap:
    from world.earth.continents import continents
    from world.earth.countries import table

    known = {"world", "urban", "rural", "famous", *continents()}
    named = where.upper() if len(where) == 2 else where
    if named not in known and named not in table():
        broken = broken or (f"Looked for {', '.join(sorted(known))} or a country's two letters in {PLACES}, found "
                            f"'{where[:40]}'.")  # fmt: skip
    return OnlineMap(service, named, broken)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # half a bracket, a port beyond all ports
        return False


def _plain(key: str) -> str:
    return key if _KEY.fullmatch(key) else ""


def _key_problem(variable: str, key: str) -> str:
    return "" if _KEY.fullmatch(key) else f"What stands in {variable} is no key: looked for 8 to 400 plain characters."
