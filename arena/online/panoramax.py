"""Panoramax: street pictures under open licences, by the STAC API that its instances share. No key is needed.

`GET /search?bbox=…&limit=…` answers a FeatureCollection; an item has `geometry`, `properties` ("view:azimuth",
"pers:interior_orientation" with `field_of_view`, `license`, "geovisio:producer") and `assets` (sd: 2,048 pixels wide,
hd: as taken). Items without `license` are CC BY-SA 4.0, the default of the instances.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from arena.online.service import Shot, Terms, box, number, position, rows, told
from arena.online.web import Web
from model.errors import NetworkError

ENDPOINT = "https://api.panoramax.xyz/api"
LICENCES = {"etalab-2.0": "Licence Ouverte 2.0", "cc-by-sa-4.0": "CC BY-SA 4.0"}
LIMIT = 60
SD_PX = 2048
TERMS = Terms("© Panoramax contributors", "CC BY-SA 4.0 or Licence Ouverte 2.0", keeps=True)
_ID = re.compile(r"[0-9a-fA-F-]{8,64}")


@dataclass(frozen=True)
class Panoramax:
    """One instance, or the catalogue of all."""

    web: Web = field(compare=False)
    name: str = "panoramax"
    title: str = "Panoramax"
    terms: Terms = TERMS
    reaches_km: tuple[float, ...] = (2.0, 20.0, 120.0)

    def near(self, lat: float, lng: float, reach_km: float) -> list[Shot]:
        """As `Service.near`."""
        found = self.web.json("/search", {"bbox": box(lat, lng, reach_km), "limit": str(LIMIT)})
        if not isinstance(found, dict) or not isinstance(found.get("features"), list):
            raise NetworkError(f"{self.title} answered a search with no list of pictures.")
        shots = [_shot(item) for item in rows(found["features"])]
        return [shot for shot in shots if shot is not None]

    def panorama(self, shot_id: str, width: int) -> Image.Image:
        """As `Service.panorama`."""
        found = self.web.json("/search", {"ids": shot_id, "limit": "1"})
        items = rows(found.get("features")) if isinstance(found, dict) else []
        item = next((one for one in items if one.get("id") == shot_id), None)
        if item is None:
            raise NetworkError(f"{self.title} does not have this picture any more.")
        assets = item.get("assets")
        order = ("sd", "hd") if width <= SD_PX else ("hd", "sd")
        urls = [_href(assets, name) for name in order]
        url = next((one for one in urls if one), None)
        if url is None:
            raise NetworkError(f"{self.title} lists this picture without an address.")
        return self.web.picture(url)


def _href(assets: Any, name: str) -> str | None:
    one = assets.get(name) if isinstance(assets, dict) else None
    href = one.get("href") if isinstance(one, dict) else None
    return href if isinstance(href, str) else None


def _shot(item: dict[str, Any]) -> Shot | None:
    """A 360° picture that is ready; None for a flat photo and for whatever lacks its place or id."""
    told_of, name, place = item.get("properties"), item.get("id"), position(item.get("geometry"))
    if not isinstance(told_of, dict) or not isinstance(name, str) or not _ID.fullmatch(name) or place is None:
        return None
    camera = told_of.get("pers:interior_orientation")
    around = number(camera.get("field_of_view")) if isinstance(camera, dict) else None
    if around != 360.0 or told_of.get("geovisio:status", "ready") != "ready":
        return None
    licence = told(told_of.get("license")) or "CC-BY-SA-4.0"
    who = told(told_of.get("geovisio:producer")) or "a contributor of Panoramax"
    credit = f"{who}, {LICENCES.get(licence.casefold(), licence)}"
    return Shot(name, *place, (number(told_of.get("view:azimuth")) or 0.0) % 360.0, credit)
